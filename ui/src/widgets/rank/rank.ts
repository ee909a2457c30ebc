// SPDX-License-Identifier: AGPL-3.0-or-later
// rank: things put in order. Each has buttons to go up and down; by keyboard, Space lifts it and the
// arrows carry it. The order as it was given counts only when somebody says that it is right.
import { number, t } from '../../base/i18n.ts';
import { keyName } from '../../base/keys.ts';
import { optionsOf, type Option } from '../choice/choice.ts';
import { make, on, Widget, type Spec } from '../widget.ts';

export interface RankSpec extends Spec {
  options: (string | Option)[];
}

export class Rank extends Widget<RankSpec, string[]> {
  #list = make('ol');
  #live = make('p');
  #lifted: string | null = null;
  #past: (string[] | null)[] = [];

  protected build(): void {
    const { spec } = this;
    const set = make('fieldset', { class: 'choice', 'aria-describedby': this.ids(`${this.uid}k`) });
    set.append(make('legend', { dir: 'auto' }, spec.label || spec.name));
    if (spec.hint) set.append(make('p', { class: 'hint', id: `${this.uid}h`, dir: 'auto' }, spec.hint));
    set.append(make('p', { class: 'hint keys-help', id: `${this.uid}k` }, t('rank.keys')));
    this.#list = make('ol', { class: 'rank' });
    this.#live = make('p', { class: 'hidden', 'aria-live': 'polite' });
    this.#past = [];
    this.#lifted = null;
    const right = make('button', { type: 'button', class: 'button' }, t('rank.right'));
    on(right, 'click', () => this.#put(this.#order, true));
    set.append(this.#list, this.#live, right);
    this.append(set);
    set.addEventListener('keydown', (ev) => {
      if (this.disabled || !this.#pressed(ev)) return;
      ev.preventDefault();
      ev.stopPropagation();
    });
  }

  get #order(): string[] {
    return this.value ?? optionsOf(this.spec.options).map((o) => o.value);
  }

  #put(order: string[] | null, done: boolean): void {
    this.#past.push(this.value);
    this.changed(order, done);
    this.show();
  }

  protected show(): void {
    const options = optionsOf(this.spec.options);
    const held = this.contains(document.activeElement) ? (document.activeElement as HTMLElement).dataset : {};
    const order = this.#order;
    this.#list.replaceChildren(...order.map((value, i) => {
      const { label, src } = options.find((o) => o.value === value)!;
      const thing = make('button', {
        type: 'button', class: 'button thing', 'data-value': value, 'data-part': 'thing',
        'aria-pressed': String(this.#lifted === value), 'aria-describedby': `${this.uid}k`,
      }, make('span', { class: 'figure' }, number(i + 1)), make('span', { dir: 'auto' }, label));
      if (src) thing.append(make('img', { src, alt: '' }));
      on(thing, 'click', () => this.#lift(value));
      const go = (by: -1 | 1, part: 'up' | 'down', sign: string) => {
        const button = make('button', {
          type: 'button', class: 'button square', 'data-value': value, 'data-part': part, 'aria-label': t(`rank.${part}`, { label }),
        }, sign);
        button.disabled = this.disabled || !order[i + by];
        on(button, 'click', () => this.#move(value, by));
        return button;
      };
      return make('li', {}, thing, go(-1, 'up', '↑'), go(1, 'down', '↓'));
    }));
    if (!held['value']) return;
    const own = [...this.#list.querySelectorAll<HTMLButtonElement>(`[data-value]`)].filter((b) => b.dataset['value'] === held['value']);
    const same = own.find((b) => b.dataset['part'] === held['part']);
    (same?.disabled ? own[0] : same)?.focus();
  }

  #say(value: string): void {
    const order = this.#order;
    const label = optionsOf(this.spec.options).find((o) => o.value === value)?.label ?? value;
    this.#live.textContent = t(this.#lifted === value ? 'rank.lifted' : 'rank.at', { label, n: order.indexOf(value) + 1, all: order.length });
  }

  #lift(value: string): void {
    this.#lifted = this.#lifted === value ? null : value;
    this.show();
    this.#say(value);
  }

  #move(value: string, by: -1 | 1): void {
    const order = [...this.#order];
    const at = order.indexOf(value);
    const other = order[at + by];
    if (other === undefined) return;
    [order[at], order[at + by]] = [other, value];
    this.#put(order, false);
    this.#say(value);
  }

  #pressed(ev: KeyboardEvent): boolean {
    const name = keyName(ev);
    if (name === 'Ctrl+z') {
      const kept = this.#past.pop();
      if (kept === undefined) return false;
      this.changed(kept, false);
      this.show();
      return true;
    }
    if (name === 'Escape' && this.#lifted !== null) {
      this.#lift(this.#lifted);
      return true;
    }
    const value = (ev.target as HTMLElement).dataset['value'];
    if (value === undefined || (name !== 'ArrowUp' && name !== 'ArrowDown')) return false;
    const by = name === 'ArrowUp' ? -1 : 1;
    if (this.#lifted === value) this.#move(value, by);
    else {
      const things = [...this.#list.querySelectorAll<HTMLElement>('.thing')];
      things[things.findIndex((b) => b.dataset['value'] === value) + by]?.focus();
    }
    return true;
  }

  protected accept(value: unknown): string[] | undefined {
    const known = optionsOf(this.spec.options).map((o) => o.value);
    const good = Array.isArray(value) && value.length === known.length && known.every((v) => value.includes(v));
    return good ? value as string[] : undefined;
  }

  protected controls(): HTMLElement[] {
    return [...this.#list.querySelectorAll<HTMLElement>('.thing')];
  }

  protected override missing(): string {
    return t('rank.missing');
  }
}

customElements.define('x-rank', Rank);
