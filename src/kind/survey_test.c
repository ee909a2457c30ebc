/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "kind/kind_in.h"
#include "kind/kind_test_in.h"

/* The formatter makes one line of what stands in brackets here. */
/* clang-format off */
#define ASK(name, more) "{\"type\":\"text\",\"name\":\"" name "\",\"label\":\"?\"" more "}"
#define PICK(name, more) \
	"{\"type\":\"choice\",\"name\":\"" name "\",\"label\":\"?\"," \
	"\"options\":[\"a\",\"b\",\"c\",\"d\",{\"value\":\"other\",\"fixed\":true}]" more "}"
#define SURVEY \
	"{\"blocks\":[{\"type\":\"markdown\",\"text\":\"Hello\"}," PICK("age", "") "," \
	PICK("why", ",\"shuffle\":true") "," ASK("one", "") "," ASK("two", "") "," \
	ASK("three", "") "," ASK("last", "") "]," \
	"\"shuffle\":[[\"one\",\"two\",\"three\"]]," \
	"\"quotas\":[{\"field\":\"age\",\"is\":\"a\",\"max\":2}," \
	"{\"field\":\"age\",\"is\":[\"b\",\"c\"],\"max\":5}]}"
#define ROOT(more) \
	"{\"blocks\":[" PICK("age", "") "," ASK("one", "") "," \
	ASK("two", ",\"show_if\":{\"field\":\"age\",\"is\":\"a\"}") "," PICK("pick", "") "," \
	ASK("hangs", ",\"show_if\":{\"field\":\"pick\",\"is\":\"a\"}") "]," more "}"
/* clang-format on */

static struct str order(struct ctx *c, const struct kind_template *t, uint64_t seed)
{
	struct json out = json_make(c->mem, 4096);

	kind_order_put(c->mem, t, seed, &out);
	return json_end(&out);
}

TEST(kind, an_order_by_chance_is_the_same_for_ever)
{
	const struct kind_template *t = kind_test_template(c, SURVEY);

	WANT(kind_order_moves(t));
	WANT_STR(S("{\"questions\":[\"age\",\"why\",\"one\",\"two\",\"three\",\"last\"],"
		   "\"options\":{\"why\":[\"a\",\"b\",\"c\",\"d\",\"other\"]}}"),
		 order(c, t, 0));
	/* What old exports say hangs on these. */
	WANT_STR(S("{\"questions\":[\"age\",\"why\",\"one\",\"two\",\"three\",\"last\"],"
		   "\"options\":{\"why\":[\"b\",\"c\",\"a\",\"d\",\"other\"]}}"),
		 order(c, t, kind_seed(7, 1, 1001)));
	WANT_STR(S("{\"questions\":[\"age\",\"why\",\"three\",\"two\",\"one\",\"last\"],"
		   "\"options\":{\"why\":[\"c\",\"b\",\"a\",\"d\",\"other\"]}}"),
		 order(c, t, kind_seed(7, 1, 1002)));
	WANT(!kind_order_moves(kind_test_template(c, BLOCKS(PICK("age", "")))));
}

TEST(kind, every_order_comes_about_as_often_and_nothing_else_moves)
{
	const struct kind_template *t = kind_test_template(c, SURVEY);
	int first[3] = { 0 }, front[4] = { 0 };
	enum { WORKERS = 6000 };

	for (int w = 1; w <= WORKERS; w++) {
		struct kind_placed placed[KIND_BLOCKS_MAX];
		uint64_t seed = kind_seed(3, 1, w);
		struct str value;
		int count;

		WANT_I64(7, kind_blocks_in_order(c->mem, t, seed, placed));
		WANT_I64(-1, placed[0].field);
		WANT_I64(0, placed[1].field);
		WANT_I64(1, placed[2].field);
		WANT_I64(5, placed[6].field);
		first[placed[3].field - 2]++;
		const struct json_value **option =
			kind_options_in_order(c->mem, &t->field[1], seed, &count);
		WANT_I64(5, count);
		WANT(kind_option_value(option[4], &value));
		WANT_STR(S("other"), value);
		WANT(kind_option_value(option[0], &value));
		front[value.at[0] - 'a']++;
	}
	/* Each within five standard deviations: sqrt(6000 * 1/3 * 2/3) = 36.5, and 33.5. */
	for (int i = 0; i < 3; i++)
		WANT(first[i] > 2000 - 183 && first[i] < 2000 + 183);
	for (int i = 0; i < 4; i++)
		WANT(front[i] > 1500 - 168 && front[i] < 1500 + 168);
}

TEST(kind, a_page_follows_the_order_and_marks_what_has_a_quota)
{
	const struct kind_template *t = kind_test_template(c, SURVEY);
	struct json out = json_make(c->mem, 1 << 16);
	struct json_value *page;
	struct json_fault fault;
	struct kind_sheet sheet;
	uint64_t seed = kind_seed(7, 1, 1002);
	struct kind_placed placed[KIND_BLOCKS_MAX];
	bool quota = false;
	struct str name;

	kind_sheet_make(c->mem, t, NULL, &sheet);
	kind_sheet_page(c->mem, &sheet, NULL, NULL, seed, &out);
	WANT(json_read(c->mem, json_end(&out), &page, &fault));
	(void)kind_blocks_in_order(c->mem, t, seed, placed);
	for (size_t i = 1; i < 7; i++) {
		WANT(json_text(json_get(json_at(page, i), S("name")), &name));
		WANT_STR(t->field[placed[i].field].name, name);
	}
	WANT(json_bool(json_get(json_at(page, 1), S("quota")), &quota));
	WANT(quota);
	WANT(json_get(json_at(page, 2), S("quota")) == NULL);
}

TEST(kind, an_answer_counts_for_the_quotas_whose_options_it_has)
{
	const struct kind_template *t = kind_test_template(c, SURVEY);
	struct kind_quota met[KIND_QUOTAS_MAX];

	WANT_I64(2, kind_quotas(t, NULL, met));
	WANT_I64(1, kind_quotas(t, kind_test_json(c, "{\"age\":\"a\"}"), met));
	WANT_I64(1, met[0].number);
	WANT_I64(2, met[0].max);
	WANT_STR(S("age"), met[0].field);
	WANT_I64(1, kind_quotas(t, kind_test_json(c, "{\"age\":\"c\"}"), met));
	WANT_I64(2, met[0].number);
	WANT_I64(0, kind_quotas(t, kind_test_json(c, "{\"age\":\"d\"}"), met));
	WANT_I64(0, kind_quotas(t, kind_test_json(c, "{}"), met));
}

TEST(kind, faults_of_order_and_quotas_are_told_at_their_place)
{
	static const char *const cases[][2] = {
		{ "", ROOT("\"shuffle\":[[\"one\",\"two\"]]") },
		{ "shuffle", ROOT("\"shuffle\":true") },
		{ "shuffle[0]", ROOT("\"shuffle\":[[\"one\"]]") },
		{ "shuffle[0][1]", ROOT("\"shuffle\":[[\"one\",\"none\"]]") },
		{ "shuffle[0][0]", ROOT("\"shuffle\":[[\"one\",\"one\"]]") },
		{ "shuffle[0]", ROOT("\"shuffle\":[[\"age\",\"two\"]]") },
		{ "shuffle[0]", ROOT("\"shuffle\":[[\"one\",\"hangs\"]]") },
		{ "shuffle[0]", ROOT("\"shuffle\":[[\"pick\",\"hangs\"]]") },
		{ "quotas", ROOT("\"quotas\":5") },
		{ "quotas[0].field",
		  ROOT("\"quotas\":[{\"field\":\"one\",\"is\":\"a\",\"max\":1}]") },
		{ "quotas[0].is", ROOT("\"quotas\":[{\"field\":\"age\",\"is\":\"z\",\"max\":1}]") },
		{ "quotas[0].is", ROOT("\"quotas\":[{\"field\":\"age\",\"max\":1}]") },
		{ "quotas[0].max", ROOT("\"quotas\":[{\"field\":\"age\",\"is\":\"a\"}]") },
		{ "quotas[0].max",
		  ROOT("\"quotas\":[{\"field\":\"age\",\"is\":\"a\",\"max\":0}]") },
		{ "quotas[0].more", ROOT("\"quotas\":[{\"field\":\"age\",\"is\":\"a\",\"max\":1,"
					 "\"more\":1}]") },
		{ "shuffle[0][0]", ROOT("\"shuffle\":[[\"pick\",\"one\"]],\"quotas\":[{"
					"\"field\":\"pick\",\"is\":\"a\",\"max\":1}]") },
		{ "stranger", ROOT("\"stranger\":1") },
		{ "blocks[0].shuffle", BLOCKS(PICK("age", ",\"shuffle\":1")) },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		WANT_STR(str_of(cases[i][0]), kind_test_fault(c, cases[i][1]));
}
