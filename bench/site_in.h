/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * site: what the programs of bench/ open a site's store with, as a command of tessera does.
 *
 * `c` has settings, real clock and dice, and a connection for writing. A program of one go: nothing
 * is given back before it ends.
 */
#ifndef BENCH_SITE_IN_H
#define BENCH_SITE_IN_H
#include <stdio.h>
#include <stdlib.h>
#include "app/app_in.h"

extern char **environ;

_Noreturn static inline void site_stop(const struct ctx *c, const char *what)
{
	fprintf(stderr, "%s: %.*s%s%.*s\n", what, STR_ARG(c->refusal.message),
		c->refusal.said.len > 0 ? ": " : "", STR_ARG(c->refusal.said));
	exit(2);
}

static inline enum err site_settings(struct ctx *c)
{
	struct str conf;
	int applied;

	TRY(conf_read(c, &conf));
	TRY(house_settings(c, conf, environ, &c->settings));
	TRY(store_open(c, c->mem, conf_url(c), STORE_WRITE, &c->store));
	return store_migrate(c, &applied);
}

static inline struct ctx site_open(const char *data)
{
	struct arena *mem = arena_new(0);
	struct ctx c = {
		.mem = mem, .dice = dice_real(mem), .now = clock_now(clock_real(mem)), .data = data
	};

	if (site_settings(&c) != OK)
		site_stop(&c, "the site cannot be opened");
	return c;
}

#endif
