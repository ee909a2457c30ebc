// SPDX-License-Identifier: AGPL-3.0-or-later
// A task of the draft as its worker will see it, item by item.
import '../../widgets/index.ts';
import { useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import type { Answer, Block, Project, WorkPage } from '../../api/types.ts';
import { t } from '../../base/i18n.ts';
import { Button } from '../../ui/button.tsx';
import { useLoad } from '../../ui/hooks.ts';
import { Notice, Problem, Skeleton } from '../../ui/page.tsx';
import { Prose } from '../../ui/prose.tsx';
import { Work } from '../../ui/work.tsx';

/** Without data a picture has no address: say so in its place. */
const filled = (blocks: Block[]): Block[] => blocks.map((b) =>
  (b.type === 'image' && !b.src ? { type: 'markdown', nodes: [{ t: 'blockquote', c: [t('preview.no-image')] }] } : b));

/** The page of a task, with room to try it. */
export function TaskPage({ page, title, blocks }: { page: WorkPage; title: string; blocks: Block[] }) {
  const [answer, setAnswer] = useState<Answer>({});
  return (
    <div class="preview-page">
      <p class="preview-title" dir="auto">{title}</p>
      {page.instructions.length > 0 && (
        <div class="preview-instructions" tabIndex={0} role="region" aria-label={t('preview.instructions')}><Prose nodes={page.instructions} /></div>
      )}
      <Work blocks={blocks} answer={answer} onAnswer={setAnswer} />
    </div>
  );
}

export function Preview({ p, stale }: { p: Project; stale: boolean }) {
  const [row, setRow] = useState(1);
  const at = Math.max(1, Math.min(row, p.records || 1));
  const { data, error, reload } = useLoad(
    (signal) => call('GET /projects/{project}/preview', { path: { project: p.id }, query: { row: at }, signal }),
    [p.id, p.revision, p.records, at],
  );
  if (!data) return error === undefined ? <Skeleton tall rows={2} /> : <Problem error={error} retry={reload} />;
  const { page } = data;
  return (
    <div class="preview">
      {stale && <Notice tone="warn">{t('preview.stale')}</Notice>}
      <TaskPage page={page} title={page.title} blocks={filled(page.blocks)} />
      <div class="preview-foot">
        {data.rows > 0
          ? (
            <>
              <Button kind="quiet" icon="chevron-left" label={t('preview.before')} disabled={at <= 1} onClick={() => setRow(at - 1)} />
              <span class="figure">{t('preview.row', { n: at, all: data.rows })}</span>
              <Button kind="quiet" icon="chevron-right" label={t('preview.after')} disabled={at >= data.rows} onClick={() => setRow(at + 1)} />
            </>
          )
          : <span class="note">{t('preview.empty')}</span>}
      </div>
    </div>
  );
}
