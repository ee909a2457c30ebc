-- derived
-- group: project

-- How many tasks with a known answer he has been given: who has had few gets more.
ALTER TABLE dispatch_cursor ADD COLUMN gold_had BIGINT NOT NULL DEFAULT 0;
