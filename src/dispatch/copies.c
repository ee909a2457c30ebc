/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Second copies. The slow tasks are read once for all who ask; each goes to the first of them who
 * has not had it. That is told by the claim, so nobody's past is read: who has had a task
 * goes on to the next. Of who has had several of the slowest it is read after all.
 */
#include "base/setting.h"
#include "dispatch/dispatch.sql.h"
#include "dispatch/dispatch_in.h"

#include <stdlib.h>

/* Where nothing was slow it is not looked again for so long. */
#define SLOW_PAUSE_US (USEC_SECOND / 2)

enum { SLOW_MAX = 64, TRIES_MAX = 4, READ_MAX = 8 };

struct slow {
	task_id task;
	bool given;
	struct dispatch_ask *ask; /* in this round */
};

/* Was it seen just now that no task is slow? */
static bool looked_just_now(struct ctx *c, project_id project)
{
	struct dispatch_memory *m = dispatch_memory(c);

	os_lock_take(m->lock);
	int64_t at = dispatch_window_of(m, project, false)->slow_us;
	os_lock_give(m->lock);
	return at > 0 && at <= c->now.us && c->now.us - at < SLOW_PAUSE_US;
}

static void nothing_is_slow(struct ctx *c, project_id project)
{
	struct dispatch_memory *m = dispatch_memory(c);

	os_lock_take(m->lock);
	dispatch_window_of(m, project, false)->slow_us = c->now.us;
	os_lock_give(m->lock);
}

/* What may be copied, and under which rule. */
struct round {
	const struct dispatch_desk *desk;
	int64_t copies; /* of a task at most */
	int64_t room;	/* that are paid for and left */
	struct slow *slow;
	size_t count;
};

static enum err find_slow(struct ctx *c, struct round *r, int64_t percent)
{
	int64_t long_us = r->desk->p90_us * percent / 100;
	struct dispatch_slow *row;

	TRY(dispatch_slow(c, r->desk->project.id, usec_after(c->now, -long_us), r->copies, SLOW_MAX,
			  &row, &r->count));
	r->slow = NEW_MANY(c->mem, struct slow, r->count);
	for (size_t i = 0; i < r->count; i++)
		r->slow[i].task = row[i].task;
	return OK;
}

static int by_task(const void *left, const void *right)
{
	const struct assignment_claim *a = left, *b = right;

	return (a->task.v > b->task.v) - (a->task.v < b->task.v);
}

/* Nobody has a task in this round yet. */
static void begin_round(struct round *r)
{
	for (size_t k = 0; k < r->count; k++)
		r->slow[k].ask = NULL;
}

/* Whoever has a task in this round claims it; a task that he has had is left for others. */
static enum err claim_round(struct ctx *c, struct round *r)
{
	struct assignment_claim *claim = NEW_MANY(c->mem, struct assignment_claim, r->count);
	size_t n = 0;

	for (size_t i = 0; i < r->count; i++)
		if (r->slow[i].ask != NULL)
			claim[n++] = (struct assignment_claim){ .task = r->slow[i].task,
								.worker = r->slow[i].ask->worker };
	qsort(claim, n, sizeof(*claim), by_task);
	TRY(assignment_claim_copy(c, r->desk->project.id, r->desk->allowed_us, r->copies, claim,
				  n));
	for (size_t i = 0; i < r->count; i++) {
		struct dispatch_ask *ask = r->slow[i].ask;
		struct assignment_claim key = { .task = r->slow[i].task };

		if (ask == NULL)
			continue;
		const struct assignment_claim *got = bsearch(&key, claim, n, sizeof(key), by_task);
		r->slow[i].given = got->end != ASSIGNMENT_HAD;
		ask->got = got->end == ASSIGNMENT_GOT;
		if (!ask->got)
			continue;
		ask->lease = got->lease;
		r->room--;
	}
	return OK;
}

/* The first slow task from where he stands that nobody has in this round. */
static size_t first_free(const struct round *r, size_t from)
{
	while (from < r->count && (r->slow[from].given || r->slow[from].ask != NULL))
		from++;
	return from;
}

/* The first from `*at` on that he has not had and nobody else has got; none: the end. */
static enum err first_unseen(struct ctx *c, const struct round *r, user_id worker, size_t *at)
{
	const size_t n = r->count - *at;
	struct dispatch_had_row *row = NEW_MANY(c->mem, struct dispatch_had_row, n);
	struct dispatch_had *had = NEW_MANY(c->mem, struct dispatch_had, n);
	bool *found = NEW_MANY(c->mem, bool, n);

	for (size_t k = 0; k < n; k++)
		row[k] = (struct dispatch_had_row){ r->slow[*at + k].task, worker };
	TRY(dispatch_had(c, r->desk->project.id, row, n, had, found));
	for (size_t k = 0; k < n && (found[k] || r->slow[*at].given); k++)
		++*at;
	return OK;
}

/* Those who have had all that they were sent to: `next` is where they stand. */
static enum err serve_old_hands(struct ctx *c, struct round *r, struct dispatch_ask *const *ask,
				size_t count, const size_t *next)
{
	int read = 0;

	for (size_t i = 0; i < count && read < READ_MAX && r->room > 0; i++) {
		size_t at = next[i];

		if (ask[i]->got || at == r->count)
			continue;
		read++;
		TRY(first_unseen(c, r, ask[i]->worker, &at));
		if (at == r->count)
			continue;
		begin_round(r);
		r->slow[at].ask = ask[i];
		TRY(claim_round(c, r));
	}
	return OK;
}

enum err dispatch_copies(struct ctx *c, const struct dispatch_desk *d,
			 struct dispatch_ask *const *ask, size_t count)
{
	struct round r = { d, setting_number(ask[0]->ctx, "dispatch.copies"), d->copies, NULL, 0 };
	size_t *next = NEW_MANY(c->mem, size_t, count), left = 0;

	for (size_t i = 0; i < count; i++)
		left += !ask[i]->got;
	if (left == 0 || r.copies == 0 || looked_just_now(c, d->project.id))
		return OK;
	TRY(find_slow(c, &r, setting_number(ask[0]->ctx, "dispatch.copy_after_percent")));
	if (r.count == 0)
		nothing_is_slow(c, d->project.id);
	for (int try = 0; try < TRIES_MAX; try++) {
		int64_t tried = 0;

		begin_round(&r);
		for (size_t i = 0; i < count && tried < r.room; i++) {
			size_t k = first_free(&r, next[i]);

			if (ask[i]->got || k == r.count)
				continue;
			r.slow[k].ask = ask[i];
			next[i] = k + 1;
			tried++;
		}
		if (tried == 0)
			return OK;
		TRY(claim_round(c, &r));
	}
	return serve_old_hands(c, &r, ask, count, next);
}
