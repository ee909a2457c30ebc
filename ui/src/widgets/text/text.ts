// SPDX-License-Identifier: AGPL-3.0-or-later
// text: a short or a long entry. Lengths are counted in code points, as on the server.
import { t } from '../../base/i18n.ts';
import { codePoints } from '../../base/units.ts';
import { make, on, Widget, type Spec } from '../widget.ts';

export interface TextSpec extends Spec {
  long?: boolean;
  max?: number;
  pattern?: string | null;
}

export class Text extends Widget<TextSpec, string> {
  #input: HTMLInputElement | HTMLTextAreaElement | null = null;
  #count: HTMLElement | null = null;

  protected build(): void {
    const { spec } = this;
    const id = `${this.uid}i`;
    this.#count = make('p', { class: 'hint count', id: `${this.uid}c`, hidden: '' });
    const attributes = { id, dir: 'auto', 'aria-describedby': this.ids(`${this.uid}c`) };
    const input = spec.long
      ? make('textarea', { ...attributes, rows: '4' })
      : make('input', { ...attributes, type: 'text', autocomplete: 'off' });
    if (spec.required) input.setAttribute('aria-required', 'true');
    this.#input = input;
    this.append(make('label', { for: id, dir: 'auto' }, spec.label || spec.name));
    if (spec.hint) this.append(make('p', { class: 'hint', id: `${this.uid}h`, dir: 'auto' }, spec.hint));
    this.append(input, this.#count);
    on(input, 'input', () => {
      this.changed(input.value === '' ? null : input.value, false);
      this.#counted();
    });
    on(input, 'change', () => this.dispatchEvent(new Event('change')));
    input.addEventListener('keydown', (ev) => {
      const key = ev as KeyboardEvent;
      if (spec.long || key.key !== 'Enter' || key.ctrlKey || key.metaKey || key.isComposing) return;
      key.preventDefault();
      key.stopPropagation();
      this.dispatchEvent(new Event('submit-request'));
    });
  }

  protected show(): void {
    if (this.#input && this.#input.value !== (this.value ?? '')) this.#input.value = this.value ?? '';
    this.#counted();
  }

  #counted(): void {
    const { max } = this.spec;
    if (!this.#count || !max) return;
    const n = codePoints(this.value ?? '');
    this.#count.hidden = n < max * 0.8;
    this.#count.textContent = this.#count.hidden ? '' : t('widget.text.count', { used: n, max });
  }

  protected accept(value: unknown): string | null | undefined {
    return typeof value === 'string' ? value || null : undefined;
  }

  protected controls(): HTMLElement[] {
    return this.#input ? [this.#input] : [];
  }

  protected override missing(): string {
    return t('widget.text.missing');
  }

  protected override wrong(): string {
    const { max, pattern, required } = this.spec;
    const text = this.value ?? '';
    if (required && text.trim() === '') return this.missing();
    if (max && codePoints(text) > max) return t('widget.text.long', { n: codePoints(text) - max });
    if (pattern && text) {
      try {
        if (!new RegExp(`^(?:${pattern})$`, 'u').test(text)) return t('widget.text.pattern');
      } catch {
        return ''; // A pattern that this browser cannot read is left to the server.
      }
    }
    return '';
  }
}

customElements.define('x-text', Text);
