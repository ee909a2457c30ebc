-- derived
-- group: project

-- How many known questions, by gold or spot checks, the calibration was learned from. `known` counts gold alone.
ALTER TABLE crowd ADD COLUMN learned BIGINT NOT NULL DEFAULT 0 CHECK (learned >= 0);
