// SPDX-License-Identifier: AGPL-3.0-or-later
// The app's own parts in a browser, against the stand-in server. Numbers are those of the look checks.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { makeSite, start } from '../mock.mjs';
import { axe, browserStart, overflow, pageOf, settled, smallTargets, smallText } from './lib.mjs';

let browser;
before(async () => { browser = await browserStart(); });
after(async () => { await browser?.close(); });

/** Runs `body` with a page on a fresh site; afterwards no fault and no CSP report may be there. */
async function on(options, path, body) {
  const site = makeSite(options);
  Object.assign(site, options.site);
  const running = await start(site);
  const { page, context, faults } = await pageOf(browser, options.view);
  try {
    const foreign = [];
    page.on('request', (r) => { if (!r.url().startsWith(running.url) && !r.url().startsWith('data:')) foreign.push(r.url()); });
    await page.goto(running.url + path);
    await page.waitForSelector('h1');
    await body({ page, site, context, url: running.url });
    assert.deepEqual(faults, [], 'console');
    assert.deepEqual(site.csp, [], 'CSP reports');
    assert.deepEqual(foreign, [], 'requests to others');
  } finally {
    await context.close();
    await running.stop();
  }
}

const h1 = (page) => page.locator('h1').first().innerText();
const posted = (site, end) => site.requests.filter((r) => r.verb === 'POST' && r.path.endsWith(end));
const worker = { role: 'worker' };

// --- every page: axe, overflow, sizes ---

/** By who looks, and at what site. */
const PAGES = [
  [{}, ['/', '/sign-in', '/sign-up', '/forgot', '/reset', '/reset?token=x', '/nix']],
  [worker, ['/work', '/work?kind=nix', '/work/11', '/work/12', '/work/99', '/work/11/do', '/work/12/do',
    '/held', '/answers', '/earnings', '/profile', '/notices', '/projects']],
  [{ ...worker, site: { empty: true } }, ['/work', '/answers']],
  [{ ...worker, site: { none: true } }, ['/work/11/do']],
];

for (const [name, view] of Object.entries({
  'light': { scheme: 'light' }, 'dark': { scheme: 'dark' }, 'on a phone': { phone: true },
})) {
  test(`look 2, 26, 29, 30: every page is clean in axe, does not overflow and is not small (${name})`, async () => {
    const bad = [];
    for (const [options, paths] of PAGES) {
      await on({ ...options, view }, paths[0], async ({ page, url }) => {
        const size = page.viewportSize();
        for (const path of paths) {
          if (path !== paths[0]) await page.goto(url + path);
          await settled(page);
          const where = `${path}${options.site ? ' ' + JSON.stringify(options.site) : ''}`;
          // Tall enough that nothing lies under a bar at the bottom.
          await page.setViewportSize({ ...size, height: 2400 });
          for (const v of await axe(page, view)) bad.push(`${where}: ${v}`);
          if (await overflow(page) > 0) bad.push(`${where}: wider than the window`);
          for (const s of await smallText(page)) bad.push(`${where}: small text ${s}`);
          if (view.phone) {
            for (const s of await smallTargets(page)) bad.push(`${where}: small target ${s}`);
            await page.setViewportSize({ width: 320, height: 640 });
            if (await overflow(page) > 0) bad.push(`${where}: wider than 320 px`);
          }
          await page.setViewportSize(size);
        }
      });
    }
    assert.deepEqual(bad, []);
  });
}

test('look 1: the top bar is 56 px, the content 1080 px at most, the player has neither', async () => {
  await on({ ...worker, view: { width: 1440 } }, '/work', async ({ page }) => {
    assert.equal((await page.locator('.top').boundingBox()).height, 56);
    assert.equal((await page.locator('.task-list').boundingBox().catch(() => page.locator('.figures').boundingBox())).width, 1080);
    assert.equal(await page.locator('h1').evaluate((el) => getComputedStyle(el).fontSize + getComputedStyle(el).fontWeight), '24px650');
  });
  await on({ ...worker, view: { width: 1440, height: 500 } }, '/work/12/do', async ({ page }) => {
    assert.equal(await page.locator('.top').count(), 0);
    for (const y of [0, 300, 5000]) {
      await page.evaluate((to) => scrollTo(0, to), y);
      const foot = await page.locator('.player-foot').boundingBox();
      assert.equal(Math.round(foot.y + foot.height), 500);
    }
  });
});

test('look 6: a chosen theme stays after a reload, before the first paint', async () => {
  await on({ ...worker, view: { scheme: 'light' } }, '/profile', async ({ page }) => {
    await page.getByLabel('Dark', { exact: true }).check();
    const dark = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    assert.equal(dark, 'rgb(17, 18, 20)');
    await page.reload({ waitUntil: 'commit' });
    await page.waitForFunction(() => document.readyState !== 'loading' || document.documentElement.dataset.theme);
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
  });
});

// --- signing in and up ---

test('signing up leads to the list of work; a field in fault is named and gets the focus', async () => {
  await on({}, '/sign-up', async ({ page, site }) => {
    await page.getByRole('button', { name: 'Sign up' }).click();
    await page.waitForFunction(() => document.activeElement.name === 'name');
    await page.getByLabel('Name').fill('Amina');
    await page.getByLabel('Email').fill('taken@example.org');
    await page.getByLabel('Password').fill('correct horse');
    await page.keyboard.press('Enter');
    await page.getByText('This email has an account already.').waitFor();
    await page.waitForFunction(() => document.activeElement.name === 'email');
    assert.equal(await page.getByLabel('Email').getAttribute('aria-invalid'), 'true');
    await page.getByLabel('Email').fill('amina@example.org');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/work');
    assert.equal(await h1(page), 'Tasks');
    assert.equal(JSON.parse(posted(site, '/sign-up').pop().body).role, 'worker');
    assert.equal(posted(site, '/sign-up')[0].headers['x-tessera'], '1');
  });
});

test('a page that needs signing in leads there and back', async () => {
  await on({}, '/answers', async ({ page }) => {
    await page.waitForURL('**/sign-in?to=%2Fanswers');
    await page.getByLabel('Email').fill('amina@example.org');
    await page.getByLabel('Password').fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByText('Email or password is wrong.').waitFor();
    await page.getByLabel('Password').fill('correct horse');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/answers');
  });
});

test('the way back after signing in never leads to another site', async () => {
  await on({}, '/sign-in?to=//evil.example/', async ({ page, url }) => {
    await page.getByLabel('Email').fill('amina@example.org');
    await page.getByLabel('Password').fill('correct horse');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/work');
    assert.ok(page.url().startsWith(url));
  });
});

test('a session that ends asks for a sign-in over the page and keeps what was typed', async () => {
  await on(worker, '/profile', async ({ page, site }) => {
    await page.getByLabel('Current password').fill('correct horse');
    await page.getByLabel('New password').fill('battery staple');
    site.me = null;
    await page.getByRole('button', { name: 'Change password' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Password').fill('correct horse');
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await dialog.waitFor({ state: 'detached' });
    assert.equal(await page.getByLabel('New password').inputValue(), 'battery staple');
  });
});

// --- routes ---

test('look 27: a route sets title and focus, back restores the scroll', async () => {
  await on({ ...worker, view: { height: 400 } }, '/work', async ({ page }) => {
    await page.locator('.task-row').first().waitFor();
    assert.equal(await page.title(), 'Tasks · Tessera');
    await page.evaluate(() => scrollTo(0, 200));
    await page.waitForTimeout(50);
    await page.getByRole('link', { name: 'Check an address' }).first().click();
    await page.waitForFunction(() => document.title.startsWith('Check an address'));
    await page.waitForFunction(() => document.activeElement.tagName === 'H1');
    assert.equal(await page.evaluate(() => scrollY), 0);
    await page.goBack();
    await page.locator('.task-row').first().waitFor();
    await page.waitForFunction(() => Math.abs(scrollY - 200) < 3);
  });
});

test('look 7, 8, 9: rows say everything, filters live in the address, figures equal the API\'s', async () => {
  for (const view of [{}, { phone: true }]) {
    await on({ ...worker, view }, '/work', async ({ page }) => {
      const row = page.locator('.task-row').first();
      await row.waitFor();
      for (const text of ['How many white cells?', 'Northlab', 'Choice', 'Any device', '€0.04', '€16.20', 'measured', '9 sec', '2,318', 'Start']) {
        await row.getByText(text, { exact: false }).first().waitFor();
      }
      await page.locator('.figure-value', { hasText: '€2.12' }).waitFor();
      for (const text of ['€0.96', '96%', '€13.85']) await page.locator('.figure-value', { hasText: text }).waitFor();
      await page.getByLabel('Kind').selectOption('text');
      await page.getByRole('link', { name: 'How many white cells?', exact: true }).waitFor({ state: 'detached' });
      assert.ok(page.url().endsWith('/work?kind=text'));
      await page.reload();
      await page.locator('.task-row').first().waitFor();
      assert.equal(await page.locator('.task-row').count(), 1);
      await page.getByRole('button', { name: 'Clear filters' }).click();
      await page.locator('.task-row').nth(2).waitFor();
      assert.ok(page.url().endsWith('/work'));
    });
  }
});

test('look 25: an empty list gives one next act; a slow one shows its skeleton and does not shift', async () => {
  await on({ ...worker, site: { empty: true } }, '/work', async ({ page }) => {
    await page.getByText('No tasks for you now').waitFor();
    assert.equal(await page.locator('.empty .button.primary').count(), 1);
  });
  await on({ ...worker, site: { delay: 900 } }, '/work', async ({ page }) => {
    await page.locator('.skeleton.shown').first().waitFor({ timeout: 2000 });
    await page.locator('.task-row').first().waitFor();
    const shift = await page.evaluate(() => new Promise((done) => {
      let sum = 0;
      new PerformanceObserver((l) => { for (const e of l.getEntries()) sum += e.value; }).observe({ type: 'layout-shift', buffered: true });
      setTimeout(() => done(sum), 100);
    }));
    assert.ok(shift < 0.05, `shift ${shift}`);
  });
});

test('hostile words stay words on every page of a worker', async () => {
  const evil = '<img src=x onerror=alert(1)>\u202Ertl{{x}}</script>' + 'W'.repeat(300);
  for (const path of ['/work', '/work/11', '/work/11/do']) {
    const site = { work: makeSite().work.map((w) => ({ ...w, title: evil, requester: evil, kind: evil, pages: () => ({ title: evil, instructions: [evil, { t: 'script', c: ['alert(1)'] }, { t: 'a', href: 'javascript:alert(1)', c: ['go'] }, { t: 'img', src: 'https://evil.example/x.png' }], blocks: [{ type: 'markdown', nodes: [{ t: 'p', c: [evil] }] }, { type: 'choice', name: 'a', label: evil, options: [evil, 'b'] }, { type: 'hologram', name: 'h' }] }) })) };
    await on({ ...worker, site, view: { phone: true } }, path, async ({ page }) => {
      await settled(page);
      assert.equal(await page.locator('main script, main img[src="x"], main a[href^="javascript"]').count(), 0);
      assert.ok(await overflow(page) <= 0, `${path} overflows`);
    });
  }
});
