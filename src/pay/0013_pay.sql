-- kept: what was paid for which answer, and what each worker did.
-- One line for each answer that was paid for: the gate through which it goes once.
CREATE TABLE pay_line(
	project_id BIGINT NOT NULL,
	task_id BIGINT NOT NULL,
	worker_id BIGINT NOT NULL,
	batch BIGINT NOT NULL,
	reward_minor BIGINT NOT NULL,
	fee_minor BIGINT NOT NULL,
	at_us BIGINT NOT NULL,
	PRIMARY KEY (project_id, task_id, worker_id),
	CHECK (batch > 0),
	CHECK (reward_minor >= 0),
	CHECK (fee_minor >= 0)
) /*lite: WITHOUT ROWID*/;
CREATE INDEX pay_line_batch ON pay_line(project_id, batch);

-- How far the workers' histories have been told of a project's submissions and rejections.
CREATE TABLE pay_told(
	project_id BIGINT NOT NULL PRIMARY KEY,
	upto_us BIGINT NOT NULL
);

-- Rejections by time, for the same; the table is review's.
CREATE INDEX review_rejected_time ON review(project_id, at_us) WHERE approved = 0;

-- A worker's own list, beside his account. The states are those of assignments.
CREATE TABLE work_history(
	account_id BIGINT NOT NULL,
	project_id BIGINT NOT NULL,
	task_id BIGINT NOT NULL,
	state BIGINT NOT NULL,
	reward_minor BIGINT NOT NULL,
	active_ms BIGINT NOT NULL,
	reason TEXT NOT NULL,
	at_us BIGINT NOT NULL,
	PRIMARY KEY (account_id, project_id, task_id),
	CHECK (state BETWEEN 2 AND 4),
	CHECK (reward_minor >= 0)
) /*lite: WITHOUT ROWID*/;
CREATE INDEX work_history_time ON work_history(account_id, at_us);
CREATE INDEX work_history_waiting ON work_history(account_id) WHERE state = 2;
