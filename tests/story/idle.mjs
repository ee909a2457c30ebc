// SPDX-License-Identifier: AGPL-3.0-or-later
/*
 * Connections that do nothing cost next to nothing: memory of the server for each, and the pace of
 * those who work beside them. After a request each, they are kept alive. Then a thousand each that
 * send a head or a body bit by bit, or read nothing of what they asked for.
 *
 *   node tests/story/idle.mjs PROGRAM [CONNECTIONS]
 */
import { execFile } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';
import net from 'node:net';
import { promisify } from 'node:util';
import { holds, is, tally, until } from './faults_world.mjs';
import { Server, wait } from './server.mjs';

const [program, count = '2000'] = process.argv.slice(2);
const COUNT = Number(count), EACH_KIB = 8, LOAD = 'build/release/bench/load';
const run = promisify(execFile);

const rss = (server) => 1024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.process.pid}/status`, 'utf8'))[1]);

// A connection that asks once and then stays; `ok` says that it got its answer.
function idle(server) {
	const one = { socket: net.connect(server.port, '127.0.0.1'), ok: false, closed: false };

	one.socket.on('data', (part) => {
		one.ok ||= part.toString('latin1').startsWith('HTTP/1.1 200');
	});
	one.socket.on('error', () => {});
	one.socket.on('close', () => {
		one.closed = true;
	});
	one.socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
	return one;
}

// The p99 of four who ask without a pause, in a process of their own (bench/load.c).
async function pace(server) {
	const { stdout } = await run(LOAD, ['--empty', '--port', String(server.port), '--connections', '4', '--seconds', '1']);

	return JSON.parse(stdout).p99_ms;
}

async function open(server, connections) {
	for (let i = 0; i < COUNT; i += 100) {
		const some = Array.from({ length: Math.min(100, COUNT - i) }, () => idle(server));
		connections.push(...some);
		await until('they are answered', 30, () => some.every((one) => one.ok || one.closed));
	}
}

// A connection that sends `first` and then now and then a little more; deaf: it reads nothing.
function slow(server, first, drop, deaf) {
	const socket = net.connect(server.port, '127.0.0.1');

	socket.on('error', () => {});
	if (deaf) socket.pause();
	else socket.resume();
	socket.write(first);
	return { socket, timer: drop && setInterval(() => socket.write(drop), 1000) };
}

const SLOW = {
	heads: ['GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ', 'a'],
	bodies: ['POST /csp HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n', ' '],
	readers: ['GET /api/v1/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(40), '', true],
};

async function besideSlow(server, quiet) {
	for (const [name, [first, drop, deaf]] of Object.entries(SLOW)) {
		const before = rss(server);
		const many = Array.from({ length: 1000 }, () => slow(server, first, drop, deaf));
		await wait(3000);
		const each = (rss(server) - before) / many.length;
		const beside = Math.min(await pace(server), await pace(server));
		// Who is held up waits for their next byte, a second; 10 ms is what a shared machine may do.
		holds(beside < Math.max(10, 2 * quiet), `slow ${name} hold nobody up (p99 ${quiet} ms alone, ${beside} ms)`);
		console.log(`slow ${name}: ${JSON.stringify({ connections: many.length, bytes_each: Math.round(each), p99_beside_ms: beside })}`);
		for (const one of many) {
			clearInterval(one.timer);
			one.socket.destroy();
		}
		await wait(1000);
	}
}

const server = new Server(program);
try {
	server.init();
	appendFileSync(`${server.data}/tessera.conf`,
		`web.connections_max = ${COUNT + 100}\nweb.connections_each_max = ${COUNT + 100}\nweb.idle_time_s = 600\nweb.header_time_s = 60\n`);
	await server.start();
	await pace(server); // what is made once is there
	const alone = [await pace(server)];
	const before = rss(server), connections = [];
	await open(server, connections);
	const each = (rss(server) - before) / COUNT;
	const beside = [await pace(server), await pace(server), await pace(server)];

	is(COUNT, connections.filter((one) => one.ok && !one.closed).length, 'all of them are kept');
	holds(each <= EACH_KIB * 1024, `an idle connection takes ${EACH_KIB} KiB at most (${Math.round(each)} bytes)`);
	connections.forEach((one) => one.socket.destroy());
	await until('they are gone', 10, () => connections.every((one) => one.closed));
	alone.push(await pace(server), await pace(server));
	const [quiet, busy] = [alone, beside].map((times) => Math.min(...times));
	// Below half a millisecond the ratio is that of the machine's moods.
	holds(busy < Math.max(0.5, 1.5 * quiet), `who works is as fast beside them (p99 ${quiet} ms, ${busy} ms)`);
	await besideSlow(server, quiet);
	console.log(`idle: ${JSON.stringify({ connections: COUNT, bytes_each: Math.round(each), p99_alone_ms: quiet, p99_beside_ms: busy })}`);
} catch (error) {
	tally.failed++;
	console.log(`not ok: ${error.stack}`);
} finally {
	await server.stop();
	server.forget();
}
console.log(`${tally.passed} passed, ${tally.failed} failed`);
process.exitCode = tally.failed > 0 ? 1 : 0;
