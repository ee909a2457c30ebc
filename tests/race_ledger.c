/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Two processes at the same account: each thread has a connection of its own, on a
 * file and, where one is named, on PostgreSQL. What they wrote is taken away at the end.
 */
#include <stdlib.h>
#include "ledger/ledger.h"
#include "room/room.h"
#include "tests/test.h"

enum { TRIES = 40, DEPOSIT = 100, PIECE = 7, THREADS = 2 };

static const account_id wallet = { 770077 };

static const struct store_stmt cleanup[] = {
	{ "clean_balance", "DELETE FROM account_balance WHERE account_id = 770077", "", "",
	  STORE_NONE, "account", 0, NULL, "" },
	{ "clean_entry", "DELETE FROM account_entry WHERE account_id = 770077", "", "", STORE_NONE,
	  "account", 0, NULL, "" },
};

struct racer {
	struct ctx ctx;
	const char *url;
	bool same_names; /* as the other's, or its own */
	int number;
	int moved, refused;
	enum err fault; /* what should not have happened */
	int next;
};

static enum err take_piece(struct ctx *c, void *arg)
{
	struct racer *r = arg;
	struct account_line lines[] = { { ACCOUNT_AVAILABLE, { -PIECE } },
					{ ACCOUNT_EXTERNAL, { PIECE } } };
	bool fresh;

	TRY(ledger_account_post(
		c, wallet, str_format(c->mem, "take:%d:%d", r->same_names ? 0 : r->number, r->next),
		lines, 2, &fresh));
	r->moved += fresh;
	return OK;
}

static void race(void *arg)
{
	struct racer *r = arg;

	r->fault = store_open(&r->ctx, r->ctx.mem, r->url, STORE_WRITE, &r->ctx.store);
	for (r->next = 0; r->fault == OK && r->next < TRIES; r->next++) {
		int before = r->moved;
		enum err err = store_in_tx(&r->ctx, take_piece, r);

		if (err == OK)
			continue;
		r->moved = before;
		r->ctx.refusal = (struct refusal){ 0 };
		if (err == ERR_FUNDS)
			r->refused++;
		else
			r->fault = err;
	}
	store_close(&r->ctx.store);
}

static enum err fill_wallet(struct ctx *c, void *arg)
{
	struct account_line lines[] = { { ACCOUNT_AVAILABLE, { DEPOSIT } },
					{ ACCOUNT_EXTERNAL, { -DEPOSIT } } };
	bool fresh;

	(void)arg;
	return ledger_account_post(c, wallet, S("fill"), lines, 2, &fresh);
}

static enum err empty_wallet(struct ctx *c, void *arg)
{
	(void)arg;
	for (size_t i = 0; i < sizeof(cleanup) / sizeof(*cleanup); i++)
		TRY(store_run(c, &cleanup[i], NULL, NULL, NULL));
	return OK;
}

static void race_on(struct ctx *c, const char *url, bool same_names)
{
	struct racer racer[THREADS];
	struct os_thread *thread[THREADS];
	int applied, moved = 0;
	money left;

	WANT_OK(store_open(c, c->mem, url, STORE_WRITE, &c->store));
	WANT_OK(store_migrate(c, &applied));
	WANT_OK(store_in_tx(c, fill_wallet, NULL));
	for (int i = 0; i < THREADS; i++) {
		racer[i] = (struct racer){ .url = url, .same_names = same_names, .number = i };
		racer[i].ctx = (struct ctx){ .mem = arena_new(0), .dice = c->dice, .now = c->now };
		thread[i] = os_thread_start(c->mem, "race", race, &racer[i]);
	}
	for (int i = 0; i < THREADS; i++) {
		os_thread_join(thread[i]);
		arena_free(racer[i].ctx.mem);
	}

	WANT_OK(ledger_account_balance(c, wallet, ACCOUNT_AVAILABLE, &left));
	for (const struct room_invariant *i = ledger_room.invariants; i->name != NULL; i++) {
		struct store_rows rows = { 0 };

		WANT_OK(store_run(c, i->query, NULL, NULL, &rows));
		WANT_I64(0, (int64_t)rows.count);
	}
	WANT_OK(store_in_tx(c, empty_wallet, NULL));
	store_close(&c->store);
	for (int i = 0; i < THREADS; i++) {
		WANT_I64(OK, racer[i].fault);
		moved += racer[i].moved;
	}
	WANT_I64(DEPOSIT / PIECE, moved);
	WANT_I64(DEPOSIT % PIECE, left.minor);
	WANT(racer[0].refused + racer[1].refused > 0);
}

static void race_everywhere(struct ctx *c, bool same_names)
{
	const char *pg = getenv("TESSERA_TEST_DATABASE");

	race_on(c, str_c(c->mem, str_format(c->mem, "sqlite:%s/race.db", c->data)), same_names);
	if (pg != NULL)
		race_on(c, pg, same_names);
}

PLAIN_TEST(race, two_at_one_account_never_step_below_its_floor)
{
	race_everywhere(c, false);
}

PLAIN_TEST(race, two_with_the_same_names_move_each_of_them_once)
{
	race_everywhere(c, true);
}
