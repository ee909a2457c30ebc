// SPDX-License-Identifier: AGPL-3.0-or-later
// Answers that wait for a decision, one at a time with one key each: A approves, R rejects with a
// reason, N goes on. What is not decided is approved by time.
import '../../widgets/index.ts';
import { useEffect, useRef, useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import type { Project, Review } from '../../api/types.ts';
import { t } from '../../base/i18n.ts';
import { isSingle, keyName, singleKeys } from '../../base/keys.ts';
import { money } from '../../base/money.ts';
import { duration, timeMs } from '../../base/time.ts';
import { Button } from '../../ui/button.tsx';
import { Confirm, Dialog } from '../../ui/dialog.tsx';
import { AreaField } from '../../ui/field.tsx';
import { announce, useList, useLoad } from '../../ui/hooks.ts';
import { Empty, errorText, Notice } from '../../ui/page.tsx';
import { List } from '../../ui/table.tsx';
import { Time } from '../../ui/text.tsx';
import { Work } from '../../ui/work.tsx';
import { projectHref, ProjectPage, valueText, workerText } from '../project/parts.tsx';
import { Contested } from './contests.tsx';

const keyOf = (r: Review) => `${r.task} ${r.worker}`;

function Reject({ open, onClose, send }: { open: boolean; onClose: () => void; send: (reason: string) => Promise<unknown> }) {
  const [reason, setReason] = useState('');
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (open) area.current?.focus();
  }, [open]);
  const run = () => {
    if (!reason.trim()) {
      setError(t('review.reason.needed'));
      area.current?.focus();
      return;
    }
    setBusy(true);
    send(reason.trim()).then(() => {
      setReason('');
      onClose();
    }, (e: unknown) => setError(errorText(e))).finally(() => setBusy(false));
  };
  return (
    <Dialog open={open} title={t('review.reject.title')} onClose={onClose}
      actions={<>
        <Button onClick={onClose}>{t('cancel')}</Button>
        <Button kind="danger" busy={busy} onClick={run}>{t('review.reject')}</Button>
      </>}>
      <div onKeyDown={(ev) => {
        if (keyName(ev) !== 'Ctrl+Enter') return;
        ev.preventDefault();
        run();
      }}>
        <AreaField label={t('review.reason')} hint={t('review.reason.hint')} area={area} maxLength={1000} value={reason} error={error}
          onValue={(v) => {
            setReason(v);
            setError(undefined);
          }} />
      </div>
    </Dialog>
  );
}

function Shown({ p, r }: { p: Project; r: Review }) {
  const { data: d } = useLoad(
    (signal) => call('GET /projects/{project}/tasks/{task}', { path: { project: p.id, task: String(r.task) }, signal }), [p.id, keyOf(r)],
  );
  const others = d?.answers.filter((a) => a.worker !== r.worker) ?? [];
  const fields = p.template.blocks.filter((b) => typeof b['name'] === 'string');
  return (
    <>
      <dl class="review-answer">
        {fields.map((f) => (
          <div key={String(f['name'])}>
            <dt>{String(f['label'] ?? f['name'])}</dt>
            <dd dir="auto">{valueText(r.answer[String(f['name'])])}</dd>
            {others.length > 0 && (
              <dd class="note">{t('review.others', { values: others.map((a) => valueText(a.answer[String(f['name'])])).join(' · ') })}</dd>
            )}
          </div>
        ))}
      </dl>
      {d && <div class="preview review-page"><Work blocks={d.page.blocks} answer={r.answer} onAnswer={() => {}} disabled /></div>}
    </>
  );
}

function ApproveAll({ p, waiting, done }: { p: Project; waiting: number; done: () => void }) {
  const [ask, setAsk] = useState(false);
  const [upto, setUpto] = useState('');
  const run = async () => {
    let n = 0;
    for (let more = true; more;) {
      const found = await call('POST /projects/{project}/reviews/approve-all', { path: { project: p.id }, body: { upto } });
      n += found.approved;
      more = found.more;
    }
    announce(t('review.all.done', { n }));
  };
  return (
    <>
      <Button icon="check" onClick={() => {
        setUpto(new Date().toISOString());
        setAsk(true);
      }}>{t('review.all')}</Button>
      <Confirm open={ask} title={t('review.all.title', { n: waiting })} yes={t('review.all.yes', { n: waiting, money: money(waiting * p.reward) })}
        act={run} onClose={() => setAsk(false)} onDone={done}>
        <p>{t('review.all.text', { n: waiting, money: money(waiting * p.reward) })}</p>
      </Confirm>
    </>
  );
}

/** One page of the list; when all of it is decided, the next is read. */
function Queue({ p, items, waiting, reload }: { p: Project; items: Review[]; waiting: number; reload: () => void }) {
  const [gone, setGone] = useState<ReadonlySet<string>>(new Set());
  const [at, setAt] = useState(0);
  const [rejecting, setRejecting] = useState(false);
  const [error, setError] = useState<unknown>();
  const left = items.filter((r) => !gone.has(keyOf(r)));
  const r = left[Math.min(at, left.length - 1)];
  // What was decided before the count was read is not in it.
  const counted = useRef(0);
  useEffect(() => {
    counted.current = gone.size;
  }, [waiting]);
  const n = Math.max(left.length, waiting - (gone.size - counted.current));
  useEffect(() => {
    if (left.length === 0 && gone.size > 0) reload();
  }, [left.length]);
  const decided = (what: Review, word: 'review.approved' | 'review.rejected') => {
    setGone((old) => new Set(old).add(keyOf(what)));
    setAt((i) => Math.min(i, Math.max(0, left.length - 2)));
    announce(t(word, { left: Math.max(0, n - 1) }));
  };
  const approve = () => {
    if (!r) return;
    setError(undefined);
    call('POST /projects/{project}/reviews/{task}/{worker}/approve', { path: { project: p.id, task: String(r.task), worker: r.worker } })
      .then(() => decided(r, 'review.approved'), setError);
  };
  const next = () => setAt((i) => (left.length ? (Math.min(i, left.length - 1) + 1) % left.length : 0));
  const act = useRef({ approve, next });
  act.current = { approve, next };
  useEffect(() => {
    const press = (ev: KeyboardEvent) => {
      if (!isSingle(ev) || document.querySelector('dialog[open]')) return;
      const key = keyName(ev);
      if (key === 'a') act.current.approve();
      else if (key === 'r') setRejecting(true);
      else if (key === 'n') act.current.next();
      else return;
      ev.preventDefault();
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, []);
  if (!r) return null;
  const due = new Date(timeMs(r.at) + p.approve_after_s * 1000).toISOString();
  const hint = (key: string) => (singleKeys.value ? key : undefined);
  return (
    <>
      <div class="toolbar">
        <p class="figure" role="status">{t('review.left', { n })}</p>
        <ApproveAll p={p} waiting={n} done={reload} />
      </div>
      {error !== undefined && <Notice tone="bad">{errorText(error)}</Notice>}
      <article class="panel review" aria-label={t('item.n', { number: String(r.task) })}>
        <header class="review-head">
          <h3><a href={projectHref(p.id, `items/${r.task}`)}>{t('item.n', { number: String(r.task) })}</a></h3>
          <p class="note">{workerText(r.worker)} · {duration(r.seconds)} · <Time at={r.at} /></p>
          <p class="note">{t('review.due')} <Time at={due} /></p>
        </header>
        <Shown key={keyOf(r)} p={p} r={r} />
        <div class="review-acts">
          <Button kind="primary" icon="check" keyHint={hint('A')} onClick={approve}>{t('review.approve', { money: money(p.reward) })}</Button>
          <Button kind="danger" icon="x" keyHint={hint('R')} onClick={() => setRejecting(true)}>{t('review.reject')}</Button>
          <Button icon="skip-forward" keyHint={hint('N')} onClick={next}>{t('review.next')}</Button>
        </div>
      </article>
      <Reject open={rejecting} onClose={() => setRejecting(false)}
        send={(reason) => call('POST /projects/{project}/reviews/{task}/{worker}/reject', {
          path: { project: p.id, task: String(r.task), worker: r.worker }, body: { reason },
        }).then(() => decided(r, 'review.rejected'))} />
    </>
  );
}

function Body({ p }: { p: Project }) {
  const list = useList((after, signal) => call('GET /projects/{project}/reviews', { path: { project: p.id }, query: { after }, signal }), [p.id]);
  const far = useLoad((signal) => call('GET /projects/{project}/progress', { path: { project: p.id }, signal }), [p.id]);
  const reload = () => {
    list.reload();
    far.reload();
  };
  const waiting = far.data ? Math.max(0, far.data.submitted - far.data.approved - far.data.rejected) : 0;
  return (
    <List list={{ ...list, more: false }} empty={
      <Empty icon="circle-check" title={t('review.none')}
        text={p.approve_after_s > 0 ? t('review.none.text', { time: duration(p.approve_after_s) }) : t('review.none.auto')}
        action={<Button kind="primary" icon="refresh-cw" onClick={reload}>{t('results.look')}</Button>} />
    }>
      {(items) => <Queue p={p} items={items} waiting={waiting} reload={reload} />}
    </List>
  );
}

export function ReviewQueue({ params }: { params: Record<string, string> }) {
  return <ProjectPage id={params['project']!} tab="review">{(p) => <><Contested p={p} /><Body p={p} /></>}</ProjectPage>;
}
