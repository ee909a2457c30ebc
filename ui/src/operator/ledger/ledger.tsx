// SPDX-License-Identifier: AGPL-3.0-or-later
// The books: both sides and whether they cancel out, deposits, and the lines of one account.
import { useEffect, useState } from 'preact/hooks';
import { ApiError, call } from '../../api/client.ts';
import type { Ledger as Books } from '../../api/types.ts';
import { number, t } from '../../base/i18n.ts';
import { money, moneyParse } from '../../base/money.ts';
import { place, setQuery } from '../../base/route.ts';
import { site } from '../../base/site.ts';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { Form, needed, TextField, useForm } from '../../ui/field.tsx';
import { announce, useList, useLoad } from '../../ui/hooks.ts';
import { Empty, Notice, Page, Problem, Section, Skeleton } from '../../ui/page.tsx';
import { List, Table } from '../../ui/table.tsx';
import { Money, Time } from '../../ui/text.tsx';
import { Search } from '../user/users.tsx';
import { RowKeys } from '../rows.tsx';

function Sides({ l }: { l: Books }) {
  const lines: [string, string, number][] = [
    ['available', t('ledger.available'), l.available],
    ['held', t('ledger.held'), l.held],
    ['payout', t('ledger.payout'), l.payout_pending],
    ['reserved', t('ledger.reserved'), l.reserved],
    ['fees', t('ledger.fees'), l.fees],
    ['flight', t('ledger.in-flight'), l.in_flight],
  ];
  const sum = lines.reduce((n, [, , v]) => n + v, 0);
  return (
    <div class="stack">
      <Notice tone={l.sums_to_zero ? 'good' : 'bad'}>{t(l.sums_to_zero ? 'ledger.sound' : 'ledger.unsound')}</Notice>
      <dl class="sum">
        {lines.map(([key, label, value]) => <div key={key}><dt>{label}</dt><dd class="figure">{money(value, l.currency)}</dd></div>)}
        <div class="total"><dt>{t('ledger.inside')}</dt><dd class="figure">{money(sum, l.currency)}</dd></div>
        <div class="total"><dt>{t('ledger.came-in')}</dt><dd class="figure">{money(l.came_in, l.currency)}</dd></div>
      </dl>
      <p class="note">{t('ledger.counts', { accounts: number(l.accounts), n: l.projects })}</p>
    </div>
  );
}

interface Org { id: string; name: string; owner: string }

function Deposit({ org, onClose, done }: { org: Org; onClose: () => void; done: () => void }) {
  const [ask, setAsk] = useState(false);
  const form = useForm(
    { amount: '', reference: '' },
    async () => setAsk(true),
    (v) => ({
      ...(moneyParse(v.amount) ? {} : { amount: t('deposit.amount.wrong') }),
      ...needed(v, 'amount', 'reference'),
    }),
  );
  const amount = moneyParse(form.values.amount) ?? 0;
  useEffect(() => form.ref.current?.querySelector('input')?.focus(), []);
  const send = async () => {
    const made = await call('POST /deposits', { body: { org: org.id, amount, reference: form.values.reference.trim() } });
    if (!made.fresh) throw new ApiError(409, '', t('deposit.repeat'));
    announce(t('deposit.done', { money: money(made.available, made.currency) }));
  };
  return (
    <div class="panel">
      <Form form={form} label={t('deposit.title')}>
        <h3>{t('deposit.for', { name: org.name })}</h3>
        <div class="fields">
          <TextField label={t('deposit.amount')} inputMode="decimal" unit={site.value.currency} {...form.field('amount')} />
          <TextField label={t('deposit.reference')} hint={t('deposit.reference.hint')} maxLength={100} {...form.field('reference')} />
        </div>
        <div class="form-foot">
          <Button kind="primary" type="submit">{t('deposit.act')}</Button>
          <Button onClick={onClose}>{t('cancel')}</Button>
        </div>
      </Form>
      <Confirm open={ask} title={t('deposit.confirm.title', { money: money(amount) })} yes={t('deposit.confirm.yes', { money: money(amount) })}
        act={send} onClose={() => setAsk(false)} onDone={done}>
        <p>{t('deposit.confirm.text', { name: org.name, money: money(amount) })}</p>
      </Confirm>
    </div>
  );
}

export function Ledger() {
  const books = useLoad((signal) => call('GET /ledger', { signal }), []);
  const q = place.value.query.get('q') ?? '';
  const orgs = useList((after, signal) => call('GET /all-orgs', { query: { after, ...(q && { q }) }, signal }), [q]);
  const [to, setTo] = useState<Org | null>(null);
  return (
    <Page title={t('nav.ledger')}>
      {!books.data && (books.error === undefined ? <Skeleton tall rows={2} /> : <Problem error={books.error} retry={books.reload} />)}
      {books.data && <Sides l={books.data} />}
      <Section title={t('deposit.title')} note={t('deposit.note')}>
        <div class="stack">
          {to && <Deposit key={to.id} org={to} onClose={() => setTo(null)} done={() => {
            setTo(null);
            books.reload();
          }} />}
          <div class="filters flush" role="group" aria-label={t('operate.filters')}><Search label={t('deposit.search')} /></div>
          <List list={orgs} empty={<Empty icon="building-2" title={t('deposit.none')} action={q ? <Button onClick={() => setQuery({ q: null })}>{t('operate.clear')}</Button> : undefined} />}>
            {(items) => (
              <Table dense caption={t('deposit.orgs')} rows={items} rowKey={(o) => o.id} columns={[
                { key: 'name', label: t('deposit.org'), head: true, cell: (o) => <span><bdi>{o.name}</bdi><span class="note sub">{o.owner}</span></span> },
                {
                  key: 'acts', label: t('operate.acts'),
                  cell: (o) => (
                    <span class="row tight">
                      <Button kind="quiet" label={t('deposit.for', { name: o.name })} onClick={() => setTo(o)}>{t('deposit.act')}</Button>
                      <Button kind="quiet" label={t('account.lines.of', { name: o.name })} href={`/operate/ledger/${o.id}`}>{t('account.lines')}</Button>
                    </span>
                  ),
                },
              ]} />
            )}
          </List>
        </div>
      </Section>
    </Page>
  );
}

export function Account({ params }: { params: Record<string, string> }) {
  const account = params['account']!;
  const lines = useList((after, signal) => call('GET /accounts/{account}/entries', { path: { account }, query: { after }, signal }), [account]);
  return (
    <Page title={t('account.title')} lead={t('account.lead', { number: account })} up={['/operate/ledger', t('nav.ledger')]}>
      <RowKeys />
      <List list={lines} rows={8} empty={<Empty icon="scale" title={t('account.none')} text={t('account.none.text')} action={<Button href="/operate/ledger">{t('nav.ledger')}</Button>} />}>
        {(items) => (
          <Table dense caption={t('account.lines')} rows={items} rowKey={(l) => `${l.transfer} ${l.sub ?? ''}`} columns={[
            { key: 'about', label: t('account.about'), head: true, cell: (l) => <span><bdi>{l.about || l.transfer}</bdi><span class="note sub"><code class="bare">{l.transfer}</code></span></span> },
            { key: 'sub', label: t('account.sub'), cell: (l) => String(l.sub ?? '') },
            { key: 'at', label: t('account.at'), cell: (l) => <Time at={l.at} /> },
            { key: 'amount', label: t('account.amount'), figure: true, cell: (l) => <Money minor={l.amount} /> },
          ]} />
        )}
      </List>
    </Page>
  );
}
