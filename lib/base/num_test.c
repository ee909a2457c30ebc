/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <float.h>
#include <math.h>
#include "tests/test.h"

PLAIN_TEST(num, a_whole_text_is_a_number_in_its_range_or_refused)
{
	int64_t n = 77;

	WANT(num_i64(S("0"), INT64_MIN, INT64_MAX, &n) && n == 0);
	WANT(num_i64(S("-0"), INT64_MIN, INT64_MAX, &n) && n == 0);
	WANT(num_i64(S("9223372036854775807"), INT64_MIN, INT64_MAX, &n) && n == INT64_MAX);
	WANT(num_i64(S("-9223372036854775808"), INT64_MIN, INT64_MAX, &n) && n == INT64_MIN);
	WANT(num_i64(S("007"), 0, 9, &n) && n == 7);
	WANT(num_i64(S("10"), 1, 10, &n) && num_i64(S("1"), 1, 10, &n));
	n = 77;
	WANT(!num_i64(S("11"), 1, 10, &n) && !num_i64(S("0"), 1, 10, &n));
	WANT(!num_i64(S("9223372036854775808"), INT64_MIN, INT64_MAX, &n));
	WANT(!num_i64(S("-9223372036854775809"), INT64_MIN, INT64_MAX, &n));
	WANT(!num_i64(S("99999999999999999999"), INT64_MIN, INT64_MAX, &n));
	WANT(!num_i64(S(""), 0, 9, &n) && !num_i64(S("-"), -9, 9, &n));
	WANT(!num_i64(S("+1"), 0, 9, &n) && !num_i64(S(" 1"), 0, 9, &n));
	WANT(!num_i64(S("1 "), 0, 9, &n) && !num_i64(S("1.0"), 0, 9, &n));
	WANT(!num_i64(S("1e3"), 0, 9999, &n) && !num_i64(S("0x1"), 0, 9, &n));
	WANT(!num_i64(S("--1"), -9, 9, &n) && !num_i64(S("1\0"), 0, 9, &n));
	WANT_I64(77, n);
}

PLAIN_TEST(num, a_decimal_is_read_exactly)
{
	double d = 0;

	WANT(num_f64(S("-12.5e3"), &d) && d == -12500);
	WANT(num_f64(S("0.1"), &d) && d == 0.1);
	WANT(num_f64(S("1E+2"), &d) && d == 100);
	WANT(num_f64(S("00.50"), &d) && d == 0.5);
	WANT(num_f64(S("-0"), &d) && d == 0 && signbit(d));
	WANT(num_f64(S("123456789012345678901234567890"), &d) &&
	     d == 123456789012345678901234567890.0);
	WANT(num_f64(S("0.000000000000000000000000000012345"), &d) && d == 1.2345e-29);
	WANT(num_f64(S("1.7976931348623157e308"), &d) && d == DBL_MAX);
	WANT(num_f64(S("5e-324"), &d) && d > 0);
	WANT(num_f64(S("1e-999999999999"), &d) && d == 0);
	WANT(num_f64(S("9007199254740993"), &d) && d == 9007199254740992.0);
	WANT(num_f64(S("2.2250738585072011e-308"), &d) && d == 2.2250738585072011e-308);
}

PLAIN_TEST(num, what_is_no_finite_decimal_is_refused)
{
	static const char *const bad[] = { "",	    "-",      ".",	    ".5",   "5.",   "1e",
					   "1e+",   "e5",     "+1",	    "1 ",   " 1",   "1,5",
					   "0x10",  "inf",    "nan",	    "1e5x", "1..2", "--1",
					   "1e400", "-1e400", "1e99999999", "1e5.0" };
	struct buf huge = buf_make(c->mem, 2000);
	double d = 7;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		WANT_I64(-1, num_f64(str_of(bad[i]), &d) ? (int64_t)i : -1);
	for (int i = 0; i < 1001; i++)
		buf_add_char(&huge, '0');
	WANT(!num_f64(buf_str(&huge), &d));
	WANT(num_f64(str_cut(buf_str(&huge), 0, 1000), &d) && d == 0);
}

PLAIN_TEST(num, a_double_is_written_short_and_read_back_the_same)
{
	static const double values[] = {
		0,	0.1,	   1.0 / 3,	      1e21,
		1e-7,	12345.678, DBL_MAX,	      DBL_MIN,
		5e-324, 1e15,	   999999999999999.0, 0.30000000000000004
	};

	WANT_STR(S("0.1"), num_f64_text(c->mem, 0.1));
	WANT_STR(S("3"), num_f64_text(c->mem, 3));
	WANT_STR(S("-0.5"), num_f64_text(c->mem, -0.5));
	WANT_STR(S("100000"), num_f64_text(c->mem, 100000));
	WANT_STR(S("0.30000000000000004"), num_f64_text(c->mem, 0.1 + 0.2));
	WANT_STR(S("5e-324"), num_f64_text(c->mem, 5e-324));
	WANT_STR(S(""), num_f64_text(c->mem, INFINITY));
	WANT_STR(S(""), num_f64_text(c->mem, NAN));
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		double back = 0;

		WANT(num_f64(num_f64_text(c->mem, values[i]), &back) && back == values[i]);
	}
}

PLAIN_PROPERTY(num, any_double_comes_back)
{
	for (int i = 0; i < 200; i++) {
		uint64_t bits = ctx_random(c);
		double value, back = 0;

		memcpy(&value, &bits, sizeof(value));
		if (!isfinite(value))
			continue;
		WANT(num_f64(num_f64_text(c->mem, value), &back) && back == value);
	}
}

PLAIN_TEST(num, money_says_when_a_sum_does_not_fit)
{
	money most = { INT64_MAX }, out = { 5 };

	WANT(money_add((money){ 2 }, (money){ -3 }, &out) && out.minor == -1);
	WANT(money_sub((money){ 2 }, (money){ 3 }, &out) && out.minor == -1);
	WANT(money_times((money){ -2 }, 3, &out) && out.minor == -6);
	WANT(!money_add(most, (money){ 1 }, &out) && !money_sub((money){ -2 }, most, &out));
	WANT(!money_times(most, 2, &out) && !money_share(most, 1001, &out));
	WANT_I64(-6, out.minor);
}

PLAIN_TEST(num, a_share_is_rounded_half_up)
{
	money out;

	WANT(money_share((money){ 100 }, 200, &out) && out.minor == 20);
	WANT(money_share((money){ 1 }, 500, &out) && out.minor == 1);
	WANT(money_share((money){ 1 }, 499, &out) && out.minor == 0);
	WANT(money_share((money){ 7 }, 214, &out) && out.minor == 1);
	WANT(money_share((money){ -1 }, 500, &out) && out.minor == 0);
	WANT(money_share((money){ -1 }, 501, &out) && out.minor == -1);
	WANT(money_share((money){ INT64_MAX }, 1000, &out) && out.minor == INT64_MAX);
	WANT(money_share((money){ 5 }, 0, &out) && out.minor == 0);
}

PLAIN_TEST(num, money_is_read_and_written_with_two_decimals)
{
	static const char *const bad[] = { "",
					   ".5",
					   "5.",
					   "1.234",
					   "-1",
					   "+1",
					   "1,00",
					   "1 ",
					   "1.x",
					   "x",
					   "1.-5",
					   "1e2",
					   ".",
					   "--1",
					   "1.2.3",
					   "92233720368547758.08",
					   "99999999999999999999" };
	money m = { 3 };

	WANT(money_parse(S("12.34"), &m) && m.minor == 1234);
	WANT(money_parse(S("12.3"), &m) && m.minor == 1230);
	WANT(money_parse(S("12"), &m) && m.minor == 1200);
	WANT(money_parse(S("0.05"), &m) && m.minor == 5);
	WANT(money_parse(S("92233720368547758.07"), &m) && m.minor == INT64_MAX);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		WANT_I64(-1, money_parse(str_of(bad[i]), &m) ? (int64_t)i : -1);
	WANT_I64(INT64_MAX, m.minor);
	WANT_STR(S("12.34"), money_text(c->mem, (money){ 1234 }));
	WANT_STR(S("0.05"), money_text(c->mem, (money){ 5 }));
	WANT_STR(S("-0.05"), money_text(c->mem, (money){ -5 }));
	WANT_STR(S("-92233720368547758.08"), money_text(c->mem, (money){ INT64_MIN }));
}

struct time_case {
	const char *text;
	int64_t seconds;
};

PLAIN_TEST(num, a_time_is_read_from_any_offset)
{
	static const struct time_case cases[] = {
		{ "1970-01-01", 0 },
		{ "1970-01-01T00:00:00Z", 0 },
		{ "2026-11-21T09:30:00.000Z", 1795253400 },
		{ "2026-11-21t09:30:00z", 1795253400 },
		{ "2026-11-21 09:30:00Z", 1795253400 },
		{ "2026-11-21T11:30:00+02:00", 1795253400 },
		{ "2026-11-21T04:00:00-05:30", 1795253400 },
		{ "2024-02-29", 1709164800 },
		{ "2000-02-29T23:59:59Z", 951868799 },
		{ "1969-12-31T23:59:59Z", -1 },
		{ "2016-12-31T23:59:60Z", 1483228800 },
		{ "0000-01-01", -62167219200 },
		{ "9999-12-31T23:59:59Z", 253402300799 },
	};
	usec t;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		WANT(usec_parse(str_of(cases[i].text), &t));
		WANT_I64(cases[i].seconds * USEC_SECOND, t.us);
	}
	WANT(usec_parse(S("1970-01-01T00:00:00.1234567Z"), &t) && t.us == 123456);
	WANT(usec_parse(S("1970-01-01T00:00:00.5Z"), &t) && t.us == 500000);
}

PLAIN_TEST(num, what_is_no_time_is_refused)
{
	static const char *const bad[] = {
		"",
		"2026",
		"2026-11",
		"2026-1-01",
		"2026-13-01",
		"2026-00-01",
		"2026-01-00",
		"2026-01-32",
		"2026-02-29",
		"2100-02-29",
		"2026-04-31",
		"26-01-01",
		"2026-01-01T",
		"2026-01-01T09:30:00",
		"2026-01-01T24:00:00Z",
		"2026-01-01T09:60:00Z",
		"2026-01-01T09:30:61Z",
		"2026-01-01T09:30Z",
		"2026-01-01T9:30:00Z",
		"2026-01-01T09:30:00.Z",
		"2026-01-01T09:30:00+2:00",
		"2026-01-01T09:30:00+0200",
		"2026-01-01T09:30:00+24:00",
		"2026-01-01T09:30:00+02:60",
		"2026-01-01T09:30:00Z ",
		"2026-01-01T09:30:00Zx",
		"2026/01/01",
		"-026-01-01",
		"2026--1-01",
		"20x6-01-01",
		" 2026-01-01",
		"2026-01-01T09:-1:00Z",
	};
	usec t = { 7 };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		WANT_I64(-1, usec_parse(str_of(bad[i]), &t) ? (int64_t)i : -1);
	WANT_I64(7, t.us);
}

PLAIN_TEST(num, a_time_is_written_in_utc_with_milliseconds)
{
	WANT_STR(S("1970-01-01T00:00:00.000Z"), usec_text(c->mem, (usec){ 0 }));
	WANT_STR(S("2026-11-21T09:30:00.123Z"),
		 usec_text(c->mem, (usec){ INT64_C(1795253400123999) }));
	WANT_STR(S("1969-12-31T23:59:59.999Z"), usec_text(c->mem, (usec){ -1 }));
	WANT_STR(S("9999-12-31T23:59:59.999Z"), usec_text(c->mem, (usec){ INT64_MAX }));
	WANT_STR(S("0000-01-01T00:00:00.000Z"), usec_text(c->mem, (usec){ INT64_MIN }));
	WANT_I64(-1, usec_day((usec){ -1 }));
	WANT_I64(0, usec_day((usec){ USEC_DAY - 1 }));
	WANT_I64(1, usec_day((usec){ USEC_DAY }));
	WANT_I64(INT64_MAX, usec_after((usec){ INT64_MAX - 1 }, 2).us);
	WANT_I64(INT64_MIN, usec_after((usec){ INT64_MIN + 1 }, -2).us);
	WANT_I64(5, usec_after((usec){ 2 }, 3).us);
}

/* Every day of 1,200 years. */
PLAIN_TEST(num, every_day_comes_back_from_its_text)
{
	usec t = { 0 }, back;

	WANT(usec_parse(S("1599-12-31"), &t));
	for (int i = 0; i < 440000; i += 3) {
		struct arena_mark mark = arena_mark(c->mem);

		t = usec_after(t, 3 * USEC_DAY);
		WANT(usec_parse(usec_text(c->mem, t), &back));
		WANT_I64(t.us, back.us);
		arena_reset(c->mem, mark);
	}
}

PLAIN_TEST(num, base64url_and_hex_come_back_in_one_spelling)
{
	struct str out;

	WANT_STR(S(""), text_base64url(c->mem, "", 0));
	WANT_STR(S("Zg"), text_base64url(c->mem, "f", 1));
	WANT_STR(S("Zm8"), text_base64url(c->mem, "fo", 2));
	WANT_STR(S("Zm9v"), text_base64url(c->mem, "foo", 3));
	WANT_STR(S("-_-_"), text_base64url(c->mem, "\xfb\xff\xbf", 3));
	WANT(text_base64url_read(c->mem, S("Zm8"), &out));
	WANT_STR(S("fo"), out);
	WANT(text_base64url_read(c->mem, S(""), &out) && out.len == 0);
	WANT(!text_base64url_read(c->mem, S("Zm8="), &out));
	WANT(!text_base64url_read(c->mem, S("Zm9"), &out)); /* bits that belong to no byte */
	WANT(!text_base64url_read(c->mem, S("Z"), &out));
	WANT(!text_base64url_read(c->mem, S("Zm9vZ"), &out));
	WANT(!text_base64url_read(c->mem, S("Zm+/"), &out));
	WANT(!text_base64url_read(c->mem, S("Zm 8"), &out));
	WANT(!text_base64url_read(c->mem, S("Zm\0v"), &out));
	WANT_STR(S("00ff1a"), text_hex(c->mem, "\x00\xff\x1a", 3));
	WANT(text_hex_read(c->mem, S("00ff1a"), &out));
	WANT_STR(S("\x00\xff\x1a"), out);
	WANT(!text_hex_read(c->mem, S("0"), &out) && !text_hex_read(c->mem, S("0g"), &out));
	WANT(!text_hex_read(c->mem, S("FF"), &out) && !text_hex_read(c->mem, S("0\0"), &out));
}

PLAIN_PROPERTY(num, any_bytes_come_back_from_their_codes)
{
	char bytes[40];
	size_t len = ctx_random(c) % (sizeof(bytes) + 1);
	struct str back;

	ctx_random_bytes(c, bytes, len);
	WANT(text_base64url_read(c->mem, text_base64url(c->mem, bytes, len), &back));
	WANT_STR(((struct str){ bytes, len }), back);
	WANT(text_hex_read(c->mem, text_hex(c->mem, bytes, len), &back));
	WANT_STR(((struct str){ bytes, len }), back);
}
