// SPDX-License-Identifier: AGPL-3.0-or-later
// Who gets a key press: text field, then dialog or sheet, then the focused widget, then the page.
// Keys of one character can be switched off (WCAG 2.1.4); those with Ctrl stay.
import { signal } from '@preact/signals-core';
import { keptGet, keptSet } from './kept.ts';

/** Are single keys on? Kept on this device. */
export const singleKeys = signal(keptGet('keys') !== 'off');

export function setSingleKeys(on: boolean): void {
  keptSet('keys', on ? null : 'off');
  singleKeys.value = on;
}

/** Does this element take typed characters itself? */
export function takesText(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) {
    return true;
  }
  return target instanceof HTMLInputElement && !/^(radio|checkbox|button|submit|range|file)$/.test(target.type);
}

/** A number is typed without letters, so these stay the page's. */
export function takesLetters(target: EventTarget | null): boolean {
  return takesText(target) && !(target instanceof HTMLInputElement && /^(numeric|decimal)$/.test(target.inputMode));
}

/** Enter on one of these does what the element does. */
export function takesEnter(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('button, a[href], summary, textarea, select') !== null;
}

/** "Ctrl+Enter", "?", "s", "1": one name for a key press. Cmd counts as Ctrl. */
export function keyName(ev: KeyboardEvent): string {
  const name = ev.key.length === 1 ? ev.key.toLowerCase() : ev.key;
  return (ev.ctrlKey || ev.metaKey ? 'Ctrl+' : '') + (ev.altKey ? 'Alt+' : '') + name;
}

/** May this press be taken as a single key of the page? */
export function isSingle(ev: KeyboardEvent): boolean {
  if (!singleKeys.value || ev.key.length !== 1 || ev.ctrlKey || ev.metaKey || ev.altKey) return false;
  return /[a-z?]/i.test(ev.key) ? !takesLetters(ev.target) : !takesText(ev.target);
}
