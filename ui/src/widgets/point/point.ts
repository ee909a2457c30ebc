// SPDX-License-Identifier: AGPL-3.0-or-later
// point: points on a picture, each by a tap.
import { t } from '../../base/i18n.ts';
import { hundredth, Picture, within, type Mark, type Point } from '../picture.ts';

interface Spot extends Mark { point: [number, number] }

export class PointMarks extends Picture<Spot> {
  protected override readonly tapIsMark = true;

  #at(p: Point, mark?: Spot): Spot {
    return { ...mark, point: [hundredth(within(p.x, 0, this.wide)), hundredth(within(p.y, 0, this.high))] };
  }

  protected read({ point }: Record<string, unknown>): Spot | undefined {
    const good = Array.isArray(point) && point.length === 2 && point.every((n) => typeof n === 'number' && Number.isFinite(n) && n >= 0);
    return good ? { point: point as Spot['point'] } : undefined;
  }

  protected path({ point: [x, y] }: Spot): string {
    const [arm, r] = [10 * this.unit, 3 * this.unit];
    return `M${x - arm} ${y}h${arm - r}m${2 * r} 0h${arm - r}M${x} ${y - arm}v${arm - r}m0 ${2 * r}v${arm - r}`;
  }

  protected corners({ point: [x, y] }: Spot): Point[] {
    return [{ x, y }];
  }

  protected grip(mark: Spot): Point {
    return this.corners(mark)[0]!;
  }

  protected bend(mark: Spot, _corner: number, to: Point): Spot {
    return this.#at(to, mark);
  }

  protected shift(mark: Spot, dx: number, dy: number): Spot {
    return this.#at({ x: mark.point[0] + dx, y: mark.point[1] + dy }, mark);
  }

  protected grow(mark: Spot): Spot {
    return mark;
  }

  protected holds({ point: [x, y] }: Spot, p: Point): boolean {
    return Math.hypot(x - p.x, y - p.y) < 16 * this.unit;
  }

  protected fresh(): Spot {
    const { x, y, w } = this.seen;
    return this.#at({ x: Math.round(x + w / 2), y: Math.round(y + w * this.high / this.wide / 2) });
  }

  /** A finger that slides sets the point where it lets go. */
  protected pull(_from: Point, to: Point): Spot | null {
    return this.#at(to);
  }

  protected tap(p: Point): void {
    this.put(this.#at(p));
  }

  protected begun(): string {
    return '';
  }

  protected stop(): void {}

  protected shape(): string {
    return t('point.shape');
  }

  protected where({ label, point }: Spot, n: number): string {
    return t('point.where', { n, label: label ?? this.shape(), x: Math.round(point[0]), y: Math.round(point[1]) });
  }
}

customElements.define('x-point', PointMarks);
