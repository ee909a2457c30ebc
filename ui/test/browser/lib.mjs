// SPDX-License-Identifier: AGPL-3.0-or-later
// A browser for tests: Debian's chromium (or CHROMIUM), pages of fixed size, zone and language, and
// the checks that hold for every page.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export async function browserStart() {
  const args = ['--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-quic'];
  if (process.getuid?.() === 0) args.push('--no-sandbox');
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args });
}

/** A page of its own context; `faults` gathers console errors and what a page throws. */
export async function pageOf(browser, { scheme = 'light', phone = false, width, height, reduced = true, language = 'en-GB' } = {}) {
  const context = await browser.newContext({
    viewport: { width: width ?? (phone ? 390 : 1280), height: height ?? (phone ? 844 : 800) },
    deviceScaleFactor: phone ? 2 : 1, hasTouch: phone, isMobile: phone,
    colorScheme: scheme, reducedMotion: reduced ? 'reduce' : 'no-preference', locale: language, timezoneId: 'Europe/Berlin',
  });
  const page = await context.newPage();
  const faults = [];
  page.on('console', (m) => {
    if (m.type() === 'error' && !/Failed to load resource/.test(m.text())) faults.push(m.text());
  });
  page.on('pageerror', (e) => faults.push(String(e)));
  return { page, context, faults };
}

/** The page has its heading, and nothing on it waits for its data any more. */
export const settled = (page) => page.waitForFunction(
  () => document.querySelector('h1')?.textContent && !document.querySelector('.skeleton'));

/**
 * axe's violations of WCAG 2.2 A and AA, as short lines. Evaluated beside the page's own CSP. What differs
 * in a dark page is its colours: all else is looked at in the light one.
 */
export async function axe(page, { scheme = 'light' } = {}) {
  if (!await page.evaluate(() => 'axe' in globalThis)) await page.evaluate(axeSource);
  const found = await page.evaluate((dark) => globalThis.axe.run(document, {
    runOnly: dark
      ? { type: 'rule', values: ['color-contrast', 'link-in-text-block'] }
      : ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    resultTypes: ['violations'],
    iframes: false,
  }), scheme === 'dark');
  return found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ') + ' ' + (n.failureSummary ?? '').split('\n')[1]).join(' | ')}`);
}

/** How many pixels the page is wider than its window. */
export const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

/** Text set smaller than 13 px, and controls smaller than `min` where a finger must hit them. */
export const smallText = (page) => page.evaluate(() => {
  const bad = new Set();
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let n = walk.nextNode(); n; n = walk.nextNode()) {
    const el = n.parentElement;
    if (!n.textContent.trim() || !el || /^(SCRIPT|NOSCRIPT|STYLE|OPTION)$/.test(el.tagName)) continue;
    if (parseFloat(getComputedStyle(el).fontSize) < 13) bad.add(el.className || el.tagName);
  }
  return [...bad];
});

export const smallTargets = (page, min = 44) => page.evaluate((least) => {
  const bad = [];
  for (const el of document.querySelectorAll('button, input, select, textarea, a[href], summary')) {
    const r = (el.closest('label') ?? el).getBoundingClientRect();
    const style = getComputedStyle(el);
    if (r.width === 0 || style.visibility === 'hidden' || style.clipPath !== 'none') continue;
    if (el.tagName === 'A' && style.display === 'inline') continue;
    if (r.height < least - 0.5 || r.width < least - 0.5) bad.push(`${el.tagName} ${el.className} ${el.textContent.slice(0, 20)} ${Math.round(r.width)}x${Math.round(r.height)}`);
  }
  return bad;
}, min);

/** What holds for every page; `name` is said with what is wrong and names the picture in `shots`. */
export async function look(page, name, view, shots) {
  await page.evaluate(() => scrollTo(0, 0));
  // As tall as the page: else a sticky bar may lie over some control, which scrolling frees.
  const size = page.viewportSize();
  const tall = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ width: size.width, height: Math.max(size.height, tall) });
  await page.waitForTimeout(150);
  const bad = [];
  for (const v of await axe(page, view)) bad.push(v);
  if (await overflow(page) > 0) bad.push('wider than the window');
  for (const s of await smallText(page)) bad.push(`small text ${s}`);
  if (view.phone) for (const s of await smallTargets(page)) bad.push(`small target ${s}`);
  if (shots) await page.screenshot({ path: `${shots}/${name}_${view.name}.png`, fullPage: true });
  if (view.phone) {
    await page.setViewportSize({ width: 320, height: 640 });
    await page.waitForTimeout(50);
    if (await overflow(page) > 0) bad.push('wider than 320 px');
  }
  await page.setViewportSize(size);
  assert.deepEqual(bad, [], `${name} ${view.name}`);
}
