-- group: reference

-- project_add(id project_id, org org_id, title text, brief text, instructions text, template text,
--   kind_line text, reward money, fee_permille int, redundancy int, gold_share int,
--   gold_redundancy int, time_allowed int, approve_after int, estimate int, now usec,
--   by user_id, method int, learned int) -> none
INSERT INTO project(id, org_id, title, brief, instructions, template, kind_line, reward_minor,
  fee_permille, redundancy, gold_share_permille, gold_redundancy, time_allowed_s,
  approve_after_s, deadline_us, invited_only, picking, estimate_s, revision, created_us, created_by,
  method, time_learned)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 0, 0, 0, $15, 1, $16, $17, $18, $19);

-- project_row(id project_id) -> maybe (org org_id, title text, brief text, instructions text,
--   template text, kind_line text, reward money, fee_permille int, redundancy int,
--   gold_share int, gold_redundancy int, time_allowed int, approve_after int, deadline usec,
--   invited_only int, picking int, estimate int, revision int, created usec, by user_id, method int,
--   confidence int, least int, learned int, grown int, priority int, copy int)
SELECT org_id, title, brief, instructions, template, kind_line, reward_minor, fee_permille,
  redundancy, gold_share_permille, gold_redundancy, time_allowed_s, approve_after_s, deadline_us,
  invited_only, picking, estimate_s, revision, created_us, created_by,
  method, confidence_permille, redundancy_least, time_learned, gold_grown,
  priority, copy_permille
FROM project WHERE id = $1;

-- project_edit(id project_id, revision int, title text, brief text, instructions text,
--   template text, kind_line text, reward money, redundancy int, gold_share int,
--   gold_redundancy int, time_allowed int, approve_after int, deadline usec, invited_only int,
--   picking int, estimate int, method int, confidence int, least int,
--   learned int, grown int, priority int, copy int) -> changed
UPDATE project SET revision = revision + 1, title = $3, brief = $4, instructions = $5,
  template = $6, kind_line = $7, reward_minor = $8, redundancy = $9, gold_share_permille = $10,
  gold_redundancy = $11, time_allowed_s = $12, approve_after_s = $13, deadline_us = $14,
  invited_only = $15, picking = $16, estimate_s = $17, method = $18,
  confidence_permille = $19, redundancy_least = $20, time_learned = $21,
  gold_grown = $22, priority = $23, copy_permille = $24
WHERE id = $1 AND revision = $2;

-- project_remove(id project_id) -> changed
DELETE FROM project WHERE id = $1;

-- project_invite_add(id project_id, who user_id) -> changed
INSERT INTO project_invite(project_id, user_id) VALUES ($1, $2) ON CONFLICT DO NOTHING;

-- project_invite_drop(id project_id, who user_id) -> changed
DELETE FROM project_invite WHERE project_id = $1 AND user_id = $2;

-- project_invite_clear(id project_id) -> changed
DELETE FROM project_invite WHERE project_id = $1;

-- project_invite_has(id project_id, who user_id) -> maybe (who user_id)
SELECT user_id FROM project_invite WHERE project_id = $1 AND user_id = $2;

-- project_invite_list(id project_id, after user_id, limit int) -> many (who user_id, name text, email text)
SELECT i.user_id, u.name, u.email FROM project_invite AS i JOIN site_user AS u ON u.id = i.user_id
WHERE i.project_id = $1 AND i.user_id > $2 ORDER BY i.user_id LIMIT $3;

-- project_list_org(org org_id, before project_id, state int, limit int) -> many (id project_id,
--   title text, created usec, state int, tasks int, places int, unit money)
-- group: project
-- sweep: the projects of one org lie on several shards; one page of them
SELECT p.id, p.title, p.created_us, s.state, s.tasks, s.places, s.unit_minor
FROM project AS p JOIN project_state AS s ON s.project_id = p.id
WHERE p.org_id = $1 AND p.id < $2 AND ($3 < 0 OR s.state = $3) AND s.state <> 6
ORDER BY p.id DESC LIMIT $4;

-- project_list_mine(who user_id, before project_id, state int, limit int) -> many (id project_id,
--   title text, created usec, state int, tasks int, places int, unit money)
-- group: project
-- sweep: the projects of one person's orgs lie on several shards; one page of them
SELECT p.id, p.title, p.created_us, s.state, s.tasks, s.places, s.unit_minor
FROM project AS p JOIN project_state AS s ON s.project_id = p.id
WHERE p.org_id IN (SELECT org_id FROM org_member WHERE user_id = $1) AND p.id < $2
  AND ($3 < 0 OR s.state = $3) AND s.state <> 6
ORDER BY p.id DESC LIMIT $4;

-- project_list_all(before project_id, state int, limit int) -> many (id project_id, title text,
--   created usec, state int, tasks int, places int, unit money)
-- group: project
-- sweep: the operator's list goes over all shards; one page of it
SELECT p.id, p.title, p.created_us, s.state, s.tasks, s.places, s.unit_minor
FROM project AS p JOIN project_state AS s ON s.project_id = p.id
WHERE p.id < $1 AND ($2 < 0 OR s.state = $2) AND s.state <> 6
ORDER BY p.id DESC LIMIT $3;

-- group: project

-- project_state_add(id project_id, org org_id) -> none
INSERT INTO project_state(project_id, org_id, state, revision, columns, records, gold, redundancy,
  gold_redundancy, tasks, places, unit_minor, reward_minor, fee_minor, refunded, published_us, done_us)
VALUES ($1, $2, 0, 0, '[]', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

-- project_state_row(id project_id) -> maybe (org org_id, state int, revision int, columns text,
--   records int, gold int, redundancy int, gold_redundancy int, tasks int, places int,
--   unit money, reward money, fee money, refunded int, published usec, done usec,
--   gold_checked int, gold_bad int, gold_left int, copies int, copies_left int)
SELECT org_id, state, revision, columns, records, gold, redundancy, gold_redundancy, tasks, places,
  unit_minor, reward_minor, fee_minor, refunded, published_us, done_us,
  gold_checked, gold_bad, gold_left, copies, copies_left
FROM project_state WHERE project_id = $1;

-- Whoever decides by the state and writes elsewhere waits here for whoever moves it.
-- project_state_hold(id project_id) -> maybe (state int)
SELECT state FROM project_state WHERE project_id = $1 /*pg: FOR UPDATE*/;

-- project_state_remove(id project_id) -> changed
DELETE FROM project_state WHERE project_id = $1 AND state IN (0, 6) AND records = 0;

-- project_state_fund(id project_id, revision int, records int, gold int, redundancy int,
--   gold_redundancy int, places int, unit money, reward money, fee money, now usec, copies int) -> changed
UPDATE project_state SET state = 1, revision = $2, tasks = records, redundancy = $5,
  gold_redundancy = $6, places = $7, unit_minor = $8, reward_minor = $9, fee_minor = $10,
  published_us = $11, copies = $12, copies_left = $12
WHERE project_id = $1 AND state = 0 AND records = $3 AND gold = $4 AND gold_left = 0
  AND gold_bad = 0;

-- project_state_set(id project_id, from int, to int, done usec) -> changed
UPDATE project_state SET state = $3, done_us = CASE WHEN $3 = 4 THEN $4 ELSE done_us END
WHERE project_id = $1 AND state = $2;

-- project_bar_add(id project_id, who user_id, reason text, by user_id, now usec) -> changed
INSERT INTO project_bar(project_id, user_id, reason, by_user, at_us) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING;

-- project_bar_drop(id project_id, who user_id) -> changed
DELETE FROM project_bar WHERE project_id = $1 AND user_id = $2;

-- project_bar_get(id project_id, who user_id) -> maybe (reason text)
SELECT reason FROM project_bar WHERE project_id = $1 AND user_id = $2;

-- project_grown_add(id project_id, most int) -> changed: 0 when there are as many as are wanted
UPDATE project_state SET grown = grown + 1 WHERE project_id = $1 AND state = 2 AND grown < $2;

-- project_copies_take_set(id project_id, n int) -> changed
UPDATE project_state SET copies_left = copies_left - $2
WHERE project_id = $1 AND state = 2 AND copies_left >= $2;

-- project_copies_give_set(id project_id, n int) -> changed
UPDATE project_state SET copies_left = copies_left + $2 WHERE project_id = $1;

-- project_copies_shut_set(id project_id, left int) -> changed
UPDATE project_state SET copies_shut = copies_shut + copies_left, copies_left = 0
WHERE project_id = $1 AND copies_left = $2;

-- project_grown_get(id project_id) -> maybe (grown int)
SELECT grown FROM project_state WHERE project_id = $1;

-- inv_project_grown() -> many (id project_id)
-- sweep: an invariant looks at everything
SELECT s.project_id FROM project_state AS s JOIN project AS p ON p.id = s.project_id
WHERE s.grown > p.gold_grown;

-- project_barred_add(id project_id, n int) -> changed
UPDATE project_state SET barred = barred + $2 WHERE project_id = $1;

-- project_refunded_set(id project_id, before int, after int) -> changed
UPDATE project_state SET refunded = $3 WHERE project_id = $1 AND refunded = $2 AND state > 0;

-- project_records_add(id project_id, records int, gold int, columns text) -> changed
UPDATE project_state SET records = records + $2, gold = gold + $3, columns = $4
WHERE project_id = $1 AND state = 0;

-- project_gold_begin(id project_id) -> changed
UPDATE project_state SET gold_checked = 0, gold_bad = 0,
  gold_left = CASE WHEN gold > 0 THEN 1 ELSE 0 END
WHERE project_id = $1 AND state = 0;

-- project_gold_go_on(id project_id, before int, upto int, bad int, left int) -> changed
UPDATE project_state SET gold_checked = $3, gold_bad = gold_bad + $4, gold_left = $5
WHERE project_id = $1 AND state = 0 AND gold_left = 1 AND gold_checked = $2;

-- inv_project_state() -> many (id project_id)
-- sweep: an invariant looks at everything
SELECT p.id FROM project AS p LEFT JOIN project_state AS s ON s.project_id = p.id
WHERE s.project_id IS NULL OR s.org_id <> p.org_id;

-- inv_project_barred() -> many (id project_id)
-- sweep: an invariant looks at everything
SELECT s.project_id FROM project_state AS s
LEFT JOIN (SELECT project_id, COUNT(*) AS n FROM project_bar GROUP BY project_id) AS b
  ON b.project_id = s.project_id
WHERE s.barred <> COALESCE(b.n, 0);

-- inv_project_frozen() -> many (id project_id)
-- sweep: an invariant looks at everything
SELECT project_id FROM project_state
WHERE (state = 0 AND (places <> 0 OR unit_minor <> 0 OR refunded <> 0 OR copies <> 0))
   OR copies_left + copies_shut > copies
   OR (state > 0 AND (tasks <> records
       OR places <> (tasks - gold) * redundancy + gold * gold_redundancy + copies
       OR gold_left <> 0 OR gold_bad <> 0));
