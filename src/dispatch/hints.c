/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The hints are one table of fixed size. A worker at a project has four places to be in, by a hash
 * of the two; the one that was used longest ago goes. What is lost is read from the store again.
 */
#include "dispatch/dispatch_in.h"

enum { WAYS = 4, SMALL_HINTS = 64, SMALL_WINDOWS = 2 };

static void memory_make(struct dispatch_memory *m, struct arena *mem, size_t hints, size_t windows)
{
	m->lock = os_lock_new(mem);
	m->hint_count = hints;
	m->window_count = windows;
	m->hint = NEW_MANY(mem, struct dispatch_hint, hints);
	m->window = NEW_MANY(mem, struct dispatch_window, windows);
}

enum err dispatch_memory_open(struct ctx *c, struct arena *mem, void *state)
{
	struct dispatch_memory *m = state;

	(void)c;
	m->mem = mem;
	memory_make(m, mem, DISPATCH_HINTS, DISPATCH_WINDOWS);
	return OK;
}

struct dispatch_memory *dispatch_memory(struct ctx *c)
{
	struct dispatch_memory *m = room_state(c, &dispatch_room);

	if (m != NULL)
		return m;
	m = NEW(c->mem, struct dispatch_memory);
	memory_make(m, c->mem, SMALL_HINTS, SMALL_WINDOWS);
	m->mem = c->mem;
	m->is_small = true;
	return m;
}

static struct dispatch_hint *ways_of(struct dispatch_memory *m, int64_t project, int64_t worker)
{
	uint64_t mix =
		(uint64_t)worker * 0x9e3779b97f4a7c15u ^ (uint64_t)project * 0xc2b2ae3d27d4eb4fu;

	return &m->hint[(mix ^ mix >> 29) % (m->hint_count / WAYS) * WAYS];
}

struct dispatch_hint dispatch_hint_get(struct dispatch_memory *m, project_id project,
				       user_id worker)
{
	const struct dispatch_hint *way = ways_of(m, project.v, worker.v);

	for (int i = 0; i < WAYS; i++)
		if (way[i].worker == worker.v && way[i].project == project.v)
			return way[i];
	return (struct dispatch_hint){ .project = project.v, .worker = worker.v };
}

void dispatch_hint_keep(struct dispatch_memory *m, const struct dispatch_hint *hint)
{
	struct dispatch_hint *way = ways_of(m, hint->project, hint->worker), *place = way;

	for (int i = 0; i < WAYS; i++) {
		if (way[i].worker == hint->worker && way[i].project == hint->project) {
			place = &way[i];
			break;
		}
		if (way[i].used < place->used)
			place = &way[i];
	}
	*place = *hint;
	place->used = ++m->used;
}
