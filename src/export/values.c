/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the writers of formats look up in a task, in a template and in a value. */
#include "export/export_in.h"

enum { CELL_MAX = 64 << 20 };

const struct export_result_range *export_result(const struct export_task *t, struct str field)
{
	for (size_t i = 0; i < t->results; i++)
		if (str_eq(t->result[i].field, field))
			return &t->result[i];
	return NULL;
}

enum err export_value(struct ctx *c, const struct export_task *t, struct str field,
		      const struct json_value **out)
{
	const struct export_result_range *r = export_result(t, field);
	struct json_value *read;

	*out = NULL;
	if (r == NULL)
		return OK;
	TRY(json_read_own(c, r->value, &read));
	*out = read->type == JSON_NULL ? NULL : read;
	return OK;
}

void export_answers_put(struct ctx *c, const struct export *e, const struct export_task *t,
			struct json *out)
{
	json_list(out);
	for (size_t i = 0; i < t->answers; i++) {
		const struct export_answer_range *a = &t->answer[i];

		json_object(out);
		json_id_of(out, "worker", assignment_number(c->mem, &e->numbers, a->worker));
		json_raw_of(out, "answer", a->body);
		json_text_of(out, "state", assignment_state_word(a->state));
		json_time_of(out, "at", a->submitted);
		json_f64_of(out, "seconds", (double)a->active_ms / 1000.0);
		if (kind_order_moves(&e->template)) {
			json_key(out, "order");
			kind_order_put(c->mem, &e->template,
				       kind_seed(e->project.id.v, a->task, a->worker.v), out);
		}
		json_object_end(out);
	}
	json_list_end(out);
}

static bool are_texts(const struct json_value *list)
{
	for (const struct json_value *item = list->first; item != NULL; item = item->next)
		if (item->type != JSON_TEXT)
			return false;
	return true;
}

struct str export_cell(struct ctx *c, struct str value)
{
	struct json_value *read;
	struct json_fault fault;
	struct buf cell = buf_make(c->mem, CELL_MAX);

	if (!json_read(c->mem, value, &read, &fault) || read->type == JSON_NULL)
		return S("");
	if (read->type == JSON_TEXT || read->type == JSON_NUMBER)
		return read->text;
	if (read->type != JSON_LIST || !are_texts(read))
		return value;
	for (const struct json_value *item = read->first; item != NULL; item = item->next) {
		if (cell.len > 0)
			buf_add_char(&cell, '|');
		buf_add(&cell, item->text);
	}
	return buf_str(&cell);
}

/* Whatever the case: to some readers `Label` and `label` are one column. */
static bool is_ours(const struct export *e, struct str name)
{
	if (str_eq_nocase(name, S("task")) || str_eq_nocase(name, S("gold")) ||
	    str_eq_nocase(name, S("answers")))
		return true;
	for (int f = 0; f < e->template.field_count; f++) {
		struct str field = e->template.field[f].name;

		if (str_eq_nocase(str_cut(name, 0, field.len < name.len ? field.len : name.len),
				  field))
			return true;
	}
	return false;
}

static bool is_column(const struct export *e, struct str name)
{
	for (const struct json_value *v = e->columns->first; v != NULL; v = v->next)
		if (str_eq_nocase(v->text, name))
			return true;
	return false;
}

struct str export_column(struct ctx *c, const struct export *e, struct str name)
{
	if (!is_ours(e, name))
		return name;
	do
		name = str_format(c->mem, "input_%.*s", STR_ARG(name));
	while (is_column(e, name));
	return name;
}

bool export_is(const struct kind_field *field, const char *kind)
{
	return strcmp(field->kind->name, kind) == 0;
}

/* --- labels --- */

size_t export_labels(const struct kind_field *field, const struct json_value **first)
{
	const struct json_value *list = json_get(field->block, S("labels"));

	*first = json_is(list, JSON_LIST) ? list->first : NULL;
	return *first != NULL ? list->count : 0;
}

int export_label_index(const struct kind_field *field, struct str label)
{
	const struct json_value *v;
	int i = 0;

	for ((void)export_labels(field, &v); v != NULL; v = v->next, i++)
		if (str_eq(v->text, label))
			return i;
	return -1;
}

/* --- pictures --- */

/* The cell that `{{column}}` names, or an asset that the template names itself. */
static struct str picture_cell(struct ctx *c, const struct export_task *t,
			       const struct kind_field *field)
{
	struct str src = S("");

	(void)!json_text(json_get(field->block, S("src")), &src);
	return str_trim(kind_fill(c->mem, str_trim(src), t->cells));
}

enum err export_picture(struct ctx *c, const struct export *e, const struct export_task *t,
			const struct kind_field *field, struct export_picture *out)
{
	struct export_asset row;
	struct str asset;
	bool found;

	*out = (struct export_picture){ .cell = picture_cell(c, t, field) };
	out->name = kind_cell_told(out->cell);
	if (!kind_is_asset(out->cell, &asset))
		return OK;
	TRY(export_asset(c, e->project.id, (source_id){ t->source }, asset, &row, &found));
	if (!found)
		return OK;
	out->width = row.width;
	out->height = row.height;
	return OK;
}

enum err export_marks(struct ctx *c, const struct export *e, const struct export_task *t,
		      const struct kind_field *field, struct export_marks *out)
{
	const struct json_value *value, *shapes;
	int64_t width, height;

	*out = (struct export_marks){ .first = NULL };
	TRY(export_picture(c, e, t, field, &out->picture));
	TRY(export_value(c, t, field->name, &value));
	shapes = json_get(value, S("shapes"));
	out->has_value = json_is(shapes, JSON_LIST);
	out->first = out->has_value ? shapes->first : NULL;
	/* What the widget saw counts: a picture may be turned by its EXIF data. */
	if (json_i64(json_get(value, S("width")), 1, INT32_MAX, &width) &&
	    json_i64(json_get(value, S("height")), 1, INT32_MAX, &height)) {
		out->picture.width = width;
		out->picture.height = height;
	}
	return OK;
}

struct str export_mark_label(const struct json_value *mark)
{
	struct str label = S("");

	(void)!json_text(json_get(mark, S("label")), &label);
	return label;
}

int export_mark_numbers(const struct json_value *mark, const char *form, double *out)
{
	const struct json_value *list = json_get(mark, str_of(form));
	int count = 0;

	for (const struct json_value *v = list != NULL ? list->first : NULL; v != NULL;
	     v = v->next) {
		const struct json_value *x = json_is(v, JSON_LIST) ? json_at(v, 0) : v;
		const struct json_value *y = json_is(v, JSON_LIST) ? json_at(v, 1) : NULL;

		if (count + 2 > 2 * EXPORT_CORNERS || !json_f64(x, &out[count]))
			return count;
		count++;
		if (y != NULL && json_f64(y, &out[count]))
			count++;
	}
	return count;
}
