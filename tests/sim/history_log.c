/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Keeping a history, and reading and writing it as JSON lines. */
#include "tests/sim/history.h"

static const char *const op_word[HISTORY_OP_COUNT] = {
#define HISTORY_WORD(name, word) word,
	HISTORY_OPS(HISTORY_WORD)
#undef HISTORY_WORD
};
static const char *const end_word[] = { "unknown", "ok", "refused" };

struct history history_make(struct arena *mem)
{
	return (struct history){ .mem = mem };
}

size_t history_call(struct history *h, struct history_event e)
{
	if (h->count == h->size) {
		size_t size = h->size == 0 ? 256 : 2 * h->size;
		struct history_event *more = NEW_MANY(h->mem, struct history_event, size);

		if (h->count > 0)
			memcpy(more, h->event, h->count * sizeof(*more));
		h->event = more;
		h->size = size;
	}
	e.text = str_copy(h->mem, e.text);
	if (e.id == 0)
		e.id = (int64_t)h->count + 1;
	h->event[h->count] = e;
	return h->count++;
}

/* --- reading --- */

static void take_number(const struct json_value *line, struct str key, int64_t *out)
{
	const struct json_value *v = json_get(line, key);
	struct str text;
	int64_t value;

	if (json_i64(v, INT64_MIN, INT64_MAX, &value) ||
	    (json_text(v, &text) && num_i64(text, INT64_MIN, INT64_MAX, &value)))
		*out = value;
}

static void take_members(struct history *h, const struct json_value *line, struct history_event *e)
{
	struct str text;

	take_number(line, S("project"), &e->project);
	take_number(line, S("task"), &e->task);
	take_number(line, S("worker"), &e->worker);
	take_number(line, S("epoch"), &e->epoch);
	take_number(line, S("account"), &e->account);
	take_number(line, S("amount"), &e->amount);
	if (json_text(json_get(line, S("text")), &text))
		e->text = str_copy(h->mem, text);
}

static int word_of(const char *const *words, int count, struct str word)
{
	for (int i = 0; i < count; i++)
		if (str_eq(word, str_of(words[i])))
			return i;
	return -1;
}

/* The request that an end belongs to: the latest of that number in this log. */
static struct history_event *event_of(struct history *h, size_t from, int64_t id)
{
	for (size_t i = h->count; i > from; i--)
		if (h->event[i - 1].id == id)
			return &h->event[i - 1];
	return NULL;
}

static bool take_line(struct history *h, size_t from, const struct json_value *line)
{
	struct history_event e = { 0 };
	struct history_event *known;
	struct str word;

	take_number(line, S("id"), &e.id);
	if (json_text(json_get(line, S("op")), &word)) {
		int op = word_of(op_word, HISTORY_OP_COUNT, word);

		e.op = (enum history_op)op;
		take_members(h, line, &e);
		if (op >= 0)
			(void)history_call(h, e);
		return op >= 0;
	}
	known = event_of(h, from, e.id);
	if (known == NULL || !json_text(json_get(line, S("end")), &word))
		return false;
	int end = word_of(end_word, 3, word);

	if (end >= 0)
		known->end = (enum history_end)end;
	take_members(h, line, known);
	return end >= 0;
}

enum err history_read(struct ctx *c, struct history *h, struct str lines)
{
	size_t from = h->count;
	int number = 0;

	while (lines.len > 0) {
		struct arena_mark mark = arena_mark(c->mem);
		struct str line, rest = { 0 };
		struct json_value *value;
		struct json_fault fault;

		if (!str_split(lines, '\n', &line, &rest)) {
			line = lines;
			rest = (struct str){ 0 };
		}
		number++;
		/* A client that was killed may leave half a line at the end. */
		if (line.len > 0 &&
		    (!json_read(c->mem, line, &value, &fault) || !take_line(h, from, value)) &&
		    rest.len > 0)
			return refuse(c, ERR_INPUT, "line %d is none of a history", number);
		arena_reset(c->mem, mark);
		lines = rest;
	}
	return OK;
}

/* --- writing --- */

static void put_line(struct json *j, const struct history_event *e)
{
	json_object(j);
	json_i64_of(j, "id", e->id);
	json_text_of(j, "op", str_of(op_word[e->op]));
	if (e->project != 0)
		json_i64_of(j, "project", e->project);
	if (e->task != 0)
		json_i64_of(j, "task", e->task);
	if (e->worker != 0)
		json_i64_of(j, "worker", e->worker);
	if (e->epoch != 0)
		json_i64_of(j, "epoch", e->epoch);
	if (e->account != 0)
		json_i64_of(j, "account", e->account);
	if (e->amount != 0)
		json_i64_of(j, "amount", e->amount);
	if (e->text.len > 0)
		json_text_of(j, "text", e->text);
	json_object_end(j);
}

struct str history_text(const struct history *h, struct arena *mem, size_t max)
{
	struct buf out = buf_make(mem, max);

	for (size_t i = 0; i < h->count; i++) {
		const struct history_event *e = &h->event[i];
		struct arena_mark mark = arena_mark(h->mem);
		struct json j = json_make(h->mem, 100000);

		put_line(&j, e);
		buf_add(&out, json_end(&j));
		buf_format(&out, "\n{\"id\":%lld,\"end\":\"%s\"}\n", (long long)e->id,
			   end_word[e->end]);
		arena_reset(h->mem, mark);
	}
	return buf_str(&out);
}
