/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Names to numbers: an open hash table over C texts. The table lives in an arena of its own, made
 * anew when it grows, so that the old one is given back. A slot keeps the hash, so that another
 * name is seldom looked at and growing looks at none: each look is a miss of the cache.
 */
#include <stdlib.h>
#include "model/read_in.h"

enum { SLOTS_FIRST = 1 << 12, ROOM_FIRST = 1 << 12 };

void names_make(struct arena *mem, struct read_names *n)
{
	*n = (struct read_names){ .mem = mem, .slots = SLOTS_FIRST, .last = -1 };
	n->table_mem = arena_new(0);
	n->slot = NEW_MANY(n->table_mem, struct read_slot, n->slots);
}

void names_forget_table(struct read_names *n)
{
	arena_free(n->table_mem);
	n->table_mem = NULL;
	n->slot = NULL;
	n->slots = 0;
}

/* Most names are shorter than a call of strncmp is long. */
static bool is_name(const char *name, struct str text)
{
	size_t i = 0;

	while (i < text.len && name[i] == text.at[i] && name[i] != '\0')
		i++;
	return i == text.len && name[i] == '\0';
}

static uint32_t hash_of(struct str name)
{
	const uint64_t hash = str_hash(name);

	return (uint32_t)(hash ^ hash >> 32);
}

/* Where the name is, or where it would be put. */
static size_t find_slot(const struct read_names *n, struct str name, uint32_t hash)
{
	size_t at = hash & (n->slots - 1);

	while (n->slot[at].name != 0 &&
	       (n->slot[at].hash != hash || !is_name(n->at[n->slot[at].name - 1], name)))
		at = (at + 1) & (n->slots - 1);
	return at;
}

int32_t read_find(const struct read_names *n, struct str name)
{
	int32_t low = 0, high = n->count;

	while (low < high) {
		int32_t at = low + (high - low) / 2;
		int order = strncmp(n->at[at], name.at, name.len);

		if (order == 0 && n->at[at][name.len] == '\0')
			return at;
		if (order < 0)
			low = at + 1;
		else
			high = at;
	}
	return -1;
}

static void grow_table(struct read_names *n)
{
	const struct read_slot *slot = n->slot;
	const size_t slots = n->slots;
	struct arena *old = n->table_mem;

	n->slots *= 2;
	n->table_mem = arena_new(0);
	n->slot = NEW_MANY(n->table_mem, struct read_slot, n->slots);
	for (size_t i = 0; i < slots; i++) {
		size_t at = slot[i].hash & (n->slots - 1);

		if (slot[i].name == 0)
			continue;
		while (n->slot[at].name != 0)
			at = (at + 1) & (n->slots - 1);
		n->slot[at] = slot[i];
	}
	arena_free(old);
}

static void grow_list(struct read_names *n)
{
	const size_t room = n->room == 0 ? ROOM_FIRST : 2 * n->room;

	if (n->room > 0 &&
	    arena_extend(n->mem, n->at, n->room * sizeof(char *), room * sizeof(char *))) {
		n->room = room;
		return;
	}

	const char **more = NEW_MANY(n->mem, const char *, room);

	if (n->count > 0)
		memcpy(more, n->at, (size_t)n->count * sizeof(char *));
	n->at = more;
	n->room = room;
}

bool names_add(struct read_names *n, struct str name, int32_t *out)
{
	if (n->last >= 0 && is_name(n->at[n->last], name)) {
		*out = n->last;
		return true;
	}

	const uint32_t hash = hash_of(name);
	const size_t at = find_slot(n, name, hash);

	if (n->slot[at].name == 0) {
		if (!str_is_utf8(name))
			return false;
		if ((size_t)n->count == n->room)
			grow_list(n);
		n->at[n->count] = str_c(n->mem, name);
		n->slot[at] = (struct read_slot){ hash, ++n->count };
		n->last = n->count - 1;
		if ((size_t)n->count * 2 > n->slots)
			grow_table(n);
	} else {
		n->last = n->slot[at].name - 1;
	}
	*out = n->last;
	return true;
}

/* --- order --- */

struct sorted {
	uint64_t start; /* the first eight bytes, as a number */
	double value;
	const char *name;
	int32_t number;
};

static int by_bytes(const void *left, const void *right)
{
	const struct sorted *a = left, *b = right;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return strcmp(a->name, b->name);
}

static int by_number(const void *left, const void *right)
{
	const struct sorted *a = left, *b = right;

	if (a->value < b->value || a->value > b->value)
		return a->value < b->value ? -1 : 1;
	return strcmp(a->name, b->name);
}

int32_t *names_sort(struct read_names *n, bool by_value, struct arena *scratch)
{
	const size_t count = (size_t)n->count;
	int32_t *rank = NEW_MANY(scratch, int32_t, count + 1);

	n->first = NEW_MANY(n->mem, int32_t, count + 1);

	struct arena_mark mark = arena_mark(scratch);
	struct sorted *list = NEW_MANY(scratch, struct sorted, count + 1);

	for (size_t i = 0; i < count; i++) {
		struct str name = str_of(n->at[i]);

		list[i].name = n->at[i];
		list[i].number = (int32_t)i;
		for (size_t j = 0; j < 8; j++)
			list[i].start =
				list[i].start << 8 | (j < name.len ? (unsigned char)name.at[j] : 0);
		by_value = by_value && num_f64(name, &list[i].value);
	}
	qsort(list, count, sizeof(*list), by_value ? by_number : by_bytes);
	for (size_t i = 0; i < count; i++) {
		rank[list[i].number] = (int32_t)i;
		n->at[i] = list[i].name;
	}
	memcpy(n->first, rank, count * sizeof(int32_t));
	arena_reset(scratch, mark);
	return rank;
}
