// SPDX-License-Identifier: AGPL-3.0-or-later
// The 31 points of the look as one list. Most have their tests beside what they are about; a test here names
// where each is and fails when one is gone, and what no other file shows is shown here.
//
//  1 top bar, column            app            17 faults and the net          player, worker
//  2 sizes of text              app, here      18 pictures                    kinds (box)
//  3 figures, times             house, here    19 sound                       kinds (transcript)
//  4 spaces, no shadows         house          20 five steps, floor           requester
//  5 colours, edges             house, here    21 uploads                     requester
//  6 dark                       app            22 project in one screen       requester
//  7 a row says all             app            23 costly acts                 requester, operator
//  8 filters                    app            24 operator's tables           operator
//  9 figures above the list     app            25 empty, slow                 app
// 10 next item                  player         26 targets, 320 px             app and all stories
// 11 keys                       player         27 routes                      app
// 12 auto-advance               player         28 motion                      player
// 13 clock and drafts           player         29 axe                         all stories
// 14 pay, no pressure           player, house  30 policy                      house and all stories
// 15 instructions               player         31 catalogues, right to left   house, words
// 16 skip, return               player
//
// Without a test: 20, that below the floor nothing is published; 22, that figures and chart fit into 800 px.
// Not built: 24, saved filters and bulk acts of the operator's tables; 10 is measured by test/slow.mjs and not
// reached. What a picture looks like (1, 4, 6, 14, 31) is looked at by a person: SHOTS=DIR keeps them, and nothing compares pixels.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeSite, start } from '../mock.mjs';
import { browserStart, pageOf, settled } from './lib.mjs';

const tests = dirname(dirname(fileURLToPath(import.meta.url)));
let browser;
before(async () => { browser = await browserStart(); });
after(async () => { await browser?.close(); });

/** A page of the stand-in site, signed in. */
async function on(path, view, body) {
  const site = makeSite({ role: 'worker' });
  const running = await start(site);
  const { page, context } = await pageOf(browser, view);
  try {
    await page.goto(running.url + path);
    await settled(page);
    await body(page);
  } finally {
    await context.close();
    await running.stop();
  }
}

test('each of the 31 points is in the name of a test', () => {
  const files = ['browser', 'unit'].flatMap((dir) => readdirSync(join(tests, dir)).map((f) => join(tests, dir, f)));
  const covered = new Set();
  for (const file of files) {
    for (const [, list] of readFileSync(file, 'utf8').matchAll(/^ *test\(['`]look ([\d, -]+):/gm)) {
      for (const piece of list.split(',')) {
        const [from, to = from] = piece.split('-').map(Number);
        for (let n = from; n <= to; n++) covered.add(n);
      }
    }
  }
  assert.deepEqual(Array.from({ length: 31 }, (_, i) => i + 1).filter((n) => !covered.has(n)), []);
});

/** The contrast of two colours as WCAG 2.2 reckons it. */
const contrast = (one, other) => {
  const light = (hex) => {
    const [r, g, b] = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
  };
  const [a, b] = [light(one), light(other)];
  return Math.max(a, b) / Math.min(a, b);
};
const long = (hex) => (hex.length === 4 ? '#' + [...hex.slice(1)].map((c) => c + c).join('') : hex);
const tokens = readFileSync(join(dirname(tests), 'src/css/tokens.css'), 'utf8');
const look = (dark) => Object.fromEntries([...tokens.matchAll(/--([\w-]+): light-dark\((#\w+), (#\w+)\)/g)].map((m) => [m[1], long(m[dark ? 3 : 2])]));

for (const dark of [false, true]) {
  test(`look 5, 6: text has 4.5 to 1, edges, focus and the ten labels 3 to 1 or more (${dark ? 'dark' : 'light'})`, () => {
    const t = look(dark);
    assert.equal(Object.keys(t).length, 26);
    const bad = [];
    const want = (one, other, least) => {
      const found = contrast(t[one], t[other]);
      if (found < least) bad.push(`${one} on ${other}: ${found.toFixed(2)}`);
    };
    for (const ground of ['bg', 'surface', 'sunk']) {
      for (const text of ['text', 'muted', 'accent', 'good', 'warn', 'bad']) want(text, ground, 4.5);
      want('edge', ground, 3);
      for (let n = 0; n < 10; n++) want(`c${n}`, ground, 3);
    }
    for (const [text, ground] of [['on-accent', 'accent'], ['accent', 'tint'], ['muted', 'tint'], ['good', 'good-tint'], ['warn', 'warn-tint'], ['bad', 'bad-tint']]) want(text, ground, 4.5);
    assert.deepEqual(bad, []);
  });
}

test('the grounds by which a site\'s own colour is judged are those of the pages', () => {
  const c = readFileSync(join(dirname(dirname(tests)), 'src/brand/colour.c'), 'utf8');
  for (const dark of [false, true]) {
    const t = look(dark);
    const row = new RegExp(`\\{ "${dark ? 'dark' : 'light'}", 0x(\\w+), 0x(\\w+), 0x(\\w+), 0x(\\w+)`).exec(c);
    assert.deepEqual(row.slice(1).map((h) => '#' + h), [t.bg, t.surface, t.sunk, t.muted]);
  }
});

test('look 2: the title is 24 px and heavy, prose has at most 75 characters in a line', async () => {
  await on('/work/11', {}, async (page) => {
    const h1 = await page.locator('h1').evaluate((el) => [getComputedStyle(el).fontSize, getComputedStyle(el).fontWeight]);
    assert.deepEqual(h1, ['24px', '650']);
    const wide = await page.evaluate(() => [...document.querySelectorAll('.prose p, .lead')].map((p) => {
      const zero = document.createElement('span');
      zero.textContent = '0'.repeat(75);
      zero.style.whiteSpace = 'nowrap';
      p.append(zero);
      const most = zero.getBoundingClientRect().width;
      zero.remove();
      return p.getBoundingClientRect().width - most;
    }));
    assert.ok(wide.length > 0 && wide.every((over) => over <= 1), `${wide}`);
  });
});

test('look 3: figures stand in columns, and each time says the exact one too', async () => {
  await on('/answers', {}, async (page) => {
    await page.locator('time').first().waitFor();
    const times = await page.locator('time').evaluateAll((all) => all.map((el) => [el.getAttribute('datetime'), el.getAttribute('title') || el.getAttribute('aria-label') || el.closest('[title]')?.title || el.querySelector('.hidden')?.textContent || '']));
    assert.ok(times.length > 0);
    for (const [datetime, exact] of times) {
      assert.ok(!Number.isNaN(Date.parse(datetime)), datetime);
      assert.match(exact, /\d{1,2}:\d{2}/);
    }
    const figures = await page.locator('.figure').evaluateAll((all) => all.map((el) => getComputedStyle(el).fontVariantNumeric));
    assert.ok(figures.every((f) => f.includes('tabular-nums')), `${[...new Set(figures)]}`);
  });
});

for (const [phone, least, most] of [[false, 36, 38], [true, 44, Infinity]]) {
  test(`look 24: a row of an operator's table is ${phone ? 'to be hit by a finger' : '36 px high and its edge'}`, async () => {
    const running = await start(makeSite({ role: 'operator' }));
    const { page, context } = await pageOf(browser, { phone });
    const job = (key) => ({ kind: 'mail', key, part: '0', state: 'broken', due: '2026-01-02T03:04:05Z', tries: 3, error: '' });
    await page.route('**/api/v1/jobs', (r) => r.fulfill({ json: { items: [job('1'), job('2')] } }));
    try {
      await page.goto(running.url + '/operate/jobs');
      await settled(page);
      const target = phone ? '.table tbody button' : '.table tbody tr';
      await page.locator(target).first().waitFor();
      const high = await page.locator(target).evaluateAll((all) => all.map((el) => el.getBoundingClientRect().height));
      assert.equal(high.length, 2);
      assert.ok(high.every((h) => h >= least && h <= most), `${high}`);
    } finally {
      await context.close();
      await running.stop();
    }
  });
}
