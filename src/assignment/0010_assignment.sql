-- kept
-- group: project

-- One worker's go at one task. Its key forbids a second one.
CREATE TABLE assignment(
  project_id    BIGINT NOT NULL,
  task_id       BIGINT NOT NULL,
  worker_id     BIGINT NOT NULL,
  state         BIGINT NOT NULL,            -- enum assignment_state
  epoch         BIGINT NOT NULL,            -- fences submits of a lease that is gone
  until_us      BIGINT NOT NULL,
  accepted_us   BIGINT NOT NULL,
  submitted_us  BIGINT NOT NULL DEFAULT 0,
  active_ms     BIGINT NOT NULL DEFAULT 0,  -- at work, as the page measured
  paid          BIGINT NOT NULL DEFAULT 0,  -- 1: pay has taken it over
  PRIMARY KEY (project_id, task_id, worker_id),
  CHECK (state BETWEEN 1 AND 6), CHECK (paid IN (0, 1)), CHECK (paid = 0 OR state = 3)
) /*lite: WITHOUT ROWID*/;
CREATE INDEX assignment_lease ON assignment(project_id, worker_id) WHERE state = 1;
CREATE INDEX assignment_timer ON assignment(until_us) WHERE state = 1;
CREATE INDEX assignment_waiting ON assignment(project_id, submitted_us) WHERE state = 2;
CREATE INDEX assignment_due ON assignment(project_id, task_id, worker_id) WHERE state = 3 AND paid = 0;

-- What was said. Written once with the submit, never changed.
CREATE TABLE answer(
  project_id  BIGINT NOT NULL,
  task_id     BIGINT NOT NULL,
  worker_id   BIGINT NOT NULL,
  body        TEXT NOT NULL,                -- canonical JSON object
  PRIMARY KEY (project_id, task_id, worker_id)
) /*lite: WITHOUT ROWID*/;

-- What was done so far on a lease; gone with it.
CREATE TABLE draft(
  project_id  BIGINT NOT NULL,
  task_id     BIGINT NOT NULL,
  worker_id   BIGINT NOT NULL,
  body        TEXT NOT NULL,
  at_us       BIGINT NOT NULL,
  PRIMARY KEY (project_id, task_id, worker_id)
) /*lite: WITHOUT ROWID*/;

-- How long workers take here: a running median over about the last thousand answers.
CREATE TABLE assignment_pace(
  project_id  BIGINT NOT NULL PRIMARY KEY,
  median_ms   BIGINT NOT NULL,
  answers     BIGINT NOT NULL,
  CHECK (median_ms >= 0), CHECK (answers > 0)
);
