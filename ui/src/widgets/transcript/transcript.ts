// SPDX-License-Identifier: AGPL-3.0-or-later
// transcript: what is said in a sound, in regions with their times or as one text. One listens, marks
// where a region begins and ends (keys, buttons at the play head, or a drag over the wave form) and
// writes its text. The wave form is the server's (lib/media/media.h); without it everything works.
// Times are whole milliseconds; regions stand in order and do not overlap, as on the server.
import { number, t } from '../../base/i18n.ts';
import { isSingle, keyName } from '../../base/keys.ts';
import { make, on, Widget, type Spec } from '../widget.ts';

const SVG = 'http://www.w3.org/2000/svg';
const WIDE = 2000;
const STEPS_MAX = 200;
const LEAST_MS = 100;
const REGIONS_MAX = 500;
/** The wave form has 2,000 steps: closer than this a step is wider than a finger. */
const ZOOM_MAX = 64;
const SEEN_LEAST_MS = 1000;
const TICKS = 4;
const TAP = 8; // screen pixels that a tap may move
const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2];

export interface TranscriptSpec extends Spec {
  src: string | null;
  href?: string;
  peaks: string | null;
  regions: boolean;
}
interface Region { from_ms: number; to_ms: number; text: string }
export type Said = { regions: Region[] } | { text: string };

/** The wave form as a path of WIDE by 100, and the length; null when the bytes are none. */
export function waveOf(bytes: ArrayBuffer): { path: string; ms: number } | null {
  const view = new DataView(bytes);
  if (bytes.byteLength < 16 || view.getUint32(0) !== 0x54504b31) return null;
  const n = view.getUint32(8, true);
  if (bytes.byteLength !== 16 + 2 * n) return null;
  const at = (i: number, k: number) => Math.round(500 - view.getInt8(16 + 2 * i + k) * 3.8) / 10;
  let path = '';
  for (let i = 0; i < n; i++) path += `M${(i * WIDE) / n} ${at(i, 1)}V${at(i, 0) + 0.5}`;
  return { path, ms: view.getUint32(4, true) };
}

/** 61234 → "1:01.2" */
const clock = (ms: number) => `${Math.floor(ms / 60000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, '0')}.${Math.floor(ms / 100) % 10}`;

function draw<K extends keyof SVGElementTagNameMap>(tag: K, attributes: Record<string, string | number>): SVGElementTagNameMap[K] {
  const el = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) el.setAttribute(name, String(value));
  return el;
}

export class Transcript extends Widget<TranscriptSpec, Said> {
  #audio = make('audio');
  #wave = make('div');
  #svg = draw('svg', {});
  #head = draw('path', {});
  #marks = draw('g', {});
  #list = make('ol');
  #live = make('p');
  #text: HTMLTextAreaElement | null = null;
  #nothing: HTMLInputElement | null = null;
  #play: HTMLButtonElement | null = null;
  #speed: HTMLButtonElement | null = null;
  #axis = make('div');
  #ms = 0;
  /** What is seen of the sound: how many times as close as the whole, and from where, of WIDE. */
  #zoom = 1;
  #left = 0;
  /** Where a region has begun, or -1. */
  #begun = -1;
  /** Playing ends here, or goes back to `#from` when it is to be repeated. */
  #until = -1;
  #from = 0;
  #loop = false;
  #frame = 0;
  #past: string[] = [];
  #future: string[] = [];

  protected build(): void {
    const { spec } = this;
    this.#past = [];
    this.#future = [];
    this.#begun = this.#until = -1;
    this.append(make('p', { class: 'picture-label', id: `${this.uid}l`, dir: 'auto' }, spec.label || spec.name));
    if (spec.hint) this.append(make('p', { class: 'hint', id: `${this.uid}h`, dir: 'auto' }, spec.hint));
    this.#audio = make('audio', { preload: 'auto', src: spec.src ?? undefined });
    this.#wave = make('div', {
      class: 'sound', role: 'slider', tabindex: '0', 'aria-label': t('sound.name'), 'aria-describedby': this.ids(`${this.uid}k`), 'aria-valuemin': '0',
    });
    this.#svg = draw('svg', { viewBox: `0 0 ${WIDE} 100`, preserveAspectRatio: 'none', 'aria-hidden': 'true' });
    this.#head = draw('path', { class: 'sound-head', d: 'M0 0V100' });
    this.#marks = draw('g', {});
    this.#svg.append(this.#marks, this.#head);
    this.#wave.append(this.#svg);
    this.#axis = make('div', { class: 'sound-axis', dir: 'ltr', 'aria-hidden': 'true' }, ...Array.from({ length: TICKS }, () => make('span')));
    this.#zoom = 1;
    this.#left = 0;
    if (!spec.src) this.#wave.append(make('p', { class: 'picture-note' }, spec.href ? t('sound.elsewhere') : t('sound.none')));
    this.#list = make('ol', { class: 'over', 'aria-label': t('sound.list') });
    this.#live = make('p', { class: 'hidden', 'aria-live': 'polite' });
    this.append(this.#bar(), this.#wave, this.#axis, this.#audio, make('p', { class: 'hint keys-help', id: `${this.uid}k` }, t(spec.regions ? 'sound.keys' : 'sound.keys.text')));
    if (spec.regions) this.append(this.#list);
    else this.append(this.#plain());
    this.#nothing = make('input', { type: 'checkbox' });
    on(this.#nothing, 'change', () => this.#commit(this.#nothing!.checked ? (spec.regions ? { regions: [] } : { text: '' }) : null));
    on(this.#nothing, 'input', () => {});
    this.append(make('label', { class: 'option' }, this.#nothing, make('span', {}, t('sound.nothing'))), this.#live);
    this.#hear();
    void this.#load();
  }

  override disconnectedCallback(): void {
    cancelAnimationFrame(this.#frame);
    this.#audio.pause();
    this.#audio.removeAttribute('src');
    super.disconnectedCallback();
  }

  async #load(): Promise<void> {
    const { peaks } = this.spec;
    if (!peaks) return;
    const wave = await fetch(peaks).then(async (r) => (r.ok ? waveOf(await r.arrayBuffer()) : null)).catch(() => null);
    if (!wave || peaks !== this.spec.peaks || !this.isConnected) return;
    this.#ms = wave.ms;
    this.#svg.prepend(draw('path', { class: 'sound-wave', d: wave.path }));
    this.#look(1, 0);
    this.#moved();
    this.#showMarks();
  }

  #button(word: string, key: string, run: () => void, view = true): HTMLButtonElement {
    const button = make('button', { type: 'button', class: 'button', 'data-view': view ? '' : undefined }, make('span', {}, word));
    if (key) button.append(make('kbd', { 'aria-hidden': 'true' }, key));
    on(button, 'click', run);
    return button;
  }

  #bar(): HTMLElement {
    const bar = make('div', { class: 'row', role: 'group', 'aria-label': t('picture.tools') });
    this.#play = this.#button(t('sound.play'), t('sound.space'), () => this.#toggle());
    this.#speed = this.#button('', ']', () => this.#faster(1, true));
    bar.append(this.#play, this.#button(t('sound.back'), '←', () => this.#seek(this.#now - 2000)), this.#speed);
    if (this.spec.regions) {
      bar.append(
        this.#button(t('sound.begin'), 'I', () => this.#begin(), false),
        this.#button(t('sound.end'), 'O', () => this.#end(), false),
      );
      const loop = this.#button(t('sound.loop'), 'L', () => loop.setAttribute('aria-pressed', String(this.#loop = !this.#loop)));
      loop.setAttribute('aria-pressed', String(this.#loop));
      loop.dataset['loop'] = '';
      bar.append(loop);
    }
    const [out, into] = [this.#button('−', '-', () => this.#look(0.5)), this.#button('+', '+', () => this.#look(2))];
    out.ariaLabel = t('picture.out');
    into.ariaLabel = t('picture.in');
    bar.append(
      out, into, this.#button(t('picture.undo'), 'Ctrl Z', () => this.#step(this.#past, this.#future), false),
      this.#button(t('picture.redo'), '', () => this.#step(this.#future, this.#past), false),
    );
    this.#faster(0, true);
    return bar;
  }

  #plain(): HTMLElement {
    this.#text = this.#area(t('sound.text'), (text) => (text === '' ? null : { text }));
    return this.#text;
  }

  /** A field for text; its first change since it got the focus can be undone. */
  #area(name: string, made: (text: string) => Said | null): HTMLTextAreaElement {
    const area = make('textarea', { rows: '2', dir: 'auto', 'aria-label': name });
    let fresh = true;
    area.addEventListener('focus', () => { fresh = true; });
    on(area, 'input', () => {
      if (fresh) this.#keep();
      fresh = false;
      this.changed(made(area.value), false);
      if (this.#nothing) this.#nothing.checked = false;
    });
    on(area, 'change', () => this.dispatchEvent(new Event('change')));
    area.addEventListener('keydown', (ev) => {
      const name = keyName(ev);
      if (name === 'Ctrl+ ') this.#toggle();
      else if (name === 'Ctrl+,') this.#seek(this.#now - 2000);
      else if (name === 'Escape') this.#wave.focus();
      else return;
      ev.preventDefault();
      ev.stopPropagation();
    });
    return area;
  }

  // --- playing ---
  get #now(): number {
    return Math.round(this.#audio.currentTime * 1000);
  }
  get #length(): number {
    return this.#ms || (Number.isFinite(this.#audio.duration) ? Math.round(this.#audio.duration * 1000) : 0);
  }

  #toggle(): void {
    this.#until = -1;
    if (this.#audio.paused) void this.#audio.play().catch(() => { this.#live.textContent = t('sound.bad'); });
    else this.#audio.pause();
  }

  #seek(ms: number): void {
    this.#until = -1;
    this.#audio.currentTime = Math.max(0, Math.min(ms, this.#length)) / 1000;
    this.#moved();
  }

  #playFrom(from: number, until: number): void {
    this.#seek(from);
    this.#from = from;
    this.#until = until;
    void this.#audio.play().catch(() => { this.#live.textContent = t('sound.bad'); });
  }

  #faster(by: number, round = false): void {
    const at = SPEEDS.indexOf(this.#audio.playbackRate) + by;
    const rate = SPEEDS[round ? (at + SPEEDS.length) % SPEEDS.length : Math.max(0, Math.min(at, SPEEDS.length - 1))]!;
    this.#audio.playbackRate = rate;
    this.#speed!.firstElementChild!.textContent = t('sound.speed', { rate: number(rate) });
  }

  /** Comes so many times closer, about the play head; or shows the part from `left` on. */
  #look(by: number, left?: number): void {
    const most = Math.max(1, Math.min(ZOOM_MAX, this.#length / SEEN_LEAST_MS));
    this.#zoom = Math.max(1, Math.min(most, this.#zoom * by));
    const wide = WIDE / this.#zoom;
    this.#left = Math.max(0, Math.min(left ?? this.#x(this.#now) - wide / 2, WIDE - wide));
    this.#svg.setAttribute('viewBox', `${this.#left} 0 ${wide} 100`);
    for (const [i, tick] of [...this.#axis.children].entries()) {
      tick.textContent = this.#length ? clock(((this.#left + (wide * i) / TICKS) / WIDE) * this.#length) : '';
    }
  }

  /** Where a time lies on the whole wave form. */
  #x(ms: number): number {
    return this.#length ? (ms / this.#length) * WIDE : 0;
  }

  #moved(): void {
    const now = this.#now;
    const x = this.#x(now);
    const wide = WIDE / this.#zoom;
    // The play head stays in sight: it turns the page.
    if (x < this.#left || x > this.#left + wide) this.#look(1, x - wide / 10);
    this.#head.setAttribute('d', `M${x} 0V100`);
    this.#wave.setAttribute('aria-valuemax', String(Math.round(this.#length / 1000)));
    this.#wave.setAttribute('aria-valuenow', String(Math.round(now / 1000)));
    this.#wave.setAttribute('aria-valuetext', t('sound.at', { now: clock(now), all: clock(this.#length) }));
  }

  #tick = (): void => {
    if (this.#until >= 0 && this.#now >= this.#until) {
      if (this.#loop) this.#audio.currentTime = this.#from / 1000;
      else {
        this.#until = -1;
        this.#audio.pause();
      }
    }
    this.#moved();
    if (!this.#audio.paused) this.#frame = requestAnimationFrame(this.#tick);
  };

  // --- regions ---
  get #regions(): Region[] {
    return this.value && 'regions' in this.value ? this.value.regions : [];
  }

  #begin(): void {
    this.#begun = this.#now;
    this.#showMarks();
    this.#live.textContent = t('sound.begun', { at: clock(this.#begun) });
  }

  #end(): void {
    if (this.#begun < 0) return void (this.#live.textContent = t('sound.first'));
    this.#add(this.#begun, this.#now);
  }

  /** A region within what is free around it; its text gets the focus. */
  #add(a: number, b: number): void {
    const [from, to] = a < b ? [a, b] : [b, a];
    const regions = this.#regions;
    const middle = (from + to) / 2;
    const after = Math.max(from, ...regions.filter((r) => r.from_ms <= middle).map((r) => r.to_ms));
    const before = Math.min(to, ...regions.filter((r) => r.from_ms > middle).map((r) => r.from_ms));
    this.#begun = -1;
    if (before - after < LEAST_MS || regions.length >= REGIONS_MAX) {
      this.#showMarks();
      return void (this.#live.textContent = t('sound.full'));
    }
    const region = { from_ms: after, to_ms: before, text: '' };
    this.#audio.pause();
    this.#commit({ regions: [...regions, region].sort((x, y) => x.from_ms - y.from_ms) });
    const i = this.#regions.findIndex((r) => r.from_ms === after);
    this.#live.textContent = t('sound.added', this.#words(region, i));
    this.#list.querySelectorAll('textarea')[i]?.focus();
  }

  /** One end of a region to the play head, as far as its neighbours let it. */
  #shift(i: number, end: 'from_ms' | 'to_ms'): void {
    const regions = this.#regions;
    const r = { ...regions[i]! };
    const least = end === 'from_ms' ? regions[i - 1]?.to_ms ?? 0 : r.from_ms + LEAST_MS;
    const most = end === 'from_ms' ? r.to_ms - LEAST_MS : regions[i + 1]?.from_ms ?? this.#length;
    r[end] = Math.max(least, Math.min(this.#now, most));
    this.#commit({ regions: regions.map((old, k) => (k === i ? r : old)) });
    this.#live.textContent = t('sound.added', this.#words(r, i));
  }

  #drop(i: number): void {
    const regions = this.#regions.filter((_, k) => k !== i);
    this.#commit(regions.length ? { regions } : null);
    this.#live.textContent = t('picture.dropped', { n: regions.length });
    this.#wave.focus({ preventScroll: true });
  }

  #words(r: Region, i: number) {
    return { n: i + 1, from: clock(r.from_ms), to: clock(r.to_ms) };
  }

  // --- showing ---
  protected show(): void {
    const said = this.value;
    if (this.#nothing) this.#nothing.checked = said !== null && ('regions' in said ? said.regions.length === 0 : said.text === '');
    if (this.#text) {
      const text = said && 'text' in said ? said.text : '';
      if (this.#text.value !== text) this.#text.value = text;
      return;
    }
    while (this.#list.children.length > this.#regions.length) this.#list.lastElementChild!.remove();
    while (this.#list.children.length < this.#regions.length) this.#list.append(this.#row(this.#list.children.length));
    this.#regions.forEach((r, i) => {
      const row = this.#list.children[i]!;
      const area = row.querySelector('textarea')!;
      const words = this.#words(r, i);
      row.querySelector('[data-go]')!.textContent = t('sound.region', words);
      row.querySelector('[data-drop]')!.setAttribute('aria-label', t('sound.drop', words));
      area.setAttribute('aria-label', t('sound.region', words));
      if (area.value !== r.text) area.value = r.text;
    });
    this.#showMarks();
    this.disabled = this.disabled;
  }

  /** The controls of the i-th region; which that is, show() fills in. */
  #row(i: number): HTMLElement {
    const go = this.#button('', '', () => this.#playFrom(this.#regions[i]!.from_ms, this.#regions[i]!.to_ms));
    go.dataset['go'] = '';
    const drop = make('button', { type: 'button', class: 'button square', 'data-drop': '' }, '×');
    on(drop, 'click', () => this.#drop(i));
    const area = this.#area('', (text) => ({ regions: this.#regions.map((r, k) => (k === i ? { ...r, text } : r)) }));
    return make('li', {}, make('div', { class: 'row' }, go,
      this.#button(t('sound.from'), '', () => this.#shift(i, 'from_ms'), false),
      this.#button(t('sound.to'), '', () => this.#shift(i, 'to_ms'), false), drop), area);
  }

  #showMarks(): void {
    const at = (ms: number) => this.#x(ms);
    this.#marks.replaceChildren(...this.#regions.map((r) => draw('rect', { class: 'sound-mark', x: at(r.from_ms), y: 0, width: at(r.to_ms - r.from_ms), height: 100 })));
    if (this.#begun >= 0) this.#marks.append(draw('path', { class: 'sound-head', d: `M${at(this.#begun)} 0V100` }));
  }

  // --- steps that can be undone ---
  #keep(): void {
    this.#past.push(JSON.stringify(this.value));
    if (this.#past.length > STEPS_MAX) this.#past.shift();
    this.#future = [];
  }

  #commit(value: Said | null): void {
    this.#keep();
    this.changed(value, false);
    this.show();
  }

  #step(from: string[], to: string[]): void {
    const kept = from.pop();
    if (kept === undefined) return;
    to.push(JSON.stringify(this.value));
    this.changed(JSON.parse(kept) as Said | null, false);
    this.show();
    this.#live.textContent = t('picture.undone', { n: this.#regions.length });
  }

  // --- pointer and keys ---
  #hear(): void {
    const { spec } = this;
    let down = -1;
    let finger = { x: 0, left: 0 };
    const at = (ev: PointerEvent) => {
      const box = this.#svg.getBoundingClientRect();
      const share = Math.max(0, Math.min(1, (ev.clientX - box.left) / (box.width || 1)));
      return Math.round(((this.#left + (share * WIDE) / this.#zoom) / WIDE) * this.#length);
    };
    this.#wave.addEventListener('pointerdown', (ev) => {
      if (ev.button !== 0 || !this.#length) return;
      down = at(ev);
      finger = { x: ev.clientX, left: this.#left };
    });
    // A finger scrolls the page by the wave form, or pushes it along: only a mouse or a pen drags a region.
    this.#wave.addEventListener('pointermove', (ev) => {
      if (down >= 0 && ev.pointerType === 'touch') {
        const wide = this.#svg.getBoundingClientRect().width || 1;
        this.#look(1, finger.left - (((ev.clientX - finger.x) / wide) * WIDE) / this.#zoom);
      }
      if (down < 0 || ev.pointerType === 'touch' || ev.buttons !== 1 || !spec.regions || this.disabled) return;
      this.#wave.setPointerCapture(ev.pointerId);
      this.#begun = down;
      this.#seek(at(ev));
      this.#showMarks();
    });
    this.#wave.addEventListener('pointerup', (ev) => {
      const to = at(ev);
      if (down >= 0 && this.#begun === down && Math.abs(to - down) >= LEAST_MS && ev.pointerType !== 'touch') this.#add(down, to);
      else if (down >= 0 && (ev.pointerType !== 'touch' || Math.abs(ev.clientX - finger.x) < TAP)) this.#seek(to);
      down = -1;
    });
    this.#wave.addEventListener('pointercancel', () => { down = -1; });
    this.#wave.addEventListener('keydown', (ev) => {
      if (ev.isComposing || !this.#pressed(ev)) return;
      ev.preventDefault();
      ev.stopPropagation();
    });
    for (const name of ['play', 'pause', 'seeked', 'loadedmetadata', 'ended'] as const) {
      this.#audio.addEventListener(name, () => {
        this.#play!.firstElementChild!.textContent = t(this.#audio.paused ? 'sound.play' : 'sound.pause');
        cancelAnimationFrame(this.#frame);
        this.#tick();
        if (name !== 'loadedmetadata') return;
        this.#look(1, this.#left);
        this.#showMarks();
      });
    }
    this.#audio.addEventListener('error', () => { this.#live.textContent = t('sound.bad'); });
  }

  #pressed(ev: KeyboardEvent): boolean {
    const name = keyName(ev);
    const view: Record<string, () => void> = {
      ' ': () => this.#toggle(),
      ArrowLeft: () => this.#seek(this.#now - 2000), ArrowRight: () => this.#seek(this.#now + 2000),
      ',': () => this.#seek(this.#now - 100), '.': () => this.#seek(this.#now + 100),
      Home: () => this.#seek(0), End: () => this.#seek(this.#length),
      '[': () => this.#faster(-1), ']': () => this.#faster(1),
      '-': () => this.#look(0.5), '+': () => this.#look(2), '=': () => this.#look(2),
      l: () => this.querySelector<HTMLElement>('[data-loop]')?.click(),
    };
    const change: Record<string, () => void> = {
      i: () => this.#begin(), o: () => this.#end(),
      Delete: () => {
        const i = this.#regions.findIndex((r) => r.from_ms <= this.#now && r.to_ms >= this.#now);
        if (i >= 0) this.#drop(i);
      },
      'Ctrl+z': () => (ev.shiftKey ? this.#step(this.#future, this.#past) : this.#step(this.#past, this.#future)),
    };
    const run = view[name] ?? (this.disabled || (!this.spec.regions && name.length === 1) ? undefined : change[name]);
    if (!run || (name.length === 1 && name !== ' ' && !isSingle(ev))) return false;
    run();
    return true;
  }

  // --- the value ---
  protected accept(value: unknown): Said | undefined {
    if (typeof value !== 'object' || value === null) return undefined;
    const { regions, text } = value as Record<string, unknown>;
    if (typeof text === 'string' && regions === undefined) return this.spec.regions ? undefined : { text };
    if (!Array.isArray(regions) || text !== undefined || !this.spec.regions || regions.length > REGIONS_MAX) return undefined;
    const read: Region[] = [];
    for (const r of regions as (Partial<Region> | null)[]) {
      const after = read[read.length - 1]?.to_ms ?? 0;
      if (!r || !Number.isInteger(r.from_ms) || !Number.isInteger(r.to_ms) || typeof r.text !== 'string' || r.from_ms! < after || r.to_ms! <= r.from_ms!) return undefined;
      read.push({ from_ms: r.from_ms!, to_ms: r.to_ms!, text: r.text });
    }
    return { regions: read };
  }

  protected controls(): HTMLElement[] {
    return [this.#text ?? this.#wave];
  }

  override focusFirst(): void {
    this.#wave.focus();
  }

  protected override missing(): string {
    return t('sound.missing');
  }

  protected override wrong(): string {
    const i = this.#regions.findIndex((r) => r.text.trim() === '');
    return i >= 0 ? t('sound.empty', { n: i + 1 }) : '';
  }
}

customElements.define('x-transcript', Transcript);
