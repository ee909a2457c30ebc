/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The way of a budget from the org's account into the project's escrow.
 *
 * Publishing reads the project first and moves money later, in another group, so what was
 * read may be old by then. The parcel's note therefore says what was paid for, and the
 * project takes the money only while it is still that; else the money turns
 * round at once. Holding the project still meanwhile was turned down: it would need a lock
 * that outlives a crash.
 */
#include "audit/audit.h"
#include "job/job.h"
#include "pay/pay.sql.h"
#include "pay/pay_in.h"

enum { PARCELS_MAX = 100, NOTE_MAX = 1000 };

/* --- the note --- */

static struct str note_write(struct ctx *c, const struct project_funding *f)
{
	struct json j = json_make(c->mem, NOTE_MAX);

	json_object(&j);
	json_i64_of(&j, "revision", f->revision);
	json_i64_of(&j, "records", f->records);
	json_i64_of(&j, "gold", f->gold);
	json_i64_of(&j, "redundancy", f->redundancy);
	json_i64_of(&j, "gold_redundancy", f->gold_redundancy);
	json_i64_of(&j, "places", f->places);
	json_i64_of(&j, "copies", f->copies);
	json_money_of(&j, "reward", f->reward);
	json_money_of(&j, "fee", f->fee);
	json_object_end(&j);
	return json_end(&j);
}

static int64_t note_number(const struct json_value *note, struct str name)
{
	int64_t n;

	CHECK(json_i64(json_get(note, name), 0, INT64_MAX, &n));
	return n;
}

/* The note is our own writing, so a fault in it is a bug. */
static struct project_funding note_read(struct ctx *c, struct str text)
{
	struct json_value *note;
	struct json_fault fault;

	CHECK(json_read(c->mem, text, &note, &fault));
	struct project_funding f = {
		.revision = note_number(note, S("revision")),
		.records = note_number(note, S("records")),
		.gold = note_number(note, S("gold")),
		.redundancy = note_number(note, S("redundancy")),
		.gold_redundancy = note_number(note, S("gold_redundancy")),
		.places = note_number(note, S("places")),
		.reward = { note_number(note, S("reward")) },
		.fee = { note_number(note, S("fee")) },
	};
	/* A note from before there were any. */
	if (json_get(note, S("copies")) != NULL)
		f.copies = note_number(note, S("copies"));
	CHECK(money_add(f.reward, f.fee, &f.unit));
	return f;
}

/* --- publish --- */

/* The project's parcels that lie in its org's outbox. */
static enum err parcels_of(struct ctx *c, account_id account, project_id project,
			   struct ledger_parcel **out, size_t *count)
{
	return ledger_account_open(c, account, pay_escrow(project), PARCELS_MAX, out, count);
}

/* Of these, `is_there` tells those that have come to the escrow from those on their way. */
static enum err sort_out(struct ctx *c, struct ledger_parcel *list, size_t *count, bool is_there)
{
	size_t kept = 0;

	for (size_t i = 0; i < *count; i++) {
		bool arrived;

		TRY(ledger_escrow_has(c, list[i].escrow, list[i].transfer, &arrived));
		if (arrived == is_there)
			list[kept++] = list[i];
	}
	*count = kept;
	return OK;
}

enum err pay_publish_ready(struct ctx *c, project_id id, money total, struct pay_publish *out)
{
	struct pay_plan *plan = NEW(c->mem, struct pay_plan);
	struct ledger_parcel *parcels;
	struct pay_funded_count before;
	size_t count;

	/*
	 * Named by how often the project was funded: what bounced may be tried again. Counted ahead
	 * of all other looks: if another's funding arrives between them, the name made here is the
	 * one that it has used, and moves nothing.
	 */
	TRY(pay_funded_count(c, id, &before));
	TRY(pay_plan(c, id, plan));
	*out = (struct pay_publish){
		.project = id,
		.account = pay_account_of_org(plan->project.org),
		.total = total,
		.funding = plan->funding,
	};
	if (plan->state.state != PROJECT_DRAFT) {
		out->done = plan->quote.total.minor == total.minor;
		return out->done ? OK : refuse(c, ERR_CONFLICT, "the project is published already");
	}
	TRY(parcels_of(c, out->account, id, &parcels, &count));
	/* In a draft, what has come has bounced too: it does not stand in the way of the next. */
	TRY(sort_out(c, parcels, &count, false));
	if (count > 0) {
		out->done = parcels[0].amount.minor == total.minor;
		return out->done ? OK : refuse(c, ERR_CONFLICT, "the project is being published");
	}
	if (plan->faults.count > 0)
		return refuse_field(c, ERR_INPUT, plan->faults.list[0].path, "%.*s",
				    STR_ARG(plan->faults.list[0].message));
	if (plan->quote.total.minor != total.minor)
		return refuse_field(c, ERR_CONFLICT, S("total"), "the quote is another one: %.*s",
				    STR_ARG(money_text(c->mem, plan->quote.total)));
	out->transfer =
		str_format(c->mem, "fund:%lld:%lld", (long long)id.v, (long long)before.times + 1);
	return OK;
}

enum err pay_publish_agreed(struct ctx *c, const struct pay_publish *p)
{
	struct account_line lines[] = { { ACCOUNT_AVAILABLE, { -p->total.minor } },
					{ ACCOUNT_SENT, p->total } };
	struct ledger_parcel parcel = {
		p->transfer, p->account, pay_escrow(p->project), p->total, { 0 }
	};
	bool moved;

	if (p->done)
		return OK;
	if (p->total.minor == 0) {
		TRY(project_fund(c, p->project, &p->funding, &moved));
		return moved ? OK : refuse(c, ERR_CONFLICT, "the project has just changed");
	}
	TRY(ledger_account_post(c, p->account, p->transfer, lines, 2, &moved));
	if (!moved)
		return OK; /* two clicks: the first has done it */
	parcel.note = note_write(c, &p->funding);
	TRY(ledger_account_send(c, &parcel));
	TRY(audit_add(c, p->account.v, S("pay.publish"), p->project.v, parcel.note));
	return job_signal(c, "pay.fund", p->project.v);
}

enum err pay_publish(struct ctx *c, project_id id)
{
	struct pay_publish ready;
	struct pay_quote quote;

	TRY(pay_quote(c, id, &quote));
	TRY(pay_publish_ready(c, id, quote.total, &ready));
	return pay_publish_agreed(c, &ready);
}

/* --- the jobs --- */

struct parcels {
	struct ledger_parcel *list;
	size_t count;
};

enum err pay_fund_before(struct ctx *c, struct job *job)
{
	struct parcels *found = NEW(c->mem, struct parcels);
	struct project_state state;
	project_id id = { job->key };

	TRY(project_state_get(c, id, &state));
	TRY(parcels_of(c, pay_account_of_org(state.org), id, &found->list, &found->count));
	job->prepared = found;
	return OK;
}

/* The project is not what was paid for: the money turns round. */
static enum err bounce(struct ctx *c, const struct ledger_parcel *parcel)
{
	struct str rest = str_cut(parcel->transfer, S("fund:").len, parcel->transfer.len);
	struct ledger_parcel back = { .account = parcel->account,
				      .escrow = parcel->escrow,
				      .amount = parcel->amount };
	struct escrow_line lines[] = { { ESCROW_RESERVED, { -parcel->amount.minor } },
				       { ESCROW_SENT, parcel->amount } };
	bool fresh;

	back.transfer = str_format(c->mem, "bounce:%.*s", STR_ARG(rest));
	TRY(ledger_escrow_post(c, back.escrow, back.transfer, lines, 2, &fresh));
	if (!fresh)
		return OK;
	TRY(ledger_escrow_send(c, &back));
	return job_signal(c, "pay.relay", back.escrow.v);
}

static enum err take_in(struct ctx *c, project_id project, const struct ledger_parcel *parcel)
{
	struct escrow_line lines[] = { { ESCROW_RESERVED, parcel->amount },
				       { ESCROW_RECV, { -parcel->amount.minor } } };
	struct project_funding funding = note_read(c, parcel->note);
	bool fresh, moved;

	TRY(ledger_escrow_post(c, parcel->escrow, parcel->transfer, lines, 2, &fresh));
	if (!fresh)
		return OK;
	TRY(project_fund(c, project, &funding, &moved));
	return moved ? OK : bounce(c, parcel);
}

enum err pay_fund_body(struct ctx *c, struct job *job)
{
	const struct parcels *found = job->prepared;

	for (size_t i = 0; i < found->count; i++)
		TRY(take_in(c, (project_id){ job->key }, &found->list[i]));
	return job_signal(c, "pay.funded", job->key);
}

enum err pay_funded_before(struct ctx *c, struct job *job)
{
	struct parcels *found;

	TRY(pay_fund_before(c, job));
	found = job->prepared;
	return sort_out(c, found->list, &found->count, true);
}

enum err pay_funded_body(struct ctx *c, struct job *job)
{
	const struct parcels *found = job->prepared;

	for (size_t i = 0; i < found->count; i++)
		TRY(ledger_account_arrived(c, found->list[i].account, found->list[i].transfer));
	return OK;
}
