/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/setting.h"
#include "dispatch/dispatch_in.h"

static const struct setting settings[] = {
	{ "dispatch.copies", "1", 0, 3,
	  "Second copies of a slow task at most, for each answer that it waits for; 0: none." },
	{ "dispatch.copy_after_percent", "50", 0, 1000,
	  "A task is slow when it has been held for this share of the time within which nine of "
	  "ten answers come." },
	{ 0 },
};

const struct room dispatch_room = {
	.name = "dispatch",
	.routes = dispatch_routes,
	.settings = settings,
	.state_size = sizeof(struct dispatch_memory),
	.state_open = dispatch_memory_open,
	.about = "Which task a worker gets next",
};
