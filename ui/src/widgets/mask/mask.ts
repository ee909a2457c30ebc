// SPDX-License-Identifier: AGPL-3.0-or-later
// mask: pixels of a picture, painted with a round brush of one of some sizes, by mouse, finger or keys.
// A pixel has one label: painting over another takes it away. What is painted lives in one byte for
// each pixel of the picture, column by column as in COCO's code, which is the value (src/kind/mask/mask.c).
import { number, t } from '../../base/i18n.ts';
import { make } from '../widget.ts';
import { Picture, within, type Mark, type Marks, type Point } from '../picture.ts';

interface Painted extends Mark { counts: string }

const CODE_MAX = 49152;
const SIZES = [1, 3, 5, 9, 17, 33, 65, 129, 257];

/** COCO's text for lengths of runs: from the fourth on, less that of two before. */
export function codeOf(lengths: number[]): string {
  let out = '';
  lengths.forEach((n, i) => {
    let x = i > 2 ? n - lengths[i - 2]! : n;
    for (let more = true; more;) {
      const bits = x & 31;
      x >>= 5;
      more = bits & 16 ? x !== -1 : x !== 0;
      out += String.fromCharCode(48 + (more ? bits | 32 : bits));
    }
  });
  return out;
}

/** The lengths of such a text; null when it is none, or does not add up to this many pixels. */
export function lengthsOf(code: string, pixels = NaN): number[] | null {
  const out: number[] = [];
  for (let i = 0; i < code.length;) {
    let [x, shift, bits] = [0, 0, 32];
    for (; bits & 32; shift += 5) {
      bits = code.charCodeAt(i++) - 48;
      if (!(bits >= 0 && bits < 64) || shift > 25) return null;
      x |= (bits & 31) << shift;
    }
    if (bits & 16 && shift < 32) x |= -1 << shift;
    const n = out.length > 2 ? x + out[out.length - 2]! : x;
    if (n < 0 || (pixels -= n) < 0) return null;
    out.push(n);
  }
  return pixels > 0 ? null : out;
}

export class MaskMarks extends Picture<Painted> {
  protected override readonly painted = true;
  /** Of each pixel, its label from 1; 0 for nothing. */
  #map = new Uint8Array(0);
  /** The shapes that the map shows, as JSON. */
  #painted = '';
  #canvas = make('canvas');
  #size = 0;
  #erase = false;
  #last: Point | null = null;
  /** Where the brush is shown. */
  #brush: Point | null = null;
  #colours: number[] = [];
  #rubber: HTMLButtonElement | null = null;
  #shown: HTMLElement | null = null;

  protected override build(): void {
    super.build();
    this.#canvas = make('canvas', { class: 'picture-paint', 'aria-hidden': 'true' });
    this.stage.append(this.#canvas);
    this.#map = new Uint8Array(0);
  }

  protected override tools(): HTMLElement[] {
    this.#rubber = this.button('erase', t('mask.erase'), 'E', () => this.#wipe());
    this.#shown = make('output', { class: 'mask-size' });
    return [
      this.#rubber,
      this.button('less', t('mask.smaller'), '[', () => this.#resize(-1)), this.#shown,
      this.button('more', t('mask.larger'), ']', () => this.#resize(1)),
    ];
  }

  protected override keysText(): string {
    return t('mask.keys');
  }

  #wipe(): void {
    this.#erase = !this.#erase;
    this.show();
  }

  #resize(by: number): void {
    this.#size = within(this.#size + by, 0, SIZES.length - 1);
    this.show();
  }

  // --- the map ---
  #load(value: Marks<Painted> | null): void {
    const shown = JSON.stringify(value?.shapes ?? null);
    const pixels = this.wide * this.high;
    if (this.#map.length !== pixels) {
      this.#map = new Uint8Array(new ArrayBuffer((pixels + 3) & ~3), 0, pixels);
      this.#painted = 'null';
      this.#size = Math.max(1, SIZES.findIndex((d) => d * 25 > this.wide));
    }
    if (shown === this.#painted) return;
    this.#painted = shown;
    this.#map.fill(0);
    for (const { label, counts } of value?.shapes ?? []) {
      let at = 0;
      lengthsOf(counts, pixels)?.forEach((n, i) => {
        if (i % 2) this.#map.fill(Math.max(0, this.spec.labels.indexOf(label ?? '')) + 1, at, at + n);
        at += n;
      });
    }
  }

  #code(): Painted[] | null {
    const map = this.#map;
    const four = new Uint32Array(map.buffer);
    const all: number[][] = [];
    const ends: number[] = [];
    for (let i = 0, to = 0; i < map.length; i = to) {
      const v = map[i]!;
      // Most pixels are like those before them, so four are looked at once.
      for (to = i + 1; map[to] === v;) to += !(to & 3) && four[to >> 2] === v * 0x1010101 && to + 4 <= map.length ? 4 : 1;
      if (!v) continue;
      (all[v] ??= []).push(i - (ends[v] ?? 0), to - i);
      ends[v] = to;
    }
    const shapes = Object.entries(all).map(([v, lengths]) => {
      const left = map.length - ends[Number(v)]!;
      const label = this.spec.labels[Number(v) - 1];
      const counts = codeOf(left ? [...lengths, left] : lengths);
      return label === undefined ? { counts } : { label, counts };
    });
    return shapes.length ? shapes : null;
  }

  /** One round of colour. */
  #dab(p: Point): void {
    const r = (SIZES[this.#size]! - 1) / 2;
    const [x, y] = [Math.min(this.wide - 1, Math.floor(p.x)), Math.min(this.high - 1, Math.floor(p.y))];
    for (let dx = Math.max(-r, -x); dx <= Math.min(r, this.wide - 1 - x); dx++) {
      const half = Math.floor(Math.sqrt(r * r + r - dx * dx));
      const at = (x + dx) * this.high;
      this.#map.fill(this.#erase ? 0 : this.label + 1, at + Math.max(0, y - half), at + Math.min(this.high, y + half + 1));
    }
  }

  protected override paintTo(p: Point, ends: boolean): void {
    const from = this.#last ?? p;
    const far = Math.hypot(p.x - from.x, p.y - from.y);
    const steps = Math.max(1, Math.ceil(far / Math.max(1, SIZES[this.#size]! / 4)));
    for (let i = 1; i <= steps; i++) this.#dab({ x: from.x + (p.x - from.x) * i / steps, y: from.y + (p.y - from.y) * i / steps });
    this.#last = ends ? null : p;
    this.#brush = p;
    if (!ends) return this.paint();
    const shapes = this.#code();
    this.#painted = JSON.stringify(shapes);
    this.commit(shapes);
  }

  protected stop(): void {
    if (this.#last) this.#painted = '';
    this.#last = this.#brush = null;
    if (this.wide) this.#load(this.value);
  }

  // --- showing ---
  protected override show(): void {
    if (this.wide) this.#load(this.value);
    this.#rubber?.setAttribute('aria-pressed', String(this.#erase));
    if (this.#shown) this.#shown.textContent = t('mask.size', { n: number(SIZES[this.#size]!) });
    this.#colours = Array.from({ length: Math.max(1, this.spec.labels.length) }, (_, i) => {
      const probe = make('span', { class: `swatch c${i % 10}` });
      this.append(probe);
      const [r, g, b] = getComputedStyle(probe).color.match(/\d+/g)!.map(Number);
      probe.remove();
      return ((120 << 24) | (b! << 16) | (g! << 8) | r!) >>> 0;
    });
    super.show();
  }

  protected override paint(): void {
    super.paint();
    const m = this.svg.getScreenCTM();
    const box = this.#canvas.getBoundingClientRect();
    const [w, h] = [Math.round(box.width), Math.round(box.height)];
    if (!this.#map.length || !m || !w || !h) return;
    this.#canvas.width = w;
    this.#canvas.height = h;
    const context = this.#canvas.getContext('2d')!;
    const image = context.createImageData(w, h);
    const out = new Uint32Array(image.data.buffer);
    const of = (n: number, from: number, k: number, side: number) => Int32Array.from({ length: n }, (_, i) => {
      const at = Math.floor((i + 0.5 + from) / k);
      return at < side ? at : -1;
    });
    const xs = of(w, box.left - m.e, m.a, this.wide);
    const ys = of(h, box.top - m.f, m.d, this.high);
    for (let px = 0; px < w; px++) {
      for (let py = 0; xs[px]! >= 0 && py < h; py++) {
        const v = ys[py]! >= 0 && this.#map[xs[px]! * this.high + ys[py]!];
        if (v) out[py * w + px] = this.#colours[v - 1]!;
      }
    }
    context.putImageData(image, 0, 0);
  }

  protected begun(): string {
    if (!this.#brush) return '';
    const r = SIZES[this.#size]! / 2;
    return `M${this.#brush.x - r} ${this.#brush.y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0`;
  }

  // --- keys: arrows move the brush by half of its size, with Alt by a pixel, with Shift painting ---
  protected override more(name: string, single: boolean, ev: KeyboardEvent): boolean {
    const { seen } = this;
    const h = seen.w * this.high / this.wide;
    const at = this.#brush ?? { x: Math.floor(seen.x + seen.w / 2), y: Math.floor(seen.y + h / 2) };
    if (name === ' ') {
      this.#last = at;
      this.paintTo(at, true);
    } else if (/Arrow/.test(name)) {
      const by = ev.altKey ? 1 : Math.ceil(SIZES[this.#size]! / 2);
      const to = {
        x: within(at.x + (/Left/.test(name) ? -by : /Right/.test(name) ? by : 0), 0, this.wide - 1),
        y: within(at.y + (/Up/.test(name) ? -by : /Down/.test(name) ? by : 0), 0, this.high - 1),
      };
      this.#last = at;
      if (ev.shiftKey) this.paintTo(to, true);
      this.#last = null;
      this.#brush = to;
      if (to.x < seen.x || to.x >= seen.x + seen.w || to.y < seen.y || to.y >= seen.y + h) this.look(to.x - seen.w / 2, to.y - h / 2, seen.w);
      else this.paint();
    } else if (!single || !/^[e[\]]$/.test(name)) {
      return false;
    } else if (name === 'e') {
      this.#wipe();
    } else {
      this.#resize(name === '[' ? -1 : 1);
    }
    this.told(t('mask.at', { x: Math.round(this.#brush?.x ?? at.x), y: Math.round(this.#brush?.y ?? at.y), n: number(SIZES[this.#size]!) }));
    return true;
  }

  // --- the value ---
  protected read({ counts }: Record<string, unknown>): Painted | undefined {
    return typeof counts === 'string' && counts !== '' ? { counts } : undefined;
  }

  protected override accept(value: unknown): Marks<Painted> | undefined {
    const found = super.accept(value);
    const shapes = found?.shapes ?? [];
    const pixels = (found?.width ?? 0) * (found?.height ?? 0);
    const once = new Set(shapes.map((s) => s.label)).size === shapes.length;
    return once && shapes.every((s) => pixels > 0 && lengthsOf(s.counts, pixels)) ? found : undefined;
  }

  protected override wrong(): string {
    return this.marks.reduce((n, s) => n + s.counts.length, 0) > CODE_MAX ? t('mask.fine') : super.wrong();
  }

  protected shape(): string {
    return t('mask.shape');
  }
  protected where(): string {
    return '';
  }
  protected path(): string {
    return 'M0 0';
  }
  /** Where its first pixel is: its name stands there. */
  protected corners(mark: Painted): Point[] {
    const first = lengthsOf(/^[P-o]*./.exec(mark.counts)![0])![0]!;
    return [{ x: Math.floor(first / this.high), y: first % this.high }];
  }
  protected holds(): boolean {
    return false;
  }
  protected pull(): null {
    return null;
  }
  protected tap(): void {}
  protected fresh(): Painted {
    return { counts: '' };
  }
  protected grip(): Point {
    return { x: 0, y: 0 };
  }
  protected bend(mark: Painted): Painted {
    return mark;
  }
  protected shift(mark: Painted): Painted {
    return mark;
  }
  protected grow(mark: Painted): Painted {
    return mark;
  }
}

customElements.define('x-mask', MaskMarks);
