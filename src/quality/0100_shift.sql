-- derived
-- group: project

-- What known answers have taught beside s and r: d of src/quality/belief/belief.h. 0 claims as before, until
-- the next estimate.
ALTER TABLE crowd ADD COLUMN shift DOUBLE PRECISION NOT NULL DEFAULT 0;
