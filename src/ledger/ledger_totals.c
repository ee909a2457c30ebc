/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * All books together. What was received is read before what was sent, on both sides, so
 * that money which moves meanwhile looks in flight and never as if it came from nowhere:
 * hence the accounts are read twice, around the escrows.
 */
#include "ledger/ledger.sql.h"
#include "ledger/ledger_in.h"

static const char *const account_words[ACCOUNT_SUB_COUNT] = {
#define ACCOUNT_WORD(name, word, floored) [ACCOUNT_##name] = word,
	ACCOUNT_SUB_TABLE(ACCOUNT_WORD)
#undef ACCOUNT_WORD
};

static const char *const escrow_words[ESCROW_SUB_COUNT] = {
#define ESCROW_WORD(name, word) [ESCROW_##name] = word,
	ESCROW_SUB_TABLE(ESCROW_WORD)
#undef ESCROW_WORD
};

/* Sums may only leave int64 when the books are broken; then they are not sound. */
static bool zero_sum(const money *amount, int count)
{
	money sum = { 0 };

	for (int i = 0; i < count; i++)
		if (!money_add(sum, amount[i], &sum))
			return false;
	return sum.minor == 0;
}

static enum err read_accounts(struct ctx *c, struct ledger_totals *out)
{
	struct ledger_account_totals *rows;
	size_t count;

	TRY(ledger_account_totals(c, &rows, &count));
	for (size_t i = 0; i < count; i++)
		for (int sub = 0; sub < ACCOUNT_SUB_COUNT; sub++)
			if (str_eq(rows[i].sub, str_of(account_words[sub]))) {
				out->account[sub] = rows[i].amount;
				if (sub == ACCOUNT_AVAILABLE)
					out->accounts = rows[i].accounts;
			}
	return OK;
}

enum err ledger_totals(struct ctx *c, struct ledger_totals *out)
{
	struct ledger_totals early = { 0 }, t = { 0 };
	struct ledger_escrow_totals *rows;
	size_t count;

	TRY(read_accounts(c, &early));
	TRY(ledger_escrow_totals(c, &rows, &count));
	for (size_t i = 0; i < count; i++)
		for (int sub = 0; sub < ESCROW_SUB_COUNT; sub++)
			if (str_eq(rows[i].sub, str_of(escrow_words[sub]))) {
				t.escrow[sub] = rows[i].amount;
				if (sub == ESCROW_RESERVED)
					t.escrows = rows[i].escrows;
			}
	TRY(read_accounts(c, &t));

	money way[] = { t.account[ACCOUNT_SENT], t.escrow[ESCROW_RECV], t.escrow[ESCROW_SENT],
			early.account[ACCOUNT_RECV] };
	for (int i = 0; i < 4; i++)
		if (!money_add(t.in_flight, way[i], &t.in_flight))
			return refuse(c, ERR_STORE, "the sums of the books are too large");
	t.sums_to_zero =
		zero_sum(t.account, ACCOUNT_SUB_COUNT) && zero_sum(t.escrow, ESCROW_SUB_COUNT);
	*out = t;
	return OK;
}
