// SPDX-License-Identifier: AGPL-3.0-or-later
// Sends what waits in the outbox: when the area is loaded, when the net comes back, and when asked.
import { effect } from '@preact/signals-core';
import { ApiError, call } from '../../api/client.ts';
import { me, reached } from '../../api/session.ts';
import type { Answer } from '../../api/types.ts';
import { Later, outbox, outboxRun, type Waiting } from '../../base/outbox.ts';
import { errorText } from '../../ui/page.tsx';

async function send(w: Waiting): Promise<void> {
  try {
    await call('POST /work/{project}/tasks/{task}/submit', {
      path: { project: w.project, task: w.task },
      body: { epoch: w.epoch, answer: w.answer as Answer, active_ms: w.active_ms },
    });
  } catch (error) {
    if (error instanceof ApiError && (error.passing || error.status === 401)) throw new Later();
    throw new Error(errorText(error));
  }
}

export function sendNow(): Promise<void> {
  const user = me.value?.user.id;
  return user && outbox.value.length ? outboxRun(user, send) : Promise.resolve();
}

export function sendStart(): void {
  addEventListener('online', () => void sendNow());
  effect(() => {
    if (me.value && reached.value) void sendNow();
  });
}
