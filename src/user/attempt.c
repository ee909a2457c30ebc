/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Two counts for each wrong password: one of the account, one of the address. Both leak away with
 * time. Above some free tries each further wrong one doubles the wait, up to a quarter of an
 * hour. An address from which the owner has signed in before counts for itself, so strangers
 * who keep an account's common count high do not shut its owner out.
 */
#include "user/user.sql.h"
#include "user/user_in.h"

enum { FREE_ACCOUNT = 5, FREE_ADDRESS = 20, WAIT_MAX_S = 900 };

#define LEAK_ACCOUNT_US (15 * USEC_MINUTE)
#define LEAK_ADDRESS_US USEC_MINUTE

static struct str place(const struct attempt *a)
{
	return a->known ? a->address : S("");
}

enum err attempt_make(struct ctx *c, user_id account, struct attempt *out)
{
	struct user_session_from row;
	bool known = false;

	if (account.v != 0 && c->actor.address.len > 0)
		TRY(user_session_from(c, account, c->actor.address, &row, &known));
	*out = (struct attempt){ account, known, c->actor.address };
	return OK;
}

static enum err must_be_free(struct ctx *c, user_id account, struct str where)
{
	struct user_attempt_get row;
	bool found;

	TRY(user_attempt_get(c, account, where, &row, &found));
	if (!found || row.until.us <= c->now.us)
		return OK;
	enum err err = refuse(c, ERR_LIMIT, "too many wrong passwords: wait a little");

	c->refusal.retry_after_s = (row.until.us - c->now.us + USEC_SECOND - 1) / USEC_SECOND;
	return err;
}

enum err attempt_must_be_free(struct ctx *c, const struct attempt *a)
{
	if (a->address.len > 0)
		TRY(must_be_free(c, (user_id){ 0 }, a->address));
	return a->account.v == 0 ? OK : must_be_free(c, a->account, place(a));
}

static enum err count_one(struct ctx *c, user_id account, struct str where, int64_t free_tries,
			  int64_t leak_us)
{
	struct user_attempt_get row;
	bool found;
	int64_t changed;

	TRY(user_attempt_get(c, account, where, &row, &found));
	if (found) {
		int64_t leaked = (c->now.us - row.at.us) / leak_us;
		int64_t fails = row.fails > leaked ? row.fails - leaked + 1 : 1;
		int64_t over = fails - free_tries;
		int64_t wait = over <= 0 ? 0 : over > 10 ? WAIT_MAX_S : (int64_t)1 << (over - 1);

		if (wait > WAIT_MAX_S)
			wait = WAIT_MAX_S;
		TRY(user_attempt_next(c, account, where, row.fails, fails,
				      usec_after(c->now, wait * USEC_SECOND), c->now, &changed));
	} else {
		TRY(user_attempt_first(c, account, where, c->now, &changed));
	}
	if (changed == 0) {
		enum err err = refuse(c, ERR_LIMIT, "one password at a time");

		c->refusal.retry_after_s = 1;
		return err;
	}
	return OK;
}

enum err attempt_failed(struct ctx *c, const struct attempt *a)
{
	if (a->account.v != 0)
		TRY(count_one(c, a->account, place(a), FREE_ACCOUNT, LEAK_ACCOUNT_US));
	if (a->address.len > 0)
		TRY(count_one(c, (user_id){ 0 }, a->address, FREE_ADDRESS, LEAK_ADDRESS_US));
	return OK;
}

enum err attempt_succeeded(struct ctx *c, const struct attempt *a)
{
	int64_t changed;

	return user_attempt_clear(c, a->account, place(a), &changed);
}
