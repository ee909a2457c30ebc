-- derived (but for what a person has decided)
-- group: project

-- Answers of a worker that are hard to explain by work: evidence for a person; src/quality/doubt/doubt.h.
CREATE TABLE doubt(
  project_id   BIGINT NOT NULL,
  worker_id    BIGINT NOT NULL,
  what         BIGINT NOT NULL,              -- 1 fast 2 constant 3 alike
  other_id     BIGINT NOT NULL,              -- alike: with whom; else 0
  field        TEXT NOT NULL,
  answers      BIGINT NOT NULL,              -- that were looked at
  found        DOUBLE PRECISION NOT NULL,
  expected     DOUBLE PRECISION NOT NULL,    -- by chance
  value        TEXT NOT NULL,                -- constant: the answer, JSON; else empty
  at_us        BIGINT NOT NULL,
  state        BIGINT NOT NULL DEFAULT 0,    -- 0 waits 1 nothing 2 more known questions 3 paused
  by_user      BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (project_id, worker_id, what, other_id, field),
  CHECK (what BETWEEN 1 AND 3), CHECK (state BETWEEN 0 AND 3), CHECK (answers > 0)
) /*lite: WITHOUT ROWID*/;
