-- derived
-- group: project

-- With the task behind the worker, the oldest lease is one step in the index; without it PostgreSQL
-- walked all assignments of the project in the order of their tasks.
DROP INDEX assignment_lease;
CREATE INDEX assignment_lease ON assignment(project_id, worker_id, task_id) WHERE state = 1;
