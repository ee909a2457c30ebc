// SPDX-License-Identifier: AGPL-3.0-or-later
// A chart as own SVG: lines, areas or bars over time or numbers. Axis words are HTML, so they never
// stretch; the base line is zero; each chart has a sentence that says the same, a table and
// a way to read it point by point with the arrow keys.
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { t } from '../base/i18n.ts';
import { Button } from './button.tsx';
import { Table } from './table.tsx';

export interface Series {
  name: string;
  /** In the order of x. */
  points: { x: number; y: number }[];
}

export interface ChartProps {
  title: string;
  /** One sentence with what the chart shows. */
  summary: string;
  series: Series[];
  kind?: 'line' | 'area' | 'bar';
  xText: (x: number) => string;
  yText: (y: number) => string;
  /** The x axis begins at nothing. */
  zero?: boolean;
  /** What the y axis says of its three lines, where that is not `yText`. */
  axisText?: (y: number) => string;
  xLabel: string;
  /** The y axis reaches at least to here. */
  yMax?: number;
  /** Things are counted: the half of the axis is a whole number too. */
  whole?: boolean;
}

export const HEIGHT = 180;

/** A round number at or above `max`; `whole`: so that its half is whole. */
export function niceMax(max: number, whole = false): number {
  if (!(max > 0)) return whole ? 2 : 1;
  const unit = 10 ** Math.floor(Math.log10(max));
  const steps = [1, 2, 2.5, 4, 5, 10].map((m) => m * unit).filter((v) => (whole ? v % 2 === 0 : v !== 4 * unit));
  return steps.find((v) => v >= max * 0.9999) ?? (whole ? 20 : 10) * unit;
}

export interface FrameProps {
  title: string;
  summary: string;
  /** How many places can be read; `reading` says what stands at one. */
  count: number;
  reading: (at: number) => string;
  /** The place that is nearest to these pixels. */
  nearest: (x: number, y: number, width: number) => number;
  draw: (width: number, at: number | null) => ComponentChildren;
  yTexts: [string, string, string];
  /** From the first to the last, as far apart as they stand. */
  xTexts: string[];
  table: ComponentChildren;
  /** What the series are called. */
  names?: string[];
}

/** What all charts share: head, table, axes, reading, caption. Lines at nothing, half and all. */
export function Frame(p: FrameProps) {
  const [width, setWidth] = useState(640);
  const [at, setAt] = useState<number | null>(null);
  const [asTable, setAsTable] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const table = useRef<HTMLDivElement>(null);
  const id = useId();
  // A table that is wider than its place can be moved by keys too.
  useEffect(() => {
    const el = table.current?.querySelector<HTMLElement>('.table-box');
    if (!el || el.scrollWidth <= el.clientWidth) return;
    el.tabIndex = 0;
    el.role = 'region';
    el.ariaLabel = p.title;
  }, [asTable]);
  useEffect(() => {
    if (!box.current) return;
    const watch = new ResizeObserver(([e]) => setWidth(Math.max(160, Math.round(e!.contentRect.width))));
    watch.observe(box.current);
    return () => watch.disconnect();
  }, [asTable]);
  const pick = Math.min(at ?? p.count - 1, p.count - 1);
  const reading = pick >= 0 ? p.reading(pick) : '';
  return (
    <figure class="chart" aria-labelledby={id}>
      <div class="chart-head">
        <h3 id={id}>{p.title}</h3>
        {p.count > 0 && <Button kind="quiet" icon={asTable ? 'chart-line' : 'list'} onClick={() => setAsTable(!asTable)}>
          {t(asTable ? 'table.hide' : 'table.show')}
        </Button>}
      </div>
      {asTable
        ? <div ref={table}>{p.table}</div>
        : (
          <div class="chart-grid">
            <div class="chart-y" aria-hidden="true">{p.yTexts.map((text, i) => <span key={i}>{text}</span>)}</div>
            <div class="chart-box" ref={box} role="slider" tabIndex={0} aria-label={t('chart.read', { title: p.title })} aria-valuemin={0}
              aria-valuemax={Math.max(0, p.count - 1)} aria-valuenow={Math.max(0, pick)} aria-valuetext={reading}
              onPointerMove={(ev) => {
                const r = box.current!.getBoundingClientRect();
                if (p.count > 0) setAt(p.nearest(ev.clientX - r.left, ev.clientY - r.top, width));
              }}
              onPointerLeave={() => setAt(null)}
              onKeyDown={(ev) => {
                const by = { ArrowLeft: -1, ArrowRight: 1, ArrowDown: -1, ArrowUp: 1, Home: -1e9, End: 1e9 }[ev.key];
                if (by === undefined || ev.ctrlKey || ev.altKey) return;
                ev.preventDefault();
                setAt(Math.max(0, Math.min(p.count - 1, pick + by)));
              }}>
              <svg viewBox={`0 0 ${width} ${HEIGHT}`} width={width} height={HEIGHT} aria-hidden="true">
                {[0, 0.5, 1].map((g) => <line key={g} class="grid" x1={0} x2={width} y1={HEIGHT * g} y2={HEIGHT * g} />)}
                {p.draw(width, at === null ? null : pick)}
              </svg>
            </div>
            <div class="chart-x" aria-hidden="true">{p.xTexts.map((text, i) => <span key={i}>{text}</span>)}</div>
          </div>
        )}
      <p class="chart-read figure" aria-hidden="true">{at !== null ? reading : '\u00a0'}</p>
      {p.names && p.names.length > 1 && (
        <ul class="chart-key">{p.names.map((name, i) => <li key={name}><svg width="22" height="8" aria-hidden="true" class={`c${i} dash${i}`}><path class="line" d="M0 4H22" /></svg>{name}</li>)}</ul>
      )}
      <figcaption class="note">{p.summary}</figcaption>
    </figure>
  );
}

export function Chart(p: ChartProps) {
  const series = p.series.slice(0, 4);
  const xs = [...new Set(series.flatMap((s) => s.points.map((q) => q.x)))].sort((a, b) => a - b);
  const first = p.zero ? 0 : xs[0] ?? 0;
  const last = xs[xs.length - 1] ?? 1;
  const top = niceMax(Math.max(p.yMax ?? 0, ...series.flatMap((s) => s.points.map((q) => q.y))), p.whole);
  const bars = p.kind === 'bar';
  const at = (s: Series, x: number) => s.points.find((q) => q.x === x);
  const axis = p.axisText ?? p.yText;
  /** The ends and the middle, where that says something else; bars have no middle. */
  const ticks = () => {
    const all = xs.length < 2 && !p.zero ? xs : bars ? [first, last] : [first, Math.round((first + last) / 2), last];
    const texts = all.map(p.xText);
    return texts.length === 3 && (texts[0] === texts[1] || texts[1] === texts[2]) ? [texts[0]!, texts[2]!] : texts;
  };
  const step = (width: number) => width / Math.max(1, xs.length);
  const px = (x: number, width: number) => (bars ? (xs.indexOf(x) + 0.5) * step(width) : last === first ? width / 2 : ((x - first) / (last - first)) * width);
  const py = (y: number) => HEIGHT - (Math.max(0, y) / top) * HEIGHT;
  const line = (s: Series, width: number) => s.points.map((q, i) => `${i ? 'L' : 'M'}${px(q.x, width).toFixed(1)} ${py(q.y).toFixed(1)}`).join('');
  const bar = (s: Series, i: number, width: number) => s.points.map((q) => {
    const w = Math.max(1, (step(width) * 0.7) / series.length);
    return <rect key={`${i} ${q.x}`} class={`bar c${i}`} x={px(q.x, width) - step(width) * 0.35 + i * w} width={w} y={py(q.y)} height={HEIGHT - py(q.y)} />;
  });
  const path = (s: Series, i: number, width: number) => (
    <g key={i} class={`c${i} dash${i}`}>
      {p.kind === 'area' && s.points.length > 1 && (
        <path class="area" d={`${line(s, width)}L${px(s.points[s.points.length - 1]!.x, width)} ${HEIGHT}L${px(s.points[0]!.x, width)} ${HEIGHT}Z`} />
      )}
      <path class="line" d={line(s, width)} />
      {s.points.length === 1 && <circle class="dot" cx={px(s.points[0]!.x, width)} cy={py(s.points[0]!.y)} r={4} />}
    </g>
  );
  const reading = (i: number) => `${p.xText(xs[i]!)}: ` + series
    .flatMap((s) => {
      const q = at(s, xs[i]!);
      return q ? [series.length > 1 ? `${s.name} ${p.yText(q.y)}` : p.yText(q.y)] : [];
    })
    .join(', ');
  return (
    <Frame title={p.title} summary={p.summary} count={xs.length} reading={reading} names={series.map((s) => s.name)}
      nearest={(to, _, width) => xs.reduce((best, x, i) => (Math.abs(px(x, width) - to) < Math.abs(px(xs[best]!, width) - to) ? i : best), 0)}
      yTexts={[axis(top), axis(top / 2), axis(0)]}
      xTexts={ticks()}
      draw={(width, i) => (
        <>
          {series.map((s, n) => (bars ? bar(s, n, width) : path(s, n, width)))}
          {i !== null && (
            <g>
              <line class="mark" x1={px(xs[i]!, width)} x2={px(xs[i]!, width)} y1={0} y2={HEIGHT} />
              {!bars && series.map((s, n) => {
                const q = at(s, xs[i]!);
                return q && <circle key={n} class={`dot c${n}`} cx={px(q.x, width)} cy={py(q.y)} r={4} />;
              })}
            </g>
          )}
        </>
      )}
      table={
        <Table caption={p.title} rows={xs} rowKey={String} columns={[
          { key: 'x', label: p.xLabel, head: true, cell: p.xText },
          ...series.map((s) => ({
            key: s.name, label: s.name, figure: true,
            cell: (x: number) => {
              const q = at(s, x);
              return q ? p.yText(q.y) : '';
            },
          })),
        ]} />
      } />
  );
}
