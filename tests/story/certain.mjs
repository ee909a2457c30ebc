// SPDX-License-Identifier: AGPL-3.0-or-later
// A requester wants to be sure and pays for at most seven answers: a seeded crowd of which each worker is right
// with a share of his own works through the API, answers are asked for as long as they pay, what was not asked
// for goes back, workers read what is thought of them, and spot checks certify the results.
//   node tests/story/certain.mjs [PROGRAM] [DATABASE]
import { Client, agentOf } from './client.mjs';
import { Server, ownSchema, wait } from './server.mjs';
import { counts, funded, imported, published, until } from './steps.mjs';

const [, , program = 'build/tessera', database] = process.argv;
const PASSWORD = 'a crowd of dice';
const ITEMS = 240, GOLD = 40, MOST = 7, LEAST = 2, CHECKS = 20;
const SHARES = [0.97, 0.95, 0.93, 0.9, 0.9, 0.88, 0.85, 0.8, 0.75, 0.5];
const LABELS = ['cat', 'dog', 'fox'];

const { n, ok } = counts();

// mulberry32
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
const roll = dice(7);
const truth = Array.from({ length: ITEMS }, () => LABELS[Math.floor(roll() * LABELS.length)]);

async function makeProject(server, agent, key) {
	const requester = await funded(server, agent, key, 'requester@certain.example', PASSWORD, 1000000);
	const { id } = await requester.post('/projects', { title: 'Animals' });
	const blocks = [{ type: 'markdown', text: 'Item {{item}}' }, { type: 'choice', name: 'label', label: 'What is it?', options: LABELS }];
	// Known answers are checked against the questions as they are when the file is imported.
	await requester.post(`/projects/${id}`, { template: { blocks } });
	const csv = ['item,gold_label', ...truth.map((l, i) => `${i},${i < GOLD ? l : ''}`)].join('\r\n') + '\r\n';
	await imported(requester, id, 'items.csv', csv, 'text/csv');
	await requester.post(`/projects/${id}`, { reward: 5, redundancy: MOST, redundancy_least: LEAST,
		confidence_permille: 950, gold_redundancy: 8, gold_share_permille: 150, approve_after_s: 0, time_allowed_s: 3600 });
	const quote = await published(requester, id);
	ok('the quote is for the most', quote.answers === (ITEMS - GOLD) * MOST + GOLD * 8, `${quote.answers}`);
	const item = new Map();
	for await (const row of requester.list(`/projects/${id}/tasks?limit=200`)) item.set(String(row.task), Number(row.fields.item));
	return { requester, id, item, quote };
}

// One after the other takes what he is given, a few at a time, until nobody is given anything.
async function everybodyWorks(server, agent, made) {
	const workers = [];
	for (const [i, share] of SHARES.entries()) {
		const client = new Client(server, agent);
		await client.signUp(`Die ${i}`, `w${i}@certain.example`, PASSWORD, 'worker');
		workers.push({ client, share, done: 0 });
	}
	for (let idle = 0; idle < 20;) {
		let any = false;
		for (const w of workers)
			for (let n = 0; n < 5; n++) {
				const given = await w.client.post(`/work/${made.id}/accept`, {}).catch((e) => (e.status === 409 ? {} : Promise.reject(e)));
				if (!given.assignment) break;
				const { task, epoch } = given.assignment;
				const right = truth[made.item.get(String(task))];
				const other = LABELS.filter((l) => l !== right)[Math.floor(roll() * 2)];
				await w.client.post(`/work/${made.id}/tasks/${task}/submit`,
					{ epoch, answer: { label: roll() < w.share ? right : other }, active_ms: 1000 });
				w.done++;
				any = true;
			}
		const { state } = await made.requester.get(`/projects/${made.id}`);
		if (state === 'done') return workers;
		idle = any ? 0 : idle + 1;
		if (!any) await wait(250);
	}
	return workers;
}

const schema = database ? ownSchema(database) : null;
const server = new Server(program, schema?.url);
const agent = agentOf(4);
try {
	const first = server.init();
	await server.start();
	const made = await makeProject(server, agent, first.secret_key);
	const workers = await everybodyWorks(server, agent, made);
	const { requester, id, item } = made;
	// Known items may still want answers that nobody is left to give; closing judges what is there.
	const { refunded } = await requester.post(`/projects/${id}/close`, {}).then(() => requester.get(`/projects/${id}/progress`));
	await until('results', 60, async () => (await requester.get(`/projects/${id}/progress`)).judged >= ITEMS);

	const text = await requester.call('GET', `/projects/${id}/export?format=jsonl&answers=1&certificate=1`);
	const lines = text.split('\n').filter(Boolean).map((line) => JSON.parse(line));
	const { certificate } = lines.pop();
	const plain = lines.filter((r) => !r.gold);
	const counts = plain.map((r) => r.answers.length);
	const mean = counts.reduce((a, b) => a + b, 0) / counts.length;
	const right = plain.filter((r) => r.results.label.value === truth[Number(r.fields.item)]).length / plain.length;
	ok('no item has fewer answers than the least or more than the most', counts.every((n) => n >= LEAST && n <= MOST), `${Math.min(...counts)} ${Math.max(...counts)}`);
	ok('most places were not needed', mean < MOST * 0.7, `${mean}`);
	ok('the results are as right as was asked for, within what chance does to 200', right >= 0.92, `${right}`);
	ok('each result has a posterior that sums to one', lines.every((r) =>
		Math.abs(r.results.label.posterior.reduce((a, p) => a + p.share, 0) - 1) < 1e-4));
	ok('what was not asked for went back', refunded > 0, `${refunded}`);

	const own = await Promise.all(workers.map((w) => w.client.get('/me/skills')));
	const best = own[0].items[0], worst = own[SHARES.length - 1].items[0];
	ok('a worker reads of his own answers alone', own.every((o) => o.items.length === 1));
	ok('who is right more often reads so', best.percent > worst.percent && worst.percent <= 70 && best.percent >= 85, `${best.percent} ${worst.percent}`);
	const seen = (await requester.get(`/projects/${id}/workers`)).items;
	ok('the requester reads the same of each', seen.length === SHARES.length && seen.every((w) => w.percent >= 30 && w.at_least <= w.percent));

	ok('known items certify before anybody has checked', certificate[0].checked === certificate[0].known && certificate[0].known > 30, JSON.stringify(certificate));
	for (let n = 0; n < CHECKS; n++) {
		const { task } = await requester.get(`/projects/${id}/checks/next`);
		await requester.post(`/projects/${id}/checks`, { task, answer: { label: truth[item.get(String(task))] } });
	}
	const [after] = (await requester.get(`/projects/${id}/certificate`)).items;
	ok('each check counts', after.checked === certificate[0].checked + CHECKS, JSON.stringify(after));
	ok('the true share lies in the interval', after.low <= right && right <= after.high, `${after.low} ${right} ${after.high}`);
	ok('the claim is near the truth', Math.abs(after.claimed - right) < 0.06, `${after.claimed} ${right}`);
	ok('the books are sound', server.doctor() === 'sound', server.doctor());
	console.log(`answers for each item ${mean.toFixed(2)} of ${MOST}, right ${right.toFixed(3)}, claimed ${after.claimed.toFixed(3)}, ` +
		`certified ${after.share.toFixed(3)} (${after.low.toFixed(3)} to ${after.high.toFixed(3)})`);
} catch (error) {
	n.failed++;
	console.log(`not ok: ${error.stack}`);
} finally {
	agent.destroy();
	await server.stop();
	server.forget();
	schema?.drop();
}
console.log(`${n.passed} passed, ${n.failed} failed`);
process.exit(n.failed > 0 ? 1 : 0);
