// SPDX-License-Identifier: AGPL-3.0-or-later
// Answers of mine that were rejected or are unlike a known answer: each may be contested once.
import { useEffect, useRef, useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import type { Answer, MyContest } from '../../api/types.ts';
import { t } from '../../base/i18n.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { AreaField } from '../../ui/field.tsx';
import { announce, useList } from '../../ui/hooks.ts';
import { Empty, errorText, Page } from '../../ui/page.tsx';
import { List, Table } from '../../ui/table.tsx';
import { Chip, T } from '../../ui/text.tsx';

const TONES = { open: undefined, waiting: 'warn', upheld: 'good', dismissed: 'bad' } as const;
const WORDS = {
  open: 'contests.open', waiting: 'contests.waiting', upheld: 'contests.upheld', dismissed: 'contests.dismissed',
} as const;

function words(answer: Answer): string {
  return Object.values(answer).map((v) => (typeof v === 'string' ? v : JSON.stringify(v))).join(' · ');
}

function Contest({ of, onClose, done }: { of: MyContest | undefined; onClose: () => void; done: () => void }) {
  const [text, setText] = useState('');
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    setText('');
    setError(undefined);
    if (of) area.current?.focus();
  }, [of]);
  const run = () => {
    if (!of) return;
    if (!text.trim()) {
      setError(t('contests.text.needed'));
      area.current?.focus();
      return;
    }
    setBusy(true);
    call('POST /work/{project}/tasks/{task}/contest', { path: { project: of.project, task: String(of.task) }, body: { text: text.trim() } })
      .then(() => {
        announce(t('contests.sent'));
        onClose();
        done();
      }, (e: unknown) => setError(errorText(e))).finally(() => setBusy(false));
  };
  return (
    <Dialog open={of !== undefined} title={t('contests.ask')} onClose={onClose}
      actions={<>
        <Button onClick={onClose}>{t('cancel')}</Button>
        <Button kind="primary" busy={busy} onClick={run}>{t('contests.act')}</Button>
      </>}>
      <AreaField label={t('contests.text')} hint={t('contests.text.hint')} area={area} maxLength={1000} value={text} error={error}
        onValue={(v) => {
          setText(v);
          setError(undefined);
        }} />
    </Dialog>
  );
}

export function Contests() {
  const list = useList((after, signal) => call('GET /me/contests', { query: { after }, signal }), []);
  const [of, setOf] = useState<MyContest>();
  return (
    <Page title={t('contests.title')} up={['/answers', t('answers.title')]} lead={t('contests.lead')}>
      <List list={list} empty={
        <Empty icon="circle-check" title={t('contests.none')} text={t('contests.none.text')}
          action={<Button kind="primary" href="/answers">{t('answers.title')}</Button>} />
      }>
        {(items) => (
          <Table caption={t('contests.title')} rows={items} rowKey={(a) => `${a.project} ${a.task}`} columns={[
            {
              key: 'project', label: t('answers.project'), head: true,
              cell: (a) => (
                <>
                  <bdi>{a.title}</bdi>
                  <span class="note sub">{t('answers.task', { number: String(a.task) })}</span>
                  {a.reason && <span class="sub"><T k="answers.reason" parts={{ reason: <bdi>{a.reason}</bdi> }} /></span>}
                  {a.text && <span class="sub"><T k="contests.said" parts={{ text: <bdi>{a.text}</bdi> }} /></span>}
                  {a.reply && <span class="sub"><T k="contests.reply" parts={{ reply: <bdi>{a.reply}</bdi> }} /></span>}
                </>
              ),
            },
            { key: 'answer', label: t('contests.answer'), cell: (a) => <span dir="auto">{words(a.answer)}</span> },
            { key: 'truth', label: t('contests.truth'), cell: (a) => <span dir="auto">{a.truth ? words(a.truth) : '–'}</span> },
            {
              key: 'state', label: t('answers.state'),
              cell: (a) => (a.state === 'open'
                ? <Button onClick={() => setOf(a)}>{t('contests.act')}</Button>
                : <Chip tone={TONES[a.state]}>{t(WORDS[a.state])}</Chip>),
            },
          ]} />
        )}
      </List>
      <Contest of={of} onClose={() => setOf(undefined)} done={list.reload} />
    </Page>
  );
}
