// SPDX-License-Identifier: AGPL-3.0-or-later
// The kinds' custom elements: a value that is set is read back; a foreign one is refused with a
// message; nothing is left behind.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { makeSite, start } from '../mock.mjs';
import { browserStart, pageOf } from './lib.mjs';

const BOX = { src: '/media/cell-1.svg', labels: ['car', 'van'], min: 0, max: 3 };
/** A page on which each kind is met, so that its element is there. */
const ALL = [
  { type: 'choice', name: 'a', options: ['x', 'y'] }, { type: 'text', name: 'b' }, { type: 'number', name: 'c' },
  { type: 'scale', name: 'e', min: 1, max: 5, low: '', high: '' }, { type: 'date', name: 'f', min: null, max: null },
  { type: 'pair', name: 'g', options: ['x', 'y'], equal: true }, { type: 'rank', name: 'h', options: ['x', 'y', 'z'] },
  { type: 'taxonomy', name: 'i', tree: 'Food\n\tFruit\n\t\tApple\n\tBread\nTools', leaf: true },
  { type: 'spans', name: 'm', text: 'a b', labels: ['x'], relations: [], min: 0, max: 9 },
  { type: 'transcript', name: 'n', src: null, peaks: null, regions: true },
  { type: 'box', name: 'd', ...BOX }, { type: 'polygon', name: 'j', ...BOX }, { type: 'polyline', name: 'k', ...BOX }, { type: 'point', name: 'l', ...BOX },
  { type: 'mask', name: 'o', ...BOX }, { type: 'track', name: 'p', ...BOX, src: null, step_ms: 40 },
];
const STEPS = { min: 1, max: 5, low: 'bad', high: 'good' };
const TREE = { tree: 'Food\n\tFruit\n\t\tApple\n\tBread\nTools\n' };
const SPANS = { text: '\u{1F600}\u{1F600} Ada works for Acme', labels: ['person', 'firm'], relations: ['works for'], min: 0, max: 9 };
const SOUND = { src: null, peaks: null, regions: true };
const FILM = { ...BOX, src: null, step_ms: 40 };
const KEY = { at_ms: 0, box: [1.25, 2, 30, 40.5] };
const film = (...tracks) => ({ width: 640, height: 480, duration_ms: 4000, tracks });
const HELLO = { from_ms: 0, to_ms: 900, text: 'Hello.' };
const ADA = { start: 3, end: 6, label: 'person' };
const ACME = { start: 17, end: 21, label: 'firm' };
let browser;
let running;
let page;
before(async () => {
  browser = await browserStart();
  const site = makeSite({ role: 'worker' });
  site.work.push({ ...site.work[0], project: '14', pages: () => ({ title: 'All kinds', instructions: [], blocks: ALL }) });
  running = await start(site);
  ({ page } = await pageOf(browser));
  await page.goto(`${running.url}/work/14`);
  for (const { type } of ALL) await page.locator(`x-${type}`).waitFor();
});
after(async () => {
  await browser?.close();
  await running?.stop();
});

/** Makes a widget, sets the value, and says what became of it. */
const tried = (kind, spec, value) => page.evaluate(([k, s, v]) => {
  const w = document.createElement(`x-${k}`);
  let ready = 0;
  w.addEventListener('ready', () => ready++);
  w.spec = { name: 'f', ...s };
  document.querySelector('main').append(w);
  w.value = v;
  const shown = [...w.querySelectorAll('input, textarea')].map((i) => (/radio|checkbox/.test(i.type) ? i.checked : i.value));
  const faults = w.check();
  const out = { value: w.value, shown, faults, text: w.querySelector('.fault').textContent, ready };
  w.remove();
  return { ...out, left: w.childNodes.length };
}, [kind, spec, value]);

const OPTIONS = { options: ['a', { value: 'b', label: 'Bee' }, 'c'] };

test('a value that fits is read back as it was set', async () => {
  for (const [kind, spec, value] of [
    ['choice', OPTIONS, 'b'], ['choice', { ...OPTIONS, many: true }, ['a', 'c']],
    ['text', {}, 'x < "y" & \u{1F600}'], ['text', { long: true }, 'two\nlines'], ['number', {}, 12.5], ['number', {}, 0], ['number', { integer: true }, -3],
    ['scale', STEPS, 5], ['scale', { min: -2, max: 2 }, -2], ['date', {}, '2024-02-29'], ['pair', OPTIONS, 'b'], ['pair', { ...OPTIONS, equal: true }, 'equal'],
    ['rank', OPTIONS, ['c', 'a', 'b']], ['taxonomy', TREE, ['Food']], ['taxonomy', { ...TREE, leaf: true }, ['Food', 'Fruit', 'Apple']],
    ['spans', SPANS, { length: 21, spans: [ADA, ACME], relations: [{ from: 0, to: 1, label: 'works for' }] }], ['spans', { ...SPANS, relations: [] }, { spans: [] }],
    ['transcript', SOUND, { regions: [HELLO, { from_ms: 900, to_ms: 1500, text: 'You?' }] }], ['transcript', SOUND, { regions: [] }], ['number', { min: null, max: null }, 7], ['transcript', { ...SOUND, regions: false }, { text: 'Hello.' }],
    ['box', BOX, { width: 640, height: 480, shapes: [{ label: 'van', box: [1.25, 2, 30, 40.5] }] }],
    ['box', { ...BOX, labels: [] }, { width: 640, height: 480, shapes: [{ box: [0, 0, 1, 1] }] }], ['box', BOX, { shapes: [] }],
    ['polygon', BOX, { width: 640, height: 480, shapes: [{ label: 'car', points: [[0, 0], [9.5, 0], [4, 7]] }] }],
    ['polyline', BOX, { shapes: [{ label: 'car', points: [[0, 0], [9.5, 0]] }] }], ['point', BOX, { shapes: [{ label: 'van', point: [3.25, 4] }] }],
    ['mask', BOX, { width: 4, height: 3, shapes: [{ label: 'car', counts: '121O6' }, { label: 'van', counts: ';1' }] }], ['mask', BOX, { shapes: [] }],
    ['track', FILM, film({ label: 'van', keys: [KEY, { ...KEY, at_ms: 4000, gone: true }] })], ['track', FILM, film()], ['track', { ...FILM, labels: [] }, film({ keys: [KEY] })],
    ['mask', { ...BOX, labels: [] }, { width: 1000, height: 50, shapes: [{ counts: 'Xo0Xo0Pl^1' }] }],
  ]) {
    const got = await tried(kind, spec, value);
    assert.deepEqual(got.value, value);
    assert.deepEqual(got.faults, []);
    assert.equal(got.ready, 1);
    assert.equal(got.left, 0, 'disconnecting undoes everything');
  }
});

test('several choices come back in the order of the options', async () => {
  assert.deepEqual((await tried('choice', { ...OPTIONS, many: true }, ['c', 'a'])).value, ['a', 'c']);
});

const BAD_BOXES = [
  [], 'x', { shapes: 7 }, { shapes: [null] }, { shapes: [{ box: [1, 1, 1, 1] }] }, { shapes: [{ label: 'bus', box: [1, 1, 1, 1] }] },
  { shapes: [{ label: 'car', box: [1, 1, 1] }] }, { shapes: [{ label: 'car', box: [1, 1, 0, 1] }] }, { shapes: [{ label: 'car', box: [-1, 1, 1, 1] }] },
  { shapes: [{ label: 'car', box: [1, 1, 'x', 1] }] },
];

test('a foreign value is refused with a message, never a crash', async () => {
  for (const [kind, spec, value] of [
    ['choice', OPTIONS, 'z'], ['choice', OPTIONS, ['a']], ['choice', OPTIONS, 7], ['choice', { ...OPTIONS, many: true }, 'a'],
    ['choice', { ...OPTIONS, many: true }, ['a', 'z']], ['text', {}, 5], ['text', {}, {}], ['number', {}, '5'], ['number', {}, [1]],
    ['scale', STEPS, 6], ['scale', STEPS, '3'], ['scale', STEPS, 2.5], ['date', {}, '2023-02-29'], ['date', {}, '1.2.2023'], ['date', {}, 5],
    ['pair', OPTIONS, 'equal'], ['rank', OPTIONS, ['a', 'b']], ['rank', OPTIONS, ['a', 'b', 'b']], ['rank', OPTIONS, 'a'],
    ['taxonomy', TREE, ['Apple']], ['taxonomy', TREE, []], ['taxonomy', { ...TREE, leaf: true }, ['Food']], ['taxonomy', TREE, 'Food'],
    ['transcript', SOUND, []], ['transcript', SOUND, { text: 'a' }], ['transcript', SOUND, { regions: [null] }], ['transcript', SOUND, { regions: [{ ...HELLO, to_ms: 0 }] }], ['transcript', SOUND, { regions: [HELLO, HELLO] }], ['transcript', SOUND, { regions: [{ ...HELLO, from_ms: 0.5 }] }],
    ['transcript', { ...SOUND, regions: false }, { regions: [] }], ['transcript', { ...SOUND, regions: false }, { text: 3 }],
    ['spans', SPANS, []], ['spans', SPANS, { spans: [{ ...ADA, end: 3 }] }], ['spans', SPANS, { spans: [{ ...ADA, end: 22 }] }], ['spans', SPANS, { spans: [{ ...ADA, label: 'z' }] }],
    ['spans', SPANS, { spans: [ADA], relations: [{ from: 0, to: 1, label: 'works for' }] }], ['spans', SPANS, { spans: [ADA, ACME], relations: [{ from: 0, to: 1, label: 'z' }] }], ['spans', SPANS, { spans: [null] }],
    ...BAD_BOXES.slice(0, 6).flatMap((v) => ['polygon', 'polyline', 'point'].map((k) => [k, BOX, v])),
    ['polygon', BOX, { shapes: [{ label: 'car', points: [[0, 0], [1, 1]] }] }], ['polyline', BOX, { shapes: [{ label: 'car', points: [[0, 0]] }] }],
    ['polygon', BOX, { shapes: [{ label: 'car', points: [[0, 0], [1, 1], [2]] }] }], ['point', BOX, { shapes: [{ label: 'car', point: [1, 'x'] }] }],
    ...BAD_BOXES.map((v) => ['box', BOX, v]),
    ...[[], 'x', { tracks: [] }, { ...film(), duration_ms: 1.5 }, { ...film(), tracks: 7 }, film(null), film({ label: 'bus', keys: [KEY] }), film({ keys: [KEY] }), film({ label: 'car', keys: [] }),
      film({ label: 'car', keys: 'ab' }), film({ label: 'car', keys: { 0: KEY } }), film({ label: 'car', keys: [KEY, KEY] }), film({ label: 'car', keys: [{ ...KEY, at_ms: 4001 }] }),
      film({ label: 'car', keys: [{ ...KEY, gone: true }] }), film({ label: 'car', keys: [KEY, null] }), film({ label: 'car', keys: [KEY, { at_ms: 9, box: [1, 1, 0, 1] }] })].map((v) => ['track', FILM, v]),
    ...[[], { shapes: [{ label: 'car', counts: '336' }] }, ...['337', '335', '', '336P', '3O6', '3 6', 7, '\u{1F600}'].map((counts) => ({ width: 4, height: 3, shapes: [{ label: 'car', counts }] })),
      { width: 4, height: 3, shapes: [{ label: 'car', counts: '336' }, { label: 'car', counts: '633' }] }].map((v) => ['mask', BOX, v]),
  ]) {
    const got = await tried(kind, spec, value);
    assert.equal(got.value, null, JSON.stringify(value));
    assert.equal(got.faults.length, 1);
    assert.match(got.text, /does not fit/);
  }
});

test('what the spec asks for is checked, with a sentence that says what to do', async () => {
  for (const [kind, spec, value, message] of [
    ['choice', { ...OPTIONS, required: true }, null, /Choose one/],
    ['choice', { ...OPTIONS, many: true, min: 2 }, ['a'], /at least 2/],
    ['choice', { ...OPTIONS, many: true, max: 1 }, ['a', 'b'], /1 answer at most/],
    ['text', { required: true }, '  ', /write an answer/],
    ['text', { max: 3 }, 'a\u{1F600}bc', /Shorten this by 1 character\./],
    ['text', { pattern: '[0-9]{4}' }, '12', /form that is asked for/],
    ['number', { required: true }, null, /enter a number/i],
    ['number', { integer: true }, 1.5, /whole/],
    ['number', { min: 3 }, 2, /3 or more/],
    ['number', { max: 3 }, 4, /3 or less/],
    ['scale', { ...STEPS, required: true }, null, /answer this/],
    ['date', { required: true }, null, /enter a day/],
    ['date', { min: '2024-01-01' }, '2023-12-31', /from 2024-01-01/],
    ['date', { max: '2024-01-01' }, '2024-01-02', /up to 2024-01-01/],
    ['pair', { ...OPTIONS, required: true }, null, /Choose one/],
    ['rank', { ...OPTIONS, required: true }, null, /say that the order is right/],
    ['taxonomy', { ...TREE, required: true }, null, /Choose a place/],
    ['transcript', { ...SOUND, required: true }, null, /say that there is nothing/], ['transcript', SOUND, { regions: [HELLO, { from_ms: 900, to_ms: 1000, text: ' ' }] }, /region 2/],
    ['spans', { ...SPANS, required: true }, null, /say that there is nothing/],
    ['spans', { ...SPANS, min: 2 }, { spans: [ADA] }, /at least 2/],
    ['spans', { ...SPANS, max: 1 }, { spans: [ADA, ACME] }, /1 at most/],
    ['box', { ...BOX, required: true }, null, /say that there is nothing/],
    ['mask', { ...BOX, required: true }, null, /say that there is nothing/], ['track', { ...FILM, required: true }, null, /say that there is nothing/],
    ['mask', BOX, { width: 250, height: 200, shapes: [{ label: 'car', counts: `111${'0'.repeat(49997)}` }] }, /too finely painted/],
    ['box', { ...BOX, required: true, min: 2 }, null, /at least 2/],
    ['box', { ...BOX, min: 2 }, { shapes: [{ label: 'car', box: [1, 1, 1, 1] }] }, /at least 2/],
    ['box', { ...BOX, max: 1 }, { shapes: [{ label: 'car', box: [1, 1, 1, 1] }, { label: 'car', box: [2, 2, 1, 1] }] }, /1 at most/],
  ]) {
    const got = await tried(kind, spec, value);
    assert.match(got.faults[0]?.message ?? 'no fault', message);
    assert.equal(got.faults[0].path, 'f');
    assert.equal(got.text, got.faults[0].message);
  }
  for (const [kind, spec, value] of [['choice', OPTIONS, null], ['text', { max: 3 }, '\u{1F600}\u{1F600}\u{1F600}'], ['text', { pattern: '(' }, 'x'], ['number', { min: 0, max: 9 }, 9], ['box', BOX, null]]) {
    assert.deepEqual((await tried(kind, spec, value)).faults, []);
  }
});

test('two widgets on a page share no id and no group', async () => {
  const same = await page.evaluate(() => {
    const main = document.querySelector('main');
    const make = () => {
      const w = document.createElement('x-choice');
      w.spec = { name: 'same', options: ['a', 'b'] };
      main.append(w);
      return w;
    };
    const [one, two] = [make(), make()];
    one.value = 'a';
    two.value = 'b';
    const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
    const out = { values: [one.value, two.value], checked: main.querySelectorAll('x-choice:nth-last-child(-n+2) input:checked').length, twice: ids.length - new Set(ids).size };
    one.remove();
    two.remove();
    return out;
  });
  assert.deepEqual(same, { values: ['a', 'b'], checked: 2, twice: 0 });
});

test('a tap on the whole row chooses, and one change is told', async () => {
  const got = await page.evaluate(() => {
    const w = document.createElement('x-choice');
    w.spec = { name: 'f', options: ['a', 'b'] };
    document.querySelector('main').append(w);
    const told = [];
    w.addEventListener('input', () => told.push('input'));
    w.addEventListener('change', () => told.push('change'));
    w.querySelectorAll('label')[1].click();
    const height = w.querySelector('label').getBoundingClientRect().height;
    const out = { value: w.value, told, tall: height >= 44 };
    w.remove();
    return out;
  });
  assert.deepEqual(got, { value: 'b', told: ['input', 'change'], tall: true });
});

test('marks: a held arrow is one step, a cancelled finger changes nothing, nothing marked is said', async () => {
  const got = await page.evaluate(async (spec) => {
    const w = document.createElement('x-box');
    w.spec = { name: 'f', ...spec };
    document.querySelector('main').append(w);
    for (let n = 0; n < 100 && !w.querySelector('image'); n++) await new Promise((r) => setTimeout(r, 20));
    const stage = w.querySelector('.picture-stage');
    const press = (key, more) => stage.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }));
    const boxes = () => JSON.stringify(w.value?.shapes.map((s) => s.box) ?? null);
    stage.focus();
    press('n');
    const first = boxes();
    press('ArrowLeft');
    for (let n = 0; n < 5; n++) press('ArrowLeft', { repeat: true });
    const moved = boxes();
    press('z', { ctrlKey: true });
    const undone = boxes();
    const r = stage.getBoundingClientRect();
    const touch = (name, x, y) => stage.dispatchEvent(new PointerEvent(name, { pointerId: 5, pointerType: 'touch', clientX: x, clientY: y, bubbles: true, button: 0 }));
    stage.setPointerCapture = () => {};
    touch('pointerdown', r.x + 5, r.y + 5);
    touch('pointermove', r.x + 60, r.y + 60);
    touch('pointercancel', r.x + 60, r.y + 60);
    const after = boxes();
    press('Delete');
    const none = w.value;
    w.querySelector('input[type=checkbox]').click();
    const out = { first: first !== null, moved: moved !== first, undone: undone === first, after: after === first, none, nothing: w.value?.shapes };
    w.remove();
    return out;
  }, BOX);
  assert.deepEqual(got, { first: true, moved: true, undone: true, after: true, none: null, nothing: [] });
});
