// SPDX-License-Identifier: AGPL-3.0-or-later
// The disk is full: reading goes on, what would be written is refused and told, and when there is
// room again all goes on by itself.
import { closeSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { Client } from './client.mjs';
import { wait } from './server.mjs';
import { ask, holds, is, refusal, until } from './faults_world.mjs';

// Every byte that is left.
function fill(path) {
	const file = openSync(path, 'w');

	for (let size = 1 << 20; size > 0; size >>= 1)
		try {
			for (;;) writeSync(file, Buffer.alloc(size, 1));
		} catch (error) {
			if (error.code !== 'ENOSPC') throw error;
		}
	closeSync(file);
}

// A refusal that tells of the disk, in time.
function full(sentence, reply, began) {
	refusal(sentence, reply, 503, '', /disk is full/);
	holds(Number(reply.headers['retry-after']) >= 1, `${sentence}: and says when to try again`);
	is(
		true,
		Date.now() - began < 1000,
		`${sentence}: within a second (${Date.now() - began} ms)`,
	);
}

// Work on, noting what was acknowledged; ends at the first refusal.
async function work(w, id, promised) {
	for (;;) {
		const began = Date.now();
		let reply = await ask(w.wim, 'POST', `/work/${id}/accept`, {});
		if (reply.status !== 200) return { reply, began };
		const a = reply.body.assignment;
		if (!a) throw new Error('the disk was never full: there are no tasks left');
		const next = Date.now();
		reply = await w.submit(w.wim, a);
		if (reply.status !== 200) return { reply, began: next };
		promised.add(a.task);
	}
}

export async function disk(w) {
	const filler = `${w.server.data}/filler`,
		id = await w.project(3000, { redundancy: 1, approve_after_s: 0 });
	const promised = new Set(),
		large = 'name\n' + 'x\n'.repeat(400000),
		lite = !w.server.database;

	if (statfsSync(w.server.data).blocks * statfsSync(w.server.data).bsize > 1 << 28)
		throw new Error('this part wants a small file system of its own');
	const other = (await w.rita.post('/projects', { title: 'Other' })).id;
	await w.upload(other, 'before.csv', 'name\na\n');
	for (let round = 0; round < 2; round++) {
		for (let i = 0; i < 20; i++) {
			const a = await w.accept(w.wim, id);
			is(200, (await w.submit(w.wim, a)).status, 'an answer is taken');
			promised.add(a.task);
		}
		fill(filler);
		const began = Date.now();
		full(
			'a file for a full disk',
			await ask(
				w.rita,
				'POST',
				`/projects/${other}/sources?name=large.csv`,
				large,
				'text/csv',
			),
			began,
		);
		if (lite) {
			// What the log has room for goes on; then it ends with a reason.
			const end = await work(w, id, promised);
			full('an answer for a full disk', end.reply, end.began);
			for (let i = 0; i < 5; i++) {
				const again = Date.now();
				full(
					'a project for a full disk',
					await ask(w.rita, 'POST', '/projects', {
						title: 'x'.repeat(190),
					}),
					again,
				);
			}
			const sign = Date.now();
			full(
				'signing in',
				await ask(new Client(w.server, w.agent), 'POST', '/sign-in', {
					email: 'sven@faults.example',
					password: 'a long enough one 7',
				}),
				sign,
			);
		} else {
			for (let i = 0; i < 5; i++) {
				const a = await w.accept(w.wim, id);
				is(
					200,
					(await w.submit(w.wim, a)).status,
					'an answer is taken elsewhere',
				);
				promised.add(a.task);
			}
		}
		for (const [who, path] of [
			[w.rita, `/projects/${id}`],
			[w.rita, `/projects/${id}/progress`],
			[w.rita, `/projects/${id}/tasks?limit=200`],
			[w.wim, '/work'],
			[w.wim, '/me/earnings'],
			[w.rita, `/projects/${id}/export?format=csv`],
			[w.operator, '/health/details'],
		])
			is(
				200,
				(await ask(who, 'GET', path)).status,
				`reading ${path.replace(/\d+/, '…')} goes on`,
			);
		is(
			true,
			(await fetch(`http://127.0.0.1:${w.server.port}/`)).ok,
			'so does the page',
		);
		await wait(1500); // and the house's own work finds no room either
		rmSync(filler);
		await until(
			'there is room and things are written again',
			5,
			async () =>
				(await w.submit(w.wim, await w.accept(w.wim, id).catch(() => ({}))))
					.status === 200,
		);
		is(
			'checked',
			(await w.upload(other, `large${round}.csv`, large)).state,
			'files come in again',
		);
	}
	const { submitted } = await w.rita.get(`/projects/${id}/progress`);
	await until(
		'all is judged and paid',
		30,
		async () => (await w.rita.get(`/projects/${id}/progress`)).paid === submitted,
	);
	const text = await w.rita.call('GET', `/projects/${id}/export?format=jsonl&answers=1`);
	const kept = new Set(
		text
			.split('\n')
			.filter(Boolean)
			.map((line) => JSON.parse(line))
			.filter((t) => t.answers.length === 1)
			.map((t) => t.task),
	);
	is(
		[],
		[...promised].filter((task) => !kept.has(task)),
		'every answer that was acknowledged is there',
	);
	is(
		0,
		(await w.operator.get('/health/details')).jobs.broken,
		'no background work was given up',
	);
}
