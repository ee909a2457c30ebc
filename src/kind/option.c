/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Labels are a list of values. Options, as several kinds have them: a text, or an object with
 * value, label and image. The value is what an answer says, so it is plain and there once; label
 * and image are what a worker sees and may hold columns.
 */
#include "kind/kind_in.h"

enum { VALUE_MAX = 100, LABEL_MAX = 200, LABELS_MAX = 50 };

const struct json_value *kind_options(const struct json_value *block)
{
	const struct json_value *list = json_get(block, S("options"));

	return json_is(list, JSON_LIST) ? list : NULL;
}

bool kind_option_value(const struct json_value *option, struct str *out)
{
	if (json_is(option, JSON_OBJECT))
		return json_text(json_get(option, S("value")), out);
	return json_text(option, out);
}

static struct str option_label(const struct json_value *option)
{
	struct str out = { 0 };

	if (!json_is(option, JSON_OBJECT) || !json_text(json_get(option, S("label")), &out))
		(void)!kind_option_value(option, &out);
	return out;
}

int kind_option_index(const struct kind_field *field, struct str value)
{
	const struct json_value *list = kind_options(field->block);
	int i = 0;

	for (const struct json_value *o = list != NULL ? list->first : NULL; o != NULL;
	     o = o->next, i++) {
		struct str own;

		if (kind_option_value(o, &own) && str_eq(own, value))
			return i;
	}
	return -1;
}

/* Is this a value that options and labels may have? Adds faults. */
static bool check_value(struct kind_faults *f, const struct json_value *at, struct str value,
			struct str path)
{
	int before = f->count;

	if (str_points(value) > VALUE_MAX || !kind_is_clean(value) ||
	    str_trim(value).len != value.len)
		kind_fault(f, path, at,
			   "a value has at most %d characters, without blanks around "
			   "it or control characters",
			   VALUE_MAX);
	else if (str_find(value, S("|"), &(size_t){ 0 }))
		kind_fault(f, path, at, "a value holds no |");
	return f->count == before;
}

static void check_option(struct kind_faults *f, const struct json_value *option, struct str path)
{
	static const char *const members[] = { "value", "label", "image", "fixed", NULL };
	struct str value, label;
	bool fixed;

	if (json_is(option, JSON_OBJECT)) {
		kind_members(f, option, path, false, members);
		(void)kind_member_bool(f, option, path, "fixed", &fixed);
	} else if (!json_is(option, JSON_TEXT)) {
		kind_fault(f, path, option,
			   "an option is a text, or an object with value and label");
		return;
	}
	if (!kind_option_value(option, &value) || str_trim(value).len == 0) {
		kind_fault(f, path, option, "an option has a value that is not empty");
		return;
	}
	(void)check_value(f, option, value, path);
	const struct json_value *given = json_get(option, S("label"));
	if (given != NULL && (!json_text(given, &label) || str_trim(label).len == 0 ||
			      str_points(label) > LABEL_MAX))
		kind_fault(f, kind_path(f->mem, path, "label"), given,
			   "a label has 1 to %d characters", LABEL_MAX);
}

static void check_values_once(struct kind_faults *f, const struct json_value *list, struct str path)
{
	int i = 0;

	for (const struct json_value *o = list->first; o != NULL; o = o->next, i++) {
		struct str value, other;

		if (!kind_option_value(o, &value))
			continue;
		for (const struct json_value *p = list->first; p != o; p = p->next)
			if (kind_option_value(p, &other) && str_eq(value, other)) {
				kind_fault(f, kind_path_at(f->mem, path, "options", i), o,
					   "this value is there twice");
				break;
			}
	}
}

bool kind_options_check(struct kind_faults *f, const struct json_value *block, struct str path,
			int min, int max)
{
	const struct json_value *list = json_get(block, S("options"));
	int i = 0, before = f->count;
	bool shuffle;

	(void)kind_member_bool(f, block, path, "shuffle", &shuffle);
	if (!json_is(list, JSON_LIST) || list->count < (size_t)min || list->count > (size_t)max) {
		kind_fault(f, kind_path(f->mem, path, "options"), list != NULL ? list : block,
			   "options is a list of %d to %d", min, max);
		return false;
	}
	for (const struct json_value *o = list->first; o != NULL; o = o->next, i++)
		check_option(f, o, kind_path_at(f->mem, path, "options", i));
	check_values_once(f, list, path);
	return f->count == before;
}

void kind_options_put(struct json *out, const struct kind_field *field,
		      const struct kind_view *view)
{
	int count;
	const struct json_value **list =
		kind_options_in_order(view->mem, field, view->seed, &count);

	json_key(out, "options");
	json_list(out);
	for (int i = 0; i < count; i++) {
		const struct json_value *o = list[i];
		struct str value = { 0 };

		(void)!kind_option_value(o, &value);
		json_object(out);
		json_text_of(out, "value", value);
		json_text_of(out, "label", kind_fill(view->mem, option_label(o), view->fields));
		if (json_is(o, JSON_OBJECT) && json_get(o, S("image")) != NULL)
			kind_put_picture(out, o, "image", view);
		json_object_end(out);
	}
	json_list_end(out);
}

/* Of options with equally many votes the one that stands first is the value; `null` (left out)
 * last. */
void kind_plurality(struct arena *mem, const struct str *option, int known,
		    const struct json_value *const *values, int count, struct kind_result *out)
{
	int *given = NEW_MANY(mem, int, (size_t)known + 1);
	int top = 0, tied = 0;
	struct json ties = json_make(mem, 1 << 20);

	for (int i = 0; i < count; i++) {
		struct str text;
		int at = 0;

		if (!json_text(values[i], &text))
			at = known;
		while (at < known && !str_eq(option[at], text))
			at++;
		given[at]++;
	}
	for (int i = 0; i <= known; i++)
		top = given[i] > top ? given[i] : top;
	json_list(&ties);
	for (int i = known; i >= 0; i--)
		if (given[i] == top)
			out->value = i < known ? kind_quoted(mem, option[i]) : S("null");
	for (int i = 0; i <= known; i++)
		if (given[i] == top) {
			json_put_raw(&ties, i < known ? kind_quoted(mem, option[i]) : S("null"));
			tied++;
		}
	json_list_end(&ties);
	struct str all = json_end(&ties);
	out->ties = tied > 1 ? all : (struct str){ 0 };
	out->confidence = (double)top / count;
}

/* --- labels --- */

void kind_labels_check(struct kind_faults *f, const struct json_value *block, struct str path,
		       const char *member, bool required)
{
	const struct json_value *list = json_get(block, str_of(member));
	int i = 0;

	if (list == NULL && !required)
		return;
	path = kind_path(f->mem, path, member);
	if (list == NULL || list->type != JSON_LIST || list->count == 0 ||
	    list->count > LABELS_MAX) {
		kind_fault(f, path, list != NULL ? list : block, "this is a list of 1 to %d texts",
			   LABELS_MAX);
		return;
	}
	for (const struct json_value *l = list->first; l != NULL; l = l->next, i++) {
		struct str at = kind_path_at(f->mem, path, "", i), text, other;

		if (!json_text(l, &text) || str_trim(text).len == 0) {
			kind_fault(f, at, l, "a label is a text that is not empty");
			continue;
		}
		(void)check_value(f, l, text, at);
		for (const struct json_value *p = list->first; p != l; p = p->next)
			if (json_text(p, &other) && str_eq(text, other))
				kind_fault(f, at, l, "this label is there twice");
	}
}

int kind_label_index(const struct kind_field *field, const char *member,
		     const struct json_value *given)
{
	const struct json_value *list = json_get(field->block, str_of(member));
	struct str text, own;
	int i = 0;

	if (!json_is(list, JSON_LIST) || !json_text(given, &text))
		return -1;
	for (const struct json_value *l = list->first; l != NULL; l = l->next, i++)
		if (json_text(l, &own) && str_eq(own, text))
			return i;
	return -1;
}

void kind_label_put(struct json *out, const struct kind_field *field, const char *member, int label)
{
	struct str text;

	if (json_text(json_at(json_get(field->block, str_of(member)), (size_t)label), &text))
		json_text_of(out, "label", text);
}

void kind_labels_put(struct json *out, const struct kind_field *field, const char *member)
{
	const struct json_value *list = json_get(field->block, str_of(member));

	json_key(out, member);
	if (json_is(list, JSON_LIST)) {
		json_put_value(out, list);
		return;
	}
	json_list(out);
	json_list_end(out);
}
