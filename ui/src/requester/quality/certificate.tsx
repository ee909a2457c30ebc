// SPDX-License-Identifier: AGPL-3.0-or-later
// How many results are right, as far as somebody has looked; and the looking: items drawn by chance,
// answered before their result is shown.
import '../../widgets/index.ts';
import { useRef, useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import type { Answer, Certified, Project } from '../../api/types.ts';
import { number, percent, sureText, t } from '../../base/i18n.ts';
import { Button } from '../../ui/button.tsx';
import { announce, useLoad } from '../../ui/hooks.ts';
import { Empty, errorText, Notice, Page, Problem, Section, Skeleton } from '../../ui/page.tsx';
import { Table } from '../../ui/table.tsx';
import { Work, workCheck } from '../../ui/work.tsx';
import { projectHref, valueText } from '../project/parts.tsx';

const ENOUGH = 30;

function shareText(f: Certified): string {
  if (f.share == null || f.low == null || f.high == null) return t('certificate.none');
  return t('certificate.share', { share: percent(f.share, 1), low: percent(f.low, 1), high: percent(f.high, 1) });
}

/** What is known of a project's results; anew when `again` is another. */
export const useCertificate = (p: Project, again?: unknown) =>
  useLoad((signal) => call('GET /projects/{project}/certificate', { path: { project: p.id }, signal }), [p.id, again]);

/** Fields whose confidence says more than known answers have shown it to be worth. */
export const uncalibrated = (items: Certified[] | undefined) => items?.filter((f) => !f.calibrated).map((f) => f.field) ?? [];

export function Certificate({ p, found: { data, error, reload } }: { p: Project; found: ReturnType<typeof useCertificate> }) {
  if (!data) return error === undefined ? <Skeleton rows={2} /> : <Problem error={error} retry={reload} />;
  const claim = (f: number) => sureText(f, 1);
  const least = Math.min(...data.items.map((f) => f.checked));
  return (
    <Section title={t('certificate.title')} note={t('certificate.note')}
      actions={<Button href={projectHref(p.id, 'check')}>{t('certificate.check')}</Button>}>
      <Table caption={t('certificate.title')} rows={data.items} rowKey={(f) => f.field} columns={[
        { key: 'field', label: t('certificate.field'), head: true, cell: (f) => <bdi>{f.field}</bdi> },
        { key: 'share', label: t('certificate.right'), cell: (f) => <strong>{shareText(f)}</strong> },
        { key: 'checked', label: t('certificate.checked'), figure: true, cell: (f) => (f.checked > 0 ? t('certificate.of', { n: f.right, all: f.checked }) : '–') },
        { key: 'claimed', label: t('certificate.claimed'), figure: true, cell: (f) => (f.claimed == null ? '–' : f.calibrated || !p.sure.includes(f.field) ? claim(f.claimed) : t('certificate.not', { share: claim(f.claimed) })) },
        { key: 'results', label: t('certificate.results'), figure: true, cell: (f) => number(f.results) },
      ]} />
      {data.items.some((f) => f.claimed != null && !f.calibrated) && <p class="note stack-top">{t('certificate.uncalibrated', { n: ENOUGH })}</p>}
      {data.items.length > 0 && least < ENOUGH && (
        <div class="stack-top"><Notice>{least === 0 ? t('certificate.nothing') : t('certificate.few', { n: least, most: ENOUGH })}</Notice></div>
      )}
    </Section>
  );
}

function Drawn({ project, again }: { project: string; again: () => void }) {
  const { data, error, reload } = useLoad((signal) => call('GET /projects/{project}/checks/next', { path: { project }, signal }), [project]);
  const [answer, setAnswer] = useState<Answer>({});
  const [told, setTold] = useState<{ field: string; value: unknown; right: boolean }[]>();
  const [failed, setFailed] = useState<unknown>();
  const root = useRef<HTMLDivElement>(null);
  if (!data) return error === undefined ? <Skeleton tall /> : <Problem error={error} retry={reload} />;
  if (data.task == null || !data.page) return <Empty icon="inbox" title={t('check.none')} text={t('check.none.text')} />;
  const task = data.task;
  const send = () => {
    if (!workCheck(root.current)) return;
    setFailed(undefined);
    call('POST /projects/{project}/checks', { path: { project }, body: { task, answer } }).then((r) => {
      setTold(r.items);
      announce(t(r.items.every((i) => i.right) ? 'check.right' : 'check.wrong'));
    }, setFailed);
  };
  return (
    <div class="stack">
      <div class="panel preview"><Work blocks={data.page.blocks} answer={answer} root={root} onAnswer={setAnswer} disabled={told !== undefined} /></div>
      {failed !== undefined && <Notice tone="bad">{errorText(failed)}</Notice>}
      {told?.map((i) => (
        <Notice key={i.field} tone={i.right ? 'good' : 'warn'}>{t(i.right ? 'check.same' : 'check.other', { field: i.field, value: valueText(i.value) })}</Notice>
      ))}
      <div class="form-foot">
        {told === undefined
          ? <Button kind="primary" onClick={send}>{t('check.act')}</Button>
          : <Button kind="primary" onClick={again}>{t('check.next')}</Button>}
      </div>
    </div>
  );
}

export function Check({ params }: { params: Record<string, string> }) {
  const project = params['project']!;
  const [round, setRound] = useState(0);
  return (
    <Page title={t('check.title')} up={[projectHref(project, 'results'), t('tab.results')]} lead={t('check.lead')}>
      <Drawn key={round} project={project} again={() => setRound(round + 1)} />
    </Page>
  );
}
