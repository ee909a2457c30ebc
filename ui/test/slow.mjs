// SPDX-License-Identifier: AGPL-3.0-or-later
// What a worker waits for on a cheap phone: node test/slow.mjs [RUNS] prints it beside what is asked. Chromium with a
// processor six times slower, 700 kbit/s and a round trip of 300 ms, against the built program (TESSERA) with the demo's
// pictures of about 23 kB each. Medians, the least in brackets. Cold is a profile that has never seen the site; warm, that
// the worker has looked at the task for two and a half seconds. Each Submit is tapped once, right after a finger's drag.
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { zip } from '../../tests/story/zip.mjs';
import { browserStart, pageOf } from './browser/lib.mjs';
import { apiAs, password, siteStart, until } from './browser/server.mjs';

const RUNS = Number(process.argv[2] ?? 3);
const ASKED = { 'task list ready, cold': 2500, 'box task drawable, cold': 3000, 'submit to next, warm': 100 };
const WARM = 5;

const pictures = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'demo/blood_cells/job');

async function publish(rita) {
  const { id } = await rita('POST', '/api/v1/projects', { title: 'Mark each platelet' });
  const source = await rita.upload(`/api/v1/projects/${id}/sources?name=cells.zip`,
    zip(readdirSync(pictures).filter((f) => f.endsWith('.jpg')).map((f) => [f, readFileSync(join(pictures, f))])));
  const at = `/api/v1/projects/${id}/sources/${source.id}`;
  const state = (wanted) => until(`the source is ${wanted}`, async () => (await rita('GET', at)).state === wanted);
  await state('checked');
  await rita('POST', `${at}/import`, { skip_bad: false });
  await state('imported');
  await rita('POST', `/api/v1/projects/${id}`, {
    template: { blocks: [{ type: 'box', name: 'cells', label: 'Cells', src: '{{image}}', labels: ['platelet', 'red'], min: 1, max: 9 }] },
    instructions: 'Draw a box round each platelet.', reward: 5, redundancy: 1, estimate_s: 10, approve_after_s: 3600,
  });
  await rita('POST', `/api/v1/projects/${id}/publish`, { total: (await rita('GET', `/api/v1/projects/${id}/quote`)).total });
  await until('the project opens', async () => (await rita('GET', `/api/v1/projects/${id}`)).state === 'open');
  return id;
}

/** A phone that is signed in and has an empty cache. */
async function cheapPhone(browser, cookies) {
  const { page, context } = await pageOf(browser, { phone: true, width: 390, height: 800 });
  await context.addCookies(cookies);
  const cdp = await context.newCDPSession(page);
  await cdp.send('Network.enable');
  await cdp.send('Network.emulateNetworkConditions', { offline: false, latency: 300, downloadThroughput: 700_000 / 8, uploadThroughput: 700_000 / 8 });
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: 6 });
  page.setDefaultTimeout(60_000);
  await page.addInitScript(() => {
    // The moment after the frame in which `selector` is first there.
    window.seenAt = (selector, not = null) => new Promise((done) => {
      const look = () => {
        const el = document.querySelector(selector);
        if (!el || el === not) return void requestAnimationFrame(look);
        requestAnimationFrame(() => setTimeout(() => done(performance.now())));
      };
      look();
    });
  });
  return { page, context, cdp };
}

/** A finger that goes from one corner to the other, as a hand does: a move each 8 ms. */
async function drag(cdp, page) {
  const r = await page.locator('.picture-stage').boundingBox();
  const at = (f) => [{ x: r.x + r.width * (0.2 + 0.5 * f), y: r.y + r.height * (0.2 + 0.5 * f), id: 1 }];
  await cdp.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(0) });
  for (let n = 1; n <= 20; n++) await cdp.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(n / 20) });
  await cdp.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
}

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

const browser = await browserStart();
const site = await siteStart({ workers: 1 });
try {
  const operator = await apiAs(site.url, 'operator@example.org', 'operator');
  await operator('POST', '/api/v1/users', { name: 'Rita Requester', email: 'rita@example.org', role: 'requester', password: password('requester') });
  site.fund('rita@example.org', '100.00');
  const id = await publish(await apiAs(site.url, 'rita@example.org', 'requester'));
  const first = await pageOf(browser, { phone: true });
  await first.page.goto(`${site.url}/sign-in`);
  await first.page.getByLabel('Email').fill('worker1@example.org');
  await first.page.getByLabel('Password').fill(password('worker'));
  await first.page.getByRole('button', { name: 'Sign in' }).click();
  await first.page.locator('a[href$="/do"]').first().waitFor();
  const cookies = await first.context.cookies();
  await first.context.close();

  const times = Object.fromEntries(Object.keys(ASKED).map((name) => [name, []]));
  let lost = 0;
  for (let run = 0; run < RUNS; run++) {
    const list = await cheapPhone(browser, cookies);
    await list.page.goto(`${site.url}/work`, { waitUntil: 'commit' });
    times['task list ready, cold'].push(await list.page.evaluate(() => window.seenAt('main a[href$="/do"]')));
    await list.context.close();

    const { page, context, cdp } = await cheapPhone(browser, cookies);
    await page.goto(`${site.url}/work/${id}/do`, { waitUntil: 'commit' });
    times['box task drawable, cold'].push(await page.evaluate(() => window.seenAt('.picture-view image')));
    for (let n = 0; n < WARM; n++) {
      await page.waitForTimeout(2500); // the next is fetched meanwhile
      await drag(cdp, page);
      await page.evaluate(() => {
        const old = document.querySelector('.picture-view image');
        window.next = new Promise((done) => {
          document.querySelector('.player-foot .primary').addEventListener('click', () => {
            const from = performance.now();
            window.seenAt('.picture-view image', old).then((to) => done(to - from));
          }, { once: true });
        });
      });
      await page.getByRole('button', { name: 'Submit' }).tap();
      const ms = await page.evaluate(() => Promise.race([window.next, new Promise((no) => setTimeout(() => no(null), 15_000))]));
      if (ms === null) {
        lost++;
        await page.reload();
        await page.evaluate(() => window.seenAt('.picture-view image'));
      } else times['submit to next, warm'].push(ms);
    }
    await context.close();
  }
  for (const [name, list] of Object.entries(times)) {
    const ms = Math.round(median(list));
    console.log(`${name}: ${ms} ms (${Math.round(Math.min(...list))}), asked ${ASKED[name]}: ${ms <= ASKED[name] ? 'reached' : 'missed'}, of ${list.length}`);
  }
  console.log(`taps on Submit right after a drag that did nothing: ${lost} of ${RUNS * WARM}`);
} finally {
  await browser.close();
  await site.stop();
}
