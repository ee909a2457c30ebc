-- group: project

-- source_add(project project_id, id source_id, name text, sha256 text, size int, now usec) -> changed
INSERT INTO source(project_id, id, name, form, state, sha256, size, table_name, table_sha, table_size,
  assets, unpacked, reader, rows_seen, bad, columns, sample, message, at_byte, at_line, at_row,
  at_entry, at_name, skip_bad, key_column, import_bad, records, gold, first_record, created_us)
VALUES ($1, $2, $3, '', 1, $4, $5, '', '', 0, 0, 0, 0, 0, 0, '[]', '[]', '', 0, 1, 1, 0, '', 0, '', 0, 0,
  0, 0, $6)
ON CONFLICT DO NOTHING;

-- source_last(project project_id) -> one (id int, count int)
SELECT CAST(COALESCE(MAX(id), 0) AS BIGINT), COUNT(*) FROM source WHERE project_id = $1;

-- source_row(project project_id, id source_id) -> maybe (name text, form text, state int, sha256 text,
--   size int, table_name text, table_sha text, table_size int, assets int, unpacked int,
--   reader int, rows_seen int, bad int, columns text, sample text, message text, at_byte int,
--   at_line int, at_row int, at_entry int, at_name text, skip_bad int, key_column text,
--   import_bad int, records int, gold int, first_record int, created usec, given text)
SELECT name, form, state, sha256, size, table_name, table_sha, table_size, assets, unpacked, reader,
  rows_seen, bad, columns, sample, message, at_byte, at_line, at_row, at_entry, at_name, skip_bad,
  key_column, import_bad, records, gold, first_record, created_us, given
FROM source WHERE project_id = $1 AND id = $2;

-- source_list(project project_id) -> many (id source_id)
SELECT id FROM source WHERE project_id = $1 ORDER BY id;

-- source_columns_list(project project_id) -> many (id source_id, columns text)
SELECT id, columns FROM source WHERE project_id = $1 AND state = 4 ORDER BY id;

-- source_check_step(project project_id, id source_id, was_byte int, was_entry int, form text,
--   state int, table_name text, table_sha text, table_size int, assets int, unpacked int,
--   reader int, rows_seen int, bad int, columns text, sample text, message text, at_byte int,
--   at_line int, at_row int, at_entry int) -> changed
UPDATE source SET form = $5, state = $6, table_name = $7, table_sha = $8, table_size = $9,
  assets = $10, unpacked = $11, reader = $12, rows_seen = $13, bad = $14, columns = $15,
  sample = $16, message = $17, at_byte = $18, at_line = $19, at_row = $20, at_entry = $21
WHERE project_id = $1 AND id = $2 AND state = 1 AND at_byte = $3 AND at_entry = $4;

-- source_import_start(project project_id, id source_id, skip_bad int, key_column text, first int, given text) -> changed
UPDATE source SET state = 3, skip_bad = $3, key_column = $4, import_bad = 0, records = 0, gold = 0, given = $6,
  first_record = $5, message = '', at_byte = 0, at_line = 1, at_row = 1, at_name = ''
WHERE project_id = $1 AND id = $2 AND state = 2
  AND NOT EXISTS (SELECT 1 FROM source AS o WHERE o.project_id = $1 AND o.state IN (3, 7));

-- source_import_step(project project_id, id source_id, was_byte int, was_row int, was_name text,
--   at_byte int, at_line int, at_row int, at_name text, bad int, records int, gold int) -> changed
UPDATE source SET at_byte = $6, at_line = $7, at_row = $8, at_name = $9, import_bad = import_bad + $10,
  records = records + $11, gold = gold + $12
WHERE project_id = $1 AND id = $2 AND state = 3 AND at_byte = $3 AND at_row = $4 AND at_name = $5;

-- source_state_set(project project_id, id source_id, from int, to int, message text) -> changed
UPDATE source SET state = $4, message = $5 WHERE project_id = $1 AND id = $2 AND state = $3;

-- source_columns_set(project project_id, id source_id, columns text) -> changed
UPDATE source SET columns = $3 WHERE project_id = $1 AND id = $2;

-- source_remove(project project_id, id source_id) -> changed
DELETE FROM source WHERE project_id = $1 AND id = $2 AND state = 6;

-- source_fault_add(project project_id, id source_id, phase int, n int, line int, row_number int,
--   reason text) -> changed
INSERT INTO source_fault(project_id, source_id, phase, n, line, row_number, reason)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING;

-- source_fault_list(project project_id, id source_id, from int, upto int) -> many (line int, row_number int, reason text)
SELECT line, row_number, reason FROM source_fault
WHERE project_id = $1 AND source_id = $2 AND phase >= $3 AND phase <= $4 ORDER BY phase, n LIMIT 1000;

-- source_fault_forget(project project_id, phase int) -> changed
DELETE FROM source_fault WHERE project_id = $1 AND phase = $2;

-- source_fault_clear(project project_id, id source_id, phase int) -> changed
DELETE FROM source_fault WHERE project_id = $1 AND source_id = $2 AND phase >= $3;

-- source_asset_add(project project_id, id source_id, name text, base text, asset text, width int,
--   height int) -> changed
INSERT INTO source_asset(project_id, source_id, name, base, asset, width, height)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING;

-- source_asset_get(project project_id, id source_id, name text) -> maybe (asset text)
SELECT asset FROM source_asset WHERE project_id = $1 AND source_id = $2 AND name = $3;

-- source_asset_by_base(project project_id, id source_id, base text) -> many (asset text)
SELECT asset FROM source_asset WHERE project_id = $1 AND source_id = $2 AND base = $3 LIMIT 2;

-- source_asset_list(project project_id, id source_id, after text, limit int) -> many (name text,
--   asset text, width int, height int)
SELECT name, asset, width, height FROM source_asset
WHERE project_id = $1 AND source_id = $2 AND name > $3 ORDER BY name LIMIT $4;

-- source_asset_clear(project project_id, id source_id) -> changed
DELETE FROM source_asset WHERE project_id = $1 AND source_id = $2;

-- record_add(project project_id, source source_id; id int, row_number int, fields text, known text) -> none
INSERT INTO record(project_id, id, source_id, row_number, fields, truth, known)
VALUES ($1, $3, $2, $4, $5, $6, $6);

-- record_known_list(project project_id, after int, limit int) -> many (id int, source source_id,
--   row_number int, known text)
SELECT r.id, r.source_id, r.row_number, r.known
FROM record AS r /*lite: INDEXED BY record_known*/
JOIN source AS s ON s.project_id = r.project_id AND s.id = r.source_id
WHERE r.project_id = $1 AND r.id > $2 AND r.known <> '' AND s.state = 4
ORDER BY r.id LIMIT $3;

-- record_truth_set(project project_id, id int, truth text) -> none
UPDATE record SET truth = $3 WHERE project_id = $1 AND id = $2;

-- record_key_add(project project_id, source source_id; value text, row_number int) -> changed
INSERT INTO record_key(project_id, value, source_id, row_number) VALUES ($1, $3, $2, $4)
ON CONFLICT DO NOTHING;

-- record_last(project project_id) -> one (id int)
SELECT CAST(COALESCE(MAX(id), 0) AS BIGINT) FROM record WHERE project_id = $1;

-- record_get(project project_id, id int) -> maybe (source source_id, row_number int, fields text, truth text)
SELECT r.source_id, r.row_number, r.fields, r.truth
FROM record AS r JOIN source AS s ON s.project_id = r.project_id AND s.id = r.source_id
WHERE r.project_id = $1 AND r.id = $2 AND s.state = 4;

-- record_list(project project_id, after int, limit int) -> many (id int, source source_id,
--   row_number int, fields text, truth text)
SELECT r.id, r.source_id, r.row_number, r.fields, r.truth
FROM record AS r JOIN source AS s ON s.project_id = r.project_id AND s.id = r.source_id
WHERE r.project_id = $1 AND r.id > $2 AND s.state = 4
ORDER BY r.id LIMIT $3;

-- record_drop_range(project project_id, source source_id, from int, upto int) -> changed
DELETE FROM record WHERE project_id = $1 AND source_id = $2 AND id >= $3 AND id < $4;

-- record_key_drop(project project_id, source source_id, limit int) -> changed
DELETE FROM record_key WHERE project_id = $1 AND value IN
  (SELECT value FROM record_key WHERE project_id = $1 AND source_id = $2 LIMIT $3);

-- source_undone(project project_id, id source_id) -> changed
UPDATE source SET state = 2, records = 0, gold = 0, first_record = 0, at_byte = 0, at_line = 1,
  at_row = 1, at_name = ''
WHERE project_id = $1 AND id = $2 AND state = 7;

-- inv_intake_records() -> many (project project_id, id source_id)
-- sweep: an invariant looks at everything
SELECT s.project_id, s.id FROM source AS s
LEFT JOIN (SELECT project_id, source_id, COUNT(*) AS n, SUM(CASE WHEN truth <> '' THEN 1 ELSE 0 END) AS gold
           FROM record GROUP BY project_id, source_id) AS r
  ON r.project_id = s.project_id AND r.source_id = s.id
WHERE s.state IN (1, 2, 3, 4, 5)
  AND (s.records <> COALESCE(r.n, 0) OR s.gold <> COALESCE(r.gold, 0));

-- inv_intake_counts() -> many (project project_id)
-- sweep: an invariant looks at everything
SELECT p.project_id FROM project_state AS p
LEFT JOIN (SELECT project_id, SUM(records) AS n, SUM(gold) AS gold FROM source WHERE state = 4
           GROUP BY project_id) AS s ON s.project_id = p.project_id
WHERE p.records <> COALESCE(s.n, 0) OR p.gold <> COALESCE(s.gold, 0);

-- inv_intake_assets() -> many (project project_id, id source_id)
-- sweep: an invariant looks at everything
SELECT s.project_id, s.id FROM source AS s
LEFT JOIN (SELECT project_id, source_id, COUNT(*) AS n FROM source_asset GROUP BY project_id, source_id) AS a
  ON a.project_id = s.project_id AND a.source_id = s.id
WHERE s.state IN (1, 2, 3, 4) AND s.assets <> COALESCE(a.n, 0);

-- inv_intake_orphan() -> many (project project_id, id int)
-- sweep: an invariant looks at everything
SELECT r.project_id, r.id FROM record AS r
LEFT JOIN source AS s ON s.project_id = r.project_id AND s.id = r.source_id
WHERE s.id IS NULL;

-- source_shrink(project project_id, id source_id, records int) -> changed
UPDATE source SET records = $3, gold = 0
WHERE project_id = $1 AND id = $2 AND state IN (6, 7);
