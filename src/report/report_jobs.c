/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "job/tally.h"
#include "report/report.sql.h"
#include "report/report_in.h"

#define LOOK_EVERY (10 * USEC_SECOND)

enum { LOOK_MAX = 4 << 20 };

static enum err sample(struct ctx *c, struct job *job)
{
	struct report_at_work *row;
	struct report_look_due *due;
	size_t count;

	(void)job;
	TRY(report_at_work(c, &row, &count));
	for (size_t i = 0; i < count; i++)
		TRY(report_sample(c, row[i].project));
	TRY(report_look_due(c, usec_after(c->now, -LOOK_EVERY), &due, &count));
	for (size_t i = 0; i < count; i++)
		TRY(job_signal(c, "report.look", due[i].project.v));
	return OK;
}

/* Reads; where nothing has happened since the last look, what it found stands. */
static enum err look_before(struct ctx *c, struct job *job)
{
	struct report_look *look = NEW(c->mem, struct report_look);
	struct json body = json_make(c->mem, LOOK_MAX);
	project_id id = { job->key };
	struct project_state state;
	struct project project;
	int64_t submitted, judged;

	TRY(project_get(c, id, &project));
	TRY(project_state_get(c, id, &state));
	TRY(tally_get(c, id.v, "submitted", &submitted));
	TRY(tally_get(c, id.v, "judged", &judged));
	TRY(report_look(c, id, look));
	if (look->body.len == 0 || look->submitted != submitted || look->judged != judged ||
	    look->state != state.state) {
		TRY(quality_charts(c, &project, &body));
		look->body = json_end(&body);
	}
	look->state = state.state;
	look->submitted = submitted;
	look->judged = judged;
	job->prepared = look;
	return OK;
}

static enum err look_body(struct ctx *c, struct job *job)
{
	const struct report_look *look = job->prepared;

	return report_look_put(c, (project_id){ job->key }, c->now, look->state, look->submitted,
			       look->judged, look->body);
}

const struct job_kind report_jobs[] = {
	{ .name = "report.sample",
	  .body = sample,
	  .every_us = 5 * USEC_SECOND,
	  .about = "Keeps how many answers each project at work has" },
	{ .name = "report.look",
	  .before = look_before,
	  .body = look_body,
	  .about = "Finds what the charts of a project show of its quality" },
	{ .name = NULL },
};
