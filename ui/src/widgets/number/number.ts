// SPDX-License-Identifier: AGPL-3.0-or-later
// number: one number within limits. A text control, since native number inputs change their value
// with the wheel and hide what they cannot read. Comma and point both divide.
import { number as show, t } from '../../base/i18n.ts';
import { make, on, Widget, type Spec } from '../widget.ts';

export interface NumberSpec extends Spec {
  min?: number | null;
  max?: number | null;
  integer?: boolean;
}

export class NumberEntry extends Widget<NumberSpec, number> {
  #input: HTMLInputElement | null = null;
  #unread = false;

  protected build(): void {
    const { spec } = this;
    const id = `${this.uid}i`;
    const limits = spec.min != null && spec.max != null
      ? t('widget.number.between', { min: spec.min, max: spec.max })
      : '';
    const input = make('input', {
      id, type: 'text', autocomplete: 'off', class: 'number', inputmode: spec.integer && (spec.min ?? -1) >= 0 ? 'numeric' : 'decimal',
      'aria-describedby': this.ids(limits ? `${this.uid}l` : ''),
      'aria-required': spec.required ? 'true' : undefined,
    });
    this.#input = input;
    this.append(make('label', { for: id, dir: 'auto' }, spec.label || spec.name));
    if (spec.hint) this.append(make('p', { class: 'hint', id: `${this.uid}h`, dir: 'auto' }, spec.hint));
    if (limits) this.append(make('p', { class: 'hint', id: `${this.uid}l` }, limits));
    this.append(input);
    on(input, 'input', () => {
      const text = input.value.trim();
      const value = read(text);
      this.#unread = text !== '' && value === null;
      this.changed(value, false);
    });
    on(input, 'change', () => this.dispatchEvent(new Event('change')));
    input.addEventListener('keydown', (ev) => {
      if (ev.key !== 'Enter' || ev.ctrlKey || ev.metaKey) return;
      ev.preventDefault();
      ev.stopPropagation();
      this.dispatchEvent(new Event('submit-request'));
    });
  }

  protected show(): void {
    if (!this.#input || this.#unread || read(this.#input.value.trim()) === this.value) return;
    this.#input.value = this.value === null ? '' : String(this.value);
  }

  protected accept(value: unknown): number | undefined {
    return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
  }

  protected controls(): HTMLElement[] {
    return this.#input ? [this.#input] : [];
  }

  protected override missing(): string {
    return this.#unread ? t('widget.number.unread') : t('widget.number.missing');
  }

  protected override wrong(): string {
    const { value, spec } = this;
    if (this.#unread) return t('widget.number.unread');
    if (value === null) return '';
    if (spec.integer && !Number.isInteger(value)) return t('widget.number.whole');
    if (spec.min != null && value < spec.min) return t('widget.number.small', { min: show(spec.min) });
    if (spec.max != null && value > spec.max) return t('widget.number.large', { max: show(spec.max) });
    return '';
  }
}

/** A number from what was typed, or null. */
export function read(text: string): number | null {
  if (!/^[-+]?\d{1,15}(?:[.,]\d{1,15})?$/.test(text)) return null;
  return Number(text.replace(',', '.'));
}

customElements.define('x-number', NumberEntry);
