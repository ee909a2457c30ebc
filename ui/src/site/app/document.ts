// SPDX-License-Identifier: AGPL-3.0-or-later
// The API's own document (OpenAPI 3.1) as this page shows it: operations in groups, fields with their
// limits, types in the short words of docs/api.md, and a call that can be pasted.
import type { OpenApi, Schema } from '../../api/types.ts';

export interface Field {
  name: string;
  place: 'path' | 'query' | 'body';
  type: string;
  required: boolean;
  about: string;
}

export interface Operation {
  id: string;
  verb: string;
  /** Without /api/v1. */
  path: string;
  about: string;
  /** Roles any of which is enough; empty: anybody. */
  roles: string[];
  /** As many roles as there are: anybody who is signed in. */
  everybody: boolean;
  fields: Field[];
  /** The whole body is a file. */
  file: boolean;
  /** What comes back, or '' when nothing does. */
  reply: string;
  /** It comes piece by piece: a file, or events. */
  runs: string;
  curl: string;
  /** Everything that a search looks at, in small letters. */
  text: string;
}

export interface Group { name: string; about: string; operations: Operation[] }

const ROLES = 5;
const HOLDER = /\{(\w+)\}/g;

/** The kinds of a schema without null, and whether null was among them. */
function kindsOf(s: Schema): string[] {
  return (Array.isArray(s.type) ? s.type : s.type ? [s.type] : []).filter((k) => k !== 'null');
}

/** One word for a schema that holds no others. */
function wordOf(s: Schema): string {
  if (s.enum) return s.enum.map((v) => JSON.stringify(v)).join(' | ');
  switch (kindsOf(s)[0]) {
    case 'string': return s.format === 'date-time' ? 'time' : s.pattern === '^[0-9]+$' ? 'id' : 'text';
    case 'integer': return s.format === 'minor-units' ? 'money' : 'int';
    case 'number': return 'real';
    case 'boolean': return 'bool';
    default: return 'any';
  }
}

/** A type as text; objects have a line for each member. */
export function typeText(s: Schema, indent = ''): string {
  const kind = kindsOf(s)[0];
  if (kind === 'array') return `[${typeText(s.items ?? {}, indent)}]`;
  if (kind !== 'object' || !s.properties) return wordOf(s);
  const must = new Set(s.required ?? []);
  const lines = Object.entries(s.properties).map(([name, member]) =>
    `${indent}  ${name}${must.has(name) ? '' : '?'}: ${typeText(member, indent + '  ')}`);
  return lines.length ? `{\n${lines.join('\n')}\n${indent}}` : '{}';
}

/** The type of a field with its limits: "text, 1 to 200 characters". */
export function fieldType(s: Schema, say: (least: number | undefined, most: number | undefined, what: 'characters' | 'value') => string): string {
  const limits = s.minLength !== undefined || s.maxLength !== undefined
    ? say(s.minLength, s.maxLength, 'characters')
    : s.minimum !== undefined || s.maximum !== undefined ? say(s.minimum, s.maximum, 'value') : '';
  return limits ? `${wordOf(s)}, ${limits}` : wordOf(s);
}

function sample(name: string, s: Schema): unknown {
  if (s.enum) return s.enum[0];
  switch (wordOf(s)) {
    case 'id': return '81';
    case 'time': return '2027-01-31T18:00:00Z';
    case 'int':
    case 'money': return Math.max(s.minimum ?? 0, Math.min(5, s.maximum ?? 5));
    case 'bool': return true;
    case 'any': return {};
    default: return name === 'email' ? 'ana@example.org' : /password|old|new/.test(name) ? 'a long sentence' : '…';
  }
}

interface Raw { path: string; verb: string; op: OpenApi['paths'][string][string] }

function bodyOf(raw: Raw): { json?: Schema; file: boolean } {
  const content = raw.op.requestBody?.content;
  if (!content) return { file: false };
  const json = content['application/json']?.schema;
  return { ...(json ? { json } : {}), file: !json };
}

function curlOf(raw: Raw, origin: string): string {
  const { op, path, verb } = raw;
  const { json, file } = bodyOf(raw);
  const query = (op.parameters ?? []).filter((p) => p.in === 'query' && p.required).map((p) => `${p.name}=${encodeURIComponent(String(p.name === 'name' && file ? 'cells.zip' : sample(p.name, p.schema)))}`);
  const url = `"${origin}${path.replace(HOLDER, '$$$1')}${query.length ? `?${query.join('&')}` : ''}"`;
  const parts = ['curl'];
  if (verb !== 'get' && !(verb === 'post' && (json || file))) parts.push(`-X ${verb.toUpperCase()}`);
  if (op['x-runs'] === 'events') parts.push('-N');
  if (op['x-runs'] === 'stream') parts.push('-OJ');
  if (op['x-roles']?.length) parts.push('-H "Authorization: Bearer $KEY"');
  if (json) {
    const members = Object.entries(json.properties ?? {});
    const must = members.filter(([name]) => json.required?.includes(name));
    const shown = Object.fromEntries((must.length ? must : members.slice(0, 1)).map(([name, s]) => [name, sample(name, s)]));
    parts.push("-H 'Content-Type: application/json'", `-d '${JSON.stringify(shown)}'`);
  }
  if (file) parts.push('--data-binary @cells.zip');
  parts.push(url);
  // A line for each part once it is long.
  const line = parts.join(' ');
  return line.length < 72 ? line : parts.slice(1).reduce((text, part) => `${text} \\\n  ${part}`, parts[0]!);
}

/** All operations, in the groups and the order of the document. */
export function groupsOf(doc: OpenApi, origin: string, say: Parameters<typeof fieldType>[1]): Group[] {
  const groups = new Map<string, Group>((doc.tags ?? []).map((tag) => [tag.name, { name: tag.name, about: tag.description ?? '', operations: [] }]));
  for (const [path, verbs] of Object.entries(doc.paths)) {
    for (const [verb, op] of Object.entries(verbs)) {
      const raw = { path, verb, op };
      const { json, file } = bodyOf(raw);
      const must = new Set(json?.required ?? []);
      const fields: Field[] = [
        ...(op.parameters ?? []).map((p): Field => ({
          name: p.name, place: p.in, type: fieldType(p.schema, say), required: !!p.required, about: p.schema.description ?? '',
        })),
        ...Object.entries(json?.properties ?? {}).map(([name, s]): Field => ({
          name, place: 'body', type: fieldType(s, say), required: must.has(name), about: s.description ?? '',
        })),
      ];
      const reply = Object.entries(op.responses).find(([status]) => status.startsWith('2'))?.[1].content;
      const roles = op['x-roles'] ?? [];
      const name = op.tags?.[0] ?? '';
      const short = path.replace(/^\/api\/v1/, '');
      const group = groups.get(name) ?? { name, about: '', operations: [] };
      groups.set(name, group);
      group.operations.push({
        id: op.operationId, verb: verb.toUpperCase(), path: short, about: op.summary ?? '', roles, everybody: roles.length >= ROLES, fields, file,
        reply: reply ? typeText(Object.values(reply)[0]?.schema ?? {}) : '', runs: op['x-runs'] ?? '', curl: curlOf(raw, origin),
        text: [name, verb, short, op.summary, ...roles, ...fields.map((f) => f.name)].join(' ').toLowerCase(),
      });
    }
  }
  return [...groups.values()].filter((g) => g.operations.length > 0);
}

/** Only what holds every word of `query`. */
export function search(groups: Group[], query: string): Group[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return groups;
  return groups
    .map((g) => ({ ...g, operations: g.operations.filter((o) => words.every((w) => o.text.includes(w))) }))
    .filter((g) => g.operations.length > 0);
}
