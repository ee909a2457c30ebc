// SPDX-License-Identifier: AGPL-3.0-or-later
// What the parts of the story of faults share: counting, people, projects, and a look at all tables.
import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { Client, agentOf } from './client.mjs';
import { Server, wait } from './server.mjs';

export const PASSWORD = 'a long enough one 7';
export const tally = { passed: 0, failed: 0 };

export function is(wanted, got, sentence) {
	if (JSON.stringify(wanted) === JSON.stringify(got)) {
		tally.passed++;
		return;
	}
	tally.failed++;
	console.log(
		`not ok: ${sentence}: wanted ${JSON.stringify(wanted)}, got ${JSON.stringify(got)}`,
	);
}

export const holds = (condition, sentence) => is(true, Boolean(condition), sentence);

// One request and what came of it, refused or not. Text and bytes go as they are.
export async function ask(who, verb, path, value, type = 'application/json') {
	const plain = value === undefined || typeof value === 'string' || Buffer.isBuffer(value);
	const reply = await who.once(
		verb,
		`/api/v1${path}`,
		plain ? value : JSON.stringify(value),
		type,
	);
	return {
		...reply,
		body:
			/json$/.test(reply.headers['content-type'] ?? '') && reply.text
				? JSON.parse(reply.text)
				: reply.text,
	};
}

// Is this a refusal as every one should be, with this status and at this place?
export function refusal(sentence, reply, status, field, detail) {
	const body = reply.body ?? {};

	is(`${status} ${field ?? ''}`, `${reply.status} ${body.field ?? ''}`, sentence);
	if (
		reply.headers['content-type'] !== 'application/problem+json' ||
		body.status !== reply.status ||
		!/^\/problems\//.test(body.type) ||
		!body.title ||
		!body.detail ||
		!body.request
	)
		is('a whole problem+json', reply.text, sentence);
	if (detail)
		is(
			String(detail),
			detail.test(body.detail) ? String(detail) : body.detail,
			sentence,
		);
}

export async function until(sentence, seconds, look) {
	const end = Date.now() + 1000 * seconds;

	for (;;) {
		const seen = await look();
		if (seen) return seen;
		if (Date.now() > end) throw new Error(`${sentence}: not within ${seconds} s`);
		await wait(20);
	}
}

/*
 * Everything that is stored, but for what counts visits: the audit book, sessions, tries, the
 * times of background work, and the points of charts that time alone adds. One client of the
 * database stays open for all looks.
 */
const VISITS = new Set([
	'audit',
	'audit_head',
	'user_session',
	'user_key',
	'user_attempt',
	'user_rehash',
	'job',
	'report_look',
	'report_point',
]);

export class Tables {
	constructor(server) {
		const names = JSON.parse(server.run('tables', '--json'))
			.map((t) => t.table)
			.filter((t) => !VISITS.has(t));

		this.sql = names.map((t) => `SELECT '${t}', x.* FROM ${t} AS x;`).join('\n');
		this.child = server.database
			? spawn('psql', ['-qAtX', server.database], {
					stdio: ['pipe', 'pipe', 'inherit'],
				})
			: spawn(
					'sqlite3',
					[
						'-batch',
						'-cmd',
						'.timeout 5000',
						'-cmd',
						'.mode quote',
						`${server.data}/tessera.db`,
					],
					{ stdio: ['pipe', 'pipe', 'inherit'] },
				);
		this.text = '';
		this.looks = 0;
		this.child.stdout.setEncoding('utf8');
		this.child.stdout.on('data', (part) => {
			this.text += part;
			this.wake?.();
		});
		this.gone = new Promise((resolve) => this.child.once('exit', resolve));
		this.child.once('error', (error) => {
			this.error = error;
			this.wake?.();
		});
	}

	async query(sql) {
		const mark = `end of look ${++this.looks}`;

		this.text = '';
		this.child.stdin.write(`${sql}\nSELECT '${mark}';\n`);
		while (!this.text.includes(mark)) {
			if (this.error) throw this.error;
			await new Promise((resolve) => {
				this.wake = resolve;
			});
		}
		return this.text
			.split('\n')
			.filter((line) => line !== '' && !line.includes(mark))
			.sort();
	}

	look() {
		return this.query(this.sql);
	}

	async stay(sentence, before) {
		const after = await this.look();
		const fresh = after.filter((line) => !before.includes(line)),
			gone = before.filter((line) => !after.includes(line));

		is(
			[],
			[
				...gone.map((line) => `- ${line}`),
				...fresh.map((line) => `+ ${line}`),
			].slice(0, 4),
			`${sentence}: nothing is changed`,
		);
		return after;
	}

	async close() {
		this.child.stdin.end();
		await this.gone;
	}
}

// A site of its own with an operator, two requesters and two workers.
export class World {
	static async make(program, database, settings = '', folder = undefined) {
		const w = new World();

		w.server = new Server(program, database, folder);
		w.agent = agentOf(32);
		w.operator = new Client(w.server, w.agent, w.server.init().secret_key);
		appendFileSync(`${w.server.data}/tessera.conf`, settings);
		await w.server.start();
		w.rita = await w.person('Rita', 'requester');
		w.sven = await w.person('Sven', 'requester');
		w.wim = await w.person('Wim', 'worker');
		w.wanda = await w.person('Wanda', 'worker');
		w.org = (await w.rita.get('/me')).orgs[0].id;
		await w.operator.post('/deposits', {
			org: w.org,
			amount: 10000000,
			reference: 'the first',
		});
		return w;
	}

	async person(name, role) {
		const client = new Client(this.server, this.agent);

		await client.signUp(
			name,
			`${name.toLowerCase().replace(/\W/g, '')}@faults.example`,
			PASSWORD,
			role,
		);
		return client;
	}

	async upload(project, name, bytes) {
		const source = await this.rita.call(
			'POST',
			`/projects/${project}/sources?name=${encodeURIComponent(name)}`,
			bytes,
			'application/octet-stream',
		);
		const path = `/projects/${project}/sources/${source.id}`;

		return until(`${name} is checked`, 30, async () => {
			const now = await this.rita.get(path);
			return now.state !== 'checking' && { ...now, path };
		});
	}

	async import(source, how = { skip_bad: false }) {
		await this.rita.post(`${source.path}/import`, how);
		return until(`${source.name} is imported`, 30, async () => {
			const now = await this.rita.get(source.path);
			return !['importing', 'undoing'].includes(now.state) && now;
		});
	}

	// A draft of `rows` tasks whose answer is a cat or a dog.
	async draft(rows, edit = {}) {
		const { id } = await this.rita.post('/projects', { title: 'Cats and dogs' });

		if (rows > 0)
			await this.import(
				await this.upload(
					id,
					'names.csv',
					`name\n${Array.from({ length: rows }, (_, i) => `n${i + 1}\n`).join('')}`,
				),
			);
		await this.rita.post(`/projects/${id}`, {
			template: {
				blocks: [
					{
						type: 'markdown',
						text: rows > 0 ? 'Who is {{name}}?' : 'Who?',
					},
					{
						type: 'choice',
						name: 'label',
						label: 'Which?',
						options: ['cat', 'dog'],
					},
				],
			},
			reward: 10,
			redundancy: 2,
			approve_after_s: 86400,
			estimate_s: 30,
			...edit,
		});
		return id;
	}

	async publish(id) {
		const { total } = await this.rita.get(`/projects/${id}/quote`);

		await this.rita.post(`/projects/${id}/publish`, { total });
		await until(
			'the project is open',
			30,
			async () => (await this.rita.get(`/projects/${id}`)).state === 'open',
		);
		return total;
	}

	async project(rows, edit) {
		const id = await this.draft(rows, edit);

		await this.publish(id);
		return id;
	}

	async accept(who, id, task) {
		return (await who.post(`/work/${id}/accept`, task === undefined ? {} : { task }))
			.assignment;
	}

	submit(who, a, answer = { label: 'cat' }) {
		return ask(who, 'POST', `/work/${a.project}/tasks/${a.task}/submit`, {
			epoch: a.epoch,
			answer,
		});
	}

	// Nothing is under way any more.
	quiet() {
		return until(
			'background work ends',
			30,
			async () =>
				!(await this.operator.get('/jobs')).items.some(
					(job) =>
						job.state === 'running' ||
						Date.parse(job.due) <= Date.now(),
				),
		);
	}

	async end() {
		this.agent.destroy();
		await this.server.stop();
		this.server.forget();
	}
}
