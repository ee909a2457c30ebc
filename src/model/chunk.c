/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A million answers as they come, in as few bytes as their ids need, in an arena of their own. */
#include "model/read_in.h"

struct chunk *chunk_new(const struct chunk *like)
{
	struct arena *mem = arena_new(0);
	struct chunk *chunk = NEW(mem, struct chunk);

	chunk->mem = mem;
	for (int i = 0; i < 3; i++) {
		struct chunk_column *column = &chunk->column[i];

		column->bytes = like != NULL ? like->column[i].bytes : 1;
		column->at = arena_take_many(mem, CHUNK_ANSWERS, (size_t)column->bytes);
	}
	return chunk;
}

static uint32_t get(const struct chunk_column *column, int32_t at)
{
	switch (column->bytes) {
	case 1:
		return ((const uint8_t *)column->at)[at];
	case 2:
		return ((const uint16_t *)column->at)[at];
	default:
		return ((const uint32_t *)column->at)[at];
	}
}

static void put(struct chunk_column *column, int32_t at, uint32_t id)
{
	switch (column->bytes) {
	case 1:
		((uint8_t *)column->at)[at] = (uint8_t)id;
		break;
	case 2:
		((uint16_t *)column->at)[at] = (uint16_t)id;
		break;
	default:
		((uint32_t *)column->at)[at] = id;
	}
}

static void widen(struct chunk *chunk, struct chunk_column *column)
{
	struct chunk_column wide = { .bytes = 2 * column->bytes };

	wide.at = arena_take_many(chunk->mem, CHUNK_ANSWERS, (size_t)wide.bytes);
	for (int32_t i = 0; i < chunk->count; i++)
		put(&wide, i, get(column, i));
	*column = wide;
}

void chunk_add(struct chunk *chunk, const int32_t id[3])
{
	for (int i = 0; i < 3; i++) {
		struct chunk_column *column = &chunk->column[i];

		while (column->bytes < 4 && (uint32_t)id[i] >> (8 * column->bytes) != 0)
			widen(chunk, column);
		put(column, chunk->count, (uint32_t)id[i]);
	}
	chunk->count++;
}

uint32_t chunk_get(const struct chunk *chunk, int column, int32_t at)
{
	return get(&chunk->column[column], at);
}
