// SPDX-License-Identifier: AGPL-3.0-or-later
// Two PostgreSQL servers of a story's own, a primary and its synchronous standby, in a temporary
// folder and on loopback; whichever is up may be killed, frozen, promoted or made anew from the other.
import { execFile, execFileSync } from 'node:child_process';
import { appendFileSync, chownSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './server.mjs';

export const BIN = '/usr/lib/postgresql/15/bin';
const isRoot = process.getuid() === 0;

// PostgreSQL refuses to run as root.
const as = (words) => (isRoot ? ['runuser', '-u', 'postgres', '--', ...words] : words);

export function canRun() {
	try {
		return existsSync(`${BIN}/initdb`) && (!isRoot || Boolean(execFileSync('id', ['-u', 'postgres'], { stdio: 'pipe' })));
	} catch {
		return false;
	}
}

const run = promisify(execFile);

class Node {
	constructor(pair, name, port) {
		Object.assign(this, { pair, name, port, data: join(pair.folder, name) });
	}

	// Nothing here stops the story's own clock: replies are seen when they come.
	async call(program, ...words) {
		const [first, ...rest] = as([`${BIN}/${program}`, ...words]);
		const { stdout } = await run(first, rest, { cwd: this.pair.folder, encoding: 'utf8', timeout: 60000 });
		return stdout;
	}

	ctl(...words) {
		return this.call('pg_ctl', '-D', this.data, '-w', '-t', '30', ...words);
	}

	configure(lines) {
		appendFileSync(join(this.data, 'postgresql.conf'), `${lines.join('\n')}\n`);
	}

	async make() {
		await this.call('initdb', '-D', this.data, '-U', 'tessera', '-A', 'trust', '-E', 'UTF8', '--locale=C', '-N', '-k');
		this.settle();
	}

	// Killing processes leaves what the kernel holds: fsync would show nothing here.
	settle() {
		this.configure([
			`port = ${this.port}`, "listen_addresses = '127.0.0.1'", "unix_socket_directories = ''",
			'fsync = off', 'max_connections = 60', "synchronous_standby_names = ''", 'wal_receiver_timeout = 5s',
		]);
	}

	async copyOf(other) {
		rmSync(this.data, { recursive: true, force: true });
		await this.call('pg_basebackup', ...other.at, '-D', this.data,
			'-R', '-c', 'fast', '-N');
		this.settle();
		await this.start();
	}

	start() {
		return this.ctl('-l', join(this.pair.folder, `${this.name}.log`), 'start');
	}

	async sql(text, database = 'postgres') {
		return (await this.call('psql', '-qAtX', ...this.at, database, '-c', text)).trim();
	}

	get at() {
		return ['-h', '127.0.0.1', '-p', String(this.port), '-U', 'tessera'];
	}

	waitsForStandby(on) {
		this.configure([`synchronous_standby_names = '${on ? '*' : ''}'`]);
		return this.ctl('reload');
	}

	// The postmaster and its children, each a process of ours.
	processes() {
		const pid = readFileSync(join(this.data, 'postmaster.pid'), 'utf8').split('\n')[0];
		const parent = (one) => {
			try {
				return readFileSync(`/proc/${one}/stat`, 'utf8').replace(/.*\) /, '').split(' ')[1];
			} catch {
				return '';
			}
		};
		return [pid, ...readdirSync('/proc').filter((one) => /^\d+$/.test(one) && parent(one) === pid)];
	}

	signal(name) {
		for (const pid of this.processes())
			try {
				process.kill(Number(pid), name);
			} catch {
				// it has ended by itself
			}
	}

	stop() {
		try {
			this.signal('SIGKILL');
		} catch {
			// it was not running
		}
	}
}

export class Pair {
	static async make() {
		const pair = new Pair();

		pair.folder = mkdtempSync(join(tmpdir(), 'tessera-failover-'));
		if (isRoot) chownSync(pair.folder, Number(execFileSync('id', ['-u', 'postgres'])), -1);
		pair.one = new Node(pair, 'one', await freePort());
		pair.two = new Node(pair, 'two', await freePort());
		await pair.one.make();
		await pair.one.start();
		await pair.one.call('createuser', ...pair.one.at, '--no-superuser', 'site');
		await pair.one.call('createdb', ...pair.one.at, '-O', 'site', 'site');
		await pair.two.copyOf(pair.one);
		await pair.one.waitsForStandby(true);
		return pair;
	}

	get url() {
		const hosts = [this.one, this.two].map((node) => `127.0.0.1:${node.port}`).join(',');
		return `postgresql://site@${hosts}/site?target_session_attrs=read-write`;
	}

	end() {
		this.one.stop();
		this.two.stop();
		rmSync(this.folder, { recursive: true, force: true });
	}
}
