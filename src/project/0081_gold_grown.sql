-- kept
-- group: reference

-- How many tasks with a very sure result may become known answers for later workers; 0: none.
ALTER TABLE project ADD COLUMN gold_grown BIGINT NOT NULL DEFAULT 0 CHECK (gold_grown BETWEEN 0 AND 1000);
