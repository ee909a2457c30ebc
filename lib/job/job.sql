-- group: each

-- A row that is run just now keeps its time; the new one waits in again_us. A row that was
-- refused keeps the time of its next try. Where nothing is to be changed the row is still locked
-- on PostgreSQL, so it cannot be claimed before what is signalled here can be seen.
-- job_row_put(; kind text, key int, part int, at usec) -> none
INSERT INTO job(kind, key, part, state, run_at_us, again_us, lease_id, lease_until_us, tries, message)
VALUES ($1, $2, $3, 0, $4, 0, 0, 0, 0, '')
ON CONFLICT (key, kind, part) DO UPDATE SET
	run_at_us = CASE WHEN job.lease_id = 0 THEN excluded.run_at_us ELSE job.run_at_us END,
	again_us = CASE WHEN job.lease_id = 0 THEN job.again_us ELSE excluded.run_at_us END
WHERE (job.lease_id = 0 AND job.tries = 0 AND excluded.run_at_us < job.run_at_us)
	OR (job.lease_id <> 0 AND (job.again_us = 0 OR excluded.run_at_us < job.again_us));

-- job_row_found(kind text, at usec) -> none: a job that exists by itself
INSERT INTO job(kind, key, part, state, run_at_us, again_us, lease_id, lease_until_us, tries, message)
VALUES ($1, 0, 0, 0, $2, 0, 0, 0, 0, '')
ON CONFLICT (key, kind, part) DO NOTHING;

-- job_row_due(now usec) -> maybe (yes int)
SELECT 1 FROM job WHERE state = 0 AND run_at_us <= $1 AND lease_until_us <= $1 LIMIT 1;

-- Picked apart from the update: PostgreSQL may run a subselect again for each row, LIMIT and all.
-- job_row_claim(lease int, until usec, now usec, most int)
--	-> many (kind text, key int, part int, tries int, run_at usec)
WITH due AS MATERIALIZED (
	SELECT key, kind, part FROM job
	WHERE state = 0 AND run_at_us <= $3 AND lease_until_us <= $3
	ORDER BY run_at_us, key LIMIT $4 /*pg: FOR UPDATE SKIP LOCKED*/)
UPDATE job SET lease_id = $1, lease_until_us = $2, tries = tries + 1 FROM due
WHERE job.key = due.key AND job.kind = due.kind AND job.part = due.part
RETURNING job.kind, job.key, job.part, job.tries, job.run_at_us;

-- job_row_renew(kind text, key int, part int, lease int, until usec) -> changed
UPDATE job SET lease_until_us = $5 WHERE key = $2 AND kind = $1 AND part = $3 AND lease_id = $4;

-- job_row_lease(kind text, key int, part int) -> maybe (lease int)
SELECT lease_id FROM job WHERE key = $2 AND kind = $1 AND part = $3;

-- job_row_end(kind text, key int, part int, lease int) -> changed: 0: signalled meanwhile, or the lease is lost
DELETE FROM job WHERE key = $2 AND kind = $1 AND part = $3 AND lease_id = $4 AND again_us = 0;

-- job_row_let(kind text, key int, part int, lease int, next usec) -> changed: next 0: only when signalled
UPDATE job SET lease_id = 0, lease_until_us = 0, tries = 0, message = '', again_us = 0,
	run_at_us = CASE WHEN again_us > 0 AND ($5 = 0 OR again_us < $5) THEN again_us ELSE $5 END
WHERE key = $2 AND kind = $1 AND part = $3 AND lease_id = $4 AND ($5 > 0 OR again_us > 0);

-- job_row_fail(kind text, key int, part int, lease int, at usec, state int, uncounted int, message text)
--	-> changed
UPDATE job SET lease_id = 0, lease_until_us = 0, run_at_us = $5, again_us = 0, state = $6,
	tries = tries - $7, message = $8
WHERE key = $2 AND kind = $1 AND part = $3 AND lease_id = $4;

-- job_row_revive(kind text, key int, part int, now usec) -> changed
UPDATE job SET state = 0, tries = 0, run_at_us = $4
WHERE key = $2 AND kind = $1 AND part = $3 AND state = 1;

-- job_row_list(most int) -> many (kind text, key int, part int, run_at usec, until usec, tries int,
--	state int, message text)
SELECT kind, key, part, run_at_us, lease_until_us, tries, state, message FROM job
ORDER BY state DESC, run_at_us, key, kind, part LIMIT $1;

-- job_row_count(now usec) -> one (due int, broken int, oldest usec)
SELECT count(*) FILTER (WHERE state = 0 AND run_at_us <= $1),
	count(*) FILTER (WHERE state = 1),
	CAST(coalesce(min(run_at_us) FILTER (WHERE state = 0 AND run_at_us <= $1), 0) AS BIGINT)
FROM job;

-- tally_row_add(; key int, name text, part int, n int) -> none
INSERT INTO tally(key, name, part, n) VALUES ($1, $2, $3, $4)
ON CONFLICT (key, name, part) DO UPDATE SET n = tally.n + excluded.n;

-- tally_row_sum(key int, name text) -> one (n int)
SELECT CAST(coalesce(sum(n), 0) AS BIGINT) FROM tally WHERE key = $1 AND name = $2;
