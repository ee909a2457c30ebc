/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * polygon: areas on a picture, by their corners.
 *
 *   {"type":"polygon","name":"areas","label":"Outline each lake","src":"{{image}}",
 *    "labels":["lake","sea"],"min":0,"max":50,"required":true}
 *
 * The value is that of shape.c with "points":[[x,y],…], three or more. How answers are joined
 * says outline.c; two are equal when their polygons pair one to one at an IoU of at least .5 with
 * equal labels.
 */
#include "kind/outline_in.h"

static void check_block(struct kind_faults *f, const struct json_value *block, struct str path)
{
	kind_outline_check_block(f, block, path, OUTLINE_POLYGON);
}

static bool check_answer(struct kind_faults *f, const struct kind_field *field,
			 const struct json_value *value, struct json *out)
{
	return kind_outline_check_answer(f, field, value, out, OUTLINE_POLYGON);
}

static bool same(struct arena *mem, const struct kind_field *field, const struct json_value *a,
		 const struct json_value *b)
{
	return kind_outline_same(mem, field, a, b, OUTLINE_POLYGON);
}

static void agree(struct arena *mem, const struct kind_field *field,
		  const struct json_value *const *values, int count, struct kind_result *out)
{
	kind_outline_agree(mem, field, values, count, out, OUTLINE_POLYGON);
}

const struct kind kind_polygon = {
	.name = "polygon",
	.about = "Polygons around things on a picture, each with a label.",
	.example = "{\"type\":\"polygon\",\"name\":\"areas\",\"label\":\"Outline each lake\","
		   "\"src\":\"{{image}}\",\"alt\":\"\","
		   "\"labels\":[\"lake\",\"sea\"],\"min\":0,\"max\":50,\"required\":true}",
	.has_picture = true,
	.check_block = check_block,
	.put_block = kind_shapes_put_block,
	.check_answer = check_answer,
	.truth = kind_shapes_truth,
	.same = same,
	.agree = agree,
};
