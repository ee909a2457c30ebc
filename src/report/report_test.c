/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "report/report.h"
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

TEST(report, an_absent_project_has_no_figures)
{
	struct report_progress p;

	WANT_ERR(ERR_MISSING, report_progress(c, (project_id){ 4711 }, &p));
}
