-- group: local
-- What must always be true of a project's money: each of these returns no rows.

-- pay_inv_escrow() -> many (project project_id, reserved money, owed money)
SELECT s.project_id, COALESCE(e.amount, 0),
	(s.places - s.refunded - COALESCE(l.paid, 0)) * s.unit_minor
FROM project_state AS s
LEFT JOIN (SELECT project_id, COUNT(*) AS paid FROM pay_line GROUP BY project_id) AS l
	ON l.project_id = s.project_id
LEFT JOIN (SELECT project_id, CAST(SUM(amount_minor) AS BIGINT) AS amount FROM project_entry
	WHERE sub = 'reserved' GROUP BY project_id) AS e ON e.project_id = s.project_id
WHERE COALESCE(e.amount, 0) <> (s.places - s.refunded - COALESCE(l.paid, 0)) * s.unit_minor;

-- pay_inv_places() -> many (project project_id, places int, refunded int)
SELECT s.project_id, s.places, s.refunded FROM project_state AS s
LEFT JOIN (SELECT project_id, CAST(SUM(cap) AS BIGINT) AS cap, CAST(SUM(shut) AS BIGINT) AS shut
	FROM task GROUP BY project_id) AS t ON t.project_id = s.project_id
WHERE s.state >= 2 AND (COALESCE(t.cap, 0) + s.copies_left <> s.places - s.refunded
	OR COALESCE(t.shut, 0) + s.copies_shut <> s.refunded);

-- pay_inv_paid_once() -> many (project project_id, task task_id, worker user_id)
SELECT a.project_id, a.task_id, a.worker_id FROM assignment AS a
LEFT JOIN pay_line AS l ON l.project_id = a.project_id AND l.task_id = a.task_id
	AND l.worker_id = a.worker_id
WHERE a.paid = 1 AND l.project_id IS NULL
UNION ALL
SELECT l.project_id, l.task_id, l.worker_id FROM pay_line AS l
LEFT JOIN assignment AS a ON a.project_id = l.project_id AND a.task_id = l.task_id
	AND a.worker_id = l.worker_id
WHERE a.project_id IS NULL OR a.paid <> 1 OR a.state <> 3;

-- pay_inv_price() -> many (project project_id, task task_id, worker user_id)
SELECT l.project_id, l.task_id, l.worker_id FROM pay_line AS l
LEFT JOIN project_state AS s ON s.project_id = l.project_id
WHERE s.project_id IS NULL OR l.reward_minor <> s.reward_minor OR l.fee_minor <> s.fee_minor;

-- pay_inv_lines() -> many (project project_id, batch int)
SELECT l.project_id, l.batch FROM (SELECT project_id, batch, SUM(reward_minor) AS reward,
		SUM(fee_minor) AS fee, 'pay:' || project_id || ':' || batch AS transfer
	FROM pay_line GROUP BY project_id, batch) AS l
LEFT JOIN project_entry AS r ON r.project_id = l.project_id AND r.transfer = l.transfer
	AND r.sub = 'sent'
LEFT JOIN project_entry AS f ON f.project_id = l.project_id AND f.transfer = l.transfer
	AND f.sub = 'fee'
WHERE l.reward <> COALESCE(r.amount_minor, 0) OR l.fee <> COALESCE(f.amount_minor, 0);

-- pay_inv_parcels() -> many (project project_id, batch int, worker user_id)
SELECT l.project_id, l.batch, l.worker_id FROM (SELECT project_id, batch, worker_id,
		SUM(reward_minor) AS reward, 'pay:' || project_id || ':' || batch AS transfer
	FROM pay_line GROUP BY project_id, batch, worker_id) AS l
LEFT JOIN project_outbox AS o ON o.project_id = l.project_id AND o.transfer = l.transfer
	AND o.account_id = l.worker_id
WHERE l.reward <> COALESCE(o.amount_minor, 0);

-- pay_inv_history() -> many (worker user_id, project project_id, task task_id)
SELECT h.account_id, h.project_id, h.task_id FROM work_history AS h
LEFT JOIN pay_line AS l ON l.project_id = h.project_id AND l.task_id = h.task_id
	AND l.worker_id = h.account_id
WHERE h.state = 3 AND (l.project_id IS NULL OR l.reward_minor <> h.reward_minor);

-- pay_inv_counted() -> many (project project_id)
SELECT s.project_id FROM project_state AS s
LEFT JOIN (SELECT project_id, COUNT(*) AS n FROM pay_line GROUP BY project_id) AS l
	ON l.project_id = s.project_id
LEFT JOIN (SELECT key, CAST(SUM(n) AS BIGINT) AS n FROM tally WHERE name = 'paid' GROUP BY key) AS t
	ON t.key = s.project_id
WHERE COALESCE(l.n, 0) <> COALESCE(t.n, 0);
