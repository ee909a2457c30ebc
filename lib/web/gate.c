/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Who sends this, and may it come from there? A page of another origin can make a
 * browser send our cookie but can neither set our header nor choose its Origin, so a
 * changing request with the cookie must carry X-Tessera and, when they are sent,
 * an Origin that is our Host and a Sec-Fetch-Site that is our own. The last two are
 * asked of every changing request without a bearer token, so that nobody is signed
 * in by a foreign page either.
 */
#include "web/route_in.h"

const char *web_cookie_name(bool secure)
{
	return secure ? "__Host-tessera" : "tessera";
}

static struct str cookie_value(struct str header, struct str name)
{
	while (header.len > 0) {
		struct str pair, rest = S(""), key, value;

		if (!str_split(header, ';', &pair, &rest))
			pair = header;
		if (str_split(str_trim(pair), '=', &key, &value) && str_eq(key, name))
			return value;
		header = rest;
	}
	return S("");
}

struct web_shown web_gate_shown(const struct web_head *head, bool secure)
{
	struct str bearer = web_head_get(head, S("authorization"));

	if (bearer.len > 7 && str_eq_nocase(str_cut(bearer, 0, 7), S("bearer ")))
		return (struct web_shown){ str_trim(str_cut(bearer, 7, bearer.len)), false };
	struct str token =
		cookie_value(web_head_get(head, S("cookie")), str_of(web_cookie_name(secure)));

	return (struct web_shown){ token, token.len > 0 };
}

const char *web_gate_origin(const struct web_head *head, struct web_shown shown)
{
	if (shown.token.len > 0 && !shown.by_cookie)
		return NULL;
	if (shown.by_cookie && !str_eq(web_head_get(head, S("x-tessera")), S("1")))
		return "a change with the cookie needs the header X-Tessera: 1";
	if (web_head_has(head, S("origin"))) {
		struct str origin = web_head_get(head, S("origin"));

		if (str_starts(origin, S("http://")))
			origin = str_cut(origin, 7, origin.len);
		else if (str_starts(origin, S("https://")))
			origin = str_cut(origin, 8, origin.len);
		else
			return "the change comes from a page of another site";
		if (!str_eq_nocase(origin, head->host))
			return "the change comes from a page of another site";
	}
	struct str site = web_head_get(head, S("sec-fetch-site"));

	if (web_head_has(head, S("sec-fetch-site")) && !str_eq(site, S("same-origin")) &&
	    !str_eq(site, S("none")))
		return "the change comes from a page of another site";
	return NULL;
}

enum web_gate web_gate_roles(const struct web_route *route, const struct actor *actor)
{
	if (route->who == WEB_ANYONE)
		return WEB_GATE_OPEN;
	if (actor->id == 0)
		return WEB_GATE_NOBODY;
	return (actor->roles & route->who) != 0 ? WEB_GATE_OPEN : WEB_GATE_DENIED;
}
