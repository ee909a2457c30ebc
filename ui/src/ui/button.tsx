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
  /** Acts when the finger leaves: the browser may keep the click of a tap that comes soon after a drag. */
  atOnce?: boolean;
  onClick?: (ev: MouseEvent) => void;
}

/** The click that a finger means which leaves the button where it touched it; there is no other then. */
function lifted(ev: TouchEvent) {
  const [finger] = ev.changedTouches;
  const button = ev.currentTarget as HTMLElement;
  if (!ev.cancelable || !finger || !button.contains(document.elementFromPoint(finger.clientX, finger.clientY))) return;
  ev.preventDefault();
  button.click();
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
      onTouchEnd={p.atOnce ? lifted : undefined}
      onClick={(ev) => {
        if (p.busy) ev.preventDefault();
        else p.onClick?.(ev);
      }}>
      {inner}
    </button>
  );
}
