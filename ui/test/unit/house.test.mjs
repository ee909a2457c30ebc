// SPDX-License-Identifier: AGPL-3.0-or-later
// What holds for the sources as a whole: who may import whom, what may not be written, how much
// a first visit weighs. Numbers are those of the look checks.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { closure, figures, limits, meta, sources } from '../budget.mjs';

const ui = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const walk = (dir) => readdirSync(dir).flatMap((name) => {
  const at = join(dir, name);
  return statSync(at).isDirectory() ? walk(at) : [at];
});
const files = walk(join(ui, 'src')).map((at) => ({ path: relative(ui, at), text: readFileSync(at, 'utf8') }));
const code = files.filter((f) => /\.tsx?$/.test(f.path));
const styles = files.filter((f) => f.path.endsWith('.css'));

/** Lines that match, as "path:line text". */
function lines(list, pattern, except = () => false) {
  return list.flatMap((f) => f.text.split('\n').flatMap((line, i) =>
    (pattern.test(line) && !/^\s*(\/\/|\*|\/\*)/.test(line) && !except(f, line) ? [`${f.path}:${i + 1} ${line.trim()}`] : [])));
}

test('each part imports only what stands below it', () => {
  const part = (path) => path.split('/')[1];
  const may = {
    base: ['base', 'locale'],
    widgets: ['widgets', 'base', 'locale'],
    api: ['api', 'base'],
    ui: ['ui', 'base', 'api', 'icons'],
    locale: [],
    site: ['site', 'ui', 'api', 'base', 'widgets', 'locale'],
    worker: ['worker', 'ui', 'api', 'base', 'widgets', 'locale'],
    requester: ['requester', 'ui', 'api', 'base', 'widgets', 'locale'],
    operator: ['operator', 'ui', 'api', 'base', 'widgets', 'locale'],
  };
  const bad = [];
  for (const f of code) {
    const allowed = may[part(f.path)];
    if (!allowed) continue;
    for (const m of f.text.matchAll(/^(import|export)( type)? [^;]*?from '(\.[^']+)'|import\('(\.[^']+)'\)/gm)) {
      const to = part(join(dirname(f.path), m[3] ?? m[4]));
      if (!allowed.includes(to) && !(m[2] && part(f.path) === 'base' && to === 'locale')) bad.push(`${f.path} → ${to}`);
      if (part(f.path) === 'ui' && to === 'api' && !m[2]) bad.push(`${f.path} → api, more than types`);
      if (part(f.path) === 'base' && to === 'locale' && !m[2]) bad.push(`${f.path} → locale, more than types`);
    }
  }
  assert.deepEqual(bad, []);
});

test('no requester or operator source is in what a worker loads', () => {
  const worker = sources(closure('src/worker/play.ts', closure('src/worker/area.tsx', closure('src/main.tsx'))));
  assert.deepEqual([...worker].filter((s) => /src\/(requester|operator|site)\//.test(s)), []);
  assert.ok(Object.keys(meta.inputs).length > 40);
});

test('a first visit stays within its budget', () => {
  const found = figures();
  for (const [name, most] of Object.entries(limits)) {
    assert.ok(found[name] <= most, `${name}: ${found[name]} bytes, ${most} allowed`);
  }
});

test('look 30: no HTML strings, no inline style, no eval', () => {
  assert.deepEqual(lines(code, /innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|DOMParser|srcdoc|\beval\(|new Function|createContextualFragment|document\.write/), []);
  assert.deepEqual(lines(code, /\bstyle=|\.style\b(?!\.css)|cssText|adoptedStyleSheets|<style|setAttribute\('(style|on)/), []);
});

test('look 3: figures and times are formatted in base alone', () => {
  assert.deepEqual(lines(code, /toLocale(String|DateString|TimeString)|Intl\.(NumberFormat|DateTimeFormat|RelativeTimeFormat)/, (f) => f.path.startsWith('src/base/')), []);
  assert.deepEqual(lines(code, /toFixed/, (f) => f.path.startsWith('src/base/') || f.path === 'src/ui/chart.tsx'), []);
});

test('look 4: borders, not shadows; spaces and radii from the scale; no emoji', () => {
  assert.deepEqual(lines(styles, /box-shadow|text-shadow|gradient\(/), []);
  assert.deepEqual(lines(styles, /(?<!scroll-)(padding|margin|gap)[\w-]*:[^;]*\b(?!0|1px|2px|3px|4px|6px|8px|9px|12px|16px|24px|32px|48px)\d+px/), []);
  assert.deepEqual(lines(styles, /border-radius:(?!\s*(0|4px|8px|12px|var\(--radius\)))/), []);
  assert.deepEqual(lines(files.filter((f) => /\.tsx?$/.test(f.path)), /\p{Extended_Pictographic}/u), []);
});

test('look 5: colours are named in tokens.css alone', () => {
  assert.deepEqual(lines(styles, /#[0-9a-f]{3,8}\b|\brgba?\(|\bhsla?\(/i, (f) => f.path.endsWith('tokens.css')), []);
  assert.deepEqual(lines(code, /['"`]#[0-9a-f]{3}([0-9a-f]{3})?['"`]/i), []);
});

test('look 14: no word of pressure or of games', () => {
  const said = code.filter((f) => f.path.startsWith('src/locale/')).map((f) => ({ ...f, text: f.text.replace(/^ {2}'[^']+':/gm, '') }));
  assert.deepEqual(lines(said, /\b(streak|hurry|rank(ing)?|leaderboard|badge|bonus level|congrat\w*|awesome|keep it up|don't miss)\b/i), []);
});

test('look 31: every sentence is in a catalogue', () => {
  const bad = code.filter((f) => f.path.endsWith('.tsx')).flatMap((f) => {
    const text = f.text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
    return [...text.matchAll(/(?:[\w"'})\]]|\/)>\s*([A-Z][a-z]+(?: [a-z]+)*)[^<>{}()=;]*<\/|(?:label|title|placeholder|aria-label|alt)="([^"]+)"/g)]
      .map((m) => `${f.path}: ${m[1] ?? m[2]}`);
  });
  assert.deepEqual(bad, []);
});

test('logical properties only, so that right-to-left works', () => {
  assert.deepEqual(lines(styles, /(margin|padding|border)-(left|right|top|bottom)\b|(^|[\s;{])(left|right|top|bottom):|text-align:\s*(left|right)|float:/), []);
});

test('every file says its licence', () => {
  assert.deepEqual([...code, ...styles].filter((f) => !f.path.endsWith('style.css') && !f.text.startsWith('// SPDX') && !f.text.startsWith('/* SPDX')).map((f) => f.path), []);
});

test('no word in a catalogue is unused', () => {
  const all = code.filter((f) => !f.path.startsWith('src/locale/')).map((f) => f.text).join('\n');
  const starts = [...all.matchAll(/[`']([a-z][\w.-]*\.)\$\{/g)].map((m) => m[1]);
  const unused = code.filter((f) => f.path.startsWith('src/locale/')).flatMap((f) =>
    [...f.text.matchAll(/^ {2}'([^']+)':/gm)].map((m) => m[1])
      .filter((key) => !all.includes(`'${key}'`) && !all.includes(`"${key}"`) && key !== 'save' && !starts.some((s) => key.startsWith(s))).map((key) => `${f.path}: ${key}`));
  assert.deepEqual(unused, []);
});

test('the lock file names no registry', () => {
  assert.doesNotMatch(readFileSync(join(ui, 'package-lock.json'), 'utf8'), /"resolved"|https?:\/\/registry/);
});
