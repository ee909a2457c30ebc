/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Forms in, views out; the rules are in intake.c. */
#include "intake/api_in.h"
#include "intake/intake.sql.h"

static struct str state_text(int64_t state)
{
	static const char *const words[] = { "",
#define SOURCE_WORD(name, number, word) [number] = (word),
					     SOURCE_STATE_TABLE(SOURCE_WORD)
#undef SOURCE_WORD
	};

	CHECK(state > 0 && state < (int64_t)(sizeof(words) / sizeof(*words)));
	return str_of(words[state]);
}

/* --- uploads --- */

/* Ahead of the transaction: ask for permission early, then let the file be safe on disk. */
enum err intake_upload_before(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct upload_form *f = form;
	struct project p;

	(void)reply;
	TRY(project_must_own(c, f->project, &p));
	if (f->file.size == 0)
		return refuse(c, ERR_INPUT, "the file is empty");
	return intake_keep(c, str_c(c->mem, f->file.path), f->file.sha256);
}

/* --- views --- */

/* How far the check or the import is, from 0 to 1. */
static double done_of(const struct source_row *s)
{
	if (s->state != SOURCE_CHECKING && s->state != SOURCE_IMPORTING)
		return 1;
	if (str_eq(s->form, S("images")))
		return s->assets > 0 ? (double)s->records / (double)s->assets : 0;
	return s->table_size > 0 ? (double)s->at_byte / (double)s->table_size : 0;
}

static void put_columns(struct ctx *c, const struct source_row *s, struct json *out)
{
	struct intake_columns columns = intake_columns_read(c->mem, s->columns);

	json_key(out, "columns");
	json_list(out);
	for (int i = 0; i < columns.count; i++) {
		json_object(out);
		json_text_of(out, "name", columns.at[i].name);
		json_text_of(out, "type", str_of(intake_column_type(&columns.at[i])));
		json_text_of(out, "sample", columns.at[i].sample);
		json_object_end(out);
	}
	json_list_end(out);
}

static enum err put_faults(struct ctx *c, project_id project, source_id source, struct json *out)
{
	struct source_fault_list *rows;
	size_t count;

	TRY(source_fault_list(c, project, source, FAULTS_CHECK, FAULTS_IMPORT, &rows, &count));
	json_key(out, "faults");
	json_list(out);
	for (size_t i = 0; i < count; i++) {
		json_object(out);
		json_i64_of(out, "line", rows[i].line);
		json_i64_of(out, "row", rows[i].row_number);
		json_text_of(out, "reason", rows[i].reason);
		json_object_end(out);
	}
	json_list_end(out);
	TRY(source_fault_list(c, project, source, FAULTS_KNOWN, FAULTS_KNOWN, &rows, &count));
	json_key(out, "gold_faults");
	json_list(out);
	for (size_t i = 0; i < count; i++) {
		json_object(out);
		json_i64_of(out, "row", rows[i].row_number);
		json_text_of(out, "reason", rows[i].reason);
		json_object_end(out);
	}
	json_list_end(out);
	return OK;
}

/* The small pictures of a sample of files, by name, for who asks. */
static enum err put_small(struct ctx *c, project_id project, source_id source, struct str form,
			  struct json *out)
{
	struct source_asset_list *rows;
	struct kind_media media;
	size_t count = 0;

	TRY(intake_media(c, (struct intake_bound){ project, 0, c->actor.id, 0 }, &media));
	if (str_eq(form, S("images")))
		TRY(source_asset_list(c, project, source, S(""), INTAKE_SAMPLE_ROWS, &rows,
				      &count));
	json_key(out, "small");
	json_object(out);
	for (size_t i = 0; i < count; i++) {
		struct str small = kind_media_small(c->mem, rows[i].asset);

		if (!intake_has_picture(rows[i].asset))
			continue;
		json_key_str(out, rows[i].name);
		json_put_text(out, kind_media_address(c->mem, &media, small));
	}
	json_object_end(out);
	return OK;
}

static enum err put_source(struct ctx *c, project_id project, source_id source, struct json *out)
{
	struct source_row s;
	bool found;

	TRY(source_row(c, project, source, &s, &found));
	if (!found || s.state == SOURCE_LEAVING)
		return refuse(c, ERR_MISSING, "there is no such source");
	json_object(out);
	json_id_of(out, "id", source.v);
	json_text_of(out, "name", s.name);
	json_text_of(out, "form", s.form);
	json_text_of(out, "state", state_text(s.state));
	json_i64_of(out, "size", s.size);
	json_i64_of(out, "rows", s.rows_seen);
	json_i64_of(out, "bad", s.bad + s.import_bad);
	put_columns(c, &s, out);
	json_raw_of(out, "sample", s.sample);
	TRY(put_small(c, project, source, s.form, out));
	TRY(put_faults(c, project, source, out));
	json_f64_of(out, "done", done_of(&s));
	json_i64_of(out, "records", s.records);
	json_i64_of(out, "gold", s.gold);
	if (s.message.len > 0)
		json_text_of(out, "message", s.message);
	json_time_of(out, "created", s.created);
	json_object_end(out);
	return OK;
}

enum err intake_upload_post(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct upload_form *f = form;
	struct project p;
	source_id source;

	TRY(project_must_own(c, f->project, &p));
	TRY(intake_add(c, f->project, f->name, f->file.sha256, f->file.size, &source));
	TRY(put_source(c, f->project, source, web_json(reply)));
	web_status(reply, 202);
	return OK;
}

enum err intake_source_page(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct source_form *f = form;
	struct project p;

	TRY(project_must_reach(c, f->project, ORG_REVIEWER, &p));
	return put_source(c, f->project, f->source, web_json(reply));
}

enum err intake_source_list_page(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct source_form *f = form;
	struct json *out = web_json(reply);
	struct source_list *rows;
	struct source_row s;
	struct project p;
	size_t count;
	bool found;

	TRY(project_must_reach(c, f->project, ORG_REVIEWER, &p));
	TRY(source_list(c, f->project, &rows, &count));
	json_object(out);
	json_key(out, "items");
	json_list(out);
	for (size_t i = 0; i < count; i++) {
		TRY(source_row(c, f->project, rows[i].id, &s, &found));
		if (found && s.state != SOURCE_LEAVING)
			TRY(put_source(c, f->project, rows[i].id, out));
	}
	json_list_end(out);
	json_object_end(out);
	return OK;
}

/* --- acts --- */

enum err intake_import_post(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct source_form *f = form;
	struct project p;

	TRY(project_must_own(c, f->project, &p));
	if (f->given != 0)
		TRY(intake_import_given(c, f->project, f->source, f->skip_bad != 0, f->key));
	else
		TRY(intake_import(c, f->project, f->source, f->skip_bad != 0, f->key));
	TRY(put_source(c, f->project, f->source, web_json(reply)));
	web_status(reply, 202);
	return OK;
}

enum err intake_source_delete(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct source_form *f = form;
	struct project p;

	TRY(project_must_own(c, f->project, &p));
	TRY(intake_drop(c, f->project, f->source));
	web_status(reply, 204);
	return OK;
}

enum err intake_project_delete(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct source_form *f = form;
	struct project p;

	TRY(project_must_own(c, f->project, &p));
	TRY(intake_drop_draft(c, f->project));
	web_status(reply, 204);
	return OK;
}

/* --- what a worker will see --- */

enum err intake_preview_page(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct preview_form *f = form;
	int64_t row = f->row > 0 ? f->row : 1;
	struct json *out = web_json(reply);
	struct intake_record *records;
	struct project_state state;
	struct kind_media media;
	struct project p;
	size_t count;

	TRY(project_must_reach(c, f->project, ORG_REVIEWER, &p));
	if (f->template != NULL)
		TRY(project_template_put(c, f->template, S("[]"), &p));
	if (f->has_instructions)
		p.instructions = f->instructions;
	TRY(project_state_get(c, f->project, &state));
	TRY(intake_records(c, f->project, row - 1, 1, &records, &count));
	TRY(intake_media(c, (struct intake_bound){ f->project, 0, c->actor.id, 0 }, &media));
	json_object(out);
	json_key(out, "page");
	TRY(project_page(c, &p, count > 0 ? records[0].fields : S(""), &media, out));
	json_i64_of(out, "rows", state.records);
	json_object_end(out);
	return OK;
}

/* --- configurations of other programs --- */

enum err intake_labelling_post(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct labelling_form *f = form;
	struct kind_faults faults = kind_faults_make(c->mem, S(""));
	struct json *out = web_json(reply);
	struct str template;

	json_object(out);
	json_bool_of(out, "ok", intake_labelling_read(&faults, f->xml, &template));
	json_raw_of(out, "template", template);
	json_key(out, "faults");
	json_list(out);
	for (int i = 0; i < faults.count; i++) {
		json_object(out);
		json_text_of(out, "path", faults.list[i].path);
		json_text_of(out, "message", faults.list[i].message);
		if (faults.list[i].line > 0)
			json_i64_of(out, "line", faults.list[i].line);
		json_object_end(out);
	}
	json_list_end(out);
	json_object_end(out);
	return OK;
}
