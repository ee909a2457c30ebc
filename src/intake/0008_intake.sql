-- kept
-- group: project

-- An uploaded file and how far its check or its import is.
CREATE TABLE source(
  project_id   BIGINT NOT NULL,
  id           BIGINT NOT NULL,
  name         TEXT NOT NULL,             -- as it was called
  form         TEXT NOT NULL,             -- csv tsv jsonl images zip; empty until known
  state        BIGINT NOT NULL,           -- enum source_state
  sha256       TEXT NOT NULL,             -- of the file
  size         BIGINT NOT NULL,
  table_name   TEXT NOT NULL,             -- of the table inside a zip
  table_sha    TEXT NOT NULL,             -- where the rows are; empty: in no table
  table_size   BIGINT NOT NULL,
  assets       BIGINT NOT NULL,           -- pictures in it
  unpacked     BIGINT NOT NULL,           -- bytes out of an archive so far
  reader       BIGINT NOT NULL,           -- enum csv_form
  rows_seen    BIGINT NOT NULL,           -- good and bad
  bad          BIGINT NOT NULL,
  columns      TEXT NOT NULL,             -- JSON: what is known of each column
  sample       TEXT NOT NULL,             -- JSON list of the first rows
  message      TEXT NOT NULL,             -- why the file or the import is refused
  at_byte      BIGINT NOT NULL,           -- where the check or the import goes on
  at_line      BIGINT NOT NULL,
  at_row       BIGINT NOT NULL,
  at_entry     BIGINT NOT NULL,           -- in an archive
  at_name      TEXT NOT NULL,             -- in its pictures
  skip_bad     BIGINT NOT NULL,           -- of the import
  key_column   TEXT NOT NULL,
  import_bad   BIGINT NOT NULL,
  records      BIGINT NOT NULL,           -- made by the import
  gold         BIGINT NOT NULL,
  first_record BIGINT NOT NULL,
  revision     BIGINT NOT NULL,           -- of the project's header when the import began
  created_us   BIGINT NOT NULL,
  PRIMARY KEY (project_id, id),
  CHECK (state BETWEEN 1 AND 7), CHECK (bad >= 0 AND bad <= rows_seen), CHECK (skip_bad IN (0, 1)),
  CHECK (records >= 0), CHECK (gold BETWEEN 0 AND records)
);

-- The first faults; all are counted in the source.
CREATE TABLE source_fault(
  project_id  BIGINT NOT NULL,
  source_id   BIGINT NOT NULL,
  phase       BIGINT NOT NULL,            -- 0 check 1 import
  n           BIGINT NOT NULL,
  line        BIGINT NOT NULL,
  row_number  BIGINT NOT NULL,
  reason      TEXT NOT NULL,
  PRIMARY KEY (project_id, source_id, phase, n)
) /*lite: WITHOUT ROWID*/;

-- Pictures of an archive by their names in it.
CREATE TABLE source_asset(
  project_id  BIGINT NOT NULL,
  source_id   BIGINT NOT NULL,
  name        TEXT NOT NULL,
  base        TEXT NOT NULL,              -- the last part of the name
  asset       TEXT NOT NULL,              -- SHA256.EXT
  width       BIGINT NOT NULL,
  height      BIGINT NOT NULL,
  PRIMARY KEY (project_id, source_id, name)
) /*lite: WITHOUT ROWID*/;

CREATE INDEX source_asset_base ON source_asset(project_id, source_id, base);

-- Seen by others only when its source is imported.
CREATE TABLE record(
  project_id  BIGINT NOT NULL,
  id          BIGINT NOT NULL,
  source_id   BIGINT NOT NULL,
  row_number  BIGINT NOT NULL,
  fields      TEXT NOT NULL,              -- JSON object, column to text
  truth       TEXT NOT NULL,              -- JSON object of known answers, or empty
  PRIMARY KEY (project_id, id)
) /*lite: WITHOUT ROWID*/;

-- Values of key columns, to find repeats.
CREATE TABLE record_key(
  project_id  BIGINT NOT NULL,
  value       TEXT NOT NULL,
  source_id   BIGINT NOT NULL,
  row_number  BIGINT NOT NULL,
  PRIMARY KEY (project_id, value)
) /*lite: WITHOUT ROWID*/;
CREATE INDEX record_key_source ON record_key(project_id, source_id);
