// SPDX-License-Identifier: AGPL-3.0-or-later
// What is fetched when it is first shown: the editor of a draft, and the gallery of ready projects with its words.
import { wordsLoad } from '../../base/i18n.ts';
import { later } from '../../ui/page.tsx';

const gallery = async () => (await Promise.all([import('./gallery.tsx'), wordsLoad('gallery')]))[0];

/** A draft is opened less often than a project that runs. */
export const Editor = later(async () => (await import('./editor.tsx')).Editor);
export const NewProject = later(async () => (await gallery()).NewProject);
export const Choose = later(async () => (await gallery()).Choose);
export const Match = later(async () => (await gallery()).Match);
