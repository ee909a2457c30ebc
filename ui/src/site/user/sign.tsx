// SPDX-License-Identifier: AGPL-3.0-or-later
// Sign up, sign in, and the way back in when the password is forgotten. Paste and password
// managers work; there are no puzzles.
import { useState } from 'preact/hooks';
import { ApiError, call } from '../../api/client.ts';
import { me, signIn } from '../../api/session.ts';
import { t } from '../../base/i18n.ts';
import { go, place } from '../../base/route.ts';
import { site } from '../../base/site.ts';
import { Button } from '../../ui/button.tsx';
import { Form, needed, RadioField, TextField, useForm } from '../../ui/field.tsx';
import { Notice, Page } from '../../ui/page.tsx';
import { T } from '../../ui/text.tsx';

/** Where to go after signing in: an address of ours, never another site's. */
function target(): string {
  const to = place.value.query.get('to') ?? '';
  return /^\/(?![/\\])/.test(to) && !to.startsWith('/sign') ? to : '/';
}

const link = (path: string) => {
  const to = place.value.query.get('to');
  return to ? `${path}?to=${encodeURIComponent(to)}` : path;
};

const emailFault = (email: string) =>
  /^[^\s@]+@[^\s@]+$/.test(email.trim()) ? undefined : t('sign-up.email.wrong');
const passwordFault = (password: string) => ([...password].length < 8 ? t('sign-up.password.short') : undefined);

export function SignIn() {
  const form = useForm(
    { email: '', password: '' },
    async (v) => {
      try {
        await signIn(v.email.trim(), v.password);
      } catch (error) {
        if (error instanceof ApiError && error.status === 401) {
          throw new ApiError(400, '', t('sign-in.wrong'));
        }
        throw error;
      }
      go(target(), true);
    },
    (v) => needed(v, 'email', 'password'),
  );
  return (
    <Page title={t('sign-in.title')} narrow>
      <div class="panel stack">
        {place.value.query.get('done') === 'reset' && <Notice tone="good">{t('reset.done')}</Notice>}
        <Form form={form} label={t('sign-in.title')}>
          <TextField label={t('user.email')} type="email" autocomplete="username" required {...form.field('email')} />
          <TextField label={t('user.password')} type="password" autocomplete="current-password" required {...form.field('password')} />
          <Button kind="primary" type="submit" busy={form.busy} wide>{t('nav.sign-in')}</Button>
        </Form>
        <p class="aside-link"><a href="/forgot">{t('sign-in.forgot')}</a></p>
      </div>
      {site.value.sign_up && (
        <p class="home-in"><T k="sign-in.up" parts={{ link: <a href={link('/sign-up')}>{t('nav.sign-up')}</a> }} /></p>
      )}
    </Page>
  );
}

export function SignUp() {
  const asked = place.value.query.get('role');
  const form = useForm(
    { role: asked === 'requester' ? 'requester' : 'worker', name: '', email: '', password: '' },
    async (v) => {
      const email = v.email.trim();
      await call('POST /sign-up', {
        body: { name: v.name.trim(), email, password: v.password, role: v.role as 'worker' | 'requester' },
      });
      await signIn(email, v.password);
      go(target(), true);
    },
    (v) => ({
      email: emailFault(v.email),
      password: passwordFault(v.password),
      ...needed(v, 'name', 'email', 'password'),
    }),
  );
  return (
    <Page title={t('sign-up.title')} narrow>
      <div class="panel stack">
        {!site.value.sign_up
          ? <Notice>{t('sign-up.closed')}</Notice>
          : (
            <Form form={form} label={t('sign-up.title')}>
              <RadioField label={t('sign-up.role')} {...form.field('role')} options={[
                { value: 'worker', label: t('sign-up.role.worker'), note: t('sign-up.role.worker.note') },
                { value: 'requester', label: t('sign-up.role.requester'), note: t('sign-up.role.requester.note') },
              ]} />
              <TextField label={t('sign-up.name')} hint={t('sign-up.name.hint')} autocomplete="name" required maxLength={80} {...form.field('name')} />
              <TextField label={t('user.email')} type="email" autocomplete="username" required maxLength={254} {...form.field('email')} />
              <TextField label={t('user.password')} hint={t('sign-up.password.hint')} type="password"
                autocomplete="new-password" required maxLength={200} {...form.field('password')} />
              <Button kind="primary" type="submit" busy={form.busy} wide>{t('nav.sign-up')}</Button>
            </Form>
          )}
      </div>
      <p class="home-in"><T k="sign-up.in" parts={{ link: <a href={link('/sign-in')}>{t('nav.sign-in')}</a> }} /></p>
    </Page>
  );
}

export function Forgot() {
  const [sent, setSent] = useState(false);
  const form = useForm(
    { email: me.value?.user.email ?? '' },
    async (v) => {
      await call('POST /password/forgot', { body: { email: v.email.trim() } });
      setSent(true);
    },
    (v) => ({ email: emailFault(v.email) }),
  );
  return (
    <Page title={t('forgot.title')} lead={t('forgot.lead')} up={['/sign-in', t('forgot.back')]} narrow>
      <div class="panel stack">
        {sent
          ? <div role="status"><Notice tone="good">{t('forgot.sent')}</Notice></div>
          : (
            <Form form={form} label={t('forgot.title')}>
              <TextField label={t('user.email')} type="email" autocomplete="username" required {...form.field('email')} />
              <Button kind="primary" type="submit" busy={form.busy} wide>{t('forgot.act')}</Button>
            </Form>
          )}
      </div>
    </Page>
  );
}

/** The token stands in the query or, better kept from logs, behind the #. */
export function Reset() {
  const [token] = useState(() => place.value.query.get('token') ?? location.hash.replace(/^#(token=)?/, ''));
  const form = useForm(
    { password: '' },
    async (v) => {
      await call('POST /password/reset', { body: { token, password: v.password } });
      go('/sign-in?done=reset', true);
    },
    (v) => ({ password: passwordFault(v.password) }),
  );
  return (
    <Page title={t('reset.title')} up={['/sign-in', t('forgot.back')]} narrow>
      <div class="panel stack">
        {!token
          ? <Notice tone="warn">{t('reset.missing')} <a href="/forgot">{t('forgot.title')}</a></Notice>
          : (
            <Form form={form} label={t('reset.title')}>
              <TextField label={t('reset.new')} hint={t('sign-up.password.hint')} type="password"
                autocomplete="new-password" required maxLength={200} {...form.field('password')} />
              <Button kind="primary" type="submit" busy={form.busy} wide>{t('reset.act')}</Button>
            </Form>
          )}
      </div>
    </Page>
  );
}
