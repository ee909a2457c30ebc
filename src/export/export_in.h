/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef EXPORT_IN_H
#define EXPORT_IN_H
#include "export/export.h"

extern const struct web_route export_routes[];
extern const struct room_command export_commands[];

#endif
