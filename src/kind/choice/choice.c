/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * choice: one of the options, or several with `many`.
 *
 *   {"type":"choice","name":"label","label":"What is it?",
 *    "options":["cat",{"value":"dog","label":"A dog","image":"{{dog}}"}],
 *    "many":false,"required":true}      with many: "min" and "max" say how many
 *
 * The value of one is the option's value; of many the list of values in the order of
 * the options. One agrees by plurality; with many each option is a vote of its own, yes or no.
 */
#include "kind/kind_in.h"

enum { OPTIONS_MIN = 2, OPTIONS_MAX = 200 };

static bool is_many(const struct kind_field *field)
{
	return kind_bool(field->block, "many", false);
}

/* --- blocks --- */

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
	static const char *const members[] = { "options", "shuffle", "many", "min", "max", NULL };
	bool many = false;

	kind_members(f, block, path, true, members);
	if (kind_member_bool(f, block, path, "many", &many) &&
	    kind_options_check(f, block, path, OPTIONS_MIN, OPTIONS_MAX))
		check_counts(f, block, path, many, (int64_t)kind_options(block)->count);
}

static void put_block(struct json *out, const struct kind_field *field,
		      const struct kind_view *view)
{
	bool many = is_many(field);
	const struct json_value *list = kind_options(field->block);
	int64_t options = list != NULL ? (int64_t)list->count : 0;

	kind_options_put(out, field, view);
	json_bool_of(out, "many", many);
	if (many) {
		json_i64_of(out, "min", kind_i64(field->block, "min", field->required ? 1 : 0));
		json_i64_of(out, "max", kind_i64(field->block, "max", options));
	}
}

/* --- answers --- */

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
	const struct json_value *options = kind_options(field->block);
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

		if (!json_text(v, &text) || kind_option_index(field, text) < 0) {
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

		if (kind_option_value(o, &own) && has_value(value, own))
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
	if (!json_text(value, &text) || kind_option_index(field, text) < 0) {
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
	return kind_listed(mem, cell);
}

static int votes(struct arena *mem, const struct kind_field *field, const struct json_value *value,
		 struct str **keys)
{
	const struct json_value *options = kind_options(field->block);
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
		if (kind_option_value(o, &text))
			(*keys)[i] = str_format(mem, "%c%.*s", has_value(value, text) ? '+' : '-',
						STR_ARG(text));
	return (int)options->count;
}

/* --- agreeing --- */

static void agree_one(struct arena *mem, const struct kind_field *field,
		      const struct json_value *const *values, int count, struct kind_result *out)
{
	const struct json_value *options = kind_options(field->block);
	struct str *option = NEW_MANY(mem, struct str, options->count);
	int known = 0;

	for (const struct json_value *o = options->first; o != NULL; o = o->next)
		(void)!kind_option_value(o, &option[known++]);
	kind_plurality(mem, option, known, values, count, out);
}

/* An option is in when more than half say yes; at exactly half it is a tie and left out. */
static void agree_many(struct arena *mem, const struct kind_field *field,
		       const struct json_value *const *values, int count, struct kind_result *out)
{
	const struct json_value *options = kind_options(field->block);
	struct json value = json_make(mem, 1 << 20), ties = json_make(mem, 1 << 20);
	double sure = 0;
	int tied = 0;

	json_list(&value);
	json_list(&ties);
	for (const struct json_value *o = options->first; o != NULL; o = o->next) {
		struct str text = { 0 };
		int yes = 0;

		(void)!kind_option_value(o, &text);
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

/* --- classes: the options in their order; left out is the last --- */

static struct kind_classes classes(const struct kind_field *field)
{
	int options = (int)kind_options(field->block)->count;
	int count = options + (kind_may_lack(field) ? 1 : 0);

	if (is_many(field))
		return (struct kind_classes){ options, 2, options, 0 };
	return (struct kind_classes){ 1, count, count, 0 };
}

static void marks(const struct kind_field *field, const struct json_value *value, int *mark)
{
	const struct json_value *options = kind_options(field->block);
	struct str text;
	int i = 0;

	if (!is_many(field)) {
		int at = json_text(value, &text) ? kind_option_index(field, text) : -1;
		int last = classes(field).classes - 1;

		mark[0] = at < 0 ? last : at;
		return;
	}
	for (const struct json_value *o = options->first; o != NULL; o = o->next)
		mark[i++] = value != NULL && kind_option_value(o, &text) && has_value(value, text);
}

static struct str named(struct arena *mem, const struct kind_field *field, int number)
{
	const struct json_value *option = json_at(kind_options(field->block), (size_t)number);
	struct str text;

	return option != NULL && kind_option_value(option, &text) ? kind_quoted(mem, text) :
								    S("null");
}

static struct str marked(struct arena *mem, const struct kind_field *field, const int *mark)
{
	const struct json_value *options = kind_options(field->block);
	struct json out = json_make(mem, 1 << 20);

	if (!is_many(field))
		return named(mem, field, mark[0]);
	json_list(&out);
	for (size_t i = 0; i < options->count; i++)
		if (mark[i] == 1)
			json_put_raw(&out, named(mem, field, (int)i));
	json_list_end(&out);
	return json_end(&out);
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
	.classes = classes,
	.marks = marks,
	.marked = marked,
	.named = named,
};
