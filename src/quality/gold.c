/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Gold: the known answer of a task, and how workers do on it. An answer is compared once,
 * by a job behind the submit, so that the hot path does not know which tasks are gold.
 * A worker is right when every known field votes as the truth does.
 */
#include "intake/intake.h"
#include "job/job.h"
#include "quality/quality.h"
#include "quality/quality.sql.h"
#include "quality/quality_in.h"

enum err quality_gold_set(struct ctx *c, project_id id, task_id task,
			  const struct json_value *truth)
{
	struct project project;
	struct kind_template template;
	struct kind_faults faults = kind_faults_make(c->mem, (struct str){ NULL, 0 });
	struct task row;
	struct str canonical;
	int64_t count;
	bool changed;

	TRY(project_get(c, id, &project));
	TRY(task_get(c, id, task, &row));
	TRY(project_template(c, &project, &template));
	if (!kind_truth_object(&faults, &template, truth, &canonical))
		return refuse_field(c, ERR_INPUT,
				    str_format(c->mem, "truth.%.*s", STR_ARG(faults.list[0].path)),
				    "%.*s", STR_ARG(faults.list[0].message));
	TRY(gold_put(c, id, task, canonical, &count));
	TRY(task_make_gold(c, id, task, &changed));
	/* What was compared with another truth is compared again. */
	TRY(gold_score_forget(c, id, task, &count));
	TRY(gold_answer_drop(c, id, task, &count));
	TRY(job_signal(c, "quality.refit", id.v));
	return job_signal(c, "quality.score", id.v);
}

enum err quality_gold_retire(struct ctx *c, project_id id, task_id task)
{
	int64_t count;
	bool changed;

	TRY(task_unmake_gold(c, id, task, &changed));
	if (!changed)
		return OK;
	TRY(gold_drop(c, id, task, &count));
	TRY(gold_score_forget(c, id, task, &count));
	TRY(gold_answer_drop(c, id, task, &count));
	return job_signal(c, "quality.refit", id.v);
}

/* What a worker has said to the fields that were known, as JSON; empty when to none. */
static enum err known_of(struct ctx *c, project_id id, task_id task,
			 const struct json_value *answer, struct str *out)
{
	struct json text = json_make(c->mem, KIND_ANSWER_MAX);
	struct json_value *truth;
	bool any = false;

	TRY(quality_truth(c, id, task, &truth));
	json_object(&text);
	for (const struct json_value *known = truth->first; known != NULL; known = known->next) {
		const struct json_value *said = json_get(answer, known->key);

		if (said == NULL)
			continue;
		json_key_str(&text, known->key);
		json_put_value(&text, said);
		any = true;
	}
	json_object_end(&text);
	*out = any ? json_end(&text) : S("");
	return OK;
}

/* Known by a person's word now; nobody is compared with it any more. */
static enum err mend(struct ctx *c, project_id id, task_id task, struct str truth)
{
	int64_t count;

	TRY(gold_mend(c, id, task, truth, &count));
	TRY(gold_score_forget(c, id, task, &count));
	TRY(gold_answer_drop(c, id, task, &count));
	return job_signal(c, "quality.refit", id.v);
}

enum err quality_gold_yield(struct ctx *c, project_id id, task_id task,
			    const struct json_value *answer)
{
	struct json_value *truth;
	struct gold_get kept;
	struct str said;
	bool found;

	TRY(known_of(c, id, task, answer, &said));
	if (said.len == 0)
		return refuse(c, ERR_CONFLICT, "this answer says nothing of what was known");
	TRY(gold_get(c, id, task, &kept, &found));
	if (found && kept.grown > 0)
		return mend(c, id, task, said);
	TRY(json_read_own(c, said, &truth));
	return quality_gold_set(c, id, task, truth);
}

enum err quality_known(struct ctx *c, project_id project, task_id task, bool gold, struct str told,
		       struct quality_known *out)
{
	struct gold_get kept;
	bool found;

	*out = (struct quality_known){ 0 };
	if (gold) {
		TRY(gold_get(c, project, task, &kept, &found));
		if (!found || kept.grown != 1) {
			TRY(quality_truth(c, project, task, &out->truth));
			out->gold = !found || kept.grown == 0;
			out->mended = found && kept.grown == 2;
			return OK;
		}
	}
	return told.len > 0 ? json_read_own(c, told, &out->truth) : OK;
}

/* The known answer as a JSON object: set by hand, or from the record's gold_ columns. */
enum err quality_truth(struct ctx *c, project_id project, task_id task, struct json_value **out)
{
	struct gold_get kept;
	struct intake_record record;
	bool found;

	TRY(gold_get(c, project, task, &kept, &found));
	if (!found) {
		TRY(intake_record(c, project, task.v, &record));
		kept.truth = record.truth;
	}
	return json_read_own(c, kept.truth, out);
}

static enum err is_right(struct ctx *c, const struct kind_template *template,
			 const struct json_value *truth, struct str body, bool *right)
{
	struct json_value *answer;

	TRY(json_read_own(c, body, &answer));
	*right = true;
	for (const struct json_value *known = truth->first; known != NULL; known = known->next) {
		const struct kind_field *field = kind_field_find(template, known->key);

		if (field != NULL && !kind_same(c->mem, field, known, json_get(answer, known->key)))
			*right = false;
	}
	return OK;
}

enum err quality_gold_score(struct ctx *c, project_id id, int limit, bool *more)
{
	struct project project;
	struct kind_template template;
	struct gold_unscored *row;
	struct json_value *truth = NULL;
	size_t count;

	TRY(project_get(c, id, &project));
	TRY(project_template(c, &project, &template));
	TRY(gold_unscored(c, id, limit, &row, &count));
	for (size_t i = 0; i < count; i++) {
		int64_t fresh;
		bool right;

		if (i == 0 || row[i].task.v != row[i - 1].task.v)
			TRY(quality_truth(c, id, row[i].task, &truth));
		TRY(is_right(c, &template, truth, row[i].body, &right));
		TRY(gold_answer_add(c, id, row[i].task, row[i].worker, right, &fresh));
		if (fresh == 1)
			TRY(gold_score_add(c, id, row[i].worker, right, &fresh));
	}
	*more = count == (size_t)limit;
	return OK;
}

enum err quality_accuracy(struct ctx *c, user_id worker, int64_t *hundredths, bool *known)
{
	struct gold_score_everywhere sum;

	TRY(gold_score_everywhere(c, worker, &sum));
	*known = sum.seen >= QUALITY_ACCURACY_MIN;
	*hundredths = *known ? (200 * sum.correct + sum.seen) / (2 * sum.seen) : 0;
	return OK;
}

enum err quality_score(struct ctx *c, project_id project, user_id worker, struct quality_score *out)
{
	struct gold_score_get row;
	bool found;

	TRY(gold_score_get(c, project, worker, &row, &found));
	*out = found ? (struct quality_score){ row.seen, row.correct } :
		       (struct quality_score){ 0, 0 };
	return OK;
}
