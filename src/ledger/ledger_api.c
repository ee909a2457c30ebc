/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The ledger's pages. Amounts are whole minor units; a list goes back in time. */
#include "ledger/ledger.sql.h"
#include "ledger/ledger_in.h"
#include "org/org.h"

enum { PAGE_DEFAULT = 50, PAGE_MAX = 200, CURSOR_MAX = 500, DEPOSIT_MAX = 1000000000 };

/* --- entries --- */

/* What a transfer was about, in a person's words. */
static struct str transfer_about(struct ctx *c, struct str transfer)
{
	static const struct {
		const char *start, *words;
	} causes[] = {
		{ "deposit:manual:", "Deposit" },
		{ "fund:", "Budget of a project" },
		{ "bounce:", "Budget given back: the project had changed" },
		{ "refund:", "What a closed project did not use" },
		{ "pay:", "Approved work" },
	};

	for (size_t i = 0; i < sizeof(causes) / sizeof(*causes); i++) {
		struct str start = str_of(causes[i].start);

		if (!str_starts(transfer, start))
			continue;
		if (i > 0)
			return str_of(causes[i].words);
		return str_format(c->mem, "%s %.*s", causes[i].words,
				  STR_ARG(str_cut(transfer, start.len, transfer.len)));
	}
	return transfer;
}

struct cursor {
	usec at;
	struct str transfer, sub;
};

/* AT.SUB.TRANSFER, as base64url, since a transfer's name may hold anything. */
static bool cursor_read(struct ctx *c, struct str text, struct cursor *out)
{
	struct str plain, at, rest;

	*out = (struct cursor){ .at = { INT64_MAX } };
	if (text.len == 0)
		return true;
	return text_base64url_read(c->mem, text, &plain) && str_is_utf8(plain) &&
	       str_split(plain, '.', &at, &rest) && num_i64(at, 0, INT64_MAX, &out->at.us) &&
	       str_split(rest, '.', &out->sub, &out->transfer);
}

static enum err put_entries(struct ctx *c, account_id account, struct str after, int64_t limit,
			    bool whole, struct json *j)
{
	struct ledger_account_page *rows;
	struct cursor from;
	size_t count, shown;

	if (limit == 0)
		limit = PAGE_DEFAULT;
	if (!cursor_read(c, after, &from))
		return refuse_field(c, ERR_INPUT, S("after"), "this is no place in the list");
	TRY(ledger_account_page(c, account, from.at, from.transfer, from.sub, whole, limit + 1,
				&rows, &count));
	shown = count > (size_t)limit ? (size_t)limit : count;
	json_object(j);
	json_key(j, "items");
	json_list(j);
	for (size_t i = 0; i < shown; i++) {
		json_object(j);
		json_text_of(j, "transfer", rows[i].transfer);
		json_text_of(j, "sub", rows[i].sub);
		json_money_of(j, "amount", rows[i].amount);
		json_time_of(j, "at", rows[i].at);
		json_text_of(j, "about", transfer_about(c, rows[i].transfer));
		json_object_end(j);
	}
	json_list_end(j);
	if (count > shown) {
		const struct ledger_account_page *last = &rows[shown - 1];
		struct str plain = str_format(c->mem, "%lld.%.*s.%.*s", (long long)last->at.us,
					      STR_ARG(last->sub), STR_ARG(last->transfer));
		json_text_of(j, "next", text_base64url(c->mem, plain.at, plain.len));
	}
	json_text_of(j, "currency", ledger_currency(c));
	json_object_end(j);
	return OK;
}

#define ENTRIES_VIEW                                                                    \
	"{items:[{transfer:text,sub:text,amount:money,at:time,about:text}],next?:text," \
	"currency:text}"

struct entries_form {
	int64_t account;
	struct str after;
	int64_t limit;
};

#define ENTRIES_PAGING                                                                       \
	{ "after", WEB_QUERY,  WEB_TEXT, offsetof(struct entries_form, after),	false,       \
	  0,	   CURSOR_MAX, NULL,	 "where the last page ended: its next", 0 },         \
	{                                                                                    \
		"limit", WEB_QUERY, WEB_INT, offsetof(struct entries_form, limit), false, 1, \
			PAGE_MAX, NULL, "how many at most, 50 if not said", 0                \
	}

static const struct web_field mine_fields[] = { ENTRIES_PAGING, { 0 } };

static const struct web_field account_fields[] = {
	{ "account", WEB_PATH, WEB_ID, offsetof(struct entries_form, account), true, 0, 0, NULL,
	  "a user's or an org's number", 0 },
	ENTRIES_PAGING,
	{ 0 },
};

static const struct web_field org_fields[] = {
	{ "org", WEB_PATH, WEB_ID, offsetof(struct entries_form, account), true, 0, 0, NULL,
	  "the org's number", 0 },
	ENTRIES_PAGING,
	{ 0 },
};

static enum err my_entries_page(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct entries_form *f = form;

	return put_entries(c, (account_id){ c->actor.id }, f->after, f->limit, false,
			   web_json(reply));
}

static enum err account_entries_page(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct entries_form *f = form;

	return put_entries(c, (account_id){ f->account }, f->after, f->limit, true,
			   web_json(reply));
}

static enum err org_entries_page(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct entries_form *f = form;

	TRY(org_must_be_member(c, (org_id){ f->account }, ORG_MEMBER));
	return put_entries(c, (account_id){ f->account }, f->after, f->limit, false,
			   web_json(reply));
}

/* --- balances --- */

static const struct web_field balance_fields[] = {
	{ "org", WEB_PATH, WEB_ID, offsetof(struct entries_form, account), true, 0, 0, NULL,
	  "the org's number", 0 },
	{ 0 },
};

static enum err org_balance_page(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct entries_form *f = form;
	money available;

	TRY(org_must_be_member(c, (org_id){ f->account }, ORG_MEMBER));
	TRY(ledger_account_balance(c, (account_id){ f->account }, ACCOUNT_AVAILABLE, &available));
	struct json *j = web_json(reply);
	json_object(j);
	json_money_of(j, "available", available);
	json_text_of(j, "currency", ledger_currency(c));
	json_object_end(j);
	return OK;
}

enum err ledger_put_me(struct ctx *c, struct json *j)
{
	struct user user;
	money available;

	TRY(user_get(c, user_actor(c), &user));
	TRY(ledger_account_balance(c, (account_id){ user.id.v }, ACCOUNT_AVAILABLE, &available));
	json_object(j);
	json_key(j, "user");
	user_put(j, &user);
	json_key(j, "orgs");
	TRY(org_put_mine(c, user.id, j));
	json_money_of(j, "balance", available);
	json_text_of(j, "currency", ledger_currency(c));
	json_object_end(j);
	return OK;
}

static enum err me_page(struct ctx *c, void *form, struct web_reply *reply)
{
	(void)form;
	return ledger_put_me(c, web_json(reply));
}

static enum err totals_page(struct ctx *c, void *form, struct web_reply *reply)
{
	struct ledger_totals t;

	(void)form;
	TRY(ledger_totals(c, &t));
	struct json *j = web_json(reply);
	json_object(j);
	json_i64_of(j, "accounts", t.accounts);
	json_i64_of(j, "projects", t.escrows);
	json_money_of(j, "available", t.account[ACCOUNT_AVAILABLE]);
	json_money_of(j, "held", t.account[ACCOUNT_HELD]);
	json_money_of(j, "payout_pending", t.account[ACCOUNT_PAYOUT]);
	json_money_of(j, "came_in", (money){ -t.account[ACCOUNT_EXTERNAL].minor });
	json_money_of(j, "reserved", t.escrow[ESCROW_RESERVED]);
	json_money_of(j, "fees", t.escrow[ESCROW_FEE]);
	json_money_of(j, "in_flight", t.in_flight);
	json_bool_of(j, "sums_to_zero", t.sums_to_zero);
	json_text_of(j, "currency", ledger_currency(c));
	json_object_end(j);
	return OK;
}

/* --- deposits --- */

struct deposit_form {
	int64_t org;
	money amount;
	struct str reference;
};

static const struct web_field deposit_fields[] = {
	{ "org", WEB_BODY, WEB_ID, offsetof(struct deposit_form, org), true, 0, 0, NULL,
	  "whose account it goes to", 0 },
	{ "amount", WEB_BODY, WEB_MONEY, offsetof(struct deposit_form, amount), true, 1,
	  DEPOSIT_MAX, NULL, "in minor units", 0 },
	{ "reference", WEB_BODY, WEB_TEXT, offsetof(struct deposit_form, reference), true, 1,
	  LEDGER_REFERENCE_MAX, NULL, "the bank's number of it, or your own: a repeat counts once",
	  0 },
	{ 0 },
};

static enum err deposit_post(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct deposit_form *f = form;
	account_id account = { f->org };
	struct str name;
	money available;
	bool fresh;

	TRY(org_name(c, (org_id){ f->org }, &name));
	TRY(ledger_deposit(c, account, f->amount, f->reference, &fresh));
	TRY(ledger_account_balance(c, account, ACCOUNT_AVAILABLE, &available));
	web_status(reply, fresh ? 201 : 200);
	struct json *j = web_json(reply);
	json_object(j);
	json_id_of(j, "org", f->org);
	json_bool_of(j, "fresh", fresh);
	json_money_of(j, "available", available);
	json_text_of(j, "currency", ledger_currency(c));
	json_object_end(j);
	return OK;
}

const struct web_route ledger_routes[] = {
	{ WEB_GET, "/api/v1/me", .who = USER_ANY_ROLE, .runs = WEB_READ, .handler = me_page,
	  .view = "{user:{id:id,name:text,email:text," USER_ROLES_VIEW ",locale:text},"
		  "orgs:[{id:id,name:text,role:text}],balance:money,currency:text}",
	  .about = "Tells who you are, for which orgs you may act and what you have earned." },
	{ WEB_GET, "/api/v1/me/entries", .who = USER_ANY_ROLE, .runs = WEB_READ,
	  .handler = my_entries_page, .fields = mine_fields,
	  .form_size = sizeof(struct entries_form), .view = ENTRIES_VIEW,
	  .about = "Lists what came into your account and went out of it, the latest first." },
	{ WEB_GET, "/api/v1/orgs/{org}/balance", .who = USER_ANY_ROLE, .runs = WEB_READ,
	  .handler = org_balance_page, .fields = balance_fields,
	  .form_size = sizeof(struct entries_form), .view = "{available:money,currency:text}",
	  .about = "Tells what an org of yours has to spend." },
	{ WEB_GET, "/api/v1/orgs/{org}/entries", .who = USER_ANY_ROLE, .runs = WEB_READ,
	  .handler = org_entries_page, .fields = org_fields,
	  .form_size = sizeof(struct entries_form), .view = ENTRIES_VIEW,
	  .about = "Lists what came into the account of an org of yours and went out of it." },
	{ WEB_POST, "/api/v1/deposits", .who = USER_OPERATOR, .runs = WEB_WRITE,
	  .handler = deposit_post, .fields = deposit_fields,
	  .form_size = sizeof(struct deposit_form),
	  .view = "{org:id,fresh:bool,available:money,currency:text}",
	  .about = "Records money that came in for an org; the same reference again counts once." },
	{ WEB_GET, "/api/v1/ledger", .who = USER_OPERATOR, .runs = WEB_READ, .handler = totals_page,
	  .view = "{accounts:int,projects:int,available:money,held:money,payout_pending:money,"
		  "came_in:money,reserved:money,fees:money,in_flight:money,sums_to_zero:bool,"
		  "currency:text}",
	  .about = "Adds up all accounts and escrows of the house." },
	{ WEB_GET, "/api/v1/accounts/{account}/entries", .who = USER_OPERATOR, .runs = WEB_READ,
	  .handler = account_entries_page, .fields = account_fields,
	  .form_size = sizeof(struct entries_form), .view = ENTRIES_VIEW,
	  .about = "Lists every entry of one account, with its other sides." },
	{ .path = NULL },
};
