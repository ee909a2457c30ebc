// SPDX-License-Identifier: AGPL-3.0-or-later
// Peers that are slow, silent, half there or rude: they end by themselves, and nobody waits for them.
import net from 'node:net';
import { wait } from './server.mjs';
import { ask, holds, is, until } from './faults_world.mjs';

export const settings = 'web.header_time_s = 2\nweb.write_time_s = 3\nweb.idle_time_s = 3\n';

// A connection, what it sends at once, and what it sends bit by bit; `said` is what came back.
function peer(w, first, drop = '', deaf = false) {
	const socket = net.connect(w.server.port, '127.0.0.1');
	const one = { socket, said: '', closed: false };

	socket.on('error', () => {});
	socket.on('close', () => {
		one.closed = true;
		clearInterval(one.timer);
	});
	if (deaf) socket.pause();
	else
		socket.on('data', (part) => {
			one.said += part.toString('latin1');
		});
	socket.write(first);
	if (drop) one.timer = setInterval(() => socket.write(drop), 200);
	return one;
}

const many = (n, make) => Array.from({ length: n }, make);

async function pace(w, seconds) {
	const times = [],
		end = Date.now() + 1000 * seconds;

	while (Date.now() < end) {
		const began = performance.now(),
			reply = await ask(w.rita, 'GET', '/me');
		times.push(performance.now() - began);
		if (reply.status !== 200) is(200, reply.status, 'a plain request beside slow ones');
	}
	times.sort((a, b) => a - b);
	return times[Math.floor(times.length * 0.99)];
}

export async function slow(w) {
	const id = await w.draft(0),
		cookie = `Cookie: ${w.rita.cookie}\r\nX-Tessera: 1\r\n`;
	const post = `POST /api/v1/projects HTTP/1.1\r\nHost: x\r\n${cookie}Content-Type: application/json\r\nContent-Length: 60000\r\n\r\n`;
	const file = `POST /api/v1/projects/${id}/sources?name=a.csv HTTP/1.1\r\nHost: x\r\n${cookie}Content-Length: 6000000\r\n\r\n`;
	const alone = await pace(w, 1);
	const heads = many(200, () => peer(w, 'GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ', 'a'));
	const bodies = many(100, () => peer(w, post, ' '));
	const files = many(50, () => peer(w, file, 'a'));
	const silent = many(100, () => peer(w, ''));
	const half = many(50, () => {
		const one = peer(w, 'GET /hea');
		one.socket.end();
		return one;
	});
	const page = `GET /api/v1/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n`;
	const deaf = many(20, () => peer(w, page.repeat(800), '', true));
	const rude = setInterval(() => {
		const one = peer(w, post);
		setTimeout(() => one.socket.resetAndDestroy?.() ?? one.socket.destroy(), 5);
	}, 10);

	const beside = await pace(w, 2);
	holds(
		beside < 250 + 5 * alone,
		`a plain client is served beside them (${Math.round(alone)} ms alone, ${Math.round(beside)} ms)`,
	);
	is(
		201,
		(await ask(w.rita, 'POST', '/projects', { title: 'Beside' })).status,
		'so is one who changes something',
	);
	clearInterval(rude);
	await until('slow ones are ended', 12, () =>
		[...heads, ...bodies, ...files, ...silent, ...half].every((one) => one.closed),
	);
	const told = (list) =>
		list.filter(
			(one) =>
				/^HTTP\/1\.1 408 /.test(one.said) &&
				one.said.includes('problem+json'),
		).length;
	is([200, 100, 50], [told(heads), told(bodies), told(files)], 'slow ones are told why');
	is(
		[0, 0],
		[
			half.filter((one) => / 200 /.test(one.said)).length,
			(await w.rita.get(`/projects/${id}/sources`)).items.length,
		],
		'what did not come whole was not done',
	);
	await wait(3000);
	const size = (await w.rita.once('GET', '/api/v1/openapi.json')).text.length;
	deaf.forEach((one) => {
		one.got = 0;
		one.socket.on('data', (part) => {
			one.got += part.length;
		});
		one.socket.resume();
	});
	await until('who reads nothing is let go', 5, () => deaf.every((one) => one.closed));
	holds(
		deaf.every((one) => one.got < 800 * size),
		'before all was said',
	);
	is(200, (await ask(w.rita, 'GET', '/me')).status, 'and the house is as it was');
}
