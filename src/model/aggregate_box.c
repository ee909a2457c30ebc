/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Kind box: a label is a JSON list of [x1,y1,x2,y2], [] for none. Corners in any order; boxes
 * without area are left out and counted.
 */
#include <stdio.h>
#include "model/aggregate_in.h"

struct drawn {
	int32_t *from; /* of each distinct label; labels + 1 */
	struct model_box *box;
	int64_t flat;
};

static enum err read_box(struct aggregate *g, const char *label, const struct json_value *corner,
			 struct model_box *out)
{
	const struct json_value *at = corner->first;
	double v[4];

	for (int i = 0; i < 4; i++, at = at->next)
		if (corner->count != 4 || !json_f64(at, &v[i]))
			return refuse(g->c, ERR_INPUT,
				      "%.80s is no list of boxes such as [[10,20,30,40]]", label);
	*out = (struct model_box){ .at = { fmin(v[0], v[2]), fmin(v[1], v[3]), fmax(v[0], v[2]),
					   fmax(v[1], v[3]) } };
	return OK;
}

static enum err read_label(struct aggregate *g, const char *label, struct model_box *out,
			   int *count, int64_t *flat)
{
	struct json_value *list;
	struct json_fault fault;

	*count = 0;
	if (!json_read(g->c->mem, str_of(label), &list, &fault) || !json_is(list, JSON_LIST))
		return refuse(g->c, ERR_INPUT, "%.80s is no list of boxes such as [[10,20,30,40]]",
			      label);
	if (list->count > MODEL_BOXES_MAX)
		return refuse(g->c, ERR_LIMIT, "an answer has more than %d boxes", MODEL_BOXES_MAX);
	for (const struct json_value *one = list->first; one != NULL; one = one->next) {
		struct model_box box;

		TRY(read_box(g, label, one, &box));
		if (box.at[0] < box.at[2] && box.at[1] < box.at[3])
			out[(*count)++] = box;
		else
			(*flat)++;
	}
	return OK;
}

static enum err read_labels(struct aggregate *g, const struct read_names *labels, struct drawn *out)
{
	struct arena *mem = g->c->mem;
	struct model_box *one = NEW_MANY(mem, struct model_box, MODEL_BOXES_MAX);
	size_t all = 0, room = 1;

	for (int32_t k = 0; k < labels->count; k++) /* a box has a bracket of its own */
		for (const char *at = labels->at[k]; *at != '\0'; at++)
			room += *at == '[';
	*out = (struct drawn){ .from = NEW_MANY(mem, int32_t, (size_t)labels->count + 1),
			       .box = NEW_MANY(mem, struct model_box, room) };
	for (int32_t k = 0; k < labels->count; k++) {
		struct arena_mark mark = arena_mark(mem);
		int count;

		TRY(read_label(g, labels->at[k], one, &count, &out->flat));
		arena_reset(mem, mark);
		memcpy(out->box + all, one, (size_t)count * sizeof(*one));
		all += (size_t)count;
		out->from[k + 1] = (int32_t)all;
	}
	return OK;
}

/* The boxes of each answer, one after the other. */
static void lay_out(struct aggregate *g, const struct drawn *drawn, struct model_boxes *out)
{
	const struct read_answers *r = &g->answers;
	int32_t *from = NEW_MANY(g->c->mem, int32_t, (size_t)r->count + 1);
	struct model_box *box;

	for (int32_t i = 0; i < r->count; i++)
		from[i + 1] = from[i] + drawn->from[r->value[i] + 1] - drawn->from[r->value[i]];
	box = NEW_MANY(g->c->mem, struct model_box, (size_t)from[r->count]);
	for (int32_t i = 0; i < r->count; i++)
		memcpy(box + from[i], drawn->box + drawn->from[r->value[i]],
		       (size_t)(from[i + 1] - from[i]) * sizeof(*box));
	*out = (struct model_boxes){ r->task.count, r->from, from, box };
}

const double aggregate_iou[2] = { 0.5, 0.75 };

static void add_score(struct aggregate *g, struct aggregate_shapes *s,
		      const struct model_box *result, int count, const struct drawn *truth,
		      int32_t label)
{
	const struct model_box *is = truth->box + truth->from[label];
	const int is_count = truth->from[label + 1] - truth->from[label];
	int partner[MODEL_BOXES_MAX];

	for (int i = 0; i < 2; i++)
		s->hit[i] += model_box_match(g->c->mem, is, is_count, result, count,
					     aggregate_iou[i], partner);
	s->said += count;
	s->is += is_count;
	s->tasks += 1;
}

void aggregate_say_shapes(struct aggregate *g, const struct aggregate_shapes *s)
{
	double f1[2];

	json_i64_of(&g->summary, "truth_tasks", (int64_t)s->tasks);
	if (s->tasks == 0)
		return;
	for (int i = 0; i < 2; i++)
		f1[i] = s->said + s->is > 0 ? 2 * s->hit[i] / (s->said + s->is) : 1;
	fprintf(stderr,
		"F1 at IoU .5 %.4f (precision %.4f, recall %.4f), at .75 %.4f, %.0f tasks\n", f1[0],
		s->hit[0] / fmax(s->said, 1), s->hit[0] / fmax(s->is, 1), f1[1], s->tasks);
	json_f64_of(&g->summary, "f1_50", f1[0]);
	json_f64_of(&g->summary, "f1_75", f1[1]);
}

void aggregate_add_drawn(struct aggregate_drawer *w, int drawn, int results, int hits)
{
	w->answers += 1;
	w->drawn += drawn;
	w->results += results;
	w->hits += hits;
}

/* Accuracy is F1; who drew nothing where nothing is has 1. */
enum err aggregate_put_drawers(struct aggregate *g, const struct aggregate_drawer *drawer)
{
	struct str path = room_option(g->call, "workers");
	struct buf out = buf_make(g->c->mem, 1 << 30);

	if (path.len == 0)
		return OK;
	buf_add(&out, S("worker\tanswers\taccuracy\tfound\tright\n"));
	for (int32_t i = 0; i < g->answers.worker.count; i++) {
		const int32_t at = g->answers.worker.first[i];
		const struct aggregate_drawer *w = &drawer[at];

		buf_format(&out, "%s\t%.0f\t%.4f\t%.4f\t%.4f\n", g->answers.worker.at[at],
			   w->answers,
			   w->drawn + w->results > 0 ? 2 * w->hits / (w->drawn + w->results) : 1,
			   w->results > 0 ? w->hits / w->results : 1,
			   w->drawn > 0 ? w->hits / w->drawn : 1);
	}
	return aggregate_put_file(g, path, buf_str(&out));
}

static void add_drawers(struct aggregate *g, const struct model_boxes *a, int32_t t,
			const struct model_box *result, int count, struct aggregate_drawer *drawer)
{
	int partner[MODEL_BOXES_MAX];

	for (int32_t i = a->from[t]; i < a->from[t + 1]; i++) {
		const int own = a->box_from[i + 1] - a->box_from[i];

		aggregate_add_drawn(&drawer[g->answers.key[i]], own, count,
				    model_box_match(g->c->mem, a->box + a->box_from[i], own, result,
						    count, aggregate_iou[0], partner));
	}
}

static void put_boxes(struct aggregate *g, const struct model_box *box, int count)
{
	buf_add(&g->out, S("\t["));
	for (int j = 0; j < count; j++)
		buf_format(&g->out, "%s[%.10g,%.10g,%.10g,%.10g]", j > 0 ? "," : "", box[j].at[0],
			   box[j].at[1], box[j].at[2], box[j].at[3]);
	buf_add_char(&g->out, ']');
}

/* Confidence of a task: mean of its boxes; without boxes, the share of answers without any. */
static double confidence_of(const struct model_boxes *a, int32_t t, const struct model_box *box,
			    int count)
{
	double sum = 0;

	for (int j = 0; j < count; j++)
		sum += box[j].confidence / count;
	for (int32_t i = a->from[t]; count == 0 && i < a->from[t + 1]; i++)
		sum += (a->box_from[i] == a->box_from[i + 1]) /
		       (double)(a->from[t + 1] - a->from[t]);
	return sum;
}

static enum err write_line(struct aggregate *g, const struct model_boxes *a, int32_t t,
			   const struct model_box *box, int count)
{
	aggregate_text(g, g->answers.task.at[t]);
	put_boxes(g, box, count);
	aggregate_share(g, confidence_of(a, t, box, count));
	buf_add(&g->out, S("\t["));
	for (int j = 0; j < count; j++)
		buf_format(&g->out, "%s%.4f", j > 0 ? "," : "", box[j].confidence);
	buf_add_char(&g->out, ']');
	aggregate_whole(g, a->from[t + 1] - a->from[t]);
	return aggregate_line(g);
}

enum err aggregate_box(struct aggregate *g)
{
	struct drawn drawn, known = { 0 };
	struct model_boxes a;
	struct aggregate_shapes score = { 0 };
	int32_t *truth = NULL;
	struct aggregate_drawer *drawer =
		NEW_MANY(g->c->mem, struct aggregate_drawer, (size_t)g->answers.worker.count);

	if (g->method.len > 0 && !str_eq(g->method, S("cluster")))
		return refuse_field(g->c, ERR_INPUT, S("method"), "boxes have the method cluster");
	TRY(read_labels(g, &g->answers.label, &drawn));
	if (g->has_truth) {
		TRY(read_labels(g, &g->truth.label, &known));
		truth = aggregate_truth(g);
	}
	lay_out(g, &drawn, &a);
	buf_add(&g->out, S("task\tlabel\tconfidence\tconfidences\tanswers\n"));
	aggregate_begin(g, "cluster", "tasks", a.tasks);
	for (int32_t i = 0; i < a.tasks; i++) {
		const int32_t t = g->answers.task.first[i];
		struct arena_mark mark = arena_mark(g->c->mem);
		struct model_box *out =
			NEW_MANY(g->c->mem, struct model_box,
				 (size_t)(a.box_from[a.from[t + 1]] - a.box_from[a.from[t]]));
		int count = model_box_merge(g->c->mem, &a, t, out);

		TRY(write_line(g, &a, t, out, count));
		add_drawers(g, &a, t, out, count, drawer);
		if (truth != NULL && truth[t] >= 0)
			add_score(g, &score, out, count, &known, truth[t]);
		arena_reset(g->c->mem, mark);
		progress_at(g->progress, i + 1);
	}
	aggregate_end(g);
	TRY(aggregate_put_drawers(g, drawer));
	fprintf(stderr, "%d tasks, %d workers, %d answers; %lld boxes without area left out\n",
		a.tasks, g->answers.worker.count, g->answers.count, (long long)drawn.flat);
	json_i64_of(&g->summary, "iterations", 1);
	if (g->has_truth)
		aggregate_say_shapes(g, &score);
	return OK;
}
