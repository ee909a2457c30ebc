// SPDX-License-Identifier: AGPL-3.0-or-later
// Runs before the first paint, while the app is still under way: sets a chosen theme and the language,
// so that nothing flashes, has the area's files and words fetched, and asks who is signed in.
import { areaName } from './areas.ts';
import { keptGet } from './base/kept.ts';
import { directionOf, languagePick } from './base/language.ts';

try {
  const theme = localStorage.getItem('tessera.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset['theme'] = theme;
} catch {
  // Storage is switched off: the system's theme is shown.
}

const tag = languagePick([keptGet('language'), ...navigator.languages]);
document.documentElement.lang = tag;
document.documentElement.dir = directionOf(tag);

const json = (id: string) => JSON.parse(document.getElementById(id)?.textContent || '{}') as Record<string, unknown>;

try {
  // The site's own colour, before anything is painted; its rules count more than those of the sheet behind it.
  const own = json('boot')['site'] as { sheet?: string; name?: string } | undefined;
  if (own?.name) document.title = own.name;
  if (own?.sheet) {
    const link = document.createElement('link');
    link.rel = 'stylesheet';
    link.setAttribute('blocking', 'render');
    link.href = own.sheet;
    document.head.append(link);
  }
} catch {
  // The house's own colour is shown.
}

try {
  const name = areaName(location.pathname);
  const ahead = json('ahead') as Record<string, string[]> & { words?: Record<string, Record<string, string>> };
  const words = ahead.words?.[tag] ?? {};
  const files = [words['base'], ...(location.pathname === '/' ? [] : [words[name ?? ''], ...(ahead[name ?? ''] ?? [])])];
  for (const file of files) {
    if (file) {
      const link = document.createElement('link');
      link.rel = 'modulepreload';
      link.href = file;
      document.head.append(link);
    }
  }
  if (json('boot')['me'] === undefined) {
    const me = fetch('/api/v1/me', { credentials: 'same-origin', headers: { accept: 'application/json' } });
    me.catch(() => {});
    (window as { tesseraMe?: Promise<Response> }).tesseraMe = me;
  }
} catch {
  // Only a head start is lost.
}
