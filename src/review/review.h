/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * review: people decide on answers, and time decides for them.
 *
 * A submitted answer is approved by a member of the requester's organisation, or by
 * itself once the project's `approve_after_s` has passed. A rejection needs a
 * reason, which the worker reads; its place is open again, its task's result is dropped
 * and the worker is told. Approved answers are paid by pay; no approval is ever
 * taken back here.
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

extern const struct room review_room;

#endif
