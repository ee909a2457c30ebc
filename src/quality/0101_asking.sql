-- derived
-- group: project

-- Judged tasks that are less sure than the project's target and have places left: asking.c opens those first
-- of which most is in doubt.
CREATE TABLE asking(
  project_id  BIGINT NOT NULL,
  task_id     BIGINT NOT NULL,
  doubt       DOUBLE PRECISION NOT NULL,    -- entropy of what is claimed of it
  PRIMARY KEY (project_id, task_id)
) /*lite: WITHOUT ROWID*/;
CREATE INDEX asking_doubt ON asking(project_id, doubt, task_id);
