// SPDX-License-Identifier: AGPL-3.0-or-later
// The kinds of work that the player and the preview know. The small ones of most projects come with
// them, the others when a page first has one.
import { kindLater } from '../base/kinds.ts';
import './choice/choice.ts';
import './number/number.ts';
import './text/text.ts';
export type { Fault, Widget } from './widget.ts';

kindLater('scale', () => import('./scale/scale.ts'));
kindLater('date', () => import('./date/date.ts'));
kindLater('pair', () => import('./pair/pair.ts'));
kindLater('rank', () => import('./rank/rank.ts'));
kindLater('taxonomy', () => import('./taxonomy/taxonomy.ts'));
kindLater('spans', () => import('./spans/spans.ts'));
kindLater('box', () => import('./box/box.ts'));
kindLater('polygon', () => import('./polygon/polygon.ts'));
kindLater('polyline', () => import('./polyline/polyline.ts'));
kindLater('point', () => import('./point/point.ts'));
kindLater('transcript', () => import('./transcript/transcript.ts'));
