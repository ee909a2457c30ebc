// SPDX-License-Identifier: AGPL-3.0-or-later
// The worker area: its pages, by path. Loading it also starts sending what waits on this device.
import { draftsTidy } from '../base/drafts.ts';
import { wordsLoad } from '../base/i18n.ts';
import { later, type PageEntry } from '../ui/page.tsx';
import { Held } from './assignment/held.tsx';
import { sendStart } from './assignment/send.ts';
import { Tasks } from './task/tasks.tsx';

draftsTidy();
sendStart();

const play = () => import('./play.ts');
const records = async () => (await Promise.all([import('./records.ts'), wordsLoad('records')]))[0];

// The player is there before Start is pressed; what has become of work can wait until asked for.
setTimeout(() => void play().catch(() => {}), 400);

const preview = later(async () => (await play()).Preview);
const player = later(async () => (await play()).Player);

export const pages: PageEntry[] = [
  { path: '/work', view: Tasks },
  { path: '/work/any', view: player, bare: true },
  { path: '/work/:project', view: preview },
  { path: '/work/:project/do', view: player, bare: true },
  { path: '/work/:project/do/:task', view: player, bare: true },
  { path: '/held', view: Held },
  { path: '/answers', view: later(async () => (await records()).Mine) },
  { path: '/answers/contest', view: later(async () => (await records()).Contests) },
  { path: '/earnings', view: later(async () => (await records()).Earnings) },
  { path: '/notices', view: later(async () => (await records()).Notices) },
  { path: '/profile', view: later(async () => (await records()).Profile) },
];
