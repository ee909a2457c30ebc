/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * dispatch: which task a worker gets next.
 *
 * The memory of this process is a hint, the claim in the store is the truth. For each worker at a
 * project memory keeps the last task that was looked at; for each project that is being worked
 * at, a window of its open tasks. The next candidate is the first in the window behind the
 * worker's hint; places that were opened again come before it, whatever the worker has done
 * since. A claim that finds nothing moves on. A lost or stale hint costs a look, never a wrong
 * grant, and what choosing costs grows neither with the tasks nor with what the worker has done.
 *
 * Everything here is done for many at once: those of one project whose requests wait together.
 * Nobody waits because another holds a hint.
 *
 * Rules of a grant: the project is open, the worker is in its audience, has never had
 * the task, and holds no other lease in the project (then he is given that one; where tasks
 * are picked he may hold DISPATCH_HELD_MAX, so that nobody keeps all of them from the others).
 * A share of what he gets, by chance, are tasks whose answer is known (gold): the project's share s
 * when he has had many, more while little is known of him. Of who was given n such tasks here it is
 *   s + (min(4 s, 1/2) - s) 5 / (5 + n), or s if that is more
 * for the model of src/quality/belief weighs five answers of the crowd against a worker's own.
 * Each draw is independent, and gold is claimed by the same statements, so neither order nor time
 * tells.
 *
 * Hedging: when nothing else is left for a worker, he gets a second copy of the task that has been
 * held for longest, among those held for dispatch.copy_after_percent of the time within which nine
 * of ten answers come; at most dispatch.copies for each place without an answer, and
 * as many in all as the project was paid for (decompose-stitch, 5.2). Never of a known task.
 * The first answers count, the later one is paid too; see task.h.
 */
#ifndef DISPATCH_H
#define DISPATCH_H
#include "assignment/assignment.h"

enum { DISPATCH_HELD_MAX = 10 };

/* A project as it stands: read once, by one statement, for all that a batch of requests asks. */
struct dispatch_desk {
	struct project
		project; /* what work asks of it: no brief, no org, no numbers of its budget */
	int64_t state;	 /* enum project_state_word */
	bool has_gold;
	int64_t allowed_us; /* how long a task may be held; see assignment_allowed_s */
	bool has_barred;    /* some workers get no more tasks */
	int64_t copies;	    /* places that are left for second copies */
	int64_t again_us;   /* when a task was opened again last; 0: none is */
	int64_t p90_us;	    /* from accept to submit; half of the allowed time while unknown */
};
/* ERR_MISSING no such project. */
MUST_USE enum err dispatch_desk(struct ctx *, project_id, struct dispatch_desk *);

/*
 * A worker asks for a task. `err` tells what becomes of it:
 * ERR_MISSING  the project is not for this worker, or not published
 * ERR_CONFLICT the project is not open
 * ERR_DENIED   a person has decided that this worker gets no more tasks here
 * and of a picked task also
 * ERR_DENIED   the project does not allow it
 * ERR_LIMIT    he holds as many as he may
 */
struct dispatch_ask {
	struct ctx *ctx; /* of who asks: his refusal goes there */
	user_id worker;
	task_id pick; /* that very task, where the project lets workers pick; 0: the next */
	enum err err;
	bool got; /* false: there is none for him now; a picked one is taken or was done before */
	struct assignment lease;
};
MUST_USE enum err dispatch_next(struct ctx *, const struct dispatch_desk *, struct dispatch_ask *,
				size_t count);

/*
 * A worker asks for the next task of any project that he may work on. In this order:
 *
 *   what he holds already, when he begins; then, while his run lasts, more of where he is;
 *   projects by priority (project.h); of equal ones those with the earliest deadline, those
 *   without one last; of equal ones again by lot.
 *
 * In one of DISPATCH_FAIR runs deadlines do not count, so that projects without one are never
 * left alone (decompose-stitch, 5.3: earliest deadline, with a tenth as a fair share). A run is
 * DISPATCH_RUN_US of the worker's own time: until it is over he stays where there is work for
 * him. The lot is drawn anew for each run from worker, run and project, so every server draws
 * the same, nothing is kept of it, and equal projects get equal shares of workers' time.
 *
 * Costs a comparison for each project that is open, and a look into the store for each that he is
 * offered until one has a task, 64 at most: one that had nothing for him is passed by for
 * DISPATCH_NONE_US, so the next request looks further. What is open is known for a second.
 */
enum { DISPATCH_FAIR = 10 };
#define DISPATCH_RUN_US (10 * USEC_MINUTE)
#define DISPATCH_NONE_US (2 * USEC_SECOND)
struct dispatch_stream {
	struct dispatch_ask ask; /* `err` stays OK: a project that is not for him is passed by */
	project_id at;		 /* where he is, 0: he begins */
	usec since;		 /* when his task there was given to him */
	const struct dispatch_desk *desk; /* of the project that the task is of */
};
MUST_USE enum err dispatch_any(struct ctx *, struct dispatch_stream *, size_t count);

/*
 * An answer that is handed in: checked against the project's template, kept, and whatever waits for
 * answers is signalled. `err`: ERR_INPUT with the path `answer.FIELD`; the others as
 * assignment_submit_all.
 */
struct dispatch_hand {
	struct ctx *ctx;
	user_id worker;
	task_id task;
	int64_t epoch;
	const struct json_value *answer;
	int64_t active_ms;
	enum err err;
};
MUST_USE enum err dispatch_submit(struct ctx *, const struct dispatch_desk *,
				  struct dispatch_hand *, size_t count);

/*
 * Give a worker as many known tasks as a newcomer. At once in this process; another one follows
 * when it reads his hint anew.
 */
MUST_USE enum err dispatch_watch(struct ctx *, project_id, user_id);
/* In thousandths, of who was given so many. */
int64_t dispatch_gold_share(int64_t share_permille, int64_t had);

extern const struct room dispatch_room;

#endif
