/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "report/report_in.h"

const struct room report_room = {
	.name = "report",
	.routes = report_routes,
	.jobs = report_jobs,
	.about = "How far, how fast, how good and how much",
};
