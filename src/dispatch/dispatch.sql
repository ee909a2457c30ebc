-- group: project

-- dispatch_desk_row(project project_id) -> maybe (title text, instructions text, template text,
--   reward money, gold_share int, time_allowed int, approve_after int, invited_only int,
--   picking int, confidence int, state int, gold int, barred int, learned int, timed int, p90_ms int,
--   copies int, again usec)
-- With when a task was opened again last: 0, if none is.
SELECT p.title, p.instructions, p.template, p.reward_minor, p.gold_share_permille,
  p.time_allowed_s, p.approve_after_s, p.invited_only, p.picking,
  p.confidence_permille, s.state, s.gold + s.grown, s.barred,
  p.time_learned, COALESCE(a.timed, 0), COALESCE(a.p90_ms, 0), s.copies_left,
  COALESCE((SELECT t.again_us FROM task AS t /*lite: INDEXED BY task_again*/
            WHERE t.project_id = $1 AND t.open = 1 AND t.again_us > 0
            ORDER BY t.again_us DESC LIMIT 1), 0)
FROM project_state AS s JOIN project AS p ON p.id = s.project_id
LEFT JOIN assignment_pace AS a ON a.project_id = s.project_id WHERE s.project_id = $1;

-- dispatch_cursor_get(project project_id; worker user_id) -> maybe (plain task_id, gold task_id, again usec, again_task task_id, gold_had int)
SELECT plain_id, gold_id, again_us, again_id, gold_had FROM dispatch_cursor
WHERE project_id = $1 AND worker_id = $2;

-- Two servers may write it: the tasks that are further on stand, and the later word on the rest.
-- dispatch_cursor_put(project project_id; worker user_id, plain task_id, gold task_id, again usec, again_task task_id, gold_had int) -> none
INSERT INTO dispatch_cursor(project_id, worker_id, plain_id, gold_id, again_us, again_id, gold_had)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (project_id, worker_id) DO UPDATE SET
  plain_id = CASE WHEN excluded.plain_id > dispatch_cursor.plain_id
                  THEN excluded.plain_id ELSE dispatch_cursor.plain_id END,
  gold_id = CASE WHEN excluded.gold_id > dispatch_cursor.gold_id
                 THEN excluded.gold_id ELSE dispatch_cursor.gold_id END,
  again_us = excluded.again_us, again_id = excluded.again_id, gold_had = excluded.gold_had;

-- dispatch_cursor_watch(project project_id, worker user_id) -> changed
UPDATE dispatch_cursor SET gold_had = 0 WHERE project_id = $1 AND worker_id = $2;

-- dispatch_again(project project_id; again usec, task task_id) -> maybe (task task_id, again usec, free int)
SELECT id, again_us, need - taken - filled FROM task /*lite: INDEXED BY task_again*/
WHERE project_id = $1 AND open = 1 AND again_us > 0 AND (again_us, id) > ($2, $3)
ORDER BY again_us, id LIMIT 1;

-- dispatch_window_read(project project_id, gold int, after task_id, limit int) -> many (task task_id, free int)
SELECT id, need - taken - filled FROM task /*lite: INDEXED BY task_open*/
WHERE project_id = $1 AND gold = $2 AND id > $3 AND open = 1 ORDER BY id LIMIT $4;

-- dispatch_unseen(project project_id, worker user_id, gold int, after task_id, most int) -> maybe (gold int, task task_id)
SELECT t.gold, t.id FROM (
  SELECT gold, id FROM task /*lite: INDEXED BY task_open*/
  WHERE project_id = $1 AND open = 1 AND (gold, id) > ($3, $4) ORDER BY gold, id LIMIT $5) AS t
WHERE NOT EXISTS (SELECT 1 FROM assignment AS a
  WHERE a.project_id = $1 AND a.task_id = t.id AND a.worker_id = $2)
ORDER BY t.gold, t.id LIMIT 1;

-- Where such a look ended, and over how many.
-- dispatch_reach(project project_id, gold int, after task_id, most int) -> maybe (gold int, task task_id, looked int)
SELECT t.gold, t.id, COUNT(*) OVER () FROM (
  SELECT gold, id FROM task /*lite: INDEXED BY task_open*/
  WHERE project_id = $1 AND open = 1 AND (gold, id) > ($2, $3) ORDER BY gold, id LIMIT $4) AS t
ORDER BY t.gold DESC, t.id DESC LIMIT 1;

-- What has been held for long and may have a second copy, the longest first. Of the leases of a
-- project there are as many as workers are at it.
-- dispatch_slow(project project_id, before usec, copies int, limit int) -> many (task task_id)
SELECT t.id FROM (
  SELECT task_id, MIN(accepted_us) AS since FROM assignment /*lite: INDEXED BY assignment_lease*/
  WHERE project_id = $1 AND state = 1 AND accepted_us <= $2 GROUP BY task_id) AS a
JOIN task AS t ON t.project_id = $1 AND t.id = a.task_id
WHERE t.gold = 0 AND t.stage = 0 AND t.open = 0 AND t.extra < $3 * (t.need - t.extra - t.filled)
ORDER BY a.since, t.id LIMIT $4;

-- dispatch_had(project project_id; task task_id, worker user_id) -> maybe (state int)
SELECT state FROM assignment WHERE project_id = $1 AND task_id = $2 AND worker_id = $3;

-- dispatch_held_count(project project_id, worker user_id) -> one (n int)
SELECT COUNT(*) FROM assignment /*lite: INDEXED BY assignment_lease*/
WHERE project_id = $1 AND worker_id = $2 AND state = 1;

-- dispatch_open_page(project project_id, worker user_id, after task_id, limit int) -> many (task task_id)
SELECT t.id FROM task AS t
WHERE t.project_id = $1 AND t.open = 1 AND t.id > $3 AND NOT EXISTS (
  SELECT 1 FROM assignment AS a
  WHERE a.project_id = $1 AND a.task_id = t.id AND a.worker_id = $2)
ORDER BY t.id LIMIT $4;

-- dispatch_project_page(before int, limit int, worker user_id) -> many (project project_id)
-- sweep: what is on offer lies on every shard
SELECT s.project_id FROM project_state AS s JOIN project AS p ON p.id = s.project_id
WHERE s.state = 2 AND s.project_id < $1 AND (p.invited_only = 0 OR EXISTS (
  SELECT 1 FROM project_invite AS i WHERE i.project_id = p.id AND i.user_id = $3))
  AND (s.barred = 0 OR NOT EXISTS (
  SELECT 1 FROM project_bar AS b WHERE b.project_id = s.project_id AND b.user_id = $3))
ORDER BY s.project_id DESC LIMIT $2;

-- What streams choose from: open, with a task that has a place.
-- dispatch_offers(limit int) -> many (project project_id, priority int, deadline usec)
-- sweep: the projects that give out tasks lie on every shard
SELECT s.project_id, p.priority, p.deadline_us
FROM project_state AS s JOIN project AS p ON p.id = s.project_id
WHERE s.state = 2 AND (s.copies_left > 0 OR EXISTS (
  SELECT 1 FROM task AS t /*lite: INDEXED BY task_open*/
  WHERE t.project_id = s.project_id AND t.open = 1))
ORDER BY p.priority DESC, s.project_id LIMIT $1;

-- dispatch_held_any(worker user_id) -> maybe (project project_id)
-- sweep: one step for each open project
SELECT a.project_id FROM project_state AS s
JOIN assignment AS a /*lite: INDEXED BY assignment_lease*/ ON a.project_id = s.project_id
  AND a.worker_id = $1 AND a.state = 1
WHERE s.state = 2 ORDER BY a.accepted_us LIMIT 1;

-- dispatch_project(project project_id) -> maybe (project project_id, org org_id, title text, kind text, state int, reward money, places int, pace_ms int, pace_answers int, estimate_s int, time_allowed_s int, approve_after_s int, picking int, deadline usec, learned int, timed int, p90_ms int, copies int)
SELECT p.id, p.org_id, p.title, p.kind_line, s.state, s.reward_minor, s.places,
  COALESCE(a.median_ms, 0), COALESCE(a.answers, 0), p.estimate_s, p.time_allowed_s,
  p.approve_after_s, p.picking, p.deadline_us, p.time_learned, COALESCE(a.timed, 0),
  COALESCE(a.p90_ms, 0), s.copies_left
FROM project_state AS s JOIN project AS p ON p.id = s.project_id
LEFT JOIN assignment_pace AS a ON a.project_id = s.project_id
WHERE s.project_id = $1 AND s.state >= 2;
