// SPDX-License-Identifier: AGPL-3.0-or-later
// What is thought of my own answers, project by project, in plain words, and what that rests on.
import { call } from '../../api/client.ts';
import type { Skill } from '../../api/types.ts';
import { number, percent, t } from '../../base/i18n.ts';
import { useList } from '../../ui/hooks.ts';
import { List, Table } from '../../ui/table.tsx';

function words(s: Skill): string {
  if (s.percent == null || s.at_least == null) return t('skills.few');
  return t('skills.about', { share: percent(s.percent / 100), least: percent(s.at_least / 100) });
}

export function Skills() {
  const list = useList((after, signal) => call('GET /me/skills', { query: { after }, signal }), []);
  return (
    <List list={list} empty={<p class="note">{t('skills.none')}</p>}>
      {(items) => (
        <>
          <p class="note">{t('skills.how')}</p>
          <Table caption={t('skills.title')} rows={items} rowKey={(s) => s.project} columns={[
            { key: 'project', label: t('skills.project'), head: true, cell: (s) => <bdi>{s.title}</bdi> },
            { key: 'share', label: t('skills.share'), cell: words },
            { key: 'answers', label: t('skills.answers'), figure: true, cell: (s) => number(s.answers) },
            { key: 'rejected', label: t('skills.rejected'), figure: true, cell: (s) => number(s.rejected) },
          ]} />
        </>
      )}
    </List>
  );
}
