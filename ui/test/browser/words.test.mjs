// SPDX-License-Identifier: AGPL-3.0-or-later
// Other languages in a browser: a worker's way on the real server with no English word left on it, how a
// language is chosen, and a language that runs from right to left, made for the test alone.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { meta } from '../budget.mjs';
import { makeSite, start } from '../mock.mjs';
import { parts, wordsOf } from '../../words.mjs';
import { axe, browserStart, look, overflow, pageOf, settled } from './lib.mjs';
import { apiAs, password, siteStart } from './server.mjs';

const ui = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const shots = process.env.SHOTS;
let browser;
before(async () => {
  browser = await browserStart();
  if (shots) mkdirSync(shots, { recursive: true });
});
after(async () => { await browser?.close(); });

/** Every text and every name of a control that somebody can meet on the page. */
const said = (page) => page.evaluate(() => {
  const found = new Set();
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let n = walk.nextNode(); n; n = walk.nextNode()) {
    if (!n.parentElement.closest('script, noscript, style, option[lang]')) found.add(n.textContent.trim());
  }
  for (const el of document.querySelectorAll('[aria-label], [title], [placeholder], [alt]')) {
    for (const name of ['aria-label', 'title', 'placeholder', 'alt']) if (el.hasAttribute(name)) found.add(el.getAttribute(name).trim());
  }
  found.add(document.title.replace(/ · .*/, ''));
  found.delete('');
  return [...found];
});

/** What a worker's pages are sent. */
const WORKER = ['base', 'site', 'worker', 'kinds', 'sound', 'records'];

/** Looks for English sentences of a worker's words that this language says otherwise. */
async function englishIn(tag) {
  const list = [];
  for (const part of WORKER) {
    const words = await wordsOf(tag, part);
    const forms = (word) => (typeof word === 'string' ? [word] : Object.values(word ?? {}));
    const mine = new Set((await Promise.all(parts.map((p) => wordsOf(tag, p)))).flatMap((w) => Object.values(w).flatMap(forms)));
    for (const [key, word] of Object.entries(await wordsOf('en', part))) {
      if (!(key in words)) continue;
      for (const text of forms(word).filter((s) => !mine.has(s) && /[a-z]{2}/i.test(s.replace(/\{\w+\}/g, '')))) {
        list.push({ key, is: new RegExp('^' + text.split(/\{\w+\}/).map((s) => s.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*') + '$') });
      }
    }
  }
  return (texts) => texts.flatMap((text) => list.filter(({ is }) => is.test(text)).slice(0, 1).map(({ key }) => `${key}: ${text}`));
}

// --- a worker's way ---

const SPOKEN = {
  de: {
    browser: 'de-AT', title: 'Benennen Sie das Ding', plural: /Sie haben in diesem Projekt 2 Antworten abgegeben\./, money: /€\s0,25/,
    blocks: [
      { type: 'markdown', text: '## {{wort}}' },
      { type: 'choice', name: 'art', label: 'Was ist das?', options: ['Pflanze', 'Tier'] },
      { type: 'scale', name: 'sicher', label: 'Wie sicher?', min: 1, max: 5 },
      { type: 'text', name: 'grund', label: 'Woher wissen Sie das?', required: false },
      { type: 'date', name: 'tag', label: 'Welcher Tag?', required: false },
    ],
  },
  hi: {
    browser: 'hi-IN', title: 'चीज़ का नाम बताएँ', plural: /आपने इस परियोजना में 2 उत्तर जमा किए हैं।/, money: /€0\.25/,
    blocks: [
      { type: 'markdown', text: '## {{wort}}' },
      { type: 'choice', name: 'art', label: 'यह क्या है?', options: ['पौधा', 'जानवर'] },
      { type: 'scale', name: 'sicher', label: 'कितना पक्का?', min: 1, max: 5 },
      { type: 'text', name: 'grund', label: 'आपको कैसे पता?', required: false },
      { type: 'date', name: 'tag', label: 'कौन सा दिन?', required: false },
    ],
  },
};

async function published(site, tag) {
  const dir = mkdtempSync(join(tmpdir(), 'tessera-ui-'));
  try {
    writeFileSync(join(dir, 'list.csv'), 'wort\n1\n2\n');
    writeFileSync(join(dir, 't.json'), JSON.stringify({ blocks: SPOKEN[tag].blocks }));
    const { id } = site.tell(['project', 'add', '--user', 'rita@example.org', '--title', SPOKEN[tag].title,
      '--template', join(dir, 't.json'), '--reward', '0.25', '--redundancy', '1', '--approve-after', '86400', '--estimate', '30']);
    site.tell(['project', 'import', '--project', id, '--folder', join(dir, 'list.csv')]);
    site.tell(['project', 'publish', '--project', id]);
    const rita = await apiAs(site.url, 'rita@example.org', 'requester');
    for (let n = 0; (await rita('GET', `/api/v1/projects/${id}`)).state !== 'open'; n++) {
      assert.ok(n < 100, 'the project opens');
      await new Promise((done) => setTimeout(done, 100));
    }
    return { id, rita };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

for (const tag of Object.keys(SPOKEN)) {
  test(`a worker's way from the list to the end of the work has no English on it (${tag})`, { timeout: 120_000 }, async () => {
    const site = await siteStart({ workers: 1 });
    const found = await pageOf(browser, { phone: true, language: SPOKEN[tag].browser });
    const { page } = found;
    const words = Object.assign({}, ...(await Promise.all(parts.map((part) => wordsOf(tag, part)))));
    const english = await englishIn(tag);
    const see = async (name) => {
      await settled(page);
      assert.deepEqual(english(await said(page)), [], name);
      assert.doesNotMatch(await page.locator('body').innerText(), /\b(the|your?|this|task|answer|and)\b/i, name);
      await look(page, `${tag}_${name}`, { phone: true, name: 'phone' }, shots);
    };
    const press = (key) => page.getByRole('button', { name: words[key] }).first().tap();
    try {
      await fetch(`${site.url}/api/v1/sign-up`, {
        method: 'POST', headers: { 'content-type': 'application/json', 'x-tessera': '1' },
        body: JSON.stringify({ name: 'Rita', email: 'rita@example.org', password: password('requester'), role: 'requester' }),
      });
      site.fund('rita@example.org', '50.00');
      const { id, rita } = await published(site, tag);

      await page.goto(site.url);
      await see('home');
      assert.equal(await page.evaluate(() => document.documentElement.lang + document.documentElement.dir), `${tag}ltr`);
      // What the server refuses is said in the reader's language.
      await page.goto(`${site.url}/sign-up?role=worker`);
      await page.getByLabel(words['sign-up.name'], { exact: true }).fill('Anna');
      await page.getByLabel(words['user.email']).fill('worker1@example.org');
      await page.getByLabel(words['user.password']).fill('a sentence of mine');
      await page.getByRole('main').getByRole('button', { name: words['sign-up.title'] }).tap();
      await page.getByText((await wordsOf(tag, 'refused'))['refused.somebody has this e-mail address']).waitFor();
      await page.goto(`${site.url}/sign-in?to=/work`);
      await see('sign_in');
      await page.getByLabel(words['user.email']).fill('worker1@example.org');
      await page.getByLabel(words['user.password']).fill(password('worker'));
      await page.getByRole('main').getByRole('button', { name: words['nav.sign-in'] }).tap();
      await page.locator('.task-row').waitFor();
      await see('list');
      assert.match(await page.locator('.task-row').innerText(), SPOKEN[tag].money);

      await page.getByRole('link', { name: SPOKEN[tag].title, exact: true }).tap();
      await page.locator('.sample x-scale').waitFor();
      await see('preview');
      await page.goto(`${site.url}/work/${id}/do`);
      for (let n = 1; n <= 2; n++) {
        await page.locator('.player-item', { hasText: words['player.item'].replace('{n}', n) }).waitFor();
        await page.locator('x-scale').waitFor();
        if (n === 1) {
          await press('player.submit');
          await page.getByText(words['widget.choice.missing']).waitFor();
          await see('player_missing');
          await press('player.instructions');
          await see('player_help');
          await page.keyboard.press('Escape');
        }
        await page.locator('x-choice .option').first().tap();
        await page.locator('x-scale label, x-scale .option').nth(3).tap();
        await press('player.submit');
      }
      await page.getByText(SPOKEN[tag].plural).waitFor();
      await see('done');
      for (const path of ['held', 'answers', 'answers/contest', 'earnings', 'profile', 'notices', 'work?kind=text', 'nix']) {
        await page.goto(`${site.url}/${path}`);
        await see(path.replace(/\W/g, '_'));
      }
      for (const task of [1, 2]) {
        const { answers } = await rita('GET', `/api/v1/projects/${id}/tasks/${task}`);
        assert.deepEqual(answers.map((a) => [a.answer.art, a.answer.sicher]), [[SPOKEN[tag].blocks[1].options[0], 4]]);
      }
      assert.deepEqual(found.faults, [], 'console');
    } finally {
      await found.context.close();
      await site.stop();
    }
  });
}

// --- choosing ---

/** Runs `body` with a page of a stand-in site in which worker is signed in, or nobody. */
async function on(options, path, body, dir) {
  const site = makeSite(options);
  if (options.locale !== undefined) site.me.user.locale = options.locale;
  const running = await start(site, 0, dir);
  const { page, context, faults } = await pageOf(browser, options.view);
  try {
    await page.goto(running.url + path);
    await settled(page);
    await body({ page, site, url: running.url });
    assert.deepEqual(faults, [], 'console');
    assert.deepEqual(site.csp, [], 'CSP reports');
  } finally {
    await context.close();
    await running.stop();
  }
}

const h1 = (page) => page.locator('h1').first().innerText();
/** Files of words that were asked for, as "de/base". */
const fetched = (site) => [...new Set(site.requests.flatMap(({ path }) =>
  Object.entries(meta.outputs).filter(([name]) => path.endsWith('/' + name.split('/').pop()))
    .flatMap(([, o]) => /^src\/locale\/(\w+\/\w+)\.ts$/.exec(o.entryPoint ?? '')?.[1] ?? [])))].sort();

test('the browser\'s language is read, in the land that it names, and no other is fetched', async () => {
  await on({ view: { language: 'de-AT' } }, '/', async ({ page, site }) => {
    assert.equal(await h1(page), 'Kleine Aufgaben, fair bezahlt');
    assert.deepEqual(fetched(site), ['de/base', 'de/site']);
    assert.equal(await page.evaluate(() => document.documentElement.lang), 'de');
  });
  await on({ view: { language: 'ja-JP' } }, '/', async ({ page, site }) => {
    assert.equal(await h1(page), 'Small pieces of work, paid fairly');
    assert.deepEqual(fetched(site), ['en/base', 'en/site']);
  });
});

test('a language that is chosen is there at once, after a reload and with the account', async () => {
  await on({ role: 'worker' }, '/work', async ({ page, site, url }) => {
    await page.locator('.task-row').first().waitFor();
    await page.getByLabel('Language').selectOption('fr');
    await page.getByRole('heading', { name: 'Tâches', level: 1 }).waitFor();
    await page.getByText('16,20 €').first().waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.lang), 'fr');
    await page.waitForFunction(() => localStorage.getItem('tessera.language') === 'fr');
    for (let n = 0; site.me.user.locale !== 'fr'; n++) {
      assert.ok(n < 50, 'the account has it');
      await new Promise((done) => setTimeout(done, 20));
    }
    site.requests.length = 0;
    await page.goto(`${url}/earnings`);
    await settled(page);
    assert.equal(await h1(page), 'Gains');
    assert.deepEqual(fetched(site).filter((file) => !file.startsWith('fr/')), []);
  });
});

test('the account\'s language goes before the device\'s, and is known to it from then on', async () => {
  await on({ role: 'worker', locale: 'es', view: { language: 'de-DE' } }, '/earnings', async ({ page, site, url }) => {
    assert.equal(await h1(page), 'Ganancias');
    site.me = null;
    await page.goto(`${url}/sign-in`);
    await settled(page);
    assert.equal(await h1(page), 'Iniciar sesión');
  });
});

test('a preview is drawn anew in another language, its widgets too', async () => {
  await on({ role: 'worker', view: { phone: true } }, '/work/12', async ({ page }) => {
    await page.getByText('From 1 to 999').waitFor();
    await page.getByLabel('Language').selectOption('de');
    await page.getByText('Eine Beispielaufgabe').waitFor();
    await page.getByText('Von 1 bis 999').waitFor();
    assert.deepEqual((await englishIn('de'))(await said(page)).filter((s) => !/: (none|Neither|Right|Wrong)$/.test(s)), []);
  });
});

// --- from right to left ---

/** A build of the app with one more language: Arabic letters in the place of Latin ones, and longer by two fifths. */
async function rightToLeft(dir) {
  mkdirSync(join(dir, 'ui'));
  for (const name of ['build.mjs', 'words.mjs', 'package.json', 'tsconfig.json', 'src']) cpSync(join(ui, name), join(dir, 'ui', name), { recursive: true });
  symlinkSync(join(ui, 'node_modules'), join(dir, 'ui', 'node_modules'));
  const to = join(dir, 'ui', 'src', 'locale', 'ar');
  mkdirSync(to);
  const letters = 'ابتثجحخدذرزسشصضطظعغفقكلمنه';
  const turned = (text) => {
    const said = text.split(/(\{\w+\})/).map((s) => (/^\{/.test(s) ? s : s.replace(/[a-z]/gi, (c) => letters[c.toLowerCase().charCodeAt(0) - 97]))).join('');
    return said + ' لا'.repeat(Math.round(text.length * 0.4 / 3));
  };
  for (const part of parts) {
    const words = Object.entries(await wordsOf('en', part)).map(([key, word]) =>
      [key, typeof word === 'string' ? turned(word) : Object.fromEntries(Object.entries(word).map(([form, s]) => [form, turned(s)]))]);
    writeFileSync(join(to, `${part}.ts`), `export const words = ${JSON.stringify(Object.fromEntries(words))};\n`);
  }
  execFileSync('node', ['build.mjs', '--fast'], { cwd: join(dir, 'ui'), stdio: ['ignore', 'ignore', 'inherit'] });
  return join(dir, 'build', 'ui');
}

test('a folder more is a language more, and one from right to left fits a phone and is clean in axe', { timeout: 120_000 }, async () => {
  const dir = mkdtempSync(join(tmpdir(), 'tessera-ui-'));
  const bad = [];
  try {
    const built = await rightToLeft(dir);
    const view = { phone: true, language: 'ar-EG' };
    const walk = async (options, paths) => on({ ...options, view }, paths[0], async ({ page, url }) => {
      for (const path of paths) {
        await page.goto(url + path);
        await settled(page);
        assert.equal(await page.evaluate(() => document.documentElement.dir + document.documentElement.lang), 'rtlar');
        if (shots) await page.screenshot({ path: `${shots}/rtl${path.replace(/\W/g, '_')}.png`, fullPage: true });
        const size = page.viewportSize();
        await page.setViewportSize({ ...size, height: 3000 });
        for (const v of await axe(page)) bad.push(`${path}: ${v}`);
        if (await overflow(page) > 0) bad.push(`${path}: wider than the window`);
        // What stands out on the left of such a page cannot even be scrolled to.
        bad.push(...(await page.evaluate(() => [...document.querySelectorAll('main *, header *, footer *, nav *')].filter((el) => {
          const r = el.getBoundingClientRect();
          return r.width > 1 && (r.left < -1 || r.right > innerWidth + 1) && !el.closest('.hidden, .skip, .table-wrap, pre, svg, [aria-hidden=true]');
        }).map((el) => `${el.tagName}.${el.className} stands out`))).map((s) => `${path}: ${s}`));
        await page.setViewportSize(size);
      }
    }, built);
    await walk({}, ['/', '/sign-in', '/sign-up', '/forgot', '/nix']);
    await walk({ role: 'worker' }, ['/work', '/work/11', '/work/12', '/work/11/do', '/work/12/do', '/held', '/answers',
      '/answers/contest', '/earnings', '/profile', '/notices']);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  assert.deepEqual(bad, []);
});
