// SPDX-License-Identifier: AGPL-3.0-or-later
// Times travel as RFC 3339 text. The device's clock may be wrong: what is left of a lease is
// counted with the server's clock, learned from the Date header of its replies.
import { locale } from './i18n.ts';

let offset = 0;
let heard = false;

/** Learns the server's clock. A second of doubt is in the header, so small differences are ignored. */
export function clockHeard(date: string | null): void {
  const at = date ? Date.parse(date) : NaN;
  if (Number.isNaN(at)) return;
  const found = at + 500 - Date.now();
  if (!heard || Math.abs(found - offset) > 2000) offset = found;
  if (Math.abs(offset) < 2000) offset = 0;
  heard = true;
}

/** The server's time now, in milliseconds. */
export function now(): number {
  return Date.now() + offset;
}

export function timeMs(at: string): number {
  return Date.parse(at);
}

/** "5 minutes ago", "in 2 hours". */
export function relative(at: string): string {
  const words = new Intl.RelativeTimeFormat(locale.value, { numeric: 'auto' });
  const seconds = (timeMs(at) - now()) / 1000;
  const size = Math.abs(seconds);
  if (size < 45) return words.format(0, 'second');
  if (size < 45 * 60) return words.format(Math.round(seconds / 60), 'minute');
  if (size < 22 * 3600) return words.format(Math.round(seconds / 3600), 'hour');
  if (size < 26 * 86400) return words.format(Math.round(seconds / 86400), 'day');
  if (size < 320 * 86400) return words.format(Math.round(seconds / 86400 / 30.4), 'month');
  return words.format(Math.round(seconds / 86400 / 365.25), 'year');
}

/** The full date and time in the user's zone. */
export function exact(at: string): string {
  return new Intl.DateTimeFormat(locale.value, { dateStyle: 'medium', timeStyle: 'short' }).format(timeMs(at));
}

/** A time on an axis from `from` to `to`: seconds, minutes or days, as fine as the span needs. */
export function clock(ms: number, from: number, to: number): string {
  const span = to - from;
  const options: Intl.DateTimeFormatOptions = span < 20 * 60_000
    ? { hour: '2-digit', minute: '2-digit', second: '2-digit' }
    : span < 20 * 3600_000 ? { hour: '2-digit', minute: '2-digit' } : { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' };
  return new Intl.DateTimeFormat(locale.value, options).format(ms);
}

/** "40 sec", "12 min", "1 hr, 5 min": two parts at most. */
export function duration(seconds: number): string {
  const unit = (value: number, name: string) =>
    new Intl.NumberFormat(locale.value, { style: 'unit', unit: name, unitDisplay: 'short' }).format(value);
  const s = Math.max(0, Math.round(seconds));
  if (s < 90) return unit(s, 'second');
  if (s < 90 * 60) return unit(Math.round(s / 60), 'minute');
  if (s < 36 * 3600) {
    const minutes = Math.round((s % 3600) / 60);
    return minutes === 0 || minutes === 60
      ? unit(Math.round(s / 3600), 'hour')
      : `${unit(Math.floor(s / 3600), 'hour')} ${unit(minutes, 'minute')}`;
  }
  return unit(Math.round(s / 86400), 'day');
}

/** "4:05" for a clock that counts down. */
export function countdown(ms: number): string {
  const s = Math.max(0, Math.ceil(ms / 1000));
  const two = (n: number) => String(n).padStart(2, '0');
  const hours = Math.floor(s / 3600);
  const minutes = Math.floor((s % 3600) / 60);
  return hours ? `${hours}:${two(minutes)}:${two(s % 60)}` : `${minutes}:${two(s % 60)}`;
}
