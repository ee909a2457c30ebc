// SPDX-License-Identifier: AGPL-3.0-or-later
// A recorded set: answers and truth from their files, and the plurality that the file itself gives.
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { join } from 'node:path';

function rows(folder, name) {
	const plain = join(folder, name);
	const text = existsSync(plain) ? readFileSync(plain, 'utf8')
		: gunzipSync(readFileSync(`${plain}.gz`)).toString('utf8');
	const lines = text.split(/\r?\n/).filter((line) => line !== '');
	return lines.map((line) => line.split('\t'));
}

export function readSet(folder) {
	const list = rows(folder, 'answers.tsv');
	if (list[0].join() === 'task,worker,label') list.shift();
	const seen = new Set();
	const answers = [];
	let repeated = 0;
	for (const [task, worker, label] of list) {
		const key = `${task}\t${worker}`;
		if (seen.has(key)) {
			repeated++;
			continue;
		}
		seen.add(key);
		answers.push({ task, worker, label });
	}
	const truthRows = rows(folder, 'truth.tsv');
	if (truthRows[0].join() === 'task,label') truthRows.shift();
	const truth = new Map(truthRows.map(([task, label]) => [task, label]));
	const tasks = [...new Set(answers.map((a) => a.task))];
	const workers = [...new Set(answers.map((a) => a.worker))];
	const labels = [...new Set(answers.map((a) => a.label))].sort();
	const perTask = new Map();
	for (const a of answers) perTask.set(a.task, (perTask.get(a.task) ?? 0) + 1);
	return { answers, truth, tasks, workers, labels, repeated, most: Math.max(...perTask.values()) };
}

// The share of tasks with a known truth that plurality gets right; a tie counts as the fraction it is.
export function plurality(set) {
	const votes = new Map();
	for (const { task, label } of set.answers) {
		const count = votes.get(task) ?? new Map();
		count.set(label, (count.get(label) ?? 0) + 1);
		votes.set(task, count);
	}
	let right = 0, of = 0;
	for (const [task, count] of votes) {
		if (!set.truth.has(task)) continue;
		const top = Math.max(...count.values());
		const tied = [...count].filter(([, n]) => n === top).map(([label]) => label);
		of++;
		if (tied.includes(set.truth.get(task))) right += 1 / tied.length;
	}
	return of === 0 ? null : right / of;
}
