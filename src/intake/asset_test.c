/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Pictures and sounds: what tessera-media makes of them on the way in, and their addresses. */
#include "intake/intake.sql.h"
#include "intake/intake_in.h"
#include "tests/material.h"

/* --- addresses --- */

TEST(intake, the_site_key_is_made_once)
{
	struct intake_bound bound = { { 1 }, 2, 3, 4 };
	struct kind_media a, b;
	unsigned char key[32];

	WANT_OK(intake_media(c, bound, &a));
	WANT_OK(intake_media(c, bound, &b));
	WANT(memcmp(a.key, b.key, 32) == 0);
	WANT_OK(intake_site_key(c, key));
	WANT(memcmp(a.key, key, 32) == 0);
}

#define ASSET "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.wav"

TEST(intake, an_address_opens_as_it_was_made_and_not_otherwise)
{
	struct intake_bound bound = { { 1 }, 2, 3, INT64_MAX }, got;
	struct kind_media media;
	struct str none, name = { 0 }, text = { 0 }, mac = { 0 }, rest;

	WANT_OK(intake_media(c, bound, &media));
	struct str address = kind_media_address(c->mem, &media, S(ASSET ".small"));
	WANT(str_split(address, '/', &none, &rest) && str_split(rest, '/', &none, &rest));
	WANT(str_split(rest, '/', &name, &rest) && str_split(rest, '/', &text, &mac));
	WANT_OK(intake_media_open(c, name, text, mac, &got));
	WANT(got.project.v == 1 && got.task == 2 && got.user == 3 && got.epoch == INT64_MAX);
	WANT_ERR(ERR_MISSING, intake_media_open(c, S(ASSET), text, mac, &got));
	WANT_ERR(ERR_MISSING, intake_media_open(c, name, S("1-2-4-1"), mac, &got));
	WANT_ERR(ERR_MISSING, intake_media_open(c, name, S("1-2"), mac, &got));
	WANT_ERR(ERR_MISSING, intake_media_open(c, name, S(""), mac, &got));
	WANT_ERR(ERR_MISSING, intake_media_open(c, S("../site.key"), text, mac, &got));
	for (size_t i = 0; i < mac.len; i++) {
		struct str other = str_copy(c->mem, mac);

		((char *)other.at)[i] = (char)(mac.at[i] == 'A' ? 'B' : 'A');
		WANT_ERR(ERR_MISSING, intake_media_open(c, name, text, other, &got));
	}
}

/* --- files that tessera-media refuses --- */

TEST(intake, a_hostile_file_costs_one_row_with_its_name_and_the_reason)
{
	org_id org;
	(void)material_requester(c, "r@e.org", &org);
	project_id id = material_project(c, org);
	struct str png = material_png(c, 40, 50, 1);
	struct buf broken = buf_make(c->mem, 1 << 16);
	struct material_file files[] = {
		{ "a.png", png },
		{ "cut.wav", S("RIFF....WAVEfmt rubbish that is no sound") },
		{ "d.pdf", S("%PDF-1.4 rubbish that is no document") },
		{ "movie.mp4", S("\0\0\0 ftypisomrubbish that is no film") },
		{ "odd.png", { 0 } },
		{ "page.html", S("<script>alert(1)</script>") },
		{ "z.png", material_png(c, 3, 4, 2) },
	};

	/* Header and end are in order, what lies between is not. */
	buf_add(&broken, str_cut(png, 0, png.len - 30));
	buf_add(&broken, S("rubbish"));
	buf_add(&broken, str_cut(png, png.len - 12, png.len));
	files[4].bytes = buf_str(&broken);
	source_id file = material_upload(c, id, "a.zip", material_zip(c, files, 7, false));
	struct source_fault_list *told;
	struct intake_record *records;
	struct source_row s;
	size_t count;
	bool found;

	WANT_OK(source_row(c, id, file, &s, &found));

	WANT_I64(SOURCE_CHECKED, s.state);
	WANT_I64(5, s.bad);
	WANT_I64(2, s.assets);
	WANT_OK(source_fault_list(c, id, file, 0, 2, &told, &count));
	WANT_STR(S("cut.wav is cut off or broken"), told[0].reason);
	WANT_OK(intake_import(c, id, file, true, S("")));
	test_run_jobs(c);
	WANT_OK(intake_records(c, id, 0, 100, &records, &count));
	WANT_I64(2, (int64_t)count);
}

/* The rest of a site without tessera-media is seen by tests that lie where there is none. */
TEST(intake, a_zip_with_a_table_alone_is_checked_without_starting_anything)
{
	const struct material_file files[] = { { "a.csv", S("a\n1\n") } };
	struct source_row s;
	bool found;
	org_id org;

	(void)material_requester(c, "r@e.org", &org);
	project_id id = material_project(c, org);
	source_id file = material_upload(c, id, "a.zip", material_zip(c, files, 1, false));
	WANT_OK(source_row(c, id, file, &s, &found));
	WANT_STR(S(""), s.message);
	WANT_I64(SOURCE_CHECKED, s.state);
}

/* A PDF of two empty pages. */
static const char two_pages[] = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
				"2 0 obj<</Type/Pages/Count 2/Kids[3 0 R 4 0 R]>>endobj\n"
				"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 90 50]>>endobj\n"
				"4 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 90 50]>>endobj\n"
				"trailer<</Root 1 0 R>>\n%%EOF\n";

TEST(intake, a_page_that_is_called_like_a_picture_is_there_twice)
{
	const struct material_file files[] = {
		{ "a.pdf#1", material_png(c, 3, 4, 1) },
		{ "a.pdf", str_of(two_pages) },
		{ "b.pdf", str_of(two_pages) },
	};
	struct source_asset_list *assets;
	struct source_fault_list *told;
	struct source_row s;
	size_t count;
	bool found;
	org_id org;

	(void)material_requester(c, "r@e.org", &org);
	project_id id = material_project(c, org);
	source_id file = material_upload(c, id, "a.zip", material_zip(c, files, 3, false));
	WANT_OK(source_row(c, id, file, &s, &found));
	WANT_OK(source_asset_list(c, id, file, S(""), 10, &assets, &count));
	WANT_I64(3, s.assets);
	WANT_I64(3, (int64_t)count);
	WANT_STR(S("b.pdf#2"), assets[2].name);
	WANT_OK(source_fault_list(c, id, file, 0, 2, &told, &count));
	WANT_I64(1, (int64_t)count);
	WANT_STR(S("a.pdf is there twice"), told[0].reason);
}

TEST(intake, a_picture_or_a_document_alone_is_a_source_too)
{
	struct source_asset_list *assets;
	struct intake_record record;
	struct source_row s;
	size_t count;
	bool found;
	org_id org;

	(void)material_requester(c, "r@e.org", &org);
	project_id id = material_project(c, org);
	source_id file = material_import(c, id, "a.png", material_png(c, 30, 40, 1));
	WANT_OK(source_row(c, id, file, &s, &found));
	WANT_STR(S("images"), s.form);
	WANT_I64(1, s.records);
	WANT_OK(source_asset_list(c, id, file, S(""), 10, &assets, &count));
	WANT_STR(S("a.png"), assets[0].name);
	WANT_OK(intake_record(c, id, 1, &record));
	WANT_STR(S("{\"file\":\"a.png\",\"image\":\"asset:"), str_cut(record.fields, 0, 31));
	file = material_import(c, id, "b.pdf", str_of(two_pages));
	WANT_OK(source_row(c, id, file, &s, &found));
	WANT_I64(2, s.records);
}
