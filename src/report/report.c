/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Counting rows was turned down: it grows with the work. Tallies are exact, samples are enough. */
#include "report/report.h"
#include "job/tally.h"
#include "report/report.sql.h"
#include "report/report_in.h"

#define STEP_FINE (5 * USEC_SECOND)
#define RATE_WINDOW (10 * USEC_MINUTE)

static const struct {
	int64_t step_us, keep_us;
} steps[] = {
	{ STEP_FINE, USEC_HOUR },
	{ USEC_MINUTE, 2 * USEC_DAY },
	{ USEC_HOUR, 0 },
};
enum { STEPS = sizeof(steps) / sizeof(*steps), POINTS = 360 };

enum err report_now(struct ctx *c, project_id project, struct report_point *out)
{
	out->at = c->now;
	TRY(tally_get(c, project.v, "submitted", &out->submitted));
	TRY(tally_get(c, project.v, "judged", &out->judged));
	TRY(tally_get(c, project.v, "paid", &out->paid));
	TRY(tally_get(c, project.v, "results", &out->results));
	return tally_get(c, project.v, "confidence", &out->confidence);
}

enum err report_sample(struct ctx *c, project_id project)
{
	struct report_point p;
	int64_t changed;

	TRY(report_now(c, project, &p));
	for (int i = 0; i < STEPS; i++) {
		usec at = { c->now.us - c->now.us % steps[i].step_us };

		TRY(report_point_put(c, project, steps[i].step_us, at, p.submitted, p.judged,
				     p.paid, p.results, p.confidence, &changed));
		if (steps[i].keep_us > 0)
			TRY(report_point_prune(c, project, steps[i].step_us,
					       usec_after(c->now, -steps[i].keep_us), &changed));
	}
	return OK;
}

/* Answers an hour, from what there was ten minutes ago or when it began. */
static enum err find_rate(struct ctx *c, struct report_progress *p)
{
	struct report_point_back row;
	bool found;

	TRY(report_point_back(c, p->state.id, STEP_FINE, usec_after(c->now, -RATE_WINDOW), &row,
			      &found));
	if (!found || row.at.us < p->state.published.us)
		row = (struct report_point_back){ p->state.published, 0 };
	int64_t past = c->now.us - row.at.us;
	if (past < USEC_SECOND || p->submitted <= row.submitted)
		return OK;
	p->rate_per_hour = (int64_t)((double)(p->submitted - row.submitted) * (double)USEC_HOUR /
				     (double)past);
	int64_t left = p->needed - p->submitted;
	if (left > 0 && p->rate_per_hour > 0)
		p->finish = usec_after(c->now, (int64_t)((double)left / (double)p->rate_per_hour *
							 (double)USEC_HOUR));
	return OK;
}

enum err report_progress(struct ctx *c, project_id id, struct report_progress *out)
{
	int64_t results, confidence;

	*out = (struct report_progress){ .confidence = -1 };
	TRY(project_state_get(c, id, &out->state));
	TRY(pay_cost(c, id, &out->cost));
	TRY(tally_get(c, id.v, "submitted", &out->submitted));
	TRY(tally_get(c, id.v, "judged", &out->judged));
	TRY(tally_get(c, id.v, "approved", &out->approved));
	TRY(tally_get(c, id.v, "rejected", &out->rejected));
	TRY(tally_get(c, id.v, "results", &results));
	TRY(tally_get(c, id.v, "confidence", &confidence));
	if (results > 0)
		out->confidence = (double)confidence / 1e6 / (double)results;
	out->needed =
		out->state.places - out->state.copies_left - out->state.refunded + out->rejected;
	if (out->state.state == PROJECT_DONE) /* it may have stopped before all were asked for */
		out->needed = out->submitted;
	if (out->state.state == PROJECT_OPEN)
		TRY(find_rate(c, out));
	return OK;
}

enum err report_chart(struct ctx *c, const struct project_state *state, struct report_point **out,
		      size_t *count)
{
	struct report_point_list *row;
	/* What is done stays as it was. */
	usec end = state->state == PROJECT_DONE && state->done.us > 0 ? state->done : c->now;
	int64_t life = end.us - state->published.us;
	int step = 0;

	*count = 0;
	*out = NULL;
	if (state->published.us == 0)
		return OK;
	while (step + 1 < STEPS && life > steps[step].step_us * POINTS)
		step++;

	usec from = usec_after(end, -steps[step].step_us * POINTS);
	TRY(report_point_list(c, state->id, steps[step].step_us, from, &row, count));
	*out = NEW_MANY(c->mem, struct report_point, *count);
	for (size_t i = 0; i < *count; i++)
		(*out)[i] =
			(struct report_point){ row[i].at,   row[i].submitted, row[i].judged,
					       row[i].paid, row[i].results,   row[i].confidence };
	return OK;
}

/* --- a look now and then --- */

enum err report_look(struct ctx *c, project_id id, struct report_look *out)
{
	struct report_look_get row;
	bool found;

	*out = (struct report_look){ .body = S("") };
	TRY(report_look_get(c, id, &row, &found));
	if (found)
		*out = (struct report_look){ row.at, row.state, row.submitted, row.judged,
					     row.body };
	return OK;
}
