/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The exact estimate: all answers to judged tasks are read page by page, ahead of the
 * transaction, into five bytes and two for each question; src/model finds the posterior of all of
 * them together, and the sums of every worker are written anew, some thousand in each
 * transaction. Then quality.apply (again.c) looks at the results, page by page, with the new sums.
 *
 * Sums of fields without a list stay: looking at a result again takes its part out of them and puts
 * it back as it is seen now, which is one more round of the same estimate, task by task
 * (incremental EM, Neal and Hinton 1998). What they claim of known questions is learned in learn.c.
 *
 * Tasks that are judged while this reads are not in the sums that it writes; the next estimate
 * has them, and the last one of a project runs when nothing comes any more. Holding judging up
 * meanwhile was turned down: it would hold up pay and adaptive places too.
 *
 * A project with more than FIT_MARKS answers is not estimated again: the online sums stand.
 */
#include "job/job.h"
#include "job/tally.h"
#include "quality/fit_in.h"
#include "quality/quality_in.h"

enum {
	PAGE = 1000,	      /* tasks read in one statement */
	SLICE = 2000,	      /* workers written in one transaction */
	FIT_MARKS = 8000000,  /* answers to questions */
	FIT_CELLS = 10000000, /* workers x classes x classes */
};

/* --- reading --- */

static void make_room(struct ctx *c, struct fit *f)
{
	const size_t tasks = (size_t)f->tasks_max, answers = (size_t)f->answers_max;

	f->task = NEW_MANY(c->mem, task_id, tasks);
	f->gold = NEW_MANY(c->mem, bool, tasks);
	f->from = NEW_MANY(c->mem, int32_t, tasks + 1);
	f->worker = NEW_MANY(c->mem, int32_t, answers);
	f->ms = NEW_MANY(c->mem, int32_t, answers);
	f->mark = NEW_MANY(c->mem, uint16_t *, (size_t)f->book.fields);
	f->truth = NEW_MANY(c->mem, int32_t *, (size_t)f->book.fields);
	f->open = NEW_MANY(c->mem, struct fit_open, (size_t)f->book.fields);
	for (int n = 0; n < f->book.fields; n++) {
		size_t questions = (size_t)f->book.field[n].list.questions;

		f->mark[n] = NEW_MANY(c->mem, uint16_t, questions * answers);
		f->truth[n] = NEW_MANY(c->mem, int32_t, questions * tasks);
		if (!f->book.field[n].has_list)
			learn_make_room(c, f, &f->open[n]);
	}
}

/* Sums that are made anew begin with nothing but what was rejected. */
static void take_worker(struct fit *f, const struct skill_everybody *row)
{
	const int64_t worker = skill_book_find(&f->book, row->worker);

	for (int n = 0; n < f->book.fields; n++) {
		struct skill *s = skill_at(&f->book, worker, n);

		if (!str_eq(row->field, f->book.field[n].field->name))
			continue;
		s->rejected = row->rejected;
		if (f->book.field[n].has_list)
			continue;
		s->sums.answers = row->answers;
		s->sums.right = row->right;
		s->others = row->others;
	}
}

static enum err open_fit(struct ctx *c, project_id id, struct fit *f)
{
	struct project_state state;
	struct skill_everybody *row;
	int64_t marks = 0;
	size_t count;

	TRY(project_get(c, id, &f->project));
	TRY(project_state_get(c, id, &state));
	kind_template_load(c->mem, f->project.template, &f->template);
	TRY(skill_everybody(c, id, &row, &count));
	user_id *worker = NEW_MANY(c->mem, user_id, count);
	for (size_t i = 0; i < count; i++)
		worker[i] = row[i].worker;
	TRY(skill_book_open(c, id, &f->template, NULL, 0, SKILL_CROWD_ALONE, &f->before));
	TRY(skill_book_open(c, id, &f->template, worker, count, SKILL_CROWD_ALONE, &f->book));
	for (size_t i = 0; i < count; i++)
		take_worker(f, &row[i]);
	for (int n = 0; n < f->book.fields; n++)
		skill_ready(&f->book.field[n]);
	TRY(tally_get(c, id.v, "submitted", &f->answers_max));
	f->tasks_max = state.tasks;
	for (int n = 0; n < f->book.fields; n++)
		marks += f->answers_max * f->book.field[n].list.questions;
	f->is_small = marks <= FIT_MARKS;
	if (f->is_small)
		make_room(c, f);
	return OK;
}

static enum err take_answer(struct ctx *c, struct fit *f, const struct quality_judged_answers *row,
			    int *own, const struct json_value **out)
{
	struct json_value *answer;
	int64_t worker = skill_book_find(&f->book, row->worker);

	TRY(json_read_own(c, row->body, &answer));
	*out = answer;
	if (worker < 0)
		return OK;
	for (int n = 0; n < f->book.fields; n++) {
		const struct skill_field *field = &f->book.field[n];
		size_t questions = (size_t)field->list.questions;

		if (!field->has_list)
			continue;
		kind_marks(field->field, json_get(answer, field->field->name), own);
		for (size_t q = 0; q < questions; q++)
			f->mark[n][f->answers * questions + q] = (uint16_t)own[q];
	}
	f->ms[f->answers] = (int32_t)(row->active_ms < INT32_MAX ? row->active_ms : INT32_MAX);
	f->worker[f->answers++] = (int32_t)worker;
	return OK;
}

static enum err take_truth(struct ctx *c, struct fit *f, size_t task,
			   const struct quality_judged_answers *row, int *own,
			   struct quality_known *out)
{
	TRY(quality_known(c, f->project.id, row->task, row->gold == 1, row->told, out));
	f->gold[task] = out->gold;
	for (int n = 0; n < f->book.fields; n++) {
		const struct skill_field *field = &f->book.field[n];
		const struct json_value *known = json_get(out->truth, field->field->name);
		int questions = field->list.questions;

		if (known != NULL && field->has_list)
			kind_marks(field->field, known, own);
		for (int q = 0; q < questions; q++)
			f->truth[n][task * (size_t)questions + (size_t)q] =
				known != NULL && field->has_list ? own[q] : -1;
	}
	return OK;
}

/* Which of its answers mean the same, and which are the same to the letter. */
static void group_open(struct ctx *c, struct fit *f, int n, const struct judge_task *t)
{
	const struct kind_field *field = f->book.field[n].field;
	const size_t first = f->answers - (size_t)t->count;
	const int looked = t->count < DOUBT_ANSWERS ? t->count : DOUBT_ANSWERS;
	uint16_t *group = f->mark[n] + first;
	int *of = NEW_MANY(c->mem, int, (size_t)looked), groups = 0;

	for (int i = 0; i < t->count; i++) {
		const struct json_value *said = json_get(t->answer[i], field->name);
		struct json text = json_make(c->mem, KIND_ANSWER_MAX);
		int g = 0;

		json_put_value(&text, said);
		f->open[n].value[first + (size_t)i] = (uint32_t)str_hash(json_end(&text));
		if (i >= looked)
			continue;
		while (g < groups &&
		       !kind_same(c->mem, field, said, json_get(t->answer[of[g]], field->name)))
			g++;
		if (g == groups)
			of[groups++] = i;
		group[i] = (uint16_t)g;
	}
}

/* The answers of one task. */
static enum err read_task(struct ctx *c, struct fit *f, const struct quality_judged_answers *row,
			  size_t count, int *own)
{
	struct judge_task t = { .task = row->task,
				.worker = NEW_MANY(c->mem, int64_t, count),
				.answer = NEW_MANY(c->mem, const struct json_value *, count) };
	struct quality_known known;

	f->task[f->tasks] = row->task;
	TRY(take_truth(c, f, f->tasks, row, own, &known));
	for (size_t i = 0; i < count; i++) {
		size_t before = f->answers;

		TRY(take_answer(c, f, &row[i], own, &t.answer[t.count]));
		if (f->answers == before)
			continue;
		t.worker[t.count++] = f->worker[before];
	}
	f->from[++f->tasks] = (int32_t)f->answers;
	for (int n = 0; n < f->book.fields; n++)
		if (!f->book.field[n].has_list)
			group_open(c, f, n, &t);
	for (int n = 0; known.truth != NULL && n < f->book.fields; n++)
		if (!f->book.field[n].has_list) {
			const int all = t.count;

			TRY(learn_open(c, f, n, &t, known.truth, known.gold));
			t.count = all;
		}
	return OK;
}

/* No more than there was room made for: what came later waits for the next time. */
static enum err read_page(struct ctx *c, struct fit *f, task_id *after, int *own, bool *more)
{
	struct quality_judged_answers *row;
	size_t count;

	TRY(quality_judged_read(c, f->project.id, *after, PAGE, &row, &count));
	*more = count > 0;
	for (size_t from = 0, to = 0; from < count; from = to) {
		while (to < count && row[to].task.v == row[from].task.v)
			to++;
		*more = (int64_t)f->tasks < f->tasks_max &&
			(int64_t)(f->answers + to - from) <= f->answers_max;
		if (!*more)
			break;
		TRY(read_task(c, f, &row[from], to - from, own));
		*after = row[from].task;
	}
	return OK;
}

static enum err read_all(struct ctx *c, struct fit *f)
{
	task_id after = { 0 };
	int questions = 1;
	bool more = true;

	for (int n = 0; n < f->book.fields; n++)
		if (f->book.field[n].list.questions > questions)
			questions = f->book.field[n].list.questions;
	int *own = NEW_MANY(c->mem, int, (size_t)questions);
	while (more) {
		struct arena_mark mark = arena_mark(c->mem);

		TRY(read_page(c, f, &after, own, &more));
		arena_reset(c->mem, mark);
	}
	return OK;
}

/* --- estimating --- */

/* One field's answers as src/model takes them: each question is a task of its own. */
static void lay_out(struct ctx *c, const struct fit *f, int n, struct model_answers *out)
{
	const int questions = f->book.field[n].list.questions;
	const int classes = f->book.field[n].list.classes;
	const size_t all = f->tasks * (size_t)questions;
	int32_t *from = NEW_MANY(c->mem, int32_t, all + 1);
	uint32_t *key = NEW_MANY(c->mem, uint32_t, f->answers * (size_t)questions);
	int32_t at = 0;

	for (size_t t = 0; t < f->tasks; t++)
		for (int q = 0; q < questions; q++) {
			from[t * (size_t)questions + (size_t)q] = at;
			for (int32_t i = f->from[t]; i < f->from[t + 1]; i++)
				key[at++] = (uint32_t)f->worker[i] * (uint32_t)classes +
					    f->mark[n][i * questions + q];
		}
	from[all] = at;
	*out = (struct model_answers){ .tasks = (int32_t)all,
				       .workers = (int32_t)f->book.workers,
				       .classes = classes,
				       .from = from,
				       .key = key,
				       .gold = f->truth[n] };
}

int fit_answers(const struct fit *f, int n, const struct model_answers *a, int32_t question,
		struct belief_answer *out)
{
	const int classes = a->classes, questions = f->book.field[n].list.questions;
	int count = 0;

	for (int32_t i = a->from[question]; i < a->from[question + 1]; i++) {
		const struct skill *s = skill_at(&f->book, a->key[i] / (uint32_t)classes, n);

		out[count++] =
			(struct belief_answer){ .worker = &s->sums,
						.rejected = s->rejected * questions,
						.label = (int)(a->key[i] % (uint32_t)classes) };
	}
	return count;
}

static void believed(const struct model_answers *a, const struct model_fit *fit, int32_t question,
		     int64_t *z)
{
	for (int32_t k = 0; k < a->classes; k++)
		z[k] = a->gold[question] >= 0 ?
			       (a->gold[question] == k ? BELIEF_ONE : 0) :
			       (int64_t)(fit->posterior[(size_t)question * (size_t)a->classes +
							(size_t)k] *
						 (float)BELIEF_ONE +
					 0.5F);
}

/* All sums of a field from the posteriors of a fit. */
static void sum_up(struct ctx *c, struct fit *f, int n, const struct model_answers *a,
		   const struct model_fit *fit)
{
	struct skill_field *field = &f->book.field[n];
	const int classes = a->classes;
	int64_t *z = NEW_MANY(c->mem, int64_t, (size_t)classes);

	belief_crowd_make(c->mem, classes, &field->crowd);
	for (int32_t t = 0; t < a->tasks; t++) {
		believed(a, fit, t, z);
		for (int32_t i = a->from[t]; i < a->from[t + 1]; i++) {
			int label = (int)(a->key[i] % (uint32_t)classes);
			struct skill *s = skill_at(&f->book, a->key[i] / (uint32_t)classes, n);

			belief_add(&s->sums, classes, label, z, 1);
			belief_add(&field->crowd.sums, classes, label, z, 1);
		}
		for (int k = 0; k < classes; k++)
			field->crowd.of_class[k] += z[k];
		field->crowd.questions++;
	}
	belief_ready(&field->crowd);
}

static void add_others(struct ctx *c, struct fit *f, int n, const struct model_answers *a)
{
	const struct skill_field *field = &f->book.field[n];
	int64_t *z = NEW_MANY(c->mem, int64_t, (size_t)a->classes);

	for (int32_t t = 0; t < a->tasks; t++) {
		struct arena_mark mark = arena_mark(c->mem);
		size_t most = (size_t)(a->from[t + 1] - a->from[t]);
		struct belief_answer *answer = NEW_MANY(c->mem, struct belief_answer, most);
		int64_t *others = NEW_MANY(c->mem, int64_t, most);
		int count = fit_answers(f, n, a, t, answer);

		belief_judge(c->mem, &field->crowd, answer, count, z, NULL, others);
		for (int i = 0; i < count; i++) {
			uint32_t worker = a->key[a->from[t] + i] / (uint32_t)a->classes;

			skill_at(&f->book, worker, n)->others += a->gold[t] < 0 ? others[i] :
								 a->gold[t] == answer[i].label ?
										  BELIEF_ONE :
										  0;
		}
		arena_reset(c->mem, mark);
	}
}

/* Whose answers are hard to explain by work, now that what all of them are worth is known. */
static void doubt_answers(struct ctx *c, struct fit *f, int n, const struct model_answers *a)
{
	const struct skill_field *field = &f->book.field[n];
	struct belief_sums *sums = NEW_MANY(c->mem, struct belief_sums, f->book.workers);
	double *right = NEW_MANY(c->mem, double, f->book.workers);

	for (size_t w = 0; w < f->book.workers; w++) {
		const struct skill *s = skill_at(&f->book, (int64_t)w, n);

		sums[w] = s->sums;
		right[w] = (double)s->others / BELIEF_ONE /
			   (double)(s->sums.answers > 0 ? s->sums.answers : 1);
	}
	if (field->list.questions > 1)
		doubt_find_many(c->mem,
				&(struct doubt_many){ a, f->ms, f->mark[n], field->list.questions },
				&f->doubt[n], &f->doubts[n]);
	else if (field->has_list)
		doubt_find(c->mem, &(struct doubt_crowd){ a, f->ms, sums, right, &field->crowd },
			   &f->doubt[n], &f->doubts[n]);
	else
		doubt_find_open(c->mem,
				&(struct doubt_open){ a, f->ms, f->mark[n], f->open[n].value, sums,
						      right, field->open },
				&f->doubt[n], &f->doubts[n]);
}

/* Who answered which task. */
static struct model_answers whole_answers(const struct fit *f)
{
	return (struct model_answers){ .tasks = (int32_t)f->tasks,
				       .workers = (int32_t)f->book.workers,
				       .classes = 1,
				       .from = f->from,
				       .key = (const uint32_t *)f->worker };
}

static void estimate_open(struct ctx *c, struct fit *f, int n)
{
	const struct model_answers a = whole_answers(f);

	learn_trust(c, f, n, &f->open[n].trials);
	doubt_answers(c, f, n, &a);
}

static void estimate(struct ctx *c, struct fit *f, int n)
{
	struct skill_field *field = &f->book.field[n];
	const int64_t classes = field->list.classes;
	struct model_options options = { 0 };
	struct model_answers a;
	struct model_fit fit;

	if (!field->has_list) {
		estimate_open(c, f, n);
		return;
	}
	field->changed = f->tasks > 0 && (int64_t)f->book.workers * classes * classes <= FIT_CELLS;
	if (!field->changed)
		return;
	lay_out(c, f, n, &a);
	model_run(c->mem, MODEL_SHRUNK, &a, &options, &fit);
	sum_up(c, f, n, &a, &fit);
	add_others(c, f, n, &a);
	learn_listed(c, f, n, &a);
	if (field->list.questions > 1)
		a = whole_answers(f);
	doubt_answers(c, f, n, &a);
}

enum err quality_refit_before(struct ctx *c, struct job *job)
{
	struct fit *f = NEW(c->mem, struct fit);

	TRY(open_fit(c, (project_id){ job->key }, f));
	f->doubt = NEW_MANY(c->mem, struct doubt *, (size_t)f->book.fields);
	f->doubts = NEW_MANY(c->mem, size_t, (size_t)f->book.fields);
	if (f->is_small) {
		TRY(read_all(c, f));
		for (int n = 0; n < f->book.fields; n++)
			estimate(c, f, n);
	}
	job->prepared = f;
	return OK;
}

/* --- writing --- */

static enum err write_worker(struct ctx *c, const struct fit *f, size_t w)
{
	for (int n = 0; n < f->book.fields; n++) {
		const struct skill *s = skill_at(&f->book, (int64_t)w, n);
		const size_t classes = (size_t)f->book.field[n].list.classes;
		int64_t changed;

		if (f->book.field[n].changed)
			TRY(skill_refit(c, f->project.id, f->book.worker[w],
					f->book.field[n].field->name, s->sums.right, s->others,
					skill_numbers_text(c->mem, s->sums.count,
							   s->sums.count ? classes * classes : 0),
					&changed));
	}
	return OK;
}

/* `fitted` is what the crowd had answered before this read: what came since makes another round. */
static enum err write_crowd(struct ctx *c, const struct fit *f, const struct skill_book *before)
{
	for (int n = 0; n < f->book.fields; n++) {
		const struct skill_field *field = &f->book.field[n];
		const struct belief_crowd *crowd = &field->crowd;
		const size_t classes = (size_t)crowd->classes;
		int64_t changed;

		if (field->changed)
			TRY(crowd_refit(
				c, f->project.id, field->field->name, crowd->sums.right,
				skill_numbers_text(c->mem, crowd->sums.count,
						   crowd->sums.count ? classes * classes : 0),
				skill_numbers_text(c->mem, crowd->of_class, classes), &changed));
		if (field->changed || (!field->has_list && f->is_small))
			TRY(crowd_trust(c, f->project.id, field->field->name, field->trust.sure,
					field->trust.alike, field->trust.shift, field->known,
					field->known_right, field->learned, &changed));
		TRY(crowd_fitted(c, f->project.id, field->field->name,
				 before->field[n].crowd.sums.answers, &changed));
	}
	return OK;
}

static enum err write_doubt(struct ctx *c, const struct fit *f, int n, const struct doubt *d,
			    int32_t worker, int32_t other)
{
	const struct kind_field *field = f->book.field[n].field;
	user_id with = { other >= 0 ? f->book.worker[other].v : 0 };
	struct str value = { 0 };
	int64_t changed;

	if (d->what == DOUBT_CONSTANT && f->book.field[n].has_list &&
	    f->book.field[n].list.questions == 1)
		value = field->kind->named(c->mem, field, d->label);
	return doubt_put(c, f->project.id, f->book.worker[worker], d->what, with,
			 d->what == DOUBT_FAST ? S("") : field->name, d->answers, d->found,
			 d->expected, value, c->now, &changed);
}

/* Those of an earlier estimate that are not found again go, unless a person has decided. */
static enum err write_doubts(struct ctx *c, const struct fit *f)
{
	int64_t dropped;

	for (int n = 0; n < f->book.fields; n++)
		for (size_t i = 0; i < f->doubts[n]; i++) {
			const struct doubt *d = &f->doubt[n][i];

			TRY(write_doubt(c, f, n, d, d->worker, d->other));
			if (d->what == DOUBT_ALIKE)
				TRY(write_doubt(c, f, n, d, d->other, d->worker));
		}
	return doubt_drop_old(c, f->project.id, c->now, &dropped);
}

enum err quality_refit_body(struct ctx *c, struct job *job)
{
	const struct fit *f = job->prepared;
	size_t w = 0, end;

	while (w < f->book.workers && f->book.worker[w].v <= job->part)
		w++;
	end = f->book.workers - w > SLICE ? w + SLICE : f->book.workers;
	for (; f->is_small && w < end; w++)
		TRY(write_worker(c, f, w));
	if (f->is_small && w < f->book.workers)
		return job_signal_part(c, "quality.refit", job->key, f->book.worker[w - 1].v);
	TRY(write_crowd(c, f, &f->before));
	if (f->is_small)
		TRY(write_doubts(c, f));
	return job_signal(c, "quality.apply", job->key);
}
