/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A piece is a page of judged tasks with their results and answers, each read by one range
 * statement and merged by task number. Pulled by the caller, so the web's stream and the command
 * share it and neither can outrun a slow reader. A page has memory of its own; one that
 * needs more is read again with half as many tasks.
 */
#include "export/export.h"
#include "base/csv.h"
#include "export/export.sql.h"
#include "quality/quality.h"

enum { PAGE = 500, PAGE_MEMORY = 8 << 20, PIECE_MAX = 256 * 1024 * 1024 };

/* One page, and how far each of its lists is used up. */
struct page {
	struct export_task_page *task;
	struct export_result_range *result;
	struct export_answer_range *answer;
	size_t tasks, results, answers;
	size_t result_at, answer_at;
};

enum err export_start(struct ctx *c, project_id id, struct str form, bool with_answers,
		      int64_t after, struct export *out)
{
	struct project_state state;

	*out = (struct export){
		.with_answers = with_answers, .page = PAGE, .after = after, .started = after > 0
	};
	if (str_eq(form, S("jsonl")))
		out->form = EXPORT_JSONL;
	else if (!str_eq(form, S("csv")))
		return refuse_field(c, ERR_INPUT, S("format"), "the formats are csv and jsonl");
	TRY(project_get(c, id, &out->project));
	TRY(project_state_get(c, id, &state));
	TRY(project_template(c, &out->project, &out->template));
	TRY(assignment_numbers_open(c, id, &out->numbers));
	return json_read_own(c, state.columns, &out->columns);
}

static enum err read_page(struct ctx *c, const struct export *e, struct page *p)
{
	*p = (struct page){ .tasks = 0 };
	TRY(export_task_page(c, e->project.id, e->after, e->page, &p->task, &p->tasks));
	if (p->tasks == 0)
		return OK;

	int64_t from = p->task[0].task, upto = p->task[p->tasks - 1].task;
	TRY(export_result_range(c, e->project.id, from, upto, &p->result, &p->results));
	if (e->with_answers)
		TRY(export_answer_range(c, e->project.id, from, upto, &p->answer, &p->answers));
	return OK;
}

/* The task's answers as a JSON list; moves past them. */
static void put_answers(struct ctx *c, const struct export *e, struct page *p, int64_t task,
			struct json *out)
{
	json_list(out);
	for (; p->answer_at < p->answers && p->answer[p->answer_at].task <= task; p->answer_at++) {
		const struct export_answer_range *a = &p->answer[p->answer_at];

		if (a->task < task)
			continue;
		json_object(out);
		json_id_of(out, "worker", assignment_number(c->mem, &e->numbers, a->worker));
		json_raw_of(out, "answer", a->body);
		json_text_of(out, "state", assignment_state_word(a->state));
		json_time_of(out, "at", a->submitted);
		json_f64_of(out, "seconds", (double)a->active_ms / 1000.0);
		json_object_end(out);
	}
	json_list_end(out);
}

/* --- JSON Lines --- */

/* False: the line is too long. */
static bool put_line(struct ctx *c, const struct export *e, struct page *p, size_t at,
		     struct buf *buf)
{
	const struct export_task_page *t = &p->task[at];
	struct json out = json_make(c->mem, PIECE_MAX);

	json_object(&out);
	json_i64_of(&out, "task", t->task);
	json_bool_of(&out, "gold", t->gold == 1);
	json_raw_of(&out, "fields", kind_fields_told(c->mem, t->fields));
	json_key(&out, "results");
	json_object(&out);
	for (; p->result_at < p->results && p->result[p->result_at].task <= t->task;
	     p->result_at++) {
		const struct export_result_range *r = &p->result[p->result_at];

		if (r->task < t->task)
			continue;
		json_key_str(&out, r->field);
		json_object(&out);
		json_raw_of(&out, "value", r->value);
		json_f64_of(&out, "confidence", r->confidence);
		json_i64_of(&out, "answers", r->answers);
		json_raw_of(&out, "ties", r->ties.len > 0 ? r->ties : S("[]"));
		json_key(&out, "posterior");
		if (quality_posterior_put(c, kind_field_find(&e->template, r->field), r->posterior,
					  &out) != OK)
			return false;
		json_object_end(&out);
	}
	json_object_end(&out);
	if (e->with_answers) {
		json_key(&out, "answers");
		put_answers(c, e, p, t->task, &out);
	}
	json_object_end(&out);
	buf_add(buf, json_end(&out));
	buf_add_char(buf, '\n');
	return !buf_is_full(&out.buf);
}

/* --- CSV --- */

/* A JSON value as one cell: text bare, lists joined by |, null empty. */
static struct str cell_of(struct ctx *c, struct str value)
{
	struct json_value *read;
	struct json_fault fault;
	struct buf cell = buf_make(c->mem, PIECE_MAX);

	if (!json_read(c->mem, value, &read, &fault) || read->type == JSON_NULL)
		return S("");
	if (read->type == JSON_TEXT || read->type == JSON_NUMBER)
		return read->text;
	if (read->type != JSON_LIST)
		return value;
	for (const struct json_value *item = read->first; item != NULL; item = item->next) {
		if (cell.len > 0)
			buf_add_char(&cell, '|');
		buf_add(&cell, item->text);
	}
	return buf_str(&cell);
}

static bool is_ours(const struct export *e, struct str name)
{
	if (str_eq(name, S("task")) || str_eq(name, S("gold")) || str_eq(name, S("answers")))
		return true;
	for (int f = 0; f < e->template.field_count; f++)
		if (str_starts(name, e->template.field[f].name))
			return true;
	return false;
}

static void put_head(struct ctx *c, const struct export *e, struct buf *out)
{
	static const char *const part[] = { "", "_confidence", "_answers", "_ties" };
	struct str field;

	csv_put(out, S("task"), true, false);
	csv_put(out, S("gold"), false, false);
	for (const struct json_value *name = e->columns->first; name != NULL; name = name->next) {
		if (kind_is_gold_column(name->text, &field))
			continue;
		struct str shown = is_ours(e, name->text) ?
					   str_format(c->mem, "input_%.*s", STR_ARG(name->text)) :
					   name->text;
		csv_put(out, shown, false, true);
	}
	for (int f = 0; f < e->template.field_count; f++)
		for (size_t i = 0; i < sizeof(part) / sizeof(*part); i++)
			csv_put(out,
				str_format(c->mem, "%.*s%s", STR_ARG(e->template.field[f].name),
					   part[i]),
				false, false);
	if (e->with_answers)
		csv_put(out, S("answers"), false, false);
	csv_end_line(out);
}

/* The result of a field among those of the task, or NULL. */
static const struct export_result_range *result_of(const struct page *p, int64_t task,
						   struct str field)
{
	for (size_t i = p->result_at; i < p->results && p->result[i].task == task; i++)
		if (str_eq(p->result[i].field, field))
			return &p->result[i];
	return NULL;
}

static void put_results(struct ctx *c, const struct export *e, struct page *p, int64_t task,
			struct buf *out)
{
	while (p->result_at < p->results && p->result[p->result_at].task < task)
		p->result_at++;
	for (int f = 0; f < e->template.field_count; f++) {
		const struct export_result_range *r = result_of(p, task, e->template.field[f].name);

		csv_put(out, r ? cell_of(c, r->value) : S(""), false, true);
		csv_put(out, r ? num_f64_text(c->mem, r->confidence) : S(""), false, false);
		csv_put(out, r ? str_format(c->mem, "%lld", (long long)r->answers) : S(""), false,
			false);
		csv_put(out, r ? r->ties : S(""), false, false);
	}
}

/* False: the row is too long. */
static bool put_row(struct ctx *c, const struct export *e, struct page *p, size_t at,
		    struct buf *out)
{
	const struct export_task_page *t = &p->task[at];
	struct json_value *fields;
	struct str gold;

	if (json_read_own(c, t->fields, &fields) != OK)
		return false;
	csv_put(out, str_format(c->mem, "%lld", (long long)t->task), true, false);
	csv_put(out, t->gold ? S("1") : S("0"), false, false);
	for (const struct json_value *name = e->columns->first; name != NULL; name = name->next) {
		struct str cell = S("");

		if (kind_is_gold_column(name->text, &gold))
			continue;
		if (!json_text(json_get(fields, name->text), &cell))
			cell = S("");
		csv_put(out, kind_cell_told(cell), false, true);
	}
	put_results(c, e, p, t->task, out);
	struct json answers = json_make(c->mem, PIECE_MAX);

	if (e->with_answers) {
		put_answers(c, e, p, t->task, &answers);
		csv_put(out, json_end(&answers), false, false);
	}
	csv_end_line(out);
	return !buf_is_full(&answers.buf);
}

static enum err put_certificate(struct ctx *c, const struct export *e, struct buf *out)
{
	struct json line = json_make(c->mem, PIECE_MAX);
	struct quality_certified *list;
	int count;

	TRY(quality_certificate(c, &e->project, &list, &count));
	json_object(&line);
	json_key(&line, "certificate");
	quality_certificate_put(list, count, &line);
	json_object_end(&line);
	buf_add(out, json_end(&line));
	buf_add_char(out, '\n');
	return OK;
}

static enum err make_piece(struct ctx *c, struct export *e, struct str *piece, bool *more)
{
	struct buf out = buf_make(c->mem, PIECE_MAX);
	struct ctx row = *c; /* its memory is given back after each row */
	struct page p;

	TRY(read_page(c, e, &p));
	row.mem = arena_under(c->mem, PAGE_MEMORY);
	if (!e->started && e->form == EXPORT_CSV)
		put_head(c, e, &out);
	e->started = true;
	for (size_t i = 0; i < p.tasks; i++) {
		bool whole = e->form == EXPORT_CSV ? put_row(&row, e, &p, i, &out) :
						     put_line(&row, e, &p, i, &out);

		if (!whole || buf_is_full(&out) || (arena_is_spent(c->mem) && e->page > 1))
			return refuse(c, ERR_LIMIT, "a page of results is too large");
		arena_clear(row.mem);
	}
	if (p.tasks > 0)
		e->after = p.task[p.tasks - 1].task;
	e->rows += (int64_t)p.tasks;
	*more = p.tasks == (size_t)e->page;
	if (!*more && e->with_certificate && e->form == EXPORT_JSONL)
		TRY(put_certificate(c, e, &out));
	*piece = buf_str(&out);
	return OK;
}

enum err export_piece(struct ctx *c, struct export *e, struct str *piece, bool *more)
{
	struct arena_mark mark = arena_mark(c->mem);
	struct export next = *e;
	struct ctx own = *c;

	for (;;) {
		own.mem = arena_under(c->mem, PAGE_MEMORY);
		enum err err = make_piece(&own, &next, piece, more);

		if (err == OK)
			break;
		if (err != ERR_LIMIT || next.page == 1)
			return refuse(c, err, "%.*s", STR_ARG(own.refusal.message));
		next = *e;
		e->page /= 2;
		next.page = e->page;
		own.refusal = (struct refusal){ 0 };
		arena_reset(c->mem, mark);
	}
	/* Tasks that lie together are alike: the page grows back slowly. */
	next.page = next.page + next.page / 8 + 1;
	if (next.page > PAGE)
		next.page = PAGE;
	*e = next;
	return OK;
}
