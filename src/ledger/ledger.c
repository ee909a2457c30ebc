/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The rules are told in ledger.h. The first entry of a transfer decides whether it
 * was posted before: its key is (book, transfer, sub), and lines are always
 * written in the order of their sub-accounts. A separate row for each transfer was turned
 * down: it would cost a statement and could disagree with the entries.
 */
#include "ledger/ledger.h"
#include "audit/audit.h"
#include "base/setting.h"
#include "ledger/ledger.sql.h"

#include <stdlib.h>

/* A line above this is a mistake of someone; sums of lines stay far from overflow. */
static const money amount_max = { INT64_C(1000000000000000) };

struct sub_row {
	struct str word;
	bool floored;
};

static const struct sub_row account_subs[ACCOUNT_SUB_COUNT] = {
#define ACCOUNT_SUB_ROW(name, text, floor) \
	[ACCOUNT_##name] = { { "" text, sizeof(text) - 1 }, floor },
	ACCOUNT_SUB_TABLE(ACCOUNT_SUB_ROW)
#undef ACCOUNT_SUB_ROW
};

static const struct sub_row escrow_subs[ESCROW_SUB_COUNT] = {
#define ESCROW_SUB_ROW(name, text) [ESCROW_##name] = { { "" text, sizeof(text) - 1 }, false },
	ESCROW_SUB_TABLE(ESCROW_SUB_ROW)
#undef ESCROW_SUB_ROW
};

/*
 * Put the lines into `amount` by sub-account and see that they cancel out. Two
 * lines for one sub-account are a bug of the caller; a line of nothing falls away.
 */
static enum err lines_check(struct ctx *c, struct str transfer, const money *amount, int subs)
{
	money sum = { 0 };

	if (transfer.len == 0 || transfer.len > LEDGER_NAME_MAX)
		return refuse(c, ERR_INPUT, "the name of a transfer has 1 to %d bytes",
			      LEDGER_NAME_MAX);
	for (int i = 0; i < subs; i++) {
		if (amount[i].minor > amount_max.minor || amount[i].minor < -amount_max.minor)
			return refuse(c, ERR_INPUT, "the amount is too large for the book");
		CHECK(money_add(sum, amount[i], &sum));
	}
	if (sum.minor != 0)
		return refuse(c, ERR_INPUT, "the lines do not cancel out");
	return OK;
}

static bool has_control(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.at[i] < 0x20 || text.at[i] == 0x7f)
			return true;
	return false;
}

static enum err account_move(struct ctx *c, account_id account, enum account_sub sub, money amount)
{
	if (amount.minor > 0 || !account_subs[sub].floored)
		return ledger_account_add(c, account, account_subs[sub].word, amount);

	/* The floor is in the WHERE, so a race cannot step past it. */
	money need = { -amount.minor };
	int64_t changed;
	TRY(ledger_account_take(c, account, account_subs[sub].word, need, &changed));
	if (changed == 0)
		return refuse(c, ERR_FUNDS, "the account has less than %.*s",
			      STR_ARG(money_text(c->mem, need)));
	return OK;
}

enum err ledger_account_post(struct ctx *c, account_id account, struct str transfer,
			     const struct account_line *lines, int count, bool *fresh)
{
	money amount[ACCOUNT_SUB_COUNT] = { { 0 } };
	bool first = true;

	CHECK(account.v > 0 && count >= 2 && count <= LEDGER_LINES_MAX);
	for (int i = 0; i < count; i++) {
		CHECK(lines[i].sub < ACCOUNT_SUB_COUNT && amount[lines[i].sub].minor == 0);
		amount[lines[i].sub] = lines[i].amount;
	}
	TRY(lines_check(c, transfer, amount, ACCOUNT_SUB_COUNT));

	for (int sub = 0; sub < ACCOUNT_SUB_COUNT; sub++) {
		int64_t changed;

		if (amount[sub].minor == 0)
			continue;
		TRY(ledger_account_entry_add(c, account, transfer, account_subs[sub].word,
					     amount[sub], c->now, &changed));
		if (changed == 0 && first) {
			*fresh = false;
			return OK;
		}
		if (changed == 0)
			return refuse(c, ERR_CONFLICT,
				      "the transfer is in the book with other lines");
		TRY(account_move(c, account, sub, amount[sub]));
		first = false;
	}
	*fresh = !first;
	return OK;
}

enum err ledger_escrow_post(struct ctx *c, escrow_id escrow, struct str transfer,
			    const struct escrow_line *lines, int count, bool *fresh)
{
	money amount[ESCROW_SUB_COUNT] = { { 0 } };
	bool first = true;

	CHECK(escrow.v > 0 && count >= 2 && count <= LEDGER_LINES_MAX);
	for (int i = 0; i < count; i++) {
		CHECK(lines[i].sub < ESCROW_SUB_COUNT && amount[lines[i].sub].minor == 0);
		amount[lines[i].sub] = lines[i].amount;
	}
	TRY(lines_check(c, transfer, amount, ESCROW_SUB_COUNT));

	for (int sub = 0; sub < ESCROW_SUB_COUNT; sub++) {
		int64_t changed;

		if (amount[sub].minor == 0)
			continue;
		TRY(ledger_escrow_entry_add(c, escrow, transfer, escrow_subs[sub].word, amount[sub],
					    c->now, &changed));
		if (changed == 0 && first) {
			*fresh = false;
			return OK;
		}
		if (changed == 0)
			return refuse(c, ERR_CONFLICT,
				      "the transfer is in the book with other lines");
		first = false;
	}
	*fresh = !first;
	return OK;
}

enum err ledger_account_balance(struct ctx *c, account_id account, enum account_sub sub, money *out)
{
	struct ledger_account_held row;
	bool found;

	TRY(ledger_account_held(c, account, account_subs[sub].word, &row, &found));
	*out = found ? row.balance : (money){ 0 };
	return OK;
}

enum err ledger_escrow_balance(struct ctx *c, escrow_id escrow, enum escrow_sub sub, money *out)
{
	struct ledger_escrow_sum row;

	TRY(ledger_escrow_sum(c, escrow, escrow_subs[sub].word, &row));
	*out = row.amount;
	return OK;
}

enum err ledger_escrow_has(struct ctx *c, escrow_id escrow, struct str transfer, bool *out)
{
	struct ledger_escrow_entry_find *rows;
	size_t count;

	TRY(ledger_escrow_entry_find(c, escrow, transfer, &rows, &count));
	*out = count > 0;
	return OK;
}

enum err ledger_account_earned(struct ctx *c, account_id account, usec from, money *out)
{
	struct ledger_account_recv_sum row;

	TRY(ledger_account_recv_sum(c, account, from, &row));
	*out = (money){ -row.amount.minor };
	return OK;
}

enum err ledger_account_send(struct ctx *c, const struct ledger_parcel *parcel)
{
	return ledger_account_outbox_add(c, parcel->account, parcel->transfer, parcel->escrow,
					 parcel->amount, parcel->note);
}

enum err ledger_escrow_send(struct ctx *c, const struct ledger_parcel *parcel)
{
	return ledger_escrow_send_all(c, parcel->escrow, parcel, 1);
}

enum err ledger_escrow_send_all(struct ctx *c, escrow_id escrow, const struct ledger_parcel *parcel,
				size_t count)
{
	struct ledger_escrow_outbox_add_row *row =
		NEW_MANY(c->mem, struct ledger_escrow_outbox_add_row, count);

	for (size_t i = 0; i < count; i++) {
		CHECK(parcel[i].escrow.v == escrow.v);
		row[i] = (struct ledger_escrow_outbox_add_row){ parcel[i].transfer,
								parcel[i].account, parcel[i].amount,
								parcel[i].note };
	}
	return ledger_escrow_outbox_add(c, escrow, row, count);
}

/* --- parcels into accounts --- */

enum err ledger_account_received(struct ctx *c, const struct ledger_parcel *parcel, size_t count,
				 bool *there)
{
	struct ledger_account_entry_there_row *row =
		NEW_MANY(c->mem, struct ledger_account_entry_there_row, count);
	struct ledger_account_entry_there *found =
		NEW_MANY(c->mem, struct ledger_account_entry_there, count);

	for (size_t i = 0; i < count; i++)
		row[i] = (struct ledger_account_entry_there_row){ parcel[i].account,
								  parcel[i].transfer };
	return ledger_account_entry_there(c, account_subs[ACCOUNT_RECV].word, row, count, found,
					  there);
}

static int by_account(const void *left, const void *right)
{
	const struct ledger_account_add_all_row *a = left, *b = right;

	return (a->account.v > b->account.v) - (a->account.v < b->account.v);
}

/* One row for each account, in their order. */
static enum err add_up(struct ctx *c, struct ledger_account_add_all_row *row, size_t *count)
{
	size_t n = 0;

	qsort(row, *count, sizeof(*row), by_account);
	for (size_t i = 0; i < *count; i++) {
		if (n == 0 || row[n - 1].account.v != row[i].account.v)
			row[n++] = row[i];
		else if (!money_add(row[n - 1].amount, row[i].amount, &row[n - 1].amount))
			return refuse(c, ERR_LIMIT, "the amount is too large for the book");
	}
	*count = n;
	return OK;
}

/* The entry on `sub` of each parcel; `added` tells where there was none of that name. */
static enum err enter(struct ctx *c, enum account_sub sub, const struct ledger_parcel *parcel,
		      size_t count, bool *added)
{
	struct ledger_account_entry_add_all_row *row =
		NEW_MANY(c->mem, struct ledger_account_entry_add_all_row, count);

	for (size_t i = 0; i < count; i++) {
		money amount = parcel[i].amount;

		CHECK(amount.minor > 0 && amount.minor <= amount_max.minor);
		if (sub == ACCOUNT_RECV)
			amount.minor = -amount.minor;
		row[i] = (struct ledger_account_entry_add_all_row){ parcel[i].account,
								    parcel[i].transfer, amount };
	}
	return ledger_account_entry_add_all(c, account_subs[sub].word, c->now, row, count, added);
}

/* The entry of where it came from decides whether it was received before, and goes first. */
enum err ledger_account_receive(struct ctx *c, const struct ledger_parcel *parcel, size_t count,
				bool *fresh)
{
	struct ledger_account_add_all_row *sum =
		NEW_MANY(c->mem, struct ledger_account_add_all_row, count);
	struct ledger_parcel *news = NEW_MANY(c->mem, struct ledger_parcel, count);
	bool *added = NEW_MANY(c->mem, bool, count);
	size_t n = 0, sums;

	TRY(enter(c, ACCOUNT_RECV, parcel, count, fresh));
	for (size_t i = 0; i < count; i++) {
		if (!fresh[i])
			continue;
		sum[n] = (struct ledger_account_add_all_row){ parcel[i].account, parcel[i].amount };
		news[n++] = parcel[i];
	}
	TRY(enter(c, ACCOUNT_AVAILABLE, news, n, added));
	for (size_t i = 0; i < n; i++)
		CHECK(added[i]);
	sums = n;
	TRY(add_up(c, sum, &sums));
	TRY(ledger_account_add_all(c, account_subs[ACCOUNT_AVAILABLE].word, sum, sums));
	for (size_t i = 0; i < sums; i++)
		sum[i].amount.minor = -sum[i].amount.minor;
	return ledger_account_add_all(c, account_subs[ACCOUNT_RECV].word, sum, sums);
}

enum err ledger_account_open(struct ctx *c, account_id account, escrow_id escrow, int max,
			     struct ledger_parcel **out, size_t *count)
{
	struct ledger_account_outbox_open *rows;
	size_t found;

	TRY(ledger_account_outbox_open(c, account, escrow, max, &rows, &found));
	struct ledger_parcel *parcels = NEW_MANY(c->mem, struct ledger_parcel, found);
	for (size_t i = 0; i < found; i++)
		parcels[i] = (struct ledger_parcel){ rows[i].transfer, account, escrow,
						     rows[i].amount, rows[i].note };
	*out = parcels;
	*count = found;
	return OK;
}

enum err ledger_escrow_open(struct ctx *c, escrow_id escrow, int max, struct ledger_parcel **out,
			    size_t *count)
{
	struct ledger_escrow_outbox_open *rows;
	size_t found;

	TRY(ledger_escrow_outbox_open(c, escrow, max, &rows, &found));
	struct ledger_parcel *parcels = NEW_MANY(c->mem, struct ledger_parcel, found);
	for (size_t i = 0; i < found; i++)
		parcels[i] = (struct ledger_parcel){ rows[i].transfer, rows[i].account, escrow,
						     rows[i].amount, rows[i].note };
	*out = parcels;
	*count = found;
	return OK;
}

enum err ledger_account_arrived(struct ctx *c, account_id account, struct str transfer)
{
	return ledger_account_outbox_done(c, account, transfer);
}

enum err ledger_escrow_arrived(struct ctx *c, escrow_id escrow, const struct ledger_parcel *parcel,
			       size_t count)
{
	struct ledger_escrow_outbox_done_row *row =
		NEW_MANY(c->mem, struct ledger_escrow_outbox_done_row, count);

	for (size_t i = 0; i < count; i++)
		row[i] = (struct ledger_escrow_outbox_done_row){ parcel[i].transfer,
								 parcel[i].account };
	return ledger_escrow_outbox_done(c, escrow, row, count);
}

static enum err audit_deposit(struct ctx *c, account_id account, money amount, struct str reference)
{
	struct json j = json_make(c->mem, AUDIT_DETAIL_MAX);

	json_object(&j);
	json_money_of(&j, "amount", amount);
	json_text_of(&j, "reference", reference);
	json_object_end(&j);
	return audit_add(c, account.v, S("ledger.deposit"), account.v, json_end(&j));
}

enum err ledger_deposit(struct ctx *c, account_id account, money amount, struct str reference,
			bool *fresh)
{
	struct str name = str_trim(reference);

	if (amount.minor <= 0)
		return refuse_field(c, ERR_INPUT, S("amount"), "the amount must be above zero");
	if (name.len == 0 || name.len > LEDGER_REFERENCE_MAX || has_control(name) ||
	    !str_is_utf8(name))
		return refuse_field(c, ERR_INPUT, S("reference"),
				    "the reference must be a line of 1 to %d bytes",
				    LEDGER_REFERENCE_MAX);

	struct str transfer = str_format(c->mem, "deposit:manual:%.*s", STR_ARG(name));
	struct account_line lines[] = { { ACCOUNT_AVAILABLE, amount },
					{ ACCOUNT_EXTERNAL, { -amount.minor } } };
	TRY(ledger_account_post(c, account, transfer, lines, 2, fresh));
	if (*fresh)
		return audit_deposit(c, account, amount, name);

	/* Told before: the same money, or another deposit under the same number? */
	struct ledger_account_entry_find *rows;
	size_t count;
	TRY(ledger_account_entry_find(c, account, transfer, &rows, &count));
	for (size_t i = 0; i < count; i++)
		if (str_eq(rows[i].sub, S("available")) && rows[i].amount.minor == amount.minor)
			return OK;
	return refuse_field(c, ERR_CONFLICT, S("reference"),
			    "this reference is in the book with another amount");
}

struct str ledger_currency(const struct ctx *c)
{
	return setting_text(c, "ledger.currency");
}
