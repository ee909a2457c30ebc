// SPDX-License-Identifier: AGPL-3.0-or-later
// The requester area: its pages, by path.
import type { PageEntry } from '../ui/page.tsx';
import { Billing, Team } from './org/org.tsx';
import { Projects } from './project/list.tsx';
import { NewProject } from './project/ready.ts';
import { Settings } from './project/settings.tsx';
import { Check } from './quality/certificate.tsx';
import { Results } from './quality/results.tsx';
import { Workers } from './quality/workers.tsx';
import { Progress } from './report/progress.tsx';
import { ReviewQueue } from './review/queue.tsx';
import { Item, Items } from './task/items.tsx';
import { Keys } from './user/keys.tsx';

export const pages: PageEntry[] = [
  { path: '/projects', view: Projects },
  { path: '/projects/new', view: NewProject },
  { path: '/projects/:project', view: Progress },
  { path: '/projects/:project/results', view: Results },
  { path: '/projects/:project/check', view: Check },
  { path: '/projects/:project/review', view: ReviewQueue },
  { path: '/projects/:project/workers', view: Workers },
  { path: '/projects/:project/items', view: Items },
  { path: '/projects/:project/items/:task', view: Item },
  { path: '/projects/:project/settings', view: Settings },
  { path: '/billing', view: Billing },
  { path: '/team', view: Team },
  { path: '/keys', view: Keys },
];
