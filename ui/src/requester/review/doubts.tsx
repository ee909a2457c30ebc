// SPDX-License-Identifier: AGPL-3.0-or-later
// What is hard to explain by work in a worker's answers, and what a person makes of it.
import { useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import type { Doubt, Project, WorkerRow } from '../../api/types.ts';
import { t } from '../../base/i18n.ts';
import { Button } from '../../ui/button.tsx';
import { AreaField } from '../../ui/field.tsx';
import { announce } from '../../ui/hooks.ts';
import { errorText, Notice, Section } from '../../ui/page.tsx';
import { Chip } from '../../ui/text.tsx';
import { workerText } from '../project/parts.tsx';

type Decision = 'nothing' | 'gold' | 'pause';

const WORDS = {
  waits: 'doubts.waits', dismissed: 'doubts.dismissed', watched: 'doubts.watched', paused: 'doubts.paused',
} as const;

const TITLES = { fast: 'doubts.fast', constant: 'doubts.constant', alike: 'doubts.alike' } as const;

function One({ p, w, done }: { p: Project; w: WorkerRow; done: () => void }) {
  const [reason, setReason] = useState('');
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState<Decision>();
  const state: Doubt['state'] = w.doubts[0]?.state ?? 'waits';
  const decide = (decision: Decision) => {
    if (decision === 'pause' && !reason.trim()) {
      setError(t('doubts.reason.needed'));
      return;
    }
    setBusy(decision);
    call('POST /projects/{project}/workers/{worker}', { path: { project: p.id, worker: w.worker }, body: { decision, reason: reason.trim() } })
      .then(() => {
        announce(t('doubts.done'));
        done();
      }, (e: unknown) => setError(errorText(e))).finally(() => setBusy(undefined));
  };
  return (
    <article class="panel stack">
      <p><strong class="figure">{workerText(w.worker)}</strong> <Chip tone={state === 'waits' ? 'warn' : undefined}>{t(WORDS[state])}</Chip></p>
      <ul>
        {w.doubts.map((d) => (
          <li key={`${d.what} ${d.with ?? ''} ${d.text}`}>{t(TITLES[d.what], { with: d.with ? workerText(d.with) : '' })}: {d.text}.</li>
        ))}
      </ul>
      {state !== 'paused' && (
        <AreaField label={t('doubts.reason')} hint={t('doubts.reason.hint')} maxLength={1000} value={reason}
          onValue={(v) => {
            setReason(v);
            setError(undefined);
          }} />
      )}
      {error && <Notice tone="bad">{error}</Notice>}
      <div class="form-foot">
        <Button busy={busy === 'nothing'} onClick={() => decide('nothing')}>{t(state === 'paused' ? 'doubts.resume' : 'doubts.nothing')}</Button>
        {state !== 'paused' && <Button busy={busy === 'gold'} onClick={() => decide('gold')}>{t('doubts.gold')}</Button>}
        {state !== 'paused' && <Button kind="danger" busy={busy === 'pause'} onClick={() => decide('pause')}>{t('doubts.pause')}</Button>}
      </div>
    </article>
  );
}

/** Nothing where nothing speaks against anybody. What was found to be nothing is left out. */
export function Doubts({ p, workers, done }: { p: Project; workers: WorkerRow[]; done: () => void }) {
  const list = workers.filter((w) => w.doubts.some((d) => d.state !== 'dismissed'));
  if (!list.length) return null;
  return (
    <Section title={t('doubts.title')} note={t('doubts.note')}>
      {list.map((w) => <One key={w.worker} p={p} w={w} done={done} />)}
    </Section>
  );
}
