/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The way of money out of an escrow: approved answers are paid for in batches, one
 * transfer for each batch with a parcel for each worker, and a relay carries parcels to
 * their accounts. One transfer for each answer was turned down: it made six rows
 * where a batch needs less than two.
 */
#include "assignment/assignment.h"
#include "job/job.h"
#include "notice/notice.h"
#include "pay/pay.sql.h"
#include "job/tally.h"
#include "pay/pay_in.h"

enum { BATCH_MAX = 500 };

/* --- pay.release --- */

struct share {
	user_id worker;
	int64_t answers;
};

struct batch {
	project_id project;
	struct project_state state;
	int64_t number;
	struct str transfer;
	struct share *share;
	size_t shares;
	int64_t answers;
};

static void batch_count(struct batch *b, user_id worker)
{
	b->answers++;
	/* Backwards: the answers of a busy worker often follow each other. */
	for (size_t i = b->shares; i > 0; i--)
		if (b->share[i - 1].worker.v == worker.v) {
			b->share[i - 1].answers++;
			return;
		}
	b->share[b->shares++] = (struct share){ worker, 1 };
}

static enum err batch_line(struct ctx *c, struct batch *b, const struct assignment_unpaid *a)
{
	int64_t changed;
	bool marked;

	TRY(assignment_mark_paid(c, (struct assignment_key){ b->project, a->task, a->worker },
				 &marked));
	if (!marked)
		return OK; /* another process was first */
	TRY(pay_line_add(c, b->project, a->task, a->worker, b->number, b->state.reward,
			 b->state.fee, c->now, &changed));
	if (changed == 0)
		return refuse(c, ERR_CONFLICT, "task %lld was paid for before",
			      (long long)a->task.v);
	batch_count(b, a->worker);
	return OK;
}

static enum err batch_post(struct ctx *c, const struct batch *b)
{
	money unit, fee, reward;
	bool fresh;

	if (!money_times(b->state.unit, -b->answers, &unit) ||
	    !money_times(b->state.fee, b->answers, &fee) ||
	    !money_times(b->state.reward, b->answers, &reward))
		return refuse(c, ERR_LIMIT, "the batch is worth too much");
	struct escrow_line lines[] = { { ESCROW_RESERVED, unit },
				       { ESCROW_FEE, fee },
				       { ESCROW_SENT, reward } };
	TRY(ledger_escrow_post(c, pay_escrow(b->project), b->transfer, lines, 3, &fresh));
	if (!fresh && unit.minor != 0)
		return refuse(c, ERR_BUSY, "batch %lld was made meanwhile", (long long)b->number);
	for (size_t i = 0; i < b->shares && b->state.reward.minor > 0; i++) {
		struct ledger_parcel parcel = {
			.transfer = b->transfer,
			.account = pay_account_of_user(b->share[i].worker),
			.escrow = pay_escrow(b->project),
		};

		CHECK(money_times(b->state.reward, b->share[i].answers, &parcel.amount));
		TRY(ledger_escrow_send(c, &parcel));
	}
	return OK;
}

enum err pay_release_body(struct ctx *c, struct job *job)
{
	struct batch b = { .project = { job->key } };
	struct assignment_unpaid *due;
	struct pay_batch_last last;
	size_t count;

	TRY(assignment_unpaid(c, b.project, BATCH_MAX, &due, &count));
	if (count == 0)
		return OK;
	TRY(project_state_get(c, b.project, &b.state));
	TRY(pay_batch_last(c, b.project, &last));
	b.number = last.batch + 1;
	b.transfer = str_format(c->mem, "pay:%lld:%lld", (long long)job->key, (long long)b.number);
	b.share = NEW_MANY(c->mem, struct share, count);
	for (size_t i = 0; i < count; i++)
		TRY(batch_line(c, &b, &due[i]));
	if (b.answers == 0)
		return OK;
	TRY(batch_post(c, &b));
	TRY(tally_add(c, job->key, "paid", b.answers));
	if (b.state.reward.minor > 0)
		TRY(job_signal(c, "pay.relay", job->key));
	TRY(job_signal_part(c, "pay.history", job->key, b.number));
	return count == BATCH_MAX ? job_again(c, job) : OK;
}

/* --- pay.relay --- */

struct parcels {
	struct ledger_parcel *list;
	size_t count;
	bool more; /* pay.settle: some have not arrived */
};

enum err pay_relay_before(struct ctx *c, struct job *job)
{
	struct parcels *open = NEW(c->mem, struct parcels);

	TRY(ledger_escrow_open(c, (escrow_id){ job->key }, BATCH_MAX, &open->list, &open->count));
	job->prepared = open;
	return OK;
}

/* Whoever published it will wonder where the project is. */
static enum err tell_bounce(struct ctx *c, project_id id, const struct ledger_parcel *p)
{
	struct project project;
	user_id *people;
	size_t count;

	TRY(project_get(c, id, &project));
	TRY(org_people(c, project.org, ORG_MEMBER, &people, &count));
	for (size_t i = 0; i < count; i++)
		TRY(notice_add(
			c, people[i], p->transfer, S("money"),
			str_format(c->mem,
				   "The project \"%.*s\" was changed while it was being "
				   "published, so it is a draft again and its budget came back.",
				   STR_ARG(project.title))));
	return OK;
}

enum err pay_relay_body(struct ctx *c, struct job *job)
{
	const struct parcels *open = job->prepared;

	for (size_t i = 0; i < open->count; i++) {
		const struct ledger_parcel *p = &open->list[i];
		struct account_line lines[] = { { ACCOUNT_AVAILABLE, p->amount },
						{ ACCOUNT_RECV, { -p->amount.minor } } };
		bool fresh;

		TRY(ledger_account_post(c, p->account, p->transfer, lines, 2, &fresh));
		if (fresh && str_starts(p->transfer, S("bounce:")))
			TRY(tell_bounce(c, (project_id){ job->key }, p));
	}
	return open->count > 0 ? job_signal(c, "pay.settle", job->key) : OK;
}

/* --- pay.settle --- */

enum err pay_settle_before(struct ctx *c, struct job *job)
{
	struct parcels *open;
	size_t kept = 0;

	TRY(pay_relay_before(c, job));
	open = job->prepared;
	open->more = open->count == BATCH_MAX;
	for (size_t i = 0; i < open->count; i++) {
		bool arrived;

		TRY(ledger_account_has(c, open->list[i].account, open->list[i].transfer, &arrived));
		if (arrived)
			open->list[kept++] = open->list[i];
		else
			open->more = true;
	}
	open->count = kept;
	return OK;
}

enum err pay_settle_body(struct ctx *c, struct job *job)
{
	const struct parcels *open = job->prepared;

	for (size_t i = 0; i < open->count; i++)
		TRY(ledger_escrow_arrived(c, open->list[i].escrow, open->list[i].transfer,
					  open->list[i].account));
	return open->more ? job_signal(c, "pay.relay", job->key) : OK;
}
