// SPDX-License-Identifier: AGPL-3.0-or-later
// The API's page on the real server: every route of its document, in light, in dark and on a phone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { browserStart, look, pageOf } from './lib.mjs';
import { siteStart } from './server.mjs';

let browser;
let site;
before(async () => {
  browser = await browserStart();
  site = await siteStart({ workers: 0 });
});
after(async () => {
  await browser?.close();
  await site?.stop();
});

for (const view of [{ name: 'light', scheme: 'light' }, { name: 'dark', scheme: 'dark' }, { name: 'phone', phone: true }]) {
  test(`the API's page lists every route, ${view.name}`, async () => {
    const { page, context, faults } = await pageOf(browser, view);
    const { paths } = await (await fetch(`${site.url}/api/v1/openapi.json`)).json();
    const routes = Object.values(paths).flatMap((verbs) => Object.keys(verbs)).length;
    await page.goto(`${site.url}/developers`);
    await page.locator('.route').first().waitFor();
    assert.ok(routes > 50);
    assert.equal(await page.locator('.route').count(), routes);
    const publish = page.locator('.route').filter({ hasText: 'POST /api/v1/projects/{project}/publish' });
    await publish.locator('summary').click();
    assert.match(await publish.innerText(), /total/);
    assert.match(await publish.innerText(), /Reply: {state: /);
    await look(page, 'developers', view);
    assert.deepEqual(faults, []);
    await context.close();
  });
}
