/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A connection that owes its answer: only on PostgreSQL, where an answer may never come. */
#include "store/store_in.h"
#include "tests/test.h"

enum { LOCK = 918273 };

static const struct store_stmt lock_take = {
	"lock_take", "SELECT 1 FROM (SELECT pg_advisory_xact_lock($1)) AS x",
	"i",	     "i",
	STORE_ONE,   "local",
	0,	     NULL,
	""
};

static const struct store_stmt one = {
	"one", "SELECT 1", "", "i", STORE_ONE, "local", 0, NULL, ""
};

static enum err take_lock(struct ctx *c, void *arg)
{
	const struct store_value args[] = { { .i = LOCK } };
	struct store_rows rows;

	(void)arg;
	return store_run(c, &lock_take, args, NULL, &rows);
}

static const char *url_here(void)
{
	return getenv("TESSERA_TEST_DATABASE");
}

TEST(store, a_statement_without_an_answer_is_refused_and_its_connection_left_alone)
{
	struct store *home = c->store, *owner, *late;
	struct store_rows rows;

	if (test_on_lite())
		return;
	WANT_OK(store_open(c, c->mem, url_here(), STORE_WRITE, &owner));
	WANT_OK(store_open(c, c->mem, url_here(), STORE_WRITE, &late));
	store_patience(late, 100000);
	c->store = owner;
	WANT_OK(store_begin(c));
	WANT_OK(take_lock(c, NULL));

	c->store = late;
	WANT_OK(store_begin(c));
	WANT_I64(ERR_STORE, take_lock(c, NULL));
	store_rollback(c);
	WANT(late->again);
	c->refusal = (struct refusal){ 0 };
	/* The server still owes its answer: nothing else is begun meanwhile, and none waits. */
	WANT_I64(ERR_STORE, store_begin(c));
	WANT_STR(S("the database cannot be reached"), c->refusal.message);
	c->refusal = (struct refusal){ 0 };

	c->store = owner;
	store_rollback(c);
	c->store = late;
	/* The answer comes; what it belonged to is over, and a new connection is made. */
	for (int tries = 0; tries < 100 && store_run(c, &one, NULL, NULL, &rows) != OK; tries++) {
		c->refusal = (struct refusal){ 0 };
		store_pause(10000);
	}
	WANT_I64(OK, c->refusal.err);
	WANT_OK(store_in_tx(c, take_lock, NULL));
	store_close(&owner);
	store_close(&late);
	c->store = home;
}
