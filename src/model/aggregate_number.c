/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Kind number: methods, lines and scores. */
#include <stdio.h>
#include "model/aggregate_in.h"

static const char *const names[MODEL_NUMBERS] = {
	[MODEL_MEAN] = "mean",
	[MODEL_MEDIAN] = "median",
	[MODEL_TRIMMED] = "trimmed",
	[MODEL_LFC_N] = "lfc-n",
};

static enum err values_of(struct aggregate *g, const struct read_names *labels, double **out)
{
	*out = NEW_MANY(g->c->mem, double, (size_t)labels->count);
	for (int32_t k = 0; k < labels->count; k++)
		if (!num_f64(str_of(labels->at[k]), &(*out)[k]))
			return refuse(g->c, ERR_INPUT, "the label %.60s is no number",
				      labels->at[k]);
	return OK;
}

static void say_score(struct aggregate *g, const struct model_number_fit *fit,
		      const double *truth_value)
{
	int32_t *truth = aggregate_truth(g);
	double apart = 0, square = 0, tasks = 0;

	for (int32_t t = 0; t < g->answers.task.count; t++) {
		if (truth[t] < 0)
			continue;
		double d = fit->value[t] - truth_value[truth[t]];

		apart += fabs(d);
		square += d * d;
		tasks += 1;
	}
	json_i64_of(&g->summary, "truth_tasks", (int64_t)tasks);
	if (tasks == 0)
		return;
	fprintf(stderr, "MAE %.4f, RMSE %.4f on %.0f tasks\n", apart / tasks, sqrt(square / tasks),
		tasks);
	json_f64_of(&g->summary, "mae", apart / tasks);
	json_f64_of(&g->summary, "rmse", sqrt(square / tasks));
}

/* The agreement of numbers needs one key for answer and worker; the worker plays no part in it. */
static void say_agreement(struct aggregate *g, const double *value)
{
	struct model_answers a = {
		.tasks = g->answers.task.count,
		.classes = g->answers.label.count,
		.from = g->answers.from,
		.key = (const uint32_t *)g->answers.value,
	};
	struct model_agreement agreement;

	model_agreement(&a, value, &agreement);
	if (!agreement.has_alpha)
		return;
	fprintf(stderr, "Krippendorff's alpha, interval %.4f\n", agreement.alpha);
	json_f64_of(&g->summary, "alpha_interval", agreement.alpha);
}

static enum err write_workers(struct aggregate *g, const struct model_numbers *a,
			      const struct model_number_fit *fit)
{
	struct str path = room_option(g->call, "workers");
	double *square = NEW_MANY(g->c->mem, double, (size_t)a->workers);
	double *count = NEW_MANY(g->c->mem, double, (size_t)a->workers);
	struct buf out = buf_make(g->c->mem, 1 << 30);

	if (path.len == 0)
		return OK;
	for (int32_t t = 0; t < a->tasks; t++)
		for (int32_t i = a->from[t]; i < a->from[t + 1]; i++) {
			double d = a->value[i] - fit->value[t];

			square[a->worker[i]] += d * d;
			count[a->worker[i]] += 1;
		}
	buf_add(&out, S("worker\tanswers\trmse\tweight\n"));
	for (int32_t i = 0; i < a->workers; i++) {
		int32_t w = g->answers.worker.first[i];

		buf_format(&out, "%s\t%.0f\t%.6g\t%.6g\n", g->answers.worker.at[w], count[w],
			   sqrt(square[w] / fmax(count[w], 1)), fit->weight[w]);
	}
	return aggregate_put_file(g, path, buf_str(&out));
}

static enum err write_lines(struct aggregate *g, const struct model_number_fit *fit)
{
	const struct read_names *task = &g->answers.task;

	buf_add(&g->out, S("task\tlabel\terror\tanswers\n"));
	for (int32_t i = 0; i < task->count; i++) {
		const int32_t t = task->first[i];

		aggregate_text(g, task->at[t]);
		buf_format(&g->out, "\t%.10g\t%.4g", fit->value[t], fit->error[t]);
		aggregate_whole(g, g->answers.from[t + 1] - g->answers.from[t]);
		TRY(aggregate_line(g));
	}
	return OK;
}

enum err aggregate_number(struct aggregate *g)
{
	enum model_number_method method = MODEL_TRIMMED;
	struct model_number_fit fit;
	double *label_value, *truth_value = NULL;

	if (g->method.len > 0) {
		method = MODEL_NUMBERS;
		for (int i = 0; i < MODEL_NUMBERS; i++)
			if (str_eq(g->method, str_of(names[i])))
				method = (enum model_number_method)i;
	}
	if (method == MODEL_NUMBERS)
		return refuse_field(g->c, ERR_INPUT, S("method"),
				    "this is none of mean, median, trimmed and lfc-n");
	TRY(values_of(g, &g->answers.label, &label_value));
	if (g->has_truth)
		TRY(values_of(g, &g->truth.label, &truth_value));

	double *value = NEW_MANY(g->c->mem, double, (size_t)g->answers.count);
	struct model_numbers a = {
		.tasks = g->answers.task.count,
		.workers = g->answers.worker.count,
		.from = g->answers.from,
		.worker = g->answers.key,
		.value = value,
	};

	for (int32_t i = 0; i < g->answers.count; i++)
		value[i] = label_value[g->answers.value[i]];
	aggregate_begin(g, names[method], "rounds", -1);
	model_number_run(g->c->mem, method, &a, &fit);
	aggregate_end(g);
	TRY(write_lines(g, &fit));
	TRY(write_workers(g, &a, &fit));
	json_i64_of(&g->summary, "iterations", fit.iterations);
	fprintf(stderr, "%d tasks, %d workers, %d answers; %s\n", a.tasks, a.workers,
		g->answers.count, names[method]);
	say_agreement(g, label_value);
	if (truth_value != NULL)
		say_score(g, &fit, truth_value);
	return OK;
}
