/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* People, their passwords, and forgotten ones. */
#include "user/user.sql.h"
#include "user/user_test_in.h"

static enum err add(struct ctx *c, struct str name, struct str email, uint32_t roles)
{
	user_id id;

	return user_add(c, &(struct user_new){ name, email, roles, S("") }, &id);
}

static struct str repeated(struct ctx *c, const char *sign, int count)
{
	struct buf out = buf_make(c->mem, 4000);

	for (int i = 0; i < count; i++)
		buf_add(&out, str_of(sign));
	return buf_str(&out);
}

TEST(user, a_user_is_found_by_any_spelling_of_the_address)
{
	user_id id = added(c, S(" Ada@Example.ORG "), USER_WORKER, S(""));
	struct user user;
	bool found;

	WANT_OK(user_by_email(c, S("ADA@example.org"), &user, &found));
	WANT(found);
	WANT_I64(id.v, user.id.v);
	WANT_STR(S("ada@example.org"), user.email);
	WANT_OK(user_by_email(c, S("eve@example.org"), &user, &found));
	WANT(!found);
}

TEST(user, a_language_is_chosen_by_its_tag_and_may_be_left_to_the_device)
{
	user_id id = added(c, S("ada@example.org"), USER_WORKER, S(""));
	struct str bad[] = { S("-"),	 S("de-"), S("-de"),	   S("de--AT"),	  S("d e"),
			     S("de_AT"), S("<b>"), S("abcdefghi"), S("d\xc3\xa9") };
	struct user user;

	WANT_OK(user_get(c, id, &user));
	WANT_STR(S(""), user.locale);
	WANT_OK(user_set_locale(c, id, S("zh-Hant-TW")));
	WANT_OK(user_get(c, id, &user));
	WANT_STR(S("zh-Hant-TW"), user.locale);
	WANT_OK(user_set_locale(c, id, S("")));
	WANT_OK(user_get(c, id, &user));
	WANT_STR(S(""), user.locale);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		WANT_ERR(ERR_INPUT, user_set_locale(c, id, bad[i]));
	WANT_ERR(ERR_MISSING, user_set_locale(c, (user_id){ id.v + 1 }, S("de")));
}

TEST(user, two_users_cannot_have_one_address)
{
	added(c, S("ada@example.org"), USER_WORKER, S(""));
	WANT_ERR(ERR_CONFLICT, add(c, S("Eve"), S("ADA@example.org"), USER_WORKER));
}

TEST(user, what_is_no_address_is_refused)
{
	struct str bad[] = { S(""),
			     S("ada"),
			     S("@example.org"),
			     S("ada@"),
			     S("a da@example.org"),
			     S("ada@exam ple.org"),
			     S("ada@@example.org"),
			     S("ada@example.org\n"),
			     S("ada\r\nBcc: eve@example.org"),
			     S(".ada@example.org"),
			     S("ada.@example.org"),
			     S("a..a@example.org"),
			     S("ada@-example.org"),
			     S("ada@.org"),
			     S("ada@example.org>"),
			     S("\"ada\"@example.org"),
			     S("ad\xc3\xa4@example.org"),
			     S("ada@ex\xc3\xa4mple.org") };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		enum err err = add(c, S("Ada"), bad[i], USER_WORKER);

		/* A line end around the address is only a blank. */
		if (i == 7) {
			WANT_OK(err);
			continue;
		}
		WANT_STR(S("email"), c->refusal.field);
		WANT_ERR(ERR_INPUT, err);
	}
	WANT_ERR(ERR_INPUT,
		 add(c, S("Ada"),
		     str_format(c->mem, "%.*s@example.org", STR_ARG(repeated(c, "a", 65))),
		     USER_WORKER));
}

TEST(user, a_name_is_one_line_of_at_most_a_hundred_characters)
{
	WANT_OK(add(c, repeated(c, "\xc3\xa4", 100), S("a@example.org"), USER_WORKER));
	WANT_ERR(ERR_INPUT, add(c, repeated(c, "a", 101), S("b@example.org"), USER_WORKER));
	WANT_ERR(ERR_INPUT, add(c, S("  "), S("b@example.org"), USER_WORKER));
	WANT_ERR(ERR_INPUT, add(c, S("Ada\nEve"), S("b@example.org"), USER_WORKER));
	WANT_ERR(ERR_INPUT, add(c, S("Ada\x7f"), S("b@example.org"), USER_WORKER));
}

TEST(user, a_role_is_one_of_five)
{
	WANT_ERR(ERR_INPUT, add(c, S("Ada"), S("a@example.org"), 0));
	WANT_ERR(ERR_INPUT, add(c, S("Ada"), S("a@example.org"), 32));
	WANT_I64(0, user_role_bit(S("owner")));
	WANT_I64(0, user_role_bit(S("")));
	WANT_I64(USER_OPERATOR, user_role_bit(S("operator")));
}

TEST(user, a_grant_adds_to_the_roles_and_a_setting_replaces_them)
{
	user_id id = added(c, S("ada@example.org"), USER_WORKER, S(""));
	struct user user;

	WANT_OK(user_grant(c, id, USER_REVIEWER));
	WANT_OK(user_get(c, id, &user));
	WANT_I64(USER_WORKER | USER_REVIEWER, user.roles);
	WANT_OK(user_set_roles(c, id, USER_REQUESTER));
	WANT_OK(user_get(c, id, &user));
	WANT_I64(USER_REQUESTER, user.roles);
	WANT_ERR(ERR_INPUT, user_set_roles(c, id, 0));
	WANT_ERR(ERR_INPUT, user_grant(c, id, 64));
}

TEST(user, nobody_is_missing_everywhere)
{
	user_id nobody = { 4711 };
	struct user user;

	WANT_ERR(ERR_MISSING, user_get(c, nobody, &user));
	WANT_ERR(ERR_MISSING, user_grant(c, nobody, USER_WORKER));
	WANT_ERR(ERR_MISSING, user_set_roles(c, nobody, USER_WORKER));
	WANT_ERR(ERR_MISSING, user_set_disabled(c, nobody, true));
	WANT_ERR(ERR_MISSING, user_set_password(c, nobody, S("x")));
}

/* --- passwords --- */

TEST(user, passwords_of_eight_to_two_hundred_characters_are_taken_as_they_are)
{
	struct str good[] = { S("8 signs!"), S("  spaces around  "),
			      S("\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f"
				"\xe2\x82\xac\xf0\x9f\x8d\xb0zz"),
			      repeated(c, "x", 64), repeated(c, "\xe2\x82\xac", 200) };
	struct str hash;

	cheap(c);
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		WANT_OK(user_password_hash(c, good[i], &hash));
		WANT(password_fits(c, hash, good[i]));
		WANT(!password_fits(c, hash, str_cut(good[i], 0, good[i].len - 1)));
	}
}

TEST(user, short_long_broken_and_common_passwords_are_refused)
{
	struct str bad[] = { S(""),
			     S("7 signs"),
			     repeated(c, "x", 201),
			     S("abc\xff"
			       "defgh"),
			     S("password"),
			     S("PassWord1"),
			     S("12345678"),
			     S("qwertyuiop"),
			     S("iloveyou") };
	struct str hash;

	cheap(c);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		enum err err = user_password_hash(c, bad[i], &hash);

		WANT_STR(S("password"), c->refusal.field);
		WANT_ERR(ERR_INPUT, err);
	}
}

TEST(user, a_hash_is_argon2id_at_the_cost_of_the_settings_with_a_salt_of_its_own)
{
	struct str one, two;

	WANT_OK(user_password_hash(c, S("a fine password"), &one));
	WANT_OK(user_password_hash(c, S("a fine password"), &two));
	WANT(str_starts(one, S("$argon2id$v=19$m=19456,t=2,p=1$")));
	WANT(!str_eq(one, two));
	WANT(password_fits(c, one, S("a fine password")));
	WANT(!password_is_old(c, one));
	cheap(c);
	WANT(password_is_old(c, one));
}

TEST(user, an_unknown_user_takes_as_long_as_a_known_one)
{
	int64_t known = 0, unknown = 0, at;
	struct str hash;

	WANT_OK(user_password_hash(c, S("a fine password"), &hash));
	for (int i = 0; i < 3; i++) {
		at = os_cpu_us();
		WANT(!password_fits(c, hash, S("another password")));
		known += os_cpu_us() - at;
		at = os_cpu_us();
		WANT(!password_fits(c, S(""), S("another password")));
		unknown += os_cpu_us() - at;
	}
	WANT(unknown * 2 > known && known * 2 > unknown);
}

/* --- forgotten passwords --- */

static struct str reset_token(struct ctx *c, user_id user)
{
	struct str hash, token = user_reset_token(c, user, &hash);

	WANT_OK(user_reset_keep(c, user, hash));
	return token;
}

static enum err reset(struct ctx *c, struct str token, struct str password)
{
	struct reset_form form = { .token = token, .password = password };
	user_id who;

	TRY(reset_look(c, &form));
	return user_reset_use(c, token, form.hash, &who);
}

TEST(user, a_reset_token_sets_the_password_once)
{
	struct str mail = S("ada@example.org");
	user_id id;

	cheap(c);
	id = added(c, mail, USER_WORKER, S("the old password"));
	struct str token = reset_token(c, id), other = reset_token(c, id), session;
	struct str before = signed_in(c, mail, S("the old password"), S("192.0.2.1"));

	test_wait(c, USEC_SECOND);
	WANT_I64(id.v, shown(c, before));
	WANT_OK(reset(c, token, S("the new password")));
	WANT_I64(0, shown(c, before));
	WANT_ERR(ERR_INPUT, reset(c, token, S("a third password")));
	WANT_ERR(ERR_INPUT, reset(c, other, S("a third password")));
	WANT_OK(try_sign_in(c, mail, S("the old password"), S("192.0.2.1"), &session));
	WANT_I64(0, (int64_t)session.len);
	test_wait(c, USEC_SECOND);
	WANT_I64(id.v, shown(c, signed_in(c, mail, S("the new password"), S("192.0.2.1"))));
}

TEST(user, a_reset_ends_the_keys_too)
{
	struct user_key key;
	user_id id;

	cheap(c);
	id = added(c, S("ada@example.org"), USER_WORKER, S("the old password"));
	WANT_OK(user_key_add(c, id, S("notebook"), &key));
	struct str token = reset_token(c, id);

	test_wait(c, USEC_SECOND);
	WANT_I64(id.v, shown(c, key.secret_key));
	WANT_OK(reset(c, token, S("the new password")));
	WANT_I64(0, shown(c, key.secret_key));
}

TEST(user, a_reset_token_lives_half_an_hour)
{
	struct str token;
	user_id id;

	cheap(c);
	id = added(c, S("ada@example.org"), USER_WORKER, S("the old password"));
	token = reset_token(c, id);
	test_wait(c, 30 * USEC_MINUTE + 1);
	WANT_ERR(ERR_INPUT, reset(c, token, S("the new password")));
	WANT_ERR(ERR_INPUT, user_reset_use(c, token, S("hash"), &id));
	token = reset_token(c, id);
	test_wait(c, 30 * USEC_MINUTE - 1);
	WANT_OK(reset(c, token, S("the new password")));
}

TEST(user, a_reset_token_of_another_user_or_of_nobody_is_refused)
{
	user_id ada, eve;
	struct str hash;

	cheap(c);
	ada = added(c, S("ada@example.org"), USER_WORKER, S("the old password"));
	eve = added(c, S("eve@example.org"), USER_WORKER, S("the old password"));
	struct str token = user_reset_token(c, ada, &hash);
	WANT_OK(user_reset_keep(c, eve, hash));
	WANT_ERR(ERR_INPUT, reset(c, token, S("the new password")));
	WANT_ERR(ERR_INPUT, reset(c, S("tr_x"), S("the new password")));
	WANT_ERR(ERR_INPUT, reset(c, S(""), S("the new password")));
	/* The second half says the same as the first. */
	user_id who;
	WANT_ERR(ERR_INPUT, user_reset_use(c, token, S("x"), &who));
}

TEST(user, a_closed_account_is_not_opened_by_a_reset)
{
	user_id id, who;
	struct str token;

	cheap(c);
	id = added(c, S("ada@example.org"), USER_WORKER, S("the old password"));
	token = reset_token(c, id);
	WANT_OK(user_set_disabled(c, id, true));
	WANT_ERR(ERR_CONFLICT, user_reset_use(c, token, S("x"), &who));
}

TEST(user, only_the_five_newest_reset_tokens_are_open)
{
	struct str token[7];
	user_id id;

	cheap(c);
	id = added(c, S("ada@example.org"), USER_WORKER, S("the old password"));
	for (int i = 0; i < 7; i++) {
		token[i] = reset_token(c, id);
		test_wait(c, USEC_SECOND);
	}
	WANT_ERR(ERR_INPUT, reset(c, token[1], S("the new password")));
	WANT_OK(reset(c, token[2], S("the new password")));
}

TEST(user, old_reset_tokens_are_swept_and_living_ones_are_not)
{
	user_id id = added(c, S("ada@example.org"), USER_WORKER, S(""));
	struct str token = reset_token(c, id), young;
	struct user_reset_look row;
	bool found;

	test_wait(c, USEC_HOUR);
	young = reset_token(c, id);
	test_run_jobs(c);
	WANT_OK(user_reset_look(c, id, token_hash(c, token), (usec){ 0 }, &row, &found));
	WANT(!found);
	WANT_OK(user_reset_look(c, id, token_hash(c, young), (usec){ 0 }, &row, &found));
	WANT(found);
}

/* --- the first operator --- */

TEST(user, an_empty_site_gets_one_operator_and_a_key)
{
	struct user_key key, again;
	struct user user;
	user_id id, other;

	WANT_OK(user_first_operator(c, &id, &key));
	WANT_OK(user_get(c, id, &user));
	WANT_I64(USER_OPERATOR, user.roles);
	WANT_I64(id.v, shown(c, key.secret_key));
	WANT_I64(USER_OPERATOR, c->actor.roles);
	WANT_ERR(ERR_CONFLICT, user_first_operator(c, &other, &again));
}

TEST(user, a_crash_between_the_operator_and_his_key_is_made_good)
{
	struct user_key key;
	user_id id = added(c, S("operator@localhost"), USER_OPERATOR, S("")), same;

	WANT_OK(user_first_operator(c, &same, &key));
	WANT_I64(id.v, same.v);
}

TEST(user, a_site_with_people_gets_no_first_operator)
{
	struct user_key key;
	user_id id;

	added(c, S("ada@example.org"), USER_WORKER, S(""));
	WANT_ERR(ERR_CONFLICT, user_first_operator(c, &id, &key));
}
