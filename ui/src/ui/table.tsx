// SPDX-License-Identifier: AGPL-3.0-or-later
// A table that becomes a list of cards where it is narrow: each cell then carries its column's name.
import type { ComponentChildren } from 'preact';
import { t } from '../base/i18n.ts';
import { Button } from './button.tsx';
import type { Listed } from './hooks.ts';
import { Problem, Skeleton } from './page.tsx';

export interface Column<R> {
  key: string;
  label: string;
  /** Figures: right, tabular. */
  figure?: boolean;
  /** The cell that names the row. */
  head?: boolean;
  cell: (row: R) => ComponentChildren;
}

export function Table<R>(p: {
  caption: string;
  columns: Column<R>[];
  rows: R[];
  rowKey: (row: R) => string;
  /** 36-px rows, for operators. */
  dense?: boolean;
}) {
  return (
    <div class="table-box">
      <table class={p.dense ? 'table dense' : 'table'}>
        <caption class="hidden">{p.caption}</caption>
        <thead>
          <tr>{p.columns.map((c) => <th key={c.key} scope="col" class={c.figure ? 'figure' : undefined}>{c.label}</th>)}</tr>
        </thead>
        <tbody>
          {p.rows.map((row) => (
            <tr key={p.rowKey(row)}>
              {p.columns.map((c) => {
                const cls = c.figure ? 'figure' : undefined;
                return c.head
                  ? <th key={c.key} scope="row" class={cls} data-label={c.label}>{c.cell(row)}</th>
                  : <td key={c.key} class={cls} data-label={c.label}>{c.cell(row)}</td>;
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A list by cursors: skeleton, failure, nothing, rows, "show more". */
export function List<T>({ list, empty, children, rows = 4 }: {
  list: Listed<T>; empty: ComponentChildren; children: (items: T[]) => ComponentChildren; rows?: number;
}) {
  if (list.items === undefined) {
    return list.error === undefined ? <Skeleton rows={rows} /> : <Problem error={list.error} retry={list.reload} />;
  }
  if (list.items.length === 0 && !list.more) return <>{empty}</>;
  return (
    <>
      {children(list.items)}
      {list.error !== undefined && <Problem error={list.error} retry={list.loadMore} />}
      {list.more && (
        <p class="more"><Button busy={list.loading} onClick={list.loadMore}>{t('list.more')}</Button></p>
      )}
    </>
  );
}
