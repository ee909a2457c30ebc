/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * quality: what the platform concludes from answers, and how sure it is.
 *
 * A task with all its answers is judged by a job of its project, in batches: one result for each
 * field of the template. The value is the plurality of the answers (what agreeing means is
 * said by the kind of the field); the confidence is the share of the votes that it has;
 * a tie keeps all tied values. A task judged again after a rejection gets a new result.
 *
 * Gold: tasks whose answer is known, from `gold_NAME` columns of the data or set by the
 * requester. Each worker's answers on gold are counted, right and seen; a field
 * is right when its votes are those of the known answer.
 */
#ifndef QUALITY_H
#define QUALITY_H
#include "assignment/assignment.h"

/* Judge up to `limit` tasks that have all their answers. `*more` when some are left. */
MUST_USE enum err quality_judge(struct ctx *, project_id, int limit, int *judged, bool *more);

/* Drop what was concluded of a task, because one of its answers no longer counts. */
MUST_USE enum err quality_forget(struct ctx *, project_id, task_id);

struct quality_result {
	struct str field;
	struct str value;  /* JSON; of a tie the first */
	double confidence; /* 0 to 1 */
	int64_t answers;
	struct str ties; /* JSON list of all tied values; empty text when there is no tie */
};
MUST_USE enum err quality_results(struct ctx *, project_id, task_id, struct quality_result **out,
				  size_t *count);

/* Say the known answer of a task: makes it gold. ERR_INPUT the truth does not fit the template. */
MUST_USE enum err quality_gold_set(struct ctx *, project_id, task_id,
				   const struct json_value *truth);

struct quality_score {
	int64_t seen, right;
};
MUST_USE enum err quality_score(struct ctx *, project_id, user_id worker,
				struct quality_score *out);

/*
 * How a worker did on known answers in all projects together, in hundredths; `*known` is
 * false below QUALITY_ACCURACY_MIN of them. It is told to the worker in coarse steps, so that a
 * single answer does not show whether its task was one with a known answer.
 */
enum { QUALITY_ACCURACY_MIN = 20 };
MUST_USE enum err quality_accuracy(struct ctx *, user_id worker, int64_t *hundredths, bool *known);

extern const struct room quality_room;

#endif
