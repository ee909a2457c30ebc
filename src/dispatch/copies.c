/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Second copies. The slow tasks are read once for all who ask; each goes to the first of them who
 * has not had it. That is told by the claim, so nobody's past is read: who has had a task
 * goes on to the next.
 */
#include "base/setting.h"
#include "dispatch/dispatch.sql.h"
#include "dispatch/dispatch_in.h"

#include <stdlib.h>

/* Where nothing was slow it is not looked again for so long. */
#define SLOW_PAUSE_US (USEC_SECOND / 2)

enum { SLOW_MAX = 64, TRIES_MAX = 16 };

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

static enum err find_slow(struct ctx *c, const struct dispatch_desk *d, int64_t percent,
			  int64_t copies, struct slow **out, size_t *count)
{
	struct dispatch_slow *row;

	TRY(dispatch_slow(c, d->project.id, usec_after(c->now, -(d->p90_us * percent / 100)),
			  copies, SLOW_MAX, &row, count));
	*out = NEW_MANY(c->mem, struct slow, *count);
	for (size_t i = 0; i < *count; i++)
		(*out)[i].task = row[i].task;
	return OK;
}

static int by_task(const void *left, const void *right)
{
	const struct assignment_claim *a = left, *b = right;

	return (a->task.v > b->task.v) - (a->task.v < b->task.v);
}

/* Whoever has a task in this round claims it; a task that he has had is left for others. */
static enum err claim_round(struct ctx *c, const struct dispatch_desk *d, int64_t copies,
			    struct slow *slow, size_t count, size_t *left)
{
	struct assignment_claim *claim = NEW_MANY(c->mem, struct assignment_claim, count);
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		if (slow[i].ask != NULL)
			claim[n++] = (struct assignment_claim){ .task = slow[i].task,
								.worker = slow[i].ask->worker };
	qsort(claim, n, sizeof(*claim), by_task);
	TRY(assignment_claim_copy(c, d->project.id, d->allowed_us, copies, claim, n));
	for (size_t i = 0; i < count; i++) {
		struct dispatch_ask *ask = slow[i].ask;
		struct assignment_claim key = { .task = slow[i].task };

		if (ask == NULL)
			continue;
		const struct assignment_claim *got = bsearch(&key, claim, n, sizeof(key), by_task);
		slow[i].given = got->end != ASSIGNMENT_HAD;
		ask->got = got->end == ASSIGNMENT_GOT;
		if (!ask->got)
			continue;
		ask->lease = got->lease;
		--*left;
	}
	return OK;
}

/* The first slow task from where he stands that nobody has in this round. */
static size_t first_free(const struct slow *slow, size_t count, size_t from)
{
	while (from < count && (slow[from].given || slow[from].ask != NULL))
		from++;
	return from;
}

enum err dispatch_copies(struct ctx *c, const struct dispatch_desk *d,
			 struct dispatch_ask *const *ask, size_t count)
{
	int64_t copies = setting_number(ask[0]->ctx, "dispatch.copies"), given = 0;
	int64_t percent = setting_number(ask[0]->ctx, "dispatch.copy_after_percent");
	size_t *next = NEW_MANY(c->mem, size_t, count), left = 0, slow_count;
	struct slow *slow;

	for (size_t i = 0; i < count; i++)
		left += !ask[i]->got;
	if (left == 0 || copies == 0 || looked_just_now(c, d->project.id))
		return OK;
	TRY(find_slow(c, d, percent, copies, &slow, &slow_count));
	if (slow_count == 0)
		nothing_is_slow(c, d->project.id);
	for (int try = 0; try < TRIES_MAX && left > 0; try++) {
		int64_t tried = 0;
		size_t was = left;

		for (size_t k = 0; k < slow_count; k++)
			slow[k].ask = NULL;
		for (size_t i = 0; i < count && given + tried < d->copies; i++) {
			size_t k = first_free(slow, slow_count, next[i]);

			if (ask[i]->got || k == slow_count)
				continue;
			slow[k].ask = ask[i];
			next[i] = k + 1;
			tried++;
		}
		if (tried == 0)
			return OK;
		TRY(claim_round(c, d, copies, slow, slow_count, &left));
		given += (int64_t)(was - left);
	}
	return OK;
}
