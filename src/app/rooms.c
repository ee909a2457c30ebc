/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The contents page: every room of the house, in the order in which data passes them.
 * A room calls only rooms above it; src/LAYERS says which.
 */
#include "room/room.h"

#define ROOMS(X)      \
	X(audit)      \
	X(user)       \
	X(org)        \
	X(brand)      \
	X(notice)     \
	X(ledger)     \
	X(model)      \
	X(kind)       \
	X(project)    \
	X(intake)     \
	X(task)       \
	X(assignment) \
	X(dispatch)   \
	X(quality)    \
	X(review)     \
	X(pay)        \
	X(export)     \
	X(report)     \
	X(demo)       \
	X(app)

#define ROOM_DECLARE(name) extern const struct room name##_room;
ROOMS(ROOM_DECLARE)
#undef ROOM_DECLARE

#define ROOM_ENTRY(name) &name##_room,
const struct room *const house_rooms[] = { ROOMS(ROOM_ENTRY) NULL };
#undef ROOM_ENTRY
