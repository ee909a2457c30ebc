// SPDX-License-Identifier: AGPL-3.0-or-later
// spans: parts of a text with labels, and relations between them. One chooses from a word to a word and
// gives the label: by mouse, by a tap on each, or by arrows with Shift. Marks only decorate the text;
// the list below is what counts, with a button for each. Places are code points, as on the server.
import { locale, t } from '../../base/i18n.ts';
import { isSingle, keyName } from '../../base/keys.ts';
import { codePoints } from '../../base/units.ts';
import { make, on, Widget, type Spec } from '../widget.ts';

const STEPS_MAX = 200;

export interface SpansSpec extends Spec {
  text: string;
  labels: string[];
  relations: string[];
  min: number;
  max: number;
}
interface Span { start: number; end: number; label: string }
interface Relation { from: number; to: number; label: string }
export interface Marked { length?: number; spans: Span[]; relations?: Relation[] }
/** A piece of the text; `word`: one may choose it. */
interface Piece { text: string; start: number; end: number; word: boolean }

/** The pieces of a text with their places in code points. */
export function piecesOf(text: string, language: string): Piece[] {
  const cut = 'Segmenter' in Intl
    ? [...new Intl.Segmenter(language, { granularity: 'word' }).segment(text)].map((s) => s.segment)
    : text.match(/\s+|[^\s]+/g) ?? [];
  let at = 0;
  return cut.map((piece) => {
    const start = at;
    at += codePoints(piece);
    return { text: piece, start, end: at, word: piece.trim() !== '' };
  });
}

export class Spans extends Widget<SpansSpec, Marked> {
  #pieces: Piece[] = [];
  #length = 0;
  /** What is chosen: from piece to piece, either way round. */
  #from = -1;
  #to = -1;
  #down = false;
  #past: string[] = [];
  #future: string[] = [];
  #text = make('div');
  #list = make('ul');
  #links = make('ul');
  #live = make('p');
  #form: HTMLElement | null = null;
  #ends: HTMLSelectElement[] = [];
  #nothing: HTMLInputElement | null = null;

  protected build(): void {
    const { spec } = this;
    this.#pieces = piecesOf(spec.text, this.lang || locale.value);
    this.#length = codePoints(spec.text);
    this.#from = this.#to = -1;
    this.#past = [];
    this.#future = [];
    this.append(make('p', { class: 'picture-label', id: `${this.uid}l`, dir: 'auto' }, spec.label || spec.name));
    if (spec.hint) this.append(make('p', { class: 'hint', id: `${this.uid}h`, dir: 'auto' }, spec.hint));
    this.append(this.#bar());
    this.#text = make('div', {
      class: 'spans', role: 'group', tabindex: '0', dir: 'auto', 'aria-labelledby': `${this.uid}l`, 'aria-describedby': this.ids(`${this.uid}k`),
    });
    this.#list = make('ul', { class: 'picture-list', 'aria-label': t('picture.list') });
    this.#links = make('ul', { class: 'picture-list', 'aria-label': t('spans.relations') });
    this.#live = make('p', { class: 'hidden', 'aria-live': 'polite' });
    this.append(this.#text, make('p', { class: 'hint', id: `${this.uid}k` }, `${t('spans.how')} `, make('span', { class: 'keys-help' }, t('spans.keys'))), this.#list, this.#live);
    this.#form = spec.relations.length ? this.#relate() : null;
    if (this.#form) this.append(this.#form, this.#links);
    if (spec.min === 0) {
      this.#nothing = make('input', { type: 'checkbox' });
      on(this.#nothing, 'change', () => this.#commit(this.#nothing!.checked ? { spans: [], relations: [] } : null));
      on(this.#nothing, 'input', () => {});
      this.append(make('label', { class: 'option' }, this.#nothing, make('span', {}, t('picture.nothing'))));
    }
    this.#hear();
  }

  #button(word: string, key: string, run: () => void): HTMLButtonElement {
    const button = make('button', { type: 'button', class: 'button' }, make('span', { dir: 'auto' }, word));
    if (key) button.append(make('kbd', { 'aria-hidden': 'true' }, key));
    on(button, 'click', run);
    return button;
  }

  #bar(): HTMLElement {
    const bar = make('div', { class: 'picture-bar', role: 'group', 'aria-label': t('picture.labels') });
    this.spec.labels.forEach((label, i) => {
      const button = this.#button(label, i < 10 ? String((i + 1) % 10) : '', () => this.#mark(i));
      button.prepend(make('span', { class: `swatch c${i % 10}` }));
      bar.append(button);
    });
    bar.append(
      this.#button(t('picture.undo'), 'Ctrl Z', () => this.#step(this.#past, this.#future)),
      this.#button(t('picture.redo'), '', () => this.#step(this.#future, this.#past)),
    );
    return bar;
  }

  /** From a span, a relation, to a span. */
  #relate(): HTMLElement {
    const select = (name: string) => {
      const el = make('select', { 'aria-label': name });
      on(el, 'change', () => {});
      on(el, 'input', () => {});
      return el;
    };
    const [from, label, to] = [select(t('spans.from')), select(t('spans.relation')), select(t('spans.to'))];
    this.#ends = [from, to];
    label.append(...this.spec.relations.map((r) => make('option', { value: r, dir: 'auto' }, r)));
    const add = this.#button(t('spans.relate'), '', () => {
      const relation = { from: Number(from.value), to: Number(to.value), label: label.value };
      const known = this.#relations.some((r) => JSON.stringify(r) === JSON.stringify(relation));
      if (relation.from !== relation.to && !known) this.#commit({ spans: this.#spans, relations: [...this.#relations, relation] });
    });
    return make('div', { class: 'spans-relate', role: 'group', 'aria-label': t('spans.relations') }, from, label, to, add);
  }

  get #spans(): Span[] {
    return this.value?.spans ?? [];
  }
  get #relations(): Relation[] {
    return this.value?.relations ?? [];
  }

  // --- showing ---
  #chosen(): [number, number] | null {
    return this.#from < 0 ? null : [Math.min(this.#from, this.#to), Math.max(this.#from, this.#to)];
  }

  protected show(): void {
    this.#showText();
    const name = (s: Span, i: number) => t('spans.item', { n: i + 1, text: this.#cut(s.start, s.end), label: s.label });
    this.#list.replaceChildren(...this.#spans.map((s, i) => {
      const go = make('button', { type: 'button', class: 'button', dir: 'auto' }, name(s, i));
      const drop = make('button', { type: 'button', class: 'button square', 'aria-label': t('spans.drop', { name: name(s, i) }) }, '×');
      go.disabled = drop.disabled = this.disabled;
      on(go, 'click', () => this.#choose(this.#pieceAt(s.start), this.#pieceAt(s.end - 1)));
      on(drop, 'click', () => this.#drop([i]));
      return make('li', {}, go, drop);
    }));
    this.#list.hidden = this.#spans.length === 0;
    for (const select of this.#ends) {
      const kept = select.value;
      select.replaceChildren(...this.#spans.map((s, i) => make('option', { value: String(i), dir: 'auto' }, name(s, i))));
      if (Number(kept) < this.#spans.length) select.value = kept;
    }
    const [from, to] = this.#ends;
    if (from && to && from.value === to.value) to.selectedIndex = from.selectedIndex === 0 ? 1 : 0;
    if (this.#form) this.#form.hidden = this.#spans.length < 2;
    this.#links.replaceChildren(...this.#relations.map((r, i) => {
      const words = { from: this.#name(r.from), label: r.label, to: this.#name(r.to) };
      const drop = make('button', { type: 'button', class: 'button square', 'aria-label': t('spans.drop', { name: t('spans.related', words) }) }, '×');
      drop.disabled = this.disabled;
      on(drop, 'click', () => this.#commit({ spans: this.#spans, relations: this.#relations.filter((_, k) => k !== i) }));
      return make('li', {}, make('span', { dir: 'auto' }, t('spans.related', words)), drop);
    }));
    this.#links.hidden = this.#relations.length === 0;
    if (this.#nothing) this.#nothing.checked = this.value !== null && this.#spans.length === 0;
  }

  #name(i: number): string {
    const s = this.#spans[i];
    return s ? this.#cut(s.start, s.end) : '';
  }

  #cut(start: number, end: number): string {
    return [...this.spec.text].slice(start, end).join('');
  }

  /** The text as pieces; each stretch with the same spans is one mark. */
  #showText(): void {
    const chosen = this.#chosen();
    const over = (p: Piece) => this.#spans.flatMap((s, i) => (s.start < p.end && s.end > p.start ? [i] : []));
    this.#text.replaceChildren(...this.#pieces.map((p, i) => {
      const el = make('span', { class: chosen && i >= chosen[0] && i <= chosen[1] ? 'piece on' : 'piece', 'data-i': String(i) });
      const spans = over(p);
      const inner = spans[spans.length - 1];
      if (inner === undefined) el.append(p.text);
      else el.append(make('mark', { class: `c${this.spec.labels.indexOf(this.#spans[inner]!.label) % 10}` }, p.text));
      const ends = spans.filter((s) => this.#spans[s]!.end <= p.end);
      if (ends.length) el.append(make('sub', {}, ends.map((s) => s + 1).join(' ')));
      return el;
    }));
  }

  // --- choosing ---
  #choose(from: number, to: number): void {
    this.#from = from;
    this.#to = to;
    this.#showText();
    this.#text.querySelector(`[data-i="${to}"]`)?.scrollIntoView?.({ block: 'nearest' });
    const chosen = this.#chosen();
    if (!chosen) return;
    const text = this.#pieces.slice(chosen[0], chosen[1] + 1).map((p) => p.text).join('');
    this.#live.textContent = from === to ? text : t('spans.chosen', { text });
  }

  #pieceAt(place: number): number {
    return this.#pieces.findIndex((p) => p.start <= place && p.end > place);
  }

  #next(from: number, by: 1 | -1): number {
    for (let i = from + by; i >= 0 && i < this.#pieces.length; i += by) if (this.#pieces[i]!.word) return i;
    return from;
  }

  #hear(): void {
    const over = (ev: PointerEvent) => {
      const at = document.elementFromPoint(ev.clientX, ev.clientY)?.closest<HTMLElement>('.piece');
      const i = at && this.#text.contains(at) ? Number(at.dataset['i']) : -1;
      return i >= 0 && this.#pieces[i]!.word ? i : -1;
    };
    this.#text.addEventListener('pointerdown', (ev) => {
      if (this.disabled || ev.pointerType !== 'mouse' || ev.button !== 0) return;
      const i = over(ev);
      this.#down = i >= 0;
      this.#choose(ev.shiftKey && this.#from >= 0 ? this.#from : i, i);
    });
    this.#text.addEventListener('pointermove', (ev) => {
      const i = this.#down && ev.buttons === 1 ? over(ev) : -1;
      if (i >= 0 && i !== this.#to) this.#choose(this.#from, i);
    });
    this.#text.addEventListener('pointerup', () => {
      this.#down = false;
    });
    // A finger may scroll: only a tap chooses, the first word and then the last.
    this.#text.addEventListener('click', (ev) => {
      if (this.disabled || (ev as PointerEvent).pointerType === 'mouse') return;
      const i = over(ev as PointerEvent);
      if (i >= 0) this.#choose(this.#from >= 0 && this.#from === this.#to && i !== this.#from ? this.#from : i, i);
    });
    this.#text.addEventListener('keydown', (ev) => {
      if (this.disabled || ev.isComposing || !this.#pressed(ev)) return;
      ev.preventDefault();
      ev.stopPropagation();
    });
  }

  // --- steps that can be undone ---
  #commit(value: { spans: Span[]; relations: Relation[] } | null): void {
    this.#past.push(JSON.stringify(this.value));
    if (this.#past.length > STEPS_MAX) this.#past.shift();
    this.#future = [];
    this.#take(value && this.#sorted(value));
  }

  #take(value: Marked | null): void {
    this.changed(value, false);
    this.show();
  }

  /** Spans in order of place, and relations that go with them, as the server keeps them. */
  #sorted({ spans, relations }: { spans: Span[]; relations: Relation[] }): Marked {
    const order = spans.map((s, i) => [s, i] as const)
      .sort(([a], [b]) => a.start - b.start || a.end - b.end || this.spec.labels.indexOf(a.label) - this.spec.labels.indexOf(b.label));
    const place = new Map(order.map(([, was], now) => [was, now]));
    const moved = relations.flatMap((r) => {
      const [from, to] = [place.get(r.from), place.get(r.to)];
      return from === undefined || to === undefined ? [] : [{ from, to, label: r.label }];
    });
    return { length: this.#length, spans: order.map(([s]) => s), ...(this.spec.relations.length && { relations: moved }) };
  }

  #step(from: string[], to: string[]): void {
    const kept = from.pop();
    if (kept === undefined) return;
    to.push(JSON.stringify(this.value));
    this.#take(JSON.parse(kept) as Marked | null);
    this.#live.textContent = t('picture.undone', { n: this.#spans.length });
  }

  #mark(i: number): void {
    const chosen = this.#chosen();
    const label = this.spec.labels[i];
    if (!chosen || label === undefined) return void (this.#live.textContent = t('spans.first'));
    const span = { start: this.#pieces[chosen[0]]!.start, end: this.#pieces[chosen[1]]!.end, label };
    const same = this.#spans.findIndex((s) => s.start === span.start && s.end === span.end);
    // The same words again: another label for them. The same label too takes it away.
    if (same >= 0 && this.#spans[same]!.label === label) return this.#drop([same]);
    if (same < 0 && this.#spans.length >= this.spec.max) return void (this.#live.textContent = t('picture.full', { n: this.spec.max }));
    const spans = same >= 0 ? this.#spans.map((s, k) => (k === same ? span : s)) : [...this.#spans, span];
    this.#commit({ spans, relations: this.#relations });
    this.#live.textContent = t('spans.marked', { text: this.#cut(span.start, span.end), label });
  }

  #drop(gone: number[]): void {
    if (gone.length === 0) return;
    const spans = this.#spans;
    const left = spans.map((_, i) => i).filter((i) => !gone.includes(i));
    const relations = this.#relations.flatMap((r) => (gone.includes(r.from) || gone.includes(r.to) ? [] : [{ ...r, from: left.indexOf(r.from), to: left.indexOf(r.to) }]));
    this.#commit(left.length ? { spans: left.map((i) => spans[i]!), relations } : null);
    this.#live.textContent = t('picture.dropped', { n: this.#spans.length });
    this.#text.focus({ preventScroll: true });
  }

  // --- keys ---
  #pressed(ev: KeyboardEvent): boolean {
    const name = keyName(ev);
    if (name === 'Ctrl+z') {
      if (ev.shiftKey) this.#step(this.#future, this.#past);
      else this.#step(this.#past, this.#future);
      return true;
    }
    if (name === 'ArrowRight' || name === 'ArrowLeft') {
      const by = name === 'ArrowRight' ? 1 : -1;
      const to = this.#to < 0 ? this.#next(-1, 1) : this.#next(this.#to, by);
      this.#choose(ev.shiftKey && this.#from >= 0 ? this.#from : to, to);
      return true;
    }
    if (name === 'Home' || name === 'End') {
      const to = name === 'Home' ? this.#next(-1, 1) : this.#next(this.#pieces.length, -1);
      this.#choose(ev.shiftKey && this.#from >= 0 ? this.#from : to, to);
      return true;
    }
    if (name === 'Delete' || name === 'Backspace') {
      const chosen = this.#chosen();
      if (chosen) this.#drop(this.#spans.flatMap((s, i) => (s.start <= this.#pieces[chosen[0]]!.start && s.end >= this.#pieces[chosen[1]]!.end ? [i] : [])));
      return true;
    }
    if (name === 'Escape' && this.#from >= 0) {
      this.#choose(-1, -1);
      return true;
    }
    return isSingle(ev) && this.key(ev);
  }

  override key(ev: KeyboardEvent): boolean {
    if (this.disabled || !/^\d$/.test(ev.key)) return false;
    const i = (Number(ev.key) + 9) % 10;
    if (i >= this.spec.labels.length) return false;
    this.#mark(i);
    return true;
  }

  // --- the value ---
  protected accept(value: unknown): Marked | undefined {
    if (typeof value !== 'object' || value === null) return undefined;
    const { length, spans, relations } = value as Record<string, unknown>;
    if (!Array.isArray(spans) || (relations !== undefined && !Array.isArray(relations))) return undefined;
    const whole = (n: unknown, least: number, most: number) => typeof n === 'number' && Number.isInteger(n) && n >= least && n <= most;
    const read: Span[] = [];
    for (const s of spans as (Partial<Span> | null)[]) {
      if (!s || !whole(s.start, 0, this.#length) || !whole(s.end, s.start! + 1, this.#length) || !this.spec.labels.includes(s.label!)) return undefined;
      read.push({ start: s.start!, end: s.end!, label: s.label! });
    }
    const links: Relation[] = [];
    for (const r of (relations ?? []) as (Partial<Relation> | null)[]) {
      if (!r || !whole(r.from, 0, read.length - 1) || !whole(r.to, 0, read.length - 1) || !this.spec.relations.includes(r.label!)) return undefined;
      links.push({ from: r.from!, to: r.to!, label: r.label! });
    }
    return { ...(typeof length === 'number' && { length }), spans: read, ...(relations !== undefined && { relations: links }) };
  }

  protected controls(): HTMLElement[] {
    return [this.#text];
  }

  protected override missing(): string {
    return this.spec.min > 0 ? t('picture.few', { n: this.spec.min }) : t('picture.missing');
  }

  protected override wrong(): string {
    if (this.value === null) return '';
    const n = this.#spans.length;
    if (n < this.spec.min) return t('picture.few', { n: this.spec.min });
    return n > this.spec.max ? t('picture.many', { n: this.spec.max }) : '';
  }
}

customElements.define('x-spans', Spans);
