/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Signing in, guessing, and changing a password. */
#include "user/user.sql.h"
#include "user/user_test_in.h"

#define ADA S("ada@example.org")
#define GOOD S("a fine password")
#define BAD S("a wrong password")
#define HOME S("192.0.2.1")
#define ELSEWHERE S("198.51.100.7")

static user_id ada(struct ctx *c)
{
	cheap(c);
	return added(c, ADA, USER_WORKER, GOOD);
}

static void wrong(struct ctx *c, struct str address)
{
	struct str token;

	WANT_OK(try_sign_in(c, ADA, BAD, address, &token));
	WANT_I64(0, (int64_t)token.len);
}

/* How long the next try from there has to wait. */
static int64_t wait_s(struct ctx *c, struct str email, struct str address)
{
	struct str token;
	enum err err = try_sign_in(c, email, BAD, address, &token);
	int64_t wait = c->refusal.retry_after_s;

	WANT_ERR(ERR_LIMIT, err);
	return wait;
}

TEST(user, the_right_password_begins_a_session)
{
	user_id id = ada(c);

	struct str token = signed_in(c, S("ADA@example.org"), GOOD, HOME);
	test_wait(c, USEC_SECOND);
	WANT_I64(id.v, shown(c, token));
	WANT_I64(USER_WORKER, c->actor.roles);
	WANT_STR(S("session"), c->actor.via);
}

TEST(user, a_wrong_password_begins_none_and_is_counted)
{
	struct user_attempt_get row;
	user_id id = ada(c);
	bool found;

	wrong(c, HOME);
	wrong(c, HOME);
	WANT_OK(user_attempt_get(c, id, S(""), &row, &found));
	WANT_I64(2, row.fails);
	WANT_OK(user_attempt_get(c, (user_id){ 0 }, HOME, &row, &found));
	WANT_I64(2, row.fails);
}

TEST(user, a_user_without_a_password_cannot_sign_in)
{
	struct str token;

	cheap(c);
	added(c, ADA, USER_WORKER, S(""));
	WANT_OK(try_sign_in(c, ADA, S(""), HOME, &token));
	WANT_I64(0, (int64_t)token.len);
}

TEST(user, five_wrong_ones_are_free_then_the_wait_doubles)
{
	ada(c);
	for (int i = 0; i < 6; i++)
		wrong(c, HOME);
	WANT_I64(1, wait_s(c, ADA, HOME));
	test_wait(c, USEC_SECOND);
	wrong(c, HOME);
	WANT_I64(2, wait_s(c, ADA, HOME));
	test_wait(c, USEC_SECOND);
	WANT_I64(1, wait_s(c, ADA, HOME));
	test_wait(c, USEC_SECOND);
	wrong(c, HOME);
	WANT_I64(4, wait_s(c, ADA, HOME));
}

TEST(user, the_right_password_has_to_wait_as_well)
{
	struct str token;

	ada(c);
	for (int i = 0; i < 6; i++)
		wrong(c, HOME);
	WANT_ERR(ERR_LIMIT, try_sign_in(c, ADA, GOOD, HOME, &token));
	test_wait(c, USEC_SECOND);
	signed_in(c, ADA, GOOD, HOME);
}

TEST(user, a_success_clears_the_accounts_count)
{
	struct user_attempt_get row;
	user_id id = ada(c);
	bool found;

	for (int i = 0; i < 4; i++)
		wrong(c, HOME);
	signed_in(c, ADA, GOOD, HOME);
	WANT_OK(user_attempt_get(c, id, S(""), &row, &found));
	WANT(!found);
}

/* A guesser from ever new addresses. */
static void guess_on(struct ctx *c, int tries)
{
	for (int i = 0; i < tries; i++) {
		struct str token, from = str_format(c->mem, "203.0.113.%d", i % 200);
		enum err err;

		test_save(c);
		err = try_sign_in(c, ADA, BAD, from, &token);
		if (err != OK)
			WANT_I64(ERR_LIMIT, err);
		test_attempt(c, err);
	}
}

TEST(user, a_hundred_guesses_do_not_shut_the_owner_out_of_a_known_place)
{
	struct str token;

	ada(c);
	signed_in(c, ADA, GOOD, HOME);
	guess_on(c, 100);
	WANT_ERR(ERR_LIMIT, try_sign_in(c, ADA, GOOD, ELSEWHERE, &token));
	signed_in(c, ADA, GOOD, HOME);
}

TEST(user, the_wait_is_never_longer_than_a_quarter_of_an_hour)
{
	ada(c);
	for (int i = 0; i < 40; i++) {
		guess_on(c, 1);
		test_wait(c, 900 * USEC_SECOND);
	}
	guess_on(c, 3);
	test_wait(c, 900 * USEC_SECOND);
	signed_in(c, ADA, GOOD, ELSEWHERE);
}

TEST(user, an_address_that_tries_many_accounts_waits_for_all)
{
	struct str token;

	ada(c);
	for (int i = 0; i < 21; i++)
		WANT_OK(try_sign_in(c, str_format(c->mem, "u%d@example.org", i), BAD, ELSEWHERE,
				    &token));
	WANT_I64(1, wait_s(c, S("u99@example.org"), ELSEWHERE));
	WANT_ERR(ERR_LIMIT, try_sign_in(c, ADA, GOOD, ELSEWHERE, &token));
	signed_in(c, ADA, GOOD, HOME);
}

TEST(user, counts_leak_away_and_are_swept)
{
	struct user_attempt_get row;
	user_id id = ada(c);
	bool found;

	for (int i = 0; i < 6; i++)
		wrong(c, HOME);
	test_wait(c, USEC_HOUR);
	wrong(c, HOME);
	WANT_OK(user_attempt_get(c, id, S(""), &row, &found));
	WANT_I64(3, row.fails);
	test_wait(c, 2 * USEC_DAY);
	test_run_jobs(c);
	WANT_OK(user_attempt_get(c, id, S(""), &row, &found));
	WANT(!found);
}

TEST(user, two_wrong_ones_that_were_looked_at_together_count_one_after_the_other)
{
	struct sign_in_form one = { .email = ADA, .password = BAD }, two = one;
	struct user_attempt_get row;
	user_id id = ada(c);
	struct str token;
	bool found;

	c->actor.address = HOME;
	WANT_OK(sign_in_look(c, &one));
	WANT_OK(sign_in_look(c, &two));
	WANT_OK(sign_in(c, &one, &token));
	WANT_OK(sign_in(c, &two, &token));
	WANT_OK(user_attempt_get(c, id, S(""), &row, &found));
	WANT_I64(2, row.fails);
}

TEST(user, a_guess_that_was_looked_at_before_the_wait_began_has_to_wait)
{
	struct sign_in_form late = { .email = ADA, .password = GOOD };
	struct str token;

	ada(c);
	c->actor.address = HOME;
	WANT_OK(sign_in_look(c, &late));
	for (int i = 0; i < 6; i++)
		wrong(c, HOME);
	WANT_ERR(ERR_LIMIT, sign_in(c, &late, &token));
}

TEST(user, a_closed_account_is_told_so_to_its_owner_alone)
{
	user_id id = ada(c);
	struct str token;

	WANT_OK(user_set_disabled(c, id, true));
	WANT_ERR(ERR_DENIED, try_sign_in(c, ADA, GOOD, HOME, &token));
	wrong(c, HOME);
}

TEST(user, a_password_that_changed_between_the_halves_is_a_conflict)
{
	struct sign_in_form form = { .email = ADA, .password = GOOD };
	user_id id = ada(c);
	struct str token, hash;

	WANT_OK(sign_in_look(c, &form));
	WANT_OK(user_password_hash(c, S("another password"), &hash));
	WANT_OK(user_set_password(c, id, hash));
	WANT_ERR(ERR_CONFLICT, sign_in(c, &form, &token));
}

TEST(user, a_hash_of_old_cost_is_made_anew_at_the_next_sign_in)
{
	user_id id = ada(c);
	struct user_secret secret;
	bool found;

	cheap_with(c, S("user.password_kib = 16\nuser.password_ops = 1\n"));
	WANT_OK(user_secret(c, id, &secret, &found));
	WANT(str_starts(secret.password_hash, S("$argon2id$v=19$m=8,t=1,")));
	signed_in(c, ADA, GOOD, HOME);
	test_run_jobs(c);
	WANT_OK(user_secret(c, id, &secret, &found));
	WANT(str_starts(secret.password_hash, S("$argon2id$v=19$m=16,t=1,")));
	signed_in(c, ADA, GOOD, HOME);
}

TEST(user, a_new_hash_does_not_bring_an_old_password_back)
{
	const struct setting_values *house = c->settings;
	user_id id = ada(c);
	struct str hash;

	cheap_with(c, S("user.password_kib = 16\nuser.password_ops = 1\n"));
	signed_in(c, ADA, GOOD, HOME);
	WANT_OK(user_password_hash(c, S("another password"), &hash));
	WANT_OK(user_set_password(c, id, hash));
	c->settings = house;
	test_run_jobs(c);
	cheap(c);
	wrong(c, HOME);
	signed_in(c, ADA, S("another password"), HOME);
}

/* --- changing it --- */

static enum err change(struct ctx *c, struct str token, struct str old, struct str fresh,
		       bool *right)
{
	struct password_form form = { .old = old, .fresh = fresh };

	(void)shown(c, token);
	TRY(password_look(c, &form));
	*right = form.right;
	return password_change(c, &form);
}

TEST(user, changing_the_password_ends_all_sessions_but_ones_own)
{
	user_id id = ada(c);
	struct str mine = signed_in(c, ADA, GOOD, HOME), other = signed_in(c, ADA, GOOD, ELSEWHERE);
	bool right;

	test_wait(c, USEC_SECOND);
	WANT_OK(change(c, mine, GOOD, S("another password"), &right));
	WANT(right);
	WANT_I64(id.v, shown(c, mine));
	WANT_I64(0, shown(c, other));
	test_wait(c, USEC_SECOND);
	WANT_I64(id.v, shown(c, signed_in(c, ADA, S("another password"), HOME)));
	WANT_I64(id.v, shown(c, mine));
}

TEST(user, a_wrong_old_password_changes_nothing_and_is_counted)
{
	struct user_attempt_get row;
	user_id id = ada(c);
	struct str mine = signed_in(c, ADA, GOOD, HOME);
	bool right, found;

	test_wait(c, USEC_SECOND);
	WANT_OK(change(c, mine, BAD, S("another password"), &right));
	WANT(!right);
	WANT_OK(user_attempt_get(c, id, HOME, &row, &found));
	WANT(found);
	signed_in(c, ADA, GOOD, HOME);
}

TEST(user, a_new_password_that_is_no_good_is_refused)
{
	struct str mine;
	bool right;

	ada(c);
	mine = signed_in(c, ADA, GOOD, HOME);
	test_wait(c, USEC_SECOND);
	WANT_ERR(ERR_INPUT, change(c, mine, GOOD, S("short"), &right));
}

TEST(user, guessing_the_old_password_with_a_stolen_session_has_to_wait_too)
{
	struct str mine;
	bool right;

	ada(c);
	mine = signed_in(c, ADA, GOOD, HOME);
	test_wait(c, USEC_SECOND);
	for (int i = 0; i < 6; i++)
		WANT_OK(change(c, mine, BAD, S("another password"), &right));
	WANT_ERR(ERR_LIMIT, change(c, mine, GOOD, S("another password"), &right));
}
