/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Judging reads the answers of many full tasks in one statement and walks them task by
 * task; what agreeing means is asked of the kind of each field. The rule is plurality with
 * fractional ties: nothing is fitted, and the same answers give the same result.
 */
#include <stdlib.h>
#include "quality/quality.h"
#include "job/job.h"
#include "job/tally.h"
#include "quality/quality.sql.h"

/* The answers of one task: rows [from, to) of a batch. */
struct batch {
	struct quality_full_answers *row;
	size_t from, to;
};

static enum err read_answers(struct ctx *c, const struct batch *b, const struct json_value **answer)
{
	for (size_t i = b->from; i < b->to; i++) {
		struct json_value *value;

		TRY(json_read_own(c, b->row[i].body, &value));
		answer[i - b->from] = value;
	}
	return OK;
}

/* The sum of confidences is kept in millionths, so that the mean needs no look at all results. */
static int64_t millionths(double confidence)
{
	return (int64_t)(confidence * 1e6 + 0.5);
}

static enum err judge_one(struct ctx *c, project_id project, const struct kind_template *template,
			  const struct batch *b, int64_t *confidence)
{
	size_t count = b->to - b->from;
	const struct json_value **answer = NEW_MANY(c->mem, const struct json_value *, count);
	const struct json_value **value = NEW_MANY(c->mem, const struct json_value *, count);
	task_id task = b->row[b->from].task;

	TRY(read_answers(c, b, answer));
	for (int f = 0; f < template->field_count; f++) {
		const struct kind_field *field = &template->field[f];
		struct kind_result joined;
		int64_t changed;

		for (size_t i = 0; i < count; i++)
			value[i] = json_get(answer[i], field->name);
		kind_agree(c->mem, field, value, (int)count, &joined);
		TRY(result_put(c, project, task, field->name, joined.value, joined.confidence,
			       (int64_t)count, joined.ties, c->now, &changed));
		*confidence += millionths(joined.confidence);
	}
	return OK;
}

static int by_number(const void *one, const void *two)
{
	int64_t a = *(const int64_t *)one, b = *(const int64_t *)two;

	return (a > b) - (a < b);
}

static int64_t median_ms(struct ctx *c, const struct quality_full_answers *row, size_t count)
{
	int64_t *time = NEW_MANY(c->mem, int64_t, count);

	for (size_t i = 0; i < count; i++)
		time[i] = row[i].active_ms;
	qsort(time, count, sizeof(*time), by_number);
	return time[count / 2];
}

/* When the last task is judged the project is done; a reopened place opens it again. */
static enum err finish(struct ctx *c, project_id project)
{
	bool all, moved;

	TRY(task_all_judged(c, project, &all));
	return all ? project_state_move(c, project, PROJECT_OPEN, PROJECT_DONE, &moved) : OK;
}

/* Both lists go up; `*at` follows the task that is asked for. */
static bool is_held(const struct quality_full_tasks *held, size_t count, size_t *at, task_id task)
{
	while (*at < count && held[*at].task.v < task.v)
		++*at;
	return *at < count && held[*at].task.v == task.v;
}

enum err quality_judge(struct ctx *c, project_id id, int limit, int *judged, bool *more)
{
	struct project project;
	struct kind_template template;
	struct quality_full_tasks *held;
	struct quality_full_answers *row;
	int64_t confidence = 0;
	size_t count, held_count, at = 0;

	*judged = 0;
	*more = false;
	TRY(project_get(c, id, &project));
	kind_template_load(c->mem, project.template, &template);
	TRY(quality_full_tasks(c, id, limit, &held, &held_count));
	TRY(quality_full_answers(c, id, limit, &row, &count));
	for (size_t from = 0, to = 0; from < count; from = to) {
		bool moved;

		while (to < count && row[to].task.v == row[from].task.v)
			to++;
		if (!is_held(held, held_count, &at, row[from].task)) {
			*more = true; /* full only since: the next run holds it first */
			continue;
		}
		TRY(task_judged(c, id, row[from].task, &moved));
		CHECK(moved);
		TRY(judge_one(c, id, &template, &(struct batch){ row, from, to }, &confidence));
		*judged += 1;
	}
	*more = *more || *judged == limit;
	if (count == 0)
		return finish(c, id);
	TRY(tally_add(c, id.v, "judged", *judged));
	TRY(tally_add(c, id.v, "results", (int64_t)*judged * template.field_count));
	TRY(tally_add(c, id.v, "confidence", confidence));
	TRY(assignment_pace_note(c, id, median_ms(c, row, count), (int64_t)count));
	return *more ? OK : finish(c, id);
}

enum err quality_forget(struct ctx *c, project_id project, task_id task)
{
	struct result_list *row;
	int64_t dropped, confidence = 0;
	size_t count;
	bool moved;

	TRY(result_list(c, project, task, &row, &count));
	TRY(result_drop(c, project, task, &dropped));
	if (dropped == 0)
		return OK;
	for (size_t i = 0; i < count; i++)
		confidence += millionths(row[i].confidence);
	TRY(tally_add(c, project.v, "judged", -1));
	TRY(tally_add(c, project.v, "results", -dropped));
	TRY(tally_add(c, project.v, "confidence", -confidence));
	return project_state_move(c, project, PROJECT_DONE, PROJECT_OPEN, &moved);
}

enum err quality_results(struct ctx *c, project_id project, task_id task,
			 struct quality_result **out, size_t *count)
{
	struct result_list *row;

	TRY(result_list(c, project, task, &row, count));
	*out = NEW_MANY(c->mem, struct quality_result, *count);
	for (size_t i = 0; i < *count; i++)
		(*out)[i] = (struct quality_result){ row[i].field, row[i].value, row[i].confidence,
						     row[i].answers, row[i].ties };
	return OK;
}
