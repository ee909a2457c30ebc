-- derived
-- group: project

-- How long answers took from accept to submit, counted by bins (src/assignment/pace.c), with what
-- is read most beside it: of how many answers, and the time within which nine of ten came.
ALTER TABLE assignment_pace ADD COLUMN bins TEXT NOT NULL DEFAULT '';
ALTER TABLE assignment_pace ADD COLUMN timed BIGINT NOT NULL DEFAULT 0 CHECK (timed >= 0);
ALTER TABLE assignment_pace ADD COLUMN p90_ms BIGINT NOT NULL DEFAULT 0 CHECK (p90_ms >= 0);
