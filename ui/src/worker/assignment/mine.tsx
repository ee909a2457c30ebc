// SPDX-License-Identifier: AGPL-3.0-or-later
// What became of each answer.
import { call } from '../../api/client.ts';
import { hasWord, t } from '../../base/i18n.ts';
import { Button } from '../../ui/button.tsx';
import { useList } from '../../ui/hooks.ts';
import { Empty, Page } from '../../ui/page.tsx';
import { List, Table } from '../../ui/table.tsx';
import { Chip, Money, T, Time } from '../../ui/text.tsx';

const TONES: Record<string, 'good' | 'warn' | 'bad' | undefined> = { approved: 'good', rejected: 'bad', expired: 'warn' };

/** Paid, or to be paid once approved. */
const PAID = new Set(['submitted', 'approved', 'accepted']);

function State({ state }: { state: string }) {
  const key = `state.${state}`;
  return <Chip tone={TONES[state]}>{hasWord(key) ? t(key) : state}</Chip>;
}

export function Mine() {
  const list = useList((after, signal) => call('GET /work/mine', { query: { after }, signal }), []);
  return (
    <Page title={t('answers.title')} lead={t('answers.lead')} actions={<Button href="/answers/contest">{t('contests.title')}</Button>}>
      <List list={list} empty={
        <Empty icon="history" title={t('answers.none')} text={t('answers.none.text')}
          action={<Button kind="primary" href="/work">{t('held.none.act')}</Button>} />
      }>
        {(items) => (
          <Table caption={t('answers.title')} rows={items} rowKey={(a) => `${a.project} ${a.task}`} columns={[
            {
              key: 'project', label: t('answers.project'), head: true,
              cell: (a) => (
                <>
                  <a href={`/work/${a.project}`} dir="auto">{a.title}</a>
                  <span class="note sub">{t('answers.task', { number: String(a.task) })}</span>
                  {a.reason && <span class="sub"><T k="answers.reason" parts={{ reason: <bdi>{a.reason}</bdi> }} /></span>}
                </>
              ),
            },
            { key: 'state', label: t('answers.state'), cell: (a) => <State state={a.state} /> },
            { key: 'pay', label: t('answers.pay'), figure: true, cell: (a) => (PAID.has(a.state) ? <Money minor={a.reward} /> : '–') },
            { key: 'at', label: t('answers.at'), figure: true, cell: (a) => <Time at={a.at} /> },
          ]} />
        )}
      </List>
    </Page>
  );
}
