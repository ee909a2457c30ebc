/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the tests of the kinds share: a template, what it makes of an answer, how answers agree. */
#ifndef KIND_TEST_IN_H
#define KIND_TEST_IN_H
#include "kind/kind.h"
#include "tests/test.h"

#define BLOCKS(b) "{\"blocks\":[" b "]}"

const struct json_value *kind_test_json(struct ctx *, const char *text);
/* A template without faults. */
struct kind_template *kind_test_template(struct ctx *, const char *text);
/* The first fault's path; "" when there is none, "(root)" for the whole. */
struct str kind_test_fault(struct ctx *, const char *text);
/* The canonical form of an answer, or "fault" and the first fault's path. */
struct str kind_test_answer(struct ctx *, const char *template, const char *answer);
/* The known answer that a cell means for the first field, or "fault". */
struct str kind_test_truth(struct ctx *, const char *template, const char *cell);
/* What a list of values of the first field agrees on. */
struct kind_result kind_test_joined(struct ctx *, const char *template, const char *list);
void kind_test_want_joined(struct ctx *, const char *template, const char *list, const char *value,
			   double confidence, const char *ties);
bool kind_test_same(struct ctx *, const char *template, const char *one, const char *other);
struct str kind_test_page(struct ctx *, const char *template, const char *fields);

#endif
