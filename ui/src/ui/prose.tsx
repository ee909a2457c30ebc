// SPDX-License-Identifier: AGPL-3.0-or-later
// Text by requesters, from the server's nodes. Elements come from a fixed list; anything else is
// left out, and no HTML string is ever read.
import type { ComponentChildren } from 'preact';
import type { ProseNode } from '../api/types.ts';

const PLAIN = new Set(['p', 'h3', 'h4', 'h5', 'ul', 'ol', 'li', 'em', 'strong', 'code', 'pre', 'blockquote']);
const DEPTH_MAX = 32;

function safe(href: string | undefined): string | null {
  if (!href) return null;
  if (/^(https?:|mailto:)/i.test(href)) return href;
  return /^\/media\//.test(href) ? href : null;
}

function node(n: ProseNode, i: number, depth: number): ComponentChildren {
  if (typeof n === 'string') return n;
  if (depth > DEPTH_MAX || typeof n !== 'object' || n === null) return null;
  const inner = (n.c ?? []).map((c, k) => node(c, k, depth + 1));
  if (PLAIN.has(n.t)) {
    const Tag = n.t as 'p';
    return n.t === 'pre' ? <pre key={i} tabIndex={0}>{inner}</pre> : <Tag key={i}>{inner}</Tag>;
  }
  if (n.t === 'hr') return <hr key={i} />;
  if (n.t === 'br') return <br key={i} />;
  const at = safe(n.t === 'img' ? n.src : n.href);
  if (n.t === 'a') {
    return at ? <a key={i} href={at} target="_blank" rel="noopener noreferrer nofollow">{inner}</a> : <span key={i}>{inner}</span>;
  }
  if (n.t === 'img' && at) return <img key={i} src={at} alt={n.alt ?? ''} loading="lazy" />;
  return null;
}

export function Prose({ nodes, lang }: { nodes: ProseNode[] | null | undefined; lang?: string }) {
  return <div class="prose" dir="auto" lang={lang}>{(nodes ?? []).map((n, i) => node(n, i, 0))}</div>;
}

/** The plain text of nodes, for one-line summaries. */
export function proseText(nodes: ProseNode[] | null | undefined, depth = 0): string {
  if (depth > DEPTH_MAX) return '';
  return (nodes ?? [])
    .map((n) => (typeof n === 'string' ? n : proseText(n.c, depth + 1) + (/^(p|li|h\d|br)$/.test(n.t) ? ' ' : '')))
    .join('');
}
