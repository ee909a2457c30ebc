// SPDX-License-Identifier: AGPL-3.0-or-later
// Which columns a template shows, and the same template with other names for them.
import type { Template } from '../../api/types.ts';

type Raw = Template['blocks'][number];

const PLACE = /\{\{\s*([^{}]*?)\s*\}\}/g;

/** Known answers are never shown. */
export const shown = (columns: string[]) => columns.filter((c) => !c.startsWith('gold_'));

/** Every text of a block, put through `change`. */
function texts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((v: unknown) => texts(v, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, v]) => [name, texts(v, change)]));
}

/** The columns that are shown, in the order in which they are met. */
export function columnsOf(blocks: readonly Raw[]): string[] {
  const found = new Set<string>();
  texts(blocks, (text) => {
    for (const place of text.matchAll(PLACE)) if (place[1]) found.add(place[1]);
    return text;
  });
  return [...found];
}

/** The same blocks about other columns; what `to` does not name stays. */
export const renamed = (blocks: readonly Raw[], to: Record<string, string>) => texts(blocks, (text) =>
  text.replace(PLACE, (all, name: string) => (to[name] ? `{{${to[name]}}}` : all))) as Raw[];

const plain = (name: string) => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

/** A guess for each column of the template that the data lacks: the same but for its spelling, one name within the other, else the next that is left. */
export function matched(wanted: string[], columns: string[]): Record<string, string> {
  const there = shown(columns);
  const to: Record<string, string> = {};
  const left = new Set(there.filter((c) => !wanted.includes(c)));
  const missing = new Set(wanted.filter((w) => !there.includes(w)));
  const take = (fits: (want: string, column: string) => boolean) => {
    for (const want of missing) {
      const column = [...left].find((c) => fits(want, c));
      if (column === undefined) continue;
      to[want] = column;
      left.delete(column);
      missing.delete(want);
    }
  };
  take((want, column) => plain(want) === plain(column));
  take((want, column) => plain(column).includes(plain(want)) || plain(want).includes(plain(column)));
  take(() => true);
  // Fewer columns than the template shows: some stand in it twice.
  for (const want of missing) if (there[0] !== undefined) to[want] = there[0];
  return to;
}
