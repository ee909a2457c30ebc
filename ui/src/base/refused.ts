// SPDX-License-Identifier: AGPL-3.0-or-later
// What the server refuses with, in the reader's language. Its sentences are English and fixed, but for a
// number in some: each that a worker can meet, and what a requester meets most often, is a word of its own, and the words are fetched with the
// first refusal, when the server has just answered. Others are shown as they came.
import { hasWord, languageNow, t, wordsLoad } from './i18n.ts';

export async function refusedText(detail: string): Promise<string> {
  if (detail === '' || languageNow() === 'en') return detail;
  await wordsLoad('refused').catch(() => {});
  const n = /\d+/.exec(detail)?.[0] ?? '';
  const key = [`refused.${detail}`, `refused.${detail.replace(n, '{n}')}`].find(hasWord);
  return key ? t(key, { n }) : detail;
}
