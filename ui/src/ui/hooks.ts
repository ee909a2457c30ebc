// SPDX-License-Identifier: AGPL-3.0-or-later
// Data of a page, and saying things to screen readers.
import { signal } from '@preact/signals-core';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

/** What the polite live region says. */
export const said = signal('');

/** Says a sentence politely; the same sentence twice is said twice. */
export function announce(text: string): void {
  said.value = said.value === text ? text + '\u00a0' : text;
}

export interface Loaded<T> {
  data: T | undefined;
  error: unknown;
  loading: boolean;
  reload: () => void;
  set: (data: T) => void;
}

/**
 * Loads when the page opens and when one of `keys` changes; a reply that comes too late is dropped.
 * Old data stays while new is loaded.
 */
export function useLoad<T>(load: (signal: AbortSignal) => Promise<T>, keys: unknown[]): Loaded<T> {
  const [state, setState] = useState<{ data?: T; error?: unknown; loading: boolean }>({ loading: true });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    setState((s) => ({ ...s, loading: true }));
    load(stop.signal).then(
      (data) => {
        if (!stop.signal.aborted) setState({ data, loading: false });
      },
      (error: unknown) => {
        if (!stop.signal.aborted) setState((s) => ({ data: s.data, error, loading: false }));
      },
    );
    return () => stop.abort();
  }, [...keys, turn]);
  return {
    data: state.data,
    error: state.error,
    loading: state.loading,
    reload: useCallback(() => setTurn((n) => n + 1), []),
    set: (data) => setState({ data, loading: false }),
  };
}

export interface Listed<T> {
  items: T[] | undefined;
  more: boolean;
  loading: boolean;
  error: unknown;
  loadMore: () => void;
  reload: () => void;
}

const BARE_MAX = 20;

/** A list by cursors: the first page at once, the next ones when asked. */
export function useList<T>(
  load: (after: string | undefined, signal: AbortSignal) => Promise<{ items: T[]; next?: string | null }>,
  keys: unknown[],
): Listed<T> {
  const [items, setItems] = useState<T[]>();
  const [next, setNext] = useState<string | null>();
  const [state, setState] = useState<{ loading: boolean; error?: unknown }>({ loading: true });
  const [turn, setTurn] = useState(0);
  const stop = useRef<AbortController | undefined>(undefined);
  const fetchPage = (after: string | undefined) => {
    stop.current?.abort();
    const mine = new AbortController();
    stop.current = mine;
    setState({ loading: true });
    const read = async () => {
      let page = await load(after, mine.signal);
      // A page on which a filter left nothing is no answer yet.
      for (let n = 0; page.items.length === 0 && page.next && n < BARE_MAX; n++) {
        page = await load(page.next, mine.signal);
      }
      return page;
    };
    read().then(
      (page) => {
        if (mine.signal.aborted) return;
        setItems((old) => (after === undefined ? page.items : [...(old ?? []), ...page.items]));
        setNext(page.next ?? null);
        setState({ loading: false });
      },
      (error: unknown) => {
        if (!mine.signal.aborted) setState({ loading: false, error });
      },
    );
  };
  useEffect(() => {
    fetchPage(undefined);
    return () => stop.current?.abort();
  }, [...keys, turn]);
  return {
    items,
    more: next != null && next !== '',
    loading: state.loading,
    error: state.error,
    loadMore: () => fetchPage(next ?? undefined),
    reload: () => setTurn((n) => n + 1),
  };
}

/** Calls `run` every `ms` while the page is visible. */
export function useEvery(ms: number, run: () => void, on = true): void {
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => {
    if (!on) return;
    const timer = setInterval(() => {
      if (!document.hidden) latest.current();
    }, ms);
    return () => clearInterval(timer);
  }, [ms, on]);
}

/** Does this media query hold? Follows changes. */
export function useMedia(query: string): boolean {
  const [holds, setHolds] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const change = () => setHolds(list.matches);
    change();
    list.addEventListener('change', change);
    return () => list.removeEventListener('change', change);
  }, [query]);
  return holds;
}

/**
 * Follows a stream of events; each has the whole state. The browser joins again by itself when the
 * line is lost, and we do when the server ended it.
 */
export function useEvents<T>(url: string, onData: (data: T) => void): { error: unknown; again: () => void } {
  const latest = useRef(onData);
  latest.current = onData;
  const [error, setError] = useState<unknown>();
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const stream = new EventSource(url);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const take = (ev: MessageEvent<string>) => {
      setError(undefined);
      latest.current(JSON.parse(ev.data) as T);
    };
    stream.addEventListener('change', take);
    stream.addEventListener('error', () => {
      if (stream.readyState !== EventSource.CLOSED) return;
      setError({ status: 0 });
      timer = setTimeout(() => setTurn((n) => n + 1), 5000);
    });
    return () => {
      clearTimeout(timer);
      stream.close();
    };
  }, [url, turn]);
  return { error, again: () => setTurn((n) => n + 1) };
}
