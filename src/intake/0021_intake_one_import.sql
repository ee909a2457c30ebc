-- kept
-- group: project

-- One import of a project at a time, running or being undone.
CREATE UNIQUE INDEX source_one_import ON source(project_id) WHERE state IN (3, 7);
