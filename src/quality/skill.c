/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The sums are kept as JSON lists: short for few classes, the same on both engines, and readable.
 * A blob of doubles was turned down: it would be neither, and additions to it would not be exact.
 */
#include "quality/skill_in.h"
#include <stdlib.h>

static size_t cells(const struct belief_sums *s, int classes)
{
	return s->count != NULL ? (size_t)classes * (size_t)classes : 0;
}

struct str skill_numbers_text(struct arena *mem, const int64_t *list, size_t count)
{
	struct json out = json_make(mem, count * 22 + 16);

	json_list(&out);
	for (size_t i = 0; i < count; i++)
		json_put_i64(&out, list[i]);
	json_list_end(&out);
	return json_end(&out);
}

/* Of what we wrote ourselves. A list of another length was made for other classes: the numbers
 * stay as they are. */
enum err skill_numbers_read(struct ctx *c, struct str text, int64_t *list, size_t count)
{
	struct arena_mark mark = arena_mark(c->mem);
	struct json_value *read;
	size_t i = 0;

	if (text.len == 0)
		return OK;
	TRY(json_read_own(c, text, &read));
	for (const struct json_value *v = read->count == count ? read->first : NULL; v != NULL;
	     v = v->next)
		CHECK(json_i64(v, INT64_MIN, INT64_MAX, &list[i++]));
	arena_reset(c->mem, mark);
	return OK;
}

static int by_id(const void *one, const void *two)
{
	int64_t a = ((const user_id *)one)->v, b = ((const user_id *)two)->v;

	return (a > b) - (a < b);
}

int64_t skill_book_find(const struct skill_book *b, user_id worker)
{
	const user_id *at = bsearch(&worker, b->worker, b->workers, sizeof(worker), by_id);

	return at != NULL ? at - b->worker : -1;
}

static int field_of(const struct skill_book *b, struct str name)
{
	for (int f = 0; f < b->fields; f++)
		if (str_eq(b->field[f].field->name, name))
			return f;
	return -1;
}

static void make_fields(struct ctx *c, struct skill_book *b)
{
	for (int f = 0; f < b->fields; f++) {
		struct skill_field *field = &b->field[f];

		field->field = &b->template->field[f];
		field->has_list = kind_classes(field->field, &field->list);
		if (!field->has_list)
			field->list = (struct kind_classes){ 1, 2, 0, 0 };
		field->trust = field->has_list ? BELIEF_USUAL : OPEN_USUAL;
		belief_crowd_make(c->mem, field->list.classes, &field->crowd);
		for (size_t w = 0; w < b->workers; w++)
			skill_at(b, (int64_t)w, f)->sums =
				belief_sums_make(c->mem, field->list.classes);
	}
}

/* The two lists have the same columns: one is held, the other only looked at. */
static enum err read_crowd(struct ctx *c, project_id project, bool hold, struct crowd_list **row,
			   size_t *count)
{
	_Static_assert(sizeof(struct crowd_list) == sizeof(struct crowd_look), "the same columns");

	return hold ? crowd_list(c, project, row, count) :
		      crowd_look(c, project, (struct crowd_look **)(void *)row, count);
}

static enum err take_skill(struct ctx *c, const struct skill_book *b, size_t at,
			   const struct skill_hold *row)
{
	const struct kind_classes *list = &b->field[at % (size_t)b->fields].list;
	struct skill *s = &b->skill[at];

	s->answers = row->answers;
	s->rejected = row->rejected;
	s->others = row->others_ppm;
	s->sums.answers = row->answers * list->questions;
	s->sums.right = row->right_ppm;
	return skill_numbers_read(c, row->counts, s->sums.count, cells(&s->sums, list->classes));
}

static enum err read_skills(struct ctx *c, project_id project, bool hold, struct skill_book *b)
{
	const size_t count = b->workers * (size_t)b->fields;
	struct skill_hold_row *key = NEW_MANY(c->mem, struct skill_hold_row, count);
	struct skill_hold *row = NEW_MANY(c->mem, struct skill_hold, count);
	bool *found = NEW_MANY(c->mem, bool, count);

	_Static_assert(sizeof(struct skill_hold) == sizeof(struct skill_look), "the same columns");
	for (size_t i = 0; i < count; i++)
		key[i] = (struct skill_hold_row){ b->worker[i / (size_t)b->fields],
						  b->field[i % (size_t)b->fields].field->name };
	TRY(hold ? skill_hold(c, project, key, count, row, found) :
		   skill_look(c, project, (const struct skill_look_row *)(const void *)key, count,
			      (struct skill_look *)(void *)row, found));
	for (size_t i = 0; i < count; i++)
		if (found[i])
			TRY(take_skill(c, b, i, &row[i]));
	return OK;
}

enum err skill_book_open(struct ctx *c, project_id project, const struct kind_template *template,
			 const user_id *worker, size_t count, enum skill_read skills,
			 struct skill_book *out)
{
	struct crowd_list *row;
	size_t rows;

	*out = (struct skill_book){ .template = template, .fields = template->field_count };
	out->field = NEW_MANY(c->mem, struct skill_field, (size_t)out->fields);
	out->worker = NEW_MANY(c->mem, user_id, count);
	if (count > 0)
		memcpy(out->worker, worker, count * sizeof(*worker));
	qsort(out->worker, count, sizeof(*worker), by_id);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || out->worker[i].v != out->worker[out->workers - 1].v)
			out->worker[out->workers++] = out->worker[i];
	out->skill = NEW_MANY(c->mem, struct skill, out->workers * (size_t)out->fields);
	make_fields(c, out);
	if (skills != SKILL_CROWD_ALONE)
		TRY(read_skills(c, project, skills == SKILL_HOLD, out));
	TRY(read_crowd(c, project, skills == SKILL_HOLD, &row, &rows));
	for (size_t i = 0; i < rows; i++) {
		int at = field_of(out, row[i].field);

		if (at < 0)
			continue;
		struct skill_field *f = &out->field[at];

		f->crowd.questions = row[i].questions;
		f->crowd.sums.answers = row[i].answers;
		f->crowd.sums.right = row[i].right_ppm;
		f->trust = (struct belief_trust){ row[i].sure, row[i].alike, row[i].shift };
		f->fitted = row[i].fitted;
		f->known = row[i].known;
		TRY(skill_numbers_read(c, row[i].counts, f->crowd.sums.count,
				       cells(&f->crowd.sums, f->crowd.classes)));
		TRY(skill_numbers_read(c, row[i].of_class, f->crowd.of_class,
				       (size_t)f->crowd.classes));
	}
	return OK;
}

void skill_ready(struct skill_field *f)
{
	if (f->has_list)
		belief_ready(&f->crowd);
	else
		f->open = open_ready(&f->crowd.sums, f->crowd.of_class[0], f->crowd.of_class[1]);
}

static struct str counts_text(struct ctx *c, const struct belief_sums *s, int classes)
{
	return skill_numbers_text(c->mem, s->count, cells(s, classes));
}

/* The workers whose numbers have changed in one field. */
static enum err save_field(struct ctx *c, project_id project, const struct skill_book *b, int f)
{
	struct skill_put_row *row = NEW_MANY(c->mem, struct skill_put_row, b->workers);
	size_t n = 0;

	for (size_t w = 0; w < b->workers; w++) {
		const struct skill *s = skill_at(b, (int64_t)w, f);

		if (s->changed)
			row[n++] = (struct skill_put_row){
				b->worker[w], s->answers,
				s->rejected,  s->sums.right,
				s->others,    counts_text(c, &s->sums, b->field[f].list.classes),
			};
	}
	return skill_put(c, project, b->field[f].field->name, row, n);
}

enum err skill_book_save(struct ctx *c, project_id project, const struct skill_book *b)
{
	int64_t changed;

	for (int f = 0; f < b->fields; f++)
		TRY(save_field(c, project, b, f));
	for (int f = 0; f < b->fields; f++) {
		const struct skill_field *field = &b->field[f];
		const struct belief_crowd *crowd = &field->crowd;

		if (!field->changed)
			continue;
		TRY(crowd_put(c, project, field->field->name, crowd->questions, crowd->sums.answers,
			      crowd->sums.right, counts_text(c, &crowd->sums, crowd->classes),
			      skill_numbers_text(c->mem, crowd->of_class, (size_t)crowd->classes),
			      field->trust.sure, field->trust.alike, field->trust.shift, &changed));
	}
	return OK;
}
