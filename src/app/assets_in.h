/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* assets: the files of the browser app, put into the binary by tools/embed.c. */
#ifndef APP_ASSETS_IN_H
#define APP_ASSETS_IN_H
#include "web/web.h"

/* Sorted by path; ends with a NULL path. */
extern const struct web_asset app_assets[];

#endif
