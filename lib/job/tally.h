/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * tally: counts that are kept as things happen, so that nobody has to count rows.
 *
 * `tally_add` belongs to the caller's transaction: a refused task leaves no count.
 * Within a writer's batch the counts are gathered in memory like signals and
 * written once per key and name before COMMIT (job_flush_signals), so that a
 * hot route pays for one row per batch. Names are literals: they live as long as the process.
 */
#ifndef JOB_TALLY_H
#define JOB_TALLY_H
#include "store/store.h"

MUST_USE enum err tally_add(struct ctx *, int64_t key, const char *name, int64_t n);

/* The sum so far; 0 when nothing was added. What this transaction still gathers is not in it. */
MUST_USE enum err tally_get(struct ctx *, int64_t key, const char *name, int64_t *out);

#endif
