/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "quality/quality_in.h"
#include "pay/pay_in.h"
#include "review/review.h"
#include "pay/pay.h"
#include "project/project_in.h"
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

/* Worker 0 knows ten known items, workers 1 and 2 do not; on the eleventh they are against him. */
static struct fixture unequal(struct ctx *c, bool shrunk)
{
	struct fixture f = fixture_open(
		c, (struct fixture_shape){
			   .tasks = 11, .redundancy = 3, .gold = 10, .shrunk = shrunk });

	for (int n = 1; n <= 11; n++) {
		fixture_answer(c, &f, 0, n, "cat");
		fixture_answer(c, &f, 1, n, "dog");
		fixture_answer(c, &f, 2, n, "dog");
	}
	test_run_jobs(c);
	return f;
}

TEST(quality, one_who_knows_outweighs_two_who_do_not)
{
	struct fixture f = unequal(c, true);
	struct quality_result r = result_of(c, &f, 11);

	WANT_STR(S("\"cat\""), r.value);
	WANT(r.confidence > 0.5 && r.confidence < 1);
	WANT(str_starts(r.posterior, S("[9")));
}

TEST(quality, by_plurality_two_outweigh_one)
{
	struct fixture f = unequal(c, false);
	struct quality_result r = result_of(c, &f, 11);

	WANT_STR(S("\"dog\""), r.value);
	WANT(r.confidence > 0.66 && r.confidence < 0.67);
}

TEST(quality, a_project_is_done_when_all_its_answers_were_estimated_together)
{
	struct fixture f = unequal(c, true);
	struct project_state state;
	struct crowd_look *row;
	size_t count;

	WANT_OK(project_state_get(c, f.project, &state));
	WANT_I64(PROJECT_DONE, state.state);
	WANT_OK(crowd_look(c, f.project, &row, &count));
	WANT_I64(1, count);
	WANT_I64(33, row[0].answers);
	WANT_I64(33, row[0].fitted);
	WANT_I64(10, row[0].known);
}

TEST(quality, a_rejected_answer_leaves_the_sums_and_counts_against_who_gave_it)
{
	struct fixture f = unequal(c, true);
	struct assignment_key key = { f.project, { 11 }, f.worker[1] };
	struct skill_of_workers *row;
	size_t count;

	WANT_OK(review_reject(c, key, S("a cat has whiskers")));
	WANT_OK(skill_of_workers(c, f.project, f.worker[1], f.worker[1], &row, &count));
	WANT_I64(1, count);
	WANT_I64(10, row[0].answers);
	WANT_I64(1, row[0].rejected);
	WANT_OK(skill_of_workers(c, f.project, f.worker[0], f.worker[0], &row, &count));
	WANT_I64(10, row[0].answers);
	WANT_I64(0, row[0].rejected);
	fixture_answer(c, &f, 3, 11, "cat");
	test_run_jobs(c);
	WANT_STR(S("\"cat\""), result_of(c, &f, 11).value);
}

TEST(quality, of_a_choice_of_many_each_option_is_judged)
{
	struct fixture f = fixture_open(
		c, (struct fixture_shape){
			   .tasks = 1,
			   .redundancy = 3,
			   .shrunk = true,
			   .template = "{\"blocks\":[{\"type\":\"choice\",\"name\":\"label\","
				       "\"label\":\"Which?\",\"many\":true,"
				       "\"options\":[\"a\",\"b\",\"c\"]}]}" });
	static const char *const said[] = { "{\"label\":[\"a\"]}", "{\"label\":[\"a\",\"b\"]}",
					    "{\"label\":[\"a\",\"c\"]}" };

	for (int w = 0; w < 3; w++) {
		struct assignment_key key = { f.project, { 1 }, f.worker[w] };
		struct assignment a;
		bool got, fresh;

		WANT_OK(assignment_accept(c, key, USEC_HOUR, &a, &got));
		WANT_OK(assignment_submit(c, key, a.epoch, str_of(said[w]), 1000, &fresh));
	}
	test_run_jobs(c);
	struct quality_result r = result_of(c, &f, 1);
	WANT_STR(S("[\"a\"]"), r.value);
	WANT_STR(S(""), r.ties);
	WANT(r.confidence > 0.5 && r.confidence < 1);
}

TEST(quality, a_worker_reads_what_is_thought_of_his_own_answers_once_there_are_ten)
{
	struct fixture f = unequal(c, true);
	struct quality_skill *row;
	size_t count;

	for (int w = 0; w < 2; w++) {
		WANT_OK(quality_skills(c, f.worker[w], (project_id){ 0 }, 10, &row, &count));
		WANT_I64(1, count);
		WANT_STR(S("Fixture"), row[0].title);
		WANT_I64(11, row[0].answers);
		WANT(row[0].known);
		WANT(row[0].at_least < row[0].share);
		WANT(w == 0 ? row[0].share > 0.7 : row[0].share < 0.35);
	}
	WANT_OK(quality_skills(c, f.worker[3], (project_id){ 0 }, 10, &row, &count));
	WANT_I64(0, count);
}

TEST(quality, little_is_said_of_few_answers)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .tasks = 1, .redundancy = 2 });
	struct quality_skill *row;
	size_t count;

	fixture_answer(c, &f, 0, 1, "dog");
	fixture_answer(c, &f, 1, 1, "dog");
	test_run_jobs(c);
	WANT_OK(quality_skills(c, f.worker[0], (project_id){ 0 }, 10, &row, &count));
	WANT_I64(1, count);
	WANT(!row[0].known);
}

/* --- asking for no more answers than it takes --- */

static struct task task_of(struct ctx *c, const struct fixture *f, int64_t id)
{
	struct task task;

	WANT_OK(task_get(c, f->project, (task_id){ id }, &task));
	return task;
}

/* Asks one worker after the other, as long as the task is open. */
static void ask(struct ctx *c, const struct fixture *f, int64_t task, const char *label)
{
	for (int w = 0; w < 5 && task_of(c, f, task).stage == TASK_COLLECTING; w++) {
		fixture_answer(c, f, (int)(task + w) % 5, task, label);
		test_run_jobs(c);
	}
}

/* Sixty items on which all agree, half of each: the workers' word is worth something. */
static struct fixture trusted(struct ctx *c)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .tasks = 64,
								   .redundancy = 5,
								   .shrunk = true,
								   .confidence_permille = 980 });

	for (int64_t n = 1; n <= 60; n++)
		ask(c, &f, n, n % 2 == 0 ? "cat" : "dog");
	return f;
}

TEST(quality, a_task_on_which_good_workers_agree_stops_at_its_least)
{
	struct fixture f = trusted(c);

	WANT_I64(2, task_of(c, &f, 61).need);
	WANT_I64(5, task_of(c, &f, 61).cap);
	ask(c, &f, 61, "cat");
	WANT_I64(TASK_JUDGED, task_of(c, &f, 61).stage);
	WANT_I64(2, task_of(c, &f, 61).filled);
	WANT(result_of(c, &f, 61).confidence >= 0.98);
}

TEST(quality, a_task_on_which_workers_differ_is_asked_on_and_never_past_its_most)
{
	struct fixture f = trusted(c);

	for (int w = 0; w < 5; w++) {
		WANT(task_of(c, &f, 62).stage == TASK_COLLECTING);
		fixture_answer(c, &f, w, 62, w % 2 == 0 ? "cat" : "dog");
		test_run_jobs(c);
		WANT(task_of(c, &f, 62).need <= 5);
	}
	WANT_I64(TASK_JUDGED, task_of(c, &f, 62).stage);
	WANT_I64(5, task_of(c, &f, 62).filled);
	WANT_I64(5, result_of(c, &f, 62).answers);
}

TEST(quality, what_was_not_asked_for_goes_back_when_the_project_is_closed)
{
	struct fixture f = trusted(c);
	struct project_state state;
	struct pay_cost cost;
	int64_t filled = 0;
	money back;

	for (int64_t n = 61; n <= 64; n++)
		ask(c, &f, n, "cat");
	WANT_OK(project_state_get(c, f.project, &state));
	WANT_I64(PROJECT_DONE, state.state);
	for (int64_t n = 1; n <= 64; n++)
		filled += task_of(c, &f, n).filled;
	WANT(filled < 64 * 4);
	WANT_OK(pay_close(c, f.project, &back));
	test_run_jobs(c);
	WANT_OK(pay_cost(c, f.project, &cost));
	WANT_I64((64 * 5 - filled) * 12, cost.refunded.minor); /* 10 and a fee of 2 */
}

/* --- questions without a list --- */

static void say(struct ctx *c, const struct fixture *f, int worker, int64_t task, const char *json)
{
	struct assignment_key key = { f->project, { task }, f->worker[worker] };
	struct assignment a;
	bool got, fresh;

	WANT_OK(assignment_accept(c, key, USEC_HOUR, &a, &got));
	WANT(got);
	WANT_OK(assignment_submit(c, key, a.epoch, str_format(c->mem, "{\"label\":%s}", json), 1000,
				  &fresh));
	test_run_jobs(c);
}

#define TEXT_BLOCK "{\"blocks\":[{\"type\":\"text\",\"name\":\"label\",\"label\":\"What?\"}]}"
#define BOX_BLOCK                                                                         \
	"{\"blocks\":[{\"type\":\"box\",\"name\":\"label\",\"label\":\"Where?\",\"src\":" \
	"\"{{name}}\",\"alt\":\"\",\"labels\":[\"a\"]}]}"
#define NUMBER_BLOCK \
	"{\"blocks\":[{\"type\":\"number\",\"name\":\"label\",\"label\":\"?\",\"near\":1}]}"
#define SCALE_BLOCK "{\"blocks\":[{\"type\":\"scale\",\"name\":\"label\",\"label\":\"How?\"}]}"

/* `agree`, said of item n; with `off` not 0 by another one. */
typedef const char *(*saying)(struct ctx *, int64_t n, int off);

static const char *say_text(struct ctx *c, int64_t n, int off)
{
	return str_c(c->mem, str_format(c->mem, "\"word %lld %d\"", (long long)n, off));
}

static const char *say_box(struct ctx *c, int64_t n, int off)
{
	return str_c(c->mem,
		     str_format(c->mem, "{\"shapes\":[{\"label\":\"a\",\"box\":[%lld,%d,40,40]}]}",
				(long long)(n + (off == 0 ? (int64_t)(ctx_random(c) % 4) : 0)),
				60 * off));
}

static const char *say_number(struct ctx *c, int64_t n, int off)
{
	return str_c(c->mem, str_format(c->mem, "%lld.%d", (long long)(10 * n + 3 * off),
					(int)(ctx_random(c) % 4)));
}

static const char *say_scale(struct ctx *c, int64_t n, int off)
{
	return str_c(c->mem, str_format(c->mem, "%lld", (long long)((n + off) % 5 + 1)));
}

/* Forty items on which all agree; then one on which they do and one on which they do not. */
static void want_asked_by_need(struct ctx *c, const char *template, saying what)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .tasks = 42,
								   .redundancy = 5,
								   .shrunk = true,
								   .confidence_permille = 960,
								   .template = template });

	for (int64_t n = 1; n <= 41; n++)
		for (int w = 0; w < 5 && task_of(c, &f, n).stage == TASK_COLLECTING; w++)
			say(c, &f, (int)(n / 5 + w) % 5, n, what(c, n, 0));
	WANT_I64(2, task_of(c, &f, 41).filled);
	WANT(result_of(c, &f, 41).confidence >= 0.96);
	for (int w = 0; w < 5; w++) {
		WANT(task_of(c, &f, 42).stage == TASK_COLLECTING);
		say(c, &f, w, 42, what(c, 42, w));
	}
	WANT_I64(TASK_JUDGED, task_of(c, &f, 42).stage);
	WANT_I64(5, task_of(c, &f, 42).filled);
	WANT(result_of(c, &f, 42).confidence < 0.7);
}

TEST(quality, texts_are_asked_for_until_enough_agree)
{
	want_asked_by_need(c, TEXT_BLOCK, say_text);
}

TEST(quality, boxes_are_asked_for_until_enough_agree)
{
	want_asked_by_need(c, BOX_BLOCK, say_box);
}

TEST(quality, numbers_are_asked_for_until_enough_are_near)
{
	want_asked_by_need(c, NUMBER_BLOCK, say_number);
}

TEST(quality, scales_are_asked_for_until_enough_agree)
{
	want_asked_by_need(c, SCALE_BLOCK, say_scale);
}

/* Workers 0, 1 and 2 agree on twenty texts; 3 and 4 say something of their own. */
static struct fixture two_of_five(struct ctx *c, bool shrunk)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .tasks = 21,
								   .redundancy = 5,
								   .shrunk = shrunk,
								   .template = TEXT_BLOCK });

	for (int64_t n = 1; n <= 20; n++)
		for (int w = 0; w < 5; w++)
			say(c, &f, w, n, say_text(c, n, w < 3 ? 0 : w));
	say(c, &f, 0, 21, "\"right\"");
	say(c, &f, 1, 21, "\"right\"");
	for (int w = 2; w < 5; w++)
		say(c, &f, w, 21, w > 2 ? "\"wrong\"" : "\"other\"");
	return f;
}

TEST(quality, of_texts_two_who_agree_with_others_outweigh_two_who_never_do)
{
	struct fixture f = two_of_five(c, true);
	struct quality_result r = result_of(c, &f, 21);
	struct quality_skill *skill;
	size_t count;

	WANT_STR(S("\"right\""), r.value);
	WANT_STR(S(""), r.ties);
	WANT(r.confidence > 0.5 && r.confidence < 1);
	WANT_OK(quality_skills(c, f.worker[0], (project_id){ 0 }, 10, &skill, &count));
	WANT(skill[0].share > 0.8);
	WANT_OK(quality_skills(c, f.worker[3], (project_id){ 0 }, 10, &skill, &count));
	WANT(skill[0].share < 0.3);
}

TEST(quality, by_plurality_two_texts_against_two_are_a_tie)
{
	struct fixture f = two_of_five(c, false);
	struct quality_result r = result_of(c, &f, 21);

	WANT_STR(S("[\"right\",\"wrong\"]"), r.ties);
	WANT(r.confidence > 0.39 && r.confidence < 0.41);
}

TEST(quality, a_rejected_text_leaves_the_sums_to_the_last_unit)
{
	struct fixture f = fixture_open(
		c, (struct fixture_shape){
			   .tasks = 1, .redundancy = 3, .shrunk = true, .template = TEXT_BLOCK });
	struct crowd_look *row;
	size_t count;

	for (int w = 0; w < 3; w++)
		say(c, &f, w, 1, w < 2 ? "\"same\"" : "\"other\"");
	WANT_OK(crowd_look(c, f.project, &row, &count));
	WANT_I64(3, row[0].answers);
	WANT(row[0].right_ppm > 1500000);
	WANT_OK(review_reject(c, (struct assignment_key){ f.project, { 1 }, f.worker[2] },
			      S("no")));
	WANT_OK(crowd_look(c, f.project, &row, &count));
	WANT_I64(0, row[0].answers);
	WANT_I64(0, row[0].right_ppm);
	WANT_STR(S("[0,0]"), row[0].of_class);
}

TEST(quality, texts_with_known_answers_certify_and_teach_what_claims_are_worth)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .tasks = 40,
								   .redundancy = 3,
								   .gold = 40,
								   .shrunk = true,
								   .template = TEXT_BLOCK });
	struct quality_certified *list;
	struct project project;
	int count;

	/* Every other item misleads all of them: they agree, and are wrong. */
	for (int64_t n = 1; n <= 40; n++)
		for (int w = 0; w < 3; w++)
			say(c, &f, w, n, n % 2 == 0 ? "\"cat\"" : "\"lynx\"");
	WANT_OK(job_signal(c, "quality.refit", f.project.v));
	test_run_jobs(c);
	WANT_OK(project_get(c, f.project, &project));
	WANT_OK(quality_certificate(c, &project, &list, &count));
	WANT_I64(40, list[0].learned);
	WANT_I64(40, list[0].known);
	WANT_I64(20, list[0].right);
	WANT(result_of(c, &f, 1).confidence < 0.75); /* three who agree would claim .97 */
}

TEST(quality, a_scale_is_judged_at_the_step_in_the_middle_of_what_is_believed)
{
	struct fixture f = fixture_open(
		c, (struct fixture_shape){
			   .tasks = 1, .redundancy = 3, .shrunk = true, .template = SCALE_BLOCK });

	say(c, &f, 0, 1, "1");
	say(c, &f, 1, 1, "4");
	say(c, &f, 2, 1, "5");
	WANT_STR(S("4"), result_of(c, &f, 1).value);
}

/* --- known answers out of results --- */

static struct quality_certified certified(struct ctx *c, const struct fixture *f)
{
	struct quality_certified *list;
	struct project project;
	int count;

	WANT_OK(project_get(c, f->project, &project));
	WANT_OK(quality_certificate(c, &project, &list, &count));
	WANT_I64(1, count);
	return list[0];
}

/*
 * Five workers agree on sixty items; the first are asked of more than two, until they are known.
 * Then places are left of most, and workers 5, 6 and 7 come later.
 */
static struct fixture growing(struct ctx *c, int grown)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .tasks = 70,
								   .redundancy = 6,
								   .shrunk = true,
								   .confidence_permille = 970,
								   .gold_share_permille = 500,
								   .gold_grown = grown });

	for (int64_t n = 1; n <= 60; n++)
		ask(c, &f, n, n % 2 == 0 ? "cat" : "dog");
	WANT_OK(job_signal(c, "quality.refit", f.project.v));
	test_run_jobs(c);
	test_wait(c, USEC_SECOND);
	return f;
}

static int64_t grown_of(struct ctx *c, const struct fixture *f, int64_t *first)
{
	int64_t count = 0;

	*first = 0;
	for (int64_t n = 70; n >= 1; n--)
		if (task_of(c, f, n).gold) {
			*first = n;
			count++;
		}
	return count;
}

TEST(quality, sure_results_become_known_answers_for_who_comes_later)
{
	struct fixture f = growing(c, 3);
	struct quality_score score;
	struct json_value *truth;
	int64_t first;

	WANT(grown_of(c, &f, &first) >= 2);
	struct task task = task_of(c, &f, first);
	WANT_I64(TASK_COLLECTING, task.stage);
	WANT(task.need > task.filled && task.need <= task.cap);
	WANT_OK(quality_truth(c, f.project, (task_id){ first }, &truth));
	/* Those who made it are not compared with it, and nobody gets it twice. */
	for (int w = 0; w < 5; w++) {
		WANT_OK(quality_score(c, f.project, f.worker[w], &score));
		WANT_I64(0, score.seen);
	}
	fixture_answer(c, &f, 6, first, first % 2 == 0 ? "cat" : "dog");
	fixture_answer(c, &f, 7, first, first % 2 == 0 ? "dog" : "cat");
	WANT_OK(job_signal(c, "quality.score", f.project.v));
	test_run_jobs(c);
	WANT_OK(quality_score(c, f.project, f.worker[6], &score));
	WANT_I64(1, score.seen);
	WANT_I64(1, score.right);
	WANT_OK(quality_score(c, f.project, f.worker[7], &score));
	WANT_I64(1, score.seen);
	WANT_I64(0, score.right);
	/* What grew is the house's own word and certifies nothing. */
	WANT_I64(0, certified(c, &f).checked);
	WANT_I64(0, certified(c, &f).learned);
}

TEST(quality, nothing_grows_where_nobody_wants_it)
{
	struct fixture f = growing(c, 0);
	int64_t first;

	WANT_I64(0, grown_of(c, &f, &first));
}

TEST(quality, no_more_grow_than_are_wanted)
{
	struct fixture f = growing(c, 1);
	int64_t first;

	WANT_I64(1, grown_of(c, &f, &first));
}

TEST(quality, what_has_grown_is_not_waited_for)
{
	struct fixture f = growing(c, 3);
	struct project_state state;
	int64_t first;

	WANT(grown_of(c, &f, &first) >= 2);
	for (int64_t n = 61; n <= 70; n++)
		ask(c, &f, n, "cat");
	WANT_OK(project_state_get(c, f.project, &state));
	WANT_I64(PROJECT_DONE, state.state);
	WANT_I64(TASK_JUDGED, task_of(c, &f, first).stage);
	WANT_STR(first % 2 == 0 ? S("\"cat\"") : S("\"dog\""), result_of(c, &f, first).value);
}

TEST(quality, an_upheld_contest_puts_a_grown_answer_right_and_compares_nobody_with_it)
{
	struct fixture f = growing(c, 3);
	struct quality_score score;
	int64_t first;

	WANT(grown_of(c, &f, &first) >= 2);
	const char *other = first % 2 == 0 ? "dog" : "cat";
	struct assignment_key key = { f.project, { first }, f.worker[7] };
	fixture_answer(c, &f, 7, first, other);
	for (int64_t n = 61; n <= 70; n++)
		ask(c, &f, n, "cat");
	WANT_OK(job_signal(c, "quality.score", f.project.v));
	test_run_jobs(c);
	WANT_I64(TASK_JUDGED, task_of(c, &f, first).stage);
	fixture_act(c, f.worker[7], USER_WORKER);
	WANT_OK(review_contest(c, key, S("look again")));
	fixture_act(c, f.requester, USER_REQUESTER);
	WANT_OK(review_contest_decide(c, key, REVIEW_RIGHT, S("you are right")));
	test_run_jobs(c);
	struct quality_result r = result_of(c, &f, first);
	WANT_STR(str_format(c->mem, "\"%s\"", other), r.value);
	WANT(r.confidence > 0.999);
	WANT_OK(quality_score(c, f.project, f.worker[7], &score));
	WANT_I64(0, score.seen);
	WANT(!task_of(c, &f, first).open);
}

/* --- the certificate --- */

static enum err check(struct ctx *c, const struct fixture *f, int64_t task, const char *answer)
{
	struct json_value *value;
	struct json_fault fault;

	WANT(json_read(c->mem, str_of(answer), &value, &fault));
	return quality_spot_put(c, f->project, (task_id){ task }, value);
}

TEST(quality, known_answers_certify_what_was_judged_as_if_they_were_not_known)
{
	struct fixture f = unequal(c, true);
	struct quality_certified found = certified(c, &f);

	WANT_I64(1, found.results);
	WANT_I64(10, found.checked);
	WANT_I64(10, found.right);
	WANT(found.low > 0.722 && found.low < 0.723 && found.high > 0.999);
}

TEST(quality, what_is_certified_is_the_method_of_the_project)
{
	struct fixture f = unequal(c, false);

	WANT_I64(10, certified(c, &f).checked);
	WANT_I64(0, certified(c, &f).right); /* two of three were wrong each time */
}

TEST(quality, known_answers_certify_kinds_without_a_list_by_as_many_answers_as_others_have)
{
	struct fixture f =
		fixture_open(c, (struct fixture_shape){
					.tasks = 3,
					.gold = 2,
					.redundancy = 1,
					.draft = true,
					.template = "{\"blocks\":[{\"type\":\"text\","
						    "\"name\":\"label\",\"label\":\"x\"}]}",
				});
	struct project_edit more = { .id = f.project,
				     .gold_redundancy = 3,
				     .has_gold_redundancy = true };
	struct quality_certified found;

	WANT_OK(project_change(c, &more));
	WANT_OK(pay_publish(c, f.project));
	test_run_jobs(c);
	WANT_I64(0, certified(c, &f).checked);
	fixture_answer(c, &f, 0, 1, "cow"); /* wrong, and as many as an ordinary one has */
	fixture_answer(c, &f, 0, 3, "cow");
	for (int w = 1; w < 3; w++)
		fixture_answer(c, &f, w, 1, "cat");
	for (int w = 0; w < 3; w++)
		fixture_answer(c, &f, w, 2, "Cat");
	test_run_jobs(c);
	found = certified(c, &f);
	WANT_I64(1, found.results);
	WANT_I64(2, found.known);
	WANT_I64(2, found.checked);
	WANT_I64(1, found.right);
}

TEST(quality, a_spot_check_counts_once_and_says_whether_the_result_was_right)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .tasks = 2, .redundancy = 2 });
	struct quality_certified before, after;
	task_id task;
	bool found;

	WANT_OK(quality_spot_next(c, f.project, &task, &found));
	WANT(!found);
	for (int n = 1; n <= 2; n++) {
		fixture_answer(c, &f, 0, n, "dog");
		fixture_answer(c, &f, 1, n, "dog");
	}
	test_run_jobs(c);
	before = certified(c, &f);
	WANT_I64(0, before.checked);
	WANT_OK(quality_spot_next(c, f.project, &task, &found));
	WANT(found);
	WANT_OK(check(c, &f, task.v, "{\"label\":\"cat\"}"));
	WANT_ERR(ERR_CONFLICT, check(c, &f, task.v, "{\"label\":\"cat\"}"));
	WANT_ERR(ERR_INPUT, check(c, &f, 3 - task.v, "{\"label\":\"horse\"}"));
	WANT_OK(check(c, &f, 3 - task.v, "{\"label\":\"dog\"}"));
	WANT_OK(quality_spot_next(c, f.project, &task, &found));
	WANT(!found);
	after = certified(c, &f);
	WANT_I64(2, after.checked);
	WANT_I64(1, after.right);
}

TEST(quality, the_interval_is_that_of_wilson)
{
	double low, high;

	quality_interval(98, 100, &low, &high);
	WANT(low > 0.9299 && low < 0.9301);
	WANT(high > 0.9944 && high < 0.9946);
	quality_interval(0, 5, &low, &high);
	WANT(low < 1e-9);
	WANT(high > 0.4344 && high < 0.4346);
}
