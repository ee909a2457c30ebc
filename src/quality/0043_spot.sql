-- kept
-- group: project

-- What a person of the organisation says of a judged task that was drawn by chance, without having seen its
-- result: a spot check.
CREATE TABLE spot(
  project_id  BIGINT NOT NULL,
  task_id     BIGINT NOT NULL,
  answer      TEXT NOT NULL,                -- canonical JSON object
  by_user     BIGINT NOT NULL,
  at_us       BIGINT NOT NULL,
  PRIMARY KEY (project_id, task_id)
) /*lite: WITHOUT ROWID*/;

-- Of the questions with known answers, how many the model would have got right as ordinary ones.
ALTER TABLE crowd ADD COLUMN known_right BIGINT NOT NULL DEFAULT 0;
