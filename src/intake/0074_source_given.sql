-- kept
-- group: project

-- The fields whose answers came with the file (columns given_NAME) and are imported as known ones: a
-- JSON list, or empty.
ALTER TABLE source ADD COLUMN given TEXT NOT NULL DEFAULT '';
