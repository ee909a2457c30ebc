-- kept
-- The header lies with users and orgs, read from everywhere; the state lies with the project's
-- work and is moved together with it.
-- group: reference
CREATE TABLE project(
  id                   BIGINT NOT NULL PRIMARY KEY,
  org_id               BIGINT NOT NULL,
  title                TEXT NOT NULL,
  brief                TEXT NOT NULL,
  instructions         TEXT NOT NULL,        -- markdown
  template             TEXT NOT NULL,        -- JSON; see src/kind/kind.h
  kind_line            TEXT NOT NULL,        -- derived from the template, for filters
  reward_minor         BIGINT NOT NULL,
  fee_permille         BIGINT NOT NULL,
  redundancy           BIGINT NOT NULL,
  gold_share_permille  BIGINT NOT NULL,
  gold_redundancy      BIGINT NOT NULL,
  time_allowed_s       BIGINT NOT NULL,
  approve_after_s      BIGINT NOT NULL,
  deadline_us          BIGINT NOT NULL,      -- 0: none
  invited_only         BIGINT NOT NULL,
  picking              BIGINT NOT NULL,
  estimate_s           BIGINT NOT NULL,      -- 0: none
  revision             BIGINT NOT NULL,
  created_us           BIGINT NOT NULL,
  created_by           BIGINT NOT NULL,
  CHECK (reward_minor >= 0), CHECK (fee_permille >= 0), CHECK (redundancy > 0),
  CHECK (gold_redundancy > 0), CHECK (gold_share_permille BETWEEN 0 AND 1000),
  CHECK (time_allowed_s > 0), CHECK (approve_after_s >= 0), CHECK (estimate_s >= 0),
  CHECK (invited_only IN (0, 1)), CHECK (picking IN (0, 1)), CHECK (revision > 0)
);
CREATE INDEX project_of_org ON project(org_id, id);

CREATE TABLE project_invite(
  project_id  BIGINT NOT NULL,
  user_id     BIGINT NOT NULL,
  PRIMARY KEY (project_id, user_id)
) /*lite: WITHOUT ROWID*/;

CREATE TABLE project_state(
  project_id       BIGINT NOT NULL PRIMARY KEY,
  org_id           BIGINT NOT NULL,
  state            BIGINT NOT NULL,          -- 0 draft 1 funding 2 open 3 paused 4 done 5 closed 6 leaving
  revision         BIGINT NOT NULL,          -- of the header that was paid for
  columns          TEXT NOT NULL,            -- JSON list of names
  records          BIGINT NOT NULL,          -- imported
  gold             BIGINT NOT NULL,          -- of these with a known answer
  redundancy       BIGINT NOT NULL,          -- from here frozen when it is paid for, 0 before
  gold_redundancy  BIGINT NOT NULL,
  tasks            BIGINT NOT NULL,
  places           BIGINT NOT NULL,
  unit_minor       BIGINT NOT NULL,
  reward_minor     BIGINT NOT NULL,
  fee_minor        BIGINT NOT NULL,
  refunded         BIGINT NOT NULL,          -- places
  published_us     BIGINT NOT NULL,
  done_us          BIGINT NOT NULL,
  CHECK (state BETWEEN 0 AND 6), CHECK (records >= 0), CHECK (gold BETWEEN 0 AND records),
  CHECK (unit_minor = reward_minor + fee_minor), CHECK (refunded BETWEEN 0 AND places)
);
CREATE INDEX project_state_open ON project_state(project_id) WHERE state = 2;
