/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Masks row by row: their runs go by columns, so the pixels at which they begin and end are sorted
 * by rows, and one row of pixels is kept as it stands.
 */
#include <stdlib.h>
#include "export/export_in.h"

/* A pixel whose label changes, going down its column. */
struct export_change {
	int32_t y, x;
	int32_t label; /* of an end 0 */
};

static int by_row(const void *left, const void *right)
{
	const struct export_change *a = left, *b = right;

	if (a->y != b->y)
		return (a->y > b->y) - (a->y < b->y);
	/* An end goes before what begins at the same pixel. */
	return a->x != b->x ? (a->x > b->x) - (a->x < b->x) :
			      (a->label > b->label) - (a->label < b->label);
}

/* A run that goes over the edge of a column is one in each. */
static void add_run(struct export_rows *r, const struct kind_run *run, int label)
{
	for (int64_t from = run->from; from < run->to;) {
		int64_t x = from / r->high, end = (x + 1) * r->high;
		int64_t to = run->to < end ? run->to : end;

		r->change[r->changes++] =
			(struct export_change){ (int32_t)(from - x * r->high), (int32_t)x, label };
		if (to < end)
			r->change[r->changes++] =
				(struct export_change){ (int32_t)(to - x * r->high), (int32_t)x,
							0 };
		from = to;
	}
}

void export_rows_open(struct ctx *c, const struct export_picture *p, const struct export_mask *mask,
		      int masks, struct export_rows *out)
{
	size_t room = 1;

	*out = (struct export_rows){ .wide = p->width, .high = p->height };
	for (int m = 0; m < masks; m++)
		for (int i = 0; i < mask[m].runs; i++)
			room += 2 *
				(size_t)((mask[m].run[i].to - mask[m].run[i].from) / p->height + 2);
	out->change = NEW_MANY(c->mem, struct export_change, room);
	for (int m = 0; m < masks; m++)
		for (int i = 0; i < mask[m].runs; i++)
			add_run(out, &mask[m].run[i], mask[m].label);
	qsort(out->change, (size_t)out->changes, sizeof(*out->change), by_row);
	out->row = arena_take(c->mem, (size_t)p->width + 1);
	memset(out->row, 0, (size_t)p->width + 1);
}

unsigned char *export_rows_next(struct export_rows *r)
{
	if (r->y == r->high)
		return NULL;
	for (; r->at < r->changes && r->change[r->at].y == r->y; r->at++)
		r->row[1 + r->change[r->at].x] = (unsigned char)r->change[r->at].label;
	r->y++;
	return r->row;
}
