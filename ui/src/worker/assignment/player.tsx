// SPDX-License-Identifier: AGPL-3.0-or-later
// The player: takes tasks of one project one after another, without a page load in between.
// A lease is for one task only, so "fetched ahead" means: the reply to a submit holds the next task,
// and its images are loaded before it is shown.
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, call } from '../../api/client.ts';
import { me } from '../../api/session.ts';
import type { Assignment, WorkPage } from '../../api/types.ts';
import { draftDrop } from '../../base/drafts.ts';
import { t } from '../../base/i18n.ts';
import { outbox } from '../../base/outbox.ts';
import { Button } from '../../ui/button.tsx';
import { announce } from '../../ui/hooks.ts';
import { Empty, Page, Problem, Skeleton, useTitle } from '../../ui/page.tsx';
import { Desk } from './desk.tsx';
import { sendNow } from './send.ts';

const IMAGE_WAIT_MS = 1500;

/** Loads the images of a page, within reason. */
export async function preload(page: WorkPage): Promise<void> {
  const images = page.blocks.flatMap((b) => {
    if (b.type !== 'image') return [];
    const image = new Image();
    image.src = b.src;
    return [image.decode().catch(() => {})];
  });
  await Promise.race([Promise.all(images), new Promise((done) => setTimeout(done, IMAGE_WAIT_MS))]);
}

type Phase =
  | { name: 'taking' }
  | { name: 'working'; a: Assignment }
  | { name: 'queued'; task: string }
  | { name: 'done'; done: number; why: string }
  | { name: 'failed'; error: unknown; task: string | undefined };

export function itemText(a: Pick<Assignment, 'done' | 'left'>): string {
  return a.left > 0
    ? t('player.item.of', { n: a.done + 1, all: a.done + a.left })
    : t('player.item', { n: a.done + 1 });
}

export function Player({ params }: { params: Record<string, string> }) {
  const project = params['project']!;
  const [phase, setPhase] = useState<Phase>({ name: 'taking' });
  const done = useRef(0);
  const alive = useRef(true);

  const show = async (a: Assignment, ahead: boolean) => {
    done.current = a.done;
    if (ahead) await preload(a.page);
    if (!alive.current) return;
    // A reload goes on with this very task; the history keeps one entry for the whole run.
    history.replaceState(history.state, '', `/work/${project}/do/${a.task}`);
    setPhase({ name: 'working', a });
  };
  const take = async (task?: string, ahead = false): Promise<void> => {
    try {
      const got = await call('POST /work/{project}/accept', { path: { project }, body: task ? { task } : {} });
      if (!alive.current) return;
      if (got.assignment) await show(got.assignment, ahead);
      else setPhase({ name: 'done', done: done.current, why: got.none ?? '' });
    } catch (error) {
      if (!alive.current) return;
      // The wished task is gone: any other will do.
      if (task && error instanceof ApiError && (error.status === 404 || error.status === 409)) return take();
      setPhase({ name: 'failed', error, task });
    }
  };
  useEffect(() => {
    alive.current = true;
    void take(params['task']);
    return () => {
      alive.current = false;
    };
  }, [project]);

  // While an answer waits, its arrival brings the next task.
  const queued = phase.name === 'queued' ? phase.task : null;
  const waits = queued !== null && outbox.value.some((w) => w.project === project && w.task === queued && !w.refused);
  useEffect(() => {
    if (queued !== null && !waits) {
      setPhase({ name: 'taking' });
      done.current++;
      void take();
    }
  }, [queued, waits]);

  switch (phase.name) {
    case 'working':
      return (
        <Desk key={phase.a.epoch} a={phase.a} project={project}
          onQueued={() => setPhase({ name: 'queued', task: phase.a.task })}
          onSubmitted={async (reply) => {
            done.current = phase.a.done + 1;
            const next = reply.next ?? null;
            announce(t('player.submitted', { item: next ? itemText(next) : '' }));
            if (next) await show(next, true);
            else if (alive.current) setPhase({ name: 'done', done: done.current, why: reply.none ?? '' });
          }}
          onSkipped={async () => {
            draftDrop(me.value?.user.id ?? '', project, phase.a.task);
            announce(t('player.skipped', { item: '' }));
            await take(undefined, true);
          }}
          onAgain={(task) => {
            setPhase({ name: 'taking' });
            return take(task);
          }} />
      );
    case 'queued':
      return (
        <Page title={t('player.queued')} narrow>
          <Empty icon="cloud-off" title={t('player.queued')} text={t('player.queued.text')}
            action={<Button kind="primary" icon="refresh-cw" onClick={() => void sendNow()}>{t('player.queued.try')}</Button>} />
        </Page>
      );
    case 'done':
      return (
        <Page title={t('player.done')} up={['/work', t('preview.up')]} narrow>
          <Empty icon="circle-check" title={t('player.done')} text={t('player.done.text', { n: phase.done })}
            action={<Button kind="primary" href="/work">{t('player.done.act')}</Button>} />
        </Page>
      );
    case 'failed':
      return (
        <Page title={t('work.title')} up={['/work', t('preview.up')]} narrow>
          <Problem error={phase.error} retry={() => {
            setPhase({ name: 'taking' });
            void take(phase.task);
          }} />
        </Page>
      );
    default:
      return <Taking />;
  }
}

function Taking() {
  useTitle(t('player.loading'));
  return <div class="page"><h1 class="hidden">{t('player.loading')}</h1><Skeleton rows={3} tall /></div>;
}

export type Submitted = { state: string; next?: Assignment | null; none?: string | null };
