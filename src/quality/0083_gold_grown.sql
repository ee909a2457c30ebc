-- kept
-- group: project

-- 0: a person said it. 1: grown out of the task's own result at that time: it compares answers that come after,
-- and is known to nothing else. 2: grown, contested, and put right by a person.
ALTER TABLE gold ADD COLUMN grown BIGINT NOT NULL DEFAULT 0 CHECK (grown BETWEEN 0 AND 2);
ALTER TABLE gold ADD COLUMN grown_us BIGINT NOT NULL DEFAULT 0;
