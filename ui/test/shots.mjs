// SPDX-License-Identifier: AGPL-3.0-or-later
// Pictures of pages for people to look at: node test/shots.mjs OUT [PATH[:ROLE]…]
import { mkdirSync } from 'node:fs';
import { browserStart, pageOf } from './browser/lib.mjs';
import { makeSite, start } from './mock.mjs';

const [out, ...paths] = process.argv.slice(2);
mkdirSync(out, { recursive: true });
const browser = await browserStart();
for (const spec of paths) {
  const [path, role] = spec.split(':');
  const running = await start(makeSite({ role }));
  for (const [name, view] of Object.entries({
    light: { scheme: 'light' }, dark: { scheme: 'dark' }, phone: { scheme: 'light', phone: true },
  })) {
    const { page, context } = await pageOf(browser, view);
    await page.goto(running.url + path);
    await page.waitForLoadState('networkidle');
    await page.waitForTimeout(200);
    await page.screenshot({ path: `${out}/${path.replace(/\W+/g, '_')}_${name}.png`, fullPage: true });
    await context.close();
  }
  await running.stop();
}
await browser.close();
