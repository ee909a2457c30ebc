// SPDX-License-Identifier: AGPL-3.0-or-later
// How far, how good, how much and when done, followed live; a draft is edited here instead.
import { useState } from 'preact/hooks';
import { apiUrl } from '../../api/client.ts';
import type { Progress as Far, Project } from '../../api/types.ts';
import { number, percent, sureText, t } from '../../base/i18n.ts';
import { money } from '../../base/money.ts';
import { clock, exact, now, relative, timeMs } from '../../base/time.ts';
import { Button } from '../../ui/button.tsx';
import { Chart } from '../../ui/chart.tsx';
import { useEvents } from '../../ui/hooks.ts';
import { Notice, Problem, Skeleton } from '../../ui/page.tsx';
import { Figure, Figures } from '../../ui/text.tsx';
import { Editor } from '../project/ready.ts';
import { projectHref, ProjectPage } from '../project/parts.tsx';
import { uncalibrated, useCertificate } from '../quality/certificate.tsx';
import { Charts, goodWord } from './charts.tsx';

function finishText(f: Far): { value: string; note: string } {
  if (f.state === 'done') return { value: t('progress.done'), note: '' };
  if (f.state === 'closed') return { value: t('progress.closed'), note: '' };
  const note = f.rate_per_hour > 0 ? t('progress.rate', { n: f.rate_per_hour }) : t('progress.rate.none');
  if (!f.finish) return { value: '–', note };
  const soon = timeMs(f.finish) - now() < 60_000;
  return { value: soon ? t('progress.soon') : relative(f.finish), note: `${exact(f.finish)} · ${note}` };
}

/** The kept points between the publishing and what is known now. */
function pointsOf(f: Far, p: Project): { x: number; y: number }[] {
  const kept = f.chart.map((c) => ({ x: timeMs(c.at), y: c.submitted }));
  if (f.submitted === 0) return [];
  // A kept point stands at the beginning of its step: the first may lie before the publishing.
  const begin = Math.min(p.published ? timeMs(p.published) : Infinity, kept[0] ? kept[0].x - 1000 : now());
  const before = kept[0]?.y === 0 ? [] : [{ x: begin, y: 0 }];
  const last = kept[kept.length - 1];
  const end = p.done ? timeMs(p.done) : now();
  const after = !last || (end > last.x && (f.state === 'open' || last.y !== f.submitted)) ? [{ x: Math.max(end, (last ?? before[0])?.x ?? end), y: f.submitted }] : [];
  return [...before, ...kept, ...after];
}

function Body({ f, p, loose }: { f: Far; p: Project; loose: boolean }) {
  const finish = finishText(f);
  const waiting = Math.max(0, f.submitted - f.approved - f.rejected);
  const points = pointsOf(f, p);
  const first = points[0];
  const last = points[points.length - 1];
  const counting = Math.max(0, f.submitted - f.rejected);
  const places = f.answers_needed - f.rejected;
  // Before that, answers that are not paid yet make a result look cheap.
  const ended = waiting === 0 && (f.state === 'done' || f.state === 'closed');
  return (
    <>
      {f.state === 'funding' && <Notice>{t('progress.funding')}</Notice>}
      {f.state === 'paused' && <Notice tone="warn">{t('progress.paused')}</Notice>}
      {f.state === 'done' && (
        <Notice tone="good" action={<Button icon="download" href={projectHref(p.id, 'results')}>{t('progress.results')}</Button>}>{t('progress.done.text')}</Notice>
      )}
      {f.state === 'closed' && <Notice>{t('progress.closed.text', { money: money(f.refunded) })}</Notice>}
      <Figures label={t('progress.figures')}>
        <Figure label={t('progress.far')} value={t('share', { n: f.judged, all: f.tasks })}
          note={<>
            <progress max={Math.max(1, places)} value={Math.min(counting, places)} aria-label={t('progress.far')} />
            {t('progress.answers', { n: counting, all: places })}
          </>} />
        <Figure label={t(goodWord(p))} value={f.confidence_mean == null ? '–' : p.sure.length ? sureText(f.confidence_mean, 1) : percent(f.confidence_mean, 1)}
          note={f.confidence_mean == null ? t('progress.good.none') : <>{loose && <>{t('progress.good.not')}<br /></>}{t('progress.good.note', { n: f.rejected })}</>} />
        <Figure label={t('progress.much')} value={money(f.spent)}
          note={<>{t('progress.much.note', { money: money(f.budget) })}{f.per_result != null && f.judged > 0 && ended && <><br />{t('progress.each', { money: money(f.per_result) })}</>}</>} />
        <Figure label={t('progress.when')} value={finish.value} note={finish.note} />
      </Figures>
      {waiting > 0 && p.approve_after_s > 0 && (
        <div class="stack-top">
          <Notice action={<Button href={projectHref(p.id, 'review')}>{t('progress.review')}</Button>}>{t('progress.waiting', { n: waiting })}</Notice>
        </div>
      )}
      <div class="stack-top">
        <Chart title={t('progress.chart')} kind="area" xLabel={t('progress.time')} xText={(x) => clock(x, first?.x ?? x, last?.x ?? x)} yText={(y) => number(y)} yMax={4} whole
          summary={first && last
            ? t('progress.chart.text', { n: last.y, from: exact(new Date(first.x).toISOString()), to: exact(new Date(last.x).toISOString()) })
            : t('progress.chart.none')}
          series={[{ name: t('progress.submitted'), points }]} />
      </div>
      <dl class="facts-line">
        <div><dt>{t('progress.paid')}</dt><dd class="figure">{money(f.rewards)}</dd></div>
        <div><dt>{t('progress.fees')}</dt><dd class="figure">{money(f.fees)}</dd></div>
        <div><dt>{t('progress.reserved')}</dt><dd class="figure">{money(f.reserved)}</dd></div>
        {f.refunded > 0 && <div><dt>{t('progress.refunded')}</dt><dd class="figure">{money(f.refunded)}</dd></div>}
      </dl>
      {f.submitted > 0 && <Charts p={p} />}
    </>
  );
}

function Live({ p, reload }: { p: Project; reload: () => void }) {
  const [f, setF] = useState<Far>();
  const { data: found } = useCertificate(p, p.state);
  const { error, again } = useEvents<Far>(apiUrl(`/projects/${p.id}/events`), (found) => {
    setF(found);
    if (found.state !== p.state) reload();
  });
  if (!f) return error === undefined ? <Skeleton tall /> : <Problem error={error} retry={again} />;
  return <Body f={f} p={p} loose={uncalibrated(found?.items).some((name) => p.sure.includes(name))} />;
}

export function Progress({ params }: { params: Record<string, string> }) {
  return (
    <ProjectPage id={params['project']!} tab="" draft={(p, reload) => <Editor start={p} published={reload} />}>
      {(p, reload) => <Live p={p} reload={reload} />}
    </ProjectPage>
  );
}
