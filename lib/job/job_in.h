/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What job.c, runner.c and tally.c know of each other. */
#ifndef JOB_JOB_IN_H
#define JOB_JOB_IN_H
#include "job/job.h"

/* Forms of a store_note, in the order in which those of one row are written. */
enum { JOB_NOTE_END, JOB_NOTE_SIGNAL, JOB_NOTE_TALLY };

enum { JOB_TRIES_MAX = 10, JOB_CLAIM_MAX = 32 };
/* The lease of a job that is run; a runner renews it, so a server that died is soon known. */
#define JOB_LEASE_US (5 * USEC_SECOND)

/* One job that this process has claimed. */
struct job_run {
	struct job job;
	const struct job_kind *kind; /* NULL: not known to this program */
	struct str name;
	int64_t lease;
	usec run_at;
	bool lost; /* another took it over */
};

/* Claim what is due, in the caller's transaction; `*runs` lives in the context's memory. */
MUST_USE enum err job_claim(struct ctx *, const struct job_kind *const *kinds, int most,
			    struct job_run **runs, size_t *count);
/* The body and the end of its row, in the caller's transaction. */
MUST_USE enum err job_act(struct ctx *, struct job_run *);
/* The row of a job that was refused: later, or broken. In the caller's transaction. What the store
 * cannot do just now counts as no try; what its data does not allow counts. */
MUST_USE enum err job_fail(struct ctx *, const struct job_run *, const struct refusal *);
/* The rows of the jobs that exist by themselves, in the caller's transaction. */
MUST_USE enum err job_found(struct ctx *, const struct job_kind *const *kinds);

/* The row that adds to one tally, in a part of it that this writer may take. */
struct tally_row_add_row tally_row_of(struct ctx *, int64_t key, const char *name, int64_t n);

#endif
