-- kept
-- group: project

-- How many tasks became known answers out of their results. `gold` counts those of the data alone.
ALTER TABLE project_state ADD COLUMN grown BIGINT NOT NULL DEFAULT 0 CHECK (grown >= 0);
