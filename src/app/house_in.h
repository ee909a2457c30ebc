/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * house: what all rooms offer together, in the shapes that the ground floor takes.
 *
 * Everything lives in the arena given and looks at the rooms' own tables.
 */
#ifndef APP_HOUSE_IN_H
#define APP_HOUSE_IN_H
#include "room/room.h"

/* The rooms' lists, ended by NULL; rooms without one are left out. */
const struct web_route *const *house_routes(struct arena *);
const struct job_kind *const *house_jobs(struct arena *);

/* The settings of all rooms from `conf` and the environment; refusals are those of setting_load. */
MUST_USE enum err house_settings(struct ctx *, struct str conf, char *const *environment,
				 const struct setting_values **out);

/* What the process keeps for each room, opened in the order of the contents page. */
MUST_USE enum err house_states(struct ctx *, struct arena *, void *const **out);

/*
 * Runs every invariant of every room on ctx->store. `*broken` is the first that has a row,
 * or NULL; `*row` is that row as "column, column".
 */
MUST_USE enum err house_check(struct ctx *, const struct room_invariant **broken, struct str *row);

/* One invariant: how many rows it has and the first of them. */
MUST_USE enum err house_check_one(struct ctx *, const struct room_invariant *, size_t *rows,
				  struct str *row);

#endif
