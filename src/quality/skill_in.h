/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * skill_in: the sums of belief.h for those who answered some tasks, read, changed and written as
 * one book. A field whose answers come out of no list has sums too, those of open.h: then the
 * crowd's `of_class` holds D and E.
 *
 * A book holds the rows of its workers and of the crowd until the transaction ends, so two of one
 * project follow each other. It lives in the context's memory.
 */
#ifndef QUALITY_SKILL_IN_H
#define QUALITY_SKILL_IN_H
#include "quality/belief/belief.h"
#include "quality/belief/open.h"
#include "quality/quality.h"
#include "quality/quality.sql.h"

struct skill_field {
	const struct kind_field *field;
	struct kind_classes list;
	bool has_list;
	struct belief_crowd crowd; /* without a list: 2 classes, of which nothing is asked */
	struct open_crowd open;	   /* where there is no list */
	struct belief_trust trust;
	int64_t fitted, known, known_right, learned;
	bool changed;
};

struct skill {
	struct belief_sums sums; /* answers here are questions: `answers` times the list's */
	int64_t answers, rejected, others;
	bool changed;
};

struct skill_book {
	const struct kind_template *template;
	int fields;
	struct skill_field *field;
	size_t workers;
	user_id *worker;     /* in rising order, each once */
	struct skill *skill; /* of worker w in field f at [w * fields + f] */
};

/* Of the workers' sums: none, a look, or held with the crowd's until the transaction ends. */
enum skill_read { SKILL_CROWD_ALONE, SKILL_LOOK, SKILL_HOLD };
/* A book for these workers (any order, repeats allowed) and the crowd, as they are stored. */
MUST_USE enum err skill_book_open(struct ctx *, project_id, const struct kind_template *,
				  const user_id *worker, size_t count, enum skill_read,
				  struct skill_book *out);
/* After the sums of the crowd have moved. */
void skill_ready(struct skill_field *);
/* Write what was changed. */
MUST_USE enum err skill_book_save(struct ctx *, project_id, const struct skill_book *);

/* -1: he is not in it. */
int64_t skill_book_find(const struct skill_book *, user_id worker);
static inline struct skill *skill_at(const struct skill_book *b, int64_t worker, int field)
{
	return &b->skill[worker * b->fields + field];
}

/* Lists of whole numbers as they are stored. */
struct str skill_numbers_text(struct arena *, const int64_t *list, size_t count);
MUST_USE enum err skill_numbers_read(struct ctx *, struct str text, int64_t *list, size_t count);

#endif
