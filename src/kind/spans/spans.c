/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * spans: parts of a text with labels, and relations between them.
 *
 *   {"type":"spans","name":"names","label":"Mark people and firms","text":"{{text}}",
 *    "labels":["person","firm"],"relations":["works for"],"min":0,"max":50,"required":true}
 *
 *   {"length":38,"spans":[{"start":0,"end":5,"label":"person"},
 *                         {"start":19,"end":23,"label":"firm"}],
 *    "relations":[{"from":0,"to":1,"label":"works for"}]}
 *
 * Places are Unicode code points of the text as it is shown, [start, end); `length` is that of the
 * whole text, optional, and spans must lie within where it is given. Spans stand in order of place;
 * `from` and `to` count them from 0. They may overlap, and no two are the same. Without relations
 * in the block there are none in the value.
 *
 * Spans of several answers are joined as boxes of one dimension are (model_box_merge), each end at
 * its median, rounded down; a relation is kept where half of the answers have it between what
 * became the same two spans. Answers are equal when their spans pair one to one at an overlap
 * (IoU) of a half with equal labels, and their relations with them.
 */
#include <math.h>
#include <stdlib.h>
#include "kind/kind_in.h"
#include "model/model.h"

enum { SPANS_MAX = 200, RELATIONS_MAX = 200, LENGTH_MAX = 1000000 };

#define JOIN 0.3 /* as in model_box_merge */
#define EQUAL 0.5

struct relation {
	int from, to, label;
};

struct marked {
	struct str text; /* the value, for an order that does not depend on when it came */
	struct model_box *span;
	struct relation *relation;
	int spans, relations;
	int64_t length; /* 0: not said */
};

/* --- blocks --- */

static void check_block(struct kind_faults *f, const struct json_value *block, struct str path)
{
	static const char *const members[] = { "text", "labels", "relations", "min", "max", NULL };
	int64_t min = 0, max = SPANS_MAX;

	kind_members(f, block, path, true, members);
	kind_labels_check(f, block, path, "labels", true);
	kind_labels_check(f, block, path, "relations", false);
	if (kind_member_i64(f, block, path, "min", 0, SPANS_MAX, &min) &&
	    kind_member_i64(f, block, path, "max", 1, SPANS_MAX, &max) && min > max)
		kind_fault(f, kind_path(f->mem, path, "min"), json_get(block, S("min")),
			   "min is above max");
}

static void put_block(struct json *out, const struct kind_field *field,
		      const struct kind_view *view)
{
	struct str text = S("");

	(void)!json_text(json_get(field->block, S("text")), &text);
	json_text_of(out, "text", kind_fill(view->mem, text, view->fields));
	kind_labels_put(out, field, "labels");
	kind_labels_put(out, field, "relations");
	json_i64_of(out, "min", kind_i64(field->block, "min", 0));
	json_i64_of(out, "max", kind_i64(field->block, "max", SPANS_MAX));
}

/* --- answers --- */

static int by_place(const void *left, const void *right)
{
	const struct model_box *a = left, *b = right;

	if (a->at[0] < b->at[0] || a->at[0] > b->at[0])
		return a->at[0] < b->at[0] ? -1 : 1;
	if (a->at[2] < b->at[2] || a->at[2] > b->at[2])
		return a->at[2] < b->at[2] ? -1 : 1;
	return a->label - b->label;
}

static bool read_span(struct kind_faults *f, const struct kind_field *field,
		      const struct json_value *v, struct str path, int64_t length,
		      struct model_box *out)
{
	static const char *const members[] = { "start", "end", "label", "confidence", NULL };
	int64_t start, end, most = length > 0 ? length : LENGTH_MAX;
	int before = f->count;

	if (!json_is(v, JSON_OBJECT)) {
		kind_fault(f, path, v, "a span is an object");
		return false;
	}
	kind_members(f, v, path, false, members);
	int label = kind_label_index(field, "labels", json_get(v, S("label")));
	if (label < 0)
		kind_fault(f, kind_path(f->mem, path, "label"), v, "this is none of the labels");
	if (!json_i64(json_get(v, S("start")), 0, most, &start) ||
	    !json_i64(json_get(v, S("end")), 0, most, &end) || start >= end) {
		kind_fault(f, kind_path(f->mem, path, "start"), v,
			   "start is below end, both within the text");
		return false;
	}
	*out = (struct model_box){ .at = { (double)start, 0, (double)end, 1 }, .label = label };
	return f->count == before;
}

static void read_spans(struct kind_faults *f, const struct kind_field *field,
		       const struct json_value *list, struct marked *out)
{
	int i = 0;

	for (const struct json_value *v = list->first; v != NULL; v = v->next, i++) {
		struct str path = kind_path_at(f->mem, field->name, "spans", i);
		struct model_box *span = &out->span[out->spans];

		if (!read_span(f, field, v, path, out->length, span))
			continue;
		/* A relation names the span by where it stood; `confidence` is free for that. */
		span->confidence = i;
		for (int k = 0; k < out->spans; k++)
			if (by_place(span, &out->span[k]) == 0)
				kind_fault(f, path, v, "this span is there twice");
		out->spans++;
	}
	qsort(out->span, (size_t)out->spans, sizeof(*out->span), by_place);
}

/* Where the span that stood at `i` stands now, or -1. */
static int place_of(const struct marked *m, int64_t i)
{
	for (int k = 0; k < m->spans; k++)
		if (m->span[k].confidence == (double)i)
			return k;
	return -1;
}

static int by_ends(const void *left, const void *right)
{
	const struct relation *a = left, *b = right;

	if (a->from != b->from)
		return a->from - b->from;
	return a->to != b->to ? a->to - b->to : a->label - b->label;
}

static void read_relations(struct kind_faults *f, const struct kind_field *field,
			   const struct json_value *list, struct marked *out)
{
	static const char *const members[] = { "from", "to", "label", "confidence", NULL };
	int i = 0;

	for (const struct json_value *v = list->first; v != NULL; v = v->next, i++) {
		struct str path = kind_path_at(f->mem, field->name, "relations", i);
		struct relation *r = &out->relation[out->relations];
		int64_t from, to;

		if (!json_is(v, JSON_OBJECT) ||
		    !json_i64(json_get(v, S("from")), 0, SPANS_MAX, &from) ||
		    !json_i64(json_get(v, S("to")), 0, SPANS_MAX, &to) || from == to) {
			kind_fault(f, path, v, "a relation goes from one span to another");
			continue;
		}
		kind_members(f, v, path, false, members);
		*r = (struct relation){ place_of(out, from), place_of(out, to),
					kind_label_index(field, "relations",
							 json_get(v, S("label"))) };
		if (r->from < 0 || r->to < 0)
			kind_fault(f, path, v, "there is no such span");
		if (r->label < 0)
			kind_fault(f, kind_path(f->mem, path, "label"), v,
				   "this is none of the relations");
		for (int k = 0; k < out->relations; k++)
			if (by_ends(r, &out->relation[k]) == 0)
				kind_fault(f, path, v, "this relation is there twice");
		out->relations++;
	}
	qsort(out->relation, (size_t)out->relations, sizeof(*out->relation), by_ends);
}

static bool read_value(struct kind_faults *f, const struct kind_field *field,
		       const struct json_value *value, struct marked *out)
{
	static const char *const members[] = { "length", "spans", "relations", NULL };
	const struct json_value *spans = json_get(value, S("spans"));
	const struct json_value *relations = json_get(value, S("relations"));
	const struct json_value *length = json_get(value, S("length"));
	int before = f->count;

	*out = (struct marked){ .span = NEW_MANY(f->mem, struct model_box, SPANS_MAX),
				.relation = NEW_MANY(f->mem, struct relation, RELATIONS_MAX) };
	if (!json_is(spans, JSON_LIST) || spans->count > SPANS_MAX) {
		kind_fault(f, field->name, value,
			   "this is an object with a list of %d spans at most", SPANS_MAX);
		return false;
	}
	kind_members(f, value, field->name, false, members);
	if (length != NULL && !json_i64(length, 1, LENGTH_MAX, &out->length))
		kind_fault(f, kind_path(f->mem, field->name, "length"), length,
			   "length is a whole number of characters");
	read_spans(f, field, spans, out);
	if (relations == NULL)
		return f->count == before;
	if (!json_is(relations, JSON_LIST) || relations->count > RELATIONS_MAX)
		kind_fault(f, kind_path(f->mem, field->name, "relations"), relations,
			   "relations is a list of %d at most", RELATIONS_MAX);
	else
		read_relations(f, field, relations, out);
	return f->count == before;
}

/* `sure`: with the confidence of each span. */
static void put_value(struct json *out, const struct kind_field *field, const struct marked *m,
		      bool sure)
{
	json_object(out);
	if (m->length > 0)
		json_i64_of(out, "length", m->length);
	json_key(out, "spans");
	json_list(out);
	for (int i = 0; i < m->spans; i++) {
		json_object(out);
		json_i64_of(out, "start", (int64_t)m->span[i].at[0]);
		json_i64_of(out, "end", (int64_t)m->span[i].at[2]);
		kind_label_put(out, field, "labels", m->span[i].label);
		if (sure)
			json_f64_of(out, "confidence", round(m->span[i].confidence * 1e4) / 1e4);
		json_object_end(out);
	}
	json_list_end(out);
	if (json_get(field->block, S("relations")) != NULL) {
		json_key(out, "relations");
		json_list(out);
		for (int i = 0; i < m->relations; i++) {
			json_object(out);
			json_i64_of(out, "from", m->relation[i].from);
			json_i64_of(out, "to", m->relation[i].to);
			kind_label_put(out, field, "relations", m->relation[i].label);
			json_object_end(out);
		}
		json_list_end(out);
	}
	json_object_end(out);
}

static bool check_answer(struct kind_faults *f, const struct kind_field *field,
			 const struct json_value *value, struct json *out)
{
	int64_t min = kind_i64(field->block, "min", 0);
	int64_t max = kind_i64(field->block, "max", SPANS_MAX);
	struct marked m;

	if (!read_value(f, field, value, &m))
		return false;
	if (m.spans < min || m.spans > max) {
		kind_fault(f, field->name, value, "mark %lld to %lld", (long long)min,
			   (long long)max);
		return false;
	}
	put_value(out, field, &m, false);
	return true;
}

/* A gold cell is the value, or its list of spans alone. */
static struct str truth(struct arena *mem, const struct kind_field *field, struct str cell)
{
	(void)field;
	cell = str_trim(cell);
	if (!str_starts(cell, S("[")))
		return cell;
	return str_format(mem, "{\"spans\":%.*s}", STR_ARG(cell));
}

/* --- agreeing --- */

static bool has_relation(const struct marked *m, const int *partner, struct relation wanted)
{
	for (int i = 0; i < m->relations; i++)
		if (partner[m->relation[i].from] == wanted.from &&
		    partner[m->relation[i].to] == wanted.to && m->relation[i].label == wanted.label)
			return true;
	return false;
}

static bool same(struct arena *mem, const struct kind_field *field, const struct json_value *a,
		 const struct json_value *b)
{
	struct kind_faults f = kind_faults_make(mem, (struct str){ 0 });
	struct marked left, right;
	int partner[SPANS_MAX];

	if (!read_value(&f, field, a, &left) || !read_value(&f, field, b, &right) ||
	    left.spans != right.spans || left.relations != right.relations ||
	    model_box_match(mem, left.span, left.spans, right.span, right.spans, EQUAL, partner) !=
		    left.spans)
		return false;
	for (int i = 0; i < left.spans; i++)
		if (left.span[i].label != right.span[partner[i]].label)
			return false;
	for (int i = 0; i < right.relations; i++)
		if (!has_relation(&left, partner, right.relation[i]))
			return false;
	return true;
}

static int by_text(const void *left, const void *right)
{
	return str_compare(((const struct marked *)left)->text,
			   ((const struct marked *)right)->text);
}

/* The relations that half of the answers have between what became the same spans. */
static void join_relations(struct arena *mem, const struct marked *given, int count,
			   struct marked *out)
{
	int *partner = NEW_MANY(mem, int, (size_t)count *SPANS_MAX);

	for (int a = 0; a < count; a++)
		(void)model_box_match(mem, given[a].span, given[a].spans, out->span, out->spans,
				      JOIN, partner + a * SPANS_MAX);
	for (int a = 0; a < count; a++)
		for (int i = 0; i < given[a].relations; i++) {
			struct relation r = given[a].relation[i];
			int votes = 0;

			r.from = partner[a * SPANS_MAX + r.from];
			r.to = partner[a * SPANS_MAX + r.to];
			bool known = r.from < 0 || r.to < 0 || out->relations == RELATIONS_MAX;
			for (int k = 0; k < out->relations; k++)
				known = known || by_ends(&out->relation[k], &r) == 0;
			for (int k = 0; k < count && !known; k++)
				votes += has_relation(&given[k], partner + k * SPANS_MAX, r);
			if (!known && 2 * votes >= count)
				out->relation[out->relations++] = r;
		}
	qsort(out->relation, (size_t)out->relations, sizeof(*out->relation), by_ends);
}

static int join_spans(struct arena *mem, const struct marked *given, int count,
		      struct model_box *out)
{
	int32_t *box_from = NEW_MANY(mem, int32_t, (size_t)count + 1), from[2] = { 0, count };

	for (int i = 0; i < count; i++)
		box_from[i + 1] = box_from[i] + given[i].spans;
	struct model_box *box = NEW_MANY(mem, struct model_box, (size_t)box_from[count] + 1);
	for (int i = 0; i < count; i++)
		memcpy(box + box_from[i], given[i].span, (size_t)given[i].spans * sizeof(*box));
	struct model_boxes all = { 1, from, box_from, box };
	int kept = model_box_merge(mem, &all, 0, out);
	for (int i = 0; i < kept; i++) {
		out[i].at[0] = floor(out[i].at[0]);
		out[i].at[2] = fmax(floor(out[i].at[2]), out[i].at[0] + 1);
	}
	qsort(out, (size_t)kept, sizeof(*out), by_place);
	return kept;
}

/* The confidence is the mean of the spans'; without spans the share of answers without any. */
static void agree(struct arena *mem, const struct kind_field *field,
		  const struct json_value *const *values, int count, struct kind_result *out)
{
	struct kind_faults f = kind_faults_make(mem, (struct str){ 0 });
	struct marked *given = NEW_MANY(mem, struct marked, (size_t)count), joined = { 0 };
	struct json value = json_make(mem, 1 << 20);
	int found = 0, empty = 0, all = 0;

	for (int i = 0; i < count; i++) {
		if (values[i] == NULL)
			continue;
		(void)read_value(&f, field, values[i], &given[found]);
		given[found].text = kind_json_text(mem, values[i]);
		empty += given[found].spans == 0;
		all += given[found].spans;
		joined.length =
			given[found].length > joined.length ? given[found].length : joined.length;
		found++;
	}
	if (2 * found < count || found == 0) {
		out->value = S("null");
		out->confidence = (double)(count - found) / count;
		return;
	}
	qsort(given, (size_t)found, sizeof(*given), by_text);
	joined.span = NEW_MANY(mem, struct model_box, (size_t)all + 1);
	joined.relation = NEW_MANY(mem, struct relation, RELATIONS_MAX);
	joined.spans = join_spans(mem, given, found, joined.span);
	join_relations(mem, given, found, &joined);
	put_value(&value, field, &joined, true);
	out->value = json_end(&value);
	out->confidence = joined.spans == 0 ? (double)empty / found : 0;
	for (int i = 0; i < joined.spans; i++)
		out->confidence += joined.span[i].confidence / joined.spans;
}

const struct kind kind_spans = {
	.name = "spans",
	.about = "Parts of a text with labels, and relations between them.",
	.example = "{\"type\":\"spans\",\"name\":\"names\",\"label\":\"Mark people and firms\","
		   "\"text\":\"{{text}}\",\"labels\":[\"person\",\"firm\"],"
		   "\"relations\":[\"works for\"],\"min\":0,\"max\":50,\"required\":true}",
	.has_text = true,
	.check_block = check_block,
	.put_block = put_block,
	.check_answer = check_answer,
	.truth = truth,
	.same = same,
	.agree = agree,
};
