// SPDX-License-Identifier: AGPL-3.0-or-later
// Tabs are links: each has its own address, so back and deep links work.
import { useEffect, useRef } from 'preact/hooks';
import { place } from '../base/route.ts';

export function Tabs({ label, items }: { label: string; items: { href: string; label: string }[] }) {
  const nav = useRef<HTMLElement>(null);
  // Where they do not all fit, the current one is in sight.
  useEffect(() => {
    const box = nav.current;
    const tab = box?.querySelector<HTMLElement>('[aria-current]');
    if (box && tab) box.scrollLeft = tab.offsetLeft - (box.clientWidth - tab.offsetWidth) / 2;
  }, []);
  return (
    <nav ref={nav} class="tabs" aria-label={label}>
      {items.map((i) => (
        <a key={i.href} href={i.href} aria-current={place.value.path === i.href ? 'page' : undefined}>{i.label}</a>
      ))}
    </nav>
  );
}
