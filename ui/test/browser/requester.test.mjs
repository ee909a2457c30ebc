// SPDX-License-Identifier: AGPL-3.0-or-later
// A requester's way on the real server: from signing up to the downloaded file, in light, in dark
// and on a phone. SHOTS=DIR keeps pictures of the pages.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { browserStart, look, pageOf } from './lib.mjs';
import { apiAs, metric, password, siteStart, until, workOn } from './server.mjs';
import { zip } from '../../../tests/story/zip.mjs';

const shots = process.env.SHOTS;
let browser;
let site;
before(async () => {
  browser = await browserStart();
  site = await siteStart({ workers: 3 });
  if (shots) mkdirSync(shots, { recursive: true });
});
after(async () => {
  await browser?.close();
  await site?.stop();
});

const CSV = 'city,country,gold_size\n' + [
  'Lagos,Nigeria,large', 'Reykjavik,Iceland,small', 'Osaka,Japan,', 'Bergen,Norway,', 'Cusco,Peru,', 'Hoi An,Vietnam,',
].join('\n') + '\n';

const saved = (page) => page.locator('.kept.saved').waitFor();

async function signUp(page, email) {
  await page.goto(`${site.url}/sign-up?role=requester`);
  await page.getByLabel('Name', { exact: true }).fill('Rita Requester');
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(password('requester'));
  await page.getByRole('button', { name: 'Sign up' }).click();
  await page.getByRole('heading', { name: 'Projects', level: 1 }).waitFor();
}

async function story(view) {
  const email = `rita-${view.name}@example.org`;
  const { page, context, faults } = await pageOf(browser, view);
  const see = (name) => look(page, name, view, shots);
  await signUp(page, email);
  await page.getByText('No projects yet').waitFor();
  await see('projects_empty');
  site.fund(email, '100.00');

  // A draft: named, then data with a bad row, and the same without it.
  await page.getByRole('link', { name: 'New project' }).click();
  await page.getByLabel('Title').fill('How large is this city?');
  await see('new');
  await page.getByRole('button', { name: 'Start the draft' }).click();
  await page.getByRole('heading', { name: 'How large is this city?', level: 1 }).waitFor();
  const project = new URL(page.url()).pathname.split('/')[2];
  assert.equal(await page.locator('.step > h2').count(), 5);
  await page.locator('.sum').waitFor();
  assert.match(await page.locator('#step-5 .notice').first().innerText(), /no data has been imported/);
  assert.ok(await page.getByRole('button', { name: /^Publish for/ }).isDisabled());
  await see('draft');

  await page.locator('input[type=file]').setInputFiles({ name: 'bad.csv', mimeType: 'text/csv', buffer: Buffer.from('city,country\nOslo,Norway\nParis\n') });
  await page.getByText('Row 2 (line 3)').waitFor();
  await see('draft_bad');
  await page.getByRole('button', { name: 'Remove bad.csv' }).click();
  await page.locator('.source').waitFor({ state: 'detached' });

  // The template, first with a fault, as a form.
  const cards = page.locator('.block-card');
  await cards.nth(1).getByRole('textbox', { name: 'Question' }).fill('How large is it?');
  await cards.nth(1).getByLabel('Name in the results').fill('Size!');
  await cards.nth(1).locator('.fault').first().waitFor();
  await cards.nth(1).getByLabel('Name in the results').fill('size');
  await cards.nth(1).getByLabel('Options, one per line').fill('small | Small\nlarge | Large');
  await cards.nth(1).locator('.fault').waitFor({ state: 'detached' });
  await saved(page);

  await page.locator('input[type=file]').setInputFiles({ name: 'cities.csv', mimeType: 'text/csv', buffer: Buffer.from(CSV) });
  await page.getByRole('button', { name: 'Import 6 items' }).waitFor();
  assert.equal(await page.locator('.table.grid tbody tr').count(), 5);
  await see('draft_checked');
  await page.getByRole('button', { name: 'Import 6 items' }).click();
  await page.getByText('Imported', { exact: true }).waitFor();

  // As it was made it shows none of the data: said at the step, and not to be published.
  await page.locator('#step-2').getByText('all 6 items look the same').waitFor();
  await page.locator('#step-5').getByText('A text still says what stood there from the start').waitFor();
  await see('draft_alike');
  await cards.nth(0).getByLabel('Text', { exact: true }).fill('## ');
  await cards.nth(0).getByRole('button', { name: '{{city}}' }).click();
  await saved(page);
  await page.getByText('all 6 items look the same').first().waitFor({ state: 'detached' });
  if (view.phone) await page.getByRole('button', { name: 'Preview' }).click();
  const preview = page.locator('.preview-page');
  await preview.getByText('Lagos').waitFor();
  await preview.getByText('Large', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Next item' }).click();
  await preview.getByText('Reykjavik').waitFor();
  if (view.phone) {
    await see('draft_preview');
    await page.getByRole('button', { name: 'Close' }).click();
  }

  // As JSON: a fault at its line, then back.
  await page.getByRole('button', { name: 'JSON', exact: true }).click();
  const json = page.getByLabel('Template as JSON');
  const text = await json.inputValue();
  await json.fill(text.replace('"choice"', '"choise"'));
  await page.locator('#step-2').getByRole('button', { name: /^Line \d+/ }).first().waitFor();
  await see('draft_json');
  await json.fill(text);
  await page.locator('#step-2 .fault').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Form', exact: true }).click();

  await page.getByLabel('Instructions in markdown').fill('Large means **more than a million** people.');
  await page.getByLabel('Pay for one answer').fill('0.05');
  await page.getByLabel('Time for one answer').fill('10');
  await page.getByLabel('Answers for each item').fill('2');
  await page.getByLabel('Approve by itself after').fill('1');
  await page.getByLabel('Share of known answers').fill('20');
  // Known items ask for as many answers as the others; told otherwise, the quote says what they cost.
  await page.waitForFunction(() => document.querySelector('.sum')?.textContent.includes('4 × 2 answers'));
  assert.equal(await page.getByLabel('Answers for each known item').inputValue(), '2');
  await page.getByLabel('Answers for each known item').fill('100');
  await saved(page);
  await page.getByText('2 × 100 answers × €0.05').waitFor();
  assert.match(await page.locator('.sum').innerText(), /4 × 2 answers × €0\.05\s+€0\.40[^]*2 items with a known answer[^]*€10\.00[^]*208 answers × €0\.01\s+€2\.08[^]*€12\.48/);
  await page.getByLabel('Answers for each known item').fill('2');
  await saved(page);

  // The quote: 6 items, two of them known, 2 answers each, 5 cents, and a fee of a fifth.
  await page.getByText('2 × 2 answers × €0.05').waitFor();
  assert.match(await page.locator('.sum .total').innerText(), /0\.72/);
  assert.match(await page.locator('.sum').innerText(), /18\.00/);
  await see('draft_quote');

  // It was kept as it went: a fresh load has it all.
  await page.reload();
  await page.getByLabel('Instructions in markdown').waitFor();
  assert.equal(await page.getByLabel('Instructions in markdown').inputValue(), 'Large means **more than a million** people.');
  await page.getByRole('button', { name: 'Publish for €0.72' }).click();
  const dialog = page.getByRole('dialog');
  assert.match(await dialog.innerText(), /€0\.72/);
  await page.waitForFunction(() => document.activeElement.textContent === 'Cancel');
  await see('publish');
  await dialog.getByRole('button', { name: 'Pay €0.72' }).click();
  await page.getByRole('navigation', { name: 'Project' }).waitFor();

  // Answers come in through the API; the page follows.
  const w1 = await apiAs(site.url, 'worker1@example.org', 'worker');
  const w2 = await apiAs(site.url, 'worker2@example.org', 'worker');
  await page.getByText('Open', { exact: true }).waitFor();
  await page.evaluate(() => { globalThis.stayed = true; });
  assert.equal(await workOn(w1, project, 99, () => ({ size: 'large' })), 6);
  await page.getByText('6 of 12 answers').waitFor();
  await see('progress');
  assert.ok(await page.evaluate(() => globalThis.stayed), 'the page was not loaded again');

  // Pause and resume, by hand of the requester.
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByText('Paused', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.getByText('Open', { exact: true }).waitFor();

  // Review: one rejected with a reason, one approved, by keys alone.
  await page.getByRole('link', { name: 'Review', exact: true }).first().click();
  await page.getByText('6 answers wait for a decision').waitFor();
  await page.locator('.review-page').waitFor();
  await see('review');
  await page.keyboard.press('r');
  const reject = page.getByRole('dialog');
  await reject.waitFor();
  await reject.getByRole('button', { name: 'Reject' }).click();
  await reject.getByText('Give the worker a reason.').waitFor();
  await page.keyboard.type('Not a city');
  await see('reject');
  await page.keyboard.press('Control+Enter');
  await reject.waitFor({ state: 'detached' });
  await page.getByText('5 answers wait for a decision').waitFor();
  await page.locator('.review-page').waitFor();
  await page.keyboard.press('n');
  await page.keyboard.press('a');
  await page.getByText('4 answers wait for a decision').waitFor();
  await page.getByRole('button', { name: 'Approve all' }).click();
  await page.getByRole('dialog').getByRole('button', { name: /^Approve 4, pay €0\.20/ }).click();
  await page.getByText('Nothing waits for a decision').waitFor();
  await see('review_empty');

  // The rest of the answers; a tie where the two differ.
  const w3 = await apiAs(site.url, 'worker3@example.org', 'worker');
  await workOn(w2, project, 99, (a) => ({ size: a.task === 2 ? 'small' : 'large' }));
  await workOn(w3, project, 99, () => ({ size: 'large' }));
  await page.getByRole('link', { name: 'Progress', exact: true }).click();
  await page.getByText('Every item has its result.').waitFor();
  await see('progress_done');

  await page.getByRole('link', { name: 'Results', exact: true }).click();
  await page.getByRole('link', { name: 'Item 6', exact: true }).waitFor();
  await see('results');
  assert.equal(await page.locator('.table tbody tr').getByRole('link', { name: /^Item \d+$/ }).count(), 6);
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download CSV' }).click()]);
  const lines = readFileSync(await file.path(), 'utf8').trim().split(/\r?\n/);
  assert.equal(lines.length, 7);
  assert.match(lines[0], /city/);
  assert.match(lines[3], /Osaka.*large/);
  await page.getByText('This format leaves out:').waitFor();
  assert.deepEqual(await page.getByLabel('Format').locator('option').allTextContents(),
    ['CSV (.csv)', 'JSON Lines (.jsonl)', 'JSON (.json)', 'Parquet (.parquet)', 'Label Studio (.json)']);
  await page.getByLabel('Format').selectOption('jsonl');
  const [more] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download JSON Lines' }).click()]);
  const said = readFileSync(await more.path(), 'utf8').trim().split('\n').map((l) => JSON.parse(l));
  assert.deepEqual(said.slice(0, -1).map((l) => l.task), [1, 2, 3, 4, 5, 6]);
  assert.deepEqual(said.at(-1).certificate.map((f) => f.field), ['size']);

  await page.getByRole('link', { name: 'Item 2', exact: true }).click();
  await page.getByRole('heading', { name: 'Item 2', level: 1 }).waitFor();
  await page.getByRole('heading', { name: 'As workers see it' }).waitFor();
  // The page shows the result, or what one of them has said.
  await page.getByLabel('Shown with').selectOption({ index: 1 });
  await see('item');
  await page.goBack();
  for (const [tab, wait] of [['Workers', /^Worker \d+/], ['Items', 'Item 6'], ['Settings', 'Fixed when published']]) {
    await page.getByRole('link', { name: tab, exact: true }).first().click();
    await page.getByText(wait).first().waitFor();
    await see(tab.toLowerCase());
  }
  for (const [path, wait] of [['/projects', 'How large is this city?'], ['/billing', 'Budget of a project'], ['/team', 'Rita Requester'], ['/keys', 'No keys']]) {
    await page.goto(site.url + path);
    await page.getByText(wait).last().waitFor();
    await see(path.slice(1));
  }
  assert.deepEqual(faults, [], 'console');
  await context.close();
}

for (const view of [{ name: 'light', scheme: 'light' }, { name: 'dark', scheme: 'dark' }, { name: 'phone', phone: true }]) {
  test(`look 20-23, 26, 29: from a new project to the downloaded file (${view.name})`, { timeout: 180_000 }, () => story(view));
}

test('look 23: closing names what comes back, and it does', { timeout: 60_000 }, async () => {
  const { page, context, faults } = await pageOf(browser, {});
  await signUp(page, 'close@example.org');
  site.fund('close@example.org', '10.00');
  const api = await apiAs(site.url, 'close@example.org', 'requester');
  const { id } = await api('POST', '/api/v1/projects', { title: 'To be closed' });
  await page.goto(`${site.url}/projects/${id}`);
  await page.getByText('Paste rows as text').click();
  await page.getByLabel('Rows').fill('word\nred\ngreen\nblue\n');
  await page.getByRole('button', { name: 'Use these rows' }).click();
  await page.getByRole('button', { name: 'Import 3 items' }).click();
  await page.locator('.block-card').nth(0).getByLabel('Text', { exact: true }).fill('{{word}}');
  await saved(page);
  await page.getByRole('button', { name: /^Publish for/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: /^Pay/ }).click();
  await page.getByText('Open', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Close', exact: true }).click();
  const yes = page.getByRole('dialog').getByRole('button', { name: /^Close, get €0\.54 back/ });
  await yes.waitFor();
  await yes.click();
  await page.getByText('This project is closed. €0.54 came back.').waitFor();
  const { orgs } = await api('GET', '/api/v1/me');
  for (let n = 0; n < 50; n++) {
    if ((await api('GET', `/api/v1/orgs/${orgs[0].id}/balance`)).available === 1000) break;
    await new Promise((done) => setTimeout(done, 100));
  }
  assert.equal((await api('GET', `/api/v1/orgs/${orgs[0].id}/balance`)).available, 1000);
  assert.deepEqual(faults, []);
  await context.close();
});

test('known answers may come before their questions, and what does not fit is told by row', { timeout: 60_000 }, async () => {
  const view = { name: 'known' };
  const { page, context, faults } = await pageOf(browser, view);
  await signUp(page, 'known@example.org');
  site.fund('known@example.org', '10.00');
  const api = await apiAs(site.url, 'known@example.org', 'requester');
  const { id } = await api('POST', '/api/v1/projects', { title: 'How large is it?' });
  await page.goto(`${site.url}/projects/${id}`);
  await page.locator('input[type=file]').setInputFiles({ name: 'cities.csv', mimeType: 'text/csv', buffer: Buffer.from(CSV) });
  await page.getByRole('button', { name: 'Import 6 items' }).click();
  await page.getByText('Imported', { exact: true }).waitFor();
  const way = page.locator('#step-5 .fault-list');
  await way.getByText('no field is called size').waitFor();
  const card = page.locator('.block-card').nth(1);
  await page.locator('.block-card').nth(0).getByLabel('Text', { exact: true }).fill('{{city}}');
  await card.getByLabel('Name in the results').fill('size');
  await card.getByLabel('Options, one per line').fill('small\nhuge');
  await page.getByText('Row 1: gold_size: this is none of the options').waitFor();
  await way.getByText('1 known answer does not fit the questions').waitFor();
  assert.ok(await page.getByRole('button', { name: /^Publish for/ }).isDisabled());
  await look(page, 'draft_known', view, shots);
  await card.getByLabel('Options, one per line').fill('small\nlarge');
  await page.locator('.faults').waitFor({ state: 'detached' });
  await way.waitFor({ state: 'detached' });
  assert.ok(await page.getByRole('button', { name: /^Publish for/ }).isEnabled());
  assert.deepEqual(faults, []);
  await context.close();
});

test('a project that stops when sure says so', { timeout: 60_000 }, async () => {
  const view = { name: 'adaptive' };
  const { page, context, faults } = await pageOf(browser, view);
  await signUp(page, 'adaptive@example.org');
  site.fund('adaptive@example.org', '10.00');
  const api = await apiAs(site.url, 'adaptive@example.org', 'requester');
  const { id } = await api('POST', '/api/v1/projects', { title: 'How large is it?' });
  const at = `/api/v1/projects/${id}/sources/${(await api.upload(`/api/v1/projects/${id}/sources?name=a.csv`, 'city\nOslo\n')).id}`;
  await until('the file is checked', async () => (await api('GET', at)).state === 'checked');
  await api('POST', `${at}/import`, {});
  await until('the file is imported', async () => (await api('GET', at)).state === 'imported');
  await api('POST', `/api/v1/projects/${id}`, {
    template: { blocks: [
      { type: 'choice', name: 'size', label: 'Size', options: ['small', 'large'] },
      { type: 'scale', name: 'rating', label: 'Rating', min: 1, max: 5 },
      ...['history', 'climate', 'trade'].map((name) => ({ type: 'text', name, label: `What is said of its ${name} in the article?` })),
    ] },
    confidence_permille: 955, redundancy: 2, redundancy_least: 2, approve_after_s: 0,
  });
  await api('POST', `/api/v1/projects/${id}/publish`, { total: (await api('GET', `/api/v1/projects/${id}/quote`)).total });
  await until('the project opens', async () => (await api('GET', `/api/v1/projects/${id}`)).state === 'open');
  for (const n of [1, 2]) {
    const worker = await apiAs(site.url, `worker${n}@example.org`, 'worker');
    assert.equal(await workOn(worker, id, 9, () => ({ size: 'large', rating: 4, history: 'long '.repeat(30), climate: 'mild', trade: 'fish' })), 1);
  }
  await until('it is done', async () => (await api('GET', `/api/v1/projects/${id}`)).state === 'done');
  await page.goto(`${site.url}/projects/${id}/results`);
  await page.getByText(/^\d+% sure, not calibrated; 2 answers$/).first().waitFor();
  assert.equal(await page.getByText(/agreement/).count(), 0);
  const cut = () => page.locator('.table-box').evaluateAll((all) => all.filter((el) => el.scrollWidth > el.clientWidth).length);
  assert.equal(await cut(), 0, 'no table is cut');
  await look(page, 'results_adaptive', view, shots);
  await page.getByRole('link', { name: 'Item 1', exact: true }).click();
  await page.getByText('What is said of its trade').first().waitFor();
  assert.equal(await cut(), 0, 'nor that of the answers');
  await look(page, 'item_adaptive', view, shots);
  await page.goto(`${site.url}/projects/${id}/settings`);
  const facts = await page.locator('dl.facts').innerText();
  assert.match(facts, /Answers for each item at most\s+2\s/);
  assert.match(facts, /Stop when so sure\s+95\.5 ?%/);
  assert.match(facts, /Answers for each item at least\s+2\s/);
  await look(page, 'settings_adaptive', view, shots);
  await page.goto(`${site.url}/projects/${id}`);
  await page.getByText('Confidence', { exact: true }).waitFor();
  await page.getByText('Not calibrated', { exact: false }).waitFor();
  assert.deepEqual(faults, []);
  await context.close();
});

test('look 26: charts of quality and cost: each says itself in a sentence, is read by keys and is a table too', { timeout: 120_000 }, async () => {
  const email = 'charts@example.org';
  const first = await pageOf(browser, { name: 'charts' });
  await signUp(first.page, email);
  await first.context.close();
  site.fund(email, '10.00');
  const api = await apiAs(site.url, email, 'requester');
  const { id } = await api('POST', '/api/v1/projects', { title: 'What does it say?' });
  const file = 'word\n' + Array.from({ length: 14 }, (_, n) => `word ${n}`).join('\n') + '\n';
  const at = `/api/v1/projects/${id}/sources/${(await api.upload(`/api/v1/projects/${id}/sources?name=a.csv`, file)).id}`;
  await until('the file is checked', async () => (await api('GET', at)).state === 'checked');
  await api('POST', `${at}/import`, {});
  await until('the file is imported', async () => (await api('GET', at)).state === 'imported');
  await api('POST', `/api/v1/projects/${id}`, {
    template: { blocks: [
      { type: 'choice', name: 'animal', label: 'Which animal?', options: ['cat', 'dog', 'a very long name of an animal that nobody knows'] },
      { type: 'choice', name: 'does', label: 'What does it do?', options: ['sits', 'runs'], many: true },
    ] },
    redundancy: 3, redundancy_least: 2, approve_after_s: 0,
  });
  await api('POST', `/api/v1/projects/${id}/publish`, { total: (await api('GET', `/api/v1/projects/${id}/quote`)).total });
  await until('the project opens', async () => (await api('GET', `/api/v1/projects/${id}`)).state === 'open');
  const animals = ['cat', 'dog', 'a very long name of an animal that nobody knows'];
  for (const n of [1, 2, 3]) {
    const worker = await apiAs(site.url, `worker${n}@example.org`, 'worker');
    const said = (a) => ({ animal: animals[(n === 3 && a.task % 3 === 0 ? a.task + 1 : a.task) % 3], does: a.task % 2 || n === 2 ? ['sits'] : ['sits', 'runs'] });
    assert.equal(await workOn(worker, id, 99, said), 14);
  }
  await until('it is done', async () => (await api('GET', `/api/v1/projects/${id}`)).state === 'done');
  const seen = async () => (await api('GET', `/api/v1/projects/${id}/charts`)).look?.workers.length === 3;
  await until('somebody has looked', seen).catch(() => until('somebody has looked', seen));
  const { look: found } = await api('GET', `/api/v1/projects/${id}/charts`);
  assert.equal(found.sampled, 14);
  assert.equal(found.agreement[0].items, 14);
  assert.deepEqual(found.confusion.map((c) => c.values.length), [3, 2]);
  for (const view of [{ name: 'light' }, { name: 'dark', scheme: 'dark' }, { name: 'phone', phone: true }]) {
    const { page, context, faults } = await pageOf(browser, view);
    await page.goto(`${site.url}/sign-in`);
    await page.getByLabel('Email').fill(email);
    await page.getByLabel('Password').fill(password('requester'));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Projects', level: 1 }).waitFor();
    await page.goto(`${site.url}/projects/${id}`);
    await page.getByRole('heading', { name: 'Quality and cost' }).waitFor();
    await page.getByText(/^\d+(\.\d)?% in the mean over all results after 42 answers\.$/).waitFor();
    await page.getByText('€0.18 for each result after 42 answers, fees included.').waitFor();
    await page.getByText('Of a sample of 14 items.').waitFor();
    await page.getByText(/^3 workers with ten answers or more/).waitFor();
    assert.equal(await page.locator('.confusion').count(), 2);
    assert.equal(await page.locator('.confusion').first().locator('tbody tr').count(), 3);
    await look(page, 'charts', view, shots);
    if (view.name === 'light') {
      const workers = page.getByRole('slider', { name: /^Workers: read/ });
      await workers.focus();
      await page.keyboard.press('Home');
      assert.match(await workers.getAttribute('aria-valuetext'), /^Worker \d+: 14, \d+%$/);
      const charts = page.locator('.charts .chart').filter({ has: page.getByRole('button', { name: 'Show as table' }) });
      assert.equal(await charts.count(), 4);
      for (let n = 0; n < 4; n++) await charts.nth(0).getByRole('button', { name: 'Show as table' }).click();
      assert.equal(await page.locator('.charts figure table').count(), 6);
      await look(page, 'charts_tables', view, shots);
    }
    assert.deepEqual(faults, []);
    await context.close();
  }
});

test('pictures in a zip are seen in the preview, and called by their names in the results', { timeout: 60_000 }, async () => {
  const view = { name: 'pictures' };
  const { page, context, faults } = await pageOf(browser, view);
  await signUp(page, 'pictures@example.org');
  site.fund('pictures@example.org', '10.00');
  const api = await apiAs(site.url, 'pictures@example.org', 'requester');
  const { id } = await api('POST', '/api/v1/projects', { title: 'Which colour is it?' });
  await page.goto(`${site.url}/projects/${id}`);
  const drawn = (colour) => page.evaluate((c) => {
    const canvas = document.createElement('canvas');
    canvas.width = 320;
    canvas.height = 200;
    const pen = canvas.getContext('2d');
    pen.fillStyle = c;
    pen.fillRect(0, 0, 320, 200);
    return canvas.toDataURL('image/png').split(',')[1];
  }, colour);
  const files = [];
  for (const colour of ['teal', 'orange']) files.push([`${colour}.png`, Buffer.from(await drawn(colour), 'base64')]);
  await page.locator('input[type=file]').setInputFiles({ name: 'colours.zip', mimeType: 'application/zip', buffer: zip(files) });
  await page.getByRole('button', { name: 'Import 2 items' }).click();
  await page.getByText('Imported', { exact: true }).waitFor();
  await page.locator('#step-2').getByRole('button', { name: 'Image', exact: true }).click();
  const card = page.locator('.block-card').last();
  await card.getByLabel('Column with the file').selectOption({ label: 'image' });
  await card.getByRole('button', { name: 'Move up' }).click();
  await saved(page);
  await page.locator('.block-card').first().getByLabel('Text', { exact: true }).fill('Look at its colour.');
  await saved(page);
  const picture = page.locator('.preview-page img.ok');
  await picture.waitFor();
  assert.equal(await picture.evaluate((el) => el.naturalWidth), 320);
  await look(page, 'draft_pictures', view, shots);

  const { total } = await api('POST', `/api/v1/projects/${id}`, { redundancy: 1, method: 'plurality', approve_after_s: 0 }).then(() => api('GET', `/api/v1/projects/${id}/quote`));
  await api('POST', `/api/v1/projects/${id}/publish`, { total });
  await until('the project moves on', async () => (await api('GET', `/api/v1/projects/${id}`)).state === 'open');
  const worker = await apiAs(site.url, 'worker3@example.org', 'worker');
  assert.equal(await workOn(worker, id, 9, () => ({ label: 'yes' })), 2);
  await until('the project moves on', async () => (await api('GET', `/api/v1/projects/${id}`)).state === 'done');
  await page.goto(`${site.url}/projects/${id}/results`);
  await page.getByText('orange.png', { exact: true }).waitFor();
  // By plurality nothing is claimed but that answers agree.
  assert.equal(await page.getByText('100% agreement, 1 answer', { exact: true }).count(), 2);
  assert.equal(await page.getByText(/ sure, /).count(), 0);
  // Nobody has looked at a result, and the page says so.
  await page.getByText('There is nothing to go by yet.').waitFor();
  assert.ok(!(await page.locator('main').innerText()).includes('0 of 0'));
  assert.ok(!(await page.locator('main').innerText()).includes('asset:'));
  assert.deepEqual(faults, []);
  await context.close();
});

test('look 30: no page was reported for its policy', async () => {
  assert.equal(await metric(await apiAs(site.url, 'operator@example.org', 'operator'), 'csp_reports_total'), 0);
});
