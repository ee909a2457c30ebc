/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What all kinds that mark a picture share: the labels a mark may have, how many marks there may
 * be, and the value around them:
 *
 *   {"width":1280,"height":720,"shapes":[{"label":"car","box":[10,20,30.5,40]}]}
 *
 * Numbers are pixels of the picture as it is shown (turned as its EXIF data say), from its upper
 * left corner, kept to a hundredth. width and height are the picture's; they are optional, and
 * marks must lie inside where they are given. `confidence` of a shape, which results have, is
 * read over, so that a result can be given back as a known answer.
 */
#include <math.h>
#include "kind/kind_in.h"

enum { SIDE_MAX = 100000 };

/* --- blocks --- */

void kind_shapes_check_block(struct kind_faults *f, const struct json_value *block, struct str path,
			     const char *more)
{
	const char *const members[] = { "src", "alt", "labels", "min", "max", more, NULL };
	int64_t min = 0, max = KIND_SHAPES_MAX;

	kind_members(f, block, path, true, members);
	kind_labels_check(f, block, path, "labels", false);
	if (kind_member_i64(f, block, path, "min", 0, KIND_SHAPES_MAX, &min) &&
	    kind_member_i64(f, block, path, "max", 1, KIND_SHAPES_MAX, &max) && min > max)
		kind_fault(f, kind_path(f->mem, path, "min"), json_get(block, S("min")),
			   "min is above max");
}

void kind_shapes_put_block(struct json *out, const struct kind_field *field,
			   const struct kind_view *view)
{
	(void)view;
	kind_labels_put(out, field, "labels");
	json_i64_of(out, "min", kind_i64(field->block, "min", 0));
	json_i64_of(out, "max", kind_i64(field->block, "max", KIND_SHAPES_MAX));
}

/* --- answers --- */

bool kind_shapes_read(struct kind_faults *f, const struct kind_field *field,
		      const struct json_value *value, struct kind_shapes *out)
{
	static const char *const members[] = { "width", "height", "shapes", NULL };
	int64_t min = kind_i64(field->block, "min", 0);
	int64_t max = kind_i64(field->block, "max", KIND_SHAPES_MAX);
	const struct json_value *list = json_get(value, S("shapes"));
	int before = f->count;

	*out = (struct kind_shapes){ .width = SIDE_MAX, .height = SIDE_MAX };
	if (!json_is(list, JSON_LIST)) {
		kind_fault(f, field->name, value, "this is an object with a list of shapes");
		return false;
	}
	kind_members(f, value, field->name, false, members);
	out->first = list->first;
	out->count = (int)(list->count <= KIND_SHAPES_MAX ? list->count : KIND_SHAPES_MAX + 1);
	out->has_size = json_get(value, S("width")) != NULL || json_get(value, S("height")) != NULL;
	if (out->has_size && (!json_i64(json_get(value, S("width")), 1, SIDE_MAX, &out->width) ||
			      !json_i64(json_get(value, S("height")), 1, SIDE_MAX, &out->height)))
		kind_fault(f, kind_path(f->mem, field->name, "width"), value,
			   "width and height are whole numbers from 1 to %d", SIDE_MAX);
	if (out->count < min || out->count > max)
		kind_fault(f, field->name, value, "mark %lld to %lld", (long long)min,
			   (long long)max);
	return f->count == before;
}

struct str kind_shape_path(struct kind_faults *f, const struct kind_field *field, int index)
{
	return kind_path_at(f->mem, field->name, "shapes", index);
}

bool kind_shape_label(struct kind_faults *f, const struct kind_field *field,
		      const struct json_value *shape, struct str path, const char *form, int *label)
{
	const struct json_value *labels = json_get(field->block, S("labels"));
	const struct json_value *given = json_get(shape, S("label"));
	const char *const members[] = { "label", "confidence", form, NULL };

	*label = 0;
	if (!json_is(shape, JSON_OBJECT)) {
		kind_fault(f, path, shape, "a shape is an object");
		return false;
	}
	kind_members(f, shape, path, false, members);
	if (labels == NULL && given == NULL)
		return true;
	*label = kind_label_index(field, "labels", given);
	if (*label >= 0)
		return true;
	kind_fault(f, kind_path(f->mem, path, "label"), given != NULL ? given : shape,
		   "this is none of the labels");
	return false;
}

double kind_pixel(double number)
{
	double kept = round(number * 100) / 100;

	return kept == 0 ? 0.0 : kept; /* there is one zero */
}

bool kind_pixel_read(const struct json_value *v, int64_t side, double *out)
{
	double number;

	if (!json_f64(v, &number) || !isfinite(number))
		return false;
	*out = kind_pixel(number);
	return *out >= 0 && *out <= (double)side;
}

void kind_shapes_begin(struct json *out, const struct kind_shapes *shapes)
{
	json_object(out);
	if (shapes->has_size) {
		json_i64_of(out, "width", shapes->width);
		json_i64_of(out, "height", shapes->height);
	}
	json_key(out, "shapes");
	json_list(out);
}

void kind_shapes_end(struct json *out)
{
	json_list_end(out);
	json_object_end(out);
}

struct str kind_shapes_truth(struct arena *mem, const struct kind_field *field, struct str cell)
{
	(void)field;
	cell = str_trim(cell);
	if (!str_starts(cell, S("[")))
		return cell;
	return str_format(mem, "{\"shapes\":%.*s}", STR_ARG(cell));
}
