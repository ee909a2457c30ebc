/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Answers: checked field by field in the template's order, which gives the canonical form. */
#include "kind/kind.h"
#include "kind/kind_in.h"

static void check_strangers(struct kind_faults *f, const struct kind_template *t,
			    const struct json_value *answer)
{
	for (const struct json_value *m = answer->first; m != NULL; m = m->next)
		if (kind_field_find(t, m->key) == NULL)
			kind_fault(f, str_cut(m->key, 0, m->key.len < 60 ? m->key.len : 60), m,
				   "nothing of this name is asked");
}

bool kind_holds(const struct json_value *given, struct str value)
{
	const bool list = json_is(given, JSON_LIST);
	struct str own;

	for (const struct json_value *v = list ? given->first : given; v != NULL;
	     v = list ? v->next : NULL)
		if (json_text(v, &own) && str_eq(own, value))
			return true;
	return false;
}

bool kind_is_asked(const struct json_value *block, const struct json_value *answer)
{
	const struct json_value *condition = json_get(block, S("show_if"));
	const struct json_value *is = json_get(condition, S("is"));
	const bool list = json_is(is, JSON_LIST);
	struct str name, value;

	if (condition == NULL || !json_text(json_get(condition, S("field")), &name))
		return true;
	for (const struct json_value *v = list ? is->first : is; v != NULL;
	     v = list ? v->next : NULL)
		if (json_text(v, &value) && kind_holds(json_get(answer, name), value))
			return true;
	return false;
}

/* `partly`: fields may be left out even when they are required. */
static bool check(struct kind_faults *f, const struct kind_template *t,
		  const struct json_value *answer, bool partly, struct str *canonical)
{
	int before = f->count;
	struct json out = json_make(f->mem, 2 * KIND_ANSWER_MAX);

	if (!json_is(answer, JSON_OBJECT)) {
		kind_fault(f, S(""), answer, "an answer is an object, field to value");
		return false;
	}
	check_strangers(f, t, answer);
	json_object(&out);
	for (int i = 0; i < t->field_count; i++) {
		const struct kind_field *field = &t->field[i];
		const struct json_value *value = json_get(answer, field->name);
		struct json one = json_make(f->mem, 2 * KIND_ANSWER_MAX);

		const bool asked = partly || kind_is_asked(field->block, answer);

		if (value == NULL || json_is(value, JSON_NULL)) {
			if (field->required && !partly && asked)
				kind_fault(f, field->name, answer, "this is missing");
			continue;
		}
		if (!asked)
			kind_fault(f, field->name, value, "this is not asked here");
		else if (field->kind->check_answer(f, field, value, &one))
			json_raw_of(&out, str_c(f->mem, field->name), json_end(&one));
	}
	json_object_end(&out);
	if (f->count > before)
		return false;
	struct str text = json_end(&out);
	if (text.len > KIND_ANSWER_MAX) {
		kind_fault(f, S(""), answer, "the answer has more than %d bytes", KIND_ANSWER_MAX);
		return false;
	}
	*canonical = text;
	return true;
}

bool kind_answer_check(struct kind_faults *f, const struct kind_template *t,
		       const struct json_value *answer, struct str *canonical)
{
	return check(f, t, answer, false, canonical);
}

bool kind_truth_object(struct kind_faults *f, const struct kind_template *t,
		       const struct json_value *truth, struct str *canonical)
{
	if (json_is(truth, JSON_OBJECT) && truth->count == 0) {
		kind_fault(f, S(""), truth, "no answer is given");
		return false;
	}
	return check(f, t, truth, true, canonical);
}

bool kind_truth_check(struct kind_faults *f, const struct kind_field *field, struct str cell,
		      struct str *canonical)
{
	struct str text = field->kind->truth(f->mem, field, cell);
	struct json_value *value;
	struct json_fault fault;
	struct json out = json_make(f->mem, 2 * KIND_ANSWER_MAX);

	if (!json_read(f->mem, text, &value, &fault)) {
		kind_fault(f, field->name, NULL, "%s", fault.reason);
		return false;
	}
	if (!field->kind->check_answer(f, field, value, &out))
		return false;
	*canonical = json_end(&out);
	return true;
}
