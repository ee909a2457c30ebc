-- kept
-- group: reference

-- How results are made of answers: 0 plurality, 1 shrunk. Projects from before keep plurality.
ALTER TABLE project ADD COLUMN method BIGINT NOT NULL DEFAULT 0 CHECK (method IN (0, 1));
