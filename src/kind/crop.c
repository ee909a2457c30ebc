/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The part of a picture that an image block shows, for a field of a form above its input: four
 * numbers [x,y,width,height] in pixels of the picture, in the template where all records share a
 * layout, or a cell that holds them.
 *
 * The browser cuts: one picture is then fetched once for all fields of its form, and can be looked
 * at as a whole. A crop that hides the rest of a page from a worker needs pictures of its own.
 */
#include "kind/kind_in.h"
#include "media/media.h"

enum { NUMBERS = 4 };

static bool is_crop(const double *n)
{
	for (int i = 0; i < NUMBERS; i++)
		if (!(n[i] >= 0 && n[i] <= MEDIA_SIDE_MAX) || (i > 1 && n[i] < 1))
			return false;
	return true;
}

static bool read_list(const struct json_value *list, double *out)
{
	if (!json_is(list, JSON_LIST) || list->count != NUMBERS)
		return false;
	for (size_t i = 0; i < NUMBERS; i++)
		if (!json_f64(json_at(list, i), &out[i]))
			return false;
	return is_crop(out);
}

/* "10, 20, 300, 40", with brackets or without. */
static bool read_cell(struct arena *mem, struct str cell, double *out)
{
	struct str text = str_trim(cell);
	struct json_value *list;
	struct json_fault fault;

	if (!str_starts(text, S("[")))
		text = str_format(mem, "[%.*s]", STR_ARG(text));
	return json_read(mem, text, &list, &fault) && read_list(list, out);
}

bool kind_crop_check(struct kind_faults *f, const struct json_value *block, struct str path)
{
	const struct json_value *crop = json_get(block, S("crop"));
	double numbers[NUMBERS];
	struct str text, name;
	size_t from = 0, at;

	if (crop == NULL || read_list(crop, numbers))
		return true;
	if (json_text(crop, &text) && kind_place_next(str_trim(text), &from, &at, &name) &&
	    at == 0 && from == str_trim(text).len)
		return true;
	kind_fault(f, kind_path(f->mem, path, "crop"), crop,
		   "crop is [x,y,width,height] in pixels, or one {{column}} that holds that");
	return false;
}

void kind_crop_put(struct json *out, const struct json_value *block, const struct kind_view *view)
{
	const struct json_value *crop = json_get(block, S("crop"));
	double numbers[NUMBERS];
	struct str text;

	if (json_text(crop, &text)) {
		if (!read_cell(view->mem, kind_fill(view->mem, text, view->fields), numbers))
			return; /* the whole picture, rather than none */
	} else if (!read_list(crop, numbers)) {
		return;
	}
	json_key(out, "crop");
	json_list(out);
	for (int i = 0; i < NUMBERS; i++)
		json_put_f64(out, kind_pixel(numbers[i]));
	json_list_end(out);
}
