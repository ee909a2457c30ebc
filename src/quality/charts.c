/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What a project's charts show of its quality, from sums that are kept anyway and from a sample of
 * its tasks: bounded, whatever has been done. A look at every answer was turned down; it would
 * grow with the work and say the same to within a few hundredths.
 */
#include "job/job.h"
#include "quality/quality_in.h"

enum {
	SAMPLE = 300,	     /* tasks whose answers are compared */
	ANSWERS_MAX = 12,    /* of each of these */
	BINS = 5,	     /* of the share of pairs that agree */
	CLASSES_MAX = 20,    /* of a table of confusions */
	WORKERS_READ = 2000, /* of whom those with the most answers are shown */
	WORKERS_MAX = 300,
};

/* --- agreement: pairs of answers to the same question --- */

struct agreement {
	int64_t tasks, pairs, same;
	int64_t bin[BINS]; /* tasks, by their share of pairs that are the same */
};

static void compare(struct ctx *c, const struct kind_field *field,
		    const struct json_value *const *answer, int count, struct agreement *a)
{
	int64_t pairs = 0, same = 0;

	for (int i = 0; i < count; i++)
		for (int k = i + 1; k < count; k++) {
			const struct json_value *one = json_get(answer[i], field->name);
			const struct json_value *other = json_get(answer[k], field->name);

			if (one == NULL || other == NULL)
				continue;
			pairs++;
			same += kind_same(c->mem, field, one, other);
		}
	if (pairs == 0)
		return;
	a->tasks++;
	a->pairs += pairs;
	a->same += same;
	a->bin[same == pairs ? BINS - 1 : same * BINS / pairs]++;
}

static enum err sample(struct ctx *c, const struct project *p, const struct kind_template *t,
		       struct agreement *out, int64_t *tasks)
{
	struct quality_judged_answers *row;
	struct spot_reach reach;
	size_t count, to;
	task_id after = { 0 };

	TRY(spot_reach(c, p->id, &reach));
	if (reach.last > SAMPLE)
		after.v = (int64_t)(ctx_random(c) % (uint64_t)(reach.last - SAMPLE + 1));
	TRY(quality_judged_read(c, p->id, after, SAMPLE, &row, &count));
	*tasks = 0;
	for (size_t from = 0; from < count; from = to, ++*tasks) {
		struct arena_mark mark = arena_mark(c->mem);
		const struct json_value *answer[ANSWERS_MAX];
		int n = 0;

		for (to = from; to < count && row[to].task.v == row[from].task.v; to++) {
			struct json_value *read;

			if (n == ANSWERS_MAX)
				continue;
			TRY(json_read_own(c, row[to].body, &read));
			answer[n++] = read;
		}
		for (int f = 0; f < t->field_count; f++)
			compare(c, &t->field[f], answer, n, &out[f]);
		arena_reset(c->mem, mark);
	}
	return OK;
}

static enum err put_agreement(struct ctx *c, const struct project *p, const struct kind_template *t,
			      struct json *out)
{
	struct agreement *a = NEW_MANY(c->mem, struct agreement, (size_t)t->field_count);
	int64_t tasks;

	TRY(sample(c, p, t, a, &tasks));
	json_i64_of(out, "sampled", tasks);
	json_key(out, "agreement");
	json_list(out);
	for (int f = 0; f < t->field_count; f++) {
		if (a[f].pairs == 0)
			continue;
		json_object(out);
		json_text_of(out, "field", t->field[f].name);
		json_i64_of(out, "items", a[f].tasks);
		json_f64_of(out, "share", (double)a[f].same / (double)a[f].pairs);
		json_key(out, "bins");
		json_list(out);
		for (int i = 0; i < BINS; i++)
			json_put_i64(out, a[f].bin[i]);
		json_list_end(out);
		json_object_end(out);
	}
	json_list_end(out);
	return OK;
}

/* --- confusion: what is said where something else is thought to be true --- */

static void put_confusion(struct ctx *c, const struct skill_field *f, struct json *out)
{
	const int classes = f->list.classes;
	bool many = f->list.questions > 1 || f->list.values != classes;

	json_object(out);
	json_text_of(out, "field", f->field->name);
	json_key(out, "values");
	json_list(out);
	for (int k = 0; k < classes; k++)
		if (many)
			json_put_bool(out, k == 1);
		else
			json_put_raw(out, f->field->kind->named(c->mem, f->field, k));
	json_list_end(out);
	json_key(out, "counts");
	json_list(out);
	for (int i = 0; i < classes * classes; i++) {
		int64_t hundredths = f->crowd.sums.count[i] / (BELIEF_ONE / 100);

		json_put_f64(out, (double)hundredths / 100);
	}
	json_list_end(out);
	json_object_end(out);
}

static enum err put_confusions(struct ctx *c, const struct project *p,
			       const struct kind_template *t, struct json *out)
{
	struct skill_book book;

	TRY(skill_book_open(c, p->id, t, NULL, 0, SKILL_CROWD_ALONE, &book));
	json_key(out, "confusion");
	json_list(out);
	for (int f = 0; f < book.fields; f++)
		if (book.field[f].has_list && book.field[f].crowd.questions > 0 &&
		    book.field[f].list.classes <= CLASSES_MAX)
			put_confusion(c, &book.field[f], out);
	json_list_end(out);
	return OK;
}

/* --- workers --- */

struct shown {
	int64_t worker;
	struct quality_skill skill;
};

static int by_answers(const void *left, const void *right)
{
	const struct shown *a = left, *b = right;

	if (a->skill.answers != b->skill.answers)
		return a->skill.answers < b->skill.answers ? 1 : -1;
	return (a->worker > b->worker) - (a->worker < b->worker);
}

static enum err put_workers(struct ctx *c, const struct project *p, struct json *out)
{
	struct assignment_numbers numbers;
	struct charts_workers *who;
	struct quality_skill *skill;
	struct shown *shown;
	user_id *worker;
	size_t workers, count = 0, known = 0;

	TRY(assignment_numbers_open(c, p->id, &numbers));
	TRY(charts_workers(c, p->id, WORKERS_READ, &who, &workers));
	json_key(out, "workers");
	json_list(out);
	if (workers > 0)
		TRY(quality_skills_of(c, p, who[0].worker, who[workers - 1].worker, &skill, &worker,
				      &count));
	shown = NEW_MANY(c->mem, struct shown, count + 1);
	for (size_t i = 0; i < count; i++)
		if (skill[i].known)
			shown[known++] =
				(struct shown){ assignment_number(c->mem, &numbers, worker[i]),
						skill[i] };
	qsort(shown, known, sizeof(*shown), by_answers);
	for (size_t i = 0; i < known && i < WORKERS_MAX; i++) {
		json_object(out);
		json_id_of(out, "worker", shown[i].worker);
		json_i64_of(out, "answers", shown[i].skill.answers);
		json_f64_of(out, "share", shown[i].skill.share);
		json_f64_of(out, "at_least", shown[i].skill.at_least);
		json_object_end(out);
	}
	json_list_end(out);
	return OK;
}

enum err quality_charts(struct ctx *c, const struct project *p, struct json *out)
{
	struct kind_template *t = NEW(c->mem, struct kind_template);

	kind_template_load(c->mem, p->template, t);
	json_object(out);
	TRY(put_agreement(c, p, t, out));
	TRY(put_confusions(c, p, t, out));
	TRY(put_workers(c, p, out));
	json_object_end(out);
	return OK;
}
