/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What must be so of all rooms together, whatever they are. */
#include "tests/test.h"
#include "app/house_in.h"

TEST(house, every_statement_prepares)
{
	WANT_OK(store_prepare_all(c));
}

TEST(house, every_invariant_holds_on_an_empty_site)
{
	const struct room_invariant *broken;
	struct str row;

	WANT_OK(house_check(c, &broken, &row));
	WANT(broken == NULL);
}

TEST(house, an_invariant_is_a_query_that_can_be_run_alone)
{
	for (size_t i = 0; house_rooms[i] != NULL; i++) {
		const struct room_invariant *one = house_rooms[i]->invariants;

		for (; one != NULL && one->name != NULL; one++) {
			WANT(one->query->params[0] == '\0');
			WANT(one->query->shape == STORE_MANY);
			WANT(one->about != NULL);
		}
	}
}

TEST(house, every_route_says_what_it_is_for)
{
	for (size_t i = 0; house_rooms[i] != NULL; i++) {
		const struct web_route *one = house_rooms[i]->routes;

		for (; one != NULL && one->path != NULL; one++) {
			WANT(one->about != NULL);
			WANT(one->runs == WEB_BATCH ? one->batch != NULL : one->handler != NULL);
			WANT((one->fields == NULL) == (one->form_size == 0));
		}
	}
}

static const char *const *name_list(struct ctx *c, size_t *count)
{
	const char **name = NEW_MANY(c->mem, const char *, 4000);
	size_t n = 0;

	for (size_t i = 0; house_rooms[i] != NULL; i++) {
		const struct room *room = house_rooms[i];

		for (const struct job_kind *j = room->jobs; j != NULL && j->name != NULL; j++)
			name[n++] = str_c(c->mem, str_format(c->mem, "job %s", j->name));
		for (const struct setting *s = room->settings; s != NULL && s->name != NULL; s++)
			name[n++] = str_c(c->mem, str_format(c->mem, "setting %s", s->name));
		for (const struct room_command *k = room->commands; k != NULL && k->name != NULL;
		     k++)
			name[n++] = str_c(c->mem, str_format(c->mem, "command %s", k->name));
		for (const struct room_invariant *v = room->invariants;
		     v != NULL && v->name != NULL; v++)
			name[n++] = str_c(c->mem, str_format(c->mem, "invariant %s", v->name));
		for (const struct web_route *r = room->routes; r != NULL && r->path != NULL; r++)
			name[n++] = str_c(c->mem,
					  str_format(c->mem, "route %d %s", (int)r->verb, r->path));
		CHECK(n < 3500);
	}
	*count = n;
	return name;
}

TEST(house, no_two_rooms_offer_the_same_thing)
{
	size_t count;
	const char *const *name = name_list(c, &count);

	WANT(count > 0);
	for (size_t i = 0; i < count; i++)
		for (size_t k = i + 1; k < count; k++)
			if (strcmp(name[i], name[k]) == 0)
				test_want(false, name[i], __FILE__, __LINE__);
}

TEST(house, jobs_settings_and_invariants_carry_the_name_of_their_room)
{
	for (size_t i = 0; house_rooms[i] != NULL; i++) {
		const struct room *room = house_rooms[i];
		struct str start = str_format(c->mem, "%s.", room->name);

		for (const struct job_kind *j = room->jobs; j != NULL && j->name != NULL; j++)
			WANT(str_starts(str_of(j->name), start));
		for (const struct room_invariant *v = room->invariants;
		     v != NULL && v->name != NULL; v++)
			WANT(str_starts(str_of(v->name), start));
	}
}
