// SPDX-License-Identifier: AGPL-3.0-or-later
// The worker area: its pages, by path. Loading it also starts sending what waits on this device.
import '../widgets/index.ts';
import { addWords } from '../base/i18n.ts';
import { words } from '../locale/en/worker.ts';
import type { PageEntry } from '../ui/page.tsx';
import { Held } from './assignment/held.tsx';
import { Mine } from './assignment/mine.tsx';
import { Player } from './assignment/player.tsx';
import { sendStart } from './assignment/send.ts';
import { Earnings } from './pay/earnings.tsx';
import { Preview } from './task/preview.tsx';
import { Tasks } from './task/tasks.tsx';
import { Profile } from './user/profile.tsx';

addWords(words);
sendStart();

export const pages: PageEntry[] = [
  { path: '/work', view: Tasks },
  { path: '/work/:project', view: Preview },
  { path: '/work/:project/do', view: Player, bare: true },
  { path: '/work/:project/do/:task', view: Player, bare: true },
  { path: '/held', view: Held },
  { path: '/answers', view: Mine },
  { path: '/earnings', view: Earnings },
  { path: '/profile', view: Profile },
];
