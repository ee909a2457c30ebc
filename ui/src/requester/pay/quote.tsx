// SPDX-License-Identifier: AGPL-3.0-or-later
// What a draft costs, what is still in the way, and the one deliberate act that publishes it.
import { useEffect, useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import type { Quote as QuoteView } from '../../api/types.ts';
import { number, t } from '../../base/i18n.ts';
import { duration } from '../../base/time.ts';
import { money } from '../../base/money.ts';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { announce, useLoad } from '../../ui/hooks.ts';
import { Notice, Problem, Skeleton } from '../../ui/page.tsx';
import { T } from '../../ui/text.tsx';
import type { Draft } from '../project/draft.ts';

/** The step at which a fault is mended. */
export function stepOf(field: string): number {
  const root = field.split(/[.[]/)[0] ?? '';
  if (/^(sources|records|columns|data)$/.test(root)) return 1;
  if (/^(template|blocks)$/.test(root)) return 2;
  if (root === 'instructions') return 3;
  return 4;
}

function Line({ word, items, each, reward }: { word: 'quote.items' | 'quote.known' | 'quote.copies'; items: number; each: number; reward: number }) {
  return (
    <div>
      <dt>{t(word, { n: items })}
        <span class="note sub">{t('quote.times', { items: number(items), n: each, money: money(reward) })}</span></dt>
      <dd class="figure">{money(items * each * reward)}</dd>
    </div>
  );
}

/** The quote's reward and fee are those of one answer. */
function Sum({ q }: { q: QuoteView }) {
  return (
    <dl class="sum">
      <Line word="quote.items" items={q.tasks - q.known} each={q.answers_each} reward={q.reward} />
      {q.known > 0 && <Line word="quote.known" items={q.known} each={q.known_answers_each} reward={q.reward} />}
      {q.copies > 0 && <Line word="quote.copies" items={q.copies} each={1} reward={q.reward} />}
      <div>
        <dt>{t('quote.fee')}<span class="note sub">{t('quote.fee.each', { n: q.answers, money: money(q.fee) })}</span></dt>
        <dd class="figure">{money(q.answers * q.fee)}</dd>
      </div>
      <div class="total"><dt>{t('quote.total')}</dt><dd class="figure">{money(q.total)}</dd></div>
      <div>
        <dt>{t('quote.hourly')}<span class="note sub">{q.seconds_each > 0 ? t('quote.each', { time: duration(q.seconds_each) }) : t('quote.each.none')}</span></dt>
        <dd class="figure">{q.per_hour == null ? '–' : money(q.per_hour)}</dd>
      </div>
      <div><dt>{t('quote.available')}</dt><dd class="figure">{money(q.available)}</dd></div>
    </dl>
  );
}

/** `told` hears what is wrong with the questions, to be said at their step too. */
export function Quote({ draft, good, published, told }: { draft: Draft; good: boolean; published: () => void; told: (faults: string[]) => void }) {
  const { p } = draft;
  const [ask, setAsk] = useState(false);
  const { data: q, error, reload } = useLoad(
    (signal) => call('GET /projects/{project}/quote', { path: { project: p.id }, signal }),
    [p.id, p.revision, p.records, p.gold, p.gold_left, p.gold_bad],
  );
  // The server knows its own first text; what this page puts into a new block is in its reader's language.
  const first = q?.untouched || p.template.blocks.some((b) => b['text'] === t('block.markdown.new'));
  const alike = q?.alike ? t('quote.alike', { n: q.tasks }) : '';
  const shown = [
    ...(q?.faults.filter((f) => stepOf(f.field) === 2).map((f) => f.message) ?? []),
    ...(first ? [t('quote.first')] : []), ...(alike ? [alike] : []),
  ];
  useEffect(() => told(p.records > 0 ? shown : []), [shown.join('\n'), p.records > 0]);
  if (!q) return error === undefined ? <Skeleton tall rows={1} /> : <Problem error={error} retry={reload} />;
  const publish = async () => {
    await draft.flush();
    await call('POST /projects/{project}/publish', { path: { project: p.id }, body: { total: q.total } }).catch((e: unknown) => {
      reload();
      throw e;
    });
    announce(t('quote.published'));
  };
  const faults = [
    ...q.faults.map((f) => ({ step: stepOf(f.field), message: f.message })),
    ...(first ? [{ step: 2, message: t('quote.first') }] : []),
    ...(good ? [] : [{ step: 2, message: t('quote.template') }]),
    ...(Object.keys(draft.errors).length ? [{ step: stepOf(Object.keys(draft.errors)[0]!), message: t('quote.unsaved') }] : []),
  ];
  return (
    <div class="stack">
      <Sum q={q} />
      {q.below_floor && q.floor_per_hour != null && (
        <Notice tone="warn">{t('quote.floor', { money: money(q.floor_per_hour) })} <a href="#step-4">{t('step.4')}</a></Notice>
      )}
      {alike && <Notice tone="warn">{alike} <a href="#step-2">{t('step.2')}</a></Notice>}
      {faults.length > 0 && (
        <div class="notice warn">
          <div class="notice-text">
            <p>{t('quote.faults')}</p>
            <ul class="fault-list">
              {faults.map((f, i) => (
                <li key={i}><a href={`#step-${f.step}`}>{t(`step.${f.step as 1}`)}</a>: {f.message}</li>
              ))}
            </ul>
          </div>
        </div>
      )}
      {q.missing > 0 && (
        <Notice tone="warn"><T k="quote.missing" parts={{ money: <strong class="figure">{money(q.missing)}</strong>, link: <a href="/billing">{t('nav.billing')}</a> }} /></Notice>
      )}
      <div class="form-foot">
        <Button kind="primary" icon="send" disabled={!q.ready || faults.length > 0} onClick={() => setAsk(true)}>
          {t('quote.publish', { money: money(q.total) })}
        </Button>
        {q.missing > 0 && <Button icon="refresh-cw" onClick={reload}>{t('quote.again')}</Button>}
      </div>
      <Confirm open={ask} title={t('quote.confirm.title', { money: money(q.total) })} yes={t('quote.confirm.yes', { money: money(q.total) })}
        act={publish} onClose={() => setAsk(false)} onDone={published}>
        <p>{t('quote.confirm.text', { items: number(q.tasks), n: q.answers, money: money(q.total) })}</p>
        {q.known > 0 && <p>{t('quote.confirm.known', { n: q.known, each: number(q.known_answers_each), money: money(q.known * q.known_answers_each * (q.reward + q.fee)) })}</p>}
        {alike && <Notice tone="warn">{alike}</Notice>}
        <p class="note">{t('quote.confirm.note')}</p>
      </Confirm>
    </div>
  );
}
