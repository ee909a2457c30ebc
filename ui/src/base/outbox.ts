// SPDX-License-Identifier: AGPL-3.0-or-later
// Finished answers that could not be sent yet. They are kept on this device and tried again after
// 1, 2, 4 … 60 seconds, and at once when the net comes back. Sending one twice is harmless: the
// server knows a repeat by the assignment's epoch.
import { signal } from '@preact/signals-core';
import { keptGet, keptSet } from './kept.ts';

export interface Waiting {
  user: string;
  project: string;
  task: string;
  epoch: string;
  answer: unknown;
  active_ms: number;
  tries: number;
  /** Why the server will never take it, or absent while there is hope. */
  refused?: string;
}

/** Sends one answer. Throws `Later` when it should be tried again, anything else is final. */
export type Send = (w: Waiting) => Promise<void>;
export class Later extends Error {}

const same = (a: Waiting, b: Waiting) => a.project === b.project && a.task === b.task && a.user === b.user;

function read(): Waiting[] {
  try {
    const list = JSON.parse(keptGet('outbox') ?? '[]') as unknown;
    return Array.isArray(list) ? (list as Waiting[]) : [];
  } catch {
    return [];
  }
}

/** What waits, oldest first. */
export const outbox = signal<Waiting[]>(read());

function write(list: Waiting[]): void {
  keptSet('outbox', list.length ? JSON.stringify(list) : null);
  outbox.value = list;
}

export function outboxAdd(w: Waiting): void {
  write([...read().filter((o) => !same(o, w)), w]);
}

export function outboxDrop(w: Waiting): void {
  write(read().filter((o) => !same(o, w)));
}

/** Seconds to wait before try number `tries`. */
export function outboxDelay(tries: number): number {
  return Math.min(60, 2 ** Math.max(0, tries - 1));
}

let timer: ReturnType<typeof setTimeout> | undefined;
let running = false;

/** Tries everything of `user` now, then again later for what is left. */
export async function outboxRun(user: string, send: Send): Promise<void> {
  if (running) return;
  running = true;
  clearTimeout(timer);
  let wait = 0;
  for (const w of read().filter((o) => o.user === user && !o.refused)) {
    try {
      await send(w);
      outboxDrop(w);
    } catch (error) {
      const next = { ...w, tries: w.tries + 1 };
      if (!(error instanceof Later)) next.refused = error instanceof Error ? error.message : String(error);
      else wait = Math.max(wait, outboxDelay(next.tries));
      write(read().map((o) => (same(o, w) ? next : o)));
      if (error instanceof Later) break;
    }
  }
  running = false;
  if (wait) timer = setTimeout(() => void outboxRun(user, send), wait * 1000);
}
