/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "tests/sim/hot.h"

#include "dispatch/dispatch.h"

enum err hot_next(struct ctx *c, project_id project, user_id worker, struct assignment *out,
		  bool *got)
{
	struct dispatch_desk desk;

	TRY(dispatch_desk(c, project, worker, &desk));
	return dispatch_next(c, &desk, out, got);
}

enum err hot_pick(struct ctx *c, project_id project, user_id worker, task_id task,
		  struct assignment *out, bool *got)
{
	struct dispatch_desk desk;

	TRY(dispatch_desk(c, project, worker, &desk));
	return dispatch_pick(c, &desk, task, out, got);
}

enum err hot_submit(struct ctx *c, struct assignment_key key, int64_t epoch, struct str answer,
		    int64_t active_ms)
{
	struct dispatch_desk desk;
	struct json_value *value;

	TRY(dispatch_desk(c, key.project, key.worker, &desk));
	TRY(json_read_own(c, answer, &value));
	return dispatch_submit(c, &desk, key.task, epoch, value, active_ms);
}
