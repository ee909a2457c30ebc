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

void kind_page(struct arena *mem, const struct kind_template *t, const struct json_value *fields,
	       const struct kind_media *media, struct json *out)
{
	const struct json_value *blocks = json_get(t->root, S("blocks"));
	int next = 0;

	json_list(out);
	for (const struct json_value *b = blocks != NULL ? blocks->first : NULL; b != NULL;
	     b = b->next) {
		struct str type = { 0 };

		(void)!json_text(json_get(b, S("type")), &type);
		json_object(out);
		if (next < t->field_count && t->field[next].block == b)
			put_field(mem, &t->field[next++], fields, out);
		else if (str_eq(type, S("image")))
			put_image(mem, b, fields, media, out);
		else
			put_markdown(mem, b, fields, media, out);
		json_object_end(out);
	}
	json_list_end(out);
}
