-- group: local
-- What must always be true of the book: each of these returns no rows.

-- ledger_inv_account_balanced() -> many (account account_id, transfer text)
SELECT account_id, transfer FROM account_entry GROUP BY account_id, transfer
HAVING SUM(amount_minor) <> 0;

-- ledger_inv_project_balanced() -> many (escrow escrow_id, transfer text)
SELECT project_id, transfer FROM project_entry GROUP BY project_id, transfer
HAVING SUM(amount_minor) <> 0;

-- ledger_inv_balance() -> many (account account_id, sub text)
SELECT b.account_id, b.sub FROM account_balance AS b
LEFT JOIN (SELECT account_id, sub, SUM(amount_minor) AS amount FROM account_entry
	GROUP BY account_id, sub) AS e ON e.account_id = b.account_id AND e.sub = b.sub
WHERE b.balance_minor <> COALESCE(e.amount, 0)
UNION ALL
SELECT e.account_id, e.sub FROM account_entry AS e
LEFT JOIN account_balance AS b ON b.account_id = e.account_id AND b.sub = e.sub
WHERE b.account_id IS NULL;

-- ledger_inv_account_outbox() -> many (account account_id, transfer text)
SELECT o.account_id, o.transfer FROM account_outbox AS o
LEFT JOIN account_entry AS e
	ON e.account_id = o.account_id AND e.transfer = o.transfer AND e.sub = 'sent'
WHERE o.amount_minor <> COALESCE(e.amount_minor, 0)
UNION ALL
SELECT e.account_id, e.transfer FROM account_entry AS e
LEFT JOIN account_outbox AS o ON o.account_id = e.account_id AND o.transfer = e.transfer
WHERE e.sub = 'sent' AND o.transfer IS NULL;

-- ledger_inv_project_outbox() -> many (escrow escrow_id, transfer text)
SELECT o.project_id, o.transfer FROM (SELECT project_id, transfer, SUM(amount_minor) AS amount
	FROM project_outbox GROUP BY project_id, transfer) AS o
LEFT JOIN project_entry AS e
	ON e.project_id = o.project_id AND e.transfer = o.transfer AND e.sub = 'sent'
WHERE o.amount <> COALESCE(e.amount_minor, 0)
UNION ALL
SELECT e.project_id, e.transfer FROM project_entry AS e
WHERE e.sub = 'sent' AND NOT EXISTS (SELECT 1 FROM project_outbox AS o
	WHERE o.project_id = e.project_id AND o.transfer = e.transfer);

-- Between the books: what is marked as arrived has arrived,

-- ledger_inv_arrived() -> many (escrow escrow_id, account account_id, transfer text)
SELECT o.project_id, o.account_id, o.transfer FROM project_outbox AS o
LEFT JOIN account_entry AS e
	ON e.account_id = o.account_id AND e.transfer = o.transfer AND e.sub = 'recv'
WHERE o.state = 1 AND o.amount_minor <> -COALESCE(e.amount_minor, 0)
UNION ALL
SELECT o.project_id, o.account_id, o.transfer FROM account_outbox AS o
LEFT JOIN project_entry AS e
	ON e.project_id = o.project_id AND e.transfer = o.transfer AND e.sub = 'recv'
WHERE o.state = 1 AND o.amount_minor <> -COALESCE(e.amount_minor, 0);

-- and what came in was sent.

-- ledger_inv_sent() -> many (side text, transfer text, amount money)
SELECT 'account', e.transfer, e.amount_minor FROM account_entry AS e
LEFT JOIN project_outbox AS o ON o.account_id = e.account_id AND o.transfer = e.transfer
WHERE e.sub = 'recv' AND COALESCE(o.amount_minor, 0) <> -e.amount_minor
UNION ALL
SELECT 'project', e.transfer, e.amount_minor FROM project_entry AS e
LEFT JOIN account_outbox AS o ON o.project_id = e.project_id AND o.transfer = e.transfer
WHERE e.sub = 'recv' AND COALESCE(o.amount_minor, 0) <> -e.amount_minor;
