// SPDX-License-Identifier: AGPL-3.0-or-later
// A server of its own for a story: a fresh site on a free port, which may be killed and started again.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, openSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export function freePort() {
	return new Promise((resolve, reject) => {
		const probe = createServer();
		probe.on('error', reject);
		probe.listen(0, '127.0.0.1', () => {
			const { port } = probe.address();
			probe.close(() => resolve(port));
		});
	});
}

export const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/*
 * A schema of its own in the database at `url`, so that a story can be told there again and again and
 * nobody's tables are touched. Where none can be made (no psql, no right to) the database itself is
 * used: then it must be empty.
 */
export function ownSchema(url) {
	const name = `tessera_story_${Date.now().toString(36)}${Math.floor(Math.random() * 1e6).toString(36)}`;
	const psql = (sql) => execFileSync('psql', ['-qX', '-v', 'ON_ERROR_STOP=1', '-c', sql, url], { stdio: 'ignore' });
	try {
		psql(`CREATE SCHEMA ${name}`);
	} catch {
		return { url, drop() {} };
	}
	const mark = url.includes('?') ? '&' : '?';
	return { url: `${url}${mark}options=-csearch_path%3D${name}`, drop: () => psql(`DROP SCHEMA ${name} CASCADE`) };
}

export class Server {
	constructor(program, database, folder = tmpdir()) {
		this.program = program;
		this.data = mkdtempSync(join(folder, 'tessera-story-'));
		this.database = database;
		this.kills = 0;
	}

	run(...words) {
		return execFileSync(this.program, [...words, '--data', this.data], {
			encoding: 'utf8', env: this.env(), maxBuffer: 1 << 28,
		});
	}

	env() {
		return { ...process.env, ...this.settings };
	}

	// The address of the store, as the program itself takes it.
	get store() {
		return this.database ?? `sqlite:${join(this.data, 'tessera.db')}`;
	}

	// Makes the empty site; gives the operator's first key.
	init() {
		const words = this.database ? ['--database', this.database] : [];
		const out = this.run('init', '--json', ...words);
		this.port = 0;
		return JSON.parse(out.trim().split('\n').pop());
	}

	/*
	 * From now on the server ends itself at one named place after the other (base/crash.h, in a build
	 * that has them), at the n-th passage, and is started again each time; `next` gives NAME:N, or null
	 * for no more. A place that is not passed in time is left by a kill from outside.
	 */
	crashAt(next, seconds = 0.8) {
		this.crashed = new Map();
		this.watch = (async () => {
			for (let place = next(); place !== null; place = next()) {
				await this.kill(place);
				const late = setTimeout(() => this.process.kill('SIGKILL'), seconds * 1000);
				const began = Date.now();
				await this.ended;
				clearTimeout(late);
				this.kills++;
				const [name] = place.split(':');
				const counts = this.crashed.get(name) ?? { met: 0, missed: 0 };
				if (Date.now() - began < seconds * 1000) counts.met++;
				else counts.missed++;
				this.crashed.set(name, counts);
			}
			await this.start();
		})();
		return this.watch;
	}

	async start(place) {
		if (!this.port) this.port = await freePort();
		this.log ??= openSync(join(this.data, 'server.log'), 'a');
		this.process = spawn(this.program,
			['serve', '--data', this.data, '--listen', `127.0.0.1:${this.port}`],
			{ stdio: ['ignore', this.log, this.log], env: { ...this.env(), ...(place ? { TESSERA_CRASH: place } : {}) } });
		this.ended = new Promise((resolve) => this.process.once('exit', resolve));
		for (let i = 0; i < 300; i++) {
			if (place && this.process.signalCode !== null) return; // it was there at once
			if (this.process.exitCode !== null) throw new Error(`the server ended at once; see ${this.data}/server.log`);
			try {
				const reply = await fetch(`http://127.0.0.1:${this.port}/healthz`);
				if (reply.ok) return;
			} catch {
				await wait(50);
			}
		}
		throw new Error('the server does not answer after 15 s');
	}

	async kill(place) {
		if (this.process.signalCode === null) {
			if (!place) this.kills++;
			this.process.kill('SIGKILL');
		}
		await this.ended;
		await this.start(place);
	}

	async stop() {
		if (!this.process || this.process.exitCode !== null) return;
		this.process.kill('SIGTERM');
		const late = setTimeout(() => this.process.kill('SIGKILL'), 15000);
		await this.ended;
		clearTimeout(late);
	}

	// Another server of the same site; it shares data and database.
	beside() {
		const { program, data, database, settings } = this;

		return Object.assign(Object.create(Server.prototype), { program, data, database, settings, kills: 0 });
	}

	doctor() {
		try {
			return this.run('doctor').trim();
		} catch (error) {
			return (error.stdout || error.message).trim();
		}
	}

	forget() {
		rmSync(this.data, { recursive: true, force: true });
	}
}

// Several servers of one site: each request goes to any of them, and any may be killed.
export class Servers extends Server {
	constructor(program, database, count) {
		super(program, database);
		this.others = Array.from({ length: count - 1 }, () => this.beside());
	}

	get all() {
		return [this, ...this.others];
	}

	// Whoever asks for the port is about to send a request.
	get port() {
		const one = Math.floor(Math.random() * (this.others.length + 1));
		return one === 0 || this.starting ? this.own : this.others[one - 1].port;
	}

	set port(number) {
		this.own = number;
	}

	async start(place) {
		this.starting = true;
		await super.start(place);
		this.starting = false;
		for (const other of this.others) if (!other.process) await other.start();
	}

	async kill(place) {
		const one = place ? 0 : Math.floor(Math.random() * (this.others.length + 1));
		if (one === 0) return super.kill(place);
		this.kills++;
		return this.others[one - 1].kill();
	}

	async stop() {
		await Promise.all([super.stop(), ...this.others.map((other) => other.stop())]);
	}
}
