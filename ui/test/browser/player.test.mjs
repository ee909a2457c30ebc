// SPDX-License-Identifier: AGPL-3.0-or-later
// The player in a browser, against the stand-in server. Numbers are those of the look checks.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { makeSite, start } from '../mock.mjs';
import { browserStart, pageOf } from './lib.mjs';

let browser;
before(async () => { browser = await browserStart(); });
after(async () => { await browser?.close(); });

async function play(project, body, options = {}) {
  const site = makeSite({ role: 'worker', ...options });
  const running = await start(site);
  const { page, context, faults } = await pageOf(browser, options.view);
  try {
    await page.goto(`${running.url}/work/${project === 'any' ? 'any' : `${project}/do`}`);
    await page.locator('.player').waitFor();
    await body({ page, site, context, url: running.url });
    assert.deepEqual(faults.filter((f) => !/ERR_INTERNET_DISCONNECTED|503/.test(f)), [], 'console');
    assert.deepEqual(site.csp, [], 'CSP reports');
  } finally {
    await context.close();
    await running.stop();
  }
}

const item = (page, n) => page.locator('.player-item', { hasText: new RegExp(`^Task ${n}\\b`) }).waitFor();
const said = (page) => page.locator('[aria-live=polite]').innerText();
// The page gives the focus a moment after what it shows.
const hasFocus = (page, value) => page.waitForFunction((it) => (document.activeElement.value ?? document.activeElement.tagName) === it, value);

test('look 11, 12: three answers with two keys each, no page load, the focus on the first control', async () => {
  await play('11', async ({ page, site }) => {
    const entries = await page.evaluate(() => history.length);
    for (const [n, key] of [[1, '1'], [2, '3'], [3, '5']]) {
      await item(page, n);
      await hasFocus(page, 'none');
      await page.keyboard.press(key);
      await page.keyboard.press('Enter');
    }
    await item(page, 4);
    assert.deepEqual(site.answers.map((a) => a.answer), [{ white: 'none' }, { white: 'two' }, { white: 'cannot' }]);
    assert.match(await said(page), /^Submitted\. Task 4/);
    assert.equal(await page.evaluate(() => history.length), entries);
    assert.equal(site.requests.filter((r) => r.path.endsWith('/accept')).length, 1, 'the next task came with the reply');
    assert.ok(JSON.parse(site.requests.find((r) => r.path.endsWith('/submit')).body).active_ms > 0);
  });
});

test('what has the focus is never under the bars, on a phone too', async () => {
  const blocks = Array.from({ length: 9 }, (_, n) => (n % 3 === 1
    ? { type: 'choice', name: `c${n}`, label: `Question ${n}`, options: ['yes', 'no'] }
    : { type: 'text', name: `t${n}`, label: `Question ${n}`, hint: 'Short.', long: n % 2 === 0 }));
  for (const view of [{}, { phone: true }]) {
    await play('12', async ({ page }) => {
      await page.locator('.player h1').focus();
      const seen = new Set();
      for (let n = 0; n < 40; n++) {
        await page.keyboard.press(n < 20 ? 'Tab' : 'Shift+Tab');
        const hidden = await page.evaluate(() => {
          const el = document.activeElement;
          if (!el.closest('.player-work')) return '';
          const r = (el.closest('label') ?? el).getBoundingClientRect();
          const top = document.querySelector('.player-top').getBoundingClientRect().bottom;
          const foot = document.querySelector('.player-foot').getBoundingClientRect().top;
          return r.top < top - 1 || r.bottom > foot + 1 ? `${el.tagName} at ${r.top} to ${r.bottom}, between ${top} and ${foot}` : `seen ${[...document.querySelectorAll('.player-work *')].indexOf(el)}`;
        });
        if (hidden.startsWith('seen')) seen.add(hidden);
        else assert.equal(hidden, '', JSON.stringify(view));
      }
      assert.ok(seen.size > 8, 'fields were gone over');
    }, { blocks, view });
  }
});

test('look 10: the next picture is loaded before the next item is shown', async () => {
  await play('11', async ({ page }) => {
    await page.route('**/media/cell-2.svg', async (route) => {
      await new Promise((done) => setTimeout(done, 400));
      await route.continue();
    });
    await page.keyboard.press('1');
    await page.keyboard.press('Enter');
    await item(page, 2);
    assert.equal(await page.locator('.work-image img').evaluate((i) => i.complete && i.naturalWidth > 0), true);
  });
});

test('look 10: sound and video of the next item are fetched ahead as what they are', async () => {
  const blocks = [
    { type: 'transcript', name: 'said', label: 'What is said?', src: '/media/talk.webm', peaks: null, regions: false, required: false },
    { type: 'track', name: 'cars', label: 'Follow the cars', src: '/media/road.webm', labels: ['car'], min: 0, max: 9, required: false },
    { type: 'choice', name: 'kind', label: 'What is this?', options: ['A talk', 'A song'], required: true },
  ];
  await play('12', async ({ page, site }) => {
    await page.getByRole('radio').first().check();
    await page.keyboard.press('Control+Enter');
    await item(page, 2);
    for (const [path, kind] of [['/media/talk.webm', 'audio'], ['/media/road.webm', 'video']]) {
      const asked = site.requests.filter((r) => r.path === path).map((r) => r.headers['sec-fetch-dest']);
      assert.ok(asked.length >= 2, path);
      assert.deepEqual([...new Set(asked)], [kind], path);
    }
  }, { blocks });
});

test('any work: the next task may be of another project, and says so', async () => {
  await play('any', async ({ page, site, url }) => {
    await page.locator('.player .notice', { hasText: 'Another project: “How many white cells?”. Each answer pays €0.04.' }).waitFor();
    await page.keyboard.press('1');
    await page.keyboard.press('Enter');
    await item(page, 2);
    assert.equal(await page.locator('.player .notice').count(), 0, 'the same project is not told again');
    await page.keyboard.press('1');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Check an address' }).waitFor();
    await page.locator('.player .notice', { hasText: 'Another project: “Check an address”. Each answer pays €0.12.' }).waitFor();
    assert.equal(await page.locator('.player-item').innerText(), 'Task 3');
    assert.deepEqual(site.answers.map((a) => a.project), ['11', '11']);
    // What is skipped goes back to its own project; a reload goes on.
    await page.getByRole('button', { name: 'Skip' }).click();
    await page.waitForFunction(() => document.querySelector('[aria-live=polite]').innerText.startsWith('Skipped'));
    assert.ok(site.requests.some((r) => r.path === '/api/v1/work/12/tasks/1/return'));
    site.none = true;
    await page.goto(`${url}/work/any`);
    await page.getByRole('heading', { name: 'No tasks for you now' }).waitFor();
  });
});

test('any work: the list has a button for it', async () => {
  await play('any', async ({ page, url }) => {
    await page.goto(`${url}/work`);
    await page.getByRole('link', { name: 'Start with any work I am fit for' }).click();
    await page.locator('.player').waitFor();
    assert.equal(new URL(page.url()).pathname, '/work/any');
  });
});

test('look 11: four kinds in one task by keyboard alone; a text field keeps what is typed in it', async () => {
  await play('12', async ({ page, site }) => {
    await page.keyboard.press('2');
    await page.waitForFunction(() => document.activeElement.closest('[data-widget]')?.dataset.widget === 'text');
    await page.keyboard.type('1s?');
    assert.equal(await page.locator('x-text input').inputValue(), '1s?');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('2');
    await page.keyboard.press('1');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.type('1000');
    await page.keyboard.press('Control+Enter');
    await page.getByText('Enter 999 or less.').waitFor();
    assert.equal(await page.locator('x-number input').getAttribute('aria-invalid'), 'true');
    await hasFocus(page, '1000');
    await page.keyboard.press('Backspace');
    await page.keyboard.press('Control+Enter');
    await item(page, 2);
    assert.deepEqual(site.answers[0].answer, { kind: 'A company', street: '1s?', faults: ['Spelling', 'Number missing'], house: 100 });
  });
});

test('a question that opens by an answer gets the focus before those behind it', async () => {
  const blocks = [
    { type: 'choice', name: 'kind', label: 'What is this?', options: ['address', 'company'], required: true },
    { type: 'choice', name: 'trade', label: 'What does it trade in?', options: ['fish', 'books'], show_if: { field: 'kind', is: 'company' } },
    { type: 'text', name: 'street', label: 'Street', required: true },
  ];
  await play('12', async ({ page, site }) => {
    const isAt = (name) => page.waitForFunction((it) => document.activeElement.closest('[data-widget]')?.spec.name === it, name);
    await page.keyboard.press('1');
    await isAt('street');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('2');
    await isAt('trade');
    await page.keyboard.press('1');
    await isAt('street');
    await page.keyboard.type('Quay');
    await page.keyboard.press('Control+Enter');
    await item(page, 2);
    assert.deepEqual(site.answers[0].answer, { kind: 'company', trade: 'fish', street: 'Quay' });
  }, { blocks });
});

test('letters are keys of the page in a number field too, and say so nowhere that they are not', async () => {
  const blocks = [
    { type: 'number', name: 'house', label: 'House number', required: true },
    { type: 'text', name: 'street', label: 'Street', required: true },
  ];
  const hint = (page) => page.getByRole('button', { name: 'Skip' }).locator('kbd');
  await play('12', async ({ page, site }) => {
    await page.keyboard.type('12?');
    await page.getByRole('heading', { name: 'Instructions', level: 2 }).waitFor();
    assert.ok(await hint(page).isVisible());
    await page.keyboard.type('?');
    await page.waitForFunction(() => document.activeElement?.matches('x-number input'));
    await page.keyboard.type('3');
    assert.equal(await page.locator('x-number input').inputValue(), '123');
    await page.locator('x-text input').focus();
    assert.ok(!await hint(page).isVisible(), 'in a text S is a letter');
    await page.locator('x-number input').focus();
    await page.keyboard.press('s');
    await page.waitForFunction(() => document.querySelector('x-number')?.value === null);
    assert.ok(site.requests.some((r) => r.path.endsWith('/return')));
  }, { blocks });
});

test('Enter chooses a place in a tree, and Enter on what is chosen submits', async () => {
  const blocks = [{ type: 'taxonomy', name: 'place', label: 'Where does it belong?', tree: 'Plant\n\tOak\n\tElm', leaf: true, required: true }];
  await play('12', async ({ page, site }) => {
    await page.locator('x-taxonomy').waitFor();
    await page.locator('x-taxonomy input').focus();
    await page.keyboard.type('elm');
    await page.keyboard.press('Enter');
    assert.equal(site.answers.length, 0);
    await page.keyboard.press('Enter');
    await item(page, 2);
    assert.deepEqual(site.answers[0].answer, { place: ['Plant', 'Elm'] });
  }, { blocks });
});

test('look 17: a missing answer is said beside the control, which gets the focus; nothing is sent', async () => {
  await play('12', async ({ page, site }) => {
    await page.keyboard.press('1');
    await page.keyboard.press('Control+Enter');
    await page.getByText('Please write an answer.').waitFor();
    const input = page.locator('x-text input');
    await page.waitForFunction(() => document.activeElement?.matches('x-text input'));
    const ids = (await input.getAttribute('aria-describedby')).split(' ');
    const texts = await page.evaluate((list) => list.map((id) => document.getElementById(id)?.textContent), ids);
    assert.ok(texts.includes('Please write an answer.'));
    assert.equal(site.answers.length, 0);
  });
});

test('look 11: single keys can be switched off, Ctrl+Enter stays', async () => {
  await play('11', async ({ page, site }) => {
    await page.keyboard.press('?');
    await page.getByLabel('Keys of one character').uncheck();
    await page.keyboard.press('Escape');
    await page.keyboard.press('2');
    assert.equal(await page.locator('input:checked[type=radio]').count(), 0);
    await page.getByText('one', { exact: true }).click();
    await page.keyboard.press('Control+Enter');
    await item(page, 2);
    assert.deepEqual(site.answers[0].answer, { white: 'one' });
  });
});

test('look 13: a draft is on the server within seconds, and is back after a reload', async () => {
  await play('12', async ({ page, site }) => {
    await page.locator('x-text input').fill('Harbour Street');
    await page.locator('x-number input').focus();
    await page.getByText('Draft saved').waitFor();
    assert.deepEqual(site.drafts.pop().answer, { street: 'Harbour Street' });
    await page.locator('x-number input').fill('5');
    await page.reload();
    await page.locator('.player').waitFor();
    assert.equal(await page.locator('x-text input').inputValue(), 'Harbour Street');
    assert.equal(await page.locator('x-number input').inputValue(), '5');
  });
});

test('look 13: the clock is quiet, then says how long is left and can be put back; an expired lease keeps the text', async () => {
  await play('12', async ({ page, site }) => {
    assert.equal(await page.locator('.clock.late').count(), 0);
    await page.locator('x-text input').fill('Not lost');
    site.lease = 0.3;
    await page.locator('h1').focus();
    await page.keyboard.press('e');
    await page.locator('.clock.late').waitFor();
    assert.match(await page.locator('.clock').innerText(), /left/);
    site.lease = 10;
    await page.getByRole('button', { name: 'More time' }).click();
    await page.locator('.clock.late').waitFor({ state: 'detached' });
    site.lease = 0.01;
    await page.locator('h1').focus();
    await page.keyboard.press('e');
    await page.getByText('Your time for this task is over').waitFor();
    assert.match(await page.locator('.over-answer').innerText(), /Not lost/);
    assert.equal(await page.getByRole('button', { name: 'Submit' }).isDisabled(), true);
    site.lease = 10;
    await page.getByRole('button', { name: 'Take it again' }).click();
    await page.locator('.clock').waitFor();
    assert.equal(await page.locator('x-text input').inputValue(), 'Not lost');
  });
});

test('look 17: with the net off an answer is kept, said so, and sent exactly once', async () => {
  await play('11', async ({ page, site, context }) => {
    await page.keyboard.press('2');
    await context.setOffline(true);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Saved here, will send' }).first().waitFor();
    assert.equal(site.answers.length, 0);
    await context.setOffline(false);
    await item(page, 2);
    assert.deepEqual(site.answers.map((a) => a.answer), [{ white: 'one' }]);
  });
});

test('an answer whose reply was lost is sent again and counted once, also after a reload', async () => {
  await play('11', async ({ page, site }) => {
    await page.route('**/submit', async (route) => {
      await route.fetch();
      await route.abort();
    }, { times: 1 });
    await page.keyboard.press('4');
    await page.keyboard.press('Enter');
    await item(page, 2);
    assert.equal(site.answers.length, 1);
  });
  await play('11', async ({ page, site, context }) => {
    await page.keyboard.press('4');
    site.fail = 503;
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Saved here, will send' }).first().waitFor();
    site.fail = null;
    const again = await context.newPage();
    await again.goto(page.url().replace(/\/work.*/, '/held'));
    await again.waitForFunction(() => !localStorage.getItem('tessera.outbox'));
    assert.equal(site.answers.length, 1);
  });
});

test('look 14, 16: pay and total in the bar; skip and return say their cost and give the task back', async () => {
  await play('11', async ({ page, site }) => {
    await page.keyboard.press('1');
    await page.keyboard.press('Enter');
    await item(page, 2);
    assert.match(await page.locator('.player-pay').innerText(), /This task\s*€0\.04\s*Earned here\s*€0\.04/);
    const skip = page.getByRole('button', { name: 'Skip' });
    assert.match(await page.locator('#' + await skip.getAttribute('aria-describedby')).textContent(), /costs nothing/);
    const before = site.held.get('11').task;
    await page.keyboard.press('s');
    await page.waitForFunction(() => document.querySelector('[aria-live=polite]').textContent.startsWith('Skipped'));
    await page.locator('.player').waitFor();
    assert.notEqual(site.held.get('11').task, before);
    await page.getByRole('button', { name: 'Return' }).click();
    await page.waitForURL('**/work');
    assert.equal(site.held.size, 0);
    assert.equal(site.answers.length, 1);
  });
});

test('look 15: instructions lie beside the work on a wide screen, over it on a phone, and give the focus back', async () => {
  await play('11', async ({ page }) => {
    await page.keyboard.press('?');
    const sheet = await page.locator('.sheet').boundingBox();
    const work = await page.locator('.work').boundingBox();
    assert.ok(work.x + work.width <= sheet.x, 'the sheet covers the work');
    await page.keyboard.press('?');
    await page.locator('.sheet').waitFor({ state: 'detached' });
    await hasFocus(page, 'none');
  });
  await play('11', async ({ page }) => {
    await page.getByRole('button', { name: 'Instructions' }).click();
    const box = await page.getByRole('dialog').boundingBox();
    assert.deepEqual([box.width, box.height], [390, 844]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.waitForFunction(() => document.activeElement.textContent.includes('Instructions'));
  }, { view: { phone: true } });
});

test('when nothing is left the page says so and leads on', async () => {
  await play('11', async ({ page, site }) => {
    site.none = true;
    await page.keyboard.press('1');
    await page.keyboard.press('Enter');
    await page.getByText('You have submitted 1 answer in this project.').waitFor();
    await page.getByRole('link', { name: 'Choose other work' }).click();
    await page.waitForURL('**/work');
  });
});

test('look 28: nothing moves where motion is unwanted, and nothing longer than 150 ms elsewhere', async () => {
  for (const reduced of [true, false]) {
    await play('11', async ({ page }) => {
      await page.locator('.option').nth(1).hover();
      await page.locator('.option').nth(1).click();
      const times = await page.evaluate(() => document.getAnimations().map((a) => a.effect.getComputedTiming().duration));
      assert.ok(reduced ? times.length === 0 : times.every((t) => t <= 150), String(times));
    }, { view: { reduced } });
  }
});
