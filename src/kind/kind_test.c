/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "kind/kind_test_in.h"

#define CHOICE                                                         \
	"{\"type\":\"choice\",\"name\":\"label\",\"label\":\"What?\"," \
	"\"options\":[\"cat\",{\"value\":\"dog\",\"label\":\"A dog\"}]}"
#define MANY                                                          \
	"{\"type\":\"choice\",\"name\":\"seen\",\"label\":\"What?\"," \
	"\"options\":[\"a\",\"b\",\"c\"],\"many\":true,\"max\":2}"
#define NUMBER                                                         \
	"{\"type\":\"number\",\"name\":\"n\",\"label\":\"How many?\"," \
	"\"min\":0,\"max\":100,\"integer\":true}"
#define FRACTION "{\"type\":\"number\",\"name\":\"x\",\"label\":\"How much?\"}"
#define TEXT "{\"type\":\"text\",\"name\":\"t\",\"label\":\"Say\",\"max\":10,\"required\":false}"
#define YEAR "{\"type\":\"text\",\"name\":\"year\",\"label\":\"Year\",\"pattern\":\"[0-9]{4}\"}"

/* --- templates --- */

PLAIN_TEST(kind, every_example_is_a_right_block)
{
	for (int i = 0; kind_table[i] != NULL; i++) {
		struct str text = str_format(c->mem, "{\"blocks\":[%s]}", kind_table[i]->example);
		struct kind_template *t = kind_test_template(c, str_c(c->mem, text));

		WANT_I64(1, t->field_count);
		WANT(t->field[0].kind == kind_table[i]);
		WANT(kind_find(str_of(kind_table[i]->name)) == kind_table[i]);
	}
}

static const struct {
	const char *path, *text;
} faulty[] = {
	{ "(root)", "[]" },
	{ "(root)", "{\"blocks\":[" },
	{ "blocks", "{}" },
	{ "blocks", "{\"blocks\":[]}" },
	{ "blocks", BLOCKS("{\"type\":\"markdown\",\"text\":\"only words\"}") },
	{ "extra", "{\"blocks\":[" CHOICE "],\"extra\":1}" },
	{ "blocks[0]", BLOCKS("7") },
	{ "blocks[0].type", BLOCKS("{\"name\":\"x\"}") },
	{ "blocks[1].type", BLOCKS(CHOICE ",{\"type\":\"bubble\"}") },
	{ "blocks[1].name", BLOCKS(CHOICE "," CHOICE) },
	{ "blocks[0].name", BLOCKS("{\"type\":\"text\",\"name\":\"Big\",\"label\":\"x\"}") },
	{ "blocks[0].name", BLOCKS("{\"type\":\"text\",\"label\":\"x\"}") },
	{ "blocks[0].label", BLOCKS("{\"type\":\"text\",\"name\":\"a\"}") },
	{ "blocks[0].colour",
	  BLOCKS("{\"type\":\"text\",\"name\":\"a\",\"label\":\"x\",\"colour\":1}") },
	{ "blocks[0].required",
	  BLOCKS("{\"type\":\"text\",\"name\":\"a\",\"label\":\"x\",\"required\":1}") },
	{ "blocks[0].max", BLOCKS("{\"type\":\"text\",\"name\":\"a\",\"label\":\"x\",\"max\":0}") },
	{ "blocks[0].pattern",
	  BLOCKS("{\"type\":\"text\",\"name\":\"a\",\"label\":\"x\",\"pattern\":\"[\"}") },
	{ "blocks[0].pattern",
	  BLOCKS("{\"type\":\"text\",\"name\":\"a\",\"label\":\"x\",\"pattern\":\"(a"
		 ")\\\\1\"}") },
	{ "blocks[0].pattern",
	  BLOCKS("{\"type\":\"text\",\"name\":\"a\",\"label\":\"x\",\"pattern\":\"((a{"
		 "1,100}){1,100}){1,100}\"}") },
	{ "blocks[0].options", BLOCKS("{\"type\":\"choice\",\"name\":\"a\",\"label\":\"x\"}") },
	{ "blocks[0].options",
	  BLOCKS("{\"type\":\"choice\",\"name\":\"a\",\"label\":\"x\",\"options\":[]}") },
	{ "blocks[0].options",
	  BLOCKS("{\"type\":\"choice\",\"name\":\"a\",\"label\":\"x\",\"options\":[\"o"
		 "ne\"]}") },
	{ "blocks[0].options[1]",
	  BLOCKS("{\"type\":\"choice\",\"name\":\"a\",\"label\":\"x\",\"options\":[\""
		 "a\",\"\"]}") },
	{ "blocks[0].options[1]",
	  BLOCKS("{\"type\":\"choice\",\"name\":\"a\",\"label\":\"x\",\"options\":[\""
		 "a\",\"a\"]}") },
	{ "blocks[0].options[1]",
	  BLOCKS("{\"type\":\"choice\",\"name\":\"a\",\"label\":\"x\",\"options\":[\""
		 "a\",\"b|c\"]}") },
	{ "blocks[0].options[1].hint",
	  BLOCKS("{\"type\":\"choice\",\"name\":\"a\",\"label\":\"x\",\"options\":[\""
		 "a\",{\"value\":\"b\",\"hint\":1}]}") },
	{ "blocks[0].min",
	  BLOCKS("{\"type\":\"choice\",\"name\":\"a\",\"label\":\"x\",\"options\":[\""
		 "a\",\"b\"],\"many\":true,\"min\":2,\"max\":1}") },
	{ "blocks[0]", BLOCKS("{\"type\":\"choice\",\"name\":\"a\",\"label\":\"x\",\"options\":[\""
			      "a\",\"b\"],\"min\":1}") },
	{ "blocks[0].min",
	  BLOCKS("{\"type\":\"number\",\"name\":\"a\",\"label\":\"x\",\"min\":5,\"ma"
		 "x\":1}") },
	{ "blocks[0].max",
	  BLOCKS("{\"type\":\"number\",\"name\":\"a\",\"label\":\"x\",\"max\":\"5\"}") },
	{ "blocks[0].text", BLOCKS("{\"type\":\"markdown\",\"text\":\"a {{ b\"}," CHOICE) },
	{ "blocks[0].text", BLOCKS("{\"type\":\"markdown\",\"text\":\"{{ }}\"}," CHOICE) },
	{ "blocks[0].text", BLOCKS("{\"type\":\"markdown\",\"text\":\"{{gold_label}}\"}," CHOICE) },
	{ "blocks[0].options[1].image",
	  BLOCKS("{\"type\":\"choice\",\"name\":\"a\",\"label\":\"x\",\"options\":[\""
		 "a\",{\"value\":\"b\",\"image\":\"b.png\"}]}") },
	{ "blocks[0].options[1].label",
	  BLOCKS("{\"type\":\"choice\",\"name\":\"a\",\"label\":\"x\",\"options\":[\""
		 "a\",{\"value\":\"b\",\"label\":\"\"}]}") },
	{ "blocks[0].src",
	  BLOCKS("{\"type\":\"image\",\"src\":\"https://e.org/{{a}}.png\"}," CHOICE) },
	{ "blocks[0].blur", BLOCKS("{\"type\":\"image\",\"src\":\"{{a}}\",\"blur\":1}," CHOICE) },
	{ "blocks[0].src", BLOCKS("{\"type\":\"image\",\"alt\":\"x\"}," CHOICE) },
};

PLAIN_TEST(kind, faults_name_the_place)
{
	for (size_t i = 0; i < sizeof(faulty) / sizeof(*faulty); i++)
		WANT_STR(str_of(faulty[i].path), kind_test_fault(c, faulty[i].text));
}

PLAIN_TEST(kind, faults_in_a_text_have_their_line)
{
	struct str text = S("{\"blocks\":[\n" CHOICE ",\n{\"type\":\"bubble\"}]}");
	struct kind_faults f = kind_faults_make(c->mem, text);
	struct kind_template t;

	WANT(!kind_template_read(&f, text, &t));
	WANT_I64(1, f.count);
	WANT_I64(3, f.list[0].line);
}

PLAIN_TEST(kind, columns_are_found_once_wherever_they_stand)
{
	struct kind_template *t = kind_test_template(
		c, BLOCKS("{\"type\":\"markdown\",\"text\":\"{{a}} and {{ b }} and {{a}}\"},"
			  "{\"type\":\"image\",\"src\":\"{{image}}\",\"alt\":\"{{c d}}\"},"
			  "{\"type\":\"choice\",\"name\":\"x\",\"label\":\"{{e}}"
			  "?\",\"options\":[\"1\",{\"value\":\"2\",\"label\":\"{{f}}\"}]}"));
	static const char *const names[] = { "a", "b", "c d", "image", "e", "f" };

	WANT_I64(6, t->column_count);
	for (int i = 0; i < 6; i++) {
		bool found = false;

		for (int k = 0; k < t->column_count; k++)
			found = found || str_eq(t->column[k].name, str_of(names[i]));
		WANT(found);
	}
}

PLAIN_TEST(kind, a_template_fits_data_with_its_columns_and_fields_for_gold)
{
	struct kind_template *t =
		kind_test_template(c, BLOCKS("{\"type\":\"markdown\",\"text\":\"{{a}}\"}," CHOICE));
	struct str good[] = { S("a"), S("b"), S("gold_label") }, lacking[] = { S("b") };
	struct str stray[] = { S("a"), S("gold_colour") };
	struct kind_faults f = kind_faults_make(c->mem, (struct str){ 0 });

	WANT(kind_template_fits(&f, t, good, 3));
	WANT(!kind_template_fits(&f, t, lacking, 1));
	WANT_STR(S("blocks[0].text"), f.list[0].path);
	WANT(kind_template_fits(&f, t, stray, 2));
	WANT(kind_template_knows(&f, t, good, 3));
	WANT(!kind_template_knows(&f, t, stray, 2));
}

/* --- answers --- */

PLAIN_TEST(kind, answers_have_one_spelling)
{
	WANT_STR(S("{\"label\":\"dog\"}"),
		 kind_test_answer(c, BLOCKS(CHOICE), "{\"label\":\"dog\"}"));
	WANT_STR(S("{\"seen\":[\"a\",\"c\"]}"),
		 kind_test_answer(c, BLOCKS(MANY), "{\"seen\":[\"c\",\"a\"]}"));
	WANT_STR(S("{\"n\":7}"), kind_test_answer(c, BLOCKS(NUMBER), "{\"n\":7.0}"));
	WANT_STR(S("{\"x\":0.1}"), kind_test_answer(c, BLOCKS(FRACTION), "{\"x\":1e-1}"));
	WANT_STR(S("{\"x\":0}"), kind_test_answer(c, BLOCKS(FRACTION), "{\"x\":-0.0}"));
	WANT_STR(S("{}"), kind_test_answer(c, BLOCKS(TEXT), "{}"));
	WANT_STR(S("{}"), kind_test_answer(c, BLOCKS(TEXT), "{\"t\":null}"));
	WANT_STR(S("{\"label\":\"cat\",\"n\":1}"),
		 kind_test_answer(c, BLOCKS(CHOICE "," NUMBER), "{\"n\":1,\"label\":\"cat\"}"));
}

PLAIN_TEST(kind, answers_that_do_not_fit_are_refused_by_place)
{
	static const struct {
		const char *template, *answer, *path;
	} cases[] = {
		{ BLOCKS(CHOICE), "[]", "fault " },
		{ BLOCKS(CHOICE), "{}", "fault label" },
		{ BLOCKS(CHOICE), "{\"label\":null}", "fault label" },
		{ BLOCKS(CHOICE), "{\"label\":\"bird\"}", "fault label" },
		{ BLOCKS(CHOICE), "{\"label\":[\"cat\"]}", "fault label" },
		{ BLOCKS(CHOICE), "{\"label\":\"cat\",\"other\":1}", "fault other" },
		{ BLOCKS(MANY), "{\"seen\":\"a\"}", "fault seen" },
		{ BLOCKS(MANY), "{\"seen\":[]}", "fault seen" },
		{ BLOCKS(MANY), "{\"seen\":[\"a\",\"z\"]}", "fault seen[1]" },
		{ BLOCKS(MANY), "{\"seen\":[\"a\",\"a\"]}", "fault seen[1]" },
		{ BLOCKS(MANY), "{\"seen\":[\"a\",\"b\",\"c\"]}", "fault seen" },
		{ BLOCKS(NUMBER), "{\"n\":\"7\"}", "fault n" },
		{ BLOCKS(NUMBER), "{\"n\":7.5}", "fault n" },
		{ BLOCKS(NUMBER), "{\"n\":-1}", "fault n" },
		{ BLOCKS(NUMBER), "{\"n\":101}", "fault n" },
		{ BLOCKS(FRACTION), "{\"x\":1e999}", "fault x" },
		{ BLOCKS(TEXT), "{\"t\":5}", "fault t" },
		{ BLOCKS(TEXT), "{\"t\":\"12345678901\"}", "fault t" },
		{ BLOCKS(TEXT), "{\"t\":\"a\\u0007\"}", "fault t" },
		{ BLOCKS(YEAR), "{\"year\":\"  \"}", "fault year" },
		{ BLOCKS(YEAR), "{\"year\":\"19999\"}", "fault year" },
		{ BLOCKS(YEAR), "{\"year\":\"a1999\"}", "fault year" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		WANT_STR(str_of(cases[i].path),
			 kind_test_answer(c, cases[i].template, cases[i].answer));
	WANT_STR(S("{\"year\":\"1999\"}"),
		 kind_test_answer(c, BLOCKS(YEAR), "{\"year\":\"1999\"}"));
}

PLAIN_TEST(kind, a_gold_cell_is_read_by_the_kind_of_its_field)
{
	WANT_STR(S("\"dog\""), kind_test_truth(c, BLOCKS(CHOICE), " dog "));
	WANT_STR(S("fault"), kind_test_truth(c, BLOCKS(CHOICE), "bird"));
	WANT_STR(S("[\"a\",\"c\"]"), kind_test_truth(c, BLOCKS(MANY), "c| a"));
	WANT_STR(S("fault"), kind_test_truth(c, BLOCKS(MANY), "c|z"));
	WANT_STR(S("12"), kind_test_truth(c, BLOCKS(NUMBER), "12"));
	WANT_STR(S("fault"), kind_test_truth(c, BLOCKS(NUMBER), "twelve"));
	WANT_STR(S("\"x \\\"y\\\"\""), kind_test_truth(c, BLOCKS(TEXT), "x \"y\""));
}

#define WHEN(field, is)                                                                   \
	BLOCKS(CHOICE "," MANY ",{\"type\":\"text\",\"name\":\"why\",\"label\":\"Why?\"," \
		      "\"show_if\":{\"field\":\"" field "\",\"is\":" is "}}")

PLAIN_TEST(kind, a_condition_hangs_on_an_earlier_choice)
{
	static const struct {
		const char *path, *text;
	} cases[] = {
		{ "", WHEN("label", "\"dog\"") },
		{ "", WHEN("seen", "[\"a\",\"b\"]") },
		{ "blocks[2].show_if.field", WHEN("why", "\"dog\"") },
		{ "blocks[2].show_if.field", WHEN("later", "\"dog\"") },
		{ "blocks[2].show_if.is", WHEN("label", "\"bird\"") },
		{ "blocks[2].show_if.is", WHEN("label", "[]") },
		{ "blocks[2].show_if.is", WHEN("label", "7") },
		{ "blocks[2].show_if.is", WHEN("label", "[\"cat\",7]") },
		{ "blocks[2].show_if.also", WHEN("label", "\"dog\",\"also\":1") },
		{ "blocks[1].show_if",
		  BLOCKS(CHOICE
			 ",{\"type\":\"text\",\"name\":\"t\",\"label\":\"x\",\"show_if\":1}") },
		{ "blocks[1].show_if.field",
		  BLOCKS(NUMBER ",{\"type\":\"text\",\"name\":\"t\",\"label\":\"x\",\"show_if\":"
				"{\"field\":\"n\",\"is\":\"1\"}}") },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		WANT_STR(str_of(cases[i].path), kind_test_fault(c, cases[i].text));
}

PLAIN_TEST(kind, what_is_not_asked_is_not_missed_and_not_taken)
{
	const char *one = WHEN("label", "\"dog\""), *many = WHEN("seen", "[\"b\",\"c\"]");

	WANT_STR(S("{\"label\":\"cat\",\"seen\":[\"a\"]}"),
		 kind_test_answer(c, one, "{\"label\":\"cat\",\"seen\":[\"a\"]}"));
	WANT_STR(S("fault why"), kind_test_answer(c, one, "{\"label\":\"dog\",\"seen\":[\"a\"]}"));
	WANT_STR(S("fault why"), kind_test_answer(c, one,
						  "{\"label\":\"cat\",\"seen\":[\"a\"],"
						  "\"why\":\"x\"}"));
	WANT_STR(S("{\"label\":\"dog\",\"seen\":[\"a\"],\"why\":\"x\"}"),
		 kind_test_answer(c, one, "{\"label\":\"dog\",\"seen\":[\"a\"],\"why\":\"x\"}"));
	WANT_STR(S("{\"label\":\"cat\",\"seen\":[\"a\",\"c\"],\"why\":\"x\"}"),
		 kind_test_answer(c, many,
				  "{\"label\":\"cat\",\"seen\":[\"a\",\"c\"],\"why\":\"x\"}"));
	WANT_STR(S("{\"label\":\"cat\",\"seen\":[\"a\"]}"),
		 kind_test_answer(c, many, "{\"label\":\"cat\",\"seen\":[\"a\"]}"));
}

/* --- agreeing --- */

PLAIN_TEST(kind, a_choice_goes_to_the_most_votes_and_a_tie_keeps_all)
{
	kind_test_want_joined(c, BLOCKS(CHOICE), "[\"dog\",\"cat\",\"dog\"]", "\"dog\"", 2.0 / 3,
			      "");
	kind_test_want_joined(c, BLOCKS(CHOICE), "[\"dog\",\"cat\"]", "\"cat\"", 0.5,
			      "[\"cat\",\"dog\"]");
	kind_test_want_joined(c, BLOCKS(CHOICE), "[null,null,\"cat\"]", "null", 2.0 / 3, "");
}

PLAIN_TEST(kind, of_many_each_option_is_a_vote)
{
	kind_test_want_joined(c, BLOCKS(MANY), "[[\"a\"],[\"a\",\"b\"],[\"c\"]]", "[\"a\"]",
			      2.0 / 3, "");
	kind_test_want_joined(c, BLOCKS(MANY), "[[\"a\"],[\"b\"]]", "[]", (0.5 + 0.5 + 1) / 3,
			      "[\"a\",\"b\"]");
}

PLAIN_TEST(kind, numbers_meet_at_their_median)
{
	kind_test_want_joined(c, BLOCKS(FRACTION), "[1,2,1000]", "2", 1.0 / 3, "");
	kind_test_want_joined(c, BLOCKS(FRACTION), "[1,2]", "1.5", 0, "");
	kind_test_want_joined(c, BLOCKS(NUMBER), "[1,2]", "1", 0.5, "");
	kind_test_want_joined(c, BLOCKS(NUMBER), "[3,3,3]", "3", 1, "");
}

PLAIN_TEST(kind, texts_agree_without_regard_to_case_and_blanks)
{
	kind_test_want_joined(c, BLOCKS(TEXT), "[\"The  cat\",\"the cat \",\"the cat \",\"dog\"]",
			      "\"the cat \"", 0.75, "");
	kind_test_want_joined(c, BLOCKS(TEXT), "[\"b\",\"a\"]", "\"a\"", 0.5, "[\"a\",\"b\"]");
	kind_test_want_joined(c, BLOCKS(TEXT), "[\"  \",null,\"x\"]", "null", 2.0 / 3, "");
}

static struct str random_list(struct ctx *c, const char *const *pool, int size, int count)
{
	struct json out = json_make(c->mem, 4000);

	json_list(&out);
	for (int i = 0; i < count; i++)
		json_put_raw(&out, str_of(pool[ctx_random(c) % (uint64_t)size]));
	json_list_end(&out);
	return json_end(&out);
}

static struct str turned(struct ctx *c, struct str list, bool twice)
{
	const struct json_value *all = kind_test_json(c, str_c(c->mem, list));
	struct json out = json_make(c->mem, 8000);

	json_list(&out);
	for (size_t i = all->count; i > 0; i--)
		for (int k = 0; k < (twice ? 2 : 1); k++)
			json_put_value(&out, json_at(all, i - 1));
	json_list_end(&out);
	return json_end(&out);
}

/* Neither the order of the answers nor their number, when the shares stay, changes the result. */
PLAIN_PROPERTY(kind, a_result_depends_on_shares_alone)
{
	static const char *const choices[] = { "\"cat\"", "\"dog\"", "null" };
	static const char *const lists[] = { "[\"a\"]", "[\"b\",\"c\"]", "[\"a\",\"b\"]", "null" };
	static const char *const texts[] = { "\"A b\"", "\"a  b\"", "\"c\"", "\"\"", "null" };
	static const char *const numbers[] = { "1", "2", "50", "null" };
	static const struct {
		const char *template;
		const char *const *pool;
		int size;
	} kinds[] = {
		{ BLOCKS(CHOICE), choices, 3 },
		{ BLOCKS(MANY), lists, 4 },
		{ BLOCKS(TEXT), texts, 5 },
		{ BLOCKS(NUMBER), numbers, 4 },
	};

	for (size_t k = 0; k < sizeof(kinds) / sizeof(*kinds); k++) {
		int count = 1 + (int)(ctx_random(c) % 9);
		struct str list = random_list(c, kinds[k].pool, kinds[k].size, count);
		struct kind_result a = kind_test_joined(c, kinds[k].template, str_c(c->mem, list));

		for (int twice = 0; twice < 2; twice++) {
			struct str other = turned(c, list, twice == 1);
			struct kind_result b =
				kind_test_joined(c, kinds[k].template, str_c(c->mem, other));

			WANT_STR(a.value, b.value);
			WANT_STR(a.ties, b.ties);
			WANT(a.confidence > b.confidence - 1e-9 &&
			     a.confidence < b.confidence + 1e-9);
		}
		WANT(a.confidence >= 0 && a.confidence <= 1);
		WANT_I64(count, a.answers);
	}
}

PLAIN_TEST(kind, equal_votes_are_equal_answers)
{
	struct kind_template *t = kind_test_template(c, BLOCKS(TEXT)),
			     *m = kind_test_template(c, BLOCKS(MANY));

	WANT(kind_same(c->mem, &t->field[0], kind_test_json(c, "\" A  b\""),
		       kind_test_json(c, "\"a b\"")));
	WANT(!kind_same(c->mem, &t->field[0], kind_test_json(c, "\"a\""),
			kind_test_json(c, "\"b\"")));
	WANT(kind_same(c->mem, &m->field[0], kind_test_json(c, "[\"a\"]"),
		       kind_test_json(c, "[\"a\"]")));
	WANT(!kind_same(c->mem, &m->field[0], kind_test_json(c, "[\"a\"]"),
			kind_test_json(c, "[\"a\",\"b\"]")));
	WANT(!kind_same(c->mem, &m->field[0], NULL, kind_test_json(c, "[\"a\"]")));
}

/* --- prose --- */

static struct str prose(struct ctx *c, const char *text, const char *fields)
{
	struct kind_media media = { .key = { 1 }, .bound = S("m-1-2") };
	struct json out = json_make(c->mem, 1 << 20);

	kind_prose(c->mem, str_of(text), fields != NULL ? kind_test_json(c, fields) : NULL, &media,
		   &out);
	return json_end(&out);
}

PLAIN_TEST(kind, markdown_becomes_nodes)
{
	WANT_STR(S("[{\"t\":\"h3\",\"c\":[\"Look\"]},{\"t\":\"p\",\"c\":[\"a \","
		   "{\"t\":\"em\",\"c\":[\"b\"]},\" \","
		   "{\"t\":\"strong\",\"c\":[\"c\"]},\" \",{\"t\":\"code\",\"c\":[\"d\"]}]}]"),
		 prose(c, "# Look\n\na *b* **c** `d`", NULL));
	WANT_STR(S("[{\"t\":\"ul\",\"c\":[{\"t\":\"li\",\"c\":[{\"t\":\"p\",\"c\":[\"x\"]}]}]},"
		   "{\"t\":\"hr\"}]"),
		 prose(c, "- x\n\n---\n", NULL));
	WANT_STR(S("[{\"t\":\"p\",\"c\":[{\"t\":\"a\",\"href\":\"https://e.org/\",\"c\":[\"e\"]"
		   "}]}]"),
		 prose(c, "[e](https://e.org/)", NULL));
}

PLAIN_TEST(kind, html_and_wild_addresses_do_not_come_through)
{
	static const char *const wild[] = {
		"<script>alert(1)</script>",	   "a <b onclick=x>bold</b>",
		"[x](javascript:alert(1))",	   "[x](JaVaScRiPt:alert(1))",
		"[x](data:text/html,hi)",	   "[x](vbscript:x)",
		"![x](https://e.org/a.png)",	   "![x](javascript:1)",
		"<javascript:alert(1)>",	   "[x](&#106;avascript:alert(1))",
		"[x]: javascript:alert(1)\n\n[x]", "[x](//e.org)",
		"[x](java\tscript:alert(1))",	   "<img src=x onerror=y>",
		"[x](\x01javascript:alert(1))",
	};

	for (size_t i = 0; i < sizeof(wild) / sizeof(*wild); i++) {
		struct str out = prose(c, wild[i], NULL);
		size_t at;

		WANT(!str_find(out, S("href"), &at));
		WANT(!str_find(out, S("\"src\""), &at));
		WANT(!str_find(out, S("\"t\":\"img\""), &at));
		WANT(!str_find(out, S("<"), &at));
	}
}

PLAIN_TEST(kind, a_cell_is_never_read_as_markdown)
{
	WANT_STR(S("[{\"t\":\"p\",\"c\":[\"say *hi* [x](javascript:1) <b>\"]}]"),
		 prose(c, "say {{a_b_c}}", "{\"a_b_c\":\"*hi* [x](javascript:1) <b>\"}"));
	WANT_STR(S("[{\"t\":\"p\",\"c\":[\"one\",{\"t\":\"br\"},\"two\"]}]"),
		 prose(c, "{{a}}", "{\"a\":\"one\\ntwo\"}"));
	WANT_STR(S("[{\"t\":\"p\",\"c\":[\"go\"]}]"),
		 prose(c, "[go]({{a}})", "{\"a\":\"javascript:alert(1)\"}"));
	WANT_STR(S("[{\"t\":\"p\",\"c\":[{\"t\":\"a\",\"href\":\"https://e.org/?q=1\",\"c\":[\""
		   "go\"]}]}]"),
		 prose(c, "[go]({{a}})", "{\"a\":\"https://e.org/?q=1\"}"));
	WANT_STR(S("[{\"t\":\"p\",\"c\":[{\"t\":\"code\",\"c\":[\"x`y\"]}]}]"),
		 prose(c, "`{{a}}`", "{\"a\":\"x`y\"}"));
	/* Marks in the text itself name nothing. */
	WANT_STR(S("[{\"t\":\"p\",\"c\":[\"0 z\"]}]"), prose(c,
							     "\xee\x80\x80"
							     "0\xee\x80\x81 {{a}}",
							     "{\"a\":\"z\"}"));
}

PLAIN_TEST(kind, deep_nesting_stops_and_keeps_its_words)
{
	struct buf deep = buf_make(c->mem, 10000);
	struct json_value *value;
	struct json_fault fault;

	for (int i = 0; i < 2000; i++)
		buf_add(&deep, S("> "));
	buf_add(&deep, S("**deep** words"));
	struct str text = buf_str(&deep);
	struct str out = prose(c, str_c(c->mem, text), NULL);
	WANT(out.len < 2000);
	WANT(str_find(out, S("deep words"), &(size_t){ 0 }));
	/* It fits into a page inside of a reply. */
	struct str page = str_format(
		c->mem, "{\"next\":{\"page\":{\"blocks\":[{\"nodes\":%.*s}]}}}", STR_ARG(out));
	WANT(json_read(c->mem, page, &value, &fault));
}

/* --- pages --- */

#define HASH "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

PLAIN_TEST(kind, a_page_has_its_cells_and_signed_pictures)
{
	struct kind_media media = { .key = { 1 }, .bound = S("m-1-2") };
	struct str name = S(HASH ".png");
	struct str address = kind_media_address(c->mem, &media, name);
	struct str out = kind_test_page(
		c,
		BLOCKS("{\"type\":\"image\",\"src\":\"{{i}}\",\"alt\":\"{{t}}\"},"
		       "{\"type\":\"text\",\"name\":\"x\",\"label\":\"About {{t}}\"}"),
		"{\"i\":\"asset:" HASH ".png\",\"t\":\"a \\\"cell\\\"\"}");

	WANT_STR(str_format(c->mem,
			    "[{\"type\":\"image\",\"src\":\"%.*s\",\"alt\":\"a \\\"cell\\\"\"},"
			    "{\"type\":\"text\",\"name\":\"x\",\"label\":\"About "
			    "a \\\"cell\\\"\",\"required\":true,"
			    "\"long\":false,\"max\":2000,\"pattern\":null}]",
			    STR_ARG(address)),
		 out);
}

PLAIN_TEST(kind, options_show_cells_and_pictures)
{
	struct kind_media media = { .key = { 1 }, .bound = S("m-1-2") };
	struct str address = kind_media_address(c->mem, &media, S(HASH ".png"));
	struct str out = kind_test_page(
		c,
		BLOCKS("{\"type\":\"choice\",\"name\":\"a\",\"label\":\"x\",\"options\":["
		       "{\"value\":\"l\",\"label\":\"{{t}}!\",\"image\":\"{{i}}\"},\"none\"]}"),
		"{\"i\":\"asset:" HASH ".png\",\"t\":\"a cell\"}");

	WANT_STR(str_format(c->mem,
			    "[{\"type\":\"choice\",\"name\":\"a\",\"label\":\"x\","
			    "\"required\":true,\"options\":[{\"value\":\"l\",\"label\":"
			    "\"a cell!\",\"src\":\"%.*s\"},{\"value\":\"none\","
			    "\"label\":\"none\"}],\"many\":false}]",
			    STR_ARG(address)),
		 out);
}

PLAIN_TEST(kind, a_page_says_which_part_of_a_picture_is_shown)
{
	static const struct {
		const char *crop, *cell, *wanted;
	} cases[] = {
		{ "[10,20,300,40.5]", "", ",\"crop\":[10,20,300,40.5]}" },
		{ "\"{{c}}\"", "10, 20,300,40", ",\"crop\":[10,20,300,40]}" },
		{ "\"{{c}}\"", "[0,0,1,1]", ",\"crop\":[0,0,1,1]}" },
		{ "\"{{c}}\"", "", "}" }, /* what is no crop shows all */
		{ "\"{{c}}\"", "10,20,300", "}" },
		{ "\"{{c}}\"", "10,20,0,40", "}" },
		{ "\"{{c}}\"", "10,20,40000,40", "}" },
		{ "\"{{c}}\"", "10,20,300,40],[1", "}" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct str template = str_format(
			c->mem, BLOCKS("{\"type\":\"image\",\"src\":\"{{i}}\",\"crop\":%s}," TEXT),
			cases[i].crop);
		struct str fields = str_format(c->mem, "{\"c\":\"%s\"}", cases[i].cell);
		struct str page = kind_test_page(c, str_c(c->mem, template), str_c(c->mem, fields));
		struct str wanted =
			str_format(c->mem, "[{\"type\":\"image\",\"src\":null,\"alt\":\"\"%s",
				   cases[i].wanted);

		WANT_STR(wanted, str_cut(page, 0, wanted.len));
	}
}

PLAIN_TEST(kind, a_crop_is_four_numbers_or_a_column)
{
#define CROPPED(crop) BLOCKS("{\"type\":\"image\",\"src\":\"{{i}}\",\"crop\":" crop "}," TEXT)
	WANT_STR(S(""), kind_test_fault(c, CROPPED("[0,0,9,9]")));
	WANT_STR(S(""), kind_test_fault(c, CROPPED("\" {{c}} \"")));
	WANT_STR(S("blocks[0].crop"), kind_test_fault(c, CROPPED("[0,0,9]")));
	WANT_STR(S("blocks[0].crop"), kind_test_fault(c, CROPPED("[0,0,9,0]")));
	WANT_STR(S("blocks[0].crop"), kind_test_fault(c, CROPPED("[-1,0,9,9]")));
	WANT_STR(S("blocks[0].crop"), kind_test_fault(c, CROPPED("\"1,2,3,4\"")));
	WANT_STR(S("blocks[0].crop"), kind_test_fault(c, CROPPED("\"{{c}},{{d}}\"")));
	WANT_STR(S("blocks[0].crop"), kind_test_fault(c, CROPPED("\"{{gold_x}}\"")));
}

PLAIN_TEST(kind, a_page_says_which_picture_is_blurred)
{
	WANT(str_starts(
		kind_test_page(c,
			       BLOCKS("{\"type\":\"image\",\"src\":\"{{i}}\",\"blur\":true}," TEXT),
			       "{\"i\":\"\"}"),
		S("[{\"type\":\"image\",\"src\":null,\"alt\":\"\",\"blur\":true}")));
}

PLAIN_TEST(kind, a_picture_elsewhere_is_a_link_and_rubbish_is_nothing)
{
	const char *template = BLOCKS("{\"type\":\"image\",\"src\":\"{{i}}\"}," TEXT);

	WANT(str_starts(
		kind_test_page(c, template, "{\"i\":\"https://e.org/a.png\"}"),
		S("[{\"type\":\"image\",\"src\":null,\"href\":\"https://e.org/a.png\",\"alt\""
		  ":\"\"}")));
	WANT(str_starts(kind_test_page(c, template, "{\"i\":\"javascript:x\"}"),
			S("[{\"type\":\"image\",\"src\":null,\"alt\":\"\"}")));
	WANT(str_starts(kind_test_page(c, template, "{\"i\":\"asset:../../etc/passwd.png\"}"),
			S("[{\"type\":\"image\",\"src\":null,\"alt\":\"\"}")));
}

PLAIN_TEST(kind, an_address_is_signed_over_name_and_whom_it_is_for)
{
	struct kind_media media = { .key = { 7 }, .bound = S("m-1-2") }, later = media,
			  other = media;
	struct str name = S(HASH ".jpg"), address = kind_media_address(c->mem, &media, name);
	struct str mac = str_cut(address, address.len - 43, address.len);

	later.bound = S("m-1-3");
	other.key[31] = 1;
	WANT(kind_media_is_signed(c->mem, &media, name, mac));
	WANT(!kind_media_is_signed(c->mem, &later, name, mac));
	WANT(!kind_media_is_signed(c->mem, &other, name, mac));
	WANT(!kind_media_is_signed(c->mem, &media, S(HASH ".png"), mac));
	WANT(!kind_media_is_signed(c->mem, &media, name, str_cut(mac, 0, 42)));
	WANT(!kind_media_is_signed(c->mem, &media, name, S("")));
}

/* --- classes --- */

/* Every class has a value of its own that is taken as an answer and marks that class again. */
static void want_there_and_back(struct ctx *c, const char *template, int classes, int steps)
{
	const struct kind_template *t = kind_test_template(c, template);
	struct kind_classes list;
	int mark;

	WANT(kind_classes(&t->field[0], &list));
	WANT_I64(1, list.questions);
	WANT_I64(classes, list.classes);
	WANT_I64(classes, list.values);
	WANT_I64(steps, list.steps);
	for (int k = 0; k < classes; k++) {
		struct str value = t->field[0].kind->named(c->mem, &t->field[0], k);

		kind_marks(&t->field[0], kind_test_json(c, str_c(c->mem, value)), &mark);
		WANT_I64(k, mark);
		WANT_STR(value, t->field[0].kind->marked(c->mem, &t->field[0], &mark));
	}
}

PLAIN_TEST(kind, classes_go_there_and_back)
{
	static const struct {
		const char *block;
		int classes, steps;
	} cases[] = {
		{ "\"type\":\"scale\",\"min\":-2,\"max\":3", 6, 6 },
		{ "\"type\":\"scale\",\"required\":false", 6, 5 },
		{ "\"type\":\"pair\",\"options\":[\"a\",\"b\"]", 2, 0 },
		{ "\"type\":\"pair\",\"options\":[\"a\",\"b\"],\"equal\":true,\"required\":false",
		  4, 0 },
		{ "\"type\":\"taxonomy\",\"tree\":\"Food\\n\\tFruit\\n\\t\\tApple\\n\\tBread\\n"
		  "Tools\",\"required\":false",
		  6, 0 },
		{ "\"type\":\"taxonomy\",\"tree\":\"Food\\n\\tFruit\\n\\t\\tApple\\n\\tBread\\n"
		  "Tools\",\"leaf\":true",
		  3, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		want_there_and_back(
			c,
			str_c(c->mem,
			      str_format(c->mem,
					 "{\"blocks\":[{\"name\":\"n\",\"label\":\"?\",%s}]}",
					 cases[i].block)),
			cases[i].classes, cases[i].steps);
}

PLAIN_TEST(kind, a_question_that_is_not_always_asked_can_be_left_out_though_it_is_required)
{
	const struct kind_template *t = kind_test_template(
		c, BLOCKS("{\"type\":\"choice\",\"name\":\"a\",\"label\":\"?\",\"options\":[\"x\","
			  "\"y\"]},{\"type\":\"choice\",\"name\":\"b\",\"label\":\"?\","
			  "\"options\":[\"x\",\"y\"],\"show_if\":{\"field\":\"a\","
			  "\"is\":\"x\"}}"));
	struct kind_classes list;
	int mark;

	WANT(kind_classes(&t->field[1], &list));
	WANT_I64(3, list.classes);
	kind_marks(&t->field[1], NULL, &mark);
	WANT_I64(2, mark);
	WANT_STR(S("null"), t->field[1].kind->marked(c->mem, &t->field[1], &mark));
}

PLAIN_TEST(kind, a_tree_of_many_places_has_no_classes)
{
	struct buf text = buf_make(c->mem, 4096);
	struct kind_classes list;

	buf_add(&text, S("{\"blocks\":[{\"type\":\"taxonomy\",\"name\":\"t\",\"label\":\"?\","
			 "\"tree\":\""));
	for (int i = 0; i < 65; i++)
		buf_add(&text, str_format(c->mem, "%d\\n", i));
	buf_add(&text, S("\",\"required\":true}]}"));
	const struct kind_template *t = kind_test_template(c, str_c(c->mem, buf_str(&text)));

	WANT(!kind_classes(&t->field[0], &list));
}

PLAIN_TEST(kind, numbers_mean_the_same_up_to_near)
{
	const char *plain = BLOCKS("{\"type\":\"number\",\"name\":\"n\",\"label\":\"?\"}");
	const char *near =
		BLOCKS("{\"type\":\"number\",\"name\":\"n\",\"label\":\"?\",\"near\":0.5}");

	WANT(kind_test_same(c, plain, "2", "2"));
	WANT(!kind_test_same(c, plain, "2", "2.5"));
	WANT(kind_test_same(c, near, "2", "2.5"));
	WANT(!kind_test_same(c, near, "2", "2.51"));
	WANT_STR(S("blocks[0].near"),
		 kind_test_fault(c, BLOCKS("{\"type\":\"number\",\"name\":\"n\",\"label\":\"?\","
					   "\"near\":-1}")));
}
