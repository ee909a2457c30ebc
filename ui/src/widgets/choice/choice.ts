// SPDX-License-Identifier: AGPL-3.0-or-later
// choice: one of some options, or several of them. Native radios or check boxes in a fieldset; the
// whole row is the target and carries its key.
import { t } from '../../base/i18n.ts';
import { make, on, Widget, type Spec } from '../widget.ts';

export interface Option { value: string; label: string; src?: string | null }
export interface ChoiceSpec extends Spec {
  options: (string | Option)[];
  many?: boolean;
  min?: number;
  max?: number;
}

export const optionsOf = (options: (string | Option)[]): Option[] =>
  options.map((o) => (typeof o === 'string' ? { value: o, label: o } : o));

export class Choice extends Widget<ChoiceSpec, string | string[]> {
  #inputs: HTMLInputElement[] = [];
  override readonly digits = true;

  protected get options(): Option[] {
    return optionsOf(this.spec.options);
  }

  protected build(): void {
    const { spec, options } = this;
    const set = make('fieldset', { class: 'choice', 'aria-describedby': this.ids() });
    set.append(make('legend', { dir: 'auto', class: spec.label ? undefined : 'hidden' }, spec.label || spec.name));
    if (spec.hint) set.append(make('p', { class: 'hint', id: `${this.uid}h`, dir: 'auto' }, spec.hint));
    const list = make('div', { class: 'options' });
    this.#inputs = options.map(({ value, label, src }, i) => {
      const input = make('input', { type: spec.many ? 'checkbox' : 'radio', name: this.uid, value });
      const row = make('label', { class: 'option' }, input, make('span', { dir: 'auto' }, label || value));
      // The words beside it name it.
      if (src) {
        row.prepend(make('img', { src, alt: '' }));
        list.classList.add('pictures');
      }
      if (i < 10) row.append(make('kbd', { 'aria-hidden': 'true' }, String((i + 1) % 10)));
      on(input, 'change', () => this.#read());
      on(input, 'input', () => {});
      list.append(row);
      return input;
    });
    set.append(list);
    this.append(set);
  }

  #read(): void {
    const chosen = this.#inputs.filter((i) => i.checked).map((i) => i.value);
    if (this.spec.many) this.changed(chosen.length ? chosen : null, false);
    else this.changed(chosen[0] ?? null, true);
  }

  protected show(): void {
    const chosen = new Set(typeof this.value === 'string' ? [this.value] : this.value ?? []);
    for (const input of this.#inputs) input.checked = chosen.has(input.value);
  }

  protected accept(value: unknown): string | string[] | null | undefined {
    const known = this.options.map((o) => o.value);
    if (!this.spec.many) return typeof value === 'string' && known.includes(value) ? value : undefined;
    if (!Array.isArray(value) || !value.every((v) => known.includes(v as string))) return undefined;
    const chosen = known.filter((v) => value.includes(v));
    return chosen.length === 0 ? null : chosen;
  }

  protected controls(): HTMLElement[] {
    const chosen = this.#inputs.find((i) => i.checked);
    return chosen && !this.spec.many ? [chosen, ...this.#inputs.filter((i) => i !== chosen)] : this.#inputs;
  }

  protected override missing(): string {
    return t(this.spec.many ? 'widget.choice.missing.many' : 'widget.choice.missing');
  }

  protected override wrong(): string {
    if (!this.spec.many || this.value === null) return '';
    const n = this.value.length;
    if (this.spec.min && n < this.spec.min) return t('widget.choice.few', { n: this.spec.min });
    if (this.spec.max && n > this.spec.max) return t('widget.choice.many', { n: this.spec.max });
    return '';
  }

  override key(ev: KeyboardEvent): boolean {
    if (this.disabled || !/^[0-9]$/.test(ev.key)) return false;
    const input = this.#inputs[(Number(ev.key) + 9) % 10];
    if (!input) return false;
    input.checked = this.spec.many ? !input.checked : true;
    this.#read();
    return true;
  }
}

customElements.define('x-choice', Choice);
