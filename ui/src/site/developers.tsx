// SPDX-License-Identifier: AGPL-3.0-or-later
// The API for people who read: every route of the OpenAPI document that this site serves, with its fields.
import { t } from '../base/i18n.ts';
import { useLoad } from '../ui/hooks.ts';
import { Page, Problem, Skeleton } from '../ui/page.tsx';
import { Table } from '../ui/table.tsx';

interface Schema {
  type?: string | string[];
  description?: string;
  format?: string;
  pattern?: string;
  enum?: string[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
}
type Content = Record<string, { schema: Schema }>;
interface Operation {
  summary: string;
  security?: unknown[];
  'x-who': number;
  parameters: { name: string; in: 'path' | 'query'; required: boolean; schema: Schema }[];
  requestBody?: { content: Content };
  responses: Record<string, { content?: Content }>;
}
interface Document { paths: Record<string, Record<string, Operation>> }

interface Field { name: string; place: 'path' | 'query' | 'body'; schema: Schema; required: boolean }
interface Route { verb: string; path: string; operation: Operation }

const ADDRESS = '/api/v1/openapi.json';
const ROLES = ['worker', 'requester', 'reviewer', 'manager', 'operator'] as const;

async function read(signal: AbortSignal): Promise<Document> {
  const reply = await fetch(ADDRESS, { signal });
  if (!reply.ok) throw new Error(String(reply.status));
  return await reply.json() as Document;
}

/** A type as the server's own views write it. */
function typeOf(s: Schema): string {
  const type = [s.type].flat().find((one) => one !== 'null');
  if (s.enum) return s.enum.join(' | ');
  if (s.format === 'date-time') return 'time';
  if (s.format === 'minor-units') return 'money';
  if (type === 'array') return `[${typeOf(s.items ?? {})}]`;
  if (type === 'string') return s.pattern ? 'id' : 'text';
  if (type === 'object' && s.properties) {
    return `{${Object.entries(s.properties).map(([name, one]) => `${name}${s.required?.includes(name) ? '' : '?'}: ${typeOf(one)}`).join(', ')}}`;
  }
  return type ?? 'any';
}

function fieldsOf(o: Operation): Field[] {
  const fields: Field[] = o.parameters.map((p) => ({ name: p.name, place: p.in, schema: p.schema, required: p.required }));
  for (const { schema } of Object.values(o.requestBody?.content ?? {})) {
    if (!schema.properties) fields.push({ name: t('api.file'), place: 'body', schema, required: true });
    for (const [name, one] of Object.entries(schema.properties ?? {})) {
      fields.push({ name, place: 'body', schema: one, required: schema.required?.includes(name) ?? false });
    }
  }
  return fields;
}

function whoOf(o: Operation): string {
  if (o.security?.length === 0) return t('api.who.anyone');
  if (o['x-who'] === 31) return t('api.who.signed-in');
  return ROLES.filter((_, n) => (o['x-who'] >> n) & 1).map((role) => t(`role.${role}`)).join(', ');
}

/** Routes by the first part of their address behind the version. */
function groupsOf(d: Document): [string, Route[]][] {
  const groups = new Map<string, Route[]>();
  for (const [path, verbs] of Object.entries(d.paths)) {
    const name = path.replace('/api/v1/', '').split('/').find((part) => part !== '') ?? path;
    for (const [verb, operation] of Object.entries(verbs)) {
      groups.set(name, [...(groups.get(name) ?? []), { verb: verb.toUpperCase(), path, operation }]);
    }
  }
  return [...groups];
}

function RouteOf({ verb, path, operation }: Route) {
  const fields = fieldsOf(operation);
  const reply = Object.values(operation.responses['2XX']?.content ?? {})[0];
  return (
    <details class="route">
      <summary><code>{verb} {path}</code> <span class="note">{operation.summary}</span></summary>
      <p class="note">{t('api.who', { who: whoOf(operation) })}</p>
      {fields.length > 0 && (
        <Table dense caption={t('api.fields')} rows={fields} rowKey={(f) => `${f.place} ${f.name}`} columns={[
          { key: 'name', label: t('api.field'), head: true, cell: (f) => <code>{f.name}</code> },
          { key: 'place', label: t('api.place'), cell: (f) => t(`api.place.${f.place}`) },
          { key: 'type', label: t('api.type'), cell: (f) => <code>{typeOf(f.schema)}</code> },
          { key: 'must', label: t('api.must'), cell: (f) => (f.required ? t('api.must.yes') : '') },
          { key: 'about', label: t('api.about'), cell: (f) => f.schema.description ?? '' },
        ]} />
      )}
      {reply && <p class="note">{t('api.reply')} <code>{typeOf(reply.schema)}</code></p>}
    </details>
  );
}

export function Developers() {
  const { data, error, reload } = useLoad(read, []);
  return (
    <Page title={t('api.title')} lead={t('api.lead')}>
      <p><a href={ADDRESS}>{t('api.document')}</a></p>
      {!data && (error === undefined ? <Skeleton tall /> : <Problem error={{ status: 0 }} retry={reload} />)}
      {data && groupsOf(data).map(([name, routes]) => (
        <section key={name} class="stack">
          <h2>{name}</h2>
          {routes.map((r) => <RouteOf key={`${r.verb} ${r.path}`} {...r} />)}
        </section>
      ))}
    </Page>
  );
}
