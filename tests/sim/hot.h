/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* hot: the calls of the hot path, in one place, for whoever is not a socket. */
#ifndef TESTS_SIM_HOT_H
#define TESTS_SIM_HOT_H
#include "assignment/assignment.h"

/* What POST …/accept does, without and with a task; and POST …/submit. */
MUST_USE enum err hot_next(struct ctx *, project_id, user_id worker, struct assignment *out,
			   bool *got);
MUST_USE enum err hot_pick(struct ctx *, project_id, user_id worker, task_id,
			   struct assignment *out, bool *got);
MUST_USE enum err hot_submit(struct ctx *, struct assignment_key, int64_t epoch, struct str answer,
			     int64_t active_ms);

#endif
