/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Two processes at one audit chain, one organisation, one reset token, one count of wrong
 * passwords: each thread has a connection of its own, on a file and, where one is named, on
 * PostgreSQL. What they wrote is taken away at the end.
 */
#include <stdlib.h>
#include "audit/audit.h"
#include "org/org.h"
#include "tests/test.h"
#include "user/user_in.h"

enum { THREADS = 2, ROUNDS = 30 };

static const struct store_stmt cleanup[] = {
	{ "clean_audit", "DELETE FROM audit", "", "", STORE_NONE, "each", 0, NULL, "" },
	{ "clean_head", "DELETE FROM audit_head", "", "", STORE_NONE, "each", 0, NULL, "" },
	{ "clean_member", "DELETE FROM org_member", "", "", STORE_NONE, "reference", 0, NULL, "" },
	{ "clean_org", "DELETE FROM org", "", "", STORE_NONE, "reference", 0, NULL, "" },
	{ "clean_reset", "DELETE FROM user_reset", "", "", STORE_NONE, "reference", 0, NULL, "" },
	{ "clean_attempt", "DELETE FROM user_attempt", "", "", STORE_NONE, "account", 0, NULL, "" },
	{ "clean_user", "DELETE FROM site_user", "", "", STORE_NONE, "reference", 0, NULL, "" },
	{ "clean_job", "DELETE FROM job", "", "", STORE_NONE, "each", 0, NULL, "" },
};

/* What the threads fight about; made before they start. */
struct prize {
	user_id user[THREADS];
	org_id org;
	struct str token;
};

struct racer {
	struct ctx ctx;
	const char *url;
	const struct prize *prize;
	enum err (*act)(struct ctx *, void *);
	enum err may_be; /* the one refusal that is expected */
	int number, rounds, done, refused;
	enum err fault;
};

static void race(void *arg)
{
	struct racer *r = arg;

	r->fault = store_open(&r->ctx, r->ctx.mem, r->url, STORE_WRITE, &r->ctx.store);
	for (int i = 0; r->fault == OK && i < r->rounds; i++) {
		enum err err = store_in_tx(&r->ctx, r->act, r);

		r->ctx.refusal = (struct refusal){ 0 };
		if (err == OK)
			r->done++;
		else if (err == r->may_be)
			r->refused++;
		else
			r->fault = err;
	}
	store_close(&r->ctx.store);
}

static enum err clean(struct ctx *c, void *arg)
{
	(void)arg;
	for (size_t i = 0; i < sizeof(cleanup) / sizeof(*cleanup); i++)
		TRY(store_run(c, &cleanup[i], NULL, NULL, NULL));
	return OK;
}

static enum err prepare(struct ctx *c, void *arg)
{
	struct prize *prize = arg;
	struct str hash;

	for (int i = 0; i < THREADS; i++) {
		struct user_new fresh = { S("Ada"), str_format(c->mem, "u%d@example.org", i),
					  USER_REQUESTER, S("") };

		TRY(user_add(c, &fresh, &prize->user[i]));
	}
	TRY(org_add(c, S("Mosaic Ltd"), prize->user[0], &prize->org));
	TRY(org_member_set(c, prize->org, prize->user[1], ORG_OWNER));
	prize->token = user_reset_token(c, prize->user[0], &hash);
	return user_reset_keep(c, prize->user[0], hash);
}

/* Both run `act` so many times; afterwards `look` says what must hold, with the store open. */
static void race_on(struct ctx *c, const char *url, const struct racer *like,
		    void (*look)(struct ctx *, const struct racer *, const struct prize *))
{
	struct os_thread *thread[THREADS];
	struct racer racer[THREADS];
	struct prize prize;
	int applied;

	WANT_OK(store_open(c, c->mem, url, STORE_WRITE, &c->store));
	WANT_OK(store_migrate(c, &applied));
	WANT_OK(store_in_tx(c, clean, NULL));
	WANT_OK(store_in_tx(c, prepare, &prize));
	for (int i = 0; i < THREADS; i++) {
		racer[i] = *like;
		racer[i].url = url;
		racer[i].prize = &prize;
		racer[i].number = i;
		racer[i].ctx = (struct ctx){ .mem = arena_new(0), .dice = c->dice, .now = c->now };
		thread[i] = os_thread_start(c->mem, "race", race, &racer[i]);
	}
	for (int i = 0; i < THREADS; i++) {
		os_thread_join(thread[i]);
		arena_free(racer[i].ctx.mem);
	}
	for (int i = 0; i < THREADS; i++)
		WANT_I64(OK, racer[i].fault);
	look(c, racer, &prize);
	for (const struct room_invariant *i = audit_room.invariants; i->name != NULL; i++) {
		struct store_rows rows = { 0 };

		WANT_OK(store_run(c, i->query, NULL, NULL, &rows));
		WANT_I64(0, (int64_t)rows.count);
	}
	WANT_OK(store_in_tx(c, clean, NULL));
	store_close(&c->store);
}

static void race_everywhere(struct ctx *c, struct racer like,
			    void (*look)(struct ctx *, const struct racer *, const struct prize *))
{
	const char *pg = getenv("TESSERA_TEST_DATABASE");

	race_on(c, str_c(c->mem, str_format(c->mem, "sqlite:%s/race.db", c->data)), &like, look);
	if (pg != NULL)
		race_on(c, pg, &like, look);
}

/* --- one chain --- */

static enum err write_entry(struct ctx *c, void *arg)
{
	(void)arg;
	return audit_add(c, 770077, S("race.act"), 1, S(""));
}

static const struct store_stmt chain_length = {
	"chain_length",
	"SELECT count(*) FROM audit WHERE scope = 770077",
	"",
	"i",
	STORE_ONE,
	"each",
	0,
	NULL,
	"",
};

static void chain_is_whole(struct ctx *c, const struct racer *racer, const struct prize *prize)
{
	struct store_rows rows = { 0 };
	struct str broken;

	(void)prize;
	WANT_OK(audit_verify(c, &broken));
	WANT_STR(S(""), broken);
	WANT_OK(store_run(c, &chain_length, NULL, NULL, &rows));
	WANT_I64(racer[0].done + racer[1].done, rows.value[0].i);
	WANT_I64(THREADS * ROUNDS, rows.value[0].i);
}

PLAIN_TEST(race, two_at_one_audit_chain_write_one_after_the_other)
{
	race_everywhere(c, (struct racer){ .act = write_entry, .rounds = ROUNDS }, chain_is_whole);
}

/* --- one organisation --- */

static enum err remove_other(struct ctx *c, void *arg)
{
	const struct racer *r = arg;

	return org_member_remove(c, r->prize->org, r->prize->user[1 - r->number]);
}

static void one_owner_is_left(struct ctx *c, const struct racer *racer, const struct prize *prize)
{
	user_id *people;
	size_t count;

	WANT_OK(org_people(c, prize->org, ORG_OWNER, &people, &count));
	WANT_I64(1, (int64_t)count);
	WANT_I64(1, racer[0].done + racer[1].done);
	WANT_I64(1, racer[0].refused + racer[1].refused);
}

PLAIN_TEST(race, two_owners_who_remove_each_other_leave_one)
{
	for (int i = 0; i < 5; i++)
		race_everywhere(
			c,
			(struct racer){ .act = remove_other, .rounds = 1, .may_be = ERR_CONFLICT },
			one_owner_is_left);
}

/* --- one token --- */

static enum err use_token(struct ctx *c, void *arg)
{
	const struct racer *r = arg;
	user_id who;

	return user_reset_use(c, r->prize->token, S("hash"), &who);
}

static void one_has_used_it(struct ctx *c, const struct racer *racer, const struct prize *prize)
{
	(void)c;
	(void)prize;
	WANT_I64(1, racer[0].done + racer[1].done);
	WANT_I64(1, racer[0].refused + racer[1].refused);
}

PLAIN_TEST(race, a_reset_token_that_is_used_twice_at_once_works_once)
{
	for (int i = 0; i < 5; i++)
		race_everywhere(
			c, (struct racer){ .act = use_token, .rounds = 1, .may_be = ERR_INPUT },
			one_has_used_it);
}

/* --- one count --- */

static enum err guess(struct ctx *c, void *arg)
{
	const struct racer *r = arg;
	struct attempt attempt = { .account = r->prize->user[0], .address = S("") };

	return attempt_failed(c, &attempt);
}

static const struct store_stmt count_of = {
	"count_of", "SELECT fails FROM user_attempt", "", "i", STORE_ONE, "account", 0, NULL, "",
};

static void no_guess_is_lost(struct ctx *c, const struct racer *racer, const struct prize *prize)
{
	struct store_rows rows = { 0 };

	(void)prize;
	WANT_OK(store_run(c, &count_of, NULL, NULL, &rows));
	WANT_I64(racer[0].done + racer[1].done, rows.value[0].i);
	WANT_I64(THREADS * ROUNDS,
		 racer[0].done + racer[1].done + racer[0].refused + racer[1].refused);
}

PLAIN_TEST(race, two_guessers_at_once_are_both_counted_or_turned_away)
{
	race_everywhere(c, (struct racer){ .act = guess, .rounds = ROUNDS, .may_be = ERR_LIMIT },
			no_guess_is_lost);
}
