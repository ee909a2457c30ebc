// SPDX-License-Identifier: AGPL-3.0-or-later
/*
 * Bad input and faults, on a running server and through its API.
 *
 *   node tests/story/faults.mjs PROGRAM DATABASES|'' PART[+PART]…
 *
 * Each part has a site of its own, on SQLite or in the database DATABASES with the part's name
 * behind it. Parts joined by + run at the same time. The part `disk` wants its temporary
 * folder on a small file system of its own.
 */
import { World, is, tally } from './faults_world.mjs';

const [program, databases, ...groups] = process.argv.slice(2);

async function tell(part) {
	const began = Date.now();
	const { [part]: run, settings } = await import(`./faults_${part}.mjs`);
	const w = await World.make(program, databases ? databases + part : undefined, settings);

	try {
		await run(w);
		is('sound', w.server.doctor(), `${part}: all books are sound`);
	} catch (error) {
		tally.failed++;
		console.log(`not ok: ${part}: ${error.stack}`);
	} finally {
		await w.end();
	}
	console.error(`${part}: ${(Date.now() - began) / 1000} s`);
}

for (const group of groups) await Promise.all(group.split('+').map(tell));
console.log(`${tally.passed} passed, ${tally.failed} failed`);
process.exitCode = tally.failed > 0 ? 1 : 0;
