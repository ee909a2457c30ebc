// SPDX-License-Identifier: AGPL-3.0-or-later
// A draft in five steps on one page, with the task beside it as its worker will see it.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import type { Project } from '../../api/types.ts';
import { t } from '../../base/i18n.ts';
import { go } from '../../base/route.ts';
import { Button } from '../../ui/button.tsx';
import { Confirm, Dialog } from '../../ui/dialog.tsx';
import { AreaField, TextField } from '../../ui/field.tsx';
import { announce, useEvery, useMedia } from '../../ui/hooks.ts';
import { Icon } from '../../ui/icon.tsx';
import { Notice, Page } from '../../ui/page.tsx';
import { Data } from '../intake/data.tsx';
import { Quote } from '../pay/quote.tsx';
import { useDraft, type Draft } from './draft.ts';
import { Preview } from './preview.tsx';
import { Questions } from './questions.tsx';
import { Choose } from './ready.ts';
import { Rules } from './rules.tsx';

function Step({ n, done, children }: { n: 1 | 2 | 3 | 4 | 5; done: boolean; children: ComponentChildren }) {
  return (
    <section class="step" id={`step-${n}`} aria-labelledby={`step-${n}-title`}>
      <h2 id={`step-${n}-title`}>
        <span class={done ? 'step-mark done' : 'step-mark'} aria-hidden="true">{done ? <Icon name="check" /> : n}</span>
        <span><span class="hidden">{n}. </span>{t(`step.${n}`)}{done && <span class="hidden"> ({t('step.done')})</span>}</span>
      </h2>
      <p class="note">{t(`step.${n}.note`)}</p>
      {children}
    </section>
  );
}

const LOOK_MS = 500;
const OPENING_MS = 400;
const OPENING_MAX = 75;

const STATE_ICONS = { saved: 'circle-check', waiting: 'refresh-cw', failed: 'cloud-off', changed: 'triangle-alert' } as const;

function Kept({ draft }: { draft: Draft }) {
  const wrong = Object.values(draft.errors).some(Boolean);
  return (
    <span class={`kept ${draft.state}`} role="status">
      <Icon name={wrong ? 'circle-alert' : STATE_ICONS[draft.state]} />{t(wrong ? 'draft.partly' : `draft.${draft.state}`)}
    </span>
  );
}

export function Editor({ start, published }: { start: Project; published: () => void }) {
  const draft = useDraft(start);
  const { p } = draft;
  const beside = useMedia('(min-width: 1000px)');
  const [title, setTitle] = useState(start.title);
  const [brief, setBrief] = useState(start.brief);
  const [instructions, setInstructions] = useState(start.instructions);
  const [good, setGood] = useState(true);
  const [doubts, setDoubts] = useState<string[]>([]);
  const [look, setLook] = useState(false);
  const [drop, setDrop] = useState(false);
  const [choosing, setChoosing] = useState(false);
  const [chosen, setChosen] = useState(0);
  // Paid, and on its way: the project leaves the draft when its budget has arrived.
  const [opening, setOpening] = useState(0);
  useEvery(OPENING_MS, () => {
    published();
    setOpening((n) => (n >= OPENING_MAX ? 0 : n + 1));
  }, opening > 0);
  // Known answers are compared with the questions behind the page.
  useEvery(LOOK_MS, draft.refresh, p.gold_left);
  if (opening > 0) {
    return (
      <Page title={p.title} up={['/projects', t('projects.title')]}>
        <div role="status"><Notice>{t('progress.funding')}</Notice></div>
      </Page>
    );
  }
  const preview = <Preview p={p} stale={!good} />;
  return (
    <Page title={p.title} up={['/projects', t('projects.title')]}
      lead={<span class="row"><span>{t('draft.lead')}</span><Kept draft={draft} /></span>}
      actions={<>
        {!beside && <Button icon="eye" onClick={() => setLook(true)}>{t('preview.open')}</Button>}
        <Button kind="quiet" icon="trash-2" onClick={() => setDrop(true)}>{t('draft.drop')}</Button>
      </>}>
      {draft.state === 'changed' && (
        <Notice tone="warn" action={<Button onClick={() => location.reload()}>{t('draft.changed.act')}</Button>}>{t('draft.changed.text')}</Notice>
      )}
      <div class="editor">
        <div class="steps">
          <div class="fields step-names">
            <TextField label={t('new.name')} value={title} maxLength={120} error={draft.errors.title}
              onValue={(v) => {
                setTitle(v);
                draft.change({ title: v });
              }} />
            <TextField label={t('draft.brief')} value={brief} maxLength={2000} error={draft.errors.brief}
              onValue={(v) => {
                setBrief(v);
                draft.change({ brief: v });
              }} />
          </div>
          <Step n={1} done={p.records > 0}><Data project={p.id} gold={`${p.gold_left} ${p.gold_bad} ${p.revision}`} changed={draft.refresh} /></Step>
          <Step n={2} done={good && doubts.length === 0 && p.template.blocks.some((b) => 'name' in b)}>
            <div class="stack">
              {doubts.length > 0 && <Notice tone="warn">{doubts.map((text) => <p key={text}>{text}</p>)}</Notice>}
              <div class="row"><Button icon="layers" onClick={() => setChoosing(true)}>{t('questions.gallery')}</Button></div>
              <Questions key={chosen} draft={draft} onState={setGood} />
            </div>
          </Step>
          <Step n={3} done={p.instructions.trim() !== ''}>
            <AreaField label={t('step.3.label')} hint={t('step.3.hint')} rows={6} value={instructions} error={draft.errors.instructions}
              onValue={(v) => {
                setInstructions(v);
                draft.change({ instructions: v });
              }} />
          </Step>
          <Step n={4} done={p.reward > 0 && Object.keys(draft.errors).length === 0}><Rules key={chosen} draft={draft} /></Step>
          <Step n={5} done={false}><Quote draft={draft} good={good} published={() => setOpening(1)} told={setDoubts} /></Step>
        </div>
        {beside && (
          <aside class="editor-side" aria-label={t('preview.title')}>
            <h2>{t('preview.title')}</h2>
            {preview}
          </aside>
        )}
      </div>
      {!beside && <Dialog full open={look} title={t('preview.title')} onClose={() => setLook(false)}>{preview}</Dialog>}
      <Dialog full open={choosing} title={t('questions.gallery')} onClose={() => setChoosing(false)}>
        <Choose draft={draft} done={(edit) => {
          setChoosing(false);
          setInstructions(edit.instructions ?? '');
          setChosen(chosen + 1);
        }} />
      </Dialog>
      <Confirm open={drop} danger title={t('draft.drop.title')} yes={t('draft.drop')} act={() => call('DELETE /projects/{project}', { path: { project: p.id } })}
        onClose={() => setDrop(false)} onDone={() => {
          announce(t('draft.dropped'));
          go('/projects', true);
        }}>
        <p>{t('draft.drop.text')}</p>
      </Confirm>
    </Page>
  );
}
