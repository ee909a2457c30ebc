/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* `tessera brand`: the site's own name, colour and logo. */
#include <stdio.h>
#include "brand/brand_in.h"

enum { RESULT_MAX = 4096 };

const struct room_option brand_set_options[] = {
	{ "name", false, false, NULL, "how the site is called, on pages and as sender of mails" },
	{ "accent", false, false, NULL, "the colour of links and buttons, such as #17724f" },
	{ "accent-dark", false, false, NULL,
	  "the same in the dark look; found out of accent unless said" },
	{ "logo", false, false, NULL, "a picture file: JPEG, PNG, WebP or GIF" },
	{ 0 },
};

static enum err put(struct ctx *c, const struct room_call *call)
{
	struct json out = json_make(c->mem, RESULT_MAX);
	struct brand b;
	struct str name;

	TRY(brand_look(c, &b));
	TRY(brand_name(c, &name));
	struct str light = b.accent == BRAND_NONE ? S("") :
						    str_format(c->mem, "#%06x", (unsigned)b.accent),
		   dark = b.accent == BRAND_NONE ?
				  S("") :
				  str_format(c->mem, "#%06x", (unsigned)b.accent_dark);
	json_object(&out);
	json_text_of(&out, "name", name);
	json_text_of(&out, "accent", light);
	json_text_of(&out, "accent_dark", dark);
	json_text_of(&out, "logo", brand_logo_path(c->mem, &b));
	json_object_end(&out);
	if (call->as_json)
		printf("%.*s\n", STR_ARG(json_end(&out)));
	else
		printf("name %.*s\naccent %.*s\naccent-dark %.*s\nlogo %.*s\n", STR_ARG(name),
		       STR_ARG(light), STR_ARG(dark), STR_ARG(b.logo));
	return OK;
}

static enum err set_tx(struct ctx *c, void *arg)
{
	return brand_set(c, arg);
}

static enum err reset_tx(struct ctx *c, void *arg)
{
	(void)arg;
	return brand_reset(c);
}

enum err brand_set_command(struct ctx *c, const struct room_call *call)
{
	struct brand_change change = { .name = room_option(call, "name"),
				       .accent = room_option(call, "accent"),
				       .accent_dark = room_option(call, "accent-dark"),
				       .logo = room_option(call, "logo") };

	if (change.name.len + change.accent.len + change.accent_dark.len + change.logo.len == 0)
		return refuse(c, ERR_INPUT, "say what: name, accent, accent-dark or logo");
	if (change.logo.len > 0)
		TRY(brand_logo_make(c, &change));
	TRY(store_in_tx(c, set_tx, &change));
	return put(c, call);
}

enum err brand_show_command(struct ctx *c, const struct room_call *call)
{
	return put(c, call);
}

enum err brand_reset_command(struct ctx *c, const struct room_call *call)
{
	TRY(store_in_tx(c, reset_tx, NULL));
	return put(c, call);
}
