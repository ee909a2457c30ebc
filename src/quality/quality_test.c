/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "quality/quality.h"
#include "tests/fixture.h"

static struct quality_result result_of(struct ctx *c, const struct fixture *f, int64_t task)
{
	struct quality_result *row;
	size_t count;

	WANT_OK(quality_results(c, f->project, (task_id){ task }, &row, &count));
	WANT_I64(1, count);
	return row[0];
}

TEST(quality, the_plurality_is_the_result)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .tasks = 1, .redundancy = 3 });

	fixture_answer(c, &f, 0, 1, "dog");
	fixture_answer(c, &f, 1, 1, "cat");
	fixture_answer(c, &f, 2, 1, "dog");
	test_run_jobs(c);
	struct quality_result r = result_of(c, &f, 1);
	WANT_STR(S("\"dog\""), r.value);
	WANT(r.confidence > 0.66 && r.confidence < 0.67);
	WANT_I64(3, r.answers);
	WANT_STR(S(""), r.ties);
}

TEST(quality, a_tie_keeps_all_that_are_tied)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .tasks = 1, .redundancy = 2 });

	fixture_answer(c, &f, 0, 1, "dog");
	fixture_answer(c, &f, 1, 1, "cat");
	test_run_jobs(c);
	WANT_STR(S("[\"cat\",\"dog\"]"), result_of(c, &f, 1).ties);
}

TEST(quality, nothing_is_concluded_before_all_answers_are_in)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .tasks = 1, .redundancy = 2 });
	struct quality_result *row;
	size_t count;

	fixture_answer(c, &f, 0, 1, "dog");
	test_run_jobs(c);
	WANT_OK(quality_results(c, f.project, (task_id){ 1 }, &row, &count));
	WANT_I64(0, count);
}

TEST(quality, the_last_result_ends_the_project)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .tasks = 2, .redundancy = 1 });
	struct project_state state;

	fixture_answer(c, &f, 0, 1, "dog");
	test_run_jobs(c);
	WANT_OK(project_state_get(c, f.project, &state));
	WANT_I64(PROJECT_OPEN, state.state);
	fixture_answer(c, &f, 0, 2, "dog");
	test_run_jobs(c);
	WANT_OK(project_state_get(c, f.project, &state));
	WANT_I64(PROJECT_DONE, state.state);
}

TEST(quality, gold_is_scored_from_the_data)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .tasks = 2, .gold = 2 });
	struct quality_score score;

	fixture_answer(c, &f, 0, 1, "cat");
	fixture_answer(c, &f, 0, 2, "dog");
	WANT_OK(job_signal(c, "quality.score", f.project.v));
	test_run_jobs(c);
	WANT_OK(quality_score(c, f.project, f.worker[0], &score));
	WANT_I64(2, score.seen);
	WANT_I64(1, score.right);
}

TEST(quality, a_worker_is_told_his_accuracy_once_it_says_something)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .tasks = QUALITY_ACCURACY_MIN,
								   .gold = QUALITY_ACCURACY_MIN });
	int64_t hundredths;
	bool known;

	for (int n = 1; n < QUALITY_ACCURACY_MIN; n++)
		fixture_answer(c, &f, 0, n, n % 4 == 0 ? "dog" : "cat");
	WANT_OK(job_signal(c, "quality.score", f.project.v));
	test_run_jobs(c);
	WANT_OK(quality_accuracy(c, f.worker[0], &hundredths, &known));
	WANT(!known);
	fixture_answer(c, &f, 0, QUALITY_ACCURACY_MIN, "cat");
	WANT_OK(job_signal(c, "quality.score", f.project.v));
	test_run_jobs(c);
	WANT_OK(quality_accuracy(c, f.worker[0], &hundredths, &known));
	WANT(known);
	WANT_I64(80, hundredths);
	WANT_OK(quality_accuracy(c, f.worker[1], &hundredths, &known));
	WANT(!known);
}

TEST(quality, another_truth_scores_its_task_again)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .tasks = 1, .gold = 1 });
	struct quality_score score;
	struct json_value *truth;
	struct json_fault fault;

	fixture_answer(c, &f, 0, 1, "dog");
	WANT_OK(job_signal(c, "quality.score", f.project.v));
	test_run_jobs(c);
	WANT(json_read(c->mem, S("{\"label\":\"dog\"}"), &truth, &fault));
	WANT_OK(quality_gold_set(c, f.project, (task_id){ 1 }, truth));
	test_run_jobs(c);
	WANT_OK(quality_score(c, f.project, f.worker[0], &score));
	WANT_I64(1, score.seen);
	WANT_I64(1, score.right);
}

TEST(quality, a_truth_that_does_not_fit_is_refused)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ 0 });
	struct json_value *truth;
	struct json_fault fault;

	WANT(json_read(c->mem, S("{\"label\":\"horse\"}"), &truth, &fault));
	WANT_ERR(ERR_INPUT, quality_gold_set(c, f.project, (task_id){ 1 }, truth));
	WANT(json_read(c->mem, S("{\"label\":\"dog\"}"), &truth, &fault));
	WANT_ERR(ERR_MISSING, quality_gold_set(c, f.project, (task_id){ 99 }, truth));
}
