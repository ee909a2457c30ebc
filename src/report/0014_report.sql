-- derived
-- group: project
-- How many answers a project had at the end of each step of time.
CREATE TABLE report_point(
  project_id  BIGINT NOT NULL,
  step_us     BIGINT NOT NULL,
  at_us       BIGINT NOT NULL,              -- start of the step
  submitted   BIGINT NOT NULL,
  PRIMARY KEY (project_id, step_us, at_us),
  CHECK (step_us > 0)
) /*lite: WITHOUT ROWID*/;
