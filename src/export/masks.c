/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Masks as PNG (https://www.w3.org/TR/png-3/): a zip file with masks/NAME.png for each picture, of
 * its size, and labels.json. A pixel is the number of its label, from 1 in the order of the
 * template, and 0 for nothing: an indexed picture, as PASCAL VOC and most programs for segmentation
 * have it, in the colours that workers see. With several fields each has a folder of its own,
 * masks/FIELD.
 *
 * A row of pixels is made at a time. Only the coding is ours, over zlib (docs/decisions/png.md).
 */
#include <zlib.h>
#include "export/export_in.h"

enum { FILE_MAX = 32 << 20, TEXT_MAX = 1 << 20, COLOURS = 10, INDEXED = 3 };

/* Of the labels, as ui/src/css/tokens.css has them for light pages; the first is nothing. */
static const unsigned char colour[COLOURS + 1][3] = {
	{ 0x00, 0x00, 0x00 }, { 0xbd, 0x4d, 0x00 }, { 0x13, 0x6e, 0xd0 }, { 0x06, 0x80, 0x32 },
	{ 0xb1, 0x42, 0xab }, { 0x8d, 0x6a, 0x06 }, { 0x01, 0x7b, 0x80 }, { 0xce, 0x33, 0x44 },
	{ 0x6e, 0x5b, 0xdd }, { 0x68, 0x76, 0x0d }, { 0x6c, 0x70, 0x77 },
};

static const unsigned char *colour_of(int label)
{
	return colour[label == 0 ? 0 : (label - 1) % COLOURS + 1];
}

/* --- PNG --- */

static void put_number(struct buf *out, uint64_t number)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		buf_add_char(out, (char)(number >> shift));
}

static void put_chunk(struct buf *out, const char *name, struct str data)
{
	size_t from = out->len + 4;

	put_number(out, data.len);
	buf_add(out, str_of(name));
	buf_add(out, data);
	struct str summed = str_cut(buf_str(out), from, out->len);
	put_number(out, crc32(0, (const unsigned char *)summed.at, (uInt)summed.len));
}

static struct str palette(struct ctx *c, int labels)
{
	struct buf out = buf_make(c->mem, 3 * 256);

	for (int i = 0; i <= labels; i++)
		buf_add(&out, (struct str){ (const char *)colour_of(i), 3 });
	return buf_str(&out);
}

/* One row of pixels, with 0 for its filter in front. */
static bool deflate_row(z_stream *z, unsigned char *row, size_t length, bool last, struct buf *out)
{
	unsigned char packed[4096];
	int err = Z_OK;

	z->next_in = row;
	z->avail_in = (uInt)length;
	do {
		z->next_out = packed;
		z->avail_out = sizeof(packed);
		err = deflate(z, last ? Z_FINISH : Z_NO_FLUSH);
		buf_add(out, (struct str){ (const char *)packed, sizeof(packed) - z->avail_out });
	} while (err == Z_OK && z->avail_out == 0);
	return (err == Z_OK || err == Z_BUF_ERROR || err == Z_STREAM_END) && !buf_is_full(out);
}

static bool deflate_rows(struct export_rows *rows, struct buf *out)
{
	z_stream z = { .zalloc = NULL };
	unsigned char *row;
	bool fine = true;

	if (deflateInit(&z, Z_DEFAULT_COMPRESSION) != Z_OK)
		return false;
	while (fine && (row = export_rows_next(rows)) != NULL)
		fine = deflate_row(&z, row, (size_t)rows->wide + 1, rows->y == rows->high, out);
	(void)deflateEnd(&z);
	return fine;
}

static struct str png_of(struct ctx *c, struct export_rows *pixels, int labels)
{
	struct buf out = buf_make(c->mem, FILE_MAX), head = buf_make(c->mem, 16);
	struct buf rows = buf_make(c->mem, FILE_MAX);

	if (!deflate_rows(pixels, &rows))
		return (struct str){ 0 };
	put_number(&head, (uint64_t)pixels->wide);
	put_number(&head, (uint64_t)pixels->high);
	buf_add(&head, (struct str){ (const char[]){ 8, INDEXED, 0, 0, 0 }, 5 });
	buf_add(&out, S("\x89PNG\r\n\x1a\n"));
	put_chunk(&out, "IHDR", buf_str(&head));
	put_chunk(&out, "PLTE", palette(c, labels));
	put_chunk(&out, "IDAT", buf_str(&rows));
	put_chunk(&out, "IEND", S(""));
	return buf_str(&out);
}

static struct str draw(struct ctx *c, const struct kind_field *field, const struct export_marks *m)
{
	const struct export_picture *p = &m->picture;
	const struct json_value *labels;
	int count = (int)export_labels(field, &labels), masks = 0;
	struct export_mask mask[KIND_BLOCKS_MAX];
	struct export_rows rows;

	for (const struct json_value *s = m->first; s != NULL && masks < KIND_BLOCKS_MAX;
	     s = s->next) {
		struct export_mask *one = &mask[masks];
		int at = export_label_index(field, export_mark_label(s));

		if (!kind_mask_runs(c->mem, s, p->width * p->height, &one->run, &one->runs))
			continue;
		one->label = at > 0 ? at + 1 : 1;
		masks++;
	}
	export_rows_open(c, p, mask, masks, &rows);
	return png_of(c, &rows, count > 0 ? count : 1);
}

/* --- the archive --- */

struct masks {
	int fields;
	int64_t without_size;
};

static enum err begin(struct ctx *c, struct export *e, struct buf *out)
{
	struct masks *k = NEW(e->kept, struct masks);

	(void)out;
	e->own = k;
	for (int f = 0; f < e->template.field_count; f++)
		k->fields += export_is(&e->template.field[f], "mask");
	return export_zip_open(c, e);
}

static const char *folder_of(struct ctx *c, const struct export *e, const struct kind_field *field)
{
	const struct masks *k = e->own;

	if (k->fields == 1)
		return "masks";
	return str_c(c->mem, str_format(c->mem, "masks/%.*s", STR_ARG(field->name)));
}

static enum err put_task(struct ctx *c, struct export *e, const struct export_task *t,
			 struct buf *out)
{
	struct masks *k = e->own;

	for (int f = 0; f < e->template.field_count; f++) {
		const struct kind_field *field = &e->template.field[f];
		struct export_marks m;

		if (!export_is(field, "mask"))
			continue;
		TRY(export_marks(c, e, t, field, &m));
		if (!m.has_value)
			continue;
		if (m.picture.width == 0) {
			k->without_size++;
			continue;
		}
		struct str name = export_zip_name(c, e, folder_of(c, e, field), m.picture.name,
						  "png", t->number);
		struct str png = draw(c, field, &m);
		if (png.len == 0)
			return refuse(c, ERR_LIMIT, "the mask of task %lld is too large",
				      (long long)t->number);
		TRY(export_zip_put(c, e, name, png, out));
	}
	return OK;
}

static void put_label(struct json *out, int number, struct str label)
{
	const unsigned char *own = colour_of(number);
	char text[8];

	(void)snprintf(text, sizeof(text), "#%02x%02x%02x", own[0], own[1], own[2]);
	json_object(out);
	json_i64_of(out, "value", number);
	json_text_of(out, "label", label);
	json_text_of(out, "colour", str_of(text));
	json_object_end(out);
}

static enum err end(struct ctx *c, struct export *e, struct buf *out)
{
	struct json labels = json_make(c->mem, TEXT_MAX);
	const struct masks *k = e->own;

	if (e->more_end)
		return export_zip_end(c, e, out);
	json_list(&labels);
	for (int f = 0; f < e->template.field_count; f++) {
		const struct kind_field *field = &e->template.field[f];
		const struct json_value *label;
		int number = 1;

		if (!export_is(field, "mask"))
			continue;
		json_object(&labels);
		json_text_of(&labels, "field", field->name);
		json_text_of(&labels, "folder", str_of(folder_of(c, e, field)));
		json_key(&labels, "labels");
		json_list(&labels);
		if (export_labels(field, &label) == 0)
			put_label(&labels, number, field->name);
		for (; label != NULL; label = label->next)
			put_label(&labels, number++, label->text);
		json_list_end(&labels);
		json_object_end(&labels);
	}
	json_list_end(&labels);
	TRY(export_zip_put(c, e, S("labels.json"), json_end(&labels), out));
	if (k->without_size > 0)
		export_leave(e, str_format(e->kept,
					   "%lld items in which nothing is marked, of a "
					   "picture without a known size",
					   (long long)k->without_size));
	return export_zip_end(c, e, out);
}

static const char *const kinds[] = { "mask", NULL };
static const char *const leaves[] = { "the pictures themselves", "all columns",
				      "single answers, confidence, ties and counts of answers",
				      "which items are gold", NULL };

const struct export_format export_masks = {
	.name = "masks",
	.title = "PNG masks",
	.type = "application/zip",
	.ending = "zip",
	.about = "Masks, one PNG for each picture whose pixels are the numbers of labels",
	.kinds = kinds,
	.leaves = leaves,
	.begin = begin,
	.task = put_task,
	.end = end,
};
