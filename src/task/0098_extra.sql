-- kept
-- group: project

-- Of the places on offer, so many are for second copies: the task is full without them.
ALTER TABLE task ADD COLUMN extra BIGINT NOT NULL DEFAULT 0 CHECK (extra >= 0 AND extra <= need);
