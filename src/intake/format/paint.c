/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Masks of a picture that may lie over each other, as one mask of ours, in which a pixel has one
 * label at most.
 *
 * All runs are sorted by where they begin, and a sweep goes along the pixels with a heap of the
 * runs that are open there, the uppermost at the top: n runs cost n log n steps and never the
 * pixels of the picture. What has ended is taken from the heap when it comes to the top.
 */
#include <stdlib.h>
#include "intake/format/format_in.h"
#include "kind/kind.h"

enum { RUNS_MAX = 200000, LABELS_MAX = 50, SIDE_MAX = 100000 };

struct intake_stroke {
	int64_t from, to; /* pixels, column by column */
	int order;	  /* the highest is on top */
	int label;
};

static int label_of(struct intake_paint *p, struct str label)
{
	for (int i = 0; i < p->labels; i++)
		if (str_eq(p->label[i], label))
			return i;
	if (p->labels == LABELS_MAX)
		return -1;
	if (p->labels == 0)
		p->label = NEW_MANY(p->mem, struct str, LABELS_MAX);
	p->label[p->labels] = label;
	return p->labels++;
}

static void add_stroke(struct intake_paint *p, struct intake_stroke stroke)
{
	if (p->strokes == p->room) {
		int room = p->room > 0 ? 2 * p->room : 256;
		struct intake_stroke *more = NEW_MANY(p->mem, struct intake_stroke, (size_t)room);

		if (p->strokes > 0)
			memcpy(more, p->stroke, (size_t)p->strokes * sizeof(*more));
		p->stroke = more;
		p->room = room;
	}
	p->stroke[p->strokes++] = stroke;
}

const char *intake_paint_add(struct intake_paint *p, struct arena *scratch,
			     const struct json_value *segmentation, struct str label, bool below)
{
	const struct json_value *size = json_get(segmentation, S("size"));
	int64_t width, height;
	struct kind_run *run;
	int runs, which;

	if (!json_is(size, JSON_LIST) || size->count != 2 ||
	    !json_i64(json_at(size, 0), 1, SIDE_MAX, &height) ||
	    !json_i64(json_at(size, 1), 1, SIDE_MAX, &width) ||
	    (p->width > 0 && (p->width != width || p->height != height)))
		return "size of a segmentation is height and width of the image";
	if (!kind_mask_runs(scratch, segmentation, width * height, &run, &runs))
		return "counts of a segmentation are run lengths of as many pixels as size says, "
		       "some of them in the mask";
	if (p->strokes + runs > RUNS_MAX)
		return "the masks of the image have more than 200,000 runs";
	which = label_of(p, label);
	if (which < 0)
		return "the masks of the image have more than 50 categories";
	p->width = width;
	p->height = height;
	p->masks++;
	for (int i = 0; i < runs; i++)
		add_stroke(p, (struct intake_stroke){ run[i].from, run[i].to,
						      below ? p->masks - INT32_MAX : p->masks,
						      which });
	return NULL;
}

static int by_from(const void *left, const void *right)
{
	const struct intake_stroke *a = left, *b = right;

	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	return (a->order > b->order) - (a->order < b->order);
}

/* --- the heap: of open strokes, the uppermost first --- */

struct heap {
	const struct intake_stroke **at;
	int count;
};

static void heap_add(struct heap *h, const struct intake_stroke *s)
{
	int i = h->count++;

	for (; i > 0 && h->at[(i - 1) / 2]->order < s->order; i = (i - 1) / 2)
		h->at[i] = h->at[(i - 1) / 2];
	h->at[i] = s;
}

static void heap_drop(struct heap *h)
{
	const struct intake_stroke *last = h->at[--h->count];
	int i = 0;

	for (int child = 1; child < h->count; child = 2 * i + 1) {
		if (child + 1 < h->count && h->at[child + 1]->order > h->at[child]->order)
			child++;
		if (h->at[child]->order <= last->order)
			break;
		h->at[i] = h->at[child];
		i = child;
	}
	h->at[i] = last;
}

/* What is seen from above: runs in order, none over another. `out` has room for two of each. */
static int seen(struct intake_paint *p, struct intake_stroke *out)
{
	struct heap open = { .at = NEW_MANY(p->mem, const struct intake_stroke *,
					    (size_t)p->strokes) };
	int64_t at = 0;
	int next = 0, n = 0;

	while (open.count > 0 || next < p->strokes) {
		if (open.count > 0 && open.at[0]->to <= at) {
			heap_drop(&open);
			continue;
		}
		if (open.count == 0)
			at = p->stroke[next].from;
		while (next < p->strokes && p->stroke[next].from <= at)
			heap_add(&open, &p->stroke[next++]);
		if (open.at[0]->to <= at)
			continue;
		int64_t to = open.at[0]->to;
		if (next < p->strokes && p->stroke[next].from < to)
			to = p->stroke[next].from;
		out[n++] = (struct intake_stroke){ at, to, 0, open.at[0]->label };
		at = to;
	}
	return n;
}

/* Lengths of runs without and with the label in turn; runs that touch are one. */
static void put_counts(struct json *out, const struct intake_stroke *run, int runs, int label,
		       int64_t pixels)
{
	int64_t from = -1, to = 0, last = 0;

	json_list(out);
	for (int i = 0; i < runs; i++) {
		if (run[i].label != label)
			continue;
		if (from >= 0 && run[i].from > to) {
			json_put_i64(out, from - last);
			json_put_i64(out, to - from);
			last = to;
		}
		if (from < 0 || run[i].from > to)
			from = run[i].from;
		to = run[i].to;
	}
	json_put_i64(out, from - last);
	json_put_i64(out, to - from);
	if (to < pixels)
		json_put_i64(out, pixels - to);
	json_list_end(out);
}

void intake_paint_put(struct intake_paint *p, struct json *shapes)
{
	struct intake_stroke *run;
	bool *shown = NEW_MANY(p->mem, bool, LABELS_MAX);
	int runs;

	if (p->strokes == 0)
		return;
	run = NEW_MANY(p->mem, struct intake_stroke, 2 * (size_t)p->strokes);
	qsort(p->stroke, (size_t)p->strokes, sizeof(*p->stroke), by_from);
	runs = seen(p, run);
	for (int i = 0; i < runs; i++)
		shown[run[i].label] = true;
	for (int i = 0; i < p->labels; i++) {
		if (!shown[i])
			continue;
		json_object(shapes);
		json_text_of(shapes, "label", p->label[i]);
		json_key(shapes, "counts");
		put_counts(shapes, run, runs, i, p->width * p->height);
		json_object_end(shapes);
	}
}
