// SPDX-License-Identifier: AGPL-3.0-or-later
// The words of the app by language, for the build and for tests. A language is a folder of src/locale with
// the files of src/locale/en; what one of them lacks is said in English, which the build puts there, so that
// a page loads one language alone.
import * as esbuild from 'esbuild';
import { readFileSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const locale = join(dirname(fileURLToPath(import.meta.url)), 'src', 'locale');

/** English first: it is what the others are measured by. */
export const languages = ['en', ...readdirSync(locale).filter((tag) => tag !== 'en').sort()];
export const parts = readdirSync(join(locale, 'en')).map((file) => basename(file, '.ts')).sort();

/** What a file says: { key: sentence or plural forms }. */
export async function wordsOf(tag, part) {
  const { code } = esbuild.transformSync(readFileSync(join(locale, tag, `${part}.ts`), 'utf8'), { loader: 'ts', format: 'esm' });
  return (await import('data:text/javascript;base64,' + Buffer.from(code).toString('base64'))).words;
}

/** In the bundle a file of words holds all keys, in the order of the English one. */
export const wordsFilled = {
  name: 'words',
  setup(build) {
    build.onLoad({ filter: /[\\/]src[\\/]locale[\\/][^\\/]+[\\/]\w+\.ts$/ }, async ({ path }) => {
      const part = basename(path, '.ts');
      const words = await wordsOf(basename(dirname(path)), part);
      const all = Object.entries(await wordsOf('en', part)).map(([key, said]) => [key, words[key] ?? said]);
      return { contents: `export const words = ${JSON.stringify(Object.fromEntries(all))};`, loader: 'js' };
    });
  },
};
