// SPDX-License-Identifier: AGPL-3.0-or-later
// Where the app is: the address as a signal, matching of path patterns, and going elsewhere.
// Knows nothing of pages; `main.tsx` decides what to show.
import { signal } from '@preact/signals-core';

export interface Place {
  path: string;
  query: URLSearchParams;
  /** Grows with every move, so that the same address may be entered anew. */
  turn: number;
  /** True when the browser's back or forward brought us here. */
  back: boolean;
}

let turn = 0;

function read(back: boolean): Place {
  return { path: location.pathname, query: new URLSearchParams(location.search), turn: turn++, back };
}

export const place = signal<Place>(read(false));

/** Goes to an address of this app. `replace` leaves no entry in the history. */
export function go(href: string, replace = false): void {
  keepScroll();
  if (replace) history.replaceState({ id: String(Math.random()) }, '', href);
  else history.pushState({ id: String(Math.random()) }, '', href);
  place.value = read(false);
}

/** Changes parts of the query in place (filters): no history entry, no focus change. */
export function setQuery(changes: Record<string, string | null>): void {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === '') query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  history.replaceState(history.state, '', location.pathname + (text ? '?' + text : ''));
  place.value = { ...place.value, query };
}

/** The query's value when it is one of these words, else ''. */
export function chosen<W extends string>(name: string, words: readonly W[]): W | '' {
  const value = place.value.query.get(name);
  return words.find((w) => w === value) ?? '';
}

/** The values of `:name` parts when `path` has the form of `pattern`, else null. */
export function match(pattern: string, path: string): Record<string, string> | null {
  const want = pattern.split('/');
  const have = path.replace(/(.)\/$/, '$1').split('/');
  if (want.length !== have.length) return null;
  const found: Record<string, string> = {};
  for (let i = 0; i < want.length; i++) {
    const w = want[i]!;
    const h = have[i]!;
    if (!w.startsWith(':')) {
      if (w !== h) return null;
      continue;
    }
    try {
      found[w.slice(1)] = decodeURIComponent(h);
    } catch {
      return null;
    }
    if (h === '') return null;
  }
  return found;
}

const key = () => 'tessera.scroll.' + ((history.state as { id?: string } | null)?.id ?? 'first');

function keepScroll(): void {
  try {
    sessionStorage.setItem(key(), String(Math.round(scrollY)));
  } catch {
    // Without storage the page starts at its top.
  }
}

/** Where the page was scrolled to when it was left. */
export function scrollKept(): number {
  try {
    return Number(sessionStorage.getItem(key()) ?? 0);
  } catch {
    return 0;
  }
}

/** Starts listening: plain left clicks on our own links, back and forward. Called once. */
export function routeStart(): void {
  history.scrollRestoration = 'manual';
  addEventListener('popstate', () => {
    place.value = read(true);
  });
  addEventListener('pagehide', keepScroll);
  addEventListener('scrollend', keepScroll);
  document.addEventListener('click', (ev) => {
    if (ev.defaultPrevented || ev.button !== 0 || ev.metaKey || ev.ctrlKey || ev.shiftKey || ev.altKey) return;
    const link = (ev.target as Element | null)?.closest?.('a[href]') as HTMLAnchorElement | null;
    if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return;
    if (link.pathname.startsWith('/api/') || link.pathname.startsWith('/media/')) return;
    if (link.hash && link.pathname === location.pathname && link.search === location.search) return;
    ev.preventDefault();
    go(link.pathname + link.search + link.hash);
  });
}
