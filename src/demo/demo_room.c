/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "demo/simulate_in.h"

static const struct room_command commands[] = {
	{ .name = "simulate",
	  .options = simulate_options,
	  .run = simulate_command,
	  .needs_site = true,
	  .about = "Let simulated workers answer a project's tasks" },
	{ .name = NULL },
};

const struct room demo_room = {
	.name = "demo",
	.commands = commands,
	.about = "Simulated workers, for a first look",
};
