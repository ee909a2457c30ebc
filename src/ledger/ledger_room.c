/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Everything the ledger offers. */
#include "ledger/ledger.sql.h"
#include "ledger/ledger_in.h"

static const struct setting settings[] = {
	{ "ledger.currency", "EUR", 0, 0,
	  "The currency of all money of the site: three capital letters, two decimals." },
	{ 0 },
};

static const struct room_invariant invariants[] = {
	{ "ledger.account_balanced", &ledger_inv_account_balanced_stmt,
	  "the lines of a transfer in an account's book do not cancel out" },
	{ "ledger.project_balanced", &ledger_inv_project_balanced_stmt,
	  "the lines of a transfer in a project's book do not cancel out" },
	{ "ledger.balance", &ledger_inv_balance_stmt, "a balance is not the sum of its entries" },
	{ "ledger.account_outbox", &ledger_inv_account_outbox_stmt,
	  "what an account sent is not what its outbox says" },
	{ "ledger.project_outbox", &ledger_inv_project_outbox_stmt,
	  "what a project sent is not what its outbox says" },
	{ "ledger.arrived", &ledger_inv_arrived_stmt,
	  "a transfer is marked as arrived and is not in the other book" },
	{ "ledger.sent", &ledger_inv_sent_stmt, "money came in that no outbox has sent" },
	{ 0 },
};

const struct room ledger_room = {
	.name = "ledger",
	.routes = ledger_routes,
	.commands = ledger_commands,
	.settings = settings,
	.invariants = invariants,
	.about =
		"The book: accounts and escrows, transfers that cancel out, outboxes between them.",
};
