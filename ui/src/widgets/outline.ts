// SPDX-License-Identifier: AGPL-3.0-or-later
// What polygons and lines share: points set by taps or drawn anew by keys, moved one by one, added and
// taken away. A tap on the first or the last point, Enter, or the button ends what is begun.
import { t } from '../base/i18n.ts';
import { hundredth, Picture, within, type Mark, type Point } from './picture.ts';

export interface Outline extends Mark { points: [number, number][] }

const REACH = 22;
const POINTS_MAX = 200;

export abstract class OutlineMarks extends Picture<Outline> {
  #begun: Point[] = [];
  protected abstract readonly least: number;
  protected abstract readonly closed: boolean;

  protected override build(): void {
    this.#begun = [];
    super.build();
  }

  protected override keysText(): string {
    return `${super.keysText()} ${t('outline.keys')}`;
  }

  protected override tools(): HTMLElement[] {
    return [
      this.button('end', t('outline.end'), 'Enter', () => this.#end()),
      this.button('add', t('outline.add'), 'A', () => this.#insert()),
      this.button('cut', t('outline.cut'), 'D', () => this.#cut()),
    ];
  }

  protected read({ points }: Record<string, unknown>): Outline | undefined {
    const good = Array.isArray(points) && points.length >= this.least && points.length <= POINTS_MAX && points.every((p: unknown) =>
      Array.isArray(p) && p.length === 2 && p.every((n) => typeof n === 'number' && Number.isFinite(n) && n >= 0));
    return good ? { points: points as Outline['points'] } : undefined;
  }

  protected path({ points }: Outline): string {
    return `M${points.map(([x, y]) => `${x} ${y}`).join('L')}${this.closed ? 'z' : ''}`;
  }

  protected corners({ points }: Outline): Point[] {
    return points.map(([x, y]) => ({ x, y }));
  }

  protected grip(mark: Outline, corner: number): Point {
    return this.corners(mark)[corner]!;
  }

  #with(mark: Outline, points: Point[]): Outline {
    return { ...mark, points: points.map((p) => [hundredth(within(p.x, 0, this.wide)), hundredth(within(p.y, 0, this.high))]) };
  }

  protected bend(mark: Outline, corner: number, to: Point): Outline {
    return this.#with(mark, this.corners(mark).map((p, i) => (i === corner ? to : p)));
  }

  #span(mark: Outline): [number, number, number, number] {
    const xs = mark.points.map((p) => p[0]);
    const ys = mark.points.map((p) => p[1]);
    return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
  }

  protected shift(mark: Outline, dx: number, dy: number): Outline {
    const [left, top, right, low] = this.#span(mark);
    const x = within(dx, -left, this.wide - right);
    const y = within(dy, -top, this.high - low);
    return this.#with(mark, this.corners(mark).map((p) => ({ x: p.x + x, y: p.y + y })));
  }

  protected grow(mark: Outline, dx: number, dy: number): Outline {
    const [left, top, right, low] = this.#span(mark);
    const by = (size: number, d: number) => (size > 0 ? Math.max(1, size + d) / size : 1);
    const [kx, ky] = [by(right - left, dx), by(low - top, dy)];
    return this.#with(mark, this.corners(mark).map((p) => ({ x: left + (p.x - left) * kx, y: top + (p.y - top) * ky })));
  }

  protected fresh(): Outline {
    const { x, y, w } = this.seen;
    const h = w * this.high / this.wide;
    const at = (a: number, b: number) => ({ x: Math.round(x + w * a), y: Math.round(y + h * b) });
    const points = this.closed
      ? [at(0.375, 0.375), at(0.625, 0.375), at(0.625, 0.625), at(0.375, 0.625)]
      : [at(0.375, 0.5), at(0.625, 0.5)];
    return this.#with({ points: [] }, points);
  }

  protected pull(): Outline | null {
    return null;
  }

  protected tap(p: Point): void {
    const reach = REACH * this.unit;
    const first = this.#begun[0];
    const last = this.#begun[this.#begun.length - 1];
    const on = (q: Point | undefined) => q !== undefined && Math.hypot(q.x - p.x, q.y - p.y) < reach;
    if (this.#begun.length >= this.least && ((this.closed && on(first)) || on(last))) return void this.#end();
    if (this.#begun.length === POINTS_MAX) return;
    this.#begun.push(p);
    this.told(t('outline.begun', { n: this.#begun.length }));
  }

  protected begun(): string {
    if (this.#begun.length === 0) return '';
    const arm = 6 * this.unit;
    const ways = `M${this.#begun.map((p) => `${p.x} ${p.y}`).join('L')}`;
    return ways + this.#begun.map((p) => `M${p.x - arm} ${p.y - arm}h${2 * arm}v${2 * arm}h${-2 * arm}z`).join('');
  }

  protected stop(): void {
    this.#begun = [];
  }

  protected override back(): boolean {
    return this.#begun.pop() !== undefined;
  }

  #end(): boolean {
    if (this.#begun.length === 0) return false;
    if (this.#begun.length >= this.least) {
      const points = this.#begun;
      this.#begun = [];
      this.put(this.#with({ points: [] }, points));
    }
    return true;
  }

  #insert(): boolean {
    const mark = this.marks[this.at];
    if (!mark || mark.points.length === POINTS_MAX) return false;
    const all = this.corners(mark);
    const from = Math.max(0, this.corner);
    const a = all[from]!;
    const b = all[from + 1] ?? (this.closed ? all[0]! : all[from - 1]!);
    const middle = { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
    const to = all[from + 1] || this.closed ? from + 1 : from;
    this.swap(this.#with(mark, [...all.slice(0, to), middle, ...all.slice(to)]));
    this.corner = to;
    this.paint();
    this.tellAt();
    return true;
  }

  #cut(): boolean {
    const mark = this.marks[this.at];
    if (!mark || this.corner < 0 || mark.points.length <= this.least) return false;
    const left = this.corners(mark).filter((_, i) => i !== this.corner);
    this.corner = Math.min(this.corner, left.length - 1);
    this.swap(this.#with(mark, left));
    return true;
  }

  protected override more(name: string, single: boolean): boolean {
    if (name === 'Enter') return this.#end();
    const mark = this.marks[this.at];
    if (!single || !mark) return false;
    if (name === '.' || name === ',') {
      const all = mark.points.length;
      this.corner = this.corner < 0 ? (name === '.' ? 0 : all - 1) : (this.corner + (name === '.' ? 1 : all - 1)) % all;
      this.paint();
      this.tellAt();
      return true;
    }
    return (name === 'a' && this.#insert()) || (name === 'd' && this.#cut());
  }

  protected where(mark: Outline, n: number): string {
    const [x, y] = this.#span(mark).map(Math.round) as [number, number];
    return t('outline.where', { n, label: mark.label ?? this.shape(), points: mark.points.length, x, y });
  }
}

/** How far a point is from the piece between two others. */
export function farFrom(p: Point, a: Point, b: Point): number {
  const square = (b.x - a.x) ** 2 + (b.y - a.y) ** 2;
  const k = square > 0 ? within(((p.x - a.x) * (b.x - a.x) + (p.y - a.y) * (b.y - a.y)) / square, 0, 1) : 0;
  return Math.hypot(a.x + k * (b.x - a.x) - p.x, a.y + k * (b.y - a.y) - p.y);
}
