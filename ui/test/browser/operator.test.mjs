// SPDX-License-Identifier: AGPL-3.0-or-later
// The operator's pages on the real server, in light, in dark and on a phone.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { browserStart, look, pageOf, settled } from './lib.mjs';
import { apiAs, metric, password, siteStart, workOn } from './server.mjs';

const shots = process.env.SHOTS;
let browser;
let site;
before(async () => {
  browser = await browserStart();
  site = await siteStart({ workers: 2 });
  if (shots) mkdirSync(shots, { recursive: true });
  await someWork();
});
after(async () => {
  await browser?.close();
  await site?.stop();
});

/** A project that was done, and one that is a draft. */
async function someWork() {
  const operator = await apiAs(site.url, 'operator@example.org', 'operator');
  await operator('POST', '/api/v1/users', { name: 'Rita Requester', email: 'rita@example.org', role: 'requester', password: password('requester') });
  const rita = await apiAs(site.url, 'rita@example.org', 'requester');
  site.fund('rita@example.org', '20.00');
  await rita('POST', '/api/v1/projects', { title: 'A draft' });
  const { id } = await rita('POST', '/api/v1/projects', { title: 'Is this a colour?' });
  await rita('POST', `/api/v1/projects/${id}`, { redundancy: 2, approve_after_s: 0 });
  await rita.upload(`/api/v1/projects/${id}/sources?name=words.csv`, 'word\nred\ntable\nblue\n');
  await until(async () => (await rita('GET', `/api/v1/projects/${id}/sources/1`)).state === 'checked');
  await rita('POST', `/api/v1/projects/${id}/sources/1/import`, { skip_bad: false });
  await until(async () => (await rita('GET', `/api/v1/projects/${id}`)).records === 3);
  const quote = await rita('GET', `/api/v1/projects/${id}/quote`);
  await rita('POST', `/api/v1/projects/${id}/publish`, { total: quote.total });
  await until(async () => (await rita('GET', `/api/v1/projects/${id}`)).state === 'open');
  for (const n of [1, 2]) await workOn(await apiAs(site.url, `worker${n}@example.org`, 'worker'), id, 99, () => ({ label: 'yes' }));
  await until(async () => (await rita('GET', `/api/v1/projects/${id}/progress`)).paid === 6);
}

async function until(true_, ms = 15_000) {
  for (const end = Date.now() + ms; Date.now() < end;) {
    if (await true_()) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`never true: ${true_}`);
}

async function story(view) {
  const { page, context, faults } = await pageOf(browser, view);
  const see = (name) => look(page, `operator_${name}`, view, shots);
  await page.goto(`${site.url}/sign-in`);
  await page.getByLabel('Email').fill('operator@example.org');
  await page.getByLabel('Password').fill(password('operator'));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Today', level: 1 }).waitFor();
  await page.getByText('All is well').waitFor();
  await page.getByText('Fees earned').waitFor();
  await see('today');

  const to = (name) => page.getByRole('navigation', { name: 'Main' }).locator('visible=true').getByRole('link', { name, exact: true }).click();
  await to('Users');
  await page.getByText('worker1@example.org').waitFor();
  await see('users');
  if (!view.phone) {
    // J and K go from row to row and no further than the ends; in a text field they are letters.
    const at = () => page.evaluate(() => [...document.querySelectorAll('main tbody tr')].indexOf(document.activeElement));
    const count = await page.locator('main tbody tr').count();
    const steps = [];
    for (const key of ['j', 'j', 'k', 'k']) {
      await page.keyboard.press(key);
      steps.push(await at());
    }
    assert.deepEqual(steps, [0, 1, 0, 0]);
    for (let n = 0; n < count + 1; n++) await page.keyboard.press('j');
    assert.equal(await at(), count - 1);
    await page.keyboard.press('Tab');
    assert.ok(await page.evaluate(() => document.activeElement.closest('tr')), 'Tab goes on inside the row');
    await page.getByLabel('Name or email').fill('');
    await page.getByLabel('Name or email').pressSequentially('jk');
    assert.equal(await page.getByLabel('Name or email').inputValue(), 'jk');
    await page.getByLabel('Name or email').fill('');
    await page.getByText('worker1@example.org').waitFor();
  }
  await page.getByLabel('Name or email').fill('rita');
  await page.getByText('worker1@example.org').waitFor({ state: 'detached' });
  assert.match(page.url(), /q=rita/);
  await page.getByRole('button', { name: 'Roles of Rita Requester' }).click();
  await page.getByRole('dialog').getByLabel('Worker').check();
  await see('roles');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await page.locator('tbody .chip').getByText('Worker').waitFor();
  await page.getByRole('button', { name: 'Roles of Rita Requester' }).click();
  await page.getByRole('dialog').getByLabel('Worker').uncheck();
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await page.locator('tbody .chip').getByText('Worker').waitFor({ state: 'detached' });
  await page.getByLabel('Name or email').fill('');
  await page.getByRole('button', { name: 'Add user' }).click();
  const add = page.getByRole('dialog');
  await add.getByLabel('Name').fill(`New ${view.name}`);
  await add.getByLabel('Email').fill(`new-${view.name}@example.org`);
  await see('add');
  await add.getByRole('button', { name: 'Add user' }).click();
  await page.getByText(`new-${view.name}@example.org`).waitFor();
  await page.getByRole('button', { name: `Close the account of New ${view.name}` }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Close', exact: true }).last().click();
  await page.getByRole('button', { name: `Open again the account of New ${view.name}` }).waitFor();

  await to('Projects');
  await page.getByRole('link', { name: 'Is this a colour?' }).waitFor();
  await see('projects');
  await page.getByLabel('State').selectOption('draft');
  await page.getByRole('link', { name: 'Is this a colour?' }).waitFor({ state: 'detached' });

  await to('Ledger');
  await page.getByText('The sums are right').waitFor();
  await page.getByRole('button', { name: 'Deposit for Rita Requester' }).click();
  await page.getByLabel('Amount').fill('12.5');
  await page.getByLabel('Reference').fill(`bank ${view.name}`);
  await see('ledger');
  await page.getByRole('button', { name: 'Deposit', exact: true }).click();
  const confirm = page.getByRole('dialog');
  assert.match(await confirm.innerText(), /€12\.50/);
  await page.waitForFunction(() => document.activeElement.textContent === 'Cancel');
  await confirm.getByRole('button', { name: 'Record €12.50' }).click();
  await confirm.waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'Entries of Rita Requester' }).click();
  await page.getByText(`Deposit bank ${view.name}`).first().waitFor();
  await see('account');

  await to('Jobs');
  await page.getByText('report.sample').first().waitFor();
  await see('jobs');
  await to('Audit');
  await page.getByText('user.sign_in').first().waitFor();
  await see('audit');
  const [book] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Export' }).click()]);
  assert.ok(readFileSync(await book.path(), 'utf8').trim().split('\n').every((l) => JSON.parse(l)));
  await page.getByLabel('Act', { exact: true }).fill('nothing.like_this');
  await page.getByText('No entries fit').waitFor();
  await see('audit_none');
  assert.deepEqual(faults, [], 'console');
  await context.close();
}

for (const view of [{ name: 'light', scheme: 'light' }, { name: 'dark', scheme: 'dark' }, { name: 'phone', phone: true }]) {
  test(`look 23-26, 29: the operator's pages (${view.name})`, { timeout: 120_000 }, () => story(view));
}

test('a site carries its own name, colour and logo on its pages, in light, dark and on a phone', { timeout: 120_000 }, async () => {
  const files = mkdtempSync(join(tmpdir(), 'tessera-brand-'));
  const file = (name, bytes) => {
    writeFileSync(join(files, name), bytes);
    return join(files, name);
  };
  const refused = (args, why) => assert.throws(() => site.tell(['brand', 'set', ...args]), (error) => why.test(String(error.stderr)));
  try {
    // Any picture: this one is of a page. What is no picture, cut off or a drawing is none.
    const { page, context } = await pageOf(browser, {});
    await page.goto(site.url);
    const png = await page.screenshot({ clip: { x: 0, y: 0, width: 300, height: 100 } });
    await context.close();
    refused(['--logo', file('drawing.svg', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')], /no drawing such as SVG/);
    refused(['--logo', file('cut.png', png.subarray(0, 600))], /is cut off or broken/);
    refused(['--logo', file('none.png', 'not a picture')], /a logo is a JPEG, PNG, WebP or GIF/);
    refused(['--accent', '#ffcc00'], /in the light look its contrast on a sunk ground is 1\.37 to 1, and 4\.5 is the least/);
    refused(['--accent', '#17724f', '--accent-dark', '#17724f'], /in the dark look its contrast .* to 1/);
    refused(['--accent', 'red;} body{display:none'], /a colour is written as/);
    const set = site.tell(['brand', 'set', '--name', 'Mosaïque <b>Nord</b>', '--accent', '#17724f', '--logo', file('logo.png', png)]);
    assert.equal(set.accent, '#17724f');
    assert.match(set.logo, /^\/brand\/logo-[0-9a-f]{16}\.webp$/);
    for (const view of [{ name: 'light' }, { name: 'dark', scheme: 'dark' }, { name: 'phone', phone: true }]) {
      const { page: own, context: there, faults } = await pageOf(browser, view);
      await own.goto(`${site.url}/sign-in`);
      await own.getByRole('heading', { name: 'Sign in', level: 1 }).waitFor();
      assert.match(await own.title(), /Mosaïque <b>Nord<\/b>$/);
      assert.equal(await own.locator('.brand').innerText(), 'Mosaïque <b>Nord</b>');
      await until(() => own.locator('.brand img').evaluate((i) => i.complete && i.naturalWidth === 300 && i.getBoundingClientRect().width === 72));
      const colour = await own.locator('.button.primary').first().evaluate((el) => getComputedStyle(el).backgroundColor);
      const wanted = view.scheme === 'dark' ? set.accent_dark : '#17724f';
      assert.equal(colour, `rgb(${[1, 3, 5].map((i) => parseInt(wanted.slice(i, i + 2), 16)).join(', ')})`);
      await look(own, 'brand_sign_in', view, shots);
      await own.goto(site.url);
      await settled(own);
      await look(own, 'brand_home', view, shots);
      assert.deepEqual(faults, []);
      await there.close();
    }
    const head = await fetch(site.url + set.logo);
    assert.equal(head.headers.get('content-type'), 'image/webp');
    assert.match(head.headers.get('cache-control'), /immutable/);
    assert.equal((await fetch(`${site.url}/brand/logo-0000000000000000.webp`)).status, 404);
    assert.equal((await fetch(`${site.url}/brand/accent-ff0000-ff0000.css`)).status, 404);
    assert.deepEqual(site.tell(['brand', 'reset']), { name: 'Tessera', accent: '', accent_dark: '', logo: '' });
  } finally {
    rmSync(files, { recursive: true, force: true });
  }
});

/** A name, colours and a logo by the settings page. */
async function brandStory(view) {
  const { page, context, faults } = await pageOf(browser, view);
  const see = (name) => look(page, `operator_brand_${name}`, view, shots);
  await page.goto(`${site.url}/sign-in`);
  const png = await page.screenshot({ clip: { x: 0, y: 0, width: 200, height: 100 } });
  await page.getByLabel('Email').fill('operator@example.org');
  await page.getByLabel('Password').fill(password('operator'));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('link', { name: 'Name and look' }).click();
  await page.getByRole('heading', { name: 'Name and look', level: 1 }).waitFor();
  const seen = page.getByRole('status', { name: 'Accent colour' });
  const save = page.getByRole('button', { name: 'Save', exact: true });
  await page.getByLabel('Name of the site').fill('Mosaïque <b>Nord</b>');
  // Said while it is written; what is too faint is refused in the server's words too, and nothing is kept of it.
  await page.getByLabel('In the light look').fill('#ffcc00');
  await seen.getByText('1.37 to 1 on a grey ground; 4.5 is the least.').waitFor();
  assert.equal(await seen.getByText('Too faint').count(), 1);
  await see('faint');
  await save.click();
  await page.getByText(/^In the light look its contrast on a sunk ground is 1\.37 to 1/).waitFor();
  assert.equal(await page.locator('.brand').innerText(), 'Tessera');
  await page.getByLabel('In the light look').fill('green');
  await save.click();
  await page.getByText('Write a colour as #17724f.').waitFor();
  await page.getByLabel('In the light look').fill('#17724f');
  await seen.getByText(/^5\.\d\d to 1/).waitFor();
  assert.equal(await seen.getByText('Readable').count(), 2);
  await save.click();
  await page.getByText('Saved. All pages show it from now on.').waitFor({ state: 'attached' });
  assert.equal(await page.locator('.brand').innerText(), 'Mosaïque <b>Nord</b>');
  const { accent_dark: dark } = await page.evaluate(async () => (await fetch('/api/v1/brand')).json());
  const wanted = view.scheme === 'dark' ? dark : '#17724f';
  await page.mouse.move(0, 0);
  await until(async () => await page.locator('.button.primary').first().evaluate((el) => getComputedStyle(el).backgroundColor)
    === `rgb(${[1, 3, 5].map((i) => parseInt(wanted.slice(i, i + 2), 16)).join(', ')})`);
  // A logo is looked at on both grounds before it is used; a drawing is refused.
  const file = page.getByLabel('Picture file');
  await file.setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>') });
  await page.getByRole('button', { name: 'Use this logo' }).click();
  await page.getByText(/A logo is a JPEG, PNG, WebP or GIF/).waitFor();
  await file.setInputFiles({ name: 'logo.png', mimeType: 'image/png', buffer: png });
  await page.getByRole('img', { name: 'The logo on the dark page' }).waitFor();
  assert.match(await page.getByRole('img', { name: 'The logo on the light page' }).locator('image').getAttribute('href'), /^blob:/);
  await see('logo');
  await page.getByRole('button', { name: 'Use this logo' }).click();
  await until(() => page.locator('.brand img').evaluate((i) => i.complete && i.naturalWidth > 0 && i.getBoundingClientRect().width === 48));
  await page.getByRole('button', { name: 'Remove the logo' }).click();
  await page.locator('.brand img').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Back to the house\'s look' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Back to the house\'s look' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  assert.equal(await page.locator('.brand').innerText(), 'Tessera');
  assert.equal(await page.getByLabel('Name of the site').inputValue(), '');
  assert.deepEqual(faults, [], 'console');
  await context.close();
}

for (const view of [{ name: 'light', scheme: 'light' }, { name: 'dark', scheme: 'dark' }, { name: 'phone', phone: true }]) {
  test(`look 5, 29: the operator gives the site a name, a colour and a logo (${view.name})`, { timeout: 120_000 }, () => brandStory(view));
}

test('only operators change what the site looks like, and each change is in the book', async () => {
  const worker = await apiAs(site.url, 'worker1@example.org', 'worker');
  await assert.rejects(worker('GET', '/api/v1/brand'), /403/);
  await assert.rejects(worker('POST', '/api/v1/brand', { name: 'Mine' }), /403/);
  await assert.rejects(worker.upload('/api/v1/brand/logo', Buffer.from('x')), /403/);
  const operator = await apiAs(site.url, 'operator@example.org', 'operator');
  const acts = (await operator('GET', '/api/v1/audit?scope=0&act=brand.set&limit=500')).items;
  assert.ok(acts.some((a) => a.detail?.accent === '#17724f' && a.detail.name === 'Mosaïque <b>Nord</b>'));
  assert.ok(acts.some((a) => a.detail?.logo_bytes > 0));
});

test('look 30: no page was reported for its policy', async () => {
  assert.equal(await metric(await apiAs(site.url, 'operator@example.org', 'operator'), 'csp_reports_total'), 0);
});
