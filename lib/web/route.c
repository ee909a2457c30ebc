/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A tree of path parts; a linear look at the children of a node is faster than a hash at our
 * sizes.
 */
#include "web/route_in.h"
#include "web/view_in.h"

struct node {
	struct str part;    /* of a fixed child */
	struct node *first; /* fixed children */
	struct node *next;
	struct node *param; /* the child that takes any part */
	const struct web_route *route[WEB_VERBS];
};

struct web_routes {
	struct node top;
};

struct str web_route_param(const struct web_route *route, int n)
{
	const char *at = route->path;

	for (;;) {
		const char *open = strchr(at, '{');

		if (open == NULL)
			return S("");
		const char *close = strchr(open, '}');

		CHECK(close != NULL);
		if (n == 0)
			return (struct str){ open + 1, (size_t)(close - open - 1) };
		n--;
		at = close;
	}
}

const struct web_field *web_route_field(const struct web_route *route, enum web_place place,
					struct str name)
{
	for (const struct web_field *f = route->fields; f != NULL && f->name != NULL; f++)
		if (f->place == place && str_eq(str_of(f->name), name))
			return f;
	return NULL;
}

const struct web_field *web_route_file(const struct web_route *route)
{
	for (const struct web_field *f = route->fields; f != NULL && f->name != NULL; f++)
		if (f->type == WEB_FILE)
			return f;
	return NULL;
}

bool web_route_has_body(const struct web_route *route)
{
	for (const struct web_field *f = route->fields; f != NULL && f->name != NULL; f++)
		if (f->place == WEB_BODY && f->type != WEB_FILE)
			return true;
	return false;
}

static size_t field_size(enum web_type type)
{
	switch (type) {
	case WEB_TEXT:
		return sizeof(struct str);
	case WEB_FILE:
		return sizeof(struct web_upload);
	case WEB_VALUE:
		return sizeof(const struct json_value *);
	default:
		return sizeof(int64_t);
	}
}

static void check_fields(const struct web_route *route)
{
	int files = 0, bodies = 0;

	for (const struct web_field *f = route->fields; f != NULL && f->name != NULL; f++) {
		CHECK(f->offset + field_size(f->type) <= route->form_size);
		CHECK(f->has < route->form_size);
		CHECK(f->place == WEB_BODY || (f->type != WEB_VALUE && f->type != WEB_FILE));
		CHECK(f->place != WEB_BODY || route->verb != WEB_GET);
		CHECK(web_route_field(route, f->place, str_of(f->name)) == f);
		files += f->type == WEB_FILE;
		bodies += f->place == WEB_BODY && f->type != WEB_FILE;
		if (f->type == WEB_FILE)
			CHECK(f->max > 0);
		if (f->place != WEB_PATH)
			continue;
		CHECK(f->required);
		bool in_path = false;

		for (int n = 0; web_route_param(route, n).len > 0; n++)
			in_path = in_path || str_eq(web_route_param(route, n), str_of(f->name));
		CHECK(in_path);
	}
	CHECK(files <= 1);
	CHECK(files == 0 || bodies == 0);
}

static void check_route(struct arena *scratch, const struct web_route *route)
{
	check_story("route %s", route->path);
	CHECK(route->path[0] == '/');
	CHECK((route->runs == WEB_BATCH ? route->batch != NULL : route->handler != NULL));
	CHECK(route->runs != WEB_BATCH || route->verb != WEB_GET);
	CHECK(route->runs != WEB_EVENTS || route->verb == WEB_GET);
	CHECK(route->runs != WEB_WRITE || route->verb != WEB_GET);
	check_fields(route);
	for (int n = 0; web_route_param(route, n).len > 0; n++) {
		CHECK(n < WEB_PARAMS_MAX);
		CHECK(web_route_field(route, WEB_PATH, web_route_param(route, n)) != NULL);
	}
	if (route->spread != NULL)
		CHECK(web_route_field(route, WEB_PATH, str_of(route->spread)) != NULL);
	if (route->view != NULL)
		(void)web_view_read(scratch, route->view);
	check_story("%s", "");
}

static struct node *child(struct arena *mem, struct node *at, struct str part)
{
	if (part.at[0] == '{') {
		if (at->param == NULL)
			at->param = NEW(mem, struct node);
		return at->param;
	}
	for (struct node *n = at->first; n != NULL; n = n->next)
		if (str_eq(n->part, part))
			return n;
	struct node *fresh = NEW(mem, struct node);

	fresh->part = part;
	fresh->next = at->first;
	at->first = fresh;
	return fresh;
}

static void add(struct arena *mem, struct web_routes *routes, const struct web_route *route)
{
	struct node *at = &routes->top;
	struct str rest = str_of(route->path + 1);

	while (rest.len > 0) {
		struct str part, after = S("");

		if (!str_split(rest, '/', &part, &after))
			part = rest;
		CHECK(part.len > 0);
		at = child(mem, at, part);
		rest = after;
	}
	check_story("route %s", route->path);
	CHECK(at->route[route->verb] == NULL);
	check_story("%s", "");
	at->route[route->verb] = route;
}

struct web_routes *web_routes_new(struct arena *mem, const struct web_route *const *lists)
{
	struct web_routes *routes = NEW(mem, struct web_routes);

	for (; *lists != NULL; lists++) {
		for (const struct web_route *r = *lists; r->path != NULL; r++) {
			struct arena_mark mark = arena_mark(mem);

			check_route(mem, r);
			arena_reset(mem, mark);
			add(mem, routes, r);
		}
	}
	return routes;
}

static bool has_route(const struct node *n)
{
	return n->route[WEB_GET] != NULL || n->route[WEB_POST] != NULL ||
	       n->route[WEB_DELETE] != NULL;
}

/* Depth is bounded by WEB_SEGMENTS_MAX. */
static const struct node *walk(const struct node *at, const struct str *segment, int count,
			       struct web_match *match)
{
	if (count == 0)
		return has_route(at) ? at : NULL;
	for (const struct node *n = at->first; n != NULL; n = n->next) {
		if (!str_eq(n->part, *segment))
			continue;
		const struct node *found = walk(n, segment + 1, count - 1, match);

		if (found != NULL)
			return found;
	}
	if (at->param == NULL || match->param_count == WEB_PARAMS_MAX)
		return NULL;
	match->param[match->param_count++] = *segment;
	const struct node *found = walk(at->param, segment + 1, count - 1, match);

	if (found == NULL)
		match->param_count--;
	return found;
}

struct web_match web_routes_find(const struct web_routes *routes, const struct str *segment,
				 int count, int verb)
{
	static const char *const allow[] = {
		"",	  "GET, HEAD",	       "POST",	       "GET, HEAD, POST",
		"DELETE", "GET, HEAD, DELETE", "POST, DELETE", "GET, HEAD, POST, DELETE"
	};
	struct web_match match = { 0 };
	const struct node *found = walk(&routes->top, segment, count, &match);

	if (found == NULL)
		return match;
	int mask = (found->route[WEB_GET] != NULL) | (found->route[WEB_POST] != NULL) << 1 |
		   (found->route[WEB_DELETE] != NULL) << 2;

	match.found = true;
	match.allow = allow[mask];
	if (verb >= 0)
		match.route = found->route[verb];
	return match;
}
