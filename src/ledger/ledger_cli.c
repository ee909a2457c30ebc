/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The ledger's commands: record a deposit, write out the books. */
#include "ledger/ledger_in.h"
#include "org/org.h"

static const struct room_option fund_options[] = {
	{ "user", true, false, NULL, "the requester's e-mail address" },
	{ "amount", true, false, NULL, "such as 1000.00" },
	{ "reference", false, false, NULL,
	  "the bank's number of it, or your own: a repeat counts once" },
	{ 0 },
};

struct deposit {
	struct str email, reference;
	money amount;
	/* found on the way */
	org_id org;
	struct str org_name;
	money available;
	bool fresh;
};

static enum err deposit_tx(struct ctx *c, void *arg)
{
	struct deposit *d = arg;
	struct user user;
	bool found;

	TRY(user_by_email(c, d->email, &user, &found));
	if (!found)
		return refuse_field(c, ERR_MISSING, S("user"), "nobody has this e-mail address");
	TRY(org_first(c, user.id, &d->org));
	TRY(org_name(c, d->org, &d->org_name));
	TRY(ledger_deposit(c, (account_id){ d->org.v }, d->amount, d->reference, &d->fresh));
	return ledger_account_balance(c, (account_id){ d->org.v }, ACCOUNT_AVAILABLE,
				      &d->available);
}

static void print_deposit(struct ctx *c, const struct room_call *call, const struct deposit *d)
{
	if (!call->as_json) {
		printf("%s %.*s %.*s for %.*s; available: %.*s\n",
		       d->fresh ? "recorded" : "known already:",
		       STR_ARG(money_text(c->mem, d->amount)), STR_ARG(ledger_currency(c)),
		       STR_ARG(d->org_name), STR_ARG(money_text(c->mem, d->available)));
		return;
	}
	struct json j = json_make(c->mem, 4000);
	json_object(&j);
	json_id_of(&j, "org", d->org.v);
	json_bool_of(&j, "fresh", d->fresh);
	json_money_of(&j, "amount", d->amount);
	json_money_of(&j, "available", d->available);
	json_text_of(&j, "currency", ledger_currency(c));
	json_object_end(&j);
	printf("%.*s\n", STR_ARG(json_end(&j)));
}

static enum err fund_cmd(struct ctx *c, const struct room_call *call)
{
	struct deposit d = {
		.email = room_option(call, "user"),
		.reference = room_option(call, "reference"),
	};

	if (!money_parse(room_option(call, "amount"), &d.amount))
		return refuse_field(c, ERR_INPUT, S("amount"),
				    "this is no amount: write it like 1000.00");
	if (d.reference.at == NULL)
		d.reference = str_format(c->mem, "command-%lld", (long long)ctx_new_id(c));
	TRY(store_in_tx(c, deposit_tx, &d));
	print_deposit(c, call, &d);
	return OK;
}

static enum err books_cmd(struct ctx *c, const struct room_call *call)
{
	(void)call;
	return ledger_books(c, stdout);
}

const struct room_command ledger_commands[] = {
	{ "fund", fund_options, fund_cmd, true, NULL,
	  "Record a deposit for a requester's organisation." },
	{ "books", NULL, books_cmd, true, NULL,
	  "Write all books as a journal for hledger or ledger." },
	{ 0 },
};
