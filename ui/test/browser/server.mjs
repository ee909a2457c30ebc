// SPDX-License-Identifier: AGPL-3.0-or-later
// The real server for browser tests: its own data, a free port on 127.0.0.1, people of each role.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

/** The program: TESSERA, or the newest build; built when there is none. */
export function program() {
  const found = [process.env.TESSERA, join(root, 'build/debug/tessera'), join(root, 'build/tessera')].find((p) => p && existsSync(p));
  if (found) return found;
  execFileSync('make', ['-j2', 'MODE=debug'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  return join(root, 'build/debug/tessera');
}

export const password = (role) => `password of the ${role}`;

/** A site with an operator and workers. */
export async function siteStart({ workers = 1 } = {}) {
  const exe = program();
  const data = mkdtempSync(join(tmpdir(), 'tessera-ui-'));
  const run = (args, input) => execFileSync(exe, [...args, '--data', data], { input, encoding: 'utf8' });
  run(['init', '--json']);
  const add = (name, email, role) => run(['user', 'add', '--name', name, '--email', email, '--role', role, '--password-stdin'], password(role));
  add('Olga Operator', 'operator@example.org', 'operator');
  for (let n = 1; n <= workers; n++) add(`Worker ${n}`, `worker${n}@example.org`, 'worker');
  let server;
  let said = '';
  const serve = async (listen) => {
    const mine = spawn(exe, ['serve', '--data', data, '--listen', listen], { stdio: ['ignore', 'pipe', 'pipe'] });
    server = mine;
    let words = '';
    return new Promise((done, bad) => {
      const hear = (piece) => {
        said += piece;
        words += piece;
        const found = /http:\/\/127\.0\.0\.1:\d+/.exec(words);
        if (found) done(found[0]);
      };
      mine.stdout.on('data', hear);
      mine.stderr.on('data', hear);
      mine.on('exit', () => bad(new Error(`the server ended: ${words}`)));
    });
  };
  const end = async (signal) => {
    server.removeAllListeners('exit');
    const gone = new Promise((done) => server.on('exit', done));
    server.kill(signal);
    await gone;
  };
  const url = await serve('127.0.0.1:0');
  return {
    url,
    /** A command of the program on this site's data; with JSON on its standard output. */
    tell: (args) => JSON.parse(run([...args, '--json'])),
    fund: (email, amount) => run(['fund', '--user', email, '--amount', amount]),
    said: () => said,
    /** kill -9, and the same site at the same address again. */
    kill: () => end('SIGKILL'),
    again: () => serve(new URL(url).host),
    async stop() {
      await end('SIGTERM');
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/** Somebody at the API, with a cookie as a browser has it. */
export async function apiAs(url, email, role) {
  let cookie = '';
  const call = async (verb, path, body) => {
    const reply = await fetch(url + path, {
      method: verb,
      headers: { cookie, 'x-tessera': '1', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await reply.text();
    if (!reply.ok) throw new Error(`${verb} ${path}: ${reply.status} ${text}`);
    const set = reply.headers.get('set-cookie');
    if (set) cookie = set.split(';')[0];
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  };
  await call('POST', '/api/v1/sign-in', { email, password: password(role) });
  /** A file as the request's body. */
  call.upload = async (path, body) => {
    const reply = await fetch(url + path, { method: 'POST', headers: { cookie, 'x-tessera': '1' }, body });
    if (!reply.ok) throw new Error(`POST ${path}: ${reply.status} ${await reply.text()}`);
    return reply.json();
  };
  call.bytes = async (path) => Buffer.from(await (await fetch(url + path, { headers: { cookie, 'x-tessera': '1' } })).arrayBuffer());
  return call;
}

/** One figure of /metrics. */
export async function metric(operator, name) {
  const text = await operator('GET', '/metrics');
  return Number(new RegExp(`^tessera_${name} (\\d+)`, 'm').exec(text)?.[1]);
}

/** What `seen` gives once it is something; it is told by `what` when it never is. */
export async function until(what, seen) {
  for (let n = 0; n < 150; n++) {
    const found = await seen();
    if (found) return found;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`${what}: not within 15 s`);
}

/** Does tasks of a project until none is left or `most` are done; `answer(page, n)` says what. */
export async function workOn(worker, project, most, answer) {
  let n = 0;
  for (; n < most; n++) {
    const { assignment } = await worker('POST', `/api/v1/work/${project}/accept`, {}).catch((error) => {
      if (!/has ended/.test(error.message)) throw error;
      return {};
    });
    if (!assignment) break;
    await worker('POST', `/api/v1/work/${project}/tasks/${assignment.task}/submit`, {
      epoch: assignment.epoch, answer: answer(assignment, n), active_ms: 4000,
    });
  }
  return n;
}
