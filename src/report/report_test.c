/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "report/report.h"
#include "report/report_in.h"
#include "tests/fixture.h"

TEST(report, figures_are_those_of_the_work)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .tasks = 2, .redundancy = 2 });
	struct report_progress p;

	fixture_answer(c, &f, 0, 1, "cat");
	fixture_answer(c, &f, 1, 1, "cat");
	fixture_answer(c, &f, 0, 2, "cat");
	test_run_jobs(c);
	WANT_OK(report_progress(c, f.project, &p));
	WANT_I64(3, p.submitted);
	WANT_I64(1, p.judged);
	WANT_I64(4, p.needed);
	WANT(p.confidence > 0.999);
}

TEST(report, the_rate_tells_when_it_ends)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .tasks = 2, .redundancy = 2 });
	struct report_progress p;

	test_wait(c, USEC_HOUR / 60);
	fixture_answer(c, &f, 0, 1, "cat");
	fixture_answer(c, &f, 1, 1, "cat");
	WANT_OK(report_progress(c, f.project, &p));
	WANT(p.rate_per_hour >= 115 && p.rate_per_hour <= 120);
	WANT(p.finish.us > c->now.us && p.finish.us <= c->now.us + 62 * USEC_SECOND);
}

TEST(report, points_keep_what_was_concluded_and_paid)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .tasks = 2, .redundancy = 1 });
	struct project_state state;
	struct report_point *point;
	size_t count;

	fixture_answer(c, &f, 0, 1, "cat");
	for (int i = 0; i < 3; i++) {
		test_run_jobs(c);
		test_wait(c, 6 * USEC_SECOND);
	}
	test_run_jobs(c);
	WANT_OK(project_state_get(c, f.project, &state));
	WANT_OK(report_chart(c, &state, &point, &count));
	WANT(count > 0);
	WANT_I64(1, point[count - 1].submitted);
	WANT_I64(1, point[count - 1].judged);
	WANT_I64(1, point[count - 1].results);
	WANT_I64(1000000, point[count - 1].confidence);
	WANT_I64(1, point[count - 1].paid);
}

TEST(report, a_look_is_kept_and_the_last_one_is_at_the_end_of_the_work)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .tasks = 2, .redundancy = 2 });
	struct report_look first, same, last, after;

	fixture_answer(c, &f, 0, 1, "cat");
	fixture_answer(c, &f, 1, 1, "cat");
	test_run_jobs(c);
	test_wait(c, 11 * USEC_SECOND);
	test_run_jobs(c);
	WANT_OK(report_look(c, f.project, &first));
	WANT_I64(2, first.submitted);
	WANT_I64(1, first.judged);
	WANT(str_starts(first.body, S("{\"sampled\":1,")));
	test_wait(c, 16 * USEC_SECOND);
	test_run_jobs(c);
	WANT_OK(report_look(c, f.project, &same));
	WANT_STR(first.body, same.body);
	WANT(same.at.us > first.at.us);
	fixture_answer(c, &f, 0, 2, "cat");
	fixture_answer(c, &f, 1, 2, "dog");
	test_run_jobs(c);
	test_wait(c, 16 * USEC_SECOND);
	test_run_jobs(c);
	WANT_OK(report_look(c, f.project, &last));
	WANT_I64(PROJECT_DONE, last.state);
	WANT(str_starts(last.body, S("{\"sampled\":2,")));
	test_wait(c, 60 * USEC_SECOND);
	test_run_jobs(c);
	WANT_OK(report_look(c, f.project, &after));
	WANT_I64(last.at.us, after.at.us); /* nobody looks at what is over */
}

TEST(report, an_absent_project_has_no_figures)
{
	struct report_progress p;

	WANT_ERR(ERR_MISSING, report_progress(c, (project_id){ 4711 }, &p));
}
