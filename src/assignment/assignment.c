/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Every change names the state it starts from in its WHERE and looks at the count, so two
 * that race are told apart by the store. Places are the task's own count; an
 * assignment takes, fills and gives them back in the same transaction. Accepts and submits come
 * many at once: each statement runs once for all of them, and what is in nobody's way is told
 * apart afterwards.
 */
#include "assignment/assignment.h"
#include "assignment/assignment.sql.h"
#include "assignment/assignment_in.h"
#include "job/job.h"
#include "job/tally.h"

#include <stdlib.h>

enum { BODY_MAX = 64 * 1024 };

struct str assignment_state_word(int64_t state)
{
	static const char *const word[] = { "none",	"accepted", "submitted", "approved",
					    "rejected", "returned", "expired" };

	CHECK(state >= 0 && state <= ASSIGNMENT_EXPIRED);
	return str_of(word[state]);
}

/* --- places of several tasks --- */

static int by_task(const void *left, const void *right)
{
	const task_id *a = left, *b = right;

	return (a->v > b->v) - (a->v < b->v);
}

/* How often each task stands in the list, in the order of the tasks. */
static struct task_places *places_of(struct ctx *c, task_id *task, size_t count, size_t *places)
{
	struct task_places *out = NEW_MANY(c->mem, struct task_places, count);
	size_t n = 0;

	qsort(task, count, sizeof(*task), by_task);
	for (size_t i = 0; i < count; i++) {
		if (n == 0 || out[n - 1].task.v != task[i].v)
			out[n++].task = task[i];
		out[n - 1].n++;
	}
	*places = n;
	return out;
}

/* --- accept --- */

/* Of those who ask for a task the first get its places; who goes without has nothing to undo. */
static enum err take_places(struct ctx *c, project_id project, int64_t copies,
			    struct assignment_claim *claim, size_t count)
{
	task_id *task = NEW_MANY(c->mem, task_id, count);
	size_t n;

	for (size_t i = 0; i < count; i++)
		task[i] = claim[i].task;
	struct task_places *places = places_of(c, task, count, &n);
	TRY(copies > 0 ? task_copy(c, project, copies, places, n) :
			 task_claim(c, project, places, n));
	for (size_t i = 0; i < count; i++) {
		struct task_places *p =
			bsearch(&claim[i].task, places, n, sizeof(*places), by_task);

		claim[i].end = p->got > 0 ? ASSIGNMENT_GOT : ASSIGNMENT_FULL;
		p->got -= p->got > 0;
	}
	return OK;
}

/* The rows of those who have a place; who has had the task before gives his place back. */
static enum err add_leases(struct ctx *c, project_id project, usec until, bool copies,
			   struct assignment_claim *claim, size_t count)
{
	struct assignment_add_row *row = NEW_MANY(c->mem, struct assignment_add_row, count);
	size_t *place = NEW_MANY(c->mem, size_t, count), n = 0, back = 0;
	bool *added = NEW_MANY(c->mem, bool, count);
	task_id *task = NEW_MANY(c->mem, task_id, count);

	for (size_t i = 0; i < count; i++) {
		if (claim[i].end != ASSIGNMENT_GOT)
			continue;
		/* 52 bits: an epoch is a secret of one lease and survives a browser's numbers. */
		int64_t epoch = (int64_t)(ctx_random(c) >> 12) + 1;

		row[n] = (struct assignment_add_row){ claim[i].task, claim[i].worker, epoch };
		place[n++] = i;
	}
	TRY(assignment_add(c, project, until, c->now, row, n, added));
	for (size_t i = 0; i < n; i++) {
		struct assignment_claim *one = &claim[place[i]];

		if (!added[i]) {
			one->end = ASSIGNMENT_HAD;
			task[back++] = one->task;
			continue;
		}
		one->lease = (struct assignment){ .key = { project, one->task, one->worker },
						  .state = ASSIGNMENT_ACCEPTED,
						  .epoch = row[i].epoch,
						  .accepted = c->now,
						  .until = until };
	}
	struct task_places *places = places_of(c, task, back, &n);
	return copies ? task_uncopy(c, project, places, n) : task_unclaim(c, project, places, n);
}

enum err assignment_claim(struct ctx *c, project_id project, int64_t allowed_us,
			  struct assignment_claim *claim, size_t count)
{
	TRY(take_places(c, project, 0, claim, count));
	return add_leases(c, project, usec_after(c->now, allowed_us), false, claim, count);
}

enum err assignment_claim_copy(struct ctx *c, project_id project, int64_t allowed_us,
			       int64_t copies, struct assignment_claim *claim, size_t count)
{
	CHECK(copies > 0);
	TRY(take_places(c, project, copies, claim, count));
	return add_leases(c, project, usec_after(c->now, allowed_us), true, claim, count);
}

enum err assignment_accept(struct ctx *c, struct assignment_key key, int64_t allowed_us,
			   struct assignment *out, bool *got)
{
	struct assignment_claim claim = { .task = key.task, .worker = key.worker };

	TRY(assignment_claim(c, key.project, allowed_us, &claim, 1));
	*got = claim.end == ASSIGNMENT_GOT;
	if (*got)
		*out = claim.lease;
	return OK;
}

enum err assignment_held(struct ctx *c, project_id project, const user_id *worker, size_t count,
			 struct assignment *out, bool *found)
{
	struct assignment_held_get_row *row =
		NEW_MANY(c->mem, struct assignment_held_get_row, count);
	struct assignment_held_get *held = NEW_MANY(c->mem, struct assignment_held_get, count);

	for (size_t i = 0; i < count; i++)
		row[i] = (struct assignment_held_get_row){ worker[i] };
	TRY(assignment_held_get(c, project, row, count, held, found));
	for (size_t i = 0; i < count; i++)
		if (found[i])
			out[i] = (struct assignment){ .key = { project, held[i].task, worker[i] },
						      .state = ASSIGNMENT_ACCEPTED,
						      .epoch = held[i].epoch,
						      .accepted = held[i].accepted,
						      .until = held[i].until };
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

/* A lease that runs and is his: until when was he promised it? */
static enum err hold_lease(struct ctx *c, struct assignment_key key, int64_t epoch,
			   struct assignment_lease_hold *out)
{
	bool found;

	TRY(assignment_lease_hold(c, key.project, key.task, key.worker, epoch, c->now, out,
				  &found));
	if (found)
		return OK;
	TRY(assignment_must_know(c, key));
	return lease_is_over(c);
}

enum err assignment_must_hold(struct ctx *c, struct assignment_key key, int64_t epoch)
{
	struct assignment_lease_hold lease;

	return hold_lease(c, key, epoch, &lease);
}

static usec earlier(usec a, usec b)
{
	return a.us < b.us ? a : b;
}

/* Up to `end`, but not past what may be asked for in all; never earlier than was promised. */
static usec promise(const struct assignment_lease_hold *lease, usec end, int64_t allowed_us)
{
	end = earlier(end, usec_after(lease->accepted, ASSIGNMENT_EXTENSIONS * allowed_us));
	return end.us > lease->until.us ? end : lease->until;
}

enum err assignment_heartbeat(struct ctx *c, struct assignment_key key, int64_t epoch,
			      int64_t allowed_us, usec *until)
{
	struct assignment_lease_hold lease;
	int64_t changed;

	TRY(hold_lease(c, key, epoch, &lease));
	*until = promise(&lease, usec_after(c->now, allowed_us), allowed_us);
	TRY(assignment_lease_set(c, key.project, key.task, key.worker, epoch, *until, (usec){ 0 },
				 &changed));
	CHECK(changed == 1); /* the row is held */
	return OK;
}

enum err assignment_sign(struct ctx *c, struct assignment_key key, int64_t epoch,
			 int64_t allowed_us, const struct assignment_sign *sign, usec *until)
{
	int64_t silence = ASSIGNMENT_SIGNS * sign->every_us;
	struct assignment_lease_hold lease;
	int64_t changed;

	silence = silence > ASSIGNMENT_SILENCE_MIN_US ? silence : ASSIGNMENT_SILENCE_MIN_US;
	usec gone = usec_after(c->now, silence);

	TRY(hold_lease(c, key, epoch, &lease));
	usec ahead = earlier(gone, usec_after(c->now, allowed_us));
	*until = sign->acts ? promise(&lease, ahead, allowed_us) : lease.until;
	TRY(assignment_lease_set(c, key.project, key.task, key.worker, epoch,
				 sign->keeps ? *until : earlier(gone, *until), *until, &changed));
	CHECK(changed == 1); /* the row is held */
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

/* --- submit --- */

/* What hangs on answers that have just been taken: their states have moved already. */
static enum err keep_answers(struct ctx *c, project_id project, bool approve,
			     struct assignment_hand *const *hand, size_t count)
{
	struct answer_add_row *answer = NEW_MANY(c->mem, struct answer_add_row, count);
	struct draft_drop_row *draft = NEW_MANY(c->mem, struct draft_drop_row, count);

	if (count == 0)
		return OK;
	for (size_t i = 0; i < count; i++) {
		answer[i] =
			(struct answer_add_row){ hand[i]->task, hand[i]->worker, hand[i]->body };
		draft[i] = (struct draft_drop_row){ hand[i]->task, hand[i]->worker };
	}
	TRY(answer_add(c, project, answer, count));
	TRY(draft_drop(c, project, draft, count));
	TRY(tally_add(c, project.v, "submitted", (int64_t)count));
	if (!approve)
		return OK;
	TRY(tally_add(c, project.v, "approved", (int64_t)count));
	return job_gather(c, "pay.release", project.v);
}

/* Of each task the last answers are spare: told to the rows, and paid. */
static enum err keep_spare(struct ctx *c, project_id project, bool approve,
			   const struct task_places *filled, size_t places,
			   struct assignment_hand *const *hand)
{
	struct assignment_spare_set_row *row;
	size_t spare = 0, n = 0, upto = 0;
	bool *changed;

	for (size_t i = 0; i < places; i++)
		spare += (size_t)filled[i].spare;
	if (spare == 0)
		return OK;
	row = NEW_MANY(c->mem, struct assignment_spare_set_row, spare);
	changed = NEW_MANY(c->mem, bool, spare);
	/* Both are in the order of the tasks. */
	for (size_t i = 0; i < places; i++) {
		upto += (size_t)filled[i].n;
		for (size_t k = upto - (size_t)filled[i].spare; k < upto; k++)
			row[n++] =
				(struct assignment_spare_set_row){ hand[k]->task, hand[k]->worker };
	}
	TRY(assignment_spare_set(c, project, row, n, changed));
	for (size_t i = 0; i < n; i++)
		CHECK(changed[i]);
	if (approve)
		return OK;
	TRY(tally_add(c, project.v, "approved", (int64_t)n));
	return job_gather(c, "pay.release", project.v);
}

/* Rows are changed in the order of their key, so that two servers do not wait in a circle. */
static int by_key(const void *left, const void *right)
{
	const struct assignment_hand *a = *(struct assignment_hand *const *)left,
				     *b = *(struct assignment_hand *const *)right;

	if (a->task.v != b->task.v)
		return a->task.v < b->task.v ? -1 : 1;
	return (a->worker.v > b->worker.v) - (a->worker.v < b->worker.v);
}

/* Move the states of those whose lease is as it was; the rest of the hands stay in `*late`. */
static enum err submit_in_time(struct ctx *c, project_id project, bool approve,
			       struct assignment_hand **hand, size_t count, size_t *late)
{
	int64_t becomes = approve ? ASSIGNMENT_APPROVED : ASSIGNMENT_SUBMITTED;
	struct assignment_submit_set_row *row =
		NEW_MANY(c->mem, struct assignment_submit_set_row, count);
	struct assignment_hand **taken = NEW_MANY(c->mem, struct assignment_hand *, count);
	task_id *task = NEW_MANY(c->mem, task_id, count);
	bool *changed = NEW_MANY(c->mem, bool, count);
	size_t n = 0, places;

	*late = 0;
	qsort(hand, count, sizeof(struct assignment_hand *), by_key);
	for (size_t i = 0; i < count; i++)
		row[i] = (struct assignment_submit_set_row){ hand[i]->task, hand[i]->worker,
							     hand[i]->epoch, hand[i]->active_ms };
	TRY(assignment_submit_set(c, project, ASSIGNMENT_ACCEPTED, becomes, c->now, row, count,
				  changed));
	for (size_t i = 0; i < count; i++) {
		if (!changed[i]) {
			hand[(*late)++] = hand[i];
			continue;
		}
		hand[i]->fresh = true;
		task[n] = hand[i]->task;
		taken[n++] = hand[i];
	}
	struct task_places *filled = places_of(c, task, n, &places);
	TRY(task_fill(c, project, filled, places));
	TRY(keep_spare(c, project, approve, filled, places, taken));
	return keep_answers(c, project, approve, taken, n);
}

/* The lease has run out, the work is there: it counts if a place is still free. */
static enum err submit_late(struct ctx *c, struct assignment_key key, bool approve,
			    struct assignment_hand *hand)
{
	int64_t becomes = approve ? ASSIGNMENT_APPROVED : ASSIGNMENT_SUBMITTED;
	struct assignment_submit_set_row row = { key.task, key.worker, hand->epoch,
						 hand->active_ms };
	struct quota_place_drop_row place = { key.task, key.worker };
	bool got, full, changed;

	TRY(task_fill_late(c, key.project, key.task, &got, &full));
	if (!got) {
		/* Of the quotas, which it has taken by now. */
		TRY(quota_place_drop(c, key.project, &place, 1));
		return refuse(c, ERR_CONFLICT,
			      "the time for this task was over and others have "
			      "done it since");
	}
	TRY(assignment_submit_set(c, key.project, ASSIGNMENT_EXPIRED, becomes, c->now, &row, 1,
				  &changed));
	CHECK(changed); /* the row is held */
	hand->fresh = true;
	TRY(keep_answers(c, key.project, approve, &hand, 1));
	return full ? job_gather(c, "quality.judge", key.project.v) : OK;
}

/* Not in time: what is it then? */
static enum err submit_otherwise(struct ctx *c, project_id project, bool approve,
				 struct assignment_hand *hand)
{
	struct assignment_key key = { project, hand->task, hand->worker };
	struct assignment_hold row;
	struct answer_get kept;
	bool found;

	TRY(assignment_hold(c, project, key.task, key.worker, &row, &found));
	if (!found)
		return no_lease(c, key);
	if (row.epoch != hand->epoch || row.state == ASSIGNMENT_RETURNED)
		return lease_is_over(c);
	if (row.state == ASSIGNMENT_EXPIRED)
		return submit_late(c, key, approve, hand);
	TRY(answer_get(c, project, key.task, key.worker, &kept, &found));
	CHECK(found);
	if (!str_eq(kept.body, hand->body))
		return refuse(c, ERR_CONFLICT, "another answer to this task is already in");
	return OK;
}

enum err assignment_submit_all(struct ctx *c, project_id project, bool approve,
			       struct assignment_hand *hand, size_t count)
{
	struct assignment_hand **list = NEW_MANY(c->mem, struct assignment_hand *, count);
	size_t n = 0, late;

	for (size_t i = 0; i < count; i++) {
		hand[i].err = OK;
		hand[i].fresh = false;
		if (hand[i].body.len <= BODY_MAX)
			list[n++] = &hand[i];
		else
			hand[i].err = refuse_field(hand[i].ctx, ERR_INPUT, S("answer"),
						   "an answer holds at most %d bytes", BODY_MAX);
	}
	TRY(submit_in_time(c, project, approve, list, n, &late));
	for (size_t i = 0; i < late; i++) {
		list[i]->err = submit_otherwise(list[i]->ctx, project, approve, list[i]);
		TRY(ctx_take_failure(c, list[i]->ctx));
	}
	return OK;
}

enum err assignment_submit(struct ctx *c, struct assignment_key key, int64_t epoch, struct str body,
			   int64_t active_ms, bool *fresh)
{
	struct assignment_hand hand = {
		c, key.task, key.worker, epoch, body, active_ms, OK, false
	};

	TRY(assignment_submit_all(c, key.project, false, &hand, 1));
	*fresh = hand.fresh;
	return hand.err;
}

enum err assignment_return(struct ctx *c, struct assignment_key key, int64_t epoch)
{
	struct assignment row;
	int64_t changed;
	bool found;

	TRY(assignment_return_set(c, key.project, key.task, key.worker, epoch, &changed));
	if (changed == 1) {
		struct task_places place = { .task = key.task, .n = 1 };
		struct draft_drop_row draft = { key.task, key.worker };
		struct quota_place_drop_row quota = { key.task, key.worker };

		TRY(task_release(c, key.project, &place, 1));
		TRY(draft_drop(c, key.project, &draft, 1));
		TRY(quota_place_drop(c, key.project, &quota, 1));
		return tally_add(c, key.project.v, "returned", 1);
	}
	TRY(assignment_look(c, key, &row, &found));
	if (!found)
		return no_lease(c, key);
	if (row.epoch == epoch &&
	    (row.state == ASSIGNMENT_RETURNED || row.state == ASSIGNMENT_EXPIRED))
		return OK;
	return lease_is_over(c);
}

static int by_name(const void *left, const void *right)
{
	const struct assignment_overdue *a = left, *b = right;

	if (a->project.v != b->project.v)
		return a->project.v < b->project.v ? -1 : 1;
	if (a->task.v != b->task.v)
		return a->task.v < b->task.v ? -1 : 1;
	return (a->worker.v > b->worker.v) - (a->worker.v < b->worker.v);
}

/* Those of one project. Some may have been submitted or extended meanwhile. */
static enum err expire_in(struct ctx *c, const struct assignment_overdue *list, size_t count,
			  int *expired)
{
	struct assignment_expire_set_row *row =
		NEW_MANY(c->mem, struct assignment_expire_set_row, count);
	struct quota_place_drop_row *quota = NEW_MANY(c->mem, struct quota_place_drop_row, count);
	task_id *task = NEW_MANY(c->mem, task_id, count);
	bool *changed = NEW_MANY(c->mem, bool, count);
	project_id project = list->project;
	size_t n = 0, places;

	for (size_t i = 0; i < count; i++)
		row[i] = (struct assignment_expire_set_row){ list[i].task, list[i].worker };
	TRY(assignment_expire_set(c, project, c->now, row, count, changed));
	for (size_t i = 0; i < count; i++) {
		if (!changed[i])
			continue;
		quota[n] = (struct quota_place_drop_row){ list[i].task, list[i].worker };
		task[n++] = list[i].task;
	}
	if (n == 0)
		return OK;
	*expired += (int)n;
	struct task_places *open = places_of(c, task, n, &places);
	TRY(task_release(c, project, open, places));
	TRY(quota_place_drop(c, project, quota, n));
	return tally_add(c, project.v, "expired", (int64_t)n);
}

enum err assignment_expire(struct ctx *c, int limit, int *expired)
{
	struct assignment_overdue *row;
	size_t count;

	*expired = 0;
	TRY(assignment_overdue(c, c->now, limit, &row, &count));
	qsort(row, count, sizeof(*row), by_name);
	for (size_t i = 0, next; i < count; i = next) {
		for (next = i; next < count && row[next].project.v == row[i].project.v; next++)
			;
		TRY(expire_in(c, row + i, next - i, expired));
	}
	return OK;
}

static int by_answer(const void *left, const void *right)
{
	const struct assignment_approve_set_row *a = left, *b = right;

	if (a->task.v != b->task.v)
		return a->task.v < b->task.v ? -1 : 1;
	return (a->worker.v > b->worker.v) - (a->worker.v < b->worker.v);
}

enum err assignment_approve_due(struct ctx *c, project_id project, usec upto, int limit,
				int64_t *approved)
{
	struct assignment_waiting_list *wait;
	size_t count;

	*approved = 0;
	TRY(assignment_waiting_list(c, project, upto, limit, &wait, &count));
	struct assignment_approve_set_row *row =
		NEW_MANY(c->mem, struct assignment_approve_set_row, count);
	bool *changed = NEW_MANY(c->mem, bool, count);
	for (size_t i = 0; i < count; i++)
		row[i] = (struct assignment_approve_set_row){ wait[i].task, wait[i].worker };
	qsort(row, count, sizeof(*row), by_answer);
	TRY(assignment_approve_set(c, project, row, count, changed));
	for (size_t i = 0; i < count; i++)
		*approved += changed[i];
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
	struct quota_place_drop_row quota = { key.task, key.worker };

	TRY(decide(c, key, ASSIGNMENT_REJECTED, changed));
	if (!*changed)
		return OK;
	TRY(task_reopen(c, key.project, key.task));
	TRY(quota_place_drop(c, key.project, &quota, 1));
	TRY(tally_add(c, key.project.v, "rejected", 1));
	return OK;
}

enum err assignment_restore(struct ctx *c, struct assignment_key key)
{
	int64_t changed;
	bool got;

	TRY(assignment_restore_set(c, key.project, key.task, key.worker, &changed));
	if (changed == 0)
		return refuse(c, ERR_CONFLICT, "this answer is not rejected");
	TRY(task_restore(c, key.project, key.task, &got));
	if (!got)
		return refuse(c, ERR_CONFLICT,
			      "every place has been taken since: nothing is left to pay it with");
	/* Its place in a quota went when it was rejected: it comes on top. */
	TRY(tally_add(c, key.project.v, "rejected", -1));
	TRY(tally_add(c, key.project.v, "approved", 1));
	return job_signal(c, "pay.release", key.project.v);
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

enum err assignment_mark_paid(struct ctx *c, project_id project,
			      const struct assignment_unpaid *list, size_t count, bool *changed)
{
	struct assignment_paid_set_row *row =
		NEW_MANY(c->mem, struct assignment_paid_set_row, count);

	for (size_t i = 0; i < count; i++)
		row[i] = (struct assignment_paid_set_row){ list[i].task, list[i].worker };
	return assignment_paid_set(c, project, row, count, changed);
}
