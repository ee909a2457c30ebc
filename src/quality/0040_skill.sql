-- derived
-- group: project

-- What is thought of a worker in one field of one project, from the answers to its judged tasks: the
-- sums of src/quality/belief/belief.h. Judging adds to them, a rejection takes away, and quality.refit writes
-- all but the plain counts anew.
CREATE TABLE skill(
  project_id    BIGINT NOT NULL,
  worker_id     BIGINT NOT NULL,
  field         TEXT NOT NULL,
  answers       BIGINT NOT NULL,             -- on judged tasks, and not rejected
  rejected      BIGINT NOT NULL,
  right_ppm     BIGINT NOT NULL,             -- expected right answers, in millionths
  others_ppm    BIGINT NOT NULL,             -- the same, each as the others' answers alone see it
  counts        TEXT NOT NULL,               -- JSON list: said l where the truth is k, at l * K + k
  PRIMARY KEY (project_id, worker_id, field),
  CHECK (answers >= 0), CHECK (rejected >= 0)
) /*lite: WITHOUT ROWID*/;
CREATE INDEX skill_worker ON skill(worker_id);

-- The same of all workers together, and how sure the model may be.
CREATE TABLE crowd(
  project_id    BIGINT NOT NULL,
  field         TEXT NOT NULL,
  questions     BIGINT NOT NULL,             -- judged; a task with a choice of many has several
  answers       BIGINT NOT NULL,             -- to questions
  right_ppm     BIGINT NOT NULL,
  counts        TEXT NOT NULL,
  of_class      TEXT NOT NULL,               -- JSON list: expected questions of each class
  fitted        BIGINT NOT NULL DEFAULT 0,   -- `answers` when it was estimated anew
  sure          DOUBLE PRECISION NOT NULL,   -- s and r of belief_calm
  alike         DOUBLE PRECISION NOT NULL,
  known         BIGINT NOT NULL DEFAULT 0,   -- questions with known answers that they were learned from
  PRIMARY KEY (project_id, field),
  CHECK (questions >= 0), CHECK (answers >= 0), CHECK (sure > 0), CHECK (alike >= 0), CHECK (known >= 0)
) /*lite: WITHOUT ROWID*/;

-- The model's own posterior, before it is calibrated: a JSON list in millionths, in the order of the
-- values that the field's kind names; [] where answers come out of no list. Empty: judged before there
-- were skills, so nobody's sums hold this task.
ALTER TABLE result ADD COLUMN posterior TEXT NOT NULL DEFAULT '';
