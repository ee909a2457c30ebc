/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * How many labels of a project are right, as far as somebody has looked: spot checks, which are
 * drawn by chance and answered without seeing the result, and known answers, each judged as if it
 * were an ordinary task (refit.c). Both are trials of the same kind, so they are counted together;
 * the interval is Wilson's (1927), which stays sound for few trials and for shares near 1. What the
 * model claims stands beside it and does not enter: a certificate that leans on the claim would
 * certify itself.
 */
#include <math.h>
#include "intake/intake.h"
#include "job/job.h"
#include "quality/quality_in.h"

enum { SPOTS_MAX = 20000, PAGE = 500, LEARN_AFTER_S = 60 };

void quality_interval(int64_t right, int64_t checked, double *low, double *high)
{
	const double z = 1.959964, n = (double)checked, p = (double)right / n;
	const double middle = (p + z * z / (2 * n)) / (1 + z * z / n);
	const double half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n));

	*low = fmax(middle - half, 0);
	*high = fmin(middle + half, 1);
}

/* --- spot checks --- */

enum err quality_spot_next(struct ctx *c, project_id project, task_id *out, bool *found)
{
	struct spot_reach reach;
	struct spot_draw row;

	TRY(spot_reach(c, project, &reach));
	*found = false;
	if (reach.last < 1)
		return OK;
	int64_t from = 1 + (int64_t)(ctx_random(c) % (uint64_t)reach.last);
	TRY(spot_draw(c, project, (task_id){ from }, &row, found));
	if (!*found)
		TRY(spot_draw(c, project, (task_id){ 1 }, &row, found));
	if (*found)
		*out = row.task;
	return OK;
}

enum err quality_spot_put(struct ctx *c, project_id id, task_id task,
			  const struct json_value *answer)
{
	struct kind_faults faults = kind_faults_make(c->mem, (struct str){ NULL, 0 });
	struct kind_template template;
	struct spot_count count;
	struct project project;
	struct str canonical;
	struct task row;
	int64_t changed;

	TRY(project_get(c, id, &project));
	TRY(task_get(c, id, task, &row));
	kind_template_load(c->mem, project.template, &template);
	if (!kind_answer_check(&faults, &template, answer, &canonical))
		return refuse_field(c, ERR_INPUT,
				    str_format(c->mem, "answer.%.*s", STR_ARG(faults.list[0].path)),
				    "%.*s", STR_ARG(faults.list[0].message));
	if (row.stage != TASK_JUDGED || row.gold)
		return refuse(c, ERR_CONFLICT, "this item has no result to check");
	TRY(spot_count(c, id, &count));
	if (count.n >= SPOTS_MAX)
		return refuse(c, ERR_LIMIT, "a project has at most %d checks", SPOTS_MAX);
	TRY(spot_add(c, id, task, canonical, user_actor(c), c->now, &changed));
	if (changed == 0)
		return refuse(c, ERR_CONFLICT, "somebody has checked this item already");
	return job_at(c, "quality.refit", id.v, 0, usec_after(c->now, LEARN_AFTER_S * USEC_SECOND));
}

/* --- the certificate --- */

static int field_of(const struct kind_template *t, struct str name)
{
	for (int f = 0; f < t->field_count; f++)
		if (str_eq(t->field[f].name, name))
			return f;
	return -1;
}

static enum err count_spots(struct ctx *c, project_id project, const struct kind_template *t,
			    struct quality_certified *out)
{
	task_id after = { 0 };

	for (;;) {
		struct arena_mark mark = arena_mark(c->mem);
		struct spot_results *row;
		size_t count;

		TRY(spot_results(c, project, after, PAGE, &row, &count));
		for (size_t i = 0; i < count; i++) {
			struct json_value *value, *answer;
			int f = field_of(t, row[i].field);

			TRY(json_read_own(c, row[i].value, &value));
			TRY(json_read_own(c, row[i].answer, &answer));
			after = row[i].task;
			if (f < 0)
				continue;
			out[f].checked++;
			out[f].right += kind_same(c->mem, &t->field[f], value,
						  json_get(answer, t->field[f].name));
		}
		arena_reset(c->mem, mark);
		if (count == 0)
			return OK;
	}
}

enum err quality_certificate(struct ctx *c, const struct project *project,
			     struct quality_certified **out, int *count)
{
	struct kind_template *template = NEW(c->mem, struct kind_template);
	struct certificate_claims *claim;
	struct crowd_look *crowd;
	size_t claims, crowds;

	kind_template_load(c->mem, project->template, template);
	*count = template->field_count;
	*out = NEW_MANY(c->mem, struct quality_certified, *count);
	for (int f = 0; f < *count; f++)
		(*out)[f].field = template->field[f].name;
	TRY(certificate_claims(c, project->id, &claim, &claims));
	for (size_t i = 0; i < claims; i++) {
		int f = field_of(template, claim[i].field);

		if (f < 0)
			continue;
		(*out)[f].results = claim[i].results;
		(*out)[f].claimed = claim[i].claimed;
	}
	TRY(crowd_look(c, project->id, &crowd, &crowds));
	for (size_t i = 0; i < crowds; i++) {
		int f = field_of(template, crowd[i].field);

		if (f < 0)
			continue;
		(*out)[f].known = crowd[i].known;
		(*out)[f].checked = crowd[i].known;
		(*out)[f].right = crowd[i].known_right;
		(*out)[f].learned = crowd[i].learned;
	}
	TRY(count_spots(c, project->id, template, *out));
	for (int f = 0; f < *count; f++)
		if ((*out)[f].checked > 0)
			quality_interval((*out)[f].right, (*out)[f].checked, &(*out)[f].low,
					 &(*out)[f].high);
	return OK;
}

void quality_certificate_put(const struct quality_certified *list, int count, struct json *out)
{
	json_list(out);
	for (int i = 0; i < count; i++) {
		const struct quality_certified *f = &list[i];

		json_object(out);
		json_text_of(out, "field", f->field);
		json_i64_of(out, "results", f->results);
		if (f->results > 0)
			json_f64_of(out, "claimed", f->claimed);
		json_i64_of(out, "learned", f->learned);
		json_bool_of(out, "calibrated", f->learned >= QUALITY_CALIBRATED_MIN);
		json_i64_of(out, "known", f->known);
		json_i64_of(out, "checked", f->checked);
		json_i64_of(out, "right", f->right);
		if (f->checked > 0) {
			json_f64_of(out, "share", (double)f->right / (double)f->checked);
			json_f64_of(out, "low", f->low);
			json_f64_of(out, "high", f->high);
		}
		json_object_end(out);
	}
	json_list_end(out);
}
