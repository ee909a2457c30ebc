-- Which schema steps this database has.
-- group: local

-- schema_table_make() -> none
CREATE TABLE IF NOT EXISTS schema_step(name TEXT NOT NULL PRIMARY KEY, at_us BIGINT NOT NULL);

-- schema_step_add(name text, now usec) -> changed: 0: it is there already
INSERT INTO schema_step(name, at_us) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING;

-- schema_step_list() -> many (name text)
SELECT name FROM schema_step ORDER BY name;
