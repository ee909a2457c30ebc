/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Views: `{id:id, title:text, state:(draft|open), spent:money?, items:[{…}]}`.
 * Read into a small tree, which is compared with a reply in the debug build and
 * written as a JSON Schema for the API's document.
 */
#include "web/view_in.h"
#include "web/web.h"

enum { DEPTH_MAX = 16 };

struct reader {
	struct arena *mem;
	const char *at;
	int depth;
};

static void skip_blanks(struct reader *r)
{
	while (*r->at == ' ' || *r->at == '\t' || *r->at == '\n')
		r->at++;
}

static bool take(struct reader *r, char c)
{
	skip_blanks(r);
	if (*r->at != c)
		return false;
	r->at++;
	return true;
}

static struct str take_word(struct reader *r)
{
	skip_blanks(r);
	const char *from = r->at;

	while ((*r->at >= 'a' && *r->at <= 'z') || (*r->at >= 'A' && *r->at <= 'Z') ||
	       (*r->at >= '0' && *r->at <= '9') || *r->at == '_' || *r->at == '-' || *r->at == '.')
		r->at++;
	CHECK(r->at > from);
	return (struct str){ from, (size_t)(r->at - from) };
}

static enum web_view_kind kind_of(struct str word)
{
	static const char *const words[] = { "text", "int",   "real", "bool",
					     "id",   "money", "time", "any" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (str_eq(word, str_of(words[i])))
			return (enum web_view_kind)i;
	bool type_is_known = false;

	check_story("view type %.*s", STR_ARG(word));
	CHECK(type_is_known);
	return WEB_VIEW_ANY;
}

static struct web_view *read_type(struct reader *r);

static void read_members(struct reader *r, struct web_view *object)
{
	struct web_view **last = &object->first;

	if (take(r, '}'))
		return;
	do {
		struct str name = take_word(r);
		bool optional = take(r, '?');

		CHECK(take(r, ':'));
		*last = read_type(r);
		(*last)->name = name;
		(*last)->optional = (*last)->optional || optional;
		last = &(*last)->next;
	} while (take(r, ','));
	CHECK(take(r, '}'));
}

static void read_words(struct reader *r, struct web_view *words)
{
	struct web_view **last = &words->first;

	do {
		*last = NEW(r->mem, struct web_view);
		(*last)->name = take_word(r);
		last = &(*last)->next;
	} while (take(r, '|'));
	CHECK(take(r, ')'));
}

static struct web_view *read_type(struct reader *r)
{
	struct web_view *view = NEW(r->mem, struct web_view);

	CHECK(++r->depth <= DEPTH_MAX);
	if (take(r, '{')) {
		view->kind = WEB_VIEW_OBJECT;
		read_members(r, view);
	} else if (take(r, '[')) {
		view->kind = WEB_VIEW_LIST;
		view->first = read_type(r);
		CHECK(take(r, ']'));
	} else if (take(r, '(')) {
		view->kind = WEB_VIEW_WORDS;
		read_words(r, view);
	} else {
		view->kind = kind_of(take_word(r));
	}
	view->optional = take(r, '?');
	r->depth--;
	return view;
}

struct web_view *web_view_read(struct arena *mem, const char *text)
{
	struct reader r = { mem, text, 0 };
	struct web_view *view = read_type(&r);

	skip_blanks(&r);
	CHECK(*r.at == '\0');
	return view;
}

/* --- does a value fit? --- */

struct fit {
	struct arena *mem;
	struct str path;
	const char *why;
};

static bool misfit(struct fit *f, struct str path, const char *why)
{
	f->path = path;
	f->why = why;
	return false;
}

static bool fits(struct fit *f, const struct web_view *view, const struct json_value *value,
		 struct str path);

static bool members_fit(struct fit *f, const struct web_view *view, const struct json_value *value,
			struct str path)
{
	const char *dot = path.len > 0 ? "." : "";

	for (const struct web_view *m = view->first; m != NULL; m = m->next) {
		const struct json_value *member = json_get(value, m->name);
		struct str inner =
			str_format(f->mem, "%.*s%s%.*s", STR_ARG(path), dot, STR_ARG(m->name));

		if (member == NULL && !m->optional)
			return misfit(f, inner, "is not there");
		if (member != NULL && !fits(f, m, member, inner))
			return false;
	}
	for (const struct json_value *v = value->first; v != NULL; v = v->next) {
		const struct web_view *m = view->first;

		while (m != NULL && !str_eq(m->name, v->key))
			m = m->next;
		if (m == NULL)
			return misfit(f,
				      str_format(f->mem, "%.*s%s%.*s", STR_ARG(path), dot,
						 STR_ARG(v->key)),
				      "is not in the view");
	}
	return true;
}

static bool items_fit(struct fit *f, const struct web_view *view, const struct json_value *value,
		      struct str path)
{
	size_t n = 0;

	for (const struct json_value *v = value->first; v != NULL; v = v->next, n++) {
		struct str inner = str_format(f->mem, "%.*s[%zu]", STR_ARG(path), n);

		if (!fits(f, view->first, v, inner))
			return false;
	}
	return true;
}

static bool is_id(struct str text)
{
	int64_t id;

	return num_i64(text, 0, INT64_MAX, &id);
}

static bool scalar_fits(struct fit *f, const struct web_view *view, const struct json_value *value,
			struct str path)
{
	struct str text = value->text;
	int64_t whole;
	double real;
	usec time;

	switch (view->kind) {
	case WEB_VIEW_TEXT:
		return value->type == JSON_TEXT || misfit(f, path, "is not text");
	case WEB_VIEW_INT:
	case WEB_VIEW_MONEY:
		return json_i64(value, INT64_MIN, INT64_MAX, &whole) ||
		       misfit(f, path, "is not a whole number");
	case WEB_VIEW_REAL:
		return json_f64(value, &real) || misfit(f, path, "is not a number");
	case WEB_VIEW_BOOL:
		return value->type == JSON_TRUE || value->type == JSON_FALSE ||
		       misfit(f, path, "is not true or false");
	case WEB_VIEW_ID:
		return (value->type == JSON_TEXT && is_id(text)) || misfit(f, path, "is not an id");
	case WEB_VIEW_TIME:
		return (value->type == JSON_TEXT && usec_parse(text, &time)) ||
		       misfit(f, path, "is not a time");
	default:
		return true;
	}
}

static bool fits(struct fit *f, const struct web_view *view, const struct json_value *value,
		 struct str path)
{
	if (value->type == JSON_NULL)
		return view->optional || view->kind == WEB_VIEW_ANY || misfit(f, path, "is null");
	switch (view->kind) {
	case WEB_VIEW_OBJECT:
		if (value->type != JSON_OBJECT)
			return misfit(f, path, "is not an object");
		return members_fit(f, view, value, path);
	case WEB_VIEW_LIST:
		if (value->type != JSON_LIST)
			return misfit(f, path, "is not a list");
		return items_fit(f, view, value, path);
	case WEB_VIEW_WORDS:
		for (const struct web_view *word = view->first; word != NULL; word = word->next)
			if (value->type == JSON_TEXT && str_eq(word->name, value->text))
				return true;
		return misfit(f, path, "is not one of the words");
	default:
		return scalar_fits(f, view, value, path);
	}
}

bool web_view_fits(struct arena *mem, const char *view, const struct json_value *value,
		   struct str *path, const char **why)
{
	struct fit f = { mem, S(""), NULL };

	if (fits(&f, web_view_read(mem, view), value, S("")))
		return true;
	*path = f.path;
	*why = f.why;
	return false;
}

/* --- as a schema --- */

static void put_type(struct json *j, const char *type, bool optional)
{
	json_key(j, "type");
	if (!optional) {
		json_put_text(j, str_of(type));
		return;
	}
	json_list(j);
	json_put_text(j, str_of(type));
	json_put_text(j, S("null"));
	json_list_end(j);
}

static void put_object(struct json *j, const struct web_view *view)
{
	bool any_required = false;

	json_key(j, "properties");
	json_object(j);
	for (const struct web_view *m = view->first; m != NULL; m = m->next) {
		json_key_str(j, m->name);
		web_view_schema(j, m);
		any_required = any_required || !m->optional;
	}
	json_object_end(j);
	if (any_required) {
		json_key(j, "required");
		json_list(j);
		for (const struct web_view *m = view->first; m != NULL; m = m->next)
			if (!m->optional)
				json_put_text(j, m->name);
		json_list_end(j);
	}
	json_bool_of(j, "additionalProperties", false);
}

static void put_words(struct json *j, const struct web_view *view)
{
	json_key(j, "enum");
	json_list(j);
	for (const struct web_view *word = view->first; word != NULL; word = word->next)
		json_put_text(j, word->name);
	if (view->optional)
		json_put_null(j);
	json_list_end(j);
}

void web_view_schema(struct json *j, const struct web_view *view)
{
	static const char *const type[] = { "string", "integer", "number", "boolean",
					    "string", "integer", "string", NULL,
					    "object", "array",	 "string" };

	json_object(j);
	if (type[view->kind] != NULL)
		put_type(j, type[view->kind], view->optional);
	switch (view->kind) {
	case WEB_VIEW_ID:
		json_text_of(j, "pattern", S("^[0-9]+$"));
		break;
	case WEB_VIEW_TIME:
		json_text_of(j, "format", S("date-time"));
		break;
	case WEB_VIEW_MONEY:
		json_text_of(j, "format", S("minor-units"));
		break;
	case WEB_VIEW_OBJECT:
		put_object(j, view);
		break;
	case WEB_VIEW_LIST:
		json_key(j, "items");
		web_view_schema(j, view->first);
		break;
	case WEB_VIEW_WORDS:
		put_words(j, view);
		break;
	default:
		break;
	}
	json_object_end(j);
}
