/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "kind/kind_test_in.h"

#define SPANS(more)                                                                       \
	BLOCKS("{\"type\":\"spans\",\"name\":\"s\",\"label\":\"Mark\",\"text\":\"{{t}}\"" \
	       ",\"labels\":[\"a\",\"b\"]" more "}")
#define RELATED SPANS(",\"relations\":[\"r\",\"q\"]")
#define A(from, to) "{\"start\":" #from ",\"end\":" #to ",\"label\":\"a\"}"
#define B(from, to) "{\"start\":" #from ",\"end\":" #to ",\"label\":\"b\"}"
#define SURE(from, to, label, sure) \
	"{\"start\":" #from ",\"end\":" #to ",\"label\":\"" label "\",\"confidence\":" sure "}"
#define R(from, to) "{\"from\":" #from ",\"to\":" #to ",\"label\":\"r\"}"
#define V(list) "{\"spans\":[" list "]}"
#define VR(list, relations) "{\"spans\":[" list "],\"relations\":[" relations "]}"

PLAIN_TEST(kind_spans, faults_name_the_place)
{
	static const struct {
		const char *path, *text;
	} cases[] = {
		{ "", SPANS("") },
		{ "", RELATED },
		{ "blocks[0].text",
		  BLOCKS("{\"type\":\"spans\",\"name\":\"s\",\"label\":\"x\",\"labels\":["
			 "\"a\"]}") },
		{ "blocks[0].text",
		  BLOCKS("{\"type\":\"spans\",\"name\":\"s\",\"label\":\"x\",\"labels\":[\"a\"],"
			 "\"text\":\"{{t\"}") },
		{ "blocks[0].labels",
		  BLOCKS("{\"type\":\"spans\",\"name\":\"s\",\"label\":\"x\",\"text\":\"y\"}") },
		{ "blocks[0].relations", SPANS(",\"relations\":[]") },
		{ "blocks[0].relations[1]", SPANS(",\"relations\":[\"r\",\"r\"]") },
		{ "blocks[0].min", SPANS(",\"min\":2,\"max\":1") },
		{ "blocks[0].max", SPANS(",\"max\":201") },
		{ "blocks[0].src", SPANS(",\"src\":\"{{i}}\"") },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		WANT_STR(str_of(cases[i].path), kind_test_fault(c, cases[i].text));
}

PLAIN_TEST(kind_spans, the_text_with_its_cell_is_in_the_page)
{
	WANT_STR(S("[{\"type\":\"spans\",\"name\":\"s\",\"label\":\"Mark\",\"required\":true,"
		   "\"text\":\"a *b*\",\"labels\":[\"a\",\"b\"],\"relations\":[],\"min\":0,"
		   "\"max\":200}]"),
		 kind_test_page(c, SPANS(""), "{\"t\":\"a *b*\"}"));
}

PLAIN_TEST(kind_spans, answers_stand_in_order_of_place_and_relations_go_with_them)
{
	WANT_STR(S("{\"s\":{\"length\":9,\"spans\":[" A(0, 4) "," B(2, 9) "],\"relations\":[" R(
			 1, 0) "]}}"),
		 kind_test_answer(c, RELATED,
				  "{\"s\":{\"relations\":[" R(0, 1) "],\"spans\":[" B(
					  2, 9) "," SURE(0, 4, "a", "0.5") "],\"length\":9}}"));
	WANT_STR(S("{\"s\":{\"spans\":[]}}"), kind_test_answer(c, SPANS(""),
							       "{\"s\":{\"spans\":"
							       "[]}}"));
}

PLAIN_TEST(kind_spans, answers_that_do_not_fit_are_refused_by_place)
{
	static const struct {
		const char *value, *path;
	} cases[] = {
		{ "[]", "fault s" },
		{ "{\"spans\":[],\"more\":1}", "fault s.more" },
		{ "{\"spans\":[],\"length\":0}", "fault s.length" },
		{ V("7"), "fault s.spans[0]" },
		{ V("{\"start\":0,\"end\":1}"), "fault s.spans[0].label" },
		{ V("{\"start\":0,\"end\":1,\"label\":\"z\"}"), "fault s.spans[0].label" },
		{ V("{\"start\":0,\"end\":1,\"label\":\"a\",\"x\":1}"), "fault s.spans[0].x" },
		{ V(A(1, 1)), "fault s.spans[0].start" },
		{ V(A(-1, 1)), "fault s.spans[0].start" },
		{ V(A(0.5, 1)), "fault s.spans[0].start" },
		{ "{\"length\":5,\"spans\":[" A(1, 6) "]}", "fault s.spans[0].start" },
		{ V(A(0, 2) "," A(0, 2)), "fault s.spans[1]" },
		{ "{\"spans\":[],\"relations\":7}", "fault s.relations" },
		{ VR(A(0, 2), "7"), "fault s.relations[0]" },
		{ VR(A(0, 2), R(0, 0)), "fault s.relations[0]" },
		{ VR(A(0, 2), R(0, 1)), "fault s.relations[0]" },
		{ VR(A(0, 2) "," B(3, 4), "{\"from\":0,\"to\":1,\"label\":\"z\"}"),
		  "fault s.relations[0].label" },
		{ VR(A(0, 2) "," B(3, 4), R(0, 1) "," R(0, 1)), "fault s.relations[1]" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct str answer = str_format(c->mem, "{\"s\":%s}", cases[i].value);

		WANT_STR(str_of(cases[i].path),
			 kind_test_answer(c, RELATED, str_c(c->mem, answer)));
	}
	/* Where the block has no relations, none may be said. */
	WANT_STR(S("fault s.relations[0].label"),
		 kind_test_answer(c, SPANS(""), "{\"s\":" VR(A(0, 2) "," B(3, 4), R(0, 1)) "}"));
	WANT_STR(S("fault s"), kind_test_answer(c, SPANS(",\"min\":1"), "{\"s\":" V("") "}"));
	WANT_STR(S("fault s"),
		 kind_test_answer(c, SPANS(",\"max\":1"), "{\"s\":" V(A(0, 1) "," A(2, 3)) "}"));
}

PLAIN_TEST(kind_spans, a_gold_cell_is_the_value_or_its_list)
{
	WANT_STR(S(V(A(1, 2))), kind_test_truth(c, SPANS(""), "[" A(1, 2) "]"));
	WANT_STR(S("{\"length\":4,\"spans\":[]}"),
		 kind_test_truth(c, SPANS(""), "{\"length\":4,\"spans\":[]}"));
	WANT_STR(S("fault"), kind_test_truth(c, SPANS(""), "Ada"));
}

PLAIN_TEST(kind_spans, answers_are_equal_when_spans_share_a_half_and_relations_go_along)
{
	WANT(kind_test_same(c, SPANS(""), V(A(0, 10)), V(A(0, 5))));
	WANT(!kind_test_same(c, SPANS(""), V(A(0, 10)), V(A(0, 4))));
	WANT(!kind_test_same(c, SPANS(""), V(A(0, 10)), V(B(0, 10))));
	WANT(!kind_test_same(c, SPANS(""), V(A(0, 10)), V("")));
	WANT(!kind_test_same(c, SPANS(""), V(""), "null"));
	WANT(kind_test_same(c, RELATED, VR(A(0, 4) "," B(6, 9), R(0, 1)),
			    VR(A(0, 5) "," B(6, 9), R(0, 1))));
	WANT(!kind_test_same(c, RELATED, VR(A(0, 4) "," B(6, 9), R(0, 1)),
			     VR(A(0, 4) "," B(6, 9), R(1, 0))));
	WANT(!kind_test_same(c, RELATED, VR(A(0, 4) "," B(6, 9), R(0, 1)),
			     VR(A(0, 4) "," B(6, 9), "")));
}

PLAIN_TEST(kind_spans, spans_that_half_have_marked_are_joined_at_their_medians)
{
	kind_test_want_joined(c, SPANS(""),
			      "[" V(A(0, 10)) "," V(A(0, 12) "," B(40, 44)) "," V(B(2, 10)) "]",
			      V(SURE(0, 10, "a", "1")), 1, "");
	kind_test_want_joined(c, SPANS(""), "[" V(A(0, 5)) "," V(A(1, 6)) "]",
			      V(SURE(0, 5, "a", "1")), 1, "");
	kind_test_want_joined(c, SPANS(""), "[" V("") "," V(A(0, 5)) "," V("") "]", V(""), 2.0 / 3,
			      "");
	kind_test_want_joined(c, SPANS(""), "[null,null," V("") "]", "null", 2.0 / 3, "");
}

PLAIN_TEST(kind_spans, a_relation_is_kept_where_half_have_it_between_the_same_spans)
{
	kind_test_want_joined(c, RELATED,
			      "[" VR(A(0, 4) "," B(6, 9), R(0, 1)) "," VR(
				      A(0, 5) "," B(6, 9), R(0, 1)) "," VR(A(0, 4) "," B(6, 9),
									   R(1, 0)) "]",
			      VR(SURE(0, 4, "a", "1") "," SURE(6, 9, "b", "1"), R(0, 1)), 1, "");
}
