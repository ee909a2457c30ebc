/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "assignment/assignment.h"
#include "assignment/assignment_in.h"
#include "tests/fixture.h"

static struct assignment_key key_of(const struct fixture *f, int64_t task, int worker)
{
	return (struct assignment_key){ f->project, { task }, f->worker[worker] };
}

static struct assignment accepted(struct ctx *c, const struct fixture *f, int64_t task, int worker)
{
	struct assignment a;
	bool got;

	WANT_OK(assignment_accept(c, key_of(f, task, worker), USEC_MINUTE, &a, &got));
	WANT(got);
	return a;
}

static bool can_take(struct ctx *c, const struct fixture *f, int64_t task, int worker)
{
	struct assignment a;
	bool got;

	WANT_OK(assignment_accept(c, key_of(f, task, worker), USEC_MINUTE, &a, &got));
	return got;
}

static int64_t state_of(struct ctx *c, struct assignment_key key)
{
	struct assignment a;
	bool found;

	WANT_OK(assignment_look(c, key, &a, &found));
	return found ? a.state : 0;
}

TEST(assignment, nobody_gets_the_same_task_twice)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .redundancy = 3 });
	struct assignment a = accepted(c, &f, 1, 0);

	WANT(!can_take(c, &f, 1, 0));
	WANT_OK(assignment_return(c, a.key, a.epoch));
	WANT(!can_take(c, &f, 1, 0));
	WANT(can_take(c, &f, 1, 1));
}

TEST(assignment, a_task_gives_no_more_places_than_it_has)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .redundancy = 2 });

	WANT(can_take(c, &f, 1, 0));
	WANT(can_take(c, &f, 1, 1));
	WANT(!can_take(c, &f, 1, 2));
}

TEST(assignment, a_returned_place_is_open_at_once)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .redundancy = 1 });
	struct assignment a = accepted(c, &f, 1, 0);

	WANT(!can_take(c, &f, 1, 1));
	WANT_OK(assignment_return(c, a.key, a.epoch));
	WANT_OK(assignment_return(c, a.key, a.epoch));
	WANT(can_take(c, &f, 1, 1));
}

TEST(assignment, a_lease_that_is_over_opens_its_place)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .redundancy = 1 });
	struct assignment a = accepted(c, &f, 1, 0);
	int expired;

	WANT_OK(assignment_expire(c, 10, &expired));
	WANT_I64(0, expired);
	test_wait(c, USEC_MINUTE + 1);
	WANT_OK(assignment_expire(c, 10, &expired));
	WANT_I64(1, expired);
	WANT_I64(ASSIGNMENT_EXPIRED, state_of(c, a.key));
	WANT(can_take(c, &f, 1, 1));
}

TEST(assignment, late_work_counts_while_its_place_is_free)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .redundancy = 1 });
	struct assignment a = accepted(c, &f, 1, 0);
	int expired;
	bool fresh;

	test_wait(c, USEC_MINUTE + 1);
	WANT_OK(assignment_expire(c, 10, &expired));
	WANT_OK(assignment_submit(c, a.key, a.epoch, S("{\"label\":\"cat\"}"), 5, &fresh));
	WANT(fresh);
	WANT_I64(ASSIGNMENT_SUBMITTED, state_of(c, a.key));
}

TEST(assignment, late_work_is_refused_when_others_have_its_place)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .redundancy = 1 });
	struct assignment a = accepted(c, &f, 1, 0);
	int expired;
	bool fresh;

	test_wait(c, USEC_MINUTE + 1);
	WANT_OK(assignment_expire(c, 10, &expired));
	WANT(can_take(c, &f, 1, 1));
	WANT_ERR(ERR_CONFLICT,
		 assignment_submit(c, a.key, a.epoch, S("{\"label\":\"cat\"}"), 5, &fresh));
}

TEST(assignment, the_same_submit_again_changes_nothing)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .redundancy = 1 });
	struct assignment a = accepted(c, &f, 1, 0);
	bool fresh;

	WANT_OK(assignment_submit(c, a.key, a.epoch, S("{\"label\":\"cat\"}"), 5, &fresh));
	WANT(fresh);
	WANT_OK(assignment_submit(c, a.key, a.epoch, S("{\"label\":\"cat\"}"), 5, &fresh));
	WANT(!fresh);
	WANT_ERR(ERR_CONFLICT,
		 assignment_submit(c, a.key, a.epoch, S("{\"label\":\"dog\"}"), 5, &fresh));
}

TEST(assignment, another_epoch_is_refused_everywhere)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .redundancy = 1 });
	struct assignment a = accepted(c, &f, 1, 0);
	bool fresh;
	usec until;

	WANT_ERR(ERR_CONFLICT, assignment_submit(c, a.key, a.epoch + 1, S("{}"), 5, &fresh));
	WANT_ERR(ERR_CONFLICT, assignment_draft(c, a.key, a.epoch + 1, S("{}")));
	WANT_ERR(ERR_CONFLICT, assignment_return(c, a.key, a.epoch + 1));
	WANT_ERR(ERR_CONFLICT, assignment_heartbeat(c, a.key, a.epoch + 1, USEC_MINUTE, &until));
}

TEST(assignment, a_heartbeat_extends_a_lease_ten_times_at_most)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .redundancy = 1 });
	struct assignment a = accepted(c, &f, 1, 0);
	usec until = a.until;

	for (int i = 0; i < 30 && until.us > c->now.us + USEC_SECOND; i++) {
		test_wait(c, USEC_MINUTE / 2);
		WANT_OK(assignment_heartbeat(c, a.key, a.epoch, USEC_MINUTE, &until));
	}
	WANT_I64(a.accepted.us + 10 * USEC_MINUTE, until.us);
	test_wait(c, USEC_MINUTE);
	WANT_ERR(ERR_CONFLICT, assignment_heartbeat(c, a.key, a.epoch, USEC_MINUTE, &until));
}

/* --- an open page tells of itself --- */

static enum err sign(struct ctx *c, const struct assignment *a, int64_t allowed_us, int64_t every_s,
		     bool acts, usec *until)
{
	const struct assignment_sign sign = { every_s * USEC_SECOND, acts, false };

	return assignment_sign(c, a->key, a->epoch, allowed_us, &sign, until);
}

static struct assignment accepted_for(struct ctx *c, const struct fixture *f, int64_t allowed_us)
{
	struct assignment a;
	bool got;

	WANT_OK(assignment_accept(c, key_of(f, 1, 0), allowed_us, &a, &got));
	WANT(got);
	return a;
}

/* By a server's timer another may have the task after so many seconds, and not before. */
static void want_open_after(struct ctx *c, const struct fixture *f, int64_t seconds)
{
	if (seconds > 0) {
		test_wait(c, (seconds - 1) * USEC_SECOND);
		test_run_jobs(c);
		WANT(!can_take(c, f, 1, 1));
		test_wait(c, USEC_SECOND);
	}
	test_run_jobs(c);
	WANT(can_take(c, f, 1, 1));
}

TEST(assignment, a_page_that_is_gone_gives_its_place_back_a_minute_later)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .redundancy = 1 });
	struct assignment a = accepted_for(c, &f, USEC_HOUR);
	usec until;

	for (int i = 0; i < 10; i++) {
		test_wait(c, 20 * USEC_SECOND);
		WANT_OK(sign(c, &a, USEC_HOUR, 20, false, &until));
		WANT_I64(a.until.us, until.us); /* what is promised stays */
	}
	want_open_after(c, &f, 61);
}

TEST(assignment, a_page_that_tells_nothing_keeps_the_whole_time)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .redundancy = 1 });

	(void)accepted_for(c, &f, 3 * USEC_MINUTE);
	want_open_after(c, &f, 181);
}

TEST(assignment, a_page_that_tells_seldom_is_waited_for_longer)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .redundancy = 1 });
	struct assignment a = accepted_for(c, &f, USEC_HOUR);
	usec until;

	WANT_OK(sign(c, &a, USEC_HOUR, 60, false, &until));
	want_open_after(c, &f, 181);
}

TEST(assignment, a_returned_place_is_open_within_the_second)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .redundancy = 1 });
	struct assignment a = accepted_for(c, &f, USEC_HOUR);

	WANT_OK(assignment_return(c, a.key, a.epoch));
	want_open_after(c, &f, 0);
}

TEST(assignment, signs_alone_do_not_outlast_what_was_promised)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .redundancy = 1 });
	struct assignment a = accepted(c, &f, 1, 0);
	usec until;

	for (int i = 0; i < 3; i++) {
		test_wait(c, 20 * USEC_SECOND);
		WANT_OK(sign(c, &a, USEC_MINUTE, 20, false, &until));
		WANT_I64(a.until.us, until.us);
	}
	test_wait(c, USEC_SECOND);
	WANT_ERR(ERR_CONFLICT, sign(c, &a, USEC_MINUTE, 20, false, &until));
}

TEST(assignment, the_lease_runs_along_while_the_worker_acts_ten_times_the_time_at_most)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .redundancy = 1 });
	struct assignment a = accepted(c, &f, 1, 0), again;
	usec until;
	bool found;

	for (int i = 0; i < 29; i++) {
		test_wait(c, 20 * USEC_SECOND);
		WANT_OK(sign(c, &a, USEC_MINUTE, 20, true, &until));
	}
	WANT_I64(a.accepted.us + 10 * USEC_MINUTE, until.us);
	WANT_OK(assignment_look(c, a.key, &again, &found));
	WANT_I64(until.us, again.until.us);
	test_wait(c, 20 * USEC_SECOND + 1);
	WANT_ERR(ERR_CONFLICT, sign(c, &a, USEC_MINUTE, 20, true, &until));
}

TEST(assignment, who_may_lay_a_task_aside_keeps_it_though_its_page_is_gone)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .redundancy = 1 });
	struct assignment a = accepted_for(c, &f, 5 * USEC_MINUTE);
	const struct assignment_sign kept = { 20 * USEC_SECOND, true, true };
	usec until;

	WANT_OK(assignment_sign(c, a.key, a.epoch, 5 * USEC_MINUTE, &kept, &until));
	want_open_after(c, &f, 301);
}

TEST(assignment, a_short_time_is_not_made_longer_by_acting_but_from_now_on)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .redundancy = 1 });
	struct assignment a = accepted_for(c, &f, 30 * USEC_SECOND);
	usec until;

	test_wait(c, 20 * USEC_SECOND);
	WANT_OK(sign(c, &a, 30 * USEC_SECOND, 20, true, &until));
	WANT_I64(c->now.us + 30 * USEC_SECOND, until.us);
}

TEST(assignment, asking_for_more_time_after_a_sign_gives_the_whole_time)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .redundancy = 1 });
	struct assignment a = accepted_for(c, &f, 5 * USEC_MINUTE);
	usec until;

	WANT_OK(sign(c, &a, 5 * USEC_MINUTE, 20, true, &until));
	test_wait(c, USEC_SECOND);
	WANT_OK(assignment_heartbeat(c, a.key, a.epoch, 5 * USEC_MINUTE, &until));
	WANT_I64(c->now.us + 5 * USEC_MINUTE, until.us);
	want_open_after(c, &f, 301);
}

/* --- the time allowed, learned --- */

TEST(assignment, the_time_is_learned_from_fifty_answers_on_and_within_bounds)
{
	(void)c;
	WANT_I64(77, assignment_allowed_s(77, 1000, 40000));
	WANT_I64(300, assignment_allowed_s(0, 0, 0));
	WANT_I64(300, assignment_allowed_s(0, 49, 200000));
	WANT_I64(400, assignment_allowed_s(0, 50, 200000));
	WANT_I64(60, assignment_allowed_s(0, 50, 29000));
	WANT_I64(1800, assignment_allowed_s(0, 50, 901000));
}

static int by_size(const void *left, const void *right)
{
	int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

	return (a > b) - (a < b);
}

PROPERTY(assignment, a_sketch_tells_a_time_to_within_its_share)
{
	enum { TIMES = 900 };
	struct assignment_bins bins = { { 0 } };
	int64_t time[TIMES];

	for (int i = 0; i < TIMES; i++) {
		int64_t longest = INT64_C(1) << (10 + ctx_random(c) % 12);

		time[i] = 1000 + (int64_t)(ctx_random(c) % (uint64_t)longest);
		assignment_bins_add(&bins, time[i]);
	}
	qsort(time, TIMES, sizeof(*time), by_size);
	for (int permille = 100; permille < 1000; permille += 100) {
		int64_t right = time[(TIMES * permille + 999) / 1000 - 1];
		int64_t told = assignment_bins_ms(&bins, permille);

		WANT(told >= right * 954 / 1000 && told <= right * 1046 / 1000);
	}
}

TEST(assignment, a_sketch_follows_a_pace_that_changes)
{
	struct assignment_bins bins = { { 0 } };

	(void)c;
	WANT_I64(0, assignment_bins_ms(&bins, 900));
	for (int i = 0; i < 5000; i++)
		assignment_bins_add(&bins, 20000);
	WANT(assignment_bins_ms(&bins, 900) < 21000);
	for (int i = 0; i < 3000; i++)
		assignment_bins_add(&bins, 100000);
	WANT(assignment_bins_ms(&bins, 500) > 95000);
}

/* Answers that take half a minute, but for two of each ten, which take two. */
TEST(assignment, a_project_that_leaves_the_time_to_the_house_learns_it)
{
	struct fixture f = fixture_open(
		c, (struct fixture_shape){ .tasks = 30, .redundancy = 2, .learned = true });
	struct project project;
	int64_t allowed;
	bool fresh;

	WANT_OK(project_get(c, f.project, &project));
	WANT_I64(0, project.time_allowed_s);
	WANT_OK(assignment_allowed(c, &project, &allowed));
	WANT_I64(300 * USEC_SECOND, allowed);
	for (int64_t task = 1; task <= 30; task++) {
		for (int w = 0; w < 2; w++) {
			struct assignment a;
			bool got;

			WANT_OK(assignment_accept(c, key_of(&f, task, w), allowed, &a, &got));
			test_wait(c, (task % 5 == 0 ? 120 : 30) * USEC_SECOND);
			WANT_OK(assignment_submit(c, a.key, a.epoch, S("{\"label\":\"cat\"}"), 5,
						  &fresh));
		}
		test_run_jobs(c);
	}
	WANT_OK(assignment_allowed(c, &project, &allowed));
	WANT(allowed >= 229 * USEC_SECOND && allowed <= 252 * USEC_SECOND);
}

TEST(assignment, a_draft_is_kept_and_goes_with_the_answer)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .redundancy = 1 });
	struct assignment a = accepted(c, &f, 1, 0);
	struct str draft;
	bool found, fresh;

	WANT_OK(assignment_draft(c, a.key, a.epoch, S("{\"label\":\"c\"}")));
	WANT_OK(assignment_draft_look(c, a.key, &draft, &found));
	WANT(found);
	WANT_STR(S("{\"label\":\"c\"}"), draft);
	WANT_OK(assignment_submit(c, a.key, a.epoch, S("{\"label\":\"cat\"}"), 5, &fresh));
	WANT_OK(assignment_draft_look(c, a.key, &draft, &found));
	WANT(!found);
}

TEST(assignment, a_decision_is_taken_once)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .approve_after_s = 3600 });
	struct assignment_key key = key_of(&f, 1, 0);
	bool changed;

	WANT_ERR(ERR_MISSING, assignment_approve(c, key, &changed));
	fixture_answer(c, &f, 0, 1, "cat");
	WANT_OK(assignment_approve(c, key, &changed));
	WANT(changed);
	WANT_OK(assignment_reject(c, key, &changed));
	WANT(!changed);
	WANT_I64(ASSIGNMENT_APPROVED, state_of(c, key));
}

/* Whatever workers do in whatever order, the counts of places hold: the invariants say so. */
PROPERTY(assignment, random_workers_leave_sound_places)
{
	struct fixture f = fixture_open(
		c, (struct fixture_shape){ .tasks = 3, .redundancy = 2, .approve_after_s = 3600 });
	int64_t epoch[3][FIXTURE_WORKERS] = { { 0 } };

	for (int i = 0; i < 60; i++) {
		int task = (int)(ctx_random(c) % 3),
		    worker = (int)(ctx_random(c) % FIXTURE_WORKERS);
		struct assignment_key key = key_of(&f, task + 1, worker);
		struct assignment a;
		bool flag;
		int n;

		switch (ctx_random(c) % 6) {
		case 0:
		case 1:
			WANT_OK(assignment_accept(c, key, USEC_MINUTE, &a, &flag));
			if (flag)
				epoch[task][worker] = a.epoch;
			break;
		case 2:
			ATTEMPT(assignment_submit(c, key, epoch[task][worker],
						  S("{\"label\":\"cat\"}"), 1, &flag));
			break;
		case 3:
			ATTEMPT(assignment_return(c, key, epoch[task][worker]));
			break;
		case 4:
			test_wait(c, USEC_MINUTE / 3);
			WANT_OK(assignment_expire(c, 10, &n));
			break;
		default:
			ATTEMPT(assignment_approve(c, key, &flag));
		}
	}
}

/* --- what a requester is told of a worker --- */

TEST(assignment, a_worker_has_another_number_in_each_project)
{
	struct assignment_numbers here, there, again;
	user_id worker = { INT64_C(0x5566778812345678) };

	WANT_OK(assignment_numbers_open(c, (project_id){ 1 }, &here));
	WANT_OK(assignment_numbers_open(c, (project_id){ 2 }, &there));
	WANT_OK(assignment_numbers_open(c, (project_id){ 1 }, &again));
	int64_t number = assignment_number(c->mem, &here, worker);

	WANT(number > 0 && number != worker.v);
	WANT_I64(number, assignment_number(c->mem, &again, worker));
	WANT(number != assignment_number(c->mem, &there, worker));
}

PROPERTY(assignment, a_workers_number_leads_back_to_him_alone)
{
	struct assignment_numbers numbers;
	user_id worker = { (int64_t)(ctx_random(c) >> 1) };

	WANT_OK(assignment_numbers_open(c, (project_id){ 1 }, &numbers));
	int64_t number = assignment_number(c->mem, &numbers, worker);

	WANT(number >= 0);
	WANT_I64(worker.v, assignment_number_worker(c->mem, &numbers, number).v);
	WANT(number != assignment_number(c->mem, &numbers, (user_id){ worker.v ^ 1 }));
}

TEST(assignment, an_answer_after_the_clock_was_set_back_took_no_time_and_is_judged)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .tasks = 1, .redundancy = 1 });
	struct assignment a = accepted(c, &f, 1, 0);
	struct project_state state;
	bool fresh;

	c->now = usec_after(c->now, -USEC_HOUR);
	WANT_OK(assignment_submit(c, a.key, a.epoch, S("{\"label\":\"cat\"}"), 1000, &fresh));
	test_run_jobs(c);
	WANT_OK(project_state_get(c, f.project, &state));
	WANT_I64(PROJECT_DONE, state.state);
}

static int quota_full(struct ctx *c, struct assignment a, int64_t number, int64_t max)
{
	struct assignment_quota quota = { number, max };
	int full;

	WANT_OK(assignment_quota_take(c, a.key, a.epoch, &quota, 1, &full));
	return full;
}

TEST(assignment, a_quota_takes_so_many_and_an_ended_one_gives_its_place_back)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .redundancy = 8 });
	struct assignment a[4];
	int expired;

	for (int i = 0; i < 4; i++)
		a[i] = accepted(c, &f, 1, i);
	WANT_I64(-1, quota_full(c, a[0], 1, 2));
	WANT_I64(-1, quota_full(c, a[1], 1, 2));
	WANT_I64(-1, quota_full(c, a[1], 1, 2)); /* a repeat */
	WANT_I64(0, quota_full(c, a[2], 1, 2));
	WANT_I64(-1, quota_full(c, a[2], 2, 2)); /* another quota */
	WANT_OK(assignment_return(c, a[0].key, a[0].epoch));
	WANT_I64(-1, quota_full(c, a[3], 1, 2));
	/* Who changes his mind gives his place of the other back. */
	WANT_I64(-1, quota_full(c, a[1], 2, 2));
	WANT_I64(-1, quota_full(c, a[2], 1, 2));
	/* `assignment.quota_stray` sees to it that what is over keeps none. */
	test_wait(c, 2 * USEC_HOUR);
	WANT_OK(assignment_expire(c, 10, &expired));
	WANT_I64(3, expired);
}

TEST(assignment, who_finds_a_quota_full_is_let_go_at_once_and_his_place_is_open)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .redundancy = 2 });
	struct assignment_quota quota = { 1, 1 };
	struct assignment first = accepted(c, &f, 1, 0), second = accepted(c, &f, 1, 1);
	bool taken;

	WANT_OK(assignment_screen(c, first.key, first.epoch, &quota, 1, &taken));
	WANT(taken);
	WANT(!can_take(c, &f, 1, 2));
	WANT_OK(assignment_screen(c, second.key, second.epoch, &quota, 1, &taken));
	WANT(!taken);
	WANT_I64(ASSIGNMENT_RETURNED, state_of(c, second.key));
	WANT(can_take(c, &f, 1, 2));
	WANT_ERR(ERR_CONFLICT, assignment_screen(c, second.key, second.epoch, &quota, 1, &taken));
	WANT_ERR(ERR_CONFLICT, assignment_screen(c, first.key, first.epoch + 1, &quota, 1, &taken));
}

TEST(assignment, a_rejected_answer_leaves_its_quota_and_comes_on_top_when_it_is_upheld)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .redundancy = 3 });
	struct assignment a = accepted(c, &f, 1, 0), b = accepted(c, &f, 1, 1);
	bool fresh, changed;

	WANT_I64(-1, quota_full(c, a, 1, 1));
	WANT_OK(assignment_submit(c, a.key, a.epoch, S("{\"label\":\"cat\"}"), 0, &fresh));
	WANT_I64(0, quota_full(c, b, 1, 1));
	WANT_OK(assignment_reject(c, a.key, &changed));
	WANT_I64(-1, quota_full(c, b, 1, 1));
	WANT_OK(assignment_restore(c, a.key));
	WANT_I64(-1, quota_full(c, b, 1, 1));
}
