/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* hot: the calls of the hot path, in one place, for whoever is not a socket. */
#ifndef TESTS_SIM_HOT_H
#define TESTS_SIM_HOT_H
#include "assignment/assignment.h"

/* What POST …/accept without a task and POST …/submit do, for one. */
MUST_USE enum err hot_next(struct ctx *, project_id, user_id worker, struct assignment *out,
			   bool *got);
MUST_USE enum err hot_submit(struct ctx *, struct assignment_key, int64_t epoch, struct str answer,
			     int64_t active_ms);

/*
 * The same for all that wait together, as the routes do it: project by project. Each says in
 * `err` what became of it; what is returned is about the whole, as from store_task's `many`.
 */
struct hot_item {
	struct ctx *ctx;
	struct assignment_key key; /* of an ask: a task of 0 is the next one */
	int64_t epoch, active_ms;
	struct str answer;
	enum err err;
	bool got;
	struct assignment lease;
};
MUST_USE enum err hot_ask_many(struct ctx *, struct hot_item *, size_t count);
MUST_USE enum err hot_submit_many(struct ctx *, struct hot_item *, size_t count);

#endif
