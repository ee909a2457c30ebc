/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The first refusal of a request is the one that is told. */
#include "base/ctx.h"

#include <stdio.h>

enum { MESSAGE_SIZE = 501 };

static PRINTF_LIKE(4, 0) enum err
	keep_first(struct ctx *c, enum err err, struct str field, const char *format, va_list rest)
{
	CHECK(err > OK && err < ERR_COUNT);
	if (c->refusal.err != OK)
		return err;

	char message[MESSAGE_SIZE];
	int len = vsnprintf(message, sizeof(message), format, rest);

	CHECK(len >= 0);

	struct str kept = str_of(message);

	/* Cut between code points. */
	if ((size_t)len > kept.len) {
		while (kept.len > 0 && (kept.at[kept.len - 1] & 0xC0) == 0x80)
			kept.len--;
		kept.len -= kept.len > 0 && (kept.at[kept.len - 1] & 0x80) != 0;
	}
	c->refusal.err = err;
	c->refusal.field = str_copy(c->mem, field);
	c->refusal.message = str_copy(c->mem, kept);
	return err;
}

enum err refuse(struct ctx *c, enum err err, const char *format, ...)
{
	va_list rest;

	va_start(rest, format);
	err = keep_first(c, err, S(""), format, rest);
	va_end(rest);
	return err;
}

enum err refuse_field(struct ctx *c, enum err err, struct str field, const char *format, ...)
{
	va_list rest;

	va_start(rest, format);
	err = keep_first(c, err, field, format, rest);
	va_end(rest);
	return err;
}

enum err ctx_take_failure(struct ctx *all, const struct ctx *one)
{
	enum err err = one->refusal.err;

	if (err != ERR_STORE && err != ERR_BUSY)
		return OK;
	if (all != one)
		all->refusal = one->refusal;
	return err;
}
