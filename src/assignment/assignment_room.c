/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "assignment/assignment.sql.h"
#include "assignment/assignment_in.h"

static const struct room_invariant invariants[] = {
	{ "assignment.taken", &inv_assignment_taken_stmt,
	  "a task counts other places as taken than are held" },
	{ "assignment.filled", &inv_assignment_filled_stmt,
	  "a task counts other places as filled than have an answer that counts" },
	{ "assignment.answered", &inv_assignment_answered_stmt,
	  "an answer that was submitted is gone" },
	{ "assignment.assigned", &inv_answer_assigned_stmt,
	  "an answer belongs to no submitted assignment" },
	{ "assignment.quota", &inv_assignment_quota_stmt,
	  "a quota has taken more answers than it may" },
	{ "assignment.quota_stray", &inv_assignment_quota_stray_stmt,
	  "a place of a quota belongs to no assignment that counts" },
	{ .name = NULL },
};

const struct room assignment_room = {
	.name = "assignment",
	.routes = assignment_routes,
	.jobs = assignment_jobs,
	.invariants = invariants,
	.about = "One worker's go at one task, from accept to its end",
};
