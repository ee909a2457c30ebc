/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "dispatch/dispatch_in.h"
#include "pay/pay_in.h"
#include "project/project_in.h"
#include "tests/fixture.h"

#include <stdlib.h>

/* The worker asks for any task: the project that it is of, 0 for none. */
static struct assignment ask_any(struct ctx *c, user_id worker, project_id at, usec since)
{
	struct dispatch_stream one = { .ask = { .ctx = c, .worker = worker },
				       .at = at,
				       .since = since };

	WANT_OK(dispatch_any(c, &one, 1));
	WANT_I64(OK, one.ask.err);
	if (!one.ask.got)
		return (struct assignment){ 0 };
	WANT_I64(one.desk->project.id.v, one.ask.lease.key.project.v);
	return one.ask.lease;
}

static void hand_in(struct ctx *c, const struct assignment *a)
{
	bool fresh;

	WANT_OK(assignment_submit(c, a->key, a->epoch, S("{\"label\":\"cat\"}"), 1000, &fresh));
}

/* One task of any project, done at once: of which project it was. */
static int64_t do_any(struct ctx *c, user_id worker, struct assignment *last)
{
	struct assignment a = ask_any(c, worker, last->key.project, last->accepted);

	if (a.key.project.v != 0)
		hand_in(c, &a);
	*last = a;
	return a.key.project.v;
}

static void set_words(struct ctx *c, project_id id, struct str priority, struct str deadline)
{
	struct project_edit e = { .id = id,
				  .priority = priority,
				  .has_priority = priority.len > 0,
				  .deadline = deadline,
				  .has_deadline = deadline.len > 0 };

	WANT_OK(project_change(c, &e));
}

TEST(stream, a_worker_gets_the_tasks_of_all_projects_once_and_then_none)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .tasks = 4 });
	struct fixture g = fixture_more(c, &f, (struct fixture_shape){ .tasks = 5 });
	struct assignment last = { 0 };
	int of_f = 0, of_g = 0;

	for (int i = 0; i < 9; i++) {
		int64_t project = do_any(c, f.worker[0], &last);

		of_f += project == f.project.v;
		of_g += project == g.project.v;
	}
	WANT_I64(4, of_f);
	WANT_I64(5, of_g);
	WANT_I64(0, do_any(c, f.worker[0], &last));
}

TEST(stream, a_worker_stays_in_a_project_while_it_has_work_and_his_run_lasts)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .tasks = 300, .redundancy = 1 });
	struct fixture g =
		fixture_more(c, &f, (struct fixture_shape){ .tasks = 300, .redundancy = 1 });
	struct assignment last = { 0 };
	int changes = 0;
	int64_t was;

	was = do_any(c, f.worker[0], &last);
	/* A task in twenty seconds for two hours and a half: 15 runs. */
	for (int i = 0; i < 450; i++) {
		test_wait(c, 20 * USEC_SECOND);
		int64_t now = do_any(c, f.worker[0], &last);

		WANT(now == f.project.v || now == g.project.v);
		changes += now != was;
		was = now;
	}
	WANT(changes > 0);
	WANT(changes <= 15);
}

TEST(stream, the_higher_priority_goes_first_whatever_the_deadlines)
{
	struct fixture low = fixture_open(c, (struct fixture_shape){ .tasks = 2 });
	struct fixture normal = fixture_more(c, &low, (struct fixture_shape){ .tasks = 2 });
	struct fixture high = fixture_more(c, &low, (struct fixture_shape){ .tasks = 2 });
	struct assignment last = { 0 };

	set_words(c, low.project, S("low"), S("2030-01-01"));
	fixture_act(c, low.requester, USER_OPERATOR);
	set_words(c, high.project, S("high"), S(""));
	int64_t want[] = { high.project.v,   high.project.v, normal.project.v,
			   normal.project.v, low.project.v,  low.project.v };
	for (int i = 0; i < 6; i++) {
		last = (struct assignment){ 0 };
		WANT_I64(want[i], do_any(c, low.worker[0], &last));
	}
}

TEST(stream, nine_of_ten_runs_begin_with_the_earliest_deadline)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .tasks = 3, .redundancy = 100 });
	struct fixture g =
		fixture_more(c, &f, (struct fixture_shape){ .tasks = 3, .redundancy = 100 });
	int first = 0;

	set_words(c, f.project, S(""), S("2030-01-02"));
	set_words(c, g.project, S(""), S("2030-01-01"));
	for (int i = 0; i < 1000; i++) {
		struct assignment a = ask_any(c, (user_id){ 1000 + i }, (project_id){ 0 }, c->now);

		first += a.key.project.v == g.project.v;
		WANT_OK(assignment_return(c, a.key, a.epoch));
	}
	/* 950 in the mean, half of the tenth too; sigma 7. */
	WANT(first > 915 && first < 985);
}

TEST(stream, equal_projects_get_equal_shares)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .tasks = 3, .redundancy = 100 });
	struct fixture g =
		fixture_more(c, &f, (struct fixture_shape){ .tasks = 3, .redundancy = 100 });
	int of_f = 0;

	(void)g;
	for (int i = 0; i < 1000; i++) {
		struct assignment a = ask_any(c, (user_id){ 1000 + i }, (project_id){ 0 }, c->now);

		of_f += a.key.project.v == f.project.v;
		WANT_OK(assignment_return(c, a.key, a.epoch));
	}
	/* 500 in the mean, sigma 16. */
	WANT(of_f > 420 && of_f < 580);
}

TEST(stream, who_begins_goes_on_with_what_he_holds)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ 0 });
	struct fixture g = fixture_more(c, &f, (struct fixture_shape){ 0 });
	struct assignment a;
	bool got;

	for (int i = 0; i < 4; i++) {
		const struct fixture *at = i % 2 == 0 ? &f : &g;
		struct assignment_key key = { at->project, { 1 + i / 2 }, f.worker[i] };

		WANT_OK(assignment_accept(c, key, USEC_HOUR, &a, &got));
		WANT(got);
		struct assignment b = ask_any(c, f.worker[i], (project_id){ 0 }, c->now);
		WANT_I64(a.epoch, b.epoch);
		WANT_I64(a.key.project.v, b.key.project.v);
	}
}

TEST(stream, it_passes_by_what_is_not_for_the_worker)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .tasks = 1 });
	struct fixture draft = fixture_more(c, &f, (struct fixture_shape){ .draft = true });
	struct fixture barred = fixture_more(c, &f, (struct fixture_shape){ .tasks = 1 });
	struct fixture paused = fixture_more(c, &f, (struct fixture_shape){ .tasks = 1 });
	struct fixture invited =
		fixture_more(c, &f, (struct fixture_shape){ .tasks = 1, .draft = true });
	struct project_edit e = { .id = invited.project,
				  .audience = S("invited"),
				  .has_audience = true };
	struct assignment last = { 0 };
	bool changed;

	(void)draft;
	WANT_OK(project_change(c, &e));
	WANT_OK(project_invite(c, invited.project, S("worker1@fixture.example")));
	WANT_OK(pay_publish(c, invited.project));
	test_run_jobs(c);
	WANT_OK(pay_pause(c, paused.project, true));
	WANT_OK(project_bar(c, barred.project, f.worker[0], S("no"), &changed));

	WANT_I64(f.project.v, do_any(c, f.worker[0], &last));
	WANT_I64(0, do_any(c, f.worker[0], &last));
	/* Two are for him besides: the one he is invited to, and the one he is not barred from. */
	bool had[3] = { false };
	for (int i = 0; i < 3; i++) {
		int64_t at = do_any(c, f.worker[1], &last);

		had[0] = had[0] || at == f.project.v;
		had[1] = had[1] || at == invited.project.v;
		had[2] = had[2] || at == barred.project.v;
	}
	WANT(had[0] && had[1] && had[2]);
	WANT_I64(0, do_any(c, f.worker[1], &last));
}

TEST(stream, a_project_that_another_server_has_in_hand_is_passed_by_and_not_taken_for_empty)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .tasks = 1, .redundancy = 1 });
	struct fixture g =
		fixture_more(c, &f, (struct fixture_shape){ .tasks = 1, .redundancy = 1 });
	struct dispatch_stream one = { .ask = { .ctx = c, .worker = f.worker[0] } };
	struct store *home = c->store, *other;
	struct assignment last = { 0 };
	bool ours;

	if (test_on_lite())
		return;
	WANT_OK(store_open(c, c->mem, getenv("TESSERA_TEST_DATABASE"), STORE_WRITE, &other));
	c->store = other;
	WANT_OK(store_begin(c));
	WANT_OK(store_hold_try(c, (uint64_t)f.project.v, &ours));
	WANT(ours);
	c->store = home;
	WANT_I64(g.project.v, do_any(c, f.worker[0], &last));
	/* Nothing else is left, and that is no answer. */
	WANT_ERR(ERR_STORE, dispatch_any(c, &one, 1));
	c->store = other;
	store_rollback(c);
	store_close(&other);
	c->store = home;
	WANT_I64(f.project.v, do_any(c, f.worker[0], &last));
}

TEST(stream, a_place_that_is_opened_again_is_found_within_three_seconds)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .tasks = 1, .redundancy = 1 });
	struct assignment a = ask_any(c, f.worker[0], (project_id){ 0 }, c->now);

	WANT_I64(0, ask_any(c, f.worker[1], (project_id){ 0 }, c->now).key.project.v);
	WANT_OK(assignment_return(c, a.key, a.epoch));
	test_wait(c, 3 * USEC_SECOND);
	WANT_I64(1, ask_any(c, f.worker[1], (project_id){ 0 }, c->now).key.task.v);
}

TEST(stream, many_ask_at_once_and_nobody_gets_what_another_has)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .tasks = 2, .redundancy = 1 });
	struct fixture g =
		fixture_more(c, &f, (struct fixture_shape){ .tasks = 3, .redundancy = 1 });
	struct dispatch_stream one[7];
	int of_f = 0, of_g = 0;

	for (int i = 0; i < 7; i++)
		one[i] = (struct dispatch_stream){ .ask = { .ctx = c, .worker = f.worker[i] } };
	WANT_OK(dispatch_any(c, one, 7));
	for (int i = 0; i < 7; i++) {
		of_f += one[i].ask.got && one[i].ask.lease.key.project.v == f.project.v;
		of_g += one[i].ask.got && one[i].ask.lease.key.project.v == g.project.v;
	}
	WANT_I64(2, of_f);
	WANT_I64(3, of_g);
}
