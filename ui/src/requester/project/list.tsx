// SPDX-License-Identifier: AGPL-3.0-or-later
// The projects of one's organisations.
import { call } from '../../api/client.ts';
import type { ProjectRow } from '../../api/types.ts';
import { t } from '../../base/i18n.ts';
import { chosen, setQuery } from '../../base/route.ts';
import { Button } from '../../ui/button.tsx';
import { SelectField } from '../../ui/field.tsx';
import { useEvery, useList } from '../../ui/hooks.ts';
import { Empty, Page } from '../../ui/page.tsx';
import { List, Table } from '../../ui/table.tsx';
import { Money, Time } from '../../ui/text.tsx';
import { projectHref, Share, StateChip } from './parts.tsx';

const STATES = ['draft', 'open', 'paused', 'done', 'closed'] as const;

function ProjectTable({ items }: { items: ProjectRow[] }) {
  return (
    <Table caption={t('projects.title')} rows={items} rowKey={(p) => p.id} columns={[
      { key: 'title', label: t('projects.name'), head: true, cell: (p) => <a href={projectHref(p.id)} dir="auto">{p.title}</a> },
      { key: 'state', label: t('projects.state'), cell: (p) => <StateChip state={p.state} /> },
      {
        key: 'far', label: t('projects.far'),
        cell: (p) => (p.tasks ? <Share n={p.judged} all={p.tasks} label={`${t('projects.far')}: ${p.title}`} /> : <span class="note">{t('projects.far.none')}</span>),
      },
      {
        key: 'spent', label: t('projects.spent'), figure: true,
        cell: (p) => (p.budget ? <span><Money minor={p.spent} /><span class="note sub">{t('projects.of')} <Money minor={p.budget} /></span></span> : '–'),
      },
      { key: 'created', label: t('projects.created'), cell: (p) => <Time at={p.created} /> },
    ]} />
  );
}

export function Projects() {
  const state = chosen('state', STATES);
  const list = useList((after, signal) => call('GET /projects', { query: { after, ...(state && { state }) }, signal }), [state]);
  useEvery(15_000, list.reload, !list.more && (list.items?.length ?? 99) <= 50);
  const fresh = <Button kind="primary" icon="plus" href="/projects/new">{t('projects.new')}</Button>;
  const some = (list.items?.length ?? 0) > 0;
  return (
    <Page title={t('projects.title')} actions={some || state ? fresh : undefined}>
      {(state || (list.items?.length ?? 0) > 3) && (
        <div class="filters" role="group" aria-label={t('projects.filters')}>
          <SelectField label={t('projects.state')} value={state} onValue={(v) => setQuery({ state: v })}
            options={[['', t('projects.state.any')], ...STATES.map((s) => [s, t(`project.state.${s}`)] as const)]} />
        </div>
      )}
      <List list={list} empty={state
        ? <Empty icon="list-filter" title={t('projects.tight')} action={<Button onClick={() => setQuery({ state: null })}>{t('projects.tight.act')}</Button>} />
        : <Empty icon="layers" title={t('projects.none')} text={t('projects.none.text')} action={fresh} />}>
        {(items) => <ProjectTable items={items} />}
      </List>
    </Page>
  );
}
