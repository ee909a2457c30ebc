-- group: project

-- Locked before their answers are read, so that no answer comes or goes in between.
-- quality_full_tasks(project project_id, limit int) -> many (task task_id)
SELECT id FROM task /*lite: INDEXED BY task_full*/
WHERE project_id = $1 AND stage = 1 ORDER BY id LIMIT $2 /*pg: FOR UPDATE*/;

-- quality_full_answers(project project_id, limit int) -> many (task task_id, worker user_id, active_ms int, body text)
SELECT t.id, a.worker_id, a.active_ms, b.body
FROM (SELECT id FROM task /*lite: INDEXED BY task_full*/
      WHERE project_id = $1 AND stage = 1 ORDER BY id LIMIT $2) AS t
JOIN assignment AS a ON a.project_id = $1 AND a.task_id = t.id AND a.state IN (2, 3)
JOIN answer AS b ON b.project_id = $1 AND b.task_id = t.id AND b.worker_id = a.worker_id
ORDER BY t.id, a.worker_id;

-- result_put(project project_id, task task_id, field text, value text, confidence real, answers int, ties text, now usec) -> changed
INSERT INTO result(project_id, task_id, field, value, confidence, answers, ties, judged_us)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (project_id, task_id, field)
DO UPDATE SET value = excluded.value, confidence = excluded.confidence,
  answers = excluded.answers, ties = excluded.ties, judged_us = excluded.judged_us;

-- result_drop(project project_id, task task_id) -> changed
DELETE FROM result WHERE project_id = $1 AND task_id = $2;

-- result_list(project project_id, task task_id) -> many (field text, value text, confidence real, answers int, ties text)
SELECT field, value, confidence, answers, ties FROM result
WHERE project_id = $1 AND task_id = $2 ORDER BY field;

-- By the results: judged tasks may lie far apart among millions of open ones.
-- quality_judged_page(project project_id, after task_id, limit int) -> many (task task_id, gold int)
SELECT r.task_id, COALESCE((SELECT gold FROM task WHERE project_id = $1 AND id = r.task_id), 0)
FROM (SELECT DISTINCT task_id FROM result WHERE project_id = $1 AND task_id > $2
      ORDER BY task_id LIMIT $3) AS r ORDER BY r.task_id;

-- quality_task_answers(project project_id, task task_id) -> many (worker user_id, state int, submitted usec, active_ms int, body text)
SELECT a.worker_id, a.state, a.submitted_us, a.active_ms, b.body
FROM assignment AS a
JOIN answer AS b ON b.project_id = a.project_id AND b.task_id = a.task_id AND b.worker_id = a.worker_id
WHERE a.project_id = $1 AND a.task_id = $2 AND a.state IN (2, 3, 4)
ORDER BY a.submitted_us, a.worker_id;

-- result_range(project project_id, from task_id, upto task_id) -> many (task task_id, field text, value text, confidence real, answers int, ties text)
SELECT task_id, field, value, confidence, answers, ties FROM result
WHERE project_id = $1 AND task_id >= $2 AND task_id <= $3
ORDER BY task_id, field;

-- gold_put(project project_id, task task_id, truth text) -> changed
INSERT INTO gold(project_id, task_id, truth) VALUES ($1, $2, $3)
ON CONFLICT (project_id, task_id) DO UPDATE SET truth = excluded.truth;

-- gold_get(project project_id, task task_id) -> maybe (truth text)
SELECT truth FROM gold WHERE project_id = $1 AND task_id = $2;

-- gold_unscored(project project_id, limit int) -> many (task task_id, worker user_id, body text)
SELECT t.id, a.worker_id, b.body
FROM task AS t
JOIN assignment AS a ON a.project_id = t.project_id AND a.task_id = t.id AND a.state IN (2, 3, 4)
JOIN answer AS b ON b.project_id = a.project_id AND b.task_id = a.task_id AND b.worker_id = a.worker_id
LEFT JOIN gold_answer AS g ON g.project_id = a.project_id AND g.task_id = a.task_id AND g.worker_id = a.worker_id
WHERE t.project_id = $1 AND t.gold = 1 AND g.is_right IS NULL
ORDER BY t.id, a.worker_id LIMIT $2;

-- gold_answer_add(project project_id, task task_id, worker user_id, is_right int) -> changed
INSERT INTO gold_answer(project_id, task_id, worker_id, is_right) VALUES ($1, $2, $3, $4)
ON CONFLICT DO NOTHING;

-- gold_score_add(project project_id, worker user_id, correct int) -> changed
INSERT INTO gold_score(project_id, worker_id, seen, correct) VALUES ($1, $2, 1, $3)
ON CONFLICT (project_id, worker_id)
DO UPDATE SET seen = gold_score.seen + 1, correct = gold_score.correct + excluded.correct;

-- gold_answer_drop(project project_id, task task_id) -> changed
DELETE FROM gold_answer WHERE project_id = $1 AND task_id = $2;

-- gold_score_forget(project project_id, task task_id) -> changed
UPDATE gold_score SET seen = seen - 1, correct = correct - (
  SELECT is_right FROM gold_answer AS g
  WHERE g.project_id = $1 AND g.task_id = $2 AND g.worker_id = gold_score.worker_id)
WHERE project_id = $1 AND worker_id IN (
  SELECT worker_id FROM gold_answer WHERE project_id = $1 AND task_id = $2);

-- gold_score_get(project project_id, worker user_id) -> maybe (seen int, correct int)
SELECT seen, correct FROM gold_score WHERE project_id = $1 AND worker_id = $2;

-- gold_score_everywhere(worker user_id) -> one (seen int, correct int)
-- sweep: one row for each project in which the worker met known answers, by an index
SELECT CAST(COALESCE(SUM(seen), 0) AS BIGINT), CAST(COALESCE(SUM(correct), 0) AS BIGINT)
FROM gold_score WHERE worker_id = $1;

-- quality_worker_page(project project_id, after user_id, limit int) -> many (worker user_id, submitted int, approved int, rejected int, seen int, correct int)
SELECT a.worker_id,
  COUNT(*) FILTER (WHERE a.state IN (2, 3, 4)),
  COUNT(*) FILTER (WHERE a.state = 3),
  COUNT(*) FILTER (WHERE a.state = 4),
  CAST(COALESCE(MAX(g.seen), 0) AS BIGINT), CAST(COALESCE(MAX(g.correct), 0) AS BIGINT)
FROM assignment AS a
LEFT JOIN gold_score AS g ON g.project_id = a.project_id AND g.worker_id = a.worker_id
WHERE a.project_id = $1 AND a.worker_id > $2
GROUP BY a.worker_id ORDER BY a.worker_id LIMIT $3;

-- inv_result_judged() -> many (project project_id, task task_id)
-- sweep: an invariant looks at everything
SELECT r.project_id, r.task_id FROM result AS r
LEFT JOIN task AS t ON t.project_id = r.project_id AND t.id = r.task_id
WHERE t.stage IS NULL OR t.stage <> 2;

-- inv_gold_score() -> many (project project_id, worker user_id)
-- sweep: an invariant looks at everything
SELECT s.project_id, s.worker_id FROM gold_score AS s
LEFT JOIN (SELECT project_id, worker_id, COUNT(*) AS n, SUM(is_right) AS good FROM gold_answer
           GROUP BY project_id, worker_id) AS g
  ON g.project_id = s.project_id AND g.worker_id = s.worker_id
WHERE s.seen <> COALESCE(g.n, 0) OR s.correct <> COALESCE(g.good, 0);
