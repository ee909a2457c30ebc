// SPDX-License-Identifier: AGPL-3.0-or-later
// Steps that many stories take: waiting for something, counting what is as it should be, a requester with
// money, a file's way into a project, publishing.
import { Client } from './client.mjs';
import { wait } from './server.mjs';

/** What `look` gives once it is something, asked for so often; it is told by `what` when it never is. */
export async function until(what, seconds, look, ms = 100) {
	const end = Date.now() + seconds * 1000;
	for (;;) {
		const seen = await look();
		if (seen) return seen;
		if (Date.now() > end) throw new Error(`${what}: not within ${seconds} s`);
		await wait(ms);
	}
}

/** What was found good and what not; the last line of a story is `told()`. */
export function counts() {
	const n = { passed: 0, failed: 0 };
	const ok = (what, good, more = '') => {
		if (good) n.passed++;
		else {
			n.failed++;
			console.log(`not ok: ${what} ${more}`);
		}
	};
	return { n, ok };
}

/** Somebody new who has work done, with a deposit that the operator of this key records. */
export async function funded(server, agent, key, email, password, amount) {
	const requester = new Client(server, agent);
	await requester.signUp('Rita', email, password, 'requester');
	const { orgs } = await requester.get('/me');
	await new Client(server, agent, key).post('/deposits', { org: orgs[0].id, amount, reference: email });
	return requester;
}

/** A file is uploaded, checked and imported. */
export async function imported(requester, id, name, bytes, type, seconds = 60) {
	const source = await requester.call('POST', `/projects/${id}/sources?name=${name}`, bytes, type);
	const path = `/projects/${id}/sources/${source.id}`;
	const reach = (state) => until(`source ${state}`, seconds, async () => {
		const now = await requester.get(path);
		if (now.state === 'refused') throw new Error(`the source was refused: ${now.message}`);
		return now.state === state;
	});
	await reach('checked');
	await requester.post(`${path}/import`, { skip_bad: false });
	await reach('imported');
	return path;
}

/** A draft is published for what its quote says, and open. */
export async function published(requester, id, seconds = 60) {
	const quote = await requester.get(`/projects/${id}/quote`);
	await requester.post(`/projects/${id}/publish`, { total: quote.total });
	await until('open', seconds, async () => (await requester.get(`/projects/${id}`)).state === 'open');
	return quote;
}
