-- kept
-- group: reference

-- 1: how long a worker may hold a task is learned from the times that answers take; time_allowed_s then
-- says what holds until enough of them are in.
ALTER TABLE project ADD COLUMN time_learned BIGINT NOT NULL DEFAULT 0 CHECK (time_learned IN (0, 1));
