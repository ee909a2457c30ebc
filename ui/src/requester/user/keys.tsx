// SPDX-License-Identifier: AGPL-3.0-or-later
// Keys for programs that use the API in one's name. A secret is shown once.
import { useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import { t } from '../../base/i18n.ts';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { Form, needed, TextField, useForm } from '../../ui/field.tsx';
import { announce, useLoad } from '../../ui/hooks.ts';
import { Empty, Page, Problem, Section, Skeleton } from '../../ui/page.tsx';
import { Table } from '../../ui/table.tsx';
import { Time } from '../../ui/text.tsx';

function Secret({ made }: { made: { access_key: string; secret_key: string } }) {
  const copy = () => void navigator.clipboard?.writeText(made.secret_key).then(() => announce(t('keys.copied')), () => {});
  return (
    <div class="notice good secret" role="status">
      <div class="notice-text">
        <p>{t('keys.once')}</p>
        <dl class="facts">
          <div><dt>{t('keys.access')}</dt><dd><code>{made.access_key}</code></dd></div>
          <div><dt>{t('keys.secret')}</dt><dd><code>{made.secret_key}</code></dd></div>
        </dl>
      </div>
      <Button icon="copy" onClick={copy}>{t('keys.copy')}</Button>
    </div>
  );
}

export function Keys() {
  const { data, error, reload } = useLoad((signal) => call('GET /me/keys', { signal }), []);
  const [made, setMade] = useState<{ access_key: string; secret_key: string }>();
  const [end, setEnd] = useState<{ access_key: string; label: string } | null>(null);
  const form = useForm(
    { label: '' },
    async (v) => {
      setMade(await call('POST /me/keys', { body: { label: v.label.trim() } }));
      form.setAll({ label: '' });
      reload();
    },
    (v) => needed(v, 'label'),
  );
  return (
    <Page title={t('nav.keys')} lead={t('keys.lead')}
      actions={<Button icon="book-open" href="/docs/api">{t('nav.api')}</Button>}>
      <div class="panel">
        <Form form={form} label={t('keys.new')}>
          <div class="beside">
            <TextField label={t('keys.label')} maxLength={80} {...form.field('label')} />
            <Button kind="primary" type="submit" icon="plus" busy={form.busy}>{t('keys.new')}</Button>
          </div>
        </Form>
      </div>
      {made && <div class="stack-top"><Secret made={made} /></div>}
      <Section title={t('keys.yours')}>
        {!data && (error === undefined ? <Skeleton rows={2} /> : <Problem error={error} retry={reload} />)}
        {data && (data.items.length === 0
          ? <Empty icon="key-round" title={t('keys.none')} text={t('keys.none.text')} />
          : (
            <Table caption={t('keys.yours')} rows={data.items} rowKey={(k) => k.access_key} columns={[
              { key: 'label', label: t('keys.label'), head: true, cell: (k) => <span><bdi>{k.label || k.access_key}</bdi><span class="note sub"><code>{k.access_key}</code></span></span> },
              { key: 'created', label: t('keys.created'), cell: (k) => <Time at={k.created} /> },
              { key: 'used', label: t('keys.used'), cell: (k) => (k.used ? <Time at={k.used} /> : t('keys.never')) },
              { key: 'acts', label: t('team.acts'), cell: (k) => <Button onClick={() => setEnd(k)}>{t('keys.end')}</Button> },
            ]} />
          ))}
      </Section>
      <Confirm open={end !== null} danger title={t('keys.end.title', { name: end?.label || end?.access_key || '' })} yes={t('keys.end')}
        act={() => call('DELETE /me/keys/{key}', { path: { key: end!.access_key } })} onClose={() => setEnd(null)} onDone={reload}>
        <p>{t('keys.end.text')}</p>
      </Confirm>
    </Page>
  );
}
