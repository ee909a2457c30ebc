// SPDX-License-Identifier: AGPL-3.0-or-later
// Who worked on a project, and how they did on items whose answer is known.
import { call } from '../../api/client.ts';
import type { Project } from '../../api/types.ts';
import { number, percent, t } from '../../base/i18n.ts';
import { Button } from '../../ui/button.tsx';
import { useList } from '../../ui/hooks.ts';
import { Empty } from '../../ui/page.tsx';
import { List, Table } from '../../ui/table.tsx';
import { Doubts } from '../review/doubts.tsx';
import { projectHref, ProjectPage, workerText } from '../project/parts.tsx';

function Body({ p }: { p: Project }) {
  const list = useList((after, signal) => call('GET /projects/{project}/workers', { path: { project: p.id }, query: { after }, signal }), [p.id]);
  return (
    <List list={list} empty={
      <Empty icon="users" title={t('workers.none')} text={t('workers.none.text')}
        action={<Button kind="primary" href={projectHref(p.id)}>{t('workers.none.act')}</Button>} />
    }>
      {(items) => (
        <>
        <Doubts p={p} workers={items} done={list.reload} />
        <Table caption={t('tab.workers')} rows={items} rowKey={(w) => w.worker} columns={[
          { key: 'worker', label: t('workers.worker'), head: true, cell: (w) => <span class="figure">{workerText(w.worker)}</span> },
          { key: 'submitted', label: t('workers.submitted'), figure: true, cell: (w) => number(w.submitted) },
          { key: 'approved', label: t('workers.approved'), figure: true, cell: (w) => number(w.approved) },
          { key: 'rejected', label: t('workers.rejected'), figure: true, cell: (w) => number(w.rejected) },
          {
            key: 'gold', label: t('workers.gold'), figure: true,
            cell: (w) => (w.gold_seen ? <span>{percent(w.gold_right / w.gold_seen)} <span class="note">{t('workers.gold.of', { n: w.gold_right, all: w.gold_seen })}</span></span> : '–'),
          },
          {
            key: 'skill', label: t('workers.skill'), figure: true,
            cell: (w) => (w.percent != null && w.at_least != null ? <span>{percent(w.percent / 100)} <span class="note">{t('workers.skill.least', { share: percent(w.at_least / 100) })}</span></span> : '–'),
          },
        ]} />
        </>
      )}
    </List>
  );
}

export function Workers({ params }: { params: Record<string, string> }) {
  return <ProjectPage id={params['project']!} tab="workers">{(p) => <Body p={p} />}</ProjectPage>;
}
