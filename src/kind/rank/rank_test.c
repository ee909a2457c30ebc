/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "kind/kind_test_in.h"

#define RANK(options) \
	BLOCKS("{\"type\":\"rank\",\"name\":\"r\",\"label\":\"Order\",\"options\":[" options "]}")
#define ABC "\"a\",\"b\",{\"value\":\"c\",\"label\":\"{{c}}\"}"

PLAIN_TEST(kind_rank, faults_name_the_place)
{
	WANT_STR(S(""), kind_test_fault(c, RANK(ABC)));
	WANT_STR(S("blocks[0].options"), kind_test_fault(c, RANK("\"a\"")));
	WANT_STR(S("blocks[0].options[1]"), kind_test_fault(c, RANK("\"a\",\"a\"")));
	WANT_STR(S("blocks[0].min"),
		 kind_test_fault(c, BLOCKS("{\"type\":\"rank\",\"name\":\"r\",\"label\":\"x\","
					   "\"options\":[\"a\",\"b\"],\"min\":1}")));
}

PLAIN_TEST(kind_rank, an_answer_has_each_option_once)
{
	WANT_STR(S("{\"r\":[\"c\",\"a\",\"b\"]}"),
		 kind_test_answer(c, RANK(ABC), "{\"r\":[\"c\",\"a\",\"b\"]}"));
	WANT_STR(S("fault r"), kind_test_answer(c, RANK(ABC), "{\"r\":[\"c\",\"a\"]}"));
	WANT_STR(S("fault r"), kind_test_answer(c, RANK(ABC), "{\"r\":[\"c\",\"a\",\"a\"]}"));
	WANT_STR(S("fault r"), kind_test_answer(c, RANK(ABC), "{\"r\":[\"c\",\"a\",\"z\"]}"));
	WANT_STR(S("fault r"), kind_test_answer(c, RANK(ABC), "{\"r\":[\"c\",\"a\",7]}"));
	WANT_STR(S("fault r"), kind_test_answer(c, RANK(ABC), "{\"r\":\"a\"}"));
	WANT_STR(S("[\"b\",\"a\",\"c\"]"), kind_test_truth(c, RANK(ABC), "b | a|c"));
	WANT_STR(S("fault"), kind_test_truth(c, RANK(ABC), "b|a"));
	WANT(kind_test_same(c, RANK(ABC), "[\"a\",\"b\",\"c\"]", "[\"a\",\"b\",\"c\"]"));
	WANT(!kind_test_same(c, RANK(ABC), "[\"a\",\"b\",\"c\"]", "[\"b\",\"a\",\"c\"]"));
}

PLAIN_TEST(kind_rank, orders_are_joined_by_the_sum_of_places)
{
	/* a: 0+1+0, b: 1+0+2, c: 2+2+1; of nine pairs two are turned. */
	kind_test_want_joined(c, RANK(ABC),
			      "[[\"a\",\"b\",\"c\"],[\"b\",\"a\",\"c\"],[\"a\",\"c\",\"b\"]]",
			      "[\"a\",\"b\",\"c\"]", 7.0 / 9, "");
	kind_test_want_joined(c, RANK(ABC), "[[\"c\",\"b\",\"a\"],[\"a\",\"b\",\"c\"]]",
			      "[\"a\",\"b\",\"c\"]", 0.5, "");
	kind_test_want_joined(c, RANK(ABC), "[null,null,[\"a\",\"b\",\"c\"]]", "null", 2.0 / 3, "");
}
