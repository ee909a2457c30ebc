/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "project/project.h"
#include "project/project_in.h"
#include "tests/material.h"

static project_id draft(struct ctx *c)
{
	org_id org;

	(void)material_requester(c, "rita@example.org", &org);
	return material_project(c, org);
}

static struct project_edit edit_of(struct ctx *c, project_id id, const char *template)
{
	struct project_edit e = { .id = id, .has_template = true };
	struct json_value *value;
	struct json_fault fault;

	WANT(json_read(c->mem, str_of(template), &value, &fault));
	e.template = value;
	return e;
}

static void want_refused_field(struct ctx *c, enum err err, const char *field,
			       struct project_edit *e)
{
	test_save(c);
	enum err got = project_change(c, e);
	struct str named = str_copy(c->mem, c->refusal.field);

	test_want_err(c, err, got, field, __FILE__, __LINE__);
	WANT_STR(str_of(field), named);
}

TEST(project, a_new_draft_has_a_template_that_works)
{
	project_id id = draft(c);
	struct kind_template t;
	struct project_state s;
	struct project p;

	WANT_OK(project_get(c, id, &p));
	WANT_OK(project_template(c, &p, &t));
	WANT_I64(1, t.field_count);
	WANT_OK(project_state_get(c, id, &s));
	WANT_I64(PROJECT_DRAFT, s.state);
	WANT_STR(S("draft"), project_state_text(s.state));
}

TEST(project, a_template_can_be_looked_at_before_it_is_kept)
{
	project_id id = draft(c);
	struct project_edit e =
		edit_of(c, id,
			"{\"blocks\":[{\"type\":\"markdown\",\"text\":\"{{town}}\"},"
			"{\"type\":\"text\",\"name\":\"land\",\"label\":\"Where?\"}]}");
	struct project p, after;
	struct json out = json_make(c->mem, 4096);
	size_t at;

	WANT_OK(project_get(c, id, &p));
	WANT_OK(project_template_put(c, e.template, S("[]"), &p));
	WANT_OK(project_page(c, &p, S("{\"town\":\"Bergen\"}"), NULL, &out));
	WANT(str_find(json_end(&out), S("Bergen"), &at));
	WANT_OK(project_get(c, id, &after));
	WANT(!str_eq(after.template, p.template));
	test_save(c);
	enum err got = project_template_put(c, e.template, S("[\"city\"]"), &p);
	struct str named = str_copy(c->mem, c->refusal.field);

	test_want_err(c, ERR_INPUT, got, "a column that is not there", __FILE__, __LINE__);
	WANT_STR(S("template.blocks[0].text"), named);
}

TEST(project, a_title_must_be_one_line_of_words)
{
	org_id org;
	project_id id;

	(void)material_requester(c, "rita@example.org", &org);
	WANT_ERR(ERR_INPUT, project_new(c, org, S("  "), &id));
	WANT_ERR(ERR_INPUT, project_new(c, org, S("two\nlines"), &id));
	struct buf title = buf_make(c->mem, 300);
	for (int i = 0; i < 201; i++)
		buf_add_char(&title, 'x');
	WANT_ERR(ERR_INPUT, project_new(c, org, buf_str(&title), &id));
	WANT_OK(project_new(c, org, str_cut(buf_str(&title), 0, 200), &id));
}

TEST(project, numbers_out_of_range_are_refused_by_name)
{
	project_id id = draft(c);
	struct {
		const char *field;
		struct project_edit edit;
	} cases[] = {
		{ "redundancy", { .redundancy = 0, .has_redundancy = true } },
		{ "redundancy", { .redundancy = 101, .has_redundancy = true } },
		{ "reward", { .reward = { -1 }, .has_reward = true } },
		{ "reward", { .reward = { 10000001 }, .has_reward = true } },
		{ "gold_share_permille",
		  { .gold_share_permille = 1001, .has_gold_share_permille = true } },
		{ "gold_redundancy", { .gold_redundancy = 0, .has_gold_redundancy = true } },
		{ "time_allowed_s", { .time_allowed_s = 9, .has_time_allowed_s = true } },
		{ "approve_after_s", { .approve_after_s = -1, .has_approve_after_s = true } },
		{ "estimate_s", { .estimate_s = -1, .has_estimate_s = true } },
		{ "title", { .title = S(" "), .has_title = true } },
		{ "deadline", { .deadline = S("2001-01-01"), .has_deadline = true } },
		{ "deadline", { .deadline = S("soon"), .has_deadline = true } },
		{ "instructions", { .instructions = S("a\x07"), .has_instructions = true } },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		cases[i].edit.id = id;
		want_refused_field(c, ERR_INPUT, cases[i].field, &cases[i].edit);
	}
}

TEST(project, known_items_ask_for_as_many_answers_as_the_others_until_told_apart)
{
	project_id id = draft(c);
	struct project_edit more = { .id = id, .redundancy = 7, .has_redundancy = true };
	struct project_edit apart = { .id = id,
				      .gold_redundancy = 20,
				      .has_gold_redundancy = true };
	struct project_edit less = { .id = id, .redundancy = 5, .has_redundancy = true };
	struct project p;

	WANT_OK(project_get(c, id, &p));
	WANT_I64(p.redundancy, p.gold_redundancy);
	WANT_OK(project_change(c, &more));
	WANT_OK(project_get(c, id, &p));
	WANT_I64(7, p.gold_redundancy);
	WANT_OK(project_change(c, &apart));
	WANT_OK(project_change(c, &less));
	WANT_OK(project_get(c, id, &p));
	WANT_I64(5, p.redundancy);
	WANT_I64(20, p.gold_redundancy);
}

TEST(project, an_edit_counts_and_a_stale_one_is_refused)
{
	project_id id = draft(c);
	struct project_edit e = {
		.id = id,
		.title = S("Other"),
		.has_title = true,
		.revision = 1,
		.has_revision = true,
		.deadline = S("2030-01-01"),
		.has_deadline = true,
		.audience = S("invited"),
		.has_audience = true,
		.picking = 1,
		.has_picking = true,
	};
	struct project p;

	WANT_OK(project_change(c, &e));
	WANT_OK(project_get(c, id, &p));
	WANT_STR(S("Other"), p.title);
	WANT_I64(2, p.revision);
	WANT(p.invited_only && p.picking);
	WANT(p.deadline.us > c->now.us);
	WANT_ERR(ERR_CONFLICT, project_change(c, &e));
	struct project_edit none = { .id = id, .deadline = S(""), .has_deadline = true };
	WANT_OK(project_change(c, &none));
	WANT_OK(project_get(c, id, &p));
	WANT_I64(0, p.deadline.us);
}

TEST(project, a_template_with_faults_is_refused_with_its_path)
{
	project_id id = draft(c);
	struct project_edit e =
		edit_of(c, id,
			"{\"blocks\":[{\"type\":\"choice\",\"name\":\"a\",\"label\":\"x\","
			"\"options\":[\"one\"]}]}");
	struct project_edit text = edit_of(c, id, "\"{\\\"blocks\\\":[\\n]}\"");

	want_refused_field(c, ERR_INPUT, "template.blocks[0].options", &e);
	want_refused_field(c, ERR_INPUT, "template.blocks", &text);
}

TEST(project, a_template_may_use_only_columns_of_the_data)
{
	project_id id = draft(c);
	struct project_edit e = edit_of(c, id,
					"{\"blocks\":[{\"type\":\"markdown\",\"text\":\"{{b}}\"},"
					"{\"type\":\"text\",\"name\":\"t\",\"label\":\"x\"}]}");
	struct kind_faults faults;
	struct project_state s;
	struct project p;

	WANT_OK(project_change(c, &e)); /* there is no data yet */
	material_import(c, id, "a.csv", S("a\n1\n"));
	WANT_OK(project_get(c, id, &p));
	WANT_OK(project_state_get(c, id, &s));
	WANT_OK(project_faults(c, &p, &s, &faults));
	WANT_I64(1, faults.count);
	WANT_STR(S("blocks[0].text"), faults.list[0].path);
	want_refused_field(c, ERR_INPUT, "template.blocks[0].text", &e);
}

TEST(project, what_is_in_the_way_of_publishing_is_named)
{
	project_id id = draft(c);
	struct project_edit e = { .id = id, .reward = { 0 }, .has_reward = true };
	struct kind_faults faults;
	struct project_state s;
	struct project p;

	WANT_OK(project_change(c, &e));
	WANT_OK(project_get(c, id, &p));
	WANT_OK(project_state_get(c, id, &s));
	p.deadline = (usec){ c->now.us };
	WANT_OK(project_faults(c, &p, &s, &faults));
	WANT_I64(3, faults.count);
	WANT_STR(S("sources"), faults.list[0].path);
	WANT_STR(S("reward"), faults.list[1].path);
	WANT_STR(S("deadline"), faults.list[2].path);
}

static struct project_looks looks(struct ctx *c, project_id id)
{
	struct project_looks out;
	struct project_state s;
	struct project p;

	WANT_OK(project_get(c, id, &p));
	WANT_OK(project_state_get(c, id, &s));
	project_look(c, &p, &s, &out);
	return out;
}

TEST(project, a_page_that_shows_none_of_its_data_or_was_never_written_is_told)
{
	project_id id = draft(c);
	struct project_edit e = edit_of(c, id,
					"{\"blocks\":[{\"type\":\"markdown\",\"text\":\"Look!\"},"
					"{\"type\":\"text\",\"name\":\"t\",\"label\":\"x\"}]}");

	material_import(c, id, "a.csv", S("a\n1\n"));
	WANT(looks(c, id).untouched);
	WANT(!looks(c, id).alike); /* one of them, as a page of questions is */
	WANT_OK(project_change(c, &e));
	WANT(!looks(c, id).untouched);
	WANT(!looks(c, id).alike);
	material_import(c, id, "b.csv", S("a\n2\n"));
	WANT(looks(c, id).alike);
	e = edit_of(c, id, "{\"blocks\":[{\"type\":\"text\",\"name\":\"t\",\"label\":\"{{a}}\"}]}");
	WANT_OK(project_change(c, &e));
	WANT(!looks(c, id).alike);
}

TEST(project, another_tenant_sees_nothing_and_a_reviewer_may_not_change)
{
	project_id id = draft(c);
	struct actor rita = c->actor;
	struct project p;
	org_id org, other;

	WANT_OK(project_get(c, id, &p));
	org = p.org;
	user_id paul = material_requester(c, "paul@example.org", &other);
	WANT_ERR(ERR_MISSING, project_must_own(c, id, &p));
	WANT_ERR(ERR_MISSING, project_must_reach(c, id, ORG_REVIEWER, &p));
	struct project_edit e = { .id = id, .title = S("Mine"), .has_title = true };
	WANT_ERR(ERR_MISSING, project_change(c, &e));
	struct actor stranger = c->actor;
	c->actor = rita;
	WANT_OK(org_member_set(c, org, paul, ORG_REVIEWER));
	c->actor = stranger;
	WANT_OK(project_must_reach(c, id, ORG_REVIEWER, &p));
	WANT_ERR(ERR_DENIED, project_must_own(c, id, &p));
	WANT_ERR(ERR_MISSING, project_must_own(c, (project_id){ 1 }, &p));
}

TEST(project, a_refusal_does_not_tell_whether_a_foreign_project_is_there)
{
	project_id id = draft(c);
	struct project p;
	org_id other;
	struct str said[2];

	(void)material_requester(c, "paul@example.org", &other);
	project_id asked[] = { id, { 12345 } };
	for (int i = 0; i < 2; i++) {
		test_save(c);
		enum err err = project_must_own(c, asked[i], &p);
		said[i] = str_copy(c->mem, c->refusal.message);
		test_want_err(c, ERR_MISSING, err, "foreign", __FILE__, __LINE__);
	}
	WANT_STR(said[0], said[1]);
}

TEST(project, invited_workers_alone_may_work_on_an_invited_project)
{
	project_id id = draft(c);
	struct project_edit e = { .id = id, .audience = S("invited"), .has_audience = true };
	struct user_new new = { .name = S("Wilma"),
				.email = S("wilma@example.org"),
				.roles = USER_WORKER };
	struct project p;
	user_id worker;
	bool may;

	WANT_OK(user_add(c, &new, &worker));
	WANT_OK(project_get(c, id, &p));
	WANT_OK(project_may_work(c, &p, worker, &may));
	WANT(may);
	WANT_OK(project_change(c, &e));
	WANT_OK(project_get(c, id, &p));
	WANT_OK(project_may_work(c, &p, worker, &may));
	WANT(!may);
	WANT_ERR(ERR_INPUT, project_invite(c, id, S("nobody@example.org")));
	WANT_OK(project_invite(c, id, S("wilma@example.org")));
	WANT_OK(project_invite(c, id, S("wilma@example.org")));
	WANT_OK(project_may_work(c, &p, worker, &may));
	WANT(may);
}

TEST(project, only_what_was_paid_for_is_funded)
{
	project_id id = draft(c);
	struct project_funding f = {
		.revision = 1, .records = 1, .redundancy = 3, .gold_redundancy = 5, .places = 3
	};
	bool moved;

	material_import(c, id, "a.csv", S("a\n1\n"));
	f.revision = 2;
	WANT_OK(project_fund(c, id, &f, &moved));
	WANT(!moved);
	f.revision = 1;
	f.records = 2;
	WANT_OK(project_fund(c, id, &f, &moved));
	WANT(!moved);
	f.records = 1;
	WANT_OK(project_fund(c, id, &f, &moved));
	WANT(moved);
	WANT_OK(project_fund(c, id, &f, &moved));
	WANT(!moved);
}

TEST(project, once_published_only_words_and_deadline_change)
{
	project_id id = draft(c);
	struct project_edit words = { .id = id,
				      .title = S("New"),
				      .has_title = true,
				      .deadline = S("2030-01-01"),
				      .has_deadline = true };
	struct project_edit price = { .id = id, .reward = { 9 }, .has_reward = true };
	struct project_edit rule = { .id = id, .picking = 1, .has_picking = true };

	material_import(c, id, "a.csv", S("a\n1\n"));
	material_open(c, id, 2);
	WANT_OK(project_change(c, &words));
	WANT_ERR(ERR_CONFLICT, project_change(c, &price));
	WANT_ERR(ERR_CONFLICT, project_change(c, &rule));
	WANT_ERR(ERR_CONFLICT, project_remove_draft(c, id));
}

TEST(project, a_state_moves_once_and_counts_refunds_in_order)
{
	project_id id = draft(c);
	bool moved;

	material_import(c, id, "a.csv", S("a\n1\n"));
	material_open(c, id, 2);
	WANT_OK(project_state_move(c, id, PROJECT_OPEN, PROJECT_PAUSED, &moved));
	WANT(moved);
	WANT_OK(project_state_move(c, id, PROJECT_OPEN, PROJECT_PAUSED, &moved));
	WANT(!moved);
	test_save(c);
	WANT_OK(project_refunded(c, id, 0, 2, &moved));
	WANT(moved);
	WANT_OK(project_refunded(c, id, 0, 2, &moved));
	WANT(!moved);
	test_attempt(c, ERR_INPUT); /* taken back: no place was shut and no money moved */
}

TEST(project, an_empty_draft_can_be_deleted)
{
	project_id id = draft(c);
	struct project p;

	WANT_OK(project_remove_draft(c, id));
	WANT_ERR(ERR_MISSING, project_get(c, id, &p));
}

TEST(project, a_question_may_change_after_its_known_answers_came)
{
	project_id id = draft(c);
	struct project_edit gone =
		edit_of(c, id, "{\"blocks\":[{\"type\":\"text\",\"name\":\"t\",\"label\":\"x\"}]}");
	struct project_state s;

	material_template(
		c, id,
		"{\"blocks\":[{\"type\":\"choice\",\"name\":\"label\",\"label\":\"x\",\"option"
		"s\":[\"a\",\"b\"]}]}");
	material_import(c, id, "a.csv", S("x,gold_label\n1,a\n2,\n"));
	WANT_OK(project_state_get(c, id, &s));
	WANT(!s.gold_left);
	WANT_OK(project_change(c, &gone));
	WANT_OK(project_state_get(c, id, &s));
	WANT(s.gold_left);
}

TEST(project, places_too_many_to_count_are_refused)
{
	project_id id = draft(c);
	struct project_state s = { .records = INT64_MAX / 2 };
	struct project p;
	int64_t places, copies;

	WANT_OK(project_get(c, id, &p));
	WANT_ERR(ERR_LIMIT, project_places(c, &p, &s, &places, &copies));
	s = (struct project_state){ .records = 10, .gold = 2 };
	p.gold_redundancy = 100;
	WANT_OK(project_places(c, &p, &s, &places, &copies));
	WANT_I64(8 * 3 + 2 * 100, places);
}

TEST(project, only_an_operator_puts_a_project_ahead_of_the_others)
{
	project_id id = draft(c);
	struct project_edit e = { .id = id, .priority = S("high"), .has_priority = true };
	struct project p;

	want_refused_field(c, ERR_DENIED, "priority", &e);
	e.priority = S("low");
	WANT_OK(project_change(c, &e));
	WANT_OK(project_get(c, id, &p));
	WANT_I64(PROJECT_LOW, p.priority);
	c->actor.roles |= USER_OPERATOR;
	e.priority = S("high");
	WANT_OK(project_change(c, &e));
	/* Whoever only keeps it changes nothing. */
	c->actor.roles &= ~(uint32_t)USER_OPERATOR;
	WANT_OK(project_change(c, &e));
	e.priority = S("normal");
	WANT_OK(project_change(c, &e));
	WANT_OK(project_get(c, id, &p));
	WANT_STR(S("normal"), project_priority_text(p.priority));
}
