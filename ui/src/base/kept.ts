// SPDX-License-Identifier: AGPL-3.0-or-later
// Small things kept on this device. Storage that is off or full is no error: they are then forgotten.
const memory = new Map<string, string>();

export function keptGet(name: string): string | null {
  try {
    return localStorage.getItem('tessera.' + name);
  } catch {
    return memory.get(name) ?? null;
  }
}

/** False when it is only remembered until the page is closed. */
export function keptSet(name: string, value: string | null): boolean {
  try {
    if (value === null) localStorage.removeItem('tessera.' + name);
    else localStorage.setItem('tessera.' + name, value);
    return true;
  } catch {
    if (value === null) memory.delete(name);
    else memory.set(name, value);
    return false;
  }
}

/** All names that start so. */
export function keptNames(start: string): string[] {
  const names = [...memory.keys()];
  try {
    for (let i = 0; i < localStorage.length; i++) {
      const name = localStorage.key(i);
      if (name?.startsWith('tessera.')) names.push(name.slice(8));
    }
  } catch {
    // Storage is off: what is in memory is all.
  }
  return names.filter((name) => name.startsWith(start));
}

/** "light", "dark" or "" for what the system says. */
export function themeNow(): string {
  return document.documentElement.dataset['theme'] ?? '';
}

export function themeSet(theme: string): void {
  keptSet('theme', theme || null);
  if (theme) document.documentElement.dataset['theme'] = theme;
  else delete document.documentElement.dataset['theme'];
}
