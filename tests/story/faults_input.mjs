// SPDX-License-Identifier: AGPL-3.0-or-later
// Every bad input is refused with a problem that names the place, and changes nothing.
import { Client } from './client.mjs';
import { Tables, ask, holds, is, refusal } from './faults_world.mjs';

const BIG = '9'.repeat(30);
const text = (n) => 'x'.repeat(n);
const blocks = (...list) => ({ template: { blocks: list } });
const shown = { type: 'markdown', text: '{{name}}' };
const choice = { type: 'choice', name: 'label', label: 'Which?', options: ['cat', 'dog'] };

// [what, body as it is sent, status, field, detail]
const bodies = [
	['a comma too many', '{"title":"x",}', 422, '', /line 1, column 14/],
	['a mistake in the third line', '{\n"title":\n oops}', 422, '', /line 3, column 2/],
	['half an object', '{"title":"x"', 422, '', /line 1, column \d+/],
	['something behind the end', '{"title":"x"} {}', 422, '', /line 1, column 15/],
	['a list', '[1]', 422, '', /object/],
	['nothing', '', 422, 'title'],
	['null', '{"title":null}', 422, 'title'],
	['the same name twice', '{"title":"a","title":"b"}', 422, '', /line 1, column \d+/],
	['a name that nobody knows', '{"title":"x","colour":"red"}', 422, 'colour'],
	['a number for a text', '{"title":5}', 422, 'title'],
	['an object for a text', '{"title":{}}', 422, 'title'],
	['a number for an id', '{"title":"x","org":12}', 422, 'org'],
	['a text that is no id', '{"title":"x","org":"1 or 1"}', 422, 'org'],
	['a text that is too long', `{"title":"${text(500)}"}`, 422, 'title'],
	['a body that is too large', `{"title":"${text(70000)}"}`, 413, ''],
	['an escaped NUL', '{"title":"a\\u0000b"}', 422, '', /line 1, column \d+/],
	['a raw NUL', '{"title":"a\0b"}', 422, '', /line 1, column \d+/],
	['half a surrogate', '{"title":"\\ud800"}', 422, '', /line 1, column \d+/],
	[
		'bytes that are no UTF-8',
		Buffer.from('{"title":"a\xff\xfeb"}', 'latin1'),
		422,
		'',
		/line 1, column \d+/,
	],
	['a byte order mark', '\ufeff{"title":"x"}', 422, '', /line 1, column 1/],
	['a control character', '{"title":"a\\u0007b"}', 422, 'title'],
	['an abyss', `{"title":"x","org":${'['.repeat(20000)}`, 422, '', /line 1, column \d+/],
];

// [what, what is changed of a draft, field, detail]
const changes = [
	['a negative price', { reward: -1 }, 'reward'],
	['a price that is no whole number', { reward: 1.5 }, 'reward'],
	['a price as text', { reward: '10' }, 'reward'],
	['a price beyond all numbers', `{"reward":${BIG}}`, 'reward'],
	['a price with an exponent', '{"reward":1e400}', 'reward'],
	['a price above all prices', { reward: 1e15 }, 'reward'],
	['zero redundancy', { redundancy: 0 }, 'redundancy'],
	['huge redundancy', { redundancy: 1e9 }, 'redundancy'],
	['redundancy that is not whole', { redundancy: 2.5 }, 'redundancy'],
	['less time than one can work in', { time_allowed_s: 9 }, 'time_allowed_s'],
	['more gold than there is', { gold_share_permille: 1001 }, 'gold_share_permille'],
	['a deadline in the past', { deadline: '2001-01-01T00:00:00Z' }, 'deadline', /past/],
	['a deadline that is none', { deadline: 'tomorrow' }, 'deadline'],
	['a day that is none', { deadline: '2031-02-30' }, 'deadline'],
	['an audience that is none', { audience: 'all' }, 'audience'],
	['picking as text', { picking: 'yes' }, 'picking'],
	['a revision that is over', { revision: 999, title: 'x' }, 'revision', undefined, 409],
	['an empty title', { title: ' ' }, 'title'],
	['a title of two lines', { title: 'a\nb' }, 'title'],
	['a template that is a number', { template: 5 }, 'template'],
	['no blocks', { template: {} }, 'template.blocks'],
	[
		'a column that the file has not',
		blocks({ type: 'markdown', text: '{{nmae}}' }, choice),
		'template.blocks[0].text',
		/nmae/,
	],
	[
		'a kind of block that is none',
		blocks(shown, { ...choice, type: 'essay' }),
		'template.blocks[1].type',
	],
	[
		'a member that no block has',
		blocks(shown, { ...choice, colour: 'red' }),
		'template.blocks[1].colour',
	],
	['no options', blocks(shown, { ...choice, options: [] }), 'template.blocks[1].options'],
	[
		'an option twice',
		blocks(shown, { ...choice, options: ['cat', 'cat'] }),
		'template.blocks[1].options[1]',
	],
	['a field twice', blocks(shown, choice, choice), 'template.blocks[2].name'],
	[
		'a field with a name that is none',
		blocks(shown, { ...choice, name: 'La Bel' }),
		'template.blocks[1].name',
	],
	['a template that asks nothing', blocks(shown), 'template.blocks'],
	[
		'a template as broken text',
		{ template: '{"blocks":[\n{"type":"markdown" "text":1}]}' },
		'template',
		/line 2/,
	],
];

async function projects(w, t, draft) {
	let before = await t.look();

	for (const [what, body, status, field, detail] of bodies)
		refusal(
			`a project from ${what}`,
			await ask(w.rita, 'POST', '/projects', body),
			status,
			field,
			detail,
		);
	before = await t.stay('bad bodies', before);
	for (const [what, body, field, detail, status] of changes)
		refusal(
			`a draft with ${what}`,
			await ask(w.rita, 'POST', `/projects/${draft}`, body),
			status ?? 422,
			field,
			detail,
		);
	refusal(
		'a template of 300 KB',
		await ask(
			w.rita,
			'POST',
			`/projects/${draft}`,
			blocks({ ...shown, text: text(300000) }),
		),
		413,
	);
	refusal(
		'a body that is no JSON by its own words',
		await ask(
			w.rita,
			'POST',
			'/projects',
			'title=x',
			'application/x-www-form-urlencoded',
		),
		415,
	);
	await t.stay('bad changes', before);
}

async function addresses(w, t, draft) {
	const before = await t.look(),
		p = `/projects/${draft}`;
	const gone = [
		['GET', '/projects/4711'],
		['GET', '/projects/0'],
		['GET', '/projects/x'],
		['GET', `/projects/${BIG}`],
		['GET', '/projects/-1'],
		['GET', `${p}/sources/99`],
		['GET', `${p}/tasks/99`],
		['DELETE', '/projects/4711'],
		['DELETE', `${p}/sources/99`],
		['POST', `${p}/sources/99/import`],
		['GET', '/nowhere'],
		['GET', '/orgs/4711'],
	];

	for (const [verb, path] of gone)
		refusal(`${verb} ${path.slice(0, 40)}`, await ask(w.rita, verb, path), 404);
	const asked = [
		['limit=0', 'limit'],
		['limit=1000000', 'limit'],
		['limit=two', 'limit'],
		['after=x', 'after'],
		['colour=red', 'colour'],
		['state=broken', 'state'],
		['limit=1&limit=2', 'limit'],
		['org=', undefined, 200],
		['state=%ff', undefined],
		['state=%0', undefined],
	];

	for (const [query, field, status] of asked)
		if (status)
			is(
				status,
				(await ask(w.rita, 'GET', `/projects?${query}`)).status,
				`projects?${query}`,
			);
		else
			refusal(
				`projects?${query}`,
				await ask(w.rita, 'GET', `/projects?${query}`),
				422,
				field,
			);
	refusal('a path that is no text', await ask(w.rita, 'GET', '/projects/%ff'), 400);
	refusal('a path out of the house', await ask(w.rita, 'GET', '/projects/%2e%2e/me'), 400);
	refusal('a verb that is not taken', await ask(w.rita, 'PUT', '/projects', {}), 405);
	await t.stay('bad addresses', before);
}

async function tokens(w, t, draft) {
	const before = await t.look(),
		path = `/projects/${draft}`;
	const key = w.operator.key,
		wrong = key.slice(0, -1) + (key.endsWith('A') ? 'B' : 'A');
	const sven = (await w.sven.post('/me/keys', { label: 'his' })).secret_key;

	const shown = [
		['no token', undefined, 401],
		['a token that is none', 'tk_x', 401],
		['a token with another end', wrong, 401],
		['half a token', key.slice(0, 20), 401],
		['a token a mile long', `tk_${text(4000)}`, 401],
		['a token of another tenant', sven, 404],
	];

	for (const [what, token, status] of shown)
		for (const [verb, body] of [['GET'], ['POST', { title: 'mine now' }], ['DELETE']])
			refusal(
				`${verb} with ${what}`,
				await ask(new Client(w.server, w.agent, token), verb, path, body),
				status,
			);
	refusal("a worker at a requester's page", await ask(w.wim, 'GET', path), 403);
	refusal("a requester at a worker's page", await ask(w.rita, 'GET', '/work'), 403);
	refusal(
		'a requester who deposits for himself',
		await ask(w.rita, 'POST', '/deposits', {
			org: w.org,
			amount: 5,
			reference: 'mine',
		}),
		403,
	);
	await t.stay('wrong tokens', before);
}

async function money(w, t, draft) {
	let before = await t.look();
	const deposit = { org: w.org, amount: 500, reference: 'more' };
	const tries = [
		[{ amount: -1 }, 'amount'],
		[{ amount: 0 }, 'amount'],
		[{ amount: 1e30 }, 'amount'],
		[{ amount: '5' }, 'amount'],
		[{ reference: undefined }, 'reference'],
		[{ reference: '' }, 'reference'],
		[{ reference: text(2000) }, 'reference'],
		[{ currency: 'USD' }, 'currency'],
	];

	for (const [change, field] of tries)
		refusal(
			`a deposit with ${JSON.stringify(change).slice(0, 40)}`,
			await ask(w.operator, 'POST', '/deposits', { ...deposit, ...change }),
			422,
			field,
		);
	refusal(
		'a deposit for nobody',
		await ask(w.operator, 'POST', '/deposits', { ...deposit, org: '4711' }),
		404,
	);
	refusal(
		'another amount under a known reference',
		await ask(w.operator, 'POST', '/deposits', { ...deposit, reference: 'the first' }),
		409,
		'reference',
	);

	const { total } = await w.rita.get(`/projects/${draft}/quote`);
	const publish = (id, body) => ask(w.rita, 'POST', `/projects/${id}/publish`, body);

	refusal('another total', await publish(draft, { total: total - 1 }), 409, 'total');
	refusal('no total', await publish(draft, {}), 422, 'total');
	refusal('a negative total', await publish(draft, { total: -total }), 422, 'total');
	await t.stay('wrong payments', before);

	const empty = await w.draft(0),
		dear = await w.draft(3, { reward: 5000000 });
	before = await t.look();
	refusal('a project of nothing', await publish(empty, { total: 0 }), 422, 'sources');
	refusal(
		'a budget that is too small',
		await publish(dear, { total: (await w.rita.get(`/projects/${dear}/quote`)).total }),
		402,
	);
	await t.stay('what cannot be paid', before);
}

// An open project in which Wim holds a task and Wanda has done one.
async function work(w, t) {
	const id = await w.project(5, { picking: true }),
		p = `/projects/${id}`;
	const unpaid = await w.draft(0),
		mine = await w.accept(w.wim, id, 1),
		hers = await w.accept(w.wanda, id, 2);

	is(200, (await w.submit(w.wanda, hers)).status, 'an answer is taken');
	await w.quiet();
	const {
		items: [waiting],
	} = await w.rita.get(`${p}/reviews`);
	let before = await t.look();
	const post = (who, path, body) => ask(who, 'POST', path, body);
	const submit = (who, task, body) => post(who, `/work/${id}/tasks/${task}/submit`, body);
	const good = { epoch: mine.epoch, answer: { label: 'cat' } };
	const wrong = [
		['no answer', { answer: undefined }, 422, 'answer'],
		['an empty answer', { answer: {} }, 422, 'answer.label'],
		['an option that is none', { answer: { label: 'horse' } }, 422, 'answer.label'],
		['a number for an option', { answer: { label: 1 } }, 422, 'answer.label'],
		[
			'a field that is not asked',
			{ answer: { label: 'cat', colour: 'red' } },
			422,
			'answer.colour',
		],
		['an answer that is no object', { answer: 'cat' }, 422, 'answer.'],
		['no epoch', { epoch: undefined }, 422, 'epoch'],
		['an epoch of another lease', { epoch: '1' }, 409],
		['a huge epoch', { epoch: BIG }, 422, 'epoch'],
		['an answer that is too large', { answer: { label: text(100000) } }, 422, 'answer'],
		['a body that is too large', { answer: { label: text(200000) } }, 413],
		['negative time', { active_ms: -1 }, 422, 'active_ms'],
		['a year of work', { active_ms: 1e12 }, 422, 'active_ms'],
	];

	for (const [what, change, status, field] of wrong)
		refusal(
			`handing in ${what}`,
			await submit(w.wim, 1, { ...good, ...change }),
			status,
			field,
		);
	refusal('handing in a task that is not held', await submit(w.wim, 3, good), 409);
	refusal('handing in a task that is none', await submit(w.wim, 99, good), 409);
	refusal("handing in another worker's task", await submit(w.wanda, 1, good), 409);
	refusal(
		'handing in another answer',
		await submit(w.wanda, 2, { epoch: hers.epoch, answer: { label: 'dog' } }),
		409,
	);
	is(
		200,
		(await submit(w.wanda, 2, { epoch: hers.epoch, answer: { label: 'cat' } })).status,
		'handing in the same again is no harm',
	);
	for (const what of ['heartbeat', 'return'])
		refusal(
			`${what} of another lease`,
			await post(w.wim, `/work/${id}/tasks/1/${what}`, { epoch: '5' }),
			409,
		);
	for (const what of ['heartbeat', 'return'])
		refusal(
			`${what} of another worker's lease`,
			await post(w.wanda, `/work/${id}/tasks/1/${what}`, { epoch: mine.epoch }),
			409,
		);
	refusal(
		"a draft for another worker's lease",
		await post(w.wanda, `/work/${id}/tasks/1/draft`, {
			epoch: mine.epoch,
			answer: { label: 'dog' },
		}),
		409,
	);
	refusal(
		'a draft that is too large',
		await post(w.wim, `/work/${id}/tasks/1/draft`, {
			epoch: mine.epoch,
			answer: { label: text(70000) },
		}),
		422,
		'answer',
	);
	refusal(
		'a task that is none',
		await post(w.wanda, `/work/${id}/accept`, { task: 99 }),
		409,
	);
	refusal('the same task again', await post(w.wanda, `/work/${id}/accept`, { task: 2 }), 409);
	refusal(
		'a task number that is none',
		await post(w.wanda, `/work/${id}/accept`, { task: 0 }),
		422,
		'task',
	);
	refusal('work in a draft', await post(w.wim, `/work/${unpaid}/accept`, {}), 404);
	await w.quiet();
	before = await t.stay('bad work', before);

	const at = `${p}/reviews/${waiting.task}/${waiting.worker}`;
	refusal(
		'a rejection without a reason',
		await post(w.rita, `${at}/reject`, {}),
		422,
		'reason',
	);
	refusal(
		'a rejection with an empty reason',
		await post(w.rita, `${at}/reject`, { reason: '' }),
		422,
		'reason',
	);
	refusal(
		'a rejection with a blank reason',
		await post(w.rita, `${at}/reject`, { reason: ' \n' }),
		422,
		'reason',
	);
	refusal(
		'a rejection of nothing',
		await post(w.rita, `${p}/reviews/4/${waiting.worker}/reject`, { reason: 'no' }),
		404,
	);
	refusal(
		'a rejection of a task that is held',
		await post(w.rita, `${p}/reviews/1/${waiting.worker}/reject`, { reason: 'no' }),
		404,
	);
	refusal(
		'an approval of nothing',
		await post(w.rita, `${p}/reviews/4/4711/approve`, {}),
		404,
	);
	refusal(
		'approving until no time',
		await post(w.rita, `${p}/reviews/approve-all`, { upto: 'now' }),
		422,
		'upto',
	);
	refusal(
		'gold that no option fits',
		await post(w.rita, `${p}/gold`, { task: 1, truth: { label: 'horse' } }),
		422,
		'truth.label',
	);
	refusal(
		'gold for a field that is none',
		await post(w.rita, `${p}/gold`, { task: 1, truth: { colour: 'red' } }),
		422,
		'truth.colour',
	);
	refusal(
		'gold that says nothing',
		await post(w.rita, `${p}/gold`, { task: 1, truth: {} }),
		422,
		'truth.',
	);
	refusal(
		'gold for a task that is none',
		await post(w.rita, `${p}/gold`, { task: 99, truth: { label: 'cat' } }),
		404,
	);
	refusal('a price after publishing', await post(w.rita, p, { reward: 1 }), 409);
	refusal(
		'another file after publishing',
		await ask(w.rita, 'POST', `${p}/sources?name=a.csv`, 'name\nx\n', 'text/csv'),
		409,
	);
	refusal(
		'taking out a file after publishing',
		await ask(w.rita, 'DELETE', `${p}/sources/1`),
		409,
	);
	refusal('deleting after publishing', await ask(w.rita, 'DELETE', p), 409);
	refusal(
		'another total after publishing',
		await post(w.rita, `${p}/publish`, { total: 5 }),
		409,
	);
	is(
		202,
		(await post(w.rita, `${p}/publish`, { total: 120 })).status,
		'publishing twice is no harm',
	);
	is(200, (await post(w.rita, `${p}/resume`, {})).status, 'resuming what is open is no harm');
	await w.quiet();
	await t.stay('bad decisions', before);
	return id;
}

async function endings(w, t, id) {
	const p = `/projects/${id}`;

	holds((await w.rita.post(`${p}/close`)).refund > 0, 'closing gives back what is free');
	await w.quiet();
	const before = await t.look();
	is(0, (await w.rita.post(`${p}/close`)).refund, 'closing twice gives back nothing more');
	refusal('pausing what is closed', await ask(w.rita, 'POST', `${p}/pause`, {}), 409);
	refusal(
		'work in what is closed',
		await ask(w.wanda, 'POST', `/work/${id}/accept`, {}),
		409,
	);
	await w.quiet();
	await t.stay('what is over', before);
}

export async function input(w) {
	const t = new Tables(w.server);

	try {
		const draft = await w.draft(3);
		await projects(w, t, draft);
		await addresses(w, t, draft);
		await tokens(w, t, draft);
		await money(w, t, draft);
		await endings(w, t, await work(w, t));
	} finally {
		await t.close();
	}
}
