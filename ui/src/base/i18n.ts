// SPDX-License-Identifier: AGPL-3.0-or-later
// Words for people. A language is a folder of src/locale with a file for each part of the app; a part's
// file is fetched with it, so that a worker does not carry a requester's words, nor another language's.
// What a language lacks the build puts there in English.
import { signal } from '@preact/signals-core';
import { directionOf, localeOf } from './language.ts';
import type { words as baseWords } from '../locale/en/base';
import type { words as docsWords } from '../locale/en/docs';
import type { words as galleryWords } from '../locale/en/gallery';
import type { words as kindWords } from '../locale/en/kinds';
import type { words as operatorWords } from '../locale/en/operator';
import type { words as recordWords } from '../locale/en/records';
import type { words as refusedWords } from '../locale/en/refused';
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
  | keyof typeof refusedWords
  | keyof typeof requesterWords
  | keyof typeof galleryWords
  | keyof typeof operatorWords;

export type Values = Record<string, string | number>;

/** A part of the app that has a file of words. */
export type Part = 'base' | 'site' | 'docs' | 'kinds' | 'sound' | 'worker' | 'records' | 'refused' | 'requester' | 'gallery' | 'operator';

/** Of figures, money and times: the language, in the land that the browser names with it ("de-AT"). */
export const locale = signal('en');

/** Of words: the name of a folder of src/locale. */
let language = 'en';
const parts = new Set<Part>();
/** Pages that show a word are drawn anew when another language takes their place. */
const known = signal<Words>({});
let plurals = new Intl.PluralRules('en');
let numbers = new Intl.NumberFormat('en');

export function addWords(words: Words): void {
  Object.assign(known.peek(), words);
}

const fetched = async (tag: string, part: Part) => ((await import(`../locale/${tag}/${part}.ts`)) as { words: Words }).words;

/** Fetches the words of a part; asked for again they are there. A part is shown once its words are. */
export async function wordsLoad(part: Part): Promise<void> {
  parts.add(part);
  const tag = language;
  const words = await fetched(tag, part);
  if (tag === language) addWords(words);
  else await wordsLoad(part);
}

/** Sets the language of figures and times, and of the document. */
export function setLocale(tag: string): void {
  language = tag;
  const land = localeOf(tag, navigator.languages);
  plurals = new Intl.PluralRules(tag);
  numbers = new Intl.NumberFormat(land);
  document.documentElement.lang = tag;
  document.documentElement.dir = directionOf(tag);
  locale.value = land;
}

export const languageNow = () => document.documentElement.lang;

/** Puts the words of another language in the place of all that are there. */
export async function languageSet(tag: string): Promise<void> {
  if (tag === language) return;
  const all = await Promise.all([...parts].map((part) => fetched(tag, part)));
  setLocale(tag);
  known.value = Object.assign({}, ...all) as Words;
}

/** A whole or broken number as people write it. */
export function number(value: number, options?: Intl.NumberFormatOptions): string {
  return options ? new Intl.NumberFormat(locale.value, options).format(value) : numbers.format(value);
}

/** 0.934 → "93%", with so many digits behind the point. */
export function percent(share: number, digits = 0): string {
  return number(share, { style: 'percent', maximumFractionDigits: digits });
}

/** A claim of confidence: nobody is wholly sure, so what rounds to 100% is said as "over 99%". */
export function sureText(share: number, digits = 0): string {
  const most = 1 - 10 ** -(digits + 2);
  return share > (1 + most) / 2 - 1e-9 ? t('sure.over', { share: percent(most, digits) }) : percent(share, digits);
}

/** Is there a sentence of this key? For words that come from the server (kinds, states). */
export function hasWord(key: string): key is Key {
  return key in known.value;
}

function choose(key: Key, values?: Values): string {
  const word = known.value[key];
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
