/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * date: a day of the Gregorian calendar.
 *
 *   {"type":"date","name":"signed","label":"When was it signed?",
 *    "min":"1900-01-01","max":"1999-12-31","required":true}
 *
 * The value is "YYYY-MM-DD". Days agree by most votes: a median day would be one that nobody
 * has read.
 */
#include "kind/kind_in.h"

enum { LENGTH = 10 };

static bool digits(struct str text, size_t from, size_t to, int *out)
{
	*out = 0;
	for (size_t i = from; i < to; i++) {
		if (text.at[i] < '0' || text.at[i] > '9')
			return false;
		*out = *out * 10 + text.at[i] - '0';
	}
	return true;
}

static bool is_date(struct str text)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int year, month, day;

	if (text.len != LENGTH || text.at[4] != '-' || text.at[7] != '-' ||
	    !digits(text, 0, 4, &year) || !digits(text, 5, 7, &month) ||
	    !digits(text, 8, LENGTH, &day) || year < 1 || month < 1 || month > 12 || day < 1)
		return false;
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return day <= days[month - 1] + (leap && month == 2);
}

/* A bound of the block, or no text. */
static struct str bound(const struct json_value *block, const char *member)
{
	struct str text = { 0 };

	(void)!json_text(json_get(block, str_of(member)), &text);
	return text;
}

static void check_block(struct kind_faults *f, const struct json_value *block, struct str path)
{
	static const char *const members[] = { "min", "max", NULL };
	int before = f->count;

	kind_members(f, block, path, true, members);
	for (int i = 0; i < 2; i++) {
		const struct json_value *v = json_get(block, str_of(members[i]));

		if (v != NULL && !is_date(bound(block, members[i])))
			kind_fault(f, kind_path(f->mem, path, members[i]), v,
				   "this is a day such as 2026-12-31");
	}
	struct str min = bound(block, "min"), max = bound(block, "max");
	if (f->count == before && min.len > 0 && max.len > 0 && str_compare(min, max) > 0)
		kind_fault(f, kind_path(f->mem, path, "min"), json_get(block, S("min")),
			   "min is above max");
}

static void put_block(struct json *out, const struct kind_field *field,
		      const struct kind_view *view)
{
	static const char *const members[] = { "min", "max" };

	(void)view;
	for (int i = 0; i < 2; i++) {
		struct str day = bound(field->block, members[i]);

		if (day.len > 0)
			json_text_of(out, members[i], day);
		else
			json_null_of(out, members[i]);
	}
}

static bool check_answer(struct kind_faults *f, const struct kind_field *field,
			 const struct json_value *value, struct json *out)
{
	struct str text, min = bound(field->block, "min"), max = bound(field->block, "max");

	if (!json_text(value, &text) || !is_date(text)) {
		kind_fault(f, field->name, value, "this is a day such as 2026-12-31");
		return false;
	}
	if ((min.len > 0 && str_compare(text, min) < 0) ||
	    (max.len > 0 && str_compare(text, max) > 0)) {
		kind_fault(f, field->name, value, "this is out of range");
		return false;
	}
	json_put_text(out, text);
	return true;
}

static struct str truth(struct arena *mem, const struct kind_field *field, struct str cell)
{
	(void)field;
	return kind_quoted(mem, str_trim(cell));
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
	(void)field;
	kind_most(mem, values, count, out);
}

const struct kind kind_date = {
	.name = "date",
	.about = "A day of the calendar.",
	.example = "{\"type\":\"date\",\"name\":\"day\",\"label\":\"When was it signed?\","
		   "\"min\":\"1900-01-01\",\"max\":\"1999-12-31\",\"required\":true}",
	.check_block = check_block,
	.put_block = put_block,
	.check_answer = check_answer,
	.truth = truth,
	.votes = votes,
	.agree = agree,
};
