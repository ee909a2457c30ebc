// SPDX-License-Identifier: AGPL-3.0-or-later
// A project before its first task is taken: pay and time, instructions, a sample that can be tried,
// and, where workers may choose, the open tasks.
import { useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import type { Answer, WorkDetail } from '../../api/types.ts';
import { number, t } from '../../base/i18n.ts';
import { duration } from '../../base/time.ts';
import { Button } from '../../ui/button.tsx';
import { useList, useLoad } from '../../ui/hooks.ts';
import { Page, Problem, Section, Skeleton } from '../../ui/page.tsx';
import { Prose } from '../../ui/prose.tsx';
import { List } from '../../ui/table.tsx';
import { Chip, Figure, Figures, Money, T } from '../../ui/text.tsx';
import { Work } from '../../ui/work.tsx';
import { kindName, playerHref } from './tasks.tsx';

function Pick({ project }: { project: string }) {
  const list = useList((after, signal) => call('GET /work/{project}/tasks', { path: { project }, query: { after }, signal }), [project]);
  return (
    <Section title={t('preview.pick')} note={t('preview.pick.note')}>
      <List list={list} rows={1} empty={<p class="note">{t('preview.pick.none')}</p>}>
        {(items) => (
          <ul class="row">
            {items.map(({ task }) => (
              <li key={task}><Button href={`/work/${project}/do/${task}`}>{t('preview.task', { number: String(task) })}</Button></li>
            ))}
          </ul>
        )}
      </List>
    </Section>
  );
}

function Body({ w }: { w: WorkDetail }) {
  const [answer, setAnswer] = useState<Answer>({});
  return (
    <>
      <Figures label={t('preview.figures')}>
        <Figure label={t('work.pay')} value={<Money minor={w.reward} currency={w.currency} />} />
        <Figure label={t('work.per-hour')} value={w.hourly == null ? '–' : <Money minor={w.hourly} currency={w.currency} />}
          note={t(w.hourly == null ? 'work.unmeasured' : w.hourly_measured ? 'work.measured' : 'work.estimated')} />
        <Figure label={t('work.about')} value={duration(w.seconds)}
          note={w.time_allowed_s ? <>{t('preview.limit')}: {duration(w.time_allowed_s)}</> : undefined} />
        <Figure label={t('work.left')} value={number(w.left)} />
        {w.approve_after_s > 0
          ? <Figure label={t('preview.review')} value={duration(w.approve_after_s)} note={t('preview.review.note')} />
          : <Figure label={t('preview.review')} value={t('preview.review.once')} note={t('preview.review.once.note')} />}
      </Figures>
      <Section title={t('preview.instructions')}>
        {w.page.instructions?.length ? <Prose nodes={w.page.instructions} /> : <p class="note">{t('preview.none')}</p>}
      </Section>
      <Section title={t('preview.sample')} note={t('preview.sample.note')}>
        <div class="panel sample"><Work blocks={w.page.blocks} answer={answer} onAnswer={setAnswer} /></div>
      </Section>
      {w.picking && <Pick project={w.project} />}
    </>
  );
}

export function Preview({ params }: { params: Record<string, string> }) {
  const project = params['project']!;
  const { data: w, error, reload } = useLoad((signal) => call('GET /work/{project}', { path: { project }, signal }), [project]);
  const up: [string, string] = ['/work', t('preview.up')];
  if (!w) {
    return (
      <Page title={t(error === undefined ? 'loading' : 'work.title')} up={up}>
        {error === undefined ? <Skeleton tall /> : <Problem error={error} retry={reload} />}
      </Page>
    );
  }
  return (
    <Page title={w.title} up={up}
      lead={<><T k="work.by" parts={{ name: <bdi>{w.requester}</bdi> }} /> <Chip>{kindName(w.kind)}</Chip></>}
      actions={<Button kind="primary" icon="play" href={playerHref(w)}>{t(w.held ? 'work.continue' : 'work.start')}</Button>}>
      <Body w={w} />
    </Page>
  );
}
