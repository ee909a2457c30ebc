-- kept: the book. Entries are written once and never changed or removed: they are also the
-- record of which transfers have been posted. The words are listed with OR: for a list behind IN,
-- SQLite makes a table of its own with each row that it checks.
CREATE TABLE account_balance(
	account_id BIGINT NOT NULL,
	sub TEXT NOT NULL,
	balance_minor BIGINT NOT NULL,
	PRIMARY KEY (account_id, sub),
	CHECK (sub = 'available' OR sub = 'held' OR sub = 'payout_pending' OR sub = 'external'
		OR sub = 'sent' OR sub = 'recv'),
	CHECK (balance_minor >= 0 OR sub = 'external' OR sub = 'sent' OR sub = 'recv')
);
CREATE TABLE account_entry(
	account_id BIGINT NOT NULL,
	transfer TEXT NOT NULL,
	sub TEXT NOT NULL,
	amount_minor BIGINT NOT NULL,
	at_us BIGINT NOT NULL,
	PRIMARY KEY (account_id, transfer, sub),
	CHECK (sub = 'available' OR sub = 'held' OR sub = 'payout_pending' OR sub = 'external'
		OR sub = 'sent' OR sub = 'recv'),
	CHECK (amount_minor <> 0)
);
CREATE INDEX account_entry_time ON account_entry(account_id, at_us);
CREATE TABLE account_outbox(
	account_id BIGINT NOT NULL,
	transfer TEXT NOT NULL,
	project_id BIGINT NOT NULL,
	amount_minor BIGINT NOT NULL,
	note TEXT NOT NULL,
	state BIGINT NOT NULL DEFAULT 0,
	PRIMARY KEY (account_id, transfer),
	CHECK (amount_minor > 0),
	CHECK (state IN (0, 1))
);
CREATE INDEX account_outbox_open ON account_outbox(account_id) WHERE state = 0;
CREATE TABLE project_entry(
	project_id BIGINT NOT NULL,
	transfer TEXT NOT NULL,
	sub TEXT NOT NULL,
	amount_minor BIGINT NOT NULL,
	at_us BIGINT NOT NULL,
	PRIMARY KEY (project_id, transfer, sub),
	CHECK (sub = 'reserved' OR sub = 'fee' OR sub = 'sent' OR sub = 'recv'),
	CHECK (amount_minor <> 0)
);
CREATE TABLE project_outbox(
	project_id BIGINT NOT NULL,
	transfer TEXT NOT NULL,
	account_id BIGINT NOT NULL,
	amount_minor BIGINT NOT NULL,
	note TEXT NOT NULL,
	state BIGINT NOT NULL DEFAULT 0,
	PRIMARY KEY (project_id, transfer, account_id),
	CHECK (amount_minor > 0),
	CHECK (state IN (0, 1))
);
CREATE INDEX project_outbox_open ON project_outbox(project_id) WHERE state = 0;
