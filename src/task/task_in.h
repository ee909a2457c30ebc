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

/* --- copies.c: what ends of tasks that have second copies out; each also takes others --- */
MUST_USE enum err task_copies_fill(struct ctx *, project_id, struct task_places *);
MUST_USE enum err task_copies_release(struct ctx *, project_id, struct task_places *);
MUST_USE enum err task_copies_reopen(struct ctx *, project_id, task_id);
/* An answer that came late, or counts after all: `restored` takes places that are not on offer. */
MUST_USE enum err task_copies_late(struct ctx *, project_id, task_id, bool restored, bool *got,
				   bool *full);

enum err task_cut_job(struct ctx *, struct job *);

#endif
