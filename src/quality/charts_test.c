/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "quality/quality.h"
#include "tests/fixture.h"

TEST(quality, charts_show_agreement_confusion_and_workers)
{
	struct fixture f =
		fixture_open(c, (struct fixture_shape){
					.tasks = 11, .redundancy = 3, .gold = 10, .shrunk = true });
	struct json out = json_make(c->mem, 1 << 20);
	struct project project;
	struct json_value *read;
	struct json_fault fault;
	double number, sum = 0;
	int64_t count;

	for (int n = 1; n <= 11; n++) {
		fixture_answer(c, &f, 0, n, "cat");
		fixture_answer(c, &f, 1, n, "dog");
		fixture_answer(c, &f, 2, n, "dog");
	}
	test_run_jobs(c);
	WANT_OK(project_get(c, f.project, &project));
	WANT_OK(quality_charts(c, &project, &out));
	WANT(json_read(c->mem, json_end(&out), &read, &fault));
	WANT(json_i64(json_get(read, S("sampled")), 11, 11, &count));
	const struct json_value *a = json_at(json_get(read, S("agreement")), 0);
	WANT_STR(S("label"), json_get(a, S("field"))->text);
	WANT(json_i64(json_get(a, S("items")), 11, 11, &count));
	/* Of each three pairs one agrees. */
	WANT(json_f64(json_get(a, S("share")), &number) && number > 0.333 && number < 0.334);
	WANT(json_i64(json_at(json_get(a, S("bins")), 1), 11, 11, &count));
	const struct json_value *confusion = json_at(json_get(read, S("confusion")), 0);
	WANT_I64(2, json_get(confusion, S("values"))->count);
	for (const struct json_value *v = json_get(confusion, S("counts"))->first; v != NULL;
	     v = v->next) {
		WANT(json_f64(v, &number));
		sum += number;
	}
	WANT(sum > 32.9 && sum < 33.1); /* every answer stands in one of its cells */
	WANT_I64(3, json_get(read, S("workers"))->count);
}
