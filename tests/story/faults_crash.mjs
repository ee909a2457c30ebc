// SPDX-License-Identifier: AGPL-3.0-or-later
// The server is killed again and again while files come in, are checked and imported, projects
// are published, and work is judged and paid. Whatever was promised is there once, and whole.
import http from 'node:http';
import { wait } from './server.mjs';
import { Tables, holds, is, until } from './faults_world.mjs';

const ROWS = 50000,
	TASKS = 300,
	KILLS = 8;
const csv = (rows) =>
	`name,place\n${Array.from({ length: rows }, (_, i) => `n${i},"p ${i}, q"\n`).join('')}`;

// Half a file, and the other half never: cut off by the kill.
function half(w, id) {
	const request = http.request({
		host: '127.0.0.1',
		port: w.server.port,
		method: 'POST',
		path: `/api/v1/projects/${id}/sources?name=half.csv`,
		headers: { Cookie: w.rita.cookie, 'X-Tessera': '1', 'Content-Length': 4 << 20 },
	});

	request.on('error', () => {});
	request.write('name\n'.repeat(400000));
	return request;
}

async function uploads(w) {
	const { id } = await w.rita.post('/projects', { title: 'Files' });
	const cut = half(w, id),
		bytes = csv(20000),
		promised = [];

	for (let i = 0; i < 8; i++) {
		const source = await w.rita.call(
			'POST',
			`/projects/${id}/sources?name=f${i}.csv`,
			bytes,
			'text/csv',
		);
		promised.push(source.id);
		await wait(300);
	}
	cut.destroy();
	return async () => {
		const { items } = await until('all files are checked', 60, async () => {
			const list = await w.rita.get(`/projects/${id}/sources`);
			return !list.items.some((s) => s.state === 'checking') && list;
		});
		is(
			[],
			promised.filter((one) => !items.some((s) => s.id === one)),
			'a file that was taken is there',
		);
		is(
			[],
			items
				.filter(
					(s) =>
						s.size !== bytes.length ||
						s.rows !== 20000 ||
						s.state !== 'checked',
				)
				.map((s) => s.name),
			'and is whole; half a file is none',
		);
	};
}

async function imports(w, tables) {
	const { id } = await w.rita.post('/projects', { title: 'Records' });
	const source = await w.upload(id, 'many.csv', csv(ROWS));
	const seen = new Set();

	is(ROWS, source.rows, 'all rows are checked');
	await w.rita.post(`${source.path}/import`, { key: 'name' }).catch((error) => {
		if (error.status !== 409) throw error;
	});
	await until('the file is imported', 90, async () => {
		const [project, page] = [
			await w.rita.get(`/projects/${id}`),
			await w.rita.get(`/projects/${id}/preview?row=1`),
		];
		seen.add(project.records);
		seen.add(page.rows);
		return (await w.rita.get(source.path)).state === 'imported';
	});
	return async () => {
		seen.add((await w.rita.get(`/projects/${id}`)).records);
		is(
			[0, ROWS],
			[...seen].sort((a, b) => a - b),
			'nothing half-imported is seen',
		);
		const [line] = await tables.query(
			`SELECT 'n', COUNT(*), MIN(id), MAX(id), COUNT(DISTINCT row_number) FROM record WHERE project_id = ${id};`,
		);
		is(
			['n', ROWS, 1, ROWS, ROWS].join(),
			line.replace(/['|]/g, (c) => (c === '|' ? ',' : '')),
			'every row is there once',
		);
	};
}

async function publishing(w, id) {
	const { total } = await w.rita.get(`/projects/${id}/quote`);

	await w.rita.post(`/projects/${id}/publish`, { total });
	await until(
		'the project is open',
		90,
		async () => (await w.rita.get(`/projects/${id}`)).state === 'open',
	);
	return async () => {
		const project = await w.rita.get(`/projects/${id}`),
			report = await w.rita.get(`/projects/${id}/progress`);
		is(
			[ROWS, ROWS, total],
			[project.tasks, project.places, report.reserved],
			'all tasks are cut and paid for once',
		);
	};
}

async function paying(w, id, workers) {
	const promised = new Set();
	const lane = async (who) => {
		for (;;) {
			const { assignment: a, none } = await who.post(`/work/${id}/accept`);
			if (none) return;
			await who.post(`/work/${id}/tasks/${a.task}/submit`, {
				epoch: a.epoch,
				answer: { label: 'cat' },
			});
			promised.add(a.task);
		}
	};

	await Promise.all(workers.map(lane));
	await until(
		'all is paid',
		90,
		async () => (await w.rita.get(`/projects/${id}/progress`)).paid === TASKS,
	);
	return async () => {
		// What the project has paid travels to the workers' accounts in parcels of its own.
		const sum = async () =>
			(await Promise.all(workers.map(async (who) => (await who.get('/me')).balance))).reduce(
				(a, b) => a + b,
			);
		await until('it has arrived', 90, async () => (await sum()) >= TASKS * 10);
		const { items } = await w.rita.get(`/projects/${id}/results?limit=200`);
		is(
			[TASKS, TASKS * 10],
			[promised.size, await sum()],
			'every answer is paid once',
		);
		holds(
			items.length === 200 && items.every((t) => t.results[0].answers === 1),
			'every task has its one answer',
		);
	};
}

export async function crash(w) {
	const tables = new Tables(w.server);

	try {
		const large = await w.draft(0),
			small = await w.project(TASKS, { redundancy: 1, approve_after_s: 0 });
		await w.import(await w.upload(large, 'large.csv', csv(ROWS)));
		await w.rita.post(`/projects/${large}`, { reward: 1, redundancy: 1 });
		const work = Promise.all([
			uploads(w),
			imports(w, tables),
			publishing(w, large),
			paying(w, small, [w.wim, w.wanda]),
		]);

		work.catch(() => {}); // it is waited for below
		for (let i = 0; i < KILLS; i++) {
			await wait(50 + Math.random() * 600);
			await w.server.kill();
		}
		for (const look of await work) await look();
		holds(w.server.kills === KILLS, 'the server was killed');
	} finally {
		await tables.close();
	}
}
