// SPDX-License-Identifier: AGPL-3.0-or-later
// The one way to the server. `call('GET /work/{project}', { path: { project } })` is typed by the
// table in types.ts. Reading is tried three times; changes are tried once, since the caller
// knows whether a repeat is harmless. Every refusal becomes an `ApiError`.
import { refusedText } from '../base/refused.ts';
import { clockHeard } from '../base/time.ts';
import type { Api } from './types.ts';

/** A refusal (problem+json), or status 0: no connection or no answer in time. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    /** JSON path of the field that is wrong, when one is. */
    readonly field?: string,
    /** The server's number of this request, for the operator. */
    readonly request?: string,
    /** Seconds after which to try again, when the server says so. */
    readonly after?: number,
  ) {
    super(detail || title);
  }

  /** Nothing was decided: the same call may succeed later. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

type Names<S> = S extends `${string}{${infer N}}${infer Rest}` ? N | Names<Rest> : never;
type Get<O, K extends string> = O extends { [P in K]: infer V } ? V : never;
export type Reply<K extends keyof Api> = Get<Api[K], 'reply'>;
export type Body<K extends keyof Api> = Get<Api[K], 'body'>;
export type Query<K extends keyof Api> = Get<Api[K], 'query'>;

type PathOf<K extends string> = [Names<K>] extends [never] ? { path?: undefined } : { path: Record<Names<K>, string> };
type BodyOf<K extends keyof Api> = [Body<K>] extends [never] ? { body?: undefined } : { body: Body<K> };
export type Options<K extends keyof Api> = PathOf<K> & BodyOf<K> & {
  query?: Query<K>;
  signal?: AbortSignal;
  /** The request outlives the page (drafts on leaving). */
  keepalive?: boolean;
};
type Args<K extends keyof Api> = Record<string, never> extends Options<K> ? [Options<K>?] : [Options<K>];

/** Called when the server says that nobody is signed in. Set by the shell. */
export const onSignedOut = { run: () => {} };
/** Called with false when the server cannot be reached, with true when it answered. */
export const onReached = { run: (_ok: boolean) => {} };

const TIME_MAX_MS = 20_000;
const AGAIN_MS = [300, 1200];

/** The address of an operation, for links (downloads) and event streams. */
export function apiUrl(path: string, query?: Record<string, unknown>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value));
  }
  const text = search.toString();
  return '/api/v1' + path + (text ? '?' + text : '');
}

interface Request {
  body?: unknown;
  signal?: AbortSignal;
  keepalive?: boolean;
}

async function once(verb: string, url: string, o: Request): Promise<unknown> {
  const timer = new AbortController();
  const raw = o.body instanceof Blob;
  const timeout = raw ? 0 : setTimeout(() => timer.abort(), TIME_MAX_MS);
  const stop = () => timer.abort();
  o.signal?.addEventListener('abort', stop);
  let reply: Response;
  let text: string;
  try {
    reply = await fetch(url, {
      method: verb,
      credentials: 'same-origin',
      headers: {
        accept: 'application/json',
        ...(verb === 'GET' ? {} : { 'x-tessera': '1' }),
        ...(o.body === undefined || raw ? {} : { 'content-type': 'application/json' }),
      },
      body: o.body === undefined ? undefined : raw ? (o.body as Blob) : JSON.stringify(o.body),
      signal: timer.signal,
      ...(o.keepalive ? { keepalive: true } : {}),
    });
    text = await reply.text();
  } catch (error) {
    if (o.signal?.aborted) throw error;
    onReached.run(false);
    throw new ApiError(0, 'offline', '');
  } finally {
    clearTimeout(timeout);
    o.signal?.removeEventListener('abort', stop);
  }
  clockHeard(reply.headers.get('date'));
  const busy = reply.status === 502 || reply.status === 503 || reply.status === 504;
  onReached.run(!busy);
  let value: unknown;
  try {
    value = text === '' ? undefined : JSON.parse(text);
  } catch {
    if (reply.ok) throw new ApiError(502, 'unreadable', '');
  }
  if (reply.ok) return value;
  const p = (value ?? {}) as { title?: string; detail?: string; field?: string; request?: string };
  const after = Number(reply.headers.get('retry-after')) || undefined;
  throw new ApiError(reply.status, p.title ?? '', await refusedText(p.detail ?? ''), p.field, p.request, after);
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** Calls an operation. Rejects with ApiError, or with the abort's own error when `signal` fired. */
export async function call<K extends keyof Api>(operation: K, ...args: Args<K>): Promise<Reply<K>> {
  const o = (args[0] ?? {}) as Request & { path?: Record<string, string>; query?: Record<string, unknown> };
  const space = operation.indexOf(' ');
  const verb = operation.slice(0, space);
  const path = operation
    .slice(space + 1)
    .replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(o.path?.[name] ?? ''));
  const url = apiUrl(path, o.query);
  const tries = verb === 'GET' ? AGAIN_MS : [];
  for (let n = 0; ; n++) {
    try {
      return (await once(verb, url, o)) as Reply<K>;
    } catch (error) {
      if (o.signal?.aborted || !(error instanceof ApiError)) throw error;
      if (error.status === 401 && !operation.startsWith('POST /sign-in') && operation !== 'GET /me') {
        onSignedOut.run();
      }
      const wait = error.status === 429 ? (error.after ?? 99) * 1000 : tries[n];
      if (!error.passing || wait === undefined || wait > 10_000 || n >= 2) throw error;
      await pause(wait);
      if (o.signal?.aborted) throw error;
    }
  }
}
