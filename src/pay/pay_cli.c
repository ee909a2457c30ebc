/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* `tessera project publish`: agree to the quote as it stands, and wait until it is open. */
#include "job/job.h"
#include "os/os.h"
#include "pay/pay_in.h"
#include <stdio.h>

enum { JOBS_AT_ONCE = 10, WAIT_US = 50000, WAITS_MAX = 2400 };

const struct room_option pay_publish_options[] = {
	{ "project", true, false, NULL, "the project's number" },
	{ 0 },
};

struct publishing {
	project_id project;
	struct project_state state;
};

static enum err publish_tx(struct ctx *c, void *arg)
{
	return pay_publish(c, ((struct publishing *)arg)->project);
}

static enum err look_tx(struct ctx *c, void *arg)
{
	struct publishing *p = arg;

	return project_state_get(c, p->project, &p->state);
}

/* Run jobs, or see a server run them, until the tasks are cut. */
static enum err wait_open(struct ctx *c, const struct room_call *call, struct publishing *p)
{
	struct progress *progress =
		progress_start(c->mem, call->clock, "publish", "steps", -1, call->as_json);
	struct os_lock *lock = os_lock_new(c->mem);
	int64_t steps = 0;
	int ran, waits = 0;

	for (;;) {
		struct arena_mark mark = arena_mark(c->mem);

		TRY(store_in_tx(c, look_tx, p));
		if (p->state.state != PROJECT_DRAFT && p->state.state != PROJECT_FUNDING)
			break;
		c->now = clock_now(call->clock);
		TRY(job_run_due(c, call->kinds, JOBS_AT_ONCE, &ran));
		progress_at(progress, steps += ran);
		if (ran == 0) {
			if (++waits > WAITS_MAX)
				return refuse(c, ERR_BUSY,
					      "it is paid for, but its tasks are not cut yet");
			os_lock_take(lock);
			os_lock_wait(lock, WAIT_US);
			os_lock_give(lock);
		}
		arena_reset(c->mem, mark);
	}
	progress_done(progress);
	return OK;
}

enum err pay_publish_command(struct ctx *c, const struct room_call *call)
{
	struct publishing p = { .project = { 0 } };

	if (!num_i64(room_option(call, "project"), 1, INT64_MAX, &p.project.v))
		return refuse_field(c, ERR_INPUT, S("project"), "this is not a project's number");
	TRY(store_in_tx(c, publish_tx, &p));
	TRY(wait_open(c, call, &p));
	printf(call->as_json ? "{\"id\":\"%lld\",\"tasks\":%lld}\n" :
			       "project %lld is open with %lld tasks\n",
	       (long long)p.project.v, (long long)p.state.tasks);
	return OK;
}
