-- derived
-- group: project

-- Places of a quota go with their assignment, where they had stayed until its worker came again.
DELETE FROM quota_place WHERE NOT EXISTS (
  SELECT 1 FROM assignment AS a
  WHERE a.project_id = quota_place.project_id AND a.task_id = quota_place.task_id
    AND a.worker_id = quota_place.worker_id AND a.state IN (1, 2, 3));
