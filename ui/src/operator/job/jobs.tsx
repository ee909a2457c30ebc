// SPDX-License-Identifier: AGPL-3.0-or-later
// Background work: what waits, what runs, and what is broken and may be tried again.
import { useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import type { Job } from '../../api/types.ts';
import { number, t } from '../../base/i18n.ts';
import { Button } from '../../ui/button.tsx';
import { announce, useEvery, useLoad } from '../../ui/hooks.ts';
import { Empty, errorText, Notice, Page, Problem, Skeleton } from '../../ui/page.tsx';
import { Table } from '../../ui/table.tsx';
import { Chip, Time } from '../../ui/text.tsx';

const TONES = { waiting: undefined, running: 'accent', broken: 'bad' } as const;

export function Jobs() {
  const { data, error, reload } = useLoad((signal) => call('GET /jobs', { signal }), []);
  const [failed, setFailed] = useState<unknown>();
  useEvery(5000, reload);
  const revive = (j: Job) => {
    setFailed(undefined);
    call('POST /jobs/revive', { body: { kind: j.kind, ...(j.key !== '0' && { key: j.key }), ...(j.part !== '0' && { part: j.part }) } }).then(() => {
      announce(t('jobs.revived'));
      reload();
    }, setFailed);
  };
  return (
    <Page title={t('nav.jobs')} lead={t('jobs.lead')}>
      {failed !== undefined && <Notice tone="bad">{errorText(failed)}</Notice>}
      {!data && (error === undefined ? <Skeleton rows={8} /> : <Problem error={error} retry={reload} />)}
      {data && data.items.length === 0 && <Empty icon="circle-check" title={t('jobs.none')} />}
      {data && data.items.length > 0 && (
        <Table dense caption={t('nav.jobs')} rows={data.items} rowKey={(j) => `${j.kind} ${j.key} ${j.part}`} columns={[
          { key: 'kind', label: t('jobs.kind'), head: true, cell: (j) => <span><code class="bare">{j.kind}</code>{j.error && <span class="fault sub">{j.error}</span>}</span> },
          { key: 'about', label: t('jobs.about'), cell: (j) => <span class="figure">{j.key === '0' ? t('jobs.site') : j.key}</span> },
          { key: 'state', label: t('operate.state'), cell: (j) => <Chip tone={TONES[j.state]}>{t(`jobs.${j.state}`)}</Chip> },
          { key: 'due', label: t('jobs.due'), cell: (j) => <Time at={j.due} /> },
          { key: 'tries', label: t('jobs.tries'), figure: true, cell: (j) => number(j.tries) },
          { key: 'acts', label: t('operate.acts'), cell: (j) => j.state === 'broken' && <Button onClick={() => revive(j)}>{t('jobs.revive')}</Button> },
        ]} />
      )}
    </Page>
  );
}
