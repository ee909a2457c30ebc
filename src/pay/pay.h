/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * pay: a project's money, from the quote to the worker's balance.
 *
 * Publishing takes the whole budget (every place at its full price) out of the
 * org's account and puts it into the project's escrow; approved work takes one place's
 * price out of it, the reward for the worker and the fee for the house; closing
 * gives back exactly the places that it shuts. The price of a place is fixed when the
 * project is published and never changes after.
 *
 * Accounts and escrows lie in different shard groups, so every movement has two legs in
 * two transactions, the one that can be refused first, with an outbox between:
 *
 *   publish      account   available -> sent, outbox
 *   pay.fund     project   recv -> reserved, the project opens; or back at once (bounce) when
 *                          it is no longer what was paid for
 *   pay.funded   account   the outbox row is done
 *   pay.release  project   approved answers: reserved -> fee and sent, pay lines, outbox
 *   pay.shut     project   a closed project's places: reserved -> sent, outbox
 *   pay.relay    account   what the escrow sent: recv -> available
 *   pay.settle   project   the outbox rows are done
 *   pay.history  account   what was paid for, in the workers' histories
 *
 * Each of these may run twice or stop anywhere, and acts once. Reading the other
 * group is done ahead of the transaction, and only tells what to try.
 *
 * The history is a worker's own list of what became of his answers, kept beside his
 * account. Paid answers come with their money; what waits for a decision and what was
 * rejected follows within some twenty seconds.
 *
 * A project is closed by its org, or by the house when its deadline has passed. Closing
 * shuts every place that is free; places which workers still hold are paid or shut when they
 * come back.
 */
#ifndef PAY_H
#define PAY_H
#include "ledger/ledger.h"
#include "project/project.h"
#include "task/task.h"

/* What publishing costs, before it is done. */
struct pay_quote {
	int64_t tasks;
	int64_t known;	      /* of these, whose answer is known */
	int64_t answers_each; /* of a task, and of one whose answer is known */
	int64_t known_answers_each;
	int64_t answers;      /* places: each is one answer that may have to be paid;
				 (tasks - known) * answers_each + known * known_answers_each
				 + copies */
	int64_t copies;	      /* of these: second copies of slow tasks */
	money reward, fee;    /* of one answer; the fee is rounded here, once */
	money total;	      /* answers * (reward + fee) */
	money available;      /* in the org's account now */
	money missing;	      /* what the account lacks, or nothing */
	int64_t seconds_each; /* the requester's estimate, 0: none */
	money per_hour;	      /* of the worker, at that estimate; nothing without one */
	money floor_per_hour; /* the site's floor, or nothing */
};

/* ERR_MISSING no such project. ERR_LIMIT more places or money than can be counted. */
MUST_USE enum err pay_quote(struct ctx *, project_id, struct pay_quote *out);

/*
 * Agree to the quote as it stands and publish, for commands and tests: what a person agrees to
 * goes through the route, which asks for the total. It reads both groups.
 * Published already is OK and moves nothing.
 * ERR_INPUT     something is in the way: the first fault, with its field
 * ERR_FUNDS     the org has too little
 */
MUST_USE enum err pay_publish(struct ctx *, project_id);

/* What a project has cost so far and still may. */
struct pay_cost {
	money budget;  /* came in and did not bounce */
	money rewards; /* for workers */
	money fees;
	money reserved; /* for answers to come */
	money refunded;
	int64_t paid; /* answers */
};
MUST_USE enum err pay_cost(struct ctx *, project_id, struct pay_cost *out);

extern const struct room pay_room;

#endif
