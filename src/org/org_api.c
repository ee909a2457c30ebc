/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "org/org.sql.h"
#include "org/org_in.h"

enum { ROLES_MAX = 5, ORGS_PAGE = 50 };

static void put_id(struct web_reply *reply, int64_t id)
{
	web_status(reply, 201);
	json_object(web_json(reply));
	json_id_of(web_json(reply), "id", id);
	json_object_end(web_json(reply));
}

/* An operator may leave the password to the person, who then asks for a reset mail. */
enum err org_user_before(struct ctx *c, void *form, struct web_reply *reply)
{
	struct new_user_form *f = form;

	(void)reply;
	f->hash = (struct str){ 0 };
	return f->password.len == 0 ? OK : user_password_hash(c, f->password, &f->hash);
}

enum err org_sign_up_before(struct ctx *c, void *form, struct web_reply *reply)
{
	if (setting_number(c, "org.sign_up") == 0)
		return refuse(c, ERR_DENIED, "new accounts are made by the operator of this site");
	return org_user_before(c, form, reply);
}

enum err org_user_post(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct new_user_form *f = form;
	struct user_new fresh = { f->name, f->email, user_role_bit(f->role), f->hash };
	user_id id;

	TRY(org_user_add(c, &fresh, &id));
	put_id(reply, id.v);
	return OK;
}

enum err org_roles_post(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct roles_form *f = form;
	uint32_t roles = 0;

	if (!json_is(f->roles, JSON_LIST) || f->roles->count > ROLES_MAX)
		return refuse_field(c, ERR_INPUT, S("roles"), "this is no list of roles");
	for (size_t i = 0; i < f->roles->count; i++) {
		struct str word;
		uint32_t bit = json_text(json_at(f->roles, i), &word) ? user_role_bit(word) : 0;

		if (bit == 0)
			return refuse_field(
				c, ERR_INPUT, str_format(c->mem, "roles[%zu]", i),
				"a role is worker, requester, reviewer, manager or operator");
		roles |= bit;
	}
	if (f->user == c->actor.id && (roles & USER_OPERATOR) == 0)
		return refuse(c, ERR_CONFLICT, "you cannot take the operator's role from yourself");
	TRY(org_user_set_roles(c, (user_id){ f->user }, roles));
	web_status(reply, 204);
	return OK;
}

/* --- orgs --- */

enum err org_mine_get(struct ctx *c, void *form, struct web_reply *reply)
{
	struct json *out = web_json(reply);

	(void)form;
	json_object(out);
	json_key(out, "items");
	TRY(org_put_mine(c, user_actor(c), out));
	json_object_end(out);
	return OK;
}

/* For operators, who record deposits for orgs that they are not in. */
enum err org_all_get(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct org_all_form *f = form;
	int64_t limit = f->limit > 0 ? f->limit : ORGS_PAGE;
	struct json *out = web_json(reply);
	struct org_all_list *row;
	size_t count;

	TRY(org_all_list(c, (org_id){ f->after }, str_lower(c->mem, str_trim(f->q)), limit, &row,
			 &count));
	json_object(out);
	json_key(out, "items");
	json_list(out);
	for (size_t i = 0; i < count; i++) {
		json_object(out);
		json_id_of(out, "id", row[i].id.v);
		json_text_of(out, "name", row[i].name);
		json_text_of(out, "owner", row[i].owner);
		json_object_end(out);
	}
	json_list_end(out);
	if (count == (size_t)limit)
		json_id_of(out, "next", row[count - 1].id.v);
	json_object_end(out);
	return OK;
}

enum err org_post(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct org_new_form *f = form;
	org_id id;

	TRY(org_add(c, f->name, user_actor(c), &id));
	put_id(reply, id.v);
	return OK;
}

enum err org_get(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct org_form *f = form;
	struct json *out = web_json(reply);
	org_id org = { f->org };
	struct org_member_list *row;
	struct str name;
	size_t count;

	TRY(org_must_be_member(c, org, ORG_REVIEWER));
	TRY(org_name(c, org, &name));
	TRY(org_member_list(c, org, ORG_MEMBERS_MAX, &row, &count));
	json_object(out);
	json_id_of(out, "id", f->org);
	json_text_of(out, "name", name);
	json_key(out, "members");
	json_list(out);
	for (size_t i = 0; i < count; i++) {
		json_object(out);
		json_id_of(out, "user", row[i].user.v);
		json_text_of(out, "name", row[i].name);
		json_text_of(out, "email", row[i].email);
		json_text_of(out, "role", org_role_word(row[i].role));
		json_object_end(out);
	}
	json_list_end(out);
	json_object_end(out);
	return OK;
}

enum err org_member_post(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct member_form *f = form;
	org_id org = { f->org };
	struct user user;
	bool found;

	TRY(org_must_be_member(c, org, ORG_OWNER));
	TRY(user_by_email(c, f->email, &user, &found));
	if (!found || user.disabled)
		return refuse_field(
			c, ERR_INPUT, S("email"),
			"nobody signs in with this address: ask the person to sign up first");
	TRY(org_member_set(c, org, user.id, (enum org_role)org_role_of(f->role)));
	web_status(reply, 204);
	return OK;
}

/* An owner removes anyone; everybody may leave. */
enum err org_member_delete(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct member_end_form *f = form;
	org_id org = { f->org };

	TRY(org_must_be_member(c, org, f->user == c->actor.id ? ORG_REVIEWER : ORG_OWNER));
	TRY(org_member_remove(c, org, (user_id){ f->user }));
	web_status(reply, 204);
	return OK;
}
