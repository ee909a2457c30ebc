// SPDX-License-Identifier: AGPL-3.0-or-later
// What the site has told this person. Seen is read.
import { useEffect } from 'preact/hooks';
import { call } from '../../api/client.ts';
import { t } from '../../base/i18n.ts';
import { Button } from '../../ui/button.tsx';
import { useList } from '../../ui/hooks.ts';
import { Empty, Page } from '../../ui/page.tsx';
import { List } from '../../ui/table.tsx';
import { Chip, Time } from '../../ui/text.tsx';

export function Notices() {
  const list = useList((after, signal) => call('GET /me/notices', { query: { after }, signal }), []);
  const newest = list.items?.find((n) => !n.read)?.id;
  useEffect(() => {
    if (newest) call('POST /me/notices/read', { body: { upto: newest } }).catch(() => {});
  }, [newest]);
  return (
    <Page title={t('notices.title')} lead={t('notices.lead')}>
      <List list={list} empty={
        <Empty title={t('notices.none')} text={t('notices.none.text')}
          action={<Button kind="primary" href="/">{t('notices.none.act')}</Button>} />
      }>
        {(items) => (
          <ul class="task-list">
            {items.map((n) => (
              <li key={n.id} class="note-row">
                <p dir="auto">{n.text}</p>
                <p class="note">{!n.read && <Chip tone="accent">{t('notices.new')}</Chip>} <Time at={n.at} /></p>
              </li>
            ))}
          </ul>
        )}
      </List>
    </Page>
  );
}
