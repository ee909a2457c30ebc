/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Whoever changes members first changes the org's own row, so that changes of one org wait for
 * each other: two owners who remove each other at the same moment cannot leave none.
 */
#include "audit/audit.h"
#include "org/org.sql.h"
#include "org/org_in.h"

static const char *const role_words[] = { "", "reviewer", "member", "owner" };

struct str org_role_word(int64_t role)
{
	CHECK(role >= ORG_REVIEWER && role <= ORG_OWNER);
	return str_of(role_words[role]);
}

int64_t org_role_of(struct str word)
{
	for (int64_t role = ORG_REVIEWER; role <= ORG_OWNER; role++)
		if (str_eq(word, str_of(role_words[role])))
			return role;
	return 0;
}

static struct str member_detail(struct ctx *c, user_id user, int64_t role)
{
	struct json out = json_make(c->mem, AUDIT_DETAIL_MAX);

	json_object(&out);
	json_id_of(&out, "user", user.v);
	if (role != 0)
		json_text_of(&out, "role", org_role_word(role));
	json_object_end(&out);
	return json_end(&out);
}

enum err org_add(struct ctx *c, struct str name, user_id owner, org_id *out)
{
	org_id id = { ctx_new_id(c) };
	struct str trimmed = str_trim(name);

	TRY(user_check_line(c, S("name"), trimmed, USER_NAME_MAX, false));
	TRY(org_insert(c, id, trimmed, c->now));
	TRY(org_member_put(c, id, owner, ORG_OWNER, c->now));
	TRY(audit_add(c, AUDIT_SITE, S("org.add"), id.v, member_detail(c, owner, ORG_OWNER)));
	*out = id;
	return OK;
}

/* --- users with an org --- */

static enum err settle(struct ctx *c, user_id user, uint32_t roles, struct str name)
{
	struct org_first_get mine;
	bool found;
	org_id fresh;

	if ((roles & USER_REQUESTER) == 0)
		return OK;
	TRY(org_first_get(c, user, ORG_MEMBER, &mine, &found));
	return found ? OK : org_add(c, name, user, &fresh);
}

enum err org_user_add(struct ctx *c, const struct user_new *fresh, user_id *out)
{
	TRY(user_add(c, fresh, out));
	return settle(c, *out, fresh->roles, fresh->name);
}

enum err org_user_set_roles(struct ctx *c, user_id user, uint32_t roles)
{
	struct user row;

	TRY(user_set_roles(c, user, roles));
	TRY(user_get(c, user, &row));
	return settle(c, user, roles, row.name);
}

/* --- looking --- */

enum err org_name(struct ctx *c, org_id org, struct str *out)
{
	struct org_row row;
	bool found;

	TRY(org_row(c, org, &row, &found));
	if (!found)
		return refuse(c, ERR_MISSING, "there is no such organisation");
	*out = row.name;
	return OK;
}

enum err org_must_be_member(struct ctx *c, org_id org, enum org_role at_least)
{
	struct org_role_get row;
	bool found;

	TRY(org_role_get(c, org, user_actor(c), &row, &found));
	if (!found)
		return refuse(c, ERR_MISSING, "there is no such organisation");
	if (row.role < (int64_t)at_least)
		return refuse(c, ERR_DENIED, "as a %s you may not do this", role_words[row.role]);
	return OK;
}

enum err org_list_mine(struct ctx *c, user_id user, struct org_mine **out, size_t *count)
{
	struct org_mine_list *row;

	TRY(org_mine_list(c, user, &row, count));
	*out = NEW_MANY(c->mem, struct org_mine, *count);
	for (size_t i = 0; i < *count; i++)
		(*out)[i] = (struct org_mine){ row[i].id, row[i].name, row[i].role };
	return OK;
}

enum err org_put_mine(struct ctx *c, user_id user, struct json *out)
{
	struct org_mine_list *row;
	size_t count;

	TRY(org_mine_list(c, user, &row, &count));
	json_list(out);
	for (size_t i = 0; i < count; i++) {
		json_object(out);
		json_id_of(out, "id", row[i].id.v);
		json_text_of(out, "name", row[i].name);
		json_text_of(out, "role", org_role_word(row[i].role));
		json_object_end(out);
	}
	json_list_end(out);
	return OK;
}

enum err org_first(struct ctx *c, user_id user, org_id *out)
{
	struct org_first_get row;
	bool found;

	TRY(org_first_get(c, user, ORG_MEMBER, &row, &found));
	if (!found)
		return refuse(c, ERR_MISSING, "you are in no organisation yet");
	*out = row.id;
	return OK;
}

enum err org_people(struct ctx *c, org_id org, enum org_role at_least, user_id **out, size_t *count)
{
	struct org_people_list *row;

	TRY(org_people_list(c, org, at_least, ORG_MEMBERS_MAX, &row, count));
	*out = NEW_MANY(c->mem, user_id, *count);
	for (size_t i = 0; i < *count; i++)
		(*out)[i] = row[i].user;
	return OK;
}

/* --- members --- */

/* From here on this transaction alone changes the org's members. */
static enum err take_turn(struct ctx *c, org_id org)
{
	int64_t changed;

	TRY(org_touch(c, org, &changed));
	return changed == 1 ? OK : refuse(c, ERR_MISSING, "there is no such organisation");
}

static enum err must_have_owner(struct ctx *c, org_id org)
{
	struct org_member_counts n;

	TRY(org_member_counts(c, org, &n));
	if (n.owners == 0)
		return refuse(c, ERR_CONFLICT, "an organisation needs an owner");
	if (n.members > ORG_MEMBERS_MAX)
		return refuse(c, ERR_LIMIT, "an organisation has at most %d members",
			      ORG_MEMBERS_MAX);
	return OK;
}

enum err org_member_set(struct ctx *c, org_id org, user_id user, enum org_role role)
{
	TRY(take_turn(c, org));
	TRY(org_member_put(c, org, user, role, c->now));
	TRY(must_have_owner(c, org));
	TRY(user_grant(c, user, role == ORG_REVIEWER ? USER_REVIEWER : USER_REQUESTER));
	return audit_add(c, AUDIT_SITE, S("org.member"), org.v, member_detail(c, user, role));
}

enum err org_member_remove(struct ctx *c, org_id org, user_id user)
{
	int64_t changed;

	TRY(take_turn(c, org));
	TRY(org_member_drop(c, org, user, &changed));
	if (changed == 0)
		return refuse(c, ERR_MISSING, "this is no member");
	TRY(must_have_owner(c, org));
	return audit_add(c, AUDIT_SITE, S("org.member_end"), org.v, member_detail(c, user, 0));
}
