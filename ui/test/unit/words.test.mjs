// SPDX-License-Identifier: AGPL-3.0-or-later
// The languages beside English: what each of them says, lacks and calls its plurals. A sentence that is
// missing is shown in English; on what a worker meets none may be.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { languages, parts, wordsOf } from '../../words.mjs';
import { load } from './load.mjs';

const { i18n, language, money, time } = await load();
const locale = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'src', 'locale');
const WORKER = ['base', 'site', 'worker', 'kinds', 'sound', 'records', 'refused'];
const others = languages.filter((tag) => tag !== 'en');

/** Runs `look(tag, part, english, words)` for each file of words; all that it finds wrong. */
async function found(look) {
  const bad = [];
  for (const tag of others) {
    for (const part of parts) bad.push(...look(tag, part, await wordsOf('en', part), await wordsOf(tag, part)).map((s) => `${tag}/${part} ${s}`));
  }
  return bad;
}
const forms = (word) => (typeof word === 'string' ? [word] : Object.values(word));
const names = (text) => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]))].sort().join();

test('each language has the files of English, and a worker meets no English word in it', async () => {
  for (const tag of ['de', 'es', 'fr', 'hi']) assert.ok(others.includes(tag), tag);
  for (const tag of others) assert.deepEqual(readdirSync(join(locale, tag)).sort(), readdirSync(join(locale, 'en')).sort(), tag);
  assert.deepEqual(await found((_, part, english, words) =>
    (WORKER.includes(part) ? Object.keys(english).filter((key) => !forms(words[key] ?? '').every((s) => s.trim())) : [])), []);
});

/** Every sentence with which these rooms of the server refuse, a number in it as {n}; what names something else ends at it. */
function refusals(...rooms) {
  const root = join(locale, '..', '..', '..', 'src');
  const files = rooms.flatMap((room) => readdirSync(join(root, room)).filter((f) => /\.c$/.test(f) && !/_(test|cli)\.c$/.test(f)).map((f) => join(root, room, f)));
  return [...new Set(files.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/refuse(?:_field)?\([^;"]*?\bERR_(?!STORE|BUSY)\w+,\s*(?:(?:S\("[^"]*"\)|[\w.>-]+),\s*)?((?:"[^"]*"\s*)+)/g)]
      .map((m) => [...m[1].matchAll(/"([^"]*)"/g)].map((p) => p[1]).join('').replace(/%z?u|%l*d/g, '{n}'))))];
}

/** What only an operator, a requester or a program is refused with. */
const OTHERS = [
  'there is no such key of yours', 'you have {n} keys: end one first', 'the site has users already', 'there is no such user', 'this is no cursor of ours',
  'a role is worker, requester, reviewer, manager or operator', 'this is no language tag, such as de or pt-BR', 'you cannot close your own account',
  'a draft is an object, field to value', 'this answer is not rejected', 'every place has been taken since: nothing is left to pay it with', '%.*s',
];

test('what a worker can be refused with has its words, and no word is for what the server does not say', async () => {
  const said = refusals('user', 'assignment', 'dispatch', 'task');
  assert.ok(said.length > 40, 'the sources are read');
  const words = Object.keys(await wordsOf('en', 'refused')).map((key) => key.slice('refused.'.length));
  assert.deepEqual(said.filter((s) => !words.includes(s) && !OTHERS.includes(s)), []);
  const all = [...said, ...refusals('review', 'project', 'pay', 'intake', '../lib/web')];
  assert.deepEqual(words.filter((s) => !all.includes(s)), []);
  assert.deepEqual(OTHERS.filter((s) => !said.includes(s)), []);
});

test('what is said in English elsewhere is told', async (t) => {
  for (const tag of others) {
    for (const part of parts) {
      const words = await wordsOf(tag, part);
      const missing = Object.keys(await wordsOf('en', part)).filter((key) => !(key in words));
      if (missing.length) t.diagnostic(`${tag}/${part}: ${missing.length} in English, such as ${missing[0]}`);
      assert.ok(missing.length === 0 || !WORKER.includes(part));
    }
  }
});

test('no language has a word that English lacks, nor other names in a sentence', async () => {
  assert.deepEqual(await found((_, __, english, words) => Object.keys(words).filter((key) =>
    !(key in english) || forms(words[key]).some((s) => !forms(english[key]).map(names).includes(names(s))))), []);
});

test('each plural form of a language is there, and none more', async () => {
  assert.deepEqual(await found((tag, _, english, words) => {
    const wanted = new Intl.PluralRules(tag).resolvedOptions().pluralCategories.slice().sort().join();
    return Object.keys(words).filter((key) => typeof english[key] !== typeof words[key]
      || (typeof words[key] === 'object' && Object.keys(words[key]).sort().join() !== wanted));
  }), []);
});

test('the language is the first wish that can be met, else English', () => {
  assert.equal(language.languagePick([null, 'de-AT', 'fr']), 'de');
  assert.equal(language.languagePick(['fr', 'de']), 'fr');
  assert.equal(language.languagePick(['ja', 'xx-YY', 'HI-in']), 'hi');
  assert.equal(language.languagePick([]), 'en');
  assert.equal(language.languagePick(['ja', '', '../en', 'constructor']), 'en');
  assert.equal(language.languageName('fr'), 'Français');
  assert.equal(language.localeOf('de', ['fr', 'de-AT']), 'de-AT');
  assert.equal(language.localeOf('de', ['fr']), 'de');
  assert.deepEqual(['ar', 'he-IL', 'fa', 'ur', 'de', 'hi', 'arn'].map(language.directionOf), ['rtl', 'rtl', 'rtl', 'rtl', 'ltr', 'ltr', 'ltr']);
});

test('figures, money, times and plurals follow the language', () => {
  const space = (s) => s.replace(/[\u00a0\u202f]/g, ' ');
  const said = (tag, wishes, say) => {
    Object.defineProperty(globalThis, 'navigator', { value: { languages: wishes }, configurable: true });
    i18n.setLocale(tag);
    return space(say());
  };
  assert.equal(said('de', [], () => i18n.number(1234567.5)), '1.234.567,5');
  assert.equal(said('fr', [], () => i18n.number(1234567.5)), '1 234 567,5');
  assert.equal(said('hi', [], () => i18n.number(1234567.5)), '12,34,567.5');
  assert.equal(said('es', ['es-MX'], () => i18n.number(1234567.5)), '1,234,567.5');
  assert.equal(said('de', [], () => money.money(123456, 'EUR')), '1.234,56 €');
  assert.equal(said('en', ['en-GB'], () => money.money(123456, 'EUR')), '€1,234.56');
  assert.equal(said('de', [], () => i18n.percent(0.934)), '93 %');
  assert.equal(said('de', [], () => time.exact('2026-03-05T12:00:00Z')).slice(0, 10), '05.03.2026');
  assert.equal(said('fr', [], () => time.duration(600)), '10 min');
  assert.equal(said('es', [], () => i18n.listText(['a', 'b', 'c'])), 'a, b y c');
  const word = { one: '{n} réponse', many: '{n} de réponses', other: '{n} réponses' };
  i18n.addWords({ 'x.many': word });
  assert.deepEqual([0, 1, 2, 1000000].map((n) => said('fr', [], () => i18n.t('x.many', { n }))),
    ['0 réponse', '1 réponse', '2 réponses', '1 000 000 de réponses']);
  i18n.setLocale('en');
});
