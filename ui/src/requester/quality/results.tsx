// SPDX-License-Identifier: AGPL-3.0-or-later
// What was concluded of each item, page by page, and the whole as a file.
import { apiUrl, call } from '../../api/client.ts';
import type { FieldResult, Project, ResultRow } from '../../api/types.ts';
import { percent, sureText, t } from '../../base/i18n.ts';
import { Button } from '../../ui/button.tsx';
import { useList, useLoad } from '../../ui/hooks.ts';
import { CheckField, SelectField } from '../../ui/field.tsx';
import { Empty } from '../../ui/page.tsx';
import { List, Table, type Column } from '../../ui/table.tsx';
import { Chip } from '../../ui/text.tsx';
import { useState } from 'preact/hooks';
import { Certificate, uncalibrated, useCertificate } from './certificate.tsx';
import { fieldColumns, fieldsOf, fieldsText, projectHref, ProjectPage, valueText } from '../project/parts.tsx';

/** What else was thought of, the likeliest first. */
function sharesText(r: FieldResult): string {
  const told = r.posterior.filter((s) => s.share >= 0.005).sort((a, b) => b.share - a.share).slice(0, 5);
  return told.map((s) => t('results.shares', { value: valueText(s.value), share: sureText(s.share, 1) })).join(' · ');
}

/** `loose`: the fields whose confidence is not calibrated. */
export function Concluded({ p, r, loose, shares = false }: { p: Project; r: FieldResult | undefined; loose: string[]; shares?: boolean }) {
  if (!r) return <>–</>;
  const sure = p.sure.includes(r.field);
  const word = !sure ? 'results.agree' : loose.includes(r.field) ? 'results.of.not' : 'results.of';
  return (
    <span>
      <strong>{valueText(r.value)}</strong>{r.tie && <> <Chip tone="warn">{t('results.tie')}</Chip></>}
      <span class="note sub figure">{t(word, { share: sure ? sureText(r.confidence) : percent(r.confidence), n: r.answers })}</span>
      {shares && r.posterior.length > 0 && <span class="note sub figure" dir="auto">{sharesText(r)}</span>}
    </span>
  );
}

/** The formats that suit the project, and what the chosen one leaves out. */
function Downloads({ p }: { p: Project }) {
  const [answers, setAnswers] = useState(false);
  const [name, setName] = useState('csv');
  const { data } = useLoad((signal) => call('GET /projects/{project}/formats', { path: { project: p.id }, signal }), [p.id]);
  const suiting = data?.items.filter((f) => f.suits) ?? [];
  const format = suiting.find((f) => f.name === name) ?? suiting[0];
  if (!format) return null;
  const href = apiUrl(`/projects/${p.id}/export`, {
    format: format.name, ...(format.answers && answers && { answers: 1 }), ...(format.certificate && { certificate: 1 }),
  });
  return (
    <div class="stack stack-top">
      <div class="toolbar">
        <SelectField label={t('results.format')} value={format.name} onValue={setName} hint={format.about}
          options={suiting.map((f) => [f.name, `${f.title} (.${f.ending})`])} />
        {format.answers && <CheckField label={t('results.answers')} value={answers} onValue={setAnswers} />}
        <Button icon="download" href={href} download>{t('results.download', { format: format.title })}</Button>
      </div>
      {format.leaves.length > 0 && <p class="note">{t('results.leaves', { what: format.leaves.join('; ') })}</p>}
    </div>
  );
}

function Rows({ p, items, loose }: { p: Project; items: ResultRow[]; loose: string[] }) {
  const columns: Column<ResultRow>[] = [
    {
      key: 'task', label: t('results.item'), head: true,
      cell: (i) => <span class="row"><a class="figure" href={projectHref(p.id, `items/${i.task}`)}>{t('item.n', { number: String(i.task) })}</a>{i.gold && <Chip>{t('results.gold')}</Chip>}</span>,
    },
    { key: 'data', label: t('results.data'), cell: (i) => <span class="cell" dir="auto">{fieldsText(i.fields)}</span> },
    ...fieldColumns(fieldsOf(p), (i: ResultRow, name) => <Concluded p={p} loose={loose} r={i.results.find((r) => r.field === name)} />),
  ];
  const marks = p.template.blocks.some((b) => /^(box|polygon|polyline|point|spans)$/.test(String(b.type)));
  return <>{marks && <p class="note after-toolbar">{t('results.shapes')}</p>}<Table caption={t('tab.results')} rows={items} rowKey={(i) => String(i.task)} columns={columns} /></>;
}

function Body({ p }: { p: Project }) {
  const list = useList((after, signal) => call('GET /projects/{project}/results', { path: { project: p.id }, query: { after }, signal }), [p.id]);
  const found = useCertificate(p);
  const { data: far } = useLoad((signal) => call('GET /projects/{project}/progress', { path: { project: p.id }, signal }), [p.id]);
  return (
    <>
      {!!list.items?.length && <Certificate p={p} found={found} />}
      {!!list.items?.length && <Downloads p={p} />}
      {far && !!list.items?.length && <p class="note after-toolbar" role="status">{t('results.count', { n: far.judged, all: far.tasks })}</p>}
      <List list={list} empty={
        <Empty icon="inbox" title={t('results.none')} text={t('results.none.text')}
          action={<Button kind="primary" icon="refresh-cw" onClick={list.reload}>{t('results.look')}</Button>} />
      }>
        {(items) => <Rows p={p} items={items} loose={uncalibrated(found.data?.items)} />}
      </List>
    </>
  );
}

export function Results({ params }: { params: Record<string, string> }) {
  return <ProjectPage id={params['project']!} tab="results">{(p) => <Body p={p} />}</ProjectPage>;
}
