/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <spawn.h>
#include <sys/wait.h>
#include "ledger/ledger_in.h"
#include "tests/test.h"

static const account_id alice = { 7001 };
static const account_id firm = { 7002 };
static const escrow_id hall = { 9001 };

static enum err move(struct ctx *c, account_id account, struct str name, enum account_sub from,
		     enum account_sub to, int64_t minor, bool *fresh)
{
	struct account_line lines[] = { { from, { -minor } }, { to, { minor } } };

	return ledger_account_post(c, account, name, lines, 2, fresh);
}

static void deposit(struct ctx *c, account_id account, int64_t minor, struct str reference)
{
	bool fresh;

	WANT_OK(ledger_deposit(c, account, (money){ minor }, reference, &fresh));
	WANT(fresh);
}

static int64_t held(struct ctx *c, account_id account, enum account_sub sub)
{
	money amount;

	WANT_OK(ledger_account_balance(c, account, sub, &amount));
	return amount.minor;
}

static int64_t escrowed(struct ctx *c, escrow_id escrow, enum escrow_sub sub)
{
	money amount;

	WANT_OK(ledger_escrow_balance(c, escrow, sub, &amount));
	return amount.minor;
}

/* --- posting --- */

TEST(ledger, the_same_name_moves_money_once)
{
	bool fresh;

	deposit(c, alice, 500, S("a"));
	WANT_OK(move(c, alice, S("k"), ACCOUNT_AVAILABLE, ACCOUNT_HELD, 200, &fresh));
	WANT(fresh);
	WANT_OK(move(c, alice, S("k"), ACCOUNT_AVAILABLE, ACCOUNT_HELD, 200, &fresh));
	WANT(!fresh);
	WANT_I64(300, held(c, alice, ACCOUNT_AVAILABLE));
	WANT_I64(200, held(c, alice, ACCOUNT_HELD));
}

TEST(ledger, the_same_name_in_another_account_is_another_transfer)
{
	bool fresh;

	deposit(c, alice, 500, S("a"));
	deposit(c, firm, 500, S("a"));
	WANT_OK(move(c, alice, S("k"), ACCOUNT_AVAILABLE, ACCOUNT_HELD, 200, &fresh));
	WANT_OK(move(c, firm, S("k"), ACCOUNT_AVAILABLE, ACCOUNT_HELD, 200, &fresh));
	WANT(fresh);
	WANT_I64(200, held(c, firm, ACCOUNT_HELD));
}

TEST(ledger, nothing_goes_below_the_floor)
{
	bool fresh;

	deposit(c, alice, 500, S("a"));
	WANT_ERR(ERR_FUNDS, move(c, alice, S("k"), ACCOUNT_AVAILABLE, ACCOUNT_HELD, 501, &fresh));
	WANT_I64(500, held(c, alice, ACCOUNT_AVAILABLE));
	WANT_OK(move(c, alice, S("k"), ACCOUNT_AVAILABLE, ACCOUNT_HELD, 500, &fresh));
	WANT(fresh);
	WANT_I64(0, held(c, alice, ACCOUNT_AVAILABLE));
}

TEST(ledger, an_account_that_never_had_money_has_too_little)
{
	bool fresh;

	WANT_ERR(ERR_FUNDS, move(c, alice, S("k"), ACCOUNT_AVAILABLE, ACCOUNT_EXTERNAL, 1, &fresh));
	WANT_I64(0, held(c, alice, ACCOUNT_AVAILABLE));
}

TEST(ledger, lines_that_do_not_cancel_out_are_refused)
{
	struct account_line lines[] = { { ACCOUNT_AVAILABLE, { 5 } },
					{ ACCOUNT_EXTERNAL, { -4 } } };
	struct escrow_line parts[] = { { ESCROW_RESERVED, { 5 } }, { ESCROW_RECV, { -4 } } };
	bool fresh;

	WANT_ERR(ERR_INPUT, ledger_account_post(c, alice, S("k"), lines, 2, &fresh));
	WANT_ERR(ERR_INPUT, ledger_escrow_post(c, hall, S("k"), parts, 2, &fresh));
}

TEST(ledger, a_transfer_needs_a_name_of_bounded_length)
{
	struct buf name = buf_make(c->mem, LEDGER_NAME_MAX + 1);
	bool fresh;

	for (int i = 0; i <= LEDGER_NAME_MAX; i++)
		buf_add_char(&name, 'n');
	WANT_ERR(ERR_INPUT, move(c, alice, S(""), ACCOUNT_EXTERNAL, ACCOUNT_AVAILABLE, 1, &fresh));
	WANT_ERR(ERR_INPUT,
		 move(c, alice, buf_str(&name), ACCOUNT_EXTERNAL, ACCOUNT_AVAILABLE, 1, &fresh));
	WANT_OK(move(c, alice, str_cut(buf_str(&name), 0, LEDGER_NAME_MAX), ACCOUNT_EXTERNAL,
		     ACCOUNT_AVAILABLE, 1, &fresh));
}

TEST(ledger, an_amount_past_what_sums_can_hold_is_refused)
{
	bool fresh;

	WANT_ERR(ERR_INPUT,
		 move(c, alice, S("k"), ACCOUNT_EXTERNAL, ACCOUNT_AVAILABLE, INT64_MAX, &fresh));
}

TEST(ledger, an_escrow_keeps_its_books_by_itself)
{
	struct escrow_line in[] = { { ESCROW_RESERVED, { 900 } }, { ESCROW_RECV, { -900 } } };
	struct ledger_parcel parcel = { S("fund:9001:1"), firm, hall, { 900 }, S("n") };
	bool fresh, has;

	deposit(c, firm, 900, S("a"));
	WANT_OK(move(c, firm, parcel.transfer, ACCOUNT_AVAILABLE, ACCOUNT_SENT, 900, &fresh));
	WANT_OK(ledger_account_send(c, &parcel));
	WANT_OK(ledger_escrow_has(c, hall, parcel.transfer, &has));
	WANT(!has);
	WANT_OK(ledger_escrow_post(c, hall, parcel.transfer, in, 2, &fresh));
	WANT(fresh);
	WANT_OK(ledger_escrow_post(c, hall, parcel.transfer, in, 2, &fresh));
	WANT(!fresh);
	WANT_OK(ledger_escrow_has(c, hall, parcel.transfer, &has));
	WANT(has);
	WANT_I64(900, escrowed(c, hall, ESCROW_RESERVED));
	WANT_I64(-900, escrowed(c, hall, ESCROW_RECV));
	WANT_I64(0, held(c, firm, ACCOUNT_AVAILABLE));
}

TEST(ledger, a_parcel_is_open_until_it_has_arrived)
{
	struct escrow_line in[] = { { ESCROW_RESERVED, { 900 } }, { ESCROW_RECV, { -900 } } };
	struct ledger_parcel parcel = { S("fund:9001:1"), firm, hall, { 900 }, S("a note") };
	struct ledger_parcel *open;
	size_t count;
	bool fresh;

	deposit(c, firm, 900, S("a"));
	WANT_OK(move(c, firm, parcel.transfer, ACCOUNT_AVAILABLE, ACCOUNT_SENT, 900, &fresh));
	WANT_OK(ledger_account_send(c, &parcel));
	WANT_OK(ledger_account_open(c, firm, hall, 10, &open, &count));
	WANT_I64(1, (int64_t)count);
	WANT_STR(S("fund:9001:1"), open[0].transfer);
	WANT_STR(S("a note"), open[0].note);
	WANT_I64(900, open[0].amount.minor);
	WANT_I64(hall.v, open[0].escrow.v);
	WANT_OK(ledger_account_open(c, firm, (escrow_id){ 4711 }, 10, &open, &count));
	WANT_I64(0, (int64_t)count);
	WANT_OK(ledger_escrow_post(c, hall, parcel.transfer, in, 2, &fresh));
	WANT_OK(ledger_account_arrived(c, firm, parcel.transfer));
	WANT_OK(ledger_account_arrived(c, firm, parcel.transfer));
	WANT_OK(ledger_account_open(c, firm, hall, 10, &open, &count));
	WANT_I64(0, (int64_t)count);
}

/* --- deposits --- */

TEST(ledger, a_deposit_with_the_same_reference_counts_once)
{
	bool fresh;

	deposit(c, firm, 1000, S("DE-77"));
	WANT_OK(ledger_deposit(c, firm, (money){ 1000 }, S(" DE-77 "), &fresh));
	WANT(!fresh);
	WANT_I64(1000, held(c, firm, ACCOUNT_AVAILABLE));
	WANT_I64(-1000, held(c, firm, ACCOUNT_EXTERNAL));
}

TEST(ledger, a_reference_that_stands_for_another_amount_is_refused)
{
	bool fresh;

	deposit(c, firm, 1000, S("DE-77"));
	WANT_ERR(ERR_CONFLICT, ledger_deposit(c, firm, (money){ 1001 }, S("DE-77"), &fresh));
}

TEST(ledger, a_deposit_needs_an_amount_and_a_reference)
{
	bool fresh;

	WANT_ERR(ERR_INPUT, ledger_deposit(c, firm, (money){ 0 }, S("r"), &fresh));
	WANT_ERR(ERR_INPUT, ledger_deposit(c, firm, (money){ -5 }, S("r"), &fresh));
	WANT_ERR(ERR_INPUT, ledger_deposit(c, firm, (money){ 5 }, S("  "), &fresh));
	WANT_ERR(ERR_INPUT, ledger_deposit(c, firm, (money){ 5 }, S("two\nlines"), &fresh));
}

/* --- the overview --- */

TEST(ledger, what_is_under_way_shows_as_in_flight)
{
	struct escrow_line in[] = { { ESCROW_RESERVED, { 400 } }, { ESCROW_RECV, { -400 } } };
	struct ledger_parcel parcel = { S("fund:9001:1"), firm, hall, { 400 }, S("") };
	struct ledger_totals t;
	bool fresh;

	deposit(c, firm, 1000, S("a"));
	WANT_OK(move(c, firm, parcel.transfer, ACCOUNT_AVAILABLE, ACCOUNT_SENT, 400, &fresh));
	WANT_OK(ledger_account_send(c, &parcel));
	WANT_OK(ledger_totals(c, &t));
	WANT_I64(400, t.in_flight.minor);
	WANT_I64(600, t.account[ACCOUNT_AVAILABLE].minor);
	WANT(t.sums_to_zero);
	WANT_OK(ledger_escrow_post(c, hall, parcel.transfer, in, 2, &fresh));
	WANT_OK(ledger_totals(c, &t));
	WANT_I64(0, t.in_flight.minor);
	WANT_I64(400, t.escrow[ESCROW_RESERVED].minor);
	WANT(t.sums_to_zero);
}

/* --- a property --- */

/* Whatever is posted, the room's invariants hold afterwards, refused or not. */
PROPERTY(ledger, random_transfers_leave_a_sound_book)
{
	const account_id all[] = { alice, firm };

	for (int i = 0; i < 40; i++) {
		account_id account = all[ctx_random(c) % 2];
		/* Sent and received lines need an outbox: they are pay's property. */
		enum account_sub from = ctx_random(c) % ACCOUNT_SENT;
		enum account_sub to = ctx_random(c) % ACCOUNT_SENT;
		int64_t minor = (int64_t)(ctx_random(c) % 200) - 50;
		struct str name = str_format(c->mem, "t%d", (int)(ctx_random(c) % 30));
		bool fresh;

		if (ctx_random(c) % 4 == 0)
			ATTEMPT(ledger_deposit(c, account, (money){ minor }, name, &fresh));
		else if (from != to)
			ATTEMPT(move(c, account, name, from, to, minor, &fresh));
	}
}

/* --- the invariants: each sees its fault --- */

static size_t rows_of(struct ctx *c, const char *name)
{
	struct store_rows rows = { 0 };

	for (const struct room_invariant *i = ledger_room.invariants; i->name != NULL; i++)
		if (str_eq(str_of(i->name), str_of(name)))
			WANT_OK(store_run(c, i->query, NULL, NULL, &rows));
	return rows.count;
}

static enum err run_plainly(struct ctx *c, const struct store_stmt *stmt)
{
	int64_t changed;

	TRY(store_run(c, stmt, NULL, &changed, NULL));
	CHECK(changed > 0);
	return OK;
}

/* The fault is made inside a savepoint, and taken back, so that the test ends sound. */
static void wants_fault(struct ctx *c, const struct store_stmt *fault, const char *invariant)
{
	WANT_I64(0, (int64_t)rows_of(c, invariant));
	test_save(c);
	WANT_OK(run_plainly(c, fault));
	WANT(rows_of(c, invariant) > 0);
	test_attempt(c, ERR_INPUT);
	WANT_I64(0, (int64_t)rows_of(c, invariant));
}

/* A deposit, a budget that arrived, and a payment that arrived. */
static void some_history(struct ctx *c)
{
	struct ledger_parcel fund = { S("fund:9001:1"), firm, hall, { 900 }, S("") };
	struct ledger_parcel pay = { S("pay:9001:1"), alice, hall, { 50 }, S("") };
	struct escrow_line in[] = { { ESCROW_RESERVED, { 900 } }, { ESCROW_RECV, { -900 } } };
	struct escrow_line out[] = { { ESCROW_RESERVED, { -60 } },
				     { ESCROW_FEE, { 10 } },
				     { ESCROW_SENT, { 50 } } };
	bool fresh;

	deposit(c, firm, 1000, S("a"));
	WANT_OK(move(c, firm, fund.transfer, ACCOUNT_AVAILABLE, ACCOUNT_SENT, 900, &fresh));
	WANT_OK(ledger_account_send(c, &fund));
	WANT_OK(ledger_escrow_post(c, hall, fund.transfer, in, 2, &fresh));
	WANT_OK(ledger_account_arrived(c, firm, fund.transfer));
	WANT_OK(ledger_escrow_post(c, hall, pay.transfer, out, 3, &fresh));
	WANT_OK(ledger_escrow_send(c, &pay));
	WANT_OK(move(c, alice, pay.transfer, ACCOUNT_RECV, ACCOUNT_AVAILABLE, 50, &fresh));
	WANT_OK(ledger_escrow_arrived(c, hall, &pay, 1));
}

#define FAULT_TEST(name, invariant, sql_)                                                        \
	TEST(ledger, name)                                                                       \
	{                                                                                        \
		static const struct store_stmt fault = { "fault", sql_, "",   "", STORE_CHANGED, \
							 "local", 0,	NULL, "" };              \
		some_history(c);                                                                 \
		wants_fault(c, &fault, invariant);                                               \
	}

FAULT_TEST(
	an_account_entry_too_small_is_seen, "ledger.account_balanced",
	"UPDATE account_entry SET amount_minor = 49 WHERE account_id = 7001 AND sub = 'available'")
FAULT_TEST(a_missing_fee_line_is_seen, "ledger.project_balanced",
	   "DELETE FROM project_entry WHERE sub = 'fee'")
FAULT_TEST(a_balance_that_was_edited_is_seen, "ledger.balance",
	   "UPDATE account_balance SET balance_minor = balance_minor + 1 WHERE sub = 'available'")
FAULT_TEST(a_balance_that_is_gone_is_seen, "ledger.balance",
	   "DELETE FROM account_balance WHERE account_id = 7001")
FAULT_TEST(an_entry_that_was_edited_is_seen_in_the_balance, "ledger.balance",
	   "UPDATE account_entry SET amount_minor = amount_minor * 2")
FAULT_TEST(a_budget_without_its_parcel_is_seen, "ledger.account_outbox",
	   "DELETE FROM account_outbox")
FAULT_TEST(a_budget_parcel_of_another_amount_is_seen, "ledger.account_outbox",
	   "UPDATE account_outbox SET amount_minor = 899")
FAULT_TEST(a_payment_without_its_parcel_is_seen, "ledger.project_outbox",
	   "DELETE FROM project_outbox")
FAULT_TEST(a_payment_parcel_of_another_amount_is_seen, "ledger.project_outbox",
	   "UPDATE project_outbox SET amount_minor = 51")
FAULT_TEST(a_credit_that_is_marked_and_missing_is_seen, "ledger.arrived",
	   "DELETE FROM account_entry WHERE account_id = 7001")
FAULT_TEST(a_budget_that_is_marked_and_missing_is_seen, "ledger.arrived",
	   "DELETE FROM project_entry WHERE sub = 'recv'")
FAULT_TEST(a_credit_that_nobody_sent_is_seen, "ledger.sent",
	   "DELETE FROM project_outbox WHERE account_id = 7001")
FAULT_TEST(a_budget_that_nobody_sent_is_seen, "ledger.sent",
	   "DELETE FROM account_outbox WHERE account_id = 7002")

/* The engine itself holds the floor, whoever writes. */
TEST(ledger, the_engine_refuses_a_balance_below_the_floor)
{
	static const struct store_stmt below = {
		"below",
		"UPDATE account_balance SET balance_minor = -1 WHERE sub = 'available'",
		"",
		"",
		STORE_CHANGED,
		"local",
		0,
		NULL,
		""
	};

	some_history(c);
	WANT_ERR(ERR_STORE, run_plainly(c, &below));
}

/* --- the books --- */

/* True when the program is not there at all. */
static bool is_absent(const char *path, int *exit_code)
{
	char *const words[] = { "hledger", "-f", (char *)path, "check", "--strict", NULL };
	pid_t child;
	int status;

	if (posix_spawnp(&child, words[0], NULL, NULL, words, environ) != 0)
		return true;
	if (waitpid(child, &status, 0) != child || !WIFEXITED(status))
		*exit_code = -1;
	else
		*exit_code = WEXITSTATUS(status);
	return *exit_code == 127;
}

/* Where hledger is not installed the text alone is looked at. */
TEST(ledger, the_books_are_accepted_by_hledger)
{
	const char *path = str_c(c->mem, str_format(c->mem, "%s/books.journal", c->data));
	FILE *out = fopen(path, "w");
	int exit_code = 0;
	struct str text;
	size_t at;

	some_history(c);
	WANT(out != NULL);
	WANT_OK(ledger_books(c, out));
	fclose(out);
	WANT_OK(os_slurp(c, path, 100000, &text));
	WANT(str_find(text, S("\n    Liabilities:Account:A7001:Available  0.00 EUR = -0.50 EUR\n"),
		      &at));
	WANT(str_find(text, S("\n    Income:Project:P9001:Fee  -0.10 EUR\n"), &at));
	if (is_absent(path, &exit_code))
		return;
	WANT_I64(0, exit_code);

	/* It also refuses a balance that is a cent off, or the test would prove nothing. */
	out = fopen(path, "a");
	WANT(out != NULL);
	fputs("\n2100-01-01 a cent\n    Income:Project:P9001:Fee  0.00 EUR = -0.11 EUR\n", out);
	fclose(out);
	WANT(!is_absent(path, &exit_code));
	WANT(exit_code != 0);
}
