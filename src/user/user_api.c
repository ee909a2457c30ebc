/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Signing in and out, passwords, and the operator's list of people. Argon2 runs in a route's
 * `before`, which also turns away whom the count of wrong passwords makes wait; the handler looks
 * again, since it alone sees what other requests have written meanwhile.
 */
#include "audit/audit.h"
#include "user/user.sql.h"
#include "user/user_in.h"

enum { USERS_PAGE = 50 };

/* A refusal that keeps what was written: the wrong password has been counted. */
static enum err answer_wrong(struct ctx *c, struct web_reply *reply, struct str message)
{
	const struct err_row *row = err_row(ERR_DENIED);
	struct json out = json_make(c->mem, 2000);

	json_object(&out);
	json_text_of(&out, "type", S("/problems/denied"));
	json_text_of(&out, "title", str_of(row->plain));
	json_i64_of(&out, "status", row->status);
	json_text_of(&out, "detail", message);
	json_text_of(&out, "request", c->request);
	json_object_end(&out);
	web_status(reply, row->status);
	web_bytes(reply, "application/problem+json", json_end(&out));
	return OK;
}

static enum err count_wrong(struct ctx *c, const struct attempt *attempt)
{
	TRY(attempt_must_be_free(c, attempt));
	TRY(attempt_failed(c, attempt));
	if (attempt->account.v == 0)
		return OK;
	return audit_add(c, attempt->account.v, S("user.wrong_password"), attempt->account.v, S(""));
}

/* --- signing in --- */

enum err user_sign_in_before(struct ctx *c, void *form, struct web_reply *reply)
{
	struct sign_in_form *f = form;
	struct user user = { .id = { 0 } };
	struct user_secret secret = { .password_hash = S("") };
	bool found;

	(void)reply;
	TRY(user_by_email(c, f->email, &user, &found));
	if (found)
		TRY(user_secret(c, user.id, &secret, &found));
	TRY(attempt_make(c, user.id, &f->attempt));
	TRY(attempt_must_be_free(c, &f->attempt));
	f->hash = secret.password_hash;
	f->right = password_fits(c, f->hash, f->password);
	f->rehash = (struct str){ 0 };
	if (f->right && password_is_old(c, f->hash))
		TRY(user_password_hash(c, f->password, &f->rehash));
	return OK;
}

enum err user_sign_in_post(struct ctx *c, void *form, struct web_reply *reply)
{
	struct sign_in_form *f = form;
	struct user user;
	struct user_secret secret;
	struct str token;
	bool found;

	if (!f->right) {
		TRY(count_wrong(c, &f->attempt));
		return answer_wrong(c, reply, S("the e-mail address or the password is wrong"));
	}
	TRY(attempt_must_be_free(c, &f->attempt));
	TRY(user_secret(c, f->attempt.account, &secret, &found));
	if (!found || !str_eq(secret.password_hash, f->hash))
		return refuse(c, ERR_CONFLICT, "the password was changed a moment ago");
	if (secret.state != 0)
		return refuse(c, ERR_DENIED, "this account is closed");
	TRY(attempt_succeeded(c, &f->attempt));
	TRY(user_session_start(c, f->attempt.account, f->agent, &token));
	if (f->rehash.len > 0) {
		TRY(user_rehash_put(c, f->attempt.account, f->hash, f->rehash, c->now));
		TRY(job_signal(c, "user.rehash", f->attempt.account.v));
	}
	TRY(user_get(c, f->attempt.account, &user));
	web_cookie(reply, token, setting_number(c, "user.session_max_s"));
	json_object(web_json(reply));
	json_key(web_json(reply), "user");
	user_put(web_json(reply), &user);
	json_object_end(web_json(reply));
	return OK;
}

/* Who is not signed in is signed out already. */
enum err user_sign_out_post(struct ctx *c, void *form, struct web_reply *reply)
{
	int64_t ended = 0;

	(void)form;
	if (str_eq(c->actor.via, S("session")))
		TRY(user_session_end_token(c, user_actor(c), c->actor.token, c->now, &ended));
	if (ended > 0)
		TRY(audit_add(c, c->actor.id, S("user.sign_out"), c->actor.id, S("")));
	web_cookie(reply, S(""), 0);
	web_status(reply, 204);
	return OK;
}

/* --- passwords --- */

enum err user_password_before(struct ctx *c, void *form, struct web_reply *reply)
{
	struct password_form *f = form;
	struct user_secret secret;
	bool found;

	(void)reply;
	TRY(attempt_make(c, user_actor(c), &f->attempt));
	TRY(attempt_must_be_free(c, &f->attempt));
	TRY(user_secret(c, user_actor(c), &secret, &found));
	f->right = password_fits(c, secret.password_hash, f->old);
	f->was = secret.password_hash;
	if (f->right)
		TRY(user_password_hash(c, f->fresh, &f->hash));
	return OK;
}

enum err user_password_post(struct ctx *c, void *form, struct web_reply *reply)
{
	struct password_form *f = form;
	struct user_secret secret;
	bool found;

	if (!f->right) {
		TRY(count_wrong(c, &f->attempt));
		return answer_wrong(c, reply, S("the old password is wrong"));
	}
	TRY(user_secret(c, user_actor(c), &secret, &found));
	if (!found || !str_eq(secret.password_hash, f->was))
		return refuse(c, ERR_CONFLICT, "the password was changed a moment ago");
	TRY(user_set_password(c, user_actor(c), f->hash));
	web_status(reply, 204);
	return OK;
}

/* A look at the token first: nobody makes the house hash passwords for nothing. */
enum err user_reset_before(struct ctx *c, void *form, struct web_reply *reply)
{
	struct reset_form *f = form;
	struct user_reset_look row;
	user_id user;
	bool found = false;

	(void)reply;
	if (token_owner(c, f->token, "tr_", TOKEN_RESET_BYTES, &user))
		TRY(user_reset_look(c, user, token_hash(c, f->token), c->now, &row, &found));
	if (!found)
		return refuse_field(c, ERR_INPUT, S("token"),
				    "this link was used before or is too old: ask for a new one");
	return user_password_hash(c, f->password, &f->hash);
}

enum err user_reset_post(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct reset_form *f = form;
	user_id who;

	TRY(user_reset_use(c, f->token, f->hash, &who));
	web_status(reply, 204);
	return OK;
}

/* --- for operators --- */

enum err user_page_get(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct users_form *f = form;
	int64_t limit = f->limit > 0 ? f->limit : USERS_PAGE, after = 0;
	struct json *out = web_json(reply);
	struct user_page *row;
	size_t count;

	if (f->after.len > 0 && !num_i64(f->after, 0, INT64_MAX, &after))
		return refuse_field(c, ERR_INPUT, S("after"), "this is no cursor of ours");
	TRY(user_page(c, (user_id){ after }, str_lower(c->mem, str_trim(f->q)), user_role_bit(f->role),
		      limit, &row, &count));
	json_object(out);
	json_key(out, "items");
	json_list(out);
	for (size_t i = 0; i < count; i++) {
		json_object(out);
		json_id_of(out, "id", row[i].id.v);
		json_text_of(out, "name", row[i].name);
		json_text_of(out, "email", row[i].email);
		json_key(out, "roles");
		user_put_roles(out, (uint32_t)row[i].roles);
		json_text_of(out, "state", row[i].state == 0 ? S("open") : S("disabled"));
		json_time_of(out, "created", row[i].created);
		json_object_end(out);
	}
	json_list_end(out);
	if (count == (size_t)limit)
		json_id_of(out, "next", row[count - 1].id.v);
	json_object_end(out);
	return OK;
}

enum err user_state_post(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct state_form *f = form;

	if (f->user == c->actor.id && f->disabled != 0)
		return refuse(c, ERR_CONFLICT, "you cannot close your own account");
	TRY(user_set_disabled(c, (user_id){ f->user }, f->disabled != 0));
	web_status(reply, 204);
	return OK;
}
