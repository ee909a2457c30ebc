// SPDX-License-Identifier: AGPL-3.0-or-later
/*
 * Bad input and faults, on a running server and through its API.
 *
 *   node tests/story/faults.mjs PROGRAM DATABASE|'' PART…
 *
 * The part `disk` wants its temporary folder on a small file system of its own.
 */
import { World, is, tally } from './faults_world.mjs';

const [program, database, ...parts] = process.argv.slice(2);

for (const part of parts) {
	const began = Date.now();
	const { [part]: run, settings } = await import(`./faults_${part}.mjs`);
	const w = await World.make(program, database || undefined, settings);

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
console.log(`${tally.passed} passed, ${tally.failed} failed`);
process.exitCode = tally.failed > 0 ? 1 : 0;
