/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * user.rehash carries a hash of new cost from the account side, where the sign-in left it, to
 * the user's row: `before` reads the one side, the body writes the other.
 */
#include "user/user.sql.h"
#include "user/user_in.h"

#define KEEP_SESSIONS_US (90 * USEC_DAY)

enum err user_rehash_before(struct ctx *c, struct job *job)
{
	struct user_rehash_get *row = NEW(c->mem, struct user_rehash_get);
	bool found;

	TRY(user_rehash_get(c, (user_id){ job->key }, row, &found));
	job->prepared = found ? row : NULL;
	return OK;
}

/* Says nothing when the password is another one by now: that one is new anyway. */
enum err user_rehash_job(struct ctx *c, struct job *job)
{
	const struct user_rehash_get *row = job->prepared;
	int64_t changed;

	if (row == NULL)
		return OK;
	return user_password_renew(c, (user_id){ job->key }, row->was, row->hash, &changed);
}

/* Ended sessions are kept for a time: they say from where an owner has signed in. */
enum err user_sweep_job(struct ctx *c, struct job *job)
{
	int64_t changed;

	(void)job;
	TRY(user_session_sweep(c, usec_after(c->now, -KEEP_SESSIONS_US), &changed));
	TRY(user_attempt_sweep(c, usec_after(c->now, -USEC_DAY), &changed));
	TRY(user_rehash_sweep(c, usec_after(c->now, -USEC_DAY), &changed));
	return OK;
}

enum err user_reset_sweep_job(struct ctx *c, struct job *job)
{
	int64_t changed;

	(void)job;
	return user_reset_sweep(c, c->now, &changed);
}
