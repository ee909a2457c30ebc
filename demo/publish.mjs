// SPDX-License-Identifier: AGPL-3.0-or-later
// publish.mjs ADDRESS PROJECT <secret key: agrees to the quote of a project, as its requester.
import { readFileSync } from 'node:fs';

const [address, project] = process.argv.slice(2);
const headers = {
	authorization: `Bearer ${readFileSync(0, 'utf8').trim()}`,
	'content-type': 'application/json',
};

async function call(path, body) {
	const reply = await fetch(`${address}/api/v1/projects/${project}${path}`, {
		method: body ? 'POST' : 'GET', headers, body: body && JSON.stringify(body),
	});
	const value = await reply.json().catch(() => null);
	if (!reply.ok) throw new Error(`${path}: ${reply.status} ${JSON.stringify(value)}`);
	return value;
}

const { state } = await call('');
if (state === 'draft') {
	const quote = await call('/quote');
	await call('/publish', { total: quote.total });
	console.log(`published: ${quote.tasks} tasks for ${quote.total / 100} ${quote.currency ?? ''}`);
}
