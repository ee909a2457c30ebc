/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Quotas: at most so many answers of a kind. A place is a row of who counts, and what counts is
 * told by the state of his assignment, so whatever ends one gives the place back without a word.
 * What makes an ended one count again (late work) comes through here, where claims of a
 * project go one at a time. A counter was turned down: each way in which an assignment
 * ends would have to keep it right.
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

		TRY(quota_others(c, key.project, quota[i].number, key.task, key.worker, &others));
		if (others.n >= quota[i].max) {
			*full = i;
			return OK;
		}
	}
	TRY(quota_place_drop(c, key.project, key.task, key.worker));
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
