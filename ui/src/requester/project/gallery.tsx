// SPDX-License-Identifier: AGPL-3.0-or-later
// The ready projects, with the task that each makes of a row: of the requester's own as soon as there
// are some, of one that comes with it before. Fetched when it is first asked for.
import { useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import { me } from '../../api/session.ts';
import type { Block, Id, ProjectEdit, Template } from '../../api/types.ts';
import { t } from '../../base/i18n.ts';
import { go } from '../../base/route.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Form, needed, SelectField, TextField, useForm } from '../../ui/field.tsx';
import { useLoad, useMedia } from '../../ui/hooks.ts';
import { Notice, Page, Problem, Skeleton } from '../../ui/page.tsx';
import { columnsOf, matched, renamed, shown } from './columns.ts';
import type { Draft } from './draft.ts';
import { entries, media, type Entry } from './gallery/entries.ts';
import { projectHref } from './parts.tsx';
import { TaskPage } from './preview.tsx';

/** Pictures and sounds of sample rows come with the app; the server knows no address of them. */
function withMedia(blocks: Block[], template: Template, row: Record<string, string>): Block[] {
  return blocks.map((b, i) => {
    const name = /^\{\{(.+)\}\}$/.exec(String(template.blocks[i]?.['src'] ?? ''))?.[1];
    const src = name === undefined ? undefined : media[row[name] ?? ''];
    return src ? { ...b, src } as Block : b;
  });
}

/** What an entry sets of a draft, its columns called as those of the data. */
const editOf = (e: Entry, to: Record<string, string>): ProjectEdit =>
  ({ template: { ...e.template, blocks: renamed(e.template.blocks, to) }, instructions: e.instructions, ...e.rules } as ProjectEdit);

/** A task of the entry. `own`: the project whose rows are shown, and its columns by those of the template. */
function Look({ entry, own }: { entry: Entry; own?: { project: Id; title: string; rows: number; to: Record<string, string> } | undefined }) {
  const [row, setRow] = useState(1);
  const all = own ? own.rows : entry.rows.length;
  const at = Math.min(row, all);
  const template = own ? { ...entry.template, blocks: renamed(entry.template.blocks, own.to) } : entry.template;
  const { data, error, reload } = useLoad((signal) => (own
    ? call('POST /projects/{project}/preview', { path: { project: own.project }, body: { template, instructions: entry.instructions, row: at }, signal })
    : call('POST /templates/preview', { body: { template, instructions: entry.instructions, fields: entry.rows[at - 1]! }, signal })),
  [entry.name, at, JSON.stringify(own)]);
  if (!data) return error === undefined ? <Skeleton tall rows={2} /> : <Problem error={error} retry={reload} />;
  const { page } = data;
  return (
    <div class="preview">
      <TaskPage key={at} page={page} title={own ? own.title : entry.title} blocks={own ? page.blocks : withMedia(page.blocks, template, entry.rows[at - 1]!)} />
      <div class="preview-foot">
        <Button kind="quiet" icon="chevron-left" label={t('gallery.before')} disabled={at <= 1} onClick={() => setRow(at - 1)} />
        <span class="figure">{t(own ? 'gallery.row' : 'gallery.sample', { n: at, all })}</span>
        <Button kind="quiet" icon="chevron-right" label={t('gallery.after')} disabled={at >= all} onClick={() => setRow(at + 1)} />
      </div>
    </div>
  );
}

/** The cards, by category; pressed is the one that is chosen. */
function Cards({ chosen, choose }: { chosen: Entry | null; choose: (entry: Entry) => void }) {
  const categories = [...new Set(entries.map((e) => e.category))];
  return (
    <div class="stack">
      {categories.map((c) => (
        <section key={c} aria-label={t(`gallery.category.${c as 'tag'}`)}>
          <h2 class="note">{t(`gallery.category.${c as 'tag'}`)}</h2>
          <ul class="ready-list">
            {entries.filter((e) => e.category === c).map((e) => (
              <li key={e.name}>
                <button type="button" class="panel ready" aria-pressed={chosen === e} onClick={() => choose(e)}>
                  <strong>{t(`gallery.${e.name}.title`)}</strong>
                  <span class="note">{t(`gallery.${e.name}.about`)}</span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

/** For each column that is shown and not in the data, the one that takes its place. */
function Columns({ wanted, columns, to, set }: {
  wanted: string[]; columns: string[]; to: Record<string, string>; set: (to: Record<string, string>) => void;
}) {
  return (
    <div class="fields rules">
      {wanted.map((name) => (
        <SelectField key={name} label={t('gallery.column', { name })} value={to[name] ?? ''} onValue={(v) => set({ ...to, [name]: v })}
          options={[['', t('gallery.column.none')], ...shown(columns).map((c) => [c, c] as const)]} />
      ))}
    </div>
  );
}

/** A draft whose questions show columns that its data lacks: which of its own are meant? */
export function Match({ blocks, columns, put }: { blocks: Template['blocks']; columns: string[]; put: (blocks: Template['blocks']) => void }) {
  const wanted = columnsOf(blocks).filter((c) => !columns.includes(c));
  const [to, setTo] = useState(() => matched(columnsOf(blocks), columns));
  return (
    <div class="panel stack" role="group" aria-label={t('gallery.match')}>
      <h3>{t('gallery.match')}</h3>
      <p class="note">{t('gallery.match.text')}</p>
      <Columns wanted={wanted} columns={columns} to={to} set={setTo} />
      <div><Button kind="primary" icon="check" disabled={!wanted.every((name) => to[name])} onClick={() => put(renamed(blocks, to))}>{t('gallery.match.act')}</Button></div>
    </div>
  );
}

/** Another ready project for a draft, shown on its own rows before its questions are replaced. */
export function Choose({ draft, done }: { draft: Draft; done: (edit: ProjectEdit) => void }) {
  const { p } = draft;
  const [entry, setEntry] = useState<Entry | null>(null);
  const [to, setTo] = useState<Record<string, string>>({});
  const wanted = entry && p.records > 0 ? columnsOf(entry.template.blocks).filter((c) => !p.columns.includes(c)) : [];
  const choose = (e: Entry) => {
    setEntry(e);
    setTo(p.records > 0 ? matched(columnsOf(e.template.blocks), p.columns) : {});
  };
  return (
    <div class="editor">
      <Cards chosen={entry} choose={choose} />
      {entry && (
        <aside class="editor-side stack" aria-label={t('gallery.look')}>
          {wanted.length > 0 && <Columns wanted={wanted} columns={p.columns} to={to} set={setTo} />}
          <Notice tone="warn">{t('gallery.replaces')}</Notice>
          <Button kind="primary" icon="check" disabled={!wanted.every((name) => to[name])} onClick={() => {
            const edit = editOf(entry, to);
            draft.change(edit);
            // What the server refuses is told beside its field.
            void draft.flush().catch(() => {}).then(() => done(edit));
          }}>{t('gallery.use')}</Button>
          <Look key={entry.name} entry={entry} own={p.records > 0 ? { project: p.id, title: p.title, rows: p.records, to } : undefined} />
        </aside>
      )}
    </div>
  );
}

/** A new project begins with what is to be done and its name; from there on the draft is kept as one goes. */
export function NewProject() {
  const orgs = me.value?.orgs.filter((o) => o.role !== 'reviewer') ?? [];
  const beside = useMedia('(min-width: 1000px)');
  const [entry, setEntry] = useState<Entry | null>(null);
  const [look, setLook] = useState(false);
  const [made, setMade] = useState('');
  const form = useForm(
    { title: '', org: orgs[0]?.id ?? '' },
    async (v) => {
      const id = made || (await call('POST /projects', { body: { title: v.title.trim(), ...(v.org && { org: v.org }) } })).id;
      setMade(id);
      if (entry) await call('POST /projects/{project}', { path: { project: id }, body: editOf(entry, {}) });
      go(projectHref(id), true);
    },
    (v) => needed(v, 'title'),
  );
  const choose = (e: Entry | null) => {
    // A title of one's own stays.
    if (!form.values.title.trim() || form.values.title === entry?.title) form.set('title', e?.title ?? '');
    setEntry(e);
    setLook(e !== null);
  };
  const naming = (
    <div class="panel">
      <Form form={form} label={t('new.title')}>
        <p>{entry ? t('gallery.chosen', { name: t(`gallery.${entry.name}.title`) }) : t('gallery.empty')}</p>
        <TextField label={t('new.name')} hint={t('new.name.hint')} maxLength={120} required {...form.field('title')} />
        {orgs.length > 1 && (
          <SelectField label={t('new.org')} {...form.field('org')} options={orgs.map((o) => [o.id, o.name] as const)} />
        )}
        <Button kind="primary" type="submit" busy={form.busy} wide>{t('new.act')}</Button>
        {entry && <Button kind="quiet" onClick={() => choose(null)}>{t('gallery.empty.act')}</Button>}
      </Form>
    </div>
  );
  return (
    <Page title={t('new.title')} lead={t('gallery.lead')} up={['/projects', t('projects.title')]}>
      <div class="editor">
        <Cards chosen={entry} choose={choose} />
        <div class="editor-side stack">
          {naming}
          {beside && entry && <section aria-label={t('gallery.look')}><Look key={entry.name} entry={entry} /></section>}
        </div>
      </div>
      {!beside && entry && (
        <Dialog full open={look} title={t('gallery.look')} onClose={() => setLook(false)}
          actions={<Button kind="primary" icon="check" onClick={() => setLook(false)}>{t('gallery.use')}</Button>}>
          <Look key={entry.name} entry={entry} />
        </Dialog>
      )}
    </Page>
  );
}
