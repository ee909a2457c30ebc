/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What a project costs. The fee of an answer is rounded once, here, and the rounded
 * figure is what counts: a fee on the sum was turned down, since then no answer would have
 * a price of its own and refunds could not be exact.
 */
#include "base/setting.h"
#include "pay/pay.sql.h"
#include "job/tally.h"
#include "pay/pay_in.h"

static const int64_t hour_s = USEC_HOUR / USEC_SECOND;

/* The price of a place: what is stored with the project at publish. */
static enum err price(struct ctx *c, money reward, int64_t fee_permille, money *fee, money *unit)
{
	if (!money_share(reward, fee_permille, fee) || !money_add(reward, *fee, unit))
		return refuse_field(c, ERR_LIMIT, S("reward"), "the reward is too large");
	return OK;
}

static enum err plan_money(struct ctx *c, struct pay_plan *plan)
{
	struct pay_quote *q = &plan->quote;
	account_id account = pay_account_of_org(plan->project.org);
	money unit;

	if (plan->state.state == PROJECT_DRAFT) {
		q->reward = plan->project.reward;
		TRY(price(c, q->reward, plan->project.fee_permille, &q->fee, &unit));
		TRY(project_places(c, &plan->project, &plan->state, &q->answers, &q->copies));
		q->tasks = plan->state.records;
		q->answers_each = plan->project.redundancy;
		q->known_answers_each = plan->project.gold_redundancy;
	} else { /* the price that was paid */
		q->reward = plan->state.reward;
		q->fee = plan->state.fee;
		unit = plan->state.unit;
		q->answers = plan->state.places;
		q->copies = plan->state.copies;
		q->tasks = plan->state.tasks;
		q->answers_each = plan->state.redundancy;
		q->known_answers_each = plan->state.gold_redundancy;
	}
	q->known = plan->state.gold;
	if (!money_times(unit, q->answers, &q->total))
		return refuse_field(c, ERR_LIMIT, S("reward"), "the budget is too large");
	TRY(ledger_account_balance(c, account, ACCOUNT_AVAILABLE, &q->available));
	if (q->total.minor > q->available.minor)
		CHECK(money_sub(q->total, q->available, &q->missing));

	q->seconds_each = plan->project.estimate_s;
	q->floor_per_hour = (money){ setting_number(c, "pay.floor_per_hour_minor") };
	money hour;
	if (q->seconds_each > 0 && money_times(q->reward, hour_s, &hour))
		q->per_hour = (money){ hour.minor / q->seconds_each };
	plan->funding = (struct project_funding){
		.revision = plan->project.revision,
		.records = plan->state.records,
		.gold = plan->state.gold,
		.redundancy = plan->project.redundancy,
		.gold_redundancy = plan->project.gold_redundancy,
		.places = q->answers,
		.copies = q->copies,
		.unit = unit,
		.reward = q->reward,
		.fee = q->fee,
	};
	return OK;
}

enum err pay_plan(struct ctx *c, project_id id, struct pay_plan *out)
{
	*out = (struct pay_plan){ .faults = kind_faults_make(c->mem, (struct str){ 0 }) };
	TRY(project_get(c, id, &out->project));
	TRY(project_state_get(c, id, &out->state));
	TRY(plan_money(c, out));
	if (out->state.state != PROJECT_DRAFT)
		return OK;
	return project_faults(c, &out->project, &out->state, &out->faults);
}

enum err pay_quote(struct ctx *c, project_id id, struct pay_quote *out)
{
	struct pay_plan *plan = NEW(c->mem, struct pay_plan);

	TRY(pay_plan(c, id, plan));
	*out = plan->quote;
	return OK;
}

/*
 * By the count of places, since each has one price: the same whatever was paid before. That the
 * book says so too is what the invariants pay.escrow, pay.lines and pay.counted hold; summing
 * the book was turned down, since three entries come in with each batch.
 */
enum err pay_cost(struct ctx *c, project_id id, struct pay_cost *out)
{
	struct project_state state;
	int64_t paid;

	TRY(project_state_get(c, id, &state));
	TRY(tally_get(c, id.v, "paid", &paid));
	*out = (struct pay_cost){ .paid = paid };
	CHECK(money_times(state.unit, state.places, &out->budget) &&
	      money_times(state.reward, paid, &out->rewards) &&
	      money_times(state.fee, paid, &out->fees) &&
	      money_times(state.unit, state.refunded, &out->refunded) &&
	      money_times(state.unit, state.places - state.refunded - paid, &out->reserved));
	return OK;
}
