/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * user: the people who can sign in, and how they prove who they are.
 *
 * A person signs in with e-mail and password and is known from then on by a session
 * token in a cookie; a program shows the secret half of an API key. Both kinds of
 * token are 24 random bytes behind the user's number, so that they find their
 * shard; only their SHA-256 is kept. Passwords are kept as argon2id, whose cost is a
 * setting; a hash of older cost is made anew at the next sign-in.
 *
 * Guessing: every wrong password makes the next try from strangers wait longer, for
 * the account and for the address, up to a quarter of an hour; an address from which the
 * account's owner has signed in before has a count of its own, so a stranger cannot lock
 * the owner out. The answer and its time are the same for unknown and known e-mail
 * addresses.
 *
 * A session ends when it is not used for `user.session_idle_s`, at the latest after
 * `user.session_max_s`, and at once when the password changes, when an operator
 * changes the roles or closes the account. "Used" is noted by requests that write, at
 * most once a minute.
 *
 * What a user owns (organisations, balances, work) is the business of other rooms. Making
 * an account and changing its roles are routes and a command of org, because a
 * requester has an organisation; sending the reset mail is a route of notice; the page
 * about oneself (GET /me), which shows balances too, is one of ledger.
 *
 * Users, their keys to a forgotten password and their state are in the reference group;
 * sessions, API keys and attempts in the account group. No rule here writes both.
 */
#ifndef USER_H
#define USER_H
#include "room/room.h"

typedef struct {
	int64_t v;
} user_id;

/*      name       bit  word */
#define USER_ROLE_TABLE(X)           \
	X(WORKER, 1, "worker")       \
	X(REQUESTER, 2, "requester") \
	X(REVIEWER, 4, "reviewer")   \
	X(MANAGER, 8, "manager")     \
	X(OPERATOR, 16, "operator")

enum user_role {
#define USER_ROLE_ENUM(name, bit, word) USER_##name = bit,
	USER_ROLE_TABLE(USER_ROLE_ENUM)
#undef USER_ROLE_ENUM
		USER_ANY_ROLE = 31, /* for routes that any signed-in person may use */
};

enum { USER_NAME_MAX = 100, USER_EMAIL_MAX = 254, USER_PASSWORD_MIN = 8, USER_PASSWORD_MAX = 200 };

/* The words as a member of a view. */
#define USER_ROLES_VIEW "roles:[(worker|requester|reviewer|manager|operator)]"
/* One bit for a role's word, 0 for anything else. */
uint32_t user_role_bit(struct str word);
/* ["worker","requester"] as a value in `out`. */
void user_put_roles(struct json *out, uint32_t roles);

/* Who acts: ctx->actor as a user; number 0 in jobs and commands. */
user_id user_actor(const struct ctx *);

struct user {
	user_id id;
	struct str email; /* small letters */
	struct str name;
	uint32_t roles;
	bool disabled;
	usec created;
	struct str locale; /* "de"; empty: none was chosen, and the device decides */
};

/* ERR_MISSING if there is no such user. */
MUST_USE enum err user_get(struct ctx *, user_id, struct user *out);
/* Any spelling of the address; an absence is `*found` false. */
MUST_USE enum err user_by_email(struct ctx *, struct str email, struct user *out, bool *found);
/* {"id","name","email","roles","locale"} as a value in `out`, for pages about the person itself. */
void user_put(struct json *out, const struct user *);

/* --- making and changing --- */
/*
 * One line of text as people write it: names, labels, subjects. The field named is `field`.
 * ERR_INPUT  empty (unless that is allowed), longer than `max` characters, not UTF-8, or with
 *            control characters
 */
MUST_USE enum err user_check_line(struct ctx *, struct str field, struct str text, size_t max,
				  bool may_be_empty);

struct user_new {
	struct str name;
	struct str email;
	uint32_t roles;
	struct str password_hash; /* of user_password_hash; empty: no password yet */
};

/*
 * ERR_INPUT     field `name`: empty, longer than 100 characters or with control characters;
 *               field `email`: not an address; no role, or an unknown one
 * ERR_CONFLICT  field `email`: somebody has it
 */
MUST_USE enum err user_add(struct ctx *, const struct user_new *, user_id *out);

/* Add roles to what the user has. ERR_MISSING no such user. */
MUST_USE enum err user_grant(struct ctx *, user_id, uint32_t roles);
/* Set the roles; ends the user's sessions. ERR_INPUT none or unknown; ERR_MISSING. */
MUST_USE enum err user_set_roles(struct ctx *, user_id, uint32_t roles);
/*
 * The language that somebody reads: a tag of BCP 47, which the pages may know or not; empty: none.
 * ERR_INPUT it is no tag; ERR_MISSING.
 */
MUST_USE enum err user_set_locale(struct ctx *, user_id, struct str tag);
/* Close or open the account; closing ends its sessions and stills its keys. ERR_MISSING. */
MUST_USE enum err user_set_disabled(struct ctx *, user_id, bool disabled);

/* --- passwords: slow on purpose, never inside a transaction --- */
/*
 * Check a new password and hash it at the cost in the settings.
 * ERR_INPUT  field `password`: shorter than 8 or longer than 200 characters, not UTF-8, or one of
 *            the passwords that everybody tries first
 */
MUST_USE enum err user_password_hash(struct ctx *, struct str password, struct str *out);

/* One line from standard input, for commands. ERR_INPUT there is none. */
MUST_USE enum err user_read_password(struct ctx *, struct str *out);

/* Set a hash as the password: all sessions end but the one that asks; signals `notice.password`.
 * ERR_MISSING no such user. */
MUST_USE enum err user_set_password(struct ctx *, user_id, struct str hash);

/* --- forgotten passwords: a token of 256 bits, once, for 30 minutes; see notice --- */
/* A new token as text, and the hash that is to be kept. Touches nothing. */
struct str user_reset_token(struct ctx *, user_id, struct str *hash);
/* Keep it. Reference group. At most five are open for a user: then an older one is dropped. */
MUST_USE enum err user_reset_keep(struct ctx *, user_id, struct str hash);
/*
 * Set the new password of whom the token names, end all sessions, use up all open tokens.
 * ERR_INPUT     field `token`: unknown, used, or too old
 * ERR_CONFLICT  the account was closed
 */
MUST_USE enum err user_reset_use(struct ctx *, struct str token, struct str password_hash,
				 user_id *who);

/* --- sessions and keys --- */
/*
 * Who shows this token? Sets ctx->actor when it is an open session or key of an open
 * account, and leaves it alone when not. Notes the use when the connection may write.
 */
MUST_USE enum err user_gate(struct ctx *, struct str token);

/* Begin a session: `*token` is shown once, to be kept in the cookie. */
MUST_USE enum err user_session_start(struct ctx *, user_id, struct str agent, struct str *token);

/*
 * Is this a person who signed in not longer ago than `user.fresh_s`? Asked before keys, passwords
 * and payment details change. ERR_DENIED no: sign in again.
 */
MUST_USE enum err user_must_be_fresh(struct ctx *);

struct user_key {
	struct str access_key; /* TK and 18 letters and digits; not secret */
	struct str secret_key; /* tk_…; shown once */
};

/*
 * A new API key with all roles of its user.
 * ERR_INPUT  field `label`: longer than 100 characters or with control characters
 * ERR_LIMIT  the user has 20 open keys
 */
MUST_USE enum err user_key_add(struct ctx *, user_id, struct str label, struct user_key *out);

/*
 * The first operator of an empty site, without a password, and his key, for `tessera init`. Two
 * transactions of its own, since a user and a key live in different groups; call it outside of one.
 * ERR_CONFLICT  the site has users
 */
MUST_USE enum err user_first_operator(struct ctx *, user_id *out, struct user_key *key);

extern const struct room user_room;

#endif
