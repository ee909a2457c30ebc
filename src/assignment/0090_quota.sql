-- kept
-- group: project

-- Who counts for which quota of a project's template: an answer that is in or under way. What is
-- returned, expired or rejected counts no more, and stays here until its worker comes again.
CREATE TABLE quota_place(
  project_id  BIGINT NOT NULL,
  quota       BIGINT NOT NULL,              -- its number in the template, from 1
  task_id     BIGINT NOT NULL,
  worker_id   BIGINT NOT NULL,
  most        BIGINT NOT NULL,              -- that the quota takes
  PRIMARY KEY (project_id, quota, task_id, worker_id),
  CHECK (most > 0)
) /*lite: WITHOUT ROWID*/;
CREATE INDEX quota_place_of ON quota_place(project_id, task_id, worker_id);

-- One at a time: who takes places of a project's quotas holds its row until the transaction ends.
CREATE TABLE quota_turn(
  project_id  BIGINT NOT NULL PRIMARY KEY,
  turns       BIGINT NOT NULL,
  CHECK (turns > 0)
);
