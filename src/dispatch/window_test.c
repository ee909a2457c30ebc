/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "dispatch/dispatch_in.h"
#include "tests/test.h"

static struct dispatch_memory *memory(struct ctx *c)
{
	struct dispatch_memory *m = NEW(c->mem, struct dispatch_memory);

	WANT_OK(dispatch_memory_open(c, c->mem, m));
	return m;
}

static const project_id first = { 11 };

/* Tasks `from` to `upto` with `free` places each, of `asked` that were asked for. */
static void add(struct ctx *c, struct dispatch_memory *m, int64_t from, int64_t upto, int64_t free,
		size_t asked)
{
	struct dispatch_open_task task[DISPATCH_READ];
	size_t n = 0;

	for (int64_t id = from; id <= upto; id++)
		task[n++] = (struct dispatch_open_task){ { id }, free };
	dispatch_window_add(m, dispatch_window_of(m, first, false), task, n, asked, c->now);
}

static int64_t take(struct ctx *c, struct dispatch_memory *m, int64_t after,
		    enum dispatch_look *look)
{
	task_id task = { 0 };

	*look = dispatch_window_take(dispatch_window_of(m, first, false), after, c->now, &task);
	return task.v;
}

TEST(window, places_are_handed_out_in_order_and_each_once)
{
	struct dispatch_memory *m = memory(c);
	enum dispatch_look look;

	WANT_I64(0, take(c, m, 0, &look));
	WANT(look == DISPATCH_MORE);
	add(c, m, 3, 4, 2, 2);
	WANT_I64(3, take(c, m, 0, &look));
	WANT_I64(3, take(c, m, 0, &look));
	WANT_I64(4, take(c, m, 0, &look));
	WANT_I64(4, take(c, m, 3, &look));
	WANT_I64(0, take(c, m, 0, &look));
	WANT(look == DISPATCH_MORE);
	add(c, m, 9, 9, 1, 2);
	WANT_I64(9, take(c, m, 0, &look));
	WANT_I64(0, take(c, m, 0, &look));
	WANT(look == DISPATCH_NONE);
}

TEST(window, that_nothing_is_left_is_believed_for_a_second)
{
	struct dispatch_memory *m = memory(c);
	enum dispatch_look look;

	add(c, m, 1, 0, 1, 5);
	(void)take(c, m, 0, &look);
	WANT(look == DISPATCH_NONE);
	c->now.us += USEC_SECOND;
	(void)take(c, m, 0, &look);
	WANT(look == DISPATCH_MORE);
}

TEST(window, a_claim_teaches_what_is_full_and_what_is_free_again)
{
	struct dispatch_memory *m = memory(c);
	struct dispatch_window *w = dispatch_window_of(m, first, false);
	enum dispatch_look look;

	add(c, m, 1, 3, 1, 3);
	dispatch_window_full(w, (task_id){ 1 });
	dispatch_window_full(w, (task_id){ 77 });
	WANT_I64(2, take(c, m, 0, &look));
	dispatch_window_back(w, (task_id){ 2 });
	WANT_I64(2, take(c, m, 1, &look));
	WANT_I64(3, take(c, m, 1, &look));
}

TEST(window, who_is_far_behind_a_window_of_leftovers_asks_the_store)
{
	struct dispatch_memory *m = memory(c);
	enum dispatch_look look;
	int64_t id = 1;

	for (int i = 0; i < DISPATCH_PLACES / DISPATCH_READ + 1; i++, id += DISPATCH_READ)
		add(c, m, id, id + DISPATCH_READ - 1, 1, DISPATCH_READ);
	WANT_I64(0, take(c, m, 0, &look));
	WANT(look == DISPATCH_LEFT);
	WANT_I64(DISPATCH_PLACES / 2 + 1, take(c, m, DISPATCH_PLACES / 2, &look));
	WANT_I64(id - 1, take(c, m, id - 2, &look));
}

TEST(window, what_is_used_up_makes_room_before_anything_is_left_behind)
{
	struct dispatch_memory *m = memory(c);
	enum dispatch_look look;
	int64_t id = 1;

	for (int i = 0; i < 3 * DISPATCH_PLACES / DISPATCH_READ; i++, id += DISPATCH_READ) {
		add(c, m, id, id + DISPATCH_READ - 1, 1, DISPATCH_READ);
		for (int64_t k = id; k < id + DISPATCH_READ - 1; k++)
			WANT_I64(k, take(c, m, k - 1, &look));
	}
	WANT_I64(DISPATCH_READ, take(c, m, 0, &look));
}

TEST(window, numbers_that_lie_very_far_apart_are_not_in_one_window)
{
	struct dispatch_memory *m = memory(c);
	enum dispatch_look look;

	add(c, m, 5, 5, 1, 1);
	add(c, m, INT64_MAX / 2, INT64_MAX / 2, 1, 1);
	WANT_I64(0, take(c, m, 0, &look));
	WANT(look == DISPATCH_LEFT);
	WANT_I64(INT64_MAX / 2, take(c, m, 5, &look));
}

TEST(window, a_place_in_memory_takes_eight_bytes)
{
	(void)c;
	WANT_I64(8, (int64_t)sizeof(struct dispatch_place));
}

TEST(window, the_hint_that_was_used_longest_ago_goes_first)
{
	struct dispatch_memory *m = memory(c);
	struct dispatch_hint hint;
	int64_t known = 0;

	m->hint_count = 4; /* all workers have the same four places */
	for (int64_t worker = 1; worker <= 5; worker++) {
		hint = dispatch_hint_get(m, first, (user_id){ worker });
		WANT(!hint.known);
		hint.known = true;
		hint.after[0] = worker;
		dispatch_hint_keep(m, &hint);
	}
	for (int64_t worker = 1; worker <= 5; worker++) {
		hint = dispatch_hint_get(m, first, (user_id){ worker });
		known += hint.known && hint.after[0] == worker;
	}
	WANT_I64(4, known);
	WANT(!dispatch_hint_get(m, first, (user_id){ 1 }).known);
}
