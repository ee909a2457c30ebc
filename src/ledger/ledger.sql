-- group: account

-- ledger_account_entry_add(account account_id, transfer text, sub text, amount money, now usec) -> changed
INSERT INTO account_entry(account_id, transfer, sub, amount_minor, at_us)
VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING;

-- ledger_account_add(account account_id, sub text, amount money) -> none
INSERT INTO account_balance(account_id, sub, balance_minor) VALUES ($1, $2, $3)
ON CONFLICT (account_id, sub)
DO UPDATE SET balance_minor = account_balance.balance_minor + excluded.balance_minor;

-- ledger_account_take(account account_id, sub text, amount money) -> changed
UPDATE account_balance SET balance_minor = balance_minor - $3
WHERE account_id = $1 AND sub = $2 AND balance_minor >= $3;

-- Money that comes in, for many accounts at once.
-- ledger_account_entry_add_all(sub text, now usec; account account_id, transfer text, amount money) -> changed
INSERT INTO account_entry(account_id, transfer, sub, amount_minor, at_us)
VALUES ($3, $4, $1, $5, $2) ON CONFLICT DO NOTHING;

-- ledger_account_add_all(sub text; account account_id, amount money) -> none
INSERT INTO account_balance(account_id, sub, balance_minor) VALUES ($2, $1, $3)
ON CONFLICT (account_id, sub)
DO UPDATE SET balance_minor = account_balance.balance_minor + excluded.balance_minor;

-- ledger_account_entry_there(sub text; account account_id, transfer text) -> maybe (amount money)
SELECT amount_minor FROM account_entry WHERE account_id = $2 AND transfer = $3 AND sub = $1;

-- ledger_account_held(account account_id, sub text) -> maybe (balance money)
SELECT balance_minor FROM account_balance WHERE account_id = $1 AND sub = $2;

-- ledger_account_entry_find(account account_id, transfer text) -> many (sub text, amount money)
SELECT sub, amount_minor FROM account_entry WHERE account_id = $1 AND transfer = $2;

-- ledger_account_recv_sum(account account_id, since usec) -> one (amount money)
SELECT CAST(COALESCE(SUM(amount_minor), 0) AS BIGINT) FROM account_entry
WHERE account_id = $1 AND at_us >= $2 AND sub = 'recv';

-- ledger_account_page(account account_id, at usec, transfer text, sub text, whole int, max int) -> many (transfer text, sub text, amount money, at usec)
SELECT transfer, sub, amount_minor, at_us FROM account_entry
WHERE account_id = $1 AND (at_us, transfer, sub) < ($2, $3, $4)
	AND ($5 = 1 OR sub IN ('available', 'held', 'payout_pending'))
ORDER BY at_us DESC, transfer DESC, sub DESC LIMIT $6;

-- ledger_account_outbox_add(account account_id, transfer text, escrow escrow_id, amount money, note text) -> none
INSERT INTO account_outbox(account_id, transfer, project_id, amount_minor, note)
VALUES ($1, $2, $3, $4, $5);

-- ledger_account_outbox_open(account account_id, escrow escrow_id, max int) -> many (transfer text, amount money, note text)
SELECT transfer, amount_minor, note
FROM account_outbox /*lite: INDEXED BY account_outbox_open*/
WHERE account_id = $1 AND project_id = $2 AND state = 0 ORDER BY transfer LIMIT $3;

-- ledger_account_outbox_done(account account_id, transfer text) -> none
UPDATE account_outbox SET state = 1 WHERE account_id = $1 AND transfer = $2 AND state = 0;

-- ledger_escrow_entry_add(escrow escrow_id, transfer text, sub text, amount money, now usec) -> changed
-- group: project
INSERT INTO project_entry(project_id, transfer, sub, amount_minor, at_us)
VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING;

-- ledger_escrow_sum(escrow escrow_id, sub text) -> one (amount money)
-- group: project
SELECT CAST(COALESCE(SUM(amount_minor), 0) AS BIGINT) FROM project_entry
WHERE project_id = $1 AND sub = $2;

-- ledger_escrow_entry_find(escrow escrow_id, transfer text) -> many (sub text, amount money)
-- group: project
SELECT sub, amount_minor FROM project_entry WHERE project_id = $1 AND transfer = $2;

-- ledger_escrow_outbox_add(escrow escrow_id; transfer text, account account_id, amount money, note text) -> none
-- group: project
INSERT INTO project_outbox(project_id, transfer, account_id, amount_minor, note)
VALUES ($1, $2, $3, $4, $5);

-- ledger_escrow_outbox_open(escrow escrow_id, max int) -> many (transfer text, account account_id, amount money, note text)
-- group: project
SELECT transfer, account_id, amount_minor, note
FROM project_outbox /*lite: INDEXED BY project_outbox_open*/
WHERE project_id = $1 AND state = 0 ORDER BY transfer, account_id LIMIT $2;

-- ledger_escrow_outbox_done(escrow escrow_id; transfer text, account account_id) -> none
-- group: project
UPDATE project_outbox SET state = 1
WHERE project_id = $1 AND transfer = $2 AND account_id = $3 AND state = 0;

-- ledger_account_totals() -> many (sub text, accounts int, amount money)
-- sweep: the operator's overview
SELECT sub, COUNT(*), CAST(COALESCE(SUM(balance_minor), 0) AS BIGINT) FROM account_balance
GROUP BY sub;

-- ledger_escrow_totals() -> many (sub text, escrows int, amount money)
-- group: project
-- sweep: the operator's overview
SELECT sub, COUNT(DISTINCT project_id), CAST(COALESCE(SUM(amount_minor), 0) AS BIGINT)
FROM project_entry GROUP BY sub;

-- ledger_account_book(account account_id, transfer text, sub text, max int)
--	-> many (account account_id, transfer text, sub text, amount money, at usec)
-- sweep: the books of the whole house
SELECT account_id, transfer, sub, amount_minor, at_us FROM account_entry
WHERE (account_id, transfer, sub) > ($1, $2, $3) ORDER BY account_id, transfer, sub LIMIT $4;

-- ledger_account_balances(account account_id, sub text, max int)
--	-> many (account account_id, sub text, balance money)
-- sweep: the books of the whole house
SELECT account_id, sub, balance_minor FROM account_balance
WHERE (account_id, sub) > ($1, $2) ORDER BY account_id, sub LIMIT $3;

-- ledger_escrow_book(escrow escrow_id, transfer text, sub text, max int)
--	-> many (escrow escrow_id, transfer text, sub text, amount money, at usec)
-- group: project
-- sweep: the books of the whole house
SELECT project_id, transfer, sub, amount_minor, at_us FROM project_entry
WHERE (project_id, transfer, sub) > ($1, $2, $3) ORDER BY project_id, transfer, sub LIMIT $4;
