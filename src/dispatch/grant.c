/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Who gets which task: rounds of guessing and claiming.
 *
 * In each round everybody who has none yet gets a candidate: first what was opened again since he
 * looked last, then the next task behind his hint, then what may have been passed by. All
 * candidates are claimed together; who loses goes into the next round. The windows count what they
 * hand out, so nearly everybody is served in the first.
 *
 * What memory has counted stays counted when the transaction is taken back: then a place is left
 * open behind the hints of those who were to have it. The look for what was passed by finds
 * it, as it finds all that hints have missed: it goes over the open tasks a piece at a time, and
 * only for who finds nothing else; until it comes there he is told that there is none.
 */
#include "dispatch/dispatch.sql.h"
#include "dispatch/dispatch_in.h"

#include <stdlib.h>

/* A look that came to its end is not begun again for so long. */
#define SWEEP_PAUSE_US (2 * USEC_SECOND)

struct seeker {
	struct dispatch_ask *ask;
	struct dispatch_hint hint;
	bool gold_first;
	bool done, has;
	task_id task;
	bool fresh, gold; /* the candidate comes from a window, from which */
};

struct search {
	const struct dispatch_desk *desk;
	struct dispatch_memory *memory;
	struct seeker *seeker;
	size_t count;
};

/* --- hints from and to the store --- */

static enum err load_hints(struct ctx *c, struct search *s)
{
	struct dispatch_cursor_get_row *row =
		NEW_MANY(c->mem, struct dispatch_cursor_get_row, s->count);
	struct dispatch_cursor_get *cursor = NEW_MANY(c->mem, struct dispatch_cursor_get, s->count);
	size_t *place = NEW_MANY(c->mem, size_t, s->count), n = 0;
	bool *found = NEW_MANY(c->mem, bool, s->count);

	os_lock_take(s->memory->lock);
	for (size_t i = 0; i < s->count; i++) {
		struct seeker *one = &s->seeker[i];

		one->hint = dispatch_hint_get(s->memory, s->desk->project.id, one->ask->worker);
		if (one->hint.known)
			continue;
		row[n].worker = one->ask->worker;
		place[n++] = i;
	}
	os_lock_give(s->memory->lock);
	TRY(dispatch_cursor_get(c, s->desk->project.id, row, n, cursor, found));
	for (size_t i = 0; i < n; i++) {
		struct dispatch_hint *hint = &s->seeker[place[i]].hint;

		hint->known = true;
		if (!found[i])
			continue;
		hint->after[0] =
			cursor[i].plain.v > hint->after[0] ? cursor[i].plain.v : hint->after[0];
		hint->after[1] = cursor[i].gold.v;
		hint->again_us = cursor[i].again.us;
		hint->again_id = cursor[i].again_task.v;
		hint->gold_had = cursor[i].gold_had;
	}
	return OK;
}

static enum err keep_hints(struct ctx *c, struct search *s)
{
	struct dispatch_cursor_put_row *row =
		NEW_MANY(c->mem, struct dispatch_cursor_put_row, s->count);
	size_t n = 0;

	os_lock_take(s->memory->lock);
	for (size_t i = 0; i < s->count; i++) {
		struct dispatch_hint *hint = &s->seeker[i].hint;

		if (hint->unsaved >= (s->memory->is_small ? 1 : DISPATCH_SAVE_EVERY)) {
			row[n++] = (struct dispatch_cursor_put_row){
				{ hint->worker },   { hint->after[0] }, { hint->after[1] },
				{ hint->again_us }, { hint->again_id }, hint->gold_had
			};
			hint->unsaved = 0;
		}
		dispatch_hint_keep(s->memory, hint);
	}
	os_lock_give(s->memory->lock);
	return dispatch_cursor_put(c, s->desk->project.id, row, n);
}

void dispatch_seen(struct ctx *c, const struct dispatch_desk *d, user_id worker, task_id task)
{
	struct dispatch_memory *m = room_state(c, &dispatch_room);

	/* Of gold nothing can be told without asking, and this is a hint only. */
	if (m == NULL || d->has_gold)
		return;
	os_lock_take(m->lock);
	struct dispatch_hint hint = dispatch_hint_get(m, d->project.id, worker);
	if (hint.after[0] < task.v && hint.known) {
		hint.after[0] = task.v;
		dispatch_hint_keep(m, &hint);
	}
	os_lock_give(m->lock);
}

/* --- candidates --- */

/* Who still looks and has no candidate. */
static bool is_looking(const struct seeker *one)
{
	return !one->done && !one->has;
}

static void suggest(struct seeker *one, task_id task, bool fresh, bool gold)
{
	one->has = true;
	one->task = task;
	one->fresh = fresh;
	one->gold = gold;
}

/* How many in this round were sent to the task before, of those whose places are counted here. */
static int64_t sent_before(const struct search *s, size_t upto, task_id task)
{
	int64_t n = 0;

	for (size_t i = 0; i < upto; i++)
		n += s->seeker[i].has && !s->seeker[i].fresh && s->seeker[i].task.v == task.v;
	return n;
}

/* What was opened again since he looked last; no more are sent there than it has places. */
static enum err suggest_again(struct ctx *c, struct search *s)
{
	struct dispatch_again_row *row = NEW_MANY(c->mem, struct dispatch_again_row, s->count);
	struct dispatch_again *again = NEW_MANY(c->mem, struct dispatch_again, s->count);
	size_t *place = NEW_MANY(c->mem, size_t, s->count), n = 0;
	bool *found = NEW_MANY(c->mem, bool, s->count);

	for (size_t i = 0; i < s->count; i++) {
		const struct seeker *one = &s->seeker[i];

		if (!is_looking(one) || one->hint.again_us > s->desk->again_us)
			continue;
		row[n] = (struct dispatch_again_row){ { one->hint.again_us },
						      { one->hint.again_id } };
		place[n++] = i;
	}
	if (s->desk->again_us == 0)
		return OK;
	TRY(dispatch_again(c, s->desk->project.id, row, n, again, found));
	for (size_t i = 0; i < n; i++) {
		struct seeker *one = &s->seeker[place[i]];

		/* He knows all of them; or as many are sent there as there are places. */
		if (!found[i] || sent_before(s, place[i], again[i].task) >= again[i].free)
			continue;
		one->hint.again_us = again[i].again.us;
		one->hint.again_id = again[i].task.v;
		suggest(one, again[i].task, false, false);
	}
	return OK;
}

/* Read on behind what the window knows, unless another has done it meanwhile. */
static enum err read_on(struct ctx *c, struct search *s, bool gold, int64_t upto)
{
	struct dispatch_window_read *row;
	size_t count;

	TRY(dispatch_window_read(c, s->desk->project.id, gold, (task_id){ upto }, DISPATCH_READ,
				 &row, &count));
	struct dispatch_open_task *task = NEW_MANY(c->mem, struct dispatch_open_task, count);
	for (size_t i = 0; i < count; i++)
		task[i] = (struct dispatch_open_task){ row[i].task, row[i].free };
	os_lock_take(s->memory->lock);
	struct dispatch_window *w = dispatch_window_of(s->memory, s->desk->project.id, gold);
	if (w->upto == upto)
		dispatch_window_add(s->memory, w, task, count, DISPATCH_READ, c->now);
	os_lock_give(s->memory->lock);
	return OK;
}

/* The next task behind his hint, out of the window of plain tasks or of gold. */
static enum err suggest_fresh(struct ctx *c, struct search *s, struct seeker *one, bool gold)
{
	int64_t *after = &one->hint.after[gold];
	task_id task = { 0 };
	bool found;

	for (;;) {
		os_lock_take(s->memory->lock);
		struct dispatch_window *w =
			dispatch_window_of(s->memory, s->desk->project.id, gold);
		int64_t upto = w->upto;
		enum dispatch_look look = dispatch_window_take(w, *after, c->now, &task);
		os_lock_give(s->memory->lock);

		if (look == DISPATCH_NONE)
			return OK;
		if (look == DISPATCH_FOUND)
			break;
		if (look == DISPATCH_MORE) {
			TRY(read_on(c, s, gold, upto));
			continue;
		}
		TRY(task_next_open(c, s->desk->project.id, (task_id){ *after }, gold, &task,
				   &found));
		if (!found)
			return OK;
		break;
	}
	*after = task.v;
	suggest(one, task, true, gold);
	return OK;
}

/* Nothing else is left for him: is there one that was passed by? A piece at a time. */
static enum err suggest_unseen(struct ctx *c, struct search *s, struct seeker *one)
{
	struct dispatch_hint *hint = &one->hint;
	project_id project = s->desk->project.id;
	struct dispatch_unseen unseen;
	struct dispatch_reach reach;
	bool found;

	if (hint->swept_us <= c->now.us && hint->swept_us + SWEEP_PAUSE_US > c->now.us)
		return OK;
	TRY(dispatch_unseen(c, project, one->ask->worker, hint->sweep_gold,
			    (task_id){ hint->sweep_id }, DISPATCH_SWEEP, &unseen, &found));
	if (found) {
		hint->sweep_gold = unseen.gold;
		hint->sweep_id = unseen.task.v;
		suggest(one, unseen.task, false, unseen.gold != 0);
		return OK;
	}
	TRY(dispatch_reach(c, project, hint->sweep_gold, (task_id){ hint->sweep_id },
			   DISPATCH_SWEEP, &reach, &found));
	bool ends = !found || reach.looked < DISPATCH_SWEEP;
	hint->sweep_gold = ends ? 0 : reach.gold;
	hint->sweep_id = ends ? 0 : reach.task.v;
	hint->swept_us = ends ? c->now.us : hint->swept_us;
	return OK;
}

static enum err suggest_all(struct ctx *c, struct search *s)
{
	TRY(suggest_again(c, s));
	for (size_t i = 0; i < s->count; i++) {
		struct seeker *one = &s->seeker[i];

		if (is_looking(one))
			TRY(suggest_fresh(c, s, one, one->gold_first));
		if (is_looking(one) && s->desk->has_gold)
			TRY(suggest_fresh(c, s, one, !one->gold_first));
		if (is_looking(one))
			TRY(suggest_unseen(c, s, one));
		one->done = !one->has;
	}
	return OK;
}

/* --- claims --- */

static void learn(struct search *s, struct seeker *one, const struct assignment_claim *claim)
{
	struct dispatch_ask *ask = one->ask;

	one->has = false;
	if (claim->end == ASSIGNMENT_GOT) {
		ask->got = true;
		ask->lease = claim->lease;
		one->done = true;
		one->hint.unsaved++;
		one->hint.gold_had += one->gold;
		return;
	}
	struct dispatch_window *w = dispatch_window_of(s->memory, s->desk->project.id, one->gold);
	if (claim->end == ASSIGNMENT_FULL)
		dispatch_window_full(w, claim->task);
	else if (one->fresh)
		dispatch_window_back(w, claim->task);
}

static enum err claim_all(struct ctx *c, struct search *s, size_t *left)
{
	struct assignment_claim *claim = NEW_MANY(c->mem, struct assignment_claim, s->count);
	size_t *place = NEW_MANY(c->mem, size_t, s->count), n = 0;

	for (size_t i = 0; i < s->count; i++) {
		const struct seeker *one = &s->seeker[i];

		if (!one->has)
			continue;
		claim[n] =
			(struct assignment_claim){ .task = one->task, .worker = one->ask->worker };
		place[n++] = i;
	}
	*left = n;
	if (n == 0)
		return OK;
	TRY(assignment_claim(c, s->desk->project.id, s->desk->allowed_us, claim, n));
	os_lock_take(s->memory->lock);
	for (size_t i = 0; i < n; i++) {
		learn(s, &s->seeker[place[i]], &claim[i]);
		*left -= claim[i].end == ASSIGNMENT_GOT;
	}
	os_lock_give(s->memory->lock);
	return OK;
}

int64_t dispatch_gold_share(int64_t share, int64_t had)
{
	const int64_t fresh = 4 * share < 500 ? 4 * share : 500;

	return fresh > share ? share + (fresh - share) * 5 / (5 + had) : share;
}

enum err dispatch_watch(struct ctx *c, project_id project, user_id worker)
{
	struct dispatch_memory *m = room_state(c, &dispatch_room);
	int64_t changed;

	TRY(dispatch_cursor_watch(c, project, worker, &changed));
	if (m == NULL)
		return OK;
	os_lock_take(m->lock);
	struct dispatch_hint hint = dispatch_hint_get(m, project, worker);
	hint.gold_had = 0;
	if (hint.known)
		dispatch_hint_keep(m, &hint);
	os_lock_give(m->lock);
	return OK;
}

enum err dispatch_seek(struct ctx *c, const struct dispatch_desk *d,
		       struct dispatch_ask *const *ask, size_t count)
{
	struct search s = {
		.desk = d,
		.memory = dispatch_memory(c),
		.seeker = NEW_MANY(c->mem, struct seeker, count),
		.count = count,
	};
	size_t left = count;

	for (size_t i = 0; i < count; i++)
		s.seeker[i].ask = ask[i];
	TRY(load_hints(c, &s));
	for (size_t i = 0; i < count && d->has_gold; i++)
		s.seeker[i].gold_first = (int64_t)(ctx_random(c) % 1000) <
					 dispatch_gold_share(d->project.gold_share_permille,
							     s.seeker[i].hint.gold_had);
	for (int round = 0; round < DISPATCH_ROUNDS && left > 0; round++) {
		TRY(suggest_all(c, &s));
		TRY(claim_all(c, &s, &left));
	}
	return keep_hints(c, &s);
}
