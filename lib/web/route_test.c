/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The route tree and the gate's questions. */
#include "tests/test.h"
#include "web/route_in.h"

static enum err handler(struct ctx *ctx, void *form, struct web_reply *reply)
{
	(void)ctx;
	(void)form;
	(void)reply;
	return OK;
}

struct thing_form {
	int64_t thing;
	struct str part;
};

static const struct web_field thing_fields[] = {
	{ .name = "thing",
	  .place = WEB_PATH,
	  .type = WEB_ID,
	  .required = true,
	  .offset = offsetof(struct thing_form, thing) },
	{ 0 },
};

static const struct web_field part_fields[] = {
	{ .name = "thing",
	  .place = WEB_PATH,
	  .type = WEB_ID,
	  .required = true,
	  .offset = offsetof(struct thing_form, thing) },
	{ .name = "part",
	  .place = WEB_PATH,
	  .type = WEB_TEXT,
	  .required = true,
	  .offset = offsetof(struct thing_form, part) },
	{ 0 },
};

enum { THINGS, THINGS_POST, THING, THING_DELETE, MINE, PART, MINE_PART };

static const struct web_route routes[] = {
	[THINGS] = { .verb = WEB_GET, .path = "/api/things", .handler = handler },
	[THINGS_POST] = { .verb = WEB_POST, .path = "/api/things", .handler = handler },
	[THING] = { .verb = WEB_GET,
		    .path = "/api/things/{thing}",
		    .handler = handler,
		    .fields = thing_fields,
		    .form_size = sizeof(struct thing_form) },
	[THING_DELETE] = { .verb = WEB_DELETE,
			   .path = "/api/things/{thing}",
			   .handler = handler,
			   .fields = thing_fields,
			   .form_size = sizeof(struct thing_form) },
	[MINE] = { .verb = WEB_GET, .path = "/api/things/mine", .handler = handler },
	[PART] = { .verb = WEB_GET,
		   .path = "/api/things/{thing}/parts/{part}",
		   .handler = handler,
		   .fields = part_fields,
		   .form_size = sizeof(struct thing_form) },
	[MINE_PART] = { .verb = WEB_GET, .path = "/api/things/mine/list", .handler = handler },
	{ .path = NULL },
};

static const struct web_route *const lists[] = { routes, NULL };

static struct web_match find(struct ctx *c, const char *path, int verb)
{
	struct str segment[WEB_SEGMENTS_MAX], rest = str_of(path + 1), part, after;
	int count = 0;

	while (rest.len > 0) {
		if (!str_split(rest, '/', &part, &after)) {
			part = rest;
			after = S("");
		}
		segment[count++] = part;
		rest = after;
	}
	return web_routes_find(web_routes_new(c->mem, lists), segment, count, verb);
}

PLAIN_TEST(web, a_path_finds_its_route_by_verb)
{
	WANT(find(c, "/api/things", WEB_GET).route == &routes[THINGS]);
	WANT(find(c, "/api/things", WEB_POST).route == &routes[THINGS_POST]);
	WANT(find(c, "/api/things/5", WEB_DELETE).route == &routes[THING_DELETE]);
	WANT(!find(c, "/api/thing", WEB_GET).found);
	WANT(!find(c, "/api", WEB_GET).found);
	WANT(!find(c, "/", WEB_GET).found);
	WANT(!find(c, "/api/things/5/6", WEB_GET).found);
}

PLAIN_TEST(web, a_fixed_part_goes_before_a_parameter)
{
	WANT(find(c, "/api/things/mine", WEB_GET).route == &routes[MINE]);
	WANT(find(c, "/api/things/mine", WEB_DELETE).route == NULL);
	struct web_match m = find(c, "/api/things/mine/parts/x", WEB_GET);

	/* The fixed part leads nowhere here, so the parameter is tried. */
	WANT(m.route == &routes[PART]);
	WANT_I64(2, m.param_count);
	WANT_STR(S("mine"), m.param[0]);
	WANT_STR(S("x"), m.param[1]);
}

PLAIN_TEST(web, another_verb_is_told_what_is_allowed)
{
	struct web_match m = find(c, "/api/things/7", WEB_POST);

	WANT(m.found);
	WANT(m.route == NULL);
	WANT_STR(S("GET, HEAD, DELETE"), str_of(m.allow));
	WANT_STR(S("GET, HEAD, POST"), str_of(find(c, "/api/things", -1).allow));
}

PLAIN_TEST(web, a_parameter_is_known_by_its_name)
{
	WANT_STR(S("thing"), web_route_param(&routes[PART], 0));
	WANT_STR(S("part"), web_route_param(&routes[PART], 1));
	WANT_STR(S(""), web_route_param(&routes[PART], 2));
	(void)c;
}

/* --- gate --- */

static struct web_head head_with(struct web_header *header, int count)
{
	return (struct web_head){ .header = header,
				  .header_count = count,
				  .host = S("example.org:8080") };
}

PLAIN_TEST(web, a_bearer_token_goes_before_the_cookie)
{
	struct web_header h[] = { { S("Cookie"), S("a=b; tessera=c1; x=y") },
				  { S("Authorization"), S("Bearer t1") } };
	struct web_head both = head_with(h, 2), cookie = head_with(h, 1);

	WANT_STR(S("t1"), web_gate_shown(&both, false).token);
	WANT(!web_gate_shown(&both, false).by_cookie);
	WANT_STR(S("c1"), web_gate_shown(&cookie, false).token);
	WANT(web_gate_shown(&cookie, false).by_cookie);
	/* A secure site reads its own cookie alone. */
	WANT_STR(S(""), web_gate_shown(&cookie, true).token);
	(void)c;
}

static bool may_change(const char *name, const char *value, bool with_header, bool with_cookie)
{
	struct web_header h[] = { { str_of(name), str_of(value) },
				  { S("X-Tessera"), with_header ? S("1") : S("0") } };
	struct web_head head = head_with(h, 2);
	struct web_shown shown = { with_cookie ? S("t") : S(""), with_cookie };

	return web_gate_origin(&head, shown) == NULL;
}

PLAIN_TEST(web, a_change_with_the_cookie_comes_from_our_own_page)
{
	WANT(may_change("Accept", "*/*", true, true));
	WANT(!may_change("Accept", "*/*", false, true));
	WANT(may_change("Origin", "http://example.org:8080", true, true));
	WANT(may_change("Origin", "https://EXAMPLE.org:8080", true, true));
	WANT(!may_change("Origin", "http://example.org", true, true));
	WANT(!may_change("Origin", "http://evil.example", true, true));
	WANT(!may_change("Origin", "null", true, true));
	WANT(!may_change("Origin", "", true, true));
	WANT(may_change("Sec-Fetch-Site", "same-origin", true, true));
	WANT(may_change("Sec-Fetch-Site", "none", true, true));
	WANT(!may_change("Sec-Fetch-Site", "same-site", true, true));
	WANT(!may_change("Sec-Fetch-Site", "cross-site", true, true));
	(void)c;
}

PLAIN_TEST(web, nobody_is_signed_in_by_a_foreign_page)
{
	WANT(may_change("Accept", "*/*", false, false));
	WANT(!may_change("Origin", "http://evil.example", false, false));
	WANT(!may_change("Sec-Fetch-Site", "cross-site", false, false));
	(void)c;
}

PLAIN_TEST(web, a_bearer_token_needs_no_page_of_ours)
{
	struct web_header h[] = { { S("Origin"), S("http://evil.example") } };
	struct web_head head = head_with(h, 1);

	WANT(web_gate_origin(&head, (struct web_shown){ S("t"), false }) == NULL);
	(void)c;
}

PLAIN_TEST(web, roles_open_the_gate)
{
	struct web_route open = { .who = WEB_ANYONE }, two = { .who = 6 };
	struct actor nobody = { 0 }, worker = { .id = 1, .roles = 1 },
		     other = { .id = 1, .roles = 3 };

	WANT(web_gate_roles(&open, &nobody) == WEB_GATE_OPEN);
	WANT(web_gate_roles(&two, &nobody) == WEB_GATE_NOBODY);
	WANT(web_gate_roles(&two, &worker) == WEB_GATE_DENIED);
	WANT(web_gate_roles(&two, &other) == WEB_GATE_OPEN);
	(void)c;
}
