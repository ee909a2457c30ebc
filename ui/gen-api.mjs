// SPDX-License-Identifier: AGPL-3.0-or-later
// Makes the table `Api` (src/api/types.ts) from the server's own document:
//   node gen-api.mjs http://127.0.0.1:8080/api/v1/openapi.json   prints it as TypeScript
//   node gen-api.mjs --check FILE|URL                            says where the written table is not true: operations
//                                                                that are not served, and, by the compiler, replies,
//                                                                bodies and queries whose types do not fit
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

/** A JSON Schema as a TypeScript type. Components are written out where they are used. */
export function typeOf(schema, doc, depth = 0) {
  if (!schema || depth > 20) return 'any';
  if (schema.$ref) {
    const target = schema.$ref.replace(/^#\//, '').split('/').reduce((at, key) => at?.[key], doc);
    return typeOf(target, doc, depth + 1);
  }
  if (schema.enum) return schema.enum.map((v) => JSON.stringify(v)).join(' | ');
  if ('const' in schema) return JSON.stringify(schema.const);
  const either = schema.oneOf ?? schema.anyOf;
  if (either) return either.map((s) => typeOf(s, doc, depth + 1)).join(' | ');
  if (schema.allOf) return schema.allOf.map((s) => typeOf(s, doc, depth + 1)).join(' & ');
  const kinds = Array.isArray(schema.type) ? schema.type : [schema.type];
  return kinds.map((kind) => {
    switch (kind) {
      case 'string': return schema.format === 'binary' ? 'Blob' : 'string';
      case 'integer':
      case 'number': return 'number';
      case 'boolean': return 'boolean';
      case 'null': return 'null';
      case 'array': {
        const item = typeOf(schema.items, doc, depth + 1);
        return /[|&]/.test(item) ? `(${item})[]` : `${item}[]`;
      }
      case 'object': {
        if (!schema.properties) {
          return schema.additionalProperties
            ? `Record<string, ${typeOf(schema.additionalProperties, doc, depth + 1)}>`
            : 'Record<string, unknown>';
        }
        const must = new Set(schema.required ?? []);
        const parts = Object.entries(schema.properties).map(
          ([name, s]) => `${/^\w+$/.test(name) ? name : JSON.stringify(name)}${must.has(name) ? '' : '?'}: ${typeOf(s, doc, depth + 1)}`,
        );
        return `{ ${parts.join('; ')} }`;
      }
      default: return 'any';
    }
  }).join(' | ');
}

/** All is text in an address: a figure may be given as either. */
const inAddress = (type) => (type === 'number' ? 'number | string' : type);

/** The table's rows, sorted by path: [key, type]. */
export function rowsOf(doc) {
  const rows = [];
  for (const [path, verbs] of Object.entries(doc.paths ?? {})) {
    if (!path.startsWith('/api/v1/')) continue;
    for (const [verb, operation] of Object.entries(verbs)) {
      if (!['get', 'post', 'delete'].includes(verb)) continue;
      const parts = [];
      const query = (operation.parameters ?? []).filter((p) => p.in === 'query');
      if (query.length) {
        parts.push(`query: { ${query.map((p) => `${p.name}${p.required ? '' : '?'}: ${inAddress(typeOf(p.schema, doc))}`).join('; ')} }`);
      }
      const content = operation.requestBody?.content;
      if (content) {
        const json = content['application/json'];
        parts.push(`body: ${json ? typeOf(json.schema, doc) : 'Blob'}`);
      }
      const good = Object.entries(operation.responses ?? {}).find(([status]) => status.startsWith('2'));
      const reply = good?.[1].content?.['application/json'];
      parts.push(`reply: ${reply ? typeOf(reply.schema, doc) : 'void'}`);
      rows.push([`${verb.toUpperCase()} ${path.slice('/api/v1'.length)}`, `{ ${parts.join('; ')} }`]);
    }
  }
  return rows.sort(([a], [b]) => (a < b ? -1 : 1));
}

async function read(from) {
  if (!/^https?:/.test(from)) return JSON.parse(readFileSync(from, 'utf8'));
  const reply = await fetch(from);
  if (!reply.ok) throw new Error(`${from}: ${reply.status}`);
  return reply.json();
}

/** The compiler's words on each operation of the table `used` whose types are not those that are served. */
function differences(rows, used) {
  const names = (key) => key.replace(/\{\w+\}/g, '{}');
  const lines = ["import type { Api } from '../../ui/src/api/types.ts';"];
  const about = new Map();
  for (const key of used) {
    const row = rows.find(([served]) => names(served) === names(key));
    if (!row) continue;
    const say = (what, text) => {
      about.set(lines.length + 1, `${key}: ${what}`);
      lines.push(text);
    };
    const part = (type, name) => `(${type} extends { ${name}: infer V } ? V : undefined)`;
    const served = `(${row[1]})`;
    const own = `Api['${key}']`;
    // What comes must be what is read; what is sent must be what is taken. A reply that nobody reads may be anything.
    say('reply', `export const reply${lines.length} = (v: ${part(served, 'reply')}): ${own}['reply'] extends void ? unknown : ${own}['reply'] => v;`);
    for (const name of ['body', 'query']) {
      say(name, `export const ${name}${lines.length} = (v: ${part(own, name)}): ${part(served, name)} | undefined => v;`);
    }
  }
  const dir = join(dirname(here), 'build', 'api-check');
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'check.ts'), lines.join('\n') + '\n');
  writeFileSync(join(dir, 'tsconfig.json'), JSON.stringify({ extends: '../../ui/tsconfig.json', include: [], files: ['check.ts'] }));
  try {
    execFileSync(join(here, 'node_modules', '.bin', 'tsc'), ['--noEmit', '-p', dir], { encoding: 'utf8', cwd: dir });
    return [];
  } catch (error) {
    return String(error.stdout).split('\n').filter(Boolean).map((line) => {
      const at = /^check\.ts\((\d+),\d+\): (.*)/.exec(line);
      return at ? `${about.get(Number(at[1])) ?? ''}: ${at[2]}` : line;
    });
  }
}

async function main(args) {
  const check = args[0] === '--check';
  const doc = await read(args[check ? 1 : 0] ?? 'http://127.0.0.1:8080/api/v1/openapi.json');
  const rows = rowsOf(doc);
  if (!check) {
    console.log('// SPDX-License-Identifier: AGPL-3.0-or-later\n// Made by gen-api.mjs from the server\'s document.');
    console.log('export interface Api {');
    for (const [key, type] of rows) console.log(`  '${key}': ${type};`);
    console.log('}');
    return 0;
  }
  const written = readFileSync(join(here, 'src', 'api', 'types.ts'), 'utf8');
  const used = new Set([...written.matchAll(/^ {2}'((?:GET|POST|DELETE) [^']+)':/gm)].map((m) => m[1]));
  const names = (key) => key.replace(/\{\w+\}/g, '{}');
  const served = new Set(rows.map(([key]) => names(key)));
  const missing = [...used].filter((key) => !served.has(names(key)));
  const without = rows.map(([key]) => key).filter((key) => ![...used].some((u) => names(u) === names(key)));
  for (const key of missing) console.log(`not served: ${key}`);
  for (const key of without) console.log(`without a page: ${key}`);
  const different = differences(rows, used);
  for (const line of different) console.log(line);
  return missing.length + different.length ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = await main(process.argv.slice(2));
}
