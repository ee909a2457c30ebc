// SPDX-License-Identifier: AGPL-3.0-or-later
// The worker area: its pages, by path.
import { addWords } from '../base/i18n.ts';
import { words } from '../locale/en/worker.ts';
import type { PageEntry } from '../ui/page.tsx';

addWords(words);

export const pages: PageEntry[] = [];
