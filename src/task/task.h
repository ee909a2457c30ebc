/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * task: the pieces of a project and their places.
 *
 * A task has `cap` places that were paid for and `need` of them on offer; `taken` are
 * held by workers at this moment, `filled` have an answer that counts. The store keeps
 * taken + filled <= need <= cap, whatever races. The row is narrow and knows neither workers
 * nor answers: assignment does.
 *
 *   stage   collecting -> full (all places filled) -> judged; a place that reopens: collecting
 *   open    1 while taken + filled < need: the index that dispatch walks
 *
 * Tasks are cut by the job `task.cut` after the project was paid for, from project_state's frozen
 * numbers: task n shows record n, with `redundancy` places, a gold one with `gold_redundancy`;
 * all of them are on offer, or `redundancy_least` where the project stops when sure. While they
 * are cut the project is `funding`; with the last of them it is `open`. So for every project from
 * `open` on the sum of cap + shut over its tasks is project_state.places, and what lies in escrow
 * is (sum of cap - answers paid) * unit.
 *
 * A slow task may have second copies out (decompose-stitch, 5.2): places beyond those that are
 * asked for, `extra` of its need and its cap, out of those that the project was paid for
 * (project_state.copies_left). It is full without them, filled >= need - extra: the answers that
 * come first count, each that comes later is *spare*, paid and left out, and makes its place an
 * ordinary one. A lease that ends without an answer takes an extra place along, whoever held it:
 * then the others are enough. So the sum of cap + shut is project_state.places less the copies
 * that no task has.
 *
 * Numbers of tasks may have gaps. Every function runs in the caller's transaction, in
 * the project's shard group. None looks at the project's state: who hands out work does.
 */
#ifndef TASK_H
#define TASK_H
#include "intake/intake.h"

typedef struct {
	int64_t v;
} task_id; /* 1, 2, 3 … in its project */

enum task_stage { TASK_COLLECTING = 0, TASK_FULL = 1, TASK_JUDGED = 2 };

struct task {
	task_id id;
	int64_t cap, need, taken, filled, shut, extra;
	int64_t stage; /* enum task_stage */
	bool open, gold;
};

/* ERR_MISSING: no such task. */
MUST_USE enum err task_get(struct ctx *, project_id, task_id, struct task *out);

/* The first open task behind `after`, gold or not as asked. One step in an index. */
MUST_USE enum err task_next_open(struct ctx *, project_id, task_id after, bool gold, task_id *out,
				 bool *found);

/*
 * Places of several tasks at once, in the order of their numbers, each task once. `n` is how many
 * are asked for, `got` how many there were.
 */
struct task_places {
	task_id task;
	int64_t n, got;
	bool full;     /* task_fill: the last place was among them */
	int64_t spare; /* task_fill: of the answers so many, the last, are spare */
};

/* Take places for workers: of a task all that are asked for, or one, or none. */
MUST_USE enum err task_claim(struct ctx *, project_id, struct task_places *, size_t count);
/* Taken just now, and not needed after all: as if nothing had been. CHECKs that they were taken. */
MUST_USE enum err task_unclaim(struct ctx *, project_id, struct task_places *, size_t count);
/*
 * Places for second copies, taken at once, `n` is 1: of tasks that collect with all their places
 * taken and none of them known, at most `copies` for each place without an answer. Nobody gets any
 * when the project has too few left.
 */
MUST_USE enum err task_copy(struct ctx *, project_id, int64_t copies, struct task_places *,
			    size_t count);
/* As task_unclaim. */
MUST_USE enum err task_uncopy(struct ctx *, project_id, struct task_places *, size_t count);
/* Taken places go back: returned or expired. They are handed out first. CHECKs likewise. */
MUST_USE enum err task_release(struct ctx *, project_id, struct task_places *, size_t count);
/* Taken places have their answers. Signals quality.judge for those that are full. CHECKs
 * likewise. */
MUST_USE enum err task_fill(struct ctx *, project_id, struct task_places *, size_t count);
/* The same for an answer that came late, after its place went back: `*got` when one is free. */
MUST_USE enum err task_fill_late(struct ctx *, project_id, task_id, bool *got, bool *full);
/* An answer no longer counts: its place is free again and the task collects again. */
MUST_USE enum err task_reopen(struct ctx *, project_id, task_id);

/*
 * A refused answer counts after all: it takes a place that is paid for and free, of this task or,
 * where none is, one of a gold task that has several left. `*got` is false where there is no such
 * place. The task is full or collects: its result, if it had one, is the caller's to drop.
 * Signals quality.judge when it is full.
 */
MUST_USE enum err task_restore(struct ctx *, project_id, task_id, bool *got);

/* Full -> judged; `moved[i]` is false when it is not full any more. */
MUST_USE enum err task_judged(struct ctx *, project_id, const task_id *, size_t count, bool *moved);
/* Is nothing left to do? True as well when there are no tasks at all. */
MUST_USE enum err task_all_judged(struct ctx *, project_id, bool *out);

/* Make a task gold (its known answer is kept by quality). `*changed` is false when it was. */
MUST_USE enum err task_make_gold(struct ctx *, project_id, task_id, bool *changed);

/* A judged task that nobody holds becomes gold, with up to `n` of its places that were paid for and
 * not needed: it collects again, and its result is the caller's to drop. It does not go before
 * others, as what was opened again does. `*moved` is false where there is no such place. */
MUST_USE enum err task_offer_gold(struct ctx *, project_id, task_id, int64_t n, bool *moved);
/* Offer no more of its places. Signals quality.judge when it is full. */
MUST_USE enum err task_withdraw_gold(struct ctx *, project_id, task_id, bool *moved);

/* The other way: an ordinary task that is offered to nobody else; full when nothing is held. Places
 * that were not used go back when the project is closed. */
MUST_USE enum err task_unmake_gold(struct ctx *, project_id, task_id, bool *changed);

/*
 * Shut free places for good, of up to `limit` tasks behind `after`: cap and need shrink to what is
 * taken or filled. `*places` is how many; refund exactly these. `*last` is where to go on;
 * `*more` when tasks may be left. A place that is given back later is free again: shut again.
 */
MUST_USE enum err task_shut(struct ctx *, project_id, task_id after, int64_t limit, int64_t *places,
			    task_id *last, bool *more);

/* What a worker sees of the task: {"title","instructions","blocks"}. */
MUST_USE enum err task_page(struct ctx *, const struct project *, task_id, struct json *out);
/* The cells of several tasks' records, as JSON; empty where there is no such task. */
MUST_USE enum err task_cells(struct ctx *, project_id, const task_id *, size_t count,
			     struct str *out);

/*
 * Offer one more of the places that were paid for: full or judged -> collecting. `*moved` is
 * false when all are on offer, or it collects already. Its result, if it had one, is the caller's
 * to drop.
 */
MUST_USE enum err task_widen(struct ctx *, project_id, task_id, bool *moved);

extern const struct room task_room;

#endif
