/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "model/aggregate_in.h"

const struct room model_room = {
	.name = "model",
	.commands = model_commands,
	.about = "What redundant answers say together, by pure functions",
};
