-- derived
-- group: project

-- What had been concluded and paid by then: what confidence and cost were at so many answers.
ALTER TABLE report_point ADD COLUMN judged BIGINT NOT NULL DEFAULT 0;
ALTER TABLE report_point ADD COLUMN paid BIGINT NOT NULL DEFAULT 0;        -- answers
ALTER TABLE report_point ADD COLUMN results BIGINT NOT NULL DEFAULT 0;
ALTER TABLE report_point ADD COLUMN confidence BIGINT NOT NULL DEFAULT 0;  -- their sum, in millionths

-- What a look at a project's quality has found last.
CREATE TABLE report_look(
  project_id  BIGINT NOT NULL PRIMARY KEY,
  at_us       BIGINT NOT NULL,
  state       BIGINT NOT NULL,             -- of the project then
  submitted   BIGINT NOT NULL,             -- answers then
  judged      BIGINT NOT NULL,
  body        TEXT NOT NULL                -- JSON: quality_charts
);
