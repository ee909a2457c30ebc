/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "kind/kind_test_in.h"

#define SCALE(more) BLOCKS("{\"type\":\"scale\",\"name\":\"s\",\"label\":\"How?\"" more "}")

PLAIN_TEST(kind_scale, faults_name_the_place)
{
	static const struct {
		const char *path, *text;
	} cases[] = {
		{ "", SCALE("") },
		{ "", SCALE(",\"min\":0,\"max\":10,\"low\":\"bad\",\"high\":\"good\"") },
		{ "blocks[0].step", SCALE(",\"step\":1") },
		{ "blocks[0].min", SCALE(",\"min\":0.5") },
		{ "blocks[0].min", SCALE(",\"min\":-101") },
		{ "blocks[0].max", SCALE(",\"max\":1") },
		{ "blocks[0].max", SCALE(",\"min\":0,\"max\":11") },
		{ "blocks[0].low", SCALE(",\"low\":7") },
		{ "blocks[0].high", SCALE(",\"high\":\"a\\nb\"") },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		WANT_STR(str_of(cases[i].path), kind_test_fault(c, cases[i].text));
}

PLAIN_TEST(kind_scale, a_page_has_its_steps_and_words)
{
	WANT_STR(S("[{\"type\":\"scale\",\"name\":\"s\",\"label\":\"How?\",\"required\":true,"
		   "\"min\":1,\"max\":5,\"low\":\"bad\",\"high\":\"\"}]"),
		 kind_test_page(c, SCALE(",\"low\":\"bad\""), "{}"));
}

PLAIN_TEST(kind_scale, an_answer_is_one_of_the_steps)
{
	WANT_STR(S("{\"s\":5}"), kind_test_answer(c, SCALE(""), "{\"s\":5}"));
	WANT_STR(S("fault s"), kind_test_answer(c, SCALE(""), "{\"s\":6}"));
	WANT_STR(S("fault s"), kind_test_answer(c, SCALE(""), "{\"s\":0}"));
	WANT_STR(S("fault s"), kind_test_answer(c, SCALE(""), "{\"s\":2.5}"));
	WANT_STR(S("fault s"), kind_test_answer(c, SCALE(""), "{\"s\":\"3\"}"));
	WANT_STR(S("3"), kind_test_truth(c, SCALE(""), " 3 "));
	WANT_STR(S("fault"), kind_test_truth(c, SCALE(""), "three"));
	WANT(kind_test_same(c, SCALE(""), "3", "3"));
	WANT(!kind_test_same(c, SCALE(""), "3", "4"));
}

PLAIN_TEST(kind_scale, ratings_meet_at_the_lower_median)
{
	kind_test_want_joined(c, SCALE(""), "[1,5,4]", "4", 1.0 / 3, "");
	kind_test_want_joined(c, SCALE(""), "[5,2,2,4]", "2", 0.5, "[2,4]");
	kind_test_want_joined(c, SCALE(""), "[3,3,null]", "3", 2.0 / 3, "");
	kind_test_want_joined(c, SCALE(""), "[3,null,null]", "null", 2.0 / 3, "");
	kind_test_want_joined(c, SCALE(",\"min\":-2,\"max\":2"), "[-2,-1,-2]", "-2", 2.0 / 3, "");
}
