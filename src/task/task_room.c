/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What task offers. One task with its answers and results is a route of quality. */
#include "task/task.sql.h"
#include "task/task_in.h"

#define IN(member) .offset = offsetof(struct task_form, member)

static const struct web_field list_fields[] = {
	{ .name = "project",
	  .place = WEB_PATH,
	  .type = WEB_ID,
	  IN(project),
	  .required = true,
	  .about = "the project" },
	{ .name = "after",
	  .place = WEB_QUERY,
	  .type = WEB_ID,
	  IN(after),
	  .about = "go on behind this one: `next` of the page before" },
	{ .name = "limit",
	  .place = WEB_QUERY,
	  .type = WEB_INT,
	  IN(limit),
	  .min = 1,
	  .max = 200,
	  .about = "how many, 50 unless said" },
	{ .name = "state",
	  .place = WEB_QUERY,
	  .type = WEB_TEXT,
	  IN(state),
	  .max = 10,
	  .one_of = "open|full|judged",
	  .about = "only those in this state; open: with a free place" },
	{ 0 },
};

enum { MAKERS = USER_REQUESTER | USER_REVIEWER | USER_MANAGER | USER_OPERATOR };

static const struct web_route routes[] = {
	{ WEB_GET, "/api/v1/projects/{project}/tasks", MAKERS, WEB_READ, task_list_page,
	  .fields = list_fields, .form_size = sizeof(struct task_form),
	  .view = "{items:[{task:int,state:(open|full|judged),need:int,taken:int,filled:int,"
		  "gold:bool,"
		  "fields:any}],next:id?}",
	  .about = "The tasks of a project with their records, in order." },
	{ .path = NULL },
};

static const struct job_kind jobs[] = {
	{ "task.cut", NULL, task_cut_job, 0,
	  "Makes the tasks of a project that was paid for, then opens it." },
	{ 0 },
};

static const struct room_invariant invariants[] = {
	{ "task.derived", &inv_task_derived_stmt,
	  "Open or stage of a task is not what its counters say." },
	{ "task.places", &inv_task_places_stmt,
	  "A project's tasks are not the places that were paid for." },
	{ 0 },
};

const struct room task_room = {
	.name = "task",
	.routes = routes,
	.jobs = jobs,
	.invariants = invariants,
	.about = "The pieces of a project and their places, counted under guards.",
};
