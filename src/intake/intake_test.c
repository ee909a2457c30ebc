/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "intake/intake.sql.h"
#include "intake/intake_in.h"
#include "os/hash.h"
#include "tests/material.h"

#define INPUTS "../shared/data/inputs/"

static project_id draft(struct ctx *c)
{
	org_id org;

	(void)material_requester(c, "rita@example.org", &org);
	return material_project(c, org);
}

static struct source_row source(struct ctx *c, project_id project, source_id id)
{
	struct source_row row;
	bool found;

	WANT_OK(source_row(c, project, id, &row, &found));
	WANT(found);
	return row;
}

static struct source_row uploaded(struct ctx *c, project_id project, const char *name,
				  struct str bytes)
{
	return source(c, project, material_upload(c, project, name, bytes));
}

/* The first fault, as "line: reason". */
static struct str fault(struct ctx *c, project_id project, source_id id)
{
	struct source_fault_list *rows;
	size_t count;

	WANT_OK(source_fault_list(c, project, id, 0, 2, &rows, &count));
	if (count == 0)
		return S("");
	return str_format(c->mem, "%lld: %.*s", (long long)rows[0].line, STR_ARG(rows[0].reason));
}

static struct str fields_of(struct ctx *c, project_id project, int64_t number)
{
	struct intake_record r;

	WANT_OK(intake_record(c, project, number, &r));
	return r.fields;
}

static int64_t count_records(struct ctx *c, project_id project)
{
	struct intake_record *rows;
	size_t count;

	WANT_OK(intake_records(c, project, 0, 100000, &rows, &count));
	return (int64_t)count;
}

#define GOLD_TEMPLATE                                                           \
	"{\"blocks\":[{\"type\":\"choice\",\"name\":\"label\",\"label\":\"x\"," \
	"\"options\":[\"cat\",\"dog\"]}]}"

/* --- tables --- */

TEST(intake, a_table_is_checked_and_told)
{
	project_id id = draft(c);
	struct source_row s = uploaded(
		c, id, "a.csv",
		S("name,count,page\nAnna,1,https://e.org/1\n\"B, c\",2.5,https://e.org/2\n"));
	struct intake_columns columns = intake_columns_read(c->mem, s.columns);

	WANT_I64(SOURCE_CHECKED, s.state);
	WANT_STR(S("csv"), s.form);
	WANT_I64(2, s.rows_seen);
	WANT_I64(0, s.bad);
	WANT_I64(3, columns.count);
	WANT_STR(S("text"), str_of(intake_column_type(&columns.at[0])));
	WANT_STR(S("number"), str_of(intake_column_type(&columns.at[1])));
	WANT_STR(S("url"), str_of(intake_column_type(&columns.at[2])));
	WANT_STR(S("[{\"name\":\"Anna\",\"count\":\"1\",\"page\":\"https://e.org/1\"},"
		   "{\"name\":\"B, c\",\"count\":\"2.5\",\"page\":\"https://e.org/2\"}]"),
		 s.sample);
	WANT_I64(0, count_records(c, id));
}

TEST(intake, an_imported_table_is_records_in_order)
{
	project_id id = draft(c);
	struct project_state state;

	material_import(c, id, "a.csv",
			S("\xef\xbb\xbfq,p\r\n\"a \"\"b\"\"\",\"x\r\ny\"\r\n2,\r\n"));
	WANT_OK(project_state_get(c, id, &state));
	WANT_I64(2, state.records);
	WANT_STR(S("[\"q\",\"p\"]"), state.columns);
	WANT_STR(S("{\"q\":\"a \\\"b\\\"\",\"p\":\"x\\r\\ny\"}"), fields_of(c, id, 1));
	WANT_STR(S("{\"q\":\"2\",\"p\":\"\"}"), fields_of(c, id, 2));
	struct intake_record none;
	WANT_ERR(ERR_MISSING, intake_record(c, id, 3, &none));
}

TEST(intake, files_that_are_no_source_are_refused_with_the_reason)
{
	static const struct {
		const char *name;
		struct str bytes;
		const char *start;
	} cases[] = {
		{ "a.csv", { "a,b\n", 4 }, "there are no rows" },
		{ "a.csv", { "a,a\n1,2\n", 8 }, "two columns have the same name" },
		{ "a.csv", { "a,\n1,2\n", 7 }, "a column has no name" },
		{ "a.csv", { "{x},b\n1,2\n", 10 }, "a column's name" },
		{ "a.csv", { "a\n\xff\n\xfe\n", 6 }, "the text is not UTF-8" },
		{ "a.csv",
		  { "\xff\xfe"
		    "a\0",
		    4 },
		  "the file is UTF-16" },
		{ "a.jpg", { "\xff\xd8\xff\xe0 and the rest", 16 }, "one picture, sound" },
		{ "a.pdf", { "%PDF-1.7 and the rest", 16 }, "one picture, sound" },
		{ "a.zip", { "PK\x03\x04 rubbish", 12 }, "the archive is broken" },
		{ "a.jsonl", { "[1]\n[2]\n", 8 }, "" },
	};
	project_id id = draft(c);

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct source_row s = uploaded(c, id, cases[i].name, cases[i].bytes);

		WANT_I64(SOURCE_REFUSED, s.state);
		WANT(s.message.len > 0);
		WANT_STR(str_of(cases[i].start), str_cut(s.message, 0, strlen(cases[i].start)));
	}
}

TEST(intake, bad_rows_are_listed_with_line_and_reason)
{
	project_id id = draft(c);
	source_id file = material_upload(c, id, "a.csv", S("a,b\n1,2\n\"x\ny\",3,4\n5,6\n"));
	struct source_row s = source(c, id, file);

	WANT_I64(SOURCE_CHECKED, s.state);
	WANT_I64(3, s.rows_seen);
	WANT_I64(1, s.bad);
	WANT_STR(S("3: 3 fields where the header has 2"), fault(c, id, file));
	WANT_ERR(ERR_CONFLICT, intake_import(c, id, file, false, S("")));
	WANT_I64(0, count_records(c, id));
	WANT_OK(intake_import(c, id, file, true, S("")));
	test_run_jobs(c);
	WANT_I64(2, count_records(c, id));
	WANT_STR(S("{\"a\":\"5\",\"b\":\"6\"}"), fields_of(c, id, 2));
}

TEST(intake, a_thousand_faults_are_kept_and_all_are_counted)
{
	project_id id = draft(c);
	struct buf text = buf_make(c->mem, 1 << 20);
	struct source_fault_list *rows;
	size_t count;

	buf_add(&text, S("a,b\n1,2\n"));
	for (int i = 0; i < 1500; i++)
		buf_add(&text, S("only one\n"));
	source_id file = material_upload(c, id, "a.csv", buf_str(&text));
	WANT_I64(1500, source(c, id, file).bad);
	WANT_OK(source_fault_list(c, id, file, 0, 2, &rows, &count));
	WANT_I64(1000, (int64_t)count);
	WANT_I64(1002, rows[999].line);
}

TEST(intake, json_lines_are_rows)
{
	project_id id = draft(c);
	source_id file = material_upload(
		c, id, "a.jsonl",
		S("{\"a\":\"x\",\"n\":1}\n{\"n\":2.50,\"a\":null}\n{\"a\":\"y\",\"other\":1}\n"
		  "not json\n"));
	struct source_row s = source(c, id, file);

	WANT_STR(S("jsonl"), s.form);
	WANT_I64(4, s.rows_seen);
	WANT_I64(2, s.bad);
	WANT_STR(S("3: the first line has no member other"), fault(c, id, file));
	WANT_OK(intake_import(c, id, file, true, S("")));
	test_run_jobs(c);
	WANT_STR(S("{\"a\":\"x\",\"n\":\"1\"}"), fields_of(c, id, 1));
	WANT_STR(S("{\"a\":\"\",\"n\":\"2.50\"}"), fields_of(c, id, 2));
}

/* --- known answers and keys --- */

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

TEST(intake, a_repeated_key_is_refused_by_row_across_files)
{
	project_id id = draft(c);
	source_id first = material_upload(c, id, "a.csv", S("k\na\nb\n")), second;

	WANT_ERR(ERR_INPUT, intake_import(c, id, first, false, S("nothing")));
	WANT_OK(intake_import(c, id, first, false, S("k")));
	test_run_jobs(c);
	second = material_upload(c, id, "b.csv", S("k\nc\nb\nc\n\nd\n"));
	WANT_OK(intake_import(c, id, second, false, S("k")));
	test_run_jobs(c);
	WANT_I64(SOURCE_CHECKED, source(c, id, second).state);
	WANT_I64(2, count_records(c, id));
	WANT_OK(intake_import(c, id, second, true, S("k")));
	test_run_jobs(c);
	struct source_row s = source(c, id, second);
	WANT_I64(SOURCE_IMPORTED, s.state);
	WANT_I64(2, s.records); /* c and d */
	WANT_I64(3, s.import_bad);
	WANT_OK(intake_drop(c, id, second));
	test_run_jobs(c);
	source_id third = material_upload(c, id, "c.csv", S("k\nc\n"));
	WANT_OK(intake_import(c, id, third, false, S("k")));
	test_run_jobs(c);
	WANT_I64(3, count_records(c, id));
}

/* --- whole or not at all --- */

static struct str many_rows(struct ctx *c, int count)
{
	struct buf text = buf_make(c->mem, 16 << 20);

	buf_add(&text, S("n,words\n"));
	for (int i = 1; i <= count; i++)
		buf_format(&text, "%d,\"row, %d\"\n", i, i);
	return buf_str(&text);
}

static void run_import_once(struct ctx *c, project_id id, source_id file, struct job *job)
{
	*job = (struct job){ .key = id.v, .part = file.v };
	WANT_OK(intake_import_before(c, job));
	WANT_OK(intake_import_job(c, job));
}

TEST(intake, nothing_is_seen_of_an_import_before_its_end)
{
	project_id id = draft(c);
	source_id file = material_upload(c, id, "a.csv", many_rows(c, 7000));
	struct project_state state;
	struct intake_record r;
	struct job job;

	WANT_OK(intake_import(c, id, file, false, S("")));
	run_import_once(c, id, file, &job);
	WANT(job.again);
	WANT_I64(5000, source(c, id, file).records);
	WANT_ERR(ERR_MISSING, intake_record(c, id, 1, &r));
	WANT_I64(0, count_records(c, id));
	WANT_OK(project_state_get(c, id, &state));
	WANT_I64(0, state.records);
	test_run_jobs(c);
	WANT_I64(7000, count_records(c, id));
	WANT_STR(S("{\"n\":\"7000\",\"words\":\"row, 7000\"}"), fields_of(c, id, 7000));
}

/* A killed server: what was read is lost, or what was written is read and written again. */
PROPERTY(intake, an_import_that_is_killed_anywhere_ends_the_same)
{
	project_id id = draft(c);
	int rows = 1 + (int)(ctx_random(c) % 14000);
	source_id file = material_upload(c, id, "a.csv", many_rows(c, rows));
	struct job job = { .again = true };

	WANT_OK(intake_import(c, id, file, false, S("")));
	while (job.again) {
		uint64_t fate = ctx_random(c) % 3;

		job = (struct job){ .key = id.v, .part = file.v };
		WANT_OK(intake_import_before(c, &job));
		if (fate == 0) { /* died before COMMIT */
			WANT_OK(store_save(c, 5));
			WANT_OK(intake_import_job(c, &job));
			store_back_to(c, 5);
			WANT_OK(store_release(c, 5));
			job.again = true;
			continue;
		}
		WANT_OK(intake_import_job(c, &job));
		bool again = job.again;
		if (fate == 1) /* died before the row of the job was known to be done */
			WANT_OK(intake_import_job(c, &job));
		job.again = again;
	}
	test_run_jobs(c);
	WANT_I64(rows, count_records(c, id));
	WANT_STR(str_format(c->mem, "{\"n\":\"%d\",\"words\":\"row, %d\"}", rows, rows),
		 fields_of(c, id, rows));
}

/* The same for the check. */
PROPERTY(intake, a_check_that_is_killed_anywhere_counts_the_same)
{
	project_id id = draft(c);
	int rows = 1 + (int)(ctx_random(c) % 300);
	struct str text = many_rows(c, rows);
	struct str hash = hash_sha256(c->mem, text), hex = text_hex(c->mem, hash.at, hash.len),
		   kept;
	source_id file;
	struct job job = { .again = true };

	WANT_OK(intake_keep_bytes(c, text, &kept));
	WANT_OK(intake_add(c, id, S("a.csv"), hex, (int64_t)text.len, &file));
	while (job.again) {
		job = (struct job){ .key = id.v, .part = file.v };
		WANT_OK(intake_check_before(c, &job));
		WANT_OK(intake_check_job(c, &job));
		bool again = job.again;
		WANT_OK(intake_check_job(c, &job));
		job.again = again;
	}
	test_run_jobs(c);
	WANT_I64(rows, source(c, id, file).rows_seen);
	WANT_I64(0, source(c, id, file).bad);
}

TEST(intake, one_import_at_a_time_and_only_of_a_checked_file)
{
	project_id id = draft(c);
	source_id a = material_upload(c, id, "a.csv", S("a\n1\n"));
	source_id b = material_upload(c, id, "b.csv", S("a\n2\n"));

	WANT_ERR(ERR_MISSING, intake_import(c, id, (source_id){ 99 }, false, S("")));
	WANT_OK(intake_import(c, id, a, false, S("")));
	WANT_ERR(ERR_CONFLICT, intake_import(c, id, a, false, S("")));
	WANT_ERR(ERR_CONFLICT, intake_import(c, id, b, false, S("")));
	test_run_jobs(c);
	WANT_OK(intake_import(c, id, b, false, S("")));
	test_run_jobs(c);
	WANT_I64(2, count_records(c, id));
}

TEST(intake, a_second_file_needs_the_columns_that_are_shown)
{
	project_id id = draft(c);

	material_import(c, id, "a.csv", S("a,b\n1,2\n"));
	material_template(c, id,
			  "{\"blocks\":[{\"type\":\"markdown\",\"text\":\"{{b}}\"},"
			  "{\"type\":\"text\",\"name\":\"t\",\"label\":\"x\"}]}");
	source_id other = material_upload(c, id, "b.csv", S("a\n3\n"));
	WANT_ERR(ERR_INPUT, intake_import(c, id, other, false, S("")));
}

TEST(intake, a_source_goes_with_its_records_and_leaves_a_gap)
{
	project_id id = draft(c);
	source_id a = material_import(c, id, "a.csv", S("a\n1\n2\n"));
	struct project_state state;

	material_import(c, id, "b.csv", S("b\n3\n"));
	WANT_OK(intake_drop(c, id, a));
	WANT_OK(project_state_get(c, id, &state));
	WANT_I64(1, state.records);
	WANT_STR(S("[\"b\"]"), state.columns);
	test_run_jobs(c);
	WANT_ERR(ERR_MISSING, intake_drop(c, id, a));
	WANT_STR(S("{\"b\":\"3\"}"), fields_of(c, id, 3));
	WANT_I64(1, count_records(c, id));
}

TEST(intake, a_deleted_draft_goes_with_its_files)
{
	project_id id = draft(c);
	struct project p;
	struct record_last last;

	material_import(c, id, "a.csv", many_rows(c, 5000));
	material_upload(c, id, "b.csv", S("a\n1\n"));
	WANT_OK(intake_drop_draft(c, id));
	WANT_ERR(ERR_CONFLICT, intake_drop_draft(c, id));
	test_run_jobs(c);
	WANT_ERR(ERR_MISSING, project_get(c, id, &p));
	WANT_OK(record_last(c, id, &last));
	WANT_I64(0, last.id);
}

TEST(intake, an_import_called_off_half_way_leaves_nothing)
{
	project_id id = draft(c);
	source_id file = material_upload(c, id, "a.csv", many_rows(c, 9000));
	struct job job;

	WANT_OK(intake_import(c, id, file, false, S("")));
	for (int i = 0; i < 3; i++)
		run_import_once(c, id, file, &job);
	job = (struct job){ .key = id.v, .part = file.v };
	WANT_OK(intake_import_before(c, &job));
	WANT_OK(intake_drop(c, id, file));
	WANT_OK(intake_import_job(c, &job)); /* it had begun */
	WANT(!job.again);
	test_run_jobs(c);
	struct record_last last;
	WANT_OK(record_last(c, id, &last));
	WANT_I64(0, last.id);
}

TEST(intake, a_published_project_takes_no_more_data)
{
	project_id id = draft(c);
	source_id a = material_import(c, id, "a.csv", S("a\n1\n")), late;
	struct str hash = hash_sha256(c->mem, S("x")), hex = text_hex(c->mem, hash.at, hash.len);

	source_id b = material_upload(c, id, "b.csv", S("a\n2\n"));
	WANT_OK(intake_import(c, id, b, false, S("")));
	struct project_funding f = {
		.revision = 1, .records = 1, .redundancy = 1, .gold_redundancy = 1, .places = 1
	};
	bool moved;
	WANT_OK(project_fund(c, id, &f, &moved));
	WANT(moved);
	WANT_ERR(ERR_CONFLICT, intake_drop(c, id, a));
	WANT_ERR(ERR_CONFLICT, intake_add(c, id, S("c.csv"), hex, 1, &late));
	test_run_jobs(c); /* the import that was on its way is undone */
	WANT_I64(1, count_records(c, id));
	WANT_I64(SOURCE_CHECKED, source(c, id, b).state);
}

TEST(intake, a_name_is_a_name)
{
	project_id id = draft(c);
	struct str hash = hash_sha256(c->mem, S("x")), hex = text_hex(c->mem, hash.at, hash.len);
	source_id out;

	WANT_ERR(ERR_INPUT, intake_add(c, id, S(" "), hex, 1, &out));
	WANT_ERR(ERR_INPUT, intake_add(c, id, S("a\nb"), hex, 1, &out));
}

/* --- archives --- */

TEST(intake, a_zip_of_pictures_is_a_record_for_each_without_metadata)
{
	project_id id = draft(c);
	struct material_file files[] = {
		{ "b.png", material_png(c, 4, 5, 1) },
		{ "sub/\xc3\xa4.png", material_png(c, 6, 7, 2) },
		{ "__MACOSX/._b.png", S("litter") },
		{ "notes.md", S("words") },
		{ "empty.jpg", S("") },
	};
	source_id file = material_upload(c, id, "cells.zip", material_zip(c, files, 5, false));
	struct source_row s = source(c, id, file);
	struct intake_image image;
	const char *why;

	WANT_STR(S("images"), s.form);
	WANT_I64(4, s.rows_seen);
	WANT_I64(2, s.bad);
	WANT_STR(S("0: notes.md is no JPEG, PNG, GIF, WebP, WAV, MP3, Ogg, FLAC, MPEG-4, WebM or "
		   "PDF"),
		 fault(c, id, file));
	WANT_OK(intake_import(c, id, file, true, S("")));
	test_run_jobs(c);
	WANT_I64(2, count_records(c, id));
	struct str fields = fields_of(c, id, 1), kept, small;
	struct str head = S("{\"file\":\"b.png\",\"image\":\"asset:");
	WANT(str_starts(fields, head) && str_ends(fields, S(".png b.png\"}")));
	struct str hex = str_cut(fields, head.len, head.len + 64);
	WANT_OK(os_slurp(c, intake_path(c, hex), 100000, &kept));
	WANT_OK(os_slurp(c, intake_small_path(c, hex), 100000, &small));
	WANT(str_starts(small, S("RIFF")));
	WANT(!str_find(kept, S("salt"), &(size_t){ 0 })); /* its text is gone */
	WANT(intake_image_read(kept, &image, &why));
	WANT_I64(4, image.width);
	WANT_I64(5, image.height);
}

TEST(intake, a_table_in_a_zip_names_its_pictures)
{
	project_id id = draft(c);
	struct material_file files[] = {
		{ "img/a.png", material_png(c, 4, 5, 1) },
		{ "list.csv", S("picture,said\na.png,see b.png\nimg/a.png,y\nmissing.png,z\n") },
		{ "img/b.png", material_png(c, 4, 5, 2) },
	};
	source_id file = material_upload(c, id, "cells.zip", material_zip(c, files, 3, true));
	struct source_row s = source(c, id, file);
	struct intake_columns columns = intake_columns_read(c->mem, s.columns);

	WANT_I64(SOURCE_CHECKED, s.state);
	WANT_STR(S("zip"), s.form);
	WANT_I64(3, s.rows_seen);
	WANT_STR(S("file"), str_of(intake_column_type(&columns.at[0])));
	WANT_STR(S("text"), str_of(intake_column_type(&columns.at[1])));
	WANT_OK(intake_import(c, id, file, false, S("")));
	test_run_jobs(c);
	WANT_STR(S("4: missing.png is not among the files"), fault(c, id, file));
	WANT_OK(intake_import(c, id, file, true, S("")));
	test_run_jobs(c);
	WANT_I64(2, count_records(c, id));
	WANT(str_starts(fields_of(c, id, 1), S("{\"picture\":\"asset:")));
	WANT(str_ends(fields_of(c, id, 1), S("\",\"said\":\"see b.png\"}")));
	WANT(str_starts(fields_of(c, id, 2), S("{\"picture\":\"asset:")));
	WANT_STR(S("{\"picture\":\"a.png\",\"said\":\"see b.png\"}"),
		 kind_fields_told(c->mem, fields_of(c, id, 1)));
	WANT_STR(S("{\"picture\":\"img/a.png\",\"said\":\"y\"}"),
		 kind_fields_told(c->mem, fields_of(c, id, 2)));
}

TEST(intake, names_in_a_zip_are_never_paths)
{
	project_id id = draft(c);
	struct material_file files[] = {
		{ "../../../tmp/evil.png", material_png(c, 4, 5, 1) },
		{ "/etc/evil.png", material_png(c, 4, 5, 2) },
		{ "..\\evil.png", material_png(c, 4, 5, 3) },
	};
	source_id file = material_import(c, id, "evil.zip", material_zip(c, files, 3, false));
	struct str *names;
	size_t count;

	WANT_I64(SOURCE_IMPORTED, source(c, id, file).state);
	WANT_I64(3, count_records(c, id));
	/* In the data folder there are only our own names. */
	WANT_OK(os_list(c, c->data, &names, &count));
	for (size_t i = 0; i < count; i++)
		WANT(str_eq(names[i], S("files")) || str_eq(names[i], S("tmp")) ||
		     str_eq(names[i], S("site.key")));
}

TEST(intake, a_zip_bomb_is_refused_before_it_is_unpacked)
{
	project_id id = draft(c);
	size_t size = (size_t)80 << 20;
	struct str zeros = { arena_take(c->mem, size), size };
	struct material_file files[] = { { "rows.csv", zeros } };
	struct source_row s = uploaded(c, id, "bomb.zip", material_zip(c, files, 1, true));

	WANT_I64(SOURCE_REFUSED, s.state);
	WANT_STR(S("the archive unpacks to far more than it is"), s.message);
	WANT(s.unpacked <= (INT64_C(65) << 20));
}

TEST(intake, two_tables_repeated_names_and_nothing_are_told)
{
	project_id id = draft(c);
	struct material_file tables[] = { { "a.csv", S("a\n1\n") }, { "b.csv", S("a\n1\n") } };
	struct material_file twice[] = { { "a.png", material_png(c, 4, 5, 1) },
					 { "a.png", material_png(c, 4, 5, 2) } };
	struct material_file nothing[] = { { "a.txt/b", S("") } };
	struct source_row s = uploaded(c, id, "a.zip", material_zip(c, tables, 2, false));

	WANT_I64(SOURCE_REFUSED, s.state);
	s = uploaded(c, id, "b.zip", material_zip(c, twice, 2, false));
	WANT_I64(SOURCE_CHECKED, s.state);
	WANT_I64(1, s.bad);
	WANT_I64(SOURCE_REFUSED,
		 uploaded(c, id, "c.zip", material_zip(c, nothing, 1, false)).state);
	WANT_I64(SOURCE_REFUSED,
		 uploaded(c, id, "d.zip", material_zip(c, nothing, 0, false)).state);
}

TEST(intake, an_archive_of_many_entries_is_checked_in_slices)
{
	project_id id = draft(c);
	struct material_file *files = NEW_MANY(c->mem, struct material_file, 250);

	for (int i = 0; i < 250; i++)
		files[i] = (struct material_file){ str_c(c->mem, str_format(c->mem, "%03d.png", i)),
						   material_png(c, 3, 3, i % 7) };
	struct source_row s = uploaded(c, id, "a.zip", material_zip(c, files, 250, false));
	WANT_I64(250, s.rows_seen);
	WANT_I64(250, s.assets);
	WANT_I64(0, s.bad);
}

PLAIN_TEST(intake, pictures_are_known_by_their_content)
{
	struct intake_image image;
	const char *why;
	struct str png = material_png(c, 4, 5, 1);

	WANT(intake_image_read(png, &image, &why));
	WANT(!intake_image_read(str_cut(png, 0, png.len / 2), &image, &why));
	WANT(!intake_image_read(material_png(c, 30001, 5, 1), &image, &why));
	WANT(!intake_image_read(material_png(c, 20000, 20000, 1), &image, &why));
	WANT(!intake_image_read(material_png(c, 0, 5, 1), &image, &why));
	WANT(!intake_image_read(S("<svg xmlns='http://www.w3.org/2000/svg'/>"), &image, &why));
	for (size_t i = 0; i < png.len; i++) /* no cut reads past its end */
		(void)intake_image_read(str_copy(c->mem, str_cut(png, 0, i)), &image, &why);
}

/* --- real files, when they are there --- */

static bool input(struct ctx *c, const char *name, struct str *out)
{
	struct ctx look = *c;
	struct str path = str_format(c->mem, INPUTS "%s", name);

	return os_slurp(&look, str_c(c->mem, path), 1 << 24, out) == OK;
}

TEST(intake, files_with_one_difficulty_each_are_read_or_told)
{
	static const struct {
		const char *name;
		int64_t state, rows, bad;
	} cases[] = {
		{ "01_crlf_quotes.csv", SOURCE_CHECKED, 3, 0 },
		{ "02_no_final_newline.csv", SOURCE_CHECKED, 2, 0 },
		{ "03_embedded_newlines.csv", SOURCE_CHECKED, 3, 0 },
		{ "04_bom_utf8.csv", SOURCE_CHECKED, 2, 0 },
		{ "05_semicolon.csv", SOURCE_CHECKED, 3, 0 },
		{ "06_tab.tsv", SOURCE_CHECKED, 2, 0 },
		{ "07_ragged.csv", SOURCE_CHECKED, 4, 3 },
		{ "08_duplicate_headers.csv", SOURCE_REFUSED, 0, 0 },
		{ "10_utf16le_bom.csv", SOURCE_REFUSED, 0, 0 },
		{ "11_nul_bytes.csv", SOURCE_CHECKED, 2, 1 },
		{ "12_stray_quotes.csv", SOURCE_CHECKED, 3, 0 },
		{ "14_header_only.csv", SOURCE_REFUSED, 0, 0 },
		{ "16_duplicate_rows.csv", SOURCE_CHECKED, 4, 0 },
		{ "17_mixed_line_ends.csv", SOURCE_CHECKED, 3, 0 },
		{ "18_windows1252.csv", SOURCE_CHECKED, 3, 2 },
		{ "19_formula_cells.csv", SOURCE_CHECKED, 6, 0 },
		{ "22_long_field.csv", SOURCE_CHECKED, 2, 0 },
		{ "23_pipe.txt", SOURCE_CHECKED, 2, 0 },
	};
	project_id id = draft(c);
	struct str bytes;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct str name = str_format(c->mem, "rows/edge_cases/%s", cases[i].name);

		if (!input(c, str_c(c->mem, name), &bytes))
			return;
		struct source_row s = uploaded(c, id, cases[i].name, bytes);
		check_story("intake: %s", cases[i].name);
		WANT_STR(str_format(c->mem, "%s %lld %lld %lld", cases[i].name,
				    (long long)cases[i].state, (long long)cases[i].rows,
				    (long long)cases[i].bad),
			 str_format(c->mem, "%s %lld %lld %lld", cases[i].name, (long long)s.state,
				    (long long)s.rows_seen, (long long)s.bad));
	}
}

TEST(intake, awkward_pictures_are_taken_or_told)
{
	static const char *const good[] = {
		"animated.gif",
		"cmyk.jpg",
		"copy_one.png",
		"copy_two.jpg",
		"exif_orientation_6.jpg",
		"gps_and_author.jpg",
		"gray16.png",
		"palette_alpha.png",
		"really_a_png.jpg",
		"text_chunk.png",
		"wide_1x2000.png",
	};
	static const char *const bad[] = { "empty.jpg", "huge_header.png", "not_an_image.png",
					   "truncated.jpg" };
	struct intake_image image;
	const char *why;
	struct str bytes;

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		struct str name = str_format(c->mem, "image_folders/edge_images/%s", good[i]);

		if (!input(c, str_c(c->mem, name), &bytes))
			return;
		check_story("intake: %s", good[i]);
		WANT(intake_image_read(bytes, &image, &why));
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct str name = str_format(c->mem, "image_folders/edge_images/%s", bad[i]);

		WANT(input(c, str_c(c->mem, name), &bytes));
		WANT(!intake_image_read(bytes, &image, &why));
	}
}
