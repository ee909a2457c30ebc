/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * text: words typed by the worker.
 *
 *   {"type":"text","name":"title","label":"Title of the book","long":false,"max":200,
 *    "pattern":"[0-9]{4}","required":true}
 *
 * Texts agree when they are the same but for blanks and the case of ASCII letters; the
 * value is then the most frequent spelling among those that agree.
 *
 * `pattern` is a POSIX extended expression for the whole text. Expressions that can take the
 * matcher far (back references, large or stacked repeats) are refused.
 */
#include <regex.h>
#include "kind/kind_in.h"

enum { TEXT_MAX = 20000, TEXT_USUAL = 2000, PATTERN_MAX = 200, REPEATS_MAX = 1000 };

/* The same pattern, anchored at both ends, as C text. */
static const char *anchored(struct arena *mem, struct str pattern)
{
	return str_c(mem, str_format(mem, "^(%.*s)$", STR_ARG(pattern)));
}

/* The largest product of the upper bounds in braces, taken as if all were stacked. */
static bool is_tame(struct str pattern)
{
	int64_t product = 1;
	int stars = 0;

	for (size_t i = 0; i < pattern.len; i++) {
		char c = pattern.at[i];

		if (c == '\\' && i + 1 < pattern.len) {
			if (pattern.at[i + 1] >= '0' && pattern.at[i + 1] <= '9')
				return false;
			i++;
		} else if (c == '*' || c == '+') {
			stars++;
		} else if (c == '{') {
			int64_t number = 0, largest = 1;

			for (i++; i < pattern.len && pattern.at[i] != '}'; i++) {
				bool digit = pattern.at[i] >= '0' && pattern.at[i] <= '9';

				number = digit ? number * 10 + (pattern.at[i] - '0') : 0;
				if (number > REPEATS_MAX)
					return false;
				largest = number > largest ? number : largest;
			}
			product *= largest;
		}
		if (product > REPEATS_MAX || stars > 20)
			return false;
	}
	return true;
}

static void check_pattern(struct kind_faults *f, const struct json_value *block, struct str path)
{
	const struct json_value *v = json_get(block, S("pattern"));
	struct str text;
	regex_t compiled;

	if (v == NULL || json_is(v, JSON_NULL))
		return;
	path = kind_path(f->mem, path, "pattern");
	if (!json_text(v, &text) || text.len == 0 || text.len > PATTERN_MAX ||
	    !kind_is_clean(text)) {
		kind_fault(f, path, v, "a pattern is a text of 1 to %d bytes", PATTERN_MAX);
		return;
	}
	if (!is_tame(text)) {
		kind_fault(f, path, v, "a pattern has no back references and few repeats");
		return;
	}
	if (regcomp(&compiled, anchored(f->mem, text), REG_EXTENDED | REG_NOSUB) != 0) {
		kind_fault(f, path, v, "this is no pattern");
		return;
	}
	regfree(&compiled);
}

static void check_block(struct kind_faults *f, const struct json_value *block, struct str path)
{
	static const char *const members[] = { "long", "max", "pattern", NULL };
	bool is_long;
	int64_t max;

	kind_members(f, block, path, true, members);
	(void)kind_member_bool(f, block, path, "long", &is_long);
	(void)kind_member_i64(f, block, path, "max", 1, TEXT_MAX, &max);
	check_pattern(f, block, path);
}

static void put_block(struct json *out, const struct kind_field *field,
		      const struct kind_view *view)
{
	struct str pattern;

	(void)view;
	json_bool_of(out, "long", kind_bool(field->block, "long", false));
	json_i64_of(out, "max", kind_i64(field->block, "max", TEXT_USUAL));
	if (json_text(json_get(field->block, S("pattern")), &pattern))
		json_text_of(out, "pattern", pattern);
	else
		json_null_of(out, "pattern");
}

static bool fits_pattern(struct arena *mem, struct str pattern, struct str text)
{
	regex_t compiled;

	if (regcomp(&compiled, anchored(mem, pattern), REG_EXTENDED | REG_NOSUB) != 0)
		return false;
	bool fits = regexec(&compiled, str_c(mem, text), 0, NULL, 0) == 0;
	regfree(&compiled);
	return fits;
}

static bool check_answer(struct kind_faults *f, const struct kind_field *field,
			 const struct json_value *value, struct json *out)
{
	int64_t max = kind_i64(field->block, "max", TEXT_USUAL);
	struct str text, pattern;

	if (!json_text(value, &text)) {
		kind_fault(f, field->name, value, "this is a text");
		return false;
	}
	if (field->required && str_trim(text).len == 0) {
		kind_fault(f, field->name, value, "this may not be empty");
		return false;
	}
	if ((int64_t)str_points(text) > max) {
		kind_fault(f, field->name, value, "this has at most %lld characters",
			   (long long)max);
		return false;
	}
	if (!kind_is_clean(text)) {
		kind_fault(f, field->name, value, "this has control characters");
		return false;
	}
	if (text.len > 0 && json_text(json_get(field->block, S("pattern")), &pattern) &&
	    !fits_pattern(f->mem, pattern, text)) {
		kind_fault(f, field->name, value, "this does not have the form that is asked for");
		return false;
	}
	json_put_text(out, text);
	return true;
}

static struct str truth(struct arena *mem, const struct kind_field *field, struct str cell)
{
	(void)field;
	return kind_quoted(mem, cell);
}

/* The form of a text that was left out: a byte that no text has. */
#define LEFT_OUT "\xff"

/* Without blanks at the ends, each run of blanks as one, ASCII letters small. */
static struct str normal(struct arena *mem, struct str text)
{
	struct buf out = buf_make(mem, text.len + 1);
	bool blank = false;

	text = str_trim(str_lower(mem, text));
	for (size_t i = 0; i < text.len; i++) {
		char c = text.at[i];
		bool is_blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';

		if (is_blank && !blank)
			buf_add_char(&out, ' ');
		else if (!is_blank)
			buf_add_char(&out, c);
		blank = is_blank;
	}
	return buf_str(&out);
}

static int votes(struct arena *mem, const struct kind_field *field, const struct json_value *value,
		 struct str **keys)
{
	struct str text = { 0 };

	(void)field;
	*keys = NEW(mem, struct str);
	if (json_text(value, &text))
		(*keys)[0] = normal(mem, text);
	return (*keys)[0].len > 0 ? 1 : 0; /* nothing typed is nothing said */
}

/* The most frequent spelling among the texts that have this normal form, as JSON. */
static struct str spelling(struct arena *mem, const struct json_value *const *values,
			   const struct str *forms, int count, struct str form)
{
	struct str *same = NEW_MANY(mem, struct str, (size_t)count);
	struct kind_tally *tally;
	int found = 0;

	for (int i = 0; i < count; i++)
		if (!str_eq(form, S(LEFT_OUT)) && str_eq(forms[i], form) &&
		    json_text(values[i], &same[found]))
			found++;
	if (found == 0)
		return S("null");
	kind_tally_make(mem, same, found, &tally);
	return kind_quoted(mem, tally[0].key);
}

/* A text left out, or left empty, votes for `null`. */
static void agree(struct arena *mem, const struct kind_field *field,
		  const struct json_value *const *values, int count, struct kind_result *out)
{
	struct str *forms = NEW_MANY(mem, struct str, (size_t)count);
	struct kind_tally *tally;
	struct json ties = json_make(mem, 1 << 20);
	int tied = 0;

	(void)field;
	for (int i = 0; i < count; i++) {
		struct str text;

		forms[i] = json_text(values[i], &text) ? normal(mem, text) : S("");
		if (forms[i].len == 0)
			forms[i] = S(LEFT_OUT);
	}
	int kinds = kind_tally_make(mem, forms, count, &tally);
	json_list(&ties);
	for (int i = 0; i < kinds && tally[i].count == tally[0].count; i++) {
		json_put_raw(&ties, spelling(mem, values, forms, count, tally[i].key));
		tied++;
	}
	json_list_end(&ties);
	struct str all = json_end(&ties);
	out->value = spelling(mem, values, forms, count, tally[0].key);
	out->ties = tied > 1 ? all : (struct str){ 0 };
	out->confidence = (double)tally[0].count / count;
}

const struct kind kind_text = {
	.name = "text",
	.about = "A word, a line or a longer text, typed by the worker.",
	.example = "{\"type\":\"text\",\"name\":\"title\",\"label\":\"Title on the cover\","
		   "\"long\":false,\"max\":200,\"pattern\":null,\"required\":true}",
	.check_block = check_block,
	.put_block = put_block,
	.check_answer = check_answer,
	.truth = truth,
	.votes = votes,
	.agree = agree,
};
