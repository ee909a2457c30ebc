// SPDX-License-Identifier: AGPL-3.0-or-later
// The pictures of the manuals, from the demo on the real server: node test/pictures.mjs writes
// docs/img/player.png and docs/img/project.png. Build the release program first (./dev build).
import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { browserStart, pageOf } from './browser/lib.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const out = join(root, 'docs/img');
const most = 150_000;
const exe = join(root, 'build/tessera');
const data = mkdtempSync(join(tmpdir(), 'tessera-pictures-'));
// The microscope picture is most of the bytes: the player is shown on a phone.
const sizes = { worker: { width: 360, height: 680 }, requester: { width: 1100, height: 760 } };

execFileSync(exe, ['init', '--data', data]);
const server = spawn(exe, ['serve', '--data', data, '--listen', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'ignore'] });
const url = await new Promise((done) => server.stdout.once('data', (text) => done(String(text).trim())));
const browser = await browserStart();
mkdirSync(out, { recursive: true });
try {
  execFileSync(join(root, 'demo/load'), [url, data], { cwd: root });
  const project = readFileSync(join(data, 'demo.project'), 'utf8').trim();
  const password = /password: (.*)/.exec(readFileSync(join(data, 'accounts.txt'), 'utf8'))[1];
  const signedIn = async (who) => {
    const { page } = await pageOf(browser, sizes[who]);
    await page.goto(`${url}/sign-in`);
    await page.getByLabel('Email').fill(`${who}@demo.invalid`);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL((at) => at.pathname !== '/sign-in');
    return page;
  };
  const shoot = async (page, name) => {
    const path = join(out, `${name}.png`);
    await page.waitForTimeout(2_000);
    await page.screenshot({ path });
    const { size: bytes } = statSync(path);
    if (bytes > most) throw new Error(`${path}: ${bytes} bytes, at most ${most}`);
    console.log(`${path}: ${bytes} bytes`);
  };

  const worker = await signedIn('worker');
  await worker.goto(`${url}/work/${project}/do`);
  await worker.getByText('Submit').first().waitFor();
  await shoot(worker, 'player');

  // The progress page while a crowd is at work.
  execFile(exe, ['simulate', '--data', data, '--project', project, '--truth', 'demo/truth.tsv', '--seconds', '30'], { cwd: root });
  const requester = await signedIn('requester');
  await requester.waitForTimeout(25_000);
  await requester.goto(`${url}/projects/${project}`);
  await requester.getByRole('heading', { level: 1 }).waitFor();
  await shoot(requester, 'project');
} finally {
  await browser.close();
  server.kill('SIGTERM');
  await new Promise((done) => server.on('exit', done));
  rmSync(data, { recursive: true, force: true });
}
