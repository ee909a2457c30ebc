// SPDX-License-Identifier: AGPL-3.0-or-later
// Every kind of work from the requester's template to the merged and exported result, on the real
// server: one worker does it by mouse, one by keyboard alone, one by touch at 390 px. SHOTS=DIR
// keeps pictures.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { deflateSync, inflateRawSync } from 'node:zlib';
import { browserStart, look, pageOf } from './lib.mjs';
import { apiAs, password, siteStart, until } from './server.mjs';
import { crc32, zip } from '../../../tests/story/zip.mjs';

const shots = process.env.SHOTS;
const RITA = 'rita@example.org';
const HANDS = ['mouse', 'keyboard', 'touch'];
let browser;
let site;
let rita;
const pages = {};

/** A PNG of one colour with darker rectangles: [x, y, w, h] in pixels. */
function png(width, height, rectangles) {
  const rows = Buffer.alloc((width * 3 + 1) * height, 0xdd);
  for (let y = 0; y < height; y++) rows[y * (width * 3 + 1)] = 0;
  for (const [x, y, w, h] of rectangles) {
    for (let r = y; r < y + h; r++) rows.fill(0x44, r * (width * 3 + 1) + 1 + x * 3, r * (width * 3 + 1) + 1 + (x + w) * 3);
  }
  const chunk = (name, data) => {
    const body = Buffer.concat([Buffer.from(name), data]);
    const out = Buffer.alloc(body.length + 8);
    out.writeUInt32BE(data.length, 0);
    body.copy(out, 4);
    out.writeUInt32BE(crc32(body), body.length + 4);
    return out;
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

before(async () => {
  [browser, site] = await Promise.all([browserStart(), siteStart({ workers: 3 })]);
  if (shots) mkdirSync(shots, { recursive: true });
  await fetch(`${site.url}/api/v1/sign-up`, {
    method: 'POST', headers: { 'content-type': 'application/json', 'x-tessera': '1' },
    body: JSON.stringify({ name: 'Rita Requester', email: RITA, password: password('requester'), role: 'requester' }),
  });
  site.fund(RITA, '500.00');
  rita = await apiAs(site.url, RITA, 'requester');
  for (const [i, hand] of HANDS.entries()) {
    const found = await pageOf(browser, { phone: hand === 'touch' });
    found.page.setDefaultTimeout(10_000);
    await signIn(found.page, `worker${i + 1}@example.org`, 'worker');
    pages[hand] = found;
  }
});
after(async () => {
  await browser?.close();
  await site?.stop();
});

async function signIn(page, email, role) {
  await page.goto(`${site.url}/sign-in`);
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(password(role));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('h1').filter({ hasNotText: 'Sign in' }).waitFor();
}

const PICTURE = zip([['street.png', png(400, 300, [[40, 60, 80, 60], [240, 150, 100, 90]])]]);

/** A published project with one item for each row, whose answers count alike, so that results can be foretold; `file` is [name, bytes]. */
async function publish(title, blocks, [name, bytes], more = {}) {
  const { id } = await rita('POST', '/api/v1/projects', { title });
  const source = await rita.upload(`/api/v1/projects/${id}/sources?name=${name}`, bytes);
  const at = `/api/v1/projects/${id}/sources/${source.id}`;
  const state = (wanted) => until(`the source is ${wanted}`, async () => (await rita('GET', at)).state === wanted);
  await state('checked');
  await rita('POST', `${at}/import`, { skip_bad: false });
  await state('imported');
  await rita('POST', `/api/v1/projects/${id}`, {
    template: { blocks }, instructions: 'Do as you are asked.', reward: 5, redundancy: 3, estimate_s: 10, approve_after_s: 3600, method: 'plurality', ...more,
  });
  await rita('POST', `/api/v1/projects/${id}/publish`, { total: (await rita('GET', `/api/v1/projects/${id}/quote`)).total });
  await until('the project opens', async () => (await rita('GET', `/api/v1/projects/${id}`)).state === 'open');
  return id;
}

/** Lets each hand do the task once; gives the answers by hand, the result and the exported line. */
async function done(id, kind, hands) {
  const answers = {};
  for (const hand of HANDS) {
    const { page, faults } = pages[hand];
    await page.goto(`${site.url}/work/${id}/do`);
    await page.locator(`x-${kind}`).waitFor();
    await hands[hand](page, page.locator(`x-${kind}`));
    if (shots) await page.screenshot({ path: `${shots}/kind_${kind}_${hand}.png` });
    const before = (await rita('GET', `/api/v1/projects/${id}/tasks/1`)).answers.length;
    if (hand === 'keyboard') await page.keyboard.press('Control+Enter');
    else await page.getByRole('button', { name: 'Submit' })[tap(hand)]();
    await page.getByRole('heading', { name: /^(All done|Nothing left|No more|Done)/ }).or(page.locator('.empty')).first()
      .waitFor({ timeout: 30000 }).catch(async () => assert.fail(`${kind} by ${hand} is not over: ${await page.locator('main').innerText()}`));
    const now = await until('the answer is stored', async () => {
      const list = (await rita('GET', `/api/v1/projects/${id}/tasks/1`)).answers;
      return list.length > before ? list : null;
    });
    const known = Object.values(answers).map((a) => JSON.stringify(a));
    answers[hand] = now.map((a) => a.answer).find((a) => !known.includes(JSON.stringify(a))) ?? now[0].answer;
    assert.deepEqual(faults, [], hand);
  }
  const task = await until('it is judged', async () => {
    const found = await rita('GET', `/api/v1/projects/${id}/tasks/1`);
    return found.results.length ? found : null;
  });
  const jsonl = await rita('GET', `/api/v1/projects/${id}/export?format=jsonl`);
  const csv = await rita('GET', `/api/v1/projects/${id}/export?format=csv`);
  return { answers, result: task.results[0], jsonl, csv };
}

/** What a worker sees of a kind holds what holds for every page, in light, in dark and on a phone. */
async function seen(id, kind) {
  for (const view of [{ name: 'light' }, { name: 'dark', scheme: 'dark' }, { name: 'phone', phone: true }]) {
    const { page, context, faults } = await pageOf(browser, view);
    // Signed in as before: each sign-in is a session, and the oldest of many end.
    await context.addCookies(await pages.mouse.context.cookies());
    await page.goto(`${site.url}/work/${id}`);
    await page.locator(`x-${kind}`).waitFor();
    await page.waitForTimeout(200);
    await look(page, `kind_${kind}`, view, shots);
    assert.deepEqual(faults, []);
    await context.close();
  }
}

const csv = (...rows) => ['items.csv', Buffer.from(rows.join('\n') + '\n')];
const tap = (hand) => (hand === 'touch' ? 'tap' : 'click');

// --- choice of pictures, scale, date, pair, rank, taxonomy ---

test('choice: pictures as options, side by side and with their words', async () => {
  const table = 'left,right\na.png,b.png\n';
  const files = zip([['table.csv', Buffer.from(table)], ['a.png', png(120, 90, [[10, 10, 50, 50]])], ['b.png', png(120, 90, [[60, 20, 50, 50]])]]);
  const block = { type: 'choice', name: 'which', label: 'Which one has it on the left?', options: [{ value: 'l', label: 'The first', image: '{{left}}' }, { value: 'r', label: 'The second', image: '{{right}}' }] };
  const id = await publish('Left or right', [block], ['two.zip', files]);
  await seen(id, 'choice');
  const there = async (w) => assert.ok(await w.locator('img').evaluateAll(async (all) => {
    await Promise.all(all.map((i) => i.decode()));
    return all.length === 2 && all.every((i) => i.naturalWidth === 120);
  }), 'both pictures are there');
  const { result, csv: out } = await done(id, 'choice', {
    mouse: async (page, w) => { await there(w); await w.locator('img').first().click(); },
    keyboard: async (page) => page.keyboard.press('1'),
    touch: async (page, w) => w.locator('.option').nth(1).tap(),
  });
  assert.equal(result.value, 'l');
  assert.ok(Math.abs(result.confidence - 2 / 3) < 1e-9);
  assert.match(out, /,l,0\.6/);
});

test('scale: by mouse, by keyboard alone and by touch, merged and exported', async () => {
  const block = { type: 'scale', name: 'taste', label: 'How does {{food}} taste?', min: 1, max: 7, low: 'awful', high: 'wonderful' };
  const id = await publish('Taste', [block], csv('food', 'kale'));
  await seen(id, 'scale');
  const { answers, result, jsonl, csv: out } = await done(id, 'scale', {
    mouse: async (page, w) => w.locator('.scale-step').nth(1).click(),
    keyboard: async (page, w) => {
      await page.keyboard.press('7');
      assert.equal(await w.evaluate((el) => el.value), 7);
      await page.keyboard.press('3');
      await w.locator('input').nth(2).focus();
      await page.keyboard.press('ArrowRight');
    },
    touch: async (page, w) => w.locator('.scale-step').nth(4).tap(),
  });
  assert.deepEqual(answers, { mouse: { taste: 2 }, keyboard: { taste: 4 }, touch: { taste: 5 } });
  assert.equal(result.value, 4);
  assert.equal(jsonl.results.taste.value, 4);
  assert.match(out, /kale,4,0\.3/);
});

test('date: typed, and merged by most votes', async () => {
  const block = { type: 'date', name: 'day', label: 'When was it signed?', min: '1900-01-01', max: '1999-12-31' };
  const id = await publish('Signed', [block], csv('text', 'Signed on the last of March 1931'));
  await seen(id, 'date');
  // The control orders day and month by the language of the browser itself, which is American here.
  const typed = async (page) => page.keyboard.type('03311931');
  const { answers, result, csv: out } = await done(id, 'date', {
    mouse: async (page, w) => {
      await w.locator('input').fill('2024-03-31');
      await page.getByRole('button', { name: 'Submit' }).click();
      await w.getByText('up to 1999-12-31').waitFor();
      await w.locator('input').fill('1931-03-31');
    },
    keyboard: typed,
    touch: async (page, w) => w.locator('input').fill('1931-03-30'),
  });
  assert.deepEqual(answers.keyboard, { day: '1931-03-31' });
  assert.equal(result.value, '1931-03-31');
  assert.match(out, /1931-03-31,0\.6/);
});

test('pair: by mouse, by keyboard alone and by touch, merged and exported', async () => {
  const block = { type: 'pair', name: 'clear', label: 'Which sentence is clearer?', options: [{ value: 'a', label: '{{one}}' }, { value: 'b', label: '{{two}}' }], equal: true };
  const id = await publish('Clearer', [block], csv('one,two', 'It is raining.,Precipitation is being experienced.'));
  await seen(id, 'pair');
  const { answers, result, csv: out } = await done(id, 'pair', {
    mouse: async (page, w) => w.getByText('It is raining.').click(),
    keyboard: async (page) => page.keyboard.press('1'),
    touch: async (page, w) => w.getByText('Both equally').tap(),
  });
  assert.deepEqual(answers.touch, { clear: 'equal' });
  assert.equal(result.value, 'a');
  assert.match(out, /,a,0\.6/);
});

test('rank: by mouse, by keyboard alone and by touch, merged and exported', async () => {
  const block = { type: 'rank', name: 'order', label: 'The largest on top', options: ['mouse', 'cat', 'horse', 'whale'] };
  const id = await publish('Sizes', [block], csv('text', 'animals'));
  await seen(id, 'rank');
  const order = (w) => w.evaluate((el) => el.value);
  const up = async (w, name, times, hand) => {
    for (let n = 0; n < times; n++) await w.getByRole('button', { name: `Move ${name} up` })[tap(hand)]();
  };
  const { answers, result, jsonl, csv: out } = await done(id, 'rank', {
    mouse: async (page, w) => {
      await page.getByRole('button', { name: 'Submit' }).click();
      await w.getByText('say that the order is right').waitFor();
      await up(w, 'whale', 3);
      await up(w, 'horse', 2);
      await up(w, 'cat', 1);
    },
    keyboard: async (page, w) => {
      await page.waitForFunction(() => document.activeElement?.matches('.thing'));
      await page.keyboard.press('Space');
      for (let n = 0; n < 3; n++) await page.keyboard.press('ArrowDown');
      assert.deepEqual(await order(w), ['cat', 'horse', 'whale', 'mouse']);
      await page.keyboard.press('Control+z');
      assert.deepEqual(await order(w), ['cat', 'horse', 'mouse', 'whale']);
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Space');
      await page.keyboard.press('Home');
      await page.keyboard.press('ArrowUp');
      await page.keyboard.press('ArrowUp');
      await page.keyboard.press('ArrowUp');
    },
    touch: async (page, w) => {
      await up(w, 'whale', 3, 'touch');
      await w.getByRole('button', { name: 'The order is right' }).tap();
    },
  });
  assert.deepEqual(answers.mouse, { order: ['whale', 'horse', 'cat', 'mouse'] });
  assert.deepEqual(answers.touch, { order: ['whale', 'mouse', 'cat', 'horse'] });
  assert.equal(answers.keyboard.order.length, 4);
  assert.equal(result.value[0], 'whale');
  assert.deepEqual(jsonl.results.order.value, result.value);
  assert.match(out, new RegExp(result.value.join('\\|')));
});

test('taxonomy: opened by mouse, by keys alone and by search, in a tree of four thousand', async () => {
  const tree = ['Animal', '\tCat', '\t\tLynx', '\tDog', 'Plant', '\tTree', '\t\tOak',
    ...Array.from({ length: 200 }, (_, g) => [`Group ${g}`, ...Array.from({ length: 19 }, (_, n) => `\tthing ${g}.${n}`)]).flat()].join('\n');
  const block = { type: 'taxonomy', name: 'place', label: 'Where does {{name}} belong?', tree, leaf: true };
  const id = await publish('Places', [block], csv('name', 'an acorn'));
  await seen(id, 'taxonomy');
  const value = (w) => w.evaluate((el) => el.value);
  const { answers, result, jsonl, csv: out } = await done(id, 'taxonomy', {
    mouse: async (page, w) => {
      await w.getByText('Plant', { exact: true }).click();
      assert.equal(await value(w), null, 'only ends may be chosen');
      await w.getByText('Tree', { exact: true }).click();
      await w.getByText('Oak', { exact: true }).click();
      await w.getByText('Plant › Tree › Oak').waitFor();
    },
    keyboard: async (page, w) => {
      await page.waitForFunction(() => document.activeElement?.matches('input[type=search]'));
      await page.keyboard.type('thing 1');
      await w.getByText(/^60 of [\d,]+ shown$/).waitFor();
      const slow = await w.locator('input').evaluate((input) => {
        const began = performance.now();
        for (const text of ['t', 'th', 'thing', 'thing 19', 'oak']) {
          input.value = text;
          input.dispatchEvent(new Event('input'));
        }
        return (performance.now() - began) / 5;
      });
      assert.ok(slow < 50, `a search takes ${slow} ms`);
      await page.keyboard.press('Escape');
      await page.keyboard.type('tree oak');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      assert.deepEqual(await value(w), ['Plant', 'Tree', 'Oak']);
      // The tree is open there, and has the focus; up to the root, and into the other part.
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('Home');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      assert.deepEqual(await value(w), ['Animal', 'Dog']);
    },
    touch: async (page, w) => {
      await w.locator('input').fill('oak');
      await w.locator('[role=option]').first().tap();
    },
  });
  assert.deepEqual(answers.keyboard, { place: ['Animal', 'Dog'] });
  assert.deepEqual(result.value, ['Plant', 'Tree', 'Oak']);
  assert.deepEqual(jsonl.results.place.value, result.value);
  assert.match(out, /Plant\|Tree\|Oak,0\.6/);
});

test('spans: by mouse, by keyboard alone and by touch, with relations, in code points', async () => {
  const text = '\u{1F600}\u{1F680} Ada Lovelace wrote to the Acme Mill in Leeds.';
  const block = { type: 'spans', name: 'names', label: 'Mark people and firms', text: '{{text}}', labels: ['person', 'firm'], relations: ['writes to', 'owns'] };
  const id = await publish('Names', [block], csv('text', text));
  await seen(id, 'spans');
  const word = (w, name) => w.locator('.piece', { hasText: new RegExp(`^${name}$`) });
  const value = (w) => w.evaluate((el) => el.value);
  const want = { length: [...text].length, spans: [{ start: 3, end: 15, label: 'person' }, { start: 29, end: 38, label: 'firm' }], relations: [{ from: 0, to: 1, label: 'writes to' }] };
  const { answers, result, jsonl, csv: out } = await done(id, 'spans', {
    mouse: async (page, w) => {
      const [a, b] = await Promise.all(['Acme', 'Mill'].map((name) => word(w, name).boundingBox()));
      await page.mouse.move(a.x + 3, a.y + 10);
      await page.mouse.down();
      await page.mouse.move(b.x + 1, b.y + 10);
      await page.mouse.move(b.x + 8, b.y + 10);
      await page.mouse.up();
      await w.getByRole('button', { name: 'firm' }).first().click();
      await word(w, 'Ada').click();
      await word(w, 'Lovelace').click({ modifiers: ['Shift'] });
      await w.getByRole('button', { name: 'person' }).first().click();
      await w.getByLabel('From', { exact: true }).selectOption({ index: 0 });
      await w.getByLabel('To', { exact: true }).selectOption({ index: 1 });
      await w.getByRole('button', { name: 'Relate' }).click();
      await w.getByText('Ada Lovelace – writes to – Acme Mill').waitFor();
      assert.deepEqual(await value(w), want);
    },
    keyboard: async (page, w) => {
      await page.waitForFunction(() => document.activeElement?.matches('.spans'));
      const words = (await w.locator('.piece').allInnerTexts()).map((p) => p.trim()).filter(Boolean);
      await press(page, 'ArrowRight', words.indexOf('Ada') + 1);
      await page.keyboard.press('Shift+ArrowRight');
      await page.keyboard.press('2');
      assert.deepEqual((await value(w)).spans, [{ start: 3, end: 15, label: 'firm' }]);
      await page.keyboard.press('1');
      await press(page, 'ArrowRight', words.indexOf('Acme') - words.indexOf('Lovelace'));
      await page.keyboard.press('Shift+ArrowRight');
      await page.keyboard.press('2');
      await press(page, 'ArrowRight', 2);
      await page.keyboard.press('1');
      assert.equal((await value(w)).spans.length, 3);
      await page.keyboard.press('Delete');
      assert.equal((await value(w)).spans.length, 2);
      await page.keyboard.press('Control+z');
      assert.equal((await value(w)).spans.length, 3);
      await page.keyboard.press('Control+Shift+z');
      // The relation, by the controls below the list.
      for (let n = 0; n < 12 && !await page.evaluate(() => document.activeElement?.getAttribute('aria-label') === 'From'); n++) await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      await page.keyboard.press('2');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      assert.deepEqual(await value(w), want);
    },
    touch: async (page, w) => {
      await word(w, 'Ada').tap();
      await word(w, 'Lovelace').tap();
      await w.getByRole('button', { name: 'person' }).first().tap();
      await word(w, 'Leeds').tap();
      await w.getByRole('button', { name: 'firm' }).first().tap();
    },
  });
  assert.deepEqual(answers.mouse.names, want);
  assert.equal([...text].slice(3, 15).join(''), 'Ada Lovelace');
  assert.deepEqual(result.value.spans.map((s) => [s.start, s.end, s.label]), [[3, 15, 'person'], [29, 38, 'firm']]);
  assert.deepEqual(result.value.relations, want.relations);
  assert.deepEqual(jsonl.results.names.value, result.value);
  assert.match(out, /""spans"":\[\{""start"":3,""end"":15/);
});

/** A second of a tone, a second of silence, a second of a tone; 16 bits, mono. */
function wav() {
  const rate = 8000;
  const data = Buffer.alloc(2 * 3 * rate);
  for (let i = 0; i < 3 * rate; i++) data.writeInt16LE(i >= rate && i < 2 * rate ? 0 : Math.round(20000 * Math.sin(i / 3)), 2 * i);
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + data.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(2 * rate, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(data.length, 40);
  return Buffer.concat([head, data]);
}

test('look 19: transcript: by mouse, by keyboard alone and by touch, with its wave form, in milliseconds', async () => {
  const block = { type: 'transcript', name: 'words', label: 'Write down what is said', src: '{{media}}' };
  const id = await publish('Tones', [block], ['tones.zip', zip([['tones.wav', wav()]])]);
  await seen(id, 'transcript');
  const value = (w) => w.evaluate((el) => el.value);
  const heard = (w) => w.locator('audio').evaluate((a) => Math.round(a.currentTime * 1000));
  const near = (got, want, what) => assert.ok(Math.abs(got - want) <= 60, `${what}: ${got}, wanted ${want}`);
  const { answers, result, jsonl } = await done(id, 'transcript', {
    mouse: async (page, w) => {
      await w.locator('.sound-wave').waitFor({ state: 'attached' });
      const box = await w.locator('.sound').boundingBox();
      const at = (s) => box.x + (box.width * s) / 3;
      await page.mouse.move(at(2), box.y + 40);
      await page.mouse.down();
      await page.mouse.move(at(2.5), box.y + 40, { steps: 4 });
      await page.mouse.move(at(3), box.y + 40, { steps: 4 });
      await page.mouse.up();
      await page.keyboard.type('beep again');
      await page.mouse.move(at(0), box.y + 40);
      await page.mouse.down();
      await page.mouse.move(at(1), box.y + 40, { steps: 4 });
      await page.mouse.up();
      await page.keyboard.type('Beep.');
      await w.getByRole('button', { name: 'Play', exact: false }).first().click();
      await until('it plays', async () => await heard(w) > 1100);
      await w.getByRole('button', { name: 'Pause', exact: false }).first().click();
      assert.equal(await w.locator('audio').evaluate((a) => a.paused), true);
      // Twice as close about the play head: the middle of what is seen is where it stands.
      const axis = () => w.locator('.sound-axis span').allTextContents();
      assert.deepEqual(await axis(), ['0:00.0', '0:00.7', '0:01.5', '0:02.2']);
      const now = await heard(w);
      await w.getByRole('button', { name: 'Zoom in' }).click();
      assert.match((await axis())[0], /^0:0(0\.[3-9]|1\.\d)$/); // a slow machine pauses later
      await page.mouse.click(at(1.5), box.y + 40);
      near(await heard(w), now, 'the middle of what is seen');
      await page.mouse.click(at(3) - 1, box.y + 40);
      near(await heard(w), now + 750, 'its end');
      await w.getByRole('button', { name: 'Zoom out' }).click();
      assert.equal((await axis())[0], '0:00.0');
      const regions = (await value(w)).regions;
      assert.deepEqual(regions.map((r) => r.text), ['Beep.', 'beep again']);
      near(regions[0].to_ms, 1000, 'the first ends');
      near(regions[1].from_ms, 2000, 'the second begins');
    },
    keyboard: async (page, w) => {
      await page.waitForFunction(() => document.activeElement?.matches('.sound'));
      await until('loaded', () => w.locator('audio').evaluate((a) => a.readyState > 1));
      await page.keyboard.press('i');
      await press(page, '.', 10);
      near(await heard(w), 1000, 'ten tenths on');
      await page.keyboard.press('o');
      await page.keyboard.type('Beep.');
      await page.keyboard.press('Control+Space');
      await until('it plays while one writes', async () => await heard(w) > 1150);
      await page.waitForFunction(() => document.activeElement?.matches('textarea'));
      await page.keyboard.press('Control+Space');
      await page.keyboard.press('Escape');
      await page.keyboard.press(']');
      assert.equal(await w.locator('audio').evaluate((a) => a.playbackRate), 1.25);
      await page.keyboard.press('[');
      await page.keyboard.press('Home');
      await page.keyboard.press('ArrowRight');
      near(await heard(w), 2000, 'two seconds on');
      await page.keyboard.press('i');
      await page.keyboard.press('End');
      await page.keyboard.press('o');
      await page.keyboard.type('Beep again');
      await page.keyboard.press('Escape');
      assert.equal((await value(w)).regions.length, 2);
      await page.keyboard.press('Delete');
      assert.equal((await value(w)).regions.length, 1);
      await page.keyboard.press('Control+z');
      assert.equal((await value(w)).regions[1].text, 'Beep again');
    },
    touch: async (page, w) => {
      assert.equal(await w.locator('.keys-help').isVisible(), false, 'no help for keys where there are none');
      await until('loaded', () => w.locator('audio').evaluate((a) => a.readyState > 1));
      const box = await w.locator('.sound').boundingBox();
      const tap = (s) => w.locator('.sound').tap({ position: { x: Math.min(box.width - 2, (box.width * s) / 3), y: 40 } });
      await tap(0.01);
      await w.getByRole('button', { name: 'Begin region' }).tap();
      await tap(1);
      await w.getByRole('button', { name: 'End region' }).tap();
      await w.locator('textarea').first().fill('Beep.');
      await tap(2);
      await w.getByRole('button', { name: 'Begin region' }).tap();
      await tap(2.9);
      await w.getByRole('button', { name: 'End region' }).tap();
      await w.locator('textarea').nth(1).fill('Beep again');
      await tap(2.98);
      await w.getByRole('button', { name: 'End here' }).nth(1).tap();
      near((await value(w)).regions[1].to_ms, 2980, 'an end to the play head');
    },
  });
  near(answers.keyboard.words.regions[1].from_ms, 2000, 'as kept');
  assert.deepEqual(result.value.regions.map((r) => r.text), ['Beep.', 'Beep again']);
  near(result.value.regions[0].to_ms, 1000, 'the merged end');
  near(result.value.regions[1].from_ms, 2000, 'the merged start');
  assert.deepEqual(jsonl.results.words.value, result.value);
});

test('fields of a form: a strip of the picture above each input, the whole of it when enlarged', async () => {
  const table = 'form,second\nstreet.png,"240, 150, 100, 90"\n';
  const files = zip([['table.csv', Buffer.from(table)], ['street.png', png(400, 300, [[40, 60, 80, 60], [240, 150, 100, 90]])]]);
  const blocks = [
    { type: 'image', src: '{{form}}', alt: 'The first field', crop: [40, 60, 80, 60] }, { type: 'text', name: 'first', label: 'First field' },
    { type: 'image', src: '{{form}}', alt: 'The second field', crop: '{{second}}' }, { type: 'number', name: 'second', label: 'Second field' },
  ];
  const id = await publish('A form', blocks, ['form.zip', files]);
  await seen(id, 'text');
  const there = async (page) => {
    const strips = page.locator('.work-strip.ok');
    await until('both strips are there', async () => await strips.count() === 2);
    assert.deepEqual(await strips.evaluateAll((all) => all.map((s) => s.getAttribute('viewBox'))), ['40 60 80 60', '240 150 100 90']);
    const [a, b] = await Promise.all([strips.first().boundingBox(), page.locator('x-text input').boundingBox()]);
    assert.ok(a.height > 20 && b.y >= a.y + a.height, 'the strip stands above its input');
  };
  const { answers, result } = await done(id, 'text', {
    mouse: async (page) => {
      await there(page);
      await page.getByLabel('First field', { exact: true }).fill('Ada');
      await page.getByLabel('Second field', { exact: true }).fill('7');
      await page.getByRole('button', { name: 'Enlarge the image' }).first().click();
      assert.equal(await page.locator('dialog[open] img').evaluate((i) => i.naturalWidth), 400);
      await page.keyboard.press('Escape');
    },
    keyboard: async (page) => {
      await page.keyboard.type('Ada');
      for (let n = 0; n < 4 && !await page.evaluate(() => document.activeElement?.closest('x-number')); n++) await page.keyboard.press('Tab');
      await page.keyboard.type('7');
    },
    touch: async (page) => {
      await there(page);
      await page.getByLabel('First field', { exact: true }).fill('Ida');
      await page.getByLabel('Second field', { exact: true }).fill('7');
    },
  });
  assert.deepEqual(answers.keyboard, { first: 'Ada', second: 7 });
  assert.equal(result.value, 'Ada');
});

test('moderation: a picture is blurred and grey until the worker asks for it', async () => {
  const blocks = [
    { type: 'image', src: '{{image}}', alt: 'What was reported', blur: true },
    { type: 'choice', name: 'verdict', label: 'What is it?', options: ['fine', 'violent', 'not mine to judge'] },
  ];
  const id = await publish('Reported pictures', blocks, ['street.zip', PICTURE]);
  await seen(id, 'choice');
  const filter = (page) => page.locator('.work-image img').first().evaluate((i) => getComputedStyle(i).filter);
  const { result } = await done(id, 'choice', {
    mouse: async (page, w) => {
      await page.locator('.work-image img.ok').waitFor();
      assert.match(await filter(page), /blur/);
      assert.equal(await page.getByRole('button', { name: 'Enlarge the image' }).count(), 0);
      await page.getByRole('button', { name: 'Show the image' }).click();
      assert.equal(await filter(page), 'grayscale(1)');
      await page.getByRole('button', { name: 'In grey' }).click();
      assert.equal(await filter(page), 'none');
      await w.getByText('fine').click();
    },
    keyboard: async (page) => {
      await page.locator('.work-image img.ok').waitFor();
      await page.keyboard.press('Shift+Tab');
      await page.keyboard.press('Shift+Tab');
      await page.keyboard.press('Enter');
      assert.equal(await filter(page), 'grayscale(1)');
      await page.keyboard.press('1');
    },
    // One may also judge without looking.
    touch: async (page, w) => w.getByText('not mine to judge').tap(),
  });
  assert.equal(result.value, 'fine');
});

test('fact check: claim, page, verdict, and evidence only where the page says something', async () => {
  const blocks = [
    { type: 'markdown', text: '**Claim:** {{claim}}\n\n[The page to compare it with]({{page}})' },
    { type: 'choice', name: 'verdict', label: 'What does the page say of the claim?', options: ['supported', 'contradicted', 'not stated'] },
    { type: 'text', name: 'evidence', label: 'Copy the sentence that shows it', long: true, show_if: { field: 'verdict', is: ['supported', 'contradicted'] } },
    { type: 'text', name: 'where', label: 'Where does it stand?', pattern: 'https?://[^ ]+', show_if: { field: 'verdict', is: ['supported', 'contradicted'] } },
  ];
  const id = await publish('Bridges', blocks, csv('claim,page', '"The bridge is *not* old, [they](javascript:x) say.",https://example.org/bridge?a=1'));
  await seen(id, 'choice');
  const typed = (page, name) => page.locator('x-text', { hasText: name }).locator('textarea, input');
  const { answers, jsonl, csv: out } = await done(id, 'choice', {
    mouse: async (page, w) => {
      const link = page.getByRole('link', { name: 'The page to compare it with' });
      assert.equal(await link.getAttribute('href'), 'https://example.org/bridge?a=1');
      assert.match(await link.getAttribute('rel'), /noreferrer/);
      assert.ok(await page.getByText('The bridge is *not* old, [they](javascript:x) say.').isVisible(), 'a claim is words, never markdown');
      await w.getByText('contradicted').click();
      await typed(page, 'sentence').fill('Opened in 1932.');
      await typed(page, 'stand').fill('on page 3');
      await page.getByRole('button', { name: 'Submit' }).click();
      await page.locator('x-text .fault', { hasText: 'form that is asked for' }).waitFor();
      await typed(page, 'stand').fill('https://example.org/bridge#age');
    },
    keyboard: async (page) => {
      await page.keyboard.press('2');
      await typed(page, 'sentence').waitFor();
      for (let n = 0; n < 6 && !await page.evaluate(() => document.activeElement?.matches('textarea')); n++) await page.keyboard.press('Tab');
      await page.keyboard.type('opened in  1932.');
      await page.keyboard.press('Tab');
      await page.keyboard.type('https://example.org/bridge#age');
    },
    touch: async (page, w) => {
      await w.getByText('supported', { exact: true }).tap();
      await typed(page, 'sentence').fill('I do not know.');
      await w.getByText('not stated').tap();
      await page.locator('x-text').first().waitFor({ state: 'detached' });
    },
  });
  assert.deepEqual(answers.touch, { verdict: 'not stated' }, 'what is not asked is not said');
  assert.equal(jsonl.results.verdict.value, 'contradicted');
  assert.match(jsonl.results.evidence.value, /^opened in +1932\.$/i);
  assert.equal(jsonl.results.where.value, 'https://example.org/bridge#age');
  assert.match(out, /,contradicted,0\.6/);
});

test('a question that hangs on an earlier one is asked only then, and forgotten when it is not', async () => {
  const blocks = [
    { type: 'choice', name: 'kind', label: 'What is {{word}}?', options: ['animal', 'plant'] },
    { type: 'scale', name: 'danger', label: 'How dangerous?', show_if: { field: 'kind', is: 'animal' } },
  ];
  const id = await publish('Dangers', blocks, csv('word', 'a wasp'));
  const ask = (page) => page.locator('x-scale');
  const { answers, jsonl } = await done(id, 'choice', {
    mouse: async (page, w) => {
      assert.equal(await ask(page).count(), 0, 'not asked yet');
      await w.getByText('animal').click();
      await ask(page).locator('.scale-step').nth(4).click();
      await w.getByText('plant').click();
      await ask(page).waitFor({ state: 'detached' });
    },
    keyboard: async (page) => {
      await page.keyboard.press('1');
      await ask(page).waitFor();
      await page.keyboard.press('Control+Enter');
      await ask(page).locator('.fault', { hasText: 'answer this' }).waitFor();
      await page.keyboard.press('4');
    },
    touch: async (page, w) => {
      await w.getByText('animal').tap();
      await ask(page).locator('.scale-step').nth(1).tap();
    },
  });
  assert.deepEqual(answers, { mouse: { kind: 'plant' }, keyboard: { kind: 'animal', danger: 4 }, touch: { kind: 'animal', danger: 2 } });
  assert.equal(jsonl.results.kind.value, 'animal');
  assert.equal(jsonl.results.danger.value, 2);
});

test('the editor makes each kind, and the preview shows it', async () => {
  const { page, faults } = await pageOf(browser, {});
  page.setDefaultTimeout(10_000);
  await signIn(page, RITA, 'requester');
  const { id } = await rita('POST', '/api/v1/projects', { title: 'All kinds' });
  const source = await rita.upload(`/api/v1/projects/${id}/sources?name=street.zip`, PICTURE);
  const at = `/api/v1/projects/${id}/sources/${source.id}`;
  await until('checked', async () => (await rita('GET', at)).state === 'checked');
  await rita('POST', `${at}/import`, { skip_bad: false });
  await until('imported', async () => (await rita('GET', at)).state === 'imported');
  await page.goto(`${site.url}/projects/${id}`);
  const names = {
    choice: 'Choice', text: 'Text answer', number: 'Number answer', scale: 'Rating', date: 'Date', pair: 'Comparison of two', rank: 'Order', taxonomy: 'Place in a tree',
    spans: 'Parts of a text', box: 'Boxes on an image',
    polygon: 'Polygons on an image', polyline: 'Lines on an image', point: 'Points on an image',
    mask: 'Mask on an image', track: 'Boxes in a video', transcript: 'Transcript of a sound',
  };
  const kinds = (await rita('GET', '/api/v1/kinds')).items.map((k) => k.name);
  assert.deepEqual(kinds, Object.keys(names), 'each kind of the server');
  const add = page.getByRole('group', { name: 'Add' });
  await add.waitFor();
  for (const [kind, name] of Object.entries(names)) {
    await add.getByRole('button', { name, exact: true }).click();
    await page.locator(`.preview-page x-${kind}`).first().waitFor();
  }
  assert.equal(await page.locator('#step-2 .fault').count(), 0);
  await page.locator('.kept.saved').waitFor();
  // A question that hangs on the first choice goes from the preview until it is chosen.
  const rating = page.locator('.block-card', { has: page.getByRole('heading', { name: 'Rating' }) });
  await rating.getByLabel('Asked').selectOption({ label: 'Only if answer is “no”' });
  await page.locator('.preview-page x-scale').waitFor({ state: 'detached' });
  await page.locator('.preview-page x-choice').last().locator('.option').nth(1).click();
  await page.locator('.preview-page').waitFor();
  // What is written in a card is what the worker sees.
  const card = page.locator('.block-card', { has: page.getByRole('heading', { name: 'Place in a tree' }) });
  await card.getByLabel('Tree, one name per line').fill('Stone\n  Granite\nWater');
  await page.locator('.preview-page x-taxonomy').getByText('Stone').waitFor();
  await card.getByLabel('Tree, one name per line').fill('Stone\n    Granite');
  await card.getByText(/line 2 of the tree/i).waitFor();
  assert.deepEqual(faults, []);
});

// --- box ---

const BOX = {
  type: 'box', name: 'things', label: 'Draw a box around each thing', src: '{{image}}', alt: 'A street', labels: ['car', 'van'], min: 0, max: 5,
};

/** Drags from one point of the picture to another; both in its pixels. */
async function drag(page, widget, from, to) {
  const [a, b] = await points(widget, [from, to]);
  await page.mouse.move(...a);
  await page.mouse.down();
  await page.mouse.move((a[0] + b[0]) / 2, (a[1] + b[1]) / 2);
  await page.mouse.move(...b);
  await page.mouse.up();
}

/** Points of the picture as points of the window. */
const points = (widget, list) => widget.locator('.picture-view').evaluate((svg, all) => {
  const m = svg.getScreenCTM();
  return all.map(([x, y]) => [m.a * x + m.e, m.d * y + m.f]);
}, list);

const shapes = (widget) => widget.evaluate((w) => w.value?.shapes ?? null);
const loaded = (widget) => widget.locator('.picture-view image').waitFor();

test('look 18: box: by mouse, by keyboard alone and by touch, merged and exported', async () => {
  const id = await publish('Things in the street', [BOX], ['street.zip', PICTURE]);
  await seen(id, 'box');
  const { answers, result, jsonl, csv } = await done(id, 'box', {
    mouse: async (page, w) => {
      await loaded(w);
      await drag(page, w, [40, 60], [120, 120]);
      assert.deepEqual((await shapes(w)).map((s) => s.label), ['car']);
      await w.getByRole('button', { name: 'van', exact: false }).first().click();
      assert.deepEqual((await shapes(w)).map((s) => s.label), ['car'], 'a label is for the next box, not for the one just drawn');
      await page.mouse.click(...(await points(w, [[80, 90]]))[0]);
      await w.getByRole('button', { name: 'van', exact: false }).first().click();
      assert.deepEqual((await shapes(w)).map((s) => s.label), ['van'], 'a label is for the box that was picked');
      // A click beside it lets go; the next drag is a new one.
      await page.mouse.click(...(await points(w, [[200, 280]]))[0]);
      await drag(page, w, [240, 150], [330, 240]);
      // Its right edge goes on by the handle at the lower right corner.
      const grips = await w.locator('.grip').evaluateAll((all) => all.map((g) => g.getBoundingClientRect()).map((r) => [r.x + r.width / 2, r.y + r.height / 2, r.width]));
      assert.ok(grips.every((g) => g[2] >= 24), 'handles are 24 px wide');
      const [x, y] = grips[2];
      const [[zero], [ten]] = await points(w, [[0, 0], [10, 0]]);
      await page.mouse.move(x, y);
      await page.mouse.down();
      await page.mouse.move(x + 2, y);
      await page.mouse.move(x + ten - zero, y);
      await page.mouse.up();
      assert.ok(Math.abs((await shapes(w))[1].box[2] - 100) < 1, 'resized');
      await w.getByRole('button', { name: /^Undo/ }).click();
      assert.ok(Math.abs((await shapes(w))[1].box[2] - 90) < 1, 'undone');
      await w.getByRole('button', { name: /^Redo/ }).click();
      await w.getByRole('button', { name: '1. van', exact: true }).click();
      await w.getByRole('button', { name: 'car', exact: false }).first().click();
      assert.equal(await w.locator('.picture-list li').count(), 2);
    },
    keyboard: async (page, w) => {
      await loaded(w);
      await page.waitForFunction(() => document.activeElement?.matches('.picture-stage'));
      // One in the middle, moved and made smaller: 150,113 100 x 75 is the quarter in the middle.
      await page.keyboard.press('n');
      const [x, y, wide, high] = (await shapes(w))[0].box;
      for (let n = 0; n < 11; n++) await page.keyboard.press('ArrowLeft');
      for (let n = 0; n < 5; n++) await page.keyboard.press('ArrowUp');
      for (let n = 0; n < 3; n++) await page.keyboard.press('Alt+ArrowUp');
      await page.keyboard.press('Shift+ArrowLeft');
      await page.keyboard.press('Shift+ArrowLeft');
      await page.keyboard.press('Shift+ArrowUp');
      assert.deepEqual((await shapes(w))[0].box, [x - 110, y - 53, wide - 20, high - 10]);
      await page.keyboard.press('n');
      await page.keyboard.press('2');
      for (let n = 0; n < 9; n++) await page.keyboard.press('ArrowRight');
      for (let n = 0; n < 4; n++) await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Shift+ArrowDown');
      await page.keyboard.press('n');
      await page.keyboard.press('Delete');
      assert.equal((await shapes(w)).length, 2);
      await page.keyboard.press('Control+z');
      assert.equal((await shapes(w)).length, 3);
      await page.keyboard.press('Control+Shift+z');
      assert.equal((await shapes(w)).length, 2);
      // Tab goes from shape to shape and leaves at the end.
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      assert.equal(await w.locator('.picture-list [aria-pressed=true]').innerText(), '2. van');
      await page.keyboard.press('Tab');
      assert.ok(!await page.evaluate(() => document.activeElement?.matches('.picture-stage')), 'Tab leaves');
    },
    touch: async (page, w) => {
      assert.ok(await w.locator('.picture-bar.tools').evaluate((el) => el.scrollWidth <= el.clientWidth), 'all tools are in sight');
      await loaded(w);
      await w.scrollIntoViewIfNeeded();
      // Tap on a corner and on the opposite one.
      for (const p of [[42, 62], [121, 121]]) await page.touchscreen.tap(...(await points(w, [p]))[0]);
      assert.equal((await shapes(w)).length, 1);
      // The label of the next one, chosen while the last one is still seen with its handles.
      await w.getByRole('button', { name: 'van', exact: false }).first().tap();
      await page.touchscreen.tap(...(await points(w, [[200, 280]]))[0]);
      for (const p of [[241, 151], [341, 241]]) await page.touchscreen.tap(...(await points(w, [p]))[0]);
      assert.deepEqual((await shapes(w)).map((s) => s.label), ['car', 'van'], 'a label is for the next box');
      const sizes = await w.locator('.grip').evaluateAll((all) => all.map((g) => g.getBoundingClientRect().width));
      assert.ok(sizes.every((s) => s >= 24), `handles ${sizes}`);
      // Zoomed in, handles stay as large, and two fingers pan.
      await w.getByRole('button', { name: 'Zoom in' }).tap();
      await w.getByRole('button', { name: 'Zoom in' }).tap();
      await w.getByRole('button', { name: 'Zoom in' }).tap();
      const large = await w.locator('.grip').evaluateAll((all) => all.map((g) => g.getBoundingClientRect().width));
      assert.ok(large.every((s) => s >= 24 && s < 30), `handles at zoom 8: ${large}`);
      await pinch(page, w);
      await w.getByRole('button', { name: /^Fit/ }).tap();
      assert.equal((await shapes(w)).length, 2);
    },
  });
  for (const hand of HANDS) {
    assert.equal(answers[hand].things.width, 400, hand);
    assert.equal(answers[hand].things.height, 300, hand);
    assert.equal(answers[hand].things.shapes.length, 2, hand);
  }
  // Who drew nearly the same box agrees with the result, though no number of theirs is its own.
  const task = await rita('GET', `/api/v1/projects/${id}/tasks/1`);
  assert.deepEqual(task.answers.map((a) => a.unlike), [[], [], []]);
  assert.ok(task.answers.some((a) => JSON.stringify(a.answer.things.shapes[1].box) !== JSON.stringify(task.results[0].value.shapes[1].box)));
  const near = (box, wanted) => box.every((n, i) => Math.abs(n - wanted[i]) < 8);
  const merged = result.value.shapes;
  assert.equal(merged.length, 2);
  assert.ok(near(merged[0].box, [40, 60, 80, 60]), JSON.stringify(merged));
  assert.equal(merged[0].label, 'car');
  assert.ok(near(merged[1].box, [240, 152, 100, 88]), JSON.stringify(merged));
  assert.equal(merged[1].label, 'van');
  assert.equal(result.confidence, 1);
  assert.deepEqual(jsonl.results.things.value, result.value);
  assert.match(csv, /things,things_confidence/);
  assert.match(csv, /""shapes"":\[\{""label"":""car""/);
});

// --- polygon, polyline, point: on the same picture ---

const marking = (type, label) => ({ ...BOX, type, label });
const press = async (page, key, times = 1) => {
  for (let n = 0; n < times; n++) await page.keyboard.press(key);
};
/** Taps or clicks at points of the picture, one after the other. */
async function at(page, w, hand, list) {
  for (const p of list) {
    const [[x, y]] = await points(w, [p]);
    if (hand === 'touch') await page.touchscreen.tap(x, y);
    else await page.mouse.click(x, y);
  }
}

test('polygon: by mouse, by keyboard alone and by touch, merged and exported', async () => {
  const id = await publish('Areas', [marking('polygon', 'Outline the small one')], ['street.zip', PICTURE]);
  await seen(id, 'polygon');
  const { answers, result, jsonl, csv: out } = await done(id, 'polygon', {
    mouse: async (page, w) => {
      await loaded(w);
      await at(page, w, 'mouse', [[40, 60], [120, 60], [200, 200]]);
      // The last one was wrong.
      await w.getByRole('button', { name: /^Undo/ }).click();
      await at(page, w, 'mouse', [[120, 120], [40, 120], [41, 61]]);
      assert.deepEqual((await shapes(w)).map((s) => s.points.length), [4], 'a tap on the first point ends it');
      // A corner is dragged away and taken back.
      const [[x, y], [to, down]] = await points(w, [[120, 120], [160, 160]]);
      await page.mouse.move(x, y);
      await page.mouse.down();
      await page.mouse.move(x + 20, y + 20);
      await page.mouse.move(to, down);
      await page.mouse.up();
      assert.ok(Math.abs((await shapes(w))[0].points[2][0] - 160) < 2);
      await w.getByRole('button', { name: /^Undo/ }).click();
      assert.ok(Math.abs((await shapes(w))[0].points[2][0] - 120) < 2);
    },
    keyboard: async (page, w) => {
      await loaded(w);
      await page.keyboard.press('n');
      await press(page, 'ArrowLeft', 11);
      await press(page, 'ArrowUp', 5);
      await press(page, 'Shift+ArrowLeft', 2);
      await press(page, 'Shift+ArrowUp');
      // Its second point by itself, one more behind it, and that away again.
      await press(page, '.', 2);
      await press(page, 'ArrowRight');
      await press(page, 'Alt+ArrowLeft', 10);
      await press(page, 'a');
      assert.equal((await shapes(w))[0].points.length, 5);
      await press(page, 'd');
      assert.equal((await shapes(w))[0].points.length, 4);
      await press(page, 'Escape', 2);
      assert.equal(await w.locator('.grip').count(), 0, 'nothing is chosen any more');
    },
    touch: async (page, w) => {
      assert.ok(await w.locator('.picture-bar.tools').evaluate((el) => el.scrollWidth <= el.clientWidth), 'all tools are in sight');
      await loaded(w);
      await w.scrollIntoViewIfNeeded();
      await at(page, w, 'touch', [[42, 61], [119, 61], [119, 121], [42, 121]]);
      await w.getByRole('button', { name: 'End' }).tap();
      assert.equal((await shapes(w)).length, 1);
    },
  });
  for (const hand of HANDS) assert.equal(answers[hand].things.shapes[0].points.length, 4, hand);
  const [one] = result.value.shapes;
  assert.equal(result.value.shapes.length, 1);
  const known = HANDS.map((hand) => JSON.stringify(answers[hand].things.shapes[0].points));
  assert.ok(known.includes(JSON.stringify(one.points)), 'the result is one that somebody has drawn');
  assert.equal(one.confidence, 1);
  assert.deepEqual(jsonl.results.things.value, result.value);
  assert.match(out, /""points"":\[\[/);
});

test('polyline: by mouse, by keyboard alone and by touch, merged and exported', async () => {
  const id = await publish('Ways', [marking('polyline', 'Draw a line from one thing to the other')], ['street.zip', PICTURE]);
  await seen(id, 'polyline');
  const { result, csv: out } = await done(id, 'polyline', {
    mouse: async (page, w) => {
      await loaded(w);
      await at(page, w, 'mouse', [[120, 120], [180, 140], [240, 150], [240, 150]]);
      assert.deepEqual((await shapes(w)).map((s) => s.points.length), [3], 'a second tap on the last point ends it');
    },
    keyboard: async (page, w) => {
      await loaded(w);
      await page.keyboard.press('n');
      await press(page, 'ArrowLeft', 3);
      await press(page, ',');
      await press(page, 'ArrowRight', 2);
      assert.equal((await shapes(w))[0].points.length, 2);
    },
    touch: async (page, w) => {
      await loaded(w);
      await w.scrollIntoViewIfNeeded();
      await at(page, w, 'touch', [[121, 121], [239, 151]]);
      await w.getByRole('button', { name: 'End' }).tap();
    },
  });
  assert.equal(result.value.shapes.length, 1);
  assert.ok(Math.abs(result.value.shapes[0].points[0][0] - 121) < 4, JSON.stringify(result.value));
  assert.match(out, /""points"":\[\[1/);
});

test('point: by mouse, by keyboard alone and by touch, merged and exported', async () => {
  const id = await publish('Spots', [marking('point', 'Mark the middle of each thing')], ['street.zip', PICTURE]);
  await seen(id, 'point');
  const { answers, result, csv: out } = await done(id, 'point', {
    mouse: async (page, w) => {
      await loaded(w);
      await at(page, w, 'mouse', [[80, 90], [290, 195]]);
      assert.equal((await shapes(w)).length, 2);
    },
    keyboard: async (page, w) => {
      await loaded(w);
      await page.keyboard.press('n');
      await press(page, 'ArrowLeft', 12);
      await press(page, 'ArrowUp', 6);
      await page.keyboard.press('n');
      await press(page, 'ArrowRight', 9);
      await press(page, 'ArrowDown', 4);
      await press(page, 'Alt+ArrowDown', 5);
      assert.deepEqual((await shapes(w)).map((s) => s.point), [[80, 90], [290, 195]]);
    },
    touch: async (page, w) => {
      await loaded(w);
      await w.scrollIntoViewIfNeeded();
      await at(page, w, 'touch', [[82, 91], [292, 194]]);
    },
  });
  for (const hand of HANDS) assert.equal(answers[hand].things.shapes.length, 2, hand);
  assert.equal(result.value.shapes.length, 2);
  assert.ok(Math.abs(result.value.shapes[0].point[0] - 80) < 2 && Math.abs(result.value.shapes[1].point[1] - 195) < 2, JSON.stringify(result.value));
  assert.equal(result.confidence, 1);
  assert.match(out, /""point"":\[/);
});

/** Two fingers apart, then both along; nothing may be drawn by it. */
async function pinch(page, w) {
  const cdp = await page.context().newCDPSession(page);
  const [x, y] = await w.locator('.picture-stage').evaluate((stage) => {
    const r = stage.getBoundingClientRect();
    return [r.x + r.width / 2, r.y + r.height / 2];
  });
  const two = (gap, down) => [{ x: x - gap, y: y + down, id: 1 }, { x: x + gap, y: y + down, id: 2 }];
  const view = () => w.locator('.picture-view').getAttribute('viewBox');
  const before = await view();
  await cdp.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: two(30, 0) });
  await cdp.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: two(15, 0) });
  await cdp.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: two(15, 10) });
  await cdp.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  assert.notEqual(await view(), before, 'two fingers move the view');
}

// --- mask ---

/** Pixels of COCO's code as their places x * height + y; written here once more, by the format's own words. */
function pixelsOf({ counts }, all) {
  const lengths = [];
  for (let i = 0; i < counts.length;) {
    let n = 0n;
    let shift = 0n;
    let bits;
    do {
      bits = BigInt(counts.charCodeAt(i++) - 48);
      n += (bits % 32n) << shift;
      shift += 5n;
    } while (bits >= 32n);
    n = BigInt.asIntN(Number(shift), n);
    lengths.push(Number(n) + (lengths.length > 2 ? lengths[lengths.length - 2] : 0));
  }
  assert.equal(lengths.reduce((a, b) => a + b, 0), all, 'the lengths add up to the picture');
  const out = new Set();
  let at = 0;
  lengths.forEach((n, i) => {
    for (let k = 0; i % 2 && k < n; k++) out.add(at + k);
    at += n;
  });
  return out;
}

/** Files of a zip, by their own heads. */
function unzip(bytes) {
  const out = {};
  for (let at = 0; bytes.readUInt32LE(at) === 0x04034b50;) {
    const [method, packed, named, more] = [bytes.readUInt16LE(at + 8), bytes.readUInt32LE(at + 18), bytes.readUInt16LE(at + 26), bytes.readUInt16LE(at + 28)];
    const from = at + 30 + named + more;
    const body = bytes.subarray(from, from + packed);
    out[bytes.toString('utf8', at + 30, at + 30 + named)] = method === 8 ? inflateRawSync(body) : body;
    at = from + packed;
  }
  return out;
}

test('mask: painted by mouse, by keyboard alone and by touch, merged, and exported as PNG and as COCO', async () => {
  const block = { type: 'mask', name: 'land', label: 'Paint the dark things', src: '{{image}}', alt: 'A street', labels: ['car', 'van'], min: 0 };
  const id = await publish('Things to paint', [block], ['street.zip', PICTURE]);
  const all = 400 * 300;
  const sizes = async (w) => Object.fromEntries(((await shapes(w)) ?? []).map((s) => [s.label, pixelsOf(s, all).size]));
  const tool = (w, name) => w.getByRole('button', { name: new RegExp(`^${name}`) });
  await seen(id, 'mask');
  const { answers, result, jsonl } = await done(id, 'mask', {
    mouse: async (page, w) => {
      await loaded(w);
      assert.equal(await w.locator('.mask-size').innerText(), '17 px');
      await tool(w, 'Larger').click();
      // Two strokes of 33 pixels over the first thing; a third one beside it is taken back.
      await drag(page, w, [57, 77], [103, 77]);
      await drag(page, w, [57, 103], [103, 103]);
      const { car } = await sizes(w);
      assert.ok(car > 4250 && car < 4450, `two strokes are ${car} pixels`);
      await drag(page, w, [57, 200], [103, 200]);
      assert.ok((await sizes(w)).car > car + 1500);
      await tool(w, 'Undo').click();
      assert.equal((await sizes(w)).car, car, 'taken back');
      // What is wiped is gone; painting over it with another label takes it over.
      await tool(w, 'Erase').click();
      await drag(page, w, [57, 77], [103, 77]);
      assert.ok((await sizes(w)).car < car - 1500, 'wiped');
      await tool(w, 'Undo').click();
      await tool(w, 'Erase').click();
      await w.getByRole('button', { name: 'van', exact: false }).first().click();
      await drag(page, w, [57, 77], [103, 77]);
      assert.equal(Object.values(await sizes(w)).reduce((a, b) => a + b, 0), car, 'a pixel has one label');
      await tool(w, 'Undo').click();
      for (const y of [166, 195, 224]) await drag(page, w, [256, y], [324, y]);
      // Zoomed in a stroke is as wide in the picture.
      await tool(w, 'Zoom in').click();
      assert.equal(await w.locator('.picture-paint').count(), 1);
      await tool(w, 'Fit').click();
    },
    keyboard: async (page, w) => {
      await loaded(w);
      assert.ok(await page.evaluate(() => document.activeElement?.matches('.picture-stage')), 'the picture has the focus');
      await press(page, ']', 1);
      // From the middle (200, 150) by 17 pixels at a press: to (64, 82), then over the first thing.
      await press(page, 'ArrowLeft', 8);
      await press(page, 'ArrowUp', 4);
      await press(page, 'Shift+ArrowRight', 2);
      await press(page, 'Shift+ArrowDown', 1);
      await press(page, 'Shift+ArrowLeft', 2);
      assert.deepEqual(Object.keys(await sizes(w)), ['car']);
      await page.keyboard.press('2');
      await press(page, 'ArrowRight', 11);
      await press(page, 'ArrowDown', 4);
      await press(page, 'Shift+ArrowRight', 4);
      await press(page, 'Shift+ArrowDown', 1);
      await press(page, 'Shift+ArrowLeft', 4);
      await press(page, 'Shift+ArrowDown', 2);
      await press(page, 'Shift+ArrowRight', 4);
      const { van } = await sizes(w);
      await page.keyboard.press('e');
      await page.keyboard.press(' ');
      assert.ok((await sizes(w)).van < van, 'Space wipes a spot');
      await page.keyboard.press('Control+z');
      assert.equal((await sizes(w)).van, van);
      await page.keyboard.press('Tab');
      assert.ok(!await page.evaluate(() => document.activeElement?.matches('.picture-stage')), 'Tab leaves');
    },
    touch: async (page, w) => {
      await loaded(w);
      await w.scrollIntoViewIfNeeded();
      await tool(w, 'Larger').tap();
      await tool(w, 'Larger').tap();
      for (const p of [[72, 90], [90, 90]]) await page.touchscreen.tap(...(await points(w, [p]))[0]);
      const before = await sizes(w);
      for (let n = 0; n < 3; n++) await tool(w, 'Zoom in').tap();
      await pinch(page, w);
      assert.deepEqual(await sizes(w), before, 'two fingers paint nothing');
      await tool(w, 'Fit').tap();
      await w.getByRole('button', { name: 'van', exact: false }).first().tap();
      for (const p of [[272, 182], [308, 182], [272, 210], [308, 210]]) await page.touchscreen.tap(...(await points(w, [p]))[0]);
      await until('both are painted', async () => await w.locator('.picture-list li').count() === 2);
    },
  });
  for (const hand of HANDS) assert.equal(answers[hand].land.width, 400, hand);
  // What two of the three have painted, pixel by pixel.
  for (const label of ['car', 'van']) {
    const of = (value) => pixelsOf(value.shapes.find((s) => s.label === label), all);
    const given = HANDS.map((hand) => of(answers[hand].land));
    const merged = of(result.value);
    const wanted = [...new Set(given.flatMap((g) => [...g]))].filter((p) => given.filter((g) => g.has(p)).length >= 2);
    assert.deepEqual([...merged].sort((a, b) => a - b), wanted.sort((a, b) => a - b), label);
  }
  assert.ok(result.confidence > 0.6 && result.confidence < 1, String(result.confidence));
  assert.deepEqual(jsonl.results.land.value, result.value);

  // The PNG, as the browser reads it: as many pixels of each label's colour.
  const files = unzip(await rita.bytes(`/api/v1/projects/${id}/export?format=masks`));
  assert.deepEqual(Object.keys(files), ['masks/street.png', 'labels.json', 'LEFT_OUT.txt']);
  const labels = JSON.parse(files['labels.json'])[0].labels;
  const coloured = await pages.mouse.page.evaluate(async (png) => {
    const picture = await createImageBitmap(new Blob([Uint8Array.from(atob(png), (c) => c.charCodeAt(0))], { type: 'image/png' }));
    const pen = new OffscreenCanvas(picture.width, picture.height).getContext('2d');
    pen.drawImage(picture, 0, 0);
    const found = {};
    const bytes = pen.getImageData(0, 0, picture.width, picture.height).data;
    for (let i = 0; i < bytes.length; i += 4) {
      const colour = `#${[0, 1, 2].map((k) => bytes[i + k].toString(16).padStart(2, '0')).join('')}`;
      (found[colour] ??= []).push((i / 4) % picture.width * picture.height + Math.floor(i / 4 / picture.width));
    }
    return { width: picture.width, height: picture.height, found };
  }, files['masks/street.png'].toString('base64'));
  assert.deepEqual([coloured.width, coloured.height], [400, 300]);
  const coco = await rita('GET', `/api/v1/projects/${id}/export?format=coco`);
  for (const { label, colour } of labels) {
    const wanted = [...pixelsOf(result.value.shapes.find((s) => s.label === label), all)];
    assert.deepEqual(coloured.found[colour].sort((a, b) => a - b), wanted, label);
    const category = coco.categories.find((c) => c.name === label).id;
    const one = coco.annotations.find((a) => a.category_id === category);
    assert.deepEqual(one.segmentation.size, [300, 400]);
    assert.deepEqual([...pixelsOf(one.segmentation, all)], wanted);
    assert.equal(one.area, wanted.length);
    const xs = wanted.map((p) => Math.floor(p / 300));
    const ys = wanted.map((p) => p % 300);
    const [x, y] = [Math.min(...xs), ys.reduce((a, b) => Math.min(a, b))];
    assert.deepEqual(one.bbox, [x, y, Math.max(...xs) - x + 1, ys.reduce((a, b) => Math.max(a, b)) - y + 1]);
  }
});

// --- track ---

/** Four seconds of light grey, 320 by 240, with a dark 60 by 40 that goes from 20, 100 to the right by 50 a second. */
const filmed = () => execFileSync('ffmpeg', ['-nostdin', '-v', 'error', '-f', 'lavfi', '-i', 'color=c=0xdddddd:s=320x240:d=4:r=25', '-f', 'lavfi',
  '-i', 'color=c=0x444444:s=60x40:d=4:r=25', '-filter_complex', '[0][1]overlay=x=20+50*t:y=100', '-c:v', 'libvpx', '-b:v', '400k', '-g', '25', '-f', 'webm', '-']);

test('track: by mouse, by keyboard alone and by touch, between key frames, merged and exported', async () => {
  const block = { type: 'track', name: 'cars', label: 'Follow the dark thing', src: '{{media}}', alt: 'A road', labels: ['car', 'van'], min: 0 };
  const id = await publish('Things that move', [block], ['road.zip', zip([['road.webm', filmed()]])]);
  await seen(id, 'track');
  const tracks = (w) => w.evaluate((el) => el.value?.tracks ?? null);
  const tool = (w, name) => w.getByRole('button', { name: new RegExp(`^${name}`) });
  const ready = (w) => until('the first frame', () => dark(w, 50, 120));
  /** Is it dark at this point of the frame that is shown? */
  const dark = (w, x, y) => w.evaluate((el, at) => {
    const canvas = el.querySelector('canvas');
    const m = el.querySelector('.picture-view').getScreenCTM();
    const box = canvas.getBoundingClientRect();
    const k = canvas.width / box.width;
    return canvas.getContext('2d').getImageData((m.e + at[0] * m.a - box.left) * k, (m.f + at[1] * m.d - box.top) * k, 1, 1).data.every((n, i) => i === 3 ? n === 255 : n < 100);
  }, [x, y]);
  const time = (w) => w.locator('input[type=range]').inputValue().then(Number);
  const about = (got, wanted, by, what) => assert.ok(got.every((n, i) => Math.abs(n - wanted[i]) <= by), `${what}: ${got}, wanted ${wanted}`);
  const { answers, result, jsonl, csv: out } = await done(id, 'track', {
    mouse: async (page, w) => {
      await ready(w);
      await drag(page, w, [20, 100], [80, 140]);
      const slider = await w.locator('input[type=range]').boundingBox();
      await page.mouse.click(slider.x + slider.width - 2, slider.y + slider.height / 2);
      await until('the last frame', () => dark(w, 240, 120));
      await drag(page, w, [50, 120], [250, 120]);
      let [one] = await tracks(w);
      assert.deepEqual([one.label, one.keys.length], ['car', 2]);
      // Half way the box is where the thing is, and no key is needed there.
      await page.mouse.click(slider.x + slider.width / 2, slider.y + slider.height / 2);
      const x = 20 + 50 * await time(w) / 1000;
      await until('the frame half way', async () => await dark(w, x + 30, 120) && !await dark(w, x - 20, 120));
      const shown = await w.locator('.mark path').last().getAttribute('d');
      about(shown.match(/[\d.]+/g).slice(0, 2).map(Number), [x, 100], 4, 'between the keys');
      await tool(w, 'Key here').click();
      assert.equal((await tracks(w))[0].keys.length, 3);
      await tool(w, 'Undo').click();
      [one] = await tracks(w);
      assert.equal(one.keys.length, 2);
      const from = await time(w);
      await tool(w, 'Play').click();
      await until('it plays', async () => await time(w) > from + 200);
      await tool(w, 'Pause').click();
      assert.equal((await tracks(w))[0].keys.length, 2, 'watching changes nothing');
    },
    keyboard: async (page, w) => {
      await ready(w);
      assert.ok(await page.evaluate(() => document.activeElement?.matches('.picture-stage')), 'the video has the focus');
      // One in the middle, 120,90 80 x 60, to where the thing is.
      await page.keyboard.press('n');
      await press(page, 'Shift+ArrowLeft', 2);
      await press(page, 'Shift+ArrowUp', 2);
      await press(page, 'ArrowLeft', 10);
      await press(page, 'ArrowDown', 1);
      assert.deepEqual((await tracks(w))[0].keys, [{ at_ms: 0, box: [20, 100, 60, 40] }]);
      await page.keyboard.press('PageDown');
      await until('the last frame', () => dark(w, 240, 120));
      await press(page, 'ArrowRight', 20);
      await page.keyboard.press('PageUp');
      assert.equal(await time(w), 0);
      await press(page, '.', 5);
      await page.keyboard.press('Shift+>');
      await page.keyboard.press(',');
      assert.equal(await time(w), 560, 'five steps on, ten more, one back');
      await page.keyboard.press('k');
      assert.deepEqual((await tracks(w))[0].keys.map((k) => k.at_ms).slice(0, 2), [0, 560]);
      await page.keyboard.press('k');
      assert.equal((await tracks(w))[0].keys.length, 2, 'taken away again');
      await page.keyboard.press('g');
      assert.equal((await tracks(w))[0].keys[1].gone, true);
      assert.equal(await w.locator('.mark path').count(), 0, 'it is out of sight');
      await page.keyboard.press('g');
      assert.equal((await tracks(w))[0].keys.length, 2, 'it is not');
      await page.keyboard.press(' ');
      await until('it plays', async () => await time(w) > 800);
      await page.keyboard.press(' ');
      // A second one, taken back.
      await page.keyboard.press('n');
      assert.equal((await tracks(w)).length, 2);
      await page.keyboard.press('Control+z');
      assert.equal((await tracks(w)).length, 1);
    },
    touch: async (page, w) => {
      await ready(w);
      await w.scrollIntoViewIfNeeded();
      for (const p of [[21, 101], [81, 139]]) await page.touchscreen.tap(...(await points(w, [p]))[0]);
      assert.equal((await tracks(w)).length, 1);
      const slider = await w.locator('input[type=range]').boundingBox();
      await page.touchscreen.tap(slider.x + slider.width - 2, slider.y + slider.height / 2);
      await until('the last frame', () => dark(w, 240, 120));
      const cdp = await page.context().newCDPSession(page);
      const [a, b] = await points(w, [[50, 120], [250, 121]]);
      const finger = (type, ...at) => cdp.send('Input.dispatchTouchEvent', { type, touchPoints: at.map(([x, y]) => ({ x, y, id: 1 })) });
      await finger('touchStart', a);
      await finger('touchMove', [(a[0] + b[0]) / 2, a[1]]);
      await finger('touchMove', b);
      await finger('touchEnd');
      assert.equal((await tracks(w))[0].keys.length, 2);
      assert.equal(await w.locator('.picture-list li').count(), 1);
    },
  });
  for (const hand of HANDS) {
    const { width, height, duration_ms } = answers[hand].cars;
    assert.deepEqual([width, height], [320, 240], hand);
    about([duration_ms], [4000], 80, 'how long it is');
  }
  const [one] = result.value.tracks;
  assert.equal(result.value.tracks.length, 1);
  assert.equal(one.label, 'car');
  assert.equal(one.confidence, 1);
  about(one.keys[0].box, [20, 100, 60, 40], 3, 'where it begins');
  about(one.keys.at(-1).box, [220, 100, 60, 40], 3, 'where it ends');
  assert.deepEqual(jsonl.results.cars.value, result.value);
  assert.match(out, /""tracks"":\[\{""label"":""car"",""keys"":\[\{""at_ms"":0/);
});
