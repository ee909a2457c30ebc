/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "quality/quality.h"
#include "review/review.h"
#include "tests/fixture.h"

static struct assignment_key answered(struct ctx *c, const struct fixture *f, int worker,
				      int64_t task)
{
	fixture_answer(c, f, worker, task, "cat");
	return (struct assignment_key){ f->project, { task }, f->worker[worker] };
}

static int64_t state_of(struct ctx *c, struct assignment_key key)
{
	struct assignment a;
	bool found;

	WANT_OK(assignment_look(c, key, &a, &found));
	return found ? a.state : 0;
}

TEST(review, time_approves_what_has_waited_long_enough)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .approve_after_s = 3600 });
	struct assignment_key key = answered(c, &f, 0, 1);
	bool more;

	test_wait(c, 3599 * USEC_SECOND);
	WANT_OK(review_sweep(c, f.project, 10, &more));
	WANT_I64(ASSIGNMENT_SUBMITTED, state_of(c, key));
	test_wait(c, 2 * USEC_SECOND);
	WANT_OK(review_sweep(c, f.project, 10, &more));
	WANT_I64(ASSIGNMENT_APPROVED, state_of(c, key));
	WANT(!more);
}

TEST(review, a_rejection_needs_a_reason)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .approve_after_s = 3600 });
	struct assignment_key key = answered(c, &f, 0, 1);

	WANT_ERR(ERR_INPUT, review_reject(c, key, S("  ")));
	WANT_I64(ASSIGNMENT_SUBMITTED, state_of(c, key));
}

TEST(review, a_rejection_opens_the_place_and_drops_the_result)
{
	struct fixture f = fixture_open(
		c, (struct fixture_shape){ .tasks = 1, .redundancy = 1, .approve_after_s = 3600 });
	struct assignment_key key = answered(c, &f, 0, 1);
	struct quality_result *row;
	struct task task;
	size_t count;

	test_run_jobs(c);
	WANT_OK(quality_results(c, f.project, key.task, &row, &count));
	WANT_I64(1, count);
	WANT_OK(review_reject(c, key, S("it is a dog")));
	WANT_OK(quality_results(c, f.project, key.task, &row, &count));
	WANT_I64(0, count);
	WANT_OK(task_get(c, f.project, key.task, &task));
	WANT(task.open);
	answered(c, &f, 1, 1);
}

TEST(review, decisions_repeat_but_do_not_turn)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .approve_after_s = 3600 });
	struct assignment_key one = answered(c, &f, 0, 1), two = answered(c, &f, 0, 2);

	WANT_OK(review_approve(c, one));
	WANT_OK(review_approve(c, one));
	WANT_ERR(ERR_CONFLICT, review_reject(c, one, S("too late")));
	WANT_OK(review_reject(c, two, S("wrong")));
	WANT_OK(review_reject(c, two, S("wrong")));
	WANT_ERR(ERR_CONFLICT, review_approve(c, two));
	two.task.v = 3;
	WANT_ERR(ERR_MISSING, review_approve(c, two));
}
