/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "export/export_in.h"

const struct room export_room = {
	.name = "export",
	.routes = export_routes,
	.commands = export_commands,
	.about = "Results out of the house, as one clean file",
};
