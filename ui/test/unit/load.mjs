// SPDX-License-Identifier: AGPL-3.0-or-later
// Makes the app's modules loadable in Node: bundled as they are, with the few browser names that
// their top level touches.
import { buildSync } from 'esbuild';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as genApi from '../../gen-api.mjs';
import { languages } from '../../words.mjs';

const ui = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export async function load() {
  globalThis.location ??= { pathname: '/', search: '', hash: '', origin: 'http://localhost' };
  globalThis.HTMLElement ??= class {};
  globalThis.customElements ??= { define() {} };
  globalThis.document ??= { documentElement: { dataset: {}, lang: '' } };
  const dir = mkdtempSync(join(tmpdir(), 'tessera-ui-'));
  try {
    buildSync({
      stdin: {
        contents: `
          export * as i18n from './src/base/i18n.ts';
          export * as language from './src/base/language.ts';
          export * as money from './src/base/money.ts';
          export * as time from './src/base/time.ts';
          export * as route from './src/base/route.ts';
          export * as units from './src/base/units.ts';
          export * as outbox from './src/base/outbox.ts';
          export * as drafts from './src/base/drafts.ts';
          export * as number from './src/widgets/number/number.ts';
          export * as chart from './src/ui/chart.tsx';`,
        resolveDir: ui,
        loader: 'ts',
      },
      absWorkingDir: ui, define: { LANGUAGES: JSON.stringify(languages) }, bundle: true, format: 'esm', platform: 'neutral', mainFields: ['module', 'main'],
      conditions: ['import'], jsx: 'automatic', jsxImportSource: 'preact', loader: { '.svg': 'empty' },
      outfile: join(dir, 'app.mjs'), logLevel: 'warning',
    });
    return { ...(await import(pathToFileURL(join(dir, 'app.mjs')).href)), genApi };
  } finally {
    rmSync(dir, { recursive: true });
  }
}
