/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The contents page turned into lists. Nothing here knows a room by name. */
#include "app/house_in.h"

static size_t room_count(void)
{
	size_t count = 0;

	while (house_rooms[count] != NULL)
		count++;
	return count;
}

const struct web_route *const *house_routes(struct arena *mem)
{
	const struct web_route **list = NEW_MANY(mem, const struct web_route *, room_count() + 1);
	size_t count = 0;

	for (size_t i = 0; house_rooms[i] != NULL; i++)
		if (house_rooms[i]->routes != NULL)
			list[count++] = house_rooms[i]->routes;
	return list;
}

const struct job_kind *const *house_jobs(struct arena *mem)
{
	const struct job_kind **list = NEW_MANY(mem, const struct job_kind *, room_count() + 1);
	size_t count = 0;

	for (size_t i = 0; house_rooms[i] != NULL; i++)
		if (house_rooms[i]->jobs != NULL)
			list[count++] = house_rooms[i]->jobs;
	return list;
}

enum err house_settings(struct ctx *c, struct str conf, char *const *environment,
			const struct setting_values **out)
{
	const struct setting **lists = NEW_MANY(c->mem, const struct setting *, room_count() + 1);
	struct setting_values *values;
	int count = 0;

	lists[count++] = web_settings;
	for (size_t i = 0; house_rooms[i] != NULL; i++)
		if (house_rooms[i]->settings != NULL)
			lists[count++] = house_rooms[i]->settings;
	TRY(setting_load(c, lists, count, conf, environment, &values));
	*out = values;
	return OK;
}

enum err house_states(struct ctx *c, struct arena *mem, void *const **out)
{
	void **states = NEW_MANY(mem, void *, room_count() + 1);

	for (size_t i = 0; house_rooms[i] != NULL; i++) {
		const struct room *room = house_rooms[i];

		if (room->state_size == 0)
			continue;
		states[i] = arena_take(mem, room->state_size);
		if (room->state_open != NULL)
			TRY(room->state_open(c, mem, states[i]));
	}
	*out = states;
	return OK;
}

static struct str row_text(struct ctx *c, const struct store_stmt *query,
			   const struct store_rows *rows)
{
	struct buf text = buf_make(c->mem, 2000);

	for (size_t i = 0; i < rows->columns; i++) {
		const struct store_value *v = &rows->value[i];

		if (i > 0)
			buf_add(&text, S(", "));
		if (v->null)
			buf_add(&text, S("nothing"));
		else if (query->columns[i] == STORE_INT)
			buf_add_i64(&text, v->i);
		else if (query->columns[i] == STORE_REAL)
			buf_format(&text, "%g", v->r);
		else
			buf_add(&text, v->s);
	}
	return buf_str(&text);
}

enum err house_check_one(struct ctx *c, const struct room_invariant *invariant, size_t *rows,
			 struct str *row)
{
	struct store_rows found = { 0 };

	TRY(store_run(c, invariant->query, NULL, NULL, &found));
	*rows = found.count;
	*row = found.count > 0 ? row_text(c, invariant->query, &found) : (struct str){ 0 };
	return OK;
}

enum err house_check(struct ctx *c, const struct room_invariant **broken, struct str *row)
{
	*broken = NULL;
	for (size_t i = 0; house_rooms[i] != NULL; i++) {
		const struct room_invariant *one = house_rooms[i]->invariants;

		for (; one != NULL && one->name != NULL; one++) {
			size_t rows;

			TRY(house_check_one(c, one, &rows, row));
			if (rows > 0) {
				*broken = one;
				return OK;
			}
		}
	}
	return OK;
}
