// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './icon.tsx';

export interface ButtonProps {
  children?: ComponentChildren;
  /** primary: the one next act of a page. danger: cannot be undone. quiet: without an edge. */
  kind?: 'primary' | 'plain' | 'quiet' | 'danger';
  icon?: IconName;
  /** The name when only the icon is shown. */
  label?: string;
  type?: 'button' | 'submit';
  href?: string;
  download?: boolean;
  busy?: boolean;
  disabled?: boolean;
  /** The key that does the same, printed on the control. */
  keyHint?: string;
  describedBy?: string;
  expanded?: boolean;
  pressed?: boolean;
  wide?: boolean;
  autofocus?: boolean;
  onClick?: (ev: MouseEvent) => void;
}

/** A button, or a link that looks like one when `href` is given. */
export function Button(p: ButtonProps) {
  const cls = `button ${p.kind ?? 'plain'}${p.children ? '' : ' square'}${p.wide ? ' wide' : ''}`;
  const inner = (
    <>
      {p.icon && <Icon name={p.icon} />}
      {p.children && <span>{p.children}</span>}
      {p.keyHint && <kbd class={p.keyHint.length === 1 ? 'single' : undefined}>{p.keyHint}</kbd>}
    </>
  );
  if (p.href !== undefined) {
    return (
      <a class={cls} href={p.href} download={p.download} aria-label={p.label} title={p.label}
        aria-describedby={p.describedBy} onClick={p.onClick}>
        {inner}
      </a>
    );
  }
  return (
    <button class={cls} type={p.type ?? 'button'} disabled={p.disabled} aria-disabled={p.busy || undefined}
      aria-busy={p.busy || undefined} aria-label={p.label} title={p.label} aria-describedby={p.describedBy}
      aria-expanded={p.expanded} aria-pressed={p.pressed} autofocus={p.autofocus}
      onClick={(ev) => {
        if (p.busy) ev.preventDefault();
        else p.onClick?.(ev);
      }}>
      {inner}
    </button>
  );
}
