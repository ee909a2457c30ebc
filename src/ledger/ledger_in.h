/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* ledger, inside: what its own files share. */
#ifndef LEDGER_IN_H
#define LEDGER_IN_H
#include <stdio.h>
#include "ledger/ledger.h"
#include "room/room.h"

extern const struct web_route ledger_routes[];
extern const struct room_command ledger_commands[];

/* What stands in all books together. */
struct ledger_totals {
	int64_t accounts; /* that have ever held money */
	int64_t escrows;
	money account[ACCOUNT_SUB_COUNT];
	money escrow[ESCROW_SUB_COUNT];
	money in_flight;   /* sent and not yet arrived, both ways */
	bool sums_to_zero; /* each side by itself */
};
MUST_USE enum err ledger_totals(struct ctx *, struct ledger_totals *out);

/*
 * Write all books as a journal in the form of hledger and ledger: one transaction for
 * each transfer and book, signs turned (what we owe is negative), and at the end
 * every balance as an assertion. Constant memory. ERR_STORE when it cannot be written.
 */
MUST_USE enum err ledger_books(struct ctx *, FILE *out);

#endif
