// SPDX-License-Identifier: AGPL-3.0-or-later
// Who is signed in, as a signal, and how that changes.
import { signal } from '@preact/signals-core';
import { languageSet, setLocale } from '../base/i18n.ts';
import { keptGet, keptSet } from '../base/kept.ts';
import { languageFor, languagePick } from '../base/language.ts';
import { site, type Site } from '../base/site.ts';
import { clockHeard } from '../base/time.ts';
import { ApiError, call, onReached, onSignedOut } from './client.ts';
import type { Me, Role } from './types.ts';

export const me = signal<Me | null>(null);
/** The session ended while a page was open: the sign-in dialog is shown over it. */
export const mustSignIn = signal(false);
/** The server answered the last call. */
export const reached = signal(true);

onReached.run = (ok) => {
  reached.value = ok;
};
onSignedOut.run = () => {
  if (me.value) mustSignIn.value = true;
};

export function hasRole(...roles: Role[]): boolean {
  return me.value?.user.roles.some((r) => roles.includes(r)) ?? false;
}

async function take(found: Me | null): Promise<void> {
  const tag = languageFor(found?.user.locale ?? '');
  if (tag) {
    // So that this device begins with it the next time.
    keptSet('language', tag);
    await languageSet(tag).catch(() => {});
  }
  me.value = found;
  if (!found) return;
  if (found.currency) site.value = { ...site.value, currency: found.currency };
}

/** Before anything is said: what this device knows of the language. The account's choice comes with `take`. */
export function languageStart(): void {
  setLocale(languagePick([keptGet('language'), ...navigator.languages]));
}

/** Another language, from now on: here, and wherever this account signs in. */
export async function languageChoose(tag: string): Promise<void> {
  await languageSet(tag);
  keptSet('language', tag);
  if (!me.value) return;
  await call('POST /me/locale', { body: { locale: tag } });
  me.value = { ...me.value, user: { ...me.value.user, locale: tag } };
}

/** Asks who is signed in. A call that fails otherwise leaves things as they are. */
export async function meLoad(): Promise<void> {
  try {
    await take(await call('GET /me'));
    mustSignIn.value = false;
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) await take(null);
    else throw error;
  }
}

/** The reply to what early.ts asked before the app was there. False when it gave nothing to go by. */
async function meEarly(): Promise<boolean> {
  const holder = window as { tesseraMe?: Promise<Response> };
  const asked = holder.tesseraMe;
  delete holder.tesseraMe;
  try {
    const reply = await asked;
    if (!reply || (!reply.ok && reply.status !== 401)) return false;
    clockHeard(reply.headers.get('date'));
    await take(reply.ok ? ((await reply.json()) as Me) : null);
    return true;
  } catch {
    return false;
  }
}

/** Reads what the shell holds; asks the server for what is not there. */
export async function sessionStart(): Promise<void> {
  let boot: { site?: Partial<Site>; me?: Me | null } = {};
  try {
    boot = JSON.parse(document.getElementById('boot')?.textContent || '{}') as typeof boot;
  } catch {
    // An empty or broken shell is as good as none.
  }
  if (boot.site) site.value = { ...site.value, ...boot.site };
  if (boot.me !== undefined) await take(boot.me);
  else if (!(await meEarly())) await meLoad();
}

export async function signIn(email: string, password: string): Promise<void> {
  await call('POST /sign-in', { body: { email, password, agent: navigator.userAgent.slice(0, 200) } });
  await meLoad();
}

export async function signOut(): Promise<void> {
  await call('POST /sign-out');
  await take(null);
}
