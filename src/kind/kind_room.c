/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Pure functions only: what is offered to browsers (GET /kinds) is a route of project. */
#include "kind/kind.h"
#include "room/room.h"

const struct room kind_room = {
	.name = "kind",
	.about = "Kinds of work as pure functions: templates, pages, answers, and how answers "
		 "agree.",
};
