/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Kind pair: a task is [TOPIC/]FIRST_SECOND, its label a1 (the first wins), a2 or equal. Truth is
 * of tasks (a1, a2) or of items (their rank: Spearman's correlation, mean over the topics).
 */
#include <stdio.h>
#include <stdlib.h>
#include "model/aggregate_in.h"

struct pairs {
	struct read_names item;
	struct model_pairs a;
	int32_t *first, *second;
};

/* The underscore in the middle: names may hold some, as long as both hold as many. */
static bool cut_pair(struct str name, size_t from, size_t *at)
{
	int marks = 0, seen = 0;

	for (size_t i = from; i < name.len; i++)
		marks += name.at[i] == '_';
	for (size_t i = from; i < name.len; i++)
		if (name.at[i] == '_' && ++seen == (marks + 1) / 2) {
			*at = i;
			return marks % 2 == 1 && i > from && i + 1 < name.len;
		}
	return false;
}

static enum err read_items(struct aggregate *g, struct pairs *p)
{
	const struct read_names *task = &g->answers.task;

	names_make(g->c->mem, &p->item);
	p->first = NEW_MANY(g->c->mem, int32_t, (size_t)task->count);
	p->second = NEW_MANY(g->c->mem, int32_t, (size_t)task->count);
	for (int32_t t = 0; t < task->count; t++) {
		struct str name = str_of(task->at[t]), parts[2];
		size_t topic = 0, at;

		for (size_t i = 0; i < name.len; i++)
			topic = name.at[i] == '/' ? i + 1 : topic;
		if (!cut_pair(name, topic, &at))
			return refuse(g->c, ERR_INPUT, "the task %.80s is not called FIRST_SECOND",
				      task->at[t]);
		parts[0] = str_cut(name, 0, topic);
		parts[1] = str_cut(name, at + 1, name.len);
		if (!names_add(&p->item, str_cut(name, 0, at), &p->first[t]) ||
		    !names_add(&p->item, str_join(g->c->mem, parts, 2, S("")), &p->second[t]))
			return refuse(g->c, ERR_INPUT, "the name of a task is not UTF-8");
	}
	return OK;
}

static enum err lay_out(struct aggregate *g, struct pairs *p)
{
	const struct read_answers *r = &g->answers;
	float *win_of = NEW_MANY(g->c->mem, float, (size_t)r->label.count);
	float *wins = NEW_MANY(g->c->mem, float, (size_t)r->count);
	uint32_t *worker = NEW_MANY(g->c->mem, uint32_t, (size_t)r->count);

	for (int32_t k = 0; k < r->label.count; k++) {
		struct str label = str_of(r->label.at[k]);

		if (!str_eq(label, S("a1")) && !str_eq(label, S("a2")) &&
		    !str_eq(label, S("equal")))
			return refuse(g->c, ERR_INPUT,
				      "the label %.60s is none of a1, a2 and equal",
				      r->label.at[k]);
		win_of[k] = str_eq(label, S("a1")) ? 1 : str_eq(label, S("a2")) ? 0 : 0.5F;
	}
	for (int32_t i = 0; i < r->count; i++) {
		wins[i] = win_of[r->key[i] % (uint32_t)r->label.count];
		worker[i] = r->key[i] / (uint32_t)r->label.count;
	}
	p->a = (struct model_pairs){
		.tasks = r->task.count,
		.workers = r->worker.count,
		.items = p->item.count,
		.from = r->from,
		.worker = worker,
		.wins = wins,
		.first = p->first,
		.second = p->second,
	};
	return OK;
}

static double first_wins(const struct pairs *p, const struct model_pair_fit *fit, int32_t t)
{
	return 1 / (1 + exp(fit->score[p->second[t]] - fit->score[p->first[t]]));
}

static enum err write_lines(struct aggregate *g, const struct pairs *p,
			    const struct model_pair_fit *fit)
{
	const struct read_names *task = &g->answers.task;

	buf_add(&g->out, S("task\tlabel\tconfidence\tanswers\n"));
	for (int32_t i = 0; i < task->count; i++) {
		const int32_t t = task->first[i];
		const double share = first_wins(p, fit, t);

		aggregate_text(g, task->at[t]);
		buf_add(&g->out, share >= 0.5 ? S("\ta1") : S("\ta2"));
		aggregate_share(g, fmax(share, 1 - share));
		aggregate_whole(g, p->a.from[t + 1] - p->a.from[t]);
		TRY(aggregate_line(g));
	}
	return OK;
}

static enum err write_items(struct aggregate *g, const struct pairs *p,
			    const struct model_pair_fit *fit)
{
	struct str path = room_option(g->call, "items");
	struct buf out = buf_make(g->c->mem, 1 << 30);

	if (path.len == 0)
		return OK;
	buf_add(&out, S("item\tscore\tspread\tcomponent\n"));
	for (int32_t i = 0; i < p->item.count; i++)
		buf_format(&out, "%s\t%.6f\t%.6f\t%s\n", p->item.at[i], fit->score[i],
			   fit->spread[i], p->item.at[fit->component[i]]);
	return aggregate_put_file(g, path, buf_str(&out));
}

/* Accuracy is the mean probability of what he said; an equal answer counts half of both. */
static enum err write_workers(struct aggregate *g, const struct pairs *p,
			      const struct model_pair_fit *fit)
{
	struct str path = room_option(g->call, "workers");
	double *right = NEW_MANY(g->c->mem, double, (size_t)p->a.workers);
	double *answers = NEW_MANY(g->c->mem, double, (size_t)p->a.workers);
	struct buf out = buf_make(g->c->mem, 1 << 30);

	if (path.len == 0)
		return OK;
	for (int32_t t = 0; t < p->a.tasks; t++) {
		const double share = first_wins(p, fit, t);

		for (int32_t i = p->a.from[t]; i < p->a.from[t + 1]; i++) {
			const double first = (double)p->a.wins[i];

			right[p->a.worker[i]] += first * share + (1 - first) * (1 - share);
			answers[p->a.worker[i]] += 1;
		}
	}
	buf_add(&out, S("worker\tanswers\taccuracy\tweight\n"));
	for (int32_t i = 0; i < p->a.workers; i++) {
		const int32_t w = g->answers.worker.first[i];

		buf_format(&out, "%s\t%.0f\t%.4f\t%.4f\n", g->answers.worker.at[w], answers[w],
			   right[w] / fmax(answers[w], 1), fit->weight[w]);
	}
	return aggregate_put_file(g, path, buf_str(&out));
}

/* --- scores --- */

static void say_accuracy(struct aggregate *g, const struct pairs *p,
			 const struct model_pair_fit *fit)
{
	const int32_t *truth = aggregate_truth(g);
	struct aggregate_calibration calibration = { 0 };
	double right = 0, tasks = 0;

	for (int32_t t = 0; t < p->a.tasks; t++) {
		if (truth[t] < 0)
			continue;
		const struct str is = str_of(g->truth.label.at[truth[t]]);
		const double share = first_wins(p, fit, t);
		const bool hit = str_eq(is, share >= 0.5 ? S("a1") : S("a2"));

		tasks += 1;
		right += hit;
		calibration_add(&calibration, fmax(share, 1 - share), hit);
	}
	json_i64_of(&g->summary, "truth_tasks", (int64_t)tasks);
	if (tasks == 0)
		return;
	fprintf(stderr, "accuracy %.4f on %.0f pairs\n", right / tasks, tasks);
	json_f64_of(&g->summary, "accuracy", right / tasks);
	calibration_say(g, &calibration);
}

struct ranked {
	double score, truth, rank;
	int32_t component;
};

static int by_score(const void *left, const void *right)
{
	const struct ranked *a = left, *b = right;

	if (a->component != b->component)
		return a->component - b->component;
	return (a->score > b->score) - (a->score < b->score);
}

static int by_truth(const void *left, const void *right)
{
	const struct ranked *a = left, *b = right;

	return (a->truth > b->truth) - (a->truth < b->truth);
}

/* Spearman's correlation of one component; the list comes by score. Ties of truth are rare. */
static double spearman(struct ranked *list, int32_t count)
{
	double middle = (count - 1) / 2.0, product = 0, square = 0;

	for (int32_t i = 0; i < count; i++)
		list[i].rank = i;
	qsort(list, (size_t)count, sizeof(*list), by_truth);
	for (int32_t i = 0; i < count; i++) {
		product += (list[i].rank - middle) * (i - middle);
		square += (i - middle) * (i - middle);
	}
	return product / square;
}

/* True when the truth file is about items. */
static bool say_spearman(struct aggregate *g, const struct pairs *p,
			 const struct model_pair_fit *fit)
{
	struct ranked *list = NEW_MANY(g->c->mem, struct ranked, (size_t)p->item.count);
	int32_t count = 0, components = 0;
	double sum = 0;

	for (int32_t i = 0; i < p->item.count; i++) {
		int32_t at = read_find(&g->truth.task, str_of(p->item.at[i]));
		struct ranked *one = &list[count];

		if (at < 0 || !num_f64(str_of(g->truth.label.at[g->truth.value[g->truth.from[at]]]),
				       &one->truth))
			continue;
		one->score = fit->score[i];
		one->component = fit->component[i];
		count++;
	}
	qsort(list, (size_t)count, sizeof(*list), by_score);
	for (int32_t from = 0, to; from < count; from = to) {
		for (to = from; to < count && list[to].component == list[from].component;)
			to++;
		if (to - from < 3)
			continue;
		sum += fabs(spearman(list + from, to - from));
		components++;
	}
	if (components == 0)
		return false;
	fprintf(stderr, "Spearman's correlation with the ranks, mean of %d components %.4f\n",
		components, sum / components);
	json_f64_of(&g->summary, "spearman", sum / components);
	return true;
}

static enum err judge(struct aggregate *g, struct pairs *p)
{
	const bool weighted = g->method.len == 0 || str_eq(g->method, S("bradley-terry-weighted"));
	struct model_pair_fit fit;

	if (!weighted && !str_eq(g->method, S("bradley-terry")))
		return refuse_field(g->c, ERR_INPUT, S("method"),
				    "this is neither bradley-terry nor bradley-terry-weighted");
	TRY(read_items(g, p));
	TRY(lay_out(g, p));
	aggregate_begin(g, weighted ? "bradley-terry-weighted" : "bradley-terry", "rounds", 200);
	model_pair_run(g->c->mem, &p->a, weighted, &fit);
	aggregate_end(g);
	TRY(write_lines(g, p, &fit));
	TRY(write_items(g, p, &fit));
	TRY(write_workers(g, p, &fit));
	fprintf(stderr, "%d pairs, %d items, %d workers, %d answers; %d rounds\n", p->a.tasks,
		p->a.items, p->a.workers, g->answers.count, fit.iterations);
	json_i64_of(&g->summary, "iterations", fit.iterations);
	json_i64_of(&g->summary, "items", p->a.items);
	if (g->has_truth && !say_spearman(g, p, &fit))
		say_accuracy(g, p, &fit);
	return OK;
}

enum err aggregate_pair(struct aggregate *g)
{
	struct pairs p = { 0 };
	enum err err = judge(g, &p);

	names_forget_table(&p.item);
	return err;
}
