/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef REPORT_IN_H
#define REPORT_IN_H
#include "report/report.h"

/* The counts as they are. */
MUST_USE enum err report_now(struct ctx *, project_id, struct report_point *out);
/* Keep how many answers the project has now. */
MUST_USE enum err report_sample(struct ctx *, project_id);

extern const struct web_route report_routes[];
extern const struct job_kind report_jobs[];

#endif
