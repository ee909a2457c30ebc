/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The books in the form of other people's bookkeeping programs, so that somebody who did not
 * write this one can add them up. Transfers come in the order of their books, not by date,
 * since one pass over the primary key needs no memory.
 */
#include "ledger/ledger.sql.h"
#include "ledger/ledger_in.h"

enum { PAGE_ROWS = 1000 };

struct books {
	FILE *out;
	struct str currency;
	usec latest;
};

/* Where a page ended; the words are kept here, so that the page's memory can be given back. */
struct place {
	int64_t id;
	struct str transfer, sub;
	char text[LEDGER_NAME_MAX + 20];
};

static void place_keep(struct place *p)
{
	char text[sizeof(p->text)] = { 0 };

	CHECK(p->transfer.len + p->sub.len <= sizeof(text));
	if (p->transfer.len > 0)
		memcpy(text, p->transfer.at, p->transfer.len);
	if (p->sub.len > 0)
		memcpy(text + p->transfer.len, p->sub.at, p->sub.len);
	memcpy(p->text, text, sizeof(text));
	p->transfer.at = p->text;
	p->sub.at = p->text + p->transfer.len;
}

/* "Liabilities:Account:A8:Available" */
static struct str account_name(struct ctx *c, account_id account, struct str sub)
{
	static const struct {
		const char *sub, *before, *after;
	} names[] = {
		{ "available", "Liabilities:Account:A", ":Available" },
		{ "held", "Liabilities:Account:A", ":Held" },
		{ "payout_pending", "Liabilities:Account:A", ":Payout" },
		{ "external", "Assets:External:A", "" },
		{ "sent", "Liabilities:Transit:A", ":Sent" },
		{ "recv", "Liabilities:Transit:A", ":Received" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (str_eq(sub, str_of(names[i].sub)))
			return str_format(c->mem, "%s%lld%s", names[i].before, (long long)account.v,
					  names[i].after);
	return str_format(c->mem, "Equity:Unknown:A%lld:%.*s", (long long)account.v, STR_ARG(sub));
}

static struct str escrow_name(struct ctx *c, escrow_id escrow, struct str sub)
{
	if (str_eq(sub, S("fee")))
		return str_format(c->mem, "Income:Project:P%lld:Fee", (long long)escrow.v);
	if (str_eq(sub, S("reserved")))
		return str_format(c->mem, "Liabilities:Project:P%lld:Reserved",
				  (long long)escrow.v);
	return str_format(c->mem, "Liabilities:Transit:P%lld:%s", (long long)escrow.v,
			  str_eq(sub, S("sent")) ? "Sent" : "Received");
}

static struct str amount_text(struct ctx *c, money amount)
{
	if (amount.minor >= 0)
		return money_text(c->mem, amount);
	return str_format(c->mem, "-%.*s", STR_ARG(money_text(c->mem, (money){ -amount.minor })));
}

static void put_head(struct ctx *c, struct books *b, usec at, struct str transfer)
{
	struct str day = str_cut(usec_text(c->mem, at), 0, 10);

	if (at.us > b->latest.us)
		b->latest = at;
	fprintf(b->out, "\n%.*s %.*s\n", STR_ARG(day), STR_ARG(transfer));
}

static void put_line(struct ctx *c, struct books *b, struct str name, money amount)
{
	fprintf(b->out, "    %.*s  %.*s %.*s\n", STR_ARG(name),
		STR_ARG(amount_text(c, (money){ -amount.minor })), STR_ARG(b->currency));
}

static enum err put_accounts(struct ctx *c, struct books *b)
{
	struct place at = { 0 };
	size_t count = PAGE_ROWS;

	while (count == PAGE_ROWS) {
		struct arena_mark mark = arena_mark(c->mem);
		struct ledger_account_book *rows;

		TRY(ledger_account_book(c, (account_id){ at.id }, at.transfer, at.sub, PAGE_ROWS,
					&rows, &count));
		for (size_t i = 0; i < count; i++) {
			if (rows[i].account.v != at.id || !str_eq(rows[i].transfer, at.transfer))
				put_head(c, b, rows[i].at, rows[i].transfer);
			at.id = rows[i].account.v;
			at.transfer = rows[i].transfer;
			at.sub = rows[i].sub;
			put_line(c, b, account_name(c, rows[i].account, at.sub), rows[i].amount);
		}
		place_keep(&at);
		arena_reset(c->mem, mark);
	}
	return OK;
}

static void declare_escrow(struct ctx *c, struct books *b, escrow_id escrow)
{
	static const char *const subs[] = { "reserved", "fee", "sent", "recv" };

	for (size_t i = 0; i < sizeof(subs) / sizeof(*subs); i++)
		fprintf(b->out, "\naccount %.*s", STR_ARG(escrow_name(c, escrow, str_of(subs[i]))));
	fputc('\n', b->out);
}

static enum err put_escrows(struct ctx *c, struct books *b)
{
	struct place at = { 0 };
	size_t count = PAGE_ROWS;

	while (count == PAGE_ROWS) {
		struct arena_mark mark = arena_mark(c->mem);
		struct ledger_escrow_book *rows;

		TRY(ledger_escrow_book(c, (escrow_id){ at.id }, at.transfer, at.sub, PAGE_ROWS,
				       &rows, &count));
		for (size_t i = 0; i < count; i++) {
			bool other = rows[i].escrow.v != at.id;

			if (other)
				declare_escrow(c, b, rows[i].escrow);
			if (other || !str_eq(rows[i].transfer, at.transfer))
				put_head(c, b, rows[i].at, rows[i].transfer);
			at.id = rows[i].escrow.v;
			at.transfer = rows[i].transfer;
			at.sub = rows[i].sub;
			put_line(c, b, escrow_name(c, rows[i].escrow, at.sub), rows[i].amount);
		}
		place_keep(&at);
		arena_reset(c->mem, mark);
	}
	return OK;
}

/* As declarations, or as assertions after the last entry. */
static enum err put_balances(struct ctx *c, struct books *b, bool assertions)
{
	struct place at = { 0 };
	size_t count = PAGE_ROWS;

	if (assertions)
		put_head(c, b, b->latest, S("balances"));
	while (count == PAGE_ROWS) {
		struct arena_mark mark = arena_mark(c->mem);
		struct ledger_account_balances *rows;

		TRY(ledger_account_balances(c, (account_id){ at.id }, at.sub, PAGE_ROWS, &rows,
					    &count));
		for (size_t i = 0; i < count; i++) {
			struct str name = account_name(c, rows[i].account, rows[i].sub);
			struct str held = amount_text(c, (money){ -rows[i].balance.minor });

			if (assertions)
				fprintf(b->out, "    %.*s  0.00 %.*s = %.*s %.*s\n", STR_ARG(name),
					STR_ARG(b->currency), STR_ARG(held), STR_ARG(b->currency));
			else
				fprintf(b->out, "account %.*s\n", STR_ARG(name));
			at.id = rows[i].account.v;
			at.sub = rows[i].sub;
		}
		place_keep(&at);
		arena_reset(c->mem, mark);
	}
	return OK;
}

enum err ledger_books(struct ctx *c, FILE *out)
{
	struct books b = { out, ledger_currency(c), { 0 } };

	fprintf(out, "commodity 1000.00 %.*s\n", STR_ARG(b.currency));
	TRY(put_balances(c, &b, false));
	TRY(put_accounts(c, &b));
	TRY(put_escrows(c, &b));
	if (b.latest.us > 0)
		TRY(put_balances(c, &b, true));
	if (fflush(out) != 0 || ferror(out) != 0)
		return refuse(c, ERR_STORE, "the books cannot be written");
	return OK;
}
