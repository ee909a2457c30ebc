/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/dies_in.h"
#include "tests/test.h"

PLAIN_TEST(str, views_are_cut_and_trimmed_within_their_bounds)
{
	struct str text = S(" \tword\r\n");

	WANT_STR(S("word"), str_trim(text));
	WANT_STR(S(""), str_trim(S(" \v\f ")));
	WANT_STR(S("wor"), str_cut(text, 2, 5));
	WANT_STR(S("ord\r\n"), str_cut(text, 3, 99));
	WANT_STR(S(""), str_cut(text, 5, 2));
	WANT_STR(S(""), str_cut(text, 99, 100));
	WANT_STR(S(""), str_of(NULL));
	WANT_STR(S("abc"), str_of("abc"));
}

PLAIN_TEST(str, copies_are_joined_formatted_and_lowered)
{
	struct str parts[] = { S("a"), S(""), S("c") };

	WANT_STR(S("a, , c"), str_join(c->mem, parts, 3, S(", ")));
	WANT_STR(S(""), str_join(c->mem, parts, 0, S(", ")));
	WANT_STR(S("7 of x"), str_format(c->mem, "%d of %s", 7, "x"));
	WANT_STR(S("Éab1"), str_lower(c->mem, S("ÉAB1")));
	WANT(strcmp(str_c(c->mem, S("plain")), "plain") == 0);
	WANT(str_copy(c->mem, S("ab")).at[2] == '\0');
}

static void make_c_text_of_a_nul(void)
{
	(void)str_c(arena_new(0), S("a\0b"));
}

PLAIN_TEST(str, a_nul_inside_a_c_text_is_a_bug)
{
	char said[1000];

	WANT(dies(make_c_text_of_a_nul, said, sizeof(said)));
}

PLAIN_TEST(str, texts_are_compared_by_bytes)
{
	WANT(str_eq(S("ab"), S("ab")) && !str_eq(S("ab"), S("abc")) && !str_eq(S("ab"), S("aB")));
	WANT(str_eq(S(""), (struct str){ NULL, 0 }));
	WANT(str_eq_nocase(S("aBz["), S("AbZ[")) && !str_eq_nocase(S("["), S("{")));
	WANT(!str_eq_nocase(S("é"), S("É")) && !str_eq_nocase(S("a"), S("ab")));
	WANT_I64(-1, str_compare(S("a"), S("b")));
	WANT_I64(1, str_compare(S("\xff"), S("a")));
	WANT_I64(-1, str_compare(S("a"), S("aa")));
	WANT_I64(0, str_compare(S(""), S("")));
	WANT(str_eq_secret(S("same"), S("same")) && !str_eq_secret(S("same"), S("sama")));
	WANT(!str_eq_secret(S("same"), S("sam")));
	WANT(str_hash(S("a")) == UINT64_C(0xaf63dc4c8601ec8c));
}

PLAIN_TEST(str, parts_are_found)
{
	size_t at = 99;
	struct str head = S("?"), tail = S("?");

	WANT(str_starts(S("abc"), S("ab")) && !str_starts(S("abc"), S("bc")));
	WANT(!str_starts(S("a"), S("ab")) && str_starts(S("a"), S("")));
	WANT(str_ends(S("abc"), S("bc")) && !str_ends(S("abc"), S("ab")) &&
	     !str_ends(S("c"), S("bc")));
	WANT(str_find(S("abcabc"), S("ca"), &at) && at == 2);
	WANT(!str_find(S("abc"), S("x"), &at) && at == 2);
	WANT(str_find(S(""), S(""), &at) && at == 0);
	WANT(str_split(S("a=b=c"), '=', &head, &tail));
	WANT_STR(S("a"), head);
	WANT_STR(S("b=c"), tail);
	WANT(!str_split(S("abc"), '=', &head, &tail));
	WANT_STR(S("a"), head);
	WANT(!str_split(S(""), '=', &head, &tail));
}

struct utf8_case {
	struct str text;
	bool good;
};

PLAIN_TEST(str, utf8_is_what_the_standard_says_and_no_nul)
{
	static const struct utf8_case cases[] = {
		{ S(""), true },
		{ S("plain text that is longer than eight bytes"), true },
		{ S("é"), true },
		{ S("日本語のテキスト"), true },
		{ S("\xF0\x9F\x98\x80 and after it"), true },
		{ S("\xC2\x80"), true },
		{ S("\xE0\xA0\x80"), true },
		{ S("\xED\x9F\xBF"), true },
		{ S("\xEE\x80\x80"), true },
		{ S("\xEF\xBF\xBF"), true },
		{ S("\xF0\x90\x80\x80"), true },
		{ S("\xF4\x8F\xBF\xBF"), true },
		{ S("a\0b"), false },
		{ S("12345678\0abcdefgh"), false },
		{ S("\x80"), false },
		{ S("\xBF"), false },
		{ S("\xC0\x80"), false },
		{ S("\xC1\xBF"), false },
		{ S("\xC2"), false },
		{ S("\xC2x"), false },
		{ S("\xE0\x9F\xBF"), false },
		{ S("\xED\xA0\x80"), false },
		{ S("\xED\xBF\xBF"), false },
		{ S("\xE6\x97"), false },
		{ S("\xE6\x97x"), false },
		{ S("\xF0\x8F\xBF\xBF"), false },
		{ S("\xF0\x9F\x98"), false },
		{ S("\xF4\x90\x80\x80"), false },
		{ S("\xF5\x80\x80\x80"), false },
		{ S("\xFF"), false },
		{ S("1234567\xFF"), false },
		{ S("12345678\xFF"), false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		WANT_I64(cases[i].good ? (int64_t)i : -1,
			 str_is_utf8(cases[i].text) ? (int64_t)i : -1);
}

/* Every code point there is, and every pair of bytes. */
PLAIN_TEST(str, utf8_steps_take_every_code_point_and_no_other_pair)
{
	for (uint32_t point = 1; point < 0x110000; point += point < 0x3000 ? 1 : 97) {
		char at[4];
		size_t len = point < 0x80 ? 1 : 2;

		len += (point >= 0x800) + (point >= 0x10000);
		if (len == 1) {
			at[0] = (char)point;
		} else {
			static const uint32_t lead[] = { 0, 0, 0xC0, 0xE0, 0xF0 };

			for (size_t i = len - 1, rest = point; i > 0; i--, rest >>= 6)
				at[i] = (char)(0x80 | (rest & 63));
			at[0] = (char)(lead[len] | point >> (6 * (len - 1)));
		}
		bool surrogate = point >= 0xD800 && point <= 0xDFFF;

		WANT_I64(surrogate ? 0 : (int64_t)len,
			 (int64_t)str_utf8_step((struct str){ at, len }));
	}
	for (int first = 0x80; first < 0x100; first++)
		for (int second = 0; second < 0x100; second++) {
			char pair[] = { (char)first, (char)second };
			bool good = first >= 0xC2 && first <= 0xDF && (second & 0xC0) == 0x80;

			WANT_I64(good ? 2 : 0, (int64_t)str_utf8_step((struct str){ pair, 2 }));
		}
}

PLAIN_TEST(str, points_are_counted_and_bad_bytes_count_one_each)
{
	WANT_I64(0, (int64_t)str_points(S("")));
	WANT_I64(3, (int64_t)str_points(S("aé語")));
	WANT_I64(4, (int64_t)str_points(S("\xFF\xE6\x97z")));
	WANT_I64(3, (int64_t)str_points(S("a\0b")));
}

PLAIN_TEST(str, a_buffer_grows_to_its_maximum_and_says_that_it_was_cut)
{
	struct buf buf = buf_make(c->mem, 1000);

	for (int i = 0; i < 100; i++)
		buf_add(&buf, S("0123456789"));
	WANT(!buf_is_full(&buf));
	WANT_I64(1000, (int64_t)buf_str(&buf).len);
	buf_add(&buf, S(""));
	WANT(!buf_is_full(&buf));
	buf_add_char(&buf, 'x');
	WANT(buf_is_full(&buf));
	WANT_I64(1000, (int64_t)buf_str(&buf).len);

	struct buf cut = buf_make(c->mem, 5);

	buf_add(&cut, S("abc"));
	buf_add(&cut, S("defg"));
	buf_add(&cut, S("h"));
	WANT_STR(S("abcde"), buf_str(&cut));
	WANT(buf_is_full(&cut));
}

PLAIN_TEST(str, a_buffer_formats_short_and_long_text_up_to_its_last_byte)
{
	char word[301];
	struct buf exact = buf_make(c->mem, 300), small = buf_make(c->mem, 299);

	memset(word, 'w', 300);
	word[300] = '\0';
	buf_format(&exact, "%s", word);
	WANT(!buf_is_full(&exact));
	WANT_STR(str_of(word), buf_str(&exact));
	buf_format(&small, "%s", word);
	WANT(buf_is_full(&small));
	WANT_STR(str_cut(str_of(word), 0, 299), buf_str(&small));

	struct buf numbers = buf_make(c->mem, 200);

	buf_add_i64(&numbers, INT64_MIN);
	buf_add_i64(&numbers, 0);
	buf_add_i64(&numbers, INT64_MAX);
	buf_format(&numbers, "[%s]", "x");
	WANT_STR(S("-922337203685477580809223372036854775807[x]"), buf_str(&numbers));
}

PLAIN_TEST(str, two_buffers_grow_side_by_side)
{
	struct buf one = buf_make(c->mem, 100000), two = buf_make(c->mem, 100000);

	for (int i = 0; i < 20000; i++) {
		buf_add_char(&one, (char)('a' + i % 26));
		buf_add_char(&two, (char)('A' + i % 26));
	}
	for (size_t i = 0; i < 20000; i++) {
		WANT(buf_str(&one).at[i] == (char)('a' + i % 26));
		WANT(buf_str(&two).at[i] == (char)('A' + i % 26));
	}
}

PLAIN_TEST(str, a_buffer_is_cut_where_its_arena_ends)
{
	struct arena *small = arena_new(10000);
	struct buf buf = buf_make(small, 1 << 20);

	for (int i = 0; i < 10000; i++)
		buf_add(&buf, S("0123456789"));
	WANT(buf_is_full(&buf));
	WANT(arena_is_spent(small));
	WANT(buf_str(&buf).len >= 10000);
	arena_free(small);
}
