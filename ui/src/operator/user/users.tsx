// SPDX-License-Identifier: AGPL-3.0-or-later
// Everybody who has an account: found by a part of the name, closed and opened, given roles, added.
import { useEffect, useRef, useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import { me } from '../../api/session.ts';
import type { Role, UserRow } from '../../api/types.ts';
import { t } from '../../base/i18n.ts';
import { chosen, place, setQuery } from '../../base/route.ts';
import { Button } from '../../ui/button.tsx';
import { Confirm, Dialog } from '../../ui/dialog.tsx';
import { CheckField, Form, needed, SelectField, TextField, useForm } from '../../ui/field.tsx';
import { announce, useList } from '../../ui/hooks.ts';
import { Empty, errorText, Notice, Page } from '../../ui/page.tsx';
import { List, Table } from '../../ui/table.tsx';
import { Chip, Time } from '../../ui/text.tsx';
import { RowKeys } from '../rows.tsx';

export const ROLES: readonly Role[] = ['worker', 'requester', 'reviewer', 'manager', 'operator'];

/** A search field that waits until one has stopped typing; kept in the address. */
export function Search({ label }: { label: string }) {
  const [text, setText] = useState(place.value.query.get('q') ?? '');
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <TextField label={label} type="search" value={text} maxLength={100}
      onValue={(v) => {
        setText(v);
        clearTimeout(timer.current);
        timer.current = setTimeout(() => setQuery({ q: v.trim() }), 250);
      }} />
  );
}

function RolesDialog({ user, onClose, done }: { user: UserRow; onClose: () => void; done: () => void }) {
  const [roles, setRoles] = useState<Role[]>(user.roles);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const save = () => {
    setBusy(true);
    setError(undefined);
    call('POST /users/{user}/roles', { path: { user: user.id }, body: { roles } }).then(() => {
      announce(t('users.roles.done'));
      onClose();
      done();
    }, setError).finally(() => setBusy(false));
  };
  return (
    <Dialog open title={t('users.roles.title', { name: user.name })} onClose={onClose}
      actions={<><Button onClick={onClose}>{t('cancel')}</Button><Button kind="primary" busy={busy} onClick={save}>{t('save')}</Button></>}>
      {error !== undefined && <Notice tone="bad">{errorText(error)}</Notice>}
      <fieldset>
        <legend class="note">{t('users.roles.note')}</legend>
        {ROLES.map((r) => (
          <CheckField key={r} label={t(`role.${r}`)} value={roles.includes(r)}
            onValue={(on) => setRoles(on ? [...roles, r] : roles.filter((o) => o !== r))} />
        ))}
      </fieldset>
    </Dialog>
  );
}

function AddDialog({ onClose, done }: { onClose: () => void; done: () => void }) {
  const form = useForm(
    { name: '', email: '', role: 'worker', password: '' },
    async (v) => {
      await call('POST /users', { body: { name: v.name.trim(), email: v.email.trim(), role: v.role as Role, ...(v.password && { password: v.password }) } });
      announce(t('users.added'));
      onClose();
      done();
    },
    (v) => needed(v, 'name', 'email'),
  );
  return (
    <Dialog open title={t('users.add')} onClose={onClose}>
      <Form form={form} label={t('users.add')}>
        <TextField label={t('users.name')} maxLength={80} autocomplete="off" {...form.field('name')} />
        <TextField label={t('user.email')} type="email" autocomplete="off" {...form.field('email')} />
        <SelectField label={t('users.role')} {...form.field('role')} options={ROLES.map((r) => [r, t(`role.${r}`)] as const)} />
        <TextField label={t('user.password')} hint={t('users.password.hint')} type="password" autocomplete="new-password" {...form.field('password')} />
        <Button kind="primary" type="submit" busy={form.busy} wide>{t('users.add')}</Button>
      </Form>
    </Dialog>
  );
}

export function Users() {
  const { query } = place.value;
  const q = query.get('q') ?? '';
  const role = chosen('role', ROLES);
  const list = useList((after, signal) => call('GET /users', { query: { after, ...(q && { q }), ...(role && { role }) }, signal }), [q, role]);
  const [roles, setRoles] = useState<UserRow | null>(null);
  const [state, setState] = useState<UserRow | null>(null);
  const [adding, setAdding] = useState(false);
  const closing = state?.state === 'open';
  return (
    <Page title={t('nav.users')} actions={<Button kind="primary" icon="plus" onClick={() => setAdding(true)}>{t('users.add')}</Button>}>
      <div class="filters" role="group" aria-label={t('operate.filters')}>
        <Search label={t('users.search')} />
        <SelectField label={t('users.role')} value={role} onValue={(v) => setQuery({ role: v })}
          options={[['', t('users.role.any')], ...ROLES.map((r) => [r, t(`role.${r}`)] as const)]} />
      </div>
      <RowKeys />
      <List list={list} rows={8} empty={
        <Empty icon="users" title={t('users.none')} action={<Button onClick={() => setQuery({ q: null, role: null })}>{t('operate.clear')}</Button>} />
      }>
        {(items) => (
          <Table dense caption={t('nav.users')} rows={items} rowKey={(u) => u.id} columns={[
            { key: 'name', label: t('users.name'), head: true, cell: (u) => <span><bdi>{u.name}</bdi><span class="note sub">{u.email}</span></span> },
            { key: 'roles', label: t('users.roles'), cell: (u) => <span class="row tight">{u.roles.map((r) => <Chip key={r}>{t(`role.${r}`)}</Chip>)}</span> },
            { key: 'state', label: t('operate.state'), cell: (u) => <Chip tone={u.state === 'open' ? 'good' : 'warn'}>{t(u.state === 'open' ? 'users.open' : 'users.closed')}</Chip> },
            { key: 'created', label: t('users.since'), cell: (u) => <Time at={u.created} /> },
            {
              key: 'acts', label: t('operate.acts'),
              cell: (u) => (
                <span class="row tight">
                  <Button kind="quiet" label={t('users.roles.of', { name: u.name })} onClick={() => setRoles(u)}>{t('users.roles')}</Button>
                  <Button kind="quiet" label={t('users.entries.of', { name: u.name })} href={`/operate/ledger/${u.id}`}>{t('nav.ledger')}</Button>
                  {u.id !== me.value?.user.id && (
                    <Button kind="quiet" label={t(u.state === 'open' ? 'users.close.of' : 'users.reopen.of', { name: u.name })} onClick={() => setState(u)}>
                      {t(u.state === 'open' ? 'users.close' : 'users.reopen')}
                    </Button>
                  )}
                </span>
              ),
            },
          ]} />
        )}
      </List>
      {roles && <RolesDialog user={roles} onClose={() => setRoles(null)} done={list.reload} />}
      {adding && <AddDialog onClose={() => setAdding(false)} done={list.reload} />}
      <Confirm open={state !== null} danger={closing} title={t(closing ? 'users.close.title' : 'users.reopen.title', { name: state?.name ?? '' })}
        yes={t(closing ? 'users.close' : 'users.reopen')}
        act={() => call('POST /users/{user}/state', { path: { user: state!.id }, body: { disabled: closing } })}
        onClose={() => setState(null)} onDone={list.reload}>
        <p>{t(closing ? 'users.close.text' : 'users.reopen.text')}</p>
      </Confirm>
    </Page>
  );
}
