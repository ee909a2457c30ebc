// SPDX-License-Identifier: AGPL-3.0-or-later
// Lengths of text are counted in Unicode code points, as the server counts them; the browser
// counts UTF-16 units.

export function codePoints(text: string): number {
  let n = 0;
  for (const _ of text) n++;
  return n;
}

/** The first `max` code points. */
export function cutAt(text: string, max: number): string {
  let out = '';
  let n = 0;
  for (const point of text) {
    if (n++ >= max) break;
    out += point;
  }
  return out;
}
