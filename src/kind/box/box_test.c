/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "kind/kind_test_in.h"

#define BOX(more) \
	BLOCKS("{\"type\":\"box\",\"name\":\"b\",\"label\":\"Draw\",\"src\":\"{{image}}\"" more "}")
#define LABELS ",\"labels\":[\"car\",\"van\"]"

PLAIN_TEST(kind_box, faults_name_the_place)
{
	static const struct {
		const char *path, *text;
	} cases[] = {
		{ "", BOX("") },
		{ "", BOX(LABELS ",\"alt\":\"{{t}}\",\"min\":1,\"max\":2") },
		{ "blocks[0].src", BLOCKS("{\"type\":\"box\",\"name\":\"b\",\"label\":\"x\"}") },
		{ "blocks[0].src",
		  BLOCKS("{\"type\":\"box\",\"name\":\"b\",\"label\":\"x\",\"src\":\"a.png\"}") },
		{ "blocks[0].alt", BOX(",\"alt\":7") },
		{ "blocks[0].colour", BOX(",\"colour\":1") },
		{ "blocks[0].labels", BOX(",\"labels\":[]") },
		{ "blocks[0].labels", BOX(",\"labels\":\"car\"") },
		{ "blocks[0].labels[0]", BOX(",\"labels\":[7]") },
		{ "blocks[0].labels[0]", BOX(",\"labels\":[\" \"]") },
		{ "blocks[0].labels[0]", BOX(",\"labels\":[\"a|b\"]") },
		{ "blocks[0].labels[1]", BOX(",\"labels\":[\"car\",\"car\"]") },
		{ "blocks[0].min", BOX(",\"min\":-1") },
		{ "blocks[0].min", BOX(",\"min\":3,\"max\":2") },
		{ "blocks[0].max", BOX(",\"max\":0") },
		{ "blocks[0].max", BOX(",\"max\":201") },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		WANT_STR(str_of(cases[i].path), kind_test_fault(c, cases[i].text));
}

PLAIN_TEST(kind_box, a_page_has_the_picture_the_labels_and_how_many)
{
	WANT_STR(S("[{\"type\":\"box\",\"name\":\"b\",\"label\":\"Draw\",\"required\":true,"
		   "\"src\":null,\"href\":\"https://e.org/a.png\",\"alt\":\"\","
		   "\"labels\":[\"car\",\"van\"],\"min\":1,\"max\":200}]"),
		 kind_test_page(c, BOX(LABELS ",\"min\":1"),
				"{\"image\":\"https://e.org/a.png\"}"));
}

PLAIN_TEST(kind_box, boxes_are_kept_to_a_hundredth_of_a_pixel)
{
	WANT_STR(S("{\"b\":{\"width\":100,\"height\":50,\"shapes\":[{\"label\":\"van\",\"box\":"
		   "[0,1.23,99.5,4]}]}}"),
		 kind_test_answer(c, BOX(LABELS),
				  "{\"b\":{\"shapes\":[{\"box\":[-0.001,1.234,99.5,4],"
				  "\"label\":\"van\",\"confidence\":0.5}],\"height\":50,"
				  "\"width\":100}}"));
	WANT_STR(S("{\"b\":{\"shapes\":[]}}"), kind_test_answer(c, BOX(""),
								"{\"b\":{\"shapes\":"
								"[]}}"));
}

PLAIN_TEST(kind_box, boxes_that_do_not_fit_are_refused_by_place)
{
	static const struct {
		const char *value, *path;
	} cases[] = {
		{ "[]", "fault b" },
		{ "{\"shapes\":7}", "fault b" },
		{ "{\"shapes\":[],\"depth\":1}", "fault b.depth" },
		{ "{\"shapes\":[],\"width\":10}", "fault b.width" },
		{ "{\"shapes\":[],\"width\":10.5,\"height\":10}", "fault b.width" },
		{ "{\"shapes\":[],\"width\":10,\"height\":0}", "fault b.width" },
		{ "{\"shapes\":[7]}", "fault b.shapes[0]" },
		{ "{\"shapes\":[{\"box\":[1,1,2,2]}]}", "fault b.shapes[0].label" },
		{ "{\"shapes\":[{\"label\":\"bus\",\"box\":[1,1,2,2]}]}",
		  "fault b.shapes[0].label" },
		{ "{\"shapes\":[{\"label\":\"car\",\"box\":[1,1,2,2],\"hue\":1}]}",
		  "fault b.shapes[0].hue" },
		{ "{\"shapes\":[{\"label\":\"car\"}]}", "fault b.shapes[0].box" },
		{ "{\"shapes\":[{\"label\":\"car\",\"box\":[1,1,2]}]}", "fault b.shapes[0].box" },
		{ "{\"shapes\":[{\"label\":\"car\",\"box\":[1,1,0.004,2]}]}",
		  "fault b.shapes[0].box" },
		{ "{\"shapes\":[{\"label\":\"car\",\"box\":[-1,1,2,2]}]}",
		  "fault b.shapes[0].box" },
		{ "{\"shapes\":[{\"label\":\"car\",\"box\":[1,1,\"2\",2]}]}",
		  "fault b.shapes[0].box" },
		{ "{\"shapes\":[{\"label\":\"car\",\"box\":[1,1,1e999,2]}]}",
		  "fault b.shapes[0].box" },
		{ "{\"width\":10,\"height\":10,\"shapes\":[{\"label\":\"car\",\"box\":[1,1,9.01,2]}"
		  "]}",
		  "fault b.shapes[0].box" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct str answer = str_format(c->mem, "{\"b\":%s}", cases[i].value);

		WANT_STR(str_of(cases[i].path),
			 kind_test_answer(c, BOX(LABELS), str_c(c->mem, answer)));
	}
	WANT_STR(S("fault b.shapes[0].label"),
		 kind_test_answer(c, BOX(""),
				  "{\"b\":{\"shapes\":[{\"label\":\"car\",\"box\":[1,1,2,2]}]}}"));
	WANT_STR(S("fault b"), kind_test_answer(c, BOX(",\"min\":1"), "{\"b\":{\"shapes\":[]}}"));
	WANT_STR(S("fault b"),
		 kind_test_answer(c, BOX(",\"max\":1"),
				  "{\"b\":{\"shapes\":[{\"box\":[1,1,2,2]},{\"box\":[1,1,2,2]}]}"
				  "}"));
}

PLAIN_TEST(kind_box, a_gold_cell_is_the_value_or_its_list)
{
	WANT_STR(S("{\"shapes\":[{\"box\":[1,2,3,4]}]}"),
		 kind_test_truth(c, BOX(""), " [{\"box\":[1,2,3,4]}]"));
	WANT_STR(S("{\"width\":9,\"height\":9,\"shapes\":[]}"),
		 kind_test_truth(c, BOX(""), "{\"width\":9,\"height\":9,\"shapes\":[]}"));
	WANT_STR(S("fault"), kind_test_truth(c, BOX(""), "nothing"));
}

#define V(list) "{\"shapes\":[" list "]}"
#define CAR(box) "{\"label\":\"car\",\"box\":" box "}"
#define VAN(box) "{\"label\":\"van\",\"box\":" box "}"

PLAIN_TEST(kind_box, answers_are_equal_when_their_boxes_pair_at_half)
{
	const char *one = V(CAR("[0,0,10,10]") "," VAN("[50,50,10,10]"));

	WANT(kind_test_same(c, BOX(LABELS), one, V(VAN("[51,50,10,10]") "," CAR("[1,1,10,10]"))));
	WANT(!kind_test_same(c, BOX(LABELS), one, V(CAR("[51,50,10,10]") "," CAR("[1,1,10,10]"))));
	WANT(!kind_test_same(c, BOX(LABELS), one, V(CAR("[0,0,10,10]"))));
	WANT(!kind_test_same(c, BOX(LABELS), V(CAR("[0,0,10,10]")), V(CAR("[5,0,10,10]"))));
	WANT(kind_test_same(c, BOX(LABELS), V(""), V("")));
	WANT(!kind_test_same(c, BOX(LABELS), V(""), "null"));
	WANT(kind_test_same(c, BOX(LABELS), "null", "null"));
}

PLAIN_TEST(kind_box, boxes_that_half_have_drawn_are_joined_at_their_medians)
{
	kind_test_want_joined(c, BOX(LABELS),
			      "[" V(CAR("[0,0,10,10]")) "," V(CAR("[1,1,10,10]") "," CAR(
				      "[70,70,9,9]")) "," V(VAN("[3,0,10,10]")) "]",
			      V("{\"label\":\"car\",\"box\":[1,0,10,10],\"confidence\":1}"), 1, "");
	/* Two of four are enough; equally many labels: the first in the template. */
	kind_test_want_joined(
		c, BOX(LABELS),
		"[" V(VAN("[0,0,10,10]")) "," V(CAR("[0,0,10,10]")) "," V("") "," V("") "]",
		V("{\"label\":\"car\",\"box\":[0,0,10,10],\"confidence\":0.5}"), 0.5, "");
}

PLAIN_TEST(kind_box, nothing_seen_and_left_out_are_different_results)
{
	kind_test_want_joined(c, BOX(LABELS), "[" V("") "," V("") "," V(CAR("[0,0,9,9]")) "]",
			      V(""), 2.0 / 3, "");
	kind_test_want_joined(c, BOX(LABELS), "[null,null," V("") "]", "null", 2.0 / 3, "");
	kind_test_want_joined(c, BOX(""), "[{\"width\":9,\"height\":8,\"shapes\":[]},null]",
			      "{\"width\":9,\"height\":8,\"shapes\":[]}", 1, "");
}

/* Any order of the answers gives the same result, and a result can be given back as known. */
PLAIN_PROPERTY(kind_box, the_order_of_answers_does_not_matter)
{
	const int answers = 1 + (int)(ctx_random(c) % 5);
	struct str value[5];
	struct str first = { 0 };

	for (int i = 0; i < answers; i++) {
		struct buf text = buf_make(c->mem, 4000);
		int boxes = (int)(ctx_random(c) % 4);

		buf_add(&text, S("{\"shapes\":["));
		for (int k = 0; k < boxes; k++)
			buf_format(&text, "%s{\"label\":\"%s\",\"box\":[%d,%d,%d,%d]}",
				   k > 0 ? "," : "", ctx_random(c) % 2 ? "car" : "van",
				   (int)(ctx_random(c) % 20), (int)(ctx_random(c) % 20),
				   1 + (int)(ctx_random(c) % 20), 1 + (int)(ctx_random(c) % 20));
		buf_add(&text, S("]}"));
		value[i] = buf_str(&text);
	}
	for (int turn = 0; turn < answers; turn++) {
		struct buf list = buf_make(c->mem, 30000);

		for (int i = 0; i < answers; i++)
			buf_format(&list, "%c%.*s", i > 0 ? ',' : '[',
				   STR_ARG(value[(i + turn) % answers]));
		buf_add_char(&list, ']');
		struct kind_result r =
			kind_test_joined(c, BOX(LABELS), str_c(c->mem, buf_str(&list)));
		if (turn == 0)
			first = r.value;
		WANT_STR(first, r.value);
		WANT(r.confidence >= 0 && r.confidence <= 1);
		WANT(!str_eq(S("fault"), kind_test_truth(c, BOX(LABELS), str_c(c->mem, r.value))));
	}
}
