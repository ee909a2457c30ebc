/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * COCO (https://cocodataset.org/#format-data) into rows: one for each image, with its annotations
 * as given answers.
 *
 * Images and annotations are two lists of one object, in any order, so they are joined: the object
 * is read once for where its lists begin, the annotations once for where each lies and of which
 * image it is (32 bytes of memory each, at most ANNOTATIONS_MAX of them), the images once for their
 * ids (16 bytes each, at most IMAGES_MAX), and then the images again, each with its annotations
 * read from their places. What comes out is a kept file of JSON Lines in
 * our own form, which is checked and imported like any other.
 *
 * An annotation with keypoints is a set of points, one with polygons in `segmentation` is polygons,
 * one with a bbox is a box; one with several is each of these. The fields are called points,
 * polygons and boxes, unless a category says "field" and "kind", as those of our exports do; there
 * an image says "fields" that have an answer, maybe an empty one. Masks as run lengths come in
 * where a category says that they are of a mask, so that a label has one; others are read over.
 */
#include <stdlib.h>
#include "intake/intake_in.h"
#include "os/hash.h"

enum {
	PIECE = 256 * 1024,
	ANNOTATIONS_MAX = 2000000,
	IMAGES_MAX = 1000000,
	ENTRY_MAX = 1 << 20,	 /* bytes of an image or an annotation: the reader's own limit */
	ROW_MAX = 2 * ENTRY_MAX, /* past ENTRY_MAX it is refused */
	WHOLE_MEMORY = 192 << 20,
	TREE_MEMORY = 32 << 20, /* of one annotation: more than its first reader had */
	KEY_MAX = 32,
	FIELDS_MAX = 50,
	CATEGORIES_MAX = 2000,
	POINTS_MAX = 50,
	NAME_MAX_BYTES = 400,
};

enum list { IMAGES, ANNOTATIONS, CATEGORIES, LISTS };
static const char *const list_name[] = { "images", "annotations", "categories" };

/* --- where the lists begin --- */

struct place {
	int64_t byte, line;
};

struct scan {
	struct place at[LISTS];
	bool found[LISTS];
	int64_t depth, byte, line;
	int64_t objects; /* that have begun at the top: several are JSON Lines */
	bool in_text, escaped, bad;
	char key[KEY_MAX];
	size_t key_len;
	bool has_key; /* a member's name was read, and its value not yet */
};

/* One byte of the file; the lists of the object at the top are noted where they open. */
static void scan_byte(struct scan *s, char c)
{
	if (s->in_text) {
		bool ends = c == '"' && !s->escaped;

		s->escaped = c == '\\' && !s->escaped;
		s->in_text = !ends;
		if (!ends && s->depth == 1 && !s->has_key && s->key_len < KEY_MAX)
			s->key[s->key_len++] = c;
		return;
	}
	if (s->depth == 1 && c == ':')
		s->has_key = true;
	if (s->depth == 1 && c == ',')
		s->has_key = false;
	if (c == '"') {
		s->in_text = true;
		if (s->depth == 1 && !s->has_key)
			s->key_len = 0;
	}
	if (c == '{' && s->depth == 0) {
		s->objects++;
		s->has_key = false;
	}
	for (int i = 0; c == '[' && s->depth == 1 && s->has_key && i < LISTS; i++)
		if (str_eq((struct str){ s->key, s->key_len }, str_of(list_name[i]))) {
			s->bad = s->bad || s->found[i];
			s->found[i] = true;
			s->at[i] = (struct place){ s->byte, s->line };
		}
	s->depth += c == '{' || c == '[';
	s->depth -= c == '}' || c == ']';
}

static enum err scan_file(struct ctx *c, struct os_file file, int64_t size, struct scan *s)
{
	char *piece = arena_take(c->mem, PIECE);
	int64_t at = 0;
	size_t got;

	*s = (struct scan){ .line = 1 };
	while (at < size) {
		TRY(os_read(c, file, at, piece, PIECE, &got));
		if (got == 0)
			break;
		for (size_t i = 0; i < got; i++) {
			s->byte = at + (int64_t)i;
			scan_byte(s, piece[i]);
			s->line += piece[i] == '\n';
		}
		at += (int64_t)got;
	}
	return OK;
}

/* --- what is in them --- */

struct category {
	int64_t id;
	int number;		      /* in the file: of several with an id the last one counts */
	struct str name, field, kind; /* the last two only in files of ours */
	struct str point[POINTS_MAX]; /* what key points are called */
	int points;
};

struct annotation {
	int64_t image;
	int64_t at;
	int32_t len, line;
	bool used;
};

struct image {
	int64_t id, at;
};

struct coco {
	struct ctx *c;
	struct os_file file;
	int64_t size;
	struct scan scan;
	struct category *category;
	int categories;
	struct annotation *annotation;
	int annotations, room;
	struct image *image;
	int images, images_room;
	struct intake_fault_list *faults;
	int64_t bad;
	bool quiet; /* faults are told the next time */
	struct os_file out;
	struct hash *hash;
	int64_t out_size;
	struct arena *mem, *row, *part; /* of the whole, of one image, of one annotation */
};

static void add_fault(struct coco *k, int64_t line, int64_t number, enum list list, const char *why)
{
	struct arena_mark mark = arena_mark(k->c->mem);
	bool kept = k->faults->count < INTAKE_FAULTS_KEPT;

	if (k->quiet)
		return;
	k->bad++;
	intake_fault_add(k->c->mem, k->faults, line, number,
			 kept ? str_format(k->c->mem, "%s: %s", list_name[list], why) : S(""));
	if (!kept)
		arena_reset(k->c->mem, mark);
}

/* Each object of a list; bad ones are faults. The callback is in this file, and the object lives
 * until the next. */
static enum err each(struct coco *k, enum list list,
		     enum err (*take)(struct coco *, const struct csv_record *))
{
	struct csv_reader *r = csv_reader_new(
		k->c->mem, CSV_JSON,
		(struct csv_limits){ .record_max = ENTRY_MAX, .loose = true, .part = true });
	char *piece = arena_take(k->c->mem, PIECE);
	int64_t at = k->scan.at[list].byte;
	struct csv_record record;
	const struct str *names;
	const char *bad;
	bool last = false;
	size_t got;

	csv_resume(r, NULL, 0, at, k->scan.at[list].line, 1);
	while (!last) {
		TRY(os_read(k->c, k->file, at, piece, PIECE, &got));
		at += (int64_t)got;
		last = got == 0 || at >= k->size;
		csv_feed(r, (struct str){ piece, got }, last);
		while (csv_next(r, &record)) {
			if (record.bad == NULL)
				TRY(take(k, &record));
			else
				add_fault(k, record.line, record.number, list, record.bad);
			if (arena_is_spent(k->mem))
				return refuse(k->c, ERR_INPUT,
					      "there is too much in one file: cut it");
		}
	}
	(void)csv_header(r, &names, &bad);
	if (bad != NULL && !str_eq(str_of(bad), S("the file is empty"))) /* an empty list is fine */
		return refuse(k->c, ERR_INPUT, "%s: %s", list_name[list], bad);
	return OK;
}

/* An id is a whole number; some files write it as a text. */
static bool id_of(const struct json_value *v, int64_t *out)
{
	return json_i64(v, INT64_MIN, INT64_MAX, out) ||
	       (json_is(v, JSON_TEXT) && num_i64(v->text, INT64_MIN, INT64_MAX, out));
}

/* A short text, kept. */
static bool name_of(struct coco *k, const struct json_value *v, struct str *out)
{
	struct str text;

	if (!json_text(v, &text) || text.len > NAME_MAX_BYTES)
		return false;
	*out = str_copy(k->mem, text);
	return true;
}

static enum err take_category(struct coco *k, const struct csv_record *r)
{
	const struct json_value *points = json_get(r->object, S("keypoints"));
	struct category *category = &k->category[k->categories];
	struct arena_mark mark = arena_mark(k->mem);
	bool good;

	if (k->categories == CATEGORIES_MAX)
		return refuse(k->c, ERR_INPUT, "there are more than %d categories", CATEGORIES_MAX);
	good = id_of(json_get(r->object, S("id")), &category->id) &&
	       name_of(k, json_get(r->object, S("name")), &category->name);
	category->points = 0;
	for (const struct json_value *v = json_is(points, JSON_LIST) ? points->first : NULL;
	     v != NULL && good; v = v->next)
		good = category->points < POINTS_MAX &&
		       name_of(k, v, &category->point[category->points++]);
	if (!good) {
		arena_reset(k->mem, mark);
		add_fault(k, r->line, r->number, CATEGORIES,
			  "a category has an id, a name, and at most 50 keypoints with names");
		return OK;
	}
	category->field = S("");
	if (name_of(k, json_get(r->object, S("field")), &category->field) &&
	    (!name_of(k, json_get(r->object, S("kind")), &category->kind) ||
	     !str_eq(intake_field_name(k->mem, category->field), category->field)))
		category->field = S("");
	category->number = k->categories++;
	return OK;
}

/* A full list of `*room` things, in twice the room. */
static void *grown(struct arena *mem, const void *full, size_t bytes_each, int *room)
{
	int twice = *room > 0 ? 2 * *room : 1024;
	void *more = arena_take_many(mem, (size_t)twice, bytes_each);

	if (*room > 0)
		memcpy(more, full, (size_t)*room * bytes_each);
	*room = twice;
	return more;
}

static enum err take_annotation(struct coco *k, const struct csv_record *r)
{
	int64_t image;

	if (!id_of(json_get(r->object, S("image_id")), &image)) {
		add_fault(k, r->line, r->number, ANNOTATIONS,
			  "an annotation has the image_id of its image");
		return OK;
	}
	if (k->annotations == ANNOTATIONS_MAX)
		return refuse(k->c, ERR_INPUT, "there are more than %d annotations: cut the file",
			      ANNOTATIONS_MAX);
	if (k->annotations == k->room)
		k->annotation = grown(k->mem, k->annotation, sizeof(*k->annotation), &k->room);
	CHECK(r->to >= r->from && r->to - r->from <= ENTRY_MAX);
	k->annotation[k->annotations++] = (struct annotation){
		.image = image,
		.at = r->from,
		.len = (int32_t)(r->to - r->from),
		.line = r->line > INT32_MAX ? 0 : (int32_t)r->line,
	};
	return OK;
}

static int by_image(const void *left, const void *right)
{
	const struct annotation *a = left, *b = right;

	if (a->image != b->image)
		return a->image < b->image ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at;
}

static int first_of(const struct coco *k, int64_t image)
{
	int low = 0, high = k->annotations;

	while (low < high) {
		int middle = low + (high - low) / 2;

		if (k->annotation[middle].image < image)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static enum err take_image_id(struct coco *k, const struct csv_record *r)
{
	int64_t id;

	if (!id_of(json_get(r->object, S("id")), &id))
		return OK;
	if (k->images == IMAGES_MAX)
		return refuse(k->c, ERR_INPUT, "there are more than %d images: cut the file",
			      IMAGES_MAX);
	if (k->images == k->images_room)
		k->image = grown(k->mem, k->image, sizeof(*k->image), &k->images_room);
	k->image[k->images++] = (struct image){ id, r->from };
	return OK;
}

static int by_id(const void *left, const void *right)
{
	const struct image *a = left, *b = right;

	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at;
}

/* Does no image before this one have its id? */
static bool is_first(const struct coco *k, int64_t id, int64_t at)
{
	int low = 0, high = k->images;

	while (low < high) {
		int middle = low + (high - low) / 2;

		if (k->image[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < k->images && k->image[low].id == id && k->image[low].at == at;
}

/* --- an image with its annotations --- */

struct field {
	struct str name;
	struct json value;
};

struct row {
	struct coco *coco;
	struct field field[FIELDS_MAX];
	int fields;
	int64_t width, height; /* 0: not said */
	struct intake_paint paint;
};

static struct json *field_of(struct row *r, struct str name)
{
	struct field *f;

	for (int i = 0; i < r->fields; i++)
		if (str_eq(r->field[i].name, name))
			return &r->field[i].value;
	if (r->fields == FIELDS_MAX)
		return NULL;
	f = &r->field[r->fields++];
	f->name = name;
	f->value = json_make(r->coco->row, ROW_MAX);
	json_object(&f->value);
	if (r->width > 0 && r->height > 0) {
		json_i64_of(&f->value, "width", r->width);
		json_i64_of(&f->value, "height", r->height);
	}
	json_key(&f->value, "shapes");
	json_list(&f->value);
	return &f->value;
}

/* Our categories of a field without labels are called like it. */
static void put_label(struct json *out, const struct category *category, struct str label)
{
	if (!str_eq(category->field, label))
		json_text_of(out, "label", label);
}

static bool wants(const struct category *category, const char *kind)
{
	return category->field.len == 0 || str_eq(category->kind, str_of(kind));
}

static bool put_box(struct row *r, const struct category *category, const struct json_value *box)
{
	struct json *out = field_of(r, category->field.len > 0 ? category->field : S("boxes"));

	if (out == NULL || !json_is(box, JSON_LIST) || box->count != 4)
		return false;
	json_object(out);
	put_label(out, category, category->name);
	json_key(out, "box");
	json_put_value(out, box);
	json_object_end(out);
	return true;
}

static bool put_polygon(struct row *r, const struct category *category,
			const struct json_value *flat)
{
	struct json *out = field_of(r, category->field.len > 0 ? category->field : S("polygons"));

	if (out == NULL || !json_is(flat, JSON_LIST) || flat->count % 2 != 0)
		return false;
	json_object(out);
	put_label(out, category, category->name);
	json_key(out, "points");
	json_list(out);
	for (const struct json_value *v = flat->first; v != NULL; v = v->next->next) {
		json_list(out);
		json_put_value(out, v);
		json_put_value(out, v->next);
		json_list_end(out);
	}
	json_list_end(out);
	json_object_end(out);
	return true;
}

/* Its picture's size stands around it. */
static bool put_mask(struct row *r, const struct category *category, const struct json_value *mask)
{
	struct json *out = field_of(r, category->field);

	if (out == NULL || json_get(mask, S("counts")) == NULL)
		return false;
	json_object(out);
	put_label(out, category, category->name);
	json_key(out, "counts");
	json_put_value(out, json_get(mask, S("counts")));
	json_object_end(out);
	return true;
}

/* x, y and whether it is there, for each point that the category names. */
static bool put_points(struct row *r, const struct category *category,
		       const struct json_value *flat)
{
	struct json *out = field_of(r, category->field.len > 0 ? category->field : S("points"));
	int i = 0;

	if (out == NULL || !json_is(flat, JSON_LIST) || flat->count != 3 * (size_t)category->points)
		return false;
	for (const struct json_value *v = flat->first; v != NULL; v = v->next->next->next, i++) {
		int64_t seen = 0;

		if (!json_i64(v->next->next, 0, 2, &seen))
			return false;
		if (seen == 0)
			continue;
		json_object(out);
		put_label(out, category, category->point[i]);
		json_key(out, "point");
		json_list(out);
		json_put_value(out, v);
		json_put_value(out, v->next);
		json_list_end(out);
		json_object_end(out);
	}
	return true;
}

/* All masks of other programs, as one field. */
static bool put_paint(struct row *r)
{
	struct json *out;

	if (r->paint.strokes == 0)
		return true;
	r->width = r->paint.width;
	r->height = r->paint.height;
	out = field_of(r, S("masks"));
	if (out != NULL)
		intake_paint_put(&r->paint, out);
	return out != NULL;
}

static int by_category(const void *left, const void *right)
{
	const struct category *a = left, *b = right;

	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	return a->number - b->number;
}

/* The last category of this id, or NULL. */
static const struct category *category_of(const struct coco *k, int64_t id)
{
	int low = 0, high = k->categories;

	while (low < high) {
		int middle = low + (high - low) / 2;

		if (k->category[middle].id <= id)
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 && k->category[low - 1].id == id ? &k->category[low - 1] : NULL;
}

/* NULL, or what is wrong. */
static const char *put_annotation(struct row *r, const struct json_value *a)
{
	const struct json_value *points = json_get(a, S("keypoints"));
	const struct json_value *areas = json_get(a, S("segmentation"));
	const struct json_value *box = json_get(a, S("bbox"));
	const struct category *category;
	const char *why = NULL;
	int64_t id, crowd = 0;

	if (!id_of(json_get(a, S("category_id")), &id))
		return "an annotation has the category_id of its category";
	(void)!json_i64(json_get(a, S("iscrowd")), 0, 1, &crowd);
	category = category_of(r->coco, id);
	if (category == NULL)
		return "there is no category of this category_id";
	if (points != NULL && wants(category, "point") && !put_points(r, category, points))
		return "keypoints are three numbers for each point that the category names";
	for (const struct json_value *v =
		     json_is(areas, JSON_LIST) && wants(category, "polygon") ? areas->first : NULL;
	     v != NULL; v = v->next)
		if (!put_polygon(r, category, v))
			return "segmentation is a list of polygons, each two numbers for a corner";
	if (category->field.len > 0 && wants(category, "mask") && !put_mask(r, category, areas))
		return "segmentation is the counts of a mask";
	if (category->field.len == 0 && json_is(areas, JSON_OBJECT))
		why = intake_paint_add(&r->paint, r->coco->part, areas, category->name, crowd != 0);
	if (why != NULL)
		return why;
	if (box != NULL && wants(category, "box") &&
	    (category->field.len > 0 || (points == NULL && crowd == 0)) &&
	    !put_box(r, category, box))
		return "bbox is four numbers";
	return NULL;
}

static const char too_long[] = "an image with its annotations is longer than 1 MiB";

static enum err write_row(struct coco *k, const struct row *r, const struct csv_record *from)
{
	struct json out = json_make(k->row, ROW_MAX);

	json_object(&out);
	json_key(&out, "fields");
	json_object(&out);
	for (const struct json_value *v = from->object->first; v != NULL; v = v->next) {
		if (str_eq(v->key, S("fields")))
			continue;
		json_key_str(&out, v->key);
		json_put_value(&out, v);
	}
	json_object_end(&out);
	json_key(&out, "results");
	json_object(&out);
	for (int i = 0; i < r->fields; i++) {
		struct json value = r->field[i].value;

		json_list_end(&value);
		json_object_end(&value);
		json_key_str(&out, r->field[i].name);
		json_object(&out);
		json_raw_of(&out, "value", json_end(&value));
		json_object_end(&out);
	}
	json_object_end(&out);
	json_object_end(&out);
	struct str line = json_end(&out);
	if (line.len > ENTRY_MAX || arena_is_spent(k->row)) {
		add_fault(k, from->line, from->number, IMAGES, too_long);
		return OK;
	}
	line = str_format(k->row, "%.*s\n", STR_ARG(line));
	hash_add(k->hash, line.at, line.len);
	k->out_size += (int64_t)line.len;
	return os_write(k->c, k->out, line);
}

/* Is what was read of the image longer than a row may be? */
static bool is_too_long(const struct row *r)
{
	size_t bytes = 0;

	for (int i = 0; i < r->fields; i++)
		bytes += r->field[i].value.buf.len;
	return bytes > ENTRY_MAX || arena_is_spent(r->coco->row);
}

static enum err read_annotation(struct coco *k, struct row *r, const struct annotation *a,
				const char **why)
{
	struct json_value *read;
	struct json_fault fault;
	size_t got;

	arena_clear(k->part);
	char *bytes = arena_take(k->part, (size_t)a->len);
	TRY(os_read(k->c, k->file, a->at, bytes, (size_t)a->len, &got));
	*why = "the file was changed while it was read";
	if (json_read(k->part, (struct str){ bytes, got }, &read, &fault))
		*why = put_annotation(r, read);
	return OK;
}

/* All of an image's, up to the first that is at fault or too much; then `*good` is false. */
static enum err put_annotations(struct coco *k, struct row *r, int64_t id,
				const struct csv_record *image, bool *good)
{
	const char *why;

	*good = true;
	for (int i = first_of(k, id); i < k->annotations && k->annotation[i].image == id; i++) {
		struct annotation *a = &k->annotation[i];

		a->used = true;
		if (!*good)
			continue;
		TRY(read_annotation(k, r, a, &why));
		if (why != NULL)
			add_fault(k, a->line, i + 1, ANNOTATIONS, why);
		else if (is_too_long(r))
			add_fault(k, image->line, image->number, IMAGES, why = too_long);
		*good = why == NULL;
	}
	return OK;
}

static enum err take_image(struct coco *k, const struct csv_record *r)
{
	struct row *row;
	int64_t id;
	bool good;

	arena_clear(k->row);
	row = NEW(k->row, struct row);
	row->coco = k;
	if (!id_of(json_get(r->object, S("id")), &id)) {
		add_fault(k, r->line, r->number, IMAGES, "an image has an id");
		return OK;
	}
	if (!is_first(k, id, r->from)) {
		add_fault(k, r->line, r->number, IMAGES, "another image has this id");
		return OK;
	}
	(void)!json_i64(json_get(r->object, S("width")), 1, 100000, &row->width);
	(void)!json_i64(json_get(r->object, S("height")), 1, 100000, &row->height);
	const struct json_value *known = json_get(r->object, S("fields"));
	for (const struct json_value *v = json_is(known, JSON_LIST) ? known->first : NULL;
	     v != NULL && row->fields < FIELDS_MAX; v = v->next) {
		arena_clear(k->part);
		if (v->type == JSON_TEXT && str_eq(intake_field_name(k->part, v->text), v->text))
			(void)field_of(row, v->text);
	}
	row->paint = (struct intake_paint){ .mem = k->row };
	if (row->width > 0 && row->height > 0) {
		row->paint.width = row->width;
		row->paint.height = row->height;
	}
	TRY(put_annotations(k, row, id, r, &good));
	if (good && !put_paint(row))
		add_fault(k, r->line, r->number, IMAGES, "an image has at most 50 fields");
	else if (good)
		return write_row(k, row, r);
	return OK;
}

/* --- the whole --- */

static enum err join(struct coco *k)
{
	k->category = NEW_MANY(k->mem, struct category, CATEGORIES_MAX + 1);
	if (k->scan.found[CATEGORIES])
		TRY(each(k, CATEGORIES, take_category));
	qsort(k->category, (size_t)k->categories, sizeof(*k->category), by_category);
	if (k->scan.found[ANNOTATIONS])
		TRY(each(k, ANNOTATIONS, take_annotation));
	if (k->annotations > 0)
		qsort(k->annotation, (size_t)k->annotations, sizeof(*k->annotation), by_image);
	k->quiet = true;
	TRY(each(k, IMAGES, take_image_id));
	k->quiet = false;
	if (k->images > 0)
		qsort(k->image, (size_t)k->images, sizeof(*k->image), by_id);
	TRY(each(k, IMAGES, take_image));
	for (int i = 0; i < k->annotations; i++)
		if (!k->annotation[i].used)
			add_fault(k, k->annotation[i].line, i + 1, ANNOTATIONS,
				  "there is no image of this image_id");
	return OK;
}

static void close_files(struct coco *k)
{
	os_close(&k->file);
	os_close(&k->out);
}

enum err intake_coco_convert(struct ctx *c, struct str sha256, struct intake_fault_list *faults,
			     struct intake_coco *out)
{
	struct coco k DEFER(close_files) = {
		.c = c, .file = { OS_FILE_NONE }, .out = { OS_FILE_NONE }, .faults = faults
	};
	const char *path;

	*out = (struct intake_coco){ .sha256 = S("") };
	TRY(os_open_read(c, intake_path(c, sha256), &k.file));
	TRY(os_size(c, k.file, &k.size));
	TRY(scan_file(c, k.file, k.size, &k.scan));
	if (k.scan.objects > 1 ||
	    (!k.scan.found[IMAGES] && !k.scan.found[ANNOTATIONS] && !k.scan.found[CATEGORIES]))
		return OK;
	if (k.scan.bad)
		return refuse(c, ERR_INPUT, "images, annotations or categories are there twice");
	if (k.scan.depth != 0 || k.scan.in_text)
		return refuse(c, ERR_INPUT, "the JSON object does not end: the file is cut");
	if (!k.scan.found[IMAGES])
		return refuse(c, ERR_INPUT, "this is like COCO, but it has no list of images");
	k.mem = arena_under(c->mem, WHOLE_MEMORY);
	k.row = arena_under(c->mem, INTAKE_ROW_MEMORY);
	k.part = arena_under(c->mem, TREE_MEMORY);
	TRY(intake_temporary(c, &path));
	TRY(os_create(c, path, &k.out));
	k.hash = hash_start(c->mem);
	enum err err = join(&k);
	struct str sum = hash_end(k.hash); /* in any case: it holds more than memory of ours */
	if (err != OK) {
		struct ctx after = *c;

		after.refusal = (struct refusal){ 0 };
		(void)!os_remove(&after, path); /* what is told is why it was not made */
		return err;
	}
	out->sha256 = text_hex(c->mem, sum.at, sum.len);
	out->size = k.out_size;
	out->bad = k.bad;
	return intake_keep(c, path, out->sha256);
}
