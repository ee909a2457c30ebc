/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What polygons, polylines and points share: shapes made of points.
 *
 * Shapes of several answers are joined like boxes: their frames (the bounding box; for lines and
 * points wider by `near` on each side) are clustered by model_box_merge, so one rule says how
 * many must have seen a thing. A point becomes the median of its cluster. Of polygons and lines
 * the median would be a shape that nobody has drawn, crossing itself at worst, so the result is
 * the member that is closest to the others: the greatest sum of IoU of the areas, the smallest of
 * mean distances. At most MEMBERS_MAX members are compared. (`tessera aggregate` clusters polygons
 * by their areas; frames cost the same for every form, and only the closest is measured exactly.)
 *
 * `near` is about how far apart two points may lie that mean the same: in the block, or else 2 %
 * of the longer side of the picture, or 20 pixels where the answers do not say how large it is.
 */
#include <math.h>
#include <stdlib.h>
#include "kind/kind_in.h"
#include "kind/outline_in.h"
#include "model/model.h"

enum { POINTS_MAX = 200, MEMBERS_MAX = 15, STEPS = 32, NEAR = 20, NEAR_MAX = 1000 };

#define JOIN 0.3  /* as in model_box_merge */
#define EQUAL 0.5 /* of areas */
#define NEAR_SHARE 0.02

struct spot {
	double x, y;
};

struct outline {
	struct spot *at;
	int count;
	int label;
};

static int least(enum outline_form form)
{
	return form == OUTLINE_POLYGON ? 3 : form == OUTLINE_LINE ? 2 : 1;
}

/* --- blocks --- */

void kind_outline_check_block(struct kind_faults *f, const struct json_value *block,
			      struct str path, enum outline_form form)
{
	double number = NEAR;

	kind_shapes_check_block(f, block, path, form == OUTLINE_POLYGON ? NULL : "near");
	if (form != OUTLINE_POLYGON && kind_member_f64(f, block, path, "near", &number) &&
	    !(number > 0 && number <= NEAR_MAX))
		kind_fault(f, kind_path(f->mem, path, "near"), json_get(block, S("near")),
			   "near is above 0 and at most %d pixels", NEAR_MAX);
}

static double near_of(const struct kind_field *field, const struct kind_shapes *around)
{
	double usual = NEAR;

	if (around->has_size)
		usual = NEAR_SHARE * fmax((double)around->width, (double)around->height);
	return kind_f64(field->block, "near", usual);
}

static struct model_box frame_of(const struct outline *o, double wider)
{
	struct model_box out = { .at = { HUGE_VAL, HUGE_VAL, -HUGE_VAL, -HUGE_VAL },
				 .label = o->label };

	for (int i = 0; i < o->count; i++) {
		out.at[0] = fmin(out.at[0], o->at[i].x - wider);
		out.at[1] = fmin(out.at[1], o->at[i].y - wider);
		out.at[2] = fmax(out.at[2], o->at[i].x + wider);
		out.at[3] = fmax(out.at[3], o->at[i].y + wider);
	}
	return out;
}

/* --- answers --- */

static bool read_spot(const struct json_value *v, const struct kind_shapes *around,
		      struct spot *out)
{
	return json_is(v, JSON_LIST) && v->count == 2 &&
	       kind_pixel_read(json_at(v, 0), around->width, &out->x) &&
	       kind_pixel_read(json_at(v, 1), around->height, &out->y);
}

static bool read_spots(struct arena *mem, const struct json_value *shape, enum outline_form form,
		       const struct kind_shapes *around, struct outline *out)
{
	if (form == OUTLINE_POINT) {
		out->at = NEW(mem, struct spot);
		out->count = 1;
		return read_spot(json_get(shape, S("point")), around, out->at);
	}
	const struct json_value *list = json_get(shape, S("points"));
	if (!json_is(list, JSON_LIST) || list->count < (size_t)least(form) ||
	    list->count > POINTS_MAX)
		return false;
	out->at = NEW_MANY(mem, struct spot, list->count);
	for (const struct json_value *v = list->first; v != NULL; v = v->next)
		if (!read_spot(v, around, &out->at[out->count++]))
			return false;
	const struct model_box frame = frame_of(out, 0);
	return form != OUTLINE_POLYGON || (frame.at[0] < frame.at[2] && frame.at[1] < frame.at[3]);
}

static void put_spots(struct json *out, const struct outline *o, enum outline_form form)
{
	json_key(out, form == OUTLINE_POINT ? "point" : "points");
	if (form != OUTLINE_POINT)
		json_list(out);
	for (int i = 0; i < o->count; i++) {
		json_list(out);
		json_put_f64(out, kind_pixel(o->at[i].x));
		json_put_f64(out, kind_pixel(o->at[i].y));
		json_list_end(out);
	}
	if (form != OUTLINE_POINT)
		json_list_end(out);
}

bool kind_outline_check_answer(struct kind_faults *f, const struct kind_field *field,
			       const struct json_value *value, struct json *out,
			       enum outline_form form)
{
	const char *member = form == OUTLINE_POINT ? "point" : "points";
	struct kind_shapes shapes;
	int i = 0, before = f->count;

	if (!kind_shapes_read(f, field, value, &shapes))
		return false;
	kind_shapes_begin(out, &shapes);
	for (const struct json_value *s = shapes.first; s != NULL; s = s->next, i++) {
		struct str path = kind_shape_path(f, field, i);
		struct outline o = { 0 };

		if (!kind_shape_label(f, field, s, path, member, &o.label))
			continue;
		if (!read_spots(f->mem, s, form, &shapes, &o)) {
			kind_fault(f, kind_path(f->mem, path, member), s,
				   form == OUTLINE_POINT ?
					   "a point is [x,y] in pixels, inside of the picture" :
					   "points is a list of %d to %d [x,y] in pixels, inside "
					   "of the picture, not all in one row",
				   least(form), POINTS_MAX);
			continue;
		}
		json_object(out);
		kind_label_put(out, field, "labels", o.label);
		put_spots(out, &o, form);
		json_object_end(out);
	}
	kind_shapes_end(out);
	return f->count == before;
}

/* --- how close two shapes are --- */

static struct model_polygon polygon_of(struct arena *mem, const struct outline *o)
{
	double *at = NEW_MANY(mem, double, 2 * (size_t)o->count);

	for (int i = 0; i < o->count; i++) {
		at[2 * i] = o->at[i].x;
		at[2 * i + 1] = o->at[i].y;
	}
	return (struct model_polygon){ .at = at, .points = o->count };
}

static double area_iou(struct arena *mem, const struct outline *a, const struct outline *b)
{
	struct arena_mark mark = arena_mark(mem);
	const struct model_polygon left = polygon_of(mem, a), right = polygon_of(mem, b);
	double iou = model_polygon_iou(mem, &left, &right);

	arena_reset(mem, mark);
	return iou;
}

static double to_segment(struct spot p, struct spot a, struct spot b)
{
	double x = b.x - a.x, y = b.y - a.y, square = x * x + y * y;
	double t = square > 0 ? ((p.x - a.x) * x + (p.y - a.y) * y) / square : 0;

	t = fmin(1, fmax(0, t));
	return hypot(a.x + t * x - p.x, a.y + t * y - p.y);
}

/* The mean distance to line b of STEPS places along line a. */
static double way_between(const struct outline *a, const struct outline *b)
{
	double whole = 0, sum = 0, before = 0;
	int at = 1;

	for (int i = 1; i < a->count; i++)
		whole += hypot(a->at[i].x - a->at[i - 1].x, a->at[i].y - a->at[i - 1].y);
	for (int step = 0; step < STEPS; step++) {
		double along = whole * step / (STEPS - 1), best = HUGE_VAL, part = 0;

		for (; at < a->count; at++) {
			part = hypot(a->at[at].x - a->at[at - 1].x, a->at[at].y - a->at[at - 1].y);
			if (before + part >= along || at == a->count - 1)
				break;
			before += part;
		}
		double t = part > 0 ? fmin(1, (along - before) / part) : 0;
		struct spot p = { a->at[at - 1].x + t * (a->at[at].x - a->at[at - 1].x),
				  a->at[at - 1].y + t * (a->at[at].y - a->at[at - 1].y) };
		for (int i = 1; i < b->count; i++)
			best = fmin(best, to_segment(p, b->at[i - 1], b->at[i]));
		sum += best;
	}
	return sum / STEPS;
}

/* Larger is closer; 0 is where polygons share nothing and lines lie on each other. */
static double closeness(struct arena *mem, const struct outline *a, const struct outline *b,
			enum outline_form form)
{
	if (form == OUTLINE_POLYGON)
		return area_iou(mem, a, b);
	if (form == OUTLINE_LINE)
		return -fmax(way_between(a, b), way_between(b, a));
	return -hypot(a->at[0].x - b->at[0].x, a->at[0].y - b->at[0].y);
}

/* --- answers together --- */

struct given {
	struct str text;
	struct outline *shape;
	int count;
};

static void load(struct arena *mem, const struct kind_field *field, const struct json_value *value,
		 enum outline_form form, struct given *out, struct kind_shapes *around)
{
	const char *member = form == OUTLINE_POINT ? "point" : "points";
	struct kind_faults f = kind_faults_make(mem, (struct str){ 0 });

	*out = (struct given){ .text = kind_json_text(mem, value),
			       .shape = NEW_MANY(mem, struct outline, KIND_SHAPES_MAX) };
	if (!kind_shapes_read(&f, field, value, around))
		return;
	for (const struct json_value *s = around->first; s != NULL; s = s->next) {
		struct outline o = { 0 };

		if (kind_shape_label(&f, field, s, S(""), member, &o.label) &&
		    read_spots(mem, s, form, around, &o))
			out->shape[out->count++] = o;
	}
}

static void frames(const struct given *g, double wider, struct model_box *out)
{
	for (int i = 0; i < g->count; i++)
		out[i] = frame_of(&g->shape[i], wider);
}

bool kind_outline_same(struct arena *mem, const struct kind_field *field,
		       const struct json_value *a, const struct json_value *b,
		       enum outline_form form)
{
	struct kind_shapes around, other;
	struct given left, right;
	int *partner = NEW_MANY(mem, int, KIND_SHAPES_MAX);
	struct model_box *one = NEW_MANY(mem, struct model_box, KIND_SHAPES_MAX);
	struct model_box *two = NEW_MANY(mem, struct model_box, KIND_SHAPES_MAX);

	load(mem, field, a, form, &left, &around);
	load(mem, field, b, form, &right, &other);
	double near = near_of(field, around.has_size ? &around : &other);
	/* Wide enough that all that may be equal can pair. */
	double wider = form == OUTLINE_POLYGON ? 0 : 2 * near;
	frames(&left, wider, one);
	frames(&right, wider, two);
	if (left.count != right.count ||
	    model_box_match(mem, one, left.count, two, right.count, JOIN, partner) != left.count)
		return false;
	for (int i = 0; i < left.count; i++) {
		const struct outline *l = &left.shape[i], *r = &right.shape[partner[i]];
		double close = closeness(mem, l, r, form);

		if (l->label != r->label || close < (form == OUTLINE_POLYGON ? EQUAL : -near))
			return false;
	}
	return true;
}

static int by_text(const void *left, const void *right)
{
	return str_compare(((const struct given *)left)->text, ((const struct given *)right)->text);
}

/* Of all answers the shapes that belong to result `box`: each answer has one at most. */
static int members_of(struct arena *mem, const struct given *given, int32_t answers,
		      const struct model_box *box, int count, int wanted, double wider,
		      const struct outline **out)
{
	struct arena_mark mark = arena_mark(mem);
	struct model_box *frame = NEW_MANY(mem, struct model_box, KIND_SHAPES_MAX);
	int *partner = NEW_MANY(mem, int, (size_t)count);
	int found = 0;

	for (int32_t i = 0; i < answers && found < MEMBERS_MAX; i++) {
		frames(&given[i], wider, frame);
		(void)model_box_match(mem, box, count, frame, given[i].count, JOIN, partner);
		if (partner[wanted] >= 0)
			out[found++] = &given[i].shape[partner[wanted]];
	}
	arena_reset(mem, mark);
	return found;
}

/* The member that is closest to the others; those with the result's label go before. */
static struct outline closest(struct arena *mem, const struct outline **member, int count,
			      int label, enum outline_form form)
{
	double best = -HUGE_VAL;
	int at = 0;

	for (int i = 0; i < count; i++) {
		double sum = member[i]->label == label ? 0 : -1e9;

		for (int k = 0; k < count; k++)
			if (k != i)
				sum += closeness(mem, member[i], member[k], form);
		if (sum > best) {
			best = sum;
			at = i;
		}
	}
	struct outline out = *member[at];
	out.label = label;
	return out;
}

/* The mean of their confidences; 0 without any. */
static double put_results(struct arena *mem, const struct kind_field *field,
			  const struct given *given, int32_t answers, const struct model_box *box,
			  int count, double wider, enum outline_form form, struct json *out)
{
	const struct outline *member[MEMBERS_MAX];
	double sum = 0;
	int kept = 0;

	for (int i = 0; i < count; i++) {
		struct spot middle = { (box[i].at[0] + box[i].at[2]) / 2,
				       (box[i].at[1] + box[i].at[3]) / 2 };
		struct outline one = { .at = &middle, .count = 1, .label = box[i].label };

		if (form != OUTLINE_POINT) {
			int members = members_of(mem, given, answers, box, count, i, wider, member);

			if (members == 0)
				continue; /* the medians of a cluster may fit none of its members */
			one = closest(mem, member, members, box[i].label, form);
		}
		json_object(out);
		kind_label_put(out, field, "labels", one.label);
		put_spots(out, &one, form);
		json_f64_of(out, "confidence", round(box[i].confidence * 1e4) / 1e4);
		json_object_end(out);
		sum += box[i].confidence;
		kept++;
	}
	return kept > 0 ? sum / kept : 0;
}

/* The same for each form; the confidence is as that of boxes. */
void kind_outline_agree(struct arena *mem, const struct kind_field *field,
			const struct json_value *const *values, int count, struct kind_result *out,
			enum outline_form form)
{
	struct given *given = NEW_MANY(mem, struct given, (size_t)count);
	struct kind_shapes around = { 0 };
	int32_t found = 0, empty = 0, all = 0;

	for (int i = 0; i < count; i++) {
		struct kind_shapes own;

		if (values[i] == NULL)
			continue;
		load(mem, field, values[i], form, &given[found], &own);
		empty += given[found].count == 0;
		all += given[found].count;
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
	const double wider = form == OUTLINE_POLYGON ? 0 : near_of(field, &around);
	struct model_box *box = NEW_MANY(mem, struct model_box, (size_t)all + 1);
	struct model_box *merged = NEW_MANY(mem, struct model_box, (size_t)all + 1);
	int32_t *box_from = NEW_MANY(mem, int32_t, (size_t)found + 1), from[2] = { 0, found };
	for (int32_t i = 0; i < found; i++) {
		frames(&given[i], wider, box + box_from[i]);
		box_from[i + 1] = box_from[i] + given[i].count;
	}
	struct model_boxes answers = { 1, from, box_from, box };
	int kept = model_box_merge(mem, &answers, 0, merged);
	struct json value = json_make(mem, 1 << 20);
	kind_shapes_begin(&value, &around);
	double sure = put_results(mem, field, given, found, merged, kept, wider, form, &value);
	kind_shapes_end(&value);
	out->value = json_end(&value);
	out->confidence = kept > 0 ? sure : (double)empty / found;
}
