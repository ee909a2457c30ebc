/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Signing in and out, passwords, and the operator's list of people. */
#include "audit/audit.h"
#include "user/user.sql.h"
#include "user/user_in.h"

enum { USERS_PAGE = 50 };

/* --- signing in --- */

enum err user_sign_in_before(struct ctx *c, void *form, struct web_reply *reply)
{
	(void)reply;
	return sign_in_look(c, form);
}

enum err user_sign_in_post(struct ctx *c, void *form, struct web_reply *reply)
{
	struct sign_in_form *f = form;
	struct json *out;
	struct user user;
	struct str token;

	TRY(sign_in(c, f, &token));
	if (token.len == 0) {
		web_refusal(reply, ERR_DENIED, S("the e-mail address or the password is wrong"));
		return OK;
	}
	TRY(user_get(c, f->attempt.account, &user));
	web_cookie(reply, token, setting_number(c, "user.session_max_s"));
	out = web_json(reply);
	json_object(out);
	json_key(out, "user");
	user_put(out, &user);
	json_object_end(out);
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

enum err user_locale_post(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct locale_form *f = form;

	TRY(user_set_locale(c, user_actor(c), f->locale));
	web_status(reply, 204);
	return OK;
}

/* --- passwords --- */

enum err user_password_before(struct ctx *c, void *form, struct web_reply *reply)
{
	(void)reply;
	return password_look(c, form);
}

enum err user_password_post(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct password_form *f = form;

	TRY(password_change(c, f));
	if (f->right)
		web_status(reply, 204);
	else
		web_refusal(reply, ERR_DENIED, S("the old password is wrong"));
	return OK;
}

enum err user_reset_before(struct ctx *c, void *form, struct web_reply *reply)
{
	(void)reply;
	return reset_look(c, form);
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
	TRY(user_page(c, (user_id){ after }, str_lower(c->mem, str_trim(f->q)),
		      user_role_bit(f->role), limit, &row, &count));
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
