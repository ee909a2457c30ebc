/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * route: the route tables as one tree of path parts, and the gate's questions that
 * need no store.
 *
 * A fixed part is preferred over a parameter at each place. Building the tree
 * CHECKs the tables: two routes for one place, a parameter without its field, a GET
 * with body fields, a view that cannot be read.
 */
#ifndef WEB_ROUTE_IN_H
#define WEB_ROUTE_IN_H
#include "web/parse_in.h"
#include "web/web.h"

enum { WEB_VERBS = 3, WEB_PARAMS_MAX = 8 };

struct web_routes;

struct web_match {
	const struct web_route *route;	  /* NULL: nothing for this verb */
	bool found;			  /* something is there, for this verb or another */
	const char *allow;		  /* "GET, HEAD, POST" when found */
	struct str param[WEB_PARAMS_MAX]; /* in the order of the path */
	int param_count;
};

struct web_routes *web_routes_new(struct arena *, const struct web_route *const *lists);
/* `verb` is one of enum web_verb, or -1 for a method that no route has. */
struct web_match web_routes_find(const struct web_routes *, const struct str *segment, int count,
				 int verb);
/* The name of the n-th parameter of a route's path, without braces; empty when there is none. */
struct str web_route_param(const struct web_route *, int n);
const struct web_field *web_route_field(const struct web_route *, enum web_place, struct str name);
const struct web_field *web_route_file(const struct web_route *); /* or NULL */
bool web_route_has_body(const struct web_route *);

/* --- gate.c --- */
struct web_shown {
	struct str token;
	bool by_cookie;
};

const char *web_cookie_name(bool secure);
/* What the request shows of who sends it; the bearer header goes before the cookie. */
struct web_shown web_gate_shown(const struct web_head *, bool secure);
/* NULL when a changing request may come from where it says; else why not. */
const char *web_gate_origin(const struct web_head *, struct web_shown);

enum web_gate { WEB_GATE_OPEN, WEB_GATE_NOBODY, WEB_GATE_DENIED };
enum web_gate web_gate_roles(const struct web_route *, const struct actor *);

#endif
