-- kept
-- group: reference

-- Before which other projects its tasks go to workers who take any work: 0 low 1 normal 2 high.
ALTER TABLE project ADD COLUMN priority BIGINT NOT NULL DEFAULT 1 CHECK (priority BETWEEN 0 AND 2);
