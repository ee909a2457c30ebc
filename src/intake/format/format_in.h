/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Inside of intake: files of other programs' forms, and exports of ours. A form makes rows out of
 * objects: cells of columns that the check has found, and given answers in columns of their own.
 * Adding one: a file here that knows it, a value of intake_shape where its objects differ, a line
 * in check.c:see_shape, and its row in docs/formats.md.
 */
#ifndef INTAKE_FORMAT_FORMAT_IN_H
#define INTAKE_FORMAT_FORMAT_IN_H
#include "base/csv.h"
#include "intake/intake.h"

struct intake_columns;
struct intake_fault_list;

/* --- shape.c: what the objects of a JSON file are --- */
enum intake_shape {
	SHAPE_PLAIN,  /* their members are the columns */
	SHAPE_OURS,   /* an export of ours: {"fields":{…},"results":{F:{"value":…}}} */
	SHAPE_STUDIO, /* Label Studio's tasks: {"data":{…},"annotations":[{"result":[…]}]} */
	SHAPE_COCO,   /* what coco.c made: as OURS, and lines are not those of the file */
};
enum intake_shape intake_shape_of(const struct json_value *object);
/* Form and shape as one number, as a source keeps them. */
int64_t intake_reader(enum csv_form, enum intake_shape);
enum csv_form intake_reader_form(int64_t reader);
enum intake_shape intake_reader_shape(int64_t reader);

/*
 * A column called given_NAME holds an answer that came with the file, for field NAME. It is a
 * column like others, unless an import is told that the given answers are known ones; then it is
 * called gold_NAME when it is in.
 */
bool intake_is_given(struct str column, struct str *field);

/* What one row may take while it is opened: many times its most bytes. */
enum { INTAKE_ROW_MEMORY = 64 << 20 };

/* A row on its way out of an object: cells in the order of the columns. */
struct intake_row {
	struct arena *mem, *kept; /* of this row; of the columns */
	struct intake_columns *columns;
	bool grows; /* columns that are not there yet are added */
	struct str *cell;
	const char *bad;
};
/* A member of an object as a column, as JSON Lines have it. */
void intake_row_value(struct intake_row *, const struct json_value *member);
void intake_row_given(struct intake_row *, struct str field, struct str cell);
void intake_row_bad(struct intake_row *, const char *format, ...) PRINTF_LIKE(2, 3);
void intake_ours_row(struct intake_row *, const struct json_value *object);
/* A name that fields may have: small letters, digits and _, as near to `name` as can be. */
struct str intake_field_name(struct arena *, struct str name);

/* studio.c: the answers of a task of Label Studio's */
void intake_studio_row(struct intake_row *, const struct json_value *task);

/* --- labelling.c: the one wrapper around libxml2 --- */
/*
 * Label Studio's labelling configuration as the JSON of a template. False with faults, whose paths
 * are names of tags and whose lines are those of the XML, or those of the template's own check.
 */
MUST_USE bool intake_labelling_read(struct kind_faults *, struct str xml, struct str *template);

/* --- paint.c: masks of a picture that may lie over each other, as one mask --- */
struct intake_stroke;
struct intake_paint { /* zero, but for mem, and width and height if they are known */
	struct arena *mem;
	int64_t width, height;
	struct intake_stroke *stroke;
	int strokes, room, masks;
	struct str *label; /* those that were painted with, at most 50 */
	int labels;
};
/*
 * One more mask in COCO's run lengths: its `size`, height before width, and `counts`, a text or a
 * list. It lies over those before it; one that is `below` lies under all that are not. `label` must
 * last; `scratch` is for what is read. NULL, or what is wrong with it; then nothing is added.
 */
MUST_USE const char *intake_paint_add(struct intake_paint *, struct arena *scratch,
				      const struct json_value *segmentation, struct str label,
				      bool below);
/* What is seen of each label, as shapes of a mask, into an open list. */
void intake_paint_put(struct intake_paint *, struct json *shapes);

/* --- coco.c --- */
/*
 * Is the file one object of COCO's? Then its images and annotations are made into a kept file of
 * JSON Lines of ours, one for each image, whose given answers are its annotations. Images and
 * annotations that are no good are faults, counted in `*bad`.
 */
struct intake_coco {
	struct str sha256; /* empty: it is none */
	int64_t size, bad;
};
MUST_USE enum err intake_coco_convert(struct ctx *, struct str sha256, struct intake_fault_list *,
				      struct intake_coco *out);

#endif
