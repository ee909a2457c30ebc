/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * COCO (https://cocodataset.org/#format-data): one JSON object with `categories`, `annotations`
 * and `images`.
 *
 * Boxes and polygons have a category for each label, key points one for each field, with the
 * labels as names of the points; the supercategory is the field, which is said as "field" with its
 * "kind" too, so that the file can come back. Categories count from 1. Box
 * [x,y,width,height] and points in pixels; the area of a polygon is that of its corners (shoelace
 * formula), of a box its sides', of a mask its pixels, of key points their frame's. A mask has its
 * run-length code, as kind/mask has it, for a segmentation. A task's key points are told apart into
 * as many annotations as its most frequent label has points: the n-th point of each label makes the
 * n-th. `score` is the confidence of the mark. Images are spooled and come last, since a task is
 * read once.
 */
#include <math.h>
#include "export/export_in.h"

enum { ENTRY_MAX = 1 << 20, LABELS_MAX = 50 };

struct coco {
	int64_t annotations, images;
	bool in_images;
	int first[KIND_BLOCKS_MAX]; /* the first category of each field */
};

static bool is_ours(const struct kind_field *field)
{
	return export_is(field, "box") || export_is(field, "polygon") || export_is(field, "mask") ||
	       export_is(field, "point");
}

/* --- categories --- */

static void put_category(struct json *out, int id, struct str name, const struct kind_field *field)
{
	const struct json_value *label;

	json_object(out);
	json_i64_of(out, "id", id);
	json_text_of(out, "name", name);
	json_text_of(out, "supercategory", field->name);
	json_text_of(out, "field", field->name);
	json_text_of(out, "kind", str_of(field->kind->name));
	if (export_is(field, "point")) {
		json_key(out, "keypoints");
		json_list(out);
		if (export_labels(field, &label) == 0)
			json_put_text(out, field->name);
		for (; label != NULL; label = label->next)
			json_put_text(out, label->text);
		json_list_end(out);
		json_key(out, "skeleton");
		json_list(out);
		json_list_end(out);
	}
	json_object_end(out);
}

static void put_categories(struct export *e, struct coco *k, struct json *out)
{
	int id = 1;

	json_list(out);
	for (int f = 0; f < e->template.field_count; f++) {
		const struct kind_field *field = &e->template.field[f];
		const struct json_value *label;

		k->first[f] = id;
		if (!is_ours(field))
			continue;
		if (export_is(field, "point") || export_labels(field, &label) == 0) {
			put_category(out, id++, field->name, field);
			continue;
		}
		for (; label != NULL; label = label->next)
			put_category(out, id++, label->text, field);
	}
	json_list_end(out);
}

static enum err begin(struct ctx *c, struct export *e, struct buf *out)
{
	struct json head = json_make(c->mem, ENTRY_MAX);
	struct coco *k = NEW(e->kept, struct coco);

	TRY(export_spool_open(c, e));
	e->own = k;
	json_object(&head);
	json_key(&head, "info");
	json_object(&head);
	json_text_of(&head, "description", e->project.title);
	json_time_of(&head, "date_created", c->now);
	json_key(&head, "left_out");
	json_list(&head);
	for (int i = 0; i < e->left_count; i++)
		json_put_text(&head, e->left[i]);
	json_list_end(&head);
	json_object_end(&head);
	json_key(&head, "licenses");
	json_list(&head);
	json_list_end(&head);
	json_key(&head, "categories");
	put_categories(e, k, &head);
	json_object_end(&head);
	struct str text = json_end(&head);
	buf_add(out, str_cut(text, 0, text.len - 1));
	buf_add(out, S(",\n\"annotations\":["));
	return OK;
}

/* --- annotations --- */

/* Everything but what the form has of its own. */
static void put_start(struct json *out, const struct coco *k, int64_t task, int category)
{
	json_object(out);
	json_i64_of(out, "id", k->annotations + 1);
	json_i64_of(out, "image_id", task);
	json_i64_of(out, "category_id", category);
}

static void put_frame(struct json *out, const double *n, int count, double area)
{
	double low[2] = { n[0], n[1] }, high[2] = { n[0], n[1] };

	for (int i = 0; i < count; i++) {
		low[i % 2] = fmin(low[i % 2], n[i]);
		high[i % 2] = fmax(high[i % 2], n[i]);
	}
	json_key(out, "bbox");
	json_list(out);
	json_put_f64(out, low[0]);
	json_put_f64(out, low[1]);
	json_put_f64(out, round((high[0] - low[0]) * 100) / 100);
	json_put_f64(out, round((high[1] - low[1]) * 100) / 100);
	json_list_end(out);
	json_f64_of(out, "area",
		    round((area >= 0 ? area : (high[0] - low[0]) * (high[1] - low[1])) * 1e4) /
			    1e4);
	json_i64_of(out, "iscrowd", 0);
}

static double polygon_area(const double *n, int count)
{
	double sum = 0;

	for (int i = 0; i < count; i += 2)
		sum += n[i] * n[(i + 3) % count] - n[(i + 2) % count] * n[i + 1];
	return fabs(sum) / 2;
}

static void end_entry(struct coco *k, const struct json_value *mark, struct json *entry,
		      struct buf *out)
{
	double score;

	if (json_f64(json_get(mark, S("confidence")), &score))
		json_f64_of(entry, "score", score);
	json_object_end(entry);
	buf_add(out, k->annotations > 0 ? S(",\n") : S("\n"));
	buf_add(out, json_end(entry));
	k->annotations++;
}

static void put_area(struct ctx *c, struct coco *k, int64_t task, int category, bool polygon,
		     const struct json_value *mark, struct buf *out)
{
	double n[2 * EXPORT_CORNERS] = { 0 };
	int count = export_mark_numbers(mark, polygon ? "points" : "box", n);
	struct json entry = json_make(c->mem, ENTRY_MAX);

	put_start(&entry, k, task, category);
	json_key(&entry, "segmentation");
	json_list(&entry);
	if (polygon) {
		json_list(&entry);
		for (int i = 0; i < count; i++)
			json_put_f64(&entry, n[i]);
		json_list_end(&entry);
	}
	json_list_end(&entry);
	double box[4] = { n[0], n[1], n[0] + n[2], n[1] + n[3] };
	if (polygon)
		put_frame(&entry, n, count, polygon_area(n, count));
	else
		put_frame(&entry, box, 4, n[2] * n[3]);
	end_entry(k, mark, &entry, out);
}

/* Pixels [low, high) of each side that the runs reach, and how many there are. */
static int64_t measure(const struct kind_run *run, int count, int64_t high, double *frame)
{
	int64_t area = 0;

	frame[0] = frame[1] = HUGE_VAL;
	frame[2] = frame[3] = 0;
	for (int i = 0; i < count; i++) {
		int64_t first = run[i].from / high, last = (run[i].to - 1) / high;
		bool is_tall = first < last; /* it goes over an edge, so it reaches both */

		area += run[i].to - run[i].from;
		frame[0] = fmin(frame[0], (double)first);
		frame[1] = fmin(frame[1], is_tall ? 0 : (double)(run[i].from % high));
		frame[2] = fmax(frame[2], (double)last + 1);
		frame[3] = fmax(frame[3],
				is_tall ? (double)high : (double)((run[i].to - 1) % high + 1));
	}
	return area;
}

static void put_mask(struct ctx *c, struct coco *k, int64_t task, int category,
		     const struct json_value *mark, const struct export_picture *p, struct buf *out)
{
	struct json entry = json_make(c->mem, ENTRY_MAX);
	struct kind_run *run;
	double frame[4];
	int count;

	if (!kind_mask_runs(c->mem, mark, p->width * p->height, &run, &count))
		return; /* another field's picture is larger: no answer of ours */
	int64_t area = measure(run, count, p->height, frame);
	put_start(&entry, k, task, category);
	json_key(&entry, "segmentation");
	json_object(&entry);
	json_key(&entry, "size");
	json_list(&entry);
	json_put_i64(&entry, p->height);
	json_put_i64(&entry, p->width);
	json_list_end(&entry);
	json_key(&entry, "counts");
	json_put_value(&entry, json_get(mark, S("counts")));
	json_object_end(&entry);
	put_frame(&entry, frame, 4, (double)area);
	end_entry(k, mark, &entry, out);
}

static void put_area_marks(struct ctx *c, const struct export *e, int f,
			   const struct export_task *t, const struct export_marks *m,
			   struct buf *out)
{
	const struct kind_field *field = &e->template.field[f];
	struct coco *k = e->own;

	for (const struct json_value *mark = m->first; mark != NULL; mark = mark->next) {
		int label = export_label_index(field, export_mark_label(mark));
		int category = k->first[f] + (label > 0 ? label : 0);

		if (export_is(field, "mask"))
			put_mask(c, k, t->number, category, mark, &m->picture, out);
		else
			put_area(c, k, t->number, category, export_is(field, "polygon"), mark, out);
	}
}

/* --- key points --- */

/* The n-th mark of a label, or NULL. `label` is -1 where there are no labels. */
static const struct json_value *nth_of(const struct kind_field *field,
				       const struct json_value *mark, int label, int n)
{
	for (; mark != NULL; mark = mark->next)
		if ((label < 0 || export_label_index(field, export_mark_label(mark)) == label) &&
		    n-- == 0)
			return mark;
	return NULL;
}

/* The n-th annotation; false when there is nothing for it. */
static bool put_points(struct ctx *c, const struct export *e, int f, const struct export_task *t,
		       const struct export_marks *m, int n, struct buf *out)
{
	const struct kind_field *field = &e->template.field[f];
	const struct json_value *labels, *found = NULL;
	int count = (int)export_labels(field, &labels), there = 0;
	struct json entry = json_make(c->mem, ENTRY_MAX);
	struct coco *k = e->own;
	double at[2 * LABELS_MAX];

	put_start(&entry, k, t->number, k->first[f]);
	json_key(&entry, "keypoints");
	json_list(&entry);
	for (int i = 0; i < (count > 0 ? count : 1); i++) {
		const struct json_value *mark = nth_of(field, m->first, count > 0 ? i : -1, n);
		double point[2 * EXPORT_CORNERS] = { 0, 0 };

		if (mark != NULL && export_mark_numbers(mark, "point", point) == 2 &&
		    there < LABELS_MAX) {
			at[2 * there] = point[0];
			at[2 * there + 1] = point[1];
			there++;
			found = mark;
		}
		json_put_f64(&entry, point[0]);
		json_put_f64(&entry, point[1]);
		json_put_i64(&entry, mark != NULL ? 2 : 0);
	}
	json_list_end(&entry);
	if (there > 0) {
		json_i64_of(&entry, "num_keypoints", there);
		put_frame(&entry, at, 2 * there, -1);
		end_entry(k, found, &entry, out);
	}
	return there > 0;
}

/* --- images --- */

/* With the fields that have an answer, since none of its marks may be one. */
static enum err put_image(struct ctx *c, struct export *e, const struct export_task *t,
			  const struct export_picture *p, const bool *answered)
{
	struct coco *k = e->own;
	struct json image = json_make(c->mem, ENTRY_MAX);

	json_object(&image);
	json_i64_of(&image, "id", t->number);
	json_text_of(&image, "file_name", p->name);
	if (p->width > 0) {
		json_i64_of(&image, "width", p->width);
		json_i64_of(&image, "height", p->height);
	}
	if (str_starts(p->cell, S("http")))
		json_text_of(&image, "coco_url", p->cell);
	json_key(&image, "fields");
	json_list(&image);
	for (int f = 0; f < e->template.field_count; f++)
		if (answered[f])
			json_put_text(&image, e->template.field[f].name);
	json_list_end(&image);
	json_object_end(&image);
	TRY(export_spool_add(c, e, k->images++ > 0 ? S(",\n") : S("\n")));
	return export_spool_add(c, e, json_end(&image));
}

static enum err put_task(struct ctx *c, struct export *e, const struct export_task *t,
			 struct buf *out)
{
	struct export_picture first = { .width = 0 };
	bool answered[KIND_BLOCKS_MAX] = { false };

	for (int f = 0; f < e->template.field_count; f++) {
		const struct kind_field *field = &e->template.field[f];
		struct export_marks m;

		if (!is_ours(field))
			continue;
		TRY(export_marks(c, e, t, field, &m));
		answered[f] = m.has_value;
		if (first.name.len == 0 || first.width == 0)
			first = m.picture;
		if (!export_is(field, "point"))
			put_area_marks(c, e, f, t, &m, out);
		for (int n = 0; export_is(field, "point") && put_points(c, e, f, t, &m, n, out);
		     n++)
			;
	}
	return put_image(c, e, t, &first, answered);
}

static enum err end(struct ctx *c, struct export *e, struct buf *out)
{
	struct coco *k = e->own;

	if (!k->in_images)
		buf_add(out, S("\n],\n\"images\":["));
	k->in_images = true;
	TRY(export_spool_put(c, e, &e->more_end, out));
	if (!e->more_end)
		buf_add(out, S("\n]}\n"));
	return OK;
}

static const char *const kinds[] = { "box", "polygon", "mask", "point", NULL };
static const char *const leaves[] = { "columns other than the picture",
				      "single answers, ties and counts of answers",
				      "which items are gold", NULL };

const struct export_format export_coco = {
	.name = "coco",
	.title = "COCO",
	.type = "application/json",
	.ending = "json",
	.about = "Boxes, polygons, masks and key points on pictures, as one JSON object",
	.kinds = kinds,
	.leaves = leaves,
	.begin = begin,
	.task = put_task,
	.end = end,
};
