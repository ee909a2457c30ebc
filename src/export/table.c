/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * CSV: task, gold, the record's columns (a name that meets one of ours gets `input_` before it;
 * a picture is called as its requester calls it),
 * then for each field F: F, F_confidence, F_answers, F_ties (JSON list, empty without a tie), and
 * last `answers` (a JSON list of {"worker","answer","state","at","seconds"}). Several values of one
 * field are joined by |. Cells that a spreadsheet would run as a formula are defused.
 */
#include "base/csv.h"
#include "export/export_in.h"

enum { ROW_MAX = 64 << 20 };

static enum err begin(struct ctx *c, struct export *e, struct buf *out)
{
	static const char *const part[] = { "", "_confidence", "_answers", "_ties" };
	struct str field;

	if (e->wish.after > 0)
		return OK;
	csv_put(out, S("task"), true, false);
	csv_put(out, S("gold"), false, false);
	for (const struct json_value *name = e->columns->first; name != NULL; name = name->next)
		if (!kind_is_gold_column(name->text, &field))
			csv_put(out, export_column(c, e, name->text), false, true);
	for (int f = 0; f < e->template.field_count; f++)
		for (size_t i = 0; i < sizeof(part) / sizeof(*part); i++)
			csv_put(out,
				str_format(c->mem, "%.*s%s", STR_ARG(e->template.field[f].name),
					   part[i]),
				false, false);
	if (e->wish.answers)
		csv_put(out, S("answers"), false, false);
	csv_end_line(out);
	return OK;
}

static void put_results(struct ctx *c, const struct export *e, const struct export_task *t,
			struct buf *out)
{
	for (int f = 0; f < e->template.field_count; f++) {
		const struct export_result_range *r = export_result(t, e->template.field[f].name);

		csv_put(out, r ? export_cell(c, r->value) : S(""), false, true);
		csv_put(out, r ? num_f64_text(c->mem, r->confidence) : S(""), false, false);
		csv_put(out, r ? str_format(c->mem, "%lld", (long long)r->answers) : S(""), false,
			false);
		csv_put(out, r ? r->ties : S(""), false, false);
	}
}

static enum err put_task(struct ctx *c, struct export *e, const struct export_task *t,
			 struct buf *out)
{
	struct str field;

	csv_put(out, str_format(c->mem, "%lld", (long long)t->number), true, false);
	csv_put(out, t->gold ? S("1") : S("0"), false, false);
	for (const struct json_value *name = e->columns->first; name != NULL; name = name->next) {
		struct str cell = S("");

		if (kind_is_gold_column(name->text, &field))
			continue;
		if (!json_text(json_get(t->cells, name->text), &cell))
			cell = S("");
		csv_put(out, kind_cell_told(cell), false, true);
	}
	put_results(c, e, t, out);
	if (e->wish.answers) {
		struct json answers = json_make(c->mem, ROW_MAX);

		export_answers_put(c, e, t, &answers);
		csv_put(out, json_end(&answers), false, false);
		if (buf_is_full(&answers.buf))
			return refuse(c, ERR_LIMIT, "task %lld is too large", (long long)t->number);
	}
	csv_end_line(out);
	return OK;
}

static const char *const leaves[] = { "what else was thought likely of each result", NULL };

const struct export_format export_csv = {
	.name = "csv",
	.title = "CSV",
	.type = "text/csv; charset=utf-8",
	.ending = "csv",
	.about = "One row for each item, for spreadsheets and notebooks",
	.leaves = leaves,
	.has_answers = true,
	.has_after = true,
	.begin = begin,
	.task = put_task,
};
