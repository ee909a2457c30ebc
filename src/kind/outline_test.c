/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "kind/kind_test_in.h"

#define MARKS(type, more)                                                                   \
	BLOCKS("{\"type\":\"" type "\",\"name\":\"m\",\"label\":\"Mark\",\"src\":\"{{i}}\"" \
	       ",\"labels\":[\"a\",\"b\"]" more "}")
#define POLYGON MARKS("polygon", "")
#define POLYLINE MARKS("polyline", ",\"near\":5")
#define POINT MARKS("point", ",\"near\":5")
#define V(list) "{\"shapes\":[" list "]}"
#define A(points) "{\"label\":\"a\",\"points\":" points "}"
#define B(points) "{\"label\":\"b\",\"points\":" points "}"
#define AT(point) "{\"label\":\"a\",\"point\":" point "}"
#define SQUARE "[[0,0],[20,0],[20,20],[0,20]]"

PLAIN_TEST(kind_outline, faults_of_a_block_name_the_place)
{
	static const struct {
		const char *path, *text;
	} cases[] = {
		{ "", POLYGON },
		{ "", POLYLINE },
		{ "", POINT },
		{ "blocks[0].near", MARKS("polygon", ",\"near\":5") },
		{ "blocks[0].near", MARKS("polyline", ",\"near\":0") },
		{ "blocks[0].near", MARKS("point", ",\"near\":1001") },
		{ "blocks[0].near", MARKS("point", ",\"near\":\"5\"") },
		{ "blocks[0].max", MARKS("point", ",\"max\":0") },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		WANT_STR(str_of(cases[i].path), kind_test_fault(c, cases[i].text));
}

PLAIN_TEST(kind_outline, shapes_that_do_not_fit_are_refused_by_place)
{
	static const struct {
		const char *template, *value, *path;
	} cases[] = {
		{ POLYGON, "7", "fault m" },
		{ POLYGON, V(A("[[0,0],[1,1]]")), "fault m.shapes[0].points" },
		{ POLYGON, V(A("[[0,0],[1,1],[2]]")), "fault m.shapes[0].points" },
		{ POLYGON, V(A("[[0,0],[1,1],[2,-1]]")), "fault m.shapes[0].points" },
		{ POLYGON, V(A("[[0,0],[1,1],[2,\"1\"]]")), "fault m.shapes[0].points" },
		{ POLYGON, V("{\"label\":\"a\",\"point\":[1,1]}"), "fault m.shapes[0].point" },
		{ POLYGON, V("{\"points\":" SQUARE "}"), "fault m.shapes[0].label" },
		{ POLYGON, V(A("[[0,5],[1,5],[2,5]]")), "fault m.shapes[0].points" },
		{ POLYLINE, V(A("[[0,0]]")), "fault m.shapes[0].points" },
		{ POINT, V(AT("[1]")), "fault m.shapes[0].point" },
		{ POINT, V(AT("[1,2,3]")), "fault m.shapes[0].point" },
		{ POINT, V("7"), "fault m.shapes[0]" },
		{ POINT, "{\"width\":5,\"height\":5,\"shapes\":[" AT("[6,1]") "]}",
		  "fault m.shapes[0].point" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct str answer = str_format(c->mem, "{\"m\":%s}", cases[i].value);

		WANT_STR(str_of(cases[i].path),
			 kind_test_answer(c, cases[i].template, str_c(c->mem, answer)));
	}
}

PLAIN_TEST(kind_outline, points_are_kept_to_a_hundredth_of_a_pixel)
{
	WANT_STR(S("{\"m\":{\"width\":9,\"height\":9,\"shapes\":[{\"label\":\"a\",\"points\":"
		   "[[0,1.23],[9,0],[4,4]]}]}}"),
		 kind_test_answer(c, POLYGON,
				  "{\"m\":{\"shapes\":[{\"points\":[[0,1.2345],[9,-0.001],[4,4]],"
				  "\"label\":\"a\"}],\"width\":9,\"height\":9}}"));
	WANT_STR(S("{\"shapes\":[{\"label\":\"a\",\"point\":[1,2]}]}"),
		 kind_test_truth(c, POINT, "[" AT("[1,2]") "]"));
}

PLAIN_TEST(kind_outline, polygons_are_equal_when_half_of_their_area_is_shared)
{
	const char *one = V(A(SQUARE));

	WANT(kind_test_same(c, POLYGON, one, V(A("[[20,20],[0,20],[0,0],[20,0],[20,10]]"))));
	WANT(kind_test_same(c, POLYGON, one, V(A("[[6,0],[26,0],[26,20],[6,20]]"))));
	WANT(!kind_test_same(c, POLYGON, one, V(A("[[8,0],[28,0],[28,20],[8,20]]"))));
	/* The frames are the same, the areas share a quarter. */
	WANT(!kind_test_same(c, POLYGON, one, V(A("[[0,0],[20,20],[0,20],[20,0],[10,9]]"))));
	WANT(!kind_test_same(c, POLYGON, one, V(B(SQUARE))));
	WANT(!kind_test_same(c, POLYGON, one, V("")));
}

PLAIN_TEST(kind_outline, lines_and_points_are_equal_when_they_are_near)
{
	const char *one = V(A("[[0,10],[50,10],[100,10]]"));

	WANT(kind_test_same(c, POLYLINE, one, V(A("[[100,14],[0,14]]"))));
	WANT(!kind_test_same(c, POLYLINE, one, V(A("[[0,16],[100,16]]"))));
	WANT(!kind_test_same(c, POLYLINE, one, V(A("[[0,10],[40,10]]"))));
	WANT(kind_test_same(c, POINT, V(AT("[10,10]")), V(AT("[13,14]"))));
	WANT(!kind_test_same(c, POINT, V(AT("[10,10]")), V(AT("[15,15]"))));
	WANT(!kind_test_same(c, POINT, V(AT("[10,10]")), "null"));
}

PLAIN_TEST(kind_outline, a_result_is_the_polygon_that_is_closest_to_the_others)
{
	kind_test_want_joined(
		c, POLYGON,
		"[" V(A("[[1,0],[21,0],[21,20],[1,20]]")) "," V(A(SQUARE)) "," V(
			A("[[0,4],[20,4],[20,24],[0,24]]") "," A("[[80,80],[90,80],[90,90]]")) "]",
		V("{\"label\":\"a\",\"points\":" SQUARE ",\"confidence\":1}"), 1, "");
	/* Two names for the same: that of most, in the shape of one who has said it. */
	kind_test_want_joined(
		c, POLYGON,
		"[" V(B("[[1,0],[21,0],[21,20],[1,20]]")) "," V(A(SQUARE)) "," V(
			B("[[2,0],[22,0],[22,20],[2,20]]")) "]",
		V("{\"label\":\"b\",\"points\":[[1,0],[21,0],[21,20],[1,20]],\"confidence\":1}"), 1,
		"");
}

PLAIN_TEST(kind_outline, lines_are_joined_along_their_way)
{
	kind_test_want_joined(
		c, POLYLINE,
		"[" V(A("[[0,10],[100,10]]")) "," V(A("[[0,12],[50,12],[100,12]]")) "," V(
			A("[[0,15],[100,15]]")) "]",
		V("{\"label\":\"a\",\"points\":[[0,12],[50,12],[100,12]],\"confidence\":1}"), 1,
		"");
}

PLAIN_TEST(kind_outline, points_meet_at_their_medians)
{
	kind_test_want_joined(c, POINT,
			      "[" V(AT("[10,10]") "," AT("[50,50]")) "," V(AT("[12,11]")) "," V(
				      AT("[11,14]")) "]",
			      V("{\"label\":\"a\",\"point\":[11,11],\"confidence\":1}"), 1, "");
	kind_test_want_joined(c, POINT, "[" V("") "," V(AT("[1,1]")) "," V("") "]", V(""), 2.0 / 3,
			      "");
	kind_test_want_joined(c, POINT, "[null," V("") ",null]", "null", 2.0 / 3, "");
	/* Without `near`, 2 % of the longer side: 20 pixels of 1000. */
	kind_test_want_joined(
		c, MARKS("point", ""),
		"[{\"width\":1000,\"height\":9,\"shapes\":[" AT(
			"[10,1]") "]},"
				  "{\"width\":1000,\"height\":9,\"shapes\":[" AT("[26,1]") "]}]",
		"{\"width\":1000,\"height\":9,\"shapes\":[{\"label\":\"a\",\"point\":[18,1],"
		"\"confidence\":1}]}",
		1, "");
}

/* Any order of the answers gives the same result, and a result can be given back as known. */
PLAIN_PROPERTY(kind_outline, the_order_of_answers_does_not_matter)
{
	const int answers = 1 + (int)(ctx_random(c) % 4);
	struct str value[4], first = { 0 };

	for (int i = 0; i < answers; i++) {
		struct buf text = buf_make(c->mem, 4000);
		int shapes = (int)(ctx_random(c) % 3);

		buf_add(&text, S("{\"shapes\":["));
		for (int k = 0; k < shapes; k++) {
			buf_format(&text, "%s{\"label\":\"a\",\"points\":[", k > 0 ? "," : "");
			for (int p = 0; p < 4; p++)
				buf_format(&text, "%s[%d,%d]", p > 0 ? "," : "",
					   (int)(ctx_random(c) % 30), (int)(ctx_random(c) % 30));
			buf_add(&text, S("]}"));
		}
		buf_add(&text, S("]}"));
		value[i] = buf_str(&text);
	}
	for (int turn = 0; turn < answers; turn++) {
		struct buf list = buf_make(c->mem, 20000);

		for (int i = 0; i < answers; i++)
			buf_format(&list, "%c%.*s", i > 0 ? ',' : '[',
				   STR_ARG(value[(i + turn) % answers]));
		buf_add_char(&list, ']');
		struct kind_result r = kind_test_joined(c, POLYGON, str_c(c->mem, buf_str(&list)));
		if (turn == 0)
			first = r.value;
		WANT_STR(first, r.value);
		WANT(r.confidence >= 0 && r.confidence <= 1 + 1e-9);
		WANT(!str_eq(S("fault"), kind_test_truth(c, POLYGON, str_c(c->mem, r.value))));
	}
}
