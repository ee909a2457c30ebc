// SPDX-License-Identifier: AGPL-3.0-or-later
// box: boxes around things on a picture, by dragging, by two taps on opposite corners, or by keys.
import { t } from '../../base/i18n.ts';
import { hundredth, Picture, within, type Mark, type Point } from '../picture.ts';

export interface Box extends Mark { box: [number, number, number, number] }

const LEAST = 3; // picture pixels: less is a slip of the hand

export class BoxMarks extends Picture<Box> {
  #corner: Point | null = null;

  /** A box by two corners, inside of the picture. */
  #between(a: Point, b: Point, mark?: Box): Box {
    const [x1, x2] = [a.x, b.x].map((n) => within(n, 0, this.wide)).sort((m, n) => m - n) as [number, number];
    const [y1, y2] = [a.y, b.y].map((n) => within(n, 0, this.high)).sort((m, n) => m - n) as [number, number];
    const box: Box['box'] = [hundredth(x1), hundredth(y1), hundredth(Math.max(1, x2 - x1)), hundredth(Math.max(1, y2 - y1))];
    return this.shift({ ...mark, box }, 0, 0);
  }

  protected read({ box }: Record<string, unknown>): Box | undefined {
    const good = Array.isArray(box) && box.length === 4 && box.every((n) => typeof n === 'number' && Number.isFinite(n) && n >= 0);
    return good && (box as number[])[2]! > 0 && (box as number[])[3]! > 0 ? { box: box as Box['box'] } : undefined;
  }

  protected path({ box: [x, y, w, h] }: Box): string {
    return `M${x} ${y}h${w}v${h}h${-w}z`;
  }

  protected corners({ box: [x, y, w, h] }: Box): Point[] {
    return [{ x, y }, { x: x + w, y }, { x: x + w, y: y + h }, { x, y: y + h }];
  }

  protected grip(mark: Box, corner: number): Point {
    const p = this.corners(mark)[corner]!;
    const out = 9 * this.unit;
    return {
      x: within(p.x + (corner === 0 || corner === 3 ? -out : out), out, Math.max(out, this.wide - out)),
      y: within(p.y + (corner < 2 ? -out : out), out, Math.max(out, this.high - out)),
    };
  }

  protected bend(mark: Box, corner: number, to: Point): Box {
    return this.#between(this.corners(mark)[(corner + 2) % 4]!, to, mark);
  }

  protected shift(mark: Box, dx: number, dy: number): Box {
    const [x, y, w, h] = mark.box;
    return { ...mark, box: [hundredth(within(x + dx, 0, this.wide - w)), hundredth(within(y + dy, 0, this.high - h)), w, h] };
  }

  protected grow(mark: Box, dx: number, dy: number): Box {
    const [x, y, w, h] = mark.box;
    return { ...mark, box: [x, y, hundredth(within(w + dx, 1, this.wide - x)), hundredth(within(h + dy, 1, this.high - y))] };
  }

  protected holds({ box: [x, y, w, h] }: Box, p: Point): boolean {
    return p.x >= x && p.x <= x + w && p.y >= y && p.y <= y + h;
  }

  protected fresh(): Box {
    const { x, y, w } = this.seen;
    const h = w * this.high / this.wide;
    return this.#between({ x: Math.round(x + w * 0.375), y: Math.round(y + h * 0.375) }, { x: Math.round(x + w * 0.625), y: Math.round(y + h * 0.625) });
  }

  protected pull(from: Point, to: Point): Box | null {
    this.#corner = null;
    return Math.abs(from.x - to.x) < LEAST || Math.abs(from.y - to.y) < LEAST ? null : this.#between(from, to);
  }

  protected tap(p: Point): void {
    const first = this.#corner;
    this.#corner = null;
    if (first) {
      const made = this.pull(first, p);
      if (made) this.put(made);
    } else {
      this.#corner = p;
      this.told(t('box.corner'));
    }
  }

  protected begun(): string {
    if (!this.#corner) return '';
    const { x, y } = this.#corner;
    const arm = 12 * this.unit;
    return `M${x - arm} ${y}h${2 * arm}M${x} ${y - arm}v${2 * arm}`;
  }

  protected stop(): void {
    this.#corner = null;
  }

  protected shape(): string {
    return t('box.shape');
  }

  protected where(mark: Box, n: number): string {
    const [x, y, w, h] = mark.box.map(Math.round) as Box['box'];
    return t('box.where', { n, label: mark.label ?? this.shape(), x, y, w, h });
  }
}

customElements.define('x-box', BoxMarks);
