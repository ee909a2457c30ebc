/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "demo/invent_in.h"
#include "tests/test.h"

enum { ROUNDS = 200 };

/* The block of a template's only field as a page has it. */
static const struct json_value *page_block(struct ctx *c, const struct kind_template *t)
{
	struct json page = json_make(c->mem, 1 << 20);
	struct json_value *fields, *blocks;
	struct json_fault fault;

	WANT(json_read(c->mem,
		       S("{\"text\":\"Anna went to Paris in May\",\"image\":\"a.png\","
			 "\"left\":\"l\",\"right\":\"r\"}"),
		       &fields, &fault));
	kind_page(c->mem, t, fields, NULL, &page);
	WANT(json_read(c->mem, json_end(&page), &blocks, &fault));
	return blocks->first;
}

static void want_answers(struct ctx *c, struct str block)
{
	struct kind_template *t = NEW(c->mem, struct kind_template);
	struct kind_faults f = kind_faults_make(c->mem, S(""));
	struct str text = str_format(c->mem, "{\"blocks\":[%.*s]}", STR_ARG(block));

	if (!kind_template_read(&f, text, t))
		WANT_STR(S("no fault"), f.list[0].message);
	const struct json_value *at = page_block(c, t);
	for (int i = 0; i < ROUNDS; i++) {
		struct json_value *answer;
		struct json_fault fault;
		struct str value, canonical;

		WANT(invent_value(c->mem, &t->field[0], at, ctx_random(c), ctx_random(c), &value));
		text = str_format(c->mem, "{\"%.*s\":%.*s}", STR_ARG(t->field[0].name),
				  STR_ARG(value));
		WANT(json_read(c->mem, text, &answer, &fault));
		if (!kind_answer_check(&f, t, answer, &canonical))
			WANT_STR(text, f.list[0].message);
	}
}

PLAIN_TEST(demo, a_simulated_worker_answers_every_kind)
{
	for (int i = 0; kind_table[i] != NULL; i++)
		want_answers(c, str_of(kind_table[i]->example));
}

PLAIN_TEST(demo, a_simulated_worker_keeps_to_what_the_block_asks)
{
	static const char *const blocks[] = {
		"{\"type\":\"choice\",\"name\":\"a\",\"label\":\"x\",\"options\":[\"p\",\"q\"],"
		"\"many\":true,\"min\":2,\"max\":2}",
		"{\"type\":\"choice\",\"name\":\"a\",\"label\":\"x\",\"options\":[\"p\",\"q\"],"
		"\"many\":true,\"required\":false}",
		"{\"type\":\"text\",\"name\":\"a\",\"label\":\"x\",\"max\":3}",
		"{\"type\":\"text\",\"name\":\"a\",\"label\":\"x\",\"pattern\":\"[0-9]{4}\"}",
		"{\"type\":\"text\",\"name\":\"a\",\"label\":\"x\",\"pattern\":"
		"\"[A-Z]{2}-[0-9]{4}\"}",
		"{\"type\":\"number\",\"name\":\"a\",\"label\":\"x\"}",
		"{\"type\":\"number\",\"name\":\"a\",\"label\":\"x\",\"max\":-3.5}",
		"{\"type\":\"number\",\"name\":\"a\",\"label\":\"x\",\"min\":0.5,\"max\":2.2,"
		"\"integer\":true}",
		"{\"type\":\"date\",\"name\":\"a\",\"label\":\"x\"}",
		"{\"type\":\"date\",\"name\":\"a\",\"label\":\"x\",\"min\":\"2031-05-04\"}",
		"{\"type\":\"date\",\"name\":\"a\",\"label\":\"x\",\"max\":\"1871-01-18\"}",
		"{\"type\":\"scale\",\"name\":\"a\",\"label\":\"x\",\"min\":-3,\"max\":3}",
		"{\"type\":\"taxonomy\",\"name\":\"a\",\"label\":\"x\",\"tree\":"
		"\"A\\nB\\n\\tC\\n\\t\\tD\","
		"\"leaf\":true}",
		"{\"type\":\"box\",\"name\":\"a\",\"label\":\"x\",\"src\":\"{{image}}\",\"min\":5}",
		"{\"type\":\"spans\",\"name\":\"a\",\"label\":\"x\",\"text\":\"{{text}}\","
		"\"labels\":[\"name\"],\"min\":2}",
	};

	for (size_t i = 0; i < sizeof(blocks) / sizeof(*blocks); i++)
		want_answers(c, str_of(blocks[i]));
}

PLAIN_TEST(demo, a_pattern_that_no_made_up_text_fits_is_told)
{
	struct kind_template t;
	struct kind_faults f = kind_faults_make(c->mem, S(""));
	struct str value;

	WANT(kind_template_read(&f,
				S("{\"blocks\":[{\"type\":\"text\",\"name\":\"a\",\"label\":\"x\","
				  "\"pattern\":\"x[0-9]y\"}]}"),
				&t));
	WANT(!invent_value(c->mem, &t.field[0], page_block(c, &t), 1, 1, &value));
}

PLAIN_TEST(demo, who_is_right_says_the_same)
{
	struct kind_template t;
	struct kind_faults f = kind_faults_make(c->mem, S(""));
	struct str one, other;

	WANT(kind_template_read(
		&f, S("{\"blocks\":[{\"type\":\"number\",\"name\":\"a\",\"label\":\"x\"}]}"), &t));
	WANT(invent_value(c->mem, &t.field[0], page_block(c, &t), 7, 1, &one));
	WANT(invent_value(c->mem, &t.field[0], page_block(c, &t), 7, 2, &other));
	WANT_STR(one, other);
}
