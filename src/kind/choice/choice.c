/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * choice: one of the options, or several with `many`.
 *
 *   {"type":"choice","name":"label","label":"What is it?",
 *    "options":["cat",{"value":"dog","label":"A dog"}],
 *    "many":false,"required":true}      with many: "min" and "max" say how many
 *
 * The value of one is the option's value; of many the list of values in the order of
 * the options. One agrees by plurality; with many each option is a vote of its own, yes or no.
 */
#include "kind/kind_in.h"

enum { OPTIONS_MIN = 2, OPTIONS_MAX = 200, VALUE_MAX = 100, LABEL_MAX = 200 };

/* The value of an option, written as a text or as an object. */
static bool option_value(const struct json_value *option, struct str *out)
{
	if (json_is(option, JSON_OBJECT))
		return json_text(json_get(option, S("value")), out);
	return json_text(option, out);
}

static struct str option_label(const struct json_value *option)
{
	struct str out = { 0 };

	if (!json_is(option, JSON_OBJECT) || !json_text(json_get(option, S("label")), &out))
		(void)!option_value(option, &out);
	return out;
}

static const struct json_value *options_of(const struct json_value *block)
{
	const struct json_value *list = json_get(block, S("options"));

	return json_is(list, JSON_LIST) ? list : NULL;
}

static bool is_many(const struct kind_field *field)
{
	return kind_bool(field->block, "many", false);
}

/* --- blocks --- */

static void check_option(struct kind_faults *f, const struct json_value *option, struct str path)
{
	static const char *const members[] = { "value", "label", NULL };
	struct str value, label;

	if (json_is(option, JSON_OBJECT))
		kind_members(f, option, path, false, members);
	else if (!json_is(option, JSON_TEXT)) {
		kind_fault(f, path, option,
			   "an option is a text, or an object with value and label");
		return;
	}
	if (!option_value(option, &value) || str_trim(value).len == 0) {
		kind_fault(f, path, option, "an option has a value that is not empty");
		return;
	}
	if (str_points(value) > VALUE_MAX || !kind_is_clean(value) ||
	    str_trim(value).len != value.len)
		kind_fault(f, path, option,
			   "a value has at most %d characters, without blanks around "
			   "it or control characters",
			   VALUE_MAX);
	else if (str_find(value, S("|"), &(size_t){ 0 }))
		kind_fault(f, path, option, "a value holds no |");
	const struct json_value *given = json_get(option, S("label"));
	if (json_is(option, JSON_OBJECT) && given != NULL &&
	    (!json_text(given, &label) || str_trim(label).len == 0 ||
	     str_points(label) > LABEL_MAX))
		kind_fault(f, kind_path(f->mem, path, "label"), given,
			   "a label has 1 to %d characters", LABEL_MAX);
}

static void check_values_once(struct kind_faults *f, const struct json_value *list, struct str path)
{
	int i = 0;

	for (const struct json_value *o = list->first; o != NULL; o = o->next, i++) {
		struct str value, other;

		if (!option_value(o, &value))
			continue;
		for (const struct json_value *p = list->first; p != o; p = p->next)
			if (option_value(p, &other) && str_eq(value, other)) {
				kind_fault(f, kind_path_at(f->mem, path, "options", i), o,
					   "this value is there twice");
				break;
			}
	}
}

static void check_counts(struct kind_faults *f, const struct json_value *block, struct str path,
			 bool many, int64_t options)
{
	int64_t min = 0, max = options;

	if (!kind_member_i64(f, block, path, "min", 0, options, &min) ||
	    !kind_member_i64(f, block, path, "max", 1, options, &max))
		return;
	if (!many && (json_get(block, S("min")) != NULL || json_get(block, S("max")) != NULL))
		kind_fault(f, path, block, "min and max go with many");
	else if (min > max)
		kind_fault(f, kind_path(f->mem, path, "min"), json_get(block, S("min")),
			   "min is above max");
}

static void check_block(struct kind_faults *f, const struct json_value *block, struct str path)
{
	static const char *const members[] = { "options", "many", "min", "max", NULL };
	const struct json_value *list = json_get(block, S("options"));
	bool many = false;
	int i = 0;

	kind_members(f, block, path, true, members);
	if (!kind_member_bool(f, block, path, "many", &many))
		return;
	if (!json_is(list, JSON_LIST) || list->count < OPTIONS_MIN || list->count > OPTIONS_MAX) {
		kind_fault(f, kind_path(f->mem, path, "options"), list != NULL ? list : block,
			   "options is a list of %d to %d", OPTIONS_MIN, OPTIONS_MAX);
		return;
	}
	for (const struct json_value *o = list->first; o != NULL; o = o->next, i++)
		check_option(f, o, kind_path_at(f->mem, path, "options", i));
	check_values_once(f, list, path);
	check_counts(f, block, path, many, (int64_t)list->count);
}

static void put_block(struct json *out, const struct kind_field *field)
{
	bool many = is_many(field);
	const struct json_value *list = options_of(field->block);
	int64_t options = list != NULL ? (int64_t)list->count : 0;

	json_key(out, "options");
	json_list(out);
	for (const struct json_value *o = list != NULL ? list->first : NULL; o != NULL;
	     o = o->next) {
		struct str value = { 0 };

		(void)!option_value(o, &value);
		json_object(out);
		json_text_of(out, "value", value);
		json_text_of(out, "label", option_label(o));
		json_object_end(out);
	}
	json_list_end(out);
	json_bool_of(out, "many", many);
	if (many) {
		json_i64_of(out, "min", kind_i64(field->block, "min", field->required ? 1 : 0));
		json_i64_of(out, "max", kind_i64(field->block, "max", options));
	}
}

/* --- answers --- */

static int option_index(const struct kind_field *field, struct str value)
{
	const struct json_value *list = options_of(field->block);
	int i = 0;

	for (const struct json_value *o = list != NULL ? list->first : NULL; o != NULL;
	     o = o->next, i++) {
		struct str own;

		if (option_value(o, &own) && str_eq(own, value))
			return i;
	}
	return -1;
}

static bool has_value(const struct json_value *list, struct str value)
{
	struct str own;

	for (const struct json_value *v = list->first; v != NULL; v = v->next)
		if (json_text(v, &own) && str_eq(own, value))
			return true;
	return false;
}

static bool check_many(struct kind_faults *f, const struct kind_field *field,
		       const struct json_value *value, struct json *out)
{
	const struct json_value *options = options_of(field->block);
	int64_t min = kind_i64(field->block, "min", field->required ? 1 : 0);
	int64_t max = kind_i64(field->block, "max", (int64_t)options->count);
	int i = 0, before = f->count;

	if (!json_is(value, JSON_LIST)) {
		kind_fault(f, field->name, value, "this is a list of values");
		return false;
	}
	for (const struct json_value *v = value->first; v != NULL; v = v->next, i++) {
		struct str text, own;
		struct str path = kind_path_at(f->mem, field->name, "", i);

		if (!json_text(v, &text) || option_index(field, text) < 0) {
			kind_fault(f, path, v, "this is none of the options");
			continue;
		}
		for (const struct json_value *p = value->first; p != v; p = p->next)
			if (json_text(p, &own) && str_eq(own, text))
				kind_fault(f, path, v, "this value is there twice");
	}
	if ((int64_t)value->count < min || (int64_t)value->count > max)
		kind_fault(f, field->name, value, "choose %lld to %lld", (long long)min,
			   (long long)max);
	if (f->count > before)
		return false;
	json_list(out);
	for (const struct json_value *o = options->first; o != NULL; o = o->next) {
		struct str own;

		if (option_value(o, &own) && has_value(value, own))
			json_put_text(out, own);
	}
	json_list_end(out);
	return true;
}

static bool check_answer(struct kind_faults *f, const struct kind_field *field,
			 const struct json_value *value, struct json *out)
{
	struct str text;

	if (is_many(field))
		return check_many(f, field, value, out);
	if (!json_text(value, &text) || option_index(field, text) < 0) {
		kind_fault(f, field->name, value, "this is none of the options");
		return false;
	}
	json_put_text(out, text);
	return true;
}

static struct str truth(struct arena *mem, const struct kind_field *field, struct str cell)
{
	if (!is_many(field))
		return kind_quoted(mem, str_trim(cell));
	struct json out = json_make(mem, cell.len * 8 + 64);
	struct str head, rest = cell;

	json_list(&out);
	while (str_split(rest, '|', &head, &rest))
		json_put_text(&out, str_trim(head));
	json_put_text(&out, str_trim(rest));
	json_list_end(&out);
	return json_end(&out);
}

static int votes(struct arena *mem, const struct kind_field *field, const struct json_value *value,
		 struct str **keys)
{
	const struct json_value *options = options_of(field->block);
	struct str text;
	int i = 0;

	if (!is_many(field)) {
		*keys = NEW(mem, struct str);
		if (json_text(value, &text))
			(*keys)[0] = text;
		return 1;
	}
	*keys = NEW_MANY(mem, struct str, options->count);
	for (const struct json_value *o = options->first; o != NULL; o = o->next, i++)
		if (option_value(o, &text))
			(*keys)[i] = str_format(mem, "%c%.*s", has_value(value, text) ? '+' : '-',
						STR_ARG(text));
	return (int)options->count;
}

/* --- agreeing --- */

/* Of options with equally many votes the one that stands first is the value; `null` (left out)
 * last. */
static void agree_one(struct arena *mem, const struct kind_field *field,
		      const struct json_value *const *values, int count, struct kind_result *out)
{
	const struct json_value *options = options_of(field->block);
	int *given = NEW_MANY(mem, int, options->count + 1);
	int none = (int)options->count, top = 0, tied = 0;
	struct json value = json_make(mem, VALUE_MAX * 8), ties = json_make(mem, 1 << 20);

	for (int i = 0; i < count; i++) {
		struct str text;
		int at = json_text(values[i], &text) ? option_index(field, text) : none;

		given[at < 0 ? none : at]++;
	}
	for (int i = 0; i <= none; i++)
		top = given[i] > top ? given[i] : top;
	json_list(&ties);
	for (int i = 0; i <= none; i++) {
		struct str text = { 0 };

		if (given[i] != top)
			continue;
		struct json *to[] = { &ties, tied == 0 ? &value : NULL };
		for (int k = 0; k < 2 && to[k] != NULL; k++) {
			if (i < none && option_value(json_at(options, (size_t)i), &text))
				json_put_text(to[k], text);
			else
				json_put_null(to[k]);
		}
		tied++;
	}
	json_list_end(&ties);
	out->value = json_end(&value);
	struct str all = json_end(&ties);
	out->ties = tied > 1 ? all : (struct str){ 0 };
	out->confidence = (double)top / count;
}

/* An option is in when more than half say yes; at exactly half it is a tie and left out. */
static void agree_many(struct arena *mem, const struct kind_field *field,
		       const struct json_value *const *values, int count, struct kind_result *out)
{
	const struct json_value *options = options_of(field->block);
	struct json value = json_make(mem, 1 << 20), ties = json_make(mem, 1 << 20);
	double sure = 0;
	int tied = 0;

	json_list(&value);
	json_list(&ties);
	for (const struct json_value *o = options->first; o != NULL; o = o->next) {
		struct str text = { 0 };
		int yes = 0;

		(void)!option_value(o, &text);
		for (int i = 0; i < count; i++)
			yes += values[i] != NULL && has_value(values[i], text);
		if (2 * yes > count)
			json_put_text(&value, text);
		if (2 * yes == count) {
			json_put_text(&ties, text);
			tied++;
		}
		sure += (double)(2 * yes > count ? yes : count - yes) / count;
	}
	json_list_end(&value);
	json_list_end(&ties);
	out->value = json_end(&value);
	struct str all = json_end(&ties);
	out->ties = tied > 0 ? all : (struct str){ 0 };
	out->confidence = sure / (double)options->count;
}

static void agree(struct arena *mem, const struct kind_field *field,
		  const struct json_value *const *values, int count, struct kind_result *out)
{
	if (is_many(field))
		agree_many(mem, field, values, count, out);
	else
		agree_one(mem, field, values, count, out);
}

const struct kind kind_choice = {
	.name = "choice",
	.about = "One of several options, or all that apply.",
	.example = "{\"type\":\"choice\",\"name\":\"label\",\"label\":\"What do you see?\","
		   "\"options\":[\"cat\",\"dog\",\"neither\"],\"many\":false,\"required\":true}",
	.check_block = check_block,
	.put_block = put_block,
	.check_answer = check_answer,
	.truth = truth,
	.votes = votes,
	.agree = agree,
};
