/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Kind polygon: a label is a JSON list of polygons, each a list of at least three [x,y]; [] for
 * none. Polygons without area are left out and counted.
 */
#include <stdio.h>
#include "model/aggregate_in.h"

struct drawn {
	int32_t *from; /* of each distinct label; labels + 1 */
	struct model_polygon *polygon;
	int64_t flat;
};

static enum err not_polygons(struct aggregate *g, const char *label)
{
	return refuse(g->c, ERR_INPUT, "%.80s is no list of polygons such as [[[1,1],[5,1],[3,4]]]",
		      label);
}

static enum err read_polygon(struct aggregate *g, const char *label, const struct json_value *list,
			     struct model_polygon *out)
{
	double *at;
	int points = 0;

	if (!json_is(list, JSON_LIST) || list->count < 3)
		return not_polygons(g, label);
	if (list->count > MODEL_POINTS_MAX)
		return refuse(g->c, ERR_LIMIT, "a polygon has more than %d points",
			      MODEL_POINTS_MAX);
	at = NEW_MANY(g->c->mem, double, 2 * list->count);
	for (const struct json_value *one = list->first; one != NULL; one = one->next, points++)
		if (!json_is(one, JSON_LIST) || one->count != 2 ||
		    !json_f64(one->first, &at[2 * points]) ||
		    !json_f64(one->first->next, &at[2 * points + 1]))
			return not_polygons(g, label);
	*out = (struct model_polygon){ .at = at, .points = points };
	return OK;
}

static enum err read_label(struct aggregate *g, const char *label, struct drawn *out, size_t *all)
{
	struct json_value *list;
	struct json_fault fault;

	if (!json_read(g->c->mem, str_of(label), &list, &fault) || !json_is(list, JSON_LIST))
		return not_polygons(g, label);
	if (list->count > MODEL_POLYGONS_MAX)
		return refuse(g->c, ERR_LIMIT, "an answer has more than %d polygons",
			      MODEL_POLYGONS_MAX);
	for (const struct json_value *one = list->first; one != NULL; one = one->next) {
		TRY(read_polygon(g, label, one, &out->polygon[*all]));
		if (model_polygon_area(g->c->mem, &out->polygon[*all]) > 0)
			(*all)++;
		else
			out->flat++;
	}
	return OK;
}

static enum err read_labels(struct aggregate *g, const struct read_names *labels, struct drawn *out)
{
	struct arena *mem = g->c->mem;
	size_t all = 0, room = 1;

	for (int32_t k = 0; k < labels->count; k++) /* a polygon has four brackets of its own */
		for (const char *at = labels->at[k]; *at != '\0'; at++)
			room += *at == '[';
	*out = (struct drawn){ .from = NEW_MANY(mem, int32_t, (size_t)labels->count + 1),
			       .polygon = NEW_MANY(mem, struct model_polygon, room) };
	for (int32_t k = 0; k < labels->count; k++) {
		TRY(read_label(g, labels->at[k], out, &all));
		out->from[k + 1] = (int32_t)all;
	}
	return OK;
}

/* The polygons of each answer, one after the other. */
static void lay_out(struct aggregate *g, const struct drawn *drawn, struct model_polygons *out)
{
	const struct read_answers *r = &g->answers;
	int32_t *from = NEW_MANY(g->c->mem, int32_t, (size_t)r->count + 1);
	struct model_polygon *polygon;

	for (int32_t i = 0; i < r->count; i++)
		from[i + 1] = from[i] + drawn->from[r->value[i] + 1] - drawn->from[r->value[i]];
	polygon = NEW_MANY(g->c->mem, struct model_polygon, (size_t)from[r->count]);
	for (int32_t i = 0; i < r->count; i++)
		memcpy(polygon + from[i], drawn->polygon + drawn->from[r->value[i]],
		       (size_t)(from[i + 1] - from[i]) * sizeof(*polygon));
	*out = (struct model_polygons){ r->task.count, r->from, from, polygon };
}

/* Confidence of a task: mean of its polygons; without any, the share of answers without any. */
static double confidence_of(const struct model_polygons *a, int32_t t,
			    const struct model_polygon *polygon, int count)
{
	double sum = 0;

	for (int j = 0; j < count; j++)
		sum += polygon[j].confidence / count;
	for (int32_t i = a->from[t]; count == 0 && i < a->from[t + 1]; i++)
		sum += (a->polygon_from[i] == a->polygon_from[i + 1]) /
		       (double)(a->from[t + 1] - a->from[t]);
	return sum;
}

static enum err write_line(struct aggregate *g, const struct model_polygons *a, int32_t t,
			   const struct model_polygon *polygon, int count)
{
	aggregate_text(g, g->answers.task.at[t]);
	buf_add(&g->out, S("\t["));
	for (int j = 0; j < count; j++) {
		buf_add(&g->out, j > 0 ? S(",[") : S("["));
		for (int i = 0; i < polygon[j].points; i++)
			buf_format(&g->out, "%s[%.10g,%.10g]", i > 0 ? "," : "",
				   polygon[j].at[2 * i], polygon[j].at[2 * i + 1]);
		buf_add_char(&g->out, ']');
	}
	buf_add_char(&g->out, ']');
	aggregate_share(g, confidence_of(a, t, polygon, count));
	buf_add(&g->out, S("\t["));
	for (int j = 0; j < count; j++)
		buf_format(&g->out, "%s%.4f", j > 0 ? "," : "", polygon[j].confidence);
	buf_add_char(&g->out, ']');
	aggregate_whole(g, a->from[t + 1] - a->from[t]);
	return aggregate_line(g);
}

static void add_score(struct aggregate *g, struct aggregate_shapes *s,
		      const struct model_polygon *result, int count, const struct drawn *truth,
		      int32_t label)
{
	const struct model_polygon *is = truth->polygon + truth->from[label];
	const int is_count = truth->from[label + 1] - truth->from[label];
	int partner[MODEL_POLYGONS_MAX];

	for (int i = 0; i < 2; i++)
		s->hit[i] += model_polygon_match(g->c->mem, is, is_count, result, count,
						 aggregate_iou[i], partner);
	s->said += count;
	s->is += is_count;
	s->tasks += 1;
}

static void add_drawers(struct aggregate *g, const struct model_polygons *a, int32_t t,
			const struct model_polygon *result, int count,
			struct aggregate_drawer *drawer)
{
	int partner[MODEL_POLYGONS_MAX];

	for (int32_t i = a->from[t]; i < a->from[t + 1]; i++) {
		const int own = a->polygon_from[i + 1] - a->polygon_from[i];

		aggregate_add_drawn(&drawer[g->answers.key[i]], own, count,
				    model_polygon_match(g->c->mem, a->polygon + a->polygon_from[i],
							own, result, count, aggregate_iou[0],
							partner));
	}
}

enum err aggregate_polygon(struct aggregate *g)
{
	struct drawn drawn, known = { 0 };
	struct model_polygons a;
	struct aggregate_shapes score = { 0 };
	int32_t *truth = NULL;
	struct aggregate_drawer *drawer =
		NEW_MANY(g->c->mem, struct aggregate_drawer, (size_t)g->answers.worker.count);

	if (g->method.len > 0 && !str_eq(g->method, S("cluster")))
		return refuse_field(g->c, ERR_INPUT, S("method"),
				    "polygons have the method cluster");
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
		struct model_polygon *out = NEW_MANY(
			g->c->mem, struct model_polygon,
			(size_t)(a.polygon_from[a.from[t + 1]] - a.polygon_from[a.from[t]]));
		int count = model_polygon_merge(g->c->mem, &a, t, out);

		TRY(write_line(g, &a, t, out, count));
		add_drawers(g, &a, t, out, count, drawer);
		if (truth != NULL && truth[t] >= 0)
			add_score(g, &score, out, count, &known, truth[t]);
		arena_reset(g->c->mem, mark);
		progress_at(g->progress, i + 1);
	}
	aggregate_end(g);
	TRY(aggregate_put_drawers(g, drawer));
	fprintf(stderr, "%d tasks, %d workers, %d answers; %lld polygons without area left out\n",
		a.tasks, g->answers.worker.count, g->answers.count, (long long)drawn.flat);
	json_i64_of(&g->summary, "iterations", 1);
	if (g->has_truth)
		aggregate_say_shapes(g, &score);
	return OK;
}
