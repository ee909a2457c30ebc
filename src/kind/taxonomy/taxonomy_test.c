/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "kind/kind_test_in.h"

#define TREE(tree, more)                                                                    \
	BLOCKS("{\"type\":\"taxonomy\",\"name\":\"t\",\"label\":\"What?\",\"tree\":\"" tree \
	       "\"" more "}")
#define FOOD "Food\\n\\tFruit\\n\\t\\tApple\\n\\t\\tPear\\n\\n\\tBread\\nTools\\n\\tFruit"
#define LEAF ",\"leaf\":true"

PLAIN_TEST(kind_taxonomy, faults_name_the_line_of_the_tree)
{
	static const struct {
		const char *path, *text;
	} cases[] = {
		{ "", TREE(FOOD, "") },
		{ "", TREE("One\\r\\n\\tTwo\\r\\n", "") },
		{ "blocks[0].tree", TREE("", "") },
		{ "blocks[0].tree", TREE("\\n \\n", "") },
		{ "blocks[0].tree", TREE("\\tFood", "") },
		{ "blocks[0].tree", TREE("Food\\n\\t\\tFruit", "") },
		{ "blocks[0].tree", TREE("Food|Drink", "") },
		{ "blocks[0].tree", TREE("Food\\n\\tFruit\\nTools\\nFood", "") },
		{ "blocks[0].tree",
		  TREE("a\\n\\ta\\n\\t\\ta\\n\\t\\t\\ta\\n\\t\\t\\t\\ta\\n\\t\\t\\t\\t\\ta\\n"
		       "\\t\\t\\t\\t\\t\\ta\\n\\t\\t\\t\\t\\t\\t\\ta\\n\\t\\t\\t\\t\\t\\t\\t\\ta"
		       "\\n\\t\\t\\t\\t\\t\\t\\t\\t\\ta\\n\\t\\t\\t\\t\\t\\t\\t\\t\\t\\ta\\n"
		       "\\t\\t\\t\\t\\t\\t\\t\\t\\t\\t\\ta\\n\\t\\t\\t\\t\\t\\t\\t\\t\\t\\t\\t"
		       "\\ta",
		       "") },
		{ "blocks[0].tree",
		  BLOCKS("{\"type\":\"taxonomy\",\"name\":\"t\",\"label\":\"What?\"}") },
		{ "blocks[0].leaf", TREE(FOOD, ",\"leaf\":1") },
		{ "blocks[0].many", TREE(FOOD, ",\"many\":true") },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		WANT_STR(str_of(cases[i].path), kind_test_fault(c, cases[i].text));
}

PLAIN_TEST(kind_taxonomy, an_answer_is_a_way_from_the_root)
{
	static const char *const wrong[] = { "[]",
					     "\"Food\"",
					     "[\"Fruit\"]",
					     "[\"Apple\"]",
					     "[\"Food\",\"Apple\"]",
					     "[\"Tools\",\"Fruit\",\"Apple\"]",
					     "[\"Food\",\"Bread\",\"Pear\"]",
					     "[\"Food\",7]",
					     "[\"Food\",\"Fruit\",\"Apple\",\"Core\"]" };

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct str answer = str_format(c->mem, "{\"t\":%s}", wrong[i]);

		WANT_STR(S("fault t"), kind_test_answer(c, TREE(FOOD, ""), str_c(c->mem, answer)));
	}
	WANT_STR(S("{\"t\":[\"Food\"]}"),
		 kind_test_answer(c, TREE(FOOD, ""), "{\"t\":[\"Food\"]}"));
	WANT_STR(S("fault t"), kind_test_answer(c, TREE(FOOD, LEAF), "{\"t\":[\"Food\"]}"));
	WANT_STR(S("fault t"), kind_test_answer(c, TREE(FOOD, LEAF), "{\"t\":[\"Tools\"]}"));
	WANT_STR(S("{\"t\":[\"Food\",\"Bread\"]}"),
		 kind_test_answer(c, TREE(FOOD, LEAF), "{\"t\":[\"Food\",\"Bread\"]}"));
	WANT_STR(S("{\"t\":[\"Tools\",\"Fruit\"]}"),
		 kind_test_answer(c, TREE(FOOD, LEAF), "{\"t\":[\"Tools\",\"Fruit\"]}"));
	WANT_STR(S("{\"t\":[\"Food\",\"Fruit\",\"Pear\"]}"),
		 kind_test_answer(c, TREE(FOOD, LEAF), "{\"t\":[\"Food\",\"Fruit\",\"Pear\"]}"));
	WANT_STR(S("[\"Food\",\"Fruit\",\"Pear\"]"),
		 kind_test_truth(c, TREE(FOOD, ""), "Food | Fruit|Pear"));
	WANT_STR(S("fault"), kind_test_truth(c, TREE(FOOD, ""), "Pear"));
}

PLAIN_TEST(kind_taxonomy, ways_agree_by_most_votes)
{
	kind_test_want_joined(c, TREE(FOOD, ""), "[[\"Food\"],[\"Tools\"],[\"Food\"]]",
			      "[\"Food\"]", 2.0 / 3, "");
	kind_test_want_joined(c, TREE(FOOD, ""), "[[\"Tools\"],[\"Food\"]]", "[\"Food\"]", 0.5,
			      "[[\"Food\"],[\"Tools\"]]");
	kind_test_want_joined(c, TREE(FOOD, ""), "[null,null,[\"Food\"]]", "null", 2.0 / 3, "");
	WANT(kind_test_same(c, TREE(FOOD, ""), "[\"Food\"]", "[\"Food\"]"));
	WANT(!kind_test_same(c, TREE(FOOD, ""), "[\"Food\"]", "[\"Food\",\"Fruit\"]"));
}

PLAIN_TEST(kind_taxonomy, a_page_has_the_tree)
{
	WANT_STR(S("[{\"type\":\"taxonomy\",\"name\":\"t\",\"label\":\"What?\",\"required\":true,"
		   "\"tree\":\"a\\n\\tb\",\"leaf\":true}]"),
		 kind_test_page(c, TREE("a\\n\\tb", LEAF), "{}"));
}

/* Every node of a large tree is an answer, and none that it does not have. */
PLAIN_TEST(kind_taxonomy, four_thousand_names_fit_and_each_can_be_chosen)
{
	struct buf tree = buf_make(c->mem, KIND_TEMPLATE_MAX);
	struct kind_faults f = kind_faults_make(c->mem, (struct str){ 0 });

	for (int i = 0; i < 4000; i++)
		buf_format(&tree, "%sn%d\\n", i % 20 == 0 ? "" : i % 20 < 10 ? "\\t" : "\\t\\t", i);
	struct str text = str_format(
		c->mem,
		BLOCKS("{\"type\":\"taxonomy\",\"name\":\"t\",\"label\":\"What?\",\"tree\":"
		       "\"%.*s\"}"),
		STR_ARG(buf_str(&tree)));
	WANT(text.len <= KIND_TEMPLATE_MAX);
	struct kind_template *t = kind_test_template(c, str_c(c->mem, text));
	for (int i = 0; i < 4000; i += 37) {
		int root = i - i % 20;
		struct str canonical, way;

		if (i % 20 == 0)
			way = str_format(c->mem, "{\"t\":[\"n%d\"]}", i);
		else if (i % 20 < 10)
			way = str_format(c->mem, "{\"t\":[\"n%d\",\"n%d\"]}", root, i);
		else
			way = str_format(c->mem, "{\"t\":[\"n%d\",\"n%d\",\"n%d\"]}", root,
					 root + 9, i);
		WANT(kind_answer_check(&f, t, kind_test_json(c, str_c(c->mem, way)), &canonical));
		WANT_STR(way, canonical);
	}
}
