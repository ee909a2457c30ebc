/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Known answers and the questions, whichever comes first. */
#include "intake/intake_test_in.h"

#define GOLD_TEMPLATE                                                           \
	"{\"blocks\":[{\"type\":\"choice\",\"name\":\"label\",\"label\":\"x\"," \
	"\"options\":[\"cat\",\"dog\"]}]}"

TEST(intake, known_answers_are_checked_and_never_shown)
{
	project_id id = draft(c);
	struct intake_record r;
	struct project_state state;

	material_template(c, id, GOLD_TEMPLATE);
	material_import(c, id, "a.csv", S("x,gold_label\n1,dog\n2,\n"));
	WANT_OK(intake_record(c, id, 1, &r));
	WANT_STR(S("{\"x\":\"1\"}"), r.fields);
	WANT_STR(S("{\"label\":\"dog\"}"), r.truth);
	WANT_OK(intake_record(c, id, 2, &r));
	WANT_STR(S(""), r.truth);
	WANT_OK(project_state_get(c, id, &state));
	WANT_I64(1, state.gold);
}

/* What stands in the way of publishing for the sake of known answers; 0: nothing. */
static int gold_faults(struct ctx *c, project_id id)
{
	struct kind_faults f;
	struct project_state s;
	struct project p;
	int count = 0;

	WANT_OK(project_get(c, id, &p));
	WANT_OK(project_state_get(c, id, &s));
	WANT_OK(project_faults(c, &p, &s, &f));
	for (int i = 0; i < f.count; i++)
		count +=
			str_eq(f.list[i].path, S("sources")) || str_eq(f.list[i].path, S("blocks"));
	return count;
}

TEST(intake, known_answers_may_come_before_their_questions)
{
	project_id id = draft(c);
	source_id file = material_import(c, id, "a.csv", S("x,gold_colour\n1,red\n2,\n3,blue\n"));
	struct intake_record r;

	WANT_I64(SOURCE_IMPORTED, source(c, id, file).state);
	WANT_I64(2, source(c, id, file).gold);
	WANT_I64(1, gold_faults(c, id)); /* no field is called colour */
	WANT_STR(S(""), fault(c, id, file));
	material_template(c, id,
			  "{\"blocks\":[{\"type\":\"choice\",\"name\":\"colour\",\"label\":\"x\","
			  "\"options\":[\"red\",\"green\"]}]}");
	WANT_I64(1, gold_faults(c, id)); /* being compared */
	test_run_jobs(c);
	WANT_I64(1, gold_faults(c, id));
	WANT_STR(S("0: gold_colour: this is none of the options"), fault(c, id, file));
	material_template(c, id,
			  "{\"blocks\":[{\"type\":\"choice\",\"name\":\"colour\",\"label\":\"x\","
			  "\"options\":[\"red\",\"blue\"],\"many\":true}]}");
	test_run_jobs(c);
	WANT_I64(0, gold_faults(c, id));
	WANT_STR(S(""), fault(c, id, file));
	WANT_OK(intake_record(c, id, 3, &r));
	WANT_STR(S("{\"colour\":[\"blue\"]}"), r.truth);
}

TEST(intake, a_known_answer_that_does_not_fit_is_told_and_stands_in_the_way)
{
	project_id id = draft(c);
	struct project_state state;

	material_template(c, id, GOLD_TEMPLATE);
	source_id file = material_import(c, id, "a.csv", S("x,gold_label\n1,dog\n2,bird\n3,cat\n"));
	struct source_fault_list *rows;
	size_t count;

	WANT_I64(SOURCE_IMPORTED, source(c, id, file).state);
	WANT_OK(source_fault_list(c, id, file, 2, 2, &rows, &count));
	WANT_I64(1, count);
	WANT_I64(2, rows[0].row_number);
	WANT_STR(S("gold_label: this is none of the options"), rows[0].reason);
	WANT_OK(project_state_get(c, id, &state));
	WANT_I64(1, state.gold_bad);
	struct project_funding f = { .revision = 2,
				     .records = 3,
				     .gold = 3,
				     .redundancy = 1,
				     .gold_redundancy = 1,
				     .places = 3 };
	bool moved;
	WANT_OK(project_fund(c, id, &f, &moved));
	WANT(!moved);
	WANT_OK(intake_drop(c, id, file));
	WANT_OK(project_state_get(c, id, &state));
	WANT_I64(0, state.gold_bad);
}

TEST(intake, known_answers_are_compared_in_slices)
{
	project_id id = draft(c);
	struct buf text = buf_make(c->mem, 1 << 20);
	struct project_state state;
	struct intake_record r;

	buf_add(&text, S("x,gold_label\n"));
	for (int i = 1; i <= 2500; i++)
		buf_format(&text, "%d,%s\n", i, i % 2 ? "dog" : i % 5 ? "cat" : "cow");
	material_template(c, id, GOLD_TEMPLATE);
	material_import(c, id, "a.csv", buf_str(&text));
	WANT_OK(project_state_get(c, id, &state));
	WANT(!state.gold_left);
	WANT_I64(250, state.gold_bad);
	WANT_I64(2500, state.gold_checked);
	WANT_OK(intake_record(c, id, 2499, &r));
	WANT_STR(S("{\"label\":\"dog\"}"), r.truth);
}
