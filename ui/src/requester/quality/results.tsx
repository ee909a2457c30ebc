// SPDX-License-Identifier: AGPL-3.0-or-later
// What was concluded of each item, page by page, and the whole as a file.
import { apiUrl, call } from '../../api/client.ts';
import type { FieldResult, Project, ResultRow } from '../../api/types.ts';
import { percent, t } from '../../base/i18n.ts';
import { Button } from '../../ui/button.tsx';
import { useList, useLoad } from '../../ui/hooks.ts';
import { CheckField } from '../../ui/field.tsx';
import { Empty } from '../../ui/page.tsx';
import { List, Table, type Column } from '../../ui/table.tsx';
import { Chip } from '../../ui/text.tsx';
import { useState } from 'preact/hooks';
import { Certificate } from './certificate.tsx';
import { fieldColumns, fieldsOf, fieldsText, projectHref, ProjectPage, valueText } from '../project/parts.tsx';

/** What else was thought of, the likeliest first. */
function sharesText(r: FieldResult): string {
  const told = r.posterior.filter((s) => s.share >= 0.005).sort((a, b) => b.share - a.share).slice(0, 5);
  return told.map((s) => t('results.shares', { value: valueText(s.value), share: percent(s.share, 1) })).join(' · ');
}

export function Concluded({ p, r, shares = false }: { p: Project; r: FieldResult | undefined; shares?: boolean }) {
  if (!r) return <>–</>;
  return (
    <span>
      <strong>{valueText(r.value)}</strong>{r.tie && <> <Chip tone="warn">{t('results.tie')}</Chip></>}
      <span class="note sub figure">{t(p.sure.includes(r.field) ? 'results.of' : 'results.agree', { share: percent(r.confidence), n: r.answers })}</span>
      {shares && r.posterior.length > 0 && <span class="note sub figure" dir="auto">{sharesText(r)}</span>}
    </span>
  );
}

function Downloads({ p }: { p: Project }) {
  const [answers, setAnswers] = useState(false);
  const to = (format: string) => apiUrl(`/projects/${p.id}/export`, { format, answers: answers ? 1 : 0, ...(format === 'jsonl' && { certificate: 1 }) });
  return (
    <div class="toolbar stack-top">
      <CheckField label={t('results.answers')} value={answers} onValue={setAnswers} />
      <div class="row">
        <Button icon="download" href={to('csv')} download>{t('results.csv')}</Button>
        <Button icon="download" href={to('jsonl')} download>{t('results.jsonl')}</Button>
      </div>
    </div>
  );
}

function Rows({ p, items }: { p: Project; items: ResultRow[] }) {
  const columns: Column<ResultRow>[] = [
    {
      key: 'task', label: t('results.item'), head: true,
      cell: (i) => <span class="row"><a class="figure" href={projectHref(p.id, `items/${i.task}`)}>{t('item.n', { number: String(i.task) })}</a>{i.gold && <Chip>{t('results.gold')}</Chip>}</span>,
    },
    { key: 'data', label: t('results.data'), cell: (i) => <span class="cell" dir="auto">{fieldsText(i.fields)}</span> },
    ...fieldColumns(fieldsOf(p), (i: ResultRow, name) => <Concluded p={p} r={i.results.find((r) => r.field === name)} />),
  ];
  return <Table caption={t('tab.results')} rows={items} rowKey={(i) => String(i.task)} columns={columns} />;
}

function Body({ p }: { p: Project }) {
  const list = useList((after, signal) => call('GET /projects/{project}/results', { path: { project: p.id }, query: { after }, signal }), [p.id]);
  const { data: far } = useLoad((signal) => call('GET /projects/{project}/progress', { path: { project: p.id }, signal }), [p.id]);
  return (
    <>
      {!!list.items?.length && <Certificate p={p} />}
      {!!list.items?.length && <Downloads p={p} />}
      {far && !!list.items?.length && <p class="note after-toolbar" role="status">{t('results.count', { n: far.judged, all: far.tasks })}</p>}
      <List list={list} empty={
        <Empty icon="inbox" title={t('results.none')} text={t('results.none.text')}
          action={<Button kind="primary" icon="refresh-cw" onClick={list.reload}>{t('results.look')}</Button>} />
      }>
        {(items) => <Rows p={p} items={items} />}
      </List>
    </>
  );
}

export function Results({ params }: { params: Record<string, string> }) {
  return <ProjectPage id={params['project']!} tab="results">{(p) => <Body p={p} />}</ProjectPage>;
}
