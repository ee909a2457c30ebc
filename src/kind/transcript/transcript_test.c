/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "kind/kind_test_in.h"

#define SOUND(more) \
	BLOCKS("{\"type\":\"transcript\",\"name\":\"w\",\"label\":\"x\",\"src\":\"{{a}}\"" more "}")
#define R(from, to, text) "{\"from_ms\":" #from ",\"to_ms\":" #to ",\"text\":\"" text "\"}"
#define SURE(from, to, text, sure) \
	"{\"from_ms\":" #from ",\"to_ms\":" #to ",\"text\":\"" text "\",\"confidence\":" sure "}"
#define V(list) "{\"regions\":[" list "]}"
#define T(text) "{\"text\":\"" text "\"}"
#define HASH "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

PLAIN_TEST(kind_transcript, faults_name_the_place)
{
	static const struct {
		const char *path, *text;
	} cases[] = {
		{ "", SOUND("") },
		{ "", SOUND(",\"regions\":false") },
		{ "blocks[0].regions", SOUND(",\"regions\":2") },
		{ "blocks[0].max", SOUND(",\"max\":2") },
		{ "blocks[0].src",
		  BLOCKS("{\"type\":\"transcript\",\"name\":\"w\",\"label\":\"x\"}") },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		WANT_STR(str_of(cases[i].path), kind_test_fault(c, cases[i].text));
}

PLAIN_TEST(kind_transcript, a_page_has_the_sound_and_its_wave_form)
{
	struct kind_media media = { .key = { 1 }, .bound = S("m-1-2") };
	struct str sound = kind_media_address(c->mem, &media, S(HASH ".wav"));
	struct str wave = kind_media_address(c->mem, &media, S(HASH ".wav.small"));

	WANT_STR(str_format(c->mem,
			    "[{\"type\":\"transcript\",\"name\":\"w\",\"label\":\"x\","
			    "\"required\":true,\"src\":\"%.*s\",\"alt\":\"\",\"peaks\":\"%.*s\","
			    "\"regions\":true}]",
			    STR_ARG(sound), STR_ARG(wave)),
		 kind_test_page(c, SOUND(""), "{\"a\":\"asset:" HASH ".wav\"}"));
	WANT_STR(S("[{\"type\":\"transcript\",\"name\":\"w\",\"label\":\"x\",\"required\":true,"
		   "\"src\":null,\"href\":\"https://e.org/a.wav\",\"alt\":\"\",\"peaks\":null,"
		   "\"regions\":true}]"),
		 kind_test_page(c, SOUND(""), "{\"a\":\"https://e.org/a.wav\"}"));
}

PLAIN_TEST(kind_transcript, an_answer_is_regions_in_order_or_one_text)
{
	static const struct {
		const char *answer, *wanted;
	} cases[] = {
		{ V(R(0, 900, " Hello. ") "," R(900, 1500, "You?")),
		  V(R(0, 900, "Hello.") "," R(900, 1500, "You?")) },
		{ V(SURE(0, 900, "a", "0.5")), V(R(0, 900, "a")) },
		{ V(""), V("") },
		{ T("Good morning."), T("Good morning.") },
		{ T(""), T("") },
		{ V(R(0, 900, "a") "," R(899, 1500, "b")), "fault w.regions[1].from_ms" },
		{ V(R(900, 900, "a")), "fault w.regions[0].from_ms" },
		{ V(R(0, 21600001, "a")), "fault w.regions[0].from_ms" },
		{ V(R(-1, 5, "a")), "fault w.regions[0].from_ms" },
		{ V(R(0, 5, " ")), "fault w.regions[0].text" },
		{ V(R(0, 5, "a\\u0007")), "fault w.regions[0].text" },
		{ V("3"), "fault w.regions[0]" },
		{ "{\"text\":3}", "fault w.text" },
		{ "{\"text\":\"a\",\"regions\":[]}", "fault w" },
		{ "{\"text\":\"a\",\"x\":1}", "fault w.x" },
		{ "\"a\"", "fault w" },
		{ "{}", "fault w" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct str answer = str_format(c->mem, "{\"w\":%s}", cases[i].answer);
		struct str wanted = str_of(cases[i].wanted);

		if (!str_starts(wanted, S("fault")))
			wanted = str_format(c->mem, "{\"w\":%s}", cases[i].wanted);
		WANT_STR(wanted, kind_test_answer(c, SOUND(""), str_c(c->mem, answer)));
	}
}

PLAIN_TEST(kind_transcript, more_words_than_can_be_joined_are_refused)
{
	struct buf out = buf_make(c->mem, 1 << 16);

	buf_add(&out, S("{\"w\":{\"text\":\""));
	for (int i = 0; i < 2001; i++)
		buf_add(&out, S("a "));
	buf_add(&out, S("\"}}"));
	WANT_STR(S("fault w"), kind_test_answer(c, SOUND(""), str_c(c->mem, buf_str(&out))));
}

PLAIN_TEST(kind_transcript, a_known_answer_is_regions_or_words)
{
	WANT_STR(S(T("Good day")), kind_test_truth(c, SOUND(""), " Good day "));
	WANT_STR(S(V(R(0, 9, "a"))), kind_test_truth(c, SOUND(""), "[" R(0, 9, "a") "]"));
	WANT_STR(S(V("")), kind_test_truth(c, SOUND(""), V("")));
	WANT_STR(S("fault"), kind_test_truth(c, SOUND(""), "[3]"));
}

PLAIN_TEST(kind_transcript, a_tenth_of_the_words_may_differ)
{
	const char *ten = T("one two three four five six seven eight nine ten");

	WANT(kind_test_same(c, SOUND(""), ten,
			    T("One, two, three, four, five, six, seven, eight, nine; TEN!")));
	WANT(kind_test_same(c, SOUND(""), ten,
			    V(R(0, 9, "one two three four five") "," R(
				    9, 20, "six seven eight nine and ten"))));
	WANT(!kind_test_same(c, SOUND(""), ten, T("one two three four five six seven eight")));
	WANT(!kind_test_same(c, SOUND(""), ten, V("")));
	WANT(kind_test_same(c, SOUND(""), V(""), T("")));
}

PLAIN_TEST(kind_transcript, the_words_that_most_hear_are_the_result)
{
	struct kind_result r = kind_test_joined(
		c, SOUND(""),
		"[" T("The cat sat on the mat.") "," T("the cat sat on a mat") "," T(
			"The cap sat on the mat.") "]");

	WANT_STR(S(T("The cat sat on the mat.")), r.value);
	WANT(r.confidence > 0.8 && r.confidence < 1);
}

/* Regions come from the answer that is nearest, their ends from all. */
PLAIN_TEST(kind_transcript, regions_have_median_ends_and_joined_words)
{
	struct kind_result r = kind_test_joined(
		c, SOUND(""),
		"[" V(R(0, 1000, "Good morning.") "," R(1200, 2000, "Who are you?")) "," V(
			R(40, 1040, "Good morning") "," R(
				1210, 2100,
				"who are you")) "," V(R(100, 1100,
							"good warning") "," R(1220, 1900,
									      "Who are you?")) "]");
	const struct json_value *list =
		json_get(kind_test_json(c, str_c(c->mem, r.value)), S("regions"));
	int64_t from, to;
	struct str text;

	WANT_I64(2, (int64_t)list->count);
	WANT(json_i64(json_get(json_at(list, 0), S("from_ms")), 0, 9999, &from));
	WANT(json_i64(json_get(json_at(list, 0), S("to_ms")), 0, 9999, &to));
	WANT(json_text(json_get(json_at(list, 0), S("text")), &text));
	WANT(from == 40 && to == 1040);
	WANT_STR(S("Good morning"), str_cut(text, 0, 12));
	WANT(json_i64(json_get(json_at(list, 1), S("from_ms")), 0, 9999, &from));
	WANT(json_i64(json_get(json_at(list, 1), S("to_ms")), 0, 9999, &to));
	WANT(from == 1210 && to == 2000);
}

/* One cuts at another place: no word is lost or doubled by that. */
PLAIN_TEST(kind_transcript, words_of_one_region_and_of_two_are_the_same_words)
{
	struct kind_result r = kind_test_joined(
		c, SOUND(",\"regions\":true"),
		"[" V(R(0, 3000, "one two three four five six")) "," V(
			R(0, 1500, "one two three") "," R(
				1500, 3000,
				"four five six")) "," T("one two three four five six") "]");
	struct str one = S("one two three four five six");

	WANT(kind_test_same(c, SOUND(""), str_c(c->mem, r.value),
			    str_c(c->mem,
				  str_format(c->mem, "{\"text\":\"%.*s\"}", STR_ARG(one)))));
	WANT(r.confidence > 0.999);
}

PLAIN_TEST(kind_transcript, silence_is_a_result_when_most_hear_it)
{
	struct kind_result r =
		kind_test_joined(c, SOUND(""), "[" V("") "," V("") "," V(R(0, 9, "hm")) "]");

	WANT_STR(S(V("")), r.value);
	WANT(r.confidence > 0.66 && r.confidence < 0.67);
	r = kind_test_joined(c, SOUND(""), "[" V("") "," V(R(0, 9, "hm")) "," V(R(0, 9, "hm")) "]");
	WANT(str_find(r.value, S("\"text\":\"hm\""), &(size_t){ 0 }));
	r = kind_test_joined(c, SOUND(""), "[null,null," T("a") "]");
	WANT_STR(S("null"), r.value);
}

/* The order in which answers came does not matter; nothing overlaps; all of them may be odd. */
PLAIN_PROPERTY(kind_transcript, the_result_is_an_answer_whatever_the_order)
{
	static const char *const words[] = { "a", "b", "c", "A,", "d.", "e" };
	struct str values[4], rotated;
	int count = 1 + (int)(ctx_random(c) % 4);

	for (int i = 0; i < count; i++) {
		struct buf out = buf_make(c->mem, 4096);
		int64_t at = 0;
		int regions = (int)(ctx_random(c) % 4);

		buf_add(&out, S("{\"regions\":["));
		for (int k = 0; k < regions; k++) {
			int64_t from = at + (int64_t)(ctx_random(c) % 50);

			at = from + 1 + (int64_t)(ctx_random(c) % 300);
			buf_format(&out, "%s{\"from_ms\":%lld,\"to_ms\":%lld,\"text\":\"",
				   k ? "," : "", (long long)from, (long long)at);
			for (int n = (int)(ctx_random(c) % 5); n >= 0; n--)
				buf_format(&out, "%s ", words[ctx_random(c) % 6]);
			buf_add(&out, S("\"}"));
		}
		buf_add(&out, S("]}"));
		values[i] = buf_str(&out);
	}
	struct str list = str_join(c->mem, values, (size_t)count, S(","));
	struct kind_result one = kind_test_joined(
		c, SOUND(""), str_c(c->mem, str_format(c->mem, "[%.*s]", STR_ARG(list))));
	for (int i = 0; i + 1 < count; i++) {
		struct str kept = values[i];

		values[i] = values[i + 1];
		values[i + 1] = kept;
	}
	rotated = str_join(c->mem, values, (size_t)count, S(","));
	struct kind_result other = kind_test_joined(
		c, SOUND(""), str_c(c->mem, str_format(c->mem, "[%.*s]", STR_ARG(rotated))));
	WANT_STR(one.value, other.value);
	WANT(one.confidence >= 0 && one.confidence <= 1);
	struct str answer = str_format(c->mem, "{\"w\":%.*s}", STR_ARG(one.value));
	WANT(str_starts(kind_test_answer(c, SOUND(""), str_c(c->mem, answer)), S("{\"w\":")));
}
