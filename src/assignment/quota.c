/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Quotas: at most so many answers of a kind. A place is a row of who counts. Whatever ends an
 * assignment deletes its places in the same transaction, and what makes an ended one count again
 * (late work) comes through here, where claims of a project go one at a time. A counter was turned
 * down: rows can be looked at, and `assignment.quota_stray` finds one that was left.
 *
 * While the turn is held, each quota of an answer costs a walk along its places in the order of the
 * key, of which there are never more than its `max`: ended assignments have none.
 */
#include "assignment/assignment.h"
#include "assignment/assignment.sql.h"
#include "assignment/assignment_in.h"

/* May this answer still come in? The row stays as it is until the transaction ends. */
static enum err hold_open(struct ctx *c, struct assignment_key key, int64_t epoch, bool *open)
{
	struct assignment_hold row;
	bool found;

	TRY(assignment_hold(c, key.project, key.task, key.worker, &row, &found));
	*open = found && row.epoch == epoch &&
		(row.state == ASSIGNMENT_ACCEPTED || row.state == ASSIGNMENT_EXPIRED);
	return OK;
}

enum err assignment_quota_take(struct ctx *c, struct assignment_key key, int64_t epoch,
			       const struct assignment_quota *quota, int count, int *full)
{
	struct quota_place_drop_row row = { key.task, key.worker };
	int64_t changed;
	bool open;

	*full = -1;
	TRY(quota_turn_take(c, key.project, &changed));
	CHECK(changed == 1);
	TRY(hold_open(c, key, epoch, &open));
	if (!open)
		return OK;
	for (int i = 0; i < count; i++) {
		struct quota_others others;

		TRY(quota_others(c, key.project, quota[i].number, key.task, key.worker,
				 quota[i].max, &others));
		if (others.n >= quota[i].max) {
			*full = i;
			return OK;
		}
	}
	TRY(quota_place_drop(c, key.project, &row, 1));
	for (int i = 0; i < count; i++)
		TRY(quota_place_add(c, key.project, quota[i].number, key.task, key.worker,
				    quota[i].max));
	return OK;
}

enum err assignment_screen(struct ctx *c, struct assignment_key key, int64_t epoch,
			   const struct assignment_quota *quota, int count, bool *taken)
{
	int full;

	TRY(assignment_quota_take(c, key, epoch, quota, count, &full));
	*taken = full < 0;
	TRY(assignment_must_hold(c, key, epoch));
	return *taken ? OK : assignment_return(c, key, epoch);
}
