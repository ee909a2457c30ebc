// SPDX-License-Identifier: AGPL-3.0-or-later
// The player: takes tasks one after another, of one project or of any, without a page load in between.
// A lease is for one task only, so "fetched ahead" means: the reply to a submit holds the next task,
// and its pictures, sound and video are loaded before it is shown.
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, call } from '../../api/client.ts';
import { me } from '../../api/session.ts';
import type { Assignment, WorkPage } from '../../api/types.ts';
import { draftDrop } from '../../base/drafts.ts';
import { t } from '../../base/i18n.ts';
import { kindsLoad } from '../../base/kinds.ts';
import { money } from '../../base/money.ts';
import { outbox } from '../../base/outbox.ts';
import { Button } from '../../ui/button.tsx';
import { announce } from '../../ui/hooks.ts';
import { Empty, Page, Problem, Skeleton, useTitle } from '../../ui/page.tsx';
import { Desk } from './desk.tsx';
import { sendNow } from './send.ts';

const MEDIA_WAIT_MS = 1500;

/** All that a page shows: the kind of block and the address. */
const shown = (page: WorkPage) => page.blocks.flatMap((b): [string, string][] => {
  if ('options' in b) return b.options.flatMap((o): [string, string][] => (typeof o === 'object' && o.src ? [['image', o.src]] : []));
  return 'src' in b && b.src ? [[b.type, b.src]] : [];
});

/** Loads what a page shows, within reason: pictures whole, sound and video so far that they can begin. */
export async function preload(page: WorkPage): Promise<void> {
  const all = shown(page).map(([type, src]) => {
    if (type !== 'track' && type !== 'transcript') {
      const image = new Image();
      image.src = src;
      return image.decode().catch(() => {});
    }
    return new Promise<unknown>((done) => {
      const media = document.createElement(type === 'track' ? 'video' : 'audio');
      media.onloadeddata = media.onerror = done;
      media.preload = 'auto';
      media.src = src;
    });
  });
  await Promise.race([Promise.all(all), new Promise((done) => setTimeout(done, MEDIA_WAIT_MS))]);
}

type Phase =
  | { name: 'taking' }
  | { name: 'working'; a: Assignment; done: number; earned: number; moved: boolean }
  | { name: 'queued'; project: string; task: string }
  | { name: 'done'; done: number; why: string }
  | { name: 'screened' }
  | { name: 'failed'; error: unknown; task: string | undefined };

/** Which one this is; `left` counts this one too. */
export function itemText(done: number, left: number | undefined): string {
  return left ? t('player.item.of', { n: done + 1, all: done + left }) : t('player.item', { n: done + 1 });
}

export function Player({ params }: { params: Record<string, string> }) {
  // Without a project: tasks of any, which may change from one to the next.
  const only = params['project'];
  const [phase, setPhase] = useState<Phase>({ name: 'taking' });
  // Of this visit, unless the server says it for the whole project.
  const run = useRef({ done: 0, earned: 0 });
  const alive = useRef(true);
  const at = useRef<string | undefined>(undefined);

  const show = async (a: Assignment, ahead: boolean) => {
    run.current = { done: a.done ?? run.current.done, earned: a.earned ?? run.current.earned };
    await Promise.all([ahead && preload(a.page), kindsLoad(a.page.blocks.map((b) => b.type))]);
    if (!alive.current) return;
    // After a picked task come others; a reload then goes on with what is held.
    if (only && String(a.task) !== params['task']) history.replaceState(history.state, '', `/work/${only}/do`);
    // The figures go with the task: they do not run ahead while its images are loaded.
    const moved = !only && a.project !== at.current;
    at.current = a.project;
    if (moved) announce(t('player.moved', { title: a.page.title, money: money(a.reward) }));
    setPhase({ name: 'working', a, moved, ...run.current });
  };
  const take = async (task?: string, ahead = false): Promise<void> => {
    try {
      const project = only ?? (task && at.current);
      const got = project
        ? await call('POST /work/{project}/accept', { path: { project }, body: task ? { task: Number(task) } : {} })
        : await call('POST /work/accept');
      if (!alive.current) return;
      if (got.assignment) await show(got.assignment, ahead);
      else setPhase({ name: 'done', done: run.current.done, why: got.none ?? '' });
    } catch (error) {
      if (!alive.current) return;
      // The wished task is gone: any other will do.
      if (task && error instanceof ApiError && [403, 404, 409, 422].includes(error.status)) return take();
      setPhase({ name: 'failed', error, task });
    }
  };
  useEffect(() => {
    alive.current = true;
    void take(params['task']);
    return () => {
      alive.current = false;
    };
  }, [only]);

  // While an answer waits, its arrival brings the next task.
  const queued = phase.name === 'queued' ? phase : null;
  const waits = queued !== null && outbox.value.some((w) => w.project === queued.project && w.task === queued.task && !w.refused);
  useEffect(() => {
    if (queued !== null && !waits) {
      setPhase({ name: 'taking' });
      run.current.done++;
      void take();
    }
  }, [queued?.task, waits]);

  switch (phase.name) {
    case 'working':
      return (
        <Desk key={phase.a.epoch} a={phase.a} any={!only} moved={phase.moved} done={phase.done} earned={phase.earned}
          onQueued={() => setPhase({ name: 'queued', project: phase.a.project, task: String(phase.a.task) })}
          onSubmitted={async (reply) => {
            run.current = { done: run.current.done + 1, earned: run.current.earned + phase.a.reward };
            const next = reply.next ?? null;
            announce(t('player.submitted', {
              item: next ? itemText(next.done ?? run.current.done, next.left) : '',
            }));
            if (next) await show(next, true);
            else if (alive.current) setPhase({ name: 'done', done: run.current.done, why: reply.none ?? '' });
          }}
          onSkipped={async () => {
            draftDrop(me.value?.user.id ?? '', phase.a.project, String(phase.a.task));
            announce(t('player.skipped', { item: '' }));
            await take(undefined, true);
          }}
          onScreened={() => {
            if (only) return setPhase({ name: 'screened' });
            announce(t('player.screened'));
            void take(undefined, true);
          }}
          onAgain={(task) => {
            setPhase({ name: 'taking' });
            return take(task);
          }} />
      );
    case 'queued':
      return (
        <Page title={t('player.queued')} narrow>
          <Empty icon="cloud-off" text={t('player.queued.text')}
            action={<Button kind="primary" icon="refresh-cw" onClick={() => void sendNow()}>{t('player.queued.try')}</Button>} />
        </Page>
      );
    case 'done':
      return (
        <Page title={t(only ? 'player.done' : 'work.none')} up={['/work', t('preview.up')]} narrow>
          <Empty icon="circle-check" text={t(only ? 'player.done.text' : 'player.done.any', { n: phase.done })}
            action={<Button kind="primary" href="/work">{t('player.done.act')}</Button>} />
        </Page>
      );
    case 'screened':
      return (
        <Page title={t('player.screened')} up={['/work', t('preview.up')]} narrow>
          <Empty icon="circle-check" text={t('player.screened.text')} action={<Button kind="primary" href="/work">{t('player.done.act')}</Button>} />
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
