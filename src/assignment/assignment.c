/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Every change names the state it starts from in its WHERE and looks at the count, so two
 * that race are told apart by the store. Places are the task's own count; an
 * assignment takes, fills and gives them back in the same transaction, task first.
 */
#include "assignment/assignment.h"
#include "assignment/assignment.sql.h"
#include "job/job.h"
#include "job/tally.h"

enum { BODY_MAX = 64 * 1024 };

struct str assignment_state_word(int64_t state)
{
	static const char *const word[] = { "none",	"accepted", "submitted", "approved",
					    "rejected", "returned", "expired" };

	CHECK(state >= 0 && state <= ASSIGNMENT_EXPIRED);
	return str_of(word[state]);
}

enum err assignment_accept(struct ctx *c, struct assignment_key key, int64_t allowed_us,
			   struct assignment *out, bool *got)
{
	int64_t changed;

	TRY(task_claim(c, key.project, key.task, got));
	if (!*got)
		return OK;

	/* 52 bits: an epoch is a secret of one lease and must survive a browser's numbers. */
	int64_t epoch = (int64_t)(ctx_random(c) >> 12) + 1;
	usec until = usec_after(c->now, allowed_us);

	TRY(assignment_add(c, key.project, key.task, key.worker, epoch, until, c->now, &changed));
	if (changed == 0) { /* had it before: give the place back */
		*got = false;
		return task_release(c, key.project, key.task);
	}
	*out = (struct assignment){ .key = key,
				    .state = ASSIGNMENT_ACCEPTED,
				    .epoch = epoch,
				    .accepted = c->now,
				    .until = until };
	return OK;
}

enum err assignment_held(struct ctx *c, project_id project, user_id worker, struct assignment *out,
			 bool *found)
{
	struct assignment_held_get row;

	TRY(assignment_held_get(c, project, worker, &row, found));
	if (*found)
		*out = (struct assignment){ .key = { project, row.task, worker },
					    .state = ASSIGNMENT_ACCEPTED,
					    .epoch = row.epoch,
					    .accepted = row.accepted,
					    .until = row.until };
	return OK;
}

enum err assignment_look(struct ctx *c, struct assignment_key key, struct assignment *out,
			 bool *found)
{
	struct assignment_get row;

	TRY(assignment_get(c, key.project, key.task, key.worker, &row, found));
	if (*found)
		*out = (struct assignment){ .key = key,
					    .state = row.state,
					    .epoch = row.epoch,
					    .accepted = row.accepted,
					    .until = row.until };
	return OK;
}

static enum err lease_is_over(struct ctx *c)
{
	return refuse(c, ERR_CONFLICT,
		      "this task is no longer held: its time is over or it was "
		      "given back");
}

/* He has never had the task. Nothing is told of a project that is not for him. */
static enum err no_lease(struct ctx *c, struct assignment_key key)
{
	struct project project;
	struct project_state state;
	bool may;

	TRY(project_get(c, key.project, &project));
	TRY(project_state_get(c, key.project, &state));
	TRY(project_may_work(c, &project, key.worker, &may));
	if (!may || state.state < PROJECT_OPEN)
		return refuse(c, ERR_MISSING, "there is no such project");
	return lease_is_over(c);
}

enum err assignment_must_know(struct ctx *c, struct assignment_key key)
{
	struct assignment row;
	bool found;

	TRY(assignment_look(c, key, &row, &found));
	return found ? OK : no_lease(c, key);
}

enum err assignment_heartbeat(struct ctx *c, struct assignment_key key, int64_t epoch,
			      int64_t allowed_us, usec *until)
{
	struct assignment_extend row;
	bool found;

	TRY(assignment_extend(c, key.project, key.task, key.worker, epoch, c->now, allowed_us,
			      allowed_us * ASSIGNMENT_EXTENSIONS, &row, &found));
	if (!found) {
		TRY(assignment_must_know(c, key));
		return lease_is_over(c);
	}
	*until = row.until;
	return OK;
}

enum err assignment_draft(struct ctx *c, struct assignment_key key, int64_t epoch, struct str body)
{
	int64_t changed;

	if (body.len > BODY_MAX)
		return refuse_field(c, ERR_INPUT, S("answer"), "a draft holds at most %d bytes",
				    BODY_MAX);
	TRY(draft_put(c, key.project, key.task, key.worker, epoch, body, c->now, &changed));
	if (changed == 1)
		return OK;
	TRY(assignment_must_know(c, key));
	return lease_is_over(c);
}

enum err assignment_draft_look(struct ctx *c, struct assignment_key key, struct str *body,
			       bool *found)
{
	struct draft_get row;

	TRY(draft_get(c, key.project, key.task, key.worker, &row, found));
	if (*found)
		*body = row.body;
	return OK;
}

/* What hangs on an answer that has just been taken: the state has moved already. */
static enum err keep_answer(struct ctx *c, struct assignment_key key, struct str body, bool full)
{
	int64_t changed;

	TRY(answer_add(c, key.project, key.task, key.worker, body));
	TRY(draft_drop(c, key.project, key.task, key.worker, &changed));
	TRY(tally_add(c, key.project.v, "submitted", 1));
	return full ? job_gather(c, "quality.judge", key.project.v) : OK;
}

/* The lease has run out, the work is there: it counts if a place is still free. */
static enum err submit_late(struct ctx *c, struct assignment_key key, int64_t epoch,
			    struct str body, int64_t active_ms)
{
	int64_t changed;
	bool got, full;

	TRY(task_fill_late(c, key.project, key.task, &got, &full));
	if (!got)
		return refuse(c, ERR_CONFLICT,
			      "the time for this task was over and others have "
			      "done it since");
	TRY(assignment_submit_set(c, key.project, key.task, key.worker, epoch, ASSIGNMENT_EXPIRED,
				  c->now, active_ms, &changed));
	if (changed == 0)
		return lease_is_over(c);
	return keep_answer(c, key, body, full);
}

enum err assignment_submit(struct ctx *c, struct assignment_key key, int64_t epoch, struct str body,
			   int64_t active_ms, bool *fresh)
{
	struct assignment row;
	int64_t changed;
	bool found, full;

	if (body.len > BODY_MAX)
		return refuse_field(c, ERR_INPUT, S("answer"), "an answer holds at most %d bytes",
				    BODY_MAX);
	*fresh = true;
	TRY(assignment_submit_set(c, key.project, key.task, key.worker, epoch, ASSIGNMENT_ACCEPTED,
				  c->now, active_ms, &changed));
	if (changed == 1) {
		TRY(task_fill(c, key.project, key.task, &full));
		return keep_answer(c, key, body, full);
	}

	TRY(assignment_look(c, key, &row, &found));
	if (!found)
		return no_lease(c, key);
	if (row.epoch != epoch || row.state == ASSIGNMENT_RETURNED)
		return lease_is_over(c);
	if (row.state == ASSIGNMENT_EXPIRED)
		return submit_late(c, key, epoch, body, active_ms);

	struct answer_get kept;
	TRY(answer_get(c, key.project, key.task, key.worker, &kept, &found));
	CHECK(found);
	if (!str_eq(kept.body, body))
		return refuse(c, ERR_CONFLICT, "another answer to this task is already in");
	*fresh = false;
	return OK;
}

enum err assignment_return(struct ctx *c, struct assignment_key key, int64_t epoch)
{
	struct assignment row;
	int64_t changed;
	bool found;

	TRY(assignment_return_set(c, key.project, key.task, key.worker, epoch, &changed));
	if (changed == 1) {
		TRY(task_release(c, key.project, key.task));
		TRY(draft_drop(c, key.project, key.task, key.worker, &changed));
		TRY(tally_add(c, key.project.v, "returned", 1));
		return OK;
	}
	TRY(assignment_look(c, key, &row, &found));
	if (!found)
		return no_lease(c, key);
	if (row.epoch == epoch &&
	    (row.state == ASSIGNMENT_RETURNED || row.state == ASSIGNMENT_EXPIRED))
		return OK;
	return lease_is_over(c);
}

enum err assignment_expire(struct ctx *c, int limit, int *expired)
{
	struct assignment_overdue *row;
	size_t count;

	*expired = 0;
	TRY(assignment_overdue(c, c->now, limit, &row, &count));
	for (size_t i = 0; i < count; i++) {
		int64_t changed;

		TRY(assignment_expire_set(c, row[i].project, row[i].task, row[i].worker, c->now,
					  &changed));
		if (changed == 0)
			continue; /* submitted or extended meanwhile */
		TRY(task_release(c, row[i].project, row[i].task));
		TRY(tally_add(c, row[i].project.v, "expired", 1));
		*expired += 1;
	}
	return OK;
}

enum err assignment_approve_due(struct ctx *c, project_id project, usec upto, int limit,
				int64_t *approved)
{
	TRY(assignment_approve_old(c, project, upto, limit, approved));
	if (*approved == 0)
		return OK;
	TRY(tally_add(c, project.v, "approved", *approved));
	return job_signal(c, "pay.release", project.v);
}

/* From submitted to `to`; `*changed` is false when it was decided before. */
static enum err decide(struct ctx *c, struct assignment_key key, int64_t to, bool *changed)
{
	struct assignment row;
	int64_t count;
	bool found;

	TRY(assignment_decide(c, key.project, key.task, key.worker, to, &count));
	*changed = count == 1;
	if (*changed)
		return OK;
	TRY(assignment_look(c, key, &row, &found));
	if (!found || row.state < ASSIGNMENT_SUBMITTED || row.state > ASSIGNMENT_REJECTED)
		return refuse(c, ERR_MISSING, "there is no such answer");
	return OK;
}

enum err assignment_approve(struct ctx *c, struct assignment_key key, bool *changed)
{
	TRY(decide(c, key, ASSIGNMENT_APPROVED, changed));
	if (!*changed)
		return OK;
	TRY(tally_add(c, key.project.v, "approved", 1));
	return job_signal(c, "pay.release", key.project.v);
}

enum err assignment_reject(struct ctx *c, struct assignment_key key, bool *changed)
{
	TRY(decide(c, key, ASSIGNMENT_REJECTED, changed));
	if (!*changed)
		return OK;
	TRY(task_reopen(c, key.project, key.task));
	TRY(tally_add(c, key.project.v, "rejected", 1));
	return OK;
}

enum err assignment_unpaid(struct ctx *c, project_id project, int limit,
			   struct assignment_unpaid **out, size_t *count)
{
	struct assignment_unpaid_list *row;

	TRY(assignment_unpaid_list(c, project, limit, &row, count));
	*out = NEW_MANY(c->mem, struct assignment_unpaid, *count);
	for (size_t i = 0; i < *count; i++)
		(*out)[i] = (struct assignment_unpaid){ row[i].task, row[i].worker };
	return OK;
}

enum err assignment_mark_paid(struct ctx *c, struct assignment_key key, bool *changed)
{
	int64_t count;

	TRY(assignment_paid_set(c, key.project, key.task, key.worker, &count));
	*changed = count == 1;
	return OK;
}

enum { PACE_MEMORY = 1000 };

enum err assignment_pace_note(struct ctx *c, project_id project, int64_t median_ms, int64_t answers)
{
	struct assignment_pace_get row;
	int64_t changed;
	bool found;

	if (answers <= 0)
		return OK;
	TRY(assignment_pace_get(c, project, &row, &found));
	if (!found)
		row = (struct assignment_pace_get){ .median_ms = median_ms, .answers = 0 };
	if (row.answers > PACE_MEMORY)
		row.answers = PACE_MEMORY;

	int64_t all = row.answers + answers;
	int64_t median = (row.median_ms * row.answers + median_ms * answers) / all;
	return assignment_pace_put(c, project, median, all, &changed);
}
