-- kept
-- group: project

-- Narrow on purpose: it is what every accept and submit changes. `open` and `stage` follow from the
-- counters; they stand here so that the indexes do not move with each change of those.
CREATE TABLE task(
  project_id  BIGINT NOT NULL,
  id          BIGINT NOT NULL,
  cap         BIGINT NOT NULL,            -- places paid for
  need        BIGINT NOT NULL,            -- of these on offer
  taken       BIGINT NOT NULL DEFAULT 0,  -- held by workers now
  filled      BIGINT NOT NULL DEFAULT 0,  -- with an answer that counts
  shut        BIGINT NOT NULL DEFAULT 0,  -- given back to the requester
  open        BIGINT NOT NULL,            -- 1: taken + filled < need
  stage       BIGINT NOT NULL DEFAULT 0,  -- 0 collecting 1 full 2 judged
  gold        BIGINT NOT NULL,
  PRIMARY KEY (project_id, id),
  CHECK (taken >= 0 AND filled >= 0 AND taken + filled <= need AND need <= cap), CHECK (shut >= 0),
  CHECK (open IN (0, 1)), CHECK (stage BETWEEN 0 AND 2), CHECK (gold IN (0, 1))
) /*lite: WITHOUT ROWID*/;
CREATE INDEX task_open ON task(project_id, gold, id) WHERE open = 1;
CREATE INDEX task_full ON task(project_id, id) WHERE stage = 1;
CREATE INDEX task_todo ON task(project_id, id) WHERE stage < 2;
