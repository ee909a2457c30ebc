-- kept
-- group: project

-- The end that the worker was promised, since an open page tells of itself; 0: until_us is that.
-- until_us then is when the page counts as gone, and never later.
ALTER TABLE assignment ADD COLUMN promised_us BIGINT NOT NULL DEFAULT 0
  CHECK (promised_us = 0 OR until_us <= promised_us);
