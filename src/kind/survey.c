/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What surveys need beside their questions: an order by chance that stays, and quotas.
 *
 *   {"blocks":[…], "shuffle":[["price","time","comfort"]],
 *    "quotas":[{"field":"age","is":["18-29","30-44"],"max":50}]}
 *
 * Fields of a list in `shuffle` trade places among themselves; "shuffle":true in a block does the
 * same with its options, but for those that are "fixed". The order is a function of project, task
 * and worker, so it is the same after a reload and on another device, and can be told at any time
 * without having been kept. A stored order was turned down: it would be a row for each lease, to
 * say what can be computed.
 *
 * The permutation is Fisher and Yates's (Knuth, TAOCP 2, 3.4.2, algorithm P) by the numbers of
 * splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014). A
 * change here changes what old exports say: the tests hold it.
 */
#include "kind/kind_in.h"

enum { GROUPS_MAX = 10 };

/* --- chance --- */

static uint64_t mixed(uint64_t x)
{
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

static uint64_t next(uint64_t *state)
{
	*state += UINT64_C(0x9e3779b97f4a7c15);
	return mixed(*state);
}

uint64_t kind_seed(int64_t project, int64_t task, int64_t worker)
{
	uint64_t state = (uint64_t)project;

	state = next(&state) ^ (uint64_t)task;
	state = next(&state) ^ (uint64_t)worker;
	return next(&state) | 1;
}

/* The places 0 to n - 1 in the order of the seed, each list by its name; what is fixed stays. */
static void permute(uint64_t seed, struct str name, const bool *fixed, int n, int *place)
{
	uint64_t state = seed;
	int *loose = place + n, count = 0;

	for (size_t i = 0; i < name.len; i++)
		state = mixed(state ^ (unsigned char)name.at[i]) + i;
	for (int i = 0; i < n; i++) {
		place[i] = i;
		if (!fixed[i])
			loose[count++] = i;
	}
	for (int i = count - 1; i > 0; i--) {
		int with = (int)(next(&state) % (uint64_t)(i + 1)), kept = place[loose[i]];

		place[loose[i]] = place[loose[with]];
		place[loose[with]] = kept;
	}
}

/* --- options --- */

const struct json_value **kind_options_in_order(struct arena *mem, const struct kind_field *field,
						uint64_t seed, int *count)
{
	const struct json_value *list = kind_options(field->block);
	size_t n = list != NULL ? list->count : 0;
	const struct json_value **out = NEW_MANY(mem, const struct json_value *, n + 1);
	int *place = NEW_MANY(mem, int, 2 * n + 1);
	bool *fixed = NEW_MANY(mem, bool, n + 1);
	bool moves = seed != 0 && kind_bool(field->block, "shuffle", false);

	for (size_t i = 0; i < n; i++)
		fixed[i] = !moves || kind_bool(json_at(list, i), "fixed", false);
	permute(seed, field->name, fixed, (int)n, place);
	for (size_t i = 0; i < n; i++)
		out[i] = json_at(list, (size_t)place[i]);
	*count = (int)n;
	return out;
}

/* --- questions --- */

static const struct json_value *first_of(const struct json_value *list)
{
	return list != NULL && json_is(list, JSON_LIST) ? list->first : NULL;
}

static bool lists(const struct json_value *group, struct str name)
{
	struct str own;

	for (const struct json_value *v = first_of(group); v != NULL; v = v->next)
		if (json_text(v, &own) && str_eq(own, name))
			return true;
	return false;
}

/* The name of the list's own chance: that of its first field. */
static struct str group_name(const struct json_value *group)
{
	struct str name = { "", 0 };

	(void)!json_text(first_of(group), &name);
	return name;
}

int kind_blocks_in_order(struct arena *mem, const struct kind_template *t, uint64_t seed,
			 struct kind_placed out[KIND_BLOCKS_MAX])
{
	const struct json_value *groups = json_get(t->root, S("shuffle"));
	int n = 0, next_field = 0;

	for (const struct json_value *b = first_of(json_get(t->root, S("blocks"))); b != NULL;
	     b = b->next, n++) {
		bool asks = next_field < t->field_count && t->field[next_field].block == b;

		out[n] = (struct kind_placed){ b, n, asks ? next_field++ : -1 };
	}
	for (const struct json_value *g = seed != 0 ? first_of(groups) : NULL; g != NULL;
	     g = g->next) {
		struct kind_placed *was = NEW_MANY(mem, struct kind_placed, (size_t)n + 1);
		int *place = NEW_MANY(mem, int, 2 * (size_t)n + 1);
		bool *fixed = NEW_MANY(mem, bool, (size_t)n + 1);

		for (int i = 0; i < n; i++) {
			was[i] = out[i];
			fixed[i] = out[i].field < 0 || !lists(g, t->field[out[i].field].name);
		}
		permute(seed, group_name(g), fixed, n, place);
		for (int i = 0; i < n; i++)
			out[i] = was[place[i]];
	}
	return n;
}

bool kind_order_moves(const struct kind_template *t)
{
	if (json_get(t->root, S("shuffle")) != NULL)
		return true;
	for (int i = 0; i < t->field_count; i++)
		if (kind_bool(t->field[i].block, "shuffle", false))
			return true;
	return false;
}

void kind_order_put(struct arena *mem, const struct kind_template *t, uint64_t seed,
		    struct json *out)
{
	struct kind_placed placed[KIND_BLOCKS_MAX];
	int n = kind_blocks_in_order(mem, t, seed, placed);

	json_object(out);
	json_key(out, "questions");
	json_list(out);
	for (int i = 0; i < n; i++)
		if (placed[i].field >= 0)
			json_put_text(out, t->field[placed[i].field].name);
	json_list_end(out);
	json_key(out, "options");
	json_object(out);
	for (int i = 0; i < t->field_count; i++) {
		const struct kind_field *f = &t->field[i];
		const struct json_value **option;
		struct str value;
		int count;

		if (!kind_bool(f->block, "shuffle", false))
			continue;
		option = kind_options_in_order(mem, f, seed, &count);
		json_key(out, str_c(mem, f->name));
		json_list(out);
		for (int k = 0; k < count; k++)
			if (kind_option_value(option[k], &value))
				json_put_text(out, value);
		json_list_end(out);
	}
	json_object_end(out);
	json_object_end(out);
}

/* --- quotas --- */

static bool says(const struct json_value *quota, const struct json_value *answer)
{
	const struct json_value *is = json_get(quota, S("is"));
	const bool list = json_is(is, JSON_LIST);
	struct str field = { 0 }, value;

	(void)!json_text(json_get(quota, S("field")), &field);
	for (const struct json_value *v = list ? is->first : is; v != NULL;
	     v = list ? v->next : NULL)
		if (json_text(v, &value) && kind_holds(json_get(answer, field), value))
			return true;
	return false;
}

int kind_quotas(const struct kind_template *t, const struct json_value *answer,
		struct kind_quota out[KIND_QUOTAS_MAX])
{
	int n = 0, number = 1;

	for (const struct json_value *q = first_of(json_get(t->root, S("quotas"))); q != NULL;
	     q = q->next, number++) {
		if (answer != NULL && !says(q, answer))
			continue;
		out[n] = (struct kind_quota){ .number = number, .max = kind_i64(q, "max", 0) };
		(void)!json_text(json_get(q, S("field")), &out[n++].field);
	}
	return n;
}

bool kind_has_quota(const struct kind_template *t, struct str field)
{
	struct str own;

	for (const struct json_value *q = first_of(json_get(t->root, S("quotas"))); q != NULL;
	     q = q->next)
		if (json_text(json_get(q, S("field")), &own) && str_eq(own, field))
			return true;
	return false;
}

/* --- checks --- */

static int field_index(const struct kind_template *t, const struct json_value *name)
{
	struct str text;

	for (int i = 0; json_text(name, &text) && i < t->field_count; i++)
		if (str_eq(t->field[i].name, text))
			return i;
	return -1;
}

/* Wherever its fields come to stand, what a question hangs on stands before it. */
static void check_hanging(struct kind_faults *f, const struct kind_template *t,
			  const struct json_value *group, struct str path)
{
	int first = t->field_count, last = -1;

	for (const struct json_value *v = group->first; v != NULL; v = v->next) {
		int i = field_index(t, v);

		first = i >= 0 && i < first ? i : first;
		last = i > last ? i : last;
	}
	for (int i = first; i <= last; i++) {
		const struct json_value *by =
			json_get(json_get(t->field[i].block, S("show_if")), S("field"));
		int on = field_index(t, by);
		bool moves = lists(group, t->field[i].name);

		if (on >= 0 && ((moves && on >= first) || lists(group, t->field[on].name)))
			kind_fault(f, path, group,
				   "%.*s hangs on %.*s, which may come to stand behind it",
				   STR_ARG(t->field[i].name), STR_ARG(t->field[on].name));
	}
}

static void check_group(struct kind_faults *f, const struct kind_template *t,
			const struct json_value *groups, const struct json_value *group,
			struct str path)
{
	int k = 0;

	if (!json_is(group, JSON_LIST) || group->count < 2) {
		kind_fault(f, path, group, "this is a list of two fields or more");
		return;
	}
	for (const struct json_value *v = group->first; v != NULL; v = v->next, k++) {
		struct str at = kind_path_at(f->mem, path, "", k), name = { 0 };
		int i = field_index(t, v), often = 0;

		(void)!json_text(v, &name);
		for (const struct json_value *g = groups->first; g != NULL; g = g->next)
			for (const struct json_value *o = first_of(g); o != NULL; o = o->next)
				often += field_index(t, o) == i;
		if (i < 0)
			kind_fault(f, at, v, "there is no field of this name");
		else if (often > 1)
			kind_fault(f, at, v, "%.*s is there twice", STR_ARG(name));
		else if (kind_has_quota(t, name))
			kind_fault(f, at, v,
				   "a field with a quota is asked first and does not move");
	}
	check_hanging(f, t, group, path);
}

static void check_quota(struct kind_faults *f, const struct kind_template *t,
			const struct json_value *quota, struct str path)
{
	static const char *const members[] = { "field", "is", "max", NULL };
	const struct json_value *is = json_get(quota, S("is"));
	const bool list = is != NULL && json_is(is, JSON_LIST);
	int at = field_index(t, json_get(quota, S("field")));
	int64_t max = 0;
	struct str value;

	if (!json_is(quota, JSON_OBJECT)) {
		kind_fault(f, path, quota, "a quota is an object with field, is and max");
		return;
	}
	kind_members(f, quota, path, false, members);
	if (at < 0 || t->field[at].kind != kind_find(S("choice"))) {
		kind_fault(f, kind_path(f->mem, path, "field"), quota, "this names a choice");
		return;
	}
	if (is == NULL || (list && is->count == 0))
		kind_fault(f, kind_path(f->mem, path, "is"), quota,
			   "this is an option of that field, or a list of some");
	for (const struct json_value *v = list ? is->first : is; v != NULL;
	     v = list ? v->next : NULL)
		if (!json_text(v, &value) || kind_option_index(&t->field[at], value) < 0)
			kind_fault(f, kind_path(f->mem, path, "is"), v,
				   "that field has no such option");
	if (json_get(quota, S("max")) == NULL)
		kind_fault(f, kind_path(f->mem, path, "max"), quota, "max says how many");
	(void)kind_member_i64(f, quota, path, "max", 1, KIND_QUOTA_MAX, &max);
}

void kind_survey_check(struct kind_faults *f, const struct kind_template *t)
{
	const struct json_value *groups = json_get(t->root, S("shuffle")),
				*quotas = json_get(t->root, S("quotas"));
	int i = 0;

	if (groups != NULL && (!json_is(groups, JSON_LIST) || groups->count > GROUPS_MAX))
		kind_fault(f, S("shuffle"), groups, "shuffle is a list of %d lists at most",
			   GROUPS_MAX);
	else
		for (const struct json_value *g = first_of(groups); g != NULL; g = g->next)
			check_group(f, t, groups, g, kind_path_at(f->mem, S("shuffle"), "", i++));
	i = 0;
	if (quotas != NULL && (!json_is(quotas, JSON_LIST) || quotas->count > KIND_QUOTAS_MAX))
		kind_fault(f, S("quotas"), quotas, "quotas is a list of %d at most",
			   KIND_QUOTAS_MAX);
	else
		for (const struct json_value *q = first_of(quotas); q != NULL; q = q->next)
			check_quota(f, t, q, kind_path_at(f->mem, S("quotas"), "", i++));
}
