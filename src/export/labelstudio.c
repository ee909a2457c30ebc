/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Label Studio's JSON (https://labelstud.io/guide/task_format): a list of tasks with `data`, the
 * record's columns, and one annotation, whose `result` is what was concluded. from_name is the
 * field, to_name the column it is about (of questions about nothing in particular the first).
 * Marks on pictures are in percent of its sides, masks painted pixels (base/brush.h), spans in code
 * points of the text. A scale from 1
 * is a rating, another one a number; of a pair the first option is left and the second right.
 */
#include "base/brush.h"
#include "export/export_in.h"

enum { TASK_MAX = 32 << 20 };

struct studio {
	int64_t without_size, equals;
};

/* One field's result on its way: what stands around the value. */
struct region {
	struct json *out;
	const struct kind_field *field;
	const char *type;
	struct str to;
	int number;
	const struct export_picture *picture; /* NULL: not about one */
};

static enum err begin(struct ctx *c, struct export *e, struct buf *out)
{
	(void)c;
	e->own = NEW(e->kept, struct studio);
	buf_add(out, S("["));
	return OK;
}

/* --- around a value --- */

/* The column that a block is about: that of its picture or text, else the first there is. */
static struct str object_of(struct ctx *c, const struct export *e, const struct kind_field *field)
{
	const char *member = field->kind->has_text ? "text" : "src";
	struct str text = S(""), head, rest;

	(void)!json_text(json_get(field->block, str_of(member)), &text);
	if (str_split(text, '{', &head, &rest) && str_split(rest, '}', &head, &rest)) {
		head = str_trim(head);
		return str_starts(head, S("{")) ?
			       str_copy(c->mem, str_trim(str_cut(head, 1, head.len))) :
			       head;
	}
	return e->columns->first != NULL ? e->columns->first->text : S("task");
}

static void begin_region(const struct region *r, struct ctx *c, bool with_field)
{
	json_object(r->out);
	json_text_of(r->out, "id",
		     str_format(c->mem, "%.*s_%d", STR_ARG(r->field->name), r->number));
	if (with_field) {
		json_text_of(r->out, "from_name", r->field->name);
		json_text_of(r->out, "to_name", r->to);
	}
	json_text_of(r->out, "type", str_of(r->type));
	if (r->picture != NULL) {
		json_i64_of(r->out, "original_width", r->picture->width);
		json_i64_of(r->out, "original_height", r->picture->height);
		json_i64_of(r->out, "image_rotation", 0);
	}
	json_key(r->out, "value");
	json_object(r->out);
}

static void end_region(const struct region *r, const struct json_value *mark)
{
	double score;

	json_object_end(r->out);
	if (json_f64(json_get(mark, S("confidence")), &score))
		json_f64_of(r->out, "score", score);
	json_object_end(r->out);
}

static void put_list(struct json *out, const char *key, struct str text)
{
	json_key(out, key);
	json_list(out);
	json_put_text(out, text);
	json_list_end(out);
}

/* --- marks --- */

static void put_mark(const struct region *r, const struct json_value *mark)
{
	double wide = (double)r->picture->width / 100, high = (double)r->picture->height / 100;
	double n[2 * EXPORT_CORNERS] = { 0 };

	if (export_is(r->field, "polygon")) {
		int count = export_mark_numbers(mark, "points", n);

		json_key(r->out, "points");
		json_list(r->out);
		for (int i = 0; i + 1 < count; i += 2) {
			json_list(r->out);
			json_put_f64(r->out, n[i] / wide);
			json_put_f64(r->out, n[i + 1] / high);
			json_list_end(r->out);
		}
		json_list_end(r->out);
		json_bool_of(r->out, "closed", true);
		return;
	}
	bool box = export_is(r->field, "box");
	(void)export_mark_numbers(mark, box ? "box" : "point", n);
	json_f64_of(r->out, "x", n[0] / wide);
	json_f64_of(r->out, "y", n[1] / high);
	if (box) {
		json_f64_of(r->out, "width", n[2] / wide);
		json_f64_of(r->out, "height", n[3] / high);
		json_i64_of(r->out, "rotation", 0);
	} else
		json_f64_of(r->out, "width", 0.5); /* how large it is drawn */
}

static enum err put_marks(struct ctx *c, struct export *e, const struct export_task *t,
			  struct region *r)
{
	bool polygon = export_is(r->field, "polygon"), box = export_is(r->field, "box");
	struct studio *studio = e->own;
	struct export_marks m;

	TRY(export_marks(c, e, t, r->field, &m));
	if (m.first != NULL && m.picture.width == 0) {
		studio->without_size++;
		return OK;
	}
	r->picture = &m.picture;
	for (const struct json_value *mark = m.first; mark != NULL; mark = mark->next) {
		struct str label = export_mark_label(mark);
		const char *labels = box     ? "rectanglelabels" :
				     polygon ? "polygonlabels" :
					       "keypointlabels";

		if (label.len > 0)
			r->type = labels;
		else
			r->type = box ? "rectangle" : polygon ? "polygon" : "keypoint";
		begin_region(r, c, true);
		put_mark(r, mark);
		if (label.len > 0)
			put_list(r->out, labels, label);
		end_region(r, mark);
		r->number++;
	}
	r->picture = NULL;
	return OK;
}

/* A pixel is four words: white where it is painted, else nothing. */
static void put_pixels(struct ctx *c, const struct region *r, struct export_mask mask)
{
	struct export_rows rows;
	struct brush_writer w;
	const unsigned char *row;

	export_rows_open(c, r->picture, &mask, 1, &rows);
	brush_begin(&w, r->out, (uint32_t)(4 * rows.wide * rows.high));
	while ((row = export_rows_next(&rows)) != NULL)
		for (int64_t from = 1, to; from <= rows.wide; from = to) {
			for (to = from + 1; to <= rows.wide && row[to] == row[from]; to++)
				;
			brush_put(&w, row[from] != 0 ? 255 : 0, 4 * (to - from));
		}
	brush_end(&w);
}

static enum err put_brushes(struct ctx *c, struct export *e, const struct export_task *t,
			    struct region r)
{
	struct studio *studio = e->own;
	struct export_marks m;

	TRY(export_marks(c, e, t, r.field, &m));
	r.picture = &m.picture;
	r.type = "brushlabels";
	for (const struct json_value *mark = m.first; mark != NULL; mark = mark->next) {
		struct export_mask mask = { .label = 1 };

		if (!kind_mask_runs(c->mem, mark, m.picture.width * m.picture.height, &mask.run,
				    &mask.runs)) {
			studio->without_size++;
			continue;
		}
		begin_region(&r, c, true);
		json_text_of(r.out, "format", S("rle"));
		json_key(r.out, "rle");
		put_pixels(c, &r, mask);
		put_list(r.out, "brushlabels", export_mark_label(mark));
		end_region(&r, mark);
		r.number++;
	}
	return OK;
}

/* --- spans --- */

/* The code points [from, to) of a text. */
static struct str points_of(struct str text, int64_t from, int64_t to)
{
	size_t at = 0, start = 0;

	for (int64_t point = 0; point < to && at < text.len; point++) {
		if (point == from)
			start = at;
		at += str_utf8_step(str_cut(text, at, text.len));
	}
	return str_cut(text, start, at);
}

static void put_spans(struct ctx *c, const struct export_task *t, struct region *r,
		      const struct json_value *value)
{
	const struct json_value *spans = json_get(value, S("spans"));
	const struct json_value *relations = json_get(value, S("relations"));
	struct str pattern = S("");

	(void)!json_text(json_get(r->field->block, S("text")), &pattern);
	struct str text = kind_fill(c->mem, pattern, t->cells);
	r->type = "labels";
	for (const struct json_value *s = spans != NULL ? spans->first : NULL; s != NULL;
	     s = s->next) {
		int64_t start = 0, end = 0;

		(void)!json_i64(json_get(s, S("start")), 0, INT32_MAX, &start);
		(void)!json_i64(json_get(s, S("end")), 0, INT32_MAX, &end);
		begin_region(r, c, true);
		json_i64_of(r->out, "start", start);
		json_i64_of(r->out, "end", end);
		json_text_of(r->out, "text", points_of(text, start, end));
		put_list(r->out, "labels", export_mark_label(s));
		end_region(r, s);
		r->number++;
	}
	for (const struct json_value *v = relations != NULL ? relations->first : NULL; v != NULL;
	     v = v->next) {
		int64_t from = 0, to = 0;

		(void)!json_i64(json_get(v, S("from")), 0, INT32_MAX, &from);
		(void)!json_i64(json_get(v, S("to")), 0, INT32_MAX, &to);
		json_object(r->out);
		json_text_of(r->out, "type", S("relation"));
		json_text_of(r->out, "from_id",
			     str_format(c->mem, "%.*s_%lld", STR_ARG(r->field->name),
					(long long)from));
		json_text_of(r->out, "to_id",
			     str_format(c->mem, "%.*s_%lld", STR_ARG(r->field->name),
					(long long)to));
		json_text_of(r->out, "direction", S("right"));
		put_list(r->out, "labels", export_mark_label(v));
		json_object_end(r->out);
	}
}

/* --- single values --- */

/* Kind, the type of its region, and the member that has the value: as it is, or in a list. */
static const struct plain {
	const char *kind, *type;
	bool in_list;
} plain[] = {
	{ "choice", "choices", true }, { "text", "text", true },
	{ "number", "number", false }, { "scale", "rating", false },
	{ "date", "datetime", false }, { "taxonomy", "taxonomy", true },
	{ "rank", "ranker", false },   { "pair", "pairwise", false },
};

/* Stars count from 1: a scale that does not is a number. */
static bool is_stars(const struct kind_field *field)
{
	int64_t min = 1;

	(void)!json_i64(json_get(field->block, S("min")), -100, 100, &min);
	return min == 1;
}

static void put_side(const struct region *r, const struct json_value *value)
{
	const struct json_value *left = json_at(json_get(r->field->block, S("options")), 0);
	struct str first = S("");

	(void)!json_text(json_is(left, JSON_OBJECT) ? json_get(left, S("value")) : left, &first);
	json_text_of(r->out, "selected", str_eq(value->text, first) ? S("left") : S("right"));
}

static void put_plain(struct ctx *c, struct export *e, struct region *r, const struct plain *p,
		      const struct json_value *value)
{
	bool is_list = p->in_list && strcmp(p->kind, "taxonomy") != 0 && json_is(value, JSON_LIST);
	struct studio *studio = e->own;

	if (export_is(r->field, "pair") && str_eq(value->text, S("equal"))) {
		studio->equals++;
		return;
	}
	const char *member = p->type;
	if (export_is(r->field, "scale") && !is_stars(r->field))
		member = "number";
	r->type = export_is(r->field, "text") ? "textarea" : member;
	begin_region(r, c, true);
	if (export_is(r->field, "pair")) {
		put_side(r, value);
	} else {
		json_key(r->out, member);
		if (p->in_list && !is_list)
			json_list(r->out);
		json_put_value(r->out, value);
		if (p->in_list && !is_list)
			json_list_end(r->out);
	}
	end_region(r, NULL);
}

static enum err put_field(struct ctx *c, struct export *e, const struct export_task *t,
			  const struct kind_field *field, struct json *out)
{
	struct region r = { .out = out, .field = field, .to = object_of(c, e, field) };
	const struct json_value *value;

	if (export_is(field, "box") || export_is(field, "polygon") || export_is(field, "point"))
		return put_marks(c, e, t, &r);
	if (export_is(field, "mask"))
		return put_brushes(c, e, t, r);
	TRY(export_value(c, t, field->name, &value));
	if (value == NULL)
		return OK;
	if (export_is(field, "spans"))
		put_spans(c, t, &r, value);
	for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++)
		if (export_is(field, plain[i].kind))
			put_plain(c, e, &r, &plain[i], value);
	return OK;
}

static enum err put_task(struct ctx *c, struct export *e, const struct export_task *t,
			 struct buf *buf)
{
	struct json out = json_make(c->mem, TASK_MAX);

	json_object(&out);
	json_i64_of(&out, "id", t->number);
	json_raw_of(&out, "data", kind_fields_told(c->mem, t->fields));
	json_key(&out, "annotations");
	json_list(&out);
	json_object(&out);
	json_i64_of(&out, "id", t->number);
	json_bool_of(&out, "was_cancelled", false);
	json_bool_of(&out, "ground_truth", t->gold);
	json_key(&out, "result");
	json_list(&out);
	for (int f = 0; f < e->template.field_count; f++)
		TRY(put_field(c, e, t, &e->template.field[f], &out));
	json_list_end(&out);
	json_object_end(&out);
	json_list_end(&out);
	json_key(&out, "predictions");
	json_list(&out);
	json_list_end(&out);
	json_object_end(&out);
	buf_add(buf, e->rows > 0 ? S(",\n") : S("\n"));
	buf_add(buf, json_end(&out));
	if (buf_is_full(&out.buf))
		return refuse(c, ERR_LIMIT, "task %lld is too large", (long long)t->number);
	return OK;
}

static enum err end(struct ctx *c, struct export *e, struct buf *out)
{
	const struct studio *studio = e->own;

	(void)c;
	if (studio->without_size > 0)
		export_leave(e, str_format(e->kept, "%lld results whose picture has no known size",
					   (long long)studio->without_size));
	if (studio->equals > 0)
		export_leave(e, str_format(e->kept, "%lld pairs that are equal",
					   (long long)studio->equals));
	buf_add(out, S("\n]\n"));
	return OK;
}

static const char *const kinds[] = { "choice",	"text",	 "number",   "scale", "date",
				     "pair",	"rank",	 "taxonomy", "spans", "box",
				     "polygon", "point", "mask",     NULL };
static const char *const leaves[] = { "single answers, confidence of whole fields and ties",
				      "marks on pictures of unknown size, and pairs that are equal",
				      NULL };

const struct export_format export_labelstudio = {
	.name = "labelstudio",
	.title = "Label Studio",
	.type = "application/json",
	.ending = "json",
	.about = "Tasks with one annotation each, as Label Studio imports them",
	.kinds = kinds,
	.leaves = leaves,
	.begin = begin,
	.task = put_task,
	.end = end,
};
