/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "report/report.sql.h"
#include "report/report_in.h"

static enum err sample(struct ctx *c, struct job *job)
{
	struct report_at_work *row;
	size_t count;

	(void)job;
	TRY(report_at_work(c, &row, &count));
	for (size_t i = 0; i < count; i++)
		TRY(report_sample(c, row[i].project));
	return OK;
}

const struct job_kind report_jobs[] = {
	{ .name = "report.sample",
	  .body = sample,
	  .every_us = 5 * USEC_SECOND,
	  .about = "Keeps how many answers each project at work has" },
	{ .name = NULL },
};
