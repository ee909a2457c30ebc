/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * YOLO, as Ultralytics reads it (https://docs.ultralytics.com/datasets/detect/): a zip file with
 * labels/NAME.txt for each picture, classes.txt and data.yaml. A line is the class, from 0, and
 * the box's middle and sides as shares of the picture's, or the corners of a polygon likewise. NAME
 * is that of the picture, so that pictures put beside as images/NAME find their labels. Where both
 * boxes and polygons are asked for, the boxes go: a data set has one of them.
 */
#include "export/export_in.h"

enum { TEXT_MAX = 1 << 20 };

struct yolo {
	const char *kind;	    /* "box" or "polygon" */
	int first[KIND_BLOCKS_MAX]; /* the first class of each field */
	int fields;
	int64_t without_size;
};

static bool is_ours(const struct yolo *y, const struct kind_field *field)
{
	return export_is(field, y->kind);
}

static enum err begin(struct ctx *c, struct export *e, struct buf *out)
{
	struct yolo *y = NEW(e->kept, struct yolo);
	int next = 0;

	(void)out;
	e->own = y;
	y->kind = "polygon";
	for (int f = 0; f < e->template.field_count; f++)
		if (export_is(&e->template.field[f], "box"))
			y->kind = "box";
	for (int f = 0; f < e->template.field_count; f++) {
		const struct kind_field *field = &e->template.field[f];
		const struct json_value *label;

		y->first[f] = next;
		if (export_is(field, "polygon") && !is_ours(y, field))
			export_leave(e,
				     str_format(e->kept, "the field %.*s (polygon), beside boxes",
						STR_ARG(field->name)));
		if (!is_ours(y, field))
			continue;
		int count = (int)export_labels(field, &label);
		next += count > 0 ? count : 1;
		y->fields++;
	}
	return export_zip_open(c, e);
}

static void put_share(struct ctx *c, double number, int64_t side, struct buf *out)
{
	buf_add_char(out, ' ');
	buf_add(out, str_format(c->mem, "%.9f", number / (double)side));
}

static void put_mark(struct ctx *c, int class, const struct json_value *mark,
		     const struct export_picture *p, struct buf *out)
{
	double n[2 * EXPORT_CORNERS] = { 0 };

	buf_add_i64(out, class);
	if (json_get(mark, S("box")) != NULL) {
		(void)export_mark_numbers(mark, "box", n);
		put_share(c, n[0] + n[2] / 2, p->width, out);
		put_share(c, n[1] + n[3] / 2, p->height, out);
		put_share(c, n[2], p->width, out);
		put_share(c, n[3], p->height, out);
	} else {
		int count = export_mark_numbers(mark, "points", n);

		for (int i = 0; i < count; i++)
			put_share(c, n[i], i % 2 == 0 ? p->width : p->height, out);
	}
	buf_add_char(out, '\n');
}

static enum err put_task(struct ctx *c, struct export *e, const struct export_task *t,
			 struct buf *out)
{
	struct buf text = buf_make(c->mem, TEXT_MAX);
	struct export_marks m = { .first = NULL };
	struct str picture = S("");
	struct yolo *y = e->own;

	for (int f = 0; f < e->template.field_count; f++) {
		const struct kind_field *field = &e->template.field[f];

		if (!is_ours(y, field))
			continue;
		TRY(export_marks(c, e, t, field, &m));
		picture = m.picture.name;
		if (m.first != NULL && m.picture.width == 0) {
			y->without_size++; /* better no file than one that says: nothing is there */
			return OK;
		}
		for (const struct json_value *mark = m.first; mark != NULL; mark = mark->next) {
			int label = export_label_index(field, export_mark_label(mark));

			put_mark(c, y->first[f] + (label > 0 ? label : 0), mark, &m.picture, &text);
		}
	}
	return export_zip_put(c, e, export_zip_name(c, e, "labels", picture, "txt", t->number),
			      buf_str(&text), out);
}

/* --- classes --- */

/* One line: a label may hold line ends and tabs. */
static void put_name(struct buf *out, struct str name)
{
	for (size_t i = 0; i < name.len; i++)
		buf_add_char(out, (unsigned char)name.at[i] < 0x20 ? ' ' : name.at[i]);
}

static void put_class(struct ctx *c, int class, struct str name, struct buf *classes,
		      struct buf *yaml)
{
	struct json quoted = json_make(c->mem, TEXT_MAX);

	put_name(classes, name);
	buf_add_char(classes, '\n');
	/* A JSON text is a text in double quotes of YAML 1.2. */
	json_put_text(&quoted, name);
	buf_format(yaml, "  %d: %.*s\n", class, STR_ARG(json_end(&quoted)));
}

static enum err end(struct ctx *c, struct export *e, struct buf *out)
{
	struct buf classes = buf_make(c->mem, TEXT_MAX), yaml = buf_make(c->mem, TEXT_MAX);
	const struct yolo *y = e->own;
	int class = 0;

	if (e->more_end)
		return export_zip_end(c, e, out);
	buf_add(&yaml, S("path: .\ntrain: images\nval: images\nnames:\n"));
	for (int f = 0; f < e->template.field_count; f++) {
		const struct kind_field *field = &e->template.field[f];
		const struct json_value *label;

		if (!is_ours(y, field))
			continue;
		if (export_labels(field, &label) == 0)
			put_class(c, class ++, field->name, &classes, &yaml);
		for (; label != NULL; label = label->next)
			put_class(c, class ++,
				  y->fields > 1 ?
					  str_format(c->mem, "%.*s/%.*s", STR_ARG(field->name),
						     STR_ARG(label->text)) :
					  label->text,
				  &classes, &yaml);
	}
	if (y->without_size > 0)
		export_leave(e, str_format(e->kept, "%lld items whose picture has no known size",
					   (long long)y->without_size));
	TRY(export_zip_put(c, e, S("classes.txt"), buf_str(&classes), out));
	TRY(export_zip_put(c, e, S("data.yaml"), buf_str(&yaml), out));
	return export_zip_end(c, e, out);
}

static const char *const kinds[] = { "box", "polygon", NULL };
static const char *const leaves[] = { "the pictures themselves", "all columns",
				      "single answers, confidence, ties and counts of answers",
				      "which items are gold", NULL };

const struct export_format export_yolo = {
	.name = "yolo",
	.title = "YOLO",
	.type = "application/zip",
	.ending = "zip",
	.about = "Boxes or polygons, one text file for each picture, with data.yaml",
	.kinds = kinds,
	.leaves = leaves,
	.begin = begin,
	.task = put_task,
	.end = end,
};
