// SPDX-License-Identifier: AGPL-3.0-or-later
// An organisation's money and its people. Whoever is in several chooses one in the address.
import { useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import { me } from '../../api/session.ts';
import type { Id, OrgRole } from '../../api/types.ts';
import { t, type Key } from '../../base/i18n.ts';
import { place, setQuery } from '../../base/route.ts';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { Form, needed, SelectField, TextField, useForm } from '../../ui/field.tsx';
import { announce, useList, useLoad } from '../../ui/hooks.ts';
import { Empty, Page, Problem, Section, Skeleton } from '../../ui/page.tsx';
import { List, Table } from '../../ui/table.tsx';
import { Chip, Figure, Figures, Money, Time } from '../../ui/text.tsx';

function useOrg(): { id: Id; name: string; role: string } | undefined {
  const orgs = me.value?.orgs ?? [];
  return orgs.find((o) => o.id === place.value.query.get('org')) ?? orgs[0];
}

function Choose({ id }: { id: Id }) {
  const orgs = me.value?.orgs ?? [];
  if (orgs.length < 2) return null;
  return (
    <div class="filters">
      <SelectField label={t('org.which')} value={id} onValue={(v) => setQuery({ org: v })} options={orgs.map((o) => [o.id, o.name] as const)} />
    </div>
  );
}

function NoOrg({ title }: { title: string }) {
  return (
    <Page title={title}>
      <Empty icon="building-2" title={t('org.none')} text={t('org.none.text')} action={<Button kind="primary" href="/projects">{t('projects.title')}</Button>} />
    </Page>
  );
}

export function Billing() {
  const org = useOrg();
  const id = org?.id ?? '';
  const balance = useLoad((signal) => (id ? call('GET /orgs/{org}/balance', { path: { org: id }, signal }) : Promise.reject(new Error())), [id]);
  const lines = useList((after, signal) => (id ? call('GET /orgs/{org}/entries', { path: { org: id }, query: { after }, signal }) : Promise.resolve({ items: [] })), [id]);
  if (!org) return <NoOrg title={t('nav.billing')} />;
  const { data: b } = balance;
  return (
    <Page title={t('nav.billing')} lead={t('billing.lead')}>
      <Choose id={id} />
      {!b && (balance.error === undefined ? <Skeleton rows={1} tall /> : <Problem error={balance.error} retry={balance.reload} />)}
      {b && (
        <Figures label={t('billing.figures')}>
          <Figure label={t('billing.available')} value={<Money minor={b.available} currency={b.currency} />} note={t('billing.available.note')} />
        </Figures>
      )}
      <Section title={t('billing.lines')} note={t('billing.lines.note')}>
        <List list={lines} empty={<Empty icon="wallet" title={t('billing.none')} text={t('billing.none.text')} action={<Button onClick={lines.reload}>{t('results.look')}</Button>} />}>
          {(items) => (
            <Table caption={t('billing.lines')} rows={items} rowKey={(l) => `${l.transfer} ${l.sub ?? ''}`} columns={[
              { key: 'about', label: t('billing.about'), head: true, cell: (l) => <bdi>{l.about || l.transfer}</bdi> },
              { key: 'at', label: t('billing.at'), cell: (l) => <Time at={l.at} /> },
              { key: 'amount', label: t('billing.amount'), figure: true, cell: (l) => <Money minor={l.amount} currency={b?.currency} /> },
            ]} />
          )}
        </List>
      </Section>
    </Page>
  );
}

const ROLES = ['owner', 'member', 'reviewer'] as const;

function Add({ org, done }: { org: Id; done: () => void }) {
  const form = useForm(
    { email: '', role: 'member' },
    async (v) => {
      await call('POST /orgs/{org}/members', { path: { org }, body: { email: v.email.trim(), role: v.role as OrgRole } });
      form.setAll({ email: '', role: v.role });
      announce(t('team.added'));
      done();
    },
    (v) => needed(v, 'email'),
  );
  return (
    <div class="panel">
      <Form form={form} label={t('team.add')}>
        <div class="fields">
          <TextField label={t('user.email')} type="email" {...form.field('email')} />
          <SelectField label={t('team.role')} {...form.field('role')} options={ROLES.map((r) => [r, `${t(`team.role.${r}`)}: ${t(`team.role.${r}.note`)}`] as const)} />
        </div>
        <div class="form-foot"><Button type="submit" icon="plus" busy={form.busy}>{t('team.add')}</Button></div>
      </Form>
    </div>
  );
}

export function Team() {
  const org = useOrg();
  const id = org?.id ?? '';
  const { data, error, reload } = useLoad((signal) => (id ? call('GET /orgs/{org}', { path: { org: id }, signal }) : Promise.reject(new Error())), [id]);
  const [out, setOut] = useState<{ user: Id; name: string } | null>(null);
  if (!org) return <NoOrg title={t('nav.team')} />;
  const owner = org.role === 'owner';
  const mine = me.value?.user.id;
  return (
    <Page title={t('nav.team')} lead={<bdi>{org.name}</bdi>}>
      <Choose id={id} />
      {!data && (error === undefined ? <Skeleton rows={3} /> : <Problem error={error} retry={reload} />)}
      {data && (
        <Table caption={t('nav.team')} rows={data.members} rowKey={(m) => m.user} columns={[
          { key: 'name', label: t('team.name'), head: true, cell: (m) => <span><bdi>{m.name}</bdi><span class="note sub">{m.email}</span></span> },
          { key: 'role', label: t('team.role'), cell: (m) => <Chip tone={m.role === 'owner' ? 'accent' : undefined}>{t(`team.role.${m.role}` as Key)}</Chip> },
          {
            key: 'acts', label: t('team.acts'),
            cell: (m) => (owner || m.user === mine) && data.members.length > 1
              && <Button onClick={() => setOut(m)}>{t(m.user === mine ? 'team.leave' : 'team.remove')}</Button>,
          },
        ]} />
      )}
      {owner && <Section title={t('team.add')} note={t('team.add.note')}><Add org={id} done={reload} /></Section>}
      <Confirm open={out !== null} danger title={t('team.remove.title', { name: out?.name ?? '' })} yes={t('team.remove')}
        act={() => call('DELETE /orgs/{org}/members/{user}', { path: { org: id, user: out!.user } })}
        onClose={() => setOut(null)} onDone={reload}>
        <p>{t('team.remove.text')}</p>
      </Confirm>
    </Page>
  );
}
