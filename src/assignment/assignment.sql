-- group: project

-- assignment_add(project project_id, until usec, now usec; task task_id, worker user_id, epoch int) -> changed
INSERT INTO assignment(project_id, task_id, worker_id, state, epoch, until_us, accepted_us)
VALUES ($1, $4, $5, 1, $6, $2, $3)
ON CONFLICT DO NOTHING;

-- assignment_get(project project_id, task task_id, worker user_id) -> maybe (state int, epoch int, accepted usec, until usec)
SELECT state, epoch, accepted_us, CASE WHEN promised_us > 0 THEN promised_us ELSE until_us END FROM assignment
WHERE project_id = $1 AND task_id = $2 AND worker_id = $3;

-- assignment_hold(project project_id, task task_id, worker user_id) -> maybe (state int, epoch int)
-- The row stays as it is until the transaction ends.
SELECT state, epoch FROM assignment
WHERE project_id = $1 AND task_id = $2 AND worker_id = $3 /*pg: FOR UPDATE*/;

-- assignment_held_get(project project_id; worker user_id) -> maybe (task task_id, epoch int, accepted usec, until usec)
SELECT task_id, epoch, accepted_us, CASE WHEN promised_us > 0 THEN promised_us ELSE until_us END
FROM assignment /*lite: INDEXED BY assignment_lease*/
WHERE project_id = $1 AND worker_id = $2 AND state = 1
ORDER BY task_id LIMIT 1;

-- assignment_lease_hold(project project_id, task task_id, worker user_id, epoch int, now usec) -> maybe (accepted usec, until usec)
-- A lease that runs, with its promised end; it stays as it is until the transaction ends.
SELECT accepted_us, CASE WHEN promised_us > 0 THEN promised_us ELSE until_us END FROM assignment
WHERE project_id = $1 AND task_id = $2 AND worker_id = $3 AND state = 1 AND epoch = $4
  AND until_us >= $5 /*pg: FOR UPDATE*/;

-- assignment_lease_set(project project_id, task task_id, worker user_id, epoch int, until usec, promised usec) -> changed
UPDATE assignment SET until_us = $5, promised_us = $6
WHERE project_id = $1 AND task_id = $2 AND worker_id = $3 AND state = 1 AND epoch = $4;

-- assignment_submit_set(project project_id, was int, becomes int, now usec; task task_id, worker user_id, epoch int, active_ms int) -> changed
UPDATE assignment SET state = $3, submitted_us = $4,
  active_ms = CASE WHEN $4 < accepted_us THEN 0 -- the clock was put back
    WHEN $8 < ($4 - accepted_us) / 1000 THEN $8 ELSE ($4 - accepted_us) / 1000 END
WHERE project_id = $1 AND task_id = $5 AND worker_id = $6 AND epoch = $7 AND state = $2;

-- assignment_spare_set(project project_id; task task_id, worker user_id) -> changed
UPDATE assignment SET state = 3, spare = 1
WHERE project_id = $1 AND task_id = $2 AND worker_id = $3 AND state IN (2, 3);

-- assignment_return_set(project project_id, task task_id, worker user_id, epoch int) -> changed
UPDATE assignment SET state = 5
WHERE project_id = $1 AND task_id = $2 AND worker_id = $3 AND epoch = $4 AND state = 1;

-- assignment_overdue(now usec, limit int) -> many (project project_id, task task_id, worker user_id)
-- sweep: the timer looks over all projects; each row is then changed by its key
SELECT project_id, task_id, worker_id FROM assignment
WHERE state = 1 AND until_us < $1
ORDER BY until_us, project_id, task_id LIMIT $2;

-- assignment_expire_set(project project_id, now usec; task task_id, worker user_id) -> changed
UPDATE assignment SET state = 6
WHERE project_id = $1 AND task_id = $3 AND worker_id = $4 AND state = 1 AND until_us < $2;

-- assignment_decide(project project_id, task task_id, worker user_id, to int) -> changed
UPDATE assignment SET state = $4
WHERE project_id = $1 AND task_id = $2 AND worker_id = $3 AND state = 2;

-- assignment_restore_set(project project_id, task task_id, worker user_id) -> changed
UPDATE assignment SET state = 3
WHERE project_id = $1 AND task_id = $2 AND worker_id = $3 AND state = 4;

-- assignment_waiting_list(project project_id, upto usec, limit int) -> many (task task_id, worker user_id)
SELECT task_id, worker_id FROM assignment /*lite: INDEXED BY assignment_waiting*/
WHERE project_id = $1 AND state = 2 AND submitted_us <= $2
ORDER BY submitted_us LIMIT $3;

-- assignment_approve_set(project project_id; task task_id, worker user_id) -> changed
UPDATE assignment SET state = 3
WHERE project_id = $1 AND task_id = $2 AND worker_id = $3 AND state = 2;

-- assignment_unpaid_list(project project_id, limit int) -> many (task task_id, worker user_id)
SELECT task_id, worker_id FROM assignment /*lite: INDEXED BY assignment_due*/
WHERE project_id = $1 AND state = 3 AND paid = 0
ORDER BY task_id, worker_id LIMIT $2;

-- assignment_paid_set(project project_id; task task_id, worker user_id) -> changed
-- `paid < 1`: as it is said for assignment_due, that index would be walked for each row.
UPDATE assignment SET paid = 1
WHERE project_id = $1 AND task_id = $2 AND worker_id = $3 AND state = 3 AND paid < 1;

-- answer_add(project project_id; task task_id, worker user_id, body text) -> none
INSERT INTO answer(project_id, task_id, worker_id, body) VALUES ($1, $2, $3, $4);

-- answer_get(project project_id, task task_id, worker user_id) -> maybe (body text)
SELECT body FROM answer WHERE project_id = $1 AND task_id = $2 AND worker_id = $3;

-- draft_put(project project_id, task task_id, worker user_id, epoch int, body text, now usec)
--   -> changed: 0: the lease is not held
INSERT INTO draft(project_id, task_id, worker_id, body, at_us)
SELECT project_id, task_id, worker_id, CAST($5 AS TEXT), CAST($6 AS BIGINT) FROM assignment
WHERE project_id = $1 AND task_id = $2 AND worker_id = $3 AND state = 1 AND epoch = $4
/*pg: FOR SHARE*/
ON CONFLICT (project_id, task_id, worker_id)
DO UPDATE SET body = excluded.body, at_us = excluded.at_us;

-- draft_get(project project_id, task task_id, worker user_id) -> maybe (body text)
SELECT body FROM draft WHERE project_id = $1 AND task_id = $2 AND worker_id = $3;

-- draft_drop(project project_id; task task_id, worker user_id) -> none
DELETE FROM draft WHERE project_id = $1 AND task_id = $2 AND worker_id = $3;

-- assignment_pace_get(project project_id) -> maybe (median_ms int, answers int, bins text, timed int, p90_ms int)
SELECT median_ms, answers, bins, timed, p90_ms FROM assignment_pace WHERE project_id = $1;

-- assignment_pace_put(project project_id, median_ms int, answers int, bins text, timed int, p90_ms int) -> changed
INSERT INTO assignment_pace(project_id, median_ms, answers, bins, timed, p90_ms)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (project_id) DO UPDATE SET median_ms = excluded.median_ms, answers = excluded.answers,
  bins = excluded.bins, timed = excluded.timed, p90_ms = excluded.p90_ms;

-- quota_turn_take(project project_id) -> changed
INSERT INTO quota_turn(project_id, turns) VALUES ($1, 1)
ON CONFLICT (project_id) DO UPDATE SET turns = quota_turn.turns + 1;

-- quota_others(project project_id, quota int, task task_id, worker user_id, most int) -> one (n int)
-- Those of anybody else, up to as many as matter. Who counts no more has no place.
SELECT COUNT(*) FROM (
  SELECT 1 AS one FROM quota_place AS p
  WHERE p.project_id = $1 AND p.quota = $2 AND NOT (p.task_id = $3 AND p.worker_id = $4)
  LIMIT $5) AS o;

-- quota_place_add(project project_id, quota int, task task_id, worker user_id, most int) -> none
INSERT INTO quota_place(project_id, quota, task_id, worker_id, most) VALUES ($1, $2, $3, $4, $5);

-- quota_place_drop(project project_id; task task_id, worker user_id) -> none
DELETE FROM quota_place WHERE project_id = $1 AND task_id = $2 AND worker_id = $3;

-- inv_assignment_quota() -> many (project project_id, quota int)
-- sweep: an invariant looks at everything
SELECT p.project_id, p.quota FROM quota_place AS p
JOIN assignment AS a ON a.project_id = p.project_id AND a.task_id = p.task_id AND a.worker_id = p.worker_id
WHERE a.state IN (1, 2, 3)
GROUP BY p.project_id, p.quota HAVING COUNT(*) > MIN(p.most);

-- inv_assignment_quota_stray() -> many (project project_id, task task_id, worker user_id)
-- sweep: an invariant looks at everything
SELECT p.project_id, p.task_id, p.worker_id FROM quota_place AS p
LEFT JOIN assignment AS a ON a.project_id = p.project_id AND a.task_id = p.task_id AND a.worker_id = p.worker_id
WHERE a.state IS NULL OR a.state NOT IN (1, 2, 3);

-- inv_assignment_taken() -> many (project project_id, task task_id)
-- sweep: an invariant looks at everything
SELECT t.project_id, t.id FROM task AS t
LEFT JOIN (SELECT project_id, task_id, COUNT(*) AS n FROM assignment WHERE state = 1
           GROUP BY project_id, task_id) AS a ON a.project_id = t.project_id AND a.task_id = t.id
WHERE t.taken <> COALESCE(a.n, 0);

-- inv_assignment_filled() -> many (project project_id, task task_id)
-- sweep: an invariant looks at everything
SELECT t.project_id, t.id FROM task AS t
LEFT JOIN (SELECT project_id, task_id, COUNT(*) AS n FROM assignment WHERE state IN (2, 3)
           GROUP BY project_id, task_id) AS a ON a.project_id = t.project_id AND a.task_id = t.id
WHERE t.filled <> COALESCE(a.n, 0);

-- inv_assignment_answered() -> many (project project_id, task task_id, worker user_id)
-- sweep: an invariant looks at everything
SELECT a.project_id, a.task_id, a.worker_id FROM assignment AS a
LEFT JOIN answer AS b ON b.project_id = a.project_id AND b.task_id = a.task_id AND b.worker_id = a.worker_id
WHERE a.state IN (2, 3, 4) AND b.body IS NULL;

-- inv_answer_assigned() -> many (project project_id, task task_id, worker user_id)
-- sweep: an invariant looks at everything
SELECT b.project_id, b.task_id, b.worker_id FROM answer AS b
LEFT JOIN assignment AS a ON a.project_id = b.project_id AND a.task_id = b.task_id AND a.worker_id = b.worker_id
WHERE a.state IS NULL OR a.state NOT IN (2, 3, 4);
