/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* median: of a list that may be put in order; between the two in the middle where there are two. */
#ifndef BENCH_MEDIAN_H
#define BENCH_MEDIAN_H
#include <stdlib.h>

static int by_size(const void *one, const void *two)
{
	double a = *(const double *)one, b = *(const double *)two;

	return (a > b) - (a < b);
}

static inline double median(double *list, int count)
{
	qsort(list, (size_t)count, sizeof(*list), by_size);
	return (list[(count - 1) / 2] + list[count / 2]) / 2;
}

#endif
