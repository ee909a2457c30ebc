/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "notice/notice.h"
#include "pay/pay.sql.h"
#include "pay/pay_in.h"
#include "project/project_in.h"
#include "review/review.h"
#include "tests/fixture.h"

/* The usual fixture: 3 tasks, 2 answers each, reward 10 and fee 2: a budget of 72. */
enum { ORG_START = 1000000, UNIT = 12, BUDGET = 72 };

static int64_t held(struct ctx *c, int64_t account, enum account_sub sub)
{
	money amount;

	WANT_OK(ledger_account_balance(c, (account_id){ account }, sub, &amount));
	return amount.minor;
}

static int64_t reserved(struct ctx *c, const struct fixture *f)
{
	money amount;

	WANT_OK(ledger_escrow_balance(c, pay_escrow(f->project), ESCROW_RESERVED, &amount));
	return amount.minor;
}

static int64_t state_of(struct ctx *c, const struct fixture *f)
{
	struct project_state state;

	WANT_OK(project_state_get(c, f->project, &state));
	return state.state;
}

static size_t open_parcels(struct ctx *c, const struct fixture *f)
{
	struct ledger_parcel *parcels;
	size_t in, out;

	WANT_OK(ledger_account_open(c, pay_account_of_org(f->org), pay_escrow(f->project), 100,
				    &parcels, &in));
	WANT_OK(ledger_escrow_open(c, pay_escrow(f->project), 100, &parcels, &out));
	return in + out;
}

static void approve(struct ctx *c, const struct fixture *f, int worker, int64_t task)
{
	bool changed;

	WANT_OK(assignment_approve(
		c, (struct assignment_key){ f->project, { task }, f->worker[worker] }, &changed));
	WANT(changed);
}

static void answer_and_approve(struct ctx *c, const struct fixture *f, int worker, int64_t task)
{
	fixture_answer(c, f, worker, task, "cat");
	approve(c, f, worker, task);
}

/* Every step of a job by hand, as a runner does it. */
struct step {
	enum err (*before)(struct ctx *, struct job *);
	enum err (*body)(struct ctx *, struct job *);
};

static void run(struct ctx *c, const struct fixture *f, struct step step, int times)
{
	struct job job = { .key = f->project.v };

	if (step.before != NULL)
		WANT_OK(step.before(c, &job));
	for (int i = 0; i < times; i++) {
		(void)store_touched(c->store);
		WANT_OK(step.body(c, &job));
		WANT(store_touched(c->store) != (STORE_PROJECT_SIDE | STORE_ACCOUNT_SIDE));
	}
}

static const struct step fund = { pay_fund_before, pay_fund_body };
static const struct step funded = { pay_funded_before, pay_funded_body };
static const struct step release = { NULL, pay_release_body };
static const struct step relay = { pay_relay_before, pay_relay_body };
static const struct step settle = { pay_settle_before, pay_settle_body };

/* --- quote --- */

TEST(pay, a_quote_is_places_times_reward_and_fee)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .draft = true });
	struct pay_quote q;

	WANT_OK(pay_quote(c, f.project, &q));
	WANT_I64(3, q.tasks);
	WANT_I64(6, q.answers);
	WANT_I64(10, q.reward.minor);
	WANT_I64(2, q.fee.minor);
	WANT_I64(BUDGET, q.total.minor);
	WANT_I64(ORG_START, q.available.minor);
	WANT_I64(0, q.missing.minor);
}

TEST(pay, a_quote_tells_what_known_items_cost)
{
	struct fixture f =
		fixture_open(c, (struct fixture_shape){ .tasks = 3, .gold = 1, .draft = true });
	struct project_edit more = { .id = f.project,
				     .gold_redundancy = 100,
				     .has_gold_redundancy = true };
	struct pay_quote q;

	WANT_OK(project_change(c, &more));
	WANT_OK(pay_quote(c, f.project, &q));
	WANT_I64(1, q.known);
	WANT_I64(2, q.answers_each);
	WANT_I64(100, q.known_answers_each);
	WANT_I64(2 * 2 + 100, q.answers);
}

static int64_t fee_of(struct ctx *c, int64_t reward)
{
	struct fixture f =
		fixture_open(c, (struct fixture_shape){ .draft = true, .reward_minor = reward });
	struct pay_quote q;

	WANT_OK(pay_quote(c, f.project, &q));
	WANT_I64(6 * (reward + q.fee.minor), q.total.minor);
	return q.fee.minor;
}

TEST(pay, a_fee_below_a_half_is_rounded_down_once_per_answer)
{
	WANT_I64(1, fee_of(c, 7)); /* 1.4 */
}

TEST(pay, a_fee_above_a_half_is_rounded_up_once_per_answer)
{
	WANT_I64(2, fee_of(c, 8)); /* 1.6 */
}

/* --- publish --- */

TEST(pay, publishing_moves_the_budget_into_the_escrow_and_opens_the_project)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ 0 });

	WANT_I64(ORG_START - BUDGET, held(c, f.org.v, ACCOUNT_AVAILABLE));
	WANT_I64(BUDGET, reserved(c, &f));
	WANT_I64(PROJECT_OPEN, state_of(c, &f));
	WANT_I64(0, (int64_t)open_parcels(c, &f));
}

TEST(pay, another_total_than_the_quote_is_refused)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .draft = true });
	struct pay_publish p;

	WANT_ERR(ERR_CONFLICT, pay_publish_ready(c, f.project, (money){ BUDGET - 1 }, &p));
	WANT_ERR(ERR_CONFLICT, pay_publish_ready(c, f.project, (money){ BUDGET + 1 }, &p));
	WANT_OK(pay_publish_ready(c, f.project, (money){ BUDGET }, &p));
	WANT_I64(ORG_START, held(c, f.org.v, ACCOUNT_AVAILABLE));
}

TEST(pay, publishing_without_the_money_is_refused_and_moves_nothing)
{
	struct fixture f =
		fixture_open(c, (struct fixture_shape){ .draft = true, .reward_minor = ORG_START });

	WANT_ERR(ERR_FUNDS, pay_publish(c, f.project));
	test_run_jobs(c);
	WANT_I64(ORG_START, held(c, f.org.v, ACCOUNT_AVAILABLE));
	WANT_I64(PROJECT_DRAFT, state_of(c, &f));
}

TEST(pay, a_fault_in_the_project_stands_in_the_way_of_publishing)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .draft = true });
	project_id empty;

	WANT_OK(project_new(c, f.org, S("Empty"), &empty));
	WANT_ERR(ERR_INPUT, pay_publish(c, empty));
}

TEST(pay, two_clicks_publish_once)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .draft = true });
	struct pay_publish first, second, third;

	WANT_OK(pay_publish_ready(c, f.project, (money){ BUDGET }, &first));
	WANT_OK(pay_publish_ready(c, f.project, (money){ BUDGET }, &second));
	WANT_OK(pay_publish_agreed(c, &first));
	WANT_OK(pay_publish_agreed(c, &second));
	WANT_OK(pay_publish_ready(c, f.project, (money){ BUDGET }, &third));
	WANT_OK(pay_publish_agreed(c, &third));
	WANT_I64(ORG_START - BUDGET, held(c, f.org.v, ACCOUNT_AVAILABLE));
	WANT_ERR(ERR_CONFLICT, pay_publish_ready(c, f.project, (money){ BUDGET + 1 }, &third));
	test_run_jobs(c);
	WANT_I64(BUDGET, reserved(c, &f));

	/* The reply was lost and the request comes again. */
	WANT_OK(pay_publish_ready(c, f.project, (money){ BUDGET }, &third));
	WANT_OK(pay_publish_agreed(c, &third));
	WANT_ERR(ERR_CONFLICT, pay_publish_ready(c, f.project, (money){ BUDGET - 1 }, &third));
	test_run_jobs(c);
	WANT_I64(BUDGET, reserved(c, &f));
	WANT_I64(ORG_START - BUDGET, held(c, f.org.v, ACCOUNT_AVAILABLE));
}

TEST(pay, money_for_a_project_that_was_changed_meanwhile_comes_back)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .draft = true });
	struct project_edit edit = { .id = f.project, .reward = { 11 }, .has_reward = true };
	int64_t unread;

	WANT_OK(pay_publish(c, f.project));
	WANT_OK(project_change(c, &edit));
	test_run_jobs(c);
	WANT_I64(PROJECT_DRAFT, state_of(c, &f));
	WANT_I64(ORG_START, held(c, f.org.v, ACCOUNT_AVAILABLE));
	WANT_I64(0, reserved(c, &f));
	WANT_I64(0, (int64_t)open_parcels(c, &f));
	WANT_OK(notice_unread(c, f.requester, &unread));
	WANT_I64(1, unread);

	WANT_OK(pay_publish(c, f.project)); /* the new price this time */
	test_run_jobs(c);
	WANT_I64(PROJECT_OPEN, state_of(c, &f));
	WANT_I64(6 * 13, reserved(c, &f));
}

TEST(pay, what_has_bounced_does_not_stand_for_the_next_publishing)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .draft = true });
	struct project_edit edit = { .id = f.project, .title = S("Anew"), .has_title = true };
	struct pay_publish again;

	WANT_OK(pay_publish(c, f.project));
	WANT_OK(project_change(c, &edit));
	run(c, &f, fund, 1);			   /* turned round, and not marked yet */
	WANT_I64(2, (int64_t)open_parcels(c, &f)); /* there and back */
	WANT_OK(pay_publish_ready(c, f.project, (money){ BUDGET }, &again));
	WANT(!again.done);
	WANT_OK(pay_publish_agreed(c, &again));
	test_run_jobs(c);
	WANT_I64(PROJECT_OPEN, state_of(c, &f));
	WANT_I64(BUDGET, reserved(c, &f));
	WANT_I64(ORG_START - BUDGET, held(c, f.org.v, ACCOUNT_AVAILABLE));
}

TEST(pay, each_leg_of_funding_may_run_again)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .draft = true });

	WANT_OK(pay_publish(c, f.project));
	run(c, &f, fund, 2);
	run(c, &f, fund, 1); /* a crash before pay.funded: found again */
	WANT_I64(BUDGET, reserved(c, &f));
	WANT_I64(1, (int64_t)open_parcels(c, &f));
	run(c, &f, funded, 2);
	WANT_I64(0, (int64_t)open_parcels(c, &f));
	test_run_jobs(c);
	WANT_I64(BUDGET, reserved(c, &f));
	WANT_I64(PROJECT_OPEN, state_of(c, &f));
}

TEST(pay, a_budget_arrives_however_many_of_the_org_are_under_way)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .draft = true });
	account_id account = pay_account_of_org(f.org);
	struct account_line lines[] = { { ACCOUNT_AVAILABLE, { -1 } }, { ACCOUNT_SENT, { 1 } } };
	bool fresh;

	for (int i = 0; i < 120; i++) {
		struct ledger_parcel other = {
			str_format(c->mem, "fund:1%03d:1", i), account, { 1000 + i }, { 1 }, S("")
		};

		WANT_OK(ledger_account_post(c, account, other.transfer, lines, 2, &fresh));
		WANT_OK(ledger_account_send(c, &other));
	}
	WANT_OK(pay_publish(c, f.project));
	test_run_jobs(c);
	WANT_I64(PROJECT_OPEN, state_of(c, &f));
	WANT_I64(0, (int64_t)open_parcels(c, &f));
}

TEST(pay, a_budget_is_not_marked_before_it_has_arrived)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .draft = true });

	WANT_OK(pay_publish(c, f.project));
	run(c, &f, funded, 1);
	WANT_I64(1, (int64_t)open_parcels(c, &f));
}

/* --- release --- */

TEST(pay, an_approved_answer_becomes_the_workers_money)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ 0 });
	struct pay_cost cost;

	answer_and_approve(c, &f, 0, 1);
	answer_and_approve(c, &f, 0, 2);
	answer_and_approve(c, &f, 1, 1);
	test_run_jobs(c);
	WANT_I64(20, held(c, f.worker[0].v, ACCOUNT_AVAILABLE));
	WANT_I64(10, held(c, f.worker[1].v, ACCOUNT_AVAILABLE));
	WANT_I64(BUDGET - 3 * UNIT, reserved(c, &f));
	WANT_I64(0, (int64_t)open_parcels(c, &f));
	WANT_OK(pay_cost(c, f.project, &cost));
	WANT_I64(BUDGET, cost.budget.minor);
	WANT_I64(30, cost.rewards.minor);
	WANT_I64(6, cost.fees.minor);
	WANT_I64(BUDGET - 3 * UNIT, cost.reserved.minor);
	WANT_I64(3, cost.paid);
}

TEST(pay, an_answer_that_is_not_approved_is_not_paid)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .approve_after_s = 3600 });

	fixture_answer(c, &f, 0, 1, "cat");
	run(c, &f, release, 1);
	test_run_jobs(c);
	WANT_I64(0, held(c, f.worker[0].v, ACCOUNT_AVAILABLE));
	WANT_I64(BUDGET, reserved(c, &f));
}

TEST(pay, each_leg_of_a_payment_may_run_again)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ 0 });

	answer_and_approve(c, &f, 0, 1);
	answer_and_approve(c, &f, 1, 1);
	run(c, &f, release, 3);
	WANT_I64(BUDGET - 2 * UNIT, reserved(c, &f));
	run(c, &f, relay, 3);
	WANT_I64(10, held(c, f.worker[0].v, ACCOUNT_AVAILABLE));
	run(c, &f, relay, 1); /* a crash before pay.settle: the same parcels again */
	WANT_I64(10, held(c, f.worker[0].v, ACCOUNT_AVAILABLE));
	WANT_I64(2, (int64_t)open_parcels(c, &f));
	run(c, &f, settle, 2);
	WANT_I64(0, (int64_t)open_parcels(c, &f));
	test_run_jobs(c);
	WANT_I64(10, held(c, f.worker[0].v, ACCOUNT_AVAILABLE));
}

TEST(pay, a_payment_is_not_marked_before_it_has_arrived)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ 0 });

	answer_and_approve(c, &f, 0, 1);
	run(c, &f, release, 1);
	run(c, &f, settle, 1);
	WANT_I64(1, (int64_t)open_parcels(c, &f));
	test_run_jobs(c); /* and settle has asked for another relay */
	WANT_I64(0, (int64_t)open_parcels(c, &f));
	WANT_I64(10, held(c, f.worker[0].v, ACCOUNT_AVAILABLE));
}

TEST(pay, many_approvals_at_once_are_all_paid)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .tasks = 260 });

	for (int task = 1; task <= 260; task++)
		for (int worker = 0; worker < 2; worker++)
			answer_and_approve(c, &f, worker, task);
	test_run_jobs(c);
	WANT_I64(2600, held(c, f.worker[0].v, ACCOUNT_AVAILABLE));
	WANT_I64(2600, held(c, f.worker[1].v, ACCOUNT_AVAILABLE));
	WANT_I64(0, reserved(c, &f));
}

/* --- close, pause, deadline --- */

TEST(pay, closing_refunds_exactly_what_is_shut)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ 0 });
	struct assignment lease;
	money refund;
	bool got;

	answer_and_approve(c, &f, 0, 1);
	WANT_OK(assignment_accept(c, (struct assignment_key){ f.project, { 2 }, f.worker[0] },
				  600 * USEC_SECOND, &lease, &got));
	WANT(got);
	WANT_OK(pay_close(c, f.project, &refund));
	WANT_I64(4 * UNIT, refund.minor); /* one place is paid, one is held */
	WANT_OK(pay_close(c, f.project, &refund));
	WANT_I64(0, refund.minor);
	test_run_jobs(c);
	WANT_I64(PROJECT_CLOSED, state_of(c, &f));
	WANT_I64(UNIT, reserved(c, &f));
	WANT_I64(ORG_START - 2 * UNIT, held(c, f.org.v, ACCOUNT_AVAILABLE));

	/* The lease runs out, its place is shut as well. */
	test_wait(c, USEC_HOUR);
	test_run_jobs(c);
	test_wait(c, USEC_HOUR);
	test_run_jobs(c);
	WANT_I64(0, reserved(c, &f));
	WANT_I64(ORG_START - UNIT, held(c, f.org.v, ACCOUNT_AVAILABLE));
	WANT_I64(10, held(c, f.worker[0].v, ACCOUNT_AVAILABLE));
}

TEST(pay, work_under_way_is_paid_after_closing)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .approve_after_s = 60 });
	money refund;

	fixture_answer(c, &f, 0, 1, "cat");
	WANT_OK(pay_close(c, f.project, &refund));
	WANT_I64(5 * UNIT, refund.minor);
	approve(c, &f, 0, 1);
	test_run_jobs(c);
	WANT_I64(10, held(c, f.worker[0].v, ACCOUNT_AVAILABLE));
	WANT_I64(0, reserved(c, &f));
}

TEST(pay, a_draft_cannot_be_closed_paused_or_resumed)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .draft = true });
	money refund;

	WANT_ERR(ERR_CONFLICT, pay_close(c, f.project, &refund));
	WANT_ERR(ERR_CONFLICT, pay_pause(c, f.project, true));
	WANT_ERR(ERR_CONFLICT, pay_pause(c, f.project, false));
}

TEST(pay, a_project_pauses_and_resumes)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ 0 });

	WANT_OK(pay_pause(c, f.project, true));
	WANT_OK(pay_pause(c, f.project, true));
	WANT_I64(PROJECT_PAUSED, state_of(c, &f));
	WANT_OK(pay_pause(c, f.project, false));
	WANT_I64(PROJECT_OPEN, state_of(c, &f));
}

TEST(pay, a_project_past_its_deadline_is_closed)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ 0 });
	struct project_edit edit = {
		.id = f.project,
		.deadline = usec_text(c->mem, usec_after(c->now, USEC_HOUR)),
		.has_deadline = true,
	};

	WANT_OK(project_change(c, &edit));
	test_wait(c, USEC_MINUTE * 59);
	test_run_jobs(c);
	WANT_I64(PROJECT_OPEN, state_of(c, &f));
	test_wait(c, USEC_MINUTE * 2);
	test_run_jobs(c);
	WANT_I64(PROJECT_CLOSED, state_of(c, &f));
	WANT_I64(ORG_START, held(c, f.org.v, ACCOUNT_AVAILABLE));
}

/* --- history --- */

static struct pay_history_page *history(struct ctx *c, user_id worker, size_t *count)
{
	struct pay_history_page *rows;

	WANT_OK(pay_history_page(c, pay_account_of_user(worker), (usec){ INT64_MAX },
				 (project_id){ 0 }, (task_id){ 0 }, 100, &rows, count));
	return rows;
}

TEST(pay, a_history_follows_an_answer_from_waiting_to_paid)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .approve_after_s = 86400 });
	struct pay_history_waiting waiting;
	struct pay_history_page *rows;
	size_t count;

	fixture_answer(c, &f, 0, 1, "cat");
	test_wait(c, USEC_MINUTE);
	test_run_jobs(c);
	rows = history(c, f.worker[0], &count);
	WANT_I64(1, (int64_t)count);
	WANT_I64(ASSIGNMENT_SUBMITTED, rows[0].state);
	WANT_OK(pay_history_waiting(c, pay_account_of_user(f.worker[0]), &waiting));
	WANT_I64(10, waiting.reward.minor);

	approve(c, &f, 0, 1);
	test_run_jobs(c);
	rows = history(c, f.worker[0], &count);
	WANT_I64(1, (int64_t)count);
	WANT_I64(ASSIGNMENT_APPROVED, rows[0].state);
	WANT_I64(10, rows[0].reward.minor);
	WANT_OK(pay_history_waiting(c, pay_account_of_user(f.worker[0]), &waiting));
	WANT_I64(0, waiting.reward.minor);
}

TEST(pay, a_history_gives_the_reason_of_a_rejection)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .approve_after_s = 86400 });
	struct pay_history_page *rows;
	size_t count;

	fixture_answer(c, &f, 0, 1, "dog");
	WANT_OK(review_reject(c, (struct assignment_key){ f.project, { 1 }, f.worker[0] },
			      S("it is a cat")));
	test_wait(c, USEC_MINUTE);
	test_run_jobs(c);
	rows = history(c, f.worker[0], &count);
	WANT_I64(1, (int64_t)count);
	WANT_I64(ASSIGNMENT_REJECTED, rows[0].state);
	WANT_STR(S("it is a cat"), rows[0].reason);
	WANT_I64(0, held(c, f.worker[0].v, ACCOUNT_AVAILABLE));
}

TEST(pay, news_that_come_late_do_not_undo_a_paid_line)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .approve_after_s = 86400 });
	struct job job = { .key = f.project.v };
	struct pay_history_page *rows;
	size_t count;

	fixture_answer(c, &f, 0, 1, "cat");
	test_wait(c, USEC_MINUTE);
	WANT_OK(pay_tell_before(c, &job)); /* read while it waits, written after it was paid */
	approve(c, &f, 0, 1);
	test_run_jobs(c);
	WANT_OK(pay_tell_body(c, &job));
	rows = history(c, f.worker[0], &count);
	WANT_I64(1, (int64_t)count);
	WANT_I64(ASSIGNMENT_APPROVED, rows[0].state);
}

/* --- a property --- */

static void act(struct ctx *c, const struct fixture *f, uint64_t what)
{
	static const struct step steps[] = { { pay_fund_before, pay_fund_body },
					     { pay_funded_before, pay_funded_body },
					     { NULL, pay_release_body },
					     { pay_relay_before, pay_relay_body },
					     { pay_settle_before, pay_settle_body } };
	struct assignment_key key = { f->project,
				      { 1 + (int64_t)(ctx_random(c) % 3) },
				      f->worker[ctx_random(c) % 3] };
	struct assignment a = { 0 };
	bool done;
	money refund;

	WANT_OK(assignment_look(c, key, &a, &done));
	if (what < 6)
		ATTEMPT(assignment_accept(c, key, USEC_HOUR, &a, &done));
	else if (what < 12)
		ATTEMPT(assignment_submit(c, key, a.epoch, S("{\"label\":\"cat\"}"), 1000, &done));
	else if (what < 16)
		ATTEMPT(assignment_approve(c, key, &done));
	else if (what < 18)
		ATTEMPT(review_reject(c, key, S("no")));
	else if (what < 20)
		ATTEMPT(assignment_return(c, key, a.epoch));
	else if (what < 26)
		run(c, f, steps[ctx_random(c) % 5], 1 + (int)(ctx_random(c) % 2));
	else if (what < 27)
		test_wait(c, 5 * USEC_MINUTE);
	else if (what < 28)
		ATTEMPT(pay_pause(c, f->project, ctx_random(c) % 2));
	else if (ctx_random(c) % 8 == 0)
		ATTEMPT(pay_close(c, f->project, &refund));
}

static size_t broken(struct ctx *c, const struct room *room, const char *only)
{
	size_t sum = 0;

	for (const struct room_invariant *i = room->invariants; i->name != NULL; i++) {
		struct store_rows rows = { 0 };

		if (only != NULL && !str_eq(str_of(only), str_of(i->name)))
			continue;
		WANT_OK(store_run(c, i->query, NULL, NULL, &rows));
		sum += rows.count;
	}
	return sum;
}

/* Whatever happens in whatever order, the books are sound after each step, and nothing is lost. */
PROPERTY(pay, money_is_never_lost_or_made)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .approve_after_s = 86400 });
	int64_t sum = 0;
	money fee;

	for (int i = 0; i < 120; i++) {
		act(c, &f, ctx_random(c) % 29 + (i > 60));
		if (i % 5 == 0)
			WANT_I64(0, (int64_t)(broken(c, &ledger_room, NULL) +
					      broken(c, &pay_room, NULL)));
	}
	test_run_jobs(c);
	for (int i = 0; i < FIXTURE_WORKERS; i++)
		sum += held(c, f.worker[i].v, ACCOUNT_AVAILABLE);
	WANT_OK(ledger_escrow_balance(c, pay_escrow(f.project), ESCROW_FEE, &fee));
	sum += held(c, f.org.v, ACCOUNT_AVAILABLE) + reserved(c, &f) + fee.minor;
	WANT_I64(ORG_START, sum);
	WANT_I64(0, (int64_t)open_parcels(c, &f));
}

/* --- the invariants: each sees its fault --- */

static enum err run_plainly(struct ctx *c, const struct store_stmt *stmt)
{
	int64_t changed;

	TRY(store_run(c, stmt, NULL, &changed, NULL));
	return changed > 0 ? OK : refuse(c, ERR_MISSING, "the fault changes nothing");
}

/* The fault is made inside a savepoint, and taken back, so that the test ends sound. */
static void wants_fault(struct ctx *c, const struct store_stmt *fault, const char *invariant)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ 0 });

	answer_and_approve(c, &f, 0, 1);
	answer_and_approve(c, &f, 1, 1);
	test_run_jobs(c);
	WANT_I64(0, (int64_t)broken(c, &pay_room, invariant));
	test_save(c);
	WANT_OK(run_plainly(c, fault));
	WANT(broken(c, &pay_room, invariant) > 0);
	test_attempt(c, ERR_INPUT);
	WANT_I64(0, (int64_t)broken(c, &pay_room, invariant));
}

#define FAULT_TEST(name, invariant, sql_)                                                        \
	TEST(pay, name)                                                                          \
	{                                                                                        \
		static const struct store_stmt fault = { "fault", sql_, "",   "", STORE_CHANGED, \
							 "local", 0,	NULL, "" };              \
		wants_fault(c, &fault, invariant);                                               \
	}

FAULT_TEST(
	a_reserve_that_was_edited_is_seen, "pay.escrow",
	"UPDATE project_entry SET amount_minor = 73 WHERE sub = 'reserved' AND amount_minor = 72")
FAULT_TEST(a_place_that_nobody_paid_for_is_seen, "pay.places",
	   "UPDATE task SET cap = cap + 1, need = need + 1 WHERE id = 2")
FAULT_TEST(a_refund_without_shut_places_is_seen, "pay.places",
	   "UPDATE project_state SET refunded = 1 WHERE state = 2")
FAULT_TEST(a_refund_by_sum_is_seen, "pay.escrow",
	   "UPDATE project_state SET refunded = 1 WHERE state = 2")
FAULT_TEST(a_paid_mark_without_a_line_is_seen, "pay.paid_once",
	   "DELETE FROM pay_line WHERE task_id = 1")
FAULT_TEST(a_line_without_a_paid_mark_is_seen, "pay.paid_once",
	   "UPDATE assignment SET paid = 0 WHERE paid = 1")
FAULT_TEST(a_line_at_another_price_is_seen, "pay.price",
	   "UPDATE pay_line SET reward_minor = reward_minor + 1")
FAULT_TEST(a_batch_that_is_not_its_lines_is_seen, "pay.lines", "UPDATE pay_line SET batch = 7")
FAULT_TEST(a_fee_that_is_not_that_of_its_lines_is_seen, "pay.lines",
	   "DELETE FROM project_entry WHERE sub = 'fee'")
FAULT_TEST(a_parcel_that_is_not_its_workers_lines_is_seen, "pay.parcels",
	   "UPDATE project_outbox SET amount_minor = amount_minor + 1")
FAULT_TEST(a_count_of_paid_answers_that_is_not_that_of_the_lines_is_seen, "pay.counted",
	   "UPDATE tally SET n = n + 1 WHERE name = 'paid'")
FAULT_TEST(a_history_that_boasts_is_seen, "pay.history",
	   "UPDATE work_history SET reward_minor = reward_minor + 1")
