// SPDX-License-Identifier: AGPL-3.0-or-later
// What a story's clients were told, as the lines of tests/sim/history.h, and its comparison with the site.
import { execFileSync } from 'node:child_process';
import { existsSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const kinds = [
	[/^\/work\/(?<project>\d+)\/accept$/, 'accept', () => ({})],
	[/^\/work\/(?<project>\d+)\/tasks\/(?<task>\d+)\/submit$/, 'submit',
		(value) => ({ epoch: value.epoch, text: JSON.stringify(value.answer) })],
	[/^\/work\/(?<project>\d+)\/tasks\/(?<task>\d+)\/return$/, 'return', (value) => ({ epoch: value.epoch })],
	[/^\/deposits$/, 'deposit', (value) => ({ account: value.org, amount: value.amount, text: value.reference })],
];

export class History {
	constructor(folder) {
		this.path = join(folder, 'history.jsonl');
		this.file = openSync(this.path, 'a');
		this.count = 0;
	}

	put(line) {
		writeSync(this.file, `${JSON.stringify(line)}\n`);
	}

	// A request goes out; gives its number, or nothing when it is none that promises something.
	call(client, method, path, value) {
		if (method !== 'POST') return undefined;
		for (const [form, op, members] of kinds) {
			const found = form.exec(path);
			if (!found) continue;
			const id = ++this.count;
			const worker = client.user && op !== 'deposit' ? { worker: client.user.id } : {};
			this.put({ id, op, ...found.groups, ...worker, ...members(value) });
			return id;
		}
		return undefined;
	}

	end(id, end, out) {
		if (id === undefined) return;
		const given = out?.assignment;
		this.put({ id, end, ...(given ? { task: given.task, epoch: given.epoch } : {}) });
	}

	// What the checker says of the site with this database: null when all is well.
	compare(url, ...words) {
		const program = 'build/release/history';
		if (!existsSync(program)) return 'build/release/history is not built';
		try {
			execFileSync(program, ['--database', url, ...words, this.path], { encoding: 'utf8' });
			return null;
		} catch (error) {
			return `${error.stdout ?? ''}${error.stderr ?? ''}`.trim() || error.message;
		}
	}
}
