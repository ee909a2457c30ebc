-- kept
-- group: project

-- What a worker says against a judgement of his answer, once: a rejection, or a known answer that
-- his own is not like.
CREATE TABLE contest(
  project_id   BIGINT NOT NULL,
  task_id      BIGINT NOT NULL,
  worker_id    BIGINT NOT NULL,
  about        BIGINT NOT NULL,              -- 1 a rejection 2 a known answer
  text         TEXT NOT NULL,
  at_us        BIGINT NOT NULL,
  state        BIGINT NOT NULL DEFAULT 0,    -- 0 waits 1 upheld 2 dismissed
  reply        TEXT NOT NULL DEFAULT '',     -- for the worker to read
  by_user      BIGINT NOT NULL DEFAULT 0,
  decided_us   BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (project_id, task_id, worker_id),
  CHECK (about IN (1, 2)), CHECK (text <> ''), CHECK (state BETWEEN 0 AND 2),
  CHECK ((state = 0) = (decided_us = 0)), CHECK (state <> 2 OR reply <> '')
) /*lite: WITHOUT ROWID*/;
CREATE INDEX contest_waiting ON contest(project_id, at_us, task_id, worker_id) WHERE state = 0;
CREATE INDEX contest_worker ON contest(worker_id);

-- What a worker may contest.
CREATE INDEX review_rejected_worker ON review(worker_id) WHERE approved = 0;
CREATE INDEX gold_answer_wrong ON gold_answer(worker_id) WHERE is_right = 0;
