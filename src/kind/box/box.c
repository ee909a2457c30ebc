/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * box: boxes around things on a picture.
 *
 *   {"type":"box","name":"cars","label":"Draw a box around each car","src":"{{image}}",
 *    "alt":"A street","labels":["car","van"],"min":0,"max":50,"required":true}
 *
 * The value is that of shape.c with "box":[x,y,width,height]. Boxes of several answers are joined
 * by model_box_merge: clusters by IoU, kept where at least half of the answers have a member, the
 * median of each edge; the label is that of most members. Two answers are equal when their boxes
 * pair one to one at an IoU of at least .5 with equal labels (the rule of PASCAL VOC).
 */
#include <math.h>
#include <stdlib.h>
#include "kind/kind_in.h"
#include "model/model.h"

_Static_assert((int)KIND_SHAPES_MAX <= (int)MODEL_BOXES_MAX, "an answer fits the model");

#define EQUAL 0.5

static void check_block(struct kind_faults *f, const struct json_value *block, struct str path)
{
	kind_shapes_check_block(f, block, path, NULL);
}

/* --- answers --- */

/* The corners of [x,y,w,h], or false. */
static bool read_box(const struct json_value *v, const struct kind_shapes *around,
		     struct model_box *out)
{
	double x, y, wide, high;

	if (!json_is(v, JSON_LIST) || v->count != 4 ||
	    !kind_pixel_read(json_at(v, 0), around->width, &x) ||
	    !kind_pixel_read(json_at(v, 1), around->height, &y) ||
	    !kind_pixel_read(json_at(v, 2), around->width, &wide) ||
	    !kind_pixel_read(json_at(v, 3), around->height, &high) || wide <= 0 || high <= 0)
		return false;
	*out = (struct model_box){ .at = { x, y, kind_pixel(x + wide), kind_pixel(y + high) } };
	return out->at[2] <= (double)around->width && out->at[3] <= (double)around->height;
}

static void put_box(struct json *out, const struct model_box *box)
{
	json_key(out, "box");
	json_list(out);
	json_put_f64(out, kind_pixel(box->at[0]));
	json_put_f64(out, kind_pixel(box->at[1]));
	json_put_f64(out, kind_pixel(box->at[2] - box->at[0]));
	json_put_f64(out, kind_pixel(box->at[3] - box->at[1]));
	json_list_end(out);
}

static bool check_answer(struct kind_faults *f, const struct kind_field *field,
			 const struct json_value *value, struct json *out)
{
	struct kind_shapes shapes;
	int i = 0, before = f->count;

	if (!kind_shapes_read(f, field, value, &shapes))
		return false;
	kind_shapes_begin(out, &shapes);
	for (const struct json_value *s = shapes.first; s != NULL; s = s->next, i++) {
		struct str path = kind_shape_path(f, field, i);
		struct model_box box;
		int label;

		if (!kind_shape_label(f, field, s, path, "box", &label))
			continue;
		if (!read_box(json_get(s, S("box")), &shapes, &box)) {
			kind_fault(f, kind_path(f->mem, path, "box"), s,
				   "a box is [x,y,width,height] in pixels, inside of the picture "
				   "and not empty");
			continue;
		}
		json_object(out);
		kind_label_put(out, field, "labels", label);
		put_box(out, &box);
		json_object_end(out);
	}
	kind_shapes_end(out);
	return f->count == before;
}

/* --- agreeing --- */

/* The boxes of a canonical value, behind those that are in `box` already. */
static int load(struct arena *mem, const struct kind_field *field, const struct json_value *value,
		struct model_box *box, struct kind_shapes *shapes)
{
	struct kind_faults f = kind_faults_make(mem, (struct str){ 0 });
	int count = 0;

	if (!kind_shapes_read(&f, field, value, shapes))
		return 0;
	for (const struct json_value *s = shapes->first; s != NULL; s = s->next) {
		int label;

		if (!kind_shape_label(&f, field, s, S(""), "box", &label) ||
		    !read_box(json_get(s, S("box")), shapes, &box[count]))
			continue;
		box[count++].label = label;
	}
	return count;
}

static bool same(struct arena *mem, const struct kind_field *field, const struct json_value *a,
		 const struct json_value *b)
{
	struct model_box *left = NEW_MANY(mem, struct model_box, KIND_SHAPES_MAX);
	struct model_box *right = NEW_MANY(mem, struct model_box, KIND_SHAPES_MAX);
	int *partner = NEW_MANY(mem, int, KIND_SHAPES_MAX);
	struct kind_shapes around;
	int count = load(mem, field, a, left, &around);

	if (load(mem, field, b, right, &around) != count ||
	    model_box_match(mem, left, count, right, count, EQUAL, partner) != count)
		return false;
	for (int i = 0; i < count; i++)
		if (left[i].label != right[partner[i]].label)
			return false;
	return true;
}

struct given {
	struct str text;
	struct model_box *box;
	int count;
};

static int by_text(const void *left, const void *right)
{
	return str_compare(((const struct given *)left)->text, ((const struct given *)right)->text);
}

static void put_result(struct arena *mem, const struct kind_field *field,
		       const struct kind_shapes *shapes, const struct model_box *box, int count,
		       struct kind_result *out)
{
	struct json value = json_make(mem, 1 << 20);

	kind_shapes_begin(&value, shapes);
	for (int i = 0; i < count; i++) {
		json_object(&value);
		kind_label_put(&value, field, "labels", box[i].label);
		put_box(&value, &box[i]);
		json_f64_of(&value, "confidence", round(box[i].confidence * 1e4) / 1e4);
		json_object_end(&value);
		out->confidence += box[i].confidence / count;
	}
	kind_shapes_end(&value);
	out->value = json_end(&value);
}

/*
 * Answers start and join clusters in the order of their bytes, so that the order in which they came
 * does not matter. (On recorded boxes no order is better than another: F1 at .75 lies between
 * .719 and .726 in twelve shuffled ones, and was .723 with the answers first that agree best.)
 * The confidence is the mean of the boxes'; without boxes the share of answers without any.
 */
static void agree(struct arena *mem, const struct kind_field *field,
		  const struct json_value *const *values, int count, struct kind_result *out)
{
	struct given *given = NEW_MANY(mem, struct given, (size_t)count);
	struct kind_shapes around = { 0 };
	int32_t found = 0, empty = 0, all = 0;

	for (int i = 0; i < count; i++) {
		struct given *g = &given[found];
		struct kind_shapes own;

		if (values[i] == NULL)
			continue;
		g->text = kind_json_text(mem, values[i]);
		g->box = NEW_MANY(mem, struct model_box, KIND_SHAPES_MAX);
		g->count = load(mem, field, values[i], g->box, &own);
		empty += g->count == 0;
		all += g->count;
		if (own.has_size && own.width * own.height > around.width * around.height)
			around = own;
		found++;
	}
	if (2 * found < count || found == 0) {
		out->value = S("null");
		out->confidence = (double)(count - found) / count;
		return;
	}
	qsort(given, (size_t)found, sizeof(*given), by_text);
	struct model_box *box = NEW_MANY(mem, struct model_box, (size_t)all + 1);
	struct model_box *merged = NEW_MANY(mem, struct model_box, (size_t)all + 1);
	int32_t *box_from = NEW_MANY(mem, int32_t, (size_t)found + 1), from[2] = { 0, found };
	for (int32_t i = 0; i < found; i++) {
		memcpy(box + box_from[i], given[i].box, (size_t)given[i].count * sizeof(*box));
		box_from[i + 1] = box_from[i] + given[i].count;
	}
	struct model_boxes answers = { 1, from, box_from, box };
	int kept = model_box_merge(mem, &answers, 0, merged);
	out->confidence = kept == 0 ? (double)empty / found : 0;
	put_result(mem, field, &around, merged, kept, out);
}

const struct kind kind_box = {
	.name = "box",
	.about = "Boxes around things on a picture, each with a label.",
	.example = "{\"type\":\"box\",\"name\":\"boxes\",\"label\":\"Draw a box around each "
		   "animal\",\"src\":\"{{image}}\",\"alt\":\"\",\"labels\":[\"cat\",\"dog\"],"
		   "\"min\":0,\"max\":50,\"required\":true}",
	.has_picture = true,
	.check_block = check_block,
	.put_block = kind_shapes_put_block,
	.check_answer = check_answer,
	.truth = kind_shapes_truth,
	.same = same,
	.agree = agree,
};
