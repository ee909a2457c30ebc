// SPDX-License-Identifier: AGPL-3.0-or-later
// Is all well: background work, the books, projects by state, people.
import { call } from '../../api/client.ts';
import { number, t } from '../../base/i18n.ts';
import { money } from '../../base/money.ts';
import { duration } from '../../base/time.ts';
import { Button } from '../../ui/button.tsx';
import { useEvery, useLoad } from '../../ui/hooks.ts';
import { Notice, Page, Problem, Section, Skeleton } from '../../ui/page.tsx';
import { Figure, Figures } from '../../ui/text.tsx';

const STATES = ['draft', 'funding', 'open', 'paused', 'done', 'closed'] as const;
const LATE_S = 60;

export function Today() {
  const health = useLoad((signal) => call('GET /health/details', { signal }), []);
  const ledger = useLoad((signal) => call('GET /ledger', { signal }), []);
  useEvery(10_000, () => {
    health.reload();
    ledger.reload();
  });
  const h = health.data;
  const l = ledger.data;
  if (!h) return <Page title={t('today.title')}>{health.error === undefined ? <Skeleton tall /> : <Problem error={health.error} retry={health.reload} />}</Page>;
  const late = h.jobs.oldest_s >= LATE_S;
  const wrong = [
    h.jobs.broken > 0 && <Notice key="jobs" tone="bad" action={<a href="/operate/jobs">{t('nav.jobs')}</a>}>{t('today.broken', { n: h.jobs.broken })}</Notice>,
    late && <Notice key="late" tone="warn" action={<a href="/operate/jobs">{t('nav.jobs')}</a>}>{t('today.late', { time: duration(h.jobs.oldest_s) })}</Notice>,
    !h.landlock && <Notice key="landlock" tone="warn">{t('today.landlock')}</Notice>,
    l && !l.sums_to_zero && <Notice key="books" tone="bad" action={<a href="/operate/ledger">{t('nav.ledger')}</a>}>{t('ledger.unsound')}</Notice>,
  ].filter(Boolean);
  return (
    <Page title={t('today.title')} actions={<Button icon="pencil" href="/operate/brand">{t('brand.title')}</Button>}>
      <div class="stack">{wrong.length ? wrong : <Notice tone="good">{t('today.well')}</Notice>}</div>
      <Section title={t('today.machine')}>
        <Figures label={t('today.machine')}>
          <Figure label={t('today.due')} value={number(h.jobs.due)} note={h.jobs.due ? t('today.oldest', { time: duration(h.jobs.oldest_s) }) : t('today.due.none')} tone={late ? 'warn' : undefined} />
          <Figure label={t('today.failed')} value={number(h.jobs.broken)} tone={h.jobs.broken ? 'bad' : undefined} note={h.jobs.broken ? undefined : t('today.failed.none')} />
          <Figure label={t('today.engine')} value={h.engine} />
          <Figure label={t('today.memory')} value={number(h.memory_mb, { style: 'unit', unit: 'megabyte' })} />
        </Figures>
      </Section>
      <Section title={t('today.projects')}>
        <Figures label={t('today.projects')}>
          {STATES.map((s) => (
            <Figure key={s} label={t(`operate.state.${s}`)}
              value={<a class="plain" href={`/operate/projects?state=${s}`}>{number(h.projects.find((p) => p.state === s)?.count ?? 0)}</a>} />
          ))}
        </Figures>
      </Section>
      <Section title={t('today.money')}>
        {!l && (ledger.error === undefined ? <Skeleton rows={1} tall /> : <Problem error={ledger.error} retry={ledger.reload} />)}
        {l && (
          <Figures label={t('today.money')}>
            <Figure label={t('ledger.available')} value={money(l.available, l.currency)} />
            <Figure label={t('ledger.reserved')} value={money(l.reserved, l.currency)} />
            <Figure label={t('ledger.fees')} value={money(l.fees, l.currency)} />
            <Figure label={t('today.users')} value={number(h.users)} />
          </Figures>
        )}
      </Section>
    </Page>
  );
}
