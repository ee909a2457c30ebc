/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * mask: the pixels of a picture that are something, painted with a brush.
 *
 *   {"type":"mask","name":"land","label":"Paint water and wood","src":"{{image}}",
 *    "labels":["water","wood"],"min":0,"required":true}
 *
 * The value is that of shape.c, with one shape for each label that is painted, and width and height
 * of the picture:
 *
 *   {"width":4,"height":3,"shapes":[{"label":"water","counts":"0312"}]}
 *
 * `counts` is the run-length code of COCO (https://github.com/cocodataset/cocoapi, maskApi.c):
 * pixels go column by column, and lengths of runs without and with the mask take turns. As a text,
 * each length from the fourth on is less that of two before it, in groups of five bits from the
 * lowest on, a sixth bit says that more follow, and 48 makes a letter of it. A list of the lengths
 * is taken too. All counts of an answer have CODE_MAX bytes, and a pixel has one label at most.
 *
 * Answers are joined pixel by pixel: each gets what most answers give it, of equally many the first
 * label of the list before nothing, so it is kept where half have painted it (the rule of boxes).
 * It is done run by run, in memory of the runs and not of the picture. Answers agree as far as
 * their IoU: pixels of the same label in both over pixels painted in either. The confidence of a
 * result is the mean IoU of the answers with it; two are equal from EQUAL on, where a segment
 * counts as found (Kirillov et al. 2019, Panoptic Segmentation).
 */
#include <math.h>
#include <stdlib.h>
#include "kind/kind_in.h"
#include "media/media.h"

enum { CODE_MAX = 49152, LABELS_MAX = 50, NONE = -1, ANY = -1 };

#define EQUAL 0.5

struct run {
	int64_t from, to; /* pixels */
	int label;
};

struct mask {
	struct kind_shapes around;
	struct run *run; /* in order, none over another */
	int count;
	struct str key; /* the value, for an order that does not depend on when it came */
};

/* --- the code --- */

/* The next length, less that of two before it where there is one; false: it is no code. */
static bool next_length(struct str *rest, int64_t *out)
{
	int64_t number = 0;
	size_t at = 0;

	for (int shift = 0; at < rest->len && shift < 40; shift += 5) {
		int bits = rest->at[at++] - 48;

		if (bits < 0 || bits > 63)
			return false;
		number |= (int64_t)(bits & 31) << shift;
		if ((bits & 32) == 0) {
			number -= (bits & 16) != 0 ? INT64_C(32) << shift : 0;
			*out = number;
			*rest = str_cut(*rest, at, rest->len);
			return true;
		}
	}
	return false;
}

static void put_length(struct buf *out, int64_t number)
{
	bool more = true;

	while (more) {
		int bits = (int)(number & 31);

		number = number >= 0 ? number / 32 : -((31 - number) / 32);
		more = (bits & 16) != 0 ? number != -1 : number != 0;
		buf_add_char(out, (char)((bits | (more ? 32 : 0)) + 48));
	}
}

/* Not below the count of lengths. */
static size_t code_length(const struct json_value *shape)
{
	const struct json_value *counts = json_get(shape, S("counts"));
	struct str text;

	if (json_is(counts, JSON_LIST))
		return counts->count;
	return json_text(counts, &text) ? text.len : 0;
}

/* The lengths of a text or a list; -1: it is none, or has more than `room`. */
static int read_lengths(const struct json_value *counts, int64_t *length, int room)
{
	const struct json_value *v = json_is(counts, JSON_LIST) ? counts->first : NULL;
	struct str rest;
	int n = 0;

	for (; v != NULL; v = v->next)
		if (n == room || !json_i64(v, 0, MEDIA_PIXELS_MAX, &length[n++]))
			return -1;
	if (json_is(counts, JSON_LIST))
		return n;
	if (!json_text(counts, &rest))
		return -1;
	for (; rest.len > 0; n++) {
		if (n == room || !next_length(&rest, &length[n]))
			return -1;
		length[n] += n > 2 ? length[n - 2] : 0;
		if (length[n] < 0 || length[n] > MEDIA_PIXELS_MAX)
			return -1;
	}
	return n;
}

/* Runs that touch become one. */
static void add_run(struct mask *m, int64_t from, int64_t to, int label)
{
	struct run *last = m->count > 0 ? &m->run[m->count - 1] : NULL;

	if (from == to || label == NONE)
		return;
	if (last != NULL && last->to == from && last->label == label)
		last->to = to;
	else
		m->run[m->count++] = (struct run){ from, to, label };
}

/* The runs of a shape, behind those that are there. */
static bool add_shape(struct arena *mem, const struct json_value *shape, int64_t pixels, int label,
		      struct mask *m)
{
	struct arena_mark mark = arena_mark(mem);
	int64_t *length = NEW_MANY(mem, int64_t, code_length(shape) + 1), at = 0;
	int n = read_lengths(json_get(shape, S("counts")), length, (int)code_length(shape));
	int before = m->count;

	for (int i = 0; i < n && at <= pixels; i++) {
		add_run(m, at, at + length[i], i % 2 == 1 ? label : NONE);
		at += length[i];
	}
	arena_reset(mem, mark);
	return n > 0 && at == pixels && m->count > before;
}

static struct str code_of(struct arena *mem, const struct mask *m, int label)
{
	int64_t *length = NEW_MANY(mem, int64_t, 2 * (size_t)m->count + 2), at = 0;
	int64_t pixels = m->around.width * m->around.height;
	struct buf out = buf_make(mem, 8 * (2 * (size_t)m->count + 2));
	int n = 0;

	for (int i = 0; i < m->count; i++) {
		if (m->run[i].label != label)
			continue;
		length[n++] = m->run[i].from - at;
		length[n++] = m->run[i].to - m->run[i].from;
		at = m->run[i].to;
	}
	if (at < pixels)
		length[n++] = pixels - at;
	for (int i = 0; i < n; i++)
		put_length(&out, length[i] - (i > 2 ? length[i - 2] : 0));
	return buf_str(&out);
}

bool kind_mask_runs(struct arena *mem, const struct json_value *shape, int64_t pixels,
		    struct kind_run **out, int *count)
{
	struct mask m = { .run = NEW_MANY(mem, struct run, code_length(shape) / 2 + 1) };

	if (!add_shape(mem, shape, pixels, 0, &m))
		return false;
	*out = NEW_MANY(mem, struct kind_run, (size_t)m.count);
	*count = m.count;
	for (int i = 0; i < m.count; i++)
		(*out)[i] = (struct kind_run){ m.run[i].from, m.run[i].to };
	return true;
}

/* --- answers --- */

static void check_block(struct kind_faults *f, const struct json_value *block, struct str path)
{
	const struct json_value *labels = json_get(block, S("labels"));

	kind_shapes_check_block(f, block, path, NULL);
	if (kind_i64(block, "min", 0) > (json_is(labels, JSON_LIST) ? (int64_t)labels->count : 1))
		kind_fault(f, kind_path(f->mem, path, "min"), json_get(block, S("min")),
			   "each label has one shape, so there are no more shapes than labels");
}

static int by_from(const void *left, const void *right)
{
	const struct run *a = left, *b = right;

	return (a->from > b->from) - (a->from < b->from);
}

/* The size of the picture and of the code. */
static bool check_size(struct kind_faults *f, const struct kind_field *field,
		       const struct json_value *value, const struct kind_shapes *around,
		       size_t length)
{
	if (length > CODE_MAX)
		kind_fault(f, field->name, value, "the counts of all shapes have %d bytes at most",
			   CODE_MAX);
	else if (around->count > 0 &&
		 (!around->has_size || around->width * around->height > MEDIA_PIXELS_MAX))
		kind_fault(f, kind_path(f->mem, field->name, "width"), value,
			   "a mask has the width and the height of its picture, of %d pixels at "
			   "most",
			   MEDIA_PIXELS_MAX);
	else
		return true;
	return false;
}

static bool read_mask(struct kind_faults *f, const struct kind_field *field,
		      const struct json_value *value, struct mask *out)
{
	bool seen[LABELS_MAX] = { false };
	int before = f->count, i = 0;
	size_t length = 0;

	*out = (struct mask){ .count = 0 };
	if (!kind_shapes_read(f, field, value, &out->around))
		return false;
	for (const struct json_value *s = out->around.first; s != NULL; s = s->next)
		length += code_length(s);
	if (!check_size(f, field, value, &out->around, length))
		return false;
	const int64_t pixels = out->around.width * out->around.height;
	out->run = NEW_MANY(f->mem, struct run, length / 2 + 1);
	for (const struct json_value *s = out->around.first; s != NULL; s = s->next, i++) {
		struct str path = kind_shape_path(f, field, i);
		int label;

		if (!kind_shape_label(f, field, s, path, "counts", &label))
			continue;
		if (seen[label])
			kind_fault(f, path, s, "a label has one shape");
		else if (!add_shape(f->mem, s, pixels, label, out))
			kind_fault(f, kind_path(f->mem, path, "counts"), s,
				   "counts are the lengths of runs, which add up to all pixels and "
				   "hold some of the mask");
		seen[label] = true;
	}
	qsort(out->run, (size_t)out->count, sizeof(*out->run), by_from);
	for (i = 1; i < out->count && f->count == before; i++)
		if (out->run[i].from < out->run[i - 1].to)
			kind_fault(f, field->name, value, "a pixel has one label at most");
	return f->count == before;
}

/* `share` of each label, or NULL. */
static void put_mask(struct arena *mem, struct json *out, const struct kind_field *field,
		     const struct mask *m, const double *share)
{
	bool there[LABELS_MAX] = { false };

	for (int i = 0; i < m->count; i++)
		there[m->run[i].label] = true;
	kind_shapes_begin(out, &m->around);
	for (int label = 0; label < LABELS_MAX; label++) {
		if (!there[label])
			continue;
		json_object(out);
		kind_label_put(out, field, "labels", label);
		json_text_of(out, "counts", code_of(mem, m, label));
		if (share != NULL)
			json_f64_of(out, "confidence", round(share[label] * 1e4) / 1e4);
		json_object_end(out);
	}
	kind_shapes_end(out);
}

static int64_t painted(const struct mask *m, int label)
{
	int64_t pixels = 0;

	for (int i = 0; i < m->count; i++)
		if (label == ANY || m->run[i].label == label)
			pixels += m->run[i].to - m->run[i].from;
	return pixels;
}

static bool check_answer(struct kind_faults *f, const struct kind_field *field,
			 const struct json_value *value, struct json *out)
{
	struct mask m;

	size_t length = 0;

	if (!read_mask(f, field, value, &m))
		return false;
	/* A list of lengths may become a longer text. */
	for (int label = 0; label < LABELS_MAX; label++)
		length += painted(&m, label) > 0 ? code_of(f->mem, &m, label).len : 0;
	if (!check_size(f, field, value, &m.around, length))
		return false;
	put_mask(f->mem, out, field, &m, NULL);
	return true;
}

/* --- agreeing --- */

/* Of one label, or of all with a pixel counted as common where both give it the same. */
static double iou(const struct mask *a, const struct mask *b, int label)
{
	int64_t equal = 0, both = 0;

	for (int i = 0, k = 0; i < a->count && k < b->count;) {
		const struct run *l = &a->run[i], *r = &b->run[k];
		int64_t from = l->from > r->from ? l->from : r->from;
		int64_t to = l->to < r->to ? l->to : r->to;

		if (from < to && l->label == r->label && (label == ANY || l->label == label))
			equal += to - from;
		if (from < to && label == ANY)
			both += to - from;
		if (l->to <= r->to)
			i++;
		else
			k++;
	}
	int64_t all = painted(a, label) + painted(b, label) - (label == ANY ? both : equal);
	return all > 0 ? (double)equal / (double)all : 1;
}

static bool have_one_size(const struct mask *a, const struct mask *b)
{
	return a->around.width == b->around.width && a->around.height == b->around.height;
}

static bool same(struct arena *mem, const struct kind_field *field, const struct json_value *a,
		 const struct json_value *b)
{
	struct kind_faults f = kind_faults_make(mem, (struct str){ 0 });
	struct mask left, right;

	if (!read_mask(&f, field, a, &left) || !read_mask(&f, field, b, &right))
		return false;
	if (left.count == 0 || right.count == 0)
		return left.count == right.count;
	return have_one_size(&left, &right) && iou(&left, &right, ANY) >= EQUAL;
}

/* Where what is given to a pixel changes: so many more, or fewer, give it this label. */
struct change {
	int64_t at;
	int label, by;
};

static int by_place(const void *left, const void *right)
{
	const struct change *a = left, *b = right;

	return (a->at > b->at) - (a->at < b->at);
}

/* What most of `all` answers give, of which `times` says how many give each label. */
static int most_given(const int *times, int all)
{
	int best = NONE, left = all;

	for (int label = 0; label < LABELS_MAX; label++) {
		left -= times[label];
		if (times[label] > (best == NONE ? 0 : times[best]))
			best = label;
	}
	return best != NONE && times[best] >= left ? best : NONE;
}

static void vote(struct arena *mem, const struct mask *given, int count, struct mask *out)
{
	int times[LABELS_MAX] = { 0 }, changes = 0, all = 0;

	for (int i = 0; i < count; i++)
		all += given[i].count;
	struct change *change = NEW_MANY(mem, struct change, 2 * (size_t)all + 1);
	for (int i = 0; i < count; i++)
		for (int k = 0; k < given[i].count; k++) {
			const struct run *r = &given[i].run[k];

			change[changes++] = (struct change){ r->from, r->label, 1 };
			change[changes++] = (struct change){ r->to, r->label, -1 };
		}
	qsort(change, (size_t)changes, sizeof(*change), by_place);
	out->run = NEW_MANY(mem, struct run, (size_t)changes + 1);
	for (int i = 0; i < changes; i++) {
		times[change[i].label] += change[i].by;
		if (i + 1 < changes && change[i + 1].at > change[i].at)
			add_run(out, change[i].at, change[i + 1].at, most_given(times, count));
	}
}

/* A result goes the way of an answer again, so it is as short as one: the smallest runs go. */
static void shorten(struct arena *mem, struct mask *m)
{
	for (int64_t least = 2; least < MEDIA_PIXELS_MAX; least *= 2) {
		struct arena_mark mark = arena_mark(mem);
		size_t length = 0;
		int kept = 0;

		for (int label = 0; label < LABELS_MAX; label++)
			if (painted(m, label) > 0)
				length += code_of(mem, m, label).len;
		arena_reset(mem, mark);
		if (length <= CODE_MAX)
			return;
		for (int i = 0; i < m->count; i++)
			if (m->run[i].to - m->run[i].from >= least)
				m->run[kept++] = m->run[i];
		m->count = kept;
	}
}

static int by_key(const void *left, const void *right)
{
	return str_compare(((const struct mask *)left)->key, ((const struct mask *)right)->key);
}

/* The size that most painted answers have goes to the front, of equally many the first; how many
 * have it. What shows nothing has any size. */
static int keep_size(struct mask *given, int count)
{
	int best = 0, most = 0, kept = 0;

	for (int i = 0; i < count; i++) {
		int alike = 0;

		for (int k = 0; k < count && given[i].count > 0; k++)
			alike += given[k].count > 0 && have_one_size(&given[i], &given[k]);
		if (alike > most) {
			most = alike;
			best = i;
		}
	}
	const struct mask wanted = given[best];
	for (int i = 0; i < count; i++)
		if (given[i].count == 0 || have_one_size(&given[i], &wanted))
			given[kept++] = given[i];
	for (int i = 0; i < kept; i++)
		given[i].around = wanted.around;
	return kept;
}

static void join(struct arena *mem, const struct kind_field *field, struct mask *given, int count,
		 struct kind_result *out)
{
	struct mask joined = { .around = given[0].around };
	struct json value = json_make(mem, 1 << 20);
	double share[LABELS_MAX] = { 0 };

	vote(mem, given, count, &joined);
	shorten(mem, &joined);
	for (int i = 0; i < count; i++) {
		out->confidence += iou(&given[i], &joined, ANY) / count;
		for (int label = 0; label < LABELS_MAX; label++)
			share[label] += iou(&given[i], &joined, label) / count;
	}
	put_mask(mem, &value, field, &joined, share);
	out->value = json_end(&value);
}

static void agree(struct arena *mem, const struct kind_field *field,
		  const struct json_value *const *values, int count, struct kind_result *out)
{
	struct kind_faults f = kind_faults_make(mem, (struct str){ 0 });
	struct mask *given = NEW_MANY(mem, struct mask, (size_t)count);
	int found = 0;

	for (int i = 0; i < count; i++) {
		if (values[i] == NULL || !read_mask(&f, field, values[i], &given[found]))
			continue;
		given[found++].key = kind_json_text(mem, values[i]);
	}
	if (2 * found < count || found == 0) {
		out->value = S("null");
		out->confidence = (double)(count - found) / count;
		return;
	}
	qsort(given, (size_t)found, sizeof(*given), by_key);
	join(mem, field, given, keep_size(given, found), out);
}

const struct kind kind_mask = {
	.name = "mask",
	.about = "The pixels of a picture that are something, painted with a brush.",
	.example = "{\"type\":\"mask\",\"name\":\"land\",\"label\":\"Paint water and wood\","
		   "\"src\":\"{{image}}\",\"alt\":\"\",\"labels\":[\"water\",\"wood\"],"
		   "\"min\":0,\"required\":true}",
	.has_picture = true,
	.is_vote = true,
	.check_block = check_block,
	.put_block = kind_shapes_put_block,
	.check_answer = check_answer,
	.truth = kind_shapes_truth,
	.same = same,
	.agree = agree,
};
