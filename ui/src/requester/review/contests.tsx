// SPDX-License-Identifier: AGPL-3.0-or-later
// What workers contest: rejections, and known answers that theirs are not like.
import { useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import type { Answer, Contest, Project } from '../../api/types.ts';
import { t } from '../../base/i18n.ts';
import { Button } from '../../ui/button.tsx';
import { AreaField } from '../../ui/field.tsx';
import { announce, useList } from '../../ui/hooks.ts';
import { errorText, Notice, Section } from '../../ui/page.tsx';
import { List } from '../../ui/table.tsx';
import { T } from '../../ui/text.tsx';
import { projectHref, valueText, workerText } from '../project/parts.tsx';

type Decision = 'right' | 'unclear' | 'dismiss';

const words = (answer: Answer) => Object.values(answer).map(valueText).join(' · ');

function One({ p, of, done }: { p: Project; of: Contest; done: () => void }) {
  const [reply, setReply] = useState('');
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState<Decision>();
  const decide = (decision: Decision) => {
    if (decision === 'dismiss' && !reply.trim()) {
      setError(t('contested.reply.needed'));
      return;
    }
    setBusy(decision);
    call('POST /projects/{project}/contests/{task}/{worker}', {
      path: { project: p.id, task: String(of.task), worker: of.worker }, body: { decision, reply: reply.trim() },
    }).then(() => {
      announce(t(decision === 'dismiss' ? 'contested.dismissed' : 'contested.upheld'));
      done();
    }, (e: unknown) => setError(errorText(e))).finally(() => setBusy(undefined));
  };
  return (
    <article class="panel stack">
      <p>
        <a href={projectHref(p.id, `items/${of.task}`)}>{t('contested.item', { n: String(of.task) })}</a>{' '}
        <span class="note">{workerText(of.worker)} · {t(of.about === 'rejection' ? 'contested.rejection' : 'contested.known')}</span>
      </p>
      <p><T k="contested.said" parts={{ text: <bdi>{of.text}</bdi> }} /></p>
      {of.reason && <p><T k="contested.reason" parts={{ text: <bdi>{of.reason}</bdi> }} /></p>}
      <p><T k="contested.answer" parts={{ value: <strong dir="auto">{words(of.answer)}</strong> }} /></p>
      {of.truth && <p><T k="contested.truth" parts={{ value: <strong dir="auto">{words(of.truth)}</strong> }} /></p>}
      <AreaField label={t('contested.reply')} maxLength={1000} value={reply}
        onValue={(v) => {
          setReply(v);
          setError(undefined);
        }} />
      {error && <Notice tone="bad">{error}</Notice>}
      <div class="form-foot">
        <Button busy={busy === 'right'} onClick={() => decide('right')}>{t(of.about === 'rejection' ? 'contested.right.pay' : 'contested.right')}</Button>
        {of.truth && <Button busy={busy === 'unclear'} onClick={() => decide('unclear')}>{t('contested.unclear')}</Button>}
        <Button busy={busy === 'dismiss'} onClick={() => decide('dismiss')}>{t('contested.dismiss')}</Button>
      </div>
    </article>
  );
}

/** Nothing at all where nothing waits. */
export function Contested({ p }: { p: Project }) {
  const list = useList((after, signal) => call('GET /projects/{project}/contests', { path: { project: p.id }, query: { after }, signal }), [p.id]);
  if (!list.items?.length) return null;
  return (
    <Section title={t('contested.title')} note={t('contested.note')}>
      <List list={list} empty={null}>
        {(items) => <>{items.map((c) => <One key={`${c.task} ${c.worker}`} p={p} of={c} done={list.reload} />)}</>}
      </List>
    </Section>
  );
}
