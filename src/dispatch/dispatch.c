/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The rules of a grant and of an answer, for the requests of one project at a time. What is the
 * same for all of them (the project, its template) is read once.
 */
#include "dispatch/dispatch.h"
#include "dispatch/dispatch.sql.h"
#include "dispatch/dispatch_in.h"
#include "job/job.h"

#include <stdlib.h>

enum err dispatch_desk(struct ctx *c, project_id id, struct dispatch_desk *out)
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
			.time_allowed_s = row.learned != 0 ? 0 : row.time_allowed,
			.approve_after_s = row.approve_after,
			.invited_only = row.invited_only != 0,
			.picking = row.picking != 0,
			.confidence_permille = row.confidence,
		},
		.state = row.state,
		.has_gold = row.gold > 0,
		.has_barred = row.barred > 0,
		.copies = row.copies,
		.again_us = row.again.us,
	};
	out->allowed_us = assignment_allowed_s(out->project.time_allowed_s, row.timed, row.p90_ms) *
			  USEC_SECOND;
	out->p90_us = row.timed > 0 ? row.p90_ms * 1000 : out->allowed_us / 2;
	return OK;
}

/* --- a task for each --- */

/* Is the project published, and for this worker? `*barred`: a person took it from him. */
static enum err look_if_for(struct ctx *c, const struct dispatch_desk *d, user_id worker, bool *may,
			    bool *barred)
{
	*barred = false;
	TRY(project_may_work(c, &d->project, worker, may));
	*may = *may && d->state >= PROJECT_OPEN;
	return *may && d->has_barred ? project_is_barred(c, d->project.id, worker, barred) : OK;
}

static enum err must_be_for(struct ctx *c, const struct dispatch_desk *d, user_id worker)
{
	bool may, barred;

	TRY(look_if_for(c, d, worker, &may, &barred));
	if (!may)
		return refuse(c, ERR_MISSING, "there is no such project");
	if (barred)
		return refuse(c, ERR_DENIED,
			      "your work in this project was paused; a notice tells you why");
	return OK;
}

static enum err must_be_open(struct ctx *c, const struct dispatch_desk *d)
{
	if (d->state == PROJECT_PAUSED)
		return refuse(c, ERR_CONFLICT, "the project is paused");
	if (d->state != PROJECT_OPEN)
		return refuse(c, ERR_CONFLICT, "the project has ended");
	return OK;
}

/* What he holds already: the next one is that one; a picked one may come beside it. */
static enum err find_held(struct ctx *c, const struct dispatch_desk *d,
			  struct dispatch_ask *const *ask, size_t count)
{
	struct assignment *held = NEW_MANY(c->mem, struct assignment, count);
	user_id *worker = NEW_MANY(c->mem, user_id, count);
	bool *found = NEW_MANY(c->mem, bool, count);

	for (size_t i = 0; i < count; i++)
		worker[i] = ask[i]->worker;
	TRY(assignment_held(c, d->project.id, worker, count, held, found));
	for (size_t i = 0; i < count; i++) {
		if (!found[i] || (ask[i]->pick.v != 0 && ask[i]->pick.v != held[i].key.task.v))
			continue;
		ask[i]->got = true;
		ask[i]->lease = held[i];
	}
	return OK;
}

static enum err may_pick(struct ctx *c, const struct dispatch_desk *d, user_id worker)
{
	struct dispatch_held_count held;

	TRY(must_be_open(c, d));
	TRY(dispatch_held_count(c, d->project.id, worker, &held));
	if (held.n >= DISPATCH_HELD_MAX)
		return refuse(c, ERR_LIMIT, "you hold %d tasks here: finish one or give it back",
			      DISPATCH_HELD_MAX);
	return OK;
}

/* Picks are few and each is one worker's own choice: one after the other. */
static enum err pick(struct ctx *c, const struct dispatch_desk *d, struct dispatch_ask *ask)
{
	struct assignment_key key = { d->project.id, ask->pick, ask->worker };

	if (!d->project.picking)
		ask->err = refuse(ask->ctx, ERR_DENIED,
				  "in this project tasks are handed out, not picked");
	if (ask->err != OK)
		return OK;
	TRY(find_held(c, d, &ask, 1));
	if (ask->got)
		return OK;
	ask->err = may_pick(ask->ctx, d, ask->worker);
	if (ask->err != OK)
		return ctx_take_failure(c, ask->ctx);
	return assignment_accept(c, key, d->allowed_us, &ask->lease, &ask->got);
}

static int by_worker(const void *left, const void *right)
{
	const struct dispatch_ask *a = *(struct dispatch_ask *const *)left,
				  *b = *(struct dispatch_ask *const *)right;

	return a->worker.v != b->worker.v ?
		       (a->worker.v > b->worker.v) - (a->worker.v < b->worker.v) :
		       (a > b) - (a < b);
}

/* Who asks twice at once is asked for once: the others get what the first gets. */
static size_t leave_out_twins(struct dispatch_ask **list, size_t count)
{
	size_t n = 0;

	qsort(list, count, sizeof(struct dispatch_ask *), by_worker);
	for (size_t i = 0; i < count; i++)
		if (n == 0 || list[n - 1]->worker.v != list[i]->worker.v)
			list[n++] = list[i];
	return n;
}

static void serve_twins(struct dispatch_ask *ask, size_t count, struct dispatch_ask *const *served,
			size_t n)
{
	for (size_t i = 0; i < count; i++) {
		struct dispatch_ask *key = &ask[i];
		struct dispatch_ask *const *first = NULL;

		if (key->err != OK || key->pick.v != 0 || key->got)
			continue;
		for (size_t low = 0, high = n; low < high && first == NULL;) {
			size_t mid = (low + high) / 2;

			if (served[mid]->worker.v == key->worker.v)
				first = &served[mid];
			else if (served[mid]->worker.v < key->worker.v)
				low = mid + 1;
			else
				high = mid;
		}
		if (first == NULL || *first == key)
			continue;
		key->got = (*first)->got;
		key->lease = (*first)->lease;
	}
}

/* Those who want the next task: what they hold, else one that is looked for. */
static enum err hand_out(struct ctx *c, const struct dispatch_desk *d, struct dispatch_ask *ask,
			 size_t count, struct dispatch_ask **list, size_t n)
{
	size_t looking = 0;
	bool empty = false;

	n = leave_out_twins(list, n);
	struct dispatch_ask **seeker = NEW_MANY(c->mem, struct dispatch_ask *, n);
	TRY(find_held(c, d, list, n));
	for (size_t i = 0; i < n; i++)
		if (!list[i]->got)
			seeker[looking++] = list[i];
	if (d->state == PROJECT_OPEN && looking > 0)
		TRY(dispatch_seek(c, d, seeker, looking));
	for (size_t i = 0; i < looking; i++)
		empty = empty || !seeker[i]->got;
	/* Who has done all that is open: others may wait to be asked on. */
	if (empty && d->state == PROJECT_OPEN && d->project.confidence_permille > 0)
		TRY(job_signal_part(c, "quality.ask", d->project.id.v, 1));
	if (d->state == PROJECT_OPEN && d->copies > 0 && looking > 0)
		TRY(dispatch_copies(c, d, seeker, looking));
	serve_twins(ask, count, list, n);
	for (size_t i = 0; i < count; i++)
		if (ask[i].err == OK && ask[i].pick.v == 0 && !ask[i].got)
			ask[i].err = d->state == PROJECT_OPEN ? OK : must_be_open(ask[i].ctx, d);
	return OK;
}

enum err dispatch_next(struct ctx *c, const struct dispatch_desk *d, struct dispatch_ask *ask,
		       size_t count)
{
	struct dispatch_ask **list = NEW_MANY(c->mem, struct dispatch_ask *, count);
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		ask[i].got = false;
		ask[i].err = must_be_for(ask[i].ctx, d, ask[i].worker);
		TRY(ctx_take_failure(c, ask[i].ctx));
		if (ask[i].err == OK && ask[i].pick.v == 0)
			list[n++] = &ask[i];
	}
	if (n > 0)
		TRY(hand_out(c, d, ask, count, list, n));
	for (size_t i = 0; i < count; i++)
		if (ask[i].err == OK && ask[i].pick.v != 0)
			TRY(pick(c, d, &ask[i]));
	return OK;
}

enum err dispatch_offer_next(struct ctx *c, const struct dispatch_desk *d, struct dispatch_ask *ask,
			     size_t count)
{
	struct dispatch_ask **list = NEW_MANY(c->mem, struct dispatch_ask *, count);
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		bool may, barred;

		ask[i].got = false;
		TRY(look_if_for(c, d, ask[i].worker, &may, &barred));
		if (may && !barred && d->state == PROJECT_OPEN)
			list[n++] = &ask[i];
	}
	return n > 0 ? hand_out(c, d, ask, count, list, n) : OK;
}

/* --- answers --- */

/* What is wrong with an answer tells of the template: only to who has had the task. */
static enum err check_answer(struct ctx *c, struct assignment_key key,
			     const struct kind_template *template, const struct json_value *answer,
			     struct str *canonical)
{
	struct kind_faults faults = kind_faults_make(c->mem, (struct str){ NULL, 0 });

	if (kind_answer_check(&faults, template, answer, canonical))
		return OK;
	TRY(assignment_must_know(c, key));
	return refuse_field(c, ERR_INPUT,
			    str_format(c->mem, "answer.%.*s", STR_ARG(faults.list[0].path)), "%.*s",
			    STR_ARG(faults.list[0].message));
}

int dispatch_quotas(const struct kind_template *t, const struct json_value *answer,
		    struct assignment_quota out[KIND_QUOTAS_MAX])
{
	struct kind_quota met[KIND_QUOTAS_MAX];
	int n = kind_quotas(t, answer, met);

	for (int i = 0; i < n; i++)
		out[i] = (struct assignment_quota){ met[i].number, met[i].max };
	return n;
}

static bool has_quotas(const struct kind_template *t)
{
	struct kind_quota met[KIND_QUOTAS_MAX];

	return kind_quotas(t, NULL, met) > 0;
}

/* Its places in the quotas, which the worker has already where he was asked for them. */
static enum err take_quotas(struct ctx *c, struct assignment_key key, int64_t epoch,
			    const struct kind_template *t, const struct json_value *answer)
{
	struct assignment_quota quota[KIND_QUOTAS_MAX];
	struct kind_quota met[KIND_QUOTAS_MAX];
	int full;

	if (!has_quotas(t))
		return OK;
	TRY(assignment_quota_take(c, key, epoch, quota, dispatch_quotas(t, answer, quota), &full));
	if (full < 0)
		return OK;
	(void)kind_quotas(t, answer, met);
	return refuse_field(c, ERR_CONFLICT,
			    str_format(c->mem, "answer.%.*s", STR_ARG(met[full].field)),
			    "all answers of this kind are in: no more can be taken");
}

/* Those whose answers are right go on; the others have their refusal. */
static enum err check_answers(struct ctx *c, project_id project, const struct kind_template *t,
			      struct dispatch_hand *const *hand, size_t count,
			      struct assignment_hand *out, struct dispatch_hand **of, size_t *n)
{
	*n = 0;
	for (size_t i = 0; i < count; i++) {
		struct dispatch_hand *h = hand[i];
		struct assignment_key key = { project, h->task, h->worker };
		struct str canonical;

		h->err = check_answer(h->ctx, key, t, h->answer, &canonical);
		if (h->err == OK)
			h->err = take_quotas(h->ctx, key, h->epoch, t, h->answer);
		TRY(ctx_take_failure(c, h->ctx));
		if (h->err != OK)
			continue;
		out[*n] = (struct assignment_hand){
			h->ctx, h->task, h->worker, h->epoch, canonical, h->active_ms, OK, false,
		};
		of[(*n)++] = h;
	}
	return OK;
}

static enum err submit_some(struct ctx *c, const struct dispatch_desk *d,
			    const struct kind_template *t, struct dispatch_hand *const *hand,
			    size_t count, bool *any)
{
	struct assignment_hand *out = NEW_MANY(c->mem, struct assignment_hand, count);
	struct dispatch_hand **of = NEW_MANY(c->mem, struct dispatch_hand *, count);
	size_t n;

	TRY(check_answers(c, d->project.id, t, hand, count, out, of, &n));
	TRY(assignment_submit_all(c, d->project.id, d->project.approve_after_s == 0, out, n));
	for (size_t i = 0; i < n; i++) {
		of[i]->err = out[i].err;
		if (out[i].err != OK || !out[i].fresh)
			continue;
		dispatch_seen(c, d, out[i].worker, out[i].task);
		*any = true;
	}
	return OK;
}

/* Rows are changed in the order of the tasks; of one worker's two the first comes first. */
static int by_task(const void *left, const void *right)
{
	const struct dispatch_hand *a = *(struct dispatch_hand *const *)left,
				   *b = *(struct dispatch_hand *const *)right;

	return a->task.v != b->task.v ? (a->task.v > b->task.v) - (a->task.v < b->task.v) :
					(a > b) - (a < b);
}

enum err dispatch_submit(struct ctx *c, const struct dispatch_desk *d, struct dispatch_hand *hand,
			 size_t count)
{
	struct dispatch_hand **list = NEW_MANY(c->mem, struct dispatch_hand *, count);
	struct kind_template template;
	size_t step = count;
	bool any = false;

	kind_template_load(c->mem, d->project.template, &template);
	for (size_t i = 0; i < count; i++)
		list[i] = &hand[i];
	/* What one takes of a quota the next must see, and late work counts only once it is in. */
	if (has_quotas(&template)) {
		qsort(list, count, sizeof(struct dispatch_hand *), by_task);
		step = 1;
	}
	for (size_t i = 0; i < count; i += step)
		TRY(submit_some(c, d, &template, list + i, step, &any));
	return any && d->has_gold ? job_gather(c, "quality.score", d->project.id.v) : OK;
}
