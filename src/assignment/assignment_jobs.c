/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "assignment/assignment_in.h"

enum { BATCH = 500 };

static enum err expire(struct ctx *c, struct job *job)
{
	int expired;

	TRY(assignment_expire(c, BATCH, &expired));
	return expired == BATCH ? job_again(c, job) : OK;
}

const struct job_kind assignment_jobs[] = {
	{ .name = "assignment.expire",
	  .body = expire,
	  .every_us = USEC_SECOND,
	  .about = "Ends leases that are over and opens their places" },
	{ .name = NULL },
};
