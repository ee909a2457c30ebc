// SPDX-License-Identifier: AGPL-3.0-or-later
// Boxes that people drew (shared/data/crowd/pedestrians: 720 frames of 1280 x 720, 35 people, 7
// answers each) go through the API; the merged result is exported and compared with the truth
// by `tessera aggregate`, the house's own score. It must be what `aggregate` makes of the file
// itself, within what the order of the answers may move.
//   node tests/story/boxes.mjs SET [PROGRAM] [DATABASE]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, agentOf } from './client.mjs';
import { Server, ownSchema } from './server.mjs';
import { readSet } from './set.mjs';
import { counts, funded, imported, published, until } from './steps.mjs';

const [, , folder, program = 'build/tessera', database] = process.argv;
const PASSWORD = 'a recorded crowd';
const WIDE = 1280, HIGH = 720, LANES = 6;
// The most that two orders of the answers differ in F1: twelve shuffled ones lay within .0067 of each other.
const ORDER = 0.0067;

const hundredth = (n) => Math.round(n * 100) / 100;
const { n, ok } = counts();

// Corners as people drew them, to [x,y,w,h]; what has no area is left out, as `aggregate` does.
function answerOf(label) {
	const shapes = JSON.parse(label).map(([a, b, c, d]) => {
		const x = hundredth(Math.min(a, c)), y = hundredth(Math.min(b, d));
		return { box: [x, y, hundredth(Math.max(a, c) - x), hundredth(Math.max(b, d) - y)] };
	}).filter(({ box }) => box[2] > 0 && box[3] > 0);
	return { width: WIDE, height: HIGH, shapes };
}

async function makeProject(server, agent, key, set) {
	const requester = await funded(server, agent, key, 'requester@boxes.example', PASSWORD, set.answers.length * 3);
	const { id } = await requester.post('/projects', { title: 'Pedestrians' });
	const csv = ['frame,image', ...set.tasks.map((t) => `${t},https://frames.invalid/${t}.jpg`)].join('\r\n') + '\r\n';
	await imported(requester, id, 'frames.csv', csv, 'text/csv');
	const block = { type: 'box', name: 'people', label: 'Draw a box around each person', src: '{{image}}' };
	await requester.post(`/projects/${id}`, { template: { blocks: [block] }, reward: 1, redundancy: set.most,
		picking: true, approve_after_s: 0, time_allowed_s: 3600 });
	await published(requester, id);
	const number = new Map();
	for await (const row of requester.list(`/projects/${id}/tasks?limit=200`)) number.set(row.fields.frame, row.task);
	return { requester, id, number };
}

async function everybodyWorks(server, agent, set, made) {
	const queue = set.workers.map((w) => [w, set.answers.filter((a) => a.worker === w)]);
	const lane = async () => {
		for (let next = queue.shift(); next; next = queue.shift()) {
			const [worker, answers] = next;
			const client = new Client(server, agent);
			await client.signUp(`Recorded ${worker}`, `${worker}@boxes.example`, PASSWORD, 'worker');
			for (const { task, label } of answers) {
				const n = made.number.get(task);
				const { assignment } = await client.post(`/work/${made.id}/accept`, { task: n });
				await client.post(`/work/${made.id}/tasks/${n}/submit`,
					{ epoch: assignment.epoch, answer: { people: answerOf(label) }, active_ms: 1000 });
			}
		}
	};
	await Promise.all(Array.from({ length: LANES }, lane));
}

// F1 by the program: `answers` is a file of task, worker, label.
function score(dir, name, lines) {
	const file = join(dir, `${name}.tsv`), summary = join(dir, `${name}.json`);
	writeFileSync(file, 'task\tworker\tlabel\n' + lines.join('\n') + '\n');
	execFileSync(program, ['aggregate', '--kind', 'box', '--truth', join(folder, 'truth.tsv'), '--summary', summary, file],
		{ stdio: ['ignore', 'ignore', 'ignore'] });
	return JSON.parse(readFileSync(summary, 'utf8'));
}

const set = readSet(folder);
const schema = database ? ownSchema(database) : null;
const server = new Server(program, schema?.url);
const agent = agentOf(LANES);
const dir = mkdtempSync(join(tmpdir(), 'tessera-boxes-'));
try {
	const first = server.init();
	await server.start();
	const made = await makeProject(server, agent, first.secret_key, set);
	const began = Date.now();
	await everybodyWorks(server, agent, set, made);
	const seconds = (Date.now() - began) / 1000;
	await until('results', 120, async () => (await made.requester.get(`/projects/${made.id}/progress`)).judged >= set.tasks.length);
	const text = await made.requester.call('GET', `/projects/${made.id}/export?format=jsonl&answers=1`);
	const rows = text.split('\n').filter(Boolean).map((line) => JSON.parse(line));

	ok('each frame has a result', rows.length === set.tasks.length, `${rows.length}`);
	const stored = rows.flatMap((r) => r.answers.map((a) => `${r.fields.frame} ${JSON.stringify(a.answer.people)}`)).sort();
	const sent = set.answers.map((a) => `${a.task} ${JSON.stringify(answerOf(a.label))}`).sort();
	ok('each answer is stored as it was drawn', JSON.stringify(stored) === JSON.stringify(sent));
	ok('results are boxes inside of the frame with a confidence of a half or more', rows.every((r) =>
		r.results.people.value.shapes.every(({ box: [x, y, w, h], confidence }) =>
			x >= 0 && y >= 0 && w > 0 && h > 0 && x + w <= WIDE + 0.01 && y + h <= HIGH + 0.01 && confidence >= 0.5 && confidence <= 1)));
	const merged = score(dir, 'merged', rows.map((r) => [r.fields.frame, 'house', JSON.stringify(
		r.results.people.value.shapes.map(({ box: [x, y, w, h] }) => [x, y, x + w, y + h]))].join('\t')));
	const file = score(dir, 'file', set.answers.map((a) => [a.task, a.worker, a.label].join('\t')));
	for (const key of ['f1_50', 'f1_75'])
		ok(`${key} is that of the file itself`, Math.abs(merged[key] - file[key]) <= ORDER, `${merged[key]} and ${file[key]}`);
	ok('the books are sound', server.doctor() === 'sound', server.doctor());
	console.log(`merged export: F1@.5 ${merged.f1_50.toFixed(4)}, F1@.75 ${merged.f1_75.toFixed(4)} on ${merged.truth_tasks} frames; ` +
		`the file by aggregate: ${file.f1_50.toFixed(4)}, ${file.f1_75.toFixed(4)}; ${set.answers.length} answers at ${Math.round(set.answers.length / seconds)}/s`);
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
