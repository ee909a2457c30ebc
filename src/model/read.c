/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The reader: pieces of the file become lines, lines become three numbers, and at the end the
 * numbers are put in order of task and worker by counting. TSV has a road of its own, because most
 * large files are TSV and its lines need no unescaping.
 */
#include "model/read_in.h"

enum { PIECE = 1 << 18, LINE_BYTES = 1 << 20, FIELDS_MAX = 64, START_BYTES = 1 << 16 };

struct reading {
	const struct read_options *options;
	struct read_answers *out;
	struct gzip *file;
	char *piece;
	size_t filled; /* bytes in piece */
	bool ended;
	enum csv_form form;
	int column[3]; /* where task, worker and label stand; -1: no such */
	int64_t line;
	struct chunk *chunk, *first;
	struct progress *progress;
};

static const char *const words[3][12] = {
	{ "task", "task_id", "item", "item_id", "question", "unit", "object", "example", "hit" },
	{ "worker", "worker_id", "workerid", "annotator", "annotator_id", "user", "user_id",
	  "performer", "coder", "rater" },
	{ "label", "answer", "response", "output", "text", "value", "truth", "gold", "result",
	  "rating", "rank" },
};

static bool is_word(struct str field, int which)
{
	for (int i = 0; i < 12 && words[which][i] != NULL; i++)
		if (str_eq_nocase(str_trim(field), str_of(words[which][i])))
			return true;
	return false;
}

/* Whether these are column names; then the places are set. */
static bool is_header(struct reading *r, const struct str *field, int count)
{
	int at[3] = { -1, -1, -1 };

	for (int i = 0; i < count; i++)
		for (int which = 0; which < 3; which++)
			if (at[which] < 0 && is_word(field[i], which))
				at[which] = i;
	if (at[0] < 0 || at[2] < 0 || (r->options->with_worker && at[1] < 0))
		return false;
	memcpy(r->column, at, sizeof(at));
	return true;
}

static void first_columns(struct reading *r)
{
	r->column[0] = 0;
	r->column[1] = r->options->with_worker ? 1 : -1;
	r->column[2] = r->options->with_worker ? 2 : 1;
}

static enum err take(struct ctx *c, struct reading *r, const struct str *field, int count)
{
	struct read_answers *out = r->out;
	struct read_names *names[3] = { &out->task, &out->worker, &out->label };
	int32_t id[3] = { 0 };

	for (int i = 0; i < 3; i++)
		if (r->column[i] >= count)
			return refuse(c, ERR_INPUT, "line %lld: %d fields are too few",
				      (long long)r->line, count);
	if (field[r->column[2]].len == 0) {
		out->empty++;
		return OK;
	}
	for (int i = 0; i < 3; i++) {
		if (r->column[i] < 0)
			continue;
		if (field[r->column[i]].len == 0)
			return refuse(c, ERR_INPUT, "line %lld: the %s has no name",
				      (long long)r->line, words[i][0]);
		if (!names_add(names[i], field[r->column[i]], &id[i]))
			return refuse(c, ERR_INPUT, "line %lld: the %s is not UTF-8 text",
				      (long long)r->line, words[i][0]);
	}
	if (out->label.count > r->options->labels_max)
		return refuse(c, ERR_LIMIT,
			      "line %lld: more than %lld different labels; is this the right "
			      "column, or is the kind text or number?",
			      (long long)r->line, (long long)r->options->labels_max);
	if (out->count == MODEL_ANSWERS_MAX)
		return refuse(c, ERR_LIMIT, "more than %d answers", MODEL_ANSWERS_MAX);
	if (r->chunk == NULL || r->chunk->count == CHUNK_ANSWERS) {
		struct chunk *chunk = chunk_new(r->chunk);

		if (r->chunk != NULL)
			r->chunk->next = chunk;
		else
			r->first = chunk;
		r->chunk = chunk;
	}
	chunk_add(r->chunk, id);
	out->count++;
	return OK;
}

static enum err fill(struct ctx *c, struct reading *r)
{
	size_t got;

	TRY(gzip_read(c, r->file, r->piece + r->filled, PIECE, &got));
	r->ended = got == 0;
	r->filled += got;
	progress_at(r->progress, gzip_at(r->file) / 1000);
	return OK;
}

/* --- TSV --- */

static int split(struct str line, struct str *field)
{
	int count = 0;

	while (count < FIELDS_MAX - 1 && str_split(line, '\t', &field[count], &line))
		count++;
	field[count++] = line;
	return count;
}

static enum err take_line(struct ctx *c, struct reading *r, struct str line)
{
	struct str field[FIELDS_MAX];
	int count;

	r->line++;
	if (line.len > 0 && line.at[line.len - 1] == '\r')
		line.len--;
	if (r->line == 1 && str_starts(line, S("\xef\xbb\xbf")))
		line = str_cut(line, 3, line.len);
	if (line.len == 0)
		return OK;
	count = split(line, field);
	if (r->line == 1 && is_header(r, field, count))
		return OK;
	return take(c, r, field, count);
}

static enum err read_tsv(struct ctx *c, struct reading *r)
{
	first_columns(r);
	for (;;) {
		size_t at = 0;
		const char *end;

		while ((end = memchr(r->piece + at, '\n', r->filled - at)) != NULL) {
			size_t to = (size_t)(end - r->piece);

			TRY(take_line(c, r, (struct str){ r->piece + at, to - at }));
			at = to + 1;
		}
		r->filled -= at;
		memmove(r->piece, r->piece + at, r->filled);
		if (r->ended)
			break;
		if (r->filled > LINE_BYTES)
			return refuse(c, ERR_LIMIT, "line %lld is longer than %d bytes",
				      (long long)r->line + 1, LINE_BYTES);
		TRY(fill(c, r));
	}
	return r->filled > 0 ? take_line(c, r, (struct str){ r->piece, r->filled }) : OK;
}

/* --- CSV and JSON Lines --- */

static enum err take_record(struct ctx *c, struct reading *r, struct csv_reader *reader,
			    const struct csv_record *record)
{
	const struct str *names = NULL;
	const char *bad;
	int count = 0;

	r->line = record->line;
	if (record->bad != NULL)
		return refuse(c, ERR_INPUT, "line %lld: %s", (long long)record->line, record->bad);
	if (r->form >= CSV_JSONL && record->number == 1)
		count = csv_header(reader, &names, &bad);
	if (count > 0 && !is_header(r, names, count))
		return refuse(c, ERR_INPUT, "line %lld: there is no member task%s and label",
			      (long long)record->line, r->options->with_worker ? ", worker" : "");
	if (r->form < CSV_JSONL && record->number == 1 &&
	    is_header(r, record->field, record->field_count))
		return OK;
	if (record->field_count == 1 && record->field[0].len == 0)
		return OK;
	return take(c, r, record->field, record->field_count);
}

/* A CSV's first line is given as a record, so that it may be no header. */
static void name_columns(struct ctx *c, struct reading *r, struct csv_reader *reader)
{
	struct str first = { r->piece, r->filled }, rest;
	int count = 1;

	(void)str_split(first, '\n', &first, &rest);
	for (size_t i = 0; i < first.len; i++)
		count += first.at[i] == ',' || first.at[i] == ';' || first.at[i] == '|';
	count = count < FIELDS_MAX ? count : FIELDS_MAX;

	struct str *name = NEW_MANY(c->mem, struct str, (size_t)count);

	for (int i = 0; i < count; i++)
		name[i] = str_format(c->mem, "%d", i);
	csv_resume(reader, name, count, 0, 1, 1);
}

static enum err read_records(struct ctx *c, struct reading *r)
{
	struct arena *mem = arena_new(0);
	struct csv_reader *reader = csv_reader_new(mem, r->form, (struct csv_limits){ 0 });
	struct csv_record record;
	enum err err = OK;

	first_columns(r);
	if (r->form < CSV_JSONL)
		name_columns(c, r, reader);
	for (;;) {
		csv_feed(reader, (struct str){ r->piece, r->filled }, r->ended);
		while (err == OK && csv_next(reader, &record))
			err = take_record(c, r, reader, &record);
		r->filled = 0;
		if (err != OK || r->ended)
			break;
		err = fill(c, r);
	}
	arena_free(mem);
	return err;
}

/* --- order --- */

struct ranks {
	const int32_t *of[3];
};

static void scatter(struct reading *r, const struct ranks *ranks, int32_t *next)
{
	struct read_answers *out = r->out;
	const uint32_t labels = (uint32_t)out->label.count;

	while (r->first != NULL) {
		struct chunk *chunk = r->first;

		for (int32_t i = 0; i < chunk->count; i++) {
			int32_t task = ranks->of[0][chunk_get(chunk, 0, i)];
			int32_t label = ranks->of[2][chunk_get(chunk, 2, i)];
			int32_t at = next[task]++;

			out->key[at] = r->options->with_worker ?
					       (uint32_t)ranks->of[1][chunk_get(chunk, 1, i)] :
					       0;
			if (r->options->apart)
				out->value[at] = label;
			else
				out->key[at] = out->key[at] * labels + (uint32_t)label;
		}
		r->first = chunk->next;
		arena_free(chunk->mem);
	}
}

/* Stable, by worker: `list` holds worker << 32 | label. */
static void sort_task(uint64_t *list, uint64_t *other, int32_t count)
{
	for (int32_t width = 1; width < count; width *= 2) {
		for (int32_t from = 0; from < count; from += 2 * width) {
			int32_t i = from, end_i = from + width < count ? from + width : count;
			int32_t j = end_i, end = end_i + width < count ? end_i + width : count;

			for (int32_t to = from; to < end; to++)
				if (i < end_i && (j >= end || list[i] >> 32 <= list[j] >> 32))
					other[to] = list[i++];
				else
					other[to] = list[j++];
		}
		memcpy(list, other, (size_t)count * sizeof(*list));
	}
}

static void order_workers(struct reading *r, struct arena *scratch)
{
	struct read_answers *out = r->out;
	const uint32_t labels = (uint32_t)out->label.count;
	int32_t most = 0, to = 0;

	for (int32_t t = 0; t < out->task.count; t++)
		most = out->from[t + 1] - out->from[t] > most ? out->from[t + 1] - out->from[t] :
								most;

	uint64_t *list = NEW_MANY(scratch, uint64_t, (size_t)most);
	uint64_t *other = NEW_MANY(scratch, uint64_t, (size_t)most);

	for (int32_t t = 0, from = 0; t < out->task.count; t++) {
		const int32_t n = out->from[t + 1] - from;

		for (int32_t i = 0; i < n; i++) {
			uint32_t key = out->key[from + i];

			list[i] = out->value != NULL ?
					  (uint64_t)key << 32 | (uint32_t)out->value[from + i] :
					  (uint64_t)(key / labels) << 32 | key % labels;
		}
		sort_task(list, other, n);
		from = out->from[t + 1];
		for (int32_t i = 0; i < n; i++) {
			uint32_t worker = (uint32_t)(list[i] >> 32), label = (uint32_t)list[i];

			if (i > 0 && list[i - 1] >> 32 == worker && !r->options->keep_repeated) {
				out->repeated++;
				continue;
			}
			out->key[to] = out->value != NULL ? worker : worker * labels + label;
			if (out->value != NULL)
				out->value[to] = (int32_t)label;
			to++;
		}
		out->from[t + 1] = to;
	}
	out->count = to;
}

static enum err put_in_order(struct ctx *c, struct reading *r)
{
	struct read_answers *out = r->out;
	const size_t tasks = (size_t)out->task.count, count = (size_t)out->count;
	struct arena *scratch = arena_new(0);
	struct ranks ranks;

	if (!r->options->apart && (int64_t)out->worker.count * out->label.count > UINT32_MAX) {
		arena_free(scratch);
		return refuse(c, ERR_LIMIT, "%d workers with %d labels are too many",
			      out->worker.count, out->label.count);
	}
	out->from = NEW_MANY(c->mem, int32_t, tasks + 1);
	out->key = NEW_MANY(c->mem, uint32_t, count);
	out->value = r->options->apart ? NEW_MANY(c->mem, int32_t, count) : NULL;
	ranks.of[0] = names_sort(&out->task, false, scratch);
	ranks.of[1] = names_sort(&out->worker, false, scratch);
	ranks.of[2] = names_sort(&out->label, r->options->by_value, scratch);
	for (struct chunk *chunk = r->first; chunk != NULL; chunk = chunk->next)
		for (int32_t i = 0; i < chunk->count; i++)
			out->from[ranks.of[0][chunk_get(chunk, 0, i)] + 1]++;
	for (size_t t = 0; t < tasks; t++)
		out->from[t + 1] += out->from[t];

	int32_t *next = NEW_MANY(scratch, int32_t, tasks + 1);

	memcpy(next, out->from, (tasks + 1) * sizeof(*next));
	scatter(r, &ranks, next);
	if (r->options->with_worker)
		order_workers(r, scratch);
	arena_free(scratch);
	return OK;
}

static void drop_chunks(struct reading *r)
{
	while (r->first != NULL) {
		struct chunk *next = r->first->next;

		arena_free(r->first->mem);
		r->first = next;
	}
}

static struct str base_name(const char *path)
{
	struct str name = str_of(path);

	if (str_ends(name, S(".gz")))
		name.len -= 3;
	return name;
}

static enum err read_all(struct ctx *c, struct reading *r, const char *path)
{
	struct str name = base_name(path);

	TRY(gzip_open(c, path, &r->file));
	r->progress = progress_start(c->mem, r->options->clock, "read", "KB",
				     gzip_size(r->file) < 0 ? -1 : gzip_size(r->file) / 1000,
				     r->options->quiet);
	while (!r->ended && r->filled < START_BYTES)
		TRY(fill(c, r));
	if (str_ends(name, S(".tsv")))
		r->form = CSV_TAB;
	else
		r->form = csv_sniff((struct str){ r->piece, r->filled }, name);
	if (r->form == CSV_TAB)
		return read_tsv(c, r);
	return read_records(c, r);
}

enum err read_file(struct ctx *c, const char *path, const struct read_options *options,
		   struct read_answers *out)
{
	struct reading r = { .options = options, .out = out };
	struct arena *mem = arena_new(0);
	enum err err;

	*out = (struct read_answers){ 0 };
	names_make(c->mem, &out->task);
	names_make(c->mem, &out->worker);
	names_make(c->mem, &out->label);
	r.piece = arena_take(mem, LINE_BYTES + 2 * PIECE);
	err = read_all(c, &r, path);
	names_forget_table(&out->task);
	names_forget_table(&out->worker);
	names_forget_table(&out->label);
	if (err == OK)
		err = put_in_order(c, &r);
	if (r.progress != NULL)
		progress_done(r.progress);
	gzip_close(&r.file);
	drop_chunks(&r);
	arena_free(mem);
	return err;
}
