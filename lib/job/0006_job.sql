-- kept: work that was promised and is not done yet; and counts that are added up as things happen
-- group: each
CREATE TABLE job(
	kind           TEXT   NOT NULL,
	key            BIGINT NOT NULL, -- what it is about: a project, an account, 0 for the site
	part           BIGINT NOT NULL,
	state          BIGINT NOT NULL, -- 0 waiting or running, 1 broken
	run_at_us      BIGINT NOT NULL,
	again_us       BIGINT NOT NULL, -- when it was signalled while it ran; 0: it was not
	lease_id       BIGINT NOT NULL, -- 0: nobody runs it
	lease_until_us BIGINT NOT NULL,
	tries          BIGINT NOT NULL,
	message        TEXT   NOT NULL,
	PRIMARY KEY (key, kind, part),
	CHECK (state IN (0, 1)),
	CHECK (tries >= 0)
) /*lite: WITHOUT ROWID*/;
CREATE INDEX job_due ON job(run_at_us) WHERE state = 0;

CREATE TABLE tally(
	key  BIGINT NOT NULL,
	name TEXT   NOT NULL,
	part BIGINT NOT NULL, -- writers that work side by side count in rows of their own
	n    BIGINT NOT NULL,
	PRIMARY KEY (key, name, part)
) /*lite: WITHOUT ROWID*/;
