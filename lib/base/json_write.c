/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The writer appends to one buffer; whether a comma is due is one bit for each
 * level. Text that is not UTF-8 comes out with U+FFFD, so that what is written
 * can always be read.
 */
#include "base/json_in.h"

#include <math.h>

struct json json_make(struct arena *mem, size_t max)
{
	return (struct json){ .buf = buf_make(mem, max) };
}

/* Before each value and key: the comma that parts it from the one before. */
static void part(struct json *j)
{
	uint64_t bit = UINT64_C(1) << j->depth;

	if (j->after_key) {
		j->after_key = false;
		return;
	}
	if ((j->has_item & bit) != 0)
		buf_add_char(&j->buf, ',');
	j->has_item |= bit;
}

static void open_level(struct json *j, char c)
{
	part(j);
	buf_add_char(&j->buf, c);
	CHECK(j->depth < 63);
	j->depth++;
	j->has_item &= ~(UINT64_C(1) << j->depth);
}

static void close_level(struct json *j, char c)
{
	CHECK(j->depth > 0 && !j->after_key);
	j->depth--;
	buf_add_char(&j->buf, c);
}

void json_object(struct json *j)
{
	open_level(j, '{');
}

void json_object_end(struct json *j)
{
	close_level(j, '}');
}

void json_list(struct json *j)
{
	open_level(j, '[');
}

void json_list_end(struct json *j)
{
	close_level(j, ']');
}

/* One byte that may not stand in a string as it is. */
static void add_escape(struct buf *buf, unsigned char c)
{
	static const char from[] = "\"\\\b\f\n\r\t", into[] = "\"\\bfnrt";
	const char *found = c == 0 ? NULL : strchr(from, c);

	if (found != NULL) {
		char pair[] = { '\\', into[found - from] };

		buf_add(buf, (struct str){ pair, 2 });
	} else if (c < 0x20) {
		buf_format(buf, "\\u%04x", c);
	} else {
		buf_add(buf, S("\xEF\xBF\xBD")); /* not UTF-8: U+FFFD stands for it */
	}
}

static void add_string(struct buf *buf, struct str text)
{
	size_t run = 0, at = 0;

	buf_add_char(buf, '"');
	while (at < text.len) {
		at += json_plain_run(text.at + at, text.len - at);
		if (at == text.len)
			break;

		unsigned char c = (unsigned char)text.at[at];
		size_t step = c < 0x80 ? 0 : str_utf8_step(str_cut(text, at, text.len));

		if (step > 0) {
			at += step;
			continue;
		}
		buf_add(buf, str_cut(text, run, at));
		add_escape(buf, c);
		at++;
		run = at;
	}
	buf_add(buf, str_cut(text, run, text.len));
	buf_add_char(buf, '"');
}

void json_key_str(struct json *j, struct str key)
{
	CHECK(!j->after_key && j->depth > 0);
	part(j);
	add_string(&j->buf, key);
	buf_add_char(&j->buf, ':');
	j->after_key = true;
}

void json_key(struct json *j, const char *key)
{
	json_key_str(j, str_of(key));
}

void json_put_text(struct json *j, struct str text)
{
	part(j);
	add_string(&j->buf, text);
}

void json_put_i64(struct json *j, int64_t number)
{
	part(j);
	buf_add_i64(&j->buf, number);
}

void json_put_f64(struct json *j, double number)
{
	if (!isfinite(number)) {
		json_put_null(j);
		return;
	}

	struct arena_mark mark = arena_mark(j->buf.mem);
	struct str text = num_f64_text(j->buf.mem, number);
	char kept[40];

	CHECK(text.len <= sizeof(kept));
	memcpy(kept, text.at, text.len);
	arena_reset(j->buf.mem, mark);
	json_put_raw(j, (struct str){ kept, text.len });
}

void json_put_bool(struct json *j, bool yes)
{
	json_put_raw(j, yes ? S("true") : S("false"));
}

void json_put_null(struct json *j)
{
	json_put_raw(j, S("null"));
}

void json_put_raw(struct json *j, struct str value)
{
	part(j);
	buf_add(&j->buf, value.len == 0 ? S("null") : value);
}

static void put_children(struct json *j, const struct json_value *parent)
{
	for (const struct json_value *child = parent->first; child != NULL; child = child->next) {
		if (parent->type == JSON_OBJECT)
			json_key_str(j, child->key);
		json_put_value(j, child);
	}
}

void json_put_value(struct json *j, const struct json_value *value)
{
	switch (value == NULL ? JSON_NULL : value->type) {
	case JSON_NULL:
		json_put_null(j);
		break;
	case JSON_FALSE:
	case JSON_TRUE:
		json_put_bool(j, value->type == JSON_TRUE);
		break;
	case JSON_NUMBER:
		json_put_raw(j, value->text);
		break;
	case JSON_TEXT:
		json_put_text(j, value->text);
		break;
	case JSON_LIST:
		json_list(j);
		put_children(j, value);
		json_list_end(j);
		break;
	case JSON_OBJECT:
		json_object(j);
		put_children(j, value);
		json_object_end(j);
		break;
	}
}

void json_text_of(struct json *j, const char *key, struct str text)
{
	json_key(j, key);
	json_put_text(j, text);
}

void json_i64_of(struct json *j, const char *key, int64_t number)
{
	json_key(j, key);
	json_put_i64(j, number);
}

void json_f64_of(struct json *j, const char *key, double number)
{
	json_key(j, key);
	json_put_f64(j, number);
}

void json_bool_of(struct json *j, const char *key, bool yes)
{
	json_key(j, key);
	json_put_bool(j, yes);
}

void json_null_of(struct json *j, const char *key)
{
	json_key(j, key);
	json_put_null(j);
}

void json_raw_of(struct json *j, const char *key, struct str value)
{
	json_key(j, key);
	json_put_raw(j, value);
}

void json_id_of(struct json *j, const char *key, int64_t id)
{
	json_key(j, key);
	part(j);
	buf_add_char(&j->buf, '"');
	buf_add_i64(&j->buf, id);
	buf_add_char(&j->buf, '"');
}

void json_money_of(struct json *j, const char *key, money m)
{
	json_i64_of(j, key, m.minor);
}

void json_time_of(struct json *j, const char *key, usec t)
{
	if (t.us == 0) {
		json_null_of(j, key);
		return;
	}

	struct arena_mark mark = arena_mark(j->buf.mem);
	struct str text = usec_text(j->buf.mem, t);
	char kept[40];

	CHECK(text.len <= sizeof(kept));
	memcpy(kept, text.at, text.len);
	arena_reset(j->buf.mem, mark);
	json_text_of(j, key, (struct str){ kept, text.len });
}

struct str json_end(struct json *j)
{
	CHECK(j->depth == 0 && !j->after_key);
	return buf_str(&j->buf);
}
