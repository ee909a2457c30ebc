// SPDX-License-Identifier: AGPL-3.0-or-later
// taxonomy: one place in a tree of thousands, by opening or by searching. Only what is open is in the
// document; a search reads the lower-case ways, made once, and shows sixty at a time.
import { t } from '../../base/i18n.ts';
import { keyName } from '../../base/keys.ts';
import { make, on, Widget, type Spec } from '../widget.ts';

const PART = 60;

export interface TaxonomySpec extends Spec {
  tree: string;
  leaf?: boolean;
}
interface Node { name: string; depth: number; up: number; children: number[]; way: string }

/** The lines of a tree, one tab more for each level; as the server reads them. */
export function nodesOf(tree: string): Node[] {
  const nodes: Node[] = [];
  const last: number[] = [];
  for (const line of tree.split('\n')) {
    const name = line.trim();
    if (!name) continue;
    const depth = /^\t*/.exec(line)![0].length;
    const up = depth > 0 ? last[depth - 1] ?? -1 : -1;
    last[depth] = nodes.length;
    nodes[up]?.children.push(nodes.length);
    nodes.push({ name, depth, up, children: [], way: `${nodes[up]?.way ?? ''} ${name.toLowerCase()}` });
  }
  return nodes;
}

export class Taxonomy extends Widget<TaxonomySpec, string[]> {
  #nodes: Node[] = [];
  #search = make('input');
  #tree = make('ul');
  #found = make('ul');
  #count = make('p');
  #more = make('button');
  #chosen = make('p');
  #shown = PART;

  protected build(): void {
    const { spec } = this;
    this.#nodes = nodesOf(spec.tree);
    const name = `${this.uid}l`;
    this.append(make('p', { class: 'picture-label', id: name, dir: 'auto' }, spec.label || spec.name));
    if (spec.hint) this.append(make('p', { class: 'hint', id: `${this.uid}h`, dir: 'auto' }, spec.hint));
    this.#chosen = make('p', { class: 'chosen', role: 'status' });
    this.#search = make('input', {
      type: 'search', id: `${this.uid}i`, autocomplete: 'off', dir: 'auto', placeholder: t('taxonomy.search'), 'aria-label': t('taxonomy.search'), 'aria-describedby': `${name} ${this.ids()}`,
    });
    this.#count = make('p', { class: 'hint', role: 'status' });
    this.#found = make('ul', { class: 'places', role: 'listbox', 'aria-label': t('taxonomy.found') });
    this.#tree = make('ul', { class: 'places', role: 'tree', 'aria-label': t('taxonomy.tree') });
    this.#more = make('button', { type: 'button', class: 'button' }, t('taxonomy.more'));
    this.append(this.#chosen, this.#search, this.#count, this.#found, this.#more, this.#tree);
    on(this.#search, 'input', () => {
      this.#shown = PART;
      this.#filter();
    });
    on(this.#search, 'change', () => {});
    on(this.#more, 'click', () => {
      this.#shown += PART;
      this.#filter();
    });
    const keys = (el: HTMLElement, run: (ev: KeyboardEvent) => boolean) => el.addEventListener('keydown', (ev) => {
      if (this.disabled || ev.isComposing || !run(ev)) return;
      ev.preventDefault();
      ev.stopPropagation();
    });
    keys(this.#search, (ev) => this.#inSearch(ev));
    keys(this.#found, (ev) => this.#inFound(ev));
    keys(this.#tree, (ev) => this.#inTree(ev));
    for (const list of [this.#found, this.#tree]) on(list, 'click', (ev) => this.#clicked(ev.target as HTMLElement));
    this.#tree.append(...this.#items(this.#nodes.flatMap((n, i) => (n.depth === 0 ? [i] : []))));
    (this.#tree.firstElementChild as HTMLElement | null)?.setAttribute('tabindex', '0');
    this.#filter();
  }

  #names(i: number): string[] {
    const out: string[] = [];
    for (let at = i; at >= 0; at = this.#nodes[at]!.up) out.unshift(this.#nodes[at]!.name);
    return out;
  }

  /** The node of a way, or -1. */
  #at(way: string[]): number {
    let list = this.#nodes.flatMap((n, i) => (n.depth === 0 ? [i] : []));
    let found = -1;
    for (const name of way) {
      found = list.find((i) => this.#nodes[i]!.name === name) ?? -1;
      if (found < 0) return -1;
      list = this.#nodes[found]!.children;
    }
    return found;
  }

  #mayPick(i: number): boolean {
    return !this.spec.leaf || this.#nodes[i]!.children.length === 0;
  }

  // --- the tree ---
  #items(list: number[]): HTMLElement[] {
    return list.map((i) => {
      const { name, children } = this.#nodes[i]!;
      const row = make('span', { class: 'place', dir: 'auto' }, name);
      if (children.length) row.prepend(make('span', { class: 'twist', 'aria-hidden': 'true' }));
      return make('li', {
        role: 'treeitem', tabindex: '-1', 'data-i': String(i), 'aria-label': name, 'aria-selected': 'false',
        'aria-expanded': children.length ? 'false' : undefined,
      }, row);
    });
  }

  #item(i: number): HTMLElement | null {
    return this.#tree.querySelector<HTMLElement>(`[data-i="${i}"]`);
  }

  #set(i: number, open: boolean): void {
    const item = this.#item(i);
    if (!item?.hasAttribute('aria-expanded')) return;
    item.setAttribute('aria-expanded', String(open));
    item.querySelector('[role=group]')?.remove();
    if (open) item.append(make('ul', { role: 'group' }, ...this.#items(this.#nodes[i]!.children)));
    this.#mark();
  }

  /** Opens the ways to a node, so that it is in the document. */
  #reveal(i: number): void {
    const up = this.#nodes[i]!.up;
    if (up < 0) return;
    this.#reveal(up);
    if (this.#item(up)?.getAttribute('aria-expanded') === 'false') this.#set(up, true);
  }

  #focus(i: number): void {
    for (const el of this.#tree.querySelectorAll('[tabindex="0"]')) el.setAttribute('tabindex', '-1');
    const item = this.#item(i);
    item?.setAttribute('tabindex', '0');
    item?.focus();
  }

  #inTree(ev: KeyboardEvent): boolean {
    const item = (ev.target as HTMLElement).closest<HTMLElement>('[role=treeitem]');
    if (!item) return false;
    const i = Number(item.dataset['i']);
    const all = [...this.#tree.querySelectorAll<HTMLElement>('[role=treeitem]')];
    const to = (el: HTMLElement | undefined) => el && this.#focus(Number(el.dataset['i']));
    const { children, up } = this.#nodes[i]!;
    const open = item.getAttribute('aria-expanded') === 'true';
    switch (keyName(ev)) {
      case 'ArrowDown': to(all[all.indexOf(item) + 1]); return true;
      case 'ArrowUp':
        if (item === all[0]) this.#search.focus();
        else to(all[all.indexOf(item) - 1]);
        return true;
      case 'ArrowRight':
        if (children.length && !open) this.#set(i, true);
        else if (children.length) this.#focus(children[0]!);
        return true;
      case 'ArrowLeft':
        if (open) this.#set(i, false);
        else if (up >= 0) this.#focus(up);
        return true;
      case 'Home': to(all[0]); return true;
      case 'End': to(all[all.length - 1]); return true;
      case 'Enter': case ' ':
        // Chosen before: the second Enter is the page's.
        if (keyName(ev) === 'Enter' && item.getAttribute('aria-selected') === 'true') return false;
        if (this.#mayPick(i)) this.#pick(i);
        else this.#set(i, !open);
        return true;
      default: return false;
    }
  }

  // --- the search ---
  #filter(): void {
    const asked = this.#search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const searching = asked.length > 0;
    this.#tree.hidden = searching;
    this.#found.hidden = this.#count.hidden = !searching;
    this.#more.hidden = true;
    if (!searching) return void this.#found.replaceChildren();
    const hits: number[] = [];
    this.#nodes.forEach((n, i) => {
      if (asked.every((word) => n.way.includes(word)) && this.#mayPick(i)) hits.push(i);
    });
    this.#found.replaceChildren(...hits.slice(0, this.#shown).map((i) => make('li', {
      role: 'option', tabindex: '-1', class: 'place', dir: 'auto', 'data-i': String(i), 'aria-selected': 'false',
    }, this.#names(i).join(' › '))));
    this.#found.hidden = hits.length === 0;
    this.#more.hidden = hits.length <= this.#shown;
    this.#count.textContent = hits.length === 0 ? t('taxonomy.none') : t('taxonomy.shown', { shown: Math.min(this.#shown, hits.length), n: hits.length });
    this.#mark();
  }

  #inSearch(ev: KeyboardEvent): boolean {
    const first = this.#found.querySelector<HTMLElement>('li');
    switch (keyName(ev)) {
      case 'ArrowDown':
        if (first) first.focus();
        else this.#tree.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
        return true;
      case 'Enter':
        if (first) this.#pick(Number(first.dataset['i']));
        else if (this.value && !this.#search.value) this.dispatchEvent(new Event('submit-request'));
        else return false;
        return true;
      case 'Escape':
        if (!this.#search.value) return false;
        this.#search.value = '';
        this.#filter();
        return true;
      default: return false;
    }
  }

  #inFound(ev: KeyboardEvent): boolean {
    const item = (ev.target as HTMLElement).closest<HTMLElement>('li');
    if (!item) return false;
    const next = keyName(ev) === 'ArrowDown' ? item.nextElementSibling : item.previousElementSibling;
    switch (keyName(ev)) {
      case 'ArrowDown': (next as HTMLElement | null)?.focus(); return true;
      case 'ArrowUp': ((next as HTMLElement | null) ?? this.#search).focus(); return true;
      case 'Escape': this.#search.focus(); return true;
      case 'Enter': case ' ': this.#pick(Number(item.dataset['i'])); return true;
      default: return false;
    }
  }

  // --- choosing ---
  #clicked(target: HTMLElement): void {
    const item = target.closest<HTMLElement>('[data-i]');
    if (!item || this.disabled) return;
    const i = Number(item.dataset['i']);
    const inTree = item.getAttribute('role') === 'treeitem';
    if (inTree && (target.closest('.twist') || !this.#mayPick(i))) this.#set(i, item.getAttribute('aria-expanded') !== 'true');
    else this.#pick(i);
    if (inTree) this.#focus(i);
  }

  #pick(i: number): void {
    this.changed(this.#names(i), true);
    const searched = this.#search.value !== '';
    this.#search.value = '';
    this.#filter();
    this.show();
    if (searched) this.#focus(i);
  }

  #mark(): void {
    const at = this.value ? this.#at(this.value) : -1;
    for (const el of this.querySelectorAll<HTMLElement>('[data-i]')) el.setAttribute('aria-selected', String(Number(el.dataset['i']) === at));
  }

  protected show(): void {
    this.#chosen.replaceChildren();
    if (this.value) {
      const clear = make('button', { type: 'button', class: 'button' }, t('taxonomy.clear'));
      clear.disabled = this.disabled;
      on(clear, 'click', () => {
        this.changed(null, false);
        this.show();
        this.#search.focus();
      });
      this.#chosen.append(make('span', {}, t('taxonomy.chosen')), make('strong', { dir: 'auto' }, this.value.join(' › ')), clear);
      this.#reveal(this.#at(this.value));
    }
    this.#mark();
  }

  protected accept(value: unknown): string[] | undefined {
    if (!Array.isArray(value) || value.length === 0 || !value.every((v) => typeof v === 'string')) return undefined;
    const at = this.#at(value as string[]);
    return at >= 0 && this.#mayPick(at) ? value as string[] : undefined;
  }

  protected controls(): HTMLElement[] {
    return [this.#search];
  }

  protected override missing(): string {
    return t('taxonomy.missing');
  }
}

customElements.define('x-taxonomy', Taxonomy);
