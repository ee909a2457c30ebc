/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * point: points on a picture: where something is, or how many there are.
 *
 *   {"type":"point","name":"eyes","label":"Mark both eyes","src":"{{image}}",
 *    "labels":["left","right"],"near":8,"min":0,"max":50,"required":true}
 *
 * The value is that of shape.c with "point":[x,y]. How answers are joined says outline.c; two are
 * equal when their points pair one to one with equal labels, each within `near` pixels.
 */
#include "kind/outline_in.h"

static void check_block(struct kind_faults *f, const struct json_value *block, struct str path)
{
	kind_outline_check_block(f, block, path, OUTLINE_POINT);
}

static bool check_answer(struct kind_faults *f, const struct kind_field *field,
			 const struct json_value *value, struct json *out)
{
	return kind_outline_check_answer(f, field, value, out, OUTLINE_POINT);
}

static bool same(struct arena *mem, const struct kind_field *field, const struct json_value *a,
		 const struct json_value *b)
{
	return kind_outline_same(mem, field, a, b, OUTLINE_POINT);
}

static void agree(struct arena *mem, const struct kind_field *field,
		  const struct json_value *const *values, int count, struct kind_result *out)
{
	kind_outline_agree(mem, field, values, count, out, OUTLINE_POINT);
}

const struct kind kind_point = {
	.name = "point",
	.about = "Points on a picture, each with a label.",
	.example = "{\"type\":\"point\",\"name\":\"eyes\",\"label\":\"Mark both eyes\","
		   "\"src\":\"{{image}}\",\"alt\":\"\","
		   "\"labels\":[\"left\",\"right\"],\"min\":0,\"max\":50,\"required\":true}",
	.has_picture = true,
	.check_block = check_block,
	.put_block = kind_shapes_put_block,
	.check_answer = check_answer,
	.truth = kind_shapes_truth,
	.same = same,
	.agree = agree,
};
