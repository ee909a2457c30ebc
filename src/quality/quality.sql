-- group: project

-- Locked before their answers are read, so that no answer comes or goes in between; what another
-- has locked is left to the next run, so that nobody waits in a circle.
-- quality_full_tasks(project project_id, limit int) -> many (task task_id)
SELECT id FROM task /*lite: INDEXED BY task_full*/
WHERE project_id = $1 AND stage = 1 ORDER BY id LIMIT $2 /*pg: FOR UPDATE SKIP LOCKED*/;

-- Spare answers are left out, as `< 1`: without statistics PostgreSQL takes an equality for rare, and joins
-- the wrong way round.
-- quality_full_answers(project project_id, limit int) -> many (task task_id, gold int, worker user_id, active_ms int, took_ms int, body text)
SELECT t.id, t.gold, a.worker_id, a.active_ms, (a.submitted_us - a.accepted_us) / 1000, b.body
FROM (SELECT id, gold FROM task /*lite: INDEXED BY task_full*/
      WHERE project_id = $1 AND stage = 1 ORDER BY id LIMIT $2) AS t
JOIN assignment AS a ON a.project_id = $1 AND a.task_id = t.id AND a.state IN (2, 3) AND a.spare < 1
JOIN answer AS b ON b.project_id = $1 AND b.task_id = t.id AND b.worker_id = a.worker_id
ORDER BY t.id, a.worker_id;

-- By the results, of which there are as many as judged tasks, however many wait behind them. `gold` is -1 where
-- the task is judged no more. Scalar, so that no planner begins with all tasks.
-- quality_judged_tasks(project project_id, after task_id, limit int) -> many (task task_id, gold int, told text)
SELECT r.task_id, COALESCE((SELECT gold FROM task WHERE project_id = $1 AND id = r.task_id AND stage = 2), -1),
  COALESCE((SELECT answer FROM spot WHERE project_id = $1 AND task_id = r.task_id), '')
FROM (SELECT DISTINCT task_id FROM result WHERE project_id = $1 AND task_id > $2
      ORDER BY task_id LIMIT $3) AS r ORDER BY r.task_id;

-- quality_given_between(project project_id, from task_id, upto task_id) -> many (task task_id, worker user_id, active_ms int)
SELECT task_id, worker_id, active_ms FROM assignment
WHERE project_id = $1 AND task_id >= $2 AND task_id <= $3 AND state IN (2, 3) AND spare < 1
ORDER BY task_id, worker_id;

-- quality_bodies_between(project project_id, from task_id, upto task_id) -> many (task task_id, worker user_id, body text)
SELECT task_id, worker_id, body FROM answer
WHERE project_id = $1 AND task_id >= $2 AND task_id <= $3
ORDER BY task_id, worker_id;

-- quality_judged_answers(project project_id, after task_id, limit int) -> many (task task_id, gold int, told text, worker user_id, active_ms int, body text)
-- Task by task, however far they lie apart: see judged.c.
SELECT t.id, t.gold, COALESCE(s.answer, ''), a.worker_id, a.active_ms, b.body
FROM (SELECT DISTINCT task_id FROM result WHERE project_id = $1 AND task_id > $2
      ORDER BY task_id LIMIT $3) AS r
JOIN task AS t ON t.project_id = $1 AND t.id = r.task_id AND t.stage = 2
LEFT JOIN spot AS s ON s.project_id = $1 AND s.task_id = t.id
JOIN assignment AS a ON a.project_id = $1 AND a.task_id = t.id AND a.state IN (2, 3) AND a.spare < 1
JOIN answer AS b ON b.project_id = $1 AND b.task_id = t.id AND b.worker_id = a.worker_id
ORDER BY t.id, a.worker_id;

-- result_put(project project_id, now usec; task task_id, field text, value text, confidence real, answers int, ties text, posterior text) -> none
INSERT INTO result(project_id, task_id, field, value, confidence, answers, ties, posterior, judged_us)
VALUES ($1, $3, $4, $5, $6, $7, $8, $9, $2)
ON CONFLICT (project_id, task_id, field)
DO UPDATE SET value = excluded.value, confidence = excluded.confidence, answers = excluded.answers,
  ties = excluded.ties, posterior = excluded.posterior, judged_us = excluded.judged_us;

-- Of a result that stands for so many answers; one that was dropped or made anew is left alone.
-- result_revise(project project_id, task task_id, field text, answers int, value text, confidence real, ties text, posterior text) -> changed
UPDATE result SET value = $5, confidence = $6, ties = $7, posterior = $8
WHERE project_id = $1 AND task_id = $2 AND field = $3 AND answers = $4 AND posterior <> '';

-- result_drop(project project_id, task task_id) -> changed
DELETE FROM result WHERE project_id = $1 AND task_id = $2;

-- result_list(project project_id, task task_id) -> many (field text, value text, confidence real, answers int, ties text, posterior text)
SELECT field, value, confidence, answers, ties, posterior FROM result
WHERE project_id = $1 AND task_id = $2 ORDER BY field;

-- By the results: judged tasks may lie far apart among millions of open ones.
-- quality_judged_page(project project_id, after task_id, limit int) -> many (task task_id, gold int)
SELECT r.task_id, COALESCE((SELECT gold FROM task WHERE project_id = $1 AND id = r.task_id), 0)
FROM (SELECT DISTINCT task_id FROM result WHERE project_id = $1 AND task_id > $2
      ORDER BY task_id LIMIT $3) AS r ORDER BY r.task_id;

-- quality_task_answers(project project_id, task task_id) -> many (worker user_id, state int, submitted usec, active_ms int, body text, spare int)
SELECT a.worker_id, a.state, a.submitted_us, a.active_ms, b.body, a.spare
FROM assignment AS a
JOIN answer AS b ON b.project_id = a.project_id AND b.task_id = a.task_id AND b.worker_id = a.worker_id
WHERE a.project_id = $1 AND a.task_id = $2 AND a.state IN (2, 3, 4)
ORDER BY a.submitted_us, a.worker_id;

-- result_range(project project_id, from task_id, upto task_id) -> many (task task_id, field text, value text, confidence real, answers int, ties text, posterior text)
SELECT task_id, field, value, confidence, answers, ties, posterior FROM result
WHERE project_id = $1 AND task_id >= $2 AND task_id <= $3
ORDER BY task_id, field;

-- gold_put(project project_id, task task_id, truth text) -> changed
INSERT INTO gold(project_id, task_id, truth) VALUES ($1, $2, $3)
ON CONFLICT (project_id, task_id) DO UPDATE SET truth = excluded.truth;

-- gold_grow(project project_id, task task_id, truth text, now usec) -> changed
INSERT INTO gold(project_id, task_id, truth, grown, grown_us) VALUES ($1, $2, $3, 1, $4)
ON CONFLICT DO NOTHING;

-- gold_mend(project project_id, task task_id, truth text) -> changed
UPDATE gold SET truth = $3, grown = 2 WHERE project_id = $1 AND task_id = $2 AND grown > 0;

-- How far gold reaches: what grew or was set by hand, and what is open.
-- grown_reach(project project_id) -> one (kept int, open int)
SELECT CAST(COALESCE((SELECT MAX(task_id) FROM gold WHERE project_id = $1), 0) AS BIGINT),
  CAST(COALESCE((SELECT MAX(id) FROM task /*lite: INDEXED BY task_open*/
    WHERE project_id = $1 AND gold = 1 AND open = 1), 0) AS BIGINT);

-- Something to do but to wait for answers to what has grown.
-- grown_else(project project_id) -> maybe (task task_id)
SELECT t.id FROM task AS t /*lite: INDEXED BY task_todo*/
LEFT JOIN gold AS g ON g.project_id = t.project_id AND g.task_id = t.id AND g.grown = 1
WHERE t.project_id = $1 AND t.stage < 2 AND g.task_id IS NULL LIMIT 1;

-- grown_waits(project project_id) -> many (task task_id)
SELECT t.id FROM task AS t /*lite: INDEXED BY task_todo*/
JOIN gold AS g ON g.project_id = t.project_id AND g.task_id = t.id AND g.grown = 1
WHERE t.project_id = $1 AND t.stage < 2 AND t.open = 1 ORDER BY t.id;

-- inv_gold_grown() -> many (project project_id, task task_id)
-- sweep: an invariant looks at everything
SELECT g.project_id, g.task_id FROM gold AS g
LEFT JOIN task AS t ON t.project_id = g.project_id AND t.id = g.task_id
WHERE g.grown > 0 AND (COALESCE(t.gold, 0) <> 1 OR EXISTS (
  SELECT 1 FROM gold_answer AS s JOIN assignment AS a
    ON a.project_id = s.project_id AND a.task_id = s.task_id AND a.worker_id = s.worker_id
  WHERE s.project_id = g.project_id AND s.task_id = g.task_id
    AND (g.grown = 2 OR a.submitted_us <= g.grown_us)));

-- gold_drop(project project_id, task task_id) -> changed
DELETE FROM gold WHERE project_id = $1 AND task_id = $2;

-- gold_get(project project_id, task task_id) -> maybe (truth text, grown int)
SELECT truth, grown FROM gold WHERE project_id = $1 AND task_id = $2;

-- gold_unscored(project project_id, limit int) -> many (task task_id, worker user_id, body text)
SELECT t.id, a.worker_id, b.body
FROM task AS t
JOIN assignment AS a ON a.project_id = t.project_id AND a.task_id = t.id AND a.state IN (2, 3, 4)
JOIN answer AS b ON b.project_id = a.project_id AND b.task_id = a.task_id AND b.worker_id = a.worker_id
LEFT JOIN gold_answer AS g ON g.project_id = a.project_id AND g.task_id = a.task_id AND g.worker_id = a.worker_id
LEFT JOIN gold AS k ON k.project_id = t.project_id AND k.task_id = t.id AND k.grown > 0
WHERE t.project_id = $1 AND t.gold = 1 AND g.is_right IS NULL
  AND (k.grown IS NULL OR (k.grown = 1 AND a.submitted_us > k.grown_us))
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

-- Whoever changes sums holds them: the workers by number, then the crowd.
-- skill_hold(project project_id; worker user_id, field text) -> maybe (answers int, rejected int, right_ppm int, others_ppm int, counts text)
SELECT answers, rejected, right_ppm, others_ppm, counts FROM skill
WHERE project_id = $1 AND worker_id = $2 AND field = $3 /*pg: FOR UPDATE*/;

-- skill_look(project project_id; worker user_id, field text) -> maybe (answers int, rejected int, right_ppm int, others_ppm int, counts text)
SELECT answers, rejected, right_ppm, others_ppm, counts FROM skill
WHERE project_id = $1 AND worker_id = $2 AND field = $3;

-- skill_everybody(project project_id) -> many (worker user_id, field text, answers int, rejected int, right int, others int)
SELECT worker_id, field, answers, rejected, right_ppm, others_ppm FROM skill
WHERE project_id = $1 ORDER BY worker_id, field;

-- skill_mine(worker user_id, after project_id, limit int) -> many (project project_id, title text, template text, field text, answers int, rejected int, others_ppm int, crowd_answers int, crowd_right int)
-- sweep: a worker's projects lie on several shards; one page of them, by an index
SELECT s.project_id, p.title, p.template, s.field, s.answers, s.rejected, s.others_ppm, c.answers, c.right_ppm
FROM (SELECT DISTINCT project_id FROM skill WHERE worker_id = $1 AND project_id > $2
      ORDER BY project_id LIMIT $3) AS m
JOIN skill AS s ON s.project_id = m.project_id AND s.worker_id = $1
JOIN crowd AS c ON c.project_id = s.project_id AND c.field = s.field
JOIN project AS p ON p.id = s.project_id
ORDER BY s.project_id, s.field;

-- skill_of_workers(project project_id, from user_id, upto user_id) -> many (worker user_id, field text, answers int, rejected int, others_ppm int)
SELECT worker_id, field, answers, rejected, others_ppm FROM skill
WHERE project_id = $1 AND worker_id >= $2 AND worker_id <= $3 ORDER BY worker_id, field;

-- skill_put(project project_id, field text; worker user_id, answers int, rejected int, right_ppm int, others_ppm int, counts text) -> none
INSERT INTO skill(project_id, worker_id, field, answers, rejected, right_ppm, others_ppm, counts)
VALUES ($1, $3, $2, $4, $5, $6, $7, $8)
ON CONFLICT (project_id, worker_id, field) DO UPDATE SET answers = excluded.answers,
  rejected = excluded.rejected, right_ppm = excluded.right_ppm,
  others_ppm = excluded.others_ppm, counts = excluded.counts;

-- skill_refit(project project_id, worker user_id, field text, right_ppm int, others_ppm int, counts text) -> changed
UPDATE skill SET right_ppm = $4, others_ppm = $5, counts = $6
WHERE project_id = $1 AND worker_id = $2 AND field = $3;

-- crowd_list(project project_id) -> many (field text, questions int, answers int, right_ppm int, counts text, of_class text, fitted int, sure real, alike real, shift real, known int, known_right int, learned int)
SELECT field, questions, answers, right_ppm, counts, of_class, fitted, sure, alike, shift, known, known_right, learned FROM crowd
WHERE project_id = $1 ORDER BY field /*pg: FOR UPDATE*/;

-- crowd_look(project project_id) -> many (field text, questions int, answers int, right_ppm int, counts text, of_class text, fitted int, sure real, alike real, shift real, known int, known_right int, learned int)
SELECT field, questions, answers, right_ppm, counts, of_class, fitted, sure, alike, shift, known, known_right, learned FROM crowd
WHERE project_id = $1 ORDER BY field;

-- crowd_put(project project_id, field text, questions int, answers int, right_ppm int, counts text, of_class text, sure real, alike real, shift real) -> changed
INSERT INTO crowd(project_id, field, questions, answers, right_ppm, counts, of_class, sure, alike, shift)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (project_id, field) DO UPDATE SET questions = excluded.questions,
  answers = excluded.answers, right_ppm = excluded.right_ppm, counts = excluded.counts,
  of_class = excluded.of_class;

-- crowd_refit(project project_id, field text, right_ppm int, counts text, of_class text) -> changed
UPDATE crowd SET right_ppm = $3, counts = $4, of_class = $5
WHERE project_id = $1 AND field = $2;

-- crowd_trust(project project_id, field text, sure real, alike real, shift real, known int, known_right int, learned int) -> changed
UPDATE crowd SET sure = $3, alike = $4, shift = $5, known = $6, known_right = $7, learned = $8
WHERE project_id = $1 AND field = $2;

-- crowd_fitted(project project_id, field text, fitted int) -> changed
UPDATE crowd SET fitted = $3 WHERE project_id = $1 AND field = $2;

-- What a person has decided on stays as it was.
-- doubt_put(project project_id, worker user_id, what int, other user_id, field text, answers int, found real, expected real, value text, now usec) -> changed
INSERT INTO doubt(project_id, worker_id, what, other_id, field, answers, found, expected, value, at_us)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (project_id, worker_id, what, other_id, field) DO UPDATE SET
  answers = excluded.answers, found = excluded.found, expected = excluded.expected,
  value = excluded.value, at_us = excluded.at_us WHERE doubt.state = 0;

-- doubt_drop_old(project project_id, before usec) -> changed
DELETE FROM doubt WHERE project_id = $1 AND state = 0 AND at_us < $2;

-- doubt_list(project project_id, from user_id, upto user_id) -> many (worker user_id, what int, other user_id, field text, answers int, found real, expected real, value text, state int)
SELECT worker_id, what, other_id, field, answers, found, expected, value, state FROM doubt
WHERE project_id = $1 AND worker_id >= $2 AND worker_id <= $3
ORDER BY worker_id, what, other_id, field;

-- doubt_settle(project project_id, worker user_id, state int, by user_id) -> changed
UPDATE doubt SET state = $3, by_user = $4 WHERE project_id = $1 AND worker_id = $2;

-- spot_reach(project project_id) -> one (last int)
SELECT CAST(COALESCE(MAX(id), 0) AS BIGINT) FROM task WHERE project_id = $1;

-- spot_draw(project project_id, from task_id) -> maybe (task task_id)
SELECT t.id FROM task AS t
LEFT JOIN spot AS s ON s.project_id = t.project_id AND s.task_id = t.id
WHERE t.project_id = $1 AND t.id >= $2 AND t.stage = 2 AND t.gold = 0 AND s.at_us IS NULL
ORDER BY t.id LIMIT 1;

-- spot_count(project project_id) -> one (n int)
SELECT COUNT(*) FROM spot WHERE project_id = $1;

-- spot_add(project project_id, task task_id, answer text, by user_id, now usec) -> changed
INSERT INTO spot(project_id, task_id, answer, by_user, at_us) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING;

-- spot_results(project project_id, after task_id, limit int) -> many (task task_id, field text, value text, answer text)
SELECT r.task_id, r.field, r.value, s.answer
FROM (SELECT task_id, answer FROM spot WHERE project_id = $1 AND task_id > $2
      ORDER BY task_id LIMIT $3) AS s
JOIN result AS r ON r.project_id = $1 AND r.task_id = s.task_id
ORDER BY r.task_id, r.field;

-- charts_workers(project project_id, limit int) -> many (worker user_id)
SELECT DISTINCT worker_id FROM skill WHERE project_id = $1 ORDER BY worker_id LIMIT $2;

-- certificate_claims(project project_id) -> many (field text, results int, claimed real)
SELECT r.field, COUNT(*), AVG(r.confidence) FROM result AS r
JOIN task AS t ON t.project_id = r.project_id AND t.id = r.task_id
WHERE r.project_id = $1 AND t.gold = 0 GROUP BY r.field;

-- inv_spot_task() -> many (project project_id, task task_id)
-- sweep: an invariant looks at everything
SELECT s.project_id, s.task_id FROM spot AS s
LEFT JOIN task AS t ON t.project_id = s.project_id AND t.id = s.task_id
WHERE t.id IS NULL OR s.answer = '';

-- inv_skill_answers() -> many (project project_id, worker user_id, field text)
-- sweep: an invariant looks at everything
SELECT s.project_id, s.worker_id, s.field FROM skill AS s
LEFT JOIN (SELECT r.project_id, r.field, a.worker_id, COUNT(*) AS n FROM result AS r
           JOIN assignment AS a ON a.project_id = r.project_id AND a.task_id = r.task_id
           WHERE r.posterior <> '' AND a.state IN (2, 3) AND a.spare < 1
           GROUP BY r.project_id, r.field, a.worker_id) AS j
  ON j.project_id = s.project_id AND j.worker_id = s.worker_id AND j.field = s.field
WHERE s.answers <> COALESCE(j.n, 0);

-- inv_crowd_questions() -> many (project project_id, field text)
-- sweep: an invariant looks at everything
SELECT c.project_id, c.field FROM crowd AS c
LEFT JOIN (SELECT project_id, field, COUNT(*) AS n, SUM(answers) AS said FROM result
           WHERE posterior <> '' GROUP BY project_id, field) AS r
  ON r.project_id = c.project_id AND r.field = c.field
WHERE c.questions * COALESCE(r.said, 0) <> c.answers * COALESCE(r.n, 0)
   OR (c.answers > 0 AND r.n IS NULL);

-- inv_result_judged() -> many (project project_id, task task_id)
-- sweep: an invariant looks at everything
SELECT r.project_id, r.task_id FROM result AS r
LEFT JOIN task AS t ON t.project_id = r.project_id AND t.id = r.task_id
WHERE t.stage IS NULL OR t.stage <> 2;

-- inv_judged_result() -> many (project project_id, task task_id)
-- sweep: an invariant looks at everything
SELECT t.project_id, t.id FROM task AS t
WHERE t.stage = 2
  AND NOT EXISTS (SELECT 1 FROM result AS r WHERE r.project_id = t.project_id AND r.task_id = t.id)
  AND EXISTS (SELECT 1 FROM assignment AS a
              WHERE a.project_id = t.project_id AND a.task_id = t.id AND a.state IN (2, 3) AND a.spare < 1);

-- inv_gold_score() -> many (project project_id, worker user_id)
-- sweep: an invariant looks at everything
SELECT s.project_id, s.worker_id FROM gold_score AS s
LEFT JOIN (SELECT project_id, worker_id, COUNT(*) AS n, SUM(is_right) AS good FROM gold_answer
           GROUP BY project_id, worker_id) AS g
  ON g.project_id = s.project_id AND g.worker_id = s.worker_id
WHERE s.seen <> COALESCE(g.n, 0) OR s.correct <> COALESCE(g.good, 0);

-- asking_open(project project_id, limit int) -> one (n int): plain tasks with a place on offer, as far as `limit`
SELECT CAST(COUNT(*) AS BIGINT) FROM (SELECT id FROM task /*lite: INDEXED BY task_open*/
  WHERE project_id = $1 AND gold = 0 AND open = 1 LIMIT $2) AS t;

-- asking_put(project project_id; task task_id, doubt real) -> none
INSERT INTO asking(project_id, task_id, doubt) VALUES ($1, $2, $3)
ON CONFLICT (project_id, task_id) DO UPDATE SET doubt = excluded.doubt;

-- asking_drop(project project_id, task task_id) -> changed
DELETE FROM asking WHERE project_id = $1 AND task_id = $2;

-- asking_top(project project_id, limit int) -> many (task task_id)
SELECT task_id FROM asking WHERE project_id = $1 ORDER BY doubt DESC, task_id DESC LIMIT $2;

-- asking_any(project project_id) -> maybe (task task_id)
SELECT task_id FROM asking WHERE project_id = $1 LIMIT 1;

-- asking_range(project project_id, from task_id, upto task_id) -> many (task task_id, doubt real)
SELECT task_id, doubt FROM asking WHERE project_id = $1 AND task_id >= $2 AND task_id <= $3 ORDER BY task_id;

-- inv_asking_judged() -> many (project project_id, task task_id)
-- sweep: an invariant looks at everything
SELECT a.project_id, a.task_id FROM asking AS a
LEFT JOIN task AS t ON t.project_id = a.project_id AND t.id = a.task_id
WHERE t.stage IS NULL OR t.stage <> 2;
