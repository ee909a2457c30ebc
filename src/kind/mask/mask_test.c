/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "kind/kind_test_in.h"

#define MASK(more)                                                                                \
	BLOCKS("{\"type\":\"mask\",\"name\":\"m\",\"label\":\"Paint\",\"src\":\"{{image}}\"" more \
	       "}")
#define LABELS ",\"labels\":[\"water\",\"wood\"]"
/* A picture of 4 by 3 pixels; `water` are the lengths of its runs, column by column. */
#define PAINTED(water) \
	"{\"width\":4,\"height\":3,\"shapes\":[{\"label\":\"water\",\"counts\":" water "}]}"
#define BOTH(water, wood)                                                                   \
	"{\"width\":4,\"height\":3,\"shapes\":[{\"label\":\"water\",\"counts\":" water "}," \
	"{\"label\":\"wood\",\"counts\":" wood "}]}"
#define NOTHING "{\"shapes\":[]}"
#define COLUMN PAINTED("\"336\"") /* the second */

PLAIN_TEST(kind_mask, faults_of_its_block_name_the_place)
{
	WANT_STR(S(""), kind_test_fault(c, MASK("")));
	WANT_STR(S(""), kind_test_fault(c, MASK(LABELS ",\"min\":1,\"max\":2")));
	WANT_STR(S("blocks[0].min"), kind_test_fault(c, MASK(LABELS ",\"min\":3")));
	WANT_STR(S("blocks[0].min"), kind_test_fault(c, MASK(",\"min\":2")));
	WANT_STR(S("blocks[0].brush"), kind_test_fault(c, MASK(",\"brush\":7")));
	WANT_STR(S("blocks[0].labels[1]"), kind_test_fault(c, MASK(",\"labels\":[\"a\",\"a\"]")));
}

/* The texts were made by hand by the rule of maskApi.c. */
PLAIN_TEST(kind_mask, lengths_become_the_text_of_coco_and_the_text_is_kept)
{
	static const struct {
		const char *counts, *text;
	} cases[] = {
		{ "[3,3,6]", "\"336\"" },	/* the second column */
		{ "[0,12]", "\"0<\"" },		/* everything */
		{ "[11,1]", "\";1\"" },		/* the last pixel */
		{ "[1,1,1,1,8]", "\"11107\"" }, /* from the fourth on, less that of two before */
		{ "[1,2,1,1,7]", "\"121O6\"" }, /* one less is -1 */
		{ "[3,0,0,3,6]", "\"336\"" },	/* runs of nothing go */
		{ "[3,1,0,2,6]", "\"336\"" },	/* and what touches is one */
		{ "\"336\"", "\"336\"" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct str given = str_format(c->mem, "{\"m\":" PAINTED("%s") "}", cases[i].counts);
		struct str kept = str_format(c->mem, "{\"m\":" PAINTED("%s") "}", cases[i].text);

		WANT_STR(kept, kind_test_answer(c, MASK(LABELS), given.at));
	}
	WANT_STR(S("{\"m\":{\"width\":1000,\"height\":50,\"shapes\":[{\"counts\":"
		   "\"Xo0Xo0Pl^1\"}]}}"),
		 kind_test_answer(c, MASK(""),
				  "{\"m\":{\"width\":1000,\"height\":50,\"shapes\":[{\"counts\":"
				  "[1000,1000,48000]}]}}"));
}

PLAIN_TEST(kind_mask, what_is_no_mask_of_the_picture_is_refused_by_place)
{
	static const struct {
		const char *value, *path;
	} cases[] = {
		{ NOTHING, "{\"m\":{\"shapes\":[]}}" },
		{ "{\"shapes\":[{\"label\":\"water\",\"counts\":\"336\"}]}", "fault m.width" },
		{ "{\"width\":20000,\"height\":20000,\"shapes\":[{\"label\":\"water\",\"counts\":"
		  "\"336\"}]}",
		  "fault m.width" },
		{ PAINTED("\"337\""), "fault m.shapes[0].counts" }, /* too many pixels */
		{ PAINTED("\"335\""), "fault m.shapes[0].counts" }, /* too few */
		{ PAINTED("\"33\""), "fault m.shapes[0].counts" },
		{ PAINTED("\"\""), "fault m.shapes[0].counts" },
		{ PAINTED("\"<\""), "fault m.shapes[0].counts" }, /* nothing is painted */
		{ PAINTED("\"336P\""),
		  "fault m.shapes[0].counts" },			    /* a length that does not end */
		{ PAINTED("\"3O6\""), "fault m.shapes[0].counts" }, /* one below 0 */
		{ PAINTED("\"3 6\""), "fault m.shapes[0].counts" },
		{ PAINTED("[3,-1,10]"), "fault m.shapes[0].counts" },
		{ PAINTED("[3,1e30,8]"), "fault m.shapes[0].counts" },
		{ PAINTED("7"), "fault m.shapes[0].counts" },
		{ BOTH("\"336\"", "\"516\""), "fault m" }, /* one pixel is both */
		{ "{\"width\":4,\"height\":3,\"shapes\":[{\"label\":\"water\",\"counts\":\"336\"},"
		  "{\"label\":\"water\",\"counts\":\"633\"}]}",
		  "fault m.shapes[1]" },
		{ "{\"width\":4,\"height\":3,\"shapes\":[{\"label\":\"sky\",\"counts\":\"336\"}]}",
		  "fault m.shapes[0].label" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct str answer = str_format(c->mem, "{\"m\":%s}", cases[i].value);

		WANT_STR(str_of(cases[i].path), kind_test_answer(c, MASK(LABELS), answer.at));
	}
}

PLAIN_TEST(kind_mask, the_code_of_an_answer_has_a_bounded_length)
{
	struct buf out = buf_make(c->mem, 200000);

	/* Every second pixel of 52,000: as fine as can be. */
	buf_add(&out, S("{\"m\":{\"width\":260,\"height\":200,\"shapes\":[{\"label\":\"wood\","
			"\"counts\":\"111"));
	for (int i = 3; i < 52000; i++)
		buf_add_char(&out, '0');
	buf_add(&out, S("\"}]}}"));
	buf_add_char(&out, 0);
	WANT_STR(S("fault m"), kind_test_answer(c, MASK(LABELS), buf_str(&out).at));
}

/* A list counts by its numbers; the differences of 1, 1, 40, 40 … are two letters each. */
PLAIN_TEST(kind_mask, the_code_of_an_answer_is_bounded_as_it_is_kept)
{
	struct buf out = buf_make(c->mem, 400000);

	buf_add(&out, S("{\"m\":{\"width\":500,\"height\":1025,\"shapes\":[{\"label\":\"wood\","
			"\"counts\":["));
	for (int i = 0; i < 6250; i++)
		buf_add(&out, i > 0 ? S(",1,1,40,40") : S("1,1,40,40"));
	buf_add(&out, S("]}]}}"));
	buf_add_char(&out, 0);
	WANT_STR(S("fault m"), kind_test_answer(c, MASK(LABELS), buf_str(&out).at));
}

PLAIN_TEST(kind_mask, each_pixel_gets_what_most_have_painted_there)
{
	/* Columns 1 and 2; column 2 and half of 1; column 2 alone: kept is what two have. */
	kind_test_want_joined(
		c, MASK(LABELS),
		"[" PAINTED("[3,6,3]") "," PAINTED("[5,4,3]") "," PAINTED("[6,3,3]") "]",
		"{\"width\":4,\"height\":3,\"shapes\":[{\"label\":\"water\",\"counts\":\"543\","
		"\"confidence\":0.8056}]}",
		(4.0 / 6 + 1 + 3.0 / 4) / 3, "");
	/* Half is enough, and of two labels that of more answers goes before. */
	kind_test_want_joined(
		c, MASK(LABELS), "[" PAINTED("[3,3,6]") "," NOTHING "]",
		"{\"width\":4,\"height\":3,\"shapes\":[{\"label\":\"water\",\"counts\":\"336\","
		"\"confidence\":0.5}]}",
		0.5, "");
	kind_test_want_joined(
		c, MASK(LABELS),
		"[" BOTH("[0,3,9]", "[3,3,6]") "," BOTH("[0,3,9]",
							"[3,3,6]") "," PAINTED("[0,6,6]") "]",
		"{\"width\":4,\"height\":3,\"shapes\":[{\"label\":\"water\",\"counts\":\"039\","
		"\"confidence\":0.8333},{\"label\":\"wood\",\"counts\":\"336\","
		"\"confidence\":0.6667}"
		"]}",
		(1 + 1 + 0.5) / 3, "");
	kind_test_want_joined(c, MASK(LABELS), "[" NOTHING "," NOTHING "," PAINTED("[3,3,6]") "]",
			      "{\"width\":4,\"height\":3,\"shapes\":[]}", 2.0 / 3, "");
	kind_test_want_joined(c, MASK(LABELS ",\"required\":false"),
			      "[null,null," PAINTED("[3,3,6]") "]", "null", 2.0 / 3, "");
}

PLAIN_TEST(kind_mask, an_answer_about_a_picture_of_another_size_does_not_count)
{
	kind_test_want_joined(
		c, MASK(LABELS),
		"[" COLUMN "," COLUMN ",{\"width\":3,\"height\":4,\"shapes\":[{\"label\":"
		"\"wood\",\"counts\":[0,12]}]}]",
		"{\"width\":4,\"height\":3,\"shapes\":[{\"label\":\"water\",\"counts\":\"336\","
		"\"confidence\":1}]}",
		1, "");
}

PLAIN_TEST(kind_mask, masks_are_equal_when_half_of_what_is_painted_is_common)
{
	const char *const t = MASK(LABELS);

	WANT(kind_test_same(c, t, PAINTED("[3,3,6]"), PAINTED("\"336\"")));
	WANT(kind_test_same(c, t, PAINTED("[3,4,5]"), PAINTED("[3,2,7]")));
	WANT(!kind_test_same(c, t, PAINTED("[3,4,5]"), PAINTED("[3,1,8]")));
	WANT(!kind_test_same(c, t, PAINTED("[3,3,6]"),
			     "{\"width\":4,\"height\":3,\"shapes\":[{\"label\":\"wood\",\"counts\":"
			     "[3,3,6]}]}"));
	WANT(!kind_test_same(c, t, PAINTED("[3,3,6]"), NOTHING));
	WANT(kind_test_same(c, t, NOTHING, NOTHING));
}

PLAIN_TEST(kind_mask, a_result_is_a_known_answer_again)
{
	WANT_STR(S(COLUMN),
		 kind_test_truth(c, MASK(LABELS),
				 "{\"width\":4,\"height\":3,\"shapes\":[{\"label\":\"water\","
				 "\"counts\":\"336\",\"confidence\":0.75}]}"));
	WANT_STR(S("fault"), kind_test_truth(c, MASK(LABELS),
					     "[{\"label\":\"water\",\"counts\":"
					     "\"336\"}]"));
}
