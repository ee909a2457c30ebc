// SPDX-License-Identifier: AGPL-3.0-or-later
// Money travels as a whole number of minor units. Here it becomes text and back.
// No sums are made with broken numbers: text is cut into digits.
import { locale } from './i18n.ts';
import { site } from './site.ts';

const made = new Map<string, Intl.NumberFormat>();

function format(currency: string): Intl.NumberFormat {
  const key = locale.value + ' ' + currency;
  let found = made.get(key);
  if (!found) {
    found = new Intl.NumberFormat(locale.value, { style: 'currency', currency });
    made.set(key, found);
  }
  return found;
}

/** How many digits the currency has behind the point. */
export function moneyDigits(currency = site.value.currency): number {
  return format(currency).resolvedOptions().maximumFractionDigits ?? 2;
}

/** 1234 → "€12.34". */
export function money(minor: number, currency = site.value.currency): string {
  return format(currency).format(minor / 10 ** moneyDigits(currency));
}

/** 1234 → "12.34", as it stands in a form field. */
export function moneyPlain(minor: number, currency = site.value.currency): string {
  const digits = moneyDigits(currency);
  const sign = minor < 0 ? '-' : '';
  const text = String(Math.abs(minor)).padStart(digits + 1, '0');
  return digits === 0 ? sign + text : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** "12.34" or "12,34" → 1234; null when it is no amount of this currency. */
export function moneyParse(text: string, currency = site.value.currency): number | null {
  const digits = moneyDigits(currency);
  const found = /^(\d{1,12})(?:[.,](\d+))?$/.exec(text.trim());
  if (!found) return null;
  const rest = found[2] ?? '';
  if (rest.length > digits) return null;
  return Number(found[1]! + rest.padEnd(digits, '0'));
}
