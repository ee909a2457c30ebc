-- group: project

-- task_cut_range(project project_id, after int, upto int, places int, gold_places int, need int)
--   -> changed
INSERT INTO task(project_id, id, cap, need, open, gold)
SELECT r.project_id, r.id, CASE WHEN r.truth <> '' THEN $5 ELSE $4 END,
  CASE WHEN r.truth <> '' THEN $5 ELSE $6 END, 1, CASE WHEN r.truth <> '' THEN 1 ELSE 0 END
FROM record AS r JOIN source AS s ON s.project_id = r.project_id AND s.id = r.source_id
WHERE r.project_id = $1 AND r.id > $2 AND r.id <= $3 AND s.state = 4
ON CONFLICT DO NOTHING;

-- task_cut_reach(project project_id) -> one (cut int, records int)
SELECT CAST(COALESCE((SELECT MAX(id) FROM task WHERE project_id = $1), 0) AS BIGINT),
  CAST(COALESCE((SELECT MAX(id) FROM record WHERE project_id = $1), 0) AS BIGINT);

-- task_row(project project_id, id task_id) -> maybe (cap int, need int, taken int, filled int,
--   shut int, open int, stage int, gold int, extra int)
SELECT cap, need, taken, filled, shut, open, stage, gold, extra FROM task WHERE project_id = $1 AND id = $2;

-- The row stays as it is until the transaction ends.
-- task_hold_row(project project_id, id task_id) -> maybe (id task_id)
SELECT id FROM task WHERE project_id = $1 AND id = $2 /*pg: FOR UPDATE*/;

-- task_settle_set(project project_id, id task_id, cap int, need int, taken int, filled int,
--   extra int, open int, stage int, again usec) -> changed
UPDATE task SET cap = $3, need = $4, taken = $5, filled = $6, extra = $7, open = $8, stage = $9,
  again_us = CASE WHEN $10 > 0 THEN $10 ELSE again_us END WHERE project_id = $1 AND id = $2;

-- A slow task gets a place for a second copy, taken at once. At most so many for each place that
-- has no answer yet.
-- task_copy_set(project project_id, copies int; id task_id) -> changed
UPDATE task SET cap = cap + 1, need = need + 1, taken = taken + 1, extra = extra + 1
WHERE project_id = $1 AND id = $3 AND gold = 0 AND stage = 0 AND open = 0
  AND extra < $2 * (need - extra - filled);

-- task_uncopy_set(project project_id; id task_id) -> changed
UPDATE task SET cap = cap - 1, need = need - 1, taken = taken - 1, extra = extra - 1
WHERE project_id = $1 AND id = $2 AND taken > 0 AND extra > 0;

-- task_next_row(project project_id, gold int, after task_id) -> maybe (id task_id)
SELECT id FROM task /*lite: INDEXED BY task_open*/
WHERE project_id = $1 AND gold = $2 AND id > $3 AND open = 1 ORDER BY id LIMIT 1;

-- A place that is not the last one: `open` stays, so SQLite leaves its index alone.
-- task_claim_some(project project_id; id task_id, n int) -> changed: all n places, or none
UPDATE task SET taken = taken + $3 WHERE project_id = $1 AND id = $2 AND taken + filled + $3 < need;

-- task_claim_last(project project_id; id task_id, n int) -> changed: all n places, or none
UPDATE task SET taken = taken + $3, open = CASE WHEN taken + filled + $3 < need THEN 1 ELSE 0 END
WHERE project_id = $1 AND id = $2 AND taken + filled + $3 <= need;

-- task_unclaim_set(project project_id; id task_id, n int) -> changed
UPDATE task SET taken = taken - $3, open = 1 WHERE project_id = $1 AND id = $2 AND taken >= $3;

-- task_release_set(project project_id, now usec; id task_id, n int) -> changed
UPDATE task SET taken = taken - $4, open = 1, again_us = $2
WHERE project_id = $1 AND id = $3 AND taken >= $4 AND extra < 1;

-- Tasks with second copies are settled by copies.c: here and elsewhere `extra < 1`, as an equality is rare to
-- PostgreSQL where it has no statistics.
-- SQLite has two guards instead of the one RETURNING, for which it makes a table of its own with each row.
-- task_fill_any(project project_id; id task_id, n int) -> maybe (stage int)
UPDATE task SET taken = taken - $3, filled = filled + $3,
  stage = CASE WHEN filled + $3 >= need THEN 1 ELSE stage END
WHERE project_id = $1 AND id = $2 AND taken >= $3 AND extra < 1 RETURNING stage;

-- task_fill_some(project project_id; id task_id, n int) -> changed: not the last place
UPDATE task SET taken = taken - $3, filled = filled + $3
WHERE project_id = $1 AND id = $2 AND taken >= $3 AND filled + $3 < need AND extra < 1;

-- task_fill_last(project project_id; id task_id, n int) -> changed
UPDATE task SET taken = taken - $3, filled = filled + $3, stage = 1
WHERE project_id = $1 AND id = $2 AND taken >= $3 AND filled + $3 >= need AND extra < 1;

-- task_fill_late_set(project project_id, id task_id) -> maybe (filled int, need int)
UPDATE task SET filled = filled + 1,
  open = CASE WHEN taken + filled + 1 < need THEN 1 ELSE 0 END,
  stage = CASE WHEN filled + 1 >= need THEN 1 ELSE stage END
WHERE project_id = $1 AND id = $2 AND taken + filled < need AND extra < 1
RETURNING filled, need;

-- task_reopen_set(project project_id, id task_id, now usec) -> changed
UPDATE task SET filled = filled - 1, open = 1, stage = 0, again_us = $3
WHERE project_id = $1 AND id = $2 AND filled > 0 AND extra < 1;

-- An answer counts after all, in a place that is paid for and free, on offer or not.
-- task_restore_set(project project_id, id task_id) -> maybe (filled int, need int)
UPDATE task SET filled = filled + 1,
  need = CASE WHEN taken + filled < need THEN need ELSE need + 1 END,
  open = CASE WHEN taken + filled + 1 < need THEN 1 ELSE 0 END,
  stage = CASE WHEN taken + filled >= need THEN CASE WHEN taken = 0 THEN 1 ELSE 0 END
               WHEN filled + 1 >= need THEN 1 ELSE 0 END
WHERE project_id = $1 AND id = $2 AND taken + filled < cap AND extra < 1
RETURNING filled, need;

-- A gold task that stays open with one place less.
-- task_lend_from(project project_id, to task_id) -> maybe (id task_id)
SELECT id FROM task /*lite: INDEXED BY task_open*/
WHERE project_id = $1 AND gold = 1 AND open = 1 AND id <> $2 AND taken + filled + 1 < need
ORDER BY id LIMIT 1;

-- task_lend(project project_id, id task_id) -> changed
UPDATE task SET cap = cap - 1, need = need - 1
WHERE project_id = $1 AND id = $2 AND taken + filled + 1 < need;

-- task_borrow(project project_id, id task_id) -> changed
UPDATE task SET cap = cap + 1 WHERE project_id = $1 AND id = $2;

-- task_judged_set(project project_id; id task_id) -> changed
UPDATE task SET stage = 2 WHERE project_id = $1 AND id = $2 AND stage = 1;

-- task_todo_any(project project_id) -> maybe (id task_id)
SELECT id FROM task /*lite: INDEXED BY task_todo*/ WHERE project_id = $1 AND stage < 2 LIMIT 1;

-- task_gold_set(project project_id, id task_id) -> changed
UPDATE task SET gold = 1 WHERE project_id = $1 AND id = $2 AND gold = 0;

-- task_offer_gold_set(project project_id, id task_id, n int) -> changed: judged, plain, with a place that is paid for
UPDATE task SET gold = 1, stage = 0, open = 1, again_us = 0,
  need = CASE WHEN filled + $3 < cap THEN filled + $3 ELSE cap END
WHERE project_id = $1 AND id = $2 AND stage = 2 AND gold = 0 AND taken = 0 AND filled < cap;

-- task_withdraw_gold_set(project project_id, id task_id) -> maybe (stage int)
UPDATE task SET need = taken + filled, open = 0, stage = CASE WHEN taken <= extra THEN 1 ELSE 0 END
WHERE project_id = $1 AND id = $2 AND stage = 0 AND gold = 1 AND filled > 0 AND taken + filled < need
RETURNING stage;

-- Nobody else is asked; what is held is waited for.
-- task_gold_unset(project project_id, id task_id) -> maybe (stage int)
UPDATE task SET gold = 0,
  need = CASE WHEN taken + filled > 0 THEN taken + filled ELSE 1 END,
  open = CASE WHEN taken + filled > 0 THEN 0 ELSE 1 END,
  stage = CASE WHEN stage = 0 AND taken <= extra AND filled > 0 THEN 1 ELSE stage END
WHERE project_id = $1 AND id = $2 AND gold = 1
RETURNING stage;

-- task_free_rows(project project_id, after task_id, limit int) -> many (id task_id, free int)
SELECT id, cap - taken - filled FROM task
WHERE project_id = $1 AND id > $2 AND taken + filled < cap ORDER BY id LIMIT $3;

-- task_shut_one(project project_id, id task_id, free int) -> changed
UPDATE task SET shut = shut + $3, cap = taken + filled, need = taken + filled, open = 0,
  stage = CASE WHEN stage = 0 AND taken <= extra THEN CASE WHEN filled > 0 THEN 1 ELSE 2 END ELSE stage END
WHERE project_id = $1 AND id = $2 AND cap - taken - filled = $3;

-- task_record(project project_id; id task_id) -> maybe (fields text)
SELECT fields FROM record WHERE project_id = $1 AND id = $2;

-- task_rows(project project_id, after task_id, limit int) -> many (id task_id, need int, taken int,
--   filled int, stage int, gold int, fields text)
SELECT t.id, t.need, t.taken, t.filled, t.stage, t.gold, r.fields
FROM task AS t JOIN record AS r ON r.project_id = t.project_id AND r.id = t.id
WHERE t.project_id = $1 AND t.id > $2 ORDER BY t.id LIMIT $3;

-- task_rows_open(project project_id, after task_id, limit int) -> many (id task_id, need int,
--   taken int, filled int, stage int, gold int, fields text)
SELECT t.id, t.need, t.taken, t.filled, t.stage, t.gold, r.fields
FROM task AS t JOIN record AS r ON r.project_id = t.project_id AND r.id = t.id
WHERE t.project_id = $1 AND t.id > $2 AND t.open = 1 ORDER BY t.id LIMIT $3;

-- task_rows_stage(project project_id, after task_id, stage int, limit int) -> many (id task_id,
--   need int, taken int, filled int, stage int, gold int, fields text)
SELECT t.id, t.need, t.taken, t.filled, t.stage, t.gold, r.fields
FROM task AS t JOIN record AS r ON r.project_id = t.project_id AND r.id = t.id
WHERE t.project_id = $1 AND t.id > $2 AND t.stage = $3 ORDER BY t.id LIMIT $4;

-- inv_task_derived() -> many (project project_id, id task_id)
-- sweep: an invariant looks at everything
SELECT project_id, id FROM task
WHERE open <> CASE WHEN taken + filled < need THEN 1 ELSE 0 END
   OR (stage > 0 AND filled < need - extra) OR (stage = 0 AND need > 0 AND filled >= need - extra);

-- inv_task_places() -> many (project project_id)
-- sweep: an invariant looks at everything
SELECT s.project_id FROM project_state AS s
LEFT JOIN (SELECT project_id, COUNT(*) AS n, SUM(cap + shut) AS places FROM task
           GROUP BY project_id) AS t ON t.project_id = s.project_id
WHERE (s.state >= 2 AND (COALESCE(t.n, 0) <> s.tasks
    OR COALESCE(t.places, 0) + s.copies_left + s.copies_shut <> s.places))
   OR (s.state = 0 AND t.n > 0);

-- task_widen_set(project project_id, id task_id, now usec) -> changed: full or judged, with a place that is paid for
UPDATE task SET need = need + 1, open = 1, stage = 0, again_us = $3
WHERE project_id = $1 AND id = $2 AND stage > 0 AND need < cap;
