// SPDX-License-Identifier: AGPL-3.0-or-later
// What may still be changed of a published project, and what was fixed when it was paid for.
import { useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import type { Priority, Project } from '../../api/types.ts';
import { number, percent, t } from '../../base/i18n.ts';
import { money } from '../../base/money.ts';
import { duration } from '../../base/time.ts';
import { Button } from '../../ui/button.tsx';
import { AreaField, Form, needed, TextField, useForm } from '../../ui/field.tsx';
import { Notice, Section } from '../../ui/page.tsx';
import { PriorityField, ProjectPage } from './parts.tsx';

function Words({ p, reload }: { p: Project; reload: () => void }) {
  const [done, setDone] = useState(false);
  const form = useForm(
    { title: p.title, brief: p.brief, instructions: p.instructions, deadline: p.deadline?.slice(0, 10) ?? '', priority: p.priority as string },
    async (v) => {
      setDone(false);
      const { deadline, priority, ...words } = v;
      const same = deadline === (p.deadline?.slice(0, 10) ?? '');
      await call('POST /projects/{project}', { path: { project: p.id }, body: { ...words, ...(same ? {} : { deadline }), priority: priority as Priority, revision: p.revision } });
      setDone(true);
      reload();
    },
    (v) => needed(v, 'title'),
  );
  return (
    <div class="panel stack">
      {done && <div role="status"><Notice tone="good">{t('saved')}</Notice></div>}
      <Form form={form} label={t('settings.words')}>
        <TextField label={t('new.name')} maxLength={120} {...form.field('title')} />
        <TextField label={t('draft.brief')} maxLength={2000} {...form.field('brief')} />
        <AreaField label={t('step.3.label')} hint={t('step.3.hint')} rows={6} {...form.field('instructions')} />
        <TextField label={t('rules.deadline')} hint={t('rules.deadline.hint')} type="date" {...form.field('deadline')} />
        <PriorityField was={p.priority} {...form.field('priority')} />
        <div class="form-foot"><Button kind="primary" type="submit" busy={form.busy}>{t('save')}</Button></div>
      </Form>
    </div>
  );
}

function Body({ p, reload }: { p: Project; reload: () => void }) {
  const adaptive = p.confidence_permille > 0;
  const facts: [string, string][] = [
    [t('rules.reward'), money(p.reward)],
    [t('quote.fee'), percent(p.fee_permille / 1000, 1)],
    [t('settings.items'), number(p.tasks)],
    [t('rules.method'), t(p.method === 'shrunk' ? 'settings.shrunk' : 'settings.plurality')],
    [t(adaptive ? 'rules.most' : 'rules.redundancy'), number(p.redundancy)],
    ...(adaptive ? [
      [t('rules.target'), percent(p.confidence_permille / 1000, 1)],
      [t('rules.least'), number(p.redundancy_least)],
    ] as [string, string][] : []),
    [t('rules.time'), p.time_allowed_s ? duration(p.time_allowed_s) : t('settings.learned')],
    [t('rules.approve'), p.approve_after_s ? duration(p.approve_after_s) : t('settings.at-once')],
    [t('rules.gold'), p.gold ? t('settings.gold', { share: percent(p.gold_share_permille / 1000, 1), n: p.gold }) : t('settings.gold.none')],
    ...(p.gold ? [[t('rules.gold-redundancy'), number(p.gold_redundancy)]] as [string, string][] : []),
    [t('rules.copies'), percent(p.copy_permille / 1000, 1)],
    [t('rules.audience'), t(`rules.audience.${p.audience}`)],
    [t('settings.picking'), t(p.picking ? 'yes' : 'no')],
  ];
  return (
    <div class="columns">
      <Section title={t('settings.words')} note={t('settings.words.note')}><Words p={p} reload={reload} /></Section>
      <Section title={t('settings.fixed')} note={t('settings.fixed.note')}>
        <dl class="panel facts pairs">{facts.map(([name, value]) => <div key={name}><dt>{name}</dt><dd class="figure">{value}</dd></div>)}</dl>
      </Section>
    </div>
  );
}

export function Settings({ params }: { params: Record<string, string> }) {
  return <ProjectPage id={params['project']!} tab="settings">{(p, reload) => <Body p={p} reload={reload} />}</ProjectPage>;
}
