// SPDX-License-Identifier: AGPL-3.0-or-later
// Me and this device: for people of every role.
import { useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import { me } from '../../api/session.ts';
import { listText, t } from '../../base/i18n.ts';
import { setSingleKeys, singleKeys } from '../../base/keys.ts';
import { themeNow, themeSet } from '../../base/kept.ts';
import { Button } from '../../ui/button.tsx';
import { CheckField, Form, needed, RadioField, TextField, useForm } from '../../ui/field.tsx';
import { announce, useLoad } from '../../ui/hooks.ts';
import { errorText, Notice, Page, Problem, Section, Skeleton } from '../../ui/page.tsx';
import { Table } from '../../ui/table.tsx';
import { Chip, Time } from '../../ui/text.tsx';
import { Skills } from '../quality/skills.tsx';

function Device() {
  const [theme, setTheme] = useState(themeNow());
  return (
    <div class="panel stack">
      <RadioField label={t('profile.theme')} value={theme}
        onValue={(v) => {
          themeSet(v);
          setTheme(v);
        }}
        options={[
          { value: '', label: t('profile.theme.system') },
          { value: 'light', label: t('profile.theme.light') },
          { value: 'dark', label: t('profile.theme.dark') },
        ]} />
      <CheckField label={t('keys.single')} hint={t('keys.single.hint')} value={singleKeys.value} onValue={setSingleKeys} />
    </div>
  );
}

function Password() {
  const [done, setDone] = useState(false);
  const form = useForm(
    { old: '', new: '' },
    async (v) => {
      setDone(false);
      await call('POST /me/password', { body: v });
      form.setAll({ old: '', new: '' });
      setDone(true);
    },
    (v) => ({
      new: [...v.new].length < 8 ? t('profile.password.short') : undefined,
      ...needed(v, 'old', 'new'),
    }),
  );
  return (
    <div class="panel stack">
      {done && <div role="status"><Notice tone="good">{t('profile.password.done')}</Notice></div>}
      <Form form={form} label={t('profile.password')}>
        <input class="hidden" type="text" autocomplete="username" value={me.value?.user.email} readOnly tabIndex={-1} aria-hidden="true" />
        <TextField label={t('profile.password.old')} type="password" autocomplete="current-password" {...form.field('old')} />
        <TextField label={t('profile.password.new')} hint={t('profile.password.hint')} type="password" autocomplete="new-password" maxLength={200} {...form.field('new')} />
        <div class="form-foot"><Button type="submit" busy={form.busy}>{t('profile.password.act')}</Button></div>
      </Form>
    </div>
  );
}

/** "Chrome on Linux" would be a guess; the part in front says enough and is what was sent. */
function agentName(agent: string): string {
  const found = /(Edg|OPR|Firefox|Chrome|Safari|curl|python-requests)\/[\d.]+/i.exec(agent);
  const system = /Windows|Android|iPhone|iPad|Mac OS X|CrOS|Linux/.exec(agent)?.[0];
  return [found?.[0]?.replace(/^(\w+)\/(\d+).*/, '$1 $2') ?? agent.slice(0, 40), system].filter(Boolean).join(', ');
}

function Sessions() {
  const { data, error, reload } = useLoad((signal) => call('GET /me/sessions', { signal }), []);
  const [failed, setFailed] = useState<unknown>();
  if (!data) return error === undefined ? <Skeleton rows={2} /> : <Problem error={error} retry={reload} />;
  const end = (session: string) => {
    setFailed(undefined);
    call('POST /me/sessions/{session}/end', { path: { session } }).then(() => {
      announce(t('profile.session.ended'));
      reload();
    }, setFailed);
  };
  return (
    <>
      {failed !== undefined && <Notice tone="bad">{errorText(failed)}</Notice>}
      <Table caption={t('profile.sessions')} rows={data.items} rowKey={(s) => s.id} columns={[
        {
          key: 'where', label: t('profile.session.where'), head: true,
          cell: (s) => <><span title={s.agent}>{agentName(s.agent)}</span><span class="note sub">{s.address}</span></>,
        },
        { key: 'seen', label: t('profile.session.seen'), cell: (s) => <Time at={s.seen} /> },
        {
          key: 'acts', label: t('profile.session.acts'),
          cell: (s) => (s.current ? <Chip tone="accent">{t('profile.session.this')}</Chip> : <Button onClick={() => end(s.id)}>{t('profile.session.end')}</Button>),
        },
      ]} />
    </>
  );
}

export function Profile() {
  const who = me.value?.user;
  if (!who) return null;
  return (
    <Page title={t('profile.title')}>
      <div class="columns">
        <Section title={t('profile.person')}>
          <dl class="panel facts">
            <div><dt>{t('profile.name')}</dt><dd><bdi>{who.name}</bdi></dd></div>
            <div><dt>{t('profile.email')}</dt><dd><bdi>{who.email}</bdi></dd></div>
            <div><dt>{t('profile.roles')}</dt><dd>{listText(who.roles.map((r) => t(`role.${r}`)))}</dd></div>
          </dl>
        </Section>
        {who.roles.includes('worker') && <Section title={t('skills.title')}><Skills /></Section>}
        <Section title={t('profile.device')}><Device /></Section>
        <Section title={t('profile.password')}><Password /></Section>
        <Section title={t('profile.sessions')} note={t('profile.sessions.note')}><Sessions /></Section>
      </div>
    </Page>
  );
}
