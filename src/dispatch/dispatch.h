/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * dispatch: which task a worker gets next.
 *
 * The memory of this process is a hint, the claim in the store is the truth. For
 * each (worker, project) memory keeps the last task that was looked at; the next
 * candidate is the first open task behind it (one step in a partial index, whatever
 * has been done before). Claiming it may find nothing, then the hint moves on.
 * When nothing is open behind the hint, places that were opened again before it are
 * looked for. A lost or stale hint costs a look, never a wrong grant.
 *
 * Rules of a grant: the project is open, the worker is in its audience, has never had
 * the task, and holds no other lease in the project (then he is given that one; where tasks
 * are picked he may hold DISPATCH_HELD_MAX, so that nobody keeps all of them from the others).
 * A share of what he gets, by chance, are tasks whose answer is known (gold).
 */
#ifndef DISPATCH_H
#define DISPATCH_H
#include "assignment/assignment.h"

enum { DISPATCH_HELD_MAX = 10 };

/* A worker at a project, as it stands: read once, by one statement, for all that a request asks. */
struct dispatch_desk {
	struct project
		project; /* what work asks of it: no brief, no org, no numbers of its budget */
	int64_t state;	 /* enum project_state_word */
	bool has_gold;
	user_id worker;
};
/* ERR_MISSING no such project. */
MUST_USE enum err dispatch_desk(struct ctx *, project_id, user_id worker, struct dispatch_desk *);

/* Next task for the worker, leased; `*got` is false when there is none for him now.
 * ERR_MISSING  the project is not for this worker, or not published
 * ERR_CONFLICT the project is not open */
MUST_USE enum err dispatch_next(struct ctx *, const struct dispatch_desk *, struct assignment *out,
				bool *got);

/* That very task, where the project lets workers pick. `*got` is false when it is taken
 * or was done before. ERR_DENIED the project does not allow it; ERR_LIMIT he holds as many as he
 * may; the others as above. */
MUST_USE enum err dispatch_pick(struct ctx *, const struct dispatch_desk *, task_id,
				struct assignment *out, bool *got);

/*
 * Hand in an answer: checked against the project's template, kept, and whatever waits for answers
 * is signalled. ERR_INPUT with the path `answer.FIELD`; the others as assignment_submit.
 */
MUST_USE enum err dispatch_submit(struct ctx *, const struct dispatch_desk *, task_id,
				  int64_t epoch, const struct json_value *answer,
				  int64_t active_ms);

extern const struct room dispatch_room;

#endif
