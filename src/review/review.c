/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A decision is the change of the assignment's state; the row in `review` is its reason. */
#include "review/review.h"
#include "notice/notice.h"
#include "project/project.h"
#include "quality/quality.h"
#include "review/review.sql.h"

enum { REASON_MAX = 1000 };

static enum err decided_otherwise(struct ctx *c, struct assignment_key key, int64_t wanted)
{
	struct assignment row;
	bool found;

	TRY(assignment_look(c, key, &row, &found));
	CHECK(found);
	if (row.state == wanted)
		return OK; /* a repeat */
	return refuse(c, ERR_CONFLICT, "this answer is already %.*s",
		      STR_ARG(assignment_state_word(row.state)));
}

enum err review_approve(struct ctx *c, struct assignment_key key)
{
	int64_t count;
	bool changed;

	TRY(assignment_approve(c, key, &changed));
	if (!changed)
		return decided_otherwise(c, key, ASSIGNMENT_APPROVED);
	return review_add(c, key.project, key.task, key.worker, 1, S(""), user_actor(c), c->now,
			  &count);
}

enum err review_reject(struct ctx *c, struct assignment_key key, struct str reason)
{
	struct project project;
	int64_t count;
	bool changed;

	reason = str_trim(reason);
	if (reason.len == 0)
		return refuse_field(c, ERR_INPUT, S("reason"), "a rejection needs a reason");
	if (str_points(reason) > REASON_MAX)
		return refuse_field(c, ERR_INPUT, S("reason"), "a reason has at most %d characters",
				    REASON_MAX);
	TRY(assignment_reject(c, key, &changed));
	if (!changed)
		return decided_otherwise(c, key, ASSIGNMENT_REJECTED);
	TRY(review_add(c, key.project, key.task, key.worker, 0, reason, user_actor(c), c->now,
		       &count));
	TRY(quality_forget(c, key));
	TRY(project_get(c, key.project, &project));
	return job_signal_part(c, "review.tell", key.project.v, key.task.v);
}

enum err review_sweep(struct ctx *c, project_id project, int limit, bool *more)
{
	struct project header;
	int64_t approved;

	TRY(project_get(c, project, &header));
	usec upto = usec_after(c->now, -header.approve_after_s * USEC_SECOND);
	TRY(assignment_approve_due(c, project, upto, limit, &approved));
	*more = approved == limit;
	return OK;
}
