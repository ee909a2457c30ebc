/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The table is our own; it goes through RFC 8259 rule by rule. */
#include <math.h>
#include "base/dies_in.h"
#include "tests/test.h"

static bool reads(struct ctx *c, struct str text)
{
	struct json_value *value;
	struct json_fault fault;

	return json_read(c->mem, text, &value, &fault);
}

static const struct json_value *tree(struct ctx *c, struct str text)
{
	struct json_value *value = NULL;
	struct json_fault fault;

	WANT(json_read(c->mem, text, &value, &fault));
	return value;
}

PLAIN_TEST(json, what_the_standard_takes_is_taken)
{
	static const struct str good[] = {
		S("null"),
		S("true"),
		S("false"),
		S("0"),
		S("-0"),
		S("1"),
		S("-1"),
		S("10"),
		S("0.0"),
		S("1.5"),
		S("-0.5e-7"),
		S("1e9"),
		S("1E+9"),
		S("1e-9"),
		S("0e0"),
		S("123456789012345678901234567890123456789012345678901234567890"),
		S("1e999999"),
		S("\"\""),
		S("\"a\""),
		S("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""),
		S("\"\\u0041\\u00e9\\u65E5\\uFFFF\\u0001\""),
		S("\"\\ud83d\\ude00\\uDBFF\\uDFFF\""),
		S("\"é日😀\""),
		S("\"\x7f\""),
		S("[]"),
		S("[ ]"),
		S("[1]"),
		S("[1,2]"),
		S("[[],{}]"),
		S("{}"),
		S("{ }"),
		S("{\"\":0}"),
		S("{\"a\":1,\"b\":2}"),
		S("{\"a\":{\"a\":{\"a\":null}}}"),
		S(" \t\r\n[ \t\r\n1 \t\r\n, \t\r\n{ \t\r\n\"a\" \t\r\n: \t\r\n2 \t\r\n} \t\r\n] "
		  "\t\r\n"),
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		WANT_I64((int64_t)i, reads(c, good[i]) ? (int64_t)i : -1);
}

static const struct str bad[] = {
	/* nothing, or more than one value */
	S(""),
	S(" "),
	S("1 2"),
	S("[] []"),
	S("{}x"),
	S("null,"),
	S("\"a\"\"b\""),
	/* words */
	S("nul"),
	S("True"),
	S("nulll"),
	S("NaN"),
	S("Infinity"),
	S("undefined"),
	S("'a'"),
	S("a"),
	/* numbers */
	S("01"),
	S("-01"),
	S("00"),
	S("+1"),
	S("-"),
	S("--1"),
	S(".5"),
	S("5."),
	S("5.e1"),
	S("1e"),
	S("1e+"),
	S("1e1.5"),
	S("0x1"),
	S("1_000"),
	S("1,000"),
	S("- 1"),
	S("1.2.3"),
	S("1a"),
	S("-a"),
	/* strings */
	S("\""),
	S("\"a"),
	S("\"\\\""),
	S("\"\\"),
	S("\"\\x41\""),
	S("\"\\u\""),
	S("\"\\u12\""),
	S("\"\\u12G4\""),
	S("\"\\U0041\""),
	S("\"\\'\""),
	S("\"\n\""),
	S("\"\t\""),
	S("\"\x01\""),
	S("\"\x1f\""),
	S("\"\\ud83d\""),
	S("\"\\ud83dx\""),
	S("\"\\ud83d\\n\""),
	S("\"\\ud83d\\u0041\""),
	S("\"\\ud83d\\ud83d\""),
	S("\"\\ude00\""),
	S("\"\\ude00\\ud83d\""),
	S("\"\\ud83d\\u\""),
	/* what is not UTF-8 */
	S("\"\xff\""),
	S("\"\xc0\x80\""),
	S("\"\xed\xa0\x80\""),
	S("\"\xe6\x97\""),
	S("\"\xe6\x97"),
	S("\"\xf4\x90\x80\x80\""),
	S("\"\x80\""),
	S("\xEF\xBB\xBF{}"),
	S("\xff\xfe{\0}\0"),
	/* NUL */
	S("\0"),
	S("1\0"),
	S("\"a\0b\""),
	S("[1,\0]"),
	S("\"\\u0000\""),
	/* lists */
	S("["),
	S("]"),
	S("[1"),
	S("[1,"),
	S("[,]"),
	S("[1,]"),
	S("[,1]"),
	S("[1 2]"),
	S("[1;2]"),
	S("[}"),
	S("[1}"),
	S("[1:2]"),
	/* objects */
	S("{"),
	S("}"),
	S("{]"),
	S("{\"a\"}"),
	S("{\"a\":}"),
	S("{\"a\":1"),
	S("{\"a\":1,"),
	S("{\"a\":1,}"),
	S("{,}"),
	S("{a:1}"),
	S("{1:1}"),
	S("{'a':1}"),
	S("{\"a\" 1}"),
	S("{\"a\"::1}"),
	S("{\"a\":1 \"b\":2}"),
	S("{\"a\":1;}"),
	S("{\"a\":1]"),
	S("{null:1}"),
	S("{\"a\":1,\"a\":2}"),
	S("{\"a\":1,\"\\u0061\":2}"),
	/* comments and other blanks */
	S("/**/1"),
	S("1//"),
	S("[1]\f"),
	S("\v1"),
	S("1\xc2\xa0"),
};

PLAIN_TEST(json, what_the_standard_does_not_take_is_refused)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		WANT_I64(-1, reads(c, bad[i]) ? (int64_t)i : -1);
}

/* No text that is cut short is good, wherever it is cut. */
PLAIN_TEST(json, every_beginning_of_an_object_is_refused)
{
	struct str whole = S("{\"a\":[1,-2.5e3,true,null,\"\\u00e9\\ud83d\\ude00é\"],\"b\":{}}");

	for (size_t len = 0; len < whole.len; len++)
		WANT(!reads(c, str_cut(whole, 0, len)));
	WANT(reads(c, whole));
}

static struct str nested(struct ctx *c, int depth, const char *open, const char *close)
{
	struct buf text = buf_make(c->mem, 10000);

	for (int i = 0; i < depth; i++)
		buf_add(&text, str_of(open));
	buf_add(&text, S("1"));
	for (int i = 0; i < depth; i++)
		buf_add(&text, str_of(close));
	return buf_str(&text);
}

PLAIN_TEST(json, nesting_ends_at_its_limit)
{
	WANT(reads(c, nested(c, JSON_DEPTH_MAX, "[", "]")));
	WANT(!reads(c, nested(c, JSON_DEPTH_MAX + 1, "[", "]")));
	WANT(reads(c, nested(c, JSON_DEPTH_MAX, "{\"a\":", "}")));
	WANT(!reads(c, nested(c, JSON_DEPTH_MAX + 1, "{\"a\":", "}")));
	WANT(!reads(c, nested(c, 2000, "[", "")));
}

static struct str many_members(struct ctx *c, int count, int repeat)
{
	struct buf text = buf_make(c->mem, 1 << 20);

	for (int i = 0; i < count; i++)
		buf_format(&text, "%c\"key%d\":%d", i == 0 ? '{' : ',', i == count - 1 ? repeat : i,
			   i);
	buf_add_char(&text, '}');
	return buf_str(&text);
}

PLAIN_TEST(json, a_key_twice_is_refused_in_small_and_large_objects)
{
	for (int count = 2; count < 60; count++) {
		WANT(reads(c, many_members(c, count, count)));
		for (int repeat = 0; repeat < count - 1; repeat++)
			WANT(!reads(c, many_members(c, count, repeat)));
	}
	WANT(reads(c, many_members(c, 20000, 20000)));
	WANT(!reads(c, many_members(c, 20000, 777)));
	WANT(reads(c, S("{\"a\":{\"a\":1},\"b\":{\"a\":1}}")));
}

struct fault_case {
	struct str text;
	size_t at;
	int line, column;
	const char *reason;
};

PLAIN_TEST(json, a_fault_tells_its_place_and_reason)
{
	static const struct fault_case cases[] = {
		{ S(""), 0, 1, 1, "a value is wanted here" },
		{ S("{\"a\":1,\n \"a\":2}"), 9, 2, 2, "an object has this key twice" },
		{ S("[1,\n\n  oops]"), 7, 3, 3, "this is no value" },
		{ S("[\"日本\", 01]"), 11, 1, 8, "a number starts with a needless zero" },
		{ S("\"abc"), 4, 1, 5, "a string does not end" },
		{ S("\"a\\"), 2, 1, 3, "a string does not end" },
		{ S("\"a\\q\""), 2, 1, 3, "there is no such escape in a string" },
		{ S("\"\xff\""), 1, 1, 2, "a string is not UTF-8" },
		{ S("[1] x"), 4, 1, 5, "something stands behind the value" },
		{ S("[1"), 2, 1, 3, "a list wants a comma or ] here" },
		{ S("{\"a\":1"), 6, 1, 7, "an object wants a comma or } here" },
		{ S("{\"a\" 1}"), 5, 1, 6, "a colon is wanted behind a key" },
		{ S("{a:1}"), 1, 1, 2, "a key in quotes is wanted here" },
		{ S("\"\\ud800\""), 7, 1, 8, "half of a surrogate pair stands alone" },
		{ S("\"\\u0000\""), 7, 1, 8, "a string holds a NUL" },
		{ S("\"\\u00x0\""), 5, 1, 6, "\\u wants four hexadecimal digits" },
		{ S("\"a\nb\""), 2, 1, 3, "a control character stands in a string" },
		{ S("-x"), 1, 1, 2, "a number wants a digit here" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct json_value *value;
		struct json_fault fault;

		WANT(!json_read(c->mem, cases[i].text, &value, &fault));
		WANT_STR(str_of(cases[i].reason), str_of(fault.reason));
		WANT_I64((int64_t)cases[i].at, (int64_t)fault.at);
		WANT_I64(cases[i].line, fault.line);
		WANT_I64(cases[i].column, fault.column);
	}
}

PLAIN_TEST(json, a_repeat_in_a_large_object_is_told_at_its_second_key)
{
	struct str text = many_members(c, 30, 4);
	struct json_value *value;
	struct json_fault fault;

	WANT(!json_read(c->mem, text, &value, &fault));
	WANT(str_starts(str_cut(text, fault.at, text.len), S("\"key4\":29")));

	/* Of two repeats the first in the text. */
	text = many_members(c, 40, 40);

	struct str inside = str_format(c->mem, "{\"key20\":0,\"key30\":0,%.*s",
				       STR_ARG(str_cut(text, 1, text.len)));

	WANT(!json_read(c->mem, inside, &value, &fault));
	WANT(str_starts(str_cut(inside, fault.at, inside.len), S("\"key20\":20")));
}

PLAIN_TEST(json, too_many_values_are_a_fault_and_not_an_abort)
{
	struct arena *small = arena_new(20000);
	struct buf text = buf_make(c->mem, 1 << 20);
	struct json_value *value;
	struct json_fault fault;

	buf_add(&text, S("[0"));
	for (int i = 0; i < 5000; i++)
		buf_add(&text, S(",0"));
	buf_add(&text, S("]"));
	WANT(!json_read(small, buf_str(&text), &value, &fault));
	WANT_STR(S("there are more values than fit into memory"), str_of(fault.reason));
	arena_clear(small);
	for (int i = 0; i < 100000; i++)
		buf_add_char(&text, ' ');
	WANT(!json_read(small, buf_str(&text), &value, &fault));
	WANT_STR(S("the text is longer than fits into memory"), str_of(fault.reason));
	arena_free(small);
}

PLAIN_TEST(json, strings_are_unescaped_and_the_source_is_left_alone)
{
	char source[] = "[\"a\\n\\u00e9\\ud83d\\ude00\\\\b\", \"plain\", \"\\/\\\"\"]";
	struct str before = str_copy(c->mem, str_of(source));
	const struct json_value *list = tree(c, str_of(source));
	struct str text;

	WANT_STR(before, str_of(source));
	memset(source, '?', sizeof(source) - 1);
	WANT(json_text(json_at(list, 0), &text));
	WANT_STR(S("a\né😀\\b"), text);
	WANT(json_text(json_at(list, 1), &text));
	WANT_STR(S("plain"), text);
	WANT(json_text(json_at(list, 2), &text));
	WANT_STR(S("/\""), text);
}

PLAIN_TEST(json, a_value_knows_its_bytes_of_the_source)
{
	struct str source = S("{ \"a\" : [1, \"\\n\" ] , \"b\":true}");
	const struct json_value *top = tree(c, source);
	const struct json_value *a = json_get(top, S("a")), *b = json_get(top, S("b"));

	WANT_STR(S("[1, \"\\n\" ]"), str_cut(source, a->from, a->to));
	WANT_STR(S("\"\\n\""), str_cut(source, json_at(a, 1)->from, json_at(a, 1)->to));
	WANT_STR(S("true"), str_cut(source, b->from, b->to));
	WANT_STR(source, str_cut(source, top->from, top->to));
	WANT_I64(2, (int64_t)top->count);
	WANT_I64(2, (int64_t)a->count);
	WANT_STR(S("a"), a->key);
}

PLAIN_TEST(json, what_is_absent_or_of_another_type_is_told_by_false)
{
	const struct json_value *top =
		tree(c, S("{\"n\":5,\"f\":1.5,\"t\":\"5\",\"b\":false,\"z\":null,\"l\":[7]}"));
	struct str text = S("kept");
	int64_t n = 77;
	double f = 0.25;
	bool b = true;

	WANT(json_get(top, S("x")) == NULL && json_get(NULL, S("x")) == NULL);
	WANT(json_get(json_get(json_get(top, S("x")), S("y")), S("z")) == NULL);
	WANT(json_get(json_get(top, S("l")), S("x")) == NULL);
	WANT(json_at(json_get(top, S("l")), 1) == NULL && json_at(top, 0) == NULL);
	WANT(json_at(NULL, 0) == NULL);
	WANT(!json_text(json_get(top, S("n")), &text) && !json_text(NULL, &text));
	WANT_STR(S("kept"), text);
	WANT(!json_i64(json_get(top, S("t")), 0, 9, &n) && !json_i64(NULL, 0, 9, &n));
	WANT(!json_i64(json_get(top, S("n")), 6, 9, &n) &&
	     !json_i64(json_get(top, S("f")), 0, 9, &n));
	WANT_I64(77, n);
	WANT(json_i64(json_get(top, S("n")), 5, 5, &n) && n == 5);
	WANT(!json_f64(json_get(top, S("t")), &f) && !json_f64(NULL, &f) && f == 0.25);
	WANT(!json_f64(tree(c, S("1e999")), &f));
	WANT(json_f64(json_get(top, S("f")), &f) && f == 1.5);
	WANT(!json_bool(json_get(top, S("z")), &b) && !json_bool(NULL, &b) && b);
	WANT(json_bool(json_get(top, S("b")), &b) && !b);
	WANT(json_is(json_get(top, S("z")), JSON_NULL) && !json_is(NULL, JSON_NULL));
}

PLAIN_TEST(json, the_writer_puts_commas_and_escapes)
{
	struct json j = json_make(c->mem, 10000);

	json_object(&j);
	json_text_of(&j, "text", S("a\"\\\n\r\t\b\f\x01é😀/"));
	json_i64_of(&j, "n", -5);
	json_f64_of(&j, "f", 0.5);
	json_f64_of(&j, "inf", INFINITY);
	json_bool_of(&j, "yes", true);
	json_null_of(&j, "nothing");
	json_raw_of(&j, "raw", S("[1]"));
	json_raw_of(&j, "empty", S(""));
	json_id_of(&j, "id", INT64_MAX);
	json_money_of(&j, "price", (money){ 1234 });
	json_time_of(&j, "at", (usec){ USEC_SECOND });
	json_time_of(&j, "never", (usec){ 0 });
	json_key_str(&j, S("k\""));
	json_list(&j);
	json_list(&j);
	json_list_end(&j);
	json_object(&j);
	json_object_end(&j);
	json_put_bool(&j, false);
	json_put_f64(&j, NAN);
	json_list_end(&j);
	json_object_end(&j);
	WANT_STR(S("{\"text\":\"a\\\"\\\\\\n\\r\\t\\b\\f\\u0001é😀/\",\"n\":-5,"
		   "\"f\":0.5,\"inf\":null,"
		   "\"yes\":true,\"nothing\":null,\"raw\":[1],\"empty\":null,"
		   "\"id\":\"9223372036854775807\",\"price\":1234,"
		   "\"at\":\"1970-01-01T00:00:01.000Z\",\"never\":null,"
		   "\"k\\\"\":[[],{},false,null]}"),
		 json_end(&j));
	WANT(!buf_is_full(&j.buf));
}

PLAIN_TEST(json, what_is_not_utf8_is_written_so_that_it_can_be_read)
{
	struct json j = json_make(c->mem, 1000);
	struct str text;

	json_put_text(&j, S("a\xff\xe6\x97z\0"));
	WANT(json_text(tree(c, S("\"a\\ufffd\"")), &text));
	WANT_STR(S("\"a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDz\\u0000\""), json_end(&j));
}

static void end_inside(void)
{
	struct json j = json_make(arena_new(0), 100);

	json_list(&j);
	(void)json_end(&j);
}

static void end_too_often(void)
{
	struct json j = json_make(arena_new(0), 100);

	json_list(&j);
	json_list_end(&j);
	json_list_end(&j);
}

static void end_behind_a_key(void)
{
	struct json j = json_make(arena_new(0), 100);

	json_object(&j);
	json_key(&j, "a");
	json_object_end(&j);
}

PLAIN_TEST(json, what_is_not_closed_as_it_was_opened_is_a_bug)
{
	char said[1000];

	WANT(dies(end_inside, said, sizeof(said)));
	WANT(dies(end_too_often, said, sizeof(said)));
	WANT(dies(end_behind_a_key, said, sizeof(said)));
}

PLAIN_TEST(json, the_writer_is_cut_at_its_maximum_and_says_so)
{
	struct json j = json_make(c->mem, 10);

	json_list(&j);
	for (int i = 0; i < 100; i++)
		json_put_i64(&j, i);
	json_list_end(&j);
	WANT_STR(S("[0,1,2,3,4"), json_end(&j));
	WANT(buf_is_full(&j.buf));
}

static void put_random(struct ctx *c, struct json *j, int depth)
{
	char text[12];
	size_t len = ctx_random(c) % sizeof(text);

	switch (ctx_random(c) % (depth == 0 ? 5 : 7)) {
	case 0:
		json_put_null(j);
		break;
	case 1:
		json_put_bool(j, ctx_random(c) % 2);
		break;
	case 2:
		json_put_i64(j, (int64_t)ctx_random(c));
		break;
	case 3:
		json_put_f64(j, (double)(int64_t)ctx_random(c) / 1e9);
		break;
	case 4:
		ctx_random_bytes(c, text, len);
		for (size_t i = 0; i < len; i++)
			text[i] = text[i] == 0 ? '"' : text[i];
		json_put_text(j, (struct str){ text, len });
		break;
	case 5:
		json_list(j);
		for (uint64_t n = ctx_random(c) % 5; n > 0; n--)
			put_random(c, j, depth - 1);
		json_list_end(j);
		break;
	default:
		json_object(j);
		for (uint64_t n = ctx_random(c) % 25; n > 0; n--) {
			char key[] = { (char)('a' + n), '\\', '\n', '\0' };

			json_key(j, key);
			put_random(c, j, depth - 1);
		}
		json_object_end(j);
	}
}

PLAIN_PROPERTY(json, what_was_written_is_read_and_written_again_the_same)
{
	struct json first = json_make(c->mem, 1 << 20), again = json_make(c->mem, 1 << 20);
	struct json_value *value = NULL;
	struct json_fault fault;

	put_random(c, &first, 4);
	WANT(json_read(c->mem, json_end(&first), &value, &fault));
	json_put_value(&again, value);
	WANT_STR(json_end(&first), json_end(&again));
}

/* Damage at one place of a good text: read or refused, but never more than that. */
PLAIN_PROPERTY(json, a_damaged_text_is_read_or_refused_within_its_bounds)
{
	struct json j = json_make(c->mem, 1 << 20);
	struct json_value *value;
	struct json_fault fault;

	put_random(c, &j, 3);

	struct str text = str_copy(c->mem, json_end(&j));

	for (int i = 0; i < 20; i++) {
		char *at = (char *)arena_take(c->mem, text.len);

		memcpy(at, text.at, text.len);
		at[ctx_random(c) % text.len] = (char)ctx_random(c);
		if (json_read(c->mem, (struct str){ at, text.len }, &value, &fault))
			continue;
		WANT(fault.at <= text.len && fault.reason != NULL);
		WANT(fault.line >= 1 && fault.column >= 1);
	}
}

/* In a request's memory there may be room for a text and not for its tree. */
PLAIN_TEST(json, our_own_text_is_read_or_memory_is_too_small)
{
	struct arena *mem = c->mem;
	struct str text = S("[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20]");
	bool refused = false, read = false;

	for (size_t room = 64; room < 4096; room += 64) {
		struct json_value *list;

		c->mem = arena_new(room);
		enum err err = json_read_own(c, text, &list);
		WANT(err == OK || err == ERR_LIMIT);
		refused = refused || err == ERR_LIMIT;
		read = err == OK && list->count == 20;
		arena_free(c->mem);
		c->mem = mem;
		c->refusal = (struct refusal){ 0 };
	}
	WANT(refused && read);
}
