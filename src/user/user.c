/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* People themselves: the rules of the reference group. Sessions and keys are in session.c. */
#include "audit/audit.h"
#include "user/user.sql.h"
#include "user/user_in.h"

_Static_assert((int)AUDIT_READER == (int)USER_OPERATOR, "operators read the audit book");

enum { RESETS_OPEN_MAX = 5 };

#define RESET_LIFE_US (30 * USEC_MINUTE)

static const struct {
	const char *word;
	uint32_t bit;
} role_rows[] = {
#define ROLE_ROW(name, bit, word) { word, bit },
	USER_ROLE_TABLE(ROLE_ROW)
#undef ROLE_ROW
};

enum { ROLE_COUNT = sizeof(role_rows) / sizeof(role_rows[0]) };

uint32_t user_role_bit(struct str word)
{
	for (int i = 0; i < ROLE_COUNT; i++)
		if (str_eq(word, str_of(role_rows[i].word)))
			return role_rows[i].bit;
	return 0;
}

void user_put_roles(struct json *out, uint32_t roles)
{
	json_list(out);
	for (int i = 0; i < ROLE_COUNT; i++)
		if ((roles & role_rows[i].bit) != 0)
			json_put_text(out, str_of(role_rows[i].word));
	json_list_end(out);
}

user_id user_actor(const struct ctx *c)
{
	return (user_id){ c->actor.id };
}

/* --- looking --- */

enum err user_get(struct ctx *c, user_id id, struct user *out)
{
	struct user_row row;
	bool found;

	TRY(user_row(c, id, &row, &found));
	if (!found)
		return refuse(c, ERR_MISSING, "there is no such user");
	*out = (struct user){ id,	   row.email, row.name, (uint32_t)row.roles, row.state != 0,
			      row.created, row.locale };
	return OK;
}

enum err user_by_email(struct ctx *c, struct str email, struct user *out, bool *found)
{
	struct str lower = str_lower(c->mem, str_trim(email));
	struct user_row_by_email row;

	TRY(user_row_by_email(c, lower, &row, found));
	if (*found)
		*out = (struct user){ row.id,	      lower,	   row.name,  (uint32_t)row.roles,
				      row.state != 0, row.created, row.locale };
	return OK;
}

void user_put(struct json *out, const struct user *user)
{
	json_object(out);
	json_id_of(out, "id", user->id.v);
	json_text_of(out, "name", user->name);
	json_text_of(out, "email", user->email);
	json_key(out, "roles");
	user_put_roles(out, user->roles);
	json_text_of(out, "locale", user->locale);
	json_object_end(out);
}

/* --- checking --- */

static bool has_control(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.at[i] < 32 || text.at[i] == 127)
			return true;
	return false;
}

enum err user_check_line(struct ctx *c, struct str field, struct str text, size_t max,
			 bool may_be_empty)
{
	if (!str_is_utf8(text) || has_control(text))
		return refuse_field(c, ERR_INPUT, field, "this is not one line of plain text");
	if (!may_be_empty && str_trim(text).len == 0)
		return refuse_field(c, ERR_INPUT, field, "this is empty");
	if (str_points(text) > max)
		return refuse_field(c, ERR_INPUT, field, "this is longer than %zu characters", max);
	return OK;
}

/* Letters, digits and what else may stand before the @ without quotes; nothing beyond ASCII. */
static bool is_local_sign(char sign)
{
	return (sign >= 'a' && sign <= 'z') || (sign >= '0' && sign <= '9') ||
	       (sign != 0 && strchr(".!#$%&'*+/=?^_`{|}~-", sign) != NULL);
}

static bool is_host_sign(char sign)
{
	return (sign >= 'a' && sign <= 'z') || (sign >= '0' && sign <= '9') || sign == '-' ||
	       sign == '.';
}

static bool dots_are_between(struct str text)
{
	size_t at;

	return text.len > 0 && text.at[0] != '.' && text.at[text.len - 1] != '.' &&
	       !str_find(text, S(".."), &at);
}

static bool is_email(struct str text)
{
	struct str local, host;

	if (text.len > USER_EMAIL_MAX || !str_split(text, '@', &local, &host) || local.len > 64 ||
	    !dots_are_between(local) || !dots_are_between(host))
		return false;
	for (size_t i = 0; i < local.len; i++)
		if (!is_local_sign(local.at[i]))
			return false;
	for (size_t i = 0; i < host.len; i++)
		if (!is_host_sign(host.at[i]))
			return false;
	return host.at[0] != '-';
}

static enum err check_email(struct ctx *c, struct str email, struct str *lower)
{
	struct str text = str_lower(c->mem, str_trim(email));

	if (!is_email(text))
		return refuse_field(c, ERR_INPUT, S("email"), "this is not an e-mail address");
	*lower = text;
	return OK;
}

static enum err check_roles(struct ctx *c, uint32_t roles)
{
	if (roles == 0 || (roles & ~(uint32_t)USER_ANY_ROLE) != 0)
		return refuse_field(c, ERR_INPUT, S("role"),
				    "a role is worker, requester, reviewer, manager or operator");
	return OK;
}

/* --- making and changing --- */

static struct str roles_detail(struct ctx *c, uint32_t roles)
{
	struct json out = json_make(c->mem, AUDIT_DETAIL_MAX);

	json_object(&out);
	json_key(&out, "roles");
	user_put_roles(&out, roles);
	json_object_end(&out);
	return json_end(&out);
}

enum err user_add(struct ctx *c, const struct user_new *fresh, user_id *out)
{
	struct str email, name = str_trim(fresh->name);
	user_id id = { ctx_new_id(c) };
	int64_t changed;

	TRY(user_check_line(c, S("name"), name, USER_NAME_MAX, false));
	TRY(check_email(c, fresh->email, &email));
	TRY(check_roles(c, fresh->roles));
	TRY(user_insert(c, id, email, name, fresh->roles, fresh->password_hash, S(""), c->now,
			&changed));
	if (changed == 0)
		return refuse_field(c, ERR_CONFLICT, S("email"),
				    "somebody has this e-mail address");
	TRY(audit_add(c, AUDIT_SITE, S("user.add"), id.v, roles_detail(c, fresh->roles)));
	*out = id;
	return OK;
}

static enum err must_have_changed(struct ctx *c, int64_t changed)
{
	return changed == 1 ? OK : refuse(c, ERR_MISSING, "there is no such user");
}

enum err user_grant(struct ctx *c, user_id user, uint32_t roles)
{
	int64_t changed;

	TRY(check_roles(c, roles));
	TRY(user_roles_add(c, user, roles, &changed));
	return must_have_changed(c, changed);
}

enum err user_set_roles(struct ctx *c, user_id user, uint32_t roles)
{
	int64_t changed;

	TRY(check_roles(c, roles));
	TRY(user_roles_set(c, user, roles, c->now, &changed));
	TRY(must_have_changed(c, changed));
	return audit_add(c, AUDIT_SITE, S("user.roles"), user.v, roles_detail(c, roles));
}

enum err user_set_disabled(struct ctx *c, user_id user, bool disabled)
{
	int64_t changed;

	TRY(user_state_set(c, user, disabled, c->now, &changed));
	TRY(must_have_changed(c, changed));
	return audit_add(c, AUDIT_SITE, disabled ? S("user.close") : S("user.open"), user.v, S(""));
}

/* Letters and digits in groups of one to eight, hyphens between: a tag's form, not its sense. */
static bool is_tag(struct str text)
{
	size_t group = 0;

	for (size_t i = 0; i < text.len; i++) {
		char sign = text.at[i];
		bool letter = (sign >= 'a' && sign <= 'z') || (sign >= 'A' && sign <= 'Z');

		if (sign == '-' && group > 0)
			group = 0;
		else if (letter || (sign >= '0' && sign <= '9'))
			group++;
		else
			return false;
		if (group > 8)
			return false;
	}
	return group > 0;
}

enum err user_set_locale(struct ctx *c, user_id user, struct str tag)
{
	int64_t changed;

	if (tag.len > 0 && !is_tag(tag))
		return refuse_field(c, ERR_INPUT, S("locale"),
				    "this is no language tag, such as de or pt-BR");
	TRY(user_locale_set(c, user, tag, &changed));
	return must_have_changed(c, changed);
}

/* --- passwords --- */

enum err user_set_password(struct ctx *c, user_id user, struct str hash)
{
	/* The session that asks goes on, if it is this user's own. */
	struct str keep = c->actor.id == user.v ? c->actor.token : S("");
	int64_t changed;

	TRY(user_password_set(c, user, hash, c->now, keep, &changed));
	TRY(must_have_changed(c, changed));
	TRY(audit_add(c, AUDIT_SITE, S("user.password"), user.v, S("")));
	return job_signal(c, "notice.password", user.v);
}

struct str user_reset_token(struct ctx *c, user_id user, struct str *hash)
{
	struct str token = token_make(c, "tr_", user, TOKEN_RESET_BYTES);

	*hash = token_hash(c, token);
	return token;
}

enum err user_reset_keep(struct ctx *c, user_id user, struct str hash)
{
	int64_t dropped;

	TRY(user_reset_add(c, user, hash, usec_after(c->now, RESET_LIFE_US)));
	return user_reset_trim(c, user, RESETS_OPEN_MAX, &dropped);
}

enum err user_reset_use(struct ctx *c, struct str token, struct str password_hash, user_id *who)
{
	struct user user;
	user_id id;
	int64_t taken = 0;

	if (token_owner(c, token, "tr_", TOKEN_RESET_BYTES, &id))
		TRY(user_reset_take(c, id, token_hash(c, token), c->now, &taken));
	if (taken == 0)
		return refuse_field(c, ERR_INPUT, S("token"),
				    "this link was used before or is too old: ask for a new one");
	TRY(user_get(c, id, &user));
	if (user.disabled)
		return refuse(c, ERR_CONFLICT, "this account is closed");
	TRY(user_reset_drop(c, id, &taken));
	TRY(user_password_set(c, id, password_hash, c->now, S(""), &taken));
	/* Who asks for a reset may have lost the account to somebody who made himself a key. */
	TRY(user_key_end_all(c, id, c->now, &taken));
	TRY(audit_add(c, AUDIT_SITE, S("user.reset"), id.v, S("")));
	*who = id;
	return job_signal(c, "notice.password", id.v);
}
