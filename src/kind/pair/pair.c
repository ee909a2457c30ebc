/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * pair: which of two things it is, side by side.
 *
 *   {"type":"pair","name":"better","label":"Which one is sharper?","equal":true,
 *    "options":[{"value":"a","label":"{{left}}","image":"{{left_image}}"},
 *               {"value":"b","label":"{{right}}","image":"{{right_image}}"}]}
 *
 * The value is that of the better option, or "equal" where that may be said. Answers agree by
 * most votes. An order over many things comes from the results of many pairs: `tessera aggregate
 * --kind pair`.
 */
#include "kind/kind_in.h"

static void check_block(struct kind_faults *f, const struct json_value *block, struct str path)
{
	static const char *const members[] = { "options", "shuffle", "equal", NULL };
	bool equal;

	kind_members(f, block, path, true, members);
	(void)kind_member_bool(f, block, path, "equal", &equal);
	if (!kind_options_check(f, block, path, 2, 2))
		return;
	for (int i = 0; i < 2; i++) {
		const struct json_value *o = json_at(kind_options(block), (size_t)i);
		struct str value;

		if (kind_option_value(o, &value) && str_eq(value, S("equal")))
			kind_fault(f, kind_path_at(f->mem, path, "options", i), o,
				   "equal is said of both");
	}
}

static bool may_be_equal(const struct kind_field *field)
{
	return kind_bool(field->block, "equal", false);
}

static void put_block(struct json *out, const struct kind_field *field,
		      const struct kind_view *view)
{
	kind_options_put(out, field, view);
	json_bool_of(out, "equal", may_be_equal(field));
}

static bool check_answer(struct kind_faults *f, const struct kind_field *field,
			 const struct json_value *value, struct json *out)
{
	struct str text;

	if (!json_text(value, &text) || (kind_option_index(field, text) < 0 &&
					 !(may_be_equal(field) && str_eq(text, S("equal"))))) {
		kind_fault(f, field->name, value, "this is none of the options");
		return false;
	}
	json_put_text(out, text);
	return true;
}

/* left and right are the first and the second, where no option is called so. */
static struct str truth(struct arena *mem, const struct kind_field *field, struct str cell)
{
	const struct json_value *options = kind_options(field->block);
	bool right = str_eq(str_trim(cell), S("right"));

	cell = str_trim(cell);
	if ((right || str_eq(cell, S("left"))) && kind_option_index(field, cell) < 0)
		(void)!kind_option_value(json_at(options, right ? 1 : 0), &cell);
	return kind_quoted(mem, cell);
}

static int votes(struct arena *mem, const struct kind_field *field, const struct json_value *value,
		 struct str **keys)
{
	(void)field;
	*keys = NEW(mem, struct str);
	(void)!json_text(value, *keys);
	return 1;
}

static void agree(struct arena *mem, const struct kind_field *field,
		  const struct json_value *const *values, int count, struct kind_result *out)
{
	const struct json_value *options = kind_options(field->block);
	struct str option[] = { S(""), S(""), S("equal") };

	(void)!kind_option_value(json_at(options, 0), &option[0]);
	(void)!kind_option_value(json_at(options, 1), &option[1]);
	kind_plurality(mem, option, 3, values, count, out);
}

/* --- classes: the first, the second, equal where that may be said; left out is the last --- */

static struct kind_classes classes(const struct kind_field *field)
{
	int count = 2 + (may_be_equal(field) ? 1 : 0) + (kind_may_lack(field) ? 1 : 0);

	return (struct kind_classes){ 1, count, count, 0 };
}

static void marks(const struct kind_field *field, const struct json_value *value, int *mark)
{
	struct str text;

	mark[0] = classes(field).classes - 1;
	if (!json_text(value, &text))
		return;
	mark[0] = str_eq(text, S("equal")) ? 2 : kind_option_index(field, text);
}

static struct str named(struct arena *mem, const struct kind_field *field, int number)
{
	const struct json_value *options = kind_options(field->block);
	struct str text;

	if (number < 2 && kind_option_value(json_at(options, (size_t)number), &text))
		return kind_quoted(mem, text);
	return number == 2 && may_be_equal(field) ? S("\"equal\"") : S("null");
}

static struct str marked(struct arena *mem, const struct kind_field *field, const int *mark)
{
	return named(mem, field, mark[0]);
}

const struct kind kind_pair = {
	.name = "pair",
	.about = "Which of two things, side by side.",
	.example = "{\"type\":\"pair\",\"name\":\"better\",\"label\":\"Which one is better?\","
		   "\"options\":[{\"value\":\"a\",\"label\":\"{{left}}\"},{\"value\":\"b\","
		   "\"label\":\"{{right}}\"}],\"equal\":true,\"required\":true}",
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
