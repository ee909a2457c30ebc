/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * assignment: one worker's go at one task, from accept to its end.
 *
 * An assignment has no id of its own: (project, task, worker) is its name and its
 * unique key, so nobody is ever given the same task twice, also not one that he gave back: who
 * could draw again would choose (decompose-stitch, 4.5: one view for each task and group).
 * While it is accepted it holds one place of the task until `until`; a lease carries a
 * random `epoch`, and only who shows that epoch may submit. What may happen:
 *
 *   accepted -> submitted -> approved        (paid once by pay)
 *                         -> rejected        (place given back) -> approved (upheld)
 *            -> returned | expired           (place given back)
 *
 * The answer of a second copy that comes when its task is full is *spare*: approved at once, so it
 * is paid, and nothing is concluded from it.
 *
 * Work that comes late is kept, not thrown away: a submit with the right epoch after
 * the lease has expired counts as long as a place of the task is free.
 *
 * Who may get which task is the business of dispatch; whether an answer is any
 * good, of quality and review. Every function runs in the caller's transaction,
 * in the project's shard group.
 */
#ifndef ASSIGNMENT_H
#define ASSIGNMENT_H
#include "base/base.h"
#include "project/project.h"
#include "room/room.h"
#include "task/task.h"
#include "user/user.h"

enum assignment_state {
	ASSIGNMENT_ACCEPTED = 1,
	ASSIGNMENT_SUBMITTED = 2,
	ASSIGNMENT_APPROVED = 3,
	ASSIGNMENT_REJECTED = 4,
	ASSIGNMENT_RETURNED = 5,
	ASSIGNMENT_EXPIRED = 6,
};

struct str assignment_state_word(int64_t state); /* "accepted" … */

/* Who does what: the name of an assignment. */
struct assignment_key {
	project_id project;
	task_id task;
	user_id worker;
};

struct assignment {
	struct assignment_key key;
	int64_t state;
	int64_t epoch;
	usec accepted, until;
};

/* What became of a claim. */
enum assignment_claimed {
	ASSIGNMENT_FULL, /* no place is free */
	ASSIGNMENT_HAD,	 /* the worker has had the task before */
	ASSIGNMENT_GOT,	 /* leased: see `lease` */
};

struct assignment_claim {
	task_id task;
	user_id worker;
	enum assignment_claimed end;
	struct assignment lease;
};

/*
 * Claim places of a project's tasks, several at once, and lease them for `allowed_us`. A claim that
 * does not get its place leaves nothing behind: try another task.
 */
MUST_USE enum err assignment_claim(struct ctx *, project_id, int64_t allowed_us,
				   struct assignment_claim *, size_t count);
/* The same with a place for a second copy of a task whose places are all taken; see task_copy. The
 * tasks differ. */
MUST_USE enum err assignment_claim_copy(struct ctx *, project_id, int64_t allowed_us,
					int64_t copies, struct assignment_claim *, size_t count);
/* One of them. `*got` is false when there is no place or the worker has had the task. */
MUST_USE enum err assignment_accept(struct ctx *, struct assignment_key, int64_t allowed_us,
				    struct assignment *out, bool *got);

/* The lease that each of the workers holds in the project, the oldest if there are several. */
MUST_USE enum err assignment_held(struct ctx *, project_id, const user_id *, size_t count,
				  struct assignment *out, bool *found);

/* Whatever became of it. */
MUST_USE enum err assignment_look(struct ctx *, struct assignment_key, struct assignment *out,
				  bool *found);

/*
 * That the worker has had the task, so that a refusal may speak of it.
 * ERR_MISSING the project is not for him; ERR_CONFLICT it is, and he has not.
 */
MUST_USE enum err assignment_must_know(struct ctx *, struct assignment_key);

/*
 * The page is still open: the lease runs for `allowed_us` from now, but never past
 * ASSIGNMENT_EXTENSIONS times the allowed time after it was accepted.
 * ERR_CONFLICT the lease is over or is another one.
 */
enum { ASSIGNMENT_EXTENSIONS = 10 };
MUST_USE enum err assignment_heartbeat(struct ctx *, struct assignment_key, int64_t epoch,
				       int64_t allowed_us, usec *until);

/*
 * An open page tells of itself each `every_us`. The lease then ends ASSIGNMENT_SIGNS times that
 * after the last sign, ASSIGNMENT_SILENCE_MIN_US at least, but never later than was promised: so
 * a page that is gone gives its place back soon, and one that tells nothing keeps the whole time.
 * While the worker acts at it the promise runs along, that far ahead and no further than
 * the allowed time, within the bound of a heartbeat. `*until` is
 * the promised end. ERR_CONFLICT as above.
 */
enum { ASSIGNMENT_SIGNS = 3 };
#define ASSIGNMENT_SILENCE_MIN_US USEC_MINUTE
struct assignment_sign {
	int64_t every_us;
	bool acts;
	bool keeps; /* he may hold several and lay one aside: silence takes nothing */
};
MUST_USE enum err assignment_sign(struct ctx *, struct assignment_key, int64_t epoch,
				  int64_t allowed_us, const struct assignment_sign *, usec *until);

/* Keep what was done so far; any JSON object, checked only for size. ERR_CONFLICT as above. */
MUST_USE enum err assignment_draft(struct ctx *, struct assignment_key, int64_t epoch,
				   struct str body);
MUST_USE enum err assignment_draft_look(struct ctx *, struct assignment_key, struct str *body,
					bool *found);

/* An answer that is handed in. */
struct assignment_hand {
	struct ctx *ctx; /* of who hands it in: its refusal goes there */
	task_id task;
	user_id worker;
	int64_t epoch;
	struct str body;   /* the canonical JSON of a checked answer */
	int64_t active_ms; /* spent on it, as the page measured; at most since accept */
	enum err err;	   /* what becomes of it */
	bool fresh;	   /* false: the same answer was in already, and nothing is changed */
};

/*
 * Keep answers to a project's tasks, several at once; with `approve` they are approved by being
 * handed in. Signals what comes next: quality.judge for tasks that are full, pay.release for what
 * is approved. Of each is told in `err`:
 * ERR_INPUT    it is too large
 * ERR_CONFLICT the lease is another one, was given back, or a different answer is in;
 *              or it expired and every place has been taken since
 * ERR_MISSING  the project is not for him
 */
MUST_USE enum err assignment_submit_all(struct ctx *, project_id, bool approve,
					struct assignment_hand *, size_t count);
/* One of them; the refusals are as above. */
MUST_USE enum err assignment_submit(struct ctx *, struct assignment_key, int64_t epoch,
				    struct str body, int64_t active_ms, bool *fresh);

/*
 * Quotas of the project's template that an answer counts for (kind_quotas). A worker takes a place
 * of each, or of none: then `*full` is the first that has no more, else -1. Again for the
 * same assignment it moves his places. A place counts while the assignment is accepted, submitted
 * or approved; one that is approved after a rejection comes on top. Whoever is not at it (another
 * epoch, or it is handed in or given back) changes nothing here: a submit refuses him. Before
 * other rows of the project are changed, so that two do not wait in a circle.
 */
struct assignment_quota {
	int64_t number, max;
};
MUST_USE enum err assignment_quota_take(struct ctx *, struct assignment_key, int64_t epoch,
					const struct assignment_quota *, int count, int *full);
/* The same while he is at it; when one is full the task is given back. ERR_CONFLICT: heartbeat. */
MUST_USE enum err assignment_screen(struct ctx *, struct assignment_key, int64_t epoch,
				    const struct assignment_quota *, int count, bool *taken);

/* Give it back undone. A repeat is OK. ERR_CONFLICT the lease is another one or is submitted. */
MUST_USE enum err assignment_return(struct ctx *, struct assignment_key, int64_t epoch);

/* Leases past their time, at most `limit`: expired in bulk, their places open again. */
MUST_USE enum err assignment_expire(struct ctx *, int limit, int *expired);

/*
 * Approve what was submitted at or before `upto`, the oldest first, at most `limit`.
 * Signals pay.release for the project when there were any.
 */
MUST_USE enum err assignment_approve_due(struct ctx *, project_id, usec upto, int limit,
					 int64_t *approved);
/* One of them. `*changed` is false when it was decided before. ERR_MISSING there is none. */
MUST_USE enum err assignment_approve(struct ctx *, struct assignment_key, bool *changed);
/* Refuse the answer and open its place again. `*changed` and ERR_MISSING as for approve. */
MUST_USE enum err assignment_reject(struct ctx *, struct assignment_key, bool *changed);

/*
 * A refused answer is approved after all, in a place that task_restore finds; results that stand
 * without it are the caller's to drop. Signals pay.release. ERR_CONFLICT no place is free,
 * so nothing is left to pay it with; or it is not refused.
 */
MUST_USE enum err assignment_restore(struct ctx *, struct assignment_key);

/* For pay: approved and not yet paid, at most `limit`; and mark one as paid. */
struct assignment_unpaid {
	task_id task;
	user_id worker;
};
MUST_USE enum err assignment_unpaid(struct ctx *, project_id, int limit,
				    struct assignment_unpaid **out, size_t *count);
MUST_USE enum err assignment_mark_paid(struct ctx *, project_id, const struct assignment_unpaid *,
				       size_t count, bool *changed);

/*
 * How long workers take in a project, told by the judge for each batch: their time at work, of
 * which the mean of the batches' medians, weighted by answers over about the last thousand, is
 * kept; and the time from accept to submit, of which a sketch is kept with its p90. The times
 * at work are put in order.
 */
MUST_USE enum err assignment_pace_note(struct ctx *, project_id, int64_t *active_ms,
				       const int64_t *took_ms, size_t count);

/*
 * How long a worker may hold a task: as the requester has set it, or learned,
 *
 *   2 × p90 of the times from accept to submit, within 60 s to 30 min
 *
 * and PROJECT_TIME_FIRST_S until ASSIGNMENT_LEARNED_FROM answers are in. (p90 and not p95: the
 * times of those who are called away swell the last twentieth.)
 */
enum {
	ASSIGNMENT_LEARNED_FROM = 50,
	ASSIGNMENT_LEARNED_MIN_S = 60,
	ASSIGNMENT_LEARNED_MAX_S = 30 * 60,
};
int64_t assignment_allowed_s(int64_t set_s, int64_t timed, int64_t p90_ms);
MUST_USE enum err assignment_allowed(struct ctx *, const struct project *, int64_t *allowed_us);

/*
 * What a requester is told instead of a worker's account: a number that is the worker's in this
 * project alone, so that it says neither who he is nor what he does elsewhere.
 */
struct assignment_numbers {
	unsigned char key[32];
};
MUST_USE enum err assignment_numbers_open(struct ctx *, project_id, struct assignment_numbers *out);
int64_t assignment_number(struct arena *, const struct assignment_numbers *, user_id worker);
/* The way back; of a number that was made up it is nobody's. */
user_id assignment_number_worker(struct arena *, const struct assignment_numbers *, int64_t number);

extern const struct room assignment_room;

#endif
