/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <math.h>
#include "job/job.h"
#include "quality/quality_in.h"
#include "tests/fixture.h"

static struct fixture seventy(struct ctx *c)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .tasks = 70,
								   .redundancy = 5,
								   .shrunk = true,
								   .confidence_permille = 950 });

	/* Workers differ on the first, and agree on the second, which is not enough yet. */
	fixture_answer(c, &f, 0, 1, "cat");
	fixture_answer(c, &f, 1, 1, "dog");
	fixture_answer(c, &f, 0, 2, "cat");
	fixture_answer(c, &f, 1, 2, "cat");
	test_run_jobs(c);
	return f;
}

static struct task task_of(struct ctx *c, const struct fixture *f, int64_t n)
{
	struct task out;

	WANT_OK(task_get(c, f->project, (task_id){ n }, &out));
	return out;
}

static size_t results_of(struct ctx *c, const struct fixture *f, int64_t n)
{
	struct quality_result *row;
	size_t count;

	WANT_OK(quality_results(c, f->project, (task_id){ n }, &row, &count));
	return count;
}

TEST(asking, while_plenty_of_tasks_are_fresh_a_doubtful_one_has_a_result_and_waits)
{
	struct fixture f = seventy(c);

	WANT_I64(TASK_JUDGED, task_of(c, &f, 1).stage);
	WANT_I64(2, task_of(c, &f, 1).filled);
	WANT_I64(1, (int64_t)results_of(c, &f, 1));
}

TEST(asking, when_few_are_open_what_is_most_in_doubt_is_asked_on)
{
	struct fixture f = seventy(c);

	for (int64_t n = 3; n <= 21; n++)
		for (int w = 0; w < 2; w++) {
			WANT_I64(TASK_JUDGED, task_of(c, &f, 1).stage);
			fixture_answer(c, &f, w, n, "cat");
			test_run_jobs(c);
		}
	WANT_I64(TASK_COLLECTING, task_of(c, &f, 1).stage);
	WANT_I64(3, task_of(c, &f, 1).need);
	WANT_I64(0, (int64_t)results_of(c, &f, 1));
	WANT_I64(TASK_JUDGED, task_of(c, &f, 2).stage);
}

TEST(asking, who_finds_nothing_has_what_waits_opened)
{
	struct fixture f = seventy(c);

	WANT_OK(job_signal_part(c, "quality.ask", f.project.v, 1));
	test_run_jobs(c);
	WANT_I64(TASK_COLLECTING, task_of(c, &f, 1).stage);
}

static double doubt_of(struct ctx *c, const struct fixture *f, int64_t n)
{
	struct asking_range *row;
	size_t count;

	WANT_OK(asking_range(c, f->project, (task_id){ n }, (task_id){ n }, &row, &count));
	WANT_I64(1, (int64_t)count);
	return row->doubt;
}

TEST(asking, the_doubt_of_what_waits_follows_what_is_thought_of_its_workers)
{
	struct fixture f = seventy(c);
	const double tied = doubt_of(c, &f, 1), agreed = doubt_of(c, &f, 2);

	/* As it was left by an estimate that is gone. */
	const struct asking_put_row old = { .task = { 2 }, .doubt = tied + 1 };
	WANT(agreed < tied);
	WANT_OK(asking_put(c, f.project, &old, 1));
	WANT_OK(job_signal(c, "quality.apply", f.project.v));
	test_run_jobs(c);
	WANT(fabs(doubt_of(c, &f, 2) - agreed) < 0.05);
	WANT(fabs(doubt_of(c, &f, 1) - tied) < 0.05);
}
