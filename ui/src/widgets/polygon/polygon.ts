// SPDX-License-Identifier: AGPL-3.0-or-later
// polygon: areas on a picture, by their corners.
import { t } from '../../base/i18n.ts';
import { OutlineMarks, type Outline } from '../outline.ts';
import type { Point } from '../picture.ts';

export class PolygonMarks extends OutlineMarks {
  protected readonly least = 3;
  protected readonly closed = true;

  protected holds(mark: Outline, p: Point): boolean {
    let inside = false;
    this.corners(mark).forEach((a, i, all) => {
      const b = all[(i + 1) % all.length]!;
      if ((a.y > p.y) !== (b.y > p.y) && p.x < a.x + (p.y - a.y) * (b.x - a.x) / (b.y - a.y)) inside = !inside;
    });
    return inside;
  }

  protected shape(): string {
    return t('polygon.shape');
  }
}

customElements.define('x-polygon', PolygonMarks);
