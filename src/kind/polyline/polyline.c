/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * polyline: lines along things on a picture, of two points or more.
 *
 *   {"type":"polyline","name":"roads","label":"Follow each road","src":"{{image}}",
 *    "labels":["road","river"],"near":10,"min":0,"max":50,"required":true}
 *
 * The value is that of shape.c with "points":[[x,y],…]. How answers are joined says outline.c;
 * two are equal when their lines pair one to one with equal labels and lie within `near` pixels of
 * each other in the mean.
 */
#include "kind/outline_in.h"

static void check_block(struct kind_faults *f, const struct json_value *block, struct str path)
{
	kind_outline_check_block(f, block, path, OUTLINE_LINE);
}

static bool check_answer(struct kind_faults *f, const struct kind_field *field,
			 const struct json_value *value, struct json *out)
{
	return kind_outline_check_answer(f, field, value, out, OUTLINE_LINE);
}

static bool same(struct arena *mem, const struct kind_field *field, const struct json_value *a,
		 const struct json_value *b)
{
	return kind_outline_same(mem, field, a, b, OUTLINE_LINE);
}

static void agree(struct arena *mem, const struct kind_field *field,
		  const struct json_value *const *values, int count, struct kind_result *out)
{
	kind_outline_agree(mem, field, values, count, out, OUTLINE_LINE);
}

const struct kind kind_polyline = {
	.name = "polyline",
	.about = "Lines along things on a picture, each with a label.",
	.example = "{\"type\":\"polyline\",\"name\":\"roads\",\"label\":\"Follow each road\","
		   "\"src\":\"{{image}}\",\"alt\":\"\","
		   "\"labels\":[\"road\",\"river\"],\"min\":0,\"max\":50,\"required\":true}",
	.has_picture = true,
	.check_block = check_block,
	.put_block = kind_shapes_put_block,
	.check_answer = check_answer,
	.truth = kind_shapes_truth,
	.same = same,
	.agree = agree,
};
