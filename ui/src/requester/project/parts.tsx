// SPDX-License-Identifier: AGPL-3.0-or-later
// What the pages of one project share: its head with state and acts, its tabs, figures of progress.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import { hasRole, me } from '../../api/session.ts';
import type { Id, Priority, Project, ProjectState } from '../../api/types.ts';
import { listText, number, t } from '../../base/i18n.ts';
import { money } from '../../base/money.ts';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { SelectField } from '../../ui/field.tsx';
import { announce, useLoad } from '../../ui/hooks.ts';
import { errorText, Notice, Page, Problem, Skeleton } from '../../ui/page.tsx';
import type { Column } from '../../ui/table.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { Chip } from '../../ui/text.tsx';

const TONES = { draft: undefined, funding: 'accent', open: 'good', paused: 'warn', done: 'accent', closed: undefined, leaving: undefined } as const;

export function StateChip({ state }: { state: ProjectState }) {
  return <Chip tone={TONES[state]}>{t(`project.state.${state}`)}</Chip>;
}

export const projectHref = (id: Id, tab = '') => `/projects/${id}${tab && '/' + tab}`;

/** "45 of 120" over a bar. */
export function Share({ n, all, label }: { n: number; all: number; label: string }) {
  return (
    <div class="share">
      <span class="figure">{t('share', { n, all })}</span>
      <progress max={Math.max(1, all)} value={Math.min(n, all)} aria-label={label} />
    </div>
  );
}

/** "2 car, 1 van" */
function shapesText(shapes: { label?: string }[]): string {
  const count = new Map<string, number>();
  for (const { label = '' } of shapes) count.set(label, (count.get(label) ?? 0) + 1);
  return shapes.length ? listText([...count].map(([label, n]) => (label ? t('value.shapes', { n, label }) : number(n)))) : t('value.none');
}

/** A value of an answer or a result in one line. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (Array.isArray(value)) return value.length ? value.map(valueText).join(', ') : t('value.none');
  if (typeof value === 'number') return number(value, { maximumFractionDigits: 6 });
  if (typeof value === 'object' && 'shapes' in value) return shapesText(value.shapes as { label?: string }[]);
  if (typeof value === 'object' && 'spans' in value) return shapesText(value.spans as { label?: string }[]);
  if (typeof value === 'object' && 'regions' in value) return (value.regions as { text: string }[]).map((r) => r.text).join(' ') || t('value.none');
  if (typeof value === 'object' && 'text' in value) return String(value.text) || t('value.none');
  if (typeof value === 'object') return JSON.stringify(value);
  return String(value);
}

/** The questions of a project, as its requester calls them. */
export const fieldsOf = (p: Project) => p.template.blocks.flatMap((b) =>
  (typeof b['name'] === 'string' ? [{ name: b['name'], label: String(b['label'] || b['name']) }] : []));

const COLUMNS_MAX = 3;

/** A column for each question; where there are so many that a table would be cut, one with all of them. */
export function fieldColumns<R>(fields: ReturnType<typeof fieldsOf>, cell: (row: R, name: string) => ComponentChildren): Column<R>[] {
  if (fields.length <= COLUMNS_MAX) return fields.map((f) => ({ key: `f ${f.name}`, label: f.label, cell: (row) => cell(row, f.name) }));
  return [{
    key: 'fields', label: t('item.fields'),
    cell: (row) => <dl class="in-cell">{fields.map((f) => <div key={f.name}><dt class="note">{f.label}</dt><dd>{cell(row, f.name)}</dd></div>)}</dl>,
  }];
}

/** The data of an item in one line: without known answers, and what stands in two columns once. */
export function fieldsText(fields: Record<string, string>): string {
  const values = Object.entries(fields)
    .filter(([name]) => !name.startsWith('gold_'))
    .map(([, value]) => (value.startsWith('asset:') ? `[${t('value.image')}]` : value))
    .filter(Boolean);
  return [...new Set(values)].join(' · ');
}

/** High is an operator's to give; who is no operator sees it where it has been given. */
export function PriorityField(p: { was: Priority; value: string; onValue: (value: string) => void; error?: string | undefined }) {
  const words: Priority[] = ['low', 'normal', ...(p.was === 'high' || hasRole('operator') ? ['high' as const] : [])];
  return (
    <SelectField label={t('rules.priority')} hint={t('rules.priority.hint')} value={p.value} error={p.error} onValue={p.onValue}
      options={words.map((w) => [w, t(`rules.priority.${w}`)] as const)} />
  );
}

/** Workers are strangers here: told apart by the end of their number. */
export const workerText = (id: Id) => t('worker.name', { number: id.slice(-6) });

function Acts({ p, reload }: { p: Project; reload: () => void }) {
  const [ask, setAsk] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const { data: far } = useLoad(
    (signal) => (ask ? call('GET /projects/{project}/progress', { path: { project: p.id }, signal }) : Promise.resolve(null)),
    [ask],
  );
  const run = (what: 'pause' | 'resume') => {
    setBusy(true);
    setError(undefined);
    call(what === 'pause' ? 'POST /projects/{project}/pause' : 'POST /projects/{project}/resume', { path: { project: p.id } })
      .then(() => {
        announce(t(what === 'pause' ? 'project.paused' : 'project.resumed'));
        reload();
      }, setError)
      .finally(() => setBusy(false));
  };
  const close = () => call('POST /projects/{project}/close', { path: { project: p.id } })
    .then(({ refund }) => announce(t('project.closed', { money: money(refund) })));
  const open = p.state === 'open';
  // With a target for confidence, or second copies, a project ends with places that it did not need: they are paid for.
  const rest = p.state === 'done' && (p.confidence_permille > 0 || p.copy_permille > 0);
  // A rejected answer's place opened again.
  const unit = far && p.places > 0 ? Math.round(far.budget / p.places) : 0;
  const left = far ? Math.max(0, p.places - (far.submitted - far.rejected)) : 0;
  return (
    <>
      {error !== undefined && <Notice tone="bad">{errorText(error)}</Notice>}
      {(open || p.state === 'paused') && (
        <>
          <Button icon={open ? 'pause' : 'play'} busy={busy} onClick={() => run(open ? 'pause' : 'resume')}>
            {t(open ? 'project.pause' : 'project.resume')}
          </Button>
        </>
      )}
      {(open || rest || p.state === 'paused') && <Button onClick={() => setAsk(true)}>{t('project.close')}</Button>}
      <Confirm open={ask} danger title={t('project.close.title')}
        yes={far ? t('project.close.yes', { money: money(left * unit) }) : t('project.close')}
        act={close} onClose={() => setAsk(false)} onDone={reload}>
        <p>{t('project.close.text')}</p>
        {far && <p>{t('project.close.refund', { n: left, money: money(left * unit) })}</p>}
        <p class="note">{t('project.close.note')}</p>
      </Confirm>
    </>
  );
}

const TABS = ['', 'results', 'review', 'workers', 'items', 'settings'] as const;

/** The frame of a published project's pages. A draft has its editor instead. */
export function ProjectPage({ id, tab, draft, children }: {
  id: Id; tab: (typeof TABS)[number]; draft?: (p: Project, reload: () => void) => ComponentChildren;
  children: (p: Project, reload: () => void) => ComponentChildren;
}) {
  const { data: p, error, reload } = useLoad((signal) => call('GET /projects/{project}', { path: { project: id }, signal }), [id]);
  const up: [string, string] = ['/projects', t('projects.title')];
  if (!p) {
    return (
      <Page title={t(error === undefined ? 'loading' : 'project.title')} up={up}>
        {error === undefined ? <Skeleton tall /> : <Problem error={error} retry={reload} />}
      </Page>
    );
  }
  if (p.state === 'draft' && draft) return <>{draft(p, reload)}</>;
  const org = me.value && me.value.orgs.length > 1 ? me.value.orgs.find((o) => o.id === p.org)?.name : undefined;
  return (
    <Page title={p.title} up={up} lead={<span class="row"><StateChip state={p.state} />{org && <bdi>{org}</bdi>}</span>} actions={<Acts p={p} reload={reload} />}>
      <Tabs label={t('project.tabs')} items={TABS.map((name) => ({ href: projectHref(id, name), label: t(`tab.${name || 'progress'}`) }))} />
      <h2 class="hidden">{t(`tab.${tab || 'progress'}`)}</h2>
      {children(p, reload)}
    </Page>
  );
}
