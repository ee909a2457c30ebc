/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * report: how far, how fast, how good and how much: figures for people, made from tallies and
 * samples, so that a page costs the same whatever has been done.
 *
 * A job looks at every project at work each few seconds and keeps how many answers it has, by
 * steps of 5 s (for an hour), a minute (for two days) and an hour (for ever): the chart and the
 * rate come from these. They follow the truth by at most one look.
 */
#ifndef REPORT_H
#define REPORT_H
#include "pay/pay.h"
#include "quality/quality.h"

struct report_progress {
	struct project_state state;
	struct pay_cost cost;
	int64_t submitted, judged, approved, rejected; /* answers; judged counts tasks */
	int64_t needed;				       /* answers that the project has places for */
	int64_t rate_per_hour; /* answers, over the last ten minutes or since it began */
	usec finish;	       /* at that rate; 0: cannot be said */
	double confidence;     /* mean over all results; negative: there are none */
};

/* ERR_MISSING no such project. Rights are the caller's. */
MUST_USE enum err report_progress(struct ctx *, project_id, struct report_progress *out);

struct report_point {
	usec at;
	int64_t submitted;
	int64_t judged, paid;	     /* tasks, answers */
	int64_t results, confidence; /* and the sum of theirs, in millionths */
};
/* At most 360 points, oldest first, in the finest step that spans the project's life. */
MUST_USE enum err report_chart(struct ctx *, const struct project_state *,
			       struct report_point **out, size_t *count);

/* What charts show of quality, as a job has found it at `at`: while there is work it looks each ten
 * seconds if something has changed, and once more when the work has ended. `body` is empty when
 * there was no look yet; see quality_charts. */
struct report_look {
	usec at;
	int64_t state, submitted, judged; /* then */
	struct str body;
};
MUST_USE enum err report_look(struct ctx *, project_id, struct report_look *out);

extern const struct room report_room;

#endif
