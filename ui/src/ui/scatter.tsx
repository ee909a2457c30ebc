// SPDX-License-Identifier: AGPL-3.0-or-later
// Points by two numbers, the second a share from nothing to all; a line hangs down to what it is at least.
import { percent } from '../base/i18n.ts';
import { Frame, HEIGHT, niceMax } from './chart.tsx';
import { Table } from './table.tsx';

export interface Dot { name: string; x: number; y: number; low: number }

export function Scatter(p: {
  title: string; summary: string; dots: Dot[]; xText: (x: number) => string;
  words: { name: string; x: string; y: string; low: string };
}) {
  const dots = [...p.dots].sort((a, b) => a.x - b.x || a.y - b.y);
  const right = niceMax(Math.max(0, ...dots.map((d) => d.x)), true);
  const px = (x: number, width: number) => (x / right) * width;
  const py = (y: number) => HEIGHT - Math.min(1, Math.max(0, y)) * HEIGHT;
  const far = (d: Dot, x: number, y: number, width: number) => (px(d.x, width) - x) ** 2 + (py(d.y) - y) ** 2;
  return (
    <Frame title={p.title} summary={p.summary} count={dots.length}
      reading={(i) => `${dots[i]!.name}: ${p.xText(dots[i]!.x)}, ${percent(dots[i]!.y)}`}
      nearest={(x, y, width) => dots.reduce((best, d, i) => (far(d, x, y, width) < far(dots[best]!, x, y, width) ? i : best), 0)}
      yTexts={[percent(1), percent(0.5), percent(0)]} xTexts={['0', p.xText(right)]}
      draw={(width, at) => (
        <g class="c0">
          {dots.map((d) => <line key={d.name} class="low" x1={px(d.x, width)} x2={px(d.x, width)} y1={py(d.y)} y2={py(d.low)} />)}
          {dots.map((d, i) => <circle key={d.name} class="dot" cx={px(d.x, width)} cy={py(d.y)} r={i === at ? 6 : 4} />)}
        </g>
      )}
      table={
        <Table caption={p.title} rows={dots} rowKey={(d) => d.name} columns={[
          { key: 'name', label: p.words.name, head: true, cell: (d) => d.name },
          { key: 'x', label: p.words.x, figure: true, cell: (d) => p.xText(d.x) },
          { key: 'y', label: p.words.y, figure: true, cell: (d) => percent(d.y) },
          { key: 'low', label: p.words.low, figure: true, cell: (d) => percent(d.low) },
        ]} />
      } />
  );
}
