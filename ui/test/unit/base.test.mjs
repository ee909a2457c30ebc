// SPDX-License-Identifier: AGPL-3.0-or-later
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './load.mjs';

const { i18n, money, time, route, units, outbox, drafts, number, chart, genApi } = await load();

test('money becomes text and back without a broken number', () => {
  for (const minor of [0, 1, 10, 99, 100, 123456, 100000000001]) {
    assert.equal(money.moneyParse(money.moneyPlain(minor, 'EUR'), 'EUR'), minor);
  }
  assert.equal(money.money(1234, 'EUR'), '€12.34');
  assert.equal(money.money(1234, 'JPY'), '¥1,234');
  assert.equal(money.moneyPlain(-5, 'EUR'), '-0.05');
  assert.equal(money.moneyParse('12,5', 'EUR'), 1250);
});

test('an amount that is none is refused', () => {
  for (const text of ['', '1.234', '1e3', '-1', '1.2.3', 'one', '€1', '1,00,0']) {
    assert.equal(money.moneyParse(text, 'EUR'), null, text);
  }
  assert.equal(money.moneyParse('1.5', 'JPY'), null);
});

test('a path matches its pattern and gives the named parts', () => {
  assert.deepEqual(route.match('/work/:project/do/:task', '/work/12/do/7'), { project: '12', task: '7' });
  assert.deepEqual(route.match('/work', '/work/'), {});
  assert.deepEqual(route.match('/', '/'), {});
  assert.deepEqual(route.match('/a/:b', '/a/x%20y'), { b: 'x y' });
  for (const [pattern, path] of [['/work', '/works'], ['/work/:p', '/work'], ['/a/:b', '/a/%zz'], ['/a/:b/c', '/a//c']]) {
    assert.equal(route.match(pattern, path), null, path);
  }
});

test('a sentence gets its plural and its values', () => {
  i18n.addWords({ 'x.n': { one: '{n} task', other: '{n} tasks' }, 'x.name': 'by {name}' });
  assert.equal(i18n.t('x.n', { n: 1 }), '1 task');
  assert.equal(i18n.t('x.n', { n: 1200 }), '1,200 tasks');
  assert.deepEqual(i18n.tParts('x.name', { name: 7 }), ['by ', 7]);
  assert.equal(i18n.t('x.name', {}), 'by {name}');
});

test('a value that holds braces or HTML stays text', () => {
  i18n.addWords({ 'x.v': '{a} and {b}' });
  assert.equal(i18n.t('x.v', { a: '{b}', b: '<b>$&</b>' }), '{b} and <b>$&</b>');
});

test('durations are said in two parts at most', () => {
  assert.equal(time.duration(9), '9 sec');
  assert.equal(time.duration(600), '10 min');
  assert.equal(time.duration(5400), '1 hr 30 min');
  assert.equal(time.duration(172800), '2 days');
  assert.equal(time.countdown(65_000), '1:05');
  assert.equal(time.countdown(3_600_000), '1:00:00');
  assert.equal(time.countdown(-5), '0:00');
});

test('the server\'s clock is learned, small differences are not', () => {
  time.clockHeard(new Date(Date.now() + 3_600_000).toUTCString());
  assert.ok(Math.abs(time.now() - Date.now() - 3_600_000) < 2500);
  time.clockHeard(new Date().toUTCString());
  assert.equal(Math.abs(time.now() - Date.now()) < 50, true);
});

test('lengths are counted in code points', () => {
  assert.equal(units.codePoints('a\u{1F600}\u{1F600}b'), 4);
  assert.equal(units.cutAt('a\u{1F600}bc', 2), 'a\u{1F600}');
});

test('a number is read with comma or point, anything else is none', () => {
  assert.equal(number.read('12.5'), 12.5);
  assert.equal(number.read('12,5'), 12.5);
  assert.equal(number.read('-3'), -3);
  for (const text of ['', '1e9', '0x10', '1.', '.5', '12 000', 'NaN', 'Infinity', '9'.repeat(16)]) {
    assert.equal(number.read(text), null, text);
  }
});

test('the outbox waits 1, 2, 4 … 60 seconds', () => {
  assert.deepEqual([1, 2, 3, 4, 7, 50].map(outbox.outboxDelay), [1, 2, 4, 8, 60, 60]);
});

const waiting = (task) => ({ user: 'u', project: 'p', task, epoch: 'e', answer: { a: task }, active_ms: 5, tries: 0 });

test('what cannot be sent stays, what is sent goes, what is refused is kept with its reason', async () => {
  for (const task of ['1', '2', '3']) outbox.outboxAdd(waiting(task));
  outbox.outboxAdd(waiting('2'));
  assert.equal(outbox.outbox.value.length, 3);
  await outbox.outboxRun('u', async (w) => {
    if (w.task === '3') throw new Error('your time is over');
  });
  assert.deepEqual(outbox.outbox.value.map((w) => [w.task, w.refused]), [['3', 'your time is over']]);
  outbox.outboxDrop(waiting('3'));
  outbox.outboxAdd(waiting('4'));
  await outbox.outboxRun('other', async () => assert.fail('not this user\'s'));
  await outbox.outboxRun('u', async () => { throw new outbox.Later(); });
  assert.deepEqual(outbox.outbox.value.map((w) => [w.task, w.tries, w.refused]), [['4', 1, undefined]]);
  outbox.outboxDrop(waiting('4'));
  assert.deepEqual(outbox.outbox.value, []);
});

test('a draft is kept, comes back and is forgotten', () => {
  assert.equal(drafts.draftGet('u', 'p', '1'), null);
  drafts.draftSet('u', 'p', '1', { label: 'cat' }, false);
  assert.deepEqual(drafts.draftGet('u', 'p', '1').answer, { label: 'cat' });
  drafts.draftDrop('u', 'p', '1');
  assert.equal(drafts.draftGet('u', 'p', '1'), null);
});

test('an axis ends on a round number', () => {
  assert.deepEqual([0, 0.07, 1, 7, 23, 100, 101, 2400].map((n) => chart.niceMax(n)), [1, 0.1, 1, 10, 25, 100, 200, 2500]);
  // What is counted has no halves on its axis.
  assert.deepEqual([0, 1, 3, 5, 7, 23, 100, 101, 2400].map((n) => chart.niceMax(n, true)), [2, 2, 4, 10, 10, 40, 100, 200, 2500]);
});

test('the table of operations is made from a document', () => {
  const doc = {
    paths: {
      '/api/v1/things/{thing}': {
        get: {
          parameters: [{ name: 'thing', in: 'path' }, { name: 'after', in: 'query', schema: { type: 'string' } }],
          responses: { 200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/thing' } } } } },
        },
        post: { requestBody: { content: { 'application/json': { schema: { type: 'object', required: ['n'], properties: { n: { type: 'integer' }, s: { enum: ['a', 'b'] } } } } } }, responses: { 204: {} } },
      },
    },
    components: { schemas: { thing: { type: 'object', required: ['id'], properties: { id: { type: 'string' }, list: { type: 'array', items: { type: ['number', 'null'] } } } } } },
  };
  assert.deepEqual(genApi.rowsOf(doc), [
    ['GET /things/{thing}', '{ query: { after?: string }; reply: { id: string; list?: (number | null)[] } }'],
    ['POST /things/{thing}', '{ body: { n: number; s?: "a" | "b" }; reply: void }'],
  ]);
});
