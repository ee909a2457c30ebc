/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The operator's settings page: forms in, views out; the rules are in brand.c and colour.c. */
#include "brand/brand_in.h"

static struct str written(struct ctx *c, int64_t colour)
{
	return str_format(c->mem, "#%06x", (unsigned)colour);
}

enum err brand_page(struct ctx *c, void *in, struct web_reply *reply)
{
	struct json *out = web_json(reply);
	struct brand b;

	(void)in;
	TRY(brand_look(c, &b));
	json_object(out);
	json_text_of(out, "name", b.name);
	json_text_of(out, "house", setting_text(c, "site.name"));
	if (b.accent != BRAND_NONE) {
		json_text_of(out, "sheet", brand_style_path(c->mem, &b));
		json_text_of(out, "accent", written(c, b.accent));
		json_text_of(out, "accent_dark", written(c, b.accent_dark));
	}
	if (b.logo.len > 0) {
		json_key(out, "logo");
		json_object(out);
		json_text_of(out, "src", brand_logo_path(c->mem, &b));
		json_i64_of(out, "width", b.logo_width);
		json_i64_of(out, "height", b.logo_height);
		json_object_end(out);
	}
	json_object_end(out);
	return OK;
}

static void put_seen(struct ctx *c, struct json *out, const char *key, struct brand_seen seen)
{
	json_key(out, key);
	json_object(out);
	json_text_of(out, "accent", written(c, seen.accent));
	json_text_of(out, "word", written(c, seen.word));
	json_text_of(out, "tint", written(c, seen.tint));
	json_text_of(out, "page", written(c, seen.page));
	json_f64_of(out, "ratio", seen.ratio);
	json_text_of(out, "where", str_of(seen.where));
	json_bool_of(out, "enough", seen.enough);
	json_object_end(out);
}

enum err brand_contrast_page(struct ctx *c, void *in, struct web_reply *reply)
{
	const struct brand_form *form = in;
	struct json *out = web_json(reply);
	int64_t light = BRAND_NONE, dark = BRAND_NONE;

	TRY(brand_colours_read(c, form->accent, form->accent_dark, &light, &dark));
	json_object(out);
	json_f64_of(out, "least", BRAND_LEAST);
	put_seen(c, out, "light", brand_seen(light, false));
	put_seen(c, out, "dark", brand_seen(dark, true));
	json_object_end(out);
	return OK;
}

enum err brand_post(struct ctx *c, void *in, struct web_reply *reply)
{
	const struct brand_form *form = in;
	struct brand_change change = {
		.name = form->name,
		.accent = form->accent,
		.accent_dark = form->accent_dark,
		.no_name = form->has_name && str_trim(form->name).len == 0,
		.no_accent = form->has_accent && form->accent.len == 0,
	};

	TRY(brand_set(c, &change));
	return brand_page(c, NULL, reply);
}

enum err brand_logo_before(struct ctx *c, void *in, struct web_reply *reply)
{
	struct brand_logo_form *form = in;

	(void)reply;
	form->made = (struct brand_change){ .logo = form->file.path };
	return brand_logo_make(c, &form->made);
}

enum err brand_logo_post(struct ctx *c, void *in, struct web_reply *reply)
{
	const struct brand_logo_form *form = in;

	TRY(brand_set(c, &form->made));
	return brand_page(c, NULL, reply);
}

enum err brand_logo_delete(struct ctx *c, void *in, struct web_reply *reply)
{
	(void)in;
	TRY(brand_logo_leave(c));
	return brand_page(c, NULL, reply);
}

enum err brand_delete(struct ctx *c, void *in, struct web_reply *reply)
{
	(void)in;
	TRY(brand_reset(c));
	return brand_page(c, NULL, reply);
}
