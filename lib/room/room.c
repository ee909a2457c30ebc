/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A room is found by its address in the contents page: the page is short and never changes. */
#include "room/room.h"

void *room_state(const struct ctx *c, const struct room *room)
{
	if (c->rooms == NULL)
		return NULL;
	for (size_t i = 0; house_rooms[i] != NULL; i++)
		if (house_rooms[i] == room)
			return c->rooms[i];
	return NULL;
}

static size_t option_index(const struct room_call *call, const char *name)
{
	size_t i = 0;

	CHECK(call->options != NULL);
	while (call->options[i].name != NULL && strcmp(call->options[i].name, name) != 0)
		i++;
	check_story("option %s", name);
	CHECK(call->options[i].name != NULL);
	return i;
}

struct str room_option(const struct room_call *call, const char *name)
{
	return call->value[option_index(call, name)];
}

bool room_flag(const struct room_call *call, const char *name)
{
	size_t i = option_index(call, name);

	CHECK(call->options[i].is_flag);
	return call->value[i].at != NULL;
}
