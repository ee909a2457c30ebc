// SPDX-License-Identifier: AGPL-3.0-or-later
// Words for people. English is complete; another language is a set of files with the same keys.
// Areas add their words when they are loaded, so that a worker does not carry a requester's.
import { signal } from '@preact/signals-core';
import type { words as baseWords } from '../locale/en/base';
import type { words as docsWords } from '../locale/en/docs';
import type { words as kindWords } from '../locale/en/kinds';
import type { words as operatorWords } from '../locale/en/operator';
import type { words as recordWords } from '../locale/en/records';
import type { words as requesterWords } from '../locale/en/requester';
import type { words as siteWords } from '../locale/en/site';
import type { words as soundWords } from '../locale/en/sound';
import type { words as workerWords } from '../locale/en/worker';

/** One sentence, or one for each plural class of `n`; {names} are filled in. */
export type Word = string | { one?: string; few?: string; many?: string; other: string };
export type Words = Record<string, Word>;
export type Key =
  | keyof typeof baseWords
  | keyof typeof siteWords
  | keyof typeof docsWords
  | keyof typeof kindWords
  | keyof typeof soundWords
  | keyof typeof workerWords
  | keyof typeof recordWords
  | keyof typeof requesterWords
  | keyof typeof operatorWords;

export type Values = Record<string, string | number>;

export const locale = signal('en');

const known: Words = {};
let plurals = new Intl.PluralRules('en');
let numbers = new Intl.NumberFormat('en');

/** Called by each area with its own words. */
export function addWords(words: Words): void {
  Object.assign(known, words);
}

/** Sets the language of words, figures and times, and of the document. */
export function setLocale(tag: string): void {
  plurals = new Intl.PluralRules(tag);
  numbers = new Intl.NumberFormat(tag);
  document.documentElement.lang = tag;
  document.documentElement.dir = /^(ar|fa|he|ur)\b/.test(tag) ? 'rtl' : 'ltr';
  locale.value = tag;
}

/** A whole or broken number as people write it. */
export function number(value: number, options?: Intl.NumberFormatOptions): string {
  return options ? new Intl.NumberFormat(locale.value, options).format(value) : numbers.format(value);
}

/** 0.934 → "93%", with so many digits behind the point. */
export function percent(share: number, digits = 0): string {
  return number(share, { style: 'percent', maximumFractionDigits: digits });
}

/** Is there a sentence of this key? For words that come from the server (kinds, states). */
export function hasWord(key: string): key is Key {
  return key in known;
}

function choose(key: Key, values?: Values): string {
  const word = known[key];
  if (word === undefined) return key;
  if (typeof word === 'string') return word;
  const n = Number(values?.['n'] ?? 0);
  return word[plurals.select(n) as 'one'] ?? word.other;
}

const put = (value: string | number) => (typeof value === 'number' ? number(value) : value);

/** The sentence of a key, with values filled in. `n` chooses the plural. */
export function t(key: Key, values?: Values): string {
  return choose(key, values).replace(/\{(\w+)\}/g, (all, name: string) => {
    const value = values?.[name];
    return value === undefined ? all : put(value);
  });
}

/** The same, cut at the places of `parts`, for sentences that hold elements. */
export function tParts<P>(key: Key, parts: Record<string, P>, values?: Values): (string | P)[] {
  return choose(key, values)
    .split(/(\{\w+\})/)
    .filter((piece) => piece !== '')
    .map((piece) => {
      const name = /^\{(\w+)\}$/.exec(piece)?.[1];
      if (name === undefined) return piece;
      if (name in parts) return parts[name]!;
      const value = values?.[name];
      return value === undefined ? piece : put(value);
    });
}

/** "a, b and c". */
export function listText(items: string[]): string {
  return new Intl.ListFormat(locale.value, { type: 'conjunction' }).format(items);
}
