-- kept
-- group: project

-- What a person decided about an answer. Approvals by time leave no row.
CREATE TABLE review(
  project_id  BIGINT NOT NULL,
  task_id     BIGINT NOT NULL,
  worker_id   BIGINT NOT NULL,
  approved    BIGINT NOT NULL,
  reason      TEXT NOT NULL,                -- of a rejection, shown to the worker
  by_user     BIGINT NOT NULL,
  at_us       BIGINT NOT NULL,
  PRIMARY KEY (project_id, task_id, worker_id),
  CHECK (approved IN (0, 1)), CHECK (approved = 1 OR reason <> '')
) /*lite: WITHOUT ROWID*/;
