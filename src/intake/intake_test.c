/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "intake/intake_test_in.h"

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
		{ "a.jpg", { "\xff\xd8\xff\xe0 and the rest", 16 }, "a.jpg is " },
		{ "a.pdf", { "%PDF-1.7 and the rest", 16 }, "a.pdf is cut off or broken" },
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
