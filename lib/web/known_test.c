/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "tests/test.h"
#include "web/web_in.h"

static struct str token_of(struct ctx *c, int n)
{
	return str_format(c->mem, "token-%d", n);
}

PLAIN_TEST(web, two_hundred_who_work_at_once_are_all_known_for_a_second)
{
	struct arena *mem = arena_new(0);
	struct ctx ctx = { .mem = mem };

	c = &ctx;
	struct web_known *known = web_known_new(mem);

	for (int n = 1; n <= 200; n++) {
		c->actor = (struct actor){ .id = n, .via = S("key"), .token = S("hash") };
		web_known_keep(known, c, token_of(c, n), 0, web_known_generation(known));
	}
	for (int n = 1; n <= 200; n++) {
		c->actor = (struct actor){ 0 };
		WANT(web_known_find(known, c, token_of(c, n), USEC_SECOND));
		WANT_I64(n, c->actor.id);
		WANT_STR(S("hash"), c->actor.token);
		WANT(!web_known_find(known, c, token_of(c, n), USEC_SECOND + 1));
	}
	WANT(!web_known_find(known, c, token_of(c, 201), 0));
	web_known_forget(known);
	WANT(!web_known_find(known, c, token_of(c, 1), 0));
	arena_free(mem);
}
