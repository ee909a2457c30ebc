-- group: project

-- report_point_put(project project_id, step int, at usec, submitted int, judged int, paid int, results int, confidence int) -> changed
INSERT INTO report_point(project_id, step_us, at_us, submitted, judged, paid, results, confidence)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (project_id, step_us, at_us) DO UPDATE SET submitted = excluded.submitted,
  judged = excluded.judged, paid = excluded.paid, results = excluded.results,
  confidence = excluded.confidence;

-- report_point_prune(project project_id, step int, before usec) -> changed
DELETE FROM report_point WHERE project_id = $1 AND step_us = $2 AND at_us < $3;

-- report_point_list(project project_id, step int, from usec) -> many (at usec, submitted int, judged int, paid int, results int, confidence int)
SELECT at_us, submitted, judged, paid, results, confidence FROM report_point
WHERE project_id = $1 AND step_us = $2 AND at_us >= $3
ORDER BY at_us LIMIT 360;

-- report_point_back(project project_id, step int, upto usec) -> maybe (at usec, submitted int)
SELECT at_us, submitted FROM report_point
WHERE project_id = $1 AND step_us = $2 AND at_us <= $3
ORDER BY at_us DESC LIMIT 1;

-- report_at_work() -> many (project project_id)
-- sweep: the sampler looks at every project at work
SELECT project_id FROM project_state WHERE state = 2 ORDER BY project_id LIMIT 1000;

-- report_look_due(before usec) -> many (project project_id)
-- sweep: the looker goes over the projects that something may have changed in
SELECT s.project_id FROM project_state AS s LEFT JOIN report_look AS l ON l.project_id = s.project_id
WHERE s.state BETWEEN 2 AND 5
  AND (l.project_id IS NULL OR (l.at_us < $1 AND (s.state < 4 OR l.state <> s.state)))
ORDER BY COALESCE(l.at_us, 0), s.project_id LIMIT 100;

-- report_look_get(project project_id) -> maybe (at usec, state int, submitted int, judged int, body text)
SELECT at_us, state, submitted, judged, body FROM report_look WHERE project_id = $1;

-- report_look_put(project project_id, at usec, state int, submitted int, judged int, body text) -> none
INSERT INTO report_look(project_id, at_us, state, submitted, judged, body)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (project_id) DO UPDATE SET at_us = excluded.at_us, state = excluded.state,
  submitted = excluded.submitted, judged = excluded.judged, body = excluded.body;

-- report_states() -> many (state int, n int)
-- sweep: one figure for the whole site
SELECT state, COUNT(*) FROM project_state GROUP BY state ORDER BY state;

-- report_users() -> one (n int)
-- group: reference
SELECT COUNT(*) FROM site_user;
