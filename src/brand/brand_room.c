/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "brand/brand.sql.h"
#include "brand/brand_in.h"
#include "user/user.h"

enum { COLOUR_MAX = 7 };

#define BRAND_VIEW                                                          \
	"{name:text,house:text,sheet:text?,accent:text?,accent_dark:text?," \
	"logo:{src:text,width:int,height:int}?}"
#define SEEN_VIEW \
	"{accent:text,word:text,tint:text,page:text,ratio:real,where:(" BRAND_WHERE "),enough:bool}"
#define IN_FORM(member) offsetof(struct brand_form, member)
#define COLOUR_FIELDS(place, must)                                                             \
	{ "accent",                                                                            \
	  place,                                                                               \
	  WEB_TEXT,                                                                            \
	  IN_FORM(accent),                                                                     \
	  .required = (must),                                                                  \
	  .max = COLOUR_MAX,                                                                   \
	  .about = "the colour of links and buttons, such as #17724f; empty: the house's own", \
	  .has = IN_FORM(has_accent) },                                                        \
	{                                                                                      \
		"accent_dark", place, WEB_TEXT, IN_FORM(accent_dark),                          \
			.max = COLOUR_MAX,                                                     \
			.about = "the same in the dark look; found out of accent unless said"  \
	}

static const struct web_field contrast_fields[] = {
	COLOUR_FIELDS(WEB_QUERY, true),
	{ .name = NULL },
};

static const struct web_field set_fields[] = {
	{ "name", WEB_BODY, WEB_TEXT, IN_FORM(name), .max = BRAND_NAME_MAX,
	  .about = "how the site is called; empty: by the setting site.name",
	  .has = IN_FORM(has_name) },
	COLOUR_FIELDS(WEB_BODY, false),
	{ .name = NULL },
};

static const struct web_field logo_fields[] = {
	{ "file", WEB_BODY, WEB_FILE, offsetof(struct brand_logo_form, file), true,
	  .max = BRAND_LOGO_MAX, .about = "JPEG, PNG, WebP or GIF" },
	{ .name = NULL },
};

static const struct web_field file_fields[] = {
	{ "file", WEB_PATH, WEB_TEXT, offsetof(struct brand_file_form, file), true, 1, 60,
	  .about = "as the page names it" },
	{ .name = NULL },
};

static const struct web_route routes[] = {
	{ WEB_GET, "/brand/{file}", WEB_ANYONE, WEB_READ, brand_file_page, .fields = file_fields,
	  .form_size = sizeof(struct brand_file_form),
	  .about = "The site's own logo, or the style sheet of its colour" },
	{ WEB_GET, "/api/v1/brand", USER_OPERATOR, WEB_READ, brand_page, .view = BRAND_VIEW,
	  .about = "The site's own name, colours and logo, and how it is called without" },
	{ WEB_GET, "/api/v1/brand/contrast", USER_OPERATOR, WEB_READ, brand_contrast_page,
	  .fields = contrast_fields, .form_size = sizeof(struct brand_form),
	  .view = "{least:real,light:" SEEN_VIEW ",dark:" SEEN_VIEW "}",
	  .about = "Whether an accent colour could be read in both looks, and where least" },
	{ WEB_POST, "/api/v1/brand", USER_OPERATOR, WEB_WRITE, brand_post, .fields = set_fields,
	  .form_size = sizeof(struct brand_form), .view = BRAND_VIEW,
	  .about = "Give the site its own name or accent colour; what is not given stays" },
	{ WEB_DELETE, "/api/v1/brand", USER_OPERATOR, WEB_WRITE, brand_delete, .view = BRAND_VIEW,
	  .about = "Go back to the house's own name, colours and mark" },
	{ WEB_POST, "/api/v1/brand/logo", USER_OPERATOR, WEB_WRITE, brand_logo_post,
	  .before = brand_logo_before, .fields = logo_fields,
	  .form_size = sizeof(struct brand_logo_form), .view = BRAND_VIEW,
	  .about = "Give the site a logo, the picture as the request's body" },
	{ WEB_DELETE, "/api/v1/brand/logo", USER_OPERATOR, WEB_WRITE, brand_logo_delete,
	  .view = BRAND_VIEW, .about = "Take the site's logo away" },
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
