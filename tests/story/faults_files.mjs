// SPDX-License-Identifier: AGPL-3.0-or-later
// Wrong and hostile files: refused or listed by line, with nothing half-imported.
import { zip } from './zip.mjs';
import { Tables, ask, holds, is, refusal, until } from './faults_world.mjs';

const PNG = Buffer.from(
	'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR42mP4z8AAAAMBAQD3A0FDAAAAAElFTkSuQmCC',
	'base64',
);
const HTML = '<html><script>alert(1)</script></html>';
const many = (n, row) => Array.from({ length: n }, (_, i) => row(i)).join('');

// [what, name, bytes, state, message]
const whole = [
	['only a header', 'a.csv', 'name\n', 'refused', /no rows/],
	['blank lines', 'a.csv', '\n\n\n', 'refused', /./],
	['the same column twice', 'a.csv', 'name,name\na,b\n', 'refused', /name/],
	['a column without a name', 'a.csv', 'name,\na,b\n', 'refused', /./],
	[
		'a header that is not UTF-8',
		'a.csv',
		Buffer.from('n\xe4me\na\n', 'latin1'),
		'refused',
		/UTF-8/,
	],
	['UTF-16', 'a.csv', Buffer.from('\ufeffname\na\n', 'utf16le'), 'refused', /UTF-16|UTF-8/],
	[
		'bytes that mean nothing',
		'a.csv',
		Buffer.from(
			many(999, (i) => String.fromCharCode((i * 7919) % 256)),
			'latin1',
		),
		'refused',
		/./,
	],
	['a picture', 'a.csv', PNG, 'refused', /picture.* under the name of a table/],
	['a PDF', 'a.csv', '%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\n', 'refused', /PDF under the name of a table/],
	['a packed file', 'a.csv.gz', Buffer.from('1f8b0800', 'hex'), 'refused', /no CSV/],
	[
		'a zip that is cut off',
		'a.zip',
		zip([['a.csv', 'name\na\n'.repeat(5000)]]).subarray(0, 60),
		'refused',
		/broken/,
	],
	[
		'a zip that is half random',
		'a.zip',
		Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(500, 0xa5)]),
		'refused',
		/broken|no zip/,
	],
	['an empty zip', 'a.zip', zip([]), 'refused', /no rows/],
	[
		'a bomb',
		'a.zip',
		zip([['a.csv', Buffer.alloc(80 << 20, 'name\n')]]),
		'refused',
		/far more/,
	],
	[
		'a picture that is a page',
		'a.zip',
		zip([['a.png', HTML]]),
		'refused',
		/a\.png is no JPEG/,
	],
	[
		'a picture that is cut off',
		'a.zip',
		zip([['a.png', PNG.subarray(0, 40)]]),
		'refused',
		/a\.png is a picture that is cut off/,
	],
	[
		'two tables',
		'a.zip',
		zip([
			['a.csv', 'name\na\n'],
			['b.csv', 'name\nb\n'],
		]),
		'refused',
		/two tables/,
	],
	[
		'a link to a file of ours',
		'a.zip',
		zip([['a.png', '/etc/passwd', 0o120777]]),
		'refused',
		/./,
	],
	['a list that is no row', 'a.jsonl', '[1]\n', 'refused', /./],
];

// [what, name, bytes, rows, [[line, reason]…]]
const partly = [
	[
		'a row with too many cells',
		'a.csv',
		'name,kind\na,b\nc,d,e\nf,g\n',
		3,
		[[3, /3|cells|fields/]],
	],
	[
		'a row with too few cells',
		'a.csv',
		'name,kind\na,b\nc\nf,g\n',
		3,
		[[3, /1|cells|fields/]],
	],
	['a quotation that never ends', 'a.csv', 'name,kind\na,b\n"c,d\ne,f\n', 2, [[3, /quot/]]],
	[
		'something behind a quotation',
		'a.csv',
		'name,kind\na,b\n"c"d,e\nf,g\n',
		3,
		[[3, /quot/]],
	],
	[
		'a cell that is not UTF-8',
		'a.csv',
		Buffer.from('name\na\n\xff\xfe\nb\n', 'latin1'),
		3,
		[[3, /UTF-8/]],
	],
	['a NUL', 'a.csv', 'name\na\nb\0c\nd\n', 3, [[3, /./]]],
	['a control character', 'a.csv', 'name\na\nb\x07c\nd\n', 3, [[3, /control/]]],
	[
		'a cell that is too large',
		'a.csv',
		`name\na\n${'x'.repeat(3 << 20)}\nb\n`,
		3,
		[[3, /./]],
	],
	[
		'bad lines among many',
		'a.csv',
		`name\n${many(3000, (i) => (i % 1000 === 499 ? '"a"b\n' : `n${i}\n`))}`,
		3000,
		[
			[501, /quot/],
			[1501, /quot/],
			[2501, /quot/],
		],
	],
	[
		'a line that is no JSON',
		'a.jsonl',
		'{"name":"a"}\n{"name":\n{"name":"b"}\n',
		3,
		[[2, /./]],
	],
	[
		'a picture that is a page beside a good one',
		'a.zip',
		zip([
			['a.png', HTML],
			['b.png', PNG],
		]),
		2,
		[[0, /a\.png is no JPEG/]],
	],
];

async function refused(w, t, id) {
	const p = `/projects/${id}`;
	const before = await t.look();

	refusal('an empty file', await ask(w.rita, 'POST', `${p}/sources?name=a.csv`, ''), 400);
	refusal(
		'a file without a name',
		await ask(w.rita, 'POST', `${p}/sources`, 'name\na\n'),
		422,
		'name',
	);
	refusal(
		'a file with a name too long',
		await ask(w.rita, 'POST', `${p}/sources?name=${'a'.repeat(2000)}`, 'name\na\n'),
		422,
		'name',
	);
	refusal(
		'a file for another tenant',
		await ask(w.sven, 'POST', `${p}/sources?name=a.csv`, 'name\na\n'),
		404,
	);
	for (const [what, name, bytes, state, message] of whole) {
		const source = await w.upload(id, name, bytes);

		is(state, source.state, `${what}: the file`);
		const why = `${source.message} ${source.faults.map((f) => f.reason).join()}`;
		is(String(message), message.test(why) ? String(message) : why, `${what}: why`);
		refusal(
			`${what}: importing it`,
			await ask(w.rita, 'POST', `${source.path}/import`, { skip_bad: true }),
			409,
		);
		await w.rita.call('DELETE', source.path);
	}
	await w.quiet();
	await t.stay('refused files', before);
}

async function listed(w, t, id) {
	for (const [what, name, bytes, rows, faults] of partly) {
		const before = await t.look();
		const source = await w.upload(id, name, bytes);

		is(
			['checked', rows, faults.length],
			[source.state, source.rows, source.bad],
			`${what}: rows and bad ones`,
		);
		is(
			faults.map(([line]) => line),
			source.faults.map((f) => f.line),
			`${what}: the lines`,
		);
		for (const [i, [, reason]] of faults.entries())
			is(
				String(reason),
				reason.test(source.faults[i]?.reason)
					? String(reason)
					: source.faults[i],
				`${what}: the reason`,
			);
		refusal(
			`${what}: importing all of it`,
			await ask(w.rita, 'POST', `${source.path}/import`, {}),
			409,
			'skip_bad',
		);
		is(
			0,
			(await w.rita.get(`/projects/${id}`)).records,
			`${what}: nothing is imported`,
		);
		if (name === 'a.csv' && faults.length === 3) {
			is(
				rows - 3,
				(await w.import(source, { skip_bad: true })).records,
				`${what}: the good ones are, when asked for`,
			);
			is(
				rows - 3,
				(await w.rita.get(`/projects/${id}`)).records,
				`${what}: and are counted`,
			);
		}
		await w.rita.call('DELETE', source.path);
		await w.quiet();
		await t.stay(`${what}: when it is taken out`, before);
	}
}

async function paths(w, id) {
	const source = await w.upload(
		id,
		'../../evil.zip',
		zip([
			['../../../evil.png', PNG],
			['/etc/evil.png', PNG],
			['ok.png', PNG],
		]),
	);
	const page = await w.rita.get(source.path);

	is('checked', page.state, 'names that lead out of the archive');
	is(
		['../../../evil.png', '/etc/evil.png', 'ok.png'].sort(),
		page.sample.map((row) => row.file).sort(),
		'are names and no paths',
	);
	holds(
		page.sample.every((row) => row.image === row.file),
		'pictures are told by their names',
	);
	await w.rita.call('DELETE', source.path);
	await w.quiet();
}

// Faults that the check cannot see: they need the template, or the other rows.
async function imports(w, t) {
	const id = await w.draft(0),
		path = `/projects/${id}`;
	const tries = [
		[
			'a key twice',
			'name\na\nb\na\n',
			{ key: 'name' },
			4,
			/the key a is there already/,
		],
		['an empty key', 'name,id\na,1\nb,\n', { key: 'id' }, 3, /the key is empty/],
	];

	for (const [what, csv, how, line, reason] of tries) {
		const before = await t.look();
		const source = await w.upload(id, 'a.csv', csv);
		const after = await w.import(source, { skip_bad: false, ...how });

		is(['checked', 0], [after.state, after.records], `${what}: nothing is imported`);
		is(
			[line],
			after.faults.map((f) => f.line),
			`${what}: the line`,
		);
		holds(
			reason.test(after.faults[0]?.reason),
			`${what}: the reason (${after.faults[0]?.reason})`,
		);
		is(0, (await w.rita.get(path)).records, `${what}: the project has no records`);
		await w.rita.call('DELETE', source.path);
		await w.quiet();
		await t.stay(what, before);
	}
	const early = await w.upload(id, 'a.csv', 'name,gold_colour\na,\nb,puce\n');
	await w.import(early, {});
	await w.quiet();
	const inTheWay = async () => (await w.rita.get(`${path}/quote`)).faults.map((f) => f.field);
	is(['blocks'], await inTheWay(), 'gold for a field that is none stands in the way');
	const choice = { type: 'choice', name: 'colour', label: 'Which?', options: ['red', 'blue'] };
	await w.rita.post(path, { template: { blocks: [choice] } });
	await w.quiet();
	is(['sources'], await inTheWay(), 'so does gold that no option fits');
	is(
		[{ row: 2, reason: 'gold_colour: this is none of the options' }],
		(await w.rita.get(early.path)).gold_faults,
		'which is told by row and column',
	);
	refusal(
		'a project with gold that does not fit',
		await ask(w.rita, 'POST', `${path}/publish`, {
			total: (await w.rita.get(`${path}/quote`)).total,
		}),
		422,
		'sources',
	);
	choice.options.push('puce');
	await w.rita.post(path, { template: { blocks: [choice] } });
	await w.quiet();
	is([], await inTheWay(), 'until the question takes it');
	await w.rita.call('DELETE', early.path);
	await w.quiet();
	const source = await w.upload(id, 'a.csv', 'name\na\n');
	refusal(
		'a key column that is none',
		await ask(w.rita, 'POST', `${source.path}/import`, { key: 'id' }),
		422,
		'key',
	);
	await w.rita.post(path, {
		template: {
			blocks: [
				{ type: 'markdown', text: '{{place}}' },
				{
					type: 'choice',
					name: 'colour',
					label: 'Which?',
					options: ['red', 'blue'],
				},
			],
		},
	});
	is(
		200,
		(await ask(w.rita, 'GET', `${path}`)).status,
		'a template may come before its file',
	);
	await w.import(await w.upload(id, 'b.csv', 'place\nx\n'));
	refusal(
		'a file without the columns that are shown',
		await ask(w.rita, 'POST', `${source.path}/import`, {}),
		422,
		'place',
	);
}

// Large cells: what does not fit into one reply is refused or comes in parts, and nobody else notices.
async function large(w) {
	const id = await w.draft(0),
		rows = 20,
		cell = 'y'.repeat(900000);

	await w.import(
		await w.upload(id, 'large.csv', `name\n${many(rows, (i) => `${i}${cell}\n`)}`),
	);
	await w.rita.post(`/projects/${id}`, { redundancy: 1, approve_after_s: 0 });
	await w.publish(id);
	await w.quiet();
	for (const path of [
		'tasks?limit=200',
		'reviews?limit=100',
		'results?limit=200',
		'preview?row=7',
		'sources',
	]) {
		const reply = await ask(w.rita, 'GET', `/projects/${id}/${path}`);
		if (reply.status === 429) refusal(`${path} of large records`, reply, 429);
		else is(200, reply.status, `${path} of large records`);
	}
	for (let i = 0; i < rows; i++)
		is(
			200,
			(await w.submit(w.wim, await w.accept(w.wim, id))).status,
			'a large task is done',
		);
	await until(
		'all is judged',
		10,
		async () => (await w.rita.get(`/projects/${id}/progress`)).judged === rows,
	);
	for (const format of ['csv', 'jsonl']) {
		const text = await w.rita.call(
			'GET',
			`/projects/${id}/export?format=${format}&answers=1`,
		);
		const lines = text.split('\n').filter((line) => line.includes(cell));
		is(rows, lines.length, `large records leave as ${format}`);
	}
}

export async function files(w) {
	const t = new Tables(w.server);

	try {
		const id = await w.draft(0);
		await refused(w, t, id);
		await listed(w, t, id);
		await paths(w, id);
		await imports(w, t);
		await large(w);
	} finally {
		await t.close();
	}
}
