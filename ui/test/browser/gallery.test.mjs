// SPDX-License-Identifier: AGPL-3.0-or-later
// The ready projects on the real server: each can be looked at before there is data, and on one's own
// rows after; columns of other names are matched; a draft is made of one and published.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { browserStart, look, pageOf } from './lib.mjs';
import { apiAs, password, siteStart, until, workOn } from './server.mjs';

const folder = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'src/requester/project/gallery');
const ready = readdirSync(folder).filter((f) => f.endsWith('.json')).map((f) => ({ name: f, ...JSON.parse(readFileSync(join(folder, f), 'utf8')) }));
const shots = process.env.SHOTS;
let browser;
let site;
before(async () => {
  browser = await browserStart();
  site = await siteStart({ workers: 1 });
  if (shots) mkdirSync(shots, { recursive: true });
});
after(async () => {
  await browser?.close();
  await site?.stop();
});

async function signedUp(view, email) {
  const got = await pageOf(browser, view);
  await got.page.goto(`${site.url}/sign-up?role=requester`);
  await got.page.getByLabel('Name', { exact: true }).fill('Rita Requester');
  await got.page.getByLabel('Email').fill(email);
  await got.page.getByLabel('Password').fill(password('requester'));
  await got.page.getByRole('button', { name: 'Sign up' }).click();
  await got.page.getByRole('heading', { name: 'Projects', level: 1 }).waitFor();
  return got;
}

for (const view of [{ name: 'light' }, { name: 'dark', scheme: 'dark' }, { name: 'phone', phone: true }]) {
  test(`each ready project shows its task before there is data (${view.name})`, { timeout: 120_000 }, async () => {
    const { page, context, faults } = await signedUp(view, `gallery-${view.name}@example.org`);
    await page.goto(`${site.url}/projects/new`);
    const cards = page.locator('.ready');
    await cards.first().waitFor();
    assert.equal(await cards.count(), ready.length);
    await look(page, 'gallery', view, shots);
    for (let n = 0; n < ready.length; n++) {
      await cards.nth(n).click();
      const work = page.locator('.preview-page .work');
      await work.locator('[data-widget]').first().waitFor();
      const title = await page.locator('.preview-title').innerText();
      const entry = ready.find((e) => e.title === title);
      assert.ok(entry, title);
      assert.equal(await work.locator('.notice.bad').count(), 0, title);
      // What its first row holds is to be seen or heard.
      for (const cell of Object.values(entry.rows[0])) {
        if (/\.svg$/.test(cell)) {
          await until(`${title}: its picture`, () => work.evaluate((el) =>
            [...el.querySelectorAll('img, image')].some((i) => (i.tagName === 'IMG' ? i.complete && i.naturalWidth > 0 : i.getBoundingClientRect().width > 40))));
        } else if (/\.mp3$/.test(cell)) {
          await until(`${title}: its sound`, () => work.evaluate((el) => el.querySelector('audio')?.duration > 3));
        } else if (!/^[\d, ]+$|^https?:/.test(cell)) {
          assert.ok((await work.innerText()).includes(cell), `${title}: ${cell}`);
        }
      }
      if (n === 5) await look(page, 'gallery_boxes', view, shots);
      if (view.phone) await page.getByRole('button', { name: 'Use this' }).click();
    }
    // The title comes along until one has written one's own.
    assert.equal(await page.getByLabel('Title').inputValue(), ready.find((e) => e.name === 'compare.json').title);
    await page.getByLabel('Title').fill('My own words');
    await cards.first().click();
    if (view.phone) await page.getByRole('button', { name: 'Use this' }).click();
    assert.equal(await page.getByLabel('Title').inputValue(), 'My own words');
    assert.deepEqual(faults, []);
    await context.close();
  });
}

test('a ready project is matched to the columns of an upload, looked at on its rows, and published', { timeout: 120_000 }, async () => {
  const { page, context, faults } = await signedUp({}, 'match@example.org');
  site.fund('match@example.org', '10.00');
  await page.goto(`${site.url}/projects/new`);
  await page.getByRole('button', { name: /^Check an entry/ }).click();
  await page.getByText('14 Quay Lane, Eastnort 7100').waitFor();
  await page.getByRole('button', { name: 'Next example' }).click();
  await page.getByText('3 mill road, Upton 2210', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Start the draft' }).click();
  await page.getByRole('heading', { name: 'Is this address right?', level: 1 }).waitFor();
  const project = new URL(page.url()).pathname.split('/')[2];
  assert.equal(await page.getByLabel('Answers for each item').inputValue(), '3');

  const csv = 'id,Written,official register\n1,8 High St,8 High Street\n2,Elm Row 3,Elm Row 5\n';
  await page.locator('input[type=file]').setInputFiles({ name: 'addresses.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) });
  await page.getByRole('button', { name: 'Import 2 items' }).click();
  const match = page.getByRole('group', { name: 'Match the columns' });
  await match.waitFor();
  assert.equal(await match.getByLabel('Column in place of “written”').inputValue(), 'Written');
  assert.equal(await match.getByLabel('Column in place of “register”').inputValue(), 'official register');
  await look(page, 'gallery_match', { name: 'light' }, shots);
  await match.getByRole('button', { name: 'Use these columns' }).click();
  const preview = page.locator('.editor-side .preview-page');
  await preview.getByText('8 High Street').waitFor();
  assert.equal(await match.count(), 0);

  // Another one, on these rows, before anything is replaced.
  await page.getByRole('button', { name: 'Choose from the ready projects' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: /^Find duplicates/ }).click();
  await dialog.getByLabel('Column in place of “first”').selectOption('Written');
  await dialog.getByLabel('Column in place of “second”').selectOption('official register');
  await dialog.locator('.preview-page').getByText('8 High Street').waitFor();
  await dialog.getByRole('button', { name: 'Next example' }).click();
  await dialog.locator('.preview-page').getByText('Elm Row 5').waitFor();
  await look(page, 'gallery_choose', { name: 'light' }, shots);
  const api = await apiAs(site.url, 'match@example.org', 'requester');
  assert.equal((await api('GET', `/api/v1/projects/${project}`)).template.blocks.length, 4, 'nothing is replaced yet');
  await dialog.getByRole('button', { name: 'Use this' }).click();
  await dialog.waitFor({ state: 'detached' });
  await preview.getByText('Are they the same place?').waitFor();
  assert.match(await page.getByLabel('Instructions in markdown').inputValue(), /^Two entries are the same place/);

  await page.getByLabel('Pay for one answer').fill('0.05');
  await page.locator('.kept.saved').waitFor();
  await page.getByRole('button', { name: /^Publish for/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: /^Pay/ }).click();
  await page.getByText('Open', { exact: true }).waitFor();
  const worker = await apiAs(site.url, 'worker1@example.org', 'worker');
  assert.equal(await workOn(worker, project, 9, () => ({ same: 'different' })), 2);
  assert.deepEqual(faults, []);
  await context.close();
});
