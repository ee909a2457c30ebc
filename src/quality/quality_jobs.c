/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "quality/quality_in.h"

enum { BATCH = 200 };

static enum err judge(struct ctx *c, struct job *job)
{
	project_id project = { job->key };
	bool more;
	int judged;

	TRY(quality_judge(c, project, BATCH, &judged, &more));
	return more ? job_again(c, job) : OK;
}

static enum err score(struct ctx *c, struct job *job)
{
	project_id project = { job->key };
	bool more;

	TRY(quality_gold_score(c, project, BATCH, &more));
	return more ? job_again(c, job) : OK;
}

const struct job_kind quality_jobs[] = {
	{ .name = "quality.judge",
	  .body = judge,
	  .about = "Concludes tasks that have all their answers" },
	{ .name = "quality.score",
	  .body = score,
	  .about = "Compares answers on gold tasks with what is known" },
	{ .name = NULL },
};
