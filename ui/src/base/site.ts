// SPDX-License-Identifier: AGPL-3.0-or-later
// What the shell says of the site: its name, its currency, its limits.
import { signal } from '@preact/signals-core';

export interface Site {
  name: string;
  /** Its own accent colour, as a style sheet: early.ts puts it in. */
  sheet?: string;
  logo?: { src: string; width: number; height: number };
  currency: string;
  /** May people make accounts themselves? */
  sign_up: boolean;
  /** Minor units an hour below which work cannot be published; 0: none. */
  floor_per_hour: number;
}

export const site = signal<Site>({
  name: 'Tessera',
  currency: 'EUR',
  sign_up: true,
  floor_per_hour: 0,
});
