// SPDX-License-Identifier: AGPL-3.0-or-later
// Sets a chosen theme before the first paint. Without a choice the system decides.
try {
  const theme = localStorage.getItem('tessera.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset['theme'] = theme;
} catch {
  // Storage is switched off: the system's theme is shown.
}
