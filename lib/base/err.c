/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The table of refusals, and the end of a process that found a bug in itself.
 *
 * The story is kept for each thread, not for the process, because a worker
 * thread that breaks must not tell what another one was doing.
 */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { STORY_SIZE = 201 };

static _Thread_local char story[STORY_SIZE];

const struct err_row *err_row(enum err err)
{
	static const struct err_row rows[ERR_COUNT] = { [OK] = { "ok", "Done", 200, 0 },
#define ERR_ROW(name, status, exit, word, plain) [ERR_##name] = { word, plain, status, exit },
							ERR_TABLE(ERR_ROW)
#undef ERR_ROW
	};

	CHECK((unsigned)err < ERR_COUNT);
	return &rows[err];
}

void check_story(const char *format, ...)
{
	va_list rest;

	va_start(rest, format);
	vsnprintf(story, sizeof(story), format, rest);
	va_end(rest);
}

_Noreturn void check_failed(const char *file, int line, const char *function, const char *condition)
{
	fprintf(stderr, "%s:%d: %s: this must hold: %s\n%s%s%s", file, line, function, condition,
		story[0] == '\0' ? "" : "while: ", story, story[0] == '\0' ? "" : "\n");
	fflush(stderr);
	abort();
}
