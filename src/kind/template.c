/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Templates: read, checked as a whole, every fault with its path. A template is data and
 * is never run; what it may say is what the checks here and in the kinds let through.
 */
#include "kind/kind.h"
#include "kind/kind_in.h"

enum { LABEL_MAX = 500, SRC_MAX = 2000, PLACES_MAX = 1000 };

/* --- {{column}} --- */

bool kind_place_next(struct str text, size_t *from, size_t *at, struct str *name)
{
	size_t start, end;

	if (!str_find(str_cut(text, *from, text.len), S("{{"), &start))
		return false;
	start += *from;
	if (!str_find(str_cut(text, start + 2, text.len), S("}}"), &end))
		return false;
	*at = start;
	*name = str_trim(str_cut(text, start + 2, start + 2 + end));
	*from = start + 2 + end + 2;
	return true;
}

struct str kind_cell(const struct json_value *fields, struct str name)
{
	struct str out = { 0 };

	if (!json_text(json_get(fields, name), &out))
		return (struct str){ "", 0 };
	return out;
}

struct str kind_fill(struct arena *mem, struct str text, const struct json_value *fields)
{
	struct buf out = buf_make(mem, 1 << 22);
	size_t from = 0, done = 0, at;
	struct str name;

	while (kind_place_next(text, &from, &at, &name)) {
		buf_add(&out, str_cut(text, done, at));
		buf_add(&out, kind_cell(fields, name));
		done = from;
	}
	if (done == 0)
		return text;
	buf_add(&out, str_cut(text, done, text.len));
	return buf_str(&out);
}

bool kind_is_gold_column(struct str column, struct str *field)
{
	if (!str_starts(column, S("gold_")) || column.len == 5)
		return false;
	*field = str_cut(column, 5, column.len);
	return true;
}

/* --- reading --- */

struct reading {
	struct kind_faults *faults;
	struct kind_template *out;
	int places;
};

static void note_column(struct reading *r, struct str name, const struct json_value *at,
			struct str path)
{
	struct str field;

	if (name.len == 0) {
		kind_fault(r->faults, path, at, "{{ }} names no column");
		return;
	}
	if (kind_is_gold_column(name, &field)) {
		kind_fault(r->faults, path, at, "known answers are never shown: {{%.*s}}",
			   STR_ARG(name));
		return;
	}
	for (int i = 0; i < r->out->column_count; i++)
		if (str_eq(r->out->column[i].name, name))
			return;
	if (r->out->column_count == KIND_COLUMNS_MAX) {
		kind_fault(r->faults, path, at, "more than %d columns are used", KIND_COLUMNS_MAX);
		return;
	}
	r->out->column[r->out->column_count++] = (struct kind_column){ name, path, at };
}

/* A text in which {{column}} may stand. */
static void read_places(struct reading *r, const struct json_value *v, struct str path)
{
	struct str text, name;
	size_t from = 0, at;

	if (!json_text(v, &text))
		return;
	while (kind_place_next(text, &from, &at, &name)) {
		if (++r->places > PLACES_MAX) {
			if (r->places == PLACES_MAX + 1)
				kind_fault(r->faults, path, v, "{{ }} is used more than %d times",
					   PLACES_MAX);
			return;
		}
		note_column(r, name, v, path);
	}
	if (str_find(str_cut(text, from, text.len), S("{{"), &at))
		kind_fault(r->faults, path, v, "a {{ has no }}");
}

static bool read_text(struct reading *r, const struct json_value *block, struct str path,
		      const char *member, bool required, size_t max)
{
	const struct json_value *v = json_get(block, str_of(member));
	struct str text;

	path = kind_path(r->faults->mem, path, member);
	if (v == NULL && !required)
		return true;
	if (!json_text(v, &text) || (required && str_trim(text).len == 0)) {
		kind_fault(r->faults, path, v != NULL ? v : block, "%s is a text that is not empty",
			   member);
		return false;
	}
	if (text.len > max || !kind_is_clean(text)) {
		kind_fault(r->faults, path, v, "%s has at most %zu bytes and no control characters",
			   member, max);
		return false;
	}
	read_places(r, v, path);
	return true;
}

static void read_markdown(struct reading *r, const struct json_value *block, struct str path)
{
	static const char *const members[] = { "type", "text", NULL };

	kind_members(r->faults, block, path, false, members);
	(void)read_text(r, block, path, "text", true, KIND_TEXT_MAX);
}

/* One column and nothing else, or a picture of ours: an address made of pieces is none. */
static void read_picture(struct reading *r, const struct json_value *block, struct str path,
			 const char *member)
{
	struct str src = { 0 }, name;
	size_t from = 0, at;

	if (!read_text(r, block, path, member, true, SRC_MAX))
		return;
	(void)!json_text(json_get(block, str_of(member)), &src);
	src = str_trim(src);
	bool whole = kind_place_next(src, &from, &at, &name) && at == 0 && from == src.len;
	if (!whole && !kind_is_asset(src, &name))
		kind_fault(r->faults, kind_path(r->faults->mem, path, member),
			   json_get(block, str_of(member)),
			   "%s is one {{column}} that holds pictures", member);
}

static void read_image(struct reading *r, const struct json_value *block, struct str path)
{
	static const char *const members[] = { "type", "src", "alt", "blur", "crop", NULL };
	bool blur;

	kind_members(r->faults, block, path, false, members);
	(void)kind_member_bool(r->faults, block, path, "blur", &blur);
	if (kind_crop_check(r->faults, block, path))
		read_places(r, json_get(block, S("crop")), kind_path(r->faults->mem, path, "crop"));
	(void)read_text(r, block, path, "alt", false, LABEL_MAX);
	read_picture(r, block, path, "src");
}

/* What options show may hold columns; the rest of them is their kind's. */
static void read_options(struct reading *r, const struct json_value *block, struct str path)
{
	const struct json_value *options = kind_options(block);
	int i = 0;

	for (const struct json_value *o = options != NULL ? options->first : NULL; o != NULL;
	     o = o->next, i++) {
		struct str at = kind_path_at(r->faults->mem, path, "options", i);

		if (!json_is(o, JSON_OBJECT))
			continue;
		read_places(r, json_get(o, S("label")), at);
		if (json_get(o, S("image")) != NULL)
			read_picture(r, o, at, "image");
	}
}

static bool is_field_name(struct str name)
{
	if (name.len == 0 || name.len > KIND_NAME_MAX || name.at[0] < 'a' || name.at[0] > 'z')
		return false;
	for (size_t i = 0; i < name.len; i++) {
		char c = name.at[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'))
			return false;
	}
	return true;
}

/* `is` as its first value; the others are its siblings. */
static const struct json_value *first_wanted(const struct json_value *is)
{
	return json_is(is, JSON_LIST) ? is->first : is;
}

static void read_condition(struct reading *r, const struct json_value *block, struct str path)
{
	static const char *const members[] = { "field", "is", NULL };
	const struct json_value *condition = json_get(block, S("show_if"));
	const struct json_value *is = json_get(condition, S("is"));
	struct kind_faults *f = r->faults;
	const struct kind_field *by = NULL;
	struct str name, value;

	if (condition == NULL)
		return;
	path = kind_path(f->mem, path, "show_if");
	if (!json_is(condition, JSON_OBJECT)) {
		kind_fault(f, path, condition, "this is an object with field and is");
		return;
	}
	kind_members(f, condition, path, false, members);
	if (json_text(json_get(condition, S("field")), &name))
		by = kind_field_find(r->out, name);
	if (by == NULL || kind_options(by->block) == NULL || by->kind == kind_find(S("rank"))) {
		kind_fault(f, kind_path(f->mem, path, "field"), condition,
			   "this is the name of an earlier choice or pair");
		return;
	}
	if (!json_is(is, JSON_TEXT) && (!json_is(is, JSON_LIST) || is->count == 0)) {
		kind_fault(f, kind_path(f->mem, path, "is"), is != NULL ? is : condition,
			   "this is a value of that field, or a list of some");
		return;
	}
	for (const struct json_value *v = first_wanted(is); v != NULL;
	     v = json_is(is, JSON_LIST) ? v->next : NULL) {
		bool equal = json_text(v, &value) && str_eq(value, S("equal")) &&
			     kind_bool(by->block, "equal", false);

		if (!equal && (!json_text(v, &value) || kind_option_index(by, value) < 0))
			kind_fault(f, kind_path(f->mem, path, "is"), v,
				   "that field has no such value");
	}
}

static void read_field(struct reading *r, const struct json_value *block, const struct kind *kind,
		       struct str path)
{
	struct kind_faults *f = r->faults;
	struct kind_field field = { .kind = kind, .block = block, .required = true };
	const struct json_value *name = json_get(block, S("name"));

	if (!json_text(name, &field.name) || !is_field_name(field.name)) {
		kind_fault(
			f, kind_path(f->mem, path, "name"), name != NULL ? name : block,
			"a name has 1 to %d small letters, digits and _, and starts with a letter",
			KIND_NAME_MAX);
		field.name = (struct str){ "", 0 };
	} else if (kind_field_find(r->out, field.name) != NULL) {
		kind_fault(f, kind_path(f->mem, path, "name"), name, "another field has this name");
	}
	(void)read_text(r, block, path, "label", true, LABEL_MAX);
	(void)!json_text(json_get(block, S("label")), &field.label);
	(void)kind_member_bool(f, block, path, "required", &field.required);
	read_condition(r, block, path);
	if (kind->has_picture) {
		(void)read_text(r, block, path, "alt", false, LABEL_MAX);
		read_picture(r, block, path, "src");
	}
	if (kind->has_text)
		(void)read_text(r, block, path, "text", true, KIND_TEXT_MAX);
	kind->check_block(f, block, path);
	read_options(r, block, path);
	r->out->field[r->out->field_count++] = field;
}

static void read_block(struct reading *r, const struct json_value *block, struct str path)
{
	struct str type;

	if (!json_is(block, JSON_OBJECT)) {
		kind_fault(r->faults, path, block, "a block is an object");
		return;
	}
	if (!json_text(json_get(block, S("type")), &type)) {
		kind_fault(r->faults, kind_path(r->faults->mem, path, "type"), block,
			   "a block has a type");
		return;
	}
	const struct kind *kind = kind_find(type);
	if (kind != NULL)
		read_field(r, block, kind, path);
	else if (str_eq(type, S("markdown")))
		read_markdown(r, block, path);
	else if (str_eq(type, S("image")))
		read_image(r, block, path);
	else
		kind_fault(r->faults, kind_path(r->faults->mem, path, "type"),
			   json_get(block, S("type")), "there is no such type of block");
}

bool kind_template_check(struct kind_faults *f, const struct json_value *root,
			 struct kind_template *out)
{
	static const char *const members[] = { "blocks", "shuffle", "quotas", NULL };
	struct reading r = { .faults = f, .out = out };
	const struct json_value *blocks = json_get(root, S("blocks"));
	int i = 0, before = f->count;

	*out = (struct kind_template){
		.root = root,
		.field = NEW_MANY(f->mem, struct kind_field, KIND_BLOCKS_MAX),
		.column = NEW_MANY(f->mem, struct kind_column, KIND_COLUMNS_MAX),
	};
	if (!json_is(root, JSON_OBJECT)) {
		kind_fault(f, S(""), root, "a template is an object with a list of blocks");
		return false;
	}
	kind_members(f, root, S(""), false, members);
	if (!json_is(blocks, JSON_LIST) || blocks->count == 0 || blocks->count > KIND_BLOCKS_MAX) {
		kind_fault(f, S("blocks"), blocks != NULL ? blocks : root,
			   "blocks is a list of 1 to %d", KIND_BLOCKS_MAX);
		return false;
	}
	for (const struct json_value *b = blocks->first; b != NULL; b = b->next, i++)
		read_block(&r, b, kind_path_at(f->mem, S("blocks"), "", i));
	if (out->field_count == 0)
		kind_fault(f, S("blocks"), blocks, "nothing is asked: add a block for an answer");
	kind_survey_check(f, out);
	return f->count == before;
}

bool kind_template_read(struct kind_faults *f, struct str text, struct kind_template *out)
{
	struct json_value *root;
	struct json_fault fault;

	*out = (struct kind_template){ 0 };
	if (text.len > KIND_TEMPLATE_MAX) {
		kind_fault(f, S(""), NULL, "a template has at most %d bytes", KIND_TEMPLATE_MAX);
		return false;
	}
	if (!json_read(f->mem, text, &root, &fault)) {
		struct json_value at = { .from = fault.at };

		kind_fault(f, S(""), &at, "line %d, column %d: %s", fault.line, fault.column,
			   fault.reason);
		return false;
	}
	return kind_template_check(f, root, out);
}

void kind_template_load(struct arena *mem, struct str text, struct kind_template *out)
{
	struct json_value *root;
	struct json_fault fault;

	CHECK(json_read(mem, text, &root, &fault));
	const struct json_value *blocks = json_get(root, S("blocks"));
	CHECK(json_is(blocks, JSON_LIST));
	*out = (struct kind_template){
		.root = root,
		.field = NEW_MANY(mem, struct kind_field, blocks->count),
	};
	for (const struct json_value *b = blocks->first; b != NULL; b = b->next) {
		struct kind_field field = { .block = b,
					    .required = kind_bool(b, "required", true) };
		struct str type = { 0 };

		(void)!json_text(json_get(b, S("type")), &type);
		field.kind = kind_find(type);
		(void)!json_text(json_get(b, S("name")), &field.name);
		(void)!json_text(json_get(b, S("label")), &field.label);
		if (field.kind != NULL)
			out->field[out->field_count++] = field;
	}
}

/* --- a template and its data --- */

static bool is_column(const struct str *columns, int count, struct str name)
{
	for (int i = 0; i < count; i++)
		if (str_eq(columns[i], name))
			return true;
	return false;
}

bool kind_template_fits(struct kind_faults *f, const struct kind_template *t,
			const struct str *columns, int count)
{
	int before = f->count;

	for (int i = 0; i < t->column_count; i++)
		if (!is_column(columns, count, t->column[i].name))
			kind_fault(f, t->column[i].path, t->column[i].at,
				   "the data has no column %.*s", STR_ARG(t->column[i].name));
	return f->count == before;
}

bool kind_template_knows(struct kind_faults *f, const struct kind_template *t,
			 const struct str *columns, int count)
{
	int before = f->count;

	for (int i = 0; i < count; i++) {
		struct str field;

		if (kind_is_gold_column(columns[i], &field) && kind_field_find(t, field) == NULL)
			kind_fault(f, S("blocks"), NULL,
				   "the column %.*s holds known answers, and no "
				   "field is called %.*s",
				   STR_ARG(columns[i]), STR_ARG(field));
	}
	return f->count == before;
}

const struct kind_field *kind_field_find(const struct kind_template *t, struct str name)
{
	for (int i = 0; i < t->field_count; i++)
		if (str_eq(t->field[i].name, name))
			return &t->field[i];
	return NULL;
}

struct str kind_line(const struct kind_template *t)
{
	if (t->field_count == 0)
		return S("none");
	for (int i = 1; i < t->field_count; i++)
		if (t->field[i].kind != t->field[0].kind)
			return S("mixed");
	return str_of(t->field[0].kind->name);
}
