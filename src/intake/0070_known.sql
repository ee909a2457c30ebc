-- kept
-- group: project

-- The known answers of a record as the cells of its file say them, a JSON object of texts, or
-- empty. `truth` is made of it for the questions as they are; where one does not fit them, `truth`
-- is what was said, and the project is not published.
ALTER TABLE record ADD COLUMN known TEXT NOT NULL DEFAULT '';
UPDATE record SET known = truth WHERE truth <> '';
CREATE INDEX record_known ON record(project_id, id) WHERE known <> '';

-- No import depends on the questions any more.
ALTER TABLE source DROP COLUMN revision;
