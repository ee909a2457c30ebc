/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "kind/kind_test_in.h"

#define TRACK(more)                                                       \
	BLOCKS("{\"type\":\"track\",\"name\":\"t\",\"label\":\"Follow\"," \
	       "\"src\":\"{{video}}\"" more "}")
#define LABELS ",\"labels\":[\"car\",\"van\"]"
/* A video of 100 by 50 pixels and ten seconds. */
#define VIDEO(tracks) "{\"width\":100,\"height\":50,\"duration_ms\":10000,\"tracks\":[" tracks "]}"
#define CAR(keys) "{\"label\":\"car\",\"keys\":[" keys "]}"
#define KEY(at, box) "{\"at_ms\":" at ",\"box\":[" box "]}"
#define GONE(at, box) "{\"at_ms\":" at ",\"box\":[" box "],\"gone\":true}"
#define STILL(at) "{\"at_ms\":" at ",\"box\":[0,0,20,20]}"
#define LEFT(at) "{\"at_ms\":" at ",\"box\":[0,0,20,20],\"gone\":true}"
#define SURE(keys, confidence) \
	"{\"label\":\"car\",\"keys\":[" keys "],\"confidence\":" confidence "}"

PLAIN_TEST(kind_track, faults_of_its_block_name_the_place)
{
	WANT_STR(S(""), kind_test_fault(c, TRACK("")));
	WANT_STR(S(""), kind_test_fault(c, TRACK(LABELS ",\"min\":1,\"max\":50,\"step_ms\":33")));
	WANT_STR(S("blocks[0].min"), kind_test_fault(c, TRACK(",\"min\":51")));
	WANT_STR(S("blocks[0].min"), kind_test_fault(c, TRACK(",\"min\":3,\"max\":2")));
	WANT_STR(S("blocks[0].max"), kind_test_fault(c, TRACK(",\"max\":51")));
	WANT_STR(S("blocks[0].step_ms"), kind_test_fault(c, TRACK(",\"step_ms\":0")));
	WANT_STR(S("blocks[0].fps"), kind_test_fault(c, TRACK(",\"fps\":25")));
}

PLAIN_TEST(kind_track, a_page_says_how_far_a_step_is)
{
	WANT_STR(S("[{\"type\":\"track\",\"name\":\"t\",\"label\":\"Follow\",\"required\":true,"
		   "\"src\":null,\"href\":\"https://e.org/a.mp4\",\"alt\":\"\",\"labels\":[],"
		   "\"min\":0,\"max\":50,\"step_ms\":40}]"),
		 kind_test_page(c, TRACK(""), "{\"video\":\"https://e.org/a.mp4\"}"));
}

PLAIN_TEST(kind_track, answers_are_kept_in_one_spelling)
{
	WANT_STR(
		S("{\"t\":" VIDEO(CAR(KEY("0", "0,1.23,30,4") "," GONE("2000", "9.5,1,30,4"))) "}"),
		kind_test_answer(c, TRACK(LABELS),
				 "{\"t\":" VIDEO("{\"confidence\":0.5,\"keys\":[{\"gone\":false,"
						 "\"box\":[-0.001,1.234,30,4],\"at_ms\":0},"
						 "{\"at_ms\":2000,\"gone\":true,\"box\":"
						 "[9.5,1,30,4]}],\"label\":\"car\"}") "}"));
	WANT_STR(S("{\"t\":" VIDEO("") "}"),
		 kind_test_answer(c, TRACK(LABELS), "{\"t\":" VIDEO("") "}"));
}

PLAIN_TEST(kind_track, tracks_that_do_not_fit_are_refused_by_place)
{
	static const struct {
		const char *value, *path;
	} cases[] = {
		{ "[]", "fault t" },
		{ "{\"tracks\":[]}", "fault t.width" },
		{ "{\"width\":10,\"height\":10,\"duration_ms\":0,\"tracks\":[]}", "fault t.width" },
		{ "{\"width\":10,\"height\":10,\"duration_ms\":1,\"fps\":1,\"tracks\":[]}",
		  "fault t.fps" },
		{ VIDEO("7"), "fault t.tracks[0]" },
		{ VIDEO("{\"label\":\"bus\",\"keys\":[" KEY("0", "1,1,2,2") "]}"),
		  "fault t.tracks[0].label" },
		{ VIDEO(CAR("")), "fault t.tracks[0].keys" },
		{ VIDEO("{\"label\":\"car\"}"), "fault t.tracks[0].keys" },
		{ VIDEO(CAR("7")), "fault t.tracks[0].keys[0]" },
		{ VIDEO(CAR(KEY("-1", "1,1,2,2"))), "fault t.tracks[0].keys[0].at_ms" },
		{ VIDEO(CAR(KEY("0.5", "1,1,2,2"))), "fault t.tracks[0].keys[0].at_ms" },
		{ VIDEO(CAR(KEY("10001", "1,1,2,2"))), "fault t.tracks[0].keys[0].at_ms" },
		{ VIDEO(CAR(KEY("5", "1,1,2,2") "," KEY("5", "1,1,2,2"))),
		  "fault t.tracks[0].keys[1].at_ms" },
		{ VIDEO(CAR(KEY("0", "1,1,0,2"))), "fault t.tracks[0].keys[0].box" },
		{ VIDEO(CAR(KEY("0", "1,1,2"))), "fault t.tracks[0].keys[0].box" },
		{ VIDEO(CAR(KEY("0", "99,1,1.01,2"))), "fault t.tracks[0].keys[0].box" },
		{ VIDEO(CAR(KEY("0", "1,49,1,2"))), "fault t.tracks[0].keys[0].box" },
		{ VIDEO(CAR(GONE("0", "1,1,2,2"))), "fault t.tracks[0].keys[0].gone" },
		{ VIDEO(CAR(KEY("0", "1,1,2,2") "," GONE("1", "1,1,2,2") "," GONE("2", "1,1,2,2"))),
		  "fault t.tracks[0].keys[2].gone" },
		{ VIDEO(CAR("{\"at_ms\":0,\"box\":[1,1,2,2],\"hidden\":1}")),
		  "fault t.tracks[0].keys[0].hidden" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct str answer = str_format(c->mem, "{\"t\":%s}", cases[i].value);

		WANT_STR(str_of(cases[i].path), kind_test_answer(c, TRACK(LABELS), answer.at));
	}
}

PLAIN_TEST(kind_track, an_answer_has_a_bounded_number_of_keys)
{
	struct buf out = buf_make(c->mem, 200000);

	buf_add(&out, S("{\"t\":{\"width\":9,\"height\":9,\"duration_ms\":10000,\"tracks\":["));
	for (int t = 0; t < 2; t++) {
		buf_add(&out, t > 0 ? S(",{\"keys\":[") : S("{\"keys\":["));
		for (int i = 0; i < 501; i++)
			buf_format(&out, "%s{\"at_ms\":%d,\"box\":[0,0,1,1]}", i > 0 ? "," : "", i);
		buf_add(&out, S("]}"));
	}
	buf_add(&out, S("]}}"));
	buf_add_char(&out, 0);
	WANT_STR(S("fault t"), kind_test_answer(c, TRACK(""), buf_str(&out).at));
}

PLAIN_TEST(kind_track, edges_are_the_medians_at_the_keys_of_all)
{
	/* Three see it go right, one with a key of his own on the way, which is on the line of the
	 * median. */
#define ONE CAR(KEY("0", "0,10,20,20") "," KEY("4000", "40,10,20,20"))
#define TWO CAR(KEY("0", "2,10,20,20") "," KEY("4000", "42,10,20,20"))
#define ON_THE_WAY KEY("2000", "22,10,20,20")
#define THREE CAR(KEY("0", "4,10,20,20") "," ON_THE_WAY "," KEY("4000", "50,10,20,20"))
	kind_test_want_joined(
		c, TRACK(LABELS), "[" VIDEO(ONE) "," VIDEO(TWO) "," VIDEO(THREE) "]",
		VIDEO(SURE(KEY("0", "2,10,20,20") "," KEY("4000", "42,10,20,20"), "1")), 1, "");
	/* Two of three; and one of three is not enough. */
#define THERE VIDEO(CAR(STILL("0")))
	kind_test_want_joined(c, TRACK(LABELS),
			      "[" THERE "," THERE "," VIDEO(CAR(KEY("0", "60,20,20,20"))) "]",
			      VIDEO(SURE(STILL("0"), "0.6667")), 2.0 / 3, "");
	kind_test_want_joined(c, TRACK(LABELS),
			      "[" VIDEO("") "," VIDEO("") "," VIDEO(CAR(KEY("0", "0,0,20,20"))) "]",
			      VIDEO(""), 2.0 / 3, "");
}

PLAIN_TEST(kind_track, a_result_is_there_while_half_of_its_members_are)
{
	/* From 1,000, which two of three say, to 6,000, where the second of them goes. */
	kind_test_want_joined(
		c, TRACK(LABELS),
		"[" VIDEO(CAR(STILL("0") "," LEFT("5000"))) "," VIDEO(CAR(STILL("1000") "," LEFT(
			"6000"))) "," VIDEO(CAR(STILL("2000") "," LEFT("7000"))) "]",
		VIDEO(SURE(STILL("1000") "," LEFT("6000"), "1")), 1, "");
	/* Gone and back again; it goes from where it was the moment before. */
#define AWAY(at, x) "{\"at_ms\":" at ",\"box\":[" x ",0,20,20],\"gone\":true}"
	kind_test_want_joined(
		c, TRACK(LABELS),
		"[" VIDEO(CAR(STILL("0") "," AWAY("3000", "30") "," STILL("5000"))) "," VIDEO(
			CAR(STILL("0") "," AWAY("3000", "30") "," STILL("5000"))) "]",
		VIDEO(SURE(STILL("0") "," AWAY("3000", "29.99") "," STILL("5000"), "1")), 1, "");
}

PLAIN_TEST(kind_track, the_order_in_which_answers_came_does_not_matter)
{
#define A VIDEO(CAR(KEY("0", "0,0,20,20") "," KEY("9000", "70,0,20,20")))
#define B VIDEO(CAR(KEY("0", "3,0,20,20") "," KEY("9000", "73,4,20,20")))
#define C VIDEO("{\"label\":\"van\",\"keys\":[" KEY("500", "5,2,22,18") "]}")
	struct str one = kind_test_joined(c, TRACK(LABELS), "[" A "," B "," C "]").value;
	struct str two = kind_test_joined(c, TRACK(LABELS), "[" C "," B "," A "]").value;

	WANT_STR(one, two);
	WANT(str_find(one, S("\"label\":\"car\""), &(size_t){ 0 }));
}

PLAIN_TEST(kind_track, answers_are_equal_when_their_tracks_pair_at_half_of_space_and_time)
{
	const char *const t = TRACK(LABELS);
	const char *const still = VIDEO(CAR(KEY("0", "0,0,20,20")));

	WANT(kind_test_same(c, t, still, VIDEO(CAR(KEY("0", "0,0,20,12")))));
	WANT(!kind_test_same(c, t, still, VIDEO(CAR(KEY("0", "0,0,20,8")))));
	WANT(kind_test_same(c, t, still, VIDEO(CAR(KEY("4000", "0,0,20,20")))));
	WANT(!kind_test_same(c, t, still, VIDEO(CAR(KEY("6000", "0,0,20,20")))));
	WANT(!kind_test_same(c, t, still,
			     VIDEO("{\"label\":\"van\",\"keys\":[" KEY("0", "0,0,20,20") "]}")));
	WANT(!kind_test_same(c, t, still, VIDEO("")));
	WANT(kind_test_same(c, t, VIDEO(""), VIDEO("")));
	/* One that begins with the last moment is one all the same. */
	WANT(kind_test_same(c, t, VIDEO(CAR(KEY("10000", "0,0,20,20"))),
			    VIDEO(CAR(KEY("10000", "0,0,20,20")))));
}

PLAIN_TEST(kind_track, tracks_pair_if_there_is_any_way_to)
{
	const char *const t = TRACK(LABELS);
	/* The tall one of the first answer is most like the short one of the second, which the
	 * short one of the first needs. */
	const char *const one = VIDEO(CAR(KEY("0", "0,0,20,20")) "," CAR(KEY("0", "0,0,20,8")));
	const char *const two = VIDEO(CAR(KEY("0", "0,0,20,15")) "," CAR(KEY("0", "0,0,20,30")));

	WANT(kind_test_same(c, t, one, two));
	WANT(kind_test_same(c, t, two, one));
}

static const char *made_tracks(struct ctx *c)
{
	struct buf out = buf_make(c->mem, 4096);
	int count = 1 + (int)(ctx_random(c) % 4);

	buf_add(&out, S("{\"width\":100,\"height\":50,\"duration_ms\":10000,\"tracks\":["));
	for (int i = 0; i < count; i++)
		buf_add(&out, str_format(c->mem,
					 "%s{\"label\":\"car\",\"keys\":[{\"at_ms\":0,\"box\":[%d,"
					 "0,20,%d]}]}",
					 i > 0 ? "," : "", (int)(ctx_random(c) % 8),
					 10 + (int)(ctx_random(c) % 12)));
	buf_add(&out, S("]}"));
	return str_c(c->mem, buf_str(&out));
}

PLAIN_PROPERTY(kind_track, it_does_not_matter_which_of_two_answers_comes_first)
{
	const char *one = made_tracks(c), *two = made_tracks(c);

	WANT(kind_test_same(c, TRACK(LABELS), one, two) ==
	     kind_test_same(c, TRACK(LABELS), two, one));
}
