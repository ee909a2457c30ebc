// SPDX-License-Identifier: AGPL-3.0-or-later
// What all kinds of work share: a plain custom element in light DOM, used alike by the player, the
// preview and later the Crowd elements. State lives in `value` alone.
//
//   properties  spec, value, disabled, lang
//   events      ready, input (draft changed), change (step finished), submit-request
//   methods     check() → faults, focusFirst(), key(ev) → taken or not; `digits`: wants the page's digits
//
// What is disabled cannot be changed; controls with data-view only change how it looks and stay on.
//
// A value that does not fit the spec is refused with a message under the control, never a crash.
// Nothing is fetched, no listener hangs on the document, and disconnecting undoes everything.
import { t } from '../base/i18n.ts';

export interface Fault { path: string; message: string }
export interface Spec { name: string; label?: string; hint?: string; required?: boolean }

let count = 0;

export abstract class Widget<S extends Spec, V> extends HTMLElement {
  protected readonly uid = `w${++count}`;
  protected fault: HTMLElement | null = null;
  readonly digits: boolean = false;
  #spec: S | null = null;
  #value: V | null = null;
  #off = false;
  #foreign = false;

  get spec(): S {
    return this.#spec!;
  }
  set spec(spec: S) {
    if (this.#spec && JSON.stringify(this.#spec) === JSON.stringify(spec)) return;
    this.#spec = spec;
    this.#value = null;
    this.#rebuild();
  }

  get value(): V | null {
    return this.#value;
  }
  set value(value: unknown) {
    const found = value === undefined || value === null ? null : this.accept(value);
    this.#foreign = found === undefined;
    if (!this.#foreign && JSON.stringify(found) === JSON.stringify(this.#value)) return;
    this.#value = found ?? null;
    if (!this.fault) return;
    this.show();
    this.say(this.#foreign ? t('widget.foreign') : '');
  }

  get disabled(): boolean {
    return this.#off;
  }
  set disabled(off: boolean) {
    this.#off = !!off;
    for (const el of this.querySelectorAll<HTMLInputElement>('input, textarea, button:not([data-view])')) el.disabled = this.#off;
  }

  connectedCallback(): void {
    this.#rebuild();
  }
  disconnectedCallback(): void {
    this.replaceChildren();
    this.fault = null;
  }

  /** What is wrong with the value as it stands; shown under the control. */
  check(): Fault[] {
    const message = this.#value === null && !this.#foreign
      ? this.spec.required ? this.missing() : this.wrong()
      : this.#foreign ? t('widget.foreign') : this.wrong();
    this.say(message);
    return message ? [{ path: this.spec.name, message }] : [];
  }

  focusFirst(): void {
    this.controls()[0]?.focus();
  }

  /** A key press offered by the page: true when it was taken. */
  key(_ev: KeyboardEvent): boolean {
    return false;
  }

  /** Builds the controls into `this`; the last child is the place for faults. */
  protected abstract build(): void;
  /** Shows `this.value` in the controls. */
  protected abstract show(): void;
  /** The value when it fits the spec, null for "empty", undefined when it is foreign. */
  protected abstract accept(value: unknown): V | null | undefined;
  /** The elements that can be in error. */
  protected abstract controls(): HTMLElement[];
  protected missing(): string {
    return t('widget.missing');
  }
  /** What else is wrong, or "". */
  protected wrong(): string {
    return '';
  }

  /** The user changed the value. */
  protected changed(value: V | null, done: boolean): void {
    this.#value = value;
    this.#foreign = false;
    this.say('');
    this.dispatchEvent(new Event('input'));
    if (done) this.dispatchEvent(new Event('change'));
  }

  /** Shows what is wrong, also what only the server knows; "" takes it away. */
  say(message: string): void {
    if (!this.fault) return;
    this.fault.textContent = message;
    this.fault.hidden = message === '';
    for (const el of this.controls()) {
      if (message) el.setAttribute('aria-invalid', 'true');
      else el.removeAttribute('aria-invalid');
    }
  }

  protected ids(...more: string[]): string {
    return [this.spec.hint ? `${this.uid}h` : '', `${this.uid}e`, ...more].filter(Boolean).join(' ');
  }

  #rebuild(): void {
    if (!this.#spec || !this.isConnected) return;
    this.replaceChildren();
    this.build();
    this.fault = make('p', { class: 'fault', id: `${this.uid}e`, hidden: '' });
    this.append(this.fault);
    this.show();
    this.disabled = this.#off;
    this.dispatchEvent(new Event('ready'));
  }
}

/** An element with attributes and children. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K, attributes: Record<string, string | undefined> = {}, ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const el = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) el.setAttribute(name, value);
  }
  el.append(...children);
  return el;
}

/** Listens on a control of the widget's own; the native event ends here. */
export function on(el: HTMLElement, name: string, run: (ev: Event) => void): void {
  el.addEventListener(name, (ev) => {
    ev.stopPropagation();
    run(ev);
  });
}
