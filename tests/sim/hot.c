/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "tests/sim/hot.h"

#include "dispatch/dispatch.h"

static enum err ask(struct ctx *c, project_id project, struct dispatch_ask ask,
		    struct assignment *out, bool *got)
{
	struct dispatch_desk desk;

	ask.ctx = c;
	TRY(dispatch_desk(c, project, &desk));
	TRY(dispatch_next(c, &desk, &ask, 1));
	*got = ask.got;
	if (ask.got)
		*out = ask.lease;
	return ask.err;
}

enum err hot_next(struct ctx *c, project_id project, user_id worker, struct assignment *out,
		  bool *got)
{
	return ask(c, project, (struct dispatch_ask){ .worker = worker }, out, got);
}

enum err hot_pick(struct ctx *c, project_id project, user_id worker, task_id task,
		  struct assignment *out, bool *got)
{
	return ask(c, project, (struct dispatch_ask){ .worker = worker, .pick = task }, out, got);
}

enum err hot_submit(struct ctx *c, struct assignment_key key, int64_t epoch, struct str answer,
		    int64_t active_ms)
{
	struct dispatch_hand hand = { c, key.worker, key.task, epoch, NULL, active_ms, OK };
	struct dispatch_desk desk;
	struct json_value *value;

	TRY(dispatch_desk(c, key.project, &desk));
	TRY(json_read_own(c, answer, &value));
	hand.answer = value;
	TRY(dispatch_submit(c, &desk, &hand, 1));
	return hand.err;
}
