// SPDX-License-Identifier: AGPL-3.0-or-later
/*
 * The database's primary goes and its synchronous standby takes over, while people work.
 *
 *   node tests/story/failover.mjs PROGRAM
 *
 * Workers accept and submit without a pause, each with a log of what was acknowledged to him and when.
 * Meanwhile the primary is killed, a commit stays without its standby, and a primary freezes; after
 * each, what was acknowledged is compared with what the server that is left has. The last line
 * but one says how long nothing was acknowledged.
 */
import { readFileSync } from 'node:fs';
import { agentOf } from './client.mjs';
import { World, ask, holds, is, tally, until } from './faults_world.mjs';
import { Pair, canRun } from './failover_pg.mjs';
import { wait } from './server.mjs';

const WORKERS = 8, TASKS = 20000, REPLY_MAX_MS = 30000;

// One worker: what was acknowledged, and the longest that any reply took.
class Hand {
	constructor(who, project) {
		Object.assign(this, { who, project, done: new Map(), longest: 0, unsure: 0, status: new Map() });
	}

	// Asked until it is answered by anything but a 503; a 503 says when to come back.
	async send(path, value) {
		for (let tries = 0; !this.ends; tries++) {
			const began = Date.now();
			const reply = await ask(this.who, 'POST', path, value);
			this.longest = Math.max(this.longest, Date.now() - began);
			this.status.set(reply.status, (this.status.get(reply.status) ?? 0) + 1);
			if (reply.status !== 503) return { ...reply, tries };
			if (!/^[1-9]\d*$/.test(reply.headers['retry-after'] ?? '')) this.status.set('no Retry-After', 1);
			await wait(100 + Math.random() * 200); // sooner than told, to see the end of it
		}
		return undefined;
	}

	async work() {
		while (!this.ends) {
			const got = await this.send(`/work/${this.project}/accept`, {});
			const a = got?.body.assignment;
			if (!a) return;
			const put = await this.send(`/work/${this.project}/tasks/${a.task}/submit`, { epoch: a.epoch, answer: { label: 'cat' } });
			if (!put) return;
			if (put.status !== 200) throw new Error(`a submit got ${put.status}: ${put.text}`);
			if (put.tries > 0) this.unsure++;
			this.done.set(a.task, Date.now());
			acks.push(Date.now());
		}
	}
}

const acks = []; // when anything was acknowledged to anybody
const latest = () => acks.at(-1) ?? 0;
const acknowledged = (hands) => hands.reduce((sum, hand) => sum + hand.done.size, 0);

// The longest time since `from` in which nothing was acknowledged, once there is work again.
async function outage(from, what) {
	const until_ms = Date.now();

	await until(`${what}: work goes on`, 60, () => latest() > until_ms);
	const late = [from, ...acks.filter((at) => at >= from)];
	return Math.max(...late.slice(1).map((at, i) => at - late[i]));
}

// What was acknowledged until now is looked for in the server that is left.
async function nothingLost(node, hands, project, what) {
	const promised = hands.flatMap((hand) => [...hand.done.keys()].map((task) => `${task}|${hand.who.user.id ?? hand.who.user}`));
	const rows = await node.sql(`SELECT task_id, worker_id FROM answer WHERE project_id = ${project}`, 'site');
	const stored = new Set(rows.split('\n'));
	const lost = promised.filter((one) => !stored.has(one));

	is([], lost.slice(0, 5), `${what}: every answer that was acknowledged is there`);
	return lost.length;
}

function politely(hands, what) {
	const seen = [...new Set(hands.flatMap((hand) => [...hand.status.keys()]))].filter((one) => one !== 200 && one !== 503);

	is([], seen, `${what}: every reply is 200, or 503 with Retry-After`);
	const longest = Math.max(...hands.map((hand) => hand.longest));
	holds(longest < REPLY_MAX_MS, `${what}: no reply takes ${REPLY_MAX_MS} ms (${longest})`);
	hands.forEach((hand) => {
		hand.longest = 0;
	});
	return longest;
}

// A standby that stops makes commits wait; it comes back, and all goes on.
async function standbyRests(pair, hands) {
	await pair.two.ctl('-m', 'immediate', 'stop');
	const from = Date.now();
	await wait(14000);
	const before = acknowledged(hands);
	holds(latest() < from + 2000, 'without its standby nothing is acknowledged');
	await pair.two.start();
	const back = Date.now();
	await outage(from, 'the standby is back');
	holds(acknowledged(hands) > before, 'then all goes on');
	return { back_ms: acks.find((at) => at >= back) - back, longest_ms: politely(hands, 'the standby rests') };
}

// The wait of a commit is ended by hand: the change is seen, but the standby does not have it.
async function waitIsCancelled(pair, hands) {
	await pair.two.ctl('-m', 'immediate', 'stop');
	await wait(1500);
	const before = acknowledged(hands);
	let ended = 0;
	for (let i = 0; i < 40; i++) {
		ended += Number(await pair.one.sql("SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"));
		await wait(100);
	}
	holds(ended > 0, `commits waited and were cut short (${ended})`);
	is(before, acknowledged(hands), 'what only the primary has is not acknowledged, however often it is asked');
	pair.one.signal('SIGKILL');
	const from = Date.now();
	await pair.two.start();
	await pair.two.ctl('promote');
	return { outage_ms: await outage(from, 'the cut-off primary died'), cancelled: ended };
}

async function primaryDies(primary, standby, hands) {
	primary.signal('SIGKILL');
	const from = Date.now();
	await wait(1500);
	holds(latest() < from + 500, 'while there is no primary nothing is acknowledged');
	await standby.ctl('promote');
	return { outage_ms: await outage(from, 'the primary died') };
}

async function primaryFreezes(primary, standby, hands) {
	primary.signal('SIGSTOP');
	const from = Date.now();
	await wait(1500);
	holds(latest() < from + 500, 'while the primary is frozen nothing is acknowledged');
	await standby.ctl('promote');
	return { outage_ms: await outage(from, 'the primary froze') };
}

async function tell(program) {
	const pair = await Pair.make();
	const w = await World.make(program, pair.url, 'web.caller_requests_max = 1000\n');
	const told = {};

	w.agent = agentOf(64);
	try {
		const id = await w.project(TASKS, { reward: 1, redundancy: 1, approve_after_s: 0 });
		const hands = [];
		for (let i = 0; i < WORKERS; i++) hands.push(new Hand(await w.person(`Hand ${i}`, 'worker'), id));
		const all = Promise.all(hands.map((hand) => hand.work()));
		all.catch((error) => is('work', error.stack, 'nobody is stopped'));

		await wait(2000);
		holds(acknowledged(hands) > 20, 'people work');
		told.standby_rests = await standbyRests(pair, hands);
		await wait(1000);
		told.wait_cancelled = await waitIsCancelled(pair, hands);
		told.wait_cancelled.lost = await nothingLost(pair.two, hands, id, 'a commit without its standby');
		told.wait_cancelled.longest_ms = politely(hands, 'a commit without its standby');

		await pair.one.copyOf(pair.two);
		await pair.two.waitsForStandby(true);
		await wait(2000);
		told.primary_dies = await primaryDies(pair.two, pair.one, hands);
		await wait(1000);
		told.primary_dies.lost = await nothingLost(pair.one, hands, id, 'the primary died');
		told.primary_dies.longest_ms = politely(hands, 'the primary died');

		await pair.two.copyOf(pair.one);
		await pair.one.waitsForStandby(true);
		await wait(2000);
		told.primary_freezes = await primaryFreezes(pair.one, pair.two, hands);
		pair.one.signal('SIGKILL');
		await wait(1000);
		hands.forEach((hand) => {
			hand.ends = true;
		});
		await all;
		told.primary_freezes.lost = await nothingLost(pair.two, hands, id, 'the primary froze');
		told.primary_freezes.longest_ms = politely(hands, 'the primary froze');

		const sent = acknowledged(hands);
		await until('all is paid', 60, async () => (await w.rita.get(`/projects/${id}/progress`)).paid >= sent);
		told.acknowledged = sent;
		told.resolved_by_asking_again = hands.reduce((sum, hand) => sum + hand.unsure, 0);
		is('sound', w.server.doctor(), 'all books are sound');
	} catch (error) {
		for (const log of [`${w.server.data}/server.log`, `${pair.folder}/one.log`, `${pair.folder}/two.log`])
			console.log(`${log}: ${readFileSync(log, 'utf8').split('\n').slice(-12).join('\n')}`);
		throw error;
	} finally {
		await w.end();
		pair.end();
	}
	return told;
}

if (!canRun()) {
	console.log('skipped: failover, PostgreSQL 15 is not installed');
} else {
	try {
		console.log(`outages: ${JSON.stringify(await tell(process.argv[2]))}`);
	} catch (error) {
		tally.failed++;
		console.log(`not ok: ${error.stack}`);
	}
}
console.log(`${tally.passed} passed, ${tally.failed} failed`);
process.exitCode = tally.failed > 0 ? 1 : 0;
