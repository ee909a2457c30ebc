// SPDX-License-Identifier: AGPL-3.0-or-later
// A draft that is kept as one goes: changes are gathered for a moment and sent one after the other.
// A field that the server refuses keeps its message; the others are sent without it.
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, call } from '../../api/client.ts';
import type { Project, ProjectEdit } from '../../api/types.ts';
import { errorText } from '../../ui/page.tsx';

const WAIT_MS = 600;
const AGAIN_MS = 4000;

export interface Draft {
  p: Project;
  state: 'saved' | 'waiting' | 'failed' | 'changed';
  /** What the server says of a field. */
  errors: Partial<Record<keyof ProjectEdit, string>>;
  change: (edit: ProjectEdit) => void;
  /** Sends what waits; resolves when all is kept, or rejects. */
  flush: () => Promise<void>;
  /** Reads the project again: files may have changed its columns. */
  refresh: () => void;
}

export function useDraft(start: Project): Draft {
  const [p, setP] = useState(start);
  const [state, setState] = useState<Draft['state']>('saved');
  const [errors, setErrors] = useState<Draft['errors']>({});
  const pending = useRef<ProjectEdit>({});
  const revision = useRef(start.revision);
  const busy = useRef<Promise<void> | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const path = { project: start.id };

  const took = (found: Project) => {
    revision.current = found.revision;
    setP(found);
  };
  const later = (ms: number) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void flush().catch(() => {}), ms);
  };
  const send = async (): Promise<void> => {
    while (Object.keys(pending.current).length > 0) {
      const edit = pending.current;
      pending.current = {};
      try {
        took(await call('POST /projects/{project}', { path, body: { ...edit, revision: revision.current } }));
        setErrors((old) => {
          const rest = { ...old };
          for (const name of Object.keys(edit)) delete rest[name as keyof ProjectEdit];
          return rest;
        });
      } catch (error) {
        const field = (error instanceof ApiError && error.field?.split(/[.[]/)[0]) as keyof ProjectEdit | '' | false;
        if (field === 'revision' || (error instanceof ApiError && error.status === 409 && !field)) {
          setState('changed');
          throw error;
        }
        if (field && field in edit) {
          const { [field]: _, ...rest } = edit;
          pending.current = { ...rest, ...pending.current };
          setErrors((old) => ({ ...old, [field]: errorText(error) }));
          continue;
        }
        pending.current = { ...edit, ...pending.current };
        setState('failed');
        later(AGAIN_MS);
        throw error;
      }
    }
    setState('saved');
  };
  const flush = (): Promise<void> => {
    clearTimeout(timer.current);
    busy.current ??= send().finally(() => {
      busy.current = null;
    });
    return busy.current;
  };
  useEffect(() => {
    const leave = () => {
      if (Object.keys(pending.current).length === 0 || busy.current) return;
      void call('POST /projects/{project}', { path, body: pending.current, keepalive: true }).catch(() => {});
      pending.current = {};
    };
    addEventListener('pagehide', leave);
    return () => {
      removeEventListener('pagehide', leave);
      clearTimeout(timer.current);
      leave();
    };
  }, []);
  return {
    p, state, errors, flush,
    change: (edit) => {
      Object.assign(pending.current, edit);
      setState((s) => (s === 'changed' ? s : 'waiting'));
      later(WAIT_MS);
    },
    refresh: () => void call('GET /projects/{project}', { path }).then(took, () => {}),
  };
}
