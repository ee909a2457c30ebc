/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Pascal VOC (the devkit of http://host.robots.ox.ac.uk/pascal/VOC/voc2012/): a zip file with
 * Annotations/NAME.xml for each picture. Edges are pixels of the picture from 0, with up to two
 * decimals (the devkit has whole pixels from 1: readers of today take decimals, and rounding would
 * lose what people drew). A size that is not known is 0.
 */
#include "export/export_in.h"

enum { TEXT_MAX = 4 << 20 };

static enum err begin(struct ctx *c, struct export *e, struct buf *out)
{
	(void)out;
	return export_zip_open(c, e);
}

/* Characters that XML 1.0 has no place for (U+FFFE and U+FFFF; others no text of ours has) become
 * U+FFFD. */
static void put_text(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		struct str rest = str_cut(text, i, text.len);
		char c = text.at[i];

		if (c == '&')
			buf_add(out, S("&amp;"));
		else if (c == '<')
			buf_add(out, S("&lt;"));
		else if (c == '>')
			buf_add(out, S("&gt;"));
		else if (c == '\r' || c == '\n' || c == '\t')
			buf_format(out, "&#%d;", c);
		else if (str_starts(rest, S("\xef\xbf\xbe")) ||
			 str_starts(rest, S("\xef\xbf\xbf"))) {
			buf_add(out, S("\xef\xbf\xbd"));
			i += 2;
		} else
			buf_add_char(out, c);
	}
}

static void put_element(struct buf *out, const char *name, struct str text)
{
	buf_format(out, "<%s>", name);
	put_text(out, text);
	buf_format(out, "</%s>\n", name);
}

static void put_edge(struct ctx *c, struct buf *out, const char *name, double number)
{
	/* Sums of hundredths, in hundredths again. */
	put_element(out, name, num_f64_text(c->mem, (double)(int64_t)(number * 100 + 0.5) / 100));
}

static void put_object(struct ctx *c, const struct kind_field *field, const struct json_value *mark,
		       struct buf *out)
{
	struct str label = export_mark_label(mark);
	double n[2 * EXPORT_CORNERS] = { 0 };

	(void)export_mark_numbers(mark, "box", n);
	buf_add(out, S("<object>\n"));
	put_element(out, "name", label.len > 0 ? label : field->name);
	buf_add(out, S("<pose>Unspecified</pose>\n<truncated>0</truncated>\n"
		       "<difficult>0</difficult>\n<bndbox>\n"));
	put_edge(c, out, "xmin", n[0]);
	put_edge(c, out, "ymin", n[1]);
	put_edge(c, out, "xmax", n[0] + n[2]);
	put_edge(c, out, "ymax", n[1] + n[3]);
	buf_add(out, S("</bndbox>\n</object>\n"));
}

static void put_head(struct ctx *c, const struct export *e, const struct export_picture *p,
		     struct buf *out)
{
	buf_add(out, S("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<annotation>\n"
		       "<folder>images</folder>\n"));
	put_element(out, "filename", p->name);
	buf_add(out, S("<source>\n"));
	put_element(out, "database", e->project.title);
	buf_add(out, S("</source>\n<size>\n"));
	put_element(out, "width", str_format(c->mem, "%lld", (long long)p->width));
	put_element(out, "height", str_format(c->mem, "%lld", (long long)p->height));
	buf_add(out, S("<depth>3</depth>\n</size>\n<segmented>0</segmented>\n"));
}

static enum err put_task(struct ctx *c, struct export *e, const struct export_task *t,
			 struct buf *out)
{
	struct buf text = buf_make(c->mem, TEXT_MAX), objects = buf_make(c->mem, TEXT_MAX);
	struct export_picture picture = { .width = 0 };

	for (int f = 0; f < e->template.field_count; f++) {
		const struct kind_field *field = &e->template.field[f];
		struct export_marks m;

		if (!export_is(field, "box"))
			continue;
		TRY(export_marks(c, e, t, field, &m));
		if (picture.width == 0)
			picture = m.picture;
		for (const struct json_value *mark = m.first; mark != NULL; mark = mark->next)
			put_object(c, field, mark, &objects);
	}
	put_head(c, e, &picture, &text);
	buf_add(&text, buf_str(&objects));
	buf_add(&text, S("</annotation>\n"));
	return export_zip_put(c, e,
			      export_zip_name(c, e, "Annotations", picture.name, "xml", t->number),
			      buf_str(&text), out);
}

static const char *const kinds[] = { "box", NULL };
static const char *const leaves[] = {
	"the pictures themselves",	"all columns but the picture's name",
	"which field a box belongs to", "single answers, confidence, ties and counts of answers",
	"which items are gold",		NULL
};

const struct export_format export_voc = {
	.name = "voc",
	.title = "Pascal VOC",
	.type = "application/zip",
	.ending = "zip",
	.about = "Boxes, one XML file for each picture",
	.kinds = kinds,
	.leaves = leaves,
	.begin = begin,
	.task = put_task,
	.end = export_zip_end,
};
