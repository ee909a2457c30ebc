/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The requester's list of tasks, and one of them. */
#include "task/task.sql.h"
#include "task/task_in.h"

enum { PAGE_USUAL = 50 };

static struct str state_word(int64_t stage)
{
	static const char *const words[] = { "open", "full", "judged" };

	return str_of(words[stage]);
}

/* The three statements have the same columns, so one shape serves. */
static enum err list_rows(struct ctx *c, const struct task_form *f, int64_t limit,
			  struct task_rows **rows, size_t *count)
{
	_Static_assert(sizeof(struct task_rows) == sizeof(struct task_rows_open) &&
			       sizeof(struct task_rows) == sizeof(struct task_rows_stage),
		       "the lists have the same columns");

	if (str_eq(f->state, S("open")))
		return task_rows_open(c, f->project, f->after, limit,
				      (struct task_rows_open **)(void *)rows, count);
	if (f->state.len > 0)
		return task_rows_stage(c, f->project, f->after,
				       str_eq(f->state, S("full")) ? TASK_FULL : TASK_JUDGED, limit,
				       (struct task_rows_stage **)(void *)rows, count);
	return task_rows(c, f->project, f->after, limit, rows, count);
}

static void put_row(struct ctx *c, struct json *out, const struct task_rows *row)
{
	json_object(out);
	json_i64_of(out, "task", row->id.v);
	json_text_of(out, "state", state_word(row->stage));
	json_i64_of(out, "need", row->need);
	json_i64_of(out, "taken", row->taken);
	json_i64_of(out, "filled", row->filled);
	json_bool_of(out, "gold", row->gold != 0);
	json_raw_of(out, "fields", kind_fields_told(c->mem, row->fields));
	json_object_end(out);
}

enum err task_list_page(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct task_form *f = form;
	int64_t limit = f->limit > 0 ? f->limit : PAGE_USUAL;
	struct json *out = web_json(reply);
	struct task_rows *rows;
	struct project p;
	size_t count;

	TRY(project_must_reach(c, f->project, ORG_REVIEWER, &p));
	TRY(list_rows(c, f, limit + 1, &rows, &count));
	size_t shown = count > (size_t)limit ? (size_t)limit : count;
	json_object(out);
	json_key(out, "items");
	json_list(out);
	for (size_t i = 0; i < shown; i++)
		put_row(c, out, &rows[i]);
	json_list_end(out);
	if (count > shown)
		json_id_of(out, "next", rows[shown - 1].id.v);
	json_object_end(out);
	return OK;
}
