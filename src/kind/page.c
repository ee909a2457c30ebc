/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A template and a record as the page that a worker sees. Cells go into texts and addresses
 * only. */
#include "kind/kind.h"
#include "kind/kind_in.h"

static void put_markdown(struct arena *mem, const struct json_value *block,
			 const struct json_value *fields, const struct kind_media *media,
			 struct json *out)
{
	struct str text = { 0 };

	(void)!json_text(json_get(block, S("text")), &text);
	json_text_of(out, "type", S("markdown"));
	json_key(out, "nodes");
	kind_prose(mem, text, fields, media, out);
}

static void put_image(struct arena *mem, const struct json_value *block,
		      const struct json_value *fields, const struct kind_media *media,
		      struct json *out)
{
	struct str src = { 0 }, alt = { 0 }, name;

	(void)!json_text(json_get(block, S("src")), &src);
	(void)!json_text(json_get(block, S("alt")), &alt);
	src = str_trim(kind_fill(mem, src, fields));
	json_text_of(out, "type", S("image"));
	if (media != NULL && kind_is_asset(src, &name))
		json_text_of(out, "src", kind_media_address(mem, media, name));
	else
		json_null_of(out, "src");
	if (kind_is_link(src) && !str_eq_nocase(str_cut(src, 0, 7), S("mailto:")))
		json_text_of(out, "href", src);
	json_text_of(out, "alt", kind_fill(mem, alt, fields));
}

static void put_field(struct arena *mem, const struct kind_field *field,
		      const struct json_value *fields, struct json *out)
{
	json_text_of(out, "type", str_of(field->kind->name));
	json_text_of(out, "name", field->name);
	json_text_of(out, "label", kind_fill(mem, field->label, fields));
	json_bool_of(out, "required", field->required);
	field->kind->put_block(out, field);
}

/* One block; `*next` counts the fields that were met. */
static void put_block(struct arena *mem, const struct kind_template *t, int *next,
		      const struct json_value *b, const struct json_value *fields,
		      const struct kind_media *media, struct json *out)
{
	struct str type = { 0 };

	(void)!json_text(json_get(b, S("type")), &type);
	json_object(out);
	if (*next < t->field_count && t->field[*next].block == b)
		put_field(mem, &t->field[(*next)++], fields, out);
	else if (str_eq(type, S("image")))
		put_image(mem, b, fields, media, out);
	else
		put_markdown(mem, b, fields, media, out);
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
	int next = 0;

	json_list(out);
	for (const struct json_value *b = first_block(t); b != NULL; b = b->next)
		put_block(mem, t, &next, b, fields, media, out);
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
	int next = 0, i = 0;

	*out = (struct kind_sheet){ t, media, NEW_MANY(mem, struct str, KIND_BLOCKS_MAX) };
	for (const struct json_value *b = first_block(t); b != NULL; b = b->next, i++) {
		bool is_field = next < t->field_count && t->field[next].block == b;

		if (has_places(mem, b)) {
			next += is_field;
			continue;
		}
		struct json ready = json_make(mem, READY_MAX);

		put_block(mem, t, &next, b, NULL, media, &ready);
		out->ready[i] = json_end(&ready);
	}
}

void kind_sheet_page(struct arena *mem, const struct kind_sheet *sheet,
		     const struct json_value *fields, struct json *out)
{
	const struct kind_template *t = sheet->template;
	int next = 0, i = 0;

	json_list(out);
	for (const struct json_value *b = first_block(t); b != NULL; b = b->next, i++) {
		if (sheet->ready[i].len == 0) {
			put_block(mem, t, &next, b, fields, sheet->media, out);
			continue;
		}
		next += next < t->field_count && t->field[next].block == b;
		json_put_raw(out, sheet->ready[i]);
	}
	json_list_end(out);
}
