/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Every field is read as its declaration says; what is not declared is refused by name,
 * so that nothing arrives that no one has thought of. JSON null in an optional
 * field is the same as leaving it out.
 */
#include <inttypes.h>
#include "web/form_in.h"

struct filler {
	struct ctx *ctx;
	const struct web_route *route;
	char *form;
};

int64_t web_field_max(const struct web_field *f)
{
	if (f->max != 0 || f->min < 0)
		return f->max;
	return f->type == WEB_TEXT ? WEB_TEXT_MAX : INT64_MAX;
}

static struct str name_of(const struct web_field *f)
{
	return str_of(f->name);
}

static void put(struct filler *to, const struct web_field *f, const void *value, size_t size)
{
	memcpy(to->form + f->offset, value, size);
	if (f->has != 0) {
		bool yes = true;

		memcpy(to->form + f->has, &yes, sizeof(yes));
	}
}

static bool is_one_of(struct str text, struct str words)
{
	struct str word, rest;

	while (str_split(words, '|', &word, &rest)) {
		if (str_eq(word, text))
			return true;
		words = rest;
	}
	return str_eq(words, text);
}

static enum err check_text(struct filler *to, const struct web_field *f, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.at[i];

		if ((c < 0x20 && c != '\n' && c != '\t' && c != '\r') || c == 0x7f)
			return refuse_field(to->ctx, ERR_INPUT, name_of(f),
					    "%s holds a control character", f->name);
	}
	if (f->one_of != NULL) {
		if (!is_one_of(text, str_of(f->one_of)))
			return refuse_field(to->ctx, ERR_INPUT, name_of(f), "%s is not one of %s",
					    f->name, f->one_of);
		return OK;
	}
	int64_t points = (int64_t)str_points(text);

	if (points < f->min)
		return refuse_field(to->ctx, ERR_INPUT, name_of(f),
				    f->min == 1 ? "%s is empty" :
						  "%s is shorter than %" PRId64 " characters",
				    f->name, f->min);
	if (points > web_field_max(f))
		return refuse_field(to->ctx, ERR_INPUT, name_of(f),
				    "%s is longer than %" PRId64 " characters", f->name,
				    web_field_max(f));
	return OK;
}

static enum err put_text(struct filler *to, const struct web_field *f, struct str text)
{
	TRY(check_text(to, f, text));
	put(to, f, &text, sizeof(text));
	return OK;
}

static enum err bad_number(struct filler *to, const struct web_field *f)
{
	if (web_field_max(f) == INT64_MAX)
		return refuse_field(to->ctx, ERR_INPUT, name_of(f),
				    "%s is not a whole number of %" PRId64 " or more", f->name,
				    f->min);
	return refuse_field(to->ctx, ERR_INPUT, name_of(f),
			    "%s is not a whole number from %" PRId64 " to %" PRId64, f->name,
			    f->min, web_field_max(f));
}

static enum err put_number(struct filler *to, const struct web_field *f, int64_t number)
{
	if (f->type == WEB_MONEY) {
		money m = { number };

		put(to, f, &m, sizeof(m));
	} else {
		put(to, f, &number, sizeof(number));
	}
	return OK;
}

static enum err put_id(struct filler *to, const struct web_field *f, struct str text)
{
	int64_t id;

	if (text.len == 0 || text.at[0] == '+' || !num_i64(text, 1, INT64_MAX, &id))
		return refuse_field(to->ctx, ERR_INPUT, name_of(f), "%s is not an id", f->name);
	put(to, f, &id, sizeof(id));
	return OK;
}

static enum err put_time(struct filler *to, const struct web_field *f, struct str text)
{
	usec at;

	if (!usec_parse(text, &at))
		return refuse_field(to->ctx, ERR_INPUT, name_of(f),
				    "%s is not a time such as 2026-11-21T09:30:00Z", f->name);
	put(to, f, &at, sizeof(at));
	return OK;
}

static enum err put_bool(struct filler *to, const struct web_field *f, bool yes)
{
	int64_t value = yes;

	put(to, f, &value, sizeof(value));
	return OK;
}

/* From a path or a query: everything is text there. */
static enum err put_plain(struct filler *to, const struct web_field *f, struct str text)
{
	int64_t number;

	switch (f->type) {
	case WEB_TEXT:
		return put_text(to, f, text);
	case WEB_INT:
	case WEB_MONEY:
		if (!num_i64(text, f->min, web_field_max(f), &number))
			return bad_number(to, f);
		return put_number(to, f, number);
	case WEB_BOOL:
		if (str_eq(text, S("1")) || str_eq(text, S("true")))
			return put_bool(to, f, true);
		if (str_eq(text, S("0")) || str_eq(text, S("false")))
			return put_bool(to, f, false);
		return refuse_field(to->ctx, ERR_INPUT, name_of(f), "%s is neither 0 nor 1",
				    f->name);
	case WEB_ID:
		return put_id(to, f, text);
	case WEB_TIME:
		return put_time(to, f, text);
	case WEB_VALUE:
	case WEB_FILE:
		break;
	}
	bool type_is_plain = false;

	CHECK(type_is_plain);
	return OK;
}

static enum err put_value(struct filler *to, const struct web_field *f,
			  const struct json_value *value)
{
	if (f->max > 0 && value->to - value->from > (size_t)f->max)
		return refuse_field(to->ctx, ERR_INPUT, name_of(f),
				    "%s is larger than %" PRId64 " bytes", f->name, f->max);
	put(to, f, &value, sizeof(value));
	return OK;
}

static enum err put_json(struct filler *to, const struct web_field *f,
			 const struct json_value *value)
{
	struct str text = S("");
	int64_t number;

	switch (f->type) {
	case WEB_TEXT:
		if (!json_text(value, &text))
			return refuse_field(to->ctx, ERR_INPUT, name_of(f), "%s is not text",
					    f->name);
		return put_text(to, f, text);
	case WEB_INT:
	case WEB_MONEY:
		if (!json_i64(value, f->min, web_field_max(f), &number))
			return bad_number(to, f);
		return put_number(to, f, number);
	case WEB_BOOL:
		if (!json_is(value, JSON_TRUE) && !json_is(value, JSON_FALSE))
			return refuse_field(to->ctx, ERR_INPUT, name_of(f),
					    "%s is neither true nor false", f->name);
		return put_bool(to, f, json_is(value, JSON_TRUE));
	case WEB_ID:
		if (!json_text(value, &text))
			return refuse_field(to->ctx, ERR_INPUT, name_of(f),
					    "%s is not an id: ids are text", f->name);
		return put_id(to, f, text);
	case WEB_TIME:
		if (!json_text(value, &text))
			return refuse_field(to->ctx, ERR_INPUT, name_of(f), "%s is not a time",
					    f->name);
		return put_time(to, f, text);
	case WEB_VALUE:
		return put_value(to, f, value);
	case WEB_FILE:
		break;
	}
	bool type_is_json = false;

	CHECK(type_is_json);
	return OK;
}

static enum err read_path(struct filler *to, const struct str *param)
{
	for (int n = 0; web_route_param(to->route, n).len > 0; n++) {
		const struct web_field *f =
			web_route_field(to->route, WEB_PATH, web_route_param(to->route, n));

		/* An id that is none names nothing: the same answer as for an absent one. */
		if (f->type == WEB_ID) {
			int64_t id;

			if (!num_i64(param[n], 1, INT64_MAX, &id))
				return refuse(to->ctx, ERR_MISSING, "there is no such %s", f->name);
		}
		TRY(put_plain(to, f, param[n]));
	}
	return OK;
}

static enum err read_query(struct filler *to, struct str query)
{
	struct arena *mem = to->ctx->mem;
	struct str seen[WEB_QUERY_NAMES_MAX];
	int count = 0;

	while (query.len > 0) {
		struct str pair, rest = S(""), raw_name, raw_value = S(""), name, value;

		if (!str_split(query, '&', &pair, &rest))
			pair = query;
		query = rest;
		if (pair.len == 0)
			continue;
		if (!str_split(pair, '=', &raw_name, &raw_value)) {
			raw_name = pair;
			raw_value = S("");
		}
		if (!web_percent_decode(mem, raw_name, true, &name) ||
		    !web_percent_decode(mem, raw_value, true, &value))
			return refuse(to->ctx, ERR_INPUT, "the query has a broken escape");
		const struct web_field *f = web_route_field(to->route, WEB_QUERY, name);

		if (f == NULL)
			return refuse_field(to->ctx, ERR_INPUT, name,
					    "the query has a name that is not known here");
		if (count == WEB_QUERY_NAMES_MAX)
			return refuse(to->ctx, ERR_INPUT, "the query has too many names");
		for (int i = 0; i < count; i++)
			if (str_eq(seen[i], name))
				return refuse_field(to->ctx, ERR_INPUT, name,
						    "%s is in the query twice", f->name);
		seen[count++] = name;
		if (value.len > 0 || f->required)
			TRY(put_plain(to, f, value));
	}
	for (const struct web_field *f = to->route->fields; f != NULL && f->name != NULL; f++) {
		bool there = f->place != WEB_QUERY || !f->required;

		for (int i = 0; i < count && !there; i++)
			there = str_eq(seen[i], name_of(f));
		if (!there)
			return refuse_field(to->ctx, ERR_INPUT, name_of(f), "%s is missing",
					    f->name);
	}
	return OK;
}

static enum err read_body(struct filler *to, struct str body)
{
	struct json_value *top = NULL;
	struct json_fault fault = { 0 };

	if (body.len > 0) {
		if (!json_read(to->ctx->mem, body, &top, &fault))
			return refuse(to->ctx, ERR_INPUT,
				      "the body is not JSON: %s (line %d, column %d)", fault.reason,
				      fault.line, fault.column);
		if (!json_is(top, JSON_OBJECT))
			return refuse(to->ctx, ERR_INPUT, "the body is not a JSON object");
	}
	for (const struct json_value *v = top == NULL ? NULL : top->first; v != NULL; v = v->next) {
		const struct web_field *f = web_route_field(to->route, WEB_BODY, v->key);

		if (f == NULL || f->type == WEB_FILE)
			return refuse_field(to->ctx, ERR_INPUT, v->key,
					    "the body has a name that is not known here");
		if (!json_is(v, JSON_NULL))
			TRY(put_json(to, f, v));
	}
	for (const struct web_field *f = to->route->fields; f != NULL && f->name != NULL; f++) {
		if (f->place != WEB_BODY || f->type == WEB_FILE || !f->required)
			continue;
		const struct json_value *v = json_get(top, name_of(f));

		if (v == NULL || json_is(v, JSON_NULL))
			return refuse_field(to->ctx, ERR_INPUT, name_of(f), "%s is missing",
					    f->name);
	}
	return OK;
}

enum err web_form_read(struct ctx *ctx, const struct web_route *route,
		       struct web_form_source source, void *form)
{
	struct filler to = { ctx, route, form };
	const struct web_field *file = web_route_file(route);

	if (route->form_size > 0)
		memset(form, 0, route->form_size);
	TRY(read_path(&to, source.param));
	TRY(read_query(&to, source.query));
	if (file == NULL)
		return read_body(&to, source.body);
	CHECK(source.upload != NULL);
	put(&to, file, source.upload, sizeof(*source.upload));
	return OK;
}
