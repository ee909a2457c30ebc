-- kept
-- group: reference

-- How many places more are paid for than are asked for, in thousandths: for second copies of slow tasks near the end.
ALTER TABLE project ADD COLUMN copy_permille BIGINT NOT NULL DEFAULT 0 CHECK (copy_permille BETWEEN 0 AND 1000);
