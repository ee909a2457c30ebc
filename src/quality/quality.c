/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Judging reads the answers of many full tasks in one statement and walks them task by
 * task: results by judge_in.h, and the sums of those who answered. The exact estimate over all
 * answers follows in refit.c; a project is done when that has been.
 */
#include <stdlib.h>
#include "quality/judge_in.h"
#include "job/job.h"
#include "job/tally.h"
#include "quality/quality_in.h"

/* The answers of one task: rows [from, to) of a batch. */
struct batch {
	struct quality_full_answers *row;
	size_t from, to;
};

static enum err open_book(struct ctx *c, project_id project, const struct kind_template *template,
			  const struct quality_full_answers *row, size_t count,
			  struct skill_book *out)
{
	user_id *worker = NEW_MANY(c->mem, user_id, count);

	for (size_t i = 0; i < count; i++)
		worker[i] = row[i].worker;
	TRY(skill_book_open(c, project, template, worker, count, SKILL_HOLD, out));
	for (int f = 0; f < out->fields; f++)
		skill_ready(&out->field[f]);
	return OK;
}

static enum err read_task(struct ctx *c, project_id project, const struct skill_book *book,
			  const struct batch *b, struct judge_task *out)
{
	const size_t count = b->to - b->from;
	struct quality_known known;

	*out = (struct judge_task){
		.task = b->row[b->from].task,
		.count = (int)count,
		.worker = NEW_MANY(c->mem, int64_t, count),
		.answer = NEW_MANY(c->mem, const struct json_value *, count),
	};
	for (size_t i = 0; i < count; i++) {
		struct json_value *value;

		TRY(json_read_own(c, b->row[b->from + i].body, &value));
		out->answer[i] = value;
		out->worker[i] = skill_book_find(book, b->row[b->from + i].worker);
		CHECK(out->worker[i] >= 0);
	}
	TRY(quality_known(c, project, out->task, b->row[b->from].gold == 1, S(""), &known));
	out->truth = known.truth;
	out->is_mended = known.mended;
	return OK;
}

/* What a batch concludes, written when all of it is known. */
struct verdicts {
	task_id *task;
	size_t tasks;
	struct result_put_row *result;
	size_t results;
	int64_t confidence;
	struct asking_put_row *ask; /* concluded, and to be asked on when few are open */
	size_t asks;
	int64_t room; /* tasks that are opened again at once */
};

static enum err verdicts_write(struct ctx *c, project_id project, const struct verdicts *v)
{
	bool *moved = NEW_MANY(c->mem, bool, v->tasks);

	TRY(task_judged(c, project, v->task, v->tasks, moved));
	for (size_t i = 0; i < v->tasks; i++)
		CHECK(moved[i]);
	TRY(result_put(c, project, c->now, v->result, v->results));
	TRY(asking_put(c, project, v->ask, v->asks));
	TRY(tally_add(c, project.v, "judged", (int64_t)v->tasks));
	TRY(tally_add(c, project.v, "results", (int64_t)v->results));
	return tally_add(c, project.v, "confidence", v->confidence);
}

/*
 * Concludes a task, or offers one more of its places when the project's target asks for it: then
 * there is nothing to write. While plenty of tasks are open it is concluded all the same, and waits
 * for its turn (asking.c).
 */
static enum err judge_one(struct ctx *c, const struct project *project, struct skill_book *book,
			  const struct judge_task *task, struct verdicts *v)
{
	struct judge_result *r = NEW_MANY(c->mem, struct judge_result, book->fields);
	bool enough = true, moved = false;

	for (int f = 0; f < book->fields; f++) {
		judge_field(c, book, f, task, project->method, &r[f]);
		enough = enough && judge_is_enough(book, f, task, &r[f], project,
						   (double)project->confidence_permille / 1000);
	}
	if (!enough && v->room > 0)
		TRY(task_widen(c, project->id, task->task, &moved));
	v->room -= moved;
	if (moved)
		return OK;
	if (!enough && v->room <= 0 && task->truth == NULL) {
		struct asking_put_row *ask = &v->ask[v->asks++];

		*ask = (struct asking_put_row){ .task = task->task };
		for (int f = 0; f < book->fields; f++)
			ask->doubt += asking_doubt(c, &book->field[f], task, &r[f]);
	}
	v->task[v->tasks++] = task->task;
	for (int f = 0; f < book->fields; f++) {
		judge_count(book, f, task, &r[f], 1);
		v->result[v->results++] = (struct result_put_row){
			.task = task->task,
			.field = book->field[f].field->name,
			.value = r[f].value,
			.confidence = r[f].confidence,
			.answers = task->count,
			.ties = r[f].ties,
			.posterior = judge_posterior_text(c, &book->field[f], task, &r[f]),
		};
		v->confidence += judge_millionths(r[f].confidence);
	}
	return OK;
}

static enum err note_pace(struct ctx *c, project_id project, const struct quality_full_answers *row,
			  size_t count)
{
	int64_t *active = NEW_MANY(c->mem, int64_t, count),
		*took = NEW_MANY(c->mem, int64_t, count);

	for (size_t i = 0; i < count; i++) {
		active[i] = row[i].active_ms;
		took[i] = row[i].took_ms;
	}
	return assignment_pace_note(c, project, active, took, count);
}

enum err quality_finish(struct ctx *c, project_id project, const struct skill_book *b)
{
	bool all, moved;
	int64_t grown;

	TRY(task_all_judged(c, project, &all));
	TRY(project_grown(c, project, &grown));
	if (!all)
		return grown > 0 ? grow_settle(c, project) : OK;
	TRY(asking_next(c, project, &moved));
	if (moved)
		return OK;
	for (int f = 0; f < b->fields; f++)
		if (b->field[f].crowd.sums.answers != b->field[f].fitted)
			return job_signal(c, "quality.refit", project.v);
	return project_state_move(c, project, PROJECT_OPEN, PROJECT_DONE, &moved);
}

enum { MANY_ANSWERS = 10000 };

/*
 * Estimated anew when half has come to what was estimated last, and where there are many when as
 * much has come again, since the crowd is well known by then: so each answer is read some three
 * times while they are few and twice when they are many, however many there will be.
 */
static bool is_stale(const struct skill_book *b)
{
	for (int f = 0; f < b->fields; f++) {
		const struct skill_field *field = &b->field[f];
		int64_t fresh = field->crowd.sums.answers - field->fitted;

		int64_t enough = field->fitted < MANY_ANSWERS ? field->fitted / 2 : field->fitted;

		if (fresh > 20 && fresh > enough)
			return true;
	}
	return false;
}

struct held {
	struct quality_full_tasks *task;
	size_t count;
	size_t answers; /* that were read */
};

/* Both lists go up; `*at` follows the task that is asked for. */
static bool is_held(const struct held *held, size_t *at, task_id task)
{
	while (*at < held->count && held->task[*at].task.v < task.v)
		++*at;
	return *at < held->count && held->task[*at].task.v == task.v;
}

/* Of the tasks that were held: the others were full only since, and the next run holds them. */
static enum err judge_all(struct ctx *c, const struct project *project, struct skill_book *book,
			  struct batch b, const struct held *held, int *judged, bool *more)
{
	struct verdicts v = {
		.task = NEW_MANY(c->mem, task_id, held->count),
		.result =
			NEW_MANY(c->mem, struct result_put_row, held->count * (size_t)book->fields),
		.ask = NEW_MANY(c->mem, struct asking_put_row, held->count),
	};
	bool waits;
	size_t at = 0;

	TRY(asking_room(c, project, &v.room));
	for (b.to = 0; b.from < held->answers; b.from = b.to) {
		struct judge_task task;

		while (b.to < held->answers && b.row[b.to].task.v == b.row[b.from].task.v)
			b.to++;
		if (!is_held(held, &at, b.row[b.from].task)) {
			*more = true;
			continue;
		}
		TRY(read_task(c, project->id, book, &b, &task));
		TRY(judge_one(c, project, book, &task, &v));
		*judged += 1;
	}
	TRY(verdicts_write(c, project->id, &v));
	return v.room > 0 ? asking_next(c, project->id, &waits) : OK;
}

enum err quality_judge(struct ctx *c, project_id id, int limit, int *judged, bool *more)
{
	struct project project;
	struct kind_template template;
	struct quality_full_answers *row;
	struct skill_book book;
	struct held held;

	*judged = 0;
	*more = false;
	TRY(project_get(c, id, &project));
	kind_template_load(c->mem, project.template, &template);
	/* Held before their answers are read, so that no answer comes or goes in between. */
	TRY(quality_full_tasks(c, id, limit, &held.task, &held.count));
	TRY(quality_full_answers(c, id, limit, &row, &held.answers));
	TRY(open_book(c, id, &template, row, held.answers, &book));
	if (held.answers == 0)
		return quality_finish(c, id, &book);
	TRY(judge_all(c, &project, &book, (struct batch){ row, 0, 0 }, &held, judged, more));
	TRY(skill_book_save(c, id, &book));
	*more = *more || *judged == limit;
	TRY(note_pace(c, id, row, held.answers));
	if (is_stale(&book))
		TRY(job_signal(c, "quality.refit", id.v));
	return *more ? OK : quality_finish(c, id, &book);
}

/* --- forgetting --- */

static int by_worker(const void *left, const void *right)
{
	const struct quality_full_answers *a = left, *b = right;

	return (a->worker.v > b->worker.v) - (a->worker.v < b->worker.v);
}

/* The task's answers that its results stand for: those that count, and the one just refused. One
 * that is forgiven was not among them. */
static enum err read_counted(struct ctx *c, struct assignment_key refused, bool forgiven,
			     struct batch *b)
{
	struct quality_task_answers *row;
	size_t count;

	TRY(quality_task_answers(c, refused.project, refused.task, &row, &count));
	*b = (struct batch){ .row = NEW_MANY(c->mem, struct quality_full_answers, count) };
	for (size_t i = 0; i < count; i++)
		if (row[i].spare != 0)
			continue;
		else if (row[i].worker.v == refused.worker.v ? !forgiven :
							       row[i].state != ASSIGNMENT_REJECTED)
			b->row[b->to++] = (struct quality_full_answers){ .task = refused.task,
									 .worker = row[i].worker,
									 .body = row[i].body };
	qsort(b->row, b->to, sizeof(*b->row), by_worker);
	return OK;
}

static enum err take_away(struct ctx *c, struct assignment_key refused, struct skill_book *book,
			  const struct batch *b, const struct result_list *row, size_t count)
{
	struct judge_task task;
	struct task at;

	TRY(task_get(c, refused.project, refused.task, &at));
	for (size_t i = b->from; i < b->to; i++)
		b->row[i].gold = at.gold;
	TRY(read_task(c, refused.project, book, b, &task));
	for (size_t i = 0; i < count; i++)
		for (int f = 0; f < book->fields; f++) {
			struct judge_result r;

			if (!str_eq(book->field[f].field->name, row[i].field) ||
			    row[i].posterior.len == 0)
				continue;
			TRY(judge_recall(c, book, f, &task, row[i].value, row[i].posterior, &r));
			judge_count(book, f, &task, &r, -1);
		}
	return OK;
}

static enum err count_refused(struct ctx *c, struct assignment_key refused, bool forgiven,
			      const struct result_list *row, size_t count)
{
	struct project project;
	struct kind_template template;
	struct skill_book book;
	struct batch b;

	TRY(project_get(c, refused.project, &project));
	kind_template_load(c->mem, project.template, &template);
	TRY(read_counted(c, refused, forgiven, &b));
	user_id *worker = NEW_MANY(c->mem, user_id, b.to + 1);
	for (size_t i = 0; i < b.to; i++)
		worker[i] = b.row[i].worker;
	worker[b.to] = refused.worker;
	TRY(skill_book_open(c, refused.project, &template, worker, b.to + 1, SKILL_HOLD, &book));
	if (count > 0 && b.to > 0)
		TRY(take_away(c, refused, &book, &b, row, count));
	int64_t at = skill_book_find(&book, refused.worker);
	CHECK(at >= 0);
	for (int f = 0; f < book.fields && refused.worker.v != 0; f++) {
		skill_at(&book, at, f)->rejected += forgiven ? -1 : 1;
		skill_at(&book, at, f)->changed = true;
	}
	return skill_book_save(c, refused.project, &book);
}

static enum err forget(struct ctx *c, struct assignment_key refused, bool forgiven)
{
	struct result_list *row;
	int64_t dropped, waited, confidence = 0;
	size_t count;
	bool moved;

	TRY(result_list(c, refused.project, refused.task, &row, &count));
	TRY(count_refused(c, refused, forgiven, row, count));
	TRY(result_drop(c, refused.project, refused.task, &dropped));
	if (dropped == 0)
		return OK;
	TRY(asking_drop(c, refused.project, refused.task, &waited));
	for (size_t i = 0; i < count; i++)
		confidence += judge_millionths(row[i].confidence);
	TRY(tally_add(c, refused.project.v, "judged", -1));
	TRY(tally_add(c, refused.project.v, "results", -dropped));
	TRY(tally_add(c, refused.project.v, "confidence", -confidence));
	return project_state_move(c, refused.project, PROJECT_DONE, PROJECT_OPEN, &moved);
}

enum err quality_forget(struct ctx *c, struct assignment_key refused)
{
	return forget(c, refused, false);
}

/* Nobody is refused: worker 0 is none. */
enum err quality_ask_on(struct ctx *c, project_id project, task_id task, bool *moved)
{
	int64_t waited;

	TRY(task_widen(c, project, task, moved));
	if (*moved)
		return forget(c, (struct assignment_key){ .project = project, .task = task },
			      false);
	return asking_drop(c, project, task, &waited);
}

enum err quality_forgive(struct ctx *c, struct assignment_key refused)
{
	return forget(c, refused, true);
}

enum err quality_results(struct ctx *c, project_id project, task_id task,
			 struct quality_result **out, size_t *count)
{
	struct result_list *row;

	TRY(result_list(c, project, task, &row, count));
	*out = NEW_MANY(c->mem, struct quality_result, *count);
	for (size_t i = 0; i < *count; i++)
		(*out)[i] =
			(struct quality_result){ row[i].field,	 row[i].value, row[i].confidence,
						 row[i].answers, row[i].ties,  row[i].posterior };
	return OK;
}
