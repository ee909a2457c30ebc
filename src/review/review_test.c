/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "dispatch/dispatch.h"
#include "pay/pay_in.h"
#include "quality/quality.h"
#include "quality/quality.sql.h"
#include "review/review.h"
#include "review/review.sql.h"
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

/* --- what is contested --- */

/* Worker 0 says dog to item 1, a cat where it is known. */
static struct fixture mistaken(struct ctx *c, int gold, int redundancy)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .tasks = 2,
								   .redundancy = redundancy,
								   .gold = gold,
								   .approve_after_s = 3600,
								   .shrunk = true });

	fixture_answer(c, &f, 0, 1, "dog");
	WANT_OK(job_signal(c, "quality.score", f.project.v));
	test_run_jobs(c);
	return f;
}

static struct quality_score score_of(struct ctx *c, const struct fixture *f, int worker)
{
	struct quality_score score;

	WANT_OK(quality_score(c, f->project, f->worker[worker], &score));
	return score;
}

static size_t open_for(struct ctx *c, user_id worker)
{
	struct contest_mine *row;
	size_t count;

	WANT_OK(contest_mine(c, worker, (project_id){ 0 }, (task_id){ 0 }, 10, &row, &count));
	return count;
}

TEST(review, a_known_answer_is_told_and_contested_only_once_nobody_gets_the_item_any_more)
{
	struct fixture f = mistaken(c, 1, 2);
	struct assignment_key key = { f.project, { 1 }, f.worker[0] };
	money back;

	WANT_I64(1, score_of(c, &f, 0).seen);
	WANT_I64(0, open_for(c, f.worker[0]));
	WANT_ERR(ERR_MISSING, review_contest(c, key, S("a dog, look")));
	WANT_OK(pay_close(c, f.project, &back));
	WANT_I64(1, open_for(c, f.worker[0]));
	WANT_OK(review_contest(c, key, S("a dog, look")));
	WANT_ERR(ERR_CONFLICT, review_contest(c, key, S("and again")));
	WANT_ERR(ERR_INPUT, review_contest(c, key, S("  ")));
}

TEST(review, an_upheld_contest_makes_the_answer_known_and_scores_all_again)
{
	struct fixture f = mistaken(c, 1, 2);
	struct assignment_key key = { f.project, { 1 }, f.worker[0] };
	struct json_value *truth;
	struct str label;
	money back;

	fixture_answer(c, &f, 1, 1, "cat");
	WANT_OK(job_signal(c, "quality.score", f.project.v));
	WANT_OK(pay_close(c, f.project, &back));
	test_run_jobs(c);
	WANT_I64(1, score_of(c, &f, 1).right);
	WANT_OK(review_contest(c, key, S("a dog, look")));
	WANT_OK(review_contest_decide(c, key, REVIEW_RIGHT, S("")));
	WANT_OK(review_contest_decide(c, key, REVIEW_RIGHT, S("")));
	WANT_ERR(ERR_CONFLICT, review_contest_decide(c, key, REVIEW_DISMISS, S("no")));
	test_run_jobs(c);
	WANT_I64(1, score_of(c, &f, 0).right);
	WANT_I64(0, score_of(c, &f, 1).right);
	WANT_OK(quality_truth(c, f.project, key.task, &truth));
	WANT(json_text(json_get(truth, S("label")), &label));
	WANT_STR(S("dog"), label);
}

TEST(review, where_nobody_can_know_the_known_answer_goes_and_counts_for_nobody)
{
	struct fixture f = mistaken(c, 1, 2);
	struct assignment_key key = { f.project, { 1 }, f.worker[0] };
	struct task task;
	money back;

	WANT_OK(pay_close(c, f.project, &back));
	test_run_jobs(c);
	WANT_OK(review_contest(c, key, S("it is both")));
	WANT_OK(review_contest_decide(c, key, REVIEW_UNCLEAR, S("so it is")));
	test_run_jobs(c);
	WANT_I64(0, score_of(c, &f, 0).seen);
	WANT_OK(task_get(c, f.project, key.task, &task));
	WANT(!task.gold);
	WANT(!task.open);
}

TEST(review, a_dismissed_contest_has_a_reply_and_changes_nothing)
{
	struct fixture f = mistaken(c, 0, 1);
	struct assignment_key key = { f.project, { 1 }, f.worker[0] };

	WANT_OK(review_reject(c, key, S("a cat")));
	WANT_OK(review_contest(c, key, S("a dog, look")));
	WANT_ERR(ERR_INPUT, review_contest_decide(c, key, REVIEW_DISMISS, S(" ")));
	WANT_OK(review_contest_decide(c, key, REVIEW_DISMISS, S("it has whiskers")));
	test_run_jobs(c);
	WANT_I64(ASSIGNMENT_REJECTED, state_of(c, key));
	key.worker = f.worker[1];
	WANT_ERR(ERR_MISSING, review_contest_decide(c, key, REVIEW_DISMISS, S("no")));
	WANT_ERR(ERR_MISSING, review_contest(c, key, S("I was never here")));
}

TEST(review, an_upheld_rejection_is_paid_and_the_item_is_concluded_with_it)
{
	struct fixture f = mistaken(c, 0, 1);
	struct assignment_key key = { f.project, { 1 }, f.worker[0] };
	struct quality_result *row;
	struct skill_of_workers *skill;
	size_t count;
	money back;

	WANT_OK(review_reject(c, key, S("a cat")));
	WANT_OK(review_contest(c, key, S("a dog, look")));
	WANT_ERR(ERR_CONFLICT, pay_close(c, f.project, &back));
	WANT_OK(review_contest_decide(c, key, REVIEW_RIGHT, S("")));
	test_run_jobs(c);
	WANT_I64(ASSIGNMENT_APPROVED, state_of(c, key));
	WANT_OK(quality_results(c, f.project, key.task, &row, &count));
	WANT_I64(1, count);
	WANT_STR(S("\"dog\""), row[0].value);
	WANT_OK(skill_of_workers(c, f.project, f.worker[0], f.worker[0], &skill, &count));
	WANT_I64(1, count);
	WANT_I64(1, skill[0].answers);
	WANT_I64(0, skill[0].rejected);
	WANT_OK(pay_close(c, f.project, &back));
	WANT_ERR(ERR_MISSING, review_contest(c, key, S("once more")));
}

TEST(review, an_upheld_rejection_whose_place_was_taken_is_paid_from_a_place_of_gold)
{
	struct fixture f = mistaken(c, 1, 3);
	struct assignment_key key = { f.project, { 2 }, f.worker[0] };
	struct task gold;

	fixture_answer(c, &f, 0, 2, "dog");
	test_run_jobs(c);
	WANT_OK(review_reject(c, key, S("a cat")));
	for (int w = 1; w <= 3; w++)
		fixture_answer(c, &f, w, 2, "cat");
	test_run_jobs(c);
	WANT_OK(review_contest(c, key, S("a dog, look")));
	WANT_OK(review_contest_decide(c, key, REVIEW_RIGHT, S("")));
	test_run_jobs(c);
	WANT_I64(ASSIGNMENT_APPROVED, state_of(c, key));
	WANT_OK(task_get(c, f.project, (task_id){ 1 }, &gold));
	WANT(gold.open);
}

TEST(review, where_no_place_is_left_an_upheld_rejection_is_refused)
{
	struct fixture f = mistaken(c, 0, 1);
	struct assignment_key key = { f.project, { 1 }, f.worker[0] };

	WANT_OK(review_reject(c, key, S("a cat")));
	fixture_answer(c, &f, 1, 1, "cat");
	test_run_jobs(c);
	WANT_OK(review_contest(c, key, S("a dog, look")));
	WANT_ERR(ERR_CONFLICT, review_contest_decide(c, key, REVIEW_RIGHT, S("")));
	WANT_I64(ASSIGNMENT_REJECTED, state_of(c, key));
}

/* --- what is made of doubts --- */

/* Worker 0 says dog to twenty cats and dogs in turn, on which three others agree. */
static struct fixture doubted(struct ctx *c)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .tasks = 24,
								   .redundancy = 4,
								   .gold = 2,
								   .gold_share_permille = 50,
								   .approve_after_s = 3600,
								   .shrunk = true });

	for (int n = 1; n <= 20; n++) {
		fixture_answer(c, &f, 0, n, "dog");
		for (int w = 1; w < 4; w++)
			fixture_answer(c, &f, w, n, n % 2 == 0 ? "dog" : "cat");
	}
	WANT_OK(job_signal(c, "quality.refit", f.project.v));
	test_run_jobs(c);
	return f;
}

static size_t doubts_about(struct ctx *c, const struct fixture *f, int worker, int64_t *state)
{
	struct doubt_list *row;
	size_t count;

	WANT_OK(doubt_list(c, f->project, f->worker[worker], f->worker[worker], &row, &count));
	*state = count > 0 ? row[0].state : -1;
	return count;
}

static enum err ask_next(struct ctx *c, const struct fixture *f, int worker)
{
	struct dispatch_ask ask = { .ctx = c, .worker = f->worker[worker] };
	struct dispatch_desk desk;

	TRY(dispatch_desk(c, f->project, &desk));
	TRY(dispatch_next(c, &desk, &ask, 1));
	return ask.err;
}

TEST(review, one_answer_to_everything_is_evidence_and_nothing_follows_by_itself)
{
	struct fixture f = doubted(c);
	int64_t state;

	WANT_I64(1, doubts_about(c, &f, 0, &state));
	WANT_I64(QUALITY_DOUBT_WAITS, state);
	for (int w = 1; w < 4; w++)
		WANT_I64(0, doubts_about(c, &f, w, &state));
	WANT_OK(ask_next(c, &f, 0));
}

TEST(review, a_paused_worker_gets_no_more_tasks_and_what_waits_opens_again)
{
	struct fixture f = doubted(c);
	struct assignment_key approved = { f.project, { 1 }, f.worker[0] },
			      waiting = { f.project, { 3 }, f.worker[0] };
	int64_t state;

	WANT_OK(review_approve(c, approved));
	WANT_OK(ask_next(c, &f, 0));
	WANT_ERR(ERR_INPUT, review_worker_decide(c, f.project, f.worker[0], REVIEW_PAUSE, S(" ")));
	WANT_ERR(ERR_CONFLICT,
		 review_worker_decide(c, f.project, f.worker[1], REVIEW_PAUSE, S("why not")));
	WANT_OK(review_worker_decide(c, f.project, f.worker[0], REVIEW_PAUSE,
				     S("all your answers are dog")));
	test_run_jobs(c);
	WANT_ERR(ERR_DENIED, ask_next(c, &f, 0));
	WANT_OK(ask_next(c, &f, 1));
	WANT_I64(ASSIGNMENT_APPROVED, state_of(c, approved));
	WANT_I64(ASSIGNMENT_REJECTED, state_of(c, waiting));
	WANT_OK(review_contest(c, waiting, S("they all were dogs to me")));
	WANT_I64(1, doubts_about(c, &f, 0, &state));
	WANT_I64(QUALITY_DOUBT_PAUSED, state);
}

TEST(review, a_pause_ends_by_another_decision_which_the_next_estimate_leaves_alone)
{
	struct fixture f = doubted(c);
	int64_t state;

	WANT_OK(review_worker_decide(c, f.project, f.worker[0], REVIEW_PAUSE, S("dogs only")));
	WANT_OK(review_worker_decide(c, f.project, f.worker[0], REVIEW_WATCH, S("")));
	WANT_OK(job_signal(c, "quality.refit", f.project.v));
	test_run_jobs(c);
	WANT_OK(ask_next(c, &f, 0));
	WANT_I64(1, doubts_about(c, &f, 0, &state));
	WANT_I64(QUALITY_DOUBT_WATCHED, state);
}
