/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The reader copies the text once into the arena, behind it a NUL, and unescapes
 * strings in place there: no string is taken alone, no step looks for the end.
 * Streaming events were turned down: every caller wants the tree, and the sizes
 * are bounded.
 */
#include "base/json_in.h"

#include <stdlib.h>

/* Objects of more members are looked through for repeats by sorting their keys. */
enum { MEMBERS_FEW = 16 };

struct reader {
	struct arena *mem;
	char *start;
	char *at;
	const char *end;
	const char *reason;
};

static bool wrong(struct reader *r, const char *reason)
{
	r->reason = reason;
	return false;
}

static void skip_blanks(struct reader *r)
{
	while (*r->at == ' ' || *r->at == '\n' || *r->at == '\r' || *r->at == '\t')
		r->at++;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* --- strings --- */

static bool read_hex(struct reader *r, uint32_t *out)
{
	uint32_t unit = 0;

	for (int i = 0; i < 4; i++) {
		char c = *r->at;
		uint32_t four;

		if (is_digit(c))
			four = (uint32_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			four = (uint32_t)(c - 'a' + 10);
		else if (c >= 'A' && c <= 'F')
			four = (uint32_t)(c - 'A' + 10);
		else
			return wrong(r, "\\u wants four hexadecimal digits");
		unit = unit << 4 | four;
		r->at++;
	}
	*out = unit;
	return true;
}

static char *put_point(char *to, uint32_t point)
{
	if (point < 0x80) {
		*to++ = (char)point;
		return to;
	}
	if (point < 0x800) {
		*to++ = (char)(0xC0 | point >> 6);
	} else {
		if (point < 0x10000) {
			*to++ = (char)(0xE0 | point >> 12);
		} else {
			*to++ = (char)(0xF0 | point >> 18);
			*to++ = (char)(0x80 | (point >> 12 & 63));
		}
		*to++ = (char)(0x80 | (point >> 6 & 63));
	}
	*to++ = (char)(0x80 | (point & 63));
	return to;
}

/* Behind `\u`: one code point, which may take a second `\u`. */
static bool read_point(struct reader *r, uint32_t *out)
{
	uint32_t high, low;

	if (!read_hex(r, &high))
		return false;
	if (high == 0)
		return wrong(r, "a string holds a NUL");
	if (high < 0xD800 || high > 0xDFFF) {
		*out = high;
		return true;
	}
	if (high > 0xDBFF || r->at[0] != '\\' || r->at[1] != 'u')
		return wrong(r, "half of a surrogate pair stands alone");
	r->at += 2;
	if (!read_hex(r, &low))
		return false;
	if (low < 0xDC00 || low > 0xDFFF)
		return wrong(r, "half of a surrogate pair stands alone");
	*out = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
	return true;
}

/* At a backslash: what it stands for goes to `*to`. */
static bool read_escape(struct reader *r, char **to)
{
	static const char from[] = "\"\\/bfnrt", into[] = "\"\\/\b\f\n\r\t";
	char c = r->at[1];
	uint32_t point;

	if (c == 'u') {
		r->at += 2;
		if (!read_point(r, &point))
			return false;
		*to = put_point(*to, point);
		return true;
	}

	const char *found = c == '\0' ? NULL : strchr(from, c);

	if (found == NULL)
		return wrong(r, r->at + 1 == r->end ? "a string does not end" :
						      "there is no such escape in a string");
	*(*to)++ = into[found - from];
	r->at += 2;
	return true;
}

/* Behind the opening quote. Until the first escape nothing is moved. */
static bool read_string(struct reader *r, struct str *out)
{
	char *start = r->at;
	char *to = NULL;

	for (;;) {
		char *run = r->at;
		char *p = run + json_plain_run(run, (size_t)(r->end - run));

		while ((unsigned char)*p >= 0x80) {
			size_t step = str_utf8_step((struct str){ p, (size_t)(r->end - p) });

			if (step == 0) {
				r->at = p;
				return wrong(r, "a string is not UTF-8");
			}
			p += step;
		}
		if (to != NULL && p > run) {
			memmove(to, run, (size_t)(p - run));
			to += p - run;
		}
		r->at = p;
		if (*p == '"') {
			*out = (struct str){ start, (size_t)((to == NULL ? p : to) - start) };
			r->at++;
			return true;
		}
		if (*p == '\\') {
			to = to == NULL ? p : to;
			if (!read_escape(r, &to))
				return false;
		} else if ((unsigned char)*p < 0x20) {
			return wrong(r, p == r->end ? "a string does not end" :
						      "a control character stands in a string");
		}
	}
}

/* --- numbers and words --- */

static bool read_digits(struct reader *r)
{
	if (!is_digit(*r->at))
		return wrong(r, "a number wants a digit here");
	while (is_digit(*r->at))
		r->at++;
	return true;
}

static bool read_number(struct reader *r, struct json_value *value)
{
	const char *start = r->at;

	if (*r->at == '-')
		r->at++;
	if (r->at[0] == '0' && is_digit(r->at[1]))
		return wrong(r, "a number starts with a needless zero");
	if (!read_digits(r))
		return false;
	if (*r->at == '.') {
		r->at++;
		if (!read_digits(r))
			return false;
	}
	if (*r->at == 'e' || *r->at == 'E') {
		r->at++;
		if (*r->at == '+' || *r->at == '-')
			r->at++;
		if (!read_digits(r))
			return false;
	}
	value->type = JSON_NUMBER;
	value->text = (struct str){ start, (size_t)(r->at - start) };
	return true;
}

static bool read_word(struct reader *r, struct json_value *value, struct str word,
		      enum json_type type)
{
	struct str here = { r->at, (size_t)(r->end - r->at) };

	if (!str_starts(here, word))
		return wrong(r, "this is no value");
	r->at += word.len;
	value->type = type;
	return true;
}

/* --- lists and objects --- */

static bool read_value(struct reader *r, struct json_value *value, int depth);

static struct json_value *new_child(struct reader *r, struct json_value *parent,
				    struct json_value *last)
{
	if (arena_is_spent(r->mem)) {
		(void)wrong(r, "there are more values than fit into memory");
		return NULL;
	}

	struct json_value *child = NEW(r->mem, struct json_value);

	if (last == NULL)
		parent->first = child;
	else
		last->next = child;
	parent->count++;
	return child;
}

/* Behind an item: true at the end or before the next one. */
static bool read_comma(struct reader *r, char end, bool *more)
{
	skip_blanks(r);
	*more = *r->at == ',';
	if (!*more && *r->at != end)
		return wrong(r, end == '}' ? "an object wants a comma or } here" :
					     "a list wants a comma or ] here");
	r->at++;
	return true;
}

static bool read_list(struct reader *r, struct json_value *list, int depth)
{
	struct json_value *last = NULL;
	bool more = true;

	list->type = JSON_LIST;
	skip_blanks(r);
	if (*r->at == ']') {
		r->at++;
		return true;
	}
	while (more) {
		last = new_child(r, list, last);
		if (last == NULL || !read_value(r, last, depth) || !read_comma(r, ']', &more))
			return false;
	}
	return true;
}

static bool has_key(const struct json_value *object, const struct json_value *until)
{
	for (const struct json_value *member = object->first; member != until;
	     member = member->next)
		if (member->key.len == until->key.len && str_eq(member->key, until->key))
			return true;
	return false;
}

static int by_key_and_place(const void *a, const void *b)
{
	const struct json_value *const *left = a;
	const struct json_value *const *right = b;
	int order = str_compare((*left)->key, (*right)->key);

	return order != 0 ? order : ((*left)->from > (*right)->from) * 2 - 1;
}

/* Sorting is steady work for every choice of keys; a hash table could be made to fail. */
static bool keys_differ(struct reader *r, const struct json_value *object)
{
	struct arena_mark mark = arena_mark(r->mem);
	const struct json_value **sorted;
	const struct json_value *repeat = NULL;
	size_t count = 0;

	if (arena_left(r->mem) / sizeof(struct json_value *) <= object->count)
		return wrong(r, "there are more values than fit into memory");
	sorted = NEW_MANY(r->mem, const struct json_value *, object->count);
	for (const struct json_value *member = object->first; member != NULL; member = member->next)
		sorted[count++] = member;
	qsort(sorted, count, sizeof(const struct json_value *), by_key_and_place);
	for (size_t i = 1; i < count; i++)
		if (str_eq(sorted[i - 1]->key, sorted[i]->key) &&
		    (repeat == NULL || sorted[i]->from < repeat->from))
			repeat = sorted[i];
	arena_reset(r->mem, mark);
	if (repeat == NULL)
		return true;
	r->at = r->start + (repeat->key.at - 1 - r->start);
	return wrong(r, "an object has this key twice");
}

static bool read_member(struct reader *r, struct json_value *object, struct json_value *member,
			int depth)
{
	char *start = r->at;

	if (*r->at != '"')
		return wrong(r, "a key in quotes is wanted here");
	r->at++;
	if (!read_string(r, &member->key))
		return false;
	if (object->count <= MEMBERS_FEW && has_key(object, member)) {
		r->at = start;
		return wrong(r, "an object has this key twice");
	}
	skip_blanks(r);
	if (*r->at != ':')
		return wrong(r, "a colon is wanted behind a key");
	r->at++;
	return read_value(r, member, depth);
}

static bool read_object(struct reader *r, struct json_value *object, int depth)
{
	struct json_value *last = NULL;
	bool more = true;

	object->type = JSON_OBJECT;
	skip_blanks(r);
	if (*r->at == '}') {
		r->at++;
		return true;
	}
	while (more) {
		skip_blanks(r);
		last = new_child(r, object, last);
		if (last == NULL || !read_member(r, object, last, depth) ||
		    !read_comma(r, '}', &more))
			return false;
	}
	return object->count <= MEMBERS_FEW || keys_differ(r, object);
}

/* `depth` is how many lists and objects are open. */
static bool read_value(struct reader *r, struct json_value *value, int depth)
{
	bool good;

	skip_blanks(r);
	value->from = (size_t)(r->at - r->start);
	switch (*r->at) {
	case '"':
		r->at++;
		value->type = JSON_TEXT;
		good = read_string(r, &value->text);
		break;
	case '{':
	case '[':
		if (depth == JSON_DEPTH_MAX)
			return wrong(r, "lists and objects are nested too deep");
		r->at++;
		good = r->at[-1] == '{' ? read_object(r, value, depth + 1) :
					  read_list(r, value, depth + 1);
		break;
	case 't':
		good = read_word(r, value, S("true"), JSON_TRUE);
		break;
	case 'f':
		good = read_word(r, value, S("false"), JSON_FALSE);
		break;
	case 'n':
		good = read_word(r, value, S("null"), JSON_NULL);
		break;
	default:
		if (*r->at != '-' && !is_digit(*r->at))
			return wrong(r, r->at == r->end ? "a value is wanted here" :
							  "this is no value");
		good = read_number(r, value);
	}
	value->to = (size_t)(r->at - r->start);
	return good;
}

static void tell_place(struct str text, size_t at, struct json_fault *fault)
{
	size_t line_start = 0;

	fault->at = at;
	fault->line = 1;
	for (size_t i = 0; i < at; i++) {
		if (text.at[i] != '\n')
			continue;
		fault->line++;
		line_start = i + 1;
	}
	fault->column = 1 + (int)str_points(str_cut(text, line_start, at));
}

bool json_read(struct arena *mem, struct str text, struct json_value **out,
	       struct json_fault *fault)
{
	struct reader r = { .mem = mem };

	*fault = (struct json_fault){ .line = 1, .column = 1 };
	if (arena_is_spent(mem) || text.len + 2 * sizeof(struct json_value) > arena_left(mem)) {
		fault->reason = "the text is longer than fits into memory";
		return false;
	}

	struct json_value *value = NEW(mem, struct json_value);

	r.start = (char *)arena_take(mem, text.len + 1);
	if (text.len > 0)
		memcpy(r.start, text.at, text.len);
	r.at = r.start;
	r.end = r.start + text.len;

	bool good = read_value(&r, value, 0);

	if (good) {
		skip_blanks(&r);
		good = r.at == r.end || wrong(&r, "something stands behind the value");
	}
	if (!good) {
		tell_place(text, (size_t)(r.at - r.start), fault);
		fault->reason = r.reason;
		return false;
	}
	*out = value;
	return true;
}

enum err json_read_own(struct ctx *c, struct str text, struct json_value **out)
{
	struct json_fault fault;

	if (json_read(c->mem, text, out, &fault))
		return OK;
	CHECK(arena_is_spent(c->mem) || text.len >= arena_left(c->mem) / 2);
	return refuse(c, ERR_LIMIT, "this is too much at once");
}

/* --- looking at a tree --- */

const struct json_value *json_get(const struct json_value *object, struct str key)
{
	if (!json_is(object, JSON_OBJECT))
		return NULL;
	for (const struct json_value *member = object->first; member != NULL; member = member->next)
		if (str_eq(member->key, key))
			return member;
	return NULL;
}

const struct json_value *json_at(const struct json_value *list, size_t index)
{
	if (!json_is(list, JSON_LIST) || index >= list->count)
		return NULL;

	const struct json_value *item = list->first;

	while (index-- > 0)
		item = item->next;
	return item;
}

bool json_is(const struct json_value *value, enum json_type type)
{
	return value != NULL && value->type == type;
}

bool json_text(const struct json_value *value, struct str *out)
{
	if (!json_is(value, JSON_TEXT))
		return false;
	*out = value->text;
	return true;
}

bool json_i64(const struct json_value *value, int64_t min, int64_t max, int64_t *out)
{
	return json_is(value, JSON_NUMBER) && num_i64(value->text, min, max, out);
}

bool json_f64(const struct json_value *value, double *out)
{
	return json_is(value, JSON_NUMBER) && num_f64(value->text, out);
}

bool json_bool(const struct json_value *value, bool *out)
{
	if (!json_is(value, JSON_TRUE) && !json_is(value, JSON_FALSE))
		return false;
	*out = value->type == JSON_TRUE;
	return true;
}
