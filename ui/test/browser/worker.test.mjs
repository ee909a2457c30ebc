// SPDX-License-Identifier: AGPL-3.0-or-later
// A worker's way on the real server: from signing up to the first pay, by keyboard, by mouse and by
// touch; a server that is killed and a net that is gone. SHOTS=DIR keeps pictures of the pages.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { browserStart, look, pageOf, settled } from './lib.mjs';
import { apiAs, metric, password, siteStart } from './server.mjs';

const demo = join(dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url))))), 'demo');
const shots = process.env.SHOTS;
const RITA = 'rita@example.org';
let browser;
let site;
let rita;
let cells;
let words;
let quick;

const CHOICE = {
  type: 'choice', name: 'kind', label: 'What is it?', options: ['a plant', 'an animal', { value: 'thing', label: 'a thing' }],
};

/** A published project, made by the program's own commands. */
function publish(dir, title, { template, folder, more }) {
  if (typeof template === 'object') writeFileSync(join(dir, 't.json'), JSON.stringify({ blocks: template }));
  const { id } = site.tell(['project', 'add', '--user', RITA, '--title', title,
    '--template', typeof template === 'object' ? join(dir, 't.json') : template, ...more]);
  site.tell(['project', 'import', '--project', id, '--folder', folder]);
  site.tell(['project', 'publish', '--project', id]);
  return id;
}

before(async () => {
  [browser, site] = await Promise.all([browserStart(), siteStart({ workers: 1 })]);
  if (shots) mkdirSync(shots, { recursive: true });
  await fetch(`${site.url}/api/v1/sign-up`, {
    method: 'POST', headers: { 'content-type': 'application/json', 'x-tessera': '1' },
    body: JSON.stringify({ name: 'Rita Requester', email: RITA, password: password('requester'), role: 'requester' }),
  });
  site.fund(RITA, '500.00');
  rita = await apiAs(site.url, RITA, 'requester');
  const dir = mkdtempSync(join(tmpdir(), 'tessera-ui-'));
  const list = join(dir, 'words.csv');
  writeFileSync(list, 'word\n' + ['oak', 'otter', 'oar', 'elm', 'eel', 'easel', 'rose', 'raven', 'rake', 'fern', 'fox', 'fork'].join('\n') + '\n');
  cells = publish(dir, 'Count the platelets', {
    template: join(demo, 'template.json'), folder: join(demo, 'blood_cells', 'job'),
    more: ['--instructions', join(demo, 'instructions.md'), '--reward', '0.06', '--redundancy', '9', '--estimate', '12'],
  });
  words = publish(dir, 'Name the thing', {
    template: [{ type: 'markdown', text: '## {{word}}' }, CHOICE, { type: 'text', name: 'why', label: 'How do you know?', required: false }],
    folder: list, more: ['--reward', '0.25', '--redundancy', '9', '--approve-after', '86400', '--estimate', '30'],
  });
  quick = publish(dir, 'Quick words', {
    template: [{ type: 'markdown', text: '{{word}}' }, CHOICE], folder: list,
    more: ['--reward', '0.03', '--redundancy', '9', '--time-allowed', '23', '--estimate', '4'],
  });
  rmSync(dir, { recursive: true, force: true });
  for (const id of [cells, words, quick]) {
    for (let n = 0; (await rita('GET', `/api/v1/projects/${id}`)).state !== 'open'; n++) {
      assert.ok(n < 100, 'the project opens');
      await new Promise((done) => setTimeout(done, 100));
    }
  }
});
after(async () => {
  await browser?.close();
  await site?.stop();
});

/** A page that also gathers what is asked of other places. */
async function visitor(view) {
  const found = await pageOf(browser, view);
  const strangers = [];
  found.page.on('request', (r) => {
    if (!r.url().startsWith(site.url + '/') && !/^(data|blob):/.test(r.url())) strangers.push(r.url());
  });
  found.page.setDefaultTimeout(20_000);
  return { ...found, strangers };
}

async function signUp(page, view, see = async () => {}) {
  await page.goto(site.url + '/');
  await page.getByRole('heading', { level: 1 }).waitFor();
  await see('home');
  await page.getByRole('link', { name: 'Sign up to work' }).click();
  assert.ok(await page.getByLabel('Do tasks').isChecked());
  await page.getByLabel('Name', { exact: true }).fill(`Wanda ${view.name}`);
  await page.getByLabel('Email').fill('wanda');
  await page.getByLabel('Password').fill(password('worker'));
  await page.getByRole('button', { name: 'Sign up' }).click();
  await page.getByText('This is not an email address.').waitFor();
  await see('sign_up');
  await page.getByLabel('Email').fill(`wanda-${view.name}@example.org`);
  await page.getByRole('button', { name: 'Sign up' }).click();
  await page.getByRole('heading', { name: 'Tasks', level: 1 }).waitFor();
}

const item = (page, n) => page.locator('.player-item', { hasText: new RegExp(`^Task ${n}\\b`) }).waitFor();
const row = (page, title) => page.locator('.task-row', { has: page.getByRole('link', { name: title, exact: true }) });

/** What was stored for a task, by the requester's eyes. */
const answers = async (project, task) => (await rita('GET', `/api/v1/projects/${project}/tasks/${task}`)).answers;

/** The same choice with each means: what a keyboard, a mouse and a finger do. */
const hands = {
  keyboard: {
    choose: (page, n) => page.keyboard.press(String(n)),
    submit: (page) => page.keyboard.press('Control+Enter'),
    skip: (page) => page.keyboard.press('s'),
    count: async (page, n) => { await page.keyboard.type(String(n)); await page.keyboard.press('Enter'); },
  },
  mouse: {
    choose: (page, n) => page.locator('.option').nth(n - 1).click(),
    submit: (page) => page.getByRole('button', { name: 'Submit' }).click(),
    skip: (page) => page.getByRole('button', { name: 'Skip' }).click(),
    count: async (page, n) => { await page.locator('x-number input').click(); await page.keyboard.type(String(n)); await page.getByRole('button', { name: 'Submit' }).click(); },
  },
  touch: {
    choose: (page, n) => page.locator('.option').nth(n - 1).tap(),
    submit: (page) => page.getByRole('button', { name: 'Submit' }).tap(),
    skip: (page) => page.getByRole('button', { name: 'Skip' }).tap(),
    count: async (page, n) => { await page.locator('x-number input').tap(); await page.keyboard.type(String(n)); await page.getByRole('button', { name: 'Submit' }).tap(); },
  },
};

async function story(view) {
  const { page, context, faults, strangers } = await visitor(view);
  const see = (name) => look(page, name, view, shots);
  const by = hands[view.by];
  await signUp(page, view, see);

  // Find the work: by kind and by pay; the filters stand in the address.
  await row(page, 'Count the platelets').waitFor();
  assert.equal(await page.locator('.task-row').count(), 3);
  await see('tasks');
  const asked = [];
  page.on('request', (r) => asked.push(new URL(r.url()).pathname));
  await page.getByLabel('Kind').selectOption({ label: 'Number' });
  await row(page, 'Name the thing').waitFor({ state: 'detached' });
  assert.match(page.url(), /kind=number/);
  await page.reload();
  await row(page, 'Count the platelets').waitFor();
  await settled(page);
  assert.equal(await page.locator('.task-row').count(), 1);
  assert.ok(!asked.includes('/api/v1/me'), 'the shell has said who is here');
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await page.getByLabel('Pay per hour').selectOption('20');
  await row(page, 'Count the platelets').waitFor({ state: 'detached' });
  await row(page, 'Quick words').waitFor();
  assert.deepEqual(await page.locator('.task-row h2').allInnerTexts(), ['Quick words', 'Name the thing']);
  await page.getByRole('button', { name: 'Clear filters' }).click();

  // Look before accepting; what is tried there is not kept.
  await page.getByRole('link', { name: 'Name the thing', exact: true }).click();
  await page.getByRole('heading', { name: 'A sample task' }).waitFor();
  await page.locator('.sample .option').first().waitFor();
  await see('preview');
  await page.getByRole('link', { name: 'Start', exact: true }).click();
  await item(page, 1);
  assert.equal(await page.locator('.option input:checked').count(), 0);

  // A draft outlives a reload.
  const word = await page.locator('.player-work h2, .player-work h3').first().innerText();
  await by.choose(page, 2);
  await page.getByLabel('How do you know?').fill('I saw one');
  await page.keyboard.press('Escape');
  await page.getByText('Draft saved', { exact: true }).waitFor();
  await see('player');
  await page.reload();
  await item(page, 1);
  assert.equal(await page.locator('.player-work h2, .player-work h3').first().innerText(), word);
  assert.equal(await page.locator('.option input').nth(1).isChecked(), true);
  assert.equal(await page.getByLabel('How do you know?').inputValue(), 'I saw one');
  await by.submit(page);
  await item(page, 2);

  // Skip one, do one, give one back and leave.
  const second = await page.locator('.player-work h2, .player-work h3').first().innerText();
  await by.skip(page);
  await page.waitForFunction((old) => {
    const now = document.querySelector('.player-work h2, .player-work h3')?.textContent;
    return now !== undefined && now !== old;
  }, second);
  await by.choose(page, 3);
  await by.submit(page);
  await item(page, 3);
  const { items } = await rita('GET', `/api/v1/projects/${words}/reviews?limit=100`);
  const seen = items.filter((r) => r.answer.why === 'I saw one').at(-1);
  await rita('POST', `/api/v1/projects/${words}/reviews/${seen.task}/${seen.worker}/reject`, { reason: 'The word names a tree, see the first line.' });
  await page.getByRole('link', { name: 'Leave' }).click();
  await page.getByRole('heading', { name: 'Name the thing', level: 1 }).waitFor();
  await page.goto(`${site.url}/held`);
  await page.getByRole('link', { name: 'Continue' }).waitFor();
  await see('held');
  await page.getByRole('button', { name: 'Return' }).click();
  await page.getByText('You hold no task').waitFor();

  // Work whose pay comes at once, with pictures.
  await page.getByRole('link', { name: 'Find tasks' }).click();
  await row(page, 'Count the platelets').getByRole('link', { name: /^Start/ }).click();
  await item(page, 1);
  await page.locator('.work-image img').waitFor();
  assert.ok(await page.locator('.work-image img').evaluate((i) => i.decode().then(() => i.naturalWidth > 100)));
  await see('player_picture');
  for (let n = 1; n <= 2; n++) {
    await by.count(page, n);
    await item(page, n + 1);
  }
  if (!view.phone) {
    await page.waitForFunction(() => document.activeElement?.matches('x-number input'));
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await page.getByText('Keys of one character').waitFor();
    await see('player_help');
    await page.keyboard.press('Escape');
  }
  await page.getByRole('button', { name: 'Return' }).click();
  await page.getByRole('heading', { name: 'Tasks', level: 1 }).waitFor();

  // The pay arrives; what is not decided waits.
  const figure = (label) => page.locator('.figure-box', { hasText: label }).locator('.figure-value').innerText();
  await page.goto(`${site.url}/earnings`);
  for (let n = 0; ; n++) {
    await page.getByText('Lines of your account').or(page.locator('.figures')).first().waitFor();
    if (await figure('Balance') === '€0.12') break;
    assert.ok(n < 40, `the pay arrives: ${await figure('Balance')}`);
    await page.waitForTimeout(300);
    await page.reload();
  }
  // One line for each time that it came, which may hold both.
  const lines = await page.locator('.table tbody td:last-child').allInnerTexts();
  assert.equal(lines.reduce((sum, text) => sum + Math.round(Number(text.replace(/[^0-9.]/g, '')) * 100), 0), 12);
  await see('earnings');
  for (const path of ['/profile', '/notices']) {
    await page.goto(site.url + path);
    await settled(page);
    await see(path.slice(1));
  }

  // What became of the answers: two paid, one waits, one was rejected with a reason.
  for (let n = 0; ; n++) {
    await page.goto(`${site.url}/answers`);
    await page.locator('.table').waitFor();
    if (await page.getByText('The word names a tree').count() === 1) break;
    assert.ok(n < 60, 'the rejection is told');
    await page.waitForTimeout(500);
  }
  assert.deepEqual((await page.locator('.table .chip').allInnerTexts()).sort(), ['Approved', 'Approved', 'Awaiting review', 'Rejected']);
  assert.equal(await page.locator('tr', { hasText: 'Rejected' }).getByText('€').count(), 0);
  await see('answers');
  await page.goto(`${site.url}/work`);
  await row(page, 'Quick words').waitFor();
  assert.equal(await figure('Earned today'), '€0.12');
  assert.equal(await figure('Awaiting review'), '€0.25');
  assert.deepEqual(faults, [], 'console');
  assert.deepEqual(strangers, [], 'requests to other places');
  await context.close();
}

for (const view of [
  { name: 'light', scheme: 'light', by: 'keyboard' }, { name: 'dark', scheme: 'dark', by: 'mouse' }, { name: 'phone', phone: true, by: 'touch' },
]) {
  test(`look 7-13, 15, 16, 26, 29: from signing up to the first pay (${view.name}, by ${view.by})`, { timeout: 120_000 }, () => story(view));
}

for (const view of [{ name: 'light', scheme: 'light' }, { name: 'dark', scheme: 'dark' }, { name: 'phone', phone: true }]) {
  test(`the API's page: signed out, found by search and by address, each call shown (${view.name})`, { timeout: 60_000 }, async () => {
    const { page, context, faults, strangers } = await visitor(view);
    await page.goto(site.url + '/');
    await page.getByRole('link', { name: 'API documentation' }).click();
    await page.getByRole('heading', { name: 'The API', level: 1 }).waitFor();
    await page.locator('.op').first().waitFor();
    const doc = await (await fetch(`${site.url}/api/v1/openapi.json`)).json();
    const all = Object.values(doc.paths).reduce((n, verbs) => n + Object.keys(verbs).length, 0);
    assert.equal(await page.locator('.op').count(), all);
    await look(page, 'api', view, shots);
    await page.getByLabel('Search').fill('publish quoted');
    await page.locator('.api-list > .note', { hasText: /^1 operation$/ }).waitFor();
    assert.match(page.url(), /q=publish/);
    const one = page.locator('.op[open]');
    await one.getByText("-d '{\"total\":").waitFor();
    assert.match(await one.innerText(), /Who may: Requester and Operator/);
    assert.match(await one.innerText(), /money, from 0|money, 0 to/);
    await look(page, 'api_one', view, shots);
    await page.getByLabel('Search').fill('no such thing');
    await page.getByText('No operation has these words').waitFor();
    await page.getByRole('button', { name: 'Clear the search' }).click();
    await page.locator('.op').first().waitFor();

    // By keyboard: open one, follow its link; the address leads back to it.
    await page.locator('#post_sign_in > summary').focus();
    await page.keyboard.press('Enter');
    await page.locator('#post_sign_in .op-link').focus();
    await page.keyboard.press('Enter');
    assert.match(page.url(), /#post_sign_in$/);
    await page.reload();
    await page.locator('#post_sign_in[open]').waitFor();
    const top = await page.locator('#post_sign_in').evaluate((el) => el.getBoundingClientRect().top);
    assert.ok(top >= 0 && top < 600, `it is in sight: ${top}`);
    assert.match(await page.locator('#post_sign_in').innerText(), /Anybody, also signed out/);
    assert.deepEqual(faults, [], 'console');
    assert.deepEqual(strangers, [], 'requests to other places');
    await context.close();
  });
}

test('look 13: near its end the time is said in a word, and a key gives more', { timeout: 60_000 }, async () => {
  const { page, context, faults } = await visitor({});
  await signUp(page, { name: 'clock' });
  await page.goto(`${site.url}/work/${quick}/do`);
  await item(page, 1);
  const clock = page.getByRole('timer');
  assert.doesNotMatch(await clock.innerText(), /left/);
  await page.locator('.clock.late').waitFor();
  assert.match(await clock.innerText(), /left/);
  await page.keyboard.press('e');
  await page.locator('.clock:not(.late)').waitFor();
  assert.match(await page.locator('[aria-live=polite]').innerText(), /You have more time/);
  assert.deepEqual(faults, []);
  await context.close();
});

test('look 17: offline and killed servers: "Saved here, will send", then exactly one answer', { timeout: 120_000 }, async () => {
  const { page, context, faults } = await visitor({});
  await signUp(page, { name: 'kill' });
  const operator = await apiAs(site.url, 'operator@example.org', 'operator');
  assert.equal(await metric(operator, 'csp_reports_total'), 0, 'CSP reports until here');
  await page.goto(`${site.url}/work/${cells}/do`);
  await item(page, 1);
  const said = () => page.getByRole('heading', { name: 'Saved here, will send' }).waitFor();
  const sent = [];
  page.on('request', (r) => {
    const found = /\/tasks\/(\d+)\/submit$/.exec(r.url());
    if (found) sent.push(found[1]);
  });
  const submit = async (value) => {
    await page.keyboard.type(String(value));
    await page.keyboard.press('Enter');
  };
  const stored = async (value) => (await answers(cells, sent.at(-1))).filter((a) => a.answer.platelets === value).length;

  await context.setOffline(true);
  await submit(41);
  await said();
  await look(page, 'queued', { name: 'light' }, shots);
  await context.setOffline(false);
  await item(page, 2);
  assert.equal(await stored(41), 1);

  // The answer is committed, and the server dies before it can say so.
  await page.route('**/submit', async (route) => {
    await route.fetch();
    await site.kill();
    await route.abort('connectionreset');
  }, { times: 1 });
  await submit(42);
  await said();
  await site.again();
  await item(page, 3);
  assert.equal(await stored(42), 1);
  assert.ok(sent.filter((task) => task === sent.at(-1)).length > 1, 'it was sent again');

  // The server dies before it hears of it.
  await page.route('**/submit', async (route) => {
    await site.kill();
    await route.continue();
  }, { times: 1 });
  await submit(43);
  await said();
  await site.again();
  await item(page, 4);
  assert.equal(await stored(43), 1);

  // The server dies at some moment while it works on it.
  let back;
  await page.route('**/submit', async (route) => {
    void route.continue().catch(() => {});
    await new Promise((done) => setTimeout(done, Math.random() * 8));
    back = site.kill().then(site.again);
  }, { times: 1 });
  await submit(44);
  await item(page, 5);
  await back;
  assert.equal(await stored(44), 1);
  assert.deepEqual(faults, []);
  await context.close();
  assert.equal(site.tell(['doctor']).sound, true);
});

test('look 30: no page was reported for its policy', async () => {
  assert.equal(await metric(await apiAs(site.url, 'operator@example.org', 'operator'), 'csp_reports_total'), 0);
});
