// SPDX-License-Identifier: AGPL-3.0-or-later
// date: a day, by the browser's own control, which knows how the reader writes days and opens a
// calendar on a phone.
import { t } from '../../base/i18n.ts';
import { make, on, Widget, type Spec } from '../widget.ts';

export interface DateSpec extends Spec {
  min?: string | null;
  max?: string | null;
}

export class DateEntry extends Widget<DateSpec, string> {
  #input: HTMLInputElement | null = null;

  protected build(): void {
    const { spec } = this;
    const id = `${this.uid}i`;
    const input = make('input', {
      id, type: 'date', class: 'number', min: spec.min ?? undefined, max: spec.max ?? undefined,
      'aria-describedby': this.ids(), 'aria-required': spec.required ? 'true' : undefined,
    });
    this.#input = input;
    this.append(make('label', { for: id, dir: 'auto' }, spec.label || spec.name));
    if (spec.hint) this.append(make('p', { class: 'hint', id: `${this.uid}h`, dir: 'auto' }, spec.hint));
    this.append(input);
    on(input, 'input', () => this.changed(input.value || null, false));
    on(input, 'change', () => this.dispatchEvent(new Event('change')));
    input.addEventListener('keydown', (ev) => {
      if (ev.key !== 'Enter' || ev.ctrlKey || ev.metaKey) return;
      ev.preventDefault();
      ev.stopPropagation();
      this.dispatchEvent(new Event('submit-request'));
    });
  }

  protected show(): void {
    // While a day is half typed the control has no value: it is left alone.
    if (this.#input && this.#input.value !== (this.value ?? '')) this.#input.value = this.value ?? '';
  }

  protected accept(value: unknown): string | undefined {
    if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(value)) return undefined;
    const day = new Date(`${value}T00:00:00Z`);
    return Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== value ? undefined : value;
  }

  protected controls(): HTMLElement[] {
    return this.#input ? [this.#input] : [];
  }

  protected override missing(): string {
    return t('date.missing');
  }

  protected override wrong(): string {
    const { value, spec } = this;
    if (value === null) return '';
    if (spec.min && value < spec.min) return t('date.early', { day: spec.min });
    return spec.max && value > spec.max ? t('date.late', { day: spec.max }) : '';
  }
}

customElements.define('x-date', DateEntry);
