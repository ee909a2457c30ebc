// SPDX-License-Identifier: AGPL-3.0-or-later
// A worker's unfinished answer, kept on this device as well as on the server. Local storage, not
// IndexedDB: it must be written at once when the page is being closed.
import { keptGet, keptNames, keptSet } from './kept.ts';

export interface Draft {
  answer: unknown;
  at: number;
  /** The server has it too: what the server says may then be newer, from another device. */
  synced: boolean;
}

const name = (user: string, project: string, task: string) => `draft.${user}.${project}.${task}`;
const AGE_MAX_MS = 14 * 86400 * 1000;

export function draftGet(user: string, project: string, task: string): Draft | null {
  try {
    const draft = JSON.parse(keptGet(name(user, project, task)) ?? 'null') as Draft | null;
    return draft && typeof draft.at === 'number' ? draft : null;
  } catch {
    return null;
  }
}

export function draftSet(user: string, project: string, task: string, answer: unknown, synced: boolean): boolean {
  return keptSet(name(user, project, task), JSON.stringify({ answer, at: Date.now(), synced } satisfies Draft));
}

export function draftDrop(user: string, project: string, task: string): void {
  keptSet(name(user, project, task), null);
}

/** Forgets drafts that nobody came back to. */
export function draftsTidy(): void {
  for (const kept of keptNames('draft.')) {
    const [, user, project, task] = kept.split('.');
    const draft = draftGet(user ?? '', project ?? '', task ?? '');
    if (!draft || Date.now() - draft.at > AGE_MAX_MS) keptSet(kept, null);
  }
}
