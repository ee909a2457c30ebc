/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "dispatch/dispatch_in.h"

const struct room dispatch_room = {
	.name = "dispatch",
	.routes = dispatch_routes,
	.state_size = sizeof(struct dispatch_memory),
	.state_open = dispatch_memory_open,
	.about = "Which task a worker gets next",
};
