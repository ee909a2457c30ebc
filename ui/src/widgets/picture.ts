// SPDX-License-Identifier: AGPL-3.0-or-later
// What all kinds that mark a picture share: the picture with zoom, pan and loupe, labels, undo, the
// list of marks, keys and fingers. A kind says what a mark is and how it bends.
//
// Everything is drawn in SVG whose units are the picture's pixels; `unit` is how many of them one pixel of
// the screen is. While a finger moves, the mark in hand lives in `held`; letting go makes one
// step that can be undone. Two fingers zoom and pan, and scroll the page where all is in view.
import { t } from '../base/i18n.ts';
import { isSingle, keyName } from '../base/keys.ts';
import { make, on, Widget, type Spec } from './widget.ts';

const NS = 'http://www.w3.org/2000/svg';
const ZOOM_MAX = 32;
const TAP = 5; // screen pixels that a tap may move
const REACH = 22; // screen pixels around the middle of a handle
const STEPS_MAX = 200;

export interface PictureSpec extends Spec {
  src: string | null;
  href?: string;
  alt?: string;
  labels: string[];
  min: number;
  max: number;
  step_ms?: number;
}
export interface Mark { label?: string }
export interface Marks<M> { width?: number; height?: number; shapes: M[] }
export interface Point { x: number; y: number }
type Hand =
  | { what: 'none' | 'draw' | 'pan' | 'pinch' }
  | { what: 'move'; from: Mark }
  | { what: 'bend'; from: Mark; corner: number; dx: number; dy: number };

/** To a hundredth, as the server keeps it. */
export const hundredth = (n: number) => Math.round(n * 100) / 100;
export const within = (n: number, least: number, most: number) => Math.max(least, Math.min(most, n));

export function draw(tag: string, attributes: Record<string, string | number>, ...children: Node[]): SVGElement {
  const el = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(attributes)) el.setAttribute(name, String(value));
  el.append(...children);
  return el;
}

export abstract class Picture<M extends Mark> extends Widget<PictureSpec, Marks<M>> {
  /** The mark that is chosen, and of it the corner; or -1. */
  protected at = -1;
  protected corner = -1;
  protected wide = 0;
  protected high = 0;
  /** Picture pixels in one pixel of the screen. */
  protected unit = 1;
  /** What is seen: left, top and width; the height follows. */
  protected seen = { x: 0, y: 0, w: 1 };
  #label = 0;
  /** The chosen one is not picked, only just drawn: a label that is chosen now is for the next. */
  #justDrawn = false;
  #hand: Hand = { what: 'none' };
  #held: M | null = null;
  #start: Point = { x: 0, y: 0 };
  #fingers = new Map<number, { x: number; y: number }>();
  #touch = false;
  #panning = false;
  #names = true;
  #past: string[] = [];
  #future: string[] = [];
  protected stage = make('div');
  protected svg = draw('svg', {}) as SVGSVGElement;
  #list = make('ul');
  #live = make('p');
  #nothing: HTMLInputElement | null = null;
  #buttons = new Map<string, HTMLButtonElement>();
  #watch: ResizeObserver | null = null;

  // --- what a kind says ---
  protected abstract read(value: Record<string, unknown>): M | undefined;
  protected abstract path(mark: M): string;
  protected abstract corners(mark: M): Point[];
  /** Where the handle of a corner lies: beside it, so that it covers nothing. */
  protected abstract grip(mark: M, corner: number): Point;
  protected abstract bend(mark: M, corner: number, to: Point): M;
  protected abstract shift(mark: M, dx: number, dy: number): M;
  protected abstract grow(mark: M, dx: number, dy: number): M;
  protected abstract holds(mark: M, p: Point): boolean;
  /** A new one in the middle of what is seen. */
  protected abstract fresh(): M;
  /** A drag over what is free; null: too small. */
  protected abstract pull(from: Point, to: Point): M | null;
  /** A tap on what is free. */
  protected abstract tap(p: Point): void;
  /** What is begun by taps and not done, as a path; "" for nothing. */
  protected abstract begun(): string;
  protected abstract stop(): void;
  /** Takes back one step of what is begun. */
  protected back(): boolean {
    return false;
  }
  /** A key that only this kind knows. */
  protected more(_name: string, _single: boolean, _ev: KeyboardEvent): boolean {
    return false;
  }
  /** Buttons that only this kind has. */
  protected tools(): HTMLElement[] {
    return [];
  }
  protected abstract shape(): string;
  protected readonly tapIsMark: boolean = false;
  /** Marks are painted: drags are taken as they go, and no mark is chosen, moved or made anew as a whole. */
  protected readonly painted: boolean = false;
  /** A drag over what is free has come this far; with `ends` it is over. */
  protected paintTo(_p: Point, _ends: boolean): void {}
  protected keysText(): string {
    return t('picture.keys');
  }
  protected abstract where(mark: M, n: number): string;

  protected get marks(): M[] {
    return this.value?.shapes ?? [];
  }

  // --- the controls ---
  protected build(): void {
    const { spec } = this;
    const name = spec.alt || spec.label || spec.name;
    this.classList.add('picture');
    this.append(make('p', { class: 'picture-label', id: `${this.uid}l`, dir: 'auto' }, spec.label || spec.name));
    if (spec.hint) this.append(make('p', { class: 'hint', id: `${this.uid}h`, dir: 'auto' }, spec.hint));
    if (spec.labels.length) this.append(this.#labelBar());
    this.append(this.#toolBar());
    this.svg = draw('svg', { 'aria-hidden': 'true', class: 'picture-view' }) as SVGSVGElement;
    this.stage = make('div', {
      class: 'picture-stage', role: 'application', tabindex: '0', 'aria-label': t('picture.name', { alt: name }),
      'aria-describedby': this.ids(`${this.uid}k`, `${this.uid}l`),
    }, this.svg);
    this.#list = make('ul', { class: 'picture-list', 'aria-label': t('picture.list') });
    this.#live = make('p', { class: 'hidden', 'aria-live': 'polite' });
    this.append(this.stage, make('p', { class: 'hidden', id: `${this.uid}k` }, this.keysText()), this.#list, this.#live);
    if (spec.min === 0) this.append(this.#nothingBox());
    this.#hear();
    this.#watch = new ResizeObserver(() => this.paint());
    this.#watch.observe(this.stage);
    this.#past = [];
    this.#future = [];
    this.at = -1;
    this.#open();
  }

  override disconnectedCallback(): void {
    this.#watch?.disconnect();
    super.disconnectedCallback();
  }

  protected button(id: string, word: string, key: string, run: () => void, label?: string): HTMLButtonElement {
    const button = make('button', { type: 'button', class: 'button', 'aria-label': label }, make('span', {}, word));
    if (/^(out|in|fit|move|names|play|back|next)$/.test(id)) button.dataset['view'] = '';
    if (key) button.append(make('kbd', { 'aria-hidden': 'true' }, key));
    on(button, 'click', run);
    this.#buttons.set(id, button);
    return button;
  }

  #labelBar(): HTMLElement {
    const bar = make('div', { class: 'picture-bar', role: 'group', 'aria-label': t('picture.labels') });
    this.spec.labels.forEach((label, i) => {
      const button = this.button(`label ${i}`, label, i < 10 ? String((i + 1) % 10) : '', () => this.#choose(i));
      button.prepend(make('span', { class: `swatch c${i % 10}` }));
      button.dir = 'auto';
      bar.append(button);
    });
    return bar;
  }

  #toolBar(): HTMLElement {
    const bar = make('div', { class: 'picture-bar tools', role: 'group', 'aria-label': t('picture.tools') });
    bar.append(
      ...this.painted ? [] : [this.button('new', t('picture.new'), 'N', () => this.#add())],
      ...this.tools(),
      ...this.painted ? [] : [this.button('drop', t('picture.drop'), 'Del', () => this.#drop(this.at))],
      this.button('undo', t('picture.undo'), 'Ctrl Z', () => {
        if (this.back()) this.paint();
        else this.#step(this.#past, this.#future, 'picture.undone');
      }),
      this.button('redo', t('picture.redo'), '', () => this.#step(this.#future, this.#past, 'picture.redone')),
      this.button('out', '−', '-', () => this.#zoom(0.5), t('picture.out')),
      this.button('in', '+', '+', () => this.#zoom(2), t('picture.in')),
      this.button('fit', t('picture.fit'), '0', () => this.#fit()),
      this.button('move', t('picture.move'), '', () => this.#set('move')),
      this.button('names', t('picture.names'), 'H', () => this.#set('names')),
    );
    return bar;
  }

  #nothingBox(): HTMLElement {
    const input = make('input', { type: 'checkbox' });
    this.#nothing = input;
    on(input, 'change', () => this.commit(input.checked ? [] : null));
    on(input, 'input', () => {});
    return make('label', { class: 'option' }, input, make('span', {}, t('picture.nothing')));
  }

  #set(what: 'move' | 'names'): void {
    if (what === 'move') this.#panning = !this.#panning;
    else this.#names = !this.#names;
    this.show();
  }

  // --- the picture ---
  #say(key: 'picture.loading' | 'picture.bad' | 'picture.none' | 'picture.elsewhere', again = false): void {
    const note = make('p', { class: 'picture-note', role: again ? 'alert' : 'status' }, t(key));
    this.stage.querySelector('.picture-note')?.remove();
    if (again) {
      const button = make('button', { type: 'button', class: 'button' }, t('picture.again'));
      on(button, 'click', () => this.#open());
      note.append(button);
    }
    this.stage.append(note);
  }

  #open(): void {
    const { src } = this.spec;
    this.wide = this.high = 0;
    this.svg.replaceChildren();
    if (!src) return this.#say(this.spec.href ? 'picture.elsewhere' : 'picture.none');
    this.#say('picture.loading');
    const mine = this.svg;
    const still = this.load(src, (wide, high) => {
      if (this.svg !== mine) return;
      this.stage.querySelector('.picture-note')?.remove();
      this.wide = wide || 1;
      this.high = high || 1;
      const size = { width: this.wide, height: this.high };
      for (const [name, value] of Object.entries(size)) mine.setAttribute(name, String(value));
      this.seen = { x: 0, y: 0, w: this.wide };
      mine.replaceChildren(...still ? [draw('image', { href: still, ...size })] : [], draw('g', {}));
      this.show();
    }, () => {
      if (this.svg === mine) this.#say('picture.bad', true);
    });
  }

  /** Fetches what is marked; gives its address where it is a picture. */
  protected load(src: string, ready: (wide: number, high: number) => void, bad: () => void): string | null {
    const image = new Image();
    image.onload = () => ready(image.naturalWidth, image.naturalHeight);
    image.onerror = bad;
    image.src = src;
    return src;
  }

  protected look(x: number, y: number, w: number): void {
    const h = w * this.high / this.wide;
    this.seen = { x: within(x, 0, this.wide - w), y: within(y, 0, this.high - h), w };
    this.paint();
  }

  /** Zooms so that a point of the picture stays where it is. */
  #zoom(by: number, about?: Point): void {
    const { seen } = this;
    const w = within(seen.w / by, this.wide / ZOOM_MAX, this.wide);
    const mark = this.marks[this.at];
    const p = about ?? (mark ? this.middle(mark) : { x: seen.x + seen.w / 2, y: seen.y + seen.w * this.high / this.wide / 2 });
    // About a mark, it comes to the middle; else the point stays.
    const k = about ? 1 - w / seen.w : 0;
    if (about) this.look(seen.x + (p.x - seen.x) * k, seen.y + (p.y - seen.y) * k, w);
    else this.look(p.x - w / 2, p.y - w * this.high / this.wide / 2, w);
  }

  #fit(): void {
    this.look(0, 0, this.wide);
  }

  protected middle(mark: M): Point {
    const c = this.corners(mark);
    const mean = (of: (p: Point) => number) => c.reduce((n, p) => n + of(p), 0) / c.length;
    return { x: mean((p) => p.x), y: mean((p) => p.y) };
  }

  /** A point of the window as one of the picture, inside of it. */
  protected point(ev: { clientX: number; clientY: number }): Point {
    const m = this.svg.getScreenCTM();
    if (!m) return { x: 0, y: 0 };
    return {
      x: within((ev.clientX - m.e) / m.a, 0, this.wide), y: within((ev.clientY - m.f) / m.d, 0, this.high),
    };
  }

  // --- showing ---
  protected show(): void {
    const { marks } = this;
    if (this.at >= marks.length) this.at = -1;
    const label = this.#picked?.label ?? this.spec.labels[this.#label];
    for (const [id, button] of this.#buttons) {
      const i = id.startsWith('label ') ? Number(id.slice(6)) : -1;
      if (i >= 0) button.setAttribute('aria-pressed', String(this.spec.labels[i] === label));
    }
    this.#buttons.get('move')?.setAttribute('aria-pressed', String(this.#panning));
    this.#buttons.get('names')?.setAttribute('aria-pressed', String(this.#names));
    if (this.#nothing) this.#nothing.checked = this.value !== null && marks.length === 0;
    this.#showList();
    this.paint();
  }

  #showList(): void {
    const { marks } = this;
    const held = document.activeElement instanceof HTMLElement && this.#list.contains(document.activeElement)
      ? document.activeElement.dataset['go'] : undefined;
    this.#list.replaceChildren(...marks.map((mark, i) => {
      const words = { n: i + 1, label: mark.label ?? this.shape() };
      const go = make('button', { type: 'button', class: 'button', 'aria-pressed': String(i === this.at), dir: 'auto', 'data-go': String(i), 'data-view': '' }, t('picture.item', words));
      const drop = make('button', { type: 'button', class: 'button square', 'aria-label': t('picture.drop.item', words) }, '×');
      drop.disabled = this.disabled;
      on(go, 'click', () => this.#pick(i, true));
      on(drop, 'click', () => this.#drop(i));
      return make('li', {}, go, drop);
    }));
    this.#list.hidden = marks.length === 0;
    if (held) this.#list.querySelector<HTMLElement>(`[data-go="${held}"]`)?.focus();
  }

  #class(mark: M): string {
    return `c${Math.max(0, this.spec.labels.indexOf(mark.label ?? '')) % 10}`;
  }

  /** The place of the label that is chosen for what comes next. */
  protected get label(): number {
    return this.#label;
  }

  protected paint(): void {
    const layer = this.svg.lastElementChild;
    if (!this.wide || layer?.tagName !== 'g') return;
    const { seen } = this;
    this.svg.setAttribute('viewBox', `${seen.x} ${seen.y} ${seen.w} ${seen.w * this.high / this.wide}`);
    this.unit = 1 / (this.svg.getScreenCTM()?.a || 1);
    const marks = this.marks.map((m, i) => (i === this.at && this.#held && this.#hand.what !== 'draw' ? this.#held : m));
    const extra = this.#held && this.#hand.what === 'draw' ? [this.#held] : [];
    const shown = [...marks, ...extra].map((m, i) => this.#drawn(m, i));
    const begun = this.begun();
    if (begun) shown.push(draw('path', { d: begun, class: 'begun' }));
    const mark = marks[this.at];
    if (mark && !this.disabled && this.path(mark)) shown.push(...this.#grips(mark));
    layer.replaceChildren(...shown);
  }

  #drawn(mark: M, i: number): SVGElement {
    const d = this.path(mark);
    if (!d) return draw('g', {});
    const g = draw('g', { class: `mark ${this.#class(mark)}${i === this.at ? ' on' : ''}` }, draw('path', { d, class: 'halo' }), draw('path', { d }));
    if (this.#names) {
      const [x, y] = this.corners(mark).reduce(([a, b], p) => [Math.min(a, p.x), Math.min(b, p.y)], [Infinity, Infinity]);
      const down = y - this.seen.y < 20 * this.unit ? 16 : -4;
      const text = draw('text', { x: 4, y: down });
      text.textContent = mark.label === undefined ? String(i + 1) : t('picture.item', { n: i + 1, label: mark.label });
      g.append(draw('g', { transform: `translate(${x} ${y}) scale(${this.unit})` }, text));
    }
    return g;
  }

  #grips(mark: M): SVGElement[] {
    const out = this.corners(mark).map((_, i) => {
      const p = this.grip(mark, i);
      return draw('circle', { cx: p.x, cy: p.y, r: 12 * this.unit, class: `grip ${this.#class(mark)}${i === this.corner ? ' on' : ''}` });
    });
    if (this.#touch && this.svg.querySelector('image') && this.#hand.what === 'bend' && this.#held) out.push(this.#loupe(this.corners(this.#held)[this.#hand.corner]!));
    return out;
  }

  /** What the finger covers, three times as large, in the corner that is away from it. */
  #loupe(p: Point): SVGElement {
    const { seen, unit } = this;
    const side = 112 * unit;
    const part = side / 3;
    const away = p.x < seen.x + seen.w / 2 && p.y < seen.y + side * 2;
    const x = away ? seen.x + seen.w - side - 8 * unit : seen.x + 8 * unit;
    const box = { x, y: seen.y + 8 * unit, width: side, height: side };
    const m = part / 2;
    return draw('g', { class: 'loupe' }, draw('rect', box),
      draw('svg', { ...box, viewBox: `${p.x - m} ${p.y - m} ${part} ${part}` },
        draw('image', { href: this.spec.src ?? '', width: this.wide, height: this.high }),
        draw('path', { d: `M${p.x - m} ${p.y}h${part}M${p.x} ${p.y - m}v${part}` })));
  }

  // --- steps that can be undone ---
  /** null: nothing is said. */
  protected commit(shapes: M[] | null, again = false): void {
    if (!again) {
      this.#past.push(JSON.stringify(this.value));
      if (this.#past.length > STEPS_MAX) this.#past.shift();
    }
    this.#future = [];
    this.#take(shapes === null ? null : this.whole(shapes));
  }

  /** The value around the marks. */
  protected whole(shapes: M[]): Marks<M> {
    return { width: this.wide, height: this.high, shapes };
  }

  #take(value: Marks<M> | null): void {
    this.changed(value, false);
    this.show();
  }

  #step(from: string[], to: string[], said: 'picture.undone' | 'picture.redone'): void {
    const kept = from.pop();
    if (kept === undefined) return;
    to.push(JSON.stringify(this.value));
    this.stop();
    this.#take(JSON.parse(kept) as Marks<M> | null);
    this.#tell(t(said, { n: this.marks.length }));
  }

  #tell(text: string): void {
    this.#live.textContent = text;
  }

  protected tellAt(): void {
    const mark = this.marks[this.at];
    const c = mark && this.corners(mark)[this.corner];
    if (c) this.#tell(t('picture.corner', { n: this.corner + 1, all: this.corners(mark).length, x: Math.round(c.x), y: Math.round(c.y) }));
    else if (mark) this.#tell(this.where(mark, this.at + 1));
  }

  get #picked(): M | undefined {
    return this.#justDrawn ? undefined : this.marks[this.at];
  }

  #pick(i: number, see = false, justDrawn = false): void {
    if (this.painted) return this.#choose(this.spec.labels.indexOf(this.marks[i]?.label ?? ''));
    this.at = i;
    this.#justDrawn = justDrawn;
    this.corner = -1;
    const mark = this.marks[i];
    if (see && mark) {
      this.meet(mark);
      const p = this.middle(mark);
      const { seen } = this;
      const h = seen.w * this.high / this.wide;
      if (p.x < seen.x || p.x > seen.x + seen.w || p.y < seen.y || p.y > seen.y + h) this.look(p.x - seen.w / 2, p.y - h / 2, seen.w);
    }
    this.show();
    this.tellAt();
  }

  protected put(mark: M, justDrawn = true): void {
    if (this.marks.length >= this.spec.max) return this.#tell(t('picture.full', { n: this.spec.max }));
    const label = this.spec.labels[this.#label];
    this.commit([...this.marks, label === undefined ? mark : { label, ...mark }]);
    this.#pick(this.marks.length - 1, false, justDrawn);
  }

  /** A mark is gone to from the list or by Tab. */
  protected meet(_mark: M): void {}

  protected told(text: string): void {
    this.#tell(text);
  }

  #add(): void {
    if (!this.wide) return;
    this.stop();
    this.put(this.fresh(), false);
    this.stage.focus();
  }

  #drop(i: number): void {
    if (!this.marks[i]) return;
    const left = this.marks.filter((_, k) => k !== i);
    this.at = -1;
    this.commit(left.length ? left : null);
    this.#tell(t('picture.dropped', { n: left.length }));
    this.stage.focus({ preventScroll: true });
  }

  /** Puts another in the place of the chosen one. */
  protected swap(mark: M, again = false): void {
    this.commit(this.marks.map((m, i) => (i === this.at ? mark : m)), again);
    this.tellAt();
  }

  #choose(i: number): void {
    const label = this.spec.labels[i];
    if (label === undefined) return;
    this.#label = i;
    const mark = this.#picked;
    if (mark && mark.label !== label) this.swap({ ...mark, label });
    else this.show();
  }

  // --- fingers ---
  #hear(): void {
    const stage = this.stage;
    const listen = <E extends Event>(name: string, run: (ev: E) => void) => stage.addEventListener(name, run as EventListener, { passive: false });
    listen<PointerEvent>('pointerdown', (ev) => this.#down(ev));
    listen<PointerEvent>('pointermove', (ev) => this.#moved(ev));
    listen<PointerEvent>('pointerup', (ev) => this.#up(ev));
    listen<PointerEvent>('pointercancel', (ev) => {
      if (this.painted) this.stop();
      this.#let(ev.pointerId);
    });
    // Else a quick finger begins a fling, though there is nothing to scroll, and Chromium takes the tap that
    // follows within half a second, on Submit, for the one that stops it: no click comes of it.
    listen('touchstart', (ev) => {
      if (this.wide) ev.preventDefault();
    });
    listen<WheelEvent>('wheel', (ev) => {
      if (!ev.ctrlKey || !this.wide) return;
      ev.preventDefault();
      this.#zoom(ev.deltaY < 0 ? 1.25 : 0.8, this.point(ev));
    });
    listen<KeyboardEvent>('keydown', (ev) => {
      if (this.disabled || ev.isComposing || !this.wide || ev.target !== stage || !this.#pressed(ev)) return;
      ev.preventDefault();
      ev.stopPropagation();
    });
  }

  /** Puts down what is in hand; nothing has changed. */
  #let(id: number): void {
    this.#fingers.delete(id);
    this.#hand = { what: 'none' };
    this.#held = null;
    this.paint();
  }

  #down(ev: PointerEvent): void {
    if (!this.wide || (ev.button !== 0 && ev.button !== 1)) return;
    this.stage.setPointerCapture(ev.pointerId);
    this.#fingers.set(ev.pointerId, { x: ev.clientX, y: ev.clientY });
    this.#touch = ev.pointerType !== 'mouse';
    this.#start = this.point(ev);
    this.#held = null;
    if (this.#fingers.size > 1) {
      if (this.painted) this.stop();
      this.#hand = { what: 'pinch' };
    }
    else if (ev.button === 1 || this.#panning || this.disabled) this.#hand = { what: 'pan' };
    else this.#hand = this.#grabbed(this.#start);
    if (this.#hand.what === 'draw' && this.painted) this.paintTo(this.#start, false);
    if (ev.button === 1) ev.preventDefault();
    this.paint();
  }

  #grabbed(p: Point): Hand {
    const mark = this.marks[this.at];
    if (!mark || !this.path(mark)) return { what: 'draw' };
    let best = REACH * this.unit;
    let corner = -1;
    this.corners(mark).forEach((_, i) => {
      const g = this.grip(mark, i);
      const far = Math.hypot(g.x - p.x, g.y - p.y);
      if (far <= best) [best, corner] = [far, i];
    });
    if (corner >= 0) {
      const c = this.corners(mark)[corner]!;
      return { what: 'bend', from: mark, corner, dx: c.x - p.x, dy: c.y - p.y };
    }
    return this.holds(mark, p) ? { what: 'move', from: mark } : { what: 'draw' };
  }

  #moved(ev: PointerEvent): void {
    const before = this.#fingers.get(ev.pointerId);
    if (!before) return;
    const now = { x: ev.clientX, y: ev.clientY };
    const hand = this.#hand;
    const p = this.point(ev);
    if (hand.what === 'pinch') this.#pinch(ev.pointerId, now);
    if (hand.what === 'pan') this.#pan(now.x - before.x, now.y - before.y);
    if (hand.what === 'pinch' || hand.what === 'pan') return void this.#fingers.set(ev.pointerId, now);
    if (hand.what === 'draw' && this.painted) return this.paintTo(p, false);
    if (Math.hypot(now.x - before.x, now.y - before.y) < TAP && !this.#held) return;
    if (hand.what === 'bend') this.#held = this.bend(hand.from as M, hand.corner, { x: within(p.x + hand.dx, 0, this.wide), y: within(p.y + hand.dy, 0, this.high) });
    if (hand.what === 'move') this.#held = this.shift(hand.from as M, p.x - this.#start.x, p.y - this.#start.y);
    if (hand.what === 'draw') {
      const label = this.spec.labels[this.#label];
      const drawn = this.pull(this.#start, p);
      this.#held = drawn && label !== undefined ? { label, ...drawn } : drawn;
    }
    this.paint();
  }

  #pan(dx: number, dy: number): void {
    const { seen, unit } = this;
    if (seen.w === this.wide) scrollBy(0, -dy);
    else this.look(seen.x - dx * unit, seen.y - dy * unit, seen.w);
  }

  #pinch(id: number, now: { x: number; y: number }): void {
    const [a, b] = [...this.#fingers.keys()];
    if (a === undefined || b === undefined || (id !== a && id !== b)) return;
    const still = this.#fingers.get(id === a ? b : a)!;
    const old = this.#fingers.get(id)!;
    const far = (p: { x: number; y: number }) => Math.hypot(p.x - still.x, p.y - still.y) || 1;
    const by = far(now) / far(old);
    this.#zoom(by, this.point({ clientX: (now.x + still.x) / 2, clientY: (now.y + still.y) / 2 }));
    this.#pan((now.x - old.x) / 2, (now.y - old.y) / 2);
  }

  #up(ev: PointerEvent): void {
    const hand = this.#hand;
    const { what } = hand;
    const held = this.#held;
    if (!this.#fingers.has(ev.pointerId)) return;
    this.#let(ev.pointerId);
    if (what === 'pan' || what === 'pinch' || this.disabled) return;
    if (what === 'draw' && this.painted) this.paintTo(this.point(ev), true);
    else if (held && what === 'draw') this.put(held);
    else if (held) this.swap(held);
    else if (what === 'draw') this.#tapped(this.#start);
    else {
      this.#justDrawn = false;
      if (hand.what === 'bend') this.corner = hand.corner;
    }
    this.show();
  }

  #tapped(p: Point): void {
    const hit = this.begun() ? [] : this.marks.map((m, i) => [i, this.#area(m), this.holds(m, p)] as const).filter((m) => m[2]);
    const best = hit.sort((a, b) => a[1] - b[1])[0];
    if (best) return this.#pick(best[0]);
    // With one chosen, the first tap beside it lets go; not where a tap is a whole mark.
    if (this.at >= 0 && !this.tapIsMark) return this.#pick(-1);
    this.tap(p);
    this.paint();
  }

  #area(mark: M): number {
    const c = this.corners(mark);
    const span = (of: number[]) => Math.max(...of) - Math.min(...of);
    return span(c.map((p) => p.x)) * span(c.map((p) => p.y));
  }

  // --- keys ---
  #pressed(ev: KeyboardEvent): boolean {
    const name = keyName(ev);
    if (name === 'Ctrl+z') {
      if (!ev.shiftKey && this.back()) this.paint();
      else if (ev.shiftKey) this.#step(this.#future, this.#past, 'picture.redone');
      else this.#step(this.#past, this.#future, 'picture.undone');
      return true;
    }
    if (this.more(name, isSingle(ev), ev)) return true;
    if (name === 'Tab') return !this.painted && this.#tab(ev.shiftKey ? -1 : 1);
    if (name === 'Escape') return this.#leave();
    if (/Arrow/.test(name)) return this.#arrow(ev);
    if (name === 'Delete' || name === 'Backspace') {
      this.#drop(this.at);
      return true;
    }
    return isSingle(ev) && this.key(ev);
  }

  override key(ev: KeyboardEvent): boolean {
    if (this.disabled || !this.wide) return false;
    switch (ev.key.toLowerCase()) {
      case 'n': if (!this.painted) this.#add(); return true;
      case '+': case '=': this.#zoom(2); return true;
      case '-': this.#zoom(0.5); return true;
      case 'h': this.#set('names'); return true;
      case '0': if (this.spec.labels.length < 10) { this.#fit(); return true; }
    }
    if (!/^\d$/.test(ev.key) || this.spec.labels.length === 0) return false;
    const i = (Number(ev.key) + 9) % 10;
    this.#choose(i);
    return i < this.spec.labels.length;
  }

  /** Tab goes over the marks and leaves at the ends. */
  #tab(by: 1 | -1): boolean {
    const next = this.at < 0 ? (by > 0 ? 0 : -1) : this.at + by;
    const stays = next >= 0 && next < this.marks.length;
    if (stays) this.#pick(next, true);
    else if (this.at >= 0) this.#pick(-1);
    return stays;
  }

  #leave(): boolean {
    if (this.corner >= 0) {
      this.corner = -1;
      this.paint();
      return true;
    }
    const busy = this.#hand.what !== 'none' || this.begun() !== '' || this.at >= 0;
    this.stop();
    for (const id of [...this.#fingers.keys()]) this.#let(id);
    if (this.at >= 0) this.#pick(-1);
    else this.paint();
    return busy;
  }

  #arrow(ev: KeyboardEvent): boolean {
    const by = ev.altKey ? 1 : 10;
    const dx = ev.key === 'ArrowLeft' ? -by : ev.key === 'ArrowRight' ? by : 0;
    const dy = ev.key === 'ArrowUp' ? -by : ev.key === 'ArrowDown' ? by : 0;
    const mark = this.marks[this.at];
    if (mark) {
      // A key that is held down is one step.
      const c = this.corners(mark)[this.corner];
      const to = c && { x: within(c.x + dx, 0, this.wide), y: within(c.y + dy, 0, this.high) };
      this.swap(to ? this.bend(mark, this.corner, to) : ev.shiftKey ? this.grow(mark, dx, dy) : this.shift(mark, dx, dy), ev.repeat);
      return true;
    }
    const { seen } = this;
    if (seen.w === this.wide) return false;
    this.look(seen.x + Math.sign(dx) * seen.w / 8, seen.y + Math.sign(dy) * seen.w / 8, seen.w);
    return true;
  }

  // --- the value ---
  protected accept(value: unknown): Marks<M> | undefined {
    if (typeof value !== 'object' || value === null) return undefined;
    const { width, height, shapes } = value as Record<string, unknown>;
    if (!Array.isArray(shapes)) return undefined;
    const read = shapes.map((s: unknown) => {
      if (typeof s !== 'object' || s === null) return undefined;
      const { label } = s as Mark;
      const good = this.spec.labels.length ? typeof label === 'string' && this.spec.labels.includes(label) : label === undefined;
      const mark = good ? this.read(s as Record<string, unknown>) : undefined;
      return mark && (label === undefined ? mark : { label, ...mark });
    });
    if (read.some((m) => m === undefined)) return undefined;
    const size = typeof width === 'number' && typeof height === 'number' ? { width, height } : {};
    return { ...size, shapes: read as M[] };
  }

  protected controls(): HTMLElement[] {
    return [this.stage];
  }

  protected override missing(): string {
    return this.spec.min > 0 ? t('picture.few', { n: this.spec.min }) : t('picture.missing');
  }

  protected override wrong(): string {
    if (this.value === null) return '';
    const n = this.marks.length;
    if (n < this.spec.min) return t('picture.few', { n: this.spec.min });
    return n > this.spec.max ? t('picture.many', { n: this.spec.max }) : '';
  }
}
