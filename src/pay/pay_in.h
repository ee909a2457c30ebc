/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* pay, inside: what its own files share. */
#ifndef PAY_IN_H
#define PAY_IN_H
#include "pay/pay.h"
#include "room/room.h"

extern const struct web_route pay_routes[];

/* --- pay.c: reading --- */

/* Everything that publishing looks at, read across the groups ahead of any transaction. */
struct pay_plan {
	struct project project;
	struct project_state state;
	struct pay_quote quote;
	struct project_funding funding;
	struct kind_faults faults; /* what is in the way, but for money */
};
MUST_USE enum err pay_plan(struct ctx *, project_id, struct pay_plan *out);

/* --- fund.c: account to escrow --- */

/* What publishing does, decided by pay_publish_ready, often on another connection. */
struct pay_publish {
	project_id project;
	account_id account; /* of its org */
	money total;
	struct str transfer;
	struct project_funding funding;
	bool done; /* the same publish was accepted before: nothing to do */
};

/*
 * ERR_CONFLICT  published, or being published, for another total; or `total` (field) is not the
 *               quote of this draft
 * ERR_INPUT     something is in the way: the first fault, with its field
 */
MUST_USE enum err pay_publish_ready(struct ctx *, project_id, money total, struct pay_publish *out);
/*
 * Account group, or project group when there is nothing to pay. ERR_FUNDS: too little money.
 * ERR_CONFLICT: nothing to pay, and the project has just changed.
 */
MUST_USE enum err pay_publish_agreed(struct ctx *, const struct pay_publish *);

/* The jobs pay.fund and pay.funded. */
MUST_USE enum err pay_fund_before(struct ctx *, struct job *);
MUST_USE enum err pay_fund_body(struct ctx *, struct job *);
MUST_USE enum err pay_funded_before(struct ctx *, struct job *);
MUST_USE enum err pay_funded_body(struct ctx *, struct job *);

/* --- release.c: escrow to accounts --- */
MUST_USE enum err pay_release_body(struct ctx *, struct job *);
MUST_USE enum err pay_relay_before(struct ctx *, struct job *);
MUST_USE enum err pay_relay_body(struct ctx *, struct job *);
MUST_USE enum err pay_settle_before(struct ctx *, struct job *);
MUST_USE enum err pay_settle_body(struct ctx *, struct job *);

/* --- close.c --- */

/*
 * Close a project and shut its free places, in its own shard group. `*refund` is what goes back
 * now; the job pay.shut does the rest. A repeat is OK and refunds nothing.
 * ERR_CONFLICT  it is a draft, or its tasks are still being cut
 */
MUST_USE enum err pay_close(struct ctx *, project_id, money *refund);
/* Open -> paused and back. A repeat is OK. ERR_CONFLICT: the state is another one. */
MUST_USE enum err pay_pause(struct ctx *, project_id, bool pause);
MUST_USE enum err pay_shut_body(struct ctx *, struct job *);
MUST_USE enum err pay_deadline_before(struct ctx *, struct job *);
MUST_USE enum err pay_deadline_body(struct ctx *, struct job *);
MUST_USE enum err pay_overdue_body(struct ctx *, struct job *);

/* --- history.c --- */
MUST_USE enum err pay_history_before(struct ctx *, struct job *);
MUST_USE enum err pay_history_body(struct ctx *, struct job *);
MUST_USE enum err pay_news_before(struct ctx *, struct job *);
MUST_USE enum err pay_news_body(struct ctx *, struct job *);
MUST_USE enum err pay_tell_before(struct ctx *, struct job *);
MUST_USE enum err pay_tell_body(struct ctx *, struct job *);
MUST_USE enum err pay_told_body(struct ctx *, struct job *);

static inline account_id pay_account_of_org(org_id org)
{
	return (account_id){ org.v };
}

static inline account_id pay_account_of_user(user_id user)
{
	return (account_id){ user.v };
}

static inline escrow_id pay_escrow(project_id project)
{
	return (escrow_id){ project.v };
}

extern const struct room_option pay_publish_options[];
MUST_USE enum err pay_publish_command(struct ctx *, const struct room_call *);

#endif
