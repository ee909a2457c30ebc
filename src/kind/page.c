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

/* One block, wherever it stands. */
static void put_block(struct json *out, const struct kind_template *t,
		      const struct kind_placed *placed, const struct kind_view *view)
{
	const struct json_value *b = placed->block;
	struct str type = { 0 };

	(void)!json_text(json_get(b, S("type")), &type);
	json_object(out);
	if (placed->field >= 0) {
		put_field(out, &t->field[placed->field], view);
		if (kind_has_quota(t, t->field[placed->field].name))
			json_bool_of(out, "quota", true);
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

void kind_page(struct arena *mem, const struct kind_template *t, const struct json_value *fields,
	       const struct kind_media *media, struct json *out)
{
	const struct kind_view view = { mem, fields, media, 0 };
	struct kind_placed placed[KIND_BLOCKS_MAX];
	int n = kind_blocks_in_order(mem, t, 0, placed);

	json_list(out);
	for (int i = 0; i < n; i++)
		put_block(out, t, &placed[i], &view);
	json_list_end(out);
}

/* --- sheets --- */

enum { READY_MAX = 1 << 20 };

/* Is the block the same for all: does no {{column}} stand in it, and no option move? */
static bool is_same(struct arena *mem, const struct json_value *block)
{
	size_t at;

	return !kind_bool(block, "shuffle", false) &&
	       !str_find(kind_json_text(mem, block), S("{{"), &at);
}

void kind_sheet_make(struct arena *mem, const struct kind_template *t,
		     const struct kind_media *media, struct kind_sheet *out)
{
	const struct kind_view view = { mem, NULL, media, 0 };
	struct kind_placed placed[KIND_BLOCKS_MAX];
	int n = kind_blocks_in_order(mem, t, 0, placed);

	*out = (struct kind_sheet){ t, NEW_MANY(mem, struct str, KIND_BLOCKS_MAX) };
	for (int i = 0; i < n; i++) {
		if (!is_same(mem, placed[i].block))
			continue;
		struct json ready = json_make(mem, READY_MAX);

		put_block(&ready, t, &placed[i], &view);
		out->ready[i] = json_end(&ready);
	}
}

void kind_sheet_page(struct arena *mem, const struct kind_sheet *sheet,
		     const struct json_value *fields, const struct kind_media *media, uint64_t seed,
		     struct json *out)
{
	const struct kind_view view = { mem, fields, media, seed };
	struct kind_placed placed[KIND_BLOCKS_MAX];
	int n = kind_blocks_in_order(mem, sheet->template, seed, placed);

	json_list(out);
	for (int i = 0; i < n; i++) {
		struct str ready = sheet->ready[placed[i].written];

		if (ready.len == 0)
			put_block(out, sheet->template, &placed[i], &view);
		else
			json_put_raw(out, ready);
	}
	json_list_end(out);
}
