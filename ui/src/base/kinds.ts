// SPDX-License-Identifier: AGPL-3.0-or-later
// Kinds of work whose elements are fetched when a page first has one. `widgets/index.ts` names them;
// whoever shows a page asks here, and so needs not import them.

const ready = new Set<string>();
const loaders = new Map<string, () => Promise<unknown>>();

export function kindLater(kind: string, load: () => Promise<unknown>): void {
  loaders.set(kind, load);
}

/** Can this kind be shown, now or after `kindsLoad`? */
export const kindKnown = (kind: string) => loaders.has(kind) || kindReady(kind);

/** Its element is there, and its words. */
export const kindReady = (kind: string) => ready.has(kind) || (!loaders.has(kind) && customElements.get(`x-${kind}`) !== undefined);

/** The elements of these kinds; one that is not known or does not come is left out. */
export async function kindsLoad(kinds: Iterable<string>): Promise<void> {
  await Promise.all([...new Set(kinds)].map((kind) =>
    (kindReady(kind) ? undefined : loaders.get(kind)?.().then(() => ready.add(kind), () => {}))));
}
