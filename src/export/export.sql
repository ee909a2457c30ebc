-- group: project

-- export_task_page(project project_id, after int, limit int) -> many (task int, gold int, source source_id, fields text)
SELECT t.id, t.gold, r.source_id, r.fields FROM task AS t
JOIN record AS r ON r.project_id = t.project_id AND r.id = t.id
WHERE t.project_id = $1 AND t.id > $2 AND t.stage = 2
ORDER BY t.id LIMIT $3;

-- export_result_range(project project_id, from int, upto int) -> many (task int, field text, value text, confidence real, answers int, ties text, posterior text)
SELECT task_id, field, value, confidence, answers, ties, posterior FROM result
WHERE project_id = $1 AND task_id >= $2 AND task_id <= $3
ORDER BY task_id, field;

-- Those that results are from: spare ones are left out.
-- export_answer_range(project project_id, from int, upto int) -> many (task int, worker user_id, state int, submitted usec, active_ms int, body text)
SELECT a.task_id, a.worker_id, a.state, a.submitted_us, a.active_ms, b.body
FROM assignment AS a
JOIN answer AS b ON b.project_id = a.project_id AND b.task_id = a.task_id AND b.worker_id = a.worker_id
WHERE a.project_id = $1 AND a.task_id >= $2 AND a.task_id <= $3 AND a.state IN (2, 3) AND a.spare < 1
ORDER BY a.task_id, a.worker_id;

-- export_asset(project project_id, source source_id, asset text) -> maybe (width int, height int)
SELECT width, height FROM source_asset
WHERE project_id = $1 AND source_id = $2 AND asset = $3 ORDER BY name LIMIT 1;
