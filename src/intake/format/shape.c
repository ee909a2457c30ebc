/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Rows out of JSON objects that are more than their columns: exports of ours, tasks of Label
 * Studio's. Columns are the union of all rows', so the check adds to them as it goes, and a row
 * that says nothing for one has an empty cell there.
 */
#include <stdio.h>
#include "intake/intake_in.h"

enum { SHAPE_STEP = 16, REASON_MAX = 300, CELL_MAX = 8 << 20 };

int64_t intake_reader(enum csv_form form, enum intake_shape shape)
{
	return (int64_t)form + SHAPE_STEP * (int64_t)shape;
}

enum csv_form intake_reader_form(int64_t reader)
{
	return (enum csv_form)(reader % SHAPE_STEP);
}

enum intake_shape intake_reader_shape(int64_t reader)
{
	return (enum intake_shape)(reader / SHAPE_STEP);
}

bool intake_is_given(struct str column, struct str *field)
{
	if (!str_starts(column, S("given_")) || column.len == 6)
		return false;
	*field = str_cut(column, 6, column.len);
	return true;
}

enum intake_shape intake_shape_of(const struct json_value *object)
{
	const struct json_value *data = json_get(object, S("data"));

	if (json_is(json_get(object, S("fields")), JSON_OBJECT) &&
	    json_is(json_get(object, S("results")), JSON_OBJECT))
		return SHAPE_OURS;
	if (json_is(data, JSON_OBJECT) &&
	    (object->count == 1 || json_get(object, S("id")) != NULL ||
	     json_is(json_get(object, S("annotations")), JSON_LIST) ||
	     json_is(json_get(object, S("predictions")), JSON_LIST)))
		return SHAPE_STUDIO;
	return SHAPE_PLAIN;
}

/* --- cells --- */

void intake_row_bad(struct intake_row *row, const char *format, ...)
{
	char reason[REASON_MAX];
	va_list rest;

	if (row->bad != NULL)
		return;
	va_start(rest, format);
	vsnprintf(reason, sizeof(reason), format, rest);
	va_end(rest);
	struct str text = intake_cut(str_of(reason), REASON_MAX - 4);
	while (text.len > 0 && !str_is_utf8(text))
		text.len--;
	row->bad = str_c(row->mem, text);
}

/* The column's place; -1 and a bad row when there can be none. */
static int place_of(struct intake_row *row, struct str name)
{
	struct intake_columns *columns = row->columns, one;
	const char *why = "the columns are those of the check, and this is none of them";

	for (int i = 0; i < columns->count; i++)
		if (str_eq(columns->at[i].name, name))
			return i;
	if (columns->count == INTAKE_COLUMNS_MAX)
		why = "the table has more than 200 columns";
	else if (name.len == 0)
		why = "a member has no name";
	else if (row->grows && intake_columns_name(row->kept, &name, 1, &one, &why)) {
		columns->at[columns->count] = one.at[0];
		return columns->count++;
	}
	intake_row_bad(row, "%.*s: %s", STR_ARG(intake_cut(name, 60)), why);
	return -1;
}

static void put_cell(struct intake_row *row, struct str name, struct str cell)
{
	int place = place_of(row, name);

	if (place >= 0)
		row->cell[place] = cell;
}

void intake_row_given(struct intake_row *row, struct str field, struct str cell)
{
	put_cell(row, str_format(row->mem, "given_%.*s", STR_ARG(field)), cell);
}

static bool are_texts(const struct json_value *list)
{
	for (const struct json_value *v = list->first; v != NULL; v = v->next)
		if (v->type != JSON_TEXT || memchr(v->text.at, '|', v->text.len) != NULL)
			return false;
	return true;
}

static struct str json_of(struct arena *mem, const struct json_value *value)
{
	struct json out = json_make(mem, CELL_MAX);

	json_put_value(&out, value);
	return json_end(&out);
}

/* A value as a gold cell says it: text bare, texts joined by |, null empty, else JSON. */
static struct str cell_of(struct arena *mem, const struct json_value *value)
{
	struct buf out = buf_make(mem, CELL_MAX);

	if (value == NULL || value->type == JSON_NULL)
		return S("");
	if (value->type == JSON_TEXT || value->type == JSON_NUMBER)
		return value->text;
	if (value->type != JSON_LIST || !are_texts(value))
		return json_of(mem, value);
	for (const struct json_value *v = value->first; v != NULL; v = v->next) {
		if (v != value->first)
			buf_add_char(&out, '|');
		buf_add(&out, v->text);
	}
	return buf_str(&out);
}

void intake_row_value(struct intake_row *row, const struct json_value *member)
{
	bool bare = member->type <= JSON_TEXT && member->type != JSON_TRUE &&
		    member->type != JSON_FALSE;

	put_cell(row, member->key, bare ? cell_of(row->mem, member) : json_of(row->mem, member));
}

struct str intake_field_name(struct arena *mem, struct str name)
{
	struct buf out = buf_make(mem, KIND_NAME_MAX + 1);

	name = str_lower(mem, str_trim(name));
	if (name.len == 0 || name.at[0] < 'a' || name.at[0] > 'z')
		buf_add(&out, S("f_"));
	for (size_t i = 0; i < name.len && out.len < KIND_NAME_MAX; i++) {
		char c = name.at[i];
		bool good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';

		buf_add_char(&out, good ? c : '_');
	}
	return buf_str(&out);
}

/* --- an export of ours --- */

void intake_ours_row(struct intake_row *row, const struct json_value *object)
{
	const struct json_value *fields = json_get(object, S("fields"));
	const struct json_value *results = json_get(object, S("results"));

	if (json_get(object, S("certificate")) != NULL && fields == NULL) {
		intake_row_bad(row, "this is a certificate, and no row");
		return;
	}
	if (!json_is(fields, JSON_OBJECT)) {
		intake_row_bad(row, "there is no object of fields, as in most rows");
		return;
	}
	for (const struct json_value *v = fields->first; v != NULL; v = v->next)
		intake_row_value(row, v);
	for (const struct json_value *v = json_is(results, JSON_OBJECT) ? results->first : NULL;
	     v != NULL; v = v->next)
		intake_row_given(row, v->key, cell_of(row->mem, json_get(v, S("value"))));
}
