-- kept
-- group: reference

-- Ask for no more answers than it takes to be this sure; 0: always `redundancy` answers. Then `redundancy`
-- is the most that are asked for, and what is paid into escrow.
ALTER TABLE project ADD COLUMN confidence_permille BIGINT NOT NULL DEFAULT 0
  CHECK (confidence_permille BETWEEN 0 AND 999);
ALTER TABLE project ADD COLUMN redundancy_least BIGINT NOT NULL DEFAULT 2 CHECK (redundancy_least > 0);
