/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Polygons, joined as boxes are (box.c): in order of the answers, matched one to one for the
 * greatest sum, where the IoU of a polygon with a cluster is the mean of those with its members;
 * .3 joins, ceil(n / 2) members make a result. Coordinates of polygons with different points have
 * no median, so the result is the set's: the member with the greatest sum of IoU with the others.
 *
 * Areas are exact. Between two neighbouring heights at which there is a corner or a crossing, edges
 * are straight and do not cross, so that an area is its width in the middle times the height.
 */
#include <stdlib.h>
#include "model/model_in.h"

#define JOIN 0.3

struct edge {
	double x, y, x_end, y_end; /* y < y_end */
	int owner;
};

struct plane {
	struct edge *edge;
	int edges;
	double *level;
	size_t levels;
	double *cut[2]; /* where a line at one height meets the edges of each owner */
	double area[2], both;
};

static int by_value(const void *left, const void *right)
{
	const double *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

static void add_edges(struct plane *p, const struct model_polygon *polygon, int owner)
{
	for (int i = 0; i < polygon->points; i++) {
		const double *a = polygon->at + 2 * i;
		const double *b = polygon->at + 2 * ((i + 1) % polygon->points);

		p->level[p->levels++] = a[1];
		if (a[1] < b[1])
			p->edge[p->edges++] = (struct edge){ a[0], a[1], b[0], b[1], owner };
		else if (b[1] < a[1])
			p->edge[p->edges++] = (struct edge){ b[0], b[1], a[0], a[1], owner };
	}
}

static double x_at(const struct edge *e, double y)
{
	return e->x + (e->x_end - e->x) * ((y - e->y) / (e->y_end - e->y));
}

/* The height at which two edges cross inside of both; false when they do not. */
static bool crossing(const struct edge *a, const struct edge *b, double *y)
{
	const double low = fmax(a->y, b->y), high = fmin(a->y_end, b->y_end);

	if (low >= high)
		return false;

	const double before = x_at(a, low) - x_at(b, low), after = x_at(a, high) - x_at(b, high);

	if ((before < 0) == (after < 0) || before == after)
		return false;
	*y = low + (high - low) * (before / (before - after));
	return true;
}

static size_t count_crossings(const struct plane *p)
{
	size_t count = 0;
	double y;

	for (int i = 0; i < p->edges; i++)
		for (int j = 0; j < i; j++)
			count += crossing(&p->edge[i], &p->edge[j], &y);
	return count;
}

/* Between two heights: the widths in the middle. */
static void add_slab(struct plane *p, double low, double high)
{
	const double middle = low + (high - low) / 2, height = high - low;
	int cuts[2] = { 0 };

	for (int i = 0; i < p->edges; i++)
		if (p->edge[i].y < middle && middle < p->edge[i].y_end)
			p->cut[p->edge[i].owner][cuts[p->edge[i].owner]++] =
				x_at(&p->edge[i], middle);
	for (int owner = 0; owner < 2; owner++) {
		qsort(p->cut[owner], (size_t)cuts[owner], sizeof(double), by_value);
		for (int i = 0; i + 1 < cuts[owner]; i += 2)
			p->area[owner] += height * (p->cut[owner][i + 1] - p->cut[owner][i]);
	}
	for (int i = 0, j = 0; i + 1 < cuts[0] && j + 1 < cuts[1];) {
		const double *a = p->cut[0] + i, *b = p->cut[1] + j;

		p->both += height * fmax(fmin(a[1], b[1]) - fmax(a[0], b[0]), 0);
		if (a[1] < b[1])
			i += 2;
		else
			j += 2;
	}
}

static void measure(struct arena *mem, const struct model_polygon *a, const struct model_polygon *b,
		    struct plane *p)
{
	const size_t points = (size_t)a->points + (size_t)b->points;

	*p = (struct plane){ .edge = NEW_MANY(mem, struct edge, points),
			     .level = NEW_MANY(mem, double, points),
			     .cut = { NEW_MANY(mem, double, points),
				      NEW_MANY(mem, double, points) } };
	add_edges(p, a, 0);
	add_edges(p, b, 1);

	double *level = NEW_MANY(mem, double, points + count_crossings(p));

	memcpy(level, p->level, p->levels * sizeof(*level));
	p->level = level;
	for (int i = 0; i < p->edges; i++)
		for (int j = 0; j < i; j++)
			p->levels += crossing(&p->edge[i], &p->edge[j], &p->level[p->levels]);
	qsort(p->level, p->levels, sizeof(double), by_value);
	for (size_t i = 0; i + 1 < p->levels; i++)
		if (p->level[i] < p->level[i + 1])
			add_slab(p, p->level[i], p->level[i + 1]);
}

static void bounds(const struct model_polygon *a, double low[2], double high[2])
{
	for (int axis = 0; axis < 2; axis++) {
		low[axis] = high[axis] = a->at[axis];
		for (int i = 1; i < a->points; i++) {
			low[axis] = fmin(low[axis], a->at[2 * i + axis]);
			high[axis] = fmax(high[axis], a->at[2 * i + axis]);
		}
	}
}

double model_polygon_iou(struct arena *mem, const struct model_polygon *a,
			 const struct model_polygon *b)
{
	struct arena_mark mark = arena_mark(mem);
	double low[2][2], high[2][2];
	struct plane p;

	bounds(a, low[0], high[0]);
	bounds(b, low[1], high[1]);
	for (int axis = 0; axis < 2; axis++)
		if (low[0][axis] >= high[1][axis] || low[1][axis] >= high[0][axis])
			return 0;
	measure(mem, a, b, &p);
	arena_reset(mem, mark);

	const double either = p.area[0] + p.area[1] - p.both;

	return either > 0 ? p.both / either : 0;
}

double model_polygon_area(struct arena *mem, const struct model_polygon *a)
{
	const struct model_polygon none = { .at = a->at };
	struct arena_mark mark = arena_mark(mem);
	struct plane p;

	measure(mem, a, &none, &p);
	arena_reset(mem, mark);
	return p.area[0];
}

int model_polygon_match(struct arena *mem, const struct model_polygon *left, int left_count,
			const struct model_polygon *right, int right_count, double least,
			int *partner)
{
	struct arena_mark mark = arena_mark(mem);
	double *gain = NEW_MANY(mem, double, (size_t)left_count *(size_t)right_count);
	int matched;

	for (int i = 0; i < left_count; i++)
		for (int j = 0; j < right_count; j++) {
			const double iou = model_polygon_iou(mem, &left[i], &right[j]);

			gain[i * right_count + j] = iou >= least ? iou : 0;
		}
	matched = model_assign(mem, gain, left_count, right_count, partner);
	arena_reset(mem, mark);
	return matched;
}

/* --- clusters --- */

struct cluster {
	const struct model_polygon **member;
	double *sum; /* of each member's IoU with the others */
	int members;
};

static void join(struct arena *mem, struct cluster *k, const struct model_polygon *polygon,
		 int answers)
{
	if (k->member == NULL) {
		k->member = NEW_MANY(mem, const struct model_polygon *, (size_t)answers);
		k->sum = NEW_MANY(mem, double, (size_t)answers);
	}
	for (int i = 0; i < k->members; i++) {
		const double iou = model_polygon_iou(mem, k->member[i], polygon);

		k->sum[i] += iou;
		k->sum[k->members] += iou;
	}
	k->member[k->members++] = polygon;
}

static double near_cluster(struct arena *mem, const struct cluster *k,
			   const struct model_polygon *polygon)
{
	double sum = 0;

	for (int i = 0; i < k->members; i++)
		sum += model_polygon_iou(mem, k->member[i], polygon) / k->members;
	return sum >= JOIN ? sum : 0;
}

static struct model_polygon middle_of(const struct cluster *k, int answers)
{
	struct model_polygon out;
	int best = 0;

	for (int i = 1; i < k->members; i++)
		if (k->sum[i] > k->sum[best])
			best = i;
	out = *k->member[best];
	out.confidence = (double)k->members / answers;
	return out;
}

static int by_place(const void *left, const void *right)
{
	double low[2][2], high[2][2];

	bounds(left, low[0], high[0]);
	bounds(right, low[1], high[1]);
	for (int axis = 0; axis < 2; axis++)
		if (low[0][axis] < low[1][axis] || low[0][axis] > low[1][axis])
			return low[0][axis] < low[1][axis] ? -1 : 1;
	return 0;
}

int model_polygon_merge(struct arena *mem, const struct model_polygons *a, int32_t task,
			struct model_polygon *out)
{
	struct arena_mark mark = arena_mark(mem);
	const int32_t from = a->from[task], answers = a->from[task + 1] - from;
	const size_t most = (size_t)(a->polygon_from[from + answers] - a->polygon_from[from]);
	struct cluster *cluster = NEW_MANY(mem, struct cluster, most);
	int *partner = NEW_MANY(mem, int, most);
	int count = 0, kept = 0;

	for (int32_t i = from; i < from + answers; i++) {
		const struct model_polygon *polygon = a->polygon + a->polygon_from[i];
		const int own = a->polygon_from[i + 1] - a->polygon_from[i], before = count;
		double *gain = NEW_MANY(mem, double, (size_t)own *(size_t)before);

		for (int j = 0; j < own; j++)
			for (int k = 0; k < before; k++)
				gain[j * before + k] = near_cluster(mem, &cluster[k], &polygon[j]);
		(void)model_assign(mem, gain, own, before, partner);
		for (int j = 0; j < own; j++)
			join(mem, &cluster[partner[j] >= 0 ? partner[j] : count++], &polygon[j],
			     answers);
	}
	for (int k = 0; k < count; k++)
		if (2 * cluster[k].members >= answers)
			out[kept++] = middle_of(&cluster[k], answers);
	qsort(out, (size_t)kept, sizeof(*out), by_place);
	arena_reset(mem, mark);
	return kept;
}
