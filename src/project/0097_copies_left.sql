-- kept
-- group: project

-- Places for second copies: what was paid for, what no task has now, and what was given back.
ALTER TABLE project_state ADD COLUMN copies BIGINT NOT NULL DEFAULT 0 CHECK (copies >= 0);
ALTER TABLE project_state ADD COLUMN copies_left BIGINT NOT NULL DEFAULT 0 CHECK (copies_left >= 0);
ALTER TABLE project_state ADD COLUMN copies_shut BIGINT NOT NULL DEFAULT 0 CHECK (copies_shut >= 0);
