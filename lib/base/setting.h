/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * setting: what an operator may change, declared by the rooms, read by name.
 *
 * Values come, later ones winning, from the declaration, DATA/tessera.conf
 * (`name = value` lines), and the environment (TESSERA_ and the name in
 * capitals with `_` for `.`). They are read once at start.
 */
#ifndef BASE_SETTING_H
#define BASE_SETTING_H
#include "base/ctx.h"

struct setting {
	const char *name;  /* "project.fee_permille"; NULL ends a list */
	const char *value; /* the default */
	int64_t min, max;  /* of a number; both 0: the setting is text of at most 1,000 bytes */
	const char *about; /* one sentence */
};

struct setting_values;

/*
 * `lists` are the rooms' lists (NULL ones are passed over); `environment` may be NULL.
 * ERR_INPUT, by name with its line: an unknown name, a bad value, a name set twice. Names of
 * the environment that are no setting are left to others.
 */
MUST_USE enum err setting_load(struct ctx *, const struct setting *const *lists, int count,
			       struct str conf, char *const *environment,
			       struct setting_values **out);

/* CHECKs that the setting was declared. */
int64_t setting_number(const struct ctx *, const char *name);
struct str setting_text(const struct ctx *, const char *name);

#endif
