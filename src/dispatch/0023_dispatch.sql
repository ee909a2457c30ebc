-- derived
-- group: project

-- How far a worker has come in a project, written from time to time: where a server goes on that
-- has not seen him before. What is lost costs a few claims that find nothing.
CREATE TABLE dispatch_cursor(
  project_id  BIGINT NOT NULL,
  worker_id   BIGINT NOT NULL,
  plain_id    BIGINT NOT NULL,  -- the last task looked at
  gold_id     BIGINT NOT NULL,  -- the same among those with a known answer
  again_us    BIGINT NOT NULL,  -- the last of those opened again: its time and number
  again_id    BIGINT NOT NULL,
  PRIMARY KEY (project_id, worker_id)
) /*lite: WITHOUT ROWID*/;
