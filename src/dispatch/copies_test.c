/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Second copies, from the ask to the money; all invariants are run after each test. */
#include "dispatch/dispatch_in.h"
#include "job/tally.h"
#include "pay/pay_in.h"
#include "quality/quality.h"
#include "review/review.h"
#include "tests/fixture.h"

static struct assignment next(struct ctx *c, const struct fixture *f, int worker)
{
	struct dispatch_ask ask = { .ctx = c, .worker = f->worker[worker] };
	struct dispatch_desk desk;

	WANT_OK(dispatch_desk(c, f->project, &desk));
	WANT_OK(dispatch_offer_next(c, &desk, &ask, 1));
	return ask.got ? ask.lease : (struct assignment){ 0 };
}

static void say(struct ctx *c, const struct assignment *a, const char *label)
{
	struct str body = str_format(c->mem, "{\"label\":\"%s\"}", label);
	bool fresh;

	WANT_OK(assignment_submit(c, a->key, a->epoch, body, 1000, &fresh));
	WANT(fresh);
}

static struct task look(struct ctx *c, const struct fixture *f, int64_t task)
{
	struct task t;

	WANT_OK(task_get(c, f->project, (task_id){ task }, &t));
	return t;
}

static int64_t left(struct ctx *c, const struct fixture *f)
{
	struct project_state s;

	WANT_OK(project_state_get(c, f->project, &s));
	return s.copies_left;
}

static int64_t paid(struct ctx *c, const struct fixture *f)
{
	int64_t n;

	test_run_jobs(c);
	WANT_OK(tally_get(c, f->project.v, "paid", &n));
	return n;
}

static enum err contest(struct ctx *c, const struct fixture *f, struct assignment_key key,
			enum review_contested how)
{
	enum err err;

	fixture_act(c, key.worker, USER_WORKER);
	err = review_contest(c, key, S("it is one"));
	fixture_act(c, f->requester, USER_REQUESTER);
	if (err == OK)
		err = review_contest_decide(c, key, how, S("so it is"));
	return err;
}

/* Two tasks for one answer each, both held for long, with a place for one copy. */
static struct fixture slow(struct ctx *c, struct assignment *first, struct assignment *second)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .tasks = 2,
								   .redundancy = 1,
								   .copy_permille = 500,
								   .approve_after_s = 3600 });

	*first = next(c, &f, 0);
	test_wait(c, USEC_SECOND);
	*second = next(c, &f, 1);
	WANT_I64(1, first->key.task.v);
	WANT_I64(2, second->key.task.v);
	WANT_I64(1, left(c, &f));
	return f;
}

/* Half of the time that is thought to be enough for nine of ten: half of 600 s. */
static void wait_long(struct ctx *c)
{
	test_wait(c, 151 * USEC_SECOND);
}

TEST(copies, they_are_paid_for_and_not_among_what_is_asked_for)
{
	struct fixture f = fixture_open(
		c, (struct fixture_shape){ .tasks = 30, .gold = 10, .copy_permille = 60 });
	struct pay_quote q;

	WANT_OK(pay_quote(c, f.project, &q));
	WANT_I64(2, q.copies); /* 2.4 of 20 · 2 */
	WANT_I64(62, q.answers);
	WANT_I64(62 * 12, q.total.minor);
	WANT_I64(2, left(c, &f));
	WANT_I64(2, look(c, &f, 30).cap);
}

TEST(copies, what_all_answer_alike_has_none)
{
	struct fixture f = fixture_open(
		c, (struct fixture_shape){ .tasks = 1, .redundancy = 100, .copy_permille = 100 });

	WANT_I64(0, left(c, &f));
}

TEST(copies, the_slowest_task_goes_to_an_idle_worker_and_the_first_answer_counts)
{
	struct assignment a, b, copy;
	struct fixture f = slow(c, &a, &b);

	WANT_I64(0, next(c, &f, 2).key.task.v);
	wait_long(c);
	copy = next(c, &f, 2);
	WANT_I64(1, copy.key.task.v);
	WANT_I64(0, next(c, &f, 3).key.task.v);
	say(c, &copy, "cat");
	WANT_I64(TASK_FULL, look(c, &f, 1).stage);
	test_run_jobs(c);
	WANT_I64(TASK_JUDGED, look(c, &f, 1).stage);

	/* Who was slow is paid too, without a decision; what was concluded stays. */
	say(c, &a, "dog");
	WANT_OK(assignment_look(c, a.key, &a, &(bool){ false }));
	WANT_I64(ASSIGNMENT_APPROVED, a.state);
	WANT_I64(TASK_JUDGED, look(c, &f, 1).stage);
	WANT_I64(1, paid(c, &f));
	say(c, &b, "dog");
	test_wait(c, 2 * USEC_HOUR);
	WANT_I64(3, paid(c, &f));
	WANT_I64(0, left(c, &f));
}

TEST(copies, two_answers_at_once_are_told_apart)
{
	struct assignment a, b;
	struct fixture f = slow(c, &a, &b);

	wait_long(c);
	struct assignment copy = next(c, &f, 2);
	struct assignment_hand hand[] = {
		{ c, a.key.task, a.key.worker, a.epoch, S("{\"label\":\"dog\"}"), 1, OK, false },
		{ c, copy.key.task, copy.key.worker, copy.epoch, S("{\"label\":\"cat\"}"), 1, OK,
		  false },
	};
	WANT_OK(assignment_submit_all(c, f.project, false, hand, 2));
	WANT_I64(OK, hand[0].err);
	WANT_I64(OK, hand[1].err);
	WANT_I64(2, look(c, &f, 1).filled);
	WANT_I64(0, look(c, &f, 1).extra);
	WANT_I64(1, paid(c, &f));
}

TEST(copies, who_has_had_a_task_gets_no_copy_of_it)
{
	struct assignment a, b;
	struct fixture f = slow(c, &a, &b);

	say(c, &b, "cat");
	wait_long(c);
	/* Of two ways to the same worker the one to another task is left. */
	WANT_I64(1, next(c, &f, 1).key.task.v);
	WANT_I64(a.epoch, next(c, &f, 0).epoch);
}

TEST(copies, who_has_had_all_that_are_slowest_gets_one_behind_them)
{
	enum { TASKS = 40, HAD = 38 };
	struct fixture f = fixture_open(
		c, (struct fixture_shape){ .tasks = TASKS, .redundancy = 2, .copy_permille = 500 });
	struct assignment lease;
	bool got;

	for (int64_t k = 1; k <= TASKS; k++) {
		struct assignment_key key = { f.project, { k }, f.worker[1] };

		WANT_OK(assignment_accept(c, key, 600 * USEC_SECOND, &lease, &got));
		WANT(got);
		test_wait(c, 1);
		fixture_answer(c, &f, k <= HAD ? 0 : 2, k, "cat");
	}
	wait_long(c);
	WANT_I64(HAD + 1, next(c, &f, 0).key.task.v);
}

TEST(copies, a_lease_that_ends_takes_the_extra_place_along)
{
	struct assignment a, b;
	struct fixture f = slow(c, &a, &b);

	wait_long(c);
	struct assignment copy = next(c, &f, 2);
	WANT_OK(assignment_return(c, a.key, a.epoch));
	WANT_I64(1, left(c, &f));
	WANT_I64(0, look(c, &f, 1).extra);
	WANT(!look(c, &f, 1).open);
	say(c, &copy, "cat");
	WANT_I64(0, paid(c, &f)); /* it counts, and waits for its decision */
	WANT_I64(TASK_JUDGED, look(c, &f, 1).stage);
}

TEST(copies, a_copy_that_expires_can_be_given_to_another)
{
	struct assignment a, b;
	struct fixture f = slow(c, &a, &b);

	wait_long(c);
	struct assignment copy = next(c, &f, 2);
	WANT_OK(assignment_return(c, copy.key, copy.epoch));
	WANT_I64(1, left(c, &f));
	WANT_I64(2, next(c, &f, 2).key.task.v);
	WANT_I64(0, left(c, &f));
	test_wait(c, USEC_HOUR);
	test_run_jobs(c);
	WANT_I64(1, left(c, &f));
	WANT(look(c, &f, 1).open);
	WANT(look(c, &f, 2).open);
}

TEST(copies, a_rejection_makes_the_copy_that_is_out_the_next_answer)
{
	struct assignment a, b;
	struct fixture f = slow(c, &a, &b);
	bool changed;

	wait_long(c);
	struct assignment copy = next(c, &f, 2);
	say(c, &a, "cat");
	WANT_I64(TASK_FULL, look(c, &f, 1).stage);
	WANT_OK(review_reject(c, a.key, S("it is none")));
	WANT_I64(TASK_COLLECTING, look(c, &f, 1).stage);
	WANT(!look(c, &f, 1).open);
	WANT_I64(1, left(c, &f));
	say(c, &copy, "dog");
	WANT_OK(assignment_look(c, copy.key, &copy, &changed));
	WANT_I64(ASSIGNMENT_SUBMITTED, copy.state);
	WANT_I64(TASK_FULL, look(c, &f, 1).stage);
	/* Nothing is free for the one that was rejected. */
	WANT_ERR(ERR_CONFLICT, assignment_restore(c, a.key));
}

/* That task, past what would be offered. */
static struct assignment take(struct ctx *c, const struct fixture *f, int worker, int64_t task)
{
	struct assignment a;
	bool got;

	WANT_OK(assignment_accept(
		c, (struct assignment_key){ f->project, { task }, f->worker[worker] }, USEC_HOUR,
		&a, &got));
	WANT(got);
	return a;
}

static struct assignment take_copy(struct ctx *c, const struct fixture *f, int worker, int64_t task)
{
	struct assignment_claim claim = { .task = { task }, .worker = f->worker[worker] };

	WANT_OK(assignment_claim_copy(c, f->project, USEC_HOUR, 1, &claim, 1));
	WANT_I64(ASSIGNMENT_GOT, claim.end);
	return claim.lease;
}

TEST(copies, an_answer_restored_while_a_copy_is_out_is_concluded_with_the_others)
{
	struct fixture f = fixture_open(
		c, (struct fixture_shape){
			   .tasks = 2, .redundancy = 3, .gold = 1, .copy_permille = 1000 });
	struct assignment a[5];
	struct quality_result *result;
	size_t count;

	/* Nobody takes the known item, so that it has a place to lend. */
	for (int i = 0; i < 5; i++)
		a[i] = i < 3 ? take(c, &f, i, 2) : take_copy(c, &f, i, 2);
	for (int i = 0; i < 3; i++)
		say(c, &a[i], "cat");
	test_run_jobs(c);
	WANT_I64(TASK_JUDGED, look(c, &f, 2).stage);
	WANT_I64(2, look(c, &f, 2).extra);
	WANT_I64(2, look(c, &f, 2).taken);

	WANT_OK(review_reject(c, a[0].key, S("it is none")));
	say(c, &a[3], "cat");
	test_run_jobs(c);
	WANT_I64(TASK_JUDGED, look(c, &f, 2).stage);
	WANT_I64(1, look(c, &f, 2).extra);
	WANT_OK(contest(c, &f, a[0].key, REVIEW_RIGHT));
	WANT_I64(4, look(c, &f, 2).filled);
	WANT_I64(5, look(c, &f, 2).need);
	WANT_I64(1, look(c, &f, 2).extra);
	WANT_I64(TASK_FULL, look(c, &f, 2).stage);
	test_run_jobs(c);
	WANT_I64(TASK_JUDGED, look(c, &f, 2).stage);
	WANT_OK(quality_results(c, f.project, a[0].key.task, &result, &count));
	WANT_I64(1, count);
	WANT_I64(4, result[0].answers);
	/* The copy that is still out stays one. */
	say(c, &a[4], "dog");
	WANT_I64(TASK_JUDGED, look(c, &f, 2).stage);
}

TEST(copies, closing_gives_back_those_that_no_task_has_and_later_those_that_come_back)
{
	struct assignment a, b;
	struct fixture f = slow(c, &a, &b);
	money back;

	wait_long(c);
	struct assignment copy = next(c, &f, 2);
	WANT_OK(pay_close(c, f.project, &back));
	WANT_I64(0, back.minor);
	say(c, &a, "cat");
	say(c, &b, "cat");
	test_wait(c, USEC_HOUR);
	test_run_jobs(c);
	WANT_OK(assignment_look(c, copy.key, &copy, &(bool){ false }));
	WANT_I64(ASSIGNMENT_EXPIRED, copy.state);
	test_wait(c, USEC_HOUR);
	WANT_I64(2, paid(c, &f));
	WANT_I64(0, left(c, &f));
	struct pay_cost cost;
	WANT_OK(pay_cost(c, f.project, &cost));
	WANT_I64(12, cost.refunded.minor);
	WANT_I64(0, cost.reserved.minor);
}

TEST(copies, a_late_answer_to_a_full_task_is_still_refused)
{
	struct assignment a, b;
	struct fixture f = slow(c, &a, &b);

	wait_long(c);
	struct assignment copy = next(c, &f, 2);
	test_wait(c, 500 * USEC_SECOND); /* the first lease ends, the copy's does not */
	test_run_jobs(c);
	say(c, &copy, "cat");
	bool fresh;
	WANT_ERR(ERR_CONFLICT,
		 assignment_submit(c, a.key, a.epoch, S("{\"label\":\"cat\"}"), 1, &fresh));
}

/* --- all that may happen, in any order --- */

struct played {
	struct fixture f;
	struct assignment held[FIXTURE_WORKERS], said[64];
	int answers, rejected; /* the last rejected one, of `said` */
};

static int64_t roll(struct ctx *c, int64_t sides)
{
	return (int64_t)(ctx_random(c) % (uint64_t)sides);
}

static void hand_in(struct ctx *c, struct played *p, int worker)
{
	struct assignment *a = &p->held[worker];
	struct str body = roll(c, 3) == 0 ? S("{\"label\":\"dog\"}") : S("{\"label\":\"cat\"}");
	bool fresh;

	if (a->epoch == 0)
		return;
	/* It may have expired and be too late. */
	ATTEMPT(assignment_submit(c, a->key, a->epoch, body, 1000, &fresh));
	if (p->answers < 64)
		p->said[p->answers++] = *a;
	*a = (struct assignment){ 0 };
}

/* Whom it is about may not be rejected, or have contested before, or have no place left. */
static void play_contest(struct ctx *c, struct played *p)
{
	int one = roll(c, 4) == 0 ? (int)roll(c, p->answers) : p->rejected;

	ATTEMPT(contest(c, &p->f, p->said[one].key,
			roll(c, 4) == 0 ? REVIEW_DISMISS : REVIEW_RIGHT));
}

static void happens(struct ctx *c, struct played *p)
{
	int worker = (int)roll(c, FIXTURE_WORKERS);
	struct assignment *a = &p->held[worker];
	money back;

	switch (roll(c, 13)) {
	case 0:
	case 1:
	case 2:
	case 3:
		*a = next(c, &p->f, worker);
		break;
	case 4:
	case 5:
		hand_in(c, p, worker);
		break;
	case 6:
		if (a->epoch != 0)
			ATTEMPT(assignment_return(c, a->key, a->epoch));
		*a = (struct assignment){ 0 };
		break;
	case 7:
		if (p->answers == 0)
			break;
		p->rejected = (int)roll(c, p->answers);
		ATTEMPT(review_reject(c, p->said[p->rejected].key, S("no")));
		break;
	case 8:
		if (p->answers > 0)
			play_contest(c, p);
		break;
	case 9:
		if (roll(c, 20) == 0)
			ATTEMPT(pay_close(c, p->f.project, &back));
		break;
	default:
		test_wait(c, roll(c, 120) * USEC_SECOND);
		test_run_jobs(c);
	}
}

/* The house's own invariants, which say it, are asked when the test is over. */
PROPERTY(copies, whatever_happens_places_answers_and_money_add_up)
{
	struct played p = { 0 };
	bool sure = roll(c, 3) == 0;

	p.f = fixture_open(c, (struct fixture_shape){ .tasks = 2 + (int)roll(c, 2),
						      .redundancy = sure ? 4 : 1 + (int)roll(c, 2),
						      .gold = roll(c, 3) == 0,
						      .copy_permille = 1000,
						      .confidence_permille = sure ? 980 : 0,
						      .shrunk = sure,
						      .approve_after_s = roll(c, 2) * 3600,
						      .time_allowed_s = 300 });
	for (int i = 0; i < 120; i++) {
		struct task t;

		happens(c, &p);
		WANT_OK(task_get(c, p.f.project, (task_id){ 1 + roll(c, 2) }, &t));
		WANT(t.extra <= t.taken);
	}
	for (int i = 0; i < FIXTURE_WORKERS; i++)
		hand_in(c, &p, i);
	test_wait(c, 2 * USEC_HOUR);
	test_run_jobs(c);
}
