/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The API's document (OpenAPI 3.1), made from the route tables. Only paths under /api/
 * are in it: the rest is the site's own. `x-who` holds the role bits of the gate, `x-roles` their
 * words, `x-runs` where the handler runs; each list of routes is a tag.
 */
#include "web/form_in.h"
#include "web/view_in.h"

static const char *verb_word(enum web_verb verb)
{
	static const char *const words[] = { "get", "post", "delete" };

	return words[verb];
}

/* "post_projects_project_publish": stable as long as verb and path are. */
static void put_operation_id(struct json *j, const struct web_route *route)
{
	struct buf name = buf_make(j->buf.mem, 512);
	const char *at = route->path;

	buf_add(&name, str_of(verb_word(route->verb)));
	if (strncmp(at, "/api/v1", 7) == 0)
		at += 7;
	for (; *at != '\0'; at++) {
		if (*at == '{' || *at == '}')
			continue;
		buf_add_char(&name, *at == '/' || *at == '-' || *at == '.' ? '_' : *at);
	}
	json_text_of(j, "operationId", buf_str(&name));
}

static void put_words(struct json *j, struct str words)
{
	struct str word, rest;

	json_key(j, "enum");
	json_list(j);
	while (str_split(words, '|', &word, &rest)) {
		json_put_text(j, word);
		words = rest;
	}
	json_put_text(j, words);
	json_list_end(j);
}

static void put_field_schema(struct json *j, const struct web_field *f)
{
	static const char *const types[] = { "string",	"integer", "boolean", "string",
					     "integer", "string",  NULL,      "string" };

	json_object(j);
	if (types[f->type] != NULL)
		json_text_of(j, "type", str_of(types[f->type]));
	switch (f->type) {
	case WEB_TEXT:
		if (f->one_of != NULL) {
			put_words(j, str_of(f->one_of));
			break;
		}
		if (f->min > 0)
			json_i64_of(j, "minLength", f->min);
		json_i64_of(j, "maxLength", web_field_max(f));
		break;
	case WEB_INT:
	case WEB_MONEY:
		json_i64_of(j, "minimum", f->min);
		if (web_field_max(f) != INT64_MAX)
			json_i64_of(j, "maximum", web_field_max(f));
		if (f->type == WEB_MONEY)
			json_text_of(j, "format", S("minor-units"));
		break;
	case WEB_ID:
		json_text_of(j, "pattern", S("^[0-9]+$"));
		break;
	case WEB_TIME:
		json_text_of(j, "format", S("date-time"));
		break;
	default:
		break;
	}
	if (f->about != NULL)
		json_text_of(j, "description", str_of(f->about));
	json_object_end(j);
}

static void put_parameters(struct json *j, const struct web_route *route)
{
	json_key(j, "parameters");
	json_list(j);
	for (const struct web_field *f = route->fields; f != NULL && f->name != NULL; f++) {
		if (f->place == WEB_BODY)
			continue;
		json_object(j);
		json_text_of(j, "name", str_of(f->name));
		json_text_of(j, "in", f->place == WEB_PATH ? S("path") : S("query"));
		json_bool_of(j, "required", f->required);
		json_key(j, "schema");
		put_field_schema(j, f);
		json_object_end(j);
	}
	json_list_end(j);
}

static void put_body_schema(struct json *j, const struct web_route *route)
{
	bool any_required = false;

	json_object(j);
	json_text_of(j, "type", S("object"));
	json_key(j, "properties");
	json_object(j);
	for (const struct web_field *f = route->fields; f != NULL && f->name != NULL; f++) {
		if (f->place != WEB_BODY)
			continue;
		json_key(j, f->name);
		put_field_schema(j, f);
		any_required = any_required || f->required;
	}
	json_object_end(j);
	if (any_required) {
		json_key(j, "required");
		json_list(j);
		for (const struct web_field *f = route->fields; f != NULL && f->name != NULL; f++)
			if (f->place == WEB_BODY && f->required)
				json_put_text(j, str_of(f->name));
		json_list_end(j);
	}
	json_bool_of(j, "additionalProperties", false);
	json_object_end(j);
}

static void put_content(struct json *j, const char *type)
{
	json_key(j, "content");
	json_object(j);
	json_key(j, type);
	json_object(j);
	json_key(j, "schema");
}

static void put_body(struct json *j, const struct web_route *route)
{
	const struct web_field *file = web_route_file(route);

	if (file == NULL && !web_route_has_body(route))
		return;
	json_key(j, "requestBody");
	json_object(j);
	json_bool_of(j, "required", true);
	put_content(j, file == NULL ? "application/json" : "application/octet-stream");
	if (file == NULL)
		put_body_schema(j, route);
	else
		put_field_schema(j, file);
	json_object_end(j);
	json_object_end(j);
	json_object_end(j);
}

static void put_responses(struct json *j, const struct web_route *route)
{
	json_key(j, "responses");
	json_object(j);
	json_key(j, "2XX");
	json_object(j);
	json_text_of(j, "description", S("Done"));
	if (route->view != NULL) {
		put_content(j,
			    route->runs == WEB_EVENTS ? "text/event-stream" : "application/json");
		web_view_schema(j, web_view_read(j->buf.mem, route->view));
		json_object_end(j);
		json_object_end(j);
	}
	json_object_end(j);
	json_key(j, "default");
	json_object(j);
	json_text_of(j, "description", S("A refusal"));
	put_content(j, "application/problem+json");
	json_object(j);
	json_text_of(j, "$ref", S("#/components/schemas/Problem"));
	json_object_end(j);
	json_object_end(j);
	json_object_end(j);
	json_object_end(j);
	json_object_end(j);
}

static void put_roles(struct json *j, const struct web_document *d, uint32_t who)
{
	json_key(j, "x-roles");
	json_list(j);
	for (size_t i = 0; d->roles[i] != NULL; i++)
		if ((who >> i & 1) != 0)
			json_put_text(j, str_of(d->roles[i]));
	json_list_end(j);
}

static void put_operation(struct json *j, const struct web_document *d, size_t list,
			  const struct web_route *route)
{
	static const char *const runs[] = { "read", "write", "stream", "events" };

	json_key(j, verb_word(route->verb));
	json_object(j);
	put_operation_id(j, route);
	if (route->about != NULL)
		json_text_of(j, "summary", str_of(route->about));
	if (route->who == WEB_ANYONE) {
		json_key(j, "security");
		json_list(j);
		json_list_end(j);
	}
	if (d->tags != NULL) {
		json_key(j, "tags");
		json_list(j);
		json_put_text(j, str_of(d->tags[list].name));
		json_list_end(j);
	}
	json_i64_of(j, "x-who", route->who);
	if (d->roles != NULL)
		put_roles(j, d, route->who);
	json_text_of(j, "x-runs", str_of(runs[route->runs]));
	put_parameters(j, route);
	put_body(j, route);
	put_responses(j, route);
	json_object_end(j);
}

/* Routes of one path stand together in the document, whichever list they come from. */
static void put_paths(struct json *j, const struct web_document *d)
{
	const struct web_route *const *routes = d->routes;

	json_key(j, "paths");
	json_object(j);
	for (const struct web_route *const *list = routes; *list != NULL; list++) {
		for (const struct web_route *r = *list; r->path != NULL; r++) {
			bool told = strncmp(r->path, "/api/", 5) != 0;

			/* In an earlier list, or earlier in this one. */
			for (const struct web_route *const *l = routes; l <= list && !told; l++)
				for (const struct web_route *e = *l; e->path != NULL && e != r; e++)
					told = told || strcmp(e->path, r->path) == 0;
			if (told)
				continue;
			json_key(j, r->path);
			json_object(j);
			for (const struct web_route *const *l = list; *l != NULL; l++)
				for (const struct web_route *e = *l; e->path != NULL; e++)
					if (strcmp(e->path, r->path) == 0)
						put_operation(j, d, (size_t)(l - routes), e);
			json_object_end(j);
		}
	}
	json_object_end(j);
}

/* The lists that have a path under /api/. */
static void put_tags(struct json *j, const struct web_document *d)
{
	json_key(j, "tags");
	json_list(j);
	for (size_t i = 0; d->routes[i] != NULL; i++) {
		bool any = false;

		for (const struct web_route *r = d->routes[i]; r->path != NULL; r++)
			any = any || strncmp(r->path, "/api/", 5) == 0;
		if (!any)
			continue;
		json_object(j);
		json_text_of(j, "name", str_of(d->tags[i].name));
		json_text_of(j, "description", str_of(d->tags[i].about));
		json_object_end(j);
	}
	json_list_end(j);
}

static void put_components(struct json *j)
{
	json_key(j, "components");
	json_object(j);
	json_key(j, "schemas");
	json_object(j);
	json_key(j, "Problem");
	web_view_schema(j, web_view_read(j->buf.mem, "{type:text, title:text, status:int,"
						     "detail:text?, field:text?, request:text}"));
	json_object_end(j);
	json_raw_of(j, "securitySchemes",
		    S("{\"bearer\":{\"type\":\"http\",\"scheme\":\"bearer\"},"
		      "\"cookie\":{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"tessera\"}}"));
	json_object_end(j);
}

void web_openapi(const struct web_document *d, struct json *j)
{
	json_object(j);
	json_text_of(j, "openapi", S("3.1.0"));
	json_key(j, "info");
	json_object(j);
	json_text_of(j, "title", str_of(d->title));
	json_text_of(j, "version", str_of(d->version));
	json_object_end(j);
	json_raw_of(j, "security", S("[{\"bearer\":[]},{\"cookie\":[]}]"));
	if (d->tags != NULL)
		put_tags(j, d);
	put_paths(j, d);
	put_components(j);
	json_object_end(j);
}
