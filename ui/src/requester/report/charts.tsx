// SPDX-License-Identifier: AGPL-3.0-or-later
// What a project's quality and cost look like: by answers bought, and as the server has found it last.
import { call } from '../../api/client.ts';
import type { Charts as Found, Project } from '../../api/types.ts';
import { number, percent, sureText, t } from '../../base/i18n.ts';
import { money } from '../../base/money.ts';
import { exact, now, timeMs } from '../../base/time.ts';
import { Chart } from '../../ui/chart.tsx';
import { useEvery, useLoad } from '../../ui/hooks.ts';
import { Problem, Section, Skeleton } from '../../ui/page.tsx';
import { Scatter } from '../../ui/scatter.tsx';
import { fieldsOf, valueText, workerText } from '../project/parts.tsx';

const LOOK_MS = 10_000;
const STALE_LOOK_MS = 2_000;
const STALE_MS = 120_000;
const SHADES = 3;

/** What the mean over all questions is one of. */
export const goodWord = (p: Project) => (p.sure.length ? 'progress.good' : 'progress.good.agree');

function ByAnswers({ p, d }: { p: Project; d: Found }) {
  const sure = d.points.flatMap((q) => (q.confidence == null ? [] : [{ x: q.answers, y: q.confidence }]));
  const cost = d.points.flatMap((q) => (q.per_result == null ? [] : [{ x: q.answers, y: q.per_result }]));
  const now = sure[sure.length - 1];
  const paid = cost[cost.length - 1];
  const sure1 = (y: number) => (p.sure.length ? sureText(y, 1) : percent(y, 1));
  const common = { kind: 'line', zero: true, xLabel: t('charts.answers'), xText: (x: number) => number(x) } as const;
  return (
    <>
      <Chart {...common} title={t('charts.sure', { what: t(goodWord(p)) })} yText={sure1} axisText={(y) => percent(y)} yMax={1}
        summary={now ? t('charts.sure.text', { share: sure1(now.y), n: now.x }) : t('charts.sure.none')}
        series={[{ name: t(goodWord(p)), points: sure }]} />
      <Chart {...common} title={t('charts.cost')} yText={money} whole
        summary={paid ? t('charts.cost.text', { money: money(paid.y), n: paid.x }) : t('charts.cost.none')}
        series={[{ name: t('charts.cost'), points: cost }]} />
    </>
  );
}

function Agreement({ p, look }: { p: Project; look: NonNullable<Found['look']> }) {
  const labels = new Map(fieldsOf(p).map((f) => [f.name, f.label]));
  const list = look.agreement.slice(0, 4);
  const bins = list[0]?.bins.length ?? 0;
  const edge = (i: number) => percent(i / bins);
  return (
    <Chart kind="bar" title={t('charts.agree')} xLabel={t('charts.agree.pairs')} xText={(i) => t('charts.from-to', { from: edge(i), to: edge(i + 1) })}
      yText={(y) => number(y)} yMax={4} whole
      summary={list.length
        ? [t('charts.agree.text', { n: look.sampled }), ...list.map((a) => t('charts.agree.field', { field: labels.get(a.field) ?? a.field, share: percent(a.share) }))].join(' ')
        : t('charts.agree.none')}
      series={list.map((a) => ({ name: labels.get(a.field) ?? a.field, points: a.bins.map((y, x) => ({ x, y })) }))} />
  );
}

const classText = (v: unknown) => (typeof v === 'boolean' ? t(v ? 'charts.chosen' : 'charts.not-chosen') : valueText(v));

/** Rows are what is thought true, columns what was said; the darker, the more of a row. */
function Confusion({ p, c }: { p: Project; c: NonNullable<Found['look']>['confusion'][number] }) {
  const k = c.values.length;
  const label = fieldsOf(p).find((f) => f.name === c.field)?.label ?? c.field;
  const said = (truth: number, answer: number) => c.counts[answer * k + truth] ?? 0;
  const rows = c.values.map((v, truth) => ({ v, truth, all: c.values.reduce<number>((sum, _, answer) => sum + said(truth, answer), 0) })).filter((r) => r.all >= 0.5);
  const right = rows.reduce((sum, r) => sum + said(r.truth, r.truth), 0);
  const all = rows.reduce((sum, r) => sum + r.all, 0);
  const title = t('charts.confusion', { field: label });
  return (
    <figure class="chart">
      <div class="chart-head"><h3>{title}</h3></div>
      <div class="table-box" tabIndex={0} role="region" aria-label={title}>
        <table class="table dense grid confusion">
          <caption class="hidden">{title}</caption>
          <thead>
            <tr><th scope="col">{t('charts.truth')}</th>{c.values.map((v, i) => <th key={i} scope="col" class="figure"><bdi>{classText(v)}</bdi></th>)}</tr>
          </thead>
          <tbody>
            {rows.map((r) => (
              <tr key={r.truth}>
                <th scope="row"><bdi>{classText(r.v)}</bdi></th>
                {c.values.map((_, answer) => {
                  const n = said(r.truth, answer);
                  return <td key={answer} class={`figure shade${Math.ceil((n / r.all) * SHADES)}`}>{percent(n / r.all)}<span class="note sub">{number(n, { maximumFractionDigits: 1 })}</span></td>;
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <figcaption class="note">{all > 0 ? t('charts.confusion.text', { share: percent(right / all, 1), n: Math.round(all) }) : t('charts.confusion.none')}</figcaption>
    </figure>
  );
}

function Workers({ look }: { look: NonNullable<Found['look']> }) {
  const mean = look.workers.reduce((sum, w) => sum + w.share, 0) / Math.max(1, look.workers.length);
  return (
    <Scatter title={t('charts.workers')} xText={(x) => number(x)}
      dots={look.workers.map((w) => ({ name: workerText(w.worker), x: w.answers, y: w.share, low: w.at_least }))}
      words={{ name: t('workers.worker'), x: t('charts.workers.x'), y: t('charts.workers.y'), low: t('charts.workers.low') }}
      summary={look.workers.length ? t('charts.workers.text', { n: look.workers.length, share: percent(mean) }) : t('charts.workers.none')} />
  );
}

export function Charts({ p }: { p: Project }) {
  const { data, error, reload } = useLoad((signal) => call('GET /projects/{project}/charts', { path: { project: p.id }, signal }), [p.id, p.state]);
  // When the work has ended there is one more look; until it is there what is shown is older than the end.
  const ended = p.done ? timeMs(p.done) : undefined;
  const stale = ended !== undefined && now() - ended < STALE_MS && !(data?.at && timeMs(data.at) >= ended);
  useEvery(stale ? STALE_LOOK_MS : LOOK_MS, reload, p.state === 'open' || p.state === 'paused' || stale);
  if (!data) return error === undefined ? <Skeleton tall rows={1} /> : <Problem error={error} retry={reload} />;
  const { look } = data;
  return (
    <Section title={t('charts.title')} note={data.at ? t('charts.note', { at: exact(data.at) }) : t('charts.soon')}>
      <div class="charts">
        <ByAnswers p={p} d={data} />
        {look && <Agreement p={p} look={look} />}
        {look && <Workers look={look} />}
        {look?.confusion.map((c) => <Confusion key={c.field} p={p} c={c} />)}
      </div>
    </Section>
  );
}
