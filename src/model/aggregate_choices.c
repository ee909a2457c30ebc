/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Kind choices, several options out of a list: each option is a question of its own, yes or no,
 * in which each worker has a skill of its own, judged by the methods for one label. A label is a
 * JSON list of texts, or options with | between them; [] is none of them.
 */
#include <stdio.h>
#include "model/aggregate_in.h"

enum { OPTIONS_MAX = 1000 };
#define CELLS_MAX INT64_C(400000000) /* bytes of distinct labels, or tasks, x options */

struct choices {
	struct read_names option; /* in order of appearance */
	enum model_method method;
	uint8_t *has;	 /* [label * options + option] of the answers' labels */
	uint8_t *truth;	 /* the same of the truth's labels */
	uint8_t *chosen; /* [task * options + option] */
	float *sure;	 /* of what was chosen or not, ditto */
	double *right;	 /* of each worker: expected right answers, summed over the options */
	double claimed;	 /* sum of sure */
	int iterations;	 /* of all options */
};

/* --- labels --- */

/* One option of a label; its number, or -1 where new ones are not taken. */
static enum err take(struct aggregate *g, struct choices *m, struct str name, bool is_new,
		     int32_t *out)
{
	*out = -1;
	for (int32_t i = 0; i < m->option.count && *out < 0; i++)
		if (str_eq(str_of(m->option.at[i]), name))
			*out = i;
	if (*out >= 0 || !is_new)
		return OK;
	if (m->option.count == OPTIONS_MAX)
		return refuse(g->c, ERR_LIMIT, "more than %d different options", OPTIONS_MAX);
	if (!names_add(&m->option, name, out))
		return refuse(g->c, ERR_INPUT, "an option is not UTF-8 text");
	return OK;
}

/* `chosen` NULL: only learn the names. */
static enum err read_label(struct aggregate *g, struct choices *m, const char *label,
			   uint8_t *chosen)
{
	struct str rest = str_of(label), name;
	struct json_value *list;
	struct json_fault fault;
	int32_t at;

	if (label[0] == '[') {
		if (!json_read(g->c->mem, rest, &list, &fault) || !json_is(list, JSON_LIST))
			return refuse(g->c, ERR_INPUT, "%.80s is no list of options", label);
		for (const struct json_value *one = list->first; one != NULL; one = one->next) {
			if (!json_text(one, &name))
				return refuse(g->c, ERR_INPUT, "%.80s is no list of texts", label);
			TRY(take(g, m, name, chosen == NULL, &at));
			if (chosen != NULL && at >= 0)
				chosen[at] = 1;
		}
		return OK;
	}
	for (bool more = true; more;) {
		more = str_split(rest, '|', &name, &rest);
		name = str_trim(more ? name : rest);
		if (name.len == 0)
			continue;
		TRY(take(g, m, name, chosen == NULL, &at));
		if (chosen != NULL && at >= 0)
			chosen[at] = 1;
	}
	return OK;
}

static enum err learn_options(struct aggregate *g, struct choices *m,
			      const struct read_names *labels)
{
	for (int32_t k = 0; k < labels->count; k++) {
		struct arena_mark mark = arena_mark(g->c->mem);
		struct read_names before = m->option;

		TRY(read_label(g, m, labels->at[k], NULL));
		if (m->option.count == before.count) /* names live in the same arena */
			arena_reset(g->c->mem, mark);
	}
	return OK;
}

static enum err read_labels(struct aggregate *g, struct choices *m, const struct read_names *labels,
			    uint8_t **out)
{
	const size_t options = (size_t)m->option.count;

	if ((int64_t)labels->count * m->option.count > CELLS_MAX)
		return refuse(g->c, ERR_LIMIT, "%d different labels of %d options are too many",
			      labels->count, m->option.count);
	*out = NEW_MANY(g->c->mem, uint8_t, (size_t)labels->count * options + 1);
	for (int32_t k = 0; k < labels->count; k++) {
		struct arena_mark mark = arena_mark(g->c->mem);

		TRY(read_label(g, m, labels->at[k], *out + (size_t)k * options));
		arena_reset(g->c->mem, mark);
	}
	return OK;
}

/* --- one option after the other --- */

static void judge_one(struct aggregate *g, struct choices *m, int32_t option, uint32_t *key)
{
	const size_t options = (size_t)m->option.count;
	const struct read_answers *r = &g->answers;
	struct model_answers a = { r->task.count, r->worker.count, 2, r->from, key, NULL };
	struct arena_mark mark = arena_mark(g->c->mem);
	struct model_worker *about =
		NEW_MANY(g->c->mem, struct model_worker, (size_t)r->worker.count);
	struct model_calibration calibration;
	struct model_fit fit;

	for (int32_t i = 0; i < r->count; i++)
		key[i] = r->key[i] * 2 + m->has[(size_t)r->value[i] * options + (size_t)option];
	model_run(g->c->mem, m->method, &a, &g->options, &fit);
	model_calibrate(&fit, a.tasks, NULL, &calibration);
	model_workers(&a, &fit, about);
	for (int32_t w = 0; w < a.workers; w++)
		m->right[w] += about[w].right;
	for (int32_t t = 0; t < a.tasks; t++) {
		const size_t at = (size_t)t * options + (size_t)option;
		const double z = (double)fit.confidence[t];
		const double sure =
			m->method != MODEL_BLEND ?
				z :
				model_sure(&calibration, z, model_tied(fit.posterior + 2 * t, 2));

		m->chosen[at] = fit.label[t] == 1;
		m->sure[at] = (float)sure;
		m->claimed += sure;
	}
	m->iterations += fit.iterations;
	arena_reset(g->c->mem, mark);
}

static enum err judge_all(struct aggregate *g, struct choices *m)
{
	const size_t cells = (size_t)g->answers.task.count * (size_t)m->option.count;
	uint32_t *key = NEW_MANY(g->c->mem, uint32_t, (size_t)g->answers.count);
	const struct model_options quiet = { .iterations_max = g->options.iterations_max,
					     .converged = g->options.converged,
					     .threads = g->options.threads };

	if ((int64_t)cells > CELLS_MAX)
		return refuse(g->c, ERR_LIMIT, "%d tasks with %d options are too many",
			      g->answers.task.count, m->option.count);
	m->chosen = NEW_MANY(g->c->mem, uint8_t, cells + 1);
	m->sure = NEW_MANY(g->c->mem, float, cells + 1);
	m->right = NEW_MANY(g->c->mem, double, (size_t)g->answers.worker.count);
	g->options = quiet; /* the bar counts options, not rounds */
	aggregate_begin(g, model_name(m->method), "options", m->option.count);
	for (int32_t o = 0; o < m->option.count; o++) {
		judge_one(g, m, o, key);
		progress_at(g->progress, o + 1);
	}
	aggregate_end(g);
	return OK;
}

/* --- lines --- */

static enum err write_line(struct aggregate *g, const struct choices *m, int32_t t)
{
	const size_t options = (size_t)m->option.count, from = (size_t)t * options;
	struct arena_mark mark = arena_mark(g->c->mem);
	struct json list = json_make(g->c->mem, 1 << 20);
	double least = 1;

	json_list(&list);
	for (size_t o = 0; o < options; o++) {
		least = fmin(least, (double)m->sure[from + o]);
		if (m->chosen[from + o] != 0)
			json_put_text(&list, str_of(m->option.at[o]));
	}
	json_list_end(&list);
	aggregate_text(g, g->answers.task.at[t]);
	buf_add_char(&g->out, '\t');
	buf_add(&g->out, json_end(&list));
	arena_reset(g->c->mem, mark);
	aggregate_share(g, least);
	buf_add(&g->out, S("\t["));
	for (size_t o = 0, shown = 0; o < options; o++)
		if (m->chosen[from + o] != 0)
			buf_format(&g->out, "%s%.4f", shown++ > 0 ? "," : "",
				   (double)m->sure[from + o]);
	buf_add_char(&g->out, ']');
	aggregate_whole(g, g->answers.from[t + 1] - g->answers.from[t]);
	return aggregate_line(g);
}

static enum err write_workers(struct aggregate *g, const struct choices *m)
{
	struct str path = room_option(g->call, "workers");
	const int32_t workers = g->answers.worker.count;
	int32_t *answers = NEW_MANY(g->c->mem, int32_t, (size_t)workers);
	struct buf out = buf_make(g->c->mem, 1 << 30);

	if (path.len == 0)
		return OK;
	for (int32_t i = 0; i < g->answers.count; i++)
		answers[g->answers.key[i]]++;
	buf_add(&out, S("worker\tanswers\taccuracy\n"));
	for (int32_t i = 0; i < workers; i++) {
		const int32_t w = g->answers.worker.first[i];

		buf_format(&out, "%s\t%d\t%.4f\n", g->answers.worker.at[w], answers[w],
			   m->right[w] / fmax((double)answers[w] * m->option.count, 1));
	}
	return aggregate_put_file(g, path, buf_str(&out));
}

/* --- scores --- */

static void say_score(struct aggregate *g, const struct choices *m)
{
	const size_t options = (size_t)m->option.count;
	const int32_t *truth = aggregate_truth(g);
	struct aggregate_calibration calibration = { 0 };
	double tasks = 0, exact = 0, hit = 0, said = 0, is = 0, right = 0;

	for (int32_t t = 0; t < g->answers.task.count; t++) {
		bool same = true;

		if (truth[t] < 0)
			continue;
		for (size_t o = 0; o < options; o++) {
			const size_t at = (size_t)t * options + o;
			const bool wanted = m->truth[(size_t)truth[t] * options + o] != 0;
			const bool got = m->chosen[at] != 0;

			calibration_add(&calibration, (double)m->sure[at], wanted == got);
			same = same && wanted == got;
			right += wanted == got;
			hit += wanted && got;
			said += got;
			is += wanted;
		}
		exact += same;
		tasks += 1;
	}
	json_i64_of(&g->summary, "truth_tasks", (int64_t)tasks);
	if (tasks == 0 || options == 0)
		return;

	const double f1 = said + is > 0 ? 2 * hit / (said + is) : 1;

	right /= tasks * (double)options;
	fprintf(stderr, "all options right %.4f, an option right %.4f, F1 %.4f on %.0f tasks\n",
		exact / tasks, right, f1, tasks);
	json_f64_of(&g->summary, "accuracy", exact / tasks);
	json_f64_of(&g->summary, "accuracy_option", right);
	json_f64_of(&g->summary, "f1", f1);
	calibration_say(g, &calibration);
}

static enum err judge(struct aggregate *g, struct choices *m)
{
	double cells;

	if (g->method.len > 0 && !model_by_name(g->method, &m->method))
		return refuse_field(g->c, ERR_INPUT, S("method"),
				    "this is no method of the kind choice");
	names_make(g->c->mem, &m->option);
	TRY(learn_options(g, m, &g->answers.label));
	if (g->has_truth)
		TRY(learn_options(g, m, &g->truth.label));
	TRY(read_labels(g, m, &g->answers.label, &m->has));
	if (g->has_truth)
		TRY(read_labels(g, m, &g->truth.label, &m->truth));
	TRY(judge_all(g, m));
	buf_add(&g->out, S("task\tlabel\tconfidence\tconfidences\tanswers\n"));
	for (int32_t i = 0; i < g->answers.task.count; i++)
		TRY(write_line(g, m, g->answers.task.first[i]));
	TRY(write_workers(g, m));
	cells = fmax((double)g->answers.task.count * m->option.count, 1);
	fprintf(stderr,
		"%d tasks, %d workers, %d answers, %d options; %s; claimed %.4f an option\n",
		g->answers.task.count, g->answers.worker.count, g->answers.count, m->option.count,
		model_name(m->method), m->claimed / cells);
	json_i64_of(&g->summary, "classes", m->option.count);
	json_i64_of(&g->summary, "iterations", m->iterations);
	json_f64_of(&g->summary, "claimed", m->claimed / cells);
	if (g->has_truth)
		say_score(g, m);
	return OK;
}

enum err aggregate_choices(struct aggregate *g)
{
	struct choices m = { .method = MODEL_BLEND };
	enum err err = judge(g, &m);

	names_forget_table(&m.option);
	return err;
}
