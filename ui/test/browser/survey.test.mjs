// SPDX-License-Identifier: AGPL-3.0-or-later
// Surveys on the real server: quotas and an order by chance are set in the form, hold for workers who come
// at the same time, and are told in the export. Nobody does the long part for nothing.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { browserStart, look, pageOf } from './lib.mjs';
import { apiAs, password, siteStart, until } from './server.mjs';

const WORKERS = 14;
const shots = process.env.SHOTS;
let browser;
let site;
let project;
before(async () => {
  browser = await browserStart();
  site = await siteStart({ workers: WORKERS });
  if (shots) mkdirSync(shots, { recursive: true });
});
after(async () => {
  await browser?.close();
  await site?.stop();
});

const work = (what) => `/api/v1/work/${project}${what}`;
const worker = (n) => apiAs(site.url, `worker${n}@example.org`, 'worker');
const accept = async (api) => (await api('POST', work('/accept'), {})).assignment;
const long = { a1: 'x', a2: 'y', a3: 'z' };

test('a requester sets quotas and an order by chance in the form', { timeout: 90_000 }, async () => {
  const { page, context, faults } = await pageOf(browser, {});
  await page.goto(`${site.url}/sign-up?role=requester`);
  await page.getByLabel('Name', { exact: true }).fill('Rita Requester');
  await page.getByLabel('Email').fill('rita@example.org');
  await page.getByLabel('Password').fill(password('requester'));
  await page.getByRole('button', { name: 'Sign up' }).click();
  await page.getByRole('heading', { name: 'Projects', level: 1 }).waitFor();
  site.fund('rita@example.org', '100.00');
  const api = await apiAs(site.url, 'rita@example.org', 'requester');
  project = (await api('POST', '/api/v1/projects', { title: 'A survey' })).id;
  const ask = (name) => ({ type: 'text', name, label: `Question ${name}`, required: true });
  await api('POST', `/api/v1/projects/${project}`, {
    reward: 50, redundancy: 12, approve_after_s: 0, method: 'plurality',
    template: { blocks: [{ type: 'choice', name: 'age', label: 'How old are you?', options: ['young', 'old', 'other'], required: true }, ask('a1'), ask('a2'), ask('a3')] },
  });
  await api.upload(`/api/v1/projects/${project}/sources?name=one.csv`, 'topic\nTravel\n');
  await page.goto(`${site.url}/projects/${project}`);
  await page.getByRole('button', { name: 'Import 1 item' }).click();
  await page.getByText('Imported', { exact: true }).waitFor();

  const cards = page.locator('.block-card');
  await cards.nth(0).getByText('At most so many answers with an option').click();
  await cards.nth(0).getByLabel('Answers with “young”').fill('3');
  await cards.nth(0).getByLabel('Answers with “old”').fill('5');
  await cards.nth(0).getByLabel('Options in random order').check();
  await cards.nth(0).getByLabel('The last option stays last').check();
  for (const n of [1, 2, 3]) await cards.nth(n).getByLabel('Trades places with other such questions').check();
  // Another name for it takes its quotas along.
  await cards.nth(0).getByLabel('Name in the results').fill('years');
  await until('all is kept', async () => (await api('GET', `/api/v1/projects/${project}`)).template.shuffle?.[0].length === 3);
  await page.locator('.kept.saved').waitFor();
  await look(page, 'survey_form', { name: 'light' }, shots);
  const { template } = await api('GET', `/api/v1/projects/${project}`);
  assert.deepEqual(template.quotas, [{ field: 'years', is: 'young', max: 3 }, { field: 'years', is: 'old', max: 5 }]);
  assert.deepEqual(template.shuffle, [['a1', 'a2', 'a3']]);
  assert.deepEqual(template.blocks[0].options, ['young', 'old', { value: 'other', fixed: true }]);
  assert.equal(template.blocks[0].shuffle, true);
  // A fault at its place: a question with a quota cannot move.
  await cards.nth(0).getByLabel('Trades places with other such questions').check();
  await page.getByText('a field with a quota is asked first and does not move').waitFor();
  await cards.nth(0).getByLabel('Trades places with other such questions').uncheck();
  await page.locator('#step-2 .notice.bad').waitFor({ state: 'detached' });
  await page.locator('.kept.saved').waitFor();
  const { total } = await api('GET', `/api/v1/projects/${project}/quote`);
  await api('POST', `/api/v1/projects/${project}/publish`, { total });
  await until('it is open', async () => (await api('GET', `/api/v1/projects/${project}`)).state === 'open');
  assert.deepEqual(faults, []);
  await context.close();
});

test('ten who come at once take three places, the others are let go and theirs are open again', { timeout: 60_000 }, async () => {
  const all = await Promise.all(Array.from({ length: 10 }, (_, i) => worker(i + 1)));
  const got = await Promise.all(all.map(accept));
  assert.equal(got.filter(Boolean).length, 10);
  const taken = await Promise.all(got.map((a, i) => all[i]('POST', work(`/tasks/${a.task}/screen`), { epoch: a.epoch, answer: { years: 'young' } })));
  assert.equal(taken.filter((t) => t.taken).length, 3);
  // The same question of the same worker again: still his.
  const mine = taken.findIndex((t) => t.taken);
  assert.deepEqual(await all[mine]('POST', work(`/tasks/${got[mine].task}/screen`), { epoch: got[mine].epoch, answer: { years: 'young' } }), { taken: true });
  const order = [];
  for (const [i, a] of got.entries()) {
    order.push(a.page.blocks.map((b) => b.name).join());
    const body = { epoch: a.epoch, answer: { years: 'young', ...long } };
    if (taken[i].taken) await all[i]('POST', work(`/tasks/${a.task}/submit`), body);
    else await assert.rejects(all[i]('POST', work(`/tasks/${a.task}/submit`), body), /409/);
  }
  assert.ok(order.every((names) => names.startsWith('years,')), 'what has a quota is first');
  assert.ok(new Set(order).size > 1, `ten workers see several orders: ${[...new Set(order)]}`);
  const api = await apiAs(site.url, 'rita@example.org', 'requester');
  const p = await api('GET', `/api/v1/projects/${project}/progress`);
  assert.equal(p.submitted, 3);
});

test('who is one too many is told before the long part, and nothing is held against him', { timeout: 60_000 }, async () => {
  for (const [n, view] of [[11, { name: 'light' }], [12, { name: 'phone', phone: true }]]) {
    const { page, context, faults } = await pageOf(browser, view);
    await page.goto(`${site.url}/sign-in`);
    await page.getByLabel('Email').fill(`worker${n}@example.org`);
    await page.getByLabel('Password').fill(password('worker'));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Tasks', level: 1 }).waitFor();
    await page.goto(`${site.url}/work/${project}/do`);
    await page.getByText('How old are you?').waitFor();
    assert.equal(await page.getByText('Question a1').count(), 0, 'the long part is not there yet');
    const names = await page.locator('x-choice label').allInnerTexts();
    assert.match(names.at(-1), /other/);
    await page.getByText('young', { exact: true }).click();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('heading', { name: 'This group is complete' }).waitFor();
    await look(page, 'survey_screened', view, shots);
    await page.goto(`${site.url}/answers`);
    await page.locator('h1').waitFor();
    assert.equal(await page.getByText('A survey').count(), 0, 'no answer, and no mark against him');
    assert.deepEqual(faults, []);
    await context.close();
  }
});

test('who fits goes on by keys alone, finds the order again after a reload, and the export tells it', { timeout: 60_000 }, async () => {
  const { page, context, faults } = await pageOf(browser, {});
  await page.goto(`${site.url}/sign-in`);
  await page.getByLabel('Email').fill('worker13@example.org');
  await page.getByLabel('Password').fill(password('worker'));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Tasks', level: 1 }).waitFor();
  await page.goto(`${site.url}/work/${project}/do`);
  await page.getByText('How old are you?').waitFor();
  const options = async () => (await page.locator('x-choice label').allInnerTexts()).map((s) => /young|old|other/.exec(s)[0]);
  const seen = await options();
  await page.keyboard.press(String(seen.indexOf('old') + 1));
  await page.keyboard.press('Control+Enter');
  await page.getByText('Question a1').waitFor();
  const questions = () => page.locator('x-text label').allInnerTexts();
  const asked = await questions();
  await page.waitForFunction(() => document.activeElement.closest('x-text'));
  assert.ok(await page.locator('x-choice input').first().isDisabled(), 'what is settled stays as it is');
  await page.keyboard.type('one');
  await page.waitForTimeout(300);
  await page.reload();
  await page.getByText('How old are you?').waitFor();
  assert.deepEqual(await options(), seen, 'the same order of options after a reload');
  await page.keyboard.press('Control+Enter');
  await page.getByText('Question a1').waitFor();
  assert.deepEqual(await questions(), asked);
  assert.equal(await page.locator('x-text input').first().inputValue(), 'one');
  for (const n of [1, 2]) await page.locator('x-text input').nth(n).fill(`text ${n}`);
  await page.keyboard.press('Control+Enter');
  const api = await apiAs(site.url, 'rita@example.org', 'requester');
  await until('it is in', async () => (await api('GET', `/api/v1/projects/${project}/progress`)).submitted === 4);
  // Closed, so that the item has its result.
  await api('POST', `/api/v1/projects/${project}/close`, {});
  const told = await until('the item is judged', async () => {
    const text = await api('GET', `/api/v1/projects/${project}/export?format=jsonl&answers=true`).catch(() => '');
    const line = typeof text === 'string' ? text.split('\n').filter(Boolean).map((l) => JSON.parse(l))[0] : text;
    return line?.answers?.length ? line : null;
  });
  const mine = told.answers.find((a) => a.answer.years === 'old');
  assert.deepEqual(mine.order.questions, ['years', ...asked.map((s) => /a\d/.exec(s)[0])]);
  assert.deepEqual(mine.order.options, { years: seen });
  assert.deepEqual(faults, []);
  await context.close();
});

test('nothing that holds is broken', () => {
  assert.equal(site.tell(['doctor']).sound, true);
});
