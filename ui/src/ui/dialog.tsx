// SPDX-License-Identifier: AGPL-3.0-or-later
// A modal dialog (native: focus is kept inside and given back), a question before a costly act, and
// a side sheet that lies beside the work where there is room and over it where there is not.
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { t } from '../base/i18n.ts';
import { Button } from './button.tsx';
import { useMedia } from './hooks.ts';
import { errorText, Notice } from './page.tsx';

export function Dialog(p: {
  open: boolean; title: string; onClose: () => void; children: ComponentChildren;
  actions?: ComponentChildren; wide?: boolean; full?: boolean;
}) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = ref.current;
    if (!dialog || !p.open) return;
    const from = document.activeElement;
    dialog.showModal();
    return () => {
      dialog.close();
      if (from instanceof HTMLElement && from.isConnected) from.focus();
    };
  }, [p.open]);
  if (!p.open) return null;
  return (
    <dialog class={`dialog${p.wide ? ' wide' : ''}${p.full ? ' full' : ''}`} ref={ref} aria-labelledby={id}
      onCancel={(ev) => {
        ev.preventDefault();
        p.onClose();
      }}
      onClick={(ev) => {
        if (ev.target === ev.currentTarget) p.onClose();
      }}>
      <div class="dialog-inner">
        <header class="dialog-head">
          <h2 id={id}>{p.title}</h2>
          <Button kind="quiet" icon="x" label={t('close')} onClick={p.onClose} />
        </header>
        <div class="dialog-body" tabIndex={-1}>{p.children}</div>
        {p.actions && <footer class="dialog-foot">{p.actions}</footer>}
      </div>
    </dialog>
  );
}

/** A question with one deliberate yes. The focus starts on Cancel. `act` is sent, then `onDone`. */
export function Confirm(p: {
  open: boolean; title: string; children: ComponentChildren; yes: string; danger?: boolean;
  act: () => Promise<unknown>; onClose: () => void; onDone?: () => void;
}) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const run = () => {
    setBusy(true);
    setError(undefined);
    p.act()
      .then(() => {
        p.onClose();
        p.onDone?.();
      }, setError)
      .finally(() => setBusy(false));
  };
  return (
    <Dialog open={p.open} title={p.title} onClose={p.onClose}
      actions={<>
        <Button autofocus onClick={p.onClose}>{t('cancel')}</Button>
        <Button kind={p.danger ? 'danger' : 'primary'} busy={busy} onClick={run}>{p.yes}</Button>
      </>}>
      {error !== undefined && <Notice tone="bad">{errorText(error)}</Notice>}
      {p.children}
    </Dialog>
  );
}

export function Sheet(p: { open: boolean; title: string; onClose: () => void; children: ComponentChildren }) {
  const beside = useMedia('(min-width: 1000px)');
  const id = useId();
  const ref = useRef<HTMLElement>(null);
  useEffect(() => {
    if (!p.open || !beside) return;
    const from = document.activeElement;
    ref.current?.focus();
    return () => {
      if (from instanceof HTMLElement && from.isConnected) from.focus();
    };
  }, [p.open, beside]);
  if (!p.open) return null;
  if (!beside) return <Dialog full {...p} />;
  return (
    <aside class="sheet" aria-labelledby={id} tabIndex={-1} ref={ref}
      onKeyDown={(ev) => {
        if (ev.key === 'Escape') p.onClose();
      }}>
      <header class="dialog-head">
        <h2 id={id}>{p.title}</h2>
        <Button kind="quiet" icon="x" label={t('close')} onClick={p.onClose} />
      </header>
      <div class="dialog-body">{p.children}</div>
    </aside>
  );
}
