/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * arena: memory that is given back all at once.
 *
 * Memory belongs to the arena it came from: process, request (or job), or
 * scratch between `arena_mark` and `arena_reset`. Memory comes zeroed and
 * aligned for any type. An arena has a cap in bytes; past it, `arena_take`
 * sets `spent` and serves from a reserve, so that code in the middle of work need
 * not look; whoever owns the request asks `arena_is_spent` and answers ERR_LIMIT.
 * The reserve ends at ARENA_RESERVE times the cap: there `arena_take` aborts with
 * the story. Readers of what comes from outside ask `arena_left` before.
 *
 * Not thread-safe: one arena, one thread at a time.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H
#include "base/err.h"

struct arena;

enum { ARENA_RESERVE = 4 };

struct arena_mark {
	void *block;
	size_t used;
};

/* A new arena; `cap` in bytes, 0 for a process arena without one. */
struct arena *arena_new(size_t cap);
/* An arena that ends with `parent`, or when `parent` is cleared or reset to before here. */
struct arena *arena_under(struct arena *parent, size_t cap);
void arena_free(struct arena *); /* not of one made by `arena_under`; NULL is fine */

/* Give everything back, forget `spent`, but keep the first block for the next use. */
void arena_clear(struct arena *);

void *arena_take(struct arena *, size_t bytes);
void *arena_take_many(struct arena *, size_t count, size_t bytes_each); /* CHECKs the product */
/* Make the piece `at` of `old` bytes `bytes` long in place; false: not the last, or no room. */
MUST_USE bool arena_extend(struct arena *, void *at, size_t old, size_t bytes);
struct arena_mark arena_mark(struct arena *);
void arena_reset(struct arena *, struct arena_mark);
bool arena_is_spent(const struct arena *); /* stays so until `arena_clear` */
size_t arena_used(const struct arena *);
size_t arena_left(const struct arena *); /* up to the end of the reserve */

#define NEW(arena, type) ((type *)arena_take((arena), sizeof(type)))
#define NEW_MANY(arena, type, count) ((type *)arena_take_many((arena), (count), sizeof(type)))

#endif
