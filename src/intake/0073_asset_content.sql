-- derived
-- group: project

-- A picture's size by its content, for exports.
CREATE INDEX source_asset_content ON source_asset(project_id, source_id, asset);
