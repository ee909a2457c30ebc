/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "quality/quality_in.h"

enum { BATCH = 200 };

/* A batch that was too large for the job's memory is tried again with half of it. */
static int batch_of(const struct job *job)
{
	int batch = BATCH;

	for (int n = 1; n < job->tries && batch > 1; n++)
		batch /= 2;
	return batch;
}

static enum err judge(struct ctx *c, struct job *job)
{
	project_id project = { job->key };
	bool more;
	int judged;

	TRY(quality_judge(c, project, batch_of(job), &judged, &more));
	return more ? job_again(c, job) : OK;
}

static enum err score(struct ctx *c, struct job *job)
{
	project_id project = { job->key };
	bool more;

	TRY(quality_gold_score(c, project, batch_of(job), &more));
	return more ? job_again(c, job) : OK;
}

const struct job_kind quality_jobs[] = {
	{ .name = "quality.judge",
	  .body = judge,
	  .about = "Concludes tasks that have all their answers" },
	{ .name = "quality.score",
	  .body = score,
	  .about = "Compares answers on gold tasks with what is known" },
	{ .name = "quality.refit",
	  .before = quality_refit_before,
	  .body = quality_refit_body,
	  .about = "Estimates all workers of a project anew from all its answers" },
	{ .name = "quality.apply",
	  .before = quality_apply_before,
	  .body = quality_apply_body,
	  .about = "Looks at judged tasks again after workers were estimated anew" },
	{ .name = "quality.ask",
	  .body = asking_body,
	  .about = "Opens those tasks again of which most is in doubt" },
	{ .name = NULL },
};
