/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The hints are one table of fixed size, mapped by a hash of worker, project and gold or
 * not; two that fall on one place overwrite each other, which costs a look. Nothing is kept
 * about open tasks: the store's partial index answers that in one step.
 */
#include "dispatch/dispatch.h"
#include "dispatch/dispatch.sql.h"
#include "dispatch/dispatch_in.h"
#include "job/job.h"

enum err dispatch_hints_open(struct ctx *c, struct arena *mem, void *state)
{
	struct dispatch_hints *hints = state;

	(void)c;
	hints->lock = os_lock_new(mem);
	return OK;
}

static struct dispatch_hint *hint_of(struct dispatch_hints *hints, int64_t worker, int64_t project)
{
	uint64_t mix =
		(uint64_t)worker * 0x9e3779b97f4a7c15u ^ (uint64_t)project * 0xc2b2ae3d27d4eb4fu;

	return &hints->slot[(mix ^ mix >> 29) % DISPATCH_HINTS];
}

static task_id hint_get(const struct ctx *c, user_id worker, int64_t project)
{
	struct dispatch_hints *hints = room_state(c, &dispatch_room);
	task_id after = { 0 };

	if (hints == NULL)
		return after;
	os_lock_take(hints->lock);
	const struct dispatch_hint *hint = hint_of(hints, worker.v, project);
	if (hint->worker == worker.v && hint->project == project)
		after.v = hint->after;
	os_lock_give(hints->lock);
	return after;
}

static void hint_set(const struct ctx *c, user_id worker, int64_t project, task_id after)
{
	struct dispatch_hints *hints = room_state(c, &dispatch_room);

	if (hints == NULL)
		return;
	os_lock_take(hints->lock);
	*hint_of(hints, worker.v, project) = (struct dispatch_hint){ worker.v, project, after.v };
	os_lock_give(hints->lock);
}

enum err dispatch_desk(struct ctx *c, project_id id, user_id worker, struct dispatch_desk *out)
{
	struct dispatch_desk_row row;
	bool found;

	TRY(dispatch_desk_row(c, id, &row, &found));
	if (!found)
		return refuse(c, ERR_MISSING, "there is no such project");
	*out = (struct dispatch_desk){
		.project = {
			.id = id,
			.title = row.title,
			.instructions = row.instructions,
			.template = row.template,
			.reward = row.reward,
			.gold_share_permille = row.gold_share,
			.time_allowed_s = row.time_allowed,
			.approve_after_s = row.approve_after,
			.invited_only = row.invited_only != 0,
			.picking = row.picking != 0,
		},
		.state = row.state,
		.has_gold = row.gold > 0,
		.worker = worker,
	};
	return OK;
}

static enum err claim(struct ctx *c, const struct dispatch_desk *d, task_id task,
		      struct assignment *out, bool *got)
{
	struct assignment_key key = { d->project.id, task, d->worker };

	return assignment_accept(c, key, d->project.time_allowed_s * USEC_SECOND, out, got);
}

/* Walk the open tasks behind the hint; a claim that finds nothing moves on. */
static enum err behind_hint(struct ctx *c, const struct dispatch_desk *d, bool gold,
			    struct assignment *out, bool *got)
{
	int64_t slot = gold ? -d->project.id.v : d->project.id.v;
	task_id after = hint_get(c, d->worker, slot);

	for (int tries = 0; tries < DISPATCH_TRIES && !*got; tries++) {
		task_id task;
		bool found;

		TRY(task_next_open(c, d->project.id, after, gold, &task, &found));
		if (!found)
			break;
		TRY(claim(c, d, task, out, got));
		after = task;
	}
	hint_set(c, d->worker, slot, after);
	return OK;
}

/* Nothing behind the hint: a place that opened again before it, or a hint that was lost. */
static enum err anywhere(struct ctx *c, const struct dispatch_desk *d, struct assignment *out,
			 bool *got)
{
	for (int tries = 0; tries < DISPATCH_TRIES && !*got; tries++) {
		struct dispatch_next_unseen row;
		bool found;

		TRY(dispatch_next_unseen(c, d->project.id, d->worker, &row, &found));
		if (!found)
			return OK;
		TRY(claim(c, d, row.task, out, got));
	}
	return OK;
}

/* Is the project published, and for this worker? Then what he holds in it, if anything. */
static enum err held(struct ctx *c, const struct dispatch_desk *d, struct assignment *out,
		     bool *got)
{
	bool may;

	TRY(project_may_work(c, &d->project, d->worker, &may));
	if (!may || d->state < PROJECT_OPEN)
		return refuse(c, ERR_MISSING, "there is no such project");
	return assignment_held(c, d->project.id, d->worker, out, got);
}

static enum err must_be_open(struct ctx *c, const struct dispatch_desk *d)
{
	if (d->state == PROJECT_PAUSED)
		return refuse(c, ERR_CONFLICT, "the project is paused");
	if (d->state != PROJECT_OPEN)
		return refuse(c, ERR_CONFLICT, "the project has ended");
	return OK;
}

enum err dispatch_next(struct ctx *c, const struct dispatch_desk *d, struct assignment *out,
		       bool *got)
{
	TRY(held(c, d, out, got));
	if (*got)
		return OK;
	TRY(must_be_open(c, d));
	bool gold_first =
		d->has_gold && (int64_t)(ctx_random(c) % 1000) < d->project.gold_share_permille;
	TRY(behind_hint(c, d, gold_first, out, got));
	if (!*got && d->has_gold)
		TRY(behind_hint(c, d, !gold_first, out, got));
	return *got ? OK : anywhere(c, d, out, got);
}

static enum err must_have_room(struct ctx *c, const struct dispatch_desk *d)
{
	struct dispatch_held_count held;

	TRY(dispatch_held_count(c, d->project.id, d->worker, &held));
	if (held.n >= DISPATCH_HELD_MAX)
		return refuse(c, ERR_LIMIT, "you hold %d tasks here: finish one or give it back",
			      DISPATCH_HELD_MAX);
	return OK;
}

enum err dispatch_pick(struct ctx *c, const struct dispatch_desk *d, task_id task,
		       struct assignment *out, bool *got)
{
	TRY(held(c, d, out, got));
	if (!d->project.picking)
		return refuse(c, ERR_DENIED, "in this project tasks are handed out, not picked");
	if (*got && out->key.task.v == task.v)
		return OK;
	TRY(must_be_open(c, d));
	TRY(must_have_room(c, d));
	return claim(c, d, task, out, got);
}

/* What is wrong with an answer tells of the template: only to who has had the task. */
static enum err check_answer(struct ctx *c, struct assignment_key key,
			     const struct project *project, const struct json_value *answer,
			     struct str *canonical)
{
	struct kind_faults faults = kind_faults_make(c->mem, (struct str){ NULL, 0 });
	struct kind_template template;

	kind_template_load(c->mem, project->template, &template);
	if (kind_answer_check(&faults, &template, answer, canonical))
		return OK;
	TRY(assignment_must_know(c, key));
	return refuse_field(c, ERR_INPUT,
			    str_format(c->mem, "answer.%.*s", STR_ARG(faults.list[0].path)), "%.*s",
			    STR_ARG(faults.list[0].message));
}

enum err dispatch_submit(struct ctx *c, const struct dispatch_desk *d, task_id task, int64_t epoch,
			 const struct json_value *answer, int64_t active_ms)
{
	struct assignment_key key = { d->project.id, task, d->worker };
	struct str canonical;
	bool fresh;

	TRY(check_answer(c, key, &d->project, answer, &canonical));
	TRY(assignment_submit(c, key, epoch, canonical, active_ms, &fresh));
	if (!fresh)
		return OK;
	if (d->project.approve_after_s == 0)
		TRY(job_gather(c, "review.sweep", key.project.v));
	return d->has_gold ? job_gather(c, "quality.score", key.project.v) : OK;
}
