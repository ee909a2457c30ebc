/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* doubt_in: what looking at lists and at open questions share. */
#ifndef QUALITY_DOUBT_IN_H
#define QUALITY_DOUBT_IN_H
#include "quality/doubt/doubt.h"

struct doubt_pair {
	uint64_t name; /* the smaller number + 1 above the larger; 0: free */
	int32_t common;
	float found, expected;
};

struct doubt_look {
	struct arena *mem;
	const struct doubt_crowd *of; /* lists only */
	const struct model_answers *a;
	const int32_t *ms;
	const double *right;
	double mean; /* of the crowd */
	float *said; /* lists only: e_w(l|k) at [(w * K + l) * K + k] */
	struct doubt *out;
	size_t count;
	struct doubt_pair *pair;
	size_t room, pairs;
};

/* Counts each worker's answers; how many have DOUBT_LEAST. */
double doubt_begin(struct doubt_look *, int32_t **said);
void doubt_tell(struct doubt_look *, struct doubt);
void doubt_sort(struct doubt_look *);
/* ln of the bound that x of n come about where each does with chance q. */
double doubt_bound(double x, double n, double q);
/* Bounds above `chance`, a logarithm, are not told. */
void doubt_find_fast(struct doubt_look *, const int32_t *said, double chance);

void doubt_pairs_begin(struct doubt_look *);
/* NULL: there are DOUBT_PAIRS already. */
struct doubt_pair *doubt_pair_of(struct doubt_look *, uint32_t one, uint32_t two);
void doubt_pairs_tell(struct doubt_look *);

#endif
