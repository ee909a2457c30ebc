/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "export/export.h"
#include "intake/intake.h"
#include "pay/pay.h"
#include "tests/fixture.h"
#include "tests/material.h"

static struct str rest(struct ctx *c, const struct fixture *f, const char *form, bool answers,
		       int64_t after)
{
	struct buf out = buf_make(c->mem, 1 << 20);
	const struct export_wish wish = {
		.project = f->project, .format = str_of(form), .answers = answers, .after = after
	};
	struct export e DEFER(export_done) = { .format = NULL };
	struct str piece;
	bool more = true;

	WANT_OK(export_start(c, &wish, &e));
	while (more) {
		WANT_OK(export_piece(c, &e, &piece, &more));
		buf_add(&out, piece);
	}
	return buf_str(&out);
}

static struct str whole(struct ctx *c, const struct fixture *f, const char *form, bool answers)
{
	return rest(c, f, form, answers, 0);
}

static struct fixture judged(struct ctx *c)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .tasks = 2, .redundancy = 2 });

	fixture_answer(c, &f, 0, 1, "cat");
	fixture_answer(c, &f, 1, 1, "cat");
	fixture_answer(c, &f, 0, 2, "cat");
	fixture_answer(c, &f, 1, 2, "dog");
	test_run_jobs(c);
	return f;
}

TEST(export, csv_has_a_row_for_each_judged_task)
{
	struct fixture f = judged(c);

	WANT_STR(S("task,gold,name,label,label_confidence,label_answers,label_ties\r\n"
		   "1,0,item 1,cat,1,2,\r\n"
		   "2,0,item 2,cat,0.5,2,\"[\"\"cat\"\",\"\"dog\"\"]\"\r\n"),
		 whole(c, &f, "csv", false));
}

TEST(export, json_lines_carry_every_answer_behind_a_result)
{
	struct fixture f = judged(c);
	struct str head, rest;
	struct json_value *line;
	struct json_fault fault;

	WANT(str_split(whole(c, &f, "jsonl", true), '\n', &head, &rest));
	WANT(json_read(c->mem, head, &line, &fault));
	const struct json_value *answers = json_get(line, S("answers"));
	WANT_I64(2, answers->count);
	WANT_STR(S("cat"), json_get(json_get(json_at(answers, 0), S("answer")), S("label"))->text);
	WANT(json_is(json_get(json_get(json_get(line, S("results")), S("label")), S("ties")),
		     JSON_LIST));
}

TEST(export, a_spare_answer_is_not_among_those_behind_a_result)
{
	struct fixture f = fixture_open(
		c, (struct fixture_shape){ .tasks = 2, .redundancy = 1, .copy_permille = 500 });
	struct assignment_key key = { f.project, { 1 }, f.worker[0] };
	struct assignment_claim copy = { .task = { 1 }, .worker = f.worker[1] };
	struct assignment slow;
	bool got, fresh;
	size_t at;

	WANT_OK(assignment_accept(c, key, USEC_HOUR, &slow, &got));
	WANT_OK(assignment_claim_copy(c, f.project, USEC_HOUR, 1, &copy, 1));
	WANT_I64(ASSIGNMENT_GOT, copy.end);
	WANT_OK(assignment_submit(c, copy.lease.key, copy.lease.epoch, S("{\"label\":\"cat\"}"), 1,
				  &fresh));
	test_run_jobs(c);
	WANT_OK(assignment_submit(c, key, slow.epoch, S("{\"label\":\"dog\"}"), 1, &fresh));
	struct str out = whole(c, &f, "jsonl", true);
	WANT(str_find(out, S("\"answers\":1,"), &at));
	WANT(str_find(out, S("\"answer\":{\"label\":\"cat\"}"), &at));
	WANT(!str_find(out, S("dog\"}"), &at));
}

TEST(export, a_picture_is_called_as_its_requester_calls_it)
{
	struct fixture f =
		fixture_open(c, (struct fixture_shape){ .redundancy = 1, .draft = true });
	struct material_file files[] = {
		{ "shots/tom.png", material_png(c, 4, 5, 1) },
		{ "list.csv", S("name,photo\nTom,tom.png\n") },
	};

	WANT_OK(intake_drop(c, f.project, (source_id){ 1 }));
	test_run_jobs(c);
	material_import(c, f.project, "cats.zip", material_zip(c, files, 2, false));
	WANT_OK(pay_publish(c, f.project));
	test_run_jobs(c);
	fixture_answer(c, &f, 0, 1, "cat");
	test_run_jobs(c);
	WANT_STR(S("task,gold,name,photo,label,label_confidence,label_answers,label_ties\r\n"
		   "1,0,Tom,tom.png,cat,1,1,\r\n"),
		 whole(c, &f, "csv", false));
	WANT(str_starts(whole(c, &f, "jsonl", false),
			S("{\"task\":1,\"gold\":false,"
			  "\"fields\":{\"name\":\"Tom\",\"photo\":\"tom.png\"}")));
}

TEST(export, what_broke_off_is_gone_on_with_behind_its_last_row)
{
	struct fixture f = judged(c);
	static const char *const form[] = { "csv", "jsonl" };

	for (int i = 0; i < 2; i++) {
		struct str all = whole(c, &f, form[i], true);
		struct str second = rest(c, &f, form[i], true, 1);

		WANT(second.len > 0 && second.len < all.len);
		WANT_STR(str_cut(all, all.len - second.len, all.len), second);
		WANT_STR(S(""), rest(c, &f, form[i], true, 2));
	}
}

TEST(export, what_is_not_judged_is_not_there)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .redundancy = 2 });

	fixture_answer(c, &f, 0, 1, "cat");
	test_run_jobs(c);
	WANT_STR(S(""), whole(c, &f, "jsonl", false));
}

static enum err start(struct ctx *c, struct export_wish wish)
{
	struct export e DEFER(export_done) = { .format = NULL };

	return export_start(c, &wish, &e);
}

TEST(export, another_form_is_refused)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ 0 });
	struct export e;

	WANT_ERR(ERR_INPUT,
		 start(c, (struct export_wish){ .project = f.project, .format = S("xls") }));
	WANT_ERR(ERR_MISSING,
		 start(c, (struct export_wish){ .project = { 4711 }, .format = S("csv") }));
	WANT(export_start(c, &(struct export_wish){ .project = f.project, .format = S("xls") },
			  &e) == ERR_INPUT);
	WANT(str_find(c->refusal.message, S("xls"), &(size_t){ 0 }) &&
	     str_find(c->refusal.message, S("jsonl"), &(size_t){ 0 }));
	c->refusal = (struct refusal){ 0 };
}

TEST(export, what_a_format_has_no_place_for_is_refused_by_name)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ 0 });

	WANT_ERR(ERR_INPUT,
		 start(c, (struct export_wish){
				  .project = f.project, .format = S("csv"), .certificate = true }));
	WANT_ERR(ERR_INPUT,
		 start(c, (struct export_wish){
				  .project = f.project, .format = S("json"), .after = 1 }));
}

TEST(export, json_is_one_list_of_what_json_lines_say)
{
	struct fixture f = judged(c);
	struct json_value *list, *line;
	struct json_fault fault;
	struct str head, rest;

	WANT(json_read(c->mem, whole(c, &f, "json", true), &list, &fault));
	WANT_I64(2, list->count);
	WANT(str_split(whole(c, &f, "jsonl", true), '\n', &head, &rest));
	WANT(json_read(c->mem, head, &line, &fault));
	WANT_I64(line->count, list->first->count);
}
