/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Sessions and API keys: the rules of the account group. What must end sessions from the reference
 * group (a new password, a closed account) does so by the user's row, which every look at a
 * session joins, so no rule writes both groups.
 */
#include "audit/audit.h"
#include "user/user.sql.h"
#include "user/user_in.h"

enum { SESSIONS_MAX = 50, KEYS_MAX = 20, AGENT_MAX = 200 };

#define SEEN_EVERY_US USEC_MINUTE

static usec idle_from(const struct ctx *c)
{
	return usec_after(c->now, -setting_number(c, "user.session_idle_s") * USEC_SECOND);
}

enum err user_session_start(struct ctx *c, user_id user, struct str agent, struct str *token)
{
	struct str fresh = token_make(c, "ts_", user, TOKEN_SESSION_BYTES);
	usec until = usec_after(c->now, setting_number(c, "user.session_max_s") * USEC_SECOND);
	int64_t ended;

	TRY(user_session_add(c, user, token_hash(c, fresh), ctx_new_id(c), c->now, until,
			     c->actor.address, str_cut(agent, 0, AGENT_MAX)));
	TRY(user_session_trim(c, user, c->now, SESSIONS_MAX, &ended));
	TRY(audit_add(c, user.v, S("user.sign_in"), user.v, S("")));
	*token = fresh;
	return OK;
}

/* Only a writer's connection can note it, and only from time to time. */
static bool note_use(const struct ctx *c, usec seen)
{
	return store_in_txn(c->store) && c->now.us - seen.us > SEEN_EVERY_US;
}

static void set_actor(struct ctx *c, user_id user, int64_t roles, struct str via, struct str hash)
{
	c->actor.id = user.v;
	c->actor.roles = (uint32_t)roles;
	c->actor.name = str_format(c->mem, "%lld", (long long)user.v);
	c->actor.via = via;
	c->actor.token = hash;
}

static enum err gate_session(struct ctx *c, user_id user, struct str hash)
{
	struct user_session_open row;
	bool found;
	int64_t changed;

	TRY(user_session_open(c, user, hash, c->now, idle_from(c), &row, &found));
	if (!found)
		return OK;
	if (note_use(c, row.seen))
		TRY(user_session_seen(c, user, hash, c->now, &changed));
	set_actor(c, user, row.roles, S("session"), hash);
	return OK;
}

static enum err gate_key(struct ctx *c, user_id user, struct str hash)
{
	struct user_key_open row;
	bool found;
	int64_t changed;

	TRY(user_key_open(c, user, hash, c->now, &row, &found));
	if (!found)
		return OK;
	if (note_use(c, row.used))
		TRY(user_key_used(c, user, hash, c->now, &changed));
	set_actor(c, user, row.scopes == 0 ? row.roles : row.roles & row.scopes, S("key"), hash);
	return OK;
}

enum err user_gate(struct ctx *c, struct str token)
{
	user_id user;

	if (token_owner(c, token, "ts_", TOKEN_SESSION_BYTES, &user))
		return gate_session(c, user, token_hash(c, token));
	if (token_owner(c, token, "tk_", TOKEN_SESSION_BYTES, &user))
		return gate_key(c, user, token_hash(c, token));
	return OK;
}

enum err user_must_be_fresh(struct ctx *c)
{
	struct user_session_open row;
	bool found = false;

	if (str_eq(c->actor.via, S("session")))
		TRY(user_session_open(c, user_actor(c), c->actor.token, c->now, idle_from(c), &row,
				      &found));
	if (!found || c->now.us - row.created.us > setting_number(c, "user.fresh_s") * USEC_SECOND)
		return refuse(c, ERR_DENIED, "sign in again before you change this");
	return OK;
}

enum err user_key_add(struct ctx *c, user_id user, struct str label, struct user_key *out)
{
	struct user_key fresh = { token_access_key(c, user),
				  token_make(c, "tk_", user, TOKEN_SESSION_BYTES) };
	struct user_key_count open;
	int64_t changed;

	TRY(user_check_line(c, S("label"), label, USER_NAME_MAX, true));
	TRY(user_key_count(c, user, &open));
	if (open.n >= KEYS_MAX)
		return refuse(c, ERR_LIMIT, "you have %d keys: end one first", KEYS_MAX);
	TRY(user_key_insert(c, user, fresh.access_key, token_hash(c, fresh.secret_key), label,
			    c->now, &changed));
	if (changed == 0)
		return refuse(c, ERR_BUSY, "try again");
	TRY(audit_add(c, user.v, S("user.key_add"), user.v, S("")));
	*out = fresh;
	return OK;
}

/* --- the first operator --- */

struct first {
	user_id user;
	struct user_key key;
};

static enum err add_operator(struct ctx *c, void *arg)
{
	struct str email = S("operator@localhost");
	struct first *first = arg;
	struct user_any any;
	struct user_key_count keys;
	bool found;

	TRY(user_any(c, &any, &found));
	if (!found)
		return user_add(c, &(struct user_new){ S("operator"), email, USER_OPERATOR, S("") },
				&first->user);
	/* A crash may have come between the two transactions: then the operator has no key. */
	TRY(user_key_count(c, any.id, &keys));
	if (!str_eq(any.email, email) || keys.n > 0)
		return refuse(c, ERR_CONFLICT, "the site has users already");
	first->user = any.id;
	return OK;
}

static enum err add_key(struct ctx *c, void *arg)
{
	struct first *first = arg;

	return user_key_add(c, first->user, S("first key"), &first->key);
}

enum err user_first_operator(struct ctx *c, user_id *out, struct user_key *key)
{
	struct first first = { { 0 }, { { 0 }, { 0 } } };

	TRY(store_in_tx(c, add_operator, &first));
	TRY(store_in_tx(c, add_key, &first));
	*out = first.user;
	*key = first.key;
	return OK;
}
