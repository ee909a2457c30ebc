/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * `tessera project import`: the same three steps as in the browser (upload, check, import), one
 * after the other. Beside a server either of them may run the jobs; who waits looks at the source.
 */
#include <stdio.h>
#include "intake/api_in.h"
#include "intake/intake.sql.h"
#include "os/hash.h"

enum { PIECE = 1 << 18, WAIT_US = 100000, JOBS_AT_ONCE = 10 };

struct bringing {
	project_id project;
	source_id source;
	struct str name, sha256, key;
	int64_t size;
	bool skip_bad, given;
	struct source_row now;
	struct project_state state;
};

/* --- the file --- */

static enum err copy_bytes(struct ctx *c, struct os_file in, struct os_file out, struct hash *hash,
			   int64_t *size)
{
	char *piece = arena_take(c->mem, PIECE);
	size_t got = 1;

	for (*size = 0; got > 0; *size += (int64_t)got) {
		TRY(os_read(c, in, *size, piece, PIECE, &got));
		hash_add(hash, piece, got);
		TRY(os_write(c, out, (struct str){ piece, got }));
	}
	return OK;
}

static enum err copy_in(struct ctx *c, const char *from, const char *to, struct bringing *b)
{
	struct os_file in DEFER(os_close) = { OS_FILE_NONE };
	struct os_file out DEFER(os_close) = { OS_FILE_NONE };

	TRY(os_open_read(c, from, &in));
	TRY(os_create(c, to, &out));
	struct hash *hash = hash_start(c->mem);
	enum err err = copy_bytes(c, in, out, hash, &b->size);
	struct str sum = hash_end(hash); /* in any case: it holds more than memory of ours */
	b->sha256 = text_hex(c->mem, sum.at, sum.len);
	return err;
}

static enum err bring_file(struct ctx *c, const char *path, struct bringing *b)
{
	const char *packed = path, *copied;
	bool is_folder = os_is_folder(path);

	b->name = str_of(path);
	while (b->name.len > 1 && b->name.at[b->name.len - 1] == '/')
		b->name.len--;
	for (struct str head; str_split(b->name, '/', &head, &b->name) && b->name.len > 0;)
		;
	if (is_folder) {
		b->name = str_format(c->mem, "%.*s.zip", STR_ARG(b->name));
		TRY(intake_temporary(c, &packed));
		TRY(intake_archive_pack(c, path, packed));
	}
	TRY(intake_temporary(c, &copied));
	TRY(copy_in(c, packed, copied, b));
	if (is_folder)
		TRY(os_remove(c, packed));
	if (b->size == 0)
		return refuse(c, ERR_INPUT, "the file is empty");
	return intake_keep(c, copied, b->sha256);
}

/* --- the steps --- */

static enum err add_tx(struct ctx *c, void *arg)
{
	struct bringing *b = arg;
	struct project p;

	TRY(project_must_own(c, b->project, &p));
	return intake_add(c, b->project, b->name, b->sha256, b->size, &b->source);
}

static enum err import_tx(struct ctx *c, void *arg)
{
	struct bringing *b = arg;

	if (b->given)
		return intake_import_given(c, b->project, b->source, b->skip_bad, b->key);
	return intake_import(c, b->project, b->source, b->skip_bad, b->key);
}

static enum err look_tx(struct ctx *c, void *arg)
{
	struct bringing *b = arg;
	bool found;

	TRY(source_row(c, b->project, b->source, &b->now, &found));
	if (!found)
		return refuse(c, ERR_CONFLICT, "the source was taken out meanwhile");
	return project_state_get(c, b->project, &b->state);
}

/* Run jobs, or see others run them, until the source is in none of the two states and known
 * answers are compared. */
static enum err wait_out(struct ctx *c, const struct room_call *call, struct bringing *b,
			 int64_t busy, int64_t busy_too)
{
	struct progress *progress =
		progress_start(c->mem, call->clock, "import", "bytes", b->size, call->as_json);
	struct os_lock *lock = os_lock_new(c->mem);
	int ran;

	for (;;) {
		struct arena_mark mark = arena_mark(c->mem);

		TRY(store_in_tx(c, look_tx, b));
		progress_at(progress, b->now.at_byte);
		if (b->now.state != busy && b->now.state != busy_too && !b->state.gold_left)
			break;
		c->now = clock_now(call->clock);
		TRY(job_run_due(c, call->kinds, JOBS_AT_ONCE, &ran));
		if (ran == 0) {
			os_lock_take(lock);
			os_lock_wait(lock, WAIT_US);
			os_lock_give(lock);
		}
		arena_reset(c->mem, mark);
	}
	progress_done(progress);
	return OK;
}

static enum err print_source(struct ctx *c, const struct room_call *call, const struct bringing *b)
{
	int64_t bad = b->now.bad + b->now.import_bad;
	struct source_fault_list *rows;
	size_t count;

	if (!call->as_json) {
		printf("imported %lld records (%lld with a known answer) of %.*s; %lld rows "
		       "left out\n",
		       (long long)b->now.records, (long long)b->now.gold, STR_ARG(b->name),
		       (long long)bad);
		TRY(source_fault_list(c, b->project, b->source, FAULTS_KNOWN, FAULTS_KNOWN, &rows,
				      &count));
		for (size_t i = 0; i < count; i++)
			fprintf(stderr, "row %lld does not fit the questions: %.*s\n",
				(long long)rows[i].row_number, STR_ARG(rows[i].reason));
		return OK;
	}
	struct json j = json_make(c->mem, 4000);
	json_object(&j);
	json_id_of(&j, "project", b->project.v);
	json_id_of(&j, "source", b->source.v);
	json_i64_of(&j, "records", b->now.records);
	json_i64_of(&j, "gold", b->now.gold);
	json_i64_of(&j, "rows", b->now.rows_seen);
	json_i64_of(&j, "bad", bad);
	json_i64_of(&j, "gold_bad", b->state.gold_bad);
	json_object_end(&j);
	printf("%.*s\n", STR_ARG(json_end(&j)));
	return OK;
}

/* The first fault is the most useful thing to say. */
static enum err refuse_with_fault(struct ctx *c, const struct bringing *b, struct str message)
{
	struct source_fault_list *rows;
	size_t count;

	TRY(source_fault_list(c, b->project, b->source, FAULTS_CHECK, FAULTS_IMPORT, &rows,
			      &count));
	if (count == 0)
		return refuse(c, ERR_INPUT, "%.*s", STR_ARG(message));
	return refuse(c, ERR_INPUT, "%.*s; line %lld: %.*s", STR_ARG(message),
		      (long long)rows[0].line, STR_ARG(rows[0].reason));
}

enum err intake_import_command(struct ctx *c, const struct room_call *call)
{
	struct str path = room_option(call, "folder");
	struct bringing *b = NEW(c->mem, struct bringing);

	b->key = room_option(call, "key");
	b->skip_bad = room_flag(call, "skip-bad");
	b->given = room_flag(call, "given");
	if (!num_i64(room_option(call, "project"), 1, INT64_MAX, &b->project.v))
		return refuse_field(c, ERR_INPUT, S("project"), "this is a project's number");
	TRY(bring_file(c, str_c(c->mem, path), b));
	TRY(store_in_tx(c, add_tx, b));
	TRY(wait_out(c, call, b, SOURCE_CHECKING, SOURCE_CHECKING));
	if (b->now.state != SOURCE_CHECKED)
		return refuse_with_fault(c, b, b->now.message);
	TRY(store_in_tx(c, import_tx, b));
	TRY(wait_out(c, call, b, SOURCE_IMPORTING, SOURCE_UNDOING));
	if (b->now.state != SOURCE_IMPORTED)
		return refuse_with_fault(c, b, b->now.message);
	return print_source(c, call, b);
}

enum err intake_labelling_command(struct ctx *c, const struct room_call *call)
{
	struct kind_faults faults = kind_faults_make(c->mem, S(""));
	struct str xml, template;

	if (call->word_count != 1)
		return refuse(c, ERR_INPUT, "name one file");
	TRY(os_slurp(c, str_c(c->mem, call->words[0]), KIND_TEMPLATE_MAX + 1, &xml));
	if (intake_labelling_read(&faults, xml, &template)) {
		printf("%.*s\n", STR_ARG(template));
		return OK;
	}
	for (int i = 1; i < faults.count; i++)
		fprintf(stderr, "%.*s, line %d: %.*s\n", STR_ARG(faults.list[i].path),
			faults.list[i].line, STR_ARG(faults.list[i].message));
	return refuse(c, ERR_INPUT, "%.*s, line %d: %.*s", STR_ARG(faults.list[0].path),
		      faults.list[0].line, STR_ARG(faults.list[0].message));
}
