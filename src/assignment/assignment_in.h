/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef ASSIGNMENT_IN_H
#define ASSIGNMENT_IN_H
#include "assignment/assignment.h"

/*
 * A sketch of times: counts by bins of equal ratio, so a quantile is told to within a fixed share
 * of itself, from 1 s to 34 min; what is older than about a thousand answers fades by halves.
 * Source: Masson, Rim, Lee: DDSketch, a fast and fully-mergeable quantile sketch with
 * relative-error guarantees, VLDB 2019; here with ratio 2^(1/8), so the error is
 * (2^(1/8) − 1) / (2^(1/8) + 1) = 4.4 %.
 */
enum { ASSIGNMENT_BINS = 90 };
struct assignment_bins {
	int64_t n[ASSIGNMENT_BINS];
};
void assignment_bins_add(struct assignment_bins *, int64_t ms);
/* The time within which so many of a thousand came; 0 when there are none. */
int64_t assignment_bins_ms(const struct assignment_bins *, int permille);

/* ERR_CONFLICT the lease is over or is another one. The row stays as it is until the end. */
MUST_USE enum err assignment_must_hold(struct ctx *, struct assignment_key, int64_t epoch);

/* --- media.c --- */
struct assignment_address {
	struct str name, bound, mac;
};
extern const struct web_field assignment_media_fields[];
web_handler assignment_media_page;

extern const struct web_route assignment_routes[];
extern const struct job_kind assignment_jobs[];

#endif
