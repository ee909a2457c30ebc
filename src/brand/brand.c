/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The row, the logo's way into it, and what browsers fetch. */
#include "brand/brand.h"
#include "audit/audit.h"
#include "brand/brand.sql.h"
#include "brand/brand_in.h"
#include "media/media.h"
#include "os/hash.h"

enum { FILE_HASH = 8 }; /* bytes of it in a name: it tells versions apart, no more */

enum err brand_look(struct ctx *c, struct brand *out)
{
	struct brand_get row;
	bool found;

	*out = (struct brand){ .accent = BRAND_NONE, .accent_dark = BRAND_NONE };
	TRY(brand_get(c, &row, &found));
	if (found)
		*out = (struct brand){ row.name,      row.accent,     row.accent_dark,
				       row.logo_file, row.logo_width, row.logo_height };
	return OK;
}

enum err brand_name(struct ctx *c, struct str *out)
{
	struct brand brand;

	TRY(brand_look(c, &brand));
	*out = brand.name.len > 0 ? brand.name : setting_text(c, "site.name");
	return OK;
}

struct str brand_style_path(struct arena *mem, const struct brand *b)
{
	if (b->accent == BRAND_NONE)
		return S("");
	return str_format(mem, "/brand/accent-%06x-%06x.css", (unsigned)b->accent,
			  (unsigned)b->accent_dark);
}

struct str brand_logo_path(struct arena *mem, const struct brand *b)
{
	return b->logo.len > 0 ? str_format(mem, "/brand/%.*s", STR_ARG(b->logo)) : S("");
}

/* --- the logo --- */

static enum err make_small(struct ctx *c, const char *path, enum media_form form, const char *clean,
			   const char *small, struct brand_change *change)
{
	DEFER(media_close) struct media media = { .folder = NULL, .child = { .fd = OS_FILE_NONE } };
	struct media_said said = { .pages = 1 };
	const char *why;

	TRY(media_open(c, setting_number(c, "intake.media_seconds"),
		       setting_number(c, "intake.media_memory_mib"), &media));
	TRY(media_make(c, &media, path, form, 1, clean, small, &said, &why));
	if (why != NULL)
		return refuse_field(c, ERR_INPUT, S("logo"), "the file %s", why);
	if (said.width > BRAND_LOGO_WIDE * said.height)
		return refuse_field(c, ERR_INPUT, S("logo"),
				    "a logo is at most %d times as wide as high", BRAND_LOGO_WIDE);
	change->width = said.width;
	change->height = said.height;
	return os_slurp(c, small, BRAND_LOGO_KEPT_MAX, &change->kept);
}

enum err brand_logo_make(struct ctx *c, struct brand_change *change)
{
	const char *path = str_c(c->mem, change->logo);
	struct str folder = str_format(c->mem, "%s/tmp/logo-%016llx", c->data,
				       (unsigned long long)ctx_random(c));
	const char *clean = str_c(c->mem, str_format(c->mem, "%.*s.clean", STR_ARG(folder)));
	const char *small = str_c(c->mem, str_format(c->mem, "%.*s.small", STR_ARG(folder)));
	struct str bytes;

	TRY(os_slurp(c, path, BRAND_LOGO_MAX, &bytes));
	enum media_form form = media_form_of(bytes);
	if (!media_form_is_picture(form))
		return refuse_field(c, ERR_INPUT, S("logo"),
				    "a logo is a JPEG, PNG, WebP or GIF, and no drawing such as "
				    "SVG, which may hold scripts");
	enum err err = make_small(c, path, form, clean, small, change);
	struct refusal why = c->refusal;

	c->refusal = (struct refusal){ 0 };
	TRY(os_remove(c, clean));
	TRY(os_remove(c, small));
	c->refusal = why;
	return err;
}

/* --- changes --- */

enum err brand_colours_read(struct ctx *c, struct str accent, struct str accent_dark,
			    int64_t *light, int64_t *dark)
{
	if (accent.len > 0) {
		if (!brand_colour_read(accent, light))
			return refuse_field(c, ERR_INPUT, S("accent"),
					    "a colour is written as #17724f");
		*dark = brand_accent_for_dark(*light);
	}
	if (accent_dark.len == 0)
		return OK;
	if (*light == BRAND_NONE)
		return refuse_field(c, ERR_INPUT, S("accent_dark"),
				    "give the colour of the light look too: accent");
	if (!brand_colour_read(accent_dark, dark))
		return refuse_field(c, ERR_INPUT, S("accent_dark"),
				    "a colour is written as #17724f");
	return OK;
}

static enum err read_colours(struct ctx *c, const struct brand_change *change, struct brand *b)
{
	if (change->no_accent) {
		b->accent = b->accent_dark = BRAND_NONE;
		return OK;
	}
	TRY(brand_colours_read(c, change->accent, change->accent_dark, &b->accent,
			       &b->accent_dark));
	if (b->accent == BRAND_NONE)
		return OK;
	TRY(brand_accent_check(c, "accent", b->accent, false));
	return brand_accent_check(c, "accent_dark", b->accent_dark, true);
}

static bool is_line(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.at[i] < 32 || text.at[i] == 127)
			return false;
	return str_is_utf8(text);
}

/* For the audit book: what was asked for, the logo by its size only. */
static struct str told(struct ctx *c, const struct brand_change *change)
{
	struct json out = json_make(c->mem, AUDIT_DETAIL_MAX);

	json_object(&out);
	if (change->name.len > 0 || change->no_name)
		json_text_of(&out, "name", str_trim(change->name));
	if (change->accent.len > 0 || change->no_accent)
		json_text_of(&out, "accent", change->accent);
	if (change->accent_dark.len > 0)
		json_text_of(&out, "accent_dark", change->accent_dark);
	if (change->kept.len > 0)
		json_i64_of(&out, "logo_bytes", (int64_t)change->kept.len);
	json_object_end(&out);
	return json_end(&out);
}

enum err brand_set(struct ctx *c, const struct brand_change *change)
{
	struct str name = str_trim(change->name);
	struct brand b;
	int64_t changed;

	TRY(brand_look(c, &b));
	if (name.len > 0 && (!is_line(name) || str_points(name) > BRAND_NAME_MAX))
		return refuse_field(c, ERR_INPUT, S("name"),
				    "a name is one line of 1 to %d "
				    "characters",
				    BRAND_NAME_MAX);
	if (name.len > 0 || change->no_name)
		b.name = name;
	TRY(read_colours(c, change, &b));
	TRY(brand_put(c, b.name, b.accent, b.accent_dark));
	if (change->kept.len > 0) {
		struct str hash = hash_sha256(c->mem, change->kept);

		TRY(brand_logo_put(c, text_base64url(c->mem, change->kept.at, change->kept.len),
				   str_format(c->mem, "logo-%.*s.webp",
					      STR_ARG(text_hex(c->mem, hash.at, FILE_HASH))),
				   change->width, change->height, &changed));
		CHECK(changed == 1);
	}
	return audit_add(c, AUDIT_SITE, S("brand.set"), 0, told(c, change));
}

enum err brand_logo_leave(struct ctx *c)
{
	int64_t changed;

	TRY(brand_logo_put(c, S(""), S(""), 0, 0, &changed));
	return changed == 0 ? OK : audit_add(c, AUDIT_SITE, S("brand.logo_leave"), 0, S(""));
}

enum err brand_reset(struct ctx *c)
{
	int64_t changed;

	TRY(brand_drop(c, &changed));
	return changed == 0 ? OK : audit_add(c, AUDIT_SITE, S("brand.reset"), 0, S(""));
}

/* --- what browsers fetch --- */

enum err brand_file_page(struct ctx *c, void *in, struct web_reply *reply)
{
	const struct brand_file_form *form = in;
	struct str path = str_format(c->mem, "/brand/%.*s", STR_ARG(form->file)), bytes;
	struct brand_logo_get row;
	struct brand b;
	bool found;

	TRY(brand_look(c, &b));
	web_header(reply, "Cache-Control", S("public, max-age=31536000, immutable"));
	if (str_eq(path, brand_style_path(c->mem, &b))) {
		web_bytes(reply, "text/css; charset=utf-8",
			  brand_style(c->mem, b.accent, b.accent_dark));
		return OK;
	}
	if (!str_eq(path, brand_logo_path(c->mem, &b)))
		return refuse(c, ERR_MISSING, "there is no such file");
	TRY(brand_logo_get(c, &row, &found));
	CHECK(found && text_base64url_read(c->mem, row.logo, &bytes));
	web_bytes(reply, "image/webp", bytes);
	return OK;
}
