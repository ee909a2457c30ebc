/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What is known of the columns of a source, kept as JSON between the steps of its check:
 * a column is of a type when all of its cells that are not empty are.
 */
#include "intake/intake_in.h"

enum { TEXT_MAX = 1 << 20 };

struct str intake_columns_text(struct arena *mem, const struct intake_columns *columns)
{
	struct json out = json_make(mem, TEXT_MAX);

	json_list(&out);
	for (int i = 0; i < columns->count; i++) {
		const struct intake_column *column = &columns->at[i];

		json_object(&out);
		json_text_of(&out, "name", column->name);
		json_i64_of(&out, "filled", column->filled);
		json_i64_of(&out, "can_be", (int64_t)column->can_be);
		json_text_of(&out, "sample", column->sample);
		json_object_end(&out);
	}
	json_list_end(&out);
	return json_end(&out);
}

struct intake_columns intake_columns_read(struct arena *mem, struct str text)
{
	struct intake_columns out = { 0 };
	struct json_value *list;
	struct json_fault fault;

	CHECK(json_read(mem, text, &list, &fault));
	out.at = NEW_MANY(mem, struct intake_column, list->count + 1);
	for (const struct json_value *v = list->first; v != NULL; v = v->next) {
		struct intake_column *column = &out.at[out.count++];
		int64_t can_be = 0;

		CHECK(json_text(json_get(v, S("name")), &column->name));
		CHECK(json_i64(json_get(v, S("filled")), 0, INT64_MAX, &column->filled));
		CHECK(json_i64(json_get(v, S("can_be")), 0, 7, &can_be));
		CHECK(json_text(json_get(v, S("sample")), &column->sample));
		column->can_be = (unsigned)can_be;
	}
	return out;
}

struct intake_column *intake_columns_room(struct arena *mem, const struct intake_columns *columns)
{
	struct intake_column *at = NEW_MANY(mem, struct intake_column, INTAKE_COLUMNS_MAX);

	CHECK(columns->count <= INTAKE_COLUMNS_MAX);
	for (int i = 0; i < columns->count; i++)
		at[i] = columns->at[i];
	return at;
}

bool intake_columns_name(struct arena *mem, const struct str *names, int count,
			 struct intake_columns *out, const char **why)
{
	*out = (struct intake_columns){ NEW_MANY(mem, struct intake_column, (size_t)count + 1), 0 };
	if (count > INTAKE_COLUMNS_MAX) {
		*why = "the table has more than 200 columns";
		return false;
	}
	for (int i = 0; i < count; i++) {
		bool braces = str_find(names[i], S("{"), &(size_t){ 0 }) ||
			      str_find(names[i], S("}"), &(size_t){ 0 });

		if (names[i].len > INTAKE_COLUMN_MAX || !kind_is_plain(names[i]) || braces ||
		    str_trim(names[i]).len != names[i].len) {
			*why = "a column's name is longer than 100 bytes, or has braces or control "
			       "characters";
			return false;
		}
		out->at[out->count++] = (struct intake_column){
			.name = str_copy(mem, names[i]),
			.can_be = COLUMN_NUMBER | COLUMN_URL | COLUMN_ASSET,
		};
	}
	return true;
}

struct str intake_picture_cell(struct arena *mem, struct str asset, struct str name)
{
	return str_format(mem, "asset:%.*s %.*s", STR_ARG(asset), STR_ARG(name));
}

struct str intake_cut(struct str text, size_t max)
{
	size_t len = text.len < max ? text.len : max;

	while (len > 0 && len < text.len && ((unsigned char)text.at[len] & 0xc0) == 0x80)
		len--;
	return str_cut(text, 0, len);
}

static bool is_url(struct str cell)
{
	return (str_starts(cell, S("https://")) || str_starts(cell, S("http://"))) &&
	       !str_find(cell, S(" "), &(size_t){ 0 });
}

void intake_column_see(struct arena *mem, struct intake_column *column, struct str cell, bool files)
{
	double number;

	cell = str_trim(cell);
	if (cell.len == 0)
		return;
	if (column->filled++ == 0)
		column->sample = str_copy(mem, intake_cut(cell, INTAKE_SAMPLE_CELL_MAX));
	if ((column->can_be & COLUMN_NUMBER) != 0 && !num_f64(cell, &number))
		column->can_be &= ~(unsigned)COLUMN_NUMBER;
	if ((column->can_be & COLUMN_URL) != 0 && !is_url(cell))
		column->can_be &= ~(unsigned)COLUMN_URL;
	if ((column->can_be & COLUMN_ASSET) != 0 &&
	    (!files || is_url(cell) || !intake_asset_name(cell)))
		column->can_be &= ~(unsigned)COLUMN_ASSET;
}

const char *intake_column_type(const struct intake_column *column)
{
	if (column->filled == 0)
		return "text";
	if ((column->can_be & COLUMN_ASSET) != 0)
		return "file";
	if ((column->can_be & COLUMN_NUMBER) != 0)
		return "number";
	return (column->can_be & COLUMN_URL) != 0 ? "url" : "text";
}
