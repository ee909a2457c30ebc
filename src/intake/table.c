/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The rows of a kept file, piece by piece; and the faults found in them. */
#include "intake/intake_in.h"
#include "intake/intake.sql.h"

enum { PIECE = 256 * 1024 };

enum err intake_table_open(struct ctx *c, struct str sha256, int64_t reader,
			   struct intake_columns *columns, bool grows, struct intake_place from,
			   struct intake_table *out)
{
	enum intake_shape shape = intake_reader_shape(reader);

	*out = (struct intake_table){
		.file = { OS_FILE_NONE },
		.shape = shape,
		.row = { .mem = arena_under(c->mem, INTAKE_ROW_MEMORY),
			 .kept = c->mem,
			 .columns = columns,
			 .grows = grows },
		.piece = arena_take(c->mem, PIECE),
		.reader = csv_reader_new(c->mem, intake_reader_form(reader),
					 (struct csv_limits){ .loose = shape != SHAPE_PLAIN }),
		.at = from.byte,
	};
	if (from.byte > 0) { /* at the start the file names its columns itself */
		struct str *names = NEW_MANY(c->mem, struct str, (size_t)columns->count);
		int count = shape == SHAPE_PLAIN ? columns->count : 0;

		for (int i = 0; i < count; i++)
			names[i] = columns->at[i].name;
		csv_resume(out->reader, names, count, from.byte, from.line, from.row);
	}
	TRY(os_open_read(c, intake_path(c, sha256), &out->file));
	return os_size(c, out->file, &out->size);
}

void intake_table_close(struct intake_table *table)
{
	os_close(&table->file);
}

static enum err next_record(struct ctx *c, struct intake_table *t, struct csv_record *out,
			    bool *found)
{
	const struct str *names;
	const char *bad;
	size_t got;

	for (;;) {
		*found = csv_next(t->reader, out);
		if (*found || t->fed_last)
			return OK;
		(void)csv_header(t->reader, &names, &bad);
		if (bad != NULL)
			return OK;
		TRY(os_read(c, t->file, t->at, t->piece, PIECE, &got));
		t->at += (int64_t)got;
		t->read += (int64_t)got;
		t->fed_last = t->at >= t->size || got == 0;
		csv_feed(t->reader, (struct str){ t->piece, got }, t->fed_last);
	}
}

/* What the object says, as cells; a row that was bad in itself stays so. */
static void shape_row(struct intake_table *t, struct csv_record *r)
{
	struct intake_row *row = &t->row;

	if (t->shape == SHAPE_COCO)
		r->line = 0;
	if (r->bad != NULL)
		return;
	arena_clear(row->mem);
	row->cell = NEW_MANY(row->mem, struct str, INTAKE_COLUMNS_MAX);
	row->bad = NULL;
	if (t->shape == SHAPE_STUDIO)
		intake_studio_row(row, r->object);
	else
		intake_ours_row(row, r->object);
	if (arena_is_spent(row->mem))
		row->bad = "this row takes too much memory to be opened";
	r->bad = row->bad;
	r->field = row->cell;
	r->field_count = row->bad == NULL ? row->columns->count : 0;
}

enum err intake_table_next(struct ctx *c, struct intake_table *t, struct csv_record *out,
			   bool *found)
{
	TRY(next_record(c, t, out, found));
	if (*found && t->shape != SHAPE_PLAIN)
		shape_row(t, out);
	return OK;
}

/* --- faults --- */

struct intake_fault_list intake_faults_make(struct arena *mem)
{
	return (struct intake_fault_list){
		.at = NEW_MANY(mem, struct intake_fault, INTAKE_FAULTS_KEPT),
	};
}

void intake_fault_add(struct arena *mem, struct intake_fault_list *list, int64_t line, int64_t row,
		      struct str reason)
{
	list->seen++;
	if (list->count == INTAKE_FAULTS_KEPT)
		return;
	list->at[list->count++] = (struct intake_fault){
		line,
		row,
		str_copy(mem, intake_cut(reason, INTAKE_REASON_MAX)),
	};
}

enum err intake_faults_keep(struct ctx *c, project_id project, source_id source, int64_t phase,
			    int64_t before, const struct intake_fault_list *list)
{
	int64_t changed;

	for (int i = 0; i < list->count && before + i < INTAKE_FAULTS_KEPT; i++)
		TRY(source_fault_add(c, project, source, phase, before + i, list->at[i].line,
				     list->at[i].row, list->at[i].reason, &changed));
	return OK;
}

/* --- the columns of the whole project --- */

static void add_names(struct arena *mem, const struct intake_columns *from, struct str *names,
		      int *count)
{
	for (int i = 0; i < from->count; i++) {
		bool known = false;

		for (int k = 0; k < *count; k++)
			known = known || str_eq(names[k], from->at[i].name);
		if (!known && *count < INTAKE_COLUMNS_MAX)
			names[(*count)++] = str_copy(mem, from->at[i].name);
	}
}

enum err intake_all_columns(struct ctx *c, project_id project, source_id changed,
			    const struct intake_columns *with, struct str *out)
{
	struct source_columns_list *rows;
	struct str *names = NEW_MANY(c->mem, struct str, INTAKE_COLUMNS_MAX);
	struct json list = json_make(c->mem, 1 << 18);
	size_t count;
	int found = 0;

	TRY(source_columns_list(c, project, &rows, &count));
	for (size_t i = 0; i < count; i++) {
		struct intake_columns columns = intake_columns_read(c->mem, rows[i].columns);

		if (rows[i].id.v != changed.v)
			add_names(c->mem, &columns, names, &found);
	}
	if (with != NULL)
		add_names(c->mem, with, names, &found);
	json_list(&list);
	for (int i = 0; i < found; i++)
		json_put_text(&list, names[i]);
	json_list_end(&list);
	*out = json_end(&list);
	return OK;
}
