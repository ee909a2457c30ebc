/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the room's jobs call beside its door. */
#ifndef QUALITY_IN_H
#define QUALITY_IN_H
#include "quality/doubt/doubt.h"
#include "quality/skill_in.h"

/* Compare up to `limit` answers on gold tasks with the truth. `*more` when some are left. */
MUST_USE enum err quality_gold_score(struct ctx *, project_id, int limit, bool *more);

/* Is every task judged, and were the answers estimated since? Then the project is done. */
MUST_USE enum err quality_finish(struct ctx *, project_id, const struct skill_book *);

/*
 * What is known of a task: by gold, or told by who made a spot check. What grew out of its own
 * result is not known, until a person has put it right: then it is `mended`.
 */
struct quality_known {
	struct json_value *truth; /* NULL: nothing is known */
	bool gold, mended;
};
MUST_USE enum err quality_known(struct ctx *, project_id, task_id, bool gold, struct str told,
				struct quality_known *out);

/*
 * The answers that count of up to `limit` judged tasks behind `after`, in order of tasks and
 * workers; `*count` is 0 behind the last. Rows lie in the context's memory.
 */
MUST_USE enum err quality_judged_read(struct ctx *, project_id, task_id after, int limit,
				      struct quality_judged_answers **out, size_t *count);

/* Out of results into gold: see grow.c. */
struct judge_task;
/* Is the task sure enough in each field? `*truth` is its values then. */
bool grow_is_sure(struct ctx *, const struct skill_book *, const struct judge_task *,
		  struct str *truth);
/* Are more wanted, and is there work left for who comes later? Only of tasks behind `*after`. */
MUST_USE enum err grow_open(struct ctx *, const struct project *, bool *may, task_id *after);
/* `*grown` is false when there are enough; else its results are the caller's to drop. */
MUST_USE enum err grow_one(struct ctx *, const struct project *, task_id, struct str truth,
			   bool *grown);
/* Nothing else is left to do: what has grown waits for nobody. */
MUST_USE enum err grow_settle(struct ctx *, project_id);

/* Which task is asked on next: see asking.c. */
struct judge_result;
double asking_doubt(struct ctx *, const struct skill_field *, const struct judge_task *,
		    const struct judge_result *);
/* How many tasks may be opened again now; 0 or less: enough are open, or the project has no target.
 */
MUST_USE enum err asking_room(struct ctx *, const struct project *, int64_t *out);
/* Does any wait? Then the job that opens them is signalled. */
MUST_USE enum err asking_next(struct ctx *, project_id, bool *waits);
MUST_USE enum err asking_body(struct ctx *, struct job *);
/* A judged task is asked on: its results go. `*moved` is false when it has no place left. */
MUST_USE enum err quality_ask_on(struct ctx *, project_id, task_id, bool *moved);

/* The jobs quality.refit and quality.apply: see refit.c and again.c. */
MUST_USE enum err quality_refit_before(struct ctx *, struct job *);
MUST_USE enum err quality_refit_body(struct ctx *, struct job *);
MUST_USE enum err quality_apply_before(struct ctx *, struct job *);
enum err quality_apply_body(struct ctx *, struct job *);

/* Evidence as the API gives it. */
#define QUALITY_DOUBT_VIEW                                                 \
	"{what:(fast|constant|alike), with:id?, answers:int, found:real, " \
	"expected:real, text:text, state:(waits|dismissed|watched|paused)}"
void quality_doubt_put(struct ctx *, const struct assignment_numbers *, const struct doubt_list *,
		       struct json *out);

extern const struct web_route quality_routes[];
extern const struct job_kind quality_jobs[];

#endif
