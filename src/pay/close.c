/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Closing: places are taken away for good, and exactly those are refunded. Computing the
 * refund from what is left in the escrow was turned down: a worker who still holds a place
 * would find nothing there for it.
 */
#include "audit/audit.h"
#include "job/job.h"
#include "pay/pay.sql.h"
#include "pay/pay_in.h"
#include "review/review.h"

enum { SHUT_TASKS = 2000 };

/* A held place comes back by itself, or is paid: look again after this. */
static const int64_t look_again_us = 5 * USEC_MINUTE;

static enum err refund(struct ctx *c, const struct project_state *state, int64_t places,
		       money *amount)
{
	int64_t after = state->refunded + places;
	struct ledger_parcel back = {
		.transfer = str_format(c->mem, "refund:%lld:%lld", (long long)state->id.v,
				       (long long)after),
		.account = pay_account_of_org(state->org),
		.escrow = pay_escrow(state->id),
	};
	bool moved;

	TRY(project_refunded(c, state->id, state->refunded, after, &moved));
	if (!moved)
		return refuse(c, ERR_BUSY, "the project is being closed");
	if (!money_times(state->unit, places, amount))
		return refuse(c, ERR_LIMIT, "the refund is too large");
	if (amount->minor == 0)
		return OK;
	struct escrow_line lines[] = { { ESCROW_RESERVED, { -amount->minor } },
				       { ESCROW_SENT, *amount } };
	TRY(ledger_escrow_post(c, back.escrow, back.transfer, lines, 2, &moved));
	CHECK(moved); /* `refunded` only grows, so its number is new */
	back.amount = *amount;
	TRY(ledger_escrow_send(c, &back));
	return job_signal(c, "pay.relay", state->id.v);
}

/* Shut what is free now, of a bounded number of tasks behind `after`; pay.shut does the others. */
static enum err shut(struct ctx *c, project_id id, task_id after, money *amount, bool *more)
{
	struct project_state state;
	task_id last;
	int64_t places, copies;

	*amount = (money){ 0 };
	TRY(task_shut(c, id, after, SHUT_TASKS, &places, &last, more));
	TRY(project_copies_shut(c, id, &copies));
	places += copies;
	if (places > 0) {
		TRY(project_state_get(c, id, &state));
		TRY(refund(c, &state, places, amount));
	}
	return *more ? job_signal_part(c, "pay.shut", id.v, last.v) : OK;
}

enum err pay_close(struct ctx *c, project_id id, money *amount)
{
	struct project_state state;
	bool moved, more;

	*amount = (money){ 0 };
	TRY(project_hold(c, id, &state));
	if (state.state == PROJECT_CLOSED)
		return OK;
	TRY(review_must_be_settled(c, id));
	if (state.state == PROJECT_DRAFT || state.state == PROJECT_LEAVING)
		return refuse(c, ERR_CONFLICT, "the project is not published");
	if (state.state == PROJECT_FUNDING)
		return refuse(c, ERR_CONFLICT, "the tasks are being cut: try again in a moment");
	TRY(project_state_move(c, id, (enum project_state_word)state.state, PROJECT_CLOSED,
			       &moved));
	if (!moved)
		return refuse(c, ERR_BUSY, "the project's state has just changed");
	TRY(audit_add(c, id.v, S("pay.close"), id.v, S("")));
	TRY(shut(c, id, (task_id){ 0 }, amount, &more));
	return more ? OK : job_at(c, "pay.shut", id.v, 0, usec_after(c->now, look_again_us));
}

enum err pay_shut_body(struct ctx *c, struct job *job)
{
	project_id id = { job->key };
	struct project_state state;
	money amount, left;
	bool more;

	TRY(project_state_get(c, id, &state));
	if (state.state != PROJECT_CLOSED)
		return OK;
	TRY(shut(c, id, (task_id){ job->part }, &amount, &more));
	if (more)
		return OK;
	TRY(ledger_escrow_balance(c, pay_escrow(id), ESCROW_RESERVED, &left));
	if (left.minor == 0)
		return OK;
	return job_at(c, "pay.shut", id.v, 0, usec_after(c->now, look_again_us));
}

enum err pay_pause(struct ctx *c, project_id id, bool pause)
{
	enum project_state_word from = pause ? PROJECT_OPEN : PROJECT_PAUSED;
	enum project_state_word to = pause ? PROJECT_PAUSED : PROJECT_OPEN;
	struct project_state state;
	bool moved;

	TRY(project_state_get(c, id, &state));
	if (state.state == to)
		return OK;
	TRY(project_state_move(c, id, from, to, &moved));
	if (!moved)
		return refuse(c, ERR_CONFLICT, "the project is not %s", pause ? "open" : "paused");
	return audit_add(c, id.v, pause ? S("pay.pause") : S("pay.resume"), id.v, S(""));
}

/* --- deadlines: each minute the house looks for projects whose time is over --- */

struct overdue {
	struct pay_overdue_projects *list;
	size_t count;
};

enum err pay_deadline_before(struct ctx *c, struct job *job)
{
	struct overdue *found = NEW(c->mem, struct overdue);

	TRY(pay_overdue_projects(c, c->now, &found->list, &found->count));
	job->prepared = found;
	return OK;
}

enum err pay_deadline_body(struct ctx *c, struct job *job)
{
	const struct overdue *found = job->prepared;

	for (size_t i = 0; i < found->count; i++)
		TRY(job_signal(c, "pay.overdue", found->list[i].project.v));
	return OK;
}

enum err pay_overdue_body(struct ctx *c, struct job *job)
{
	project_id id = { job->key };
	struct project project;
	money amount;

	/* The deadline may have been put off meanwhile. */
	TRY(project_get(c, id, &project));
	if (project.deadline.us == 0 || project.deadline.us > c->now.us)
		return OK;
	return pay_close(c, id, &amount);
}
