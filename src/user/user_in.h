/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* user_in: what the files of this room share. */
#ifndef USER_IN_H
#define USER_IN_H
#include "user/user.h"

/* --- token.c: "ts_" or "tk_" or "tr_", then base64url of the user's number and random bytes --- */
enum { TOKEN_SESSION_BYTES = 24, TOKEN_RESET_BYTES = 32 };

struct str token_make(struct ctx *, const char *prefix, user_id, size_t random_bytes);
/* Whose is it? False when it is no token with this prefix and length; says nothing of its truth. */
MUST_USE bool token_owner(struct ctx *, struct str token, const char *prefix, size_t random_bytes,
			  user_id *out);
struct str token_hash(struct ctx *, struct str token);
/* TK and 18 letters and digits, with the user's number inside. */
struct str token_access_key(struct ctx *, user_id);

/* --- password.c --- */
/* Does the password fit the hash? An empty hash fits nothing, and takes as long to say so. */
bool password_fits(struct ctx *, struct str hash, struct str password);
/* Hash a password that is in use already, however weak. ERR_BUSY no memory. */
MUST_USE enum err password_rehash(struct ctx *, struct str password, struct str *out);
/* Was the hash made at another cost than that of the settings? */
bool password_is_old(const struct ctx *, struct str hash);
bool password_is_common(struct str password); /* common.c */

/* --- attempt.c: how long to wait after wrong passwords --- */
struct attempt {
	user_id account; /* 0: nobody of that address */
	bool known;	 /* the account's owner has signed in from here before */
	struct str address;
};

/* Who tries from where: reads sessions. */
MUST_USE enum err attempt_make(struct ctx *, user_id account, struct attempt *out);
/* ERR_LIMIT with the seconds to wait: too many wrong ones were tried. */
MUST_USE enum err attempt_must_be_free(struct ctx *, const struct attempt *);
/* Count a wrong one. ERR_LIMIT another one was counted at the same moment. */
MUST_USE enum err attempt_failed(struct ctx *, const struct attempt *);
MUST_USE enum err attempt_succeeded(struct ctx *, const struct attempt *);

/* --- user_api.c, key_api.c, user_jobs.c, user_cli.c --- */
struct sign_in_form {
	struct str email, password, agent;
	/* filled by `before` */
	struct attempt attempt;
	bool right;
	struct str hash;   /* that was compared with */
	struct str rehash; /* a new one, if its cost is another now */
};

struct password_form {
	struct str old, fresh;
	/* filled by `before` */
	struct attempt attempt;
	bool right;
	struct str was, hash;
};

struct reset_form {
	struct str token, password;
	struct str hash; /* filled by `before` */
};

struct locale_form {
	struct str locale;
};
struct session_form {
	int64_t session;
};
struct key_new_form {
	struct str label;
};
struct key_form {
	struct str key;
};
struct users_form {
	struct str q, role, after;
	int64_t limit;
};
struct state_form {
	int64_t user, disabled;
};

/* --- sign_in.c: in two halves, a slow look before and an act inside the transaction --- */
/* ERR_LIMIT too many wrong passwords. */
MUST_USE enum err sign_in_look(struct ctx *, struct sign_in_form *);
/*
 * A session's token, or an empty one and the try counted when the password was wrong.
 * ERR_LIMIT     too many wrong passwords
 * ERR_DENIED    the account is closed
 * ERR_CONFLICT  the password changed between the halves
 */
MUST_USE enum err sign_in(struct ctx *, const struct sign_in_form *, struct str *token);
/* The actor's own password; ERR_LIMIT as above, ERR_INPUT the new one is no good. */
MUST_USE enum err password_look(struct ctx *, struct password_form *);
/* Changes it, or counts the try when the old one was wrong. ERR_LIMIT and ERR_CONFLICT as above. */
MUST_USE enum err password_change(struct ctx *, const struct password_form *);
/* ERR_INPUT the token is unknown, used or too old, or the password is no good. */
MUST_USE enum err reset_look(struct ctx *, struct reset_form *);

MUST_USE enum err user_sign_in_before(struct ctx *, void *form, struct web_reply *);
MUST_USE enum err user_sign_in_post(struct ctx *, void *form, struct web_reply *);
MUST_USE enum err user_locale_post(struct ctx *, void *form, struct web_reply *);
MUST_USE enum err user_sign_out_post(struct ctx *, void *form, struct web_reply *);
MUST_USE enum err user_password_before(struct ctx *, void *form, struct web_reply *);
MUST_USE enum err user_password_post(struct ctx *, void *form, struct web_reply *);
MUST_USE enum err user_reset_before(struct ctx *, void *form, struct web_reply *);
MUST_USE enum err user_reset_post(struct ctx *, void *form, struct web_reply *);
MUST_USE enum err user_sessions_get(struct ctx *, void *form, struct web_reply *);
MUST_USE enum err user_session_end_post(struct ctx *, void *form, struct web_reply *);
MUST_USE enum err user_keys_get(struct ctx *, void *form, struct web_reply *);
MUST_USE enum err user_key_post(struct ctx *, void *form, struct web_reply *);
MUST_USE enum err user_key_delete(struct ctx *, void *form, struct web_reply *);
MUST_USE enum err user_page_get(struct ctx *, void *form, struct web_reply *);
MUST_USE enum err user_state_post(struct ctx *, void *form, struct web_reply *);

MUST_USE enum err user_rehash_before(struct ctx *, struct job *);
MUST_USE enum err user_rehash_job(struct ctx *, struct job *);
MUST_USE enum err user_sweep_job(struct ctx *, struct job *);
MUST_USE enum err user_reset_sweep_job(struct ctx *, struct job *);

MUST_USE enum err user_key_add_cmd(struct ctx *, const struct room_call *);
MUST_USE enum err user_password_cmd(struct ctx *, const struct room_call *);

#endif
