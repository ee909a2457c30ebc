-- derived
-- group: project

-- How a worker did on known answers in all projects.
CREATE INDEX gold_score_worker ON gold_score(worker_id);
