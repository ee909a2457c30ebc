// SPDX-License-Identifier: AGPL-3.0-or-later
// The kinds of work that the player and the preview know. The small ones of most projects come with
// them, the others when a page first has one.
import { wordsLoad } from '../base/i18n.ts';
import { kindLater } from '../base/kinds.ts';
import './choice/choice.ts';
import './number/number.ts';
import './text/text.ts';
export type { Fault, Widget } from './widget.ts';

const withWords = (load: Promise<unknown>, ...more: 'sound'[]) =>
  Promise.all([load, ...(['kinds', ...more] as const).map(wordsLoad)]);

kindLater('scale', () => withWords(import('./scale/scale.ts')));
kindLater('date', () => withWords(import('./date/date.ts')));
kindLater('pair', () => withWords(import('./pair/pair.ts')));
kindLater('rank', () => withWords(import('./rank/rank.ts')));
kindLater('taxonomy', () => withWords(import('./taxonomy/taxonomy.ts')));
kindLater('spans', () => withWords(import('./spans/spans.ts')));
kindLater('box', () => withWords(import('./box/box.ts')));
kindLater('polygon', () => withWords(import('./polygon/polygon.ts')));
kindLater('polyline', () => withWords(import('./polyline/polyline.ts')));
kindLater('point', () => withWords(import('./point/point.ts')));
kindLater('mask', () => withWords(import('./mask/mask.ts')));
kindLater('track', () => withWords(import('./track/track.ts'), 'sound'));
kindLater('transcript', () => withWords(import('./transcript/transcript.ts'), 'sound'));
