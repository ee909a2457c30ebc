-- kept
-- group: project

-- When a place of the task was opened again last, 0 for never: what was given back is handed out
-- first, in that order, however far the workers have come since.
ALTER TABLE task ADD COLUMN again_us BIGINT NOT NULL DEFAULT 0;
CREATE INDEX task_again ON task(project_id, again_us, id) WHERE open = 1 AND again_us > 0;
