/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * review: people decide on answers, and time decides for them.
 *
 * A submitted answer is approved by a member of the requester's organisation, or by
 * itself once the project's `approve_after_s` has passed. A rejection needs a
 * reason, which the worker reads; its place is open again, its task's result is dropped
 * and the worker is told. Approved answers are paid by pay; no approval is ever
 * taken back here.
 *
 * A worker may contest a rejection, once and with a text, and so a known answer that his own
 * is not like, as soon as nobody gets that item any more (contest.c says why). A reviewer
 * dismisses it with a reply or upholds it: then the answer is approved, a known answer is what
 * this worker said or is known no more, and results and scores of all who answered follow.
 */
#ifndef REVIEW_H
#define REVIEW_H
#include "assignment/assignment.h"

/* Approve one answer as `by`. A repeat is OK. ERR_MISSING none such; ERR_CONFLICT if rejected. */
MUST_USE enum err review_approve(struct ctx *, struct assignment_key);

/* Reject one answer. ERR_INPUT no reason; ERR_MISSING none such; ERR_CONFLICT it is approved. */
MUST_USE enum err review_reject(struct ctx *, struct assignment_key, struct str reason);

/* Approve what has waited long enough, at most `limit`. `*more` when some are left. */
MUST_USE enum err review_sweep(struct ctx *, project_id, int limit, bool *more);

enum { REVIEW_CONTEST_MAX = 1000 };
/*
 * ERR_INPUT no text, or too long; ERR_MISSING there is no judgement of this answer to contest;
 * ERR_CONFLICT it was contested before, or the project is closed and a rejection could not be paid.
 */
MUST_USE enum err review_contest(struct ctx *, struct assignment_key, struct str text);

/*      name      word */
#define REVIEW_CONTESTED_TABLE(X)                                           \
	X(RIGHT, "right")     /* a known answer becomes what he said */     \
	X(UNCLEAR, "unclear") /* nobody can know: a known answer no more */ \
	X(DISMISS, "dismiss")
enum review_contested {
#define REVIEW_CONTESTED_ENUM(name, word) REVIEW_##name,
	REVIEW_CONTESTED_TABLE(REVIEW_CONTESTED_ENUM)
#undef REVIEW_CONTESTED_ENUM
};
/*
 * Decide on what was contested. A repeat is OK. ERR_INPUT dismissed without a reply;
 * ERR_MISSING nothing was contested; ERR_CONFLICT it was decided otherwise, or no place is free to
 * pay the answer with, or it says nothing of what was known.
 */
MUST_USE enum err review_contest_decide(struct ctx *, struct assignment_key, enum review_contested,
					struct str reply);
/* ERR_CONFLICT a contested rejection waits: its money must stay. */
MUST_USE enum err review_must_be_settled(struct ctx *, project_id);

/*
 * What a person makes of doubts about a worker (src/quality/doubt/doubt.h): nothing; as many known
 * questions as for a newcomer; or no more tasks of this project, for a reason that the worker is
 * told: what he holds is given back and what waits is rejected with it, what was approved is paid.
 * The first two also end a pause. ERR_CONFLICT nothing speaks against him; ERR_INPUT a pause
 * without a reason.
 */
enum review_doubted { REVIEW_NOTHING, REVIEW_WATCH, REVIEW_PAUSE };
MUST_USE enum err review_worker_decide(struct ctx *, project_id, user_id worker,
				       enum review_doubted, struct str reason);

extern const struct room review_room;

#endif
