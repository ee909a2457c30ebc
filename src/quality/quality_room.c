/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "quality/quality.sql.h"
#include "quality/quality_in.h"

static const struct room_invariant invariants[] = {
	{ "quality.results_of_judged", &inv_result_judged_stmt,
	  "a result stands for a task that is not judged" },
	{ "quality.judged_has_result", &inv_judged_result_stmt,
	  "a judged task with an answer that counts has no result" },
	{ "quality.gold_score", &inv_gold_score_stmt,
	  "a worker's gold score is not the sum of what was compared" },
	{ "quality.skill_answers", &inv_skill_answers_stmt,
	  "a worker's skill is not from his answers to judged tasks" },
	{ "quality.crowd_questions", &inv_crowd_questions_stmt,
	  "the crowd's skill is not from the results" },
	{ "quality.grown", &inv_gold_grown_stmt,
	  "an answer was compared with a known one that grew out of it" },
	{ "quality.asking", &inv_asking_judged_stmt,
	  "a task waits to be asked on and is not judged" },
	{ "quality.spot", &inv_spot_task_stmt, "a spot check is of no task" },
	{ .name = NULL },
};

const struct room quality_room = {
	.name = "quality",
	.routes = quality_routes,
	.jobs = quality_jobs,
	.invariants = invariants,
	.about = "What is concluded from answers, and known answers",
};
