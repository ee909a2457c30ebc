// SPDX-License-Identifier: AGPL-3.0-or-later
// The items of a project, and one of them with its answers side by side.
import '../../widgets/index.ts';
import { useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import type { Answer, Project, TaskDetail } from '../../api/types.ts';
import { number, t, type Key } from '../../base/i18n.ts';
import { chosen, setQuery } from '../../base/route.ts';
import { duration } from '../../base/time.ts';
import { Button } from '../../ui/button.tsx';
import { SelectField } from '../../ui/field.tsx';
import { useList, useLoad } from '../../ui/hooks.ts';
import { Empty, Page, Problem, Section, Skeleton } from '../../ui/page.tsx';
import { List, Table, type Column } from '../../ui/table.tsx';
import { Chip, Time } from '../../ui/text.tsx';
import { Work } from '../../ui/work.tsx';
import { fieldColumns, fieldsOf, fieldsText, projectHref, ProjectPage, valueText, workerText } from '../project/parts.tsx';
import { uncalibrated } from '../quality/certificate.tsx';
import { Concluded } from '../quality/results.tsx';

const STATES = ['open', 'full', 'judged'] as const;
const ANSWER_TONES = { submitted: 'accent', approved: 'good', rejected: 'bad' } as const;

function Body({ p }: { p: Project }) {
  const state = chosen('state', STATES);
  const list = useList(
    (after, signal) => call('GET /projects/{project}/tasks', { path: { project: p.id }, query: { after, ...(state && { state }) }, signal }),
    [p.id, state],
  );
  return (
    <>
      <div class="filters" role="group" aria-label={t('items.filters')}>
        <SelectField label={t('items.state')} value={state} onValue={(v) => setQuery({ state: v })}
          options={[['', t('items.state.any')], ...STATES.map((s) => [s, t(`items.state.${s}`)] as const)]} />
      </div>
      <List list={list} empty={state
        ? <Empty icon="list-filter" title={t('items.tight')} action={<Button onClick={() => setQuery({ state: null })}>{t('items.tight.act')}</Button>} />
        : <Empty icon="list" title={t('items.none')} text={t('items.none.text')} action={<Button href={projectHref(p.id)}>{t('workers.none.act')}</Button>} />}>
        {(items) => (
          <Table caption={t('tab.items')} rows={items} rowKey={(i) => String(i.task)} columns={[
            {
              key: 'task', label: t('results.item'), head: true,
              cell: (i) => <span class="row"><a class="figure" href={projectHref(p.id, `items/${i.task}`)}>{t('item.n', { number: String(i.task) })}</a>{i.gold && <Chip>{t('results.gold')}</Chip>}</span>,
            },
            { key: 'data', label: t('results.data'), cell: (i) => <span class="cell" dir="auto">{fieldsText(i.fields)}</span> },
            { key: 'state', label: t('items.state'), cell: (i) => <Chip tone={i.state === 'judged' ? 'good' : i.state === 'full' ? 'accent' : undefined}>{t(`items.state.${i.state}` as Key)}</Chip> },
            { key: 'answers', label: t('items.answers'), figure: true, cell: (i) => t('share', { n: i.filled, all: i.need }) },
            { key: 'held', label: t('items.held'), figure: true, cell: (i) => number(i.taken) },
          ]} />
        )}
      </List>
    </>
  );
}

export function Items({ params }: { params: Record<string, string> }) {
  return <ProjectPage id={params['project']!} tab="items">{(p) => <Body p={p} />}</ProjectPage>;
}

type Given = TaskDetail['answers'][number];

function Answers({ d, p }: { d: TaskDetail; p: Project }) {
  if (d.answers.length === 0) return <p class="note">{t('item.none')}</p>;
  const fields = fieldsOf(p);
  const said = (a: Given, name: string) => (
    <span>{valueText(a.answer[name])}{a.unlike.includes(name) && <span class="note sub">{t('item.other')}</span>}</span>
  );
  const columns: Column<Given>[] = [
    { key: 'worker', label: t('workers.worker'), head: true, cell: (a) => <span class="figure">{workerText(a.worker)}</span> },
    ...fieldColumns(fields, said),
    { key: 'state', label: t('items.state'), cell: (a) => <Chip tone={ANSWER_TONES[a.state as 'approved']}>{t(a.spare ? 'answer.spare' : `answer.state.${a.state}` as Key)}</Chip> },
    { key: 'seconds', label: t('item.seconds'), figure: true, cell: (a) => duration(a.seconds) },
    { key: 'at', label: t('item.at'), cell: (a) => <Time at={a.at} /> },
  ];
  return <Table caption={t('item.answers')} rows={d.answers} rowKey={(a) => a.worker} columns={columns} />;
}

/** The page with the result, or with what one worker has said: where his marks lie is seen nowhere else. */
function Seen({ d }: { d: TaskDetail }) {
  const [whose, setWhose] = useState('');
  const result = Object.fromEntries(d.results.map((r) => [r.field, r.value]));
  const answer = d.answers.find((a) => a.worker === whose)?.answer ?? result;
  return (
    <Section title={t('item.page')}>
      <div class="stack">
        {d.answers.length > 0 && (
          <div class="filters flush">
            <SelectField label={t('item.whose')} value={whose} onValue={setWhose}
              options={[['', t('item.result')], ...d.answers.map((a) => [a.worker, workerText(a.worker)] as const)]} />
          </div>
        )}
        <div class="panel preview"><Work key={whose} blocks={d.page.blocks} answer={answer as Answer} onAnswer={() => {}} disabled /></div>
      </div>
    </Section>
  );
}

export function Item({ params }: { params: Record<string, string> }) {
  const project = params['project']!;
  const task = params['task']!;
  const { data, error, reload } = useLoad(
    (signal) => Promise.all([
      call('GET /projects/{project}', { path: { project }, signal }),
      call('GET /projects/{project}/tasks/{task}', { path: { project, task }, signal }),
      call('GET /projects/{project}/certificate', { path: { project }, signal }),
    ]),
    [project, task],
  );
  const title = t('item.n', { number: task });
  const up: [string, string] = [projectHref(project, 'items'), data?.[0].title ?? t('tab.items')];
  if (!data) return <Page title={title} up={up}>{error === undefined ? <Skeleton tall /> : <Problem error={error} retry={reload} />}</Page>;
  const [p, d, { items }] = data;
  const fields = fieldsOf(p);
  return (
    <Page title={title} up={up}
      lead={<span class="row">
        <Chip tone={d.state === 'judged' ? 'good' : d.state === 'full' ? 'accent' : undefined}>{t(`items.state.${d.state}` as Key)}</Chip>
        {d.gold && <Chip>{t('results.gold')}</Chip>}<span>{t('item.filled', { n: d.filled, all: d.need })}</span>
      </span>}
      actions={<>
        <Button icon="chevron-left" label={t('item.before')} href={projectHref(project, `items/${Math.max(1, Number(task) - 1)}`)} />
        <Button icon="chevron-right" label={t('item.after')} href={projectHref(project, `items/${Number(task) + 1}`)} />
      </>}>
      {d.results.length > 0 && (
        <Section title={t('item.result')}>
          <dl class="panel results">
            {fields.map((f) => (
              <div key={f.name}><dt>{f.label}</dt><dd><Concluded p={p} loose={uncalibrated(items)} r={d.results.find((r) => r.field === f.name)} shares /></dd></div>
            ))}
          </dl>
        </Section>
      )}
      <Section title={t('item.answers')}><Answers d={d} p={p} /></Section>
      <Seen d={d} />
      <Section title={t('item.data')}>
        <dl class="panel facts">
          {Object.entries(d.fields).map(([name, value]) => <div key={name}><dt><bdi>{name}</bdi></dt><dd dir="auto">{value || '–'}</dd></div>)}
        </dl>
      </Section>
    </Page>
  );
}
