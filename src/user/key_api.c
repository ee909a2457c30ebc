/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What a person sees of his own sessions and keys. Tokens are shown when made and never again. */
#include "audit/audit.h"
#include "user/user.sql.h"
#include "user/user_in.h"

enum err user_sessions_get(struct ctx *c, void *form, struct web_reply *reply)
{
	usec idle = usec_after(c->now, -setting_number(c, "user.session_idle_s") * USEC_SECOND);
	struct json *out = web_json(reply);
	struct user_session_list *row;
	size_t count;

	(void)form;
	TRY(user_session_list(c, user_actor(c), c->now, idle, &row, &count));
	json_object(out);
	json_key(out, "items");
	json_list(out);
	for (size_t i = 0; i < count; i++) {
		json_object(out);
		json_id_of(out, "id", row[i].id);
		json_time_of(out, "created", row[i].created);
		json_time_of(out, "seen", row[i].seen);
		json_text_of(out, "address", row[i].address);
		json_text_of(out, "agent", row[i].agent);
		json_bool_of(out, "current", str_eq(row[i].token_hash, c->actor.token));
		json_object_end(out);
	}
	json_list_end(out);
	json_object_end(out);
	return OK;
}

enum err user_session_end_post(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct session_form *f = form;
	int64_t ended;

	TRY(user_session_end(c, user_actor(c), f->session, c->now, &ended));
	if (ended == 0)
		return refuse(c, ERR_MISSING, "there is no such session of yours");
	TRY(audit_add(c, c->actor.id, S("user.session_end"), f->session, S("")));
	web_status(reply, 204);
	return OK;
}

enum err user_keys_get(struct ctx *c, void *form, struct web_reply *reply)
{
	struct json *out = web_json(reply);
	struct user_key_list *row;
	size_t count;

	(void)form;
	TRY(user_key_list(c, user_actor(c), &row, &count));
	json_object(out);
	json_key(out, "items");
	json_list(out);
	for (size_t i = 0; i < count; i++) {
		json_object(out);
		json_text_of(out, "access_key", row[i].access_key);
		json_text_of(out, "label", row[i].label);
		json_time_of(out, "created", row[i].created);
		json_time_of(out, "used", row[i].used);
		json_object_end(out);
	}
	json_list_end(out);
	json_object_end(out);
	return OK;
}

enum err user_key_post(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct key_new_form *f = form;
	struct json *out = web_json(reply);
	struct user_key key;

	TRY(user_must_be_fresh(c));
	TRY(user_key_add(c, user_actor(c), f->label, &key));
	web_status(reply, 201);
	json_object(out);
	json_text_of(out, "access_key", key.access_key);
	json_text_of(out, "secret_key", key.secret_key);
	json_object_end(out);
	return OK;
}

enum err user_key_delete(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct key_form *f = form;
	int64_t ended;

	TRY(user_key_end(c, user_actor(c), f->key, c->now, &ended));
	if (ended == 0)
		return refuse(c, ERR_MISSING, "there is no such key of yours");
	TRY(audit_add(c, c->actor.id, S("user.key_end"), c->actor.id, S("")));
	web_status(reply, 204);
	return OK;
}
