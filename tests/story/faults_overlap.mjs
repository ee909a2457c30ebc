// SPDX-License-Identifier: AGPL-3.0-or-later
// Many at once at one thing, leases that run out, and tenants who try each other's numbers.
import { Client } from './client.mjs';
import { wait } from './server.mjs';
import { ask, holds, is, refusal, until } from './faults_world.mjs';

const CROWD = 20,
	ROUNDS = 5;
const all = (act) => Promise.all(Array.from({ length: CROWD }, (_, i) => act(i)));
const count = (replies, status) => replies.filter((r) => r.status === status).length;

async function overlaps(w, crowd) {
	const last = await w.project(1, { redundancy: 1 }),
		picked = await w.project(1, { redundancy: 1, picking: true }),
		mine = await w.project(30);
	const accept = (who, id, body = {}) => ask(who, 'POST', `/work/${id}/accept`, body);

	let replies = await all((i) => accept(crowd[i], last));
	is(
		[CROWD, 1],
		[count(replies, 200), replies.filter((r) => r.body.assignment).length],
		'many want the last place: one gets it',
	);
	replies = await all((i) => accept(crowd[i], picked, { task: 1 }));
	is(
		[1, CROWD - 1],
		[count(replies, 200), count(replies, 409)],
		'many pick one task: one gets it',
	);
	replies = await all(() => accept(w.wim, mine));
	const leases = new Set(replies.map((r) => r.body.assignment?.epoch));
	is(
		[CROWD, 1],
		[count(replies, 200), leases.size],
		'one who asks many times at once has one lease',
	);

	const lease = replies[0].body.assignment;
	replies = await all((i) => w.submit(w.wim, lease, { label: i % 2 ? 'cat' : 'dog' }));
	is(
		[CROWD / 2, CROWD / 2],
		[count(replies, 200), count(replies, 409)],
		'of two answers at once one counts',
	);
	is(
		new Set([200]),
		new Set(
			replies
				.filter(
					(_, i) =>
						i % 2 ===
						replies.findIndex((r) => r.status === 200) % 2,
				)
				.map((r) => r.status),
		),
		'and it is one of them',
	);

	const {
			items: [waiting],
		} = await w.rita.get(`/projects/${mine}/reviews`),
		at = `/projects/${mine}/reviews/${waiting.task}/${waiting.worker}`;
	replies = await all((i) =>
		i % 2
			? ask(w.rita, 'POST', `${at}/approve`)
			: ask(w.rita, 'POST', `${at}/reject`, { reason: 'no' }),
	);
	const { approved, rejected } = (await w.rita.get(`/projects/${mine}/workers`)).items[0];
	is(1, approved + rejected, 'approved or rejected, not both');
	return lease;
}

// Many publish one project, then many close it; several rounds, as what goes wrong does so between two looks.
async function publishAtOnce(w, available) {
	const id = await w.draft(3),
		{ total } = await w.rita.get(`/projects/${id}/quote`);
	let before = await available();
	let replies = await all(() => ask(w.rita, 'POST', `/projects/${id}/publish`, { total }));
	is(CROWD, count(replies, 202) + count(replies, 409), 'many publish at once');
	await until(
		'the project is open',
		10,
		async () => (await w.rita.get(`/projects/${id}`)).state === 'open',
	);
	is(before - total, await available(), 'and it is paid for once');
	before = await available();
	replies = await all(() => ask(w.rita, 'POST', `/projects/${id}/close`));
	is(
		[CROWD, total],
		[count(replies, 200), replies.reduce((sum, r) => sum + r.body.refund, 0)],
		'many close it: what is given back is given once',
	);
	await until('the refund arrives', 10, async () => (await available()) === before + total);
}

async function moneyAtOnce(w) {
	const available = async () => (await w.rita.get(`/orgs/${w.org}/balance`)).available;
	let before = await available();
	let replies = await all(() =>
		ask(w.operator, 'POST', '/deposits', {
			org: w.org,
			amount: 500,
			reference: 'at once',
		}),
	);

	is(
		[CROWD, 1, before + 500],
		[
			count(replies, 200) + count(replies, 201),
			replies.filter((r) => r.body.fresh).length,
			await available(),
		],
		'one deposit told many times counts once',
	);
	replies = await all((i) =>
		ask(w.operator, 'POST', '/deposits', {
			org: w.org,
			amount: 600 + i,
			reference: 'at odds',
		}),
	);
	is(
		[1, CROWD - 1],
		[replies.filter((r) => r.body.fresh).length, count(replies, 409)],
		'of many amounts under one reference one counts',
	);

	for (let round = 0; round < ROUNDS; round++) await publishAtOnce(w, available);

	const draft = await w.draft(0),
		source = await w.upload(draft, 'a.csv', 'name\na\nb\n');
	replies = await all(() => ask(w.rita, 'POST', `${source.path}/import`, {}));
	is(
		[1, CROWD - 1],
		[count(replies, 202), count(replies, 409)],
		'many imports of one file: one runs',
	);
	await until(
		'it is imported',
		10,
		async () => (await w.rita.get(`/projects/${draft}`)).records === 2,
	);
}

// Begun early and looked at late, as the shortest lease is ten seconds.
async function leases(w, [kim, lea, max]) {
	const id = await w.project(3, { redundancy: 1, time_allowed_s: 10, picking: true });
	const [one, two] = [await w.accept(kim, id, 1), await w.accept(lea, id, 2)];
	const pick = (who, task) => ask(who, 'POST', `/work/${id}/accept`, { task });
	const at = (a, what, body = {}) => `/work/${id}/tasks/${a.task}/${what}`;

	refusal('a task that is held is not to be had', await pick(max, 1), 409);
	const late = Date.parse(one.until) - Date.parse(one.now);
	is(true, late > 9000 && late <= 10000, 'a lease has its time');
	await wait(late - 1500);
	refusal('not even at its end', await pick(max, 1), 409);
	await wait(1500);
	const began = Date.now();
	const next = await until(
		'the place opens again',
		5,
		async () => (await pick(max, 1)).body.assignment,
	);
	is(true, Date.now() - began < 2500, `within two seconds (${Date.now() - began} ms)`);

	await until(
		'the other lease is over too',
		5,
		async () =>
			(await ask(lea, 'POST', at(two, 'heartbeat'), { epoch: two.epoch }))
				.status === 409,
	);
	refusal(
		'a lease that is over is not drawn out',
		await ask(kim, 'POST', at(one, 'heartbeat'), { epoch: one.epoch }),
		409,
	);
	refusal(
		'nor kept as a draft',
		await ask(kim, 'POST', at(one, 'draft'), {
			epoch: one.epoch,
			answer: { label: 'cat' },
		}),
		409,
	);
	refusal('a late answer to a place that another has', await w.submit(kim, one), 409);
	is(200, (await w.submit(max, next)).status, 'whose answer is taken');
	refusal('a late answer to a task that is done', await w.submit(kim, one), 409);
	is(200, (await w.submit(lea, two)).status, 'a late answer to a free place is taken');
	is(200, (await w.submit(lea, two)).status, 'and may be repeated');
	refusal('but no second one', await pick(max, 2), 409);
	refusal('and who let a task run out does not get it again', await pick(kim, 1), 409);
	await w.quiet();
	is(
		[1, 1, 0],
		(await w.rita.get(`/projects/${id}/tasks`)).items.map((t) => t.filled),
		'no task is done twice',
	);
}

// Bodies that pass the form, so that what is refused is the number in the path.
const BODIES = {
	check: { template: { blocks: [] } },
	preview: { template: { blocks: [] } },
	screen: { epoch: '5', answer: {} },
	invites: { email: 'sven@faults.example' },
	publish: { total: 5 },
	gold: { task: 1, truth: { label: 'cat' } },
	checks: { task: 1, answer: { label: 'cat' } },
	reject: { reason: 'no' },
	'approve-all': { upto: '2030-01-01T00:00:00Z' },
	submit: { epoch: '5', answer: { label: 'cat' } },
	heartbeat: { epoch: '5' },
	draft: { epoch: '5', answer: {} },
	return: { epoch: '5' },
	contest: { text: 'no' },
	'/projects/{project}/contests/{task}/{worker}': { decision: 'dismiss', reply: 'no' },
	'/projects/{project}/workers/{worker}': { decision: 'nothing' },
};

async function tenants(w, lease) {
	const { paths } = (await ask(new Client(w.server, w.agent), 'GET', '/openapi.json')).body;
	const hers = await w.draft(2),
		invited = await w.project(2, { audience: 'invited' });
	const wim = (await w.wim.get('/me')).user.id;
	let routes = 0;

	for (const [path, verbs] of Object.entries(paths))
		for (const [verb, operation] of Object.entries(verbs)) {
			const way = path.replace('/api/v1', ''),
				last = way.split('/').pop(),
				forWork = way.startsWith('/work/');
			if (!way.includes('{project}')) continue;
			const body =
				verb === 'post' && !way.endsWith('/sources')
					? (BODIES[last] ?? BODIES[way] ?? {})
					: verb === 'post'
						? 'name\na\n'
						: undefined;
			const fill = (id) =>
				way
					.replace('{project}', id)
					.replace('{source}', '1')
					.replace('{task}', String(lease.task))
					.replace('{worker}', wim)
					.replace('{user}', wim) +
				(way.endsWith('/sources') && verb === 'post'
					? '?name=a.csv'
					: way.endsWith('/export')
						? '?format=csv'
						: '');
			const who = forWork ? [w.wim] : operation['x-who'] === 1 ? [] : [w.sven];
			for (const one of who)
				for (const id of forWork
					? [invited, hers]
					: [lease.project, hers]) {
					const theirs = await ask(
							one,
							verb.toUpperCase(),
							fill(id),
							body,
						),
						none = await ask(
							one,
							verb.toUpperCase(),
							fill('4711'),
							body,
						);
					routes++;
					// A lease is named by a project, a task and who asks: without one there is a conflict, whoever's project it is.
					is(
						[none.status, none.body.detail],
						[theirs.status, theirs.body.detail],
						`${verb} ${way} of another is as if it were not there`,
					);
					is(
						true,
						theirs.status === 404 ||
							(forWork &&
								/tasks\/\{task\}\//.test(way) &&
								theirs.status === 409),
						`${verb} ${way} of another: ${theirs.status}`,
					);
				}
		}
	holds(routes > 50, `there are such routes (${routes})`);
	is(
		['Cats and dogs', 'draft'],
		await w.rita.get(`/projects/${hers}`).then((p) => [p.title, p.state]),
		'what was tried has changed nothing',
	);
	is(0, (await ask(w.sven, 'GET', '/projects')).body.items.length, "a list shows one's own");
	refusal(
		'nor does a list of another tenant show anything',
		await ask(w.sven, 'GET', `/projects?org=${w.org}`),
		404,
	);
	is(
		0,
		(await ask(w.wim, 'GET', '/work')).body.items.filter((o) =>
			[invited, hers].includes(o.project),
		).length,
		'work is shown to whom it is for',
	);
	refusal(
		'a project for another tenant',
		await ask(w.sven, 'POST', '/projects', { title: 'x', org: w.org }),
		404,
	);
	const other = { project: lease.project, task: lease.task, epoch: lease.epoch };
	refusal("another worker's task", await w.submit(w.wanda, other), 409);
	const asset = await fetch(
		`http://127.0.0.1:${w.server.port}/media/${'0'.repeat(64)}.png/1-0-0-0/x`,
	);
	is(401, asset.status, 'a picture without a sign-in');
	const unsigned = await w.wim.once('GET', `/media/${'0'.repeat(64)}.png/1-0-0-0/x`);
	is(404, unsigned.status, 'a picture without its signature');
}

export async function overlap(w) {
	const crowd = await all((i) => w.person(`Crowd ${i}`, 'worker'));
	const late = leases(w, crowd);

	late.catch(() => {}); // it is waited for below
	const lease = await overlaps(w, crowd);
	await moneyAtOnce(w);
	await tenants(w, lease);
	await late;
	for (const who of crowd) who.agent = w.agent;
}
