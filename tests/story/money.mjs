// SPDX-License-Identifier: AGPL-3.0-or-later
/*
 * The way of money, from a deposit to a worker's earnings and back to the requester, through the
 * API alone: each route of ledger and pay, with who may and who may not.
 *
 *   node tests/story/money.mjs PROGRAM [DATABASE]
 */
import { Client, Refused, agentOf } from './client.mjs';
import { Server, wait } from './server.mjs';

const [program, database] = process.argv.slice(2);
const server = new Server(program, database);
let passed = 0, failed = 0;

function same(sentence, wanted, got) {
	if (JSON.stringify(wanted) === JSON.stringify(got)) { passed++; return; }
	failed++;
	console.log(`not ok: ${sentence}: wanted ${JSON.stringify(wanted)}, got ${JSON.stringify(got)}`);
}

async function refused(sentence, status, promise, field) {
	try {
		await promise;
		same(sentence, status, 'no refusal');
	} catch (error) {
		if (!(error instanceof Refused)) throw error;
		same(sentence, [status, field], [error.status, error.body?.field]);
	}
}

async function until(sentence, look) {
	for (let i = 0; i < 200; i++) {
		if (await look()) { passed++; return; }
		await wait(50);
	}
	same(sentence, 'soon', 'never');
}

async function person(name, role) {
	const client = new Client(server, agentOf(2));
	await client.signUp(name, `${name.toLowerCase()}@money.example`, 'a long enough one 7', role);
	return client;
}

/* A draft with three records and a price. */
async function draft(requester, more = {}) {
	const { id } = await requester.post('/projects', { title: 'Cats and dogs' });
	const path = `/projects/${id}`;
	await requester.call('POST', `${path}/sources?name=names.csv`, 'name\na\nb\nc\n', 'text/csv');
	const source = async (state) => (await requester.get(`${path}/sources/1`)).state === state;
	await until('the file is checked', () => source('checked'));
	await requester.post(`${path}/sources/1/import`, { skip_bad: false });
	await until('the file is imported', () => source('imported'));
	await requester.post(path, {
		template: { blocks: [
			{ type: 'markdown', text: '{{name}}' },
			{ type: 'choice', name: 'label', label: 'Which?', options: ['cat', 'dog'] },
		] },
		reward: 10, redundancy: 2, approve_after_s: 3600, estimate_s: 30, ...more,
	});
	return id;
}

async function deposits(operator, requester, org) {
	const deposit = { org, amount: 5000, reference: 'bank 1' };
	same('a deposit is available', { fresh: true, available: 5000 }, await operator.post('/deposits', deposit)
		.then(({ fresh, available }) => ({ fresh, available })));
	same('its repeat counts once', { fresh: false, available: 5000 }, await operator.post('/deposits', deposit)
		.then(({ fresh, available }) => ({ fresh, available })));
	await refused('another amount under its number is refused', 409,
		operator.post('/deposits', { ...deposit, amount: 5001 }), 'reference');
	await refused('nothing cannot be deposited', 422, operator.post('/deposits', { ...deposit, amount: 0 }), 'amount');
	await refused('a requester cannot deposit', 403, requester.post('/deposits', deposit));
	server.run('fund', '--user', 'rita@money.example', '--amount', '25.00', '--reference', 'cash 1');
	server.run('fund', '--user', 'rita@money.example', '--amount', '25.00', '--reference', 'cash 1');
	same('the command deposits as well, and once', { available: 7500, currency: 'EUR' },
		await requester.get(`/orgs/${org}/balance`));
}

async function lists(operator, requester, stranger, org) {
	const whole = await requester.get(`/orgs/${org}/entries`);
	same('an org sees its entries, the latest first', [['Deposit cash 1', 2500], ['Deposit bank 1', 5000]],
		whole.items.map((e) => [e.about, e.amount]));
	const paged = [];
	for await (const entry of requester.list(`/orgs/${org}/entries?limit=1`)) paged.push(entry);
	same('page by page they are the same', whole.items, paged);
	await refused('a place in the list is not made up', 422, requester.get(`/orgs/${org}/entries?after=x`), 'after');
	await refused('a stranger sees no balance', 404, stranger.get(`/orgs/${org}/balance`));
	await refused('nor entries', 404, stranger.get(`/orgs/${org}/entries`));
	await refused('the overview is for operators', 403, requester.get('/ledger'));
	await refused('so are accounts', 403, requester.get(`/accounts/${org}/entries`));
	same('an operator sees both sides', 4, (await operator.get(`/accounts/${org}/entries`)).items.length);
}

async function publish(requester, stranger, worker, org, id) {
	const path = `/projects/${id}`;
	const quote = await requester.get(`${path}/quote`);
	same('a quote adds up', [3, 6, 10, 2, 72, 0, 1200, true, []], [quote.tasks, quote.answers, quote.reward, quote.fee,
		quote.total, quote.missing, quote.per_hour, quote.ready, quote.faults]);
	await refused('a stranger gets no quote', 404, stranger.get(`${path}/quote`));
	await refused('another total is refused', 409, requester.post(`${path}/publish`, { total: 71 }), 'total');
	await refused('a stranger cannot publish', 404, stranger.post(`${path}/publish`, { total: 72 }));
	await refused('a worker cannot publish', 403, worker.post(`${path}/publish`, { total: 72 }));
	same('the requester can', { state: 'funding' }, await requester.post(`${path}/publish`, { total: 72 }));
	await requester.post(`${path}/publish`, { total: 72 });
	await until('the project opens', async () => (await requester.get(path)).state === 'open');
	same('the budget left the account once', 7428, (await requester.get(`/orgs/${org}/balance`)).available);
	const dear = `/projects/${await draft(requester)}`;
	await requester.post(dear, { reward: 5000 });
	const { total, missing, ready } = await requester.get(`${dear}/quote`);
	same('a quote says what is missing', [36000, 36000 - 7428, false], [total, missing, ready]);
	await refused('too little money is refused', 402, requester.post(`${dear}/publish`, { total }));
	same('and moves nothing', 7428, (await requester.get(`/orgs/${org}/balance`)).available);
}

async function earn(requester, stranger, worker, id) {
	const { assignment: a } = await worker.post(`/work/${id}/accept`);
	await worker.post(`/work/${id}/tasks/${a.task}/submit`, { epoch: a.epoch, answer: { label: 'cat' }, active_ms: 100 });
	const { items: [waiting] } = await requester.get(`/projects/${id}/reviews`);
	await requester.post(`/projects/${id}/reviews/${waiting.task}/${waiting.worker}/approve`);
	await until('an approved answer is money', async () => (await worker.get('/me')).balance === 10);
	const earned = await worker.get('/me/earnings');
	same('it is told in the earnings', [10, 0, 10, 10, 10], [earned.available, earned.pending, earned.today, earned.week,
		earned.total]);
	await until('and in the history', async () => (await worker.get('/work/mine')).items[0]?.state === 'approved');
	const { items } = await worker.get('/work/mine');
	same('with project, task and reward', [[id, a.task, 10]], items.map((w) => [w.project, w.task, w.reward]));
	same('and in the entries', [['Approved work', 10]], (await worker.get('/me/entries')).items.map((e) => [e.about, e.amount]));
	await refused('a place in the history is not made up', 422, worker.get('/work/mine?after=1.2'), 'after');
	await refused('a requester has no history', 403, stranger.get('/work/mine'));
	await refused('nor earnings', 403, stranger.get('/me/earnings'));
}

async function close(operator, requester, stranger, org, id) {
	const path = `/projects/${id}`;
	await refused('a stranger cannot pause', 404, stranger.post(`${path}/pause`));
	same('a project pauses', { state: 'paused' }, await requester.post(`${path}/pause`));
	same('and resumes', { state: 'open' }, await requester.post(`${path}/resume`));
	await refused('a stranger cannot resume', 404, stranger.post(`${path}/resume`));
	await refused('a stranger cannot close', 404, stranger.post(`${path}/close`));
	same('closing gives back what is free', 60, (await requester.post(`${path}/close`)).refund);
	same('and a repeat nothing', 0, (await requester.post(`${path}/close`)).refund);
	await refused('a closed project does not pause', 409, requester.post(`${path}/pause`));
	await until('the refund arrives', async () => (await requester.get(`/orgs/${org}/balance`)).available === 7488);
	const all = await operator.get('/ledger');
	same('all books add up', [7498, 7500, 0, 2, 0, true], [all.available, all.came_in, all.reserved, all.fees,
		all.in_flight, all.sums_to_zero]);
	same('and are sound', 'sound', server.doctor());
}

/** One worker, two projects: the one with the higher priority first, then the other, without asking for either. */
async function stream(operator, requester, worker) {
	const ids = [await draft(requester), await draft(requester)];
	for (const id of ids) {
		await requester.post(`/projects/${id}/publish`, { total: (await requester.get(`/projects/${id}/quote`)).total });
		await until('a project opens', async () => (await requester.get(`/projects/${id}`)).state === 'open');
	}
	await refused('ahead of all is not for the requester to say', 403,
		requester.post(`/projects/${ids[1]}`, { priority: 'high' }), 'priority');
	same('after all is, published as it is', 'low', (await requester.post(`/projects/${ids[0]}`, { priority: 'low' })).priority);
	same('an operator may', 'high', (await operator.post(`/projects/${ids[1]}`, { priority: 'high' })).priority);
	const given = [];
	let { assignment: a } = await worker.post('/work/accept');
	same('who asks again gets what he holds', a.epoch, (await worker.post('/work/accept')).assignment.epoch);
	while (a) {
		given.push(a.project);
		const body = { epoch: a.epoch, answer: { label: 'cat' }, next: true, any: true };
		const { next, none } = await worker.post(`/work/${a.project}/tasks/${a.task}/submit`, body);
		if (!next) same('then there is none', 'string', typeof none);
		a = next;
	}
	same('all tasks of any project, by priority', [ids[1], ids[1], ids[1], ids[0], ids[0], ids[0]], given);
	same('and all is sound', 'sound', server.doctor());
}

/** Three items, one answer each, one of them slow: a second worker is faster, the first is paid too, the result is the first answer. */
async function copies(requester, slow) {
	const [quick, idle] = [await person('Ida', 'worker'), await person('Uma', 'worker')];
	const id = await draft(requester, { redundancy: 1, copy_permille: 400, approve_after_s: 0, time_allowed_s: 10 });
	const { copies: n, answers, total } = await requester.get(`/projects/${id}/quote`);
	same('a copy is in the quote', [1, 4, 48], [n, answers, total]);
	await requester.post(`/projects/${id}/publish`, { total });
	await until('the project opens', async () => (await requester.get(`/projects/${id}`)).state === 'open');
	const accept = async (who) => (await who.post(`/work/${id}/accept`)).assignment;
	const submit = (who, a, label) => who.post(`/work/${id}/tasks/${a.task}/submit`, { epoch: a.epoch, answer: { label } });
	const before = (await slow.get('/me')).balance;
	const waits = await accept(slow);
	for (let i = 0; i < 2; i++) await submit(quick, await accept(quick), 'cat');
	let copy;
	await until('what is slow goes to an idle worker', async () => (copy = await accept(idle)));
	same('it is that item', waits.task, copy?.task);
	await submit(idle, copy, 'cat');
	await until('the project is done', async () => (await requester.get(`/projects/${id}`)).state === 'done');
	same('the slow answer is taken', 'submitted', (await submit(slow, waits, 'dog')).state);
	await until('and paid', async () => (await slow.get('/me')).balance === before + 10);
	const { results, answers: said } = await requester.get(`/projects/${id}/tasks/${waits.task}`);
	same('the result is of the first one', ['cat', 1], [results[0].value, results[0].answers]);
	same('and the page tells which is left out', [['cat', false], ['dog', true]], said.map((a) => [a.answer.label, a.spare]));
	same('nothing is left to give back', 0, (await requester.post(`/projects/${id}/close`)).refund);
	same('all is sound still', 'sound', server.doctor());
}

try {
	const key = server.init();
	await server.start();
	const operator = new Client(server, agentOf(2), key.secret_key);
	const [requester, stranger, worker] = [await person('Rita', 'requester'), await person('Sven', 'requester'),
		await person('Wim', 'worker')];
	const { orgs: [{ id: org }] } = await requester.get('/me');
	await deposits(operator, requester, org);
	await lists(operator, requester, stranger, org);
	const id = await draft(requester);
	await publish(requester, stranger, worker, org, id);
	await earn(requester, stranger, worker, id);
	await close(operator, requester, stranger, org, id);
	await stream(operator, requester, worker);
	await copies(requester, worker);
} catch (error) {
	failed++;
	console.log(`not ok: ${error.stack}`);
} finally {
	await server.stop();
	server.forget();
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
