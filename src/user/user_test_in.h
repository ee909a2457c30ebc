/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* user_test_in: what the tests of this room share. */
#ifndef USER_TEST_IN_H
#define USER_TEST_IN_H
#include "base/setting.h"
#include "tests/test.h"
#include "user/user_in.h"

/* Hashing as cheap as the library allows, so that a test may do it often. */
static inline void cheap_with(struct ctx *c, struct str conf)
{
	static char *const nothing[] = { NULL };
	const struct setting *const lists[] = { user_room.settings };
	struct setting_values *values;

	WANT_OK(setting_load(c, lists, 1, conf, nothing, &values));
	c->settings = values;
}

static inline void cheap(struct ctx *c)
{
	cheap_with(c, S("user.password_kib = 8\nuser.password_ops = 1\n"));
}

static inline user_id added(struct ctx *c, struct str email, uint32_t roles, struct str password)
{
	struct user_new fresh = { S("Ada"), email, roles, S("") };
	user_id id;

	if (password.len > 0)
		WANT_OK(user_password_hash(c, password, &fresh.password_hash));
	WANT_OK(user_add(c, &fresh, &id));
	return id;
}

/* Both halves of a sign-in from an address; the token is empty when the password was wrong. */
static inline enum err try_sign_in(struct ctx *c, struct str email, struct str password,
				   struct str address, struct str *token)
{
	struct sign_in_form form = { .email = email, .password = password, .agent = S("test") };

	c->actor = (struct actor){ .via = S("test"), .address = address };
	TRY(sign_in_look(c, &form));
	return sign_in(c, &form, token);
}

static inline struct str signed_in(struct ctx *c, struct str email, struct str password,
				   struct str address)
{
	struct str token;

	WANT_OK(try_sign_in(c, email, password, address, &token));
	WANT(token.len > 0);
	return token;
}

/* Whom a token opens the gate for; 0 when nobody. */
static inline int64_t shown(struct ctx *c, struct str token)
{
	c->actor = (struct actor){ .via = S("test"), .address = S("192.0.2.1") };
	WANT_OK(user_gate(c, token));
	return c->actor.id;
}

#endif
