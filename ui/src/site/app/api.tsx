// SPDX-License-Identifier: AGPL-3.0-or-later
// The API's page for people who write programs: from the server's own document, with search,
// addresses for each operation, and calls to paste. Open to everybody.
import { useEffect, useMemo, useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import { me } from '../../api/session.ts';
import { hasWord, listText, t, type Key } from '../../base/i18n.ts';
import { place, setQuery } from '../../base/route.ts';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { announce, useLoad } from '../../ui/hooks.ts';
import { Icon } from '../../ui/icon.tsx';
import { Empty, Page, Problem, Skeleton } from '../../ui/page.tsx';
import { Table } from '../../ui/table.tsx';
import { T } from '../../ui/text.tsx';
import { groupsOf, search, type Group, type Operation } from './document.ts';

const plain = (n: number | undefined) => (n === undefined ? '' : String(n));

function limits(min: number | undefined, max: number | undefined, what: 'characters' | 'value'): string {
  const values = { min: plain(min), max: plain(max) };
  if (min !== undefined && max !== undefined) return t(`docs.between.${what}`, values);
  return t(`docs.${max !== undefined ? 'most' : 'least'}.${what}`, values);
}

function who(o: Operation): string {
  if (o.roles.length === 0) return t('docs.who.anybody');
  if (o.everybody) return t('docs.who.everybody');
  return listText(o.roles.map((role) => (hasWord(`role.${role}`) ? t(`role.${role}` as Key) : role)));
}

function Detail({ o }: { o: Operation }) {
  const copy = () => void navigator.clipboard?.writeText(o.curl).then(() => announce(t('docs.copied')), () => {});
  return (
    <div class="op-body">
      <div class="row">
        <p><span class="op-who">{t('docs.who')}: </span>{who(o)}</p>
        <a class="op-link" href={`#${o.id}`} aria-label={t('docs.link', { name: `${o.verb} ${o.path}` })}>{t('docs.link.word')}</a>
      </div>
      {o.fields.length > 0 && (
        <div>
          <h4>{t('docs.fields')}</h4>
          <Table dense caption={`${t('docs.fields')}: ${o.verb} ${o.path}`} rows={o.fields} rowKey={(f) => `${f.place} ${f.name}`} columns={[
            { key: 'name', label: t('docs.field'), head: true, cell: (f) => <><code>{f.name}</code>{f.required && <span class="note sub">{t('docs.required')}</span>}</> },
            { key: 'place', label: t('docs.field.place'), cell: (f) => t(`docs.place.${f.place}`) },
            { key: 'type', label: t('docs.field.type'), cell: (f) => f.type },
            { key: 'about', label: t('docs.field.about'), cell: (f) => f.about },
          ]} />
        </div>
      )}
      {o.file && <p>{t('docs.file')}</p>}
      <div>
        <h4>{t('docs.reply')}</h4>
        {o.reply === ''
          ? <p>{t(o.runs === 'stream' ? 'docs.reply.file' : 'docs.reply.none')}</p>
          : <>{o.runs === 'events' && <p>{t('docs.reply.events')}</p>}<pre tabIndex={0} role="region" aria-label={`${t('docs.reply')}: ${o.verb} ${o.path}`}>{o.reply}</pre></>}
      </div>
      <div>
        <div class="row"><h4>{t('docs.example')}</h4><Button kind="quiet" icon="copy" onClick={copy}>{t('docs.copy')}</Button></div>
        <pre tabIndex={0} role="region" aria-label={`${t('docs.example')}: ${o.verb} ${o.path}`}>{o.curl}</pre>
      </div>
    </div>
  );
}

function One({ o, open }: { o: Operation; open: boolean }) {
  const [shown, setShown] = useState(open);
  useEffect(() => {
    if (open) setShown(true);
  }, [open]);
  return (
    <details class="op" id={o.id} open={shown} onToggle={(ev) => setShown(ev.currentTarget.open)}>
      <summary>
        <span class={`op-verb ${o.verb.toLowerCase()}`}>{o.verb}</span>
        <span class="op-words"><h3><code>{o.path}</code></h3> <span class="note">{o.about}</span></span>
        <Icon name="chevron-down" />
      </summary>
      {shown && <Detail o={o} />}
    </details>
  );
}

/** What stands behind the #, followed. */
function useHash(): string {
  const [hash, setHash] = useState(() => location.hash.slice(1));
  const { turn } = place.value;
  useEffect(() => {
    const read = () => setHash(location.hash.slice(1));
    read();
    addEventListener('hashchange', read);
    return () => removeEventListener('hashchange', read);
  }, [turn]);
  return hash;
}

function Basics() {
  return (
    <section class="panel api-basics" aria-label={t('docs.basics')}>
      <p><T k="docs.basics.key" parts={{ header: <code>{'Authorization: Bearer tk_…'}</code>, csrf: <code>X-Tessera: 1</code> }} /></p>
      <dl>
        {(['id', 'money', 'time'] as const).map((name) => <div key={name}><dt><code>{name}</code></dt><dd>{t(`docs.basics.${name}`)}</dd></div>)}
      </dl>
      <p>{t('docs.basics.more')}</p>
    </section>
  );
}

function Groups({ groups, all, query }: { groups: Group[]; all: Group[]; query: string }) {
  const hash = useHash();
  useEffect(() => {
    // Once the operation stands there it is gone to.
    if (hash) document.getElementById(hash)?.scrollIntoView();
  }, [hash]);
  const count = groups.reduce((n, g) => n + g.operations.length, 0);
  useEffect(() => {
    if (query) announce(t('docs.found', { n: count }));
  }, [query, count]);
  return (
    <div class="api">
      <nav class="api-groups" aria-label={t('docs.groups')}>
        <ul>{all.map((g) => <li key={g.name}><a href={`#group-${g.name}`} onClick={() => query && setQuery({ q: null })}>{g.name}</a></li>)}</ul>
      </nav>
      <div class="api-list">
        <p class="note">{t('docs.found', { n: count })}</p>
        {groups.map((g) => (
          <section class="api-group" key={g.name} id={`group-${g.name}`} aria-label={g.name}>
            <h2>{g.name}</h2>
            <p class="note">{g.about}</p>
            <div class="ops">{g.operations.map((o) => <One key={o.id} o={o} open={o.id === hash || (query !== '' && count === 1)} />)}</div>
          </section>
        ))}
        {groups.length === 0 && (
          <Empty icon="search" title={t('docs.none')} text={t('docs.none.text')}
            action={<Button kind="primary" onClick={() => setQuery({ q: null })}>{t('docs.clear')}</Button>} />
        )}
      </div>
    </div>
  );
}

export function ApiDocs() {
  const { data, error, reload } = useLoad((signal) => call('GET /openapi.json', { signal }), []);
  const query = place.value.query.get('q') ?? '';
  const all = useMemo(() => (data ? groupsOf(data, location.origin, limits) : []), [data]);
  const groups = useMemo(() => search(all, query), [all, query]);
  return (
    <Page title={t('docs.title')} lead={t('docs.lead')} actions={(
      <>
        {me.value && <Button icon="key-round" href="/keys">{t('docs.keys')}</Button>}
        <Button icon="download" href="/api/v1/openapi.json" download>{t('docs.whole')}</Button>
      </>
    )}>
      <Basics />
      {!data && (error === undefined ? <Skeleton rows={6} /> : <Problem error={error} retry={reload} />)}
      {data && (
        <>
          <div class="api-search">
            <TextField label={t('docs.search')} hint={t('docs.search.hint')} type="search" value={query} onValue={(q) => setQuery({ q })} />
          </div>
          <Groups groups={groups} all={all} query={query} />
        </>
      )}
    </Page>
  );
}
