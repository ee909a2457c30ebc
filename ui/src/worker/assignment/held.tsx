// SPDX-License-Identifier: AGPL-3.0-or-later
// What the worker has taken and not submitted, and finished answers that wait on this device.
import { useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import { me } from '../../api/session.ts';
import type { Work } from '../../api/types.ts';
import { t } from '../../base/i18n.ts';
import { outbox, outboxDrop } from '../../base/outbox.ts';
import { countdown, now, timeMs } from '../../base/time.ts';
import { Button } from '../../ui/button.tsx';
import { announce, useEvery, useLoad } from '../../ui/hooks.ts';
import { Empty, Notice, Page, Problem, Section, Skeleton, errorText } from '../../ui/page.tsx';
import { Table } from '../../ui/table.tsx';
import { Chip } from '../../ui/text.tsx';
import { playerHref } from '../task/tasks.tsx';
import { sendNow } from './send.ts';

const PAGES_MAX = 10;

async function heldLoad(signal: AbortSignal): Promise<Work[]> {
  const held: Work[] = [];
  let after: string | undefined;
  for (let n = 0; n < PAGES_MAX; n++) {
    const page = await call('GET /work', { query: { after }, signal });
    held.push(...page.items.filter((w) => w.held));
    if (!page.next) break;
    after = page.next;
  }
  return held;
}

function Left({ until }: { until: string }) {
  const [, beat] = useState(0);
  useEvery(1000, () => beat((n) => n + 1));
  return <span class="figure">{countdown(timeMs(until) - now())}</span>;
}

/** Gives a lease back. What is held comes first when a task is asked for, and with it its epoch. */
async function giveBack(w: Work): Promise<void> {
  const { assignment } = await call('POST /work/{project}/accept', { path: { project: w.project }, body: w.picking ? { task: Number(w.held!.task) } : {} });
  if (!assignment) return;
  await call('POST /work/{project}/tasks/{task}/return', {
    path: { project: w.project, task: String(assignment.task) }, body: { epoch: assignment.epoch },
  });
}

function Outbox() {
  const mine = outbox.value.filter((w) => w.user === me.value?.user.id);
  if (mine.length === 0) return null;
  return (
    <Section title={t('held.waiting')} note={t('held.waiting.text')}
      actions={<Button icon="send" onClick={() => void sendNow()}>{t('held.send')}</Button>}>
      <Table caption={t('held.waiting')} rows={mine} rowKey={(w) => `${w.project} ${w.task}`} columns={[
        { key: 'task', label: t('held.task'), head: true, cell: (w) => t('answers.task', { number: w.task }) },
        {
          key: 'state', label: t('answers.state'),
          cell: (w) => (w.refused ? <><Chip tone="bad">{t('held.refused')}</Chip><span class="sub">{w.refused}</span></> : <Chip tone="warn">{t('held.waits')}</Chip>),
        },
        { key: 'acts', label: t('held.acts'), cell: (w) => w.refused && <Button kind="danger" onClick={() => outboxDrop(w)}>{t('held.forget')}</Button> },
      ]} />
    </Section>
  );
}

export function Held() {
  const { data, error, reload } = useLoad(heldLoad, []);
  const [busy, setBusy] = useState('');
  const [failed, setFailed] = useState<unknown>();
  const back = (w: Work) => {
    setBusy(w.project);
    setFailed(undefined);
    giveBack(w)
      .then(() => {
        announce(t('held.returned'));
        reload();
      }, setFailed)
      .finally(() => setBusy(''));
  };
  return (
    <Page title={t('held.title')} lead={t('held.lead')}>
      {failed !== undefined && <Notice tone="bad">{errorText(failed)}</Notice>}
      {!data && (error === undefined ? <Skeleton /> : <Problem error={error} retry={reload} />)}
      {data?.length === 0 && (
        <Empty icon="clock" title={t('held.none')} text={t('held.none.text')}
          action={<Button kind="primary" href="/work">{t('held.none.act')}</Button>} />
      )}
      {data && data.length > 0 && (
        <Table caption={t('held.title')} rows={data} rowKey={(w) => w.project} columns={[
          {
            key: 'task', label: t('held.task'), head: true,
            cell: (w) => <><a href={`/work/${w.project}`} dir="auto">{w.title}</a><span class="note sub">{t('answers.task', { number: String(w.held!.task) })}</span></>,
          },
          { key: 'until', label: t('held.until'), figure: true, cell: (w) => <Left until={w.held!.until} /> },
          {
            key: 'acts', label: t('held.acts'),
            cell: (w) => (
              <div class="row">
                <Button kind="primary" href={playerHref(w)}>{t('work.continue')}</Button>
                <Button busy={busy === w.project} onClick={() => back(w)}>{t('held.return')}</Button>
              </div>
            ),
          },
        ]} />
      )}
      <Outbox />
    </Page>
  );
}
