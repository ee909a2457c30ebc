/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Windows: the open tasks of a project over a stretch of their numbers, in order. A project has at
 * most one for its plain tasks and one for its gold; projects whose numbers fall on the same place
 * push each other out, which costs reading. When a window is full of tasks that still have places,
 * its first half goes: who is that far behind asks the store, one step in an index.
 */
#include "dispatch/dispatch_in.h"

/* How long it is taken for granted that nothing lies behind the last task. */
#define WHOLE_FOR_US USEC_SECOND

static struct dispatch_window *place_in(struct dispatch_memory *m, project_id project, bool gold)
{
	uint64_t mix = (uint64_t)project.v * 0x9e3779b97f4a7c15u + gold;

	return &m->window[(mix ^ mix >> 31) % m->window_count];
}

struct dispatch_window *dispatch_window_of(struct dispatch_memory *m, project_id project, bool gold)
{
	struct dispatch_window *w = place_in(m, project, gold);

	if (w->project != project.v || w->gold != gold)
		*w = (struct dispatch_window){ .project = project.v,
					       .gold = gold,
					       .place = w->place };
	return w;
}

static int64_t number_at(const struct dispatch_window *w, size_t i)
{
	return w->base + w->place[i].behind;
}

/* The first place whose task lies behind `after`. */
static size_t place_behind(const struct dispatch_window *w, int64_t after)
{
	size_t low = 0, high = w->count;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (number_at(w, mid) > after)
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}

enum dispatch_look dispatch_window_take(struct dispatch_window *w, int64_t after, usec now,
					task_id *out)
{
	/* A new window begins where its first worker is: what lies before may be very long. */
	if (w->count == 0 && w->upto == 0 && !w->whole)
		w->from = w->upto = after;
	if (after < w->from)
		return DISPATCH_LEFT;
	for (size_t i = place_behind(w, after); i < w->count; i++) {
		if (w->place[i].free == 0)
			continue;
		w->place[i].free--;
		out->v = number_at(w, i);
		return DISPATCH_FOUND;
	}
	return w->whole && now.us >= w->read_us && now.us - w->read_us < WHOLE_FOR_US ?
		       DISPATCH_NONE :
		       DISPATCH_MORE;
}

/* Leave out what has no place; when that does not make enough room, the first half as well. */
static void make_room(struct dispatch_window *w)
{
	size_t kept = 0;

	for (size_t i = 0; i < w->count; i++)
		if (w->place[i].free > 0)
			w->place[kept++] = w->place[i];
	w->count = kept;
	if (w->count + DISPATCH_READ <= DISPATCH_PLACES)
		return;
	size_t half = w->count / 2;
	w->from = number_at(w, half - 1);
	w->count -= half;
	memmove(w->place, w->place + half, w->count * sizeof(*w->place));
}

void dispatch_window_add(struct dispatch_memory *m, struct dispatch_window *w,
			 const struct dispatch_open_task *task, size_t count, size_t asked,
			 usec now)
{
	CHECK(asked <= DISPATCH_READ);
	if (w->place == NULL)
		w->place = NEW_MANY(m->mem, struct dispatch_place, DISPATCH_PLACES);
	if (w->count + count > DISPATCH_PLACES)
		make_room(w);
	for (size_t i = 0; i < count; i++) {
		/* Numbers that lie very far apart do not go into one window. */
		if (w->count == 0 || task[i].id.v - w->base > UINT32_MAX) {
			w->from = w->count == 0 ? w->from : w->upto;
			w->count = 0;
			w->base = task[i].id.v;
		}
		w->place[w->count++] = (struct dispatch_place){
			.behind = (uint32_t)(task[i].id.v - w->base),
			.free = (uint16_t)(task[i].free < UINT16_MAX ? task[i].free : UINT16_MAX),
		};
		w->upto = task[i].id.v;
	}
	w->whole = count < asked;
	w->read_us = now.us;
}

static struct dispatch_place *place_of(struct dispatch_window *w, task_id task)
{
	size_t i = place_behind(w, task.v - 1);

	return i < w->count && number_at(w, i) == task.v ? &w->place[i] : NULL;
}

void dispatch_window_full(struct dispatch_window *w, task_id task)
{
	struct dispatch_place *place = place_of(w, task);

	if (place != NULL)
		place->free = 0;
}

void dispatch_window_back(struct dispatch_window *w, task_id task)
{
	struct dispatch_place *place = place_of(w, task);

	if (place != NULL && place->free < UINT16_MAX)
		place->free++;
}
