// SPDX-License-Identifier: AGPL-3.0-or-later
// The table of operations in src/api/types.ts is true of the program: what the pages send is taken,
// what they read is given.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { program } from '../browser/server.mjs';

const ui = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
let dir;
let doc;
before(() => {
  dir = mkdtempSync(join(tmpdir(), 'tessera-api-'));
  doc = JSON.parse(execFileSync(program(), ['openapi'], { encoding: 'utf8', maxBuffer: 16 << 20 }));
});
after(() => rmSync(dir, { recursive: true, force: true }));

function check(document) {
  const file = join(dir, 'openapi.json');
  writeFileSync(file, JSON.stringify(document));
  return spawnSync(process.execPath, [join(ui, 'gen-api.mjs'), '--check', file], { encoding: 'utf8' });
}

test('the written table of operations fits what the program serves', () => {
  const { status, stdout, stderr } = check(doc);
  assert.equal(status, 0, stdout + stderr);
});

test('another reply, another body and an operation that is gone are told by name', () => {
  const other = structuredClone(doc);
  const work = other.paths['/api/v1/work'].get;
  const schema = Object.values(work.responses)[0].content['application/json'].schema;
  delete schema.properties.items.items.properties.reward;
  other.paths['/api/v1/me/keys'].post.requestBody.content['application/json'].schema.properties.label.type = 'integer';
  delete other.paths['/api/v1/work/mine'];
  const { status, stdout } = check(other);
  assert.equal(status, 1);
  assert.match(stdout, /GET \/work: reply: .*is not assignable/);
  assert.match(stdout, /POST \/me\/keys: body: .*is not assignable/);
  assert.match(stdout, /not served: GET \/work\/mine/);
});
