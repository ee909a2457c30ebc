// SPDX-License-Identifier: AGPL-3.0-or-later
// Hostile rows, answers of many kinds, and every format read by a program that is not ours: Parquet by DuckDB and by
// hyparquet, Label Studio's brushes by the decoder it has itself, Pascal VOC by xmllint, zips by the reader below over node's zlib, JSON by node. What they
// read must be what JSON Lines say. What intake reads comes back as known answers.
//   node tests/story/formats.mjs [PROGRAM] [DATABASE]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { Client, agentOf } from './client.mjs';
import { Server, ownSchema } from './server.mjs';
import { counts, funded, imported, published, until } from './steps.mjs';

const { DuckDBInstance } = await import('../readers/node_modules/@duckdb/node-api/lib/index.js');
const { parquetReadObjects, asyncBufferFromFile } = await import('../readers/node_modules/hyparquet/src/node.js');
const { decode: unbrushed } = await import('../readers/node_modules/@thi.ng/rle-pack/index.js');
const { compressors } = await import('../readers/node_modules/hyparquet-compressors/src/index.js');

const [, , program = 'build/tessera', database] = process.argv;
const PASSWORD = 'a box of formats', ROWS = 40;
const HOSTILE = ['"quoted"', "'single'", 'a,b;c\td', '<script>&amp;</script>', '=1+1', 'line\nbreak', 'CR\rhere', '\u{1F600} emoji',
	'\u202e right to left', 'x'.repeat(5000), '\uFFFE odd', '{"json":[1]}', '-DOCSTART- -X- _ O', ' blanks ', 'NULL', '', '\u2028 line'];

const { n, ok } = counts();
const same = (what, wanted, got) => ok(what, JSON.stringify(wanted) === JSON.stringify(got),
	`\nwanted ${JSON.stringify(wanted)?.slice(0, 500)}\ngot    ${JSON.stringify(got)?.slice(0, 500)}`);

const template = { blocks: [
	{ type: 'choice', name: 'label', label: '?', options: ['cat', 'dog, "big"'] },
	{ type: 'number', name: 'count', label: '?', required: false },
	{ type: 'scale', name: 'like', label: '?' },
	{ type: 'text', name: 'words', label: '?', max: 20000, required: false },
	{ type: 'spans', name: 'names', label: '?', text: '{{text}}.', labels: ['a person'] },
	{ type: 'box', name: 'boxes', label: '?', src: '{{image}}', labels: ['car', '<van> & "co"'] },
	{ type: 'polygon', name: 'areas', label: '?', src: '{{image}}' },
	{ type: 'point', name: 'eyes', label: '?', src: '{{image}}', labels: ['left', 'right'] },
	{ type: 'mask', name: 'land', label: '?', src: '{{image}}', labels: ['water', 'wood'] }] };

const rows = Array.from({ length: ROWS }, (_, i) => ({ text: `${i} ${HOSTILE[i % HOSTILE.length]}`, image: `https://h.example/p/${i}.jpg`,
	'Label': HOSTILE[(i + 5) % HOSTILE.length], 'input_label': String(i) }));

function answerOf(i) {
	const size = { width: 640, height: 480 };
	return {
		label: template.blocks[0].options[i % 2], ...(i % 3 ? { count: i / 8 - 1 } : {}), like: 1 + i % 5,
		...(i % 4 ? { words: HOSTILE[i % HOSTILE.length] } : {}),
		names: { spans: [{ start: 0, end: String(i).length, label: 'a person' }] },
		boxes: { ...size, shapes: i % 7 === 6 ? [] : [{ label: template.blocks[5].labels[i % 2], box: [i, 1.25, 30.5, 40] }] },
		areas: { ...size, shapes: [{ points: [[0, 0], [i + 1, 0], [0, 10.01]] }] },
		land: { ...size, shapes: [{ label: 'water', counts: [i * 480 + 3, 5, (640 - i) * 480 - 8] }] }, // five pixels of column i
		eyes: { ...size, shapes: [{ label: 'left', point: [i, i] }, { label: 'right', point: [i + 1, i] }] },
	};
}

async function work(server, agent, key) {
	const requester = await funded(server, agent, key, 'requester@formats.example', PASSWORD, 100000);
	const worker = new Client(server, agent);
	await worker.signUp('Worker', 'worker@formats.example', PASSWORD, 'worker');
	const { id } = await requester.post('/projects', { title: 'Formats & "more"' });
	const jsonl = rows.map((r) => JSON.stringify(r)).join('\n');
	await imported(requester, id, 'rows.jsonl', jsonl, 'application/jsonl');
	await requester.post(`/projects/${id}`, { template, reward: 1, redundancy: 1, picking: true, approve_after_s: 0 });
	await published(requester, id);
	for (let i = 0; i < ROWS; i++) {
		const { assignment } = await worker.post(`/work/${id}/accept`, { task: i + 1 });
		await worker.post(`/work/${id}/tasks/${i + 1}/submit`, { epoch: assignment.epoch, answer: answerOf(i), active_ms: 1000 });
	}
	// Done: no estimate is made anew any more, so all files say the same.
	await until('done', 60, async () => (await requester.get(`/projects/${id}`)).state === 'done');
	return { requester, id };
}

// The files of a zip by its directory; sums are checked by what reads the contents.
function unzip(bytes) {
	const out = new Map();
	let end = bytes.length - 22;
	while (bytes.readUInt32LE(end) !== 0x06054b50) end--;
	for (let at = bytes.readUInt32LE(end + 16), n = bytes.readUInt16LE(end + 10); n > 0; n--) {
		const [method, packed, nameLen, extra, comment, head] = [bytes.readUInt16LE(at + 10), bytes.readUInt32LE(at + 20),
			bytes.readUInt16LE(at + 28), bytes.readUInt16LE(at + 30), bytes.readUInt16LE(at + 32), bytes.readUInt32LE(at + 42)];
		const from = head + 30 + bytes.readUInt16LE(head + 26) + bytes.readUInt16LE(head + 28);
		const content = bytes.subarray(from, from + packed);
		out.set(bytes.toString('utf8', at + 46, at + 46 + nameLen), (method === 8 ? inflateRawSync(content) : content).toString('utf8'));
		at += 46 + nameLen + extra + comment;
	}
	return out;
}

const real = (v) => (typeof v === 'bigint' ? Number(v) : v ?? null);
// What both readers must have of a task.
function rowOf(r) {
	const of = (f) => r.results[f];
	return { task: r.task, gold: false, text: r.fields.text, image: r.fields.image, input_input_Label: r.fields.Label, input_label: r.fields.input_label,
		label: of('label').value, label_confidence: of('label').confidence, label_answers: 1, count: of('count').value, like: of('like').value,
		words: of('words').value, boxes: JSON.stringify(of('boxes').value) };
}
const pick = (row, like) => Object.fromEntries(Object.keys(like).map((k) => [k, real(row[k])]));

async function parquet(server, dir, id, wanted) {
	const file = join(dir, 'results.parquet');
	writeFileSync(file, execFileSync(program, ['export', '--data', server.data, '--project', String(id), '--format', 'parquet', '--answers'],
		{ env: server.env(), maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'ignore'] }));
	const instance = await DuckDBInstance.create();
	const db = await instance.connect();
	const read = await db.runAndReadAll(`SELECT * FROM read_parquet('${file}') ORDER BY task`);
	const duck = read.getRowObjectsJS();
	same('DuckDB reads from Parquet what JSON Lines say', wanted, duck.map((r, i) => pick(r, wanted[i])));
	const types = await db.runAndReadAll(`DESCRIBE SELECT task, gold, text, count, "like", label_confidence FROM read_parquet('${file}')`);
	same('with types', ['BIGINT', 'BOOLEAN', 'VARCHAR', 'DOUBLE', 'BIGINT', 'DOUBLE'], types.getRowObjectsJS().map((r) => r.column_type));
	const sums = await db.runAndReadAll(`SELECT count(*) AS n, sum("like") AS s, count(count) AS c FROM read_parquet('${file}')`);
	const [{ n, s, c }] = sums.getRowObjectsJS();
	same('and adds up', [ROWS, wanted.reduce((a, r) => a + r.like, 0), wanted.filter((r) => r.count !== null).length], [n, s, c].map(Number));
	const hyper = await parquetReadObjects({ file: await asyncBufferFromFile(file), compressors });
	same('hyparquet reads the same', wanted, hyper.map((r, i) => pick(r, wanted[i])));
	ok('with the answers', duck.every((r) => JSON.parse(r.answers).length === 1));
	db.closeSync?.();
}

function boxesOf(lines) {
	return lines.flatMap((r) => r.results.boxes.value.shapes.map((s) => [r.task, s.label, ...s.box]));
}

// The export into a draft of its own, with the results as known answers; published, its gold is what was answered.
async function comeBack(requester, server, old, lines, format, name, file) {
	const { id } = await requester.post('/projects', { title: `Back from ${format}` });
	const src = format === 'coco' ? '{{file_name}}' : '{{image}}';
	const blocks = template.blocks.filter((b) => format !== 'coco' || 'src' in b).map((b) => ('src' in b ? { ...b, src } : b));
	await requester.post(`/projects/${id}`, { template: { blocks } });
	const source = await requester.call('POST', `/projects/${id}/sources?name=${name}`, file, 'application/json');
	const path = `/projects/${id}/sources/${source.id}`;
	const reach = (state) => until(state, 60, async () => {
		const now = await requester.get(path);
		if (now.state === 'refused') throw new Error(`${format}: ${now.message}`);
		return now.state === state && now;
	});
	const seen = await reach('checked');
	same(`${format} is known and has no fault`, [{ json: 'json', jsonl: 'jsonl', labelstudio: 'labelstudio', coco: 'coco' }[format], []], [seen.form, seen.faults]);
	await requester.post(`${path}/import`, { skip_bad: false, given: true });
	const done = await reach('imported');
	same(`${format} comes back with its answers`, [ROWS, ROWS], [done.records, done.gold]);
	const page = await requester.get(`/projects/${id}/preview?row=2`);
	ok(`${format} shows its rows`, JSON.stringify(page).includes('h.example/p/1.jpg'), JSON.stringify(page).slice(0, 300));
}

async function config(requester) {
	const xml = '<View><Image name="i" value="$image"/><RectangleLabels name="Cars" toName="i"><Label value="car"/></RectangleLabels></View>';
	const made = await requester.post('/templates/labelstudio', { xml });
	same('a labelling configuration becomes a template', [true, 'box', 'cars'], [made.ok, made.template.blocks[0].type, made.template.blocks[0].name]);
	const bad = await requester.post('/templates/labelstudio', { xml: '<View>\n<Brush name="b" toName="i"/></View>' });
	same('what it does not know is refused by name and line', [false, 'Brush', 2], [bad.ok, bad.faults[0].path, bad.faults[0].line]);
}

const schema = database ? ownSchema(database) : null;
const server = new Server(program, schema?.url);
const agent = agentOf(2);
const dir = mkdtempSync(join(tmpdir(), 'tessera-formats-'));
try {
	const first = server.init();
	await server.start();
	const { requester, id } = await work(server, agent, first.secret_key);
	const raw = async (format, more = '') => {
		const file = join(dir, 'download');
		execFileSync('curl', ['-sSf', '-o', file, '-D', `${file}.head`, '-H', `Cookie: ${requester.cookie}`,
			`http://127.0.0.1:${server.port}/api/v1/projects/${id}/export?format=${format}${more}`]);
		return { bytes: readFileSync(file), head: readFileSync(`${file}.head`, 'utf8') };
	};
	const text = async (format, more) => (await raw(format, more)).bytes.toString('utf8');
	const lines = (await text('jsonl')).trim().split('\n').map((l) => JSON.parse(l));
	same('JSON Lines have every row', rows, lines.map((r) => r.fields));
	same('and what was answered', boxesOf(lines).map((b) => b.slice(2)), rows.flatMap((_, i) => answerOf(i).boxes.shapes.map((s) => s.box)));
	same('JSON says the same', lines, JSON.parse(await text('json')));

	await parquet(server, dir, id, lines.map(rowOf));

	const coco = JSON.parse(await text('coco'));
	const names = new Map(coco.categories.map((k) => [k.id, k]));
	same('COCO has the boxes', boxesOf(lines), coco.annotations.filter((a) => names.get(a.category_id).supercategory === 'boxes')
		.map((a) => [a.image_id, names.get(a.category_id).name, ...a.bbox]));
	same('and the key points', lines.map((_, i) => [i, i, 2, i + 1, i, 2]), coco.annotations.filter((a) => a.keypoints).map((a) => a.keypoints));
	same('and the pictures', lines.map((r) => r.fields.image), coco.images.map((i) => i.file_name));
	ok('ids are there once', new Set(coco.annotations.map((a) => a.id)).size === coco.annotations.length);
	ok('and says what is left out', coco.info.left_out.some((l) => l.includes('label (choice)')));

	const voc = await raw('voc');
	ok('the header says what is left out', /X-Left-Out: .*the field label \(choice\)/i.test(voc.head), voc.head);
	const xml = [...unzip(voc.bytes)].filter(([name]) => name.endsWith('.xml'));
	ok('Pascal VOC has a file for each picture', xml.length === ROWS, `${xml.length}`);
	const found = [];
	for (const [name, content] of xml) {
		const file = join(dir, 'one.xml');
		writeFileSync(file, content);
		const say = (path) => execFileSync('xmllint', ['--nonet', '--xpath', path, file], { encoding: 'utf8' }).trim();
		const n = Number(say('count(//object)'));
		for (let k = 1; k <= n; k++) {
			const [x, y, x2, y2] = ['xmin', 'ymin', 'xmax', 'ymax'].map((e) => Number(say(`string(//object[${k}]//${e})`)));
			found.push([Number(/(\d+)\.xml$/.exec(name)[1]) + 1, say(`string(//object[${k}]/name)`), x, y, x2 - x, y2 - y]);
		}
	}
	same('xmllint finds every box in them', boxesOf(lines), found.sort((a, b) => a[0] - b[0]));

	const yolo = unzip((await raw('yolo')).bytes);
	const classes = yolo.get('classes.txt').trimEnd().split('\n');
	const back = lines.flatMap((r, i) => yolo.get(`labels/p/${i}.txt`).split('\n').filter(Boolean).map((line) => {
		const [k, x, y, w, h] = line.split(' ').map(Number);
		return [r.task, classes[k], ...[(x - w / 2) * 640, (y - h / 2) * 480, w * 640, h * 480].map((n) => Math.round(n * 100) / 100)];
	}));
	same('YOLO has the boxes within a hundredth of a pixel', boxesOf(lines), back);

	const studio = JSON.parse(await text('labelstudio'));
	same('Label Studio has the data', rows, studio.map((t) => t.data));
	same('and the boxes in percent', boxesOf(lines), studio.flatMap((t) => t.annotations[0].result.filter((r) => r.type === 'rectanglelabels')
		.map(({ value: v }) => [t.id, v.rectanglelabels[0], ...[v.x * 6.4, v.y * 4.8, v.width * 6.4, v.height * 4.8].map((n) => Math.round(n * 100) / 100)])));
	same('and the pixels, by the code of its own', lines.map((_, i) => [3, 4, 5, 6, 7].map((y) => y * 640 + i)), studio.map((t) => {
		const { rle, format, brushlabels } = t.annotations[0].result.find((r) => r.type === 'brushlabels').value;
		const rgba = unbrushed(Uint8Array.from(rle));
		return format === 'rle' && brushlabels[0] === 'water' && rgba.length === 4 * 640 * 480 ?
			[...Array(640 * 480).keys()].filter((n) => rgba[4 * n + 3]) : [];
	}));
	ok('spans say their text', studio.every((t, i) => t.annotations[0].result.some((r) => r.value?.text === String(i))));

	const conll = (await text('conll')).split('-DOCSTART- -X- _ O\n\n').slice(1);
	ok('CoNLL has a document for each item', conll.length === ROWS, `${conll.length}`);
	ok('each line has four columns', conll.every((d) => d.split('\n').filter(Boolean).every((l) => l.split(/\s+/).length === 4)));
	same('tokens and marks are those of the text', lines.map((r) => `${r.fields.text}.`.split(/\s+/).filter(Boolean).join('')),
		conll.map((d) => d.split('\n').filter(Boolean).map((l) => l.split(' ')[0]).join('')));
	ok('the span is marked', conll.every((d, i) => d.startsWith(`${i} -X- _ B-a_person\n`)));
	ok('the command lists the formats', execFileSync(program, ['formats'], { encoding: 'utf8' }).includes('parquet'));
	const { items } = await requester.get(`/projects/${id}/formats`);
	same('the menu has all of them, and says which do not suit', ['webvtt', 'srt'], items.filter((f) => !f.suits).map((f) => f.name));
	for (const [format, name] of [['json', 'r.json'], ['jsonl', 'r.jsonl'], ['labelstudio', 'tasks.json'], ['coco', 'instances.json']])
		await comeBack(requester, server, id, lines, format, name, await text(format));
	await config(requester);
	ok('the books are sound', server.doctor() === 'sound', server.doctor());
} catch (error) {
	n.failed++;
	console.log(`not ok: ${error.stack}`);
} finally {
	agent.destroy();
	await server.stop();
	server.forget();
	schema?.drop();
	rmSync(dir, { recursive: true, force: true });
}
console.log(`${n.passed} passed, ${n.failed} failed`);
process.exit(n.failed > 0 ? 1 : 0);
