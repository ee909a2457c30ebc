/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "review/review.sql.h"
#include "review/review_in.h"

static const struct room_invariant invariants[] = {
	{ "review.decided", &inv_review_decided_stmt,
	  "a person's decision and the answer's state are not the same" },
	{ "review.reason", &inv_review_reason_stmt, "an answer is rejected without a reason" },
	{ "review.contest", &inv_contest_state_stmt,
	  "what was contested is not as it was decided" },
	{ .name = NULL },
};

const struct room review_room = {
	.name = "review",
	.routes = review_routes,
	.jobs = review_jobs,
	.invariants = invariants,
	.about = "People decide on answers, and time decides for them",
};
