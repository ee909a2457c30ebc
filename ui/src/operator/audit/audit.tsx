// SPDX-License-Identifier: AGPL-3.0-or-later
// The book of what was done by whom, newest first.
import { useRef, useState } from 'preact/hooks';
import { apiUrl, call } from '../../api/client.ts';
import { t } from '../../base/i18n.ts';
import { place, setQuery } from '../../base/route.ts';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { useList } from '../../ui/hooks.ts';
import { Empty, Page } from '../../ui/page.tsx';
import { List, Table } from '../../ui/table.tsx';
import { Time } from '../../ui/text.tsx';
import { RowKeys } from '../rows.tsx';

function Filter({ name, label }: { name: string; label: string }) {
  const [text, setText] = useState(place.value.query.get(name) ?? '');
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  return (
    <TextField label={label} value={text} maxLength={64} onValue={(v) => {
      setText(v);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => setQuery({ [name]: v.trim() }), 300);
    }} />
  );
}

const detail = (d: unknown) => (d === null || d === undefined || d === '' ? '' : typeof d === 'string' ? d : JSON.stringify(d));

export function Audit() {
  const { query } = place.value;
  const act = query.get('act') ?? '';
  const scope = /^\d{1,19}$/.test(query.get('scope') ?? '') ? query.get('scope')! : '';
  const list = useList((after, signal) => call('GET /audit', { query: { after, ...(act && { act }), ...(scope && { scope }) }, signal }), [act, scope]);
  return (
    <Page title={t('nav.audit')} lead={t('audit.lead')}
      actions={<Button icon="download" href={apiUrl('/audit/export', { scope })} download>{t('audit.export')}</Button>}>
      <div class="filters" role="group" aria-label={t('operate.filters')}>
        <Filter name="act" label={t('audit.what')} />
        <Filter name="scope" label={t('audit.scope')} />
      </div>
      <RowKeys />
      <List list={list} rows={10} empty={<Empty icon="file-text" title={t('audit.none')} action={<Button href="/operate/audit">{t('operate.clear')}</Button>} />}>
        {(items) => (
          <Table dense caption={t('nav.audit')} rows={items} rowKey={(a) => a.id} columns={[
            { key: 'what', label: t('audit.what'), head: true, cell: (a) => <span><code class="bare">{a.what}</code>{detail(a.detail) && <span class="note sub cell">{detail(a.detail)}</span>}</span> },
            { key: 'at', label: t('audit.at'), cell: (a) => <Time at={a.at} /> },
            { key: 'actor', label: t('audit.actor'), cell: (a) => <span class="figure">{a.actor ?? '–'}<span class="note sub">{[a.via, a.address].filter(Boolean).join(' · ')}</span></span> },
            { key: 'about', label: t('audit.about'), cell: (a) => <span class="figure">{a.about ?? '–'}</span> },
            { key: 'hash', label: t('audit.hash'), cell: (a) => <code class="bare" title={a.hash}>{a.hash.slice(0, 10)}</code> },
          ]} />
        )}
      </List>
    </Page>
  );
}
