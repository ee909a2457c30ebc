-- kept
-- group: project

-- 1: the answer came when the task was full, by a second copy: it is paid, and nothing is concluded from it.
ALTER TABLE assignment ADD COLUMN spare BIGINT NOT NULL DEFAULT 0 CHECK (spare = 0 OR (spare = 1 AND state = 3));
