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
