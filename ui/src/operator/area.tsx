// SPDX-License-Identifier: AGPL-3.0-or-later
// The operator area: its pages, by path.
import type { PageEntry } from '../ui/page.tsx';
import { Audit } from './audit/audit.tsx';
import { BrandPage } from './brand/brand.tsx';
import { Jobs } from './job/jobs.tsx';
import { Account, Ledger } from './ledger/ledger.tsx';
import { AllProjects } from './project/projects.tsx';
import { Today } from './report/today.tsx';
import { Users } from './user/users.tsx';

export const pages: PageEntry[] = [
  { path: '/operate', view: Today },
  { path: '/operate/users', view: Users },
  { path: '/operate/projects', view: AllProjects },
  { path: '/operate/ledger', view: Ledger },
  { path: '/operate/ledger/:account', view: Account },
  { path: '/operate/jobs', view: Jobs },
  { path: '/operate/audit', view: Audit },
  { path: '/operate/brand', view: BrandPage },
];
