/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * number: a number in a range, whole or not.
 *
 *   {"type":"number","name":"cells","label":"How many?",
 *    "min":0,"max":100,"integer":true,"near":0,"required":true}
 *
 * Two numbers mean the same when they lie at most `near` apart; 0 unless given. Numbers agree on
 * their median, which one wild answer does not move. Between two in the middle it is their mean, or
 * the lower one when a whole number is asked for.
 */
#include <math.h>
#include <stdlib.h>
#include "kind/kind_in.h"

/* Above this a double does not tell whole numbers apart. */
#define WHOLE_MAX 9007199254740992.0

static bool is_integer(const struct kind_field *field)
{
	return kind_bool(field->block, "integer", false);
}

static void check_block(struct kind_faults *f, const struct json_value *block, struct str path)
{
	static const char *const members[] = { "min", "max", "integer", "near", NULL };
	double min = -INFINITY, max = INFINITY, near = 0;
	bool integer;

	kind_members(f, block, path, true, members);
	bool bounds = kind_member_f64(f, block, path, "min", &min) &&
		      kind_member_f64(f, block, path, "max", &max);
	if (bounds && min > max)
		kind_fault(f, kind_path(f->mem, path, "min"), json_get(block, S("min")),
			   "min is above max");
	(void)kind_member_bool(f, block, path, "integer", &integer);
	if (kind_member_f64(f, block, path, "near", &near) && !(near >= 0 && isfinite(near)))
		kind_fault(f, kind_path(f->mem, path, "near"), json_get(block, S("near")),
			   "near is not below 0");
}

static void put_bound(struct json *out, const char *name, const struct json_value *block)
{
	double value;

	if (json_f64(json_get(block, str_of(name)), &value))
		json_f64_of(out, name, value);
	else
		json_null_of(out, name);
}

static void put_block(struct json *out, const struct kind_field *field,
		      const struct kind_view *view)
{
	(void)view;
	put_bound(out, "min", field->block);
	put_bound(out, "max", field->block);
	json_bool_of(out, "integer", is_integer(field));
}

static bool check_answer(struct kind_faults *f, const struct kind_field *field,
			 const struct json_value *value, struct json *out)
{
	double min = kind_f64(field->block, "min", -INFINITY);
	double max = kind_f64(field->block, "max", INFINITY);
	double number;

	if (!json_f64(value, &number) || !isfinite(number)) {
		kind_fault(f, field->name, value, "this is a number");
		return false;
	}
	if (is_integer(field) && (floor(number) != number || fabs(number) > WHOLE_MAX)) {
		kind_fault(f, field->name, value, "this is a whole number");
		return false;
	}
	if (number < min || number > max) {
		kind_fault(f, field->name, value, "this is out of range");
		return false;
	}
	json_put_f64(out, number == 0 ? 0.0 : number); /* there is one zero */
	return true;
}

static struct str truth(struct arena *mem, const struct kind_field *field, struct str cell)
{
	double number;

	(void)field;
	if (!num_f64(str_trim(cell), &number))
		return kind_quoted(mem, cell); /* refused as no number when it is checked */
	return num_f64_text(mem, number);
}

static bool same(struct arena *mem, const struct kind_field *field, const struct json_value *a,
		 const struct json_value *b)
{
	double one, two;

	(void)mem;
	return json_f64(a, &one) && json_f64(b, &two) &&
	       fabs(one - two) <= kind_f64(field->block, "near", 0);
}

static int by_value(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

static double median(const double *sorted, int count, bool integer)
{
	double low = sorted[(count - 1) / 2], high = sorted[count / 2];
	double mean = low / 2 + high / 2; /* halves first: the sum could be too large */

	return integer && floor(mean) != mean ? low : mean;
}

/* The confidence is the share of the answers that are the median itself. */
static void agree(struct arena *mem, const struct kind_field *field,
		  const struct json_value *const *values, int count, struct kind_result *out)
{
	double *given = NEW_MANY(mem, double, (size_t)count);
	int found = 0, equal = 0;

	for (int i = 0; i < count; i++)
		if (values[i] != NULL && json_f64(values[i], &given[found]))
			found++;
	if (2 * found < count || found == 0) {
		out->value = S("null");
		out->confidence = (double)(count - found) / count;
		return;
	}
	qsort(given, (size_t)found, sizeof(*given), by_value);
	double middle = median(given, found, is_integer(field));
	for (int i = 0; i < found; i++)
		equal += given[i] == middle;
	out->value = num_f64_text(mem, middle == 0 ? 0.0 : middle);
	out->confidence = (double)equal / count;
}

const struct kind kind_number = {
	.name = "number",
	.about = "A number in a range: a count, a measure, a rating.",
	.example = "{\"type\":\"number\",\"name\":\"count\",\"label\":\"How many are there?\","
		   "\"min\":0,\"max\":100,\"integer\":true,\"required\":true}",
	.check_block = check_block,
	.put_block = put_block,
	.check_answer = check_answer,
	.truth = truth,
	.same = same,
	.agree = agree,
};
