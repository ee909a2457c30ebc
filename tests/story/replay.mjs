// SPDX-License-Identifier: AGPL-3.0-or-later
// The steps of `replay`; each waits for what it has asked for, with a bound.
import { plurality, readSet } from './set.mjs';
import { Client, agentOf } from './client.mjs';
import { History } from './history.mjs';
import { Server, Servers, ownSchema, wait } from './server.mjs';
import { funded, imported, published, until } from './steps.mjs';

const PASSWORD = 'a recorded crowd';

// A small seeded generator (mulberry32), so that --seed repeats the moments of the kills.
function dice(seed) {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let t = state;
		t = Math.imul(t ^ (t >>> 15), t | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	};
}

const csvCell = (text) => `"${text.replaceAll('"', '""')}"`;

async function makeProject(server, agent, key, set, method, say) {
	const requester = await funded(server, agent, key, 'requester@replay.example', PASSWORD, set.tasks.length * set.most * 2 + 100);
	const { id } = await requester.post('/projects', { title: 'Replay' });
	const block = { type: 'choice', name: 'label', label: 'Which label fits?', options: set.labels };
	const template = { blocks: [{ type: 'markdown', text: 'Item {{item}}' }, block] };
	const csv = ['item', ...set.tasks.map(csvCell)].join('\r\n') + '\r\n';
	await imported(requester, id, 'items.csv', csv, 'text/csv', 120);
	await requester.post(`/projects/${id}`, { template, reward: 1, redundancy: set.most, picking: true, method,
		approve_after_s: 0, time_allowed_s: 3600 });
	const quote = await published(requester, id, 120);
	say(`quote: ${quote.tasks} tasks, ${quote.answers} answers, ${quote.total} minor units`);
	const number = new Map();
	for await (const row of requester.list(`/projects/${id}/tasks?limit=200`)) number.set(row.fields.item, row.task);
	return { requester, id, number };
}

// One worker's answers, one after the other, as a person would.
async function work(client, project, number, answers, note) {
	for (const { task, label } of answers) {
		const n = number.get(task);
		const { assignment } = await client.post(`/work/${project}/accept`, { task: n });
		await client.post(`/work/${project}/tasks/${n}/submit`,
			{ epoch: assignment.epoch, answer: { label }, active_ms: 1000 });
		note(task);
	}
}

async function everybodyWorks(server, agent, set, made, chosen, say) {
	const roll = dice(chosen.seed);
	const moments = Array.from({ length: chosen.points ? 0 : chosen.kill }, () => Math.floor(roll() * set.answers.length * 0.98)).sort((a, b) => a - b);
	const byWorker = new Map(set.workers.map((w) => [w, []]));
	for (const a of set.answers) byWorker.get(a.worker).push(a);
	const queue = [...byWorker];
	const people = new Map();
	let done = 0, killing = null;
	const note = () => {
		done++;
		while (moments.length > 0 && done >= moments[0]) {
			moments.shift();
			const pause = roll() * 20;
			killing = (killing ?? Promise.resolve()).then(() => wait(pause)).then(() => server.kill());
		}
		if (done % 1000 === 0) say(`${done} of ${set.answers.length} answers`);
	};
	const lane = async () => {
		while (queue.length > 0) {
			const [worker, answers] = queue.shift();
			const client = new Client(server, agent);
			const index = set.workers.indexOf(worker);
			await client.signUp(`Recorded ${worker}`, `w${index}@replay.example`, PASSWORD, 'worker');
			// Requesters, and so the export, know a worker by a number of the project alone.
			people.set((await client.get(`/work/${made.id}`)).me, worker);
			await work(client, made.id, made.number, answers, note);
		}
	};
	await Promise.all(Array.from({ length: chosen.connections }, lane));
	await killing;
	return people;
}

async function results(requester, id, set, say) {
	const seen = () => requester.get(`/projects/${id}/progress`);
	const full = set.answers.length === set.tasks.length * set.most;
	if (!full) {
		say('tasks have different numbers of answers: closing, so that what is there is judged');
		await requester.post(`/projects/${id}/close`);
	}
	await until('results', 300, async () => {
		const p = await seen();
		return p.judged >= set.tasks.length && p.paid >= set.answers.length;
	});
	const text = await requester.call('GET', `/projects/${id}/export?format=jsonl&answers=1`);
	return text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line));
}

// Each recorded answer must be there once and unchanged, and nothing else.
function compare(set, exported, people) {
	const wanted = new Map(set.answers.map((a) => [`${a.task}\t${a.worker}`, a.label]));
	let stored = 0, surplus = 0, right = 0, of = 0;
	for (const row of exported) {
		for (const a of row.answers) {
			const key = `${row.fields.item}\t${people.get(a.worker)}`;
			stored++;
			if (wanted.get(key) === a.answer.label) wanted.delete(key);
			else surplus++;
		}
	}
	for (const row of exported) {
		const task = row.fields.item;
		if (!set.truth.has(task)) continue;
		const { value, ties } = row.results.label;
		const top = ties.length > 0 ? ties : [value];
		of++;
		if (top.includes(set.truth.get(task))) right += 1 / top.length;
	}
	return { stored, surplus, lost: wanted.size, accuracy: of === 0 ? null : right / of };
}

/*
 * The places of base/crash.h, and up to which passage each is met: those of files first, while the
 * project's file comes in, then all in turn.
 */
const files = [['before-fsync', 2], ['after-fsync', 2], ['before-rename', 1], ['after-rename', 1]];
const places = [['before-commit', 30], ['after-commit', 30], ['before-send', 30], ['after-send', 30],
	['after-claim', 6], ['before-body', 6], ['after-body', 6]];

function placesOf(count, seed) {
	const roll = dice(seed);
	let n = 0;

	return () => {
		if (n >= count) return null;
		const [name, most] = n < files.length ? files[n] : places[n % places.length];
		n++;
		return `${name}:${1 + Math.floor(roll() * most)}`;
	};
}

export async function replay(chosen) {
	const say = chosen.json ? () => {} : (text) => console.error(`replay: ${text}`);
	const set = readSet(chosen.set);
	const schema = chosen.database ? ownSchema(chosen.database) : null;
	const server = chosen.servers > 1 ? new Servers(chosen.program, schema?.url, chosen.servers)
		: new Server(chosen.program, schema?.url);
	const agent = agentOf(chosen.connections);
	const began = Date.now();
	say(`${set.tasks.length} tasks, ${set.workers.length} workers, ${set.answers.length} answers, seed ${chosen.seed}`);
	try {
		const first = server.init();
		await server.start();
		server.history = new History(server.data);
		const crashing = chosen.points ? server.crashAt(placesOf(chosen.kill, chosen.seed)) : null;
		const made = await makeProject(server, agent, first.secret_key, set, chosen.method, say);
		const workBegan = Date.now();
		const people = await everybodyWorks(server, agent, set, made, chosen, say);
		const workSeconds = (Date.now() - workBegan) / 1000;
		const crashed = crashing?.then(() => true);
		while (crashing && !(await Promise.race([crashed, wait(20)]))) await made.requester.get('/me');
		const exported = await results(made.requester, made.id, set, say);
		const found = compare(set, exported, people);
		const doctor = server.doctor();
		// Money may still be on its way.
		let history = server.history.compare(server.store, '--rest');
		for (let i = 0; i < 100 && history?.includes('paid_never'); i++) {
			await wait(100);
			history = server.history.compare(server.store, '--rest');
		}
		return {
			tasks: set.tasks.length, workers: set.workers.length, answers_in: set.answers.length,
			answers_stored: found.stored, lost: found.lost, surplus: found.surplus,
			method: chosen.method, accuracy: found.accuracy, plurality: plurality(set), repeated: set.repeated,
			kills: server.kills, ...(server.crashed ? { places: Object.fromEntries(server.crashed) } : {}),
			doctor, requests: server.history.count, history: history ?? 'ok', seconds: Math.round((Date.now() - began) / 100) / 10,
			answers_per_s: Math.round(set.answers.length / workSeconds),
		};
	} finally {
		agent.destroy();
		await server.stop();
		if (chosen.keep) say(`data kept in ${server.data}`);
		else {
			server.forget();
			schema?.drop();
		}
	}
}
