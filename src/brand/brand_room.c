/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "brand/brand.sql.h"
#include "brand/brand_in.h"

static const struct web_field file_fields[] = {
	{ "file", WEB_PATH, WEB_TEXT, offsetof(struct brand_file_form, file), true, 1, 60,
	  .about = "as the page names it" },
	{ .name = NULL },
};

static const struct web_route routes[] = {
	{ WEB_GET, "/brand/{file}", WEB_ANYONE, WEB_READ, brand_file_page, .fields = file_fields,
	  .form_size = sizeof(struct brand_file_form),
	  .about = "The site's own logo, or the style sheet of its colour" },
	{ .path = NULL },
};

static const struct room_invariant invariants[] = {
	{ "brand.logo", &inv_brand_logo_stmt, "a logo has no size" },
	{ .name = NULL },
};

static const struct room_command commands[] = {
	{ "brand set", brand_set_options, brand_set_command, .needs_site = true,
	  .about = "Give the site its own name, accent colour or logo" },
	{ "brand show", NULL, brand_show_command, .needs_site = true,
	  .about = "Say what the site's name, colours and logo are" },
	{ "brand reset", NULL, brand_reset_command, .needs_site = true,
	  .about = "Go back to the house's own look" },
	{ .name = NULL },
};

const struct room brand_room = {
	.name = "brand",
	.routes = routes,
	.commands = commands,
	.invariants = invariants,
	.about = "Under whose name the site stands: its name, its accent colour and its logo.",
};
