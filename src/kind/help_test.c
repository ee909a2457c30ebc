/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the tests of all kinds ask: kind_test_in.h says what each does. */
#include "kind/kind_test_in.h"

static struct kind_template *template_of(struct ctx *c, const char *text, struct kind_faults *f)
{
	struct kind_template *out = NEW(c->mem, struct kind_template);

	*f = kind_faults_make(c->mem, str_of(text));
	(void)!kind_template_read(f, str_of(text), out);
	return out;
}

struct kind_template *kind_test_template(struct ctx *c, const char *text)
{
	struct kind_faults f;
	struct kind_template *out = template_of(c, text, &f);

	for (int i = 0; i < f.count; i++)
		WANT_STR(S("no fault"), str_format(c->mem, "%.*s: %.*s", STR_ARG(f.list[i].path),
						   STR_ARG(f.list[i].message)));
	return out;
}

/* The first fault's path; "" when there is none, "(root)" for the whole. */
struct str kind_test_fault(struct ctx *c, const char *text)
{
	struct kind_faults f;

	(void)template_of(c, text, &f);
	if (f.count == 0)
		return S("");
	return f.list[0].path.len > 0 ? f.list[0].path : S("(root)");
}

const struct json_value *kind_test_json(struct ctx *c, const char *text)
{
	struct json_value *out;
	struct json_fault fault;

	WANT(json_read(c->mem, str_of(text), &out, &fault));
	return out;
}

struct str kind_test_answer(struct ctx *c, const char *template, const char *answer)
{
	struct kind_template *t = kind_test_template(c, template);
	struct kind_faults f = kind_faults_make(c->mem, (struct str){ 0 });
	struct str out;

	if (!kind_answer_check(&f, t, kind_test_json(c, answer), &out))
		return str_format(c->mem, "fault %.*s", STR_ARG(f.list[0].path));
	return out;
}

struct str kind_test_truth(struct ctx *c, const char *template, const char *cell)
{
	struct kind_template *t = kind_test_template(c, template);
	struct kind_faults f = kind_faults_make(c->mem, (struct str){ 0 });
	struct str out;

	return kind_truth_check(&f, &t->field[0], str_of(cell), &out) ? out : S("fault");
}

struct kind_result kind_test_joined(struct ctx *c, const char *template, const char *list)
{
	struct kind_template *t = kind_test_template(c, template);
	const struct json_value *all = kind_test_json(c, list);
	const struct json_value **values = NEW_MANY(c->mem, const struct json_value *, all->count);
	struct kind_result out;
	int i = 0;

	for (const struct json_value *v = all->first; v != NULL; v = v->next)
		values[i++] = v;
	kind_agree(c->mem, &t->field[0], values, i, &out);
	return out;
}

void kind_test_want_joined(struct ctx *c, const char *template, const char *list, const char *value,
			   double confidence, const char *ties)
{
	struct kind_result r = kind_test_joined(c, template, list);

	WANT_STR(str_of(value), r.value);
	WANT(r.confidence > confidence - 1e-9 && r.confidence < confidence + 1e-9);
	WANT_STR(str_of(ties), r.ties);
}

struct str kind_test_page(struct ctx *c, const char *template, const char *fields)
{
	struct kind_media media = { .key = { 1 }, .bound = S("m-1-2") };
	struct json out = json_make(c->mem, 1 << 20);

	kind_page(c->mem, kind_test_template(c, template), kind_test_json(c, fields), &media, &out);
	return json_end(&out);
}

bool kind_test_same(struct ctx *c, const char *template, const char *one, const char *other)
{
	struct kind_template *t = kind_test_template(c, template);

	return kind_same(c->mem, &t->field[0], kind_test_json(c, one), kind_test_json(c, other));
}
