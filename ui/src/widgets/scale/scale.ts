// SPDX-License-Identifier: AGPL-3.0-or-later
// scale: one of a few steps in a row; native radios, so that the arrows go along it. A digit chooses the
// step that it names.
import { number, t } from '../../base/i18n.ts';
import { make, on, Widget, type Spec } from '../widget.ts';

export interface ScaleSpec extends Spec {
  min: number;
  max: number;
  low?: string;
  high?: string;
}

export class Scale extends Widget<ScaleSpec, number> {
  override readonly digits = true;
  #inputs: HTMLInputElement[] = [];

  protected build(): void {
    const { spec } = this;
    const set = make('fieldset', { class: 'choice', 'aria-describedby': this.ids() });
    set.append(make('legend', { dir: 'auto' }, spec.label || spec.name));
    if (spec.hint) set.append(make('p', { class: 'hint', id: `${this.uid}h`, dir: 'auto' }, spec.hint));
    const row = make('div', { class: 'scale' });
    this.#inputs = Array.from({ length: spec.max - spec.min + 1 }, (_, i) => {
      const step = spec.min + i;
      const word = step === spec.min ? spec.low : step === spec.max ? spec.high : '';
      const input = make('input', {
        type: 'radio', name: this.uid, value: String(step), 'aria-label': word ? t('scale.step', { n: step, word }) : undefined,
      });
      on(input, 'change', () => this.changed(step, true));
      on(input, 'input', () => {});
      row.append(make('label', { class: 'option scale-step' }, input, make('span', { 'aria-hidden': word ? 'true' : undefined }, number(step))));
      return input;
    });
    set.append(row);
    if (spec.low || spec.high) {
      set.append(make('div', { class: 'ends', 'aria-hidden': 'true' }, make('span', { dir: 'auto' }, spec.low ?? ''), make('span', { dir: 'auto' }, spec.high ?? '')));
    }
    this.append(set);
  }

  protected show(): void {
    for (const input of this.#inputs) input.checked = this.value !== null && input.value === String(this.value);
  }

  protected accept(value: unknown): number | undefined {
    const good = typeof value === 'number' && Number.isInteger(value) && value >= this.spec.min && value <= this.spec.max;
    return good ? value : undefined;
  }

  protected controls(): HTMLElement[] {
    const chosen = this.#inputs.find((i) => i.checked);
    return chosen ? [chosen, ...this.#inputs.filter((i) => i !== chosen)] : this.#inputs;
  }

  override key(ev: KeyboardEvent): boolean {
    const step = Number(ev.key);
    if (this.disabled || !/^\d$/.test(ev.key) || step < this.spec.min || step > this.spec.max) return false;
    this.#inputs[step - this.spec.min]!.checked = true;
    this.changed(step, true);
    return true;
  }
}

customElements.define('x-scale', Scale);
