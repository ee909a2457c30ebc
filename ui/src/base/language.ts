// SPDX-License-Identifier: AGPL-3.0-or-later
// Which language somebody reads: what was chosen, else the first of the browser's that is there, else
// English. Asked before the first paint too, so it takes nothing but names.

/** The folders of src/locale; the build names them. */
export const languages: readonly string[] = LANGUAGES;

const first = (tag: string) => tag.split('-')[0]!.toLowerCase();

/** The language's folder for a wish such as "de" or "de-AT". */
export function languageFor(wish: string): string | undefined {
  return languages.find((tag) => tag.toLowerCase() === wish.toLowerCase()) ?? languages.find((tag) => tag === first(wish));
}

/** The first wish that can be met. */
export function languagePick(wishes: readonly (string | null | undefined)[]): string {
  for (const wish of wishes) {
    const found = wish ? languageFor(wish) : undefined;
    if (found) return found;
  }
  return 'en';
}

/** The same language as it is used in the reader's land: by that, figures and times are written. */
export function localeOf(tag: string, wishes: readonly string[] = []): string {
  return wishes.find((wish) => first(wish) === tag) ?? tag;
}

export function directionOf(tag: string): 'rtl' | 'ltr' {
  return /^(ar|fa|he|ur)\b/.test(tag) ? 'rtl' : 'ltr';
}

/** What a language calls itself. */
export function languageName(tag: string): string {
  const name = new Intl.DisplayNames([tag], { type: 'language' }).of(tag) ?? tag;
  return name.charAt(0).toLocaleUpperCase(tag) + name.slice(1);
}
