// SPDX-License-Identifier: AGPL-3.0-or-later
// Text by requesters, from the server's nodes. Elements come from a fixed list; anything else is
// left out, and no HTML string is ever read.
import type { ComponentChildren } from 'preact';
import type { ProseNode } from '../api/types.ts';

const PLAIN = new Set(['p', 'ul', 'ol', 'li', 'em', 'strong', 'code', 'pre', 'blockquote']);
const DEPTH_MAX = 32;

const isHeading = (t: string) => /^h[1-6]$/.test(t);

/** Links lead to the web or to mail; pictures are our own, nobody else learns who looks. */
function safe(n: { t: string; href?: string; src?: string }): string | null {
  if (n.t === 'img') return n.src && /^\/media\//.test(n.src) ? n.src : null;
  return n.href && /^(https?:|mailto:)/i.test(n.href) ? n.href : null;
}

function node(n: ProseNode, i: number, depth: number, levels: string[], top: number): ComponentChildren {
  if (typeof n === 'string') return n;
  if (depth > DEPTH_MAX || typeof n !== 'object' || n === null) return null;
  const inner = (n.c ?? []).map((c, k) => node(c, k, depth + 1, levels, top));
  if (PLAIN.has(n.t) || isHeading(n.t)) {
    const Tag = (isHeading(n.t) ? `h${Math.min(6, top + levels.indexOf(n.t))}` : n.t) as 'p';
    return n.t === 'pre' ? <pre key={i} tabIndex={0}>{inner}</pre> : <Tag key={i}>{inner}</Tag>;
  }
  if (n.t === 'hr') return <hr key={i} />;
  if (n.t === 'br') return <br key={i} />;
  const at = safe(n);
  if (n.t === 'a') {
    return at ? <a key={i} href={at} target="_blank" rel="noopener noreferrer nofollow">{inner}</a> : <span key={i}>{inner}</span>;
  }
  if (n.t === 'img' && at) return <img key={i} src={at} alt={n.alt ?? ''} loading="lazy" />;
  return null;
}

/** `level`: that of the highest heading, so that headings follow those around them without a gap. */
export function Prose({ nodes, lang, level = 3 }: { nodes: ProseNode[] | null | undefined; lang?: string; level?: number }) {
  const list = nodes ?? [];
  const levels = [...new Set(list.flatMap((n) => (typeof n === 'object' && n && isHeading(n.t) ? [n.t] : [])))].sort();
  return <div class="prose" dir="auto" lang={lang}>{list.map((n, i) => node(n, i, 0, levels, level))}</div>;
}

/** The plain text of nodes, for one-line summaries. */
export function proseText(nodes: ProseNode[] | null | undefined, depth = 0): string {
  if (depth > DEPTH_MAX) return '';
  return (nodes ?? [])
    .map((n) => (typeof n === 'string' ? n : proseText(n.c, depth + 1) + (/^(p|li|h\d|br)$/.test(n.t) ? ' ' : '')))
    .join('');
}
