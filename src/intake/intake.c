/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The rules are told in intake.h; the slow parts are jobs, in check.c and import.c. */
#include "intake/intake.h"
#include "audit/audit.h"
#include "intake/intake.sql.h"
#include "media/media.h"
#include "intake/intake_in.h"
#include "os/hash.h"

static enum err must_find(struct ctx *c, project_id project, source_id source,
			  struct source_row *out)
{
	bool found;

	TRY(source_row(c, project, source, out, &found));
	if (!found || out->state == SOURCE_LEAVING)
		return refuse(c, ERR_MISSING, "there is no such source");
	return OK;
}

enum err intake_add(struct ctx *c, project_id project, struct str name, struct str sha256,
		    int64_t size, source_id *out)
{
	struct project_state state;
	struct source_last last;
	int64_t changed;

	TRY(project_must_be_draft(c, project, &state));
	name = str_trim(name);
	if (name.len == 0 || name.len > INTAKE_NAME_MAX || !kind_is_plain(name))
		return refuse_field(c, ERR_INPUT, S("name"),
				    "a name has 1 to %d bytes without control "
				    "characters",
				    INTAKE_NAME_MAX);
	TRY(source_last(c, project, &last));
	if (last.count >= INTAKE_SOURCES_MAX)
		return refuse(c, ERR_LIMIT, "a project has at most %d sources", INTAKE_SOURCES_MAX);
	source_id fresh = { last.id + 1 };
	TRY(source_add(c, project, fresh, name, sha256, size, c->now, &changed));
	if (changed == 0)
		return refuse(c, ERR_CONFLICT, "another file came at the same time: send it again");
	*out = fresh;
	return job_signal_part(c, "intake.check", project.v, fresh.v);
}

/* --- importing --- */

static bool has_column(const struct intake_columns *columns, struct str name)
{
	for (int i = 0; i < columns->count; i++)
		if (str_eq(columns->at[i].name, name))
			return true;
	return false;
}

/* Columns of the template may still come; but when there are records already, what it shows of
 * those must be here too. Known answers are compared when they are in: known.c. */
static enum err must_fit(struct ctx *c, const struct kind_template *t, bool more,
			 const struct intake_columns *columns)
{
	for (int i = 0; more && i < t->column_count; i++)
		if (!has_column(columns, t->column[i].name))
			return refuse_field(
				c, ERR_INPUT, t->column[i].name,
				"the template shows this column, and the file has none");
	return OK;
}

/*
 * The fields of the given answers that are taken: those that the template asks for, or all when it
 * asks for none of them yet, as a JSON list.
 */
static enum err take_given(struct ctx *c, const struct kind_template *t,
			   const struct intake_columns *columns, struct str *out)
{
	struct str *field = NEW_MANY(c->mem, struct str, (size_t)columns->count + 1);
	struct json list = json_make(c->mem, 1 << 16);
	int count = 0, asked = 0;

	for (int i = 0; i < columns->count; i++) {
		if (!intake_is_given(columns->at[i].name, &field[count]))
			continue;
		asked += kind_field_find(t, field[count]) != NULL;
		count++;
	}
	if (count == 0)
		return refuse_field(c, ERR_INPUT, S("given"), "no answers came with the file");
	json_list(&list);
	for (int i = 0; i < count; i++)
		if (asked == 0 || kind_field_find(t, field[i]) != NULL)
			json_put_text(&list, field[i]);
	json_list_end(&list);
	*out = json_end(&list);
	return OK;
}

static enum err start_import(struct ctx *c, project_id project, source_id source, bool skip_bad,
			     bool given, struct str key)
{
	struct str taken = S("");
	struct project_state state;
	struct kind_template template;
	struct source_row s;
	struct project p;
	struct record_last last;
	int64_t changed;

	/* Held, so that of two imports the second sees the first; the index is the last guard. */
	TRY(project_hold(c, project, &state));
	TRY(project_must_be_draft(c, project, &state));
	TRY(must_find(c, project, source, &s));
	if (s.state != SOURCE_CHECKED)
		return refuse(c, ERR_CONFLICT, "only a checked file can be imported");
	if (s.bad > 0 && !skip_bad)
		return refuse_field(c, ERR_CONFLICT, S("skip_bad"),
				    "%lld rows are bad: leave them out, or "
				    "send a better file",
				    (long long)s.bad);
	struct intake_columns columns = intake_columns_read(c->mem, s.columns);
	if (key.len > 0 && !has_column(&columns, key))
		return refuse_field(c, ERR_INPUT, S("key"), "the file has no such column");
	TRY(project_get(c, project, &p));
	TRY(project_template(c, &p, &template));
	TRY(must_fit(c, &template, state.records > 0, &columns));
	if (given)
		TRY(take_given(c, &template, &columns, &taken));
	TRY(record_last(c, project, &last));
	TRY(source_import_start(c, project, source, skip_bad, key, last.id + 1, taken, &changed));
	if (changed == 0)
		return refuse(c, ERR_CONFLICT, "another import is running");
	TRY(source_fault_clear(c, project, source, FAULTS_IMPORT, &changed));
	return job_signal_part(c, "intake.import", project.v, source.v);
}

enum err intake_import(struct ctx *c, project_id project, source_id source, bool skip_bad,
		       struct str key)
{
	return start_import(c, project, source, skip_bad, false, key);
}

enum err intake_import_given(struct ctx *c, project_id project, source_id source, bool skip_bad,
			     struct str key)
{
	return start_import(c, project, source, skip_bad, true, key);
}

enum err intake_drop(struct ctx *c, project_id project, source_id source)
{
	struct project_state state;
	struct source_row s;
	struct str columns;
	int64_t changed;
	bool moved = true;

	TRY(project_must_be_draft(c, project, &state));
	TRY(must_find(c, project, source, &s));
	if (s.state == SOURCE_IMPORTED) {
		TRY(intake_all_columns(c, project, source, NULL, &columns));
		TRY(project_records_shift(c, project, -s.records, -s.gold, columns, &moved));
	}
	if (!moved)
		return refuse(c, ERR_CONFLICT, "the project is published");
	TRY(source_state_set(c, project, source, s.state, SOURCE_LEAVING, S(""), &changed));
	if (changed == 0)
		return refuse(c, ERR_CONFLICT, "the source is being changed: try again");
	TRY(audit_add(c, project.v, S("source.drop"), source.v, S("")));
	return job_signal_part(c, "intake.drop", project.v, source.v);
}

enum err intake_drop_draft(struct ctx *c, project_id project)
{
	struct project_state state;
	struct source_list *rows;
	struct source_row s;
	size_t count;
	bool found, moved;

	TRY(project_must_be_draft(c, project, &state));
	TRY(source_list(c, project, &rows, &count));
	if (count == 0)
		return project_remove_draft(c, project);
	for (size_t i = 0; i < count; i++) {
		TRY(source_row(c, project, rows[i].id, &s, &found));
		if (found && s.state != SOURCE_LEAVING)
			TRY(intake_drop(c, project, rows[i].id));
	}
	TRY(project_state_move(c, project, PROJECT_DRAFT, PROJECT_LEAVING, &moved));
	if (!moved)
		return refuse(c, ERR_CONFLICT, "the project is published");
	return OK;
}

/* --- records --- */

enum err intake_record(struct ctx *c, project_id project, int64_t number, struct intake_record *out)
{
	struct record_get row;
	bool found;

	TRY(record_get(c, project, number, &row, &found));
	if (!found)
		return refuse(c, ERR_MISSING, "there is no such record");
	*out = (struct intake_record){
		.number = number,
		.source = row.source,
		.row = row.row_number,
		.fields = row.fields,
		.truth = row.truth,
	};
	return OK;
}

enum err intake_records(struct ctx *c, project_id project, int64_t after, int64_t limit,
			struct intake_record **out, size_t *count)
{
	struct record_list *rows;

	TRY(record_list(c, project, after, limit, &rows, count));
	*out = NEW_MANY(c->mem, struct intake_record, *count + 1);
	for (size_t i = 0; i < *count; i++)
		(*out)[i] = (struct intake_record){
			.number = rows[i].id,
			.source = rows[i].source,
			.row = rows[i].row_number,
			.fields = rows[i].fields,
			.truth = rows[i].truth,
		};
	return OK;
}

/* --- media --- */

static enum err site_key(struct ctx *c, unsigned char key[32])
{
	const struct intake_memory *memory = room_state(c, &intake_room);

	if (memory == NULL)
		return intake_site_key(c, key);
	memcpy(key, memory->key, sizeof(memory->key));
	return OK;
}

enum err intake_secret(struct ctx *c, struct str use, unsigned char key[32])
{
	unsigned char site[32];

	TRY(site_key(c, site));
	struct str made = hash_hmac(c->mem, (struct str){ (const char *)site, sizeof(site) }, use);
	memcpy(key, made.at, made.len);
	return OK;
}

enum err intake_media(struct ctx *c, struct intake_bound b, struct kind_media *out)
{
	out->bound = str_format(c->mem, "%lld-%lld-%lld-%lld", (long long)b.project.v,
				(long long)b.task, (long long)b.user, (long long)b.epoch);
	return site_key(c, out->key);
}

/* Written as intake_media writes it: there is one spelling, since the MAC is over it. */
static bool read_bound(struct str text, struct intake_bound *out)
{
	int64_t *const part[] = { &out->project.v, &out->task, &out->user, &out->epoch };
	struct str head, rest = text;

	for (size_t i = 0; i < sizeof(part) / sizeof(*part); i++) {
		bool more = str_split(rest, '-', &head, &rest);

		if (more != (i < 3) || !num_i64(more ? head : rest, 0, INT64_MAX, part[i]))
			return false;
	}
	return true;
}

enum err intake_media_open(struct ctx *c, struct str name, struct str bound, struct str mac,
			   struct intake_bound *out)
{
	struct kind_media media = { .bound = bound };
	struct str asset = name, cell;

	TRY(site_key(c, media.key));
	(void)kind_is_small(name, &asset);
	cell = str_format(c->mem, "asset:%.*s", STR_ARG(asset));
	if (!kind_is_asset(cell, &asset) || !kind_media_is_signed(c->mem, &media, name, mac) ||
	    !read_bound(bound, out))
		return refuse(c, ERR_MISSING, "there is no such picture");
	return OK;
}

void intake_media_send(struct ctx *c, struct str name, struct web_reply *reply)
{
	struct str asset = name, sha256, ending;
	bool is_small = kind_is_small(name, &asset);

	CHECK(str_split(asset, '.', &sha256, &ending));
	enum media_form form = media_form_by_ending(ending);
	const char *type = media_form_type(form);
	if (is_small)
		type = media_form_is_sound(form) ? "application/octet-stream" : "image/webp";
	web_header(reply, "Content-Security-Policy", S("default-src 'none'; sandbox"));
	web_header(reply, "Cache-Control", S("private, max-age=3600, immutable"));
	web_file(reply, type, is_small ? intake_small_path(c, sha256) : intake_path(c, sha256),
		 is_small ? S("") : sha256);
}
