/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The table of kinds and what they share. A kind is found by name, never by number, so
 * stored templates do not depend on the order here.
 */
#include "kind/kind.h"
#include <stdio.h>
#include <stdlib.h>
#include "kind/kind_in.h"

enum { MESSAGE_MAX = 300, VALUE_MAX = 1 << 20 };

const struct kind *const kind_table[] = {
	&kind_choice, &kind_text,     &kind_number, &kind_scale,      &kind_date,    &kind_pair,
	&kind_rank,   &kind_taxonomy, &kind_spans,  &kind_box,	      &kind_polygon, &kind_polyline,
	&kind_point,  &kind_mask,     &kind_track,  &kind_transcript, NULL,
};

const struct kind *kind_find(struct str name)
{
	for (int i = 0; kind_table[i] != NULL; i++)
		if (str_eq(name, str_of(kind_table[i]->name)))
			return kind_table[i];
	return NULL;
}

/* --- faults --- */

struct kind_faults kind_faults_make(struct arena *mem, struct str source)
{
	return (struct kind_faults){ .mem = mem, .source = source };
}

static int line_of(struct str source, size_t at)
{
	int line = 1;

	if (source.len == 0)
		return 0;
	for (size_t i = 0; i < at && i < source.len; i++)
		line += source.at[i] == '\n';
	return line;
}

void kind_fault(struct kind_faults *f, struct str path, const struct json_value *at,
		const char *format, ...)
{
	char message[MESSAGE_MAX];
	va_list rest;

	if (f->count == KIND_FAULTS_MAX)
		return;
	va_start(rest, format);
	int len = vsnprintf(message, sizeof(message), format, rest);
	va_end(rest);
	CHECK(len >= 0);
	size_t kept = (size_t)len < sizeof(message) ? (size_t)len : sizeof(message) - 1;

	/* A cut in the middle of a character would not be text any more. */
	while (kept > 0 && !str_is_utf8((struct str){ message, kept }))
		kept--;
	f->list[f->count++] = (struct kind_fault){
		.path = str_copy(f->mem, path),
		.message = str_copy(f->mem, (struct str){ message, kept }),
		.line = at != NULL ? line_of(f->source, at->from) : 0,
	};
}

/* --- members of a block --- */

struct str kind_path(struct arena *mem, struct str path, const char *member)
{
	if (path.len == 0)
		return str_of(member);
	return str_format(mem, "%.*s.%s", STR_ARG(path), member);
}

struct str kind_path_at(struct arena *mem, struct str path, const char *member, int index)
{
	struct str list = member[0] == 0 ? path : kind_path(mem, path, member);

	return str_format(mem, "%.*s[%d]", STR_ARG(list), index);
}

static bool is_among(struct str name, const char *const *names)
{
	for (int i = 0; names != NULL && names[i] != NULL; i++)
		if (str_eq(name, str_of(names[i])))
			return true;
	return false;
}

void kind_members(struct kind_faults *f, const struct json_value *block, struct str path,
		  bool is_field, const char *const *names)
{
	static const char *const of_field[] = {
		"type", "name", "label", "required", "show_if", NULL
	};

	for (const struct json_value *m = block->first; m != NULL; m = m->next) {
		struct str shown = str_cut(m->key, 0, m->key.len < 60 ? m->key.len : 60);

		if (!is_among(m->key, names) && !(is_field && is_among(m->key, of_field)))
			kind_fault(f, kind_path(f->mem, path, str_c(f->mem, shown)), m,
				   "there is no such member here");
	}
}

bool kind_member_bool(struct kind_faults *f, const struct json_value *block, struct str path,
		      const char *name, bool *out)
{
	const struct json_value *v = json_get(block, str_of(name));

	if (v == NULL || json_bool(v, out))
		return true;
	kind_fault(f, kind_path(f->mem, path, name), v, "this is true or false");
	return false;
}

bool kind_member_i64(struct kind_faults *f, const struct json_value *block, struct str path,
		     const char *name, int64_t min, int64_t max, int64_t *out)
{
	const struct json_value *v = json_get(block, str_of(name));

	if (v == NULL || json_is(v, JSON_NULL) || json_i64(v, min, max, out))
		return true;
	kind_fault(f, kind_path(f->mem, path, name), v, "this is a whole number from %lld to %lld",
		   (long long)min, (long long)max);
	return false;
}

bool kind_member_f64(struct kind_faults *f, const struct json_value *block, struct str path,
		     const char *name, double *out)
{
	const struct json_value *v = json_get(block, str_of(name));

	if (v == NULL || json_is(v, JSON_NULL) || json_f64(v, out))
		return true;
	kind_fault(f, kind_path(f->mem, path, name), v, "this is a number");
	return false;
}

bool kind_bool(const struct json_value *block, const char *name, bool absent)
{
	bool value;

	return json_bool(json_get(block, str_of(name)), &value) ? value : absent;
}

int64_t kind_i64(const struct json_value *block, const char *name, int64_t absent)
{
	int64_t value;

	return json_i64(json_get(block, str_of(name)), INT64_MIN, INT64_MAX, &value) ? value :
										       absent;
}

double kind_f64(const struct json_value *block, const char *name, double absent)
{
	double value;

	return json_f64(json_get(block, str_of(name)), &value) ? value : absent;
}

/* --- text --- */

struct str kind_json_text(struct arena *mem, const struct json_value *v)
{
	struct json out = json_make(mem, VALUE_MAX);

	json_put_value(&out, v);
	return json_end(&out);
}

struct str kind_quoted(struct arena *mem, struct str text)
{
	struct json out = json_make(mem, VALUE_MAX);

	json_put_text(&out, text);
	return json_end(&out);
}

struct str kind_listed(struct arena *mem, struct str cell)
{
	struct json out = json_make(mem, cell.len * 8 + 64);
	struct str head, rest = cell;

	json_list(&out);
	while (str_split(rest, '|', &head, &rest))
		json_put_text(&out, str_trim(head));
	json_put_text(&out, str_trim(rest));
	json_list_end(&out);
	return json_end(&out);
}

bool kind_is_clean(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.at[i];

		if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f)
			return false;
	}
	return str_is_utf8(text);
}

bool kind_is_plain(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] == '\t' || text.at[i] == '\n' || text.at[i] == '\r')
			return false;
	return kind_is_clean(text);
}

/* --- votes --- */

static int by_bytes(const void *left, const void *right)
{
	return str_compare(*(const struct str *)left, *(const struct str *)right);
}

static int by_count(const void *left, const void *right)
{
	const struct kind_tally *a = left, *b = right;

	return a->count != b->count ? b->count - a->count : str_compare(a->key, b->key);
}

int kind_tally_make(struct arena *mem, const struct str *keys, int count, struct kind_tally **out)
{
	struct str *sorted = NEW_MANY(mem, struct str, (size_t)count + 1);
	struct kind_tally *tally = NEW_MANY(mem, struct kind_tally, (size_t)count + 1);
	int kinds = 0;

	memcpy(sorted, keys, (size_t)count * sizeof(*sorted));
	qsort(sorted, (size_t)count, sizeof(*sorted), by_bytes);
	for (int i = 0; i < count; i++) {
		if (kinds == 0 || !str_eq(tally[kinds - 1].key, sorted[i]))
			tally[kinds++].key = sorted[i];
		tally[kinds - 1].count++;
	}
	qsort(tally, (size_t)kinds, sizeof(*tally), by_count);
	*out = tally;
	return kinds;
}

void kind_most(struct arena *mem, const struct json_value *const *values, int count,
	       struct kind_result *out)
{
	struct str *keys = NEW_MANY(mem, struct str, (size_t)count);
	struct json ties = json_make(mem, VALUE_MAX);
	struct kind_tally *tally;
	int tied = 0;

	for (int i = 0; i < count; i++)
		keys[i] = values[i] != NULL ? kind_json_text(mem, values[i]) : S("null");
	int kinds = kind_tally_make(mem, keys, count, &tally);
	json_list(&ties);
	for (; tied < kinds && tally[tied].count == tally[0].count; tied++)
		json_put_raw(&ties, tally[tied].key);
	json_list_end(&ties);
	struct str all = json_end(&ties);
	out->value = tally[0].key;
	out->ties = tied > 1 ? all : (struct str){ 0 };
	out->confidence = (double)tally[0].count / count;
}

/* The vote keys of a canonical value; none for NULL. */
static int votes(struct arena *mem, const struct kind_field *field, const struct json_value *value,
		 struct str **keys)
{
	*keys = NULL;
	if (value == NULL)
		return 0;
	return field->kind->votes(mem, field, value, keys);
}

bool kind_same(struct arena *mem, const struct kind_field *field, const struct json_value *a,
	       const struct json_value *b)
{
	struct str *left, *right;

	a = json_is(a, JSON_NULL) ? NULL : a;
	b = json_is(b, JSON_NULL) ? NULL : b;
	if (field->kind->same != NULL)
		return a != NULL && b != NULL ? field->kind->same(mem, field, a, b) : a == b;
	int count = votes(mem, field, a, &left);

	if (votes(mem, field, b, &right) != count)
		return false;
	for (int i = 0; i < count; i++)
		if (!str_eq(left[i], right[i]))
			return false;
	return true;
}

void kind_agree(struct arena *mem, const struct kind_field *field,
		const struct json_value *const *values, int count, struct kind_result *out)
{
	const struct json_value **given =
		NEW_MANY(mem, const struct json_value *, (size_t)count + 1);

	CHECK(count > 0);
	for (int i = 0; i < count; i++)
		given[i] = json_is(values[i], JSON_NULL) ? NULL : values[i];
	*out = (struct kind_result){ .answers = count };
	field->kind->agree(mem, field, given, count, out);
}

/* --- classes --- */

bool kind_may_lack(const struct kind_field *field)
{
	return !field->required || json_get(field->block, S("show_if")) != NULL;
}

bool kind_classes(const struct kind_field *field, struct kind_classes *out)
{
	if (field->kind->classes == NULL)
		return false;
	*out = field->kind->classes(field);
	return out->classes > 0;
}

void kind_marks(const struct kind_field *field, const struct json_value *value, int *mark)
{
	field->kind->marks(field, json_is(value, JSON_NULL) ? NULL : value, mark);
}
