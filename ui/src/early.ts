// SPDX-License-Identifier: AGPL-3.0-or-later
// Runs before the first paint, while the app is still under way: sets a chosen theme, so that it
// does not flash, has the area's files fetched, and asks who is signed in.
import { areaName } from './areas.ts';

try {
  const theme = localStorage.getItem('tessera.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset['theme'] = theme;
} catch {
  // Storage is switched off: the system's theme is shown.
}

const json = (id: string) => JSON.parse(document.getElementById(id)?.textContent || '{}') as Record<string, unknown>;

try {
  const name = areaName(location.pathname);
  const files = (json('ahead')[name ?? ''] ?? []) as string[];
  if (location.pathname !== '/') {
    for (const file of files) {
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
