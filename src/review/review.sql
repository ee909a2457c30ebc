-- group: project

-- review_add(project project_id, task task_id, worker user_id, approved int, reason text, by user_id, now usec) -> changed
INSERT INTO review(project_id, task_id, worker_id, approved, reason, by_user, at_us)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT DO NOTHING;

-- review_waiting_page(project project_id, after_us usec, after_task task_id, after_worker user_id, limit int) -> many (task task_id, worker user_id, submitted usec, active_ms int, answer text)
SELECT a.task_id, a.worker_id, a.submitted_us, a.active_ms, b.body
FROM assignment AS a /*lite: INDEXED BY assignment_waiting*/
JOIN answer AS b ON b.project_id = a.project_id AND b.task_id = a.task_id AND b.worker_id = a.worker_id
WHERE a.project_id = $1 AND a.state = 2
  AND (a.submitted_us, a.task_id, a.worker_id) > ($2, $3, $4)
ORDER BY a.submitted_us, a.task_id, a.worker_id LIMIT $5;

-- review_waiting_projects(now usec) -> many (project project_id)
-- sweep: the timer asks which projects have answers that waited long enough
SELECT p.id FROM project AS p
JOIN project_state AS s ON s.project_id = p.id
WHERE s.state >= 2 AND EXISTS (
  SELECT 1 FROM assignment AS a /*lite: INDEXED BY assignment_waiting*/
  WHERE a.project_id = p.id AND a.state = 2
  AND a.submitted_us <= $1 - p.approve_after_s * 1000000);

-- inv_review_decided() -> many (project project_id, task task_id, worker user_id)
-- sweep: an invariant looks at everything
SELECT r.project_id, r.task_id, r.worker_id FROM review AS r
LEFT JOIN assignment AS a ON a.project_id = r.project_id AND a.task_id = r.task_id AND a.worker_id = r.worker_id
WHERE a.state IS NULL OR a.state <> CASE WHEN r.approved = 1 THEN 3 ELSE 4 END;

-- inv_review_reason() -> many (project project_id, task task_id, worker user_id)
-- sweep: an invariant looks at everything
SELECT a.project_id, a.task_id, a.worker_id FROM assignment AS a
LEFT JOIN review AS r ON r.project_id = a.project_id AND r.task_id = a.task_id AND r.worker_id = a.worker_id
WHERE a.state = 4 AND (r.approved IS NULL OR r.approved <> 0);

-- review_rejected_list(project project_id, task task_id) -> many (worker user_id, reason text)
SELECT worker_id, reason FROM review
WHERE project_id = $1 AND task_id = $2 AND approved = 0 ORDER BY worker_id;

-- Rejections, and answers unlike the known one: of these only where nobody gets the item any more.
-- contest_mine(worker user_id, after project_id, after_task task_id, limit int)
--   -> many (project project_id, task task_id, title text, known int, rejected int, reason text,
--   answer text, state int, said text, reply text)
-- sweep: a worker's projects lie on several shards; one page of them, by indexes
SELECT k.project_id, k.task_id, p.title,
  CASE WHEN t.gold = 1 AND (t.stage = 2 OR s.state = 5) THEN 1 ELSE 0 END,
  COALESCE(k.about, CASE WHEN r.approved = 0 THEN 1 ELSE 2 END), COALESCE(r.reason, ''), b.body,
  COALESCE(k.state, -1), COALESCE(k.text, ''), COALESCE(k.reply, '')
FROM (
  SELECT w.project_id, w.task_id, c.about, c.state, c.text, c.reply FROM (
    SELECT project_id, task_id FROM contest WHERE worker_id = $1
    UNION
    SELECT project_id, task_id FROM review WHERE worker_id = $1 AND approved = 0
    UNION
    SELECT g.project_id, g.task_id FROM gold_answer AS g
    JOIN task AS u ON u.project_id = g.project_id AND u.id = g.task_id
    JOIN project_state AS v ON v.project_id = g.project_id
    WHERE g.worker_id = $1 AND g.is_right = 0 AND (u.stage = 2 OR v.state = 5)) AS w
  LEFT JOIN contest AS c
    ON c.project_id = w.project_id AND c.task_id = w.task_id AND c.worker_id = $1
  WHERE (w.project_id, w.task_id) > ($2, $3)
  ORDER BY w.project_id, w.task_id LIMIT $4) AS k
JOIN task AS t ON t.project_id = k.project_id AND t.id = k.task_id
JOIN project_state AS s ON s.project_id = k.project_id
JOIN project AS p ON p.id = k.project_id
JOIN answer AS b ON b.project_id = k.project_id AND b.task_id = k.task_id AND b.worker_id = $1
LEFT JOIN review AS r ON r.project_id = k.project_id AND r.task_id = k.task_id AND r.worker_id = $1
ORDER BY k.project_id, k.task_id;

-- Was it judged wrong by a known answer that nobody is asked for any more?
-- contest_known(project project_id, task task_id, worker user_id) -> maybe (task task_id)
SELECT g.task_id FROM gold_answer AS g
JOIN task AS t ON t.project_id = g.project_id AND t.id = g.task_id
JOIN project_state AS s ON s.project_id = g.project_id
WHERE g.project_id = $1 AND g.task_id = $2 AND g.worker_id = $3 AND g.is_right = 0
  AND (t.stage = 2 OR s.state = 5);

-- contest_add(project project_id, task task_id, worker user_id, about int, text text, now usec) -> changed
INSERT INTO contest(project_id, task_id, worker_id, about, text, at_us)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING;

-- contest_get(project project_id, task task_id, worker user_id) -> maybe (about int, state int)
SELECT about, state FROM contest WHERE project_id = $1 AND task_id = $2 AND worker_id = $3;

-- contest_set(project project_id, task task_id, worker user_id, state int, reply text, by user_id, now usec) -> changed
UPDATE contest SET state = $4, reply = $5, by_user = $6, decided_us = $7
WHERE project_id = $1 AND task_id = $2 AND worker_id = $3 AND state = 0;

-- contest_page(project project_id, after usec, after_task task_id, after_worker user_id, limit int)
--   -> many (task task_id, worker user_id, about int, text text, at usec, reason text, answer text,
--   gold int)
SELECT c.task_id, c.worker_id, c.about, c.text, c.at_us, COALESCE(r.reason, ''), b.body, t.gold
FROM contest AS c /*lite: INDEXED BY contest_waiting*/
JOIN answer AS b ON b.project_id = c.project_id AND b.task_id = c.task_id AND b.worker_id = c.worker_id
JOIN task AS t ON t.project_id = c.project_id AND t.id = c.task_id
LEFT JOIN review AS r ON r.project_id = c.project_id AND r.task_id = c.task_id AND r.worker_id = c.worker_id
WHERE c.project_id = $1 AND c.state = 0 AND (c.at_us, c.task_id, c.worker_id) > ($2, $3, $4)
ORDER BY c.at_us, c.task_id, c.worker_id LIMIT $5;

-- contest_waits(project project_id) -> maybe (task task_id)
SELECT task_id FROM contest /*lite: INDEXED BY contest_waiting*/
WHERE project_id = $1 AND state = 0 AND about = 1 LIMIT 1;

-- contest_decided(project project_id, task task_id) -> many (worker user_id, about int, state int, reply text)
SELECT worker_id, about, state, reply FROM contest
WHERE project_id = $1 AND task_id = $2 AND state > 0 ORDER BY worker_id;

-- contest_answer(project project_id, task task_id, worker user_id) -> maybe (body text)
SELECT body FROM answer WHERE project_id = $1 AND task_id = $2 AND worker_id = $3;

-- review_turn(project project_id, task task_id, worker user_id, by user_id, now usec) -> changed
UPDATE review SET approved = 1, by_user = $4, at_us = $5
WHERE project_id = $1 AND task_id = $2 AND worker_id = $3 AND approved = 0;

-- inv_contest_state() -> many (project project_id, task task_id, worker user_id)
-- sweep: an invariant looks at everything
SELECT c.project_id, c.task_id, c.worker_id FROM contest AS c
LEFT JOIN assignment AS a ON a.project_id = c.project_id AND a.task_id = c.task_id AND a.worker_id = c.worker_id
WHERE a.state IS NULL OR a.state NOT IN (2, 3, 4)
   OR (c.about = 1 AND a.state <> CASE WHEN c.state = 1 THEN 3 ELSE 4 END);

-- pause_reason(project project_id, worker user_id) -> maybe (reason text, at usec)
SELECT reason, at_us FROM project_bar WHERE project_id = $1 AND user_id = $2;

-- pause_waiting(project project_id, worker user_id, limit int) -> many (task task_id)
SELECT task_id FROM assignment /*lite: INDEXED BY assignment_waiting*/
WHERE project_id = $1 AND state = 2 AND worker_id = $2 ORDER BY submitted_us LIMIT $3;
