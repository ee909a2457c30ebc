// SPDX-License-Identifier: AGPL-3.0-or-later
// Sentences, money, times and small figures inside other parts.
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { t, tParts, type Key, type Values } from '../base/i18n.ts';
import { money } from '../base/money.ts';
import { exact, relative } from '../base/time.ts';

/** A sentence that holds elements: <T k="x" parts={{ name: <bdi>…</bdi> }} />. */
export function T({ k, parts, values }: { k: Key; parts?: Record<string, ComponentChildren>; values?: Values }) {
  return <>{parts ? tParts(k, parts, values) : t(k, values)}</>;
}

export function Money({ minor, currency }: { minor: number; currency?: string }) {
  return <span class="figure">{money(minor, currency)}</span>;
}

/** "5 minutes ago"; the exact time by hover, focus and tap. */
export function Time({ at }: { at: string }) {
  const [open, setOpen] = useState(false);
  const [, beat] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => beat((n) => n + 1), 30_000);
    return () => clearInterval(timer);
  }, []);
  const full = exact(at);
  return (
    <time class="time figure" datetime={at} title={full} tabIndex={0}
      onClick={() => setOpen(!open)} onFocus={() => setOpen(true)} onBlur={() => setOpen(false)}>
      {open ? full : relative(at)}
      {!open && <span class="hidden"> ({full})</span>}
    </time>
  );
}

/** A figure with what it is, for rows of figures. */
export function Figure({ label, value, note, tone }: {
  label: string; value: ComponentChildren; note?: ComponentChildren; tone?: 'good' | 'warn' | 'bad';
}) {
  return (
    <div class="figure-box">
      <dt>{label}</dt>
      <dd class={`figure-value${tone ? ' ' + tone : ''}`}>{value}</dd>
      {note && <dd class="note">{note}</dd>}
    </div>
  );
}

export function Figures({ children, label }: { children: ComponentChildren; label: string }) {
  return <dl class="figures" aria-label={label}>{children}</dl>;
}

/** A state in a word, never by colour alone. */
export function Chip({ tone, children }: { tone?: 'good' | 'warn' | 'bad' | 'accent'; children: ComponentChildren }) {
  return <span class={`chip${tone ? ' ' + tone : ''}`}>{children}</span>;
}
