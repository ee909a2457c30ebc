/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Archives and pictures, and real files where they are there. */
#include "intake/intake_test_in.h"

#define INPUTS "../shared/data/inputs/"

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

PLAIN_TEST(intake, a_small_picture_that_is_there_is_not_replaced_by_a_later_one)
{
	const char *clean, *small;
	struct str sha256, kept;

	for (int i = 0; i < 2; i++) {
		WANT_OK(intake_temporary(c, &clean));
		WANT_OK(intake_temporary(c, &small));
		WANT_OK(os_replace(c, clean, S("the same bytes"), 0600));
		WANT_OK(os_replace(c, small, i == 0 ? S("first") : S("second"), 0600));
		WANT_OK(intake_keep_clean(c, clean, small, &sha256));
	}
	WANT_OK(os_remove(c, small)); /* is its maker's to remove */
	WANT_OK(os_slurp(c, intake_small_path(c, sha256), 100, &kept));
	WANT_STR(S("first"), kept);
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
