// SPDX-License-Identifier: AGPL-3.0-or-later
// What shows a task's page, with the kinds of work: fetched while the list is being read.
import '../widgets/index.ts';

export { Player } from './assignment/player.tsx';
export { Preview } from './task/preview.tsx';
