-- kept
-- group: project

-- A worker who gets no more tasks of a project, by decision of a person.
CREATE TABLE project_bar(
  project_id  BIGINT NOT NULL,
  user_id     BIGINT NOT NULL,
  reason      TEXT NOT NULL,                 -- the worker reads it
  by_user     BIGINT NOT NULL,
  at_us       BIGINT NOT NULL,
  PRIMARY KEY (project_id, user_id),
  CHECK (reason <> '')
) /*lite: WITHOUT ROWID*/;

-- How many there are: where there are none, nobody looks.
ALTER TABLE project_state ADD COLUMN barred BIGINT NOT NULL DEFAULT 0 CHECK (barred >= 0);
