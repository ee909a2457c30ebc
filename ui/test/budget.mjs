// SPDX-License-Identifier: AGPL-3.0-or-later
// What a first visit of each area weighs, from the build's own metafile and the brotli copies.
//   node test/budget.mjs    prints the figures
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { languages, parts } from '../words.mjs';

const ui = dirname(dirname(fileURLToPath(import.meta.url)));
const built = join(dirname(ui), 'build', 'ui');

export const limits = JSON.parse(readFileSync(join(ui, 'budgets.json'), 'utf8')).limits;
const meta = JSON.parse(readFileSync(join(built, 'meta.json'), 'utf8'));
const file = (output) => join(built, 'assets', output.split('/').pop());
const weight = (output) => brotliCompressSync(readFileSync(file(output))).length;

const made = (source) => Object.entries(meta.outputs).find(([, o]) => o.entryPoint === source)[0];

/** The output made from a source, and everything that it imports statically. */
export function closure(source, seen = new Set()) {
  const start = Object.entries(meta.outputs).find(([, o]) => o.entryPoint === source);
  if (!start) throw new Error(`${source} is no entry`);
  const add = (name) => {
    if (seen.has(name)) return;
    seen.add(name);
    for (const i of meta.outputs[name].imports) if (i.kind === 'import-statement') add(i.path);
  };
  add(start[0]);
  return seen;
}

/** The sources that went into these outputs. */
export function sources(outputs) {
  return new Set([...outputs].flatMap((o) => Object.keys(meta.outputs[o].inputs)));
}

export function figures() {
  // Words weigh what they do in the language that is the heaviest.
  const words = (...of) => Math.max(...languages.map((tag) => of.reduce((n, part) => n + weight(made(`src/locale/${tag}/${part}.ts`)), 0)));
  const sum = (outputs) => [...outputs].filter((o) => o.endsWith('.js')).reduce((n, o) => n + weight(o), 0);
  const more = sum(closure('src/worker/play.ts', closure('src/worker/area.tsx', closure('src/main.tsx')))) + words('base', 'worker');
  const area = (name) => sum(closure(`src/${name}/area.tsx`, closure('src/main.tsx'))) + words('base', name);
  const style = Object.entries(meta.outputs).find(([, o]) => o.entryPoint === 'src/css/style.css')[0];
  const fonts = readdirSync(join(built, 'assets')).filter((f) => /\.(woff2?|ttf|otf)$/.test(f));
  // A kind that is fetched when it is needed weighs what comes with it; one that is always there, its share.
  const player = closure('src/worker/play.ts', closure('src/worker/area.tsx', closure('src/main.tsx')));
  const widgets = new Map();
  for (const o of Object.values(meta.outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(o.inputs)) {
      const kind = /^src\/widgets\/(\w+)\//.exec(path)?.[1];
      if (kind) widgets.set(kind, (widgets.get(kind) ?? 0) + bytesInOutput);
    }
  }
  for (const [path, o] of Object.entries(meta.outputs)) {
    const kind = /^src\/widgets\/(\w+)\//.exec(o.entryPoint ?? '')?.[1];
    if (kind) widgets.set(kind, sum([...closure(o.entryPoint)].filter((name) => !player.has(name) || name === path)));
  }
  return {
    'worker.js': area('worker'), 'player.js': more, 'site.js': area('site'), 'requester.js': area('requester'), 'operator.js': area('operator'),
    words: Math.max(...parts.map((part) => words(part))), css: weight(style), widget: Math.max(...widgets.values()), fonts: fonts.length,
  };
}

export { meta };

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, bytes] of Object.entries(figures())) console.log(`${name.padEnd(14)} ${String(bytes).padStart(7)} of ${limits[name]}`);
}
