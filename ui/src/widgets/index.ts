// SPDX-License-Identifier: AGPL-3.0-or-later
// The kinds of work that the player and the preview know.
import './choice/choice.ts';
import './number/number.ts';
import './text/text.ts';
export type { Fault, Widget } from './widget.ts';
