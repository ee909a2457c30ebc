-- kept
-- group: project

-- Known answers are compared with the questions whenever either changes: up to which record that
-- is done, how many do not fit, and 1 while some are left.
ALTER TABLE project_state ADD COLUMN gold_checked BIGINT NOT NULL DEFAULT 0;
ALTER TABLE project_state ADD COLUMN gold_bad BIGINT NOT NULL DEFAULT 0 CHECK (gold_bad >= 0);
ALTER TABLE project_state ADD COLUMN gold_left BIGINT NOT NULL DEFAULT 0 CHECK (gold_left IN (0, 1));
