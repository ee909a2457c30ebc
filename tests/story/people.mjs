// SPDX-License-Identifier: AGPL-3.0-or-later
// People at the API, on each engine: who may do what, what ends a session, that one
// tenant does not see another, that no secret lies in the data or the log.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from './client.mjs';
import { Server, wait } from './server.mjs';

const [program, database] = process.argv.slice(2);
const PASSWORD = 'planted-Passw0rt-7261';
const ROLES = { worker: 1, requester: 2, reviewer: 4, manager: 8, operator: 16 };
let passed = 0, failed = 0;

function is(wanted, got, sentence) {
	if (wanted === got) { passed++; return; }
	failed++;
	console.log(`not ok: ${sentence}: wanted ${wanted}, got ${got}`);
}
const holds = (condition, sentence) => is(true, Boolean(condition), sentence);

// One request, its status and its JSON; `plain` goes without the header that proves our own page.
async function ask(who, method, path, value, headers) {
	const reply = await who.once(method, `/api/v1${path}`, value === undefined ? undefined : JSON.stringify(value), undefined, headers);
	const cookie = reply.headers['set-cookie']?.[0];
	if (cookie) who.cookie = cookie.split(';')[0];
	return { status: reply.status, headers: reply.headers, body: /json$/.test(reply.headers['content-type']) && reply.text ? JSON.parse(reply.text) : reply.text };
}

async function signUp(server, email, role, name = 'Ada') {
	const who = new Client(server);
	const made = await ask(who, 'POST', '/sign-up', { name, email, password: PASSWORD, role });
	who.id = made.body.id;
	await ask(who, 'POST', '/sign-in', { email, password: PASSWORD });
	return who;
}

// --- what the route table says is what happens, for every route and every role ---
async function matrix(server) {
	const nobody = new Client(server);
	const { paths } = (await ask(nobody, 'GET', '/openapi.json')).body;
	const keys = {};

	for (const role of Object.keys(ROLES)) {
		server.run('user', 'add', '--name', role, '--email', `${role}@matrix.org`, '--role', role);
		keys[role] = new Client(server, undefined, JSON.parse(server.run('key', 'add', '--user', `${role}@matrix.org`)).secret_key);
	}
	let routes = 0;
	for (const [path, verbs] of Object.entries(paths)) {
		const where = path.replace('/api/v1', '').replace(/\{[^}]*\}/g, '1');
		for (const [verb, operation] of Object.entries(verbs)) {
			const method = verb.toUpperCase(), who = operation['x-who'];

			routes++;
			holds(Number.isInteger(who), `${method} ${path} says for whom it is`);
			if (!who) continue;
			is(401, (await ask(nobody, method, where)).status, `${method} ${path} for nobody`);
			for (const [role, bit] of Object.entries(ROLES))
				if (!(who & bit)) is(403, (await ask(keys[role], method, where)).status, `${method} ${path} for a ${role}`);
		}
	}
	holds(routes > 25, `the document has routes (${routes})`);
}

// --- a page of another site can do nothing with our cookie ---
async function foreignPages(server, who) {
	const { paths } = (await ask(who, 'GET', '/openapi.json')).body;
	const before = JSON.stringify((await ask(who, 'GET', '/me/sessions')).body.items.length);

	for (const [path, verbs] of Object.entries(paths))
		for (const verb of Object.keys(verbs).filter((v) => v !== 'get')) {
			const where = path.replace('/api/v1', '').replace(/\{[^}]*\}/g, '1');
			is(403, (await ask(who, verb.toUpperCase(), where, undefined, { 'X-Tessera': undefined })).status, `${verb} ${path} without our header`);
			is(403, (await ask(who, verb.toUpperCase(), where, undefined, { Origin: 'https://evil.example' })).status, `${verb} ${path} from another origin`);
		}
	is(before, JSON.stringify((await ask(who, 'GET', '/me/sessions')).body.items.length), 'the session is as it was');
}

async function sessions(server) {
	const ada = await signUp(server, 'ada@people.org', 'worker');
	const other = new Client(server);

	is(200, (await ask(ada, 'GET', '/me')).status, 'who signed in is known');
	const signedIn = await ask(other, 'POST', '/sign-in', { email: 'ADA@people.org', password: PASSWORD });
	holds(/^tessera=ts_[\w-]{43}; Path=\/; HttpOnly; SameSite=(Lax|Strict); Max-Age=\d+$/.test(signedIn.headers['set-cookie'][0]), 'the cookie is for the server alone');
	is('no-store', signedIn.headers['cache-control'], 'no cache keeps the answer');
	is('', (await ask(ada, 'GET', '/me')).body.user.locale, 'no language is chosen at first');
	is(204, (await ask(ada, 'POST', '/me/locale', { locale: 'de' })).status, 'one is chosen');
	is('de', (await ask(ada, 'GET', '/me')).body.user.locale, 'and kept with the account');
	is(422, (await ask(ada, 'POST', '/me/locale', { locale: 'de_AT!' })).status, 'what is no language is refused');

	const list = (await ask(ada, 'GET', '/me/sessions')).body.items;
	is(2, list.length, 'both sessions are listed');
	is(1, list.filter((s) => s.current).length, 'one of them is this one');
	is(204, (await ask(ada, 'POST', `/me/sessions/${list.find((s) => !s.current).id}/end`, {})).status, 'the other is ended');
	is(401, (await ask(other, 'GET', '/me')).status, 'and is over at once');
	is(404, (await ask(ada, 'POST', `/me/sessions/${list.find((s) => !s.current).id}/end`, {})).status, 'a second time there is none');

	await ask(other, 'POST', '/sign-in', { email: 'ada@people.org', password: PASSWORD });
	is(403, (await ask(ada, 'POST', '/me/password', { old: 'wrong', new: 'another fine one' })).status, 'a wrong old password is refused');
	is(422, (await ask(ada, 'POST', '/me/password', { old: PASSWORD, new: '12345678' })).status, 'a common new one too');
	is(204, (await ask(ada, 'POST', '/me/password', { old: PASSWORD, new: 'another fine one' })).status, 'a good one is taken');
	is(200, (await ask(ada, 'GET', '/me')).status, 'the session that asked goes on');
	is(401, (await ask(other, 'GET', '/me')).status, 'all others are over');
	for (let i = 0; i < 50 && !(await ask(ada, 'GET', '/me/notices')).body.items.length; i++) await wait(100);
	const notices = (await ask(ada, 'GET', '/me/notices')).body;
	is('account', notices.items[0]?.kind, 'the owner is told');
	is(204, (await ask(ada, 'POST', '/me/notices/read', { upto: notices.items[0].id })).status, 'and has read it');
	is(0, (await ask(ada, 'GET', '/me/notices')).body.unread, 'so nothing is unread');

	const shown = ada.cookie;
	is(204, (await ask(ada, 'POST', '/sign-out', {})).status, 'signing out');
	ada.cookie = shown;
	is(401, (await ask(ada, 'GET', '/me')).status, 'the old cookie opens nothing');
	ada.cookie = 'tessera=ts_fixedbyastranger';
	await ask(ada, 'POST', '/sign-in', { email: 'ada@people.org', password: 'another fine one' });
	holds(ada.cookie.startsWith('tessera=ts_') && !ada.cookie.includes('stranger'), 'a token that was planted is not taken over');
	return ada;
}

async function keys(server, ada) {
	const pair = (await ask(ada, 'POST', '/me/keys', { label: 'notebook' })).body;
	const program = new Client(server, undefined, pair.secret_key);

	is(200, (await ask(program, 'GET', '/me')).status, 'a key opens the door');
	is(403, (await ask(program, 'POST', '/me/keys', { label: 'more' })).status, 'but makes no other keys');
	const listed = JSON.stringify((await ask(ada, 'GET', '/me/keys')).body);
	holds(listed.includes(pair.access_key) && !listed.includes(pair.secret_key), 'the list shows no secret');
	is(204, (await ask(ada, 'DELETE', `/me/keys/${pair.access_key}`)).status, 'the key is ended');
	is(401, (await ask(program, 'GET', '/me')).status, 'and opens nothing');
	return pair.secret_key;
}

async function tenants(server) {
	const ada = await signUp(server, 'ada@one.org', 'requester', 'One');
	const eve = await signUp(server, 'eve@two.org', 'requester', 'Two');
	const org = async (who) => (await ask(who, 'GET', '/orgs')).body.items[0].id;
	const hers = await org(ada), evil = await org(eve);
	const pair = (await ask(ada, 'POST', '/me/keys', { label: '' })).body;
	const session = (await ask(ada, 'GET', '/me/sessions')).body.items[0].id;

	const same = async (method, path, absent, value) => {
		const forbidden = await ask(eve, method, path, value), missing = await ask(eve, method, absent, value);
		is(404, forbidden.status, `${method} ${path} of another tenant`);
		is(missing.body.detail, forbidden.body.detail, `${method} ${path}: as if it were not there`);
	};
	await same('GET', `/orgs/${hers}`, '/orgs/4711');
	await same('POST', `/orgs/${hers}/members`, '/orgs/4711/members', { email: 'eve@two.org', role: 'owner' });
	await same('DELETE', `/orgs/${hers}/members/${ada.id}`, `/orgs/4711/members/${ada.id}`);
	await same('GET', `/orgs/${hers}/balance`, '/orgs/4711/balance');
	await same('GET', `/orgs/${hers}/entries`, '/orgs/4711/entries');
	await same('POST', `/me/sessions/${session}/end`, '/me/sessions/4711/end', {});
	await same('DELETE', `/me/keys/${pair.access_key}`, '/me/keys/TK4711');
	is(200, (await ask(ada, 'GET', '/me')).status, 'her session is as it was');

	is(204, (await ask(ada, 'POST', `/orgs/${hers}/members`, { email: 'eve@two.org', role: 'reviewer' })).status, 'an owner takes somebody in');
	is(200, (await ask(eve, 'GET', `/orgs/${hers}`)).status, 'who then sees the organisation');
	is(403, (await ask(eve, 'POST', `/orgs/${hers}/members`, { email: 'eve@two.org', role: 'owner' })).status, 'but cannot make herself its owner');
	const made = (await ask(ada, 'POST', '/projects', { org: hers, title: 'Hers' })).body.id, work = `/projects/${made}`;
	for (const part of ['/tasks', '/reviews', '/results']) is(200, (await ask(eve, 'GET', work + part)).status, `a reviewer sees ${part} of the organisation's projects`);
	is(200, (await ask(eve, 'POST', `${work}/reviews/approve-all`, { upto: '2020-01-01T00:00:00Z' })).status, 'and judges answers');
	is(404, (await ask(eve, 'POST', `${work}/reviews/1/1/approve`, {})).status, 'where there are any');
	is(403, (await ask(eve, 'GET', `${work}/quote`)).status, 'but does not see the money');
	is(403, (await ask(eve, 'GET', `${work}/charts`)).status, 'nor what a result costs');
	is(0, (await ask(ada, 'GET', `${work}/charts`)).body.points.length, 'which its maker does, once there is one');
	is(409, (await ask(ada, 'DELETE', `/orgs/${hers}/members/${ada.id}`)).status, 'the last owner stays');
	is(204, (await ask(eve, 'DELETE', `/orgs/${hers}/members/${eve.id}`)).status, 'a member may leave');
	is(404, (await ask(eve, 'GET', `/orgs/${hers}`)).status, 'and is a stranger again');
	is(404, (await ask(eve, 'GET', `${work}/reviews`)).status, 'to the projects too');
	holds(hers !== evil, 'each has an organisation of its own');
	return pair.secret_key;
}

async function operators(server, key) {
	const operator = new Client(server, undefined, key);
	const bob = await signUp(server, 'bob@people.org', 'worker', 'Bob');

	const found = (await ask(operator, 'GET', '/users?q=BOB@people')).body.items;
	is(bob.id, found[0]?.id, 'an operator finds a person');
	is(204, (await ask(operator, 'POST', `/users/${bob.id}/roles`, { roles: ['requester'] })).status, 'and makes him a requester');
	is(401, (await ask(bob, 'GET', '/me')).status, 'whose sessions are over');
	await ask(bob, 'POST', '/sign-in', { email: 'bob@people.org', password: PASSWORD });
	is(1, (await ask(bob, 'GET', '/orgs')).body.items.length, 'and who has an organisation now');
	is(204, (await ask(operator, 'POST', `/users/${bob.id}/state`, { disabled: true })).status, 'the account is closed');
	is(401, (await ask(bob, 'GET', '/me')).status, 'at once');
	is(403, (await ask(bob, 'POST', '/sign-in', { email: 'bob@people.org', password: PASSWORD })).status, 'and does not open');
	is(201, (await ask(operator, 'POST', '/users', { name: 'Cleo', email: 'cleo@people.org', role: 'reviewer' })).status, 'an account is made for somebody');
	const book = (await ask(operator, 'GET', '/audit?limit=500')).body.items.map((e) => e.what);
	for (const act of ['user.add', 'user.roles', 'user.close', 'user.sign_in', 'user.sign_out', 'user.key_add', 'user.key_end', 'user.password', 'user.wrong_password', 'org.member'])
		holds(book.includes(act), `the audit book has ${act}`);
	const exported = (await ask(operator, 'GET', '/audit/export')).body;
	const lines = exported.trim().split('\n').map((line) => JSON.parse(line));
	holds(lines.length >= book.length && lines.every((line) => line.hash.length === 64), 'and is exported with its hashes');
}

async function forgotten(server) {
	const nobody = new Client(server);
	const real = await ask(nobody, 'POST', '/password/forgot', { email: 'cleo@people.org' });
	const none = await ask(nobody, 'POST', '/password/forgot', { email: 'nobody@people.org' });
	const folder = join(server.data, 'mail');
	let token;

	is(202, real.status, 'a reset is asked for');
	is(`${none.status} ${JSON.stringify(none.body)}`, `${real.status} ${JSON.stringify(real.body)}`, 'and answered the same for nobody');
	for (let i = 0; i < 50 && !token; i++) {
		await wait(100);
		for (const name of readdirSync(folder).filter((n) => n.endsWith('.eml'))) { // whole ones
			is(0o600, statSync(join(folder, name)).mode & 0o777, 'a mail is for the operator alone');
			token ??= /reset#(tr_[\w-]+)/.exec(readFileSync(join(folder, name), 'utf8'))?.[1];
		}
	}
	holds(token, 'the mail brings a token');
	is(422, (await ask(nobody, 'POST', '/password/reset', { token, password: 'short' })).status, 'a short password does not use it up');
	is(204, (await ask(nobody, 'POST', '/password/reset', { token, password: PASSWORD })).status, 'a good one is set');
	is(422, (await ask(nobody, 'POST', '/password/reset', { token, password: PASSWORD })).status, 'once');
	is(200, (await ask(nobody, 'POST', '/sign-in', { email: 'cleo@people.org', password: PASSWORD })).status, 'and opens the account');
	return token;
}

async function guessing(server) {
	await signUp(server, 'dora@people.org', 'worker');
	const stranger = new Client(server);
	let refused = 0, last;

	for (let i = 0; i < 100; i++) {
		last = await ask(stranger, 'POST', '/sign-in', { email: 'dora@people.org', password: `guess ${i}` });
		refused += last.status === 429;
	}
	holds(refused > 80, `of a hundred guesses most have to wait (${refused})`);
	is(429, last.status, 'the last one too');
	holds(Number(last.headers['retry-after']) >= 1, 'and is told how long');
}

async function badInput(server) {
	const nobody = new Client(server);
	const good = { name: 'Eve', email: 'eve@people.org', password: PASSWORD, role: 'worker' };
	const tries = [[{ email: 'eve' }, 'email'], [{ email: 'a@b\r\nBcc: x@y.org' }, 'email'], [{ name: '' }, 'name'], [{ name: 'a\nb' }, 'name'],
		[{ password: '1234567' }, 'password'], [{ password: 'password1' }, 'password'], [{ password: 'x'.repeat(201) }, 'password'],
		[{ role: 'operator' }, 'role'], [{ roles: 16 }, 'roles'], [{ id: '1' }, 'id']];

	for (const [change, field] of tries) {
		const reply = await ask(nobody, 'POST', '/sign-up', { ...good, ...change });
		is(`422 ${field}`, `${reply.status} ${reply.body.field}`, `sign-up with ${JSON.stringify(change).slice(0, 40)}`);
	}
	is(403, (await ask(nobody, 'POST', '/sign-in', { email: 'eve@people.org', password: PASSWORD })).status, 'none of them made an account');
}

// No secret in the data or the log, and no person in the log.
function secrets(server, planted) {
	const files = readdirSync(server.data).filter((name) => /\.db|log/.test(name));

	holds(files.length > 0, 'there are files to look into');
	for (const name of files) {
		const bytes = readFileSync(join(server.data, name)).toString('latin1');
		for (const secret of planted) holds(!bytes.includes(secret), `${name} holds no ${secret.slice(0, 3)}…`);
		if (name.includes('log')) holds(!bytes.includes('@people.org'), `${name} holds no e-mail address`);
	}
}

async function story(on) {
	const server = new Server(program, on);
	try {
		const first = server.init();
		await server.start();
		await badInput(server);
		const ada = await sessions(server);
		const planted = [PASSWORD, first.secret_key, ada.cookie.split('=')[1], await keys(server, ada), await tenants(server)];
		await operators(server, first.secret_key);
		planted.push(await forgotten(server));
		await foreignPages(server, ada);
		await guessing(server);
		await matrix(server);
		is('sound', server.run('audit', 'check').trim(), 'the audit book is sound');
		is('sound', server.run('doctor').trim(), 'everything is sound');
		await server.stop();
		secrets(server, planted);
	} finally {
		await server.stop();
		server.forget();
	}
}

await story();
if (database) await story(database);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
