// SPDX-License-Identifier: AGPL-3.0-or-later
/*
 * Two servers on one database are one site: what one of them was told, the other knows.
 *
 *   node tests/story/processes.mjs PROGRAM DATABASE
 */
import { execFileSync } from 'node:child_process';
import http from 'node:http';
import { readFileSync } from 'node:fs';
import { Client } from './client.mjs';
import { PASSWORD, World, ask, holds, is, tally, until } from './faults_world.mjs';
import { wait } from './server.mjs';

const [program, database] = process.argv.slice(2);

// The same person at the other server.
const at = (server, who) => Object.assign(new Client(server, who.agent, who.key), { cookie: who.cookie, user: who.user });
const status = async (who, path) => (await ask(who, 'GET', path)).status;

async function sessions(w, b) {
	const ada = await w.person('Ada', 'worker'), there = at(b, ada);

	is(200, await status(there, '/me'), 'who signed in at one server is known at the other');
	await there.post('/sign-out');
	is(401, await status(ada, '/me'), 'who signed out at the other is out at both');
}

async function keys(w, b) {
	const made = await w.wim.post('/me/keys', { label: 'both' });
	const here = new Client(w.server, w.agent, made.secret_key), there = new Client(b, w.agent, made.secret_key);

	is([200, 200], [await status(there, '/me'), await status(here, '/me')], 'a key made at one server opens both');
	await at(b, w.wim).call('DELETE', `/me/keys/${made.access_key}`);
	is([401, 401], [await status(here, '/me'), await status(there, '/me')], 'ended at the other it opens neither');
}

// Every request of a worker goes to the other server than the one before.
async function hints(w, b, who) {
	const id = await w.project(60, { redundancy: 1, approve_after_s: 0 });
	const both = [who, at(b, who)], seen = [];

	for (let turn = 0; ; turn++) {
		const a = await w.accept(both[turn % 2], id);
		if (!a) break;
		seen.push(a.task);
		if (a.task % 20 === 0 && seen.filter((task) => task === a.task).length === 1) {
			await both[(turn + 1) % 2].post(`/work/${id}/tasks/${a.task}/return`, { epoch: a.epoch });
			continue;
		}
		is(200, (await w.submit(both[(turn + 1) % 2], a)).status, 'accepted here, submitted there');
	}
	is(60, new Set(seen).size, 'hopping between servers leaves no task out');
	is(0, (await w.rita.get(`/projects/${id}/progress`)).open ?? 0, 'nothing is left open');
}

async function races(w, b) {
	const id = await w.project(150, { redundancy: 1, approve_after_s: 0 }), done = [];
	const lane = async (who) => {
		for (;;) {
			const a = await w.accept(who, id);
			if (!a) return;
			is(200, (await w.submit(who, a)).status, 'a submit beside others');
			done.push(a.task);
		}
	};

	await Promise.all([lane(w.wim), lane(at(b, w.wanda)), lane(w.ann), lane(at(b, w.bob))]);
	is([150, 150], [done.length, new Set(done).size], 'workers at both servers share the tasks and get none twice');
	await until('all is paid once', 30, async () => (await w.rita.get(`/projects/${id}/progress`)).paid === 150);
}

const deadlocks = () => Number(execFileSync('psql', ['-At', database, '-c',
	'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()'], { encoding: 'utf8' }));

// Two dozen workers at both servers, each as fast as it can, in two projects; one server is killed amidst it.
async function load(w, b) {
	const TASKS = 300, EACH = 3, before = deadlocks();
	const ids = [await w.project(TASKS, { redundancy: EACH, approve_after_s: 0 }), await w.project(TASKS, { redundancy: EACH, approve_after_s: 0 })];
	const people = await Promise.all(Array.from({ length: 24 }, (_, i) => w.person(`Load ${i}`, 'worker')));
	const told = new Set(), ms = [];
	// What got no reply is asked again, as a page does; how long that takes is the dead server's time.
	const timed = async (act) => {
		for (let tries = 0; tries < 200; tries++) {
			const from = performance.now();
			try {
				const got = await act();
				ms.push(performance.now() - from);
				return got;
			} catch (error) {
				if (error.status) throw error;
				await wait(50);
			}
		}
		throw new Error('the killed server never answers again');
	};
	// Nothing is left, or the last answer was judged since and the project has ended.
	const next = (who, id) => w.accept(who, id).catch((error) => {
		if (error.status === 409) return null;
		throw error;
	});
	const lane = async (who, i) => {
		for (const id of i % 2 ? ids : [...ids].reverse())
			for (;;) {
				const a = await timed(() => next(who, id));
				if (!a) break;
				const reply = await timed(() => w.submit(who, a));
				if (reply.status === 200) told.add(`${id} ${a.task} ${i}`);
			}
	};
	const kill = async () => {
		await until('a third is done', 60, async () => told.size > ids.length * TASKS * EACH / 3, 10);
		w.server.process.kill('SIGKILL');
		await w.server.ended;
		await wait(300);
		await w.server.start();
	};
	const from = performance.now();
	await Promise.all([kill(), ...people.map((who, i) => lane(at(i % 3 ? w.server : b, who), i))]);
	const took = (performance.now() - from) / 1000;

	for (const id of ids) {
		const wanted = [...told].filter((one) => one.startsWith(`${id} `)).length;
		await until('all is paid once', 30, async () => (await w.rita.get(`/projects/${id}/progress`)).paid >= wanted);
		is(TASKS * EACH, (await w.rita.get(`/projects/${id}/progress`)).submitted, 'every place has one answer');
	}
	is(2 * TASKS * EACH, told.size, 'each of them was acknowledged to who gave it');
	is(0, deadlocks() - before, 'no server waited for the other in a circle');
	ms.sort((x, y) => x - y);
	console.log(`24 workers at two servers, one killed: ${Math.round(told.size / took)} cycles/s, ` +
		`p50 ${ms[ms.length >> 1].toFixed(1)} ms, p99 ${ms[Math.floor(ms.length * 0.99)].toFixed(1)} ms`);
}

// Four workers at two servers ask for the twenty places of a quota at the same time, before and with their answers.
async function quotas(w, b) {
	const cat = { label: 'cat' };
	const id = await w.project(40, { redundancy: 4, approve_after_s: 0, template: {
		blocks: [{ type: 'choice', name: 'label', label: 'Which?', options: ['cat', 'dog'] }],
		quotas: [{ field: 'label', is: 'cat', max: 20 }],
	} });
	let held = 0, sent = 0;
	const lane = async (who, asks) => {
		for (;;) {
			const a = await w.accept(who, id);
			if (!a) return;
			const path = `/work/${id}/tasks/${a.task}`;
			if (asks && !(await who.post(`${path}/screen`, { epoch: a.epoch, answer: cat })).taken) continue;
			held += asks;
			const { status: said } = await w.submit(who, a, cat);
			if (asks || said === 200) is(200, said, 'a place that was taken holds for its answer');
			sent += said === 200;
			if (said !== 200) await who.post(`${path}/return`, { epoch: a.epoch });
		}
	};

	await Promise.all([lane(w.wim, true), lane(at(b, w.wanda), true), lane(w.ann, false), lane(at(b, w.bob), false)]);
	is(20, sent, `a quota of twenty takes twenty, whoever races (${held} of them asked before)`);
}

// Progress is watched at one server while the work is done at the other.
async function streams(w, b) {
	const id = await w.project(3, { redundancy: 1 });
	let said = '';
	const request = http.get({ host: '127.0.0.1', port: w.server.port, path: `/api/v1/projects/${id}/events`,
		headers: { Cookie: w.rita.cookie } }, (reply) => reply.on('data', (part) => {
		said += part;
	}));
	const told = () => said.split('\n').filter((line) => line.startsWith('data: ')).map((line) => JSON.parse(line.slice(6)));

	request.on('error', () => {});
	await until('the stream begins', 5, () => told().length > 0);
	is(200, (await w.submit(at(b, w.wim), await w.accept(at(b, w.wim), id))).status, 'work at the other server');
	const from = Date.now();
	await until('it is told', 5, () => told().some((one) => one.submitted === 1));
	holds(Date.now() - from < 2500, `work at one server is seen in a stream of the other (${Date.now() - from} ms)`);
	request.destroy();
}

// Lines of both servers' logs that say so of a job.
const runs = (w, kind) => readFileSync(`${w.server.data}/server.log`, 'utf8').split('\n')
	.filter((line) => line.includes(`"job":"${kind}"`) && line.includes('"result":"ok"')).length;

async function timers(w, b) {
	const before = runs(w, 'assignment.expire');
	const from = Date.now();
	const id = await w.project(1, { redundancy: 1, time_allowed_s: 10 });
	const a = await w.accept(w.wim, id);

	await until('the place is open again', 20, async () => {
		const got = await w.accept(at(b, w.wanda), id);
		return got && w.submit(at(b, w.wanda), got);
	});
	const took = Date.now() - from, ran = runs(w, 'assignment.expire') - before;
	holds(took >= 9500 && took < 14000, `a lease taken at one server ends in time at the other (${took} ms)`);
	holds(ran <= took / 1000 + 2 && ran > 0, `the clock strikes once for both (${ran} times in ${took} ms)`);
	is(409, (await w.submit(w.wim, a)).status, 'who was too late is told so when nothing is free');
}

async function attempts(w, b) {
	const eve = 'eve@processes.example';
	await w.operator.post('/users', { name: 'Eve', email: eve, password: PASSWORD, roles: 1 }).catch(() => {});
	const signUp = new Client(w.server, w.agent);
	await ask(signUp, 'POST', '/sign-up', { name: 'Eve', email: eve, password: PASSWORD, role: 'worker' });
	const seen = [];

	for (let i = 0; i < 8; i++) {
		const who = new Client(i % 2 ? b : w.server, w.agent);
		const reply = await ask(who, 'POST', '/sign-in', { email: eve, password: 'wrong and wrong' });
		seen.push(reply.status);
		if (reply.status === 429) holds(Number(reply.headers['retry-after']) > 0, 'it is said when to come back');
	}
	is([6, true], [seen.indexOf(429), seen.slice(6).every((one) => one === 429)],
		`wrong passwords count at both servers together (${seen})`);
	const right = await Promise.all([w.server, b].map((server) =>
		ask(new Client(server, w.agent), 'POST', '/sign-in', { email: eve, password: PASSWORD })));
	is([429, 429], right.map((reply) => reply.status), 'the wait holds at both, for the right one too');
}

// The server that took a file and imports it is killed; the other ends the import.
async function jobs(w, b) {
	const { id } = await w.rita.post('/projects', { title: 'Many' });
	const rows = 60000;
	const source = await w.upload(id, 'many.csv', `name\n${Array.from({ length: rows }, (_, i) => `n${i}\n`).join('')}`);
	const there = at(b, w.rita);

	await w.rita.post(`${source.path}/import`, { skip_bad: false });
	await wait(150);
	w.server.process.kill('SIGKILL');
	await w.server.ended;
	const from = Date.now();
	await until('the import ends at the other server', 120, async () => (await there.get(source.path)).state === 'imported');
	is(rows, (await there.get(`/projects/${id}`)).records, 'every row is there once');
	console.log(`a job of a killed server: ${Date.now() - from} ms until the other had ended it`);
	await w.server.start();
	is(200, await status(w.rita, '/me'), 'the killed server is back, and the session holds');
}

const w = await World.make(program, database);
const b = w.server.beside();
try {
	await b.start();
	[w.ann, w.bob] = [await w.person('Ann', 'worker'), await w.person('Bob', 'worker')];
	await sessions(w, b);
	await keys(w, b);
	await hints(w, b, w.wim);
	await races(w, b);
	await load(w, b);
	await quotas(w, b);
	await streams(w, b);
	await timers(w, b);
	await jobs(w, b);
	await attempts(w, b);
	is('sound', w.server.doctor(), 'all books are sound');
} catch (error) {
	tally.failed++;
	console.log(`not ok: ${error.stack}`);
} finally {
	await b.stop();
	await w.end();
}
console.log(`${tally.passed} passed, ${tally.failed} failed`);
process.exitCode = tally.failed > 0 ? 1 : 0;
