/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What needs a password to be compared comes in two halves. The look runs argon2 outside of any
 * transaction and turns away whom the count of wrong passwords makes wait; the act
 * looks again, since it alone sees what others have written meanwhile. A wrong password is no
 * refusal here, since a refusal would take the count back with everything else.
 */
#include "audit/audit.h"
#include "user/user.sql.h"
#include "user/user_in.h"

static enum err count_wrong(struct ctx *c, const struct attempt *attempt)
{
	TRY(attempt_must_be_free(c, attempt));
	TRY(attempt_failed(c, attempt));
	if (attempt->account.v == 0)
		return OK;
	return audit_add(c, attempt->account.v, S("user.wrong_password"), attempt->account.v,
			 S(""));
}

enum err sign_in_look(struct ctx *c, struct sign_in_form *f)
{
	struct user user = { .id = { 0 } };
	struct user_secret secret = { .password_hash = S("") };
	bool found;

	TRY(user_by_email(c, f->email, &user, &found));
	if (found)
		TRY(user_secret(c, user.id, &secret, &found));
	TRY(attempt_make(c, user.id, &f->attempt));
	TRY(attempt_must_be_free(c, &f->attempt));
	f->hash = secret.password_hash;
	f->right = password_fits(c, f->hash, f->password);
	f->rehash = (struct str){ 0 };
	if (f->right && password_is_old(c, f->hash))
		TRY(password_rehash(c, f->password, &f->rehash));
	return OK;
}

enum err sign_in(struct ctx *c, const struct sign_in_form *f, struct str *token)
{
	user_id who = f->attempt.account;
	struct user_secret secret;
	bool found;

	*token = (struct str){ 0 };
	if (!f->right)
		return count_wrong(c, &f->attempt);
	TRY(attempt_must_be_free(c, &f->attempt));
	TRY(user_secret(c, who, &secret, &found));
	if (!found || !str_eq(secret.password_hash, f->hash))
		return refuse(c, ERR_CONFLICT, "the password was changed a moment ago");
	if (secret.state != 0)
		return refuse(c, ERR_DENIED, "this account is closed");
	TRY(attempt_succeeded(c, &f->attempt));
	TRY(user_session_start(c, who, f->agent, token));
	if (f->rehash.len == 0)
		return OK;
	TRY(user_rehash_put(c, who, f->hash, f->rehash, c->now));
	return job_signal(c, "user.rehash", who.v);
}

enum err password_look(struct ctx *c, struct password_form *f)
{
	struct user_secret secret;
	bool found;

	TRY(attempt_make(c, user_actor(c), &f->attempt));
	TRY(attempt_must_be_free(c, &f->attempt));
	TRY(user_secret(c, user_actor(c), &secret, &found));
	f->right = password_fits(c, secret.password_hash, f->old);
	f->was = secret.password_hash;
	if (f->right)
		TRY(user_password_hash(c, f->fresh, &f->hash));
	return OK;
}

enum err password_change(struct ctx *c, const struct password_form *f)
{
	struct user_secret secret;
	bool found;

	if (!f->right)
		return count_wrong(c, &f->attempt);
	TRY(user_secret(c, user_actor(c), &secret, &found));
	if (!found || !str_eq(secret.password_hash, f->was))
		return refuse(c, ERR_CONFLICT, "the password was changed a moment ago");
	return user_set_password(c, user_actor(c), f->hash);
}

/* A look at the token first: nobody makes the house hash passwords for nothing. */
enum err reset_look(struct ctx *c, struct reset_form *f)
{
	struct user_reset_look row;
	user_id user;
	bool found = false;

	if (token_owner(c, f->token, "tr_", TOKEN_RESET_BYTES, &user))
		TRY(user_reset_look(c, user, token_hash(c, f->token), c->now, &row, &found));
	if (!found)
		return refuse_field(c, ERR_INPUT, S("token"),
				    "this link was used before or is too old: ask for a new one");
	return user_password_hash(c, f->password, &f->hash);
}
