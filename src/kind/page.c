/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A template and a record as the page that a worker sees. Cells go into texts and addresses
 * only. */
#include "kind/kind.h"
#include "kind/kind_in.h"

static void put_markdown(struct json *out, const struct json_value *block,
			 const struct kind_view *view)
{
	struct str text = { 0 };

	(void)!json_text(json_get(block, S("text")), &text);
	json_text_of(out, "type", S("markdown"));
	json_key(out, "nodes");
	kind_prose(view->mem, text, view->fields, view->media, out);
}

void kind_put_picture(struct json *out, const struct json_value *block, const char *member,
		      const struct kind_view *view)
{
	struct str src = { 0 }, name;

	(void)!json_text(json_get(block, str_of(member)), &src);
	src = str_trim(kind_fill(view->mem, src, view->fields));
	if (view->media != NULL && kind_is_asset(src, &name))
		json_text_of(out, "src", kind_media_address(view->mem, view->media, name));
	else
		json_null_of(out, "src");
	if (kind_is_link(src) && !str_eq_nocase(str_cut(src, 0, 7), S("mailto:")))
		json_text_of(out, "href", src);
}

/* src and alt of a block. */
static void put_image(struct json *out, const struct json_value *block,
		      const struct kind_view *view)
{
	struct str alt = { 0 };

	(void)!json_text(json_get(block, S("alt")), &alt);
	kind_put_picture(out, block, "src", view);
	json_text_of(out, "alt", kind_fill(view->mem, alt, view->fields));
}

static void put_field(struct json *out, const struct kind_field *field,
		      const struct kind_view *view)
{
	json_text_of(out, "type", str_of(field->kind->name));
	json_text_of(out, "name", field->name);
	json_text_of(out, "label", kind_fill(view->mem, field->label, view->fields));
	json_bool_of(out, "required", field->required);
	if (json_get(field->block, S("show_if")) != NULL) {
		json_key(out, "show_if");
		json_put_value(out, json_get(field->block, S("show_if")));
	}
	if (field->kind->has_picture)
		put_image(out, field->block, view);
	field->kind->put_block(out, field, view);
}

/* One block; `*next` counts the fields that were met. */
static void put_block(struct json *out, const struct kind_template *t, int *next,
		      const struct json_value *b, const struct kind_view *view)
{
	struct str type = { 0 };

	(void)!json_text(json_get(b, S("type")), &type);
	json_object(out);
	if (*next < t->field_count && t->field[*next].block == b) {
		put_field(out, &t->field[(*next)++], view);
	} else if (str_eq(type, S("image"))) {
		json_text_of(out, "type", type);
		put_image(out, b, view);
		kind_crop_put(out, b, view);
		if (kind_bool(b, "blur", false))
			json_bool_of(out, "blur", true);
	} else {
		put_markdown(out, b, view);
	}
	json_object_end(out);
}

static const struct json_value *first_block(const struct kind_template *t)
{
	const struct json_value *blocks = json_get(t->root, S("blocks"));

	return blocks != NULL ? blocks->first : NULL;
}

void kind_page(struct arena *mem, const struct kind_template *t, const struct json_value *fields,
	       const struct kind_media *media, struct json *out)
{
	const struct kind_view view = { mem, fields, media };
	int next = 0;

	json_list(out);
	for (const struct json_value *b = first_block(t); b != NULL; b = b->next)
		put_block(out, t, &next, b, &view);
	json_list_end(out);
}

/* --- sheets --- */

enum { READY_MAX = 1 << 20 };

/* Does a {{column}} stand anywhere in the block? */
static bool has_places(struct arena *mem, const struct json_value *block)
{
	size_t at;

	return str_find(kind_json_text(mem, block), S("{{"), &at);
}

void kind_sheet_make(struct arena *mem, const struct kind_template *t,
		     const struct kind_media *media, struct kind_sheet *out)
{
	const struct kind_view view = { mem, NULL, media };
	int next = 0, i = 0;

	*out = (struct kind_sheet){ t, NEW_MANY(mem, struct str, KIND_BLOCKS_MAX) };
	for (const struct json_value *b = first_block(t); b != NULL; b = b->next, i++) {
		bool is_field = next < t->field_count && t->field[next].block == b;

		if (has_places(mem, b)) {
			next += is_field;
			continue;
		}
		struct json ready = json_make(mem, READY_MAX);

		put_block(&ready, t, &next, b, &view);
		out->ready[i] = json_end(&ready);
	}
}

void kind_sheet_page(struct arena *mem, const struct kind_sheet *sheet,
		     const struct json_value *fields, const struct kind_media *media,
		     struct json *out)
{
	const struct kind_template *t = sheet->template;
	const struct kind_view view = { mem, fields, media };
	int next = 0, i = 0;

	json_list(out);
	for (const struct json_value *b = first_block(t); b != NULL; b = b->next, i++) {
		if (sheet->ready[i].len == 0) {
			put_block(out, t, &next, b, &view);
			continue;
		}
		next += next < t->field_count && t->field[next].block == b;
		json_put_raw(out, sheet->ready[i]);
	}
	json_list_end(out);
}
