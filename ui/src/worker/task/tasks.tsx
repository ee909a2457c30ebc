// SPDX-License-Identifier: AGPL-3.0-or-later
// The list of work: everything needed to decide stands in the row. Filters live in the address.
import { call } from '../../api/client.ts';
import type { Work } from '../../api/types.ts';
import { hasWord, number, percent, t } from '../../base/i18n.ts';
import { money, moneyDigits } from '../../base/money.ts';
import { place, setQuery } from '../../base/route.ts';
import { duration } from '../../base/time.ts';
import { outbox } from '../../base/outbox.ts';
import { Button } from '../../ui/button.tsx';
import { SelectField } from '../../ui/field.tsx';
import { useList, useLoad } from '../../ui/hooks.ts';
import { Empty, Notice, Page } from '../../ui/page.tsx';
import { List } from '../../ui/table.tsx';
import { Chip, Figure, Figures, Money, T } from '../../ui/text.tsx';

const KINDS = ['choice', 'text', 'number', 'scale', 'date', 'pair', 'rank', 'taxonomy', 'spans', 'box', 'polygon', 'polyline', 'point', 'mask', 'track', 'transcript', 'mixed'];
/** Steps of the pay filter, in whole units of the currency. */
const HOURLY = [5, 8, 12, 16, 20];

export function kindName(kind: string): string {
  const key = `kind.${kind}`;
  return hasWord(key) ? t(key) : kind;
}

/** The address at which work on a project goes on. */
export function playerHref(w: Pick<Work, 'project' | 'held' | 'picking'>): string {
  return w.held && w.picking ? `/work/${w.project}/do/${w.held.task}` : `/work/${w.project}/do`;
}

function Summary() {
  const { data } = useLoad((signal) => call('GET /me/earnings', { signal }), []);
  const { data: known } = useLoad((signal) => call('GET /me/accuracy', { signal }), []);
  const show = (minor: number | undefined) => (data ? <Money minor={minor ?? 0} currency={data.currency} /> : '–');
  return (
    <Figures label={t('work.figures')}>
      <Figure label={t('work.today')} value={show(data?.today)} />
      <Figure label={t('work.pending')} value={show(data?.pending)} />
      <Figure label={t('work.accuracy')} value={known?.percent != null ? percent(known.percent / 100) : '–'}
        note={t(known?.percent != null ? 'work.accuracy.note' : 'work.accuracy.none')} />
      <Figure label={t('work.hourly')} value={data?.hourly != null ? show(data.hourly) : '–'}
        note={t(!data || data.hourly != null ? 'work.hourly.note' : 'work.hourly.none')} />
    </Figures>
  );
}

/** "€14.20 measured", or that it is not known. */
export function Hourly({ w }: { w: Work }) {
  if (w.hourly == null) return <>{t('work.unmeasured')}</>;
  return (
    <>
      <Money minor={w.hourly} currency={w.currency} />{' '}
      <span class="note">{t(w.hourly_measured ? 'work.measured' : 'work.estimated')}</span>
    </>
  );
}

function Row({ w }: { w: Work }) {
  return (
    <li class="task-row">
      <div class="task-main">
        <h2><a href={`/work/${w.project}`} dir="auto">{w.title}</a></h2>
        <p class="note task-by">
          <span><T k="work.by" parts={{ name: <bdi>{w.requester}</bdi> }} /></span>
          <Chip>{kindName(w.kind)}</Chip>
          {KINDS.includes(w.kind) && <Chip>{t('device.any')}</Chip>}
          {w.held && <Chip tone="accent">{t('work.held')}</Chip>}
        </p>
      </div>
      <dl class="task-facts">
        <div><dt>{t('work.pay')}</dt><dd class="figure"><Money minor={w.reward} currency={w.currency} /></dd></div>
        <div><dt>{t('work.per-hour')}</dt><dd class="figure"><Hourly w={w} /></dd></div>
        <div><dt>{t('work.about')}</dt><dd class="figure">{duration(w.seconds)}</dd></div>
        <div><dt>{t('work.left')}</dt><dd class="figure">{number(w.left)}</dd></div>
      </dl>
      <Button kind={w.held ? 'primary' : 'plain'} href={playerHref(w)}
        label={t(w.held ? 'work.continue.of' : 'work.start.of', { title: w.title })}>
        {t(w.held ? 'work.continue' : 'work.start')}
      </Button>
    </li>
  );
}

export function Tasks() {
  const { query } = place.value;
  const kind = query.get('kind') ?? '';
  const hourly = query.get('hourly') ?? '';
  const least = Math.max(0, Math.floor(Number(hourly) || 0)) * 10 ** moneyDigits();
  const list = useList(
    (after, signal) => call('GET /work', {
      query: { after, ...(kind && { kind }), ...(least && { min_hourly: least }) }, signal,
    }),
    [kind, least],
  );
  const filtered = kind !== '' || least > 0;
  const clear = () => setQuery({ kind: null, hourly: null });
  return (
    <Page title={t('work.title')} lead={t('work.lead')}
      actions={!!list.items?.length && <Button kind="primary" icon="play" href="/work/any">{t('work.any')}</Button>}>
      {outbox.value.length > 0 && (
        <Notice tone="warn" action={<a href="/held">{t('nav.held')}</a>}>{t('held.waiting')}: {number(outbox.value.length)}</Notice>
      )}
      <Summary />
      <div class="filters" role="group" aria-label={t('work.filters')}>
        <SelectField label={t('work.filter.kind')} value={kind} onValue={(v) => setQuery({ kind: v })}
          options={[['', t('work.filter.kind.any')], ...KINDS.map((k) => [k, kindName(k)] as const)]} />
        <SelectField label={t('work.filter.hourly')} value={hourly} onValue={(v) => setQuery({ hourly: v })}
          options={[['', t('work.filter.hourly.any')], ...HOURLY.map((h) =>
            [String(h), t('work.filter.hourly.from', { money: money(h * 10 ** moneyDigits()) })] as const)]} />
        {filtered && <Button kind="quiet" icon="x" onClick={clear}>{t('work.filter.clear')}</Button>}
      </div>
      <List list={list} empty={filtered
        ? <Empty icon="list-filter" title={t('work.tight')} text={t('work.tight.text')}
          action={<Button kind="primary" onClick={clear}>{t('work.filter.clear')}</Button>} />
        : <Empty title={t('work.none')} text={t('work.none.text')}
          action={<Button kind="primary" href="/answers">{t('work.none.act')}</Button>} />}>
        {(items) => <ul class="task-list">{items.map((w) => <Row key={w.project} w={w} />)}</ul>}
      </List>
    </Page>
  );
}
