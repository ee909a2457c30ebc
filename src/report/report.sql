-- group: project

-- report_point_put(project project_id, step int, at usec, submitted int) -> changed
INSERT INTO report_point(project_id, step_us, at_us, submitted) VALUES ($1, $2, $3, $4)
ON CONFLICT (project_id, step_us, at_us) DO UPDATE SET submitted = excluded.submitted;

-- report_point_prune(project project_id, step int, before usec) -> changed
DELETE FROM report_point WHERE project_id = $1 AND step_us = $2 AND at_us < $3;

-- report_point_list(project project_id, step int, from usec) -> many (at usec, submitted int)
SELECT at_us, submitted FROM report_point
WHERE project_id = $1 AND step_us = $2 AND at_us >= $3
ORDER BY at_us LIMIT 360;

-- report_point_back(project project_id, step int, upto usec) -> maybe (at usec, submitted int)
SELECT at_us, submitted FROM report_point
WHERE project_id = $1 AND step_us = $2 AND at_us <= $3
ORDER BY at_us DESC LIMIT 1;

-- report_at_work() -> many (project project_id)
-- sweep: the sampler looks at every project at work
SELECT project_id FROM project_state WHERE state = 2 ORDER BY project_id LIMIT 1000;

-- report_states() -> many (state int, n int)
-- sweep: one figure for the whole site
SELECT state, COUNT(*) FROM project_state GROUP BY state ORDER BY state;

-- report_users() -> one (n int)
-- group: reference
SELECT COUNT(*) FROM site_user;
