/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A page of judged tasks is read with their results and answers, each by one range statement and
 * merged by task number, and written task by task by the format's writers. Pulled by the caller,
 * so the web's stream and the command share it and neither can outrun a slow reader. A page has
 * memory of its own; one that needs more is read again with half as many tasks, and nothing of it
 * was written by then, so that writers may keep a state (an archive, a group of rows).
 */
#include "export/export_in.h"

enum {
	PAGE = 500,
	PAGE_MEMORY = 8 << 20,
	ROW_MEMORY = 32 << 20,
	PIECE = 128 * 1024, /* a piece ends behind the task that reaches it */
	PIECE_MAX = 256 * 1024 * 1024,
};

/* One page, and how far each of its lists is used up. */
struct export_page {
	struct arena *mem;
	struct export_task_page *task;
	struct export_result_range *result;
	struct export_answer_range *answer;
	size_t tasks, results, answers;
	size_t task_at, result_at, answer_at;
	bool last;
};

/* --- starting --- */

static enum err must_suit(struct ctx *c, const struct export_format *format,
			  const struct export_wish *wish, const struct kind_template *t)
{
	struct str why;

	if (!export_can(c->mem, format, t, &why))
		return refuse_field(c, ERR_INPUT, S("format"), "%.*s", STR_ARG(why));
	if (wish->answers && !format->has_answers)
		return refuse_field(c, ERR_INPUT, S("answers"),
				    "%s has results only, without single answers", format->name);
	if (wish->certificate && !format->has_certificate)
		return refuse_field(c, ERR_INPUT, S("certificate"),
				    "%s has no place for a certificate", format->name);
	if (wish->after > 0 && !format->has_after)
		return refuse_field(c, ERR_INPUT, S("after"),
				    "%s is one whole file: it cannot be gone on with",
				    format->name);
	return OK;
}

static void note_left(struct ctx *c, struct export *e)
{
	const struct export_format *format = e->format;

	for (int i = 0; format->leaves != NULL && format->leaves[i] != NULL; i++)
		export_leave(e, str_of(format->leaves[i]));
	for (int f = 0; f < e->template.field_count; f++)
		if (!export_carries(format, e->template.field[f].kind))
			export_leave(e, str_format(c->mem, "the field %.*s (%s)",
						   STR_ARG(e->template.field[f].name),
						   e->template.field[f].kind->name));
}

enum err export_start(struct ctx *c, const struct export_wish *wish, struct export *out)
{
	const struct export_format *format = export_format_find(wish->format);
	struct project_state state;

	*out = (struct export){ .format = format, .wish = *wish, .limit = PAGE };
	if (format == NULL)
		return refuse_field(c, ERR_INPUT, S("format"),
				    "there is no format %.*s: the formats are %.*s",
				    STR_ARG(str_cut(wish->format, 0, 40)),
				    STR_ARG(export_format_names(c->mem)));
	TRY(project_get(c, wish->project, &out->project));
	TRY(project_state_get(c, wish->project, &state));
	TRY(project_template(c, &out->project, &out->template));
	TRY(must_suit(c, format, wish, &out->template));
	TRY(assignment_numbers_open(c, wish->project, &out->numbers));
	TRY(json_read_own(c, state.columns, &out->columns));
	note_left(c, out);
	out->after = wish->after;
	out->kept = arena_under(c->mem, 0);
	out->row = arena_under(c->mem, ROW_MEMORY);
	out->piece = arena_under(c->mem, 0);
	out->page = NEW(c->mem, struct export_page);
	out->page->mem = arena_under(c->mem, PAGE_MEMORY);
	return OK;
}

void export_done(struct export *e)
{
	if (e->zip != NULL)
		export_zip_close(e->zip);
	if (e->spool != NULL)
		export_spool_close(e->spool);
	e->zip = NULL;
	e->spool = NULL;
}

/* --- pages --- */

static enum err read_page(struct ctx *c, const struct export *e, struct export_page *p)
{
	project_id project = e->project.id;

	*p = (struct export_page){ .mem = p->mem };
	TRY(export_task_page(c, project, e->after, e->limit, &p->task, &p->tasks));
	p->last = p->tasks < (size_t)e->limit;
	if (p->tasks == 0)
		return OK;

	int64_t from = p->task[0].task, upto = p->task[p->tasks - 1].task;
	TRY(export_result_range(c, project, from, upto, &p->result, &p->results));
	if (e->wish.answers)
		TRY(export_answer_range(c, project, from, upto, &p->answer, &p->answers));
	if (arena_is_spent(c->mem) && e->limit > 1)
		return refuse(c, ERR_LIMIT, "a page of results is too large");
	return OK;
}

static enum err next_page(struct ctx *c, struct export *e)
{
	struct ctx own = *c;

	own.mem = e->page->mem;
	for (;;) {
		arena_clear(own.mem);
		enum err err = read_page(&own, e, e->page);

		if (err == OK)
			break;
		if (err != ERR_LIMIT || e->limit == 1)
			return refuse(c, err, "%.*s", STR_ARG(own.refusal.message));
		e->limit /= 2;
		own.refusal = (struct refusal){ 0 };
	}
	if (e->page->tasks > 0)
		e->after = e->page->task[e->page->tasks - 1].task;
	/* Tasks that lie together are alike: the page grows back slowly. */
	e->limit = e->limit + e->limit / 8 + 1;
	e->limit = e->limit > PAGE ? PAGE : e->limit;
	return OK;
}

/* The next task of the page, with its own part of the lists. */
static enum err take_task(struct ctx *c, struct export_page *p, struct export_task *out)
{
	const struct export_task_page *t = &p->task[p->task_at++];
	struct json_value *cells;

	*out = (struct export_task){
		.number = t->task,
		.gold = t->gold == 1,
		.source = t->source.v,
		.fields = t->fields,
	};
	while (p->result_at < p->results && p->result[p->result_at].task < t->task)
		p->result_at++;
	out->result = p->result + p->result_at;
	while (p->result_at < p->results && p->result[p->result_at].task == t->task) {
		p->result_at++;
		out->results++;
	}
	while (p->answer_at < p->answers && p->answer[p->answer_at].task < t->task)
		p->answer_at++;
	out->answer = p->answer + p->answer_at;
	while (p->answer_at < p->answers && p->answer[p->answer_at].task == t->task) {
		p->answer_at++;
		out->answers++;
	}
	TRY(json_read_own(c, t->fields, &cells));
	out->cells = cells;
	return OK;
}

/* --- pieces --- */

static enum err put_task(struct ctx *row, struct export *e, struct buf *out)
{
	struct export_task task;

	TRY(take_task(row, e->page, &task));
	TRY(e->format->task(row, e, &task, out));
	if (arena_is_spent(row->mem) || buf_is_full(out))
		return refuse(row, ERR_LIMIT, "task %lld is too large", (long long)task.number);
	arena_clear(row->mem);
	e->rows++;
	return OK;
}

static enum err put_end(struct ctx *row, struct export *e, struct buf *out)
{
	if (e->format->end != NULL)
		TRY(e->format->end(row, e, out));
	arena_clear(row->mem);
	e->ended = !e->more_end;
	return buf_is_full(out) ? refuse(row, ERR_LIMIT, "the end is too large") : OK;
}

static enum err make_piece(struct ctx *row, struct export *e, struct buf *out)
{
	if (!e->started && e->format->begin != NULL)
		TRY(e->format->begin(row, e, out));
	if (!e->started)
		TRY(next_page(row, e));
	e->started = true;
	while (out->len < PIECE && !e->ended) {
		if (e->page->task_at < e->page->tasks)
			TRY(put_task(row, e, out));
		else if (!e->page->last)
			TRY(next_page(row, e));
		else
			TRY(put_end(row, e, out));
	}
	return OK;
}

enum err export_piece(struct ctx *c, struct export *e, struct str *piece, bool *more)
{
	struct ctx row = *c;

	arena_clear(e->piece);
	struct buf out = buf_make(e->piece, PIECE_MAX);
	row.mem = e->row;
	enum err err = make_piece(&row, e, &out);
	if (err != OK)
		return refuse(c, err, "%.*s", STR_ARG(row.refusal.message));
	*piece = buf_str(&out);
	*more = !e->ended;
	return OK;
}
