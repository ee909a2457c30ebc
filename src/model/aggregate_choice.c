/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Kinds choice and ordinal: methods, lines, workers, agreement and scores. */
#include <stdio.h>
#include "model/aggregate_in.h"

enum {
	LEAN_CELLS = 64000000,	/* tasks x classes beyond which posteriors are not kept */
	CONFUSION_CLASSES = 20, /* more are not written */
	CONFUSION_CELLS = 50000000,
	COHEN_WORKERS = 100,
	COHEN_COMMON = 10,
	WORKER_TABLE_MAX = 1 << 30,
};

/* --- gold: a file of its own, whose labels are among the answers' --- */

static int32_t label_of(const struct read_names *labels, const char *name)
{
	for (int32_t k = 0; k < labels->count; k++)
		if (strcmp(labels->at[k], name) == 0)
			return k;
	return -1;
}

/* For each truth label its class among the answers', or -1. */
static int32_t *classes_of(struct aggregate *g, const struct read_answers *truth)
{
	int32_t *out = NEW_MANY(g->c->mem, int32_t, (size_t)truth->label.count);

	for (int32_t k = 0; k < truth->label.count; k++)
		out[k] = label_of(&g->answers.label, truth->label.at[k]);
	return out;
}

static enum err read_gold(struct aggregate *g)
{
	struct str path = room_option(g->call, "gold");
	struct read_options read = { .apart = true,
				     .keep_repeated = true,
				     .labels_max = MODEL_CLASSES_MAX,
				     .clock = g->call->clock };
	struct read_answers known;

	if (path.len == 0)
		return OK;
	TRY(read_file(g->c, str_c(g->c->mem, path), &read, &known));

	int32_t *gold = NEW_MANY(g->c->mem, int32_t, (size_t)g->a.tasks);
	int32_t *class_of = classes_of(g, &known);

	for (int32_t t = 0; t < g->a.tasks; t++) {
		int32_t at = read_find(&known.task, str_of(g->answers.task.at[t]));

		gold[t] = at < 0 ? -1 : class_of[known.value[known.from[at]]];
	}
	g->a.gold = gold;
	return OK;
}

/* --- how sure --- */

static int tied_of(const struct aggregate *g, const struct model_fit *fit, int32_t t)
{
	if (fit->posterior == NULL)
		return 1;
	return model_tied(fit->posterior + (size_t)t * (size_t)g->a.classes, g->a.classes);
}

/* From a run that does not know the gold, since a model is always sure of what it was told. */
static void calibrate(struct aggregate *g, enum model_method method, struct model_calibration *out)
{
	struct model_answers blind = g->a;
	struct arena_mark mark = arena_mark(g->c->mem);
	struct model_fit fit = { 0 };

	blind.gold = NULL;
	if (g->a.gold != NULL)
		model_run(g->c->mem, method, &blind, &g->options, &fit);
	model_calibrate(&fit, g->a.tasks, g->a.gold, out);
	arena_reset(g->c->mem, mark);
	fprintf(stderr, "confidence: logit = %.3f + %.3f x logit of the posterior, ", out->shift,
		out->slope);
	if (out->known > 0)
		fprintf(stderr, "learned from %d gold tasks\n", out->known);
	else
		fprintf(stderr, "as on public data; gold would teach it what this crowd is like\n");
	json_i64_of(&g->summary, "gold_tasks", out->known);
	json_f64_of(&g->summary, "calibration_shift", out->shift);
	json_f64_of(&g->summary, "calibration_slope", out->slope);
}

/* The default is calibrated; a method that was asked for by name shows its own posterior. */
static float *sure_of(struct aggregate *g, enum model_method method, const struct model_fit *fit,
		      const struct model_calibration *calibration)
{
	float *out = NEW_MANY(g->c->mem, float, (size_t)g->a.tasks);

	for (int32_t t = 0; t < g->a.tasks; t++) {
		const bool is_known = g->a.gold != NULL && g->a.gold[t] >= 0;

		out[t] = fit->confidence[t];
		if (method == MODEL_BLEND && !is_known)
			out[t] = (float)model_sure(calibration, (double)fit->confidence[t],
						   tied_of(g, fit, t));
	}
	return out;
}

/* --- lines --- */

/* Of steps in order: the one at which half of the posterior lies; no other has a smaller expected
 * error. Without posteriors the label. */
static int32_t median_of(const struct aggregate *g, const struct model_fit *fit, int32_t t)
{
	double sum = 0;

	for (int32_t k = 0; fit->posterior != NULL && k < g->a.classes; k++) {
		sum += (double)fit->posterior[(size_t)t * (size_t)g->a.classes + (size_t)k];
		if (sum >= 0.5 - (double)MODEL_TIE)
			return k;
	}
	return fit->label[t];
}

static enum err write_lines(struct aggregate *g, const struct model_fit *fit, const float *sure)
{
	const struct read_names *task = &g->answers.task;

	buf_add(&g->out, S("task\tlabel\tconfidence\ttied\tanswers\tposterior"));
	buf_add(&g->out, g->kind == AGGREGATE_ORDINAL ? S("\tmedian\n") : S("\n"));
	for (int32_t i = 0; i < task->count; i++) {
		const int32_t t = task->first[i];

		aggregate_text(g, task->at[t]);
		buf_add_char(&g->out, '\t');
		aggregate_text(g, g->answers.label.at[fit->label[t]]);
		aggregate_share(g, (double)sure[t]);
		aggregate_whole(g, tied_of(g, fit, t));
		aggregate_whole(g, g->a.from[t + 1] - g->a.from[t]);
		aggregate_share(g, (double)fit->confidence[t]);
		if (g->kind == AGGREGATE_ORDINAL) {
			buf_add_char(&g->out, '\t');
			aggregate_text(g, g->answers.label.at[median_of(g, fit, t)]);
		}
		TRY(aggregate_line(g));
	}
	return OK;
}

/* Rows are truths, columns are answers, both in order of the labels; a row sums to 1. */
static void put_confusion(struct buf *out, const float *counts, int32_t classes)
{
	buf_add(out, S("\t["));
	for (int32_t k = 0; k < classes; k++) {
		double sum = 0;

		for (int32_t l = 0; l < classes; l++)
			sum += (double)counts[l * classes + k];
		buf_add(out, k > 0 ? S(",[") : S("["));
		for (int32_t l = 0; l < classes; l++)
			buf_format(out, "%s%.4f", l > 0 ? "," : "",
				   sum > 0 ? (double)counts[l * classes + k] / sum : 0);
		buf_add_char(out, ']');
	}
	buf_add_char(out, ']');
}

static enum err write_workers(struct aggregate *g, const struct model_fit *fit)
{
	struct str path = room_option(g->call, "workers");
	const size_t workers = (size_t)g->a.workers, classes = (size_t)g->a.classes;
	const bool matrix =
		classes <= CONFUSION_CLASSES && workers * classes * classes <= CONFUSION_CELLS;
	struct model_worker *about = NEW_MANY(g->c->mem, struct model_worker, workers);
	struct buf out = buf_make(g->c->mem, WORKER_TABLE_MAX);
	float *counts = NULL;

	if (path.len == 0)
		return OK;
	model_workers(&g->a, fit, about);
	if (matrix) {
		counts = NEW_MANY(g->c->mem, float, workers *classes *classes);
		model_confusion_all(&g->a, fit, counts);
	}
	buf_add(&out, S("worker\tanswers\taccuracy\tweight"));
	buf_add(&out, matrix ? S("\tconfusion\n") : S("\n"));
	for (size_t i = 0; i < workers; i++) {
		const size_t w = (size_t)g->answers.worker.first[i];

		buf_add(&out, str_of(g->answers.worker.at[w]));
		buf_format(&out, "\t%d\t%.4f\t%.4f", about[w].answers,
			   about[w].right / (about[w].answers > 0 ? about[w].answers : 1),
			   fit->weight[w]);
		if (matrix)
			put_confusion(&out, counts + w * classes * classes, (int32_t)classes);
		buf_add_char(&out, '\n');
	}
	return aggregate_put_file(g, path, buf_str(&out));
}

/* --- agreement --- */

static void mean_cohen(struct aggregate *g)
{
	double sum = 0, kappa;
	int32_t common, pairs = 0;

	if (g->a.workers > COHEN_WORKERS || g->a.from[g->a.tasks] > 1000000)
		return;
	for (int32_t i = 0; i < g->a.workers; i++)
		for (int32_t j = i + 1; j < g->a.workers; j++)
			if (model_cohen(g->c->mem, &g->a, i, j, &common, &kappa) &&
			    common >= COHEN_COMMON) {
				sum += kappa;
				pairs++;
			}
	if (pairs == 0)
		return;
	fprintf(stderr, "Cohen's kappa, mean of %d pairs of workers %.4f\n", pairs, sum / pairs);
	json_f64_of(&g->summary, "cohen", sum / pairs);
}

/* Values of the labels as numbers; false when one is none. */
static bool values_of(const struct aggregate *g, double *value)
{
	for (int32_t k = 0; k < g->a.classes; k++)
		if (!num_f64(str_of(g->answers.label.at[k]), &value[k]))
			return false;
	return true;
}

static void say_alpha(struct aggregate *g, const char *name, const double *value)
{
	struct model_agreement agreement;

	model_agreement(&g->a, value, &agreement);
	if (!agreement.has_alpha)
		return;
	fprintf(stderr, "Krippendorff's alpha, %s %.4f\n", name, agreement.alpha);
	json_f64_of(&g->summary, str_c(g->c->mem, str_format(g->c->mem, "alpha_%s", name)),
		    agreement.alpha);
}

static void say_agreement(struct aggregate *g)
{
	struct model_agreement agreement;
	double *value = NEW_MANY(g->c->mem, double, (size_t)g->a.classes);

	model_agreement(&g->a, NULL, &agreement);
	fprintf(stderr, "agreement of pairs of answers %.4f\n", agreement.percent);
	json_f64_of(&g->summary, "percent", agreement.percent);
	say_alpha(g, "nominal", NULL);
	if (g->kind == AGGREGATE_ORDINAL) {
		model_mid_ranks(&g->a, value);
		say_alpha(g, "ordinal", value);
		if (values_of(g, value))
			say_alpha(g, "interval", value);
	}
	if (agreement.has_fleiss) {
		fprintf(stderr, "Fleiss' kappa %.4f\n", agreement.fleiss);
		json_f64_of(&g->summary, "fleiss", agreement.fleiss);
	}
	mean_cohen(g);
}

/* --- scores --- */

struct score {
	double tasks, right, first; /* first: ties go to the first label */
	double apart, apart_square; /* of the values of ordered labels */
	double median_apart;
	double *hit, *said, *is; /* by class: both, result, truth */
};

/* Macro F1: the mean over the classes that are somebody's truth. */
static double macro_f1(const struct score *s, int32_t classes)
{
	double sum = 0;
	int count = 0;

	for (int32_t k = 0; k < classes; k++) {
		if (s->is[k] == 0)
			continue;
		sum += 2 * s->hit[k] / (s->said[k] + s->is[k]);
		count++;
	}
	return count > 0 ? sum / count : 0;
}

/* Whether the label is right; a tie is right by its share. */
static double score_task(struct aggregate *g, const struct model_fit *fit, int32_t t, int32_t truth,
			 struct score *s)
{
	const int tied = tied_of(g, fit, t);
	double right = fit->label[t] == truth;

	s->tasks += 1;
	s->first += right;
	if (tied > 1 && truth >= 0) {
		const float *z = fit->posterior + (size_t)t * (size_t)g->a.classes;

		right = z[truth] > z[fit->label[t]] - MODEL_TIE ? 1.0 / tied : 0;
	}
	s->right += right;
	s->said[fit->label[t]] += 1;
	if (truth >= 0) {
		s->is[truth] += 1;
		s->hit[truth] += fit->label[t] == truth;
	}
	return right;
}

static void say_score(struct aggregate *g, const struct model_fit *fit, const float *sure)
{
	const size_t classes = (size_t)g->a.classes;
	int32_t *truth = aggregate_truth(g), *class_of = classes_of(g, &g->truth);
	double *value = NEW_MANY(g->c->mem, double, classes);
	const bool valued = g->kind == AGGREGATE_ORDINAL && values_of(g, value);
	struct aggregate_calibration calibration = { 0 };
	struct score s = {
		.hit = NEW_MANY(g->c->mem, double, classes),
		.said = NEW_MANY(g->c->mem, double, classes),
		.is = NEW_MANY(g->c->mem, double, classes),
	};

	for (int32_t t = 0; t < g->a.tasks; t++) {
		if (truth[t] < 0)
			continue;

		double right = score_task(g, fit, t, class_of[truth[t]], &s);

		calibration_add(&calibration, (double)sure[t], right);
		if (valued && class_of[truth[t]] >= 0) {
			double apart = fabs(value[fit->label[t]] - value[class_of[truth[t]]]);

			s.apart += apart;
			s.apart_square += apart * apart;
			s.median_apart +=
				fabs(value[median_of(g, fit, t)] - value[class_of[truth[t]]]);
		}
	}
	json_i64_of(&g->summary, "truth_tasks", (int64_t)s.tasks);
	if (s.tasks == 0) {
		fprintf(stderr, "no answered task is in the truth file\n");
		return;
	}
	fprintf(stderr,
		"accuracy %.4f on %.0f tasks (ties to the first label: %.4f), macro F1 %.4f\n",
		s.right / s.tasks, s.tasks, s.first / s.tasks, macro_f1(&s, g->a.classes));
	json_f64_of(&g->summary, "accuracy", s.right / s.tasks);
	json_f64_of(&g->summary, "accuracy_first", s.first / s.tasks);
	json_f64_of(&g->summary, "f1", macro_f1(&s, g->a.classes));
	if (valued) {
		fprintf(stderr, "MAE %.4f (of the medians %.4f), RMSE %.4f\n", s.apart / s.tasks,
			s.median_apart / s.tasks, sqrt(s.apart_square / s.tasks));
		json_f64_of(&g->summary, "mae_median", s.median_apart / s.tasks);
		json_f64_of(&g->summary, "mae", s.apart / s.tasks);
		json_f64_of(&g->summary, "rmse", sqrt(s.apart_square / s.tasks));
	}
	calibration_say(g, &calibration);
}

/* The default, unless its tables would be too large: then the method that keeps one number each. */
static enum err choose(struct aggregate *g, enum model_method *method)
{
	const int64_t classes = g->a.classes;

	*method = MODEL_BLEND;
	if (g->method.len > 0 && !model_by_name(g->method, method))
		return refuse_field(g->c, ERR_INPUT, S("method"),
				    "this is none of blend, plurality, wawa, one-coin, "
				    "shrunk-one-coin, zencrowd, dawid-skene, shrunk, ibcc, glad "
				    "and mace");
	if (g->method.len == 0 && g->a.workers * classes * classes > MODEL_CELLS_MAX) {
		*method = MODEL_WAWA;
		fprintf(stderr, "so many workers and labels are judged by the method wawa\n");
	}
	return model_fits(g->c, *method, &g->a);
}

enum err aggregate_choice(struct aggregate *g)
{
	enum model_method method;
	struct model_calibration calibration;
	struct model_fit fit;
	double claimed = 0, posterior = 0;

	TRY(choose(g, &method));
	TRY(read_gold(g));
	g->options.lean =
		method == MODEL_DAWID_SKENE && (int64_t)g->a.tasks * g->a.classes > LEAN_CELLS;
	aggregate_begin(g, model_name(method), "rounds", -1);
	if (method == MODEL_BLEND)
		calibrate(g, method, &calibration);
	model_run(g->c->mem, method, &g->a, &g->options, &fit);
	aggregate_end(g);

	const float *sure = sure_of(g, method, &fit, &calibration);

	TRY(write_lines(g, &fit, sure));
	TRY(write_workers(g, &fit));
	for (int32_t t = 0; t < g->a.tasks; t++) {
		claimed += (double)sure[t] / g->a.tasks;
		posterior += (double)fit.confidence[t] / g->a.tasks;
	}
	fprintf(stderr,
		"%d tasks, %d workers, %d answers, %d labels; %s, %d rounds; claimed %.4f\n",
		g->a.tasks, g->a.workers, g->answers.count, g->a.classes, model_name(method),
		fit.iterations, claimed);
	json_i64_of(&g->summary, "classes", g->a.classes);
	json_i64_of(&g->summary, "iterations", fit.iterations);
	json_f64_of(&g->summary, "claimed", claimed);
	json_f64_of(&g->summary, "claimed_posterior", posterior);
	say_agreement(g);
	if (g->has_truth)
		say_score(g, &fit, sure);
	return OK;
}
