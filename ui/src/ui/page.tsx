// SPDX-License-Identifier: AGPL-3.0-or-later
// The frame of a page: its title, its one h1 (which gets the focus when the address changes),
// and what is shown while data is missing.
import type { ComponentChildren, FunctionComponent } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ApiError } from '../api/client.ts';
import { hasWord, t } from '../base/i18n.ts';
import { place, scrollKept } from '../base/route.ts';
import { site } from '../base/site.ts';
import { Button } from './button.tsx';
import { Icon, type IconName } from './icon.tsx';

/** A page of an area: the list `pages` of src/AREA/area.tsx. `bare` pages have no top bar (the player). */
export interface PageEntry {
  path: string;
  view: View;
  bare?: boolean;
}

type View = FunctionComponent<{ params: Record<string, string> }>;

/** A page, or a part of one, that is fetched when it is first shown: for what few visits need. */
export function later<P extends object = Parameters<View>[0]>(load: () => Promise<FunctionComponent<P>>): FunctionComponent<P> {
  let Found: FunctionComponent<P> | undefined;
  return function Later(props) {
    const [, setState] = useState<unknown>();
    const [error, setError] = useState<unknown>();
    const [turn, setTurn] = useState(0);
    useEffect(() => {
      if (Found) return;
      setError(undefined);
      load().then((view) => {
        Found = view;
        setState(view.name);
      }, setError);
    }, [turn]);
    if (Found) return <Found {...props} />;
    return (
      <div class="page">
        {error === undefined ? <Skeleton tall /> : <Problem error={{ status: 0 }} retry={() => setTurn(turn + 1)} />}
      </div>
    );
  };
}

/** Sets the document's title. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title ? `${title} · ${site.value.name}` : site.value.name;
  }, [title]);
}

let restored = -1;

function scrollTo(turn: number, back: boolean): void {
  if (restored === turn) return;
  restored = turn;
  const y = back ? scrollKept() : 0;
  const until = performance.now() + 1500;
  const step = () => {
    window.scrollTo(0, y);
    if (Math.abs(window.scrollY - y) > 2 && performance.now() < until && restored === turn) {
      requestAnimationFrame(step);
    }
  };
  step();
}

export interface PageProps {
  title: string;
  /** Shown in place of the title, for parts in a <bdi>. */
  heading?: ComponentChildren;
  /** One sentence under the title. */
  lead?: ComponentChildren;
  /** Where "back" leads: [address, words]. */
  up?: [string, string];
  actions?: ComponentChildren;
  narrow?: boolean;
  children: ComponentChildren;
}

export function Page(p: PageProps) {
  useTitle(p.title);
  const h1 = useRef<HTMLHeadingElement>(null);
  const { turn, back } = place.value;
  useEffect(() => {
    if (turn > 0) h1.current?.focus({ preventScroll: true });
    scrollTo(turn, back);
  }, [turn]);
  return (
    <div class={p.narrow ? 'page narrow' : 'page'}>
      <header class="page-head">
        <div class="page-title">
          {p.up && <a class="up" href={p.up[0]}><Icon name="arrow-left" />{p.up[1]}</a>}
          <h1 tabIndex={-1} ref={h1} dir="auto">{p.heading ?? p.title}</h1>
          {p.lead && <p class="lead">{p.lead}</p>}
        </div>
        {p.actions && <div class="page-actions">{p.actions}</div>}
      </header>
      {p.children}
    </div>
  );
}

/** A part of a page under its own heading. */
export function Section(p: { title: string; note?: ComponentChildren; actions?: ComponentChildren; children: ComponentChildren }) {
  return (
    <section class="section">
      <div class="section-head">
        <h2>{p.title}</h2>
        {p.actions}
      </div>
      {p.note && <p class="note">{p.note}</p>}
      {p.children}
    </section>
  );
}

/** Says what is missing and gives one next act. Without a title where the page's own says it. */
export function Empty(p: { icon?: IconName; title?: string; text?: ComponentChildren; action?: ComponentChildren }) {
  return (
    <div class="empty">
      <Icon name={p.icon ?? 'inbox'} />
      {p.title && <p class="empty-title">{p.title}</p>}
      {p.text && <p class="note">{p.text}</p>}
      {p.action}
    </div>
  );
}

/** Grey bars of the final size, after 300 ms; after 10 s a word. */
export function Skeleton({ rows = 3, tall }: { rows?: number; tall?: boolean }) {
  const [age, setAge] = useState(0);
  useEffect(() => {
    const timers = [setTimeout(() => setAge(1), 300), setTimeout(() => setAge(2), 10_000)];
    return () => timers.forEach(clearTimeout);
  }, []);
  return (
    <div class={`skeleton${tall ? ' tall' : ''}${age ? ' shown' : ''}`} aria-busy="true">
      {age === 2 && <p class="note" role="status">{t('loading.long')}</p>}
      {Array.from({ length: rows }, (_, i) => <div key={i} />)}
    </div>
  );
}

/** The sentence for a refusal. */
export function errorText(error: unknown): string {
  const e = error as Partial<ApiError> | undefined;
  if (e && typeof e.status === 'number') {
    if (e.status >= 400 && e.status < 500 && e.detail) {
      const text = e.detail.charAt(0).toUpperCase() + e.detail.slice(1);
      return /[.!?]$/.test(text) ? text : text + '.';
    }
    const key = `error.${e.status}`;
    if (hasWord(key)) return t(key);
  }
  return t('error.other');
}

/** A failure in place of what should be here, with a way on. */
export function Problem({ error, retry, up }: { error: unknown; retry?: () => void; up?: ComponentChildren }) {
  const e = error as Partial<ApiError>;
  const lost = e.status === 404 || e.status === 403;
  return (
    <div class="problem" role="alert">
      <Icon name={e.status === 0 ? 'cloud-off' : 'circle-alert'} />
      <div>
        <p>{errorText(error)}</p>
        {e.request && <p class="note">{t('error.number', { number: e.request })}</p>}
        <div class="row">
          {retry && !lost && <Button icon="refresh-cw" onClick={retry}>{t('error.again')}</Button>}
          {up}
        </div>
      </div>
    </div>
  );
}

/** A sentence of note on a page: what is wrong or worth knowing. */
export function Notice({ tone = 'info', children, action }: {
  tone?: 'info' | 'good' | 'warn' | 'bad'; children: ComponentChildren; action?: ComponentChildren;
}) {
  const icons = { info: 'info', good: 'circle-check', warn: 'triangle-alert', bad: 'circle-alert' } as const;
  return (
    <div class={`notice ${tone}`} role={tone === 'bad' ? 'alert' : undefined}>
      <Icon name={icons[tone]} />
      <div class="notice-text">{children}</div>
      {action}
    </div>
  );
}
