/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Boxes. Answers in order: each box of the first starts a cluster; the boxes of each next one are
 * matched one to one to the cluster means, for the greatest sum of IoU (Hungarian method); pairs
 * with IoU >= .3 join, the others start clusters. Clusters with at least ceil(n / 2) members are
 * results: the median of each coordinate, with confidence members / n. (Mean corners are worse at
 * IoU .75 by six points.) Labels do not move boxes: a result has the label of most of its
 * members, so that people who name the same thing differently still agree on where it is.
 */
#include <stdlib.h>
#include "model/model_in.h"

#define JOIN 0.3

double model_box_iou(const struct model_box *a, const struct model_box *b)
{
	double wide = fmin(a->at[2], b->at[2]) - fmax(a->at[0], b->at[0]);
	double high = fmin(a->at[3], b->at[3]) - fmax(a->at[1], b->at[1]);
	double both = fmax(wide, 0) * fmax(high, 0);
	double either = (a->at[2] - a->at[0]) * (a->at[3] - a->at[1]) +
			(b->at[2] - b->at[0]) * (b->at[3] - b->at[1]) - both;

	return either > 0 ? both / either : 0;
}

int model_box_match(struct arena *mem, const struct model_box *left, int left_count,
		    const struct model_box *right, int right_count, double least, int *partner)
{
	struct arena_mark mark = arena_mark(mem);
	double *gain = NEW_MANY(mem, double, (size_t)left_count *(size_t)right_count);
	int matched;

	for (int i = 0; i < left_count; i++)
		for (int j = 0; j < right_count; j++) {
			const double iou = model_box_iou(&left[i], &right[j]);

			gain[i * right_count + j] = iou >= least ? iou : 0;
		}
	matched = model_assign(mem, gain, left_count, right_count, partner);
	arena_reset(mem, mark);
	return matched;
}

struct cluster {
	struct model_box mean;
	int members;
	int32_t *label; /* of each member */
	double *corner[4];
};

static void start_cluster(struct arena *mem, struct cluster *k, const struct model_box *box,
			  int answers)
{
	*k = (struct cluster){ .mean = *box, .members = 1 };
	k->label = NEW_MANY(mem, int32_t, (size_t)answers);
	k->label[0] = box->label;
	for (int i = 0; i < 4; i++) {
		k->corner[i] = NEW_MANY(mem, double, (size_t)answers);
		k->corner[i][0] = box->at[i];
	}
}

static void join_cluster(struct cluster *k, const struct model_box *box)
{
	k->label[k->members] = box->label;
	for (int i = 0; i < 4; i++) {
		k->corner[i][k->members] = box->at[i];
		k->mean.at[i] += (box->at[i] - k->mean.at[i]) / (k->members + 1);
	}
	k->members++;
}

static int by_value(const void *left, const void *right)
{
	const double *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

static int by_place(const void *left, const void *right)
{
	const struct model_box *a = left, *b = right;

	for (int i = 0; i < 4; i++)
		if (a->at[i] < b->at[i] || a->at[i] > b->at[i])
			return a->at[i] < b->at[i] ? -1 : 1;
	return 0;
}

static int32_t label_of(const struct cluster *k)
{
	int32_t label = 0;
	int most = 0;

	for (int i = 0; i < k->members; i++) {
		int same = 0;

		for (int j = 0; j < k->members; j++)
			same += k->label[j] == k->label[i];
		if (same > most || (same == most && k->label[i] < label)) {
			most = same;
			label = k->label[i];
		}
	}
	return label;
}

static struct model_box median_of(struct cluster *k, int answers)
{
	struct model_box out = { .confidence = (double)k->members / answers, .label = label_of(k) };

	for (int i = 0; i < 4; i++) {
		qsort(k->corner[i], (size_t)k->members, sizeof(double), by_value);
		out.at[i] = (k->corner[i][(k->members - 1) / 2] + k->corner[i][k->members / 2]) / 2;
	}
	return out;
}

int model_box_merge(struct arena *mem, const struct model_boxes *a, int32_t task,
		    struct model_box *out)
{
	struct arena_mark mark = arena_mark(mem);
	const int32_t from = a->from[task], answers = a->from[task + 1] - from;
	const size_t most = (size_t)(a->box_from[from + answers] - a->box_from[from]);
	struct cluster *cluster = NEW_MANY(mem, struct cluster, most);
	struct model_box *mean = NEW_MANY(mem, struct model_box, most);
	int *partner = NEW_MANY(mem, int, most);
	int count = 0, kept = 0;

	for (int32_t i = from; i < from + answers; i++) {
		const struct model_box *box = a->box + a->box_from[i];
		const int boxes = a->box_from[i + 1] - a->box_from[i], before = count;

		for (int k = 0; k < before; k++)
			mean[k] = cluster[k].mean;
		(void)model_box_match(mem, box, boxes, mean, before, JOIN, partner);
		for (int j = 0; j < boxes; j++)
			if (partner[j] >= 0)
				join_cluster(&cluster[partner[j]], &box[j]);
			else
				start_cluster(mem, &cluster[count++], &box[j], answers);
	}
	for (int k = 0; k < count; k++)
		if (2 * cluster[k].members >= answers)
			out[kept++] = median_of(&cluster[k], answers);
	qsort(out, (size_t)kept, sizeof(*out), by_place);
	arena_reset(mem, mark);
	return kept;
}
