// SPDX-License-Identifier: AGPL-3.0-or-later
// One task in the player: its page, its keys, its clock, its draft, and the bar at the bottom.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { ApiError, call } from '../../api/client.ts';
import { me, mustSignIn } from '../../api/session.ts';
import type { Answer, Assignment } from '../../api/types.ts';
import { draftDrop, draftGet, draftSet } from '../../base/drafts.ts';
import { number, t } from '../../base/i18n.ts';
import { isSingle, keyName, setSingleKeys, singleKeys, takesEnter, takesLetters, takesText } from '../../base/keys.ts';
import { money } from '../../base/money.ts';
import { outboxAdd } from '../../base/outbox.ts';
import { go } from '../../base/route.ts';
import { countdown, now, timeMs } from '../../base/time.ts';
import { Button } from '../../ui/button.tsx';
import { Sheet } from '../../ui/dialog.tsx';
import { CheckField } from '../../ui/field.tsx';
import { announce } from '../../ui/hooks.ts';
import { errorText, Notice, useTitle } from '../../ui/page.tsx';
import { Prose, proseText } from '../../ui/prose.tsx';
import { Money } from '../../ui/text.tsx';
import { quotaEnd, Work, widgetsOf, workCheck, type WidgetElement } from '../../ui/work.tsx';
import { sendNow } from './send.ts';
import { itemText, type Submitted } from './player.tsx';

const DRAFT_MS = 5000;
const IDLE_MS = 30_000;
// The open page tells the server of itself: in sight, and in a background tab, whose timers browsers slow down to a minute.
const SIGN_S = 20;
const SIGN_HIDDEN_S = 60;

export interface DeskProps {
  a: Assignment;
  /** The next may be of another project; `moved`: this one is. */
  any: boolean;
  moved: boolean;
  /** Answers and pay in this project so far. */
  done: number;
  earned: number;
  onSubmitted: (reply: Submitted) => Promise<void>;
  onQueued: () => void;
  onSkipped: () => Promise<void>;
  /** Enough answers of this kind are in: the task went back before its long part. */
  onScreened: () => void;
  /** Take a task anew: this one, or any when undefined. */
  onAgain: (task?: string) => Promise<void>;
}

/** Time with the hands on the task: pauses over half a minute and hidden time are left out. */
function useActive(): () => number {
  const state = useRef({ ms: 0, last: Date.now() });
  useEffect(() => {
    const s = state.current;
    const act = () => {
      const at = Date.now();
      if (s.last && at - s.last < IDLE_MS) s.ms += at - s.last;
      s.last = document.hidden ? 0 : at;
    };
    const names = ['pointerdown', 'pointermove', 'keydown', 'scroll', 'visibilitychange'];
    for (const name of names) document.addEventListener(name, act, { passive: true });
    return () => names.forEach((name) => document.removeEventListener(name, act));
  }, []);
  return () => {
    const s = state.current;
    return s.ms + (s.last ? Math.min(IDLE_MS, Date.now() - s.last) : 0);
  };
}

/** Quiet until a fifth of the time (at least 20 s) is left; then amber, with a word and a way out. */
function Clock({ a, until, onOver, onExtend }: { a: Assignment; until: number; onOver: () => void; onExtend: () => void }) {
  const [, beat] = useState(0);
  const left = until - now();
  const late = left < Math.max(20_000, 0.2 * (timeMs(a.until) - timeMs(a.accepted)));
  const over = left <= 0;
  useEffect(() => {
    const timer = setInterval(() => beat((n) => n + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  useEffect(() => {
    if (late && !over) announce(t('player.time.left', { time: countdown(left) }));
  }, [late]);
  useEffect(() => {
    if (over) onOver();
  }, [over]);
  return (
    <div class={late ? 'clock late' : 'clock'}>
      <span class="hidden">{t('player.time')}: </span>
      <span class="figure" role="timer">{late ? t('player.time.left', { time: countdown(left) }) : countdown(left)}</span>
      {late && !over && <Button keyHint="E" onClick={onExtend}>{t('player.extend')}</Button>}
    </div>
  );
}

function Keys() {
  const rows: [string, string][] = [
    ['1 – 9', t('keys.digits')],
    ['Enter', t('keys.enter')],
    ['Ctrl Enter', t('keys.ctrl-enter')],
    ['S', t('keys.skip')],
    ['E', t('keys.more')],
    ['?', t('keys.help')],
    ['Esc', t('keys.esc')],
  ];
  return (
    <section class="keys">
      <h3>{t('keys.title')}</h3>
      <dl>{rows.map(([key, text]) => <div key={key}><dt><kbd>{key}</kbd></dt><dd>{text}</dd></div>)}</dl>
      <CheckField label={t('keys.single')} hint={t('keys.single.hint')} value={singleKeys.value} onValue={setSingleKeys} />
    </section>
  );
}

/** The draft to start from: this device's when the server has not got it, else the server's. */
function startAnswer(user: string, project: string, a: Assignment): Answer {
  const kept = draftGet(user, project, String(a.task));
  const found = kept && (!kept.synced || !a.draft) ? kept.answer : a.draft;
  const names = new Set(a.page.blocks.flatMap((b) => ('name' in b ? [b.name] : [])));
  return Object.fromEntries(Object.entries((found ?? {}) as Answer).filter(([name]) => names.has(name)));
}

export function Desk({ a, any, moved, done, earned, onSubmitted, onQueued, onSkipped, onScreened, onAgain }: DeskProps) {
  const user = me.value?.user.id ?? '';
  const { project } = a;
  const task = String(a.task);
  const path = { project, task };
  const [answer, setAnswer] = useState<Answer>(() => startAnswer(user, project, a));
  const [until, setUntil] = useState(timeMs(a.until));
  const [busy, setBusy] = useState<'' | 'submit' | 'skip' | 'return'>('');
  const [over, setOver] = useState(false);
  const [screened, setScreened] = useState(quotaEnd(a.page.blocks) === 0);
  const [problem, setProblem] = useState<unknown>();
  const [kept, setKept] = useState<'' | 'saved' | 'here'>('');
  const [sheet, setSheet] = useState(false);
  const [typing, setTyping] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const h1 = useRef<HTMLHeadingElement>(null);
  const active = useActive();
  const dirty = useRef(false);
  const fresh = useRef(false);
  const current = useRef({ answer, over, busy });
  current.current = { answer, over, busy };
  const touch = matchMedia('(pointer: coarse)').matches;
  useTitle(a.page.title);

  // --- draft: on this device at every change, on the server every 5 s and on leaving ---
  const change = (next: Answer) => {
    fresh.current = true;
    setAnswer(next);
    dirty.current = true;
    draftSet(user, project, task, next, false);
  };
  const saveDraft = (leaving = false) => {
    if (!dirty.current || current.current.over || current.current.busy) return;
    dirty.current = false;
    const sent = current.current.answer;
    call('POST /work/{project}/tasks/{task}/draft', { path, body: { epoch: a.epoch, answer: sent }, keepalive: leaving }).then(
      () => {
        setKept('saved');
        if (!dirty.current && !current.current.busy) draftSet(user, project, task, sent, true);
      },
      (error: unknown) => {
        if (error instanceof ApiError && error.status === 409) setOver(true);
        else {
          dirty.current = true;
          setKept('here');
        }
      },
    );
  };
  const save = useRef(saveDraft);
  save.current = saveDraft;
  useEffect(() => {
    const timer = setInterval(() => save.current(), DRAFT_MS);
    const hide = () => {
      if (document.hidden) save.current(true);
    };
    document.addEventListener('visibilitychange', hide);
    if (Object.keys(answer).length) announce(t('player.back'));
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', hide);
    };
  }, []);

  // --- signs: the lease ends soon after they stop; while somebody acts it runs along ---
  const signed = useRef({ at: 0, active: -1 });
  const sign = (now = false) => {
    const every_s = document.hidden ? SIGN_HIDDEN_S : SIGN_S;
    const s = signed.current;
    if (current.current.over || current.current.busy || (!now && Date.now() - s.at < every_s * 900)) return;
    const acts = !document.hidden && active() > s.active;
    signed.current = { at: Date.now(), active: active() };
    call('POST /work/{project}/tasks/{task}/heartbeat', { path, body: { epoch: a.epoch, every_s, acts }, keepalive: now }).then(
      (reply) => setUntil(timeMs(reply.until)),
      (error: unknown) => {
        if (error instanceof ApiError && error.status === 409 && !current.current.busy) setOver(true);
      },
    );
  };
  const tell = useRef(sign);
  tell.current = sign;
  useEffect(() => {
    const timer = setInterval(() => tell.current(), SIGN_S * 1000);
    const turn = () => tell.current(true);
    document.addEventListener('visibilitychange', turn);
    turn();
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', turn);
    };
  }, []);

  // --- focus: the first control; on touch the heading, so that no keyboard springs up ---
  // Before the task is painted, as with the keys: what is typed at once arrives.
  useLayoutEffect(() => {
    window.scrollTo(0, 0);
    const first = widgetsOf(root.current)[0];
    if (first && !touch) first.focusFirst();
    else h1.current?.focus({ preventScroll: true });
  }, []);

  // --- acts ---
  const failed = (error: unknown) => {
    setBusy('');
    if (!(error instanceof ApiError)) return setProblem(error);
    if (error.status === 409) return setOver(true);
    const name = error.field?.replace(/^(\$\.?|\/)?(answer[./])?/, '').split(/[./[]/)[0];
    const widget = widgetsOf(root.current).find((w) => w.spec.name === name);
    if (widget) {
      widget.say(errorText(error));
      widget.focusFirst();
    } else if (!mustSignIn.value) setProblem(error);
  };
  // Before the long part: is there room for answers of this kind?
  const screen = () => {
    const fields = a.page.blocks.flatMap((b) => ('quota' in b && b.name in answer ? [[b.name, answer[b.name]]] : []));
    call('POST /work/{project}/tasks/{task}/screen', { path, body: { epoch: a.epoch, answer: Object.fromEntries(fields) as Answer } }).then(({ taken }) => {
      if (!taken) {
        draftDrop(user, project, task);
        return onScreened();
      }
      setBusy('');
      setScreened(true);
    }, failed);
  };
  // What has come is behind what has been answered.
  useEffect(() => {
    if (screened && quotaEnd(a.page.blocks)) widgetsOf(root.current).find((o) => o.value === null && !o.disabled)?.focusFirst();
  }, [screened]);
  const submit = () => {
    if (current.current.busy || current.current.over) return;
    setProblem(undefined);
    if (!workCheck(root.current)) return announce(t('player.wrong'));
    setBusy('submit');
    current.current.busy = 'submit';
    if (!screened) return screen();
    const body = { epoch: a.epoch, answer: current.current.answer, active_ms: Math.round(active()), next: true, ...(any && { any }) };
    call('POST /work/{project}/tasks/{task}/submit', { path, body }).then(
      (reply) => {
        draftDrop(user, project, task);
        void onSubmitted(reply);
      },
      (error: unknown) => {
        if (error instanceof ApiError && error.passing) {
          outboxAdd({ user, ...path, epoch: a.epoch, answer: body.answer, active_ms: body.active_ms, tries: 0 });
          announce(t('player.queued'));
          onQueued();
          void sendNow();
        } else failed(error);
      },
    );
  };
  const giveBack = (then: 'skip' | 'return') => {
    if (current.current.busy) return;
    setBusy(then);
    setProblem(undefined);
    call('POST /work/{project}/tasks/{task}/return', { path, body: { epoch: a.epoch } })
      .catch((error: unknown) => {
        if (!(error instanceof ApiError && (error.status === 409 || error.status === 404))) throw error;
      })
      .then(() => {
        if (then === 'skip') return onSkipped();
        draftDrop(user, project, task);
        go('/work');
        return undefined;
      })
      .catch(failed);
  };
  const extend = () => {
    call('POST /work/{project}/tasks/{task}/heartbeat', { path, body: { epoch: a.epoch } }).then((reply) => {
      const next = timeMs(reply.until);
      announce(t(next > until ? 'player.extended' : 'player.extend.not'));
      setUntil(next);
    }, failed);
  };

  // --- keys: text field, dialog, focused widget, player ---
  const touched = useRef<string | null>(null);
  const digitTarget = (): WidgetElement | undefined => {
    const choices = widgetsOf(root.current).filter((w) => w.digits);
    const last = choices.find((w) => w.spec.name === touched.current);
    if (last?.spec.many) return last;
    return choices.find((w) => w.value === null) ?? last ?? choices[0];
  };
  // Where the focus goes after an answer by key: known when the questions that hang on it are there.
  const leaving = useRef<{ from: string; there: Set<string> } | null>(null);
  const answerBy = (w: WidgetElement, ev: KeyboardEvent): boolean => {
    const there = new Set(widgetsOf(root.current).map((o) => o.spec.name));
    fresh.current = false;
    if (!w.key(ev)) return false;
    touched.current = w.spec.name;
    leaving.current = fresh.current && !w.spec.many ? { from: w.spec.name, there } : null;
    return true;
  };
  useLayoutEffect(() => {
    if (!leaving.current) return;
    const { from, there } = leaving.current;
    leaving.current = null;
    widgetsOf(root.current).find((o) => o.value === null && o.spec.name !== from && (o.spec.required || !there.has(o.spec.name)))?.focusFirst();
  }, [answer]);
  const onKey = (ev: KeyboardEvent) => {
    if (ev.defaultPrevented || ev.isComposing) return;
    const name = keyName(ev);
    const target = ev.target as HTMLElement;
    if (target.closest?.('dialog') || document.querySelector('dialog[open]')) return;
    let taken = true;
    if (name === 'Ctrl+Enter') submit();
    else if (name === 'Escape') {
      if (sheet) setSheet(false);
      else h1.current?.focus({ preventScroll: true });
    } else if (name === 'Enter' && !takesEnter(target) && !takesText(target)) submit();
    else if (!isSingle(ev)) taken = false;
    else if (/^\d$/.test(name)) {
      const own = target.closest?.('[data-widget]') as WidgetElement | null;
      if (!own?.digits && own?.key(ev)) return ev.preventDefault();
      const w = own?.digits ? own : digitTarget();
      taken = !!w && answerBy(w, ev);
    } else if (name === 's') giveBack('skip');
    else if (name === '?') setSheet(!sheet);
    else if (name === 'e') extend();
    else taken = false;
    if (taken) ev.preventDefault();
  };
  const latestKey = useRef(onKey);
  latestKey.current = onKey;
  useLayoutEffect(() => {
    const press = (ev: KeyboardEvent) => latestKey.current(ev);
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, []);

  const help = t(touch ? 'player.instructions' : 'player.help');
  const summary = proseText(a.page.instructions.slice(0, 1)).trim();
  return (
    <div class={typing || !singleKeys.value ? 'player no-letters' : 'player'}
      onFocusIn={(ev) => {
        setTyping(takesLetters(ev.target));
        // Browsers do not all keep what they focus clear of the bars (scroll-padding).
        if (takesText(ev.target)) (ev.target as HTMLElement).scrollIntoView({ block: 'nearest' });
      }} onFocusOut={() => setTyping(false)}>
      <header class="player-top">
        <a class="button quiet square" href={any ? '/work' : `/work/${project}`} aria-label={t('player.leave')} title={t('player.leave')}>
          <svg class="icon turns" viewBox="0 0 24 24" width="18" height="18" aria-hidden="true"><path d="m12 19-7-7 7-7M19 12H5" /></svg>
        </a>
        <h1 tabIndex={-1} ref={h1} dir="auto">{a.page.title}</h1>
        <p class="note figure player-item">{itemText(done, a.left)}</p>
        <p class="note player-kept" role="status">{kept && t(kept === 'saved' ? 'player.draft.saved' : 'player.draft.here')}</p>
        {!over && <Clock a={a} until={until} onOver={() => setOver(true)} onExtend={extend} />}
      </header>
      <div class={sheet ? 'player-body with-sheet' : 'player-body'}>
        <div class="player-work">
          {moved && <Notice>{t('player.moved', { title: a.page.title, money: money(a.reward) })}</Notice>}
          <div class="brief">
            <p class="brief-text" dir="auto">{summary || t('player.instructions.none')}</p>
            <Button kind="quiet" icon="book-open" keyHint="?" expanded={sheet} label={help} onClick={() => setSheet(!sheet)}>
              {t('player.instructions')}
            </Button>
          </div>
          {problem !== undefined && <Notice tone="bad">{errorText(problem)}</Notice>}
          {over && (
            <div class="over">
              <Notice tone="warn"><strong>{t('player.over')}</strong><p>{t('player.over.text')}</p></Notice>
              <div class="row">
                <Button kind="primary" onClick={() => void onAgain(task)}>{t('player.over.again')}</Button>
                <Button onClick={() => void onAgain()}>{t('player.over.next')}</Button>
                <Button kind="quiet" icon="copy" onClick={() => {
                  void navigator.clipboard.writeText(answerText(answer)).then(() => announce(t('player.over.copied')));
                }}>{t('player.over.copy')}</Button>
              </div>
              <pre class="over-answer" tabIndex={0} dir="auto">{answerText(answer)}</pre>
            </div>
          )}
          <div onFocusOut={() => save.current()}>
            <Work blocks={a.page.blocks} answer={answer} root={root} level={2} disabled={over || busy === 'submit'} screened={screened}
              onAnswer={change} onSubmitRequest={submit} />
          </div>
        </div>
        <Sheet open={sheet} title={help} onClose={() => setSheet(false)}>
          <Prose nodes={a.page.instructions} />
          {!touch && <Keys />}
        </Sheet>
      </div>
      <footer class="player-foot">
        <div class="player-acts">
          <Button keyHint="S" describedBy="skip-cost" busy={busy === 'skip'} onClick={() => giveBack('skip')}>{t('player.skip')}</Button>
          <Button kind="quiet" describedBy="return-cost" busy={busy === 'return'} onClick={() => giveBack('return')}>{t('player.return')}</Button>
          <span class="hidden" id="skip-cost">{t('player.skip.cost')}</span>
          <span class="hidden" id="return-cost">{t('player.return.cost')}</span>
        </div>
        <dl class="player-pay figure">
          <div><dt>{t('player.pay')}</dt><dd><Money minor={a.reward} /></dd></div>
          <div><dt>{t('player.earned')}</dt><dd><Money minor={earned} /></dd></div>
        </dl>
        <Button kind="primary" atOnce keyHint="Enter" busy={busy === 'submit'} disabled={over} onClick={submit}>{t(screened ? 'player.submit' : 'player.continue')}</Button>
      </footer>
    </div>
  );
}

/** The answer as text to copy: one line for each field. */
function answerText(answer: Answer): string {
  return Object.entries(answer)
    .map(([name, value]) => `${name}: ${Array.isArray(value) ? value.join(', ') : typeof value === 'number' ? number(value) : typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join('\n');
}
