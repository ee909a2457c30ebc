// SPDX-License-Identifier: AGPL-3.0-or-later
// Tabs are links: each has its own address, so back and deep links work.
import { place } from '../base/route.ts';

export function Tabs({ label, items }: { label: string; items: { href: string; label: string }[] }) {
  return (
    <nav class="tabs" aria-label={label}>
      {items.map((i) => (
        <a key={i.href} href={i.href} aria-current={place.value.path === i.href ? 'page' : undefined}>{i.label}</a>
      ))}
    </nav>
  );
}
