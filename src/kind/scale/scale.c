/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * scale: one of a few steps in a row, as in a rating.
 *
 *   {"type":"scale","name":"like","label":"How do you like it?","min":1,"max":5,
 *    "low":"not at all","high":"very much","required":true}
 *
 * The value is a whole number. Steps have an order but no distance, so answers agree on the
 * lower median, which somebody has given; with two in the middle both are tied.
 */
#include "kind/kind_in.h"

enum { FIRST = 1, LAST = 5, BOUND = 100, STEPS_MAX = 11, WORDS_MAX = 100 };

static void check_words(struct kind_faults *f, const struct json_value *block, struct str path,
			const char *member)
{
	const struct json_value *v = json_get(block, str_of(member));
	struct str text;

	if (v == NULL ||
	    (json_text(v, &text) && str_points(text) <= WORDS_MAX && kind_is_plain(text)))
		return;
	kind_fault(f, kind_path(f->mem, path, member), v,
		   "this is one line of at most %d characters", WORDS_MAX);
}

static void check_block(struct kind_faults *f, const struct json_value *block, struct str path)
{
	static const char *const members[] = { "min", "max", "low", "high", NULL };
	int64_t min = FIRST, max = LAST;

	kind_members(f, block, path, true, members);
	check_words(f, block, path, "low");
	check_words(f, block, path, "high");
	if (kind_member_i64(f, block, path, "min", -BOUND, BOUND, &min) &&
	    kind_member_i64(f, block, path, "max", -BOUND, BOUND, &max) &&
	    (max <= min || max - min >= STEPS_MAX))
		kind_fault(f, kind_path(f->mem, path, "max"),
			   json_get(block, S("max")) != NULL ? json_get(block, S("max")) : block,
			   "a scale has 2 to %d steps", STEPS_MAX);
}

static void put_block(struct json *out, const struct kind_field *field,
		      const struct kind_view *view)
{
	static const char *const ends[] = { "low", "high" };

	(void)view;
	json_i64_of(out, "min", kind_i64(field->block, "min", FIRST));
	json_i64_of(out, "max", kind_i64(field->block, "max", LAST));
	for (int i = 0; i < 2; i++) {
		struct str text = S("");

		(void)!json_text(json_get(field->block, str_of(ends[i])), &text);
		json_text_of(out, ends[i], text);
	}
}

static bool check_answer(struct kind_faults *f, const struct kind_field *field,
			 const struct json_value *value, struct json *out)
{
	int64_t min = kind_i64(field->block, "min", FIRST);
	int64_t max = kind_i64(field->block, "max", LAST), number;

	if (!json_i64(value, min, max, &number)) {
		kind_fault(f, field->name, value, "this is a whole number from %lld to %lld",
			   (long long)min, (long long)max);
		return false;
	}
	json_put_i64(out, number);
	return true;
}

static struct str truth(struct arena *mem, const struct kind_field *field, struct str cell)
{
	int64_t number;

	(void)field;
	if (!num_i64(str_trim(cell), -BOUND, BOUND, &number))
		return kind_quoted(mem, cell); /* refused as no number when it is checked */
	return str_format(mem, "%lld", (long long)number);
}

static int votes(struct arena *mem, const struct kind_field *field, const struct json_value *value,
		 struct str **keys)
{
	int64_t number;

	(void)field;
	*keys = NEW(mem, struct str);
	if (json_i64(value, -BOUND, BOUND, &number))
		(*keys)[0] = str_format(mem, "%lld", (long long)number);
	return 1;
}

/* The step of the answer at `place` in order of value. */
static int step_at(const int *given, int place)
{
	int step = 0;

	for (int before = given[0]; before <= place; before += given[++step])
		;
	return step;
}

/* The confidence is the share of the answers that are the median itself. */
static void agree(struct arena *mem, const struct kind_field *field,
		  const struct json_value *const *values, int count, struct kind_result *out)
{
	int64_t min = kind_i64(field->block, "min", FIRST), number;
	int given[STEPS_MAX] = { 0 }, found = 0;

	for (int i = 0; i < count; i++)
		if (json_i64(values[i], min, min + STEPS_MAX - 1, &number)) {
			given[number - min]++;
			found++;
		}
	if (2 * found < count || found == 0) {
		out->value = S("null");
		out->confidence = (double)(count - found) / count;
		return;
	}
	int low = step_at(given, (found - 1) / 2), high = step_at(given, found / 2);
	out->value = str_format(mem, "%lld", (long long)(min + low));
	out->confidence = (double)given[low] / count;
	if (low != high)
		out->ties = str_format(mem, "[%lld,%lld]", (long long)(min + low),
				       (long long)(min + high));
}

/* --- classes: the steps in their order; left out is the last --- */

static int steps_of(const struct kind_field *field)
{
	return (int)(kind_i64(field->block, "max", LAST) - kind_i64(field->block, "min", FIRST)) +
	       1;
}

static struct kind_classes classes(const struct kind_field *field)
{
	int steps = steps_of(field), count = steps + (kind_may_lack(field) ? 1 : 0);

	return (struct kind_classes){ 1, count, count, steps };
}

static void marks(const struct kind_field *field, const struct json_value *value, int *mark)
{
	int64_t min = kind_i64(field->block, "min", FIRST), number;

	mark[0] = json_i64(value, min, min + steps_of(field) - 1, &number) ?
			  (int)(number - min) :
			  classes(field).classes - 1;
}

static struct str named(struct arena *mem, const struct kind_field *field, int number)
{
	if (number >= steps_of(field))
		return S("null");
	return str_format(mem, "%lld", (long long)(kind_i64(field->block, "min", FIRST) + number));
}

static struct str marked(struct arena *mem, const struct kind_field *field, const int *mark)
{
	return named(mem, field, mark[0]);
}

const struct kind kind_scale = {
	.name = "scale",
	.about = "A rating: one of a few steps in a row.",
	.example =
		"{\"type\":\"scale\",\"name\":\"rating\",\"label\":\"How well is it written?\","
		"\"min\":1,\"max\":5,\"low\":\"badly\",\"high\":\"very well\",\"required\":true}",
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
