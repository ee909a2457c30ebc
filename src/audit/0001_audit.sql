-- Kept: what was done, by whom, in chains. Rows of audit are written once; only `address` is
-- blanked later, and it is no part of the hash.
-- group: each
CREATE TABLE audit(
  scope    BIGINT NOT NULL,          -- a project, an account, 0 for the site
  seq      BIGINT NOT NULL,          -- 1, 2, 3 … inside the scope
  at_us    BIGINT NOT NULL,
  actor    BIGINT NOT NULL,          -- the user's number, 0 for nobody
  via      TEXT NOT NULL,            -- session, key, command, job
  address  TEXT NOT NULL,
  request  TEXT NOT NULL,
  act      TEXT NOT NULL,
  about    BIGINT NOT NULL,
  detail   TEXT NOT NULL,            -- a JSON object, or empty
  hash     BYTEA NOT NULL,
  PRIMARY KEY (scope, seq),
  CHECK (seq > 0)
);
CREATE INDEX audit_time ON audit(at_us, scope, seq);
CREATE TABLE audit_head(
  scope  BIGINT NOT NULL PRIMARY KEY,
  seq    BIGINT NOT NULL,
  hash   BYTEA NOT NULL
);
