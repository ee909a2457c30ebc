// SPDX-License-Identifier: AGPL-3.0-or-later
/*
 * replay: a recorded crowd works through a real server.
 *
 *   tests/story/replay --set DIR [--database URL [--servers N]] [--kill N [--points]] [--json]
 *                      [--method plurality|shrunk] [--program build/tessera] [--connections 32]
 *                      [--seed N] [--keep]
 *
 * DIR holds answers.tsv[.gz] (task, worker, label) and truth.tsv (task, label). Through the HTTP
 * API alone it makes the project, signs in every worker, has each recorded answer accepted (that
 * very task, picked) and submitted as that worker, waits for the results, exports them, compares
 * them with the truth and with the file, and runs `tessera doctor`. With --kill the server
 * is ended (-9) N times at random moments and started again; what was acknowledged must be there.
 * With --points too the moments are the named places of base/crash.h, which a debug build has.
 * With --servers as many work on one database, each request goes to any of them, and any is killed.
 *
 * Every client keeps a log of what it was told, which tests/sim/history.h compares with the site.
 *
 * The last line of the output is one JSON object. The exit code is 0 when nothing is lost or
 * surplus, the history holds, the books are sound and, by plurality (the default here), the accuracy is
 * that of the file's own.
 */
import { replay } from './replay.mjs';

const usage = 'replay --set DIR [--database URL] [--servers N] [--kill N [--points]] [--json] [--method NAME] [--program FILE] ' +
	'[--connections N] [--seed N] [--keep]';

function options(words) {
	const out = { program: 'build/tessera', kill: 0, servers: 1, connections: 32, method: 'plurality', seed: Date.now() % 1e9 };
	const flag = new Set(['json', 'keep', 'points']);
	const number = new Set(['kill', 'servers', 'connections', 'seed']);
	const text = new Set(['set', 'database', 'program', 'method']);

	for (let i = 0; i < words.length; i++) {
		const name = words[i].replace(/^--/, '');
		if (flag.has(name)) out[name] = true;
		else if (number.has(name) && /^\d+$/.test(words[i + 1] ?? '')) out[name] = Number(words[++i]);
		else if (text.has(name) && words[i + 1] !== undefined) out[name] = words[++i];
		else throw new Error(`${words[i]}: not understood\nusage: ${usage}`);
	}
	if (!out.set) throw new Error(`--set is missing\nusage: ${usage}`);
	return out;
}

try {
	const chosen = options(process.argv.slice(2));
	const figures = await replay(chosen);
	console.log(JSON.stringify(figures));
	const good = figures.lost === 0 && figures.surplus === 0 && figures.doctor === 'sound' && figures.history === 'ok' &&
		(chosen.method !== 'plurality' || Math.abs(figures.accuracy - figures.plurality) < 1e-9);
	process.exitCode = good ? 0 : 1;
} catch (error) {
	console.error(`replay: ${error.message}`);
	process.exitCode = 2;
}
