/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "kind/kind_test_in.h"

#define PAIR(options, more)                                                                   \
	BLOCKS("{\"type\":\"pair\",\"name\":\"p\",\"label\":\"Which?\",\"options\":[" options \
	       "]" more "}")
#define AB "\"a\",{\"value\":\"b\",\"label\":\"{{right}}\"}"

PLAIN_TEST(kind_pair, faults_name_the_place)
{
	WANT_STR(S(""), kind_test_fault(c, PAIR(AB, "")));
	WANT_STR(S("blocks[0].options"), kind_test_fault(c, PAIR("\"a\"", "")));
	WANT_STR(S("blocks[0].options"), kind_test_fault(c, PAIR("\"a\",\"b\",\"c\"", "")));
	WANT_STR(S("blocks[0].options[1]"), kind_test_fault(c, PAIR("\"a\",\"equal\"", "")));
	WANT_STR(S("blocks[0].options[1]"), kind_test_fault(c, PAIR("\"a\",\"a\"", "")));
	WANT_STR(S("blocks[0].equal"), kind_test_fault(c, PAIR(AB, ",\"equal\":1")));
	WANT_STR(S("blocks[0].many"), kind_test_fault(c, PAIR(AB, ",\"many\":true")));
}

PLAIN_TEST(kind_pair, an_answer_is_one_of_both_or_equal_where_that_may_be)
{
	WANT_STR(S("{\"p\":\"b\"}"), kind_test_answer(c, PAIR(AB, ""), "{\"p\":\"b\"}"));
	WANT_STR(S("fault p"), kind_test_answer(c, PAIR(AB, ""), "{\"p\":\"c\"}"));
	WANT_STR(S("fault p"), kind_test_answer(c, PAIR(AB, ""), "{\"p\":[\"a\"]}"));
	WANT_STR(S("fault p"), kind_test_answer(c, PAIR(AB, ""), "{\"p\":\"equal\"}"));
	WANT_STR(S("{\"p\":\"equal\"}"),
		 kind_test_answer(c, PAIR(AB, ",\"equal\":true"), "{\"p\":\"equal\"}"));
	WANT_STR(S("\"a\""), kind_test_truth(c, PAIR(AB, ""), " a"));
	WANT_STR(S("fault"), kind_test_truth(c, PAIR(AB, ""), "first"));
	WANT(kind_test_same(c, PAIR(AB, ""), "\"a\"", "\"a\""));
	WANT(!kind_test_same(c, PAIR(AB, ""), "\"a\"", "\"b\""));
}

PLAIN_TEST(kind_pair, most_votes_win_and_a_tie_keeps_both)
{
	const char *template = PAIR(AB, ",\"equal\":true");

	kind_test_want_joined(c, template, "[\"b\",\"a\",\"b\"]", "\"b\"", 2.0 / 3, "");
	kind_test_want_joined(c, template, "[\"equal\",\"b\"]", "\"b\"", 0.5, "[\"b\",\"equal\"]");
	kind_test_want_joined(c, template, "[null,null,\"a\"]", "null", 2.0 / 3, "");
}

PLAIN_TEST(kind_pair, a_page_has_both_sides)
{
	WANT_STR(S("[{\"type\":\"pair\",\"name\":\"p\",\"label\":\"Which?\",\"required\":true,"
		   "\"options\":[{\"value\":\"a\",\"label\":\"a\"},{\"value\":\"b\",\"label\":"
		   "\"The other\"}],\"equal\":false}]"),
		 kind_test_page(c, PAIR(AB, ""), "{\"right\":\"The other\"}"));
}
