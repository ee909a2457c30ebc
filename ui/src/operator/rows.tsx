// SPDX-License-Identifier: AGPL-3.0-or-later
// J and K go from row to row of the page's table; Tab goes on from there to what the row offers.
import { useEffect } from 'preact/hooks';
import { t } from '../base/i18n.ts';
import { isSingle, keyName, singleKeys } from '../base/keys.ts';

export function RowKeys() {
  useEffect(() => {
    const press = (ev: KeyboardEvent) => {
      const step = { j: 1, k: -1 }[keyName(ev)];
      if (!step || !isSingle(ev) || document.querySelector('dialog[open]')) return;
      const rows = [...document.querySelectorAll<HTMLElement>('main .table.dense tbody tr')];
      const at = rows.findIndex((row) => row.contains(document.activeElement));
      const row = rows[at < 0 ? (step > 0 ? 0 : rows.length - 1) : at + step];
      if (!row) return;
      ev.preventDefault();
      row.tabIndex = -1;
      row.focus();
      row.scrollIntoView({ block: 'nearest' });
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, []);
  if (!singleKeys.value) return null;
  return <p class="note keys-help"><kbd>J</kbd> <kbd>K</kbd> {t('operate.rows')}</p>;
}
