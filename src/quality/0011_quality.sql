-- derived (but for `gold`, which a requester may have set by hand)
-- group: project

-- What was concluded of one field of one task.
CREATE TABLE result(
  project_id  BIGINT NOT NULL,
  task_id     BIGINT NOT NULL,
  field       TEXT NOT NULL,
  value       TEXT NOT NULL,                -- JSON; of a tie the first
  confidence  DOUBLE PRECISION NOT NULL,
  answers     BIGINT NOT NULL,
  ties        TEXT NOT NULL DEFAULT '',     -- JSON list of all tied values, or empty
  judged_us   BIGINT NOT NULL,
  PRIMARY KEY (project_id, task_id, field),
  CHECK (confidence >= 0 AND confidence <= 1), CHECK (answers > 0)
) /*lite: WITHOUT ROWID*/;

-- Known answers that were set by hand; those of the data stand in its `gold_` columns.
CREATE TABLE gold(
  project_id  BIGINT NOT NULL,
  task_id     BIGINT NOT NULL,
  truth       TEXT NOT NULL,                -- JSON object: field to known answer
  PRIMARY KEY (project_id, task_id)
) /*lite: WITHOUT ROWID*/;

-- Each answer to a gold task, compared once.
CREATE TABLE gold_answer(
  project_id  BIGINT NOT NULL,
  task_id     BIGINT NOT NULL,
  worker_id   BIGINT NOT NULL,
  is_right    BIGINT NOT NULL,
  PRIMARY KEY (project_id, task_id, worker_id),
  CHECK (is_right IN (0, 1))
) /*lite: WITHOUT ROWID*/;

CREATE TABLE gold_score(
  project_id  BIGINT NOT NULL,
  worker_id   BIGINT NOT NULL,
  seen        BIGINT NOT NULL,
  correct     BIGINT NOT NULL,
  PRIMARY KEY (project_id, worker_id),
  CHECK (correct >= 0 AND correct <= seen)
) /*lite: WITHOUT ROWID*/;
