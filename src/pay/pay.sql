-- group: project

-- pay_funded_count(project project_id) -> one (times int)
SELECT COUNT(*) FROM project_entry WHERE project_id = $1 AND sub = 'recv';

-- pay_batch_last(project project_id) -> one (batch int)
SELECT COALESCE(MAX(batch), 0) FROM pay_line WHERE project_id = $1;

-- pay_line_add(project project_id, batch int, reward money, fee money, now usec; task task_id, worker user_id) -> changed
INSERT INTO pay_line(project_id, task_id, worker_id, batch, reward_minor, fee_minor, at_us)
VALUES ($1, $6, $7, $2, $3, $4, $5) ON CONFLICT DO NOTHING;

-- pay_batch_lines(project project_id, batch int)
--	-> many (task task_id, worker user_id, reward money, at usec, active_ms int)
SELECT l.task_id, l.worker_id, l.reward_minor, l.at_us, a.active_ms
FROM pay_line AS l /*lite: INDEXED BY pay_line_batch*/
JOIN assignment AS a ON a.project_id = l.project_id AND a.task_id = l.task_id
	AND a.worker_id = l.worker_id
WHERE l.project_id = $1 AND l.batch = $2 ORDER BY l.worker_id, l.task_id;

-- pay_overdue_projects(now usec) -> many (project project_id)
-- sweep: once a minute, over the few projects with a deadline
SELECT p.id FROM project AS p JOIN project_state AS s ON s.project_id = p.id
WHERE p.deadline_us > 0 AND p.deadline_us <= $1 AND s.state IN (2, 3) LIMIT 1000;

-- pay_news_projects(upto usec) -> many (project project_id)
-- sweep: every few seconds; two steps in an index for each published project
SELECT s.project_id FROM project_state AS s
LEFT JOIN pay_told AS t ON t.project_id = s.project_id
WHERE s.state >= 2 AND (EXISTS (SELECT 1 FROM assignment AS a /*lite: INDEXED BY assignment_waiting*/
		WHERE a.project_id = s.project_id
		AND a.state = 2 AND a.submitted_us > COALESCE(t.upto_us, 0) AND a.submitted_us <= $1)
	OR EXISTS (SELECT 1 FROM review AS r WHERE r.project_id = s.project_id
		AND r.approved = 0 AND r.at_us > COALESCE(t.upto_us, 0) AND r.at_us <= $1))
LIMIT 1000;

-- pay_told_get(project project_id) -> maybe (upto usec)
SELECT upto_us FROM pay_told WHERE project_id = $1;

-- pay_told_set(project project_id, upto usec) -> none
INSERT INTO pay_told(project_id, upto_us) VALUES ($1, $2)
ON CONFLICT (project_id) DO UPDATE SET upto_us = excluded.upto_us
WHERE pay_told.upto_us < excluded.upto_us;

-- pay_news_submitted(project project_id, since usec, upto usec, max int)
--	-> many (task task_id, worker user_id, at usec, active_ms int)
SELECT task_id, worker_id, submitted_us, active_ms
FROM assignment /*lite: INDEXED BY assignment_waiting*/
WHERE project_id = $1 AND state = 2 AND submitted_us > $2 AND submitted_us <= $3
ORDER BY submitted_us LIMIT $4;

-- pay_news_rejected(project project_id, since usec, upto usec, max int)
--	-> many (task task_id, worker user_id, at usec, active_ms int, reason text)
SELECT r.task_id, r.worker_id, r.at_us, a.active_ms, r.reason FROM review AS r
JOIN assignment AS a ON a.project_id = r.project_id AND a.task_id = r.task_id
	AND a.worker_id = r.worker_id
WHERE r.project_id = $1 AND r.approved = 0 AND r.at_us > $2 AND r.at_us <= $3
ORDER BY r.at_us LIMIT $4;

-- group: account

-- pay_history_put(project project_id, state int; account account_id, task task_id, reward money, active_ms int, reason text, at usec) -> none
-- An end (paid, rejected) takes the place of a submission; being paid that of everything.
INSERT INTO work_history(account_id, project_id, task_id, state, reward_minor, active_ms, reason, at_us)
VALUES ($3, $1, $4, $2, $5, $6, $7, $8)
ON CONFLICT (account_id, project_id, task_id) DO UPDATE
SET state = excluded.state, reward_minor = excluded.reward_minor,
	active_ms = excluded.active_ms, reason = excluded.reason, at_us = excluded.at_us
WHERE excluded.state = 3 OR work_history.state = 2;

-- pay_history_page(account account_id, at usec, project project_id, task task_id, max int)
--	-> many (project project_id, title text, task task_id, state int, reward money, reason text, at usec)
SELECT h.project_id, p.title, h.task_id, h.state, h.reward_minor, h.reason, h.at_us
FROM work_history AS h JOIN project AS p ON p.id = h.project_id
WHERE h.account_id = $1 AND (h.at_us, h.project_id, h.task_id) < ($2, $3, $4)
ORDER BY h.at_us DESC, h.project_id DESC, h.task_id DESC LIMIT $5;

-- pay_history_waiting(account account_id) -> one (reward money, answers int)
SELECT CAST(COALESCE(SUM(reward_minor), 0) AS BIGINT), COUNT(*) FROM work_history
WHERE account_id = $1 AND state = 2;

-- pay_history_pace(account account_id, since usec) -> one (answers int, reward money, active_ms int)
SELECT COUNT(*), CAST(COALESCE(SUM(reward_minor), 0) AS BIGINT), CAST(COALESCE(SUM(active_ms), 0) AS BIGINT)
FROM work_history WHERE account_id = $1 AND at_us >= $2 AND state = 3;
