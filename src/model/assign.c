/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* One to one for the greatest sum: the Hungarian method by shortest paths (Kuhn 1955). */
#include "model/model_in.h"

struct hungary {
	const double *gain; /* rows x columns, rows <= columns */
	int rows, columns;
	double *row_price, *column_price, *slack;
	int *row_of; /* of each column, from 1; 0: none */
	int *before; /* the column before on the path */
	bool *seen;
};

/* Give row `row` a column by a shortest path of reduced costs. Indices from 1. */
static void augment(struct hungary *h, int row)
{
	int column = 0;

	for (int j = 0; j <= h->columns; j++) {
		h->slack[j] = HUGE_VAL;
		h->seen[j] = false;
	}
	h->row_of[0] = row;
	do {
		int from = h->row_of[column], next = 0;
		double step = HUGE_VAL;

		h->seen[column] = true;
		for (int j = 1; j <= h->columns; j++) {
			double cost = -h->gain[(from - 1) * h->columns + j - 1] -
				      h->row_price[from] - h->column_price[j];

			if (h->seen[j])
				continue;
			if (cost < h->slack[j]) {
				h->slack[j] = cost;
				h->before[j] = column;
			}
			if (h->slack[j] < step) {
				step = h->slack[j];
				next = j;
			}
		}
		for (int j = 0; j <= h->columns; j++)
			if (h->seen[j]) {
				h->row_price[h->row_of[j]] += step;
				h->column_price[j] -= step;
			} else {
				h->slack[j] -= step;
			}
		column = next;
	} while (h->row_of[column] != 0);
	for (; column != 0; column = h->before[column])
		h->row_of[column] = h->row_of[h->before[column]];
}

int model_assign(struct arena *mem, const double *gain, int left, int right, int *partner)
{
	struct arena_mark mark = arena_mark(mem);
	const bool turned = left > right;
	const int rows = turned ? right : left, columns = turned ? left : right;
	double *of = NEW_MANY(mem, double, (size_t)rows *(size_t)columns);
	struct hungary h = {
		.gain = of,
		.rows = rows,
		.columns = columns,
		.row_price = NEW_MANY(mem, double, (size_t)rows + 1),
		.column_price = NEW_MANY(mem, double, (size_t)columns + 1),
		.slack = NEW_MANY(mem, double, (size_t)columns + 1),
		.row_of = NEW_MANY(mem, int, (size_t)columns + 1),
		.before = NEW_MANY(mem, int, (size_t)columns + 1),
		.seen = NEW_MANY(mem, bool, (size_t)columns + 1),
	};
	int matched = 0;

	for (int i = 0; i < left; i++)
		partner[i] = -1;
	for (int i = 0; i < rows; i++)
		for (int j = 0; j < columns; j++)
			of[i * columns + j] = turned ? gain[j * right + i] : gain[i * right + j];
	for (int row = 1; row <= rows; row++)
		augment(&h, row);
	for (int j = 1; j <= columns; j++) {
		int i = h.row_of[j] - 1;

		if (i < 0 || of[i * columns + j - 1] <= 0)
			continue;
		partner[turned ? j - 1 : i] = turned ? i : j - 1;
		matched++;
	}
	arena_reset(mem, mark);
	return matched;
}
