/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The import of a checked source, chunk by chunk, and taking records out again.
 *
 * Records are written under a source that is not yet `imported`, so nobody sees them; the last
 * chunk makes them visible all at once, under the guard that the project still is a draft.
 * An import that is refused half-way takes its records out in the same small steps. As in
 * the check, `before` reads and the body writes under the place where the chunk began.
 */
#include "audit/audit.h"
#include "intake/intake_in.h"
#include "intake/intake.sql.h"

enum {
	CHUNK_ROWS = 5000, /* one fsync, and less than 10 ms of the writer */
	CHUNK_BYTES = 2 << 20,
	ROW_TEXT_MAX = 8 << 20,
	DROP_ROWS = 4000,
	IMAGE_CHUNK = 1000,
};

struct row {
	int64_t line, number;
	struct str fields, known, key;
};

struct import {
	project_id project;
	source_id source;
	struct source_row s; /* as it was */
	struct intake_columns columns;
	const struct json_value *given; /* fields whose given answers are known; NULL: none */
	struct row *row;
	int rows;
	struct intake_fault_list faults;
	int64_t at_byte, at_line, at_row; /* where the next chunk begins */
	struct str at_name;
	bool whole; /* nothing is left */
};

static void bad_row(struct ctx *c, struct import *m, const struct csv_record *r, struct str reason)
{
	intake_fault_add(c->mem, &m->faults, r->line, r->number, reason);
}

/* --- cells --- */

/* What the cell of a column of files names: exactly, or by the last part of a name when that is
 * one. */
static enum err asset_of(struct ctx *c, const struct import *m, struct str cell, struct str *out,
			 bool *found)
{
	struct source_asset_by_base *rows;
	struct source_asset_get row;
	size_t count;

	TRY(source_asset_get(c, m->project, m->source, cell, &row, found));
	if (*found) {
		*out = row.asset;
		return OK;
	}
	TRY(source_asset_by_base(c, m->project, m->source, cell, &rows, &count));
	*found = count == 1;
	if (*found)
		*out = rows[0].asset;
	return OK;
}

/* The cell as it is kept. `*good` is false when it names a file that is not there. */
static enum err put_cell(struct ctx *c, const struct import *m, const struct intake_column *column,
			 struct str cell, struct json *out, bool *good)
{
	struct str name = str_trim(cell), asset = { 0 };

	bool is_name = m->s.table_sha.len > 0 && m->s.assets > 0 && intake_asset_name(name);

	*good = true;
	json_key_str(out, column->name);
	if (!is_name) {
		json_put_text(out, cell);
		return OK;
	}
	TRY(asset_of(c, m, name, &asset, good));
	if (*good)
		json_put_text(out, intake_picture_cell(c->mem, asset, name));
	else
		json_put_text(out, cell);
	*good = *good || (column->can_be & COLUMN_ASSET) == 0; /* in a text it is only words */
	return OK;
}

/* Gold ones are, and given ones that the import takes: a JSON list of their fields. */
static bool is_gold(const struct import *m, struct str column, struct str *field)
{
	struct str name;

	if (intake_is_given(column, field))
		for (const struct json_value *v = m->given != NULL ? m->given->first : NULL;
		     v != NULL; v = v->next)
			if (json_text(v, &name) && str_eq(name, *field))
				return true;
	return kind_is_gold_column(column, field);
}

/* --- rows --- */

static struct json row_json(struct ctx *c, const struct csv_record *r)
{
	size_t bytes = 64;

	for (int i = 0; i < r->field_count; i++)
		bytes += r->field[i].len + INTAKE_COLUMN_MAX + 80;
	return json_make(c->mem, 6 * bytes < ROW_TEXT_MAX ? 6 * bytes : ROW_TEXT_MAX);
}

static enum err take_row(struct ctx *c, struct import *m, const struct csv_record *r)
{
	struct json fields = row_json(c, r), known = row_json(c, r);
	struct row row = { .line = r->line, .number = r->number };
	struct str field, why;
	bool good, is_known = false;

	json_object(&fields);
	json_object(&known);
	for (int i = 0; i < m->columns.count && i < r->field_count; i++) {
		const struct intake_column *column = &m->columns.at[i];
		struct str cell = r->field[i];

		if (str_eq(column->name, m->s.key_column))
			row.key = str_copy(c->mem, cell);
		if (is_gold(m, column->name, &field)) {
			if (str_trim(cell).len == 0)
				continue;
			json_key_str(&known, field);
			json_put_text(&known, cell);
			is_known = true;
			continue;
		}
		TRY(put_cell(c, m, column, cell, &fields, &good));
		if (!good) {
			why = intake_cut(cell, INTAKE_NAME_MAX);
			bad_row(c, m, r,
				str_format(c->mem, "%.*s is not among the files", STR_ARG(why)));
			return OK;
		}
	}
	json_object_end(&fields);
	json_object_end(&known);
	if (m->s.key_column.len > 0 && (row.key.len == 0 || row.key.len > INTAKE_KEY_MAX)) {
		bad_row(c, m, r,
			str_format(c->mem, "the key is empty or longer than %d bytes",
				   INTAKE_KEY_MAX));
		return OK;
	}
	row.fields = json_end(&fields);
	row.known = is_known ? json_end(&known) : S("");
	m->row[m->rows++] = row;
	return OK;
}

static bool is_clean(const struct csv_record *r)
{
	for (int i = 0; i < r->field_count; i++)
		if (!kind_is_clean(r->field[i]))
			return false;
	return true;
}

static enum err read_table(struct ctx *c, struct import *m)
{
	struct intake_table t DEFER(intake_table_close) = { .file = { OS_FILE_NONE } };
	struct intake_place from = { m->s.at_byte, m->s.at_line, m->s.at_row };
	struct csv_record r;
	bool found = true;

	TRY(intake_table_open(c, m->s.table_sha, m->s.reader, &m->columns, false, from, &t));
	for (int i = 0; i < CHUNK_ROWS && t.read <= CHUNK_BYTES; i++) {
		TRY(intake_table_next(c, &t, &r, &found));
		if (!found)
			break;
		m->at_row = r.number + 1;
		/* Those that are bad in themselves were told by the check. */
		if (r.bad == NULL && is_clean(&r))
			TRY(take_row(c, m, &r));
	}
	m->at_byte = csv_offset(t.reader);
	m->at_line = csv_line(t.reader);
	m->whole = !found;
	return OK;
}

static enum err read_assets(struct ctx *c, struct import *m)
{
	struct source_asset_list *rows;
	size_t count;

	TRY(source_asset_list(c, m->project, m->source, m->s.at_name, IMAGE_CHUNK, &rows, &count));
	for (size_t i = 0; i < count; i++) {
		struct str image = intake_picture_cell(c->mem, rows[i].asset, rows[i].name);
		struct str cell[] = { rows[i].name, image };
		struct csv_record r = { .number = m->at_row++, .field = cell, .field_count = 2 };

		TRY(take_row(c, m, &r));
	}
	if (count > 0)
		m->at_name = rows[count - 1].name;
	m->whole = count < IMAGE_CHUNK;
	return OK;
}

enum err intake_import_before(struct ctx *c, struct job *job)
{
	struct import *m = NEW(c->mem, struct import);
	bool found;

	m->project = (project_id){ job->key };
	m->source = (source_id){ job->part };
	job->prepared = NULL;
	TRY(source_row(c, m->project, m->source, &m->s, &found));
	if (!found || m->s.state != SOURCE_IMPORTING)
		return OK;
	m->columns = intake_columns_read(c->mem, m->s.columns);
	if (m->s.given.len > 0) {
		struct json_value *given;

		TRY(json_read_own(c, m->s.given, &given));
		m->given = given;
	}
	m->faults = intake_faults_make(c->mem);
	m->row = NEW_MANY(c->mem, struct row, CHUNK_ROWS);
	m->at_byte = m->s.at_byte;
	m->at_line = m->s.at_line;
	m->at_row = m->s.at_row;
	m->at_name = m->s.at_name;
	if (str_eq(m->s.form, S("images")))
		TRY(read_assets(c, m));
	else
		TRY(read_table(c, m));
	job->prepared = m;
	return OK;
}

/* --- writing --- */

/* Which rows have a key that the project does not have yet; all, if it has no keys. */
static enum err write_keys(struct ctx *c, const struct import *m, bool *fresh)
{
	struct record_key_add_row *key;

	for (int i = 0; i < m->rows; i++)
		fresh[i] = true;
	if (m->s.key_column.len == 0)
		return OK;
	key = NEW_MANY(c->mem, struct record_key_add_row, (size_t)m->rows);
	for (int i = 0; i < m->rows; i++)
		key[i] = (struct record_key_add_row){ m->row[i].key, m->row[i].number };
	return record_key_add(c, m->project, m->source, key, (size_t)m->rows, fresh);
}

/* Rows with a key of the project that is there already are bad; they are told with the others. */
static enum err write_rows(struct ctx *c, const struct import *m, struct intake_fault_list *faults,
			   int64_t *records, int64_t *gold)
{
	const int64_t next = m->s.first_record + m->s.records;
	struct record_add_row *out = NEW_MANY(c->mem, struct record_add_row, (size_t)m->rows);
	bool *fresh = NEW_MANY(c->mem, bool, (size_t)m->rows);
	size_t n = 0;

	*gold = 0;
	TRY(write_keys(c, m, fresh));
	for (int i = 0; i < m->rows; i++) {
		const struct row *row = &m->row[i];

		if (!fresh[i]) {
			intake_fault_add(c->mem, faults, row->line, row->number,
					 str_format(c->mem, "the key %.*s is there already",
						    STR_ARG(intake_cut(row->key, 100))));
			continue;
		}
		out[n] = (struct record_add_row){ next + (int64_t)n, row->number, row->fields,
						  row->known };
		n++;
		*gold += row->known.len > 0;
	}
	*records = (int64_t)n;
	return record_add(c, m->project, m->source, out, n);
}

static enum err undo(struct ctx *c, const struct import *m, struct str why)
{
	int64_t changed;

	TRY(source_state_set(c, m->project, m->source, SOURCE_IMPORTING, SOURCE_UNDOING, why,
			     &changed));
	return job_signal_part(c, "intake.drop", m->project.v, m->source.v);
}

/* What was imported as known is called so from now on. */
static enum err name_known(struct ctx *c, const struct import *m)
{
	struct str field;
	int64_t changed;

	for (int i = 0; i < m->columns.count; i++)
		if (is_gold(m, m->columns.at[i].name, &field))
			m->columns.at[i].name = str_format(c->mem, "gold_%.*s", STR_ARG(field));
	return source_columns_set(c, m->project, m->source,
				  intake_columns_text(c->mem, &m->columns), &changed);
}

static enum err finish(struct ctx *c, const struct import *m, int64_t records, int64_t gold)
{
	struct str columns;
	int64_t changed;
	bool moved;

	if (records == 0)
		return undo(c, m, S("no row is left to import"));
	if (m->given != NULL)
		TRY(name_known(c, m));
	TRY(intake_all_columns(c, m->project, m->source, &m->columns, &columns));
	TRY(project_records_shift(c, m->project, records, gold, columns, &moved));
	if (!moved)
		return undo(c, m, S("the project was published meanwhile"));
	TRY(source_state_set(c, m->project, m->source, SOURCE_IMPORTING, SOURCE_IMPORTED, S(""),
			     &changed));
	return audit_add(c, m->project.v, S("source.imported"), m->source.v, S(""));
}

enum err intake_import_job(struct ctx *c, struct job *job)
{
	const struct import *m = job->prepared;
	struct intake_fault_list faults;
	struct source_row now;
	int64_t changed, records, gold;
	bool found;

	if (m == NULL)
		return OK;
	TRY(source_row(c, m->project, m->source, &now, &found));
	if (!found || now.state != SOURCE_IMPORTING || now.at_row != m->s.at_row)
		return OK; /* this part was written before, or the import was called off */
	faults = intake_faults_make(c->mem);
	for (int i = 0; i < m->faults.count; i++)
		faults.at[faults.count++] = m->faults.at[i];
	faults.seen = m->faults.seen;
	TRY(write_rows(c, m, &faults, &records, &gold));
	TRY(source_import_step(c, m->project, m->source, m->s.at_byte, m->s.at_row, m->s.at_name,
			       m->at_byte, m->at_line, m->at_row, m->at_name, faults.seen, records,
			       gold, &changed));
	if (changed == 0)
		return refuse(c, ERR_CONFLICT, "this part was imported by another");
	TRY(intake_faults_keep(c, m->project, m->source, FAULTS_IMPORT, m->s.import_bad, &faults));
	if (faults.seen > 0 && m->s.skip_bad == 0)
		return undo(c, m, S("some rows do not fit and were not to be skipped"));
	if (!m->whole)
		return job_again(c, job);
	return finish(c, m, m->s.records + records, m->s.gold + gold);
}

/* --- taking out --- */

static enum err drop_all(struct ctx *c, project_id project, source_id source)
{
	int64_t changed;

	struct project_state state;
	struct source_last last;

	TRY(source_fault_clear(c, project, source, 0, &changed));
	TRY(source_asset_clear(c, project, source, &changed));
	TRY(source_remove(c, project, source, &changed));
	TRY(project_state_get(c, project, &state));
	TRY(source_last(c, project, &last));
	/* A deleted draft goes with the last of its files. */
	if (state.state == PROJECT_LEAVING && last.count == 0)
		return project_remove_draft(c, project);
	return OK;
}

enum err intake_drop_job(struct ctx *c, struct job *job)
{
	project_id project = { job->key };
	source_id source = { job->part };
	struct source_row s;
	int64_t records, keys;
	bool found;

	TRY(source_row(c, project, source, &s, &found));
	if (!found || (s.state != SOURCE_LEAVING && s.state != SOURCE_UNDOING))
		return OK;
	/* From the end, so that what is left is always one range. */
	int64_t from = s.records > DROP_ROWS ? s.records - DROP_ROWS : 0;
	TRY(record_drop_range(c, project, source, s.first_record + from, s.first_record + s.records,
			      &records));
	TRY(record_key_drop(c, project, source, DROP_ROWS, &keys));
	TRY(source_shrink(c, project, source, from, &records));
	if (from > 0 || keys == DROP_ROWS)
		return job_again(c, job);
	if (s.state == SOURCE_LEAVING)
		return drop_all(c, project, source);
	return source_undone(c, project, source, &records);
}
