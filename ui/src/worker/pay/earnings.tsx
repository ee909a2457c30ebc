// SPDX-License-Identifier: AGPL-3.0-or-later
// What the worker is owed and has been paid, with every line of the account.
import { call } from '../../api/client.ts';
import { t } from '../../base/i18n.ts';
import { Button } from '../../ui/button.tsx';
import { useList, useLoad } from '../../ui/hooks.ts';
import { Empty, Page, Problem, Section, Skeleton } from '../../ui/page.tsx';
import { List, Table } from '../../ui/table.tsx';
import { Figure, Figures, Money, Time } from '../../ui/text.tsx';

export function Earnings() {
  const { data: e, error, reload } = useLoad((signal) => call('GET /me/earnings', { signal }), []);
  const lines = useList((after, signal) => call('GET /me/entries', { query: { after }, signal }), []);
  const show = (minor: number) => <Money minor={minor} currency={e?.currency} />;
  return (
    <Page title={t('earnings.title')}>
      {!e && (error === undefined ? <Skeleton rows={1} tall /> : <Problem error={error} retry={reload} />)}
      {e && (
        <Figures label={t('earnings.figures')}>
          <Figure label={t('earnings.available')} value={show(e.available)} />
          <Figure label={t('earnings.pending')} value={show(e.pending)} />
          <Figure label={t('earnings.today')} value={show(e.today)} />
          <Figure label={t('earnings.week')} value={show(e.week)} />
          <Figure label={t('earnings.total')} value={show(e.total)} />
          {e.hourly != null && <Figure label={t('earnings.hourly')} value={show(e.hourly)} note={t('work.hourly.note')} />}
        </Figures>
      )}
      <Section title={t('earnings.lines')} note={t('earnings.lines.note')}>
        <List list={lines} empty={
          <Empty icon="wallet" title={t('earnings.none')} text={t('earnings.none.text')}
            action={<Button kind="primary" href="/work">{t('held.none.act')}</Button>} />
        }>
          {(items) => (
            <Table caption={t('earnings.lines')} rows={items} rowKey={(l) => `${l.transfer} ${l.sub ?? ''}`} columns={[
              { key: 'about', label: t('earnings.about'), head: true, cell: (l) => <bdi>{l.about || l.transfer}</bdi> },
              { key: 'at', label: t('earnings.at'), cell: (l) => <Time at={l.at} /> },
              { key: 'amount', label: t('earnings.amount'), figure: true, cell: (l) => show(l.amount) },
            ]} />
          )}
        </List>
      </Section>
    </Page>
  );
}
