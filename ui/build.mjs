// SPDX-License-Identifier: AGPL-3.0-or-later
// Builds the browser app into build/ui: hashed files with gzip and brotli copies, the shell
// (index.html) and assets.tsv, the list from which the files are embedded in the program.
// `--fast` leaves out the compressed copies; `--out=DIR` builds elsewhere (budgets, tests).
import * as esbuild from 'esbuild';
import { languages, wordsFilled } from './words.mjs';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const fast = process.argv.includes('--fast');
const to = process.argv.find((a) => a.startsWith('--out='))?.slice(6) ?? join(root, 'build', 'ui');

const types = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  html: 'text/html; charset=utf-8',
  mp3: 'audio/mpeg',
};

rmSync(to, { recursive: true, force: true });
mkdirSync(join(to, 'assets'), { recursive: true });

const common = {
  absWorkingDir: here,
  bundle: true,
  minify: true,
  metafile: true,
  target: 'es2022',
  outdir: join(to, 'assets'),
  publicPath: '/assets',
  entryNames: '[name]-[hash]',
  chunkNames: '[name]-[hash]',
  assetNames: '[name]-[hash]',
  loader: { '.svg': 'file', '.mp3': 'file' },
  logLevel: 'warning',
  legalComments: 'none',
  define: { LANGUAGES: JSON.stringify(languages) },
};

const app = await esbuild.build({
  ...common,
  entryPoints: { app: 'src/main.tsx', style: 'src/css/style.css' },
  format: 'esm',
  splitting: true,
  jsx: 'automatic',
  jsxImportSource: 'preact',
  plugins: [wordsFilled],
});
// Runs before the first paint: a classic script.
const early = await esbuild.build({
  ...common,
  entryPoints: { early: 'src/early.ts', mark: 'src/icons/mark.svg' },
  format: 'iife',
  loader: { '.svg': 'copy' },
});

const outputs = { ...app.metafile.outputs, ...early.metafile.outputs };
const made = (entry) => {
  const found = Object.entries(outputs).find(([, o]) => o.entryPoint === entry);
  return '/assets/' + found[0].split('/').pop();
};
const named = (name) => '/assets/' + readdirSync(join(to, 'assets')).find((f) => f.startsWith(name));

/** An entry's file and all that it imports at start, as addresses. */
function closure(entry) {
  const seen = new Set();
  const add = (name) => {
    if (seen.has(name)) return;
    seen.add(name);
    for (const i of app.metafile.outputs[name].imports) if (i.kind === 'import-statement') add(i.path);
  };
  add(Object.entries(app.metafile.outputs).find(([, o]) => o.entryPoint === entry)[0]);
  return [...seen].map((name) => '/assets/' + name.split('/').pop());
}
// Without these the browser would learn of a file only from the file that imports it.
const shell = closure('src/main.tsx');
const ahead = shell.slice(1).map((file) => `<link rel="modulepreload" href="${file}">`);
const areas = Object.fromEntries(['site', 'worker', 'requester', 'operator'].map((name) =>
  [name, closure(`src/${name}/area.tsx`).filter((file) => !shell.includes(file))]));
// Words by language; those that early.ts may want before the app is there.
areas.words = Object.fromEntries(languages.map((tag) => [tag,
  Object.fromEntries(['base', 'site', 'worker', 'requester', 'operator'].map((part) => [part, made(`src/locale/${tag}/${part}.ts`)]))]));

writeFileSync(
  join(to, 'index.html'),
  readFileSync(join(here, 'src', 'shell.html'), 'utf8')
    .replace('{{early}}', made('src/early.ts'))
    .replace('{{areas}}', JSON.stringify(areas))
    .replace('{{mark}}', named('mark-'))
    .replace('{{style}}', made('src/css/style.css'))
    .replace('{{ahead}}', ahead.join(''))
    .replace('{{app}}', made('src/main.tsx')),
);
writeFileSync(join(to, 'meta.json'), JSON.stringify({ inputs: app.metafile.inputs, outputs }));

// The list for embedding. The shell is changed for every reply, so it has no copies.
const lines = [];
const keep = (path, file, immutable, copies) => {
  const plain = readFileSync(file);
  const name = relative(root, file);
  const copy = (ending, bytes) => {
    if (!copies || fast || bytes.length >= plain.length) return '-';
    writeFileSync(file + ending, bytes);
    return name + ending;
  };
  const gz = copies && !fast ? copy('.gz', gzipSync(plain, { level: 9 })) : '-';
  const br = copies && !fast
    ? copy('.br', brotliCompressSync(plain, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length },
    }))
    : '-';
  lines.push([path, types[path === '/' ? 'html' : path.split('.').pop()], name, gz, br, immutable ? 1 : 0].join('\t'));
};
keep('/', join(to, 'index.html'), false, false);
for (const file of readdirSync(join(to, 'assets')).sort()) {
  keep('/assets/' + file, join(to, 'assets', file), true, true);
}
writeFileSync(join(to, 'assets.tsv'), lines.sort().join('\n') + '\n');
const build = createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 12);
console.log(`ui: ${lines.length} files, build ${build}`);
