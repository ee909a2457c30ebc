/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A chain of blocks; a piece is cut from the newest one.
 *
 * The arena's own struct lies at the start of its first block, so that a small
 * request costs one malloc at most, and none when its arena is used again. In the
 * address sanitizer's build what is not taken is poisoned and pieces stand apart, so
 * that a step past a piece or a use after a reset is seen.
 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_GUARDED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_GUARDED 1
#endif
#endif

#ifdef ARENA_GUARDED
#include <sanitizer/asan_interface.h>
enum { GAP = 16 };
#else
#define ASAN_POISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
enum { GAP = 0 };
#endif

enum {
	ALIGN = alignof(max_align_t),
	BLOCK_FIRST = 16 << 10,
	BLOCK_LARGEST = 1 << 20,
};

struct block {
	struct block *older;
	size_t size;   /* of data */
	size_t used;   /* bytes of data that are taken */
	size_t before; /* bytes taken in all older blocks */
	alignas(max_align_t) char data[];
};

struct arena {
	struct block *newest;
	struct block *first;
	size_t cap;
	size_t own; /* bytes of the first block that hold this struct */
	bool spent;
	struct arena *children; /* the newest one first */
	struct arena *sibling;
	size_t born; /* what the parent had used when this one was made */
};

static size_t rounded(size_t bytes)
{
	return (bytes + (ALIGN - 1)) & ~(size_t)(ALIGN - 1);
}

static struct block *block_new(size_t size, struct block *older)
{
	struct block *block = malloc(sizeof(*block) + size);

	CHECK(block != NULL);
	block->older = older;
	block->size = size;
	block->used = 0;
	block->before = older == NULL ? 0 : older->before + older->used;
	ASAN_POISON_MEMORY_REGION(block->data, size);
	return block;
}

static void block_free(struct block *block)
{
	ASAN_UNPOISON_MEMORY_REGION(block->data, block->size);
	free(block);
}

static void *block_take(struct block *block, size_t bytes)
{
	void *at = block->data + block->used;

	block->used += rounded(bytes) + GAP;
	ASAN_UNPOISON_MEMORY_REGION(at, bytes);
	return at;
}

struct arena *arena_new(size_t cap)
{
	struct block *first = block_new(BLOCK_FIRST - sizeof(struct block), NULL);
	struct arena *arena = block_take(first, sizeof(*arena));

	*arena = (struct arena){
		.newest = first,
		.first = first,
		.cap = cap,
		.own = first->used,
	};
	return arena;
}

struct arena *arena_under(struct arena *parent, size_t cap)
{
	/* A piece of its own, so that a mark taken just before has a smaller number. */
	(void)arena_take(parent, 1);

	struct arena *child = arena_new(cap);

	child->born = arena_used(parent);
	child->sibling = parent->children;
	parent->children = child;
	return child;
}

/* Free the blocks newer than `kept`, and the children made after `used` bytes. */
static void drop_newer(struct arena *arena, struct block *kept, size_t used)
{
	while (arena->children != NULL && arena->children->born > used) {
		struct arena *child = arena->children;

		arena->children = child->sibling;
		arena_free(child);
	}
	while (arena->newest != kept) {
		struct block *block = arena->newest;

		CHECK(block != NULL); /* the mark belongs to another arena, or to what is gone */
		arena->newest = block->older;
		block_free(block);
	}
}

void arena_free(struct arena *arena)
{
	if (arena == NULL)
		return;

	struct block *first = arena->first;

	drop_newer(arena, first, 0);
	block_free(first);
}

void arena_clear(struct arena *arena)
{
	arena_reset(arena, (struct arena_mark){ arena->first, arena->own });
	arena->spent = false;
}

/* Open a block with room for `bytes`; each is twice the one before, up to a limit. */
static void grow(struct arena *arena, size_t bytes)
{
	size_t size = 2 * (arena->newest->size + sizeof(struct block));

	if (size > BLOCK_LARGEST)
		size = BLOCK_LARGEST;
	size -= sizeof(struct block);
	if (size < bytes)
		size = bytes;
	arena->newest = block_new(size, arena->newest);
}

/* Past the cap the reserve serves; past the reserve nothing does. */
static void charge(struct arena *arena, size_t bytes)
{
	if (arena->cap == 0 || arena_used(arena) + bytes <= arena->cap)
		return;
	CHECK(bytes <= arena_left(arena));
	arena->spent = true;
}

void *arena_take(struct arena *arena, size_t bytes)
{
	CHECK(bytes <= PTRDIFF_MAX / 2);
	bytes = bytes == 0 ? 1 : bytes;
	charge(arena, bytes);
	if (arena->newest->size - arena->newest->used < rounded(bytes) + GAP)
		grow(arena, rounded(bytes) + GAP);

	void *at = block_take(arena->newest, bytes);

	return memset(at, 0, bytes);
}

void *arena_take_many(struct arena *arena, size_t count, size_t bytes_each)
{
	size_t bytes;

	CHECK(!__builtin_mul_overflow(count, bytes_each, &bytes));
	return arena_take(arena, bytes);
}

bool arena_extend(struct arena *arena, void *at, size_t old, size_t bytes)
{
	struct block *block = arena->newest;

	old = old == 0 ? 1 : old;
	CHECK(bytes >= old);
	if (bytes > PTRDIFF_MAX / 2 || (char *)at + rounded(old) + GAP != block->data + block->used)
		return false;

	size_t more = rounded(bytes) - rounded(old);

	if (block->size - block->used < more || arena_left(arena) < more)
		return false;
	charge(arena, more);
	block->used += more;
	ASAN_UNPOISON_MEMORY_REGION(at, bytes);
	memset((char *)at + old, 0, bytes - old);
	return true;
}

struct arena_mark arena_mark(struct arena *arena)
{
	return (struct arena_mark){ arena->newest, arena->newest->used };
}

void arena_reset(struct arena *arena, struct arena_mark mark)
{
	struct block *block = mark.block;

	drop_newer(arena, block, block->before + mark.used - arena->own);
	CHECK(mark.used <= block->used);
	block->used = mark.used;
	ASAN_POISON_MEMORY_REGION(block->data + mark.used, block->size - mark.used);
}

bool arena_is_spent(const struct arena *arena)
{
	return arena->spent;
}

size_t arena_used(const struct arena *arena)
{
	return arena->newest->before + arena->newest->used - arena->own;
}

size_t arena_left(const struct arena *arena)
{
	if (arena->cap == 0)
		return SIZE_MAX;

	size_t most = arena->cap > SIZE_MAX / ARENA_RESERVE ? SIZE_MAX : arena->cap * ARENA_RESERVE;
	size_t used = arena_used(arena);

	return used < most ? most - used : 0;
}
