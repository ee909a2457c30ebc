/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Inside of task: its job and its routes' forms. */
#ifndef TASK_IN_H
#define TASK_IN_H
#include "task/task.h"

struct task_form {
	project_id project;
	task_id task;
	task_id after;
	int64_t limit;
	struct str state;
};

web_handler task_list_page;

enum err task_cut_job(struct ctx *, struct job *);

#endif
