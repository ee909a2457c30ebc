/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * rank: some things put in order, the first on top.
 *
 *   {"type":"rank","name":"order","label":"Put the best on top",
 *    "options":["a",{"value":"b","label":"{{title}}"},"c"],"required":true}
 *
 * The value is the list of all values in the order given. Orders are joined by the sum of places
 * (Borda 1781); of equal sums the option that stands first in the template is first. The confidence
 * is the share of pairs of things, over all answers, that the result puts as the answer does.
 */
#include <stdlib.h>
#include "kind/kind_in.h"

enum { THINGS_MIN = 2, THINGS_MAX = 20 };

static void check_block(struct kind_faults *f, const struct json_value *block, struct str path)
{
	static const char *const members[] = { "options", "shuffle", NULL };

	kind_members(f, block, path, true, members);
	(void)kind_options_check(f, block, path, THINGS_MIN, THINGS_MAX);
}

static void put_block(struct json *out, const struct kind_field *field,
		      const struct kind_view *view)
{
	kind_options_put(out, field, view);
}

/* place[i] of option i, from 0; false when the value is no order of all options. */
static bool places(const struct kind_field *field, const struct json_value *value, int *place)
{
	const struct json_value *options = kind_options(field->block);
	int at = 0;

	if (!json_is(value, JSON_LIST) || options == NULL || value->count != options->count)
		return false;
	for (size_t i = 0; i < options->count; i++)
		place[i] = -1;
	for (const struct json_value *v = value->first; v != NULL; v = v->next, at++) {
		struct str text;
		int i = json_text(v, &text) ? kind_option_index(field, text) : -1;

		if (i < 0 || place[i] >= 0)
			return false;
		place[i] = at;
	}
	return true;
}

static bool check_answer(struct kind_faults *f, const struct kind_field *field,
			 const struct json_value *value, struct json *out)
{
	int place[THINGS_MAX];

	if (!places(field, value, place)) {
		kind_fault(f, field->name, value, "this is a list of all options, each once");
		return false;
	}
	json_put_value(out, value);
	return true;
}

static struct str truth(struct arena *mem, const struct kind_field *field, struct str cell)
{
	(void)field;
	return kind_listed(mem, cell);
}

static int votes(struct arena *mem, const struct kind_field *field, const struct json_value *value,
		 struct str **keys)
{
	(void)field;
	*keys = NEW(mem, struct str);
	(*keys)[0] = kind_json_text(mem, value);
	return 1;
}

struct thing {
	int option;
	int64_t sum; /* of its places */
};

static int by_sum(const void *left, const void *right)
{
	const struct thing *a = left, *b = right;

	if (a->sum != b->sum)
		return a->sum < b->sum ? -1 : 1;
	return a->option - b->option;
}

/* Of the pairs of things in one answer, how many stand as in the result. */
static int kept_pairs(const struct thing *thing, int things, const int *place)
{
	int kept = 0;

	for (int i = 0; i < things; i++)
		for (int k = i + 1; k < things; k++)
			kept += place[thing[i].option] < place[thing[k].option];
	return kept;
}

static void agree(struct arena *mem, const struct kind_field *field,
		  const struct json_value *const *values, int count, struct kind_result *out)
{
	const struct json_value *options = kind_options(field->block);
	const int things = (int)options->count;
	struct thing thing[THINGS_MAX] = { 0 };
	struct json value = json_make(mem, 1 << 16);
	int place[THINGS_MAX], found = 0, kept = 0;

	for (int i = 0; i < things; i++)
		thing[i].option = i;
	for (int a = 0; a < count; a++) {
		if (values[a] == NULL || !places(field, values[a], place))
			continue;
		found++;
		for (int i = 0; i < things; i++)
			thing[i].sum += place[i];
	}
	if (2 * found < count || found == 0) {
		out->value = S("null");
		out->confidence = (double)(count - found) / count;
		return;
	}
	qsort(thing, (size_t)things, sizeof(*thing), by_sum);
	for (int a = 0; a < count; a++)
		if (values[a] != NULL && places(field, values[a], place))
			kept += kept_pairs(thing, things, place);
	json_list(&value);
	for (int i = 0; i < things; i++) {
		struct str text = { 0 };

		(void)!kind_option_value(json_at(options, (size_t)thing[i].option), &text);
		json_put_text(&value, text);
	}
	json_list_end(&value);
	out->value = json_end(&value);
	int pairs = found * (things * (things - 1) / 2);
	out->confidence = (double)kept / pairs;
}

const struct kind kind_rank = {
	.name = "rank",
	.about = "Things put in order.",
	.example = "{\"type\":\"rank\",\"name\":\"order\",\"label\":\"Put the best on top\","
		   "\"options\":[\"first draft\",\"second draft\",\"third draft\"],"
		   "\"required\":true}",
	.check_block = check_block,
	.put_block = put_block,
	.check_answer = check_answer,
	.truth = truth,
	.votes = votes,
	.agree = agree,
};
