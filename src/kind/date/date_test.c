/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "kind/kind_test_in.h"

#define DATE(more) BLOCKS("{\"type\":\"date\",\"name\":\"d\",\"label\":\"When?\"" more "}")

PLAIN_TEST(kind_date, faults_name_the_place)
{
	static const struct {
		const char *path, *text;
	} cases[] = {
		{ "", DATE("") },
		{ "", DATE(",\"min\":\"2000-02-29\",\"max\":\"2000-02-29\"") },
		{ "blocks[0].zone", DATE(",\"zone\":1") },
		{ "blocks[0].min", DATE(",\"min\":\"1900-02-29\"") },
		{ "blocks[0].min", DATE(",\"min\":2000") },
		{ "blocks[0].max", DATE(",\"max\":\"tomorrow\"") },
		{ "blocks[0].min", DATE(",\"min\":\"2000-01-02\",\"max\":\"2000-01-01\"") },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		WANT_STR(str_of(cases[i].path), kind_test_fault(c, cases[i].text));
}

PLAIN_TEST(kind_date, an_answer_is_a_day_of_the_calendar_within_the_bounds)
{
	static const char *const wrong[] = {
		"\"2026-2-1\"",	  "\"2026-02-29\"", "\"2026-13-01\"", "\"2026-00-01\"",
		"\"2026-04-31\"", "\"2026-01-00\"", "\"0000-01-01\"", "\"2026/01/01\"",
		"\"2026-01-1x\"", "20260101",	    "\"1999-12-31\"", "\"2031-01-01\"",
	};
	const char *template = DATE(",\"min\":\"2000-01-01\",\"max\":\"2030-12-31\"");

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct str answer = str_format(c->mem, "{\"d\":%s}", wrong[i]);

		WANT_STR(S("fault d"), kind_test_answer(c, template, str_c(c->mem, answer)));
	}
	WANT_STR(S("{\"d\":\"2000-01-01\"}"),
		 kind_test_answer(c, template, "{\"d\":\"2000-01-01\"}"));
	WANT_STR(S("{\"d\":\"2024-02-29\"}"),
		 kind_test_answer(c, template, "{\"d\":\"2024-02-29\"}"));
	WANT_STR(S("\"2024-02-29\""), kind_test_truth(c, template, " 2024-02-29 "));
	WANT_STR(S("fault"), kind_test_truth(c, template, "29.2.2024"));
	WANT(kind_test_same(c, template, "\"2024-02-29\"", "\"2024-02-29\""));
	WANT(!kind_test_same(c, template, "\"2024-02-29\"", "\"2024-02-28\""));
}

PLAIN_TEST(kind_date, days_agree_by_most_votes)
{
	kind_test_want_joined(c, DATE(""), "[\"2024-01-02\",\"2024-01-01\",\"2024-01-02\",null]",
			      "\"2024-01-02\"", 0.5, "");
	kind_test_want_joined(c, DATE(""), "[\"2024-01-02\",\"2024-01-01\"]", "\"2024-01-01\"", 0.5,
			      "[\"2024-01-01\",\"2024-01-02\"]");
	kind_test_want_joined(c, DATE(""), "[null,null,\"2024-01-01\"]", "null", 2.0 / 3, "");
}

PLAIN_TEST(kind_date, a_page_has_its_bounds)
{
	WANT_STR(S("[{\"type\":\"date\",\"name\":\"d\",\"label\":\"When?\",\"required\":true,"
		   "\"min\":\"2000-01-01\",\"max\":null}]"),
		 kind_test_page(c, DATE(",\"min\":\"2000-01-01\""), "{}"));
}
