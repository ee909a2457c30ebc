// SPDX-License-Identifier: AGPL-3.0-or-later
// polyline: lines along things on a picture.
import { t } from '../../base/i18n.ts';
import { farFrom, OutlineMarks, type Outline } from '../outline.ts';
import type { Point } from '../picture.ts';

export class PolylineMarks extends OutlineMarks {
  protected readonly least = 2;
  protected readonly closed = false;

  protected holds(mark: Outline, p: Point): boolean {
    return this.corners(mark).some((a, i, all) => all[i + 1] !== undefined && farFrom(p, a, all[i + 1]!) < 12 * this.unit);
  }

  protected shape(): string {
    return t('polyline.shape');
  }
}

customElements.define('x-polyline', PolylineMarks);
