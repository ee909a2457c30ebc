// SPDX-License-Identifier: AGPL-3.0-or-later
// A chart as own SVG: lines, areas or bars over time or numbers. Axis words are HTML, so they never
// stretch; the base line is zero; each chart has a sentence that says the same, a table and
// a way to read it point by point with the arrow keys.
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
  xLabel: string;
  /** The y axis reaches at least to here. */
  yMax?: number;
  /** Things are counted: the half of the axis is a whole number too. */
  whole?: boolean;
}

const HEIGHT = 180;

/** A round number at or above `max`; `whole`: so that its half is whole. */
export function niceMax(max: number, whole = false): number {
  if (!(max > 0)) return whole ? 2 : 1;
  const unit = 10 ** Math.floor(Math.log10(max));
  const steps = [1, 2, 2.5, 4, 5, 10].map((m) => m * unit).filter((v) => (whole ? v % 2 === 0 : v !== 4 * unit));
  return steps.find((v) => v >= max * 0.9999) ?? (whole ? 20 : 10) * unit;
}

export function Chart(p: ChartProps) {
  const [width, setWidth] = useState(640);
  const [at, setAt] = useState<number | null>(null);
  const [asTable, setAsTable] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const id = useId();
  useEffect(() => {
    if (!box.current) return;
    const watch = new ResizeObserver(([e]) => setWidth(Math.max(160, Math.round(e!.contentRect.width))));
    watch.observe(box.current);
    return () => watch.disconnect();
  }, [asTable]);
  const series = p.series.slice(0, 4);
  const xs = [...new Set(series.flatMap((s) => s.points.map((q) => q.x)))].sort((a, b) => a - b);
  const first = xs[0] ?? 0;
  const last = xs[xs.length - 1] ?? 1;
  const top = niceMax(Math.max(p.yMax ?? 0, ...series.flatMap((s) => s.points.map((q) => q.y))), p.whole);
  const bars = p.kind === 'bar';
  const step = bars ? width / Math.max(1, xs.length) : 0;
  const px = (x: number) => (bars ? (xs.indexOf(x) + 0.5) * step : last === first ? width / 2 : ((x - first) / (last - first)) * width);
  const py = (y: number) => HEIGHT - (Math.max(0, y) / top) * HEIGHT;
  const line = (s: Series) => s.points.map((q, i) => `${i ? 'L' : 'M'}${px(q.x).toFixed(1)} ${py(q.y).toFixed(1)}`).join('');
  const pick = Math.min(at ?? xs.length - 1, xs.length - 1);
  const x = xs[pick];
  const reading = x === undefined ? '' : `${p.xText(x)}: ` + series
    .map((s) => {
      const q = s.points.find((o) => o.x === x);
      return q ? (series.length > 1 ? `${s.name} ${p.yText(q.y)}` : p.yText(q.y)) : '';
    })
    .filter(Boolean)
    .join(', ');
  const move = (ev: PointerEvent) => {
    const r = box.current!.getBoundingClientRect();
    const to = ev.clientX - r.left;
    setAt(xs.reduce((best, v, i) => (Math.abs(px(v) - to) < Math.abs(px(xs[best]!) - to) ? i : best), 0));
  };
  return (
    <figure class="chart" aria-labelledby={id}>
      <div class="chart-head">
        <h3 id={id}>{p.title}</h3>
        {xs.length > 0 && <Button kind="quiet" icon={asTable ? 'chart-line' : 'list'} onClick={() => setAsTable(!asTable)}>
          {t(asTable ? 'table.hide' : 'table.show')}
        </Button>}
      </div>
      {asTable
        ? (
          <Table caption={p.title} rows={xs} rowKey={String} columns={[
            { key: 'x', label: p.xLabel, head: true, cell: p.xText },
            ...series.map((s) => ({
              key: s.name, label: s.name, figure: true,
              cell: (v: number) => {
                const q = s.points.find((o) => o.x === v);
                return q ? p.yText(q.y) : '';
              },
            })),
          ]} />
        )
        : (
          <div class="chart-grid">
            <div class="chart-y" aria-hidden="true"><span>{p.yText(top)}</span><span>{p.yText(top / 2)}</span><span>{p.yText(0)}</span></div>
            <div class="chart-box" ref={box} role="slider" tabIndex={0} aria-label={t('chart.read')} aria-valuemin={0}
              aria-valuemax={Math.max(0, xs.length - 1)} aria-valuenow={Math.max(0, pick)} aria-valuetext={reading}
              onPointerMove={move} onPointerLeave={() => setAt(null)}
              onKeyDown={(ev) => {
                const by = { ArrowLeft: -1, ArrowRight: 1, ArrowDown: -1, ArrowUp: 1, Home: -1e9, End: 1e9 }[ev.key];
                if (by === undefined || ev.ctrlKey || ev.altKey) return;
                ev.preventDefault();
                setAt(Math.max(0, Math.min(xs.length - 1, pick + by)));
              }}>
              <svg viewBox={`0 0 ${width} ${HEIGHT}`} width={width} height={HEIGHT} aria-hidden="true">
                {[0, 0.5, 1].map((g) => <line key={g} class="grid" x1={0} x2={width} y1={HEIGHT * g} y2={HEIGHT * g} />)}
                {series.map((s, i) => (bars
                  ? s.points.map((q) => {
                    const w = Math.max(1, (step * 0.7) / series.length);
                    return <rect key={`${i} ${q.x}`} class={`bar c${i}`} x={px(q.x) - step * 0.35 + i * w} width={w} y={py(q.y)} height={HEIGHT - py(q.y)} />;
                  })
                  : (
                    <g key={i} class={`c${i} dash${i}`}>
                      {p.kind === 'area' && s.points.length > 1 && (
                        <path class="area" d={`${line(s)}L${px(s.points[s.points.length - 1]!.x)} ${HEIGHT}L${px(s.points[0]!.x)} ${HEIGHT}Z`} />
                      )}
                      <path class="line" d={line(s)} />
                      {s.points.length === 1 && <circle class="dot" cx={px(s.points[0]!.x)} cy={py(s.points[0]!.y)} r={4} />}
                    </g>
                  )))}
                {at !== null && x !== undefined && (
                  <g>
                    <line class="mark" x1={px(x)} x2={px(x)} y1={0} y2={HEIGHT} />
                    {!bars && series.map((s, i) => {
                      const q = s.points.find((o) => o.x === x);
                      return q && <circle key={i} class={`dot c${i}`} cx={px(x)} cy={py(q.y)} r={4} />;
                    })}
                  </g>
                )}
              </svg>
            </div>
            <div class="chart-x" aria-hidden="true"><span>{xs.length ? p.xText(first) : ''}</span><span>{xs.length > 1 ? p.xText(last) : ''}</span></div>
          </div>
        )}
      <p class="chart-read figure" aria-hidden="true">{at !== null ? reading : '\u00a0'}</p>
      {series.length > 1 && (
        <ul class="chart-key">{series.map((s, i) => <li key={s.name}><svg width="22" height="8" aria-hidden="true" class={`c${i} dash${i}`}><path class="line" d="M0 4H22" /></svg>{s.name}</li>)}</ul>
      )}
      <figcaption class="note">{p.summary}</figcaption>
    </figure>
  );
}
