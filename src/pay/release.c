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

/* Mark what is due as paid and write its lines. What another process has marked first is its. */
static enum err batch_lines(struct ctx *c, struct batch *b, const struct assignment_unpaid *due,
			    size_t count)
{
	struct pay_line_add_row *row = NEW_MANY(c->mem, struct pay_line_add_row, count);
	bool *marked = NEW_MANY(c->mem, bool, count), *added = NEW_MANY(c->mem, bool, count);
	size_t n = 0;

	TRY(assignment_mark_paid(c, b->project, due, count, marked));
	for (size_t i = 0; i < count; i++) {
		if (!marked[i])
			continue;
		row[n++] = (struct pay_line_add_row){ due[i].task, due[i].worker };
		batch_count(b, due[i].worker);
	}
	TRY(pay_line_add(c, b->project, b->number, b->state.reward, b->state.fee, c->now, row, n,
			 added));
	for (size_t i = 0; i < n; i++)
		if (!added[i])
			return refuse(c, ERR_CONFLICT, "task %lld was paid for before",
				      (long long)row[i].task.v);
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
	if (b->state.reward.minor == 0)
		return OK;
	struct ledger_parcel *parcel = NEW_MANY(c->mem, struct ledger_parcel, b->shares);
	for (size_t i = 0; i < b->shares; i++) {
		parcel[i] = (struct ledger_parcel){
			.transfer = b->transfer,
			.account = pay_account_of_user(b->share[i].worker),
			.escrow = pay_escrow(b->project),
		};
		CHECK(money_times(b->state.reward, b->share[i].answers, &parcel[i].amount));
	}
	return ledger_escrow_send_all(c, pay_escrow(b->project), parcel, b->shares);
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
	TRY(batch_lines(c, &b, due, count));
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
	bool *fresh = NEW_MANY(c->mem, bool, open->count);

	TRY(ledger_account_receive(c, open->list, open->count, fresh));
	for (size_t i = 0; i < open->count; i++)
		if (fresh[i] && str_starts(open->list[i].transfer, S("bounce:")))
			TRY(tell_bounce(c, (project_id){ job->key }, &open->list[i]));
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
	bool *there = NEW_MANY(c->mem, bool, open->count);
	TRY(ledger_account_received(c, open->list, open->count, there));
	for (size_t i = 0; i < open->count; i++) {
		if (there[i])
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

	TRY(ledger_escrow_arrived(c, (escrow_id){ job->key }, open->list, open->count));
	return open->more ? job_signal(c, "pay.relay", job->key) : OK;
}
