// SPDX-License-Identifier: AGPL-3.0-or-later
// Every project of the site; its own pages are the requester's.
import { call } from '../../api/client.ts';
import { t } from '../../base/i18n.ts';
import { money } from '../../base/money.ts';
import { chosen, setQuery } from '../../base/route.ts';
import { Button } from '../../ui/button.tsx';
import { SelectField } from '../../ui/field.tsx';
import { useList } from '../../ui/hooks.ts';
import { Empty, Page } from '../../ui/page.tsx';
import { List, Table } from '../../ui/table.tsx';
import { Chip, Time } from '../../ui/text.tsx';
import { RowKeys } from '../rows.tsx';

const STATES = ['draft', 'funding', 'open', 'paused', 'done', 'closed'] as const;
const TONES = { draft: undefined, funding: 'accent', open: 'good', paused: 'warn', done: 'accent', closed: undefined, leaving: undefined } as const;

export function AllProjects() {
  const state = chosen('state', STATES);
  const list = useList((after, signal) => call('GET /projects', { query: { after, ...(state && { state }) }, signal }), [state]);
  return (
    <Page title={t('nav.all-projects')}>
      <div class="filters" role="group" aria-label={t('operate.filters')}>
        <SelectField label={t('operate.state')} value={state} onValue={(v) => setQuery({ state: v })}
          options={[['', t('operate.state.any')], ...STATES.map((s) => [s, t(`operate.state.${s}`)] as const)]} />
      </div>
      <RowKeys />
      <List list={list} rows={8} empty={
        <Empty icon="layers" title={t('operate.projects.none')} action={state ? <Button onClick={() => setQuery({ state: null })}>{t('operate.clear')}</Button> : undefined} />
      }>
        {(items) => (
          <Table dense caption={t('nav.all-projects')} rows={items} rowKey={(p) => p.id} columns={[
            { key: 'title', label: t('operate.project'), head: true, cell: (p) => <a href={`/projects/${p.id}`} dir="auto">{p.title}</a> },
            { key: 'state', label: t('operate.state'), cell: (p) => <Chip tone={TONES[p.state]}>{t(`operate.state.${p.state}`)}</Chip> },
            { key: 'far', label: t('operate.judged'), figure: true, cell: (p) => (p.tasks ? t('operate.share', { n: p.judged, all: p.tasks }) : '–') },
            { key: 'spent', label: t('operate.spent'), figure: true, cell: (p) => (p.budget ? money(p.spent) : '–') },
            { key: 'budget', label: t('operate.budget'), figure: true, cell: (p) => (p.budget ? money(p.budget) : '–') },
            { key: 'created', label: t('operate.created'), cell: (p) => <Time at={p.created} /> },
          ]} />
        )}
      </List>
    </Page>
  );
}
