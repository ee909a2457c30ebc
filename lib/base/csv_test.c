/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What a reader tells is written as text, one line a record, so that readings can be
 * compared: `number line from-to | field | field` or `number line from-to ! reason`.
 */
#include "base/csv.h"
#include <unistd.h>
#include "base/dies_in.h"
#include "tests/test.h"

static void tell_fields(struct buf *out, const struct str *field, int count)
{
	for (int i = 0; i < count; i++) {
		buf_add(out, S("|"));
		for (size_t k = 0; k < field[i].len; k++) {
			char at = field[i].at[k];

			if (at == '\n' || at == '\r')
				buf_add(out, at == '\n' ? S("\\n") : S("\\r"));
			else
				buf_add_char(out, at);
		}
	}
}

static void tell_record(struct buf *out, const struct csv_record *record)
{
	buf_format(out, "%lld %lld %lld-%lld", (long long)record->number, (long long)record->line,
		   (long long)record->from, (long long)record->to);
	if (record->bad != NULL)
		buf_format(out, " !%s", record->bad);
	tell_fields(out, record->field, record->field_count);
	buf_add_char(out, '\n');
}

static void tell_header(struct buf *out, const struct csv_reader *reader)
{
	const struct str *names;
	const char *bad;
	int count = csv_header(reader, &names, &bad);

	if (bad != NULL)
		buf_format(out, "!%s", bad);
	tell_fields(out, names, count);
	buf_add_char(out, '\n');
}

static struct str read_pieces(struct ctx *c, enum csv_form form, struct csv_limits limits,
			      struct str file, size_t piece)
{
	struct csv_reader *reader = csv_reader_new(c->mem, form, limits);
	struct buf records = buf_make(c->mem, 8 << 20), all = buf_make(c->mem, 8 << 20);
	struct csv_record record;
	size_t at = 0;

	do {
		/* A copy that is spoilt afterwards shows what the reader failed to keep. */
		struct str part = str_copy(c->mem, str_cut(file, at, at + piece));

		at += piece;
		csv_feed(reader, part, at >= file.len);
		while (csv_next(reader, &record))
			tell_record(&records, &record);
		if (part.len > 0)
			memset((char *)(uintptr_t)part.at, '#', part.len);
	} while (at < file.len);
	WANT(!csv_next(reader, &record));
	tell_header(&all, reader);
	buf_add(&all, buf_str(&records));
	return buf_str(&all);
}

static const struct csv_limits defaults = { 0 };

/* The same however the file is cut. */
static struct str read_all(struct ctx *c, enum csv_form form, struct str file)
{
	struct str whole = read_pieces(c, form, defaults, file, file.len + 1);

	for (size_t piece = 1; piece < 5; piece++)
		WANT_STR(whole, read_pieces(c, form, defaults, file, piece));
	return whole;
}

PLAIN_TEST(csv, quotes_hide_delimiters_line_ends_and_quotes)
{
	WANT_STR(S("|id|remark\n"
		   "1 2 11-23|1|a, \"b\"\n"
		   "2 3 25-40|2|two\\r\\nlines\\n\n"
		   "3 6 42-46|3|\n"),
		 read_all(c, CSV_COMMA,
			  S("id,remark\r\n1,\"a, \"\"b\"\"\"\r\n"
			    "2,\"two\r\nlines\n\"\r\n3,\"\"\r\n")));
}

PLAIN_TEST(csv, lines_end_with_crlf_lf_cr_or_the_file)
{
	WANT_STR(S("|a|b\n1 2 5-8|1|2\n2 3 9-12|3|4\n3 4 13-16|5|6\n"),
		 read_all(c, CSV_COMMA, S("a,b\r\n1,2\n3,4\r5,6")));
	WANT_STR(S("|a|b\n1 2 4-7|1|2\n"), read_all(c, CSV_COMMA, S("a,b\r1,2\r")));
	WANT_STR(S("|a|b\n1 2 4-6|1|\n"), read_all(c, CSV_COMMA, S("a,b\n1,")));
	WANT_STR(S("|a|b\n1 2 4-7|1|2\n"), read_all(c, CSV_COMMA, S("a,b\n1,2\n")));
}

PLAIN_TEST(csv, an_empty_line_is_a_record_but_not_at_the_end)
{
	WANT_STR(S("|a\n1 2 2-3|x\n2 3 4-4|\n3 4 5-6|y\n"),
		 read_all(c, CSV_COMMA, S("a\nx\n\ny\n\n")));
	WANT_STR(S("|a\n1 2 3-4|x\n2 3 6-6|\n3 4 8-9|y\n"),
		 read_all(c, CSV_COMMA, S("a\r\nx\r\n\r\ny\r\n\r\n")));
	WANT_STR(S("|a\n1 2 2-2|\n2 3 3-5|\n"), read_all(c, CSV_COMMA, S("a\n\n\"\"\n")));
	WANT_STR(S("|a|b\n1 2 4-4 !1 field where the header has 2|\n2 3 5-8|1|2\n"),
		 read_all(c, CSV_COMMA, S("a,b\n\n1,2\n")));
}

PLAIN_TEST(csv, each_delimiter_has_its_form)
{
	WANT_STR(S("|a|b\n1 2 4-9|1,5|2\n"), read_all(c, CSV_SEMICOLON, S("a;b\n1,5;2")));
	WANT_STR(S("|a|b\n1 2 4-14|x\ty|2;,|\n"), read_all(c, CSV_TAB, S("a\tb\n\"x\ty\"\t2;,|")));
	WANT_STR(S("|a|b\n1 2 4-7|1|2\n"), read_all(c, CSV_BAR, S("a|b\n1|2")));
}

PLAIN_TEST(csv, a_mark_is_no_text_and_half_a_mark_is)
{
	WANT_STR(S("|a|b\n1 2 7-10|1|2\n"), read_all(c, CSV_COMMA,
						     S("\xEF\xBB\xBF"
						       "a,b\n1,2")));
	WANT_STR(S("!the text is not UTF-8\n"), read_all(c, CSV_COMMA, S("\xEF\xBB,b\n1,2")));
	WANT_STR(S("!the text is not UTF-8\n"), read_all(c, CSV_COMMA, S("\xEF\xBB")));
	WANT_STR(S("|\xEF\xAC\x81x\n1 2 5-6|1\n"), read_all(c, CSV_COMMA, S("\xEF\xAC\x81x\n1")));
	WANT_STR(S("!the file is UTF-16: save it as UTF-8\n"), read_all(c, CSV_COMMA,
									S("\xFF\xFE"
									  "a\0")));
	WANT_STR(S("!the file is UTF-16: save it as UTF-8\n"),
		 read_all(c, CSV_JSONL, S("\xFE\xFF\0{")));
}

PLAIN_TEST(csv, a_header_at_fault_stops_the_file)
{
	WANT_STR(S("!the file is empty\n"), read_all(c, CSV_COMMA, S("")));
	WANT_STR(S("!the file is empty\n"), read_all(c, CSV_COMMA, S("\xEF\xBB\xBF")));
	WANT_STR(S("!the file is empty\n"), read_all(c, CSV_COMMA, S("\r\n")));
	WANT_STR(S("!a column has no name\n"), read_all(c, CSV_COMMA, S("a,\n1,2\n")));
	WANT_STR(S("!a column has no name\n"), read_all(c, CSV_COMMA, S("a, \n1,2\n")));
	WANT_STR(S("!a column has no name\n"), read_all(c, CSV_COMMA, S("\na\n1\n")));
	WANT_STR(S("!two columns have the same name\n"),
		 read_all(c, CSV_COMMA, S("a,b, a\n1,2,3\n")));
	WANT_STR(S("!the text is not UTF-8\n"), read_all(c, CSV_COMMA, S("a\xff\n1\n")));
	WANT_STR(S("!there is a NUL inside\n"), read_all(c, CSV_COMMA, S("a\0\n1\n")));
	WANT_STR(S("!a quote does not end\n"), read_all(c, CSV_COMMA, S("\"a,b\n1,2\n")));
	WANT_STR(S("|a|b b\n"), read_all(c, CSV_COMMA, S(" a ,\" b b\"\n")));
}

PLAIN_TEST(csv, a_bad_record_is_told_and_the_next_one_is_read)
{
	WANT_STR(S("|a|b\n"
		   "1 2 4-5 !1 field where the header has 2|1\n"
		   "2 3 6-11 !3 fields where the header has 2|1|2|3\n"
		   "3 4 12-19 !a quote is closed before its field ends|1|2x \n"
		   "4 5 20-24 !the text is not UTF-8\n"
		   "5 6 25-30 !there is a NUL inside\n"
		   "6 7 31-40|5\" pipe|6\n"),
		 read_all(c, CSV_COMMA,
			  S("a,b\n1\n1,2,3\n1,\"2\"x \n\xC3,\xB6"
			    "1\n1,a\0b\n5\" pipe,6\n")));
}

PLAIN_TEST(csv, a_quote_without_an_end_takes_the_rest_of_the_file)
{
	WANT_STR(S("|a|b\n1 2 4-7|1|2\n2 3 8-17 !a quote does not end|3|4\\n5,6\\n\n"),
		 read_all(c, CSV_COMMA, S("a,b\n1,2\n3,\"4\n5,6\n")));
}

PLAIN_TEST(csv, a_record_past_its_limits_is_told_and_passed_over)
{
	struct csv_limits limits = { .record_max = 20, .fields_max = 3 };
	struct str file = S("a,b\n1,\"2345678901234567890\n\"\n1,2,3,4,5\n1,23456789012345678\n"
			    "1,234567890123456789\n1,2\n");
	struct str wanted = S("|a|b\n"
			      "1 2 4-28 !the record is longer than 20 bytes\n"
			      "2 4 29-38 !there are more than 3 fields|1|2|3\n"
			      "3 5 39-58|1|23456789012345678\n"
			      "4 6 59-79|1|234567890123456789\n"
			      "5 7 80-83|1|2\n");

	for (size_t piece = 1; piece < 100; piece++)
		WANT_STR(wanted, read_pieces(c, CSV_COMMA, limits, file, piece));
}

PLAIN_TEST(csv, json_lines_have_the_columns_of_the_first)
{
	WANT_STR(S("|id|n|x\n"
		   "1 1 0-31|1|a\\nb|[1, {}]\n"
		   "2 3 33-53||true|\n"
		   "3 4 55-81|-1.5e3||\"\"\n"),
		 read_all(c, CSV_JSONL,
			  S("{\"id\":1,\"n\":\"a\\nb\",\"x\":[1, {}]}\n\n"
			    "{\"n\":true,\"x\":null} \r\n  {\"x\":\"\\\"\\\"\",\"id\":-1.5e3}")));
}

PLAIN_TEST(csv, a_json_list_is_read_object_by_object)
{
	WANT_STR(S("|id|n|x\n"
		   "1 1 1-34|1|a]}\\nb|[1, {}]\n"
		   "2 3 39-60||true|\n"
		   "3 4 62-88|-1.5e3||\"\\\"\n"),
		 read_all(c, CSV_JSON,
			  S("[{\"id\":1,\"n\":\"a]}\\nb\",\"x\":[1, {}]}\n ,\r\n"
			    "{\"n\":true,\n \"x\":null} ,"
			    "{\"x\":\"\\\"\\\\\\\"\",\"id\":-1.5e3}]\n")));
}

PLAIN_TEST(csv, a_bad_item_of_a_json_list_is_told_and_the_next_one_is_read)
{
	static const struct {
		const char *file, *wanted;
	} want[] = {
		{ "[]", "!the file is empty\n" },
		{ " [ ] x", "!there is more behind the list\n" },
		{ "{}", "!the file is no JSON list\n" },
		{ "[1,{\"a\":1}]", "|a\n1 1 1-2 !this is no JSON object\n2 1 3-10|1\n" },
		{ "[{\"a\":1},]", "|a\n1 1 1-8|1\n2 1 9-9 !a comma stands before the end of "
				  "the list\n" },
		{ "[,{\"a\":1}]",
		  "|a\n1 1 1-1 !nothing stands before a comma of the list\n2 1 2-9|1\n" },
		{ "[{\"a\":1}{\"a\":2},{\"a\":3}]",
		  "|a\n1 1 1-8|1\n2 1 8-15 !a comma is missing before this\n3 1 16-23|3\n" },
		{ "[{\"a\":1},\n{\"a\":\n2",
		  "!the list does not end: the file is cut|a\n1 1 1-8|1\n" },
		{ "[{\"a\":1}", "!the list does not end: the file is cut|a\n1 1 1-8|1\n" },
		{ "[{\"a\":1},\n\n{\"a\":\n\nx},{\"a\":2}]",
		  "|a\n1 1 1-8|1\n2 3 11-20 !this is no value, in line 5\n3 5 21-28|2\n" },
		{ "[{\"a\":1},\"x\",{\"a\":\"]\\u0041\"}]",
		  "|a\n1 1 1-8|1\n2 1 9-12 !this is no JSON object\n3 1 13-28|]A\n" },
	};

	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++)
		WANT_STR(str_of(want[i].wanted), read_all(c, CSV_JSON, str_of(want[i].file)));
}

PLAIN_TEST(csv, an_item_nested_past_all_bounds_takes_no_memory)
{
	struct buf file = buf_make(c->mem, 4 << 20);

	buf_add(&file, S("[{\"a\":1},"));
	for (int i = 0; i < 1 << 20; i++)
		buf_add_char(&file, '[');
	struct csv_reader *r = csv_reader_new(c->mem, CSV_JSON, (struct csv_limits){ 0 });
	struct csv_record record;
	const struct str *names;
	const char *bad;
	csv_feed(r, buf_str(&file), true);
	WANT(csv_next(r, &record) && record.bad == NULL);
	WANT(!csv_next(r, &record));
	(void)csv_header(r, &names, &bad);
	WANT_STR(S("the list does not end: the file is cut"), str_of(bad));
}

PLAIN_TEST(csv, a_list_inside_of_a_file_is_read_from_its_bracket_to_its_end)
{
	struct csv_limits limits = { .loose = true, .part = true };
	struct csv_reader *r = csv_reader_new(c->mem, CSV_JSON, limits);
	struct csv_record record;

	csv_resume(r, NULL, 0, 100, 7, 1);
	csv_feed(r, S(" [{\"a\":1},\n{\"b\":[2]}], \"more\": x"), true);
	WANT(csv_next(r, &record) && record.line == 7 && record.from == 102);
	WANT_STR(S("1"), json_get(record.object, S("a"))->text);
	WANT(csv_next(r, &record) && record.line == 8);
	WANT_STR(S("{\"b\":[2]}"), record.text);
	WANT(!csv_next(r, &record));
}

PLAIN_TEST(csv, a_bad_json_line_is_told_and_the_next_one_is_read)
{
	WANT_STR(S("|id\n"
		   "1 1 0-3 !this is no value, at column 1\n"
		   "2 2 4-6 !the object has no member\n"
		   "3 3 7-15|1\n"
		   "4 4 16-24 !an object wants a comma or } here, at column 9\n"
		   "5 5 25-28 !the line is no JSON object\n"
		   "6 6 29-36 !the first line has no member b\n"
		   "7 7 37-47 !the text is not UTF-8\n"
		   "8 8 48-63 !an object has this key twice, at column 9\n"
		   "9 9 64-72|2\n"
		   "10 10 73-75|\n"),
		 read_all(c, CSV_JSONL,
			  S("bad\n{}\n{\"id\":1}\n{\"id\":1 \n[1]\n{\"b\":1}\n{\"id\":\"\xff\"}\n"
			    "{\"id\":1,\"id\":2}\n{\"id\":2}\n{}")));
	WANT_STR(S("!the file is empty\n"), read_all(c, CSV_JSONL, S("\n\n  \n")));
	WANT_STR(S("\n1 1 0-7 !a member has no name\n"), read_all(c, CSV_JSONL, S("{\"\": 1}\n")));
}

PLAIN_TEST(csv, a_json_line_gives_its_object)
{
	struct csv_reader *reader = csv_reader_new(c->mem, CSV_JSONL, defaults);
	struct csv_record record;
	int64_t n;

	csv_feed(reader, S("{\"a\":{\"b\":5}}\nno\n"), true);
	WANT(csv_next(reader, &record));
	WANT(json_i64(json_get(json_get(record.object, S("a")), S("b")), 0, 9, &n) && n == 5);
	WANT(csv_next(reader, &record));
	WANT(record.bad != NULL && record.object == NULL);
}

/* After each record, with pieces of every size, another reader goes on and tells the same. */
static void resume_everywhere(struct ctx *c, enum csv_form form, struct str file)
{
	struct str whole = read_pieces(c, form, defaults, file, file.len + 1);
	struct csv_reader *first = csv_reader_new(c->mem, form, defaults);
	struct csv_record record;
	int64_t number = 0;
	struct buf told = buf_make(c->mem, 10000);

	for (size_t at = 0; at < file.len; at++) {
		csv_feed(first, str_cut(file, at, at + 1), at + 1 == file.len);
		while (csv_next(first, &record)) {
			number = record.number;
			tell_record(&told, &record);
		}

		const struct str *names;
		const char *bad;
		int count = csv_header(first, &names, &bad);
		struct csv_reader *second = csv_reader_new(c->mem, form, defaults);
		struct buf both = buf_make(c->mem, 10000);

		if (csv_offset(first) > 0)
			csv_resume(second, names, count, csv_offset(first), csv_line(first),
				   number + 1);
		csv_feed(second, str_cut(file, (size_t)csv_offset(first), file.len), true);
		buf_add(&both, buf_str(&told));
		while (csv_next(second, &record))
			tell_record(&both, &record);

		struct buf all = buf_make(c->mem, 10000);

		tell_header(&all, second);
		buf_add(&all, buf_str(&both));
		WANT_STR(whole, buf_str(&all));
	}
}

PLAIN_TEST(csv, another_reader_goes_on_where_one_stopped)
{
	resume_everywhere(c, CSV_COMMA,
			  S("\xEF\xBB\xBF"
			    "a,b\r\n1,\"x\r\ny\"\r\n\r\n1\r2,\"z\"\n\"3\",\r\n\n\n4,5"));
	resume_everywhere(c, CSV_JSONL, S("\n{\"a\":1}\r\n\r\nbad\n{\"a\":2}\n\n{\"b\":1}\n{}"));
}

static void feed_twice(void)
{
	struct csv_reader *reader = csv_reader_new(arena_new(0), CSV_COMMA, defaults);

	csv_feed(reader, S("a,b\n"), false);
	csv_feed(reader, S("1,2\n"), false);
}

PLAIN_TEST(csv, a_piece_fed_before_the_last_was_used_is_a_bug)
{
	char said[1000];

	WANT(dies(feed_twice, said, sizeof(said)));
}

PLAIN_TEST(csv, what_the_caller_resets_does_not_touch_the_reader)
{
	struct csv_reader *reader = csv_reader_new(c->mem, CSV_COMMA, defaults);
	struct buf line = buf_make(c->mem, 100000);
	struct csv_record record;

	buf_add(&line, S("a,b\n"));
	for (int i = 1; i < 60; i++) {
		for (int k = 0; k < i * 40; k++)
			buf_add_char(&line, 'x');
		buf_format(&line, ",%d\n", i);
	}
	for (size_t at = 0; at < line.len; at += 100) {
		struct arena_mark mark = arena_mark(c->mem);

		csv_feed(reader, str_cut(buf_str(&line), at, at + 100), at + 100 >= line.len);
		while (csv_next(reader, &record)) {
			WANT(record.bad == NULL);
			WANT_I64(record.number * 40, (int64_t)record.field[0].len);
			WANT_STR(str_format(c->mem, "%d", (int)record.number), record.field[1]);
		}
		arena_reset(c->mem, mark);
	}
}

static void read_long(struct ctx *c, enum csv_form form, struct str header, struct str line,
		      int count)
{
	struct csv_reader *reader = csv_reader_new(c->mem, form, defaults);
	struct buf piece = buf_make(c->mem, 100000);
	struct csv_record record;
	int64_t records = 0, before = 0;

	while (piece.len + line.len < 65536)
		buf_add(&piece, line);
	csv_feed(reader, header, false);
	WANT(!csv_next(reader, &record));
	for (int i = 0; i < count; i++) {
		csv_feed(reader, buf_str(&piece), i + 1 == count);
		while (csv_next(reader, &record))
			records += record.bad == NULL;
		if (i == 3)
			before = os_memory_bytes();
	}
	WANT_I64((int64_t)(piece.len / line.len) * count, records);
	WANT(os_memory_bytes() - before < 4 << 20);
}

PLAIN_TEST(csv, a_long_file_takes_no_more_memory_than_a_short_one)
{
	read_long(c, CSV_COMMA, S("id,text\n"),
		  S("12345,\"a text, with a comma and some length\"\r\n"), 300);
	read_long(c, CSV_JSONL, S("\n"),
		  S("{\"id\":12345,\"list\":[1,2,3],\"text\":\"some text\"}\n"), 60);
}

PLAIN_TEST(csv, the_form_is_told_by_name_and_first_lines)
{
	WANT_I64(CSV_JSONL, csv_sniff(S("a,b\n"), S("x.jsonl")));
	WANT_I64(CSV_JSONL, csv_sniff(S("a,b\n"), S("x.NDJSON")));
	WANT_I64(CSV_TAB, csv_sniff(S("a,b\n"), S("x.tsv")));
	WANT_I64(CSV_JSONL, csv_sniff(S("\xEF\xBB\xBF\n {\"a\":1}"), S("x.txt")));
	WANT_I64(CSV_JSON, csv_sniff(S("\xEF\xBB\xBF\n [\n{\"a\":1}"), S("x.txt")));
	WANT_I64(CSV_JSON, csv_sniff(S("[]"), S("x.json")));
	WANT_I64(CSV_COMMA, csv_sniff(S("[a],b\n"), S("x.txt")));
	WANT_I64(CSV_COMMA, csv_sniff(S("{a},b\n"), S("x.csv")));
	WANT_I64(CSV_COMMA, csv_sniff(S(""), S("")));
	WANT_I64(CSV_COMMA, csv_sniff(S("name\nx\n"), S("x.csv")));
	WANT_I64(CSV_SEMICOLON, csv_sniff(S("id;price;name\n1;3,50;A\n2;\"1,0\";B\n"), S("x.csv")));
	WANT_I64(CSV_SEMICOLON, csv_sniff(S("a;b"), S("x.csv")));
	WANT_I64(CSV_BAR, csv_sniff(S("a|b|c\n1|2|3\n"), S("x.txt")));
	WANT_I64(CSV_TAB, csv_sniff(S("a\tb\n1,5\t2\n"), S("x.csv")));
	WANT_I64(CSV_COMMA, csv_sniff(S("id,\"a;b;c;d\"\n1,\"x;\"\"y;z\"\n"), S("x.csv")));
	WANT_I64(CSV_COMMA, csv_sniff(S("a,b\r\n1,2\r\n"), S("no-name")));
	WANT_I64(CSV_SEMICOLON, csv_sniff(S("name, first;town\nA, B;C\nD;E\n"), S("x.csv")));
}

static struct str put(struct ctx *c, struct str field, bool defuse)
{
	struct buf buf = buf_make(c->mem, 1000);

	csv_put(&buf, S("1"), true, defuse);
	csv_put(&buf, field, false, defuse);
	return str_cut(buf_str(&buf), 2, buf.len);
}

PLAIN_TEST(csv, a_field_is_quoted_when_it_must_be)
{
	struct buf buf = buf_make(c->mem, 1000);

	WANT_STR(S("plain"), put(c, S("plain"), false));
	WANT_STR(S(""), put(c, S(""), false));
	WANT_STR(S("\"a,b\""), put(c, S("a,b"), false));
	WANT_STR(S("\"\"\"a\"\"b\"\"\""), put(c, S("\"a\"b\""), false));
	WANT_STR(S("\"a\nb\""), put(c, S("a\nb"), false));
	WANT_STR(S("\"a\r\""), put(c, S("a\r"), false));
	WANT_STR(S("\" a\""), put(c, S(" a"), false));
	WANT_STR(S("\"a \""), put(c, S("a "), false));
	csv_put(&buf, S(""), true, false);
	csv_end_line(&buf);
	WANT_STR(S("\"\"\r\n"), buf_str(&buf));
}

PLAIN_TEST(csv, a_cell_that_a_spreadsheet_would_run_is_defused)
{
	static const char *const harmless[] = {
		"-5", "+3", "-1.5e3", "5", "a=b", "x@y", "", "1-2"
	};

	WANT_STR(S("'=1+1"), put(c, S("=1+1"), true));
	WANT_STR(S("'@SUM(A1)"), put(c, S("@SUM(A1)"), true));
	WANT_STR(S("'+358 40 1234567"), put(c, S("+358 40 1234567"), true));
	WANT_STR(S("'-1+cmd"), put(c, S("-1+cmd"), true));
	WANT_STR(S("'--5"), put(c, S("--5"), true));
	WANT_STR(S("'-"), put(c, S("-"), true));
	WANT_STR(S("'\tx"), put(c, S("\tx"), true));
	WANT_STR(S("\"'\rx\""), put(c, S("\rx"), true));
	WANT_STR(S("\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\""),
		 put(c, S("=HYPERLINK(\"x\",\"y\")"), true));
	WANT_STR(S("=1+1"), put(c, S("=1+1"), false));
	for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++)
		WANT_STR(str_of(harmless[i]), put(c, str_of(harmless[i]), true));
}

/* Fields out of the bytes that matter, written, and read in pieces of some size. */
PLAIN_PROPERTY(csv, what_was_written_is_read_the_same)
{
	static const char *const bits[] = { "a", ",", "\"", "\n", "\r", " ", "é", "=", "\t", "'" };
	int columns = 1 + (int)(ctx_random(c) % 4), rows = (int)(ctx_random(c) % 8);
	struct buf file = buf_make(c->mem, 100000), wanted = buf_make(c->mem, 100000);

	for (int k = 0; k < columns; k++) {
		struct str name = str_format(c->mem, "c%d", k);

		csv_put(&file, name, k == 0, false);
		tell_fields(&wanted, &name, 1);
	}
	csv_end_line(&file);
	buf_add_char(&wanted, '\n');
	for (int i = 0; i < rows; i++) {
		for (int k = 0; k < columns; k++) {
			struct buf field = buf_make(c->mem, 100);

			for (uint64_t n = ctx_random(c) % 6; n > 0; n--)
				buf_add(&field, str_of(bits[ctx_random(c) % 10]));

			struct str text = buf_str(&field);

			csv_put(&file, text, k == 0, false);
			tell_fields(&wanted, &text, 1);
		}
		csv_end_line(&file);
		buf_add_char(&wanted, '\n');
	}

	struct csv_reader *reader = csv_reader_new(c->mem, CSV_COMMA, defaults);
	struct buf got = buf_make(c->mem, 100000);
	struct csv_record record;
	size_t at = 0;

	while (at < file.len) {
		size_t next = at + 1 + ctx_random(c) % 9;

		csv_feed(reader, str_cut(buf_str(&file), at, next), next >= file.len);
		while (csv_next(reader, &record)) {
			WANT(record.bad == NULL);
			tell_fields(&got, record.field, record.field_count);
			buf_add_char(&got, '\n');
		}
		at = next;
	}

	struct buf all = buf_make(c->mem, 100000);

	tell_header(&all, reader);
	buf_add(&all, buf_str(&got));
	WANT_STR(buf_str(&wanted), buf_str(&all));
}

/* --- the awkward files that are shared beside this tree, when they are there --- */

#define SHARED "../shared/data/inputs/rows/edge_cases/"

static struct str get_text(const struct json_value *object, struct str key)
{
	struct str text = S("");

	WANT(json_text(json_get(object, key), &text));
	return text;
}

static int64_t number_at(const struct json_value *list, size_t index)
{
	int64_t number = -1;

	WANT(json_i64(json_at(list, index), 0, INT64_MAX, &number));
	return number;
}

/* Long fields are told by their beginnings only. */
static void check_fields(const struct json_value *wanted, const struct str *field, int count)
{
	WANT_I64((int64_t)wanted->count, count);
	for (int i = 0; i < count; i++) {
		struct str text = S("");

		WANT(json_text(json_at(wanted, (size_t)i), &text));
		WANT_STR(text, text.len < 80 ? field[i] : str_cut(field[i], 0, 80));
	}
}

static void check_range(const struct json_value *range, struct str file,
			const struct csv_record *record)
{
	int64_t from = number_at(range, 0), len = number_at(range, 1);

	WANT_I64(from, record->from);
	WANT(record->to <= from + len);
	WANT_STR(S(""), str_trim(str_cut(file, (size_t)record->to, (size_t)(from + len))));
}

static bool is_one_of(struct str name, const char *const *starts)
{
	for (; *starts != NULL; starts++)
		if (str_starts(name, str_of(*starts)))
			return true;
	return false;
}

static void check_shared(struct ctx *c, const struct json_value *one)
{
	static const char *const headless[] = { "08", "09", "10", "15", NULL };
	static const char *const torn[] = { "07", NULL }, *const no_text[] = { "11", "18", NULL };
	struct str name = get_text(one, S("file")), file;
	const struct json_value *ranges = json_get(one, S("record_ranges"));
	struct csv_record record;
	const struct str *names;
	const char *bad;
	size_t n = 1;

	WANT_OK(os_slurp(c, str_format(c->mem, SHARED "%.*s", STR_ARG(name)).at, 1 << 20, &file));

	enum csv_form form = csv_sniff(file, name);
	struct str whole = read_pieces(c, form, defaults, file, file.len + 1);

	WANT_STR(whole, read_pieces(c, form, defaults, file, 1));
	if (form == CSV_JSONL)
		return;

	struct csv_reader *reader = csv_reader_new(c->mem, form, defaults);

	csv_feed(reader, file, true);
	for (; csv_next(reader, &record); n++) {
		check_range(json_at(ranges, n), file, &record);
		if (is_one_of(name, torn) && record.bad != NULL)
			WANT_I64(number_at(json_get(one, S("fields_per_record")), n),
				 record.field_count);
		WANT(record.bad == NULL || is_one_of(name, torn) || is_one_of(name, no_text));
		if (record.bad == NULL)
			check_fields(json_at(json_get(one, S("first_fields")), n), record.field,
				     record.field_count);
	}

	int count = csv_header(reader, &names, &bad);

	WANT_I64(is_one_of(name, headless), bad != NULL);
	if (bad != NULL)
		return;
	check_fields(json_at(json_get(one, S("first_fields")), 0), names, count);
	WANT_I64((int64_t)ranges->count, (int64_t)n);
}

static void the_shared_files_are_read_as_expected(struct ctx *c)
{
	struct str text;

	WANT_OK(os_slurp(c, SHARED "expected.json", 1 << 20, &text));

	struct json_value *list = NULL;
	struct json_fault fault;
	size_t nul;

	/* The page tells of a NUL in a record that is bad for us, and that is not compared. */
	WANT(str_find(text, S("\\u0000"), &nul));
	text = str_copy(c->mem, text);
	memset((char *)(uintptr_t)text.at + nul, '?', 6);
	WANT(json_read(c->mem, text, &list, &fault));
	WANT(list->count > 20);
	for (const struct json_value *one = list->first; one != NULL; one = one->next)
		check_shared(c, one);
}

/* Registered by hand: where the files are not, there is no test that could pass. */
__attribute__((constructor)) static void register_shared(void)
{
	static struct test shared = { .room = "csv",
				      .name = "the_shared_files_are_read_as_expected",
				      .body = the_shared_files_are_read_as_expected,
				      .plain = true };

	if (access(SHARED "expected.json", R_OK) == 0)
		test_register(&shared);
}
