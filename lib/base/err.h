/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * err: the three kinds of wrong.
 *
 * A bug is CHECKed: the story is printed and the process aborts. A refusal is
 * returned: one of eight, each with its HTTP status, exit code and plain words
 * in one table. An absence is an out flag, a count or an empty list.
 *
 * The first refusal of a request wins: `refuse` on a context that already
 * holds one keeps the first, and whoever commits looks at it.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(text, rest) __attribute__((format(printf, text, rest)))
#define DEFER(fn) __attribute__((cleanup(fn)))

/* clang-format off */
/*      name       status exit  word        plain words */
#define ERR_TABLE(X)                                                                   \
	X(INPUT,    422,   2,   "input",    "Something in the request is not right")   \
	X(MISSING,  404,   3,   "missing",  "There is no such thing, or not for you")  \
	X(DENIED,   403,   4,   "denied",   "This is not allowed for you")             \
	X(CONFLICT, 409,   5,   "conflict", "The state of things does not allow this") \
	X(FUNDS,    402,   6,   "funds",    "There is not enough money for this")      \
	X(LIMIT,    429,   7,   "limit",    "A limit is reached")                      \
	X(BUSY,     503,   8,   "busy",     "Too busy right now, try again soon")      \
	X(STORE,    503,   9,   "store",    "The data cannot be reached right now")
/* clang-format on */

enum err {
	OK = 0,
#define ERR_ENUM(name, status, exit, word, plain) ERR_##name,
	ERR_TABLE(ERR_ENUM) ERR_COUNT
#undef ERR_ENUM
};

struct err_row {
	const char *word;  /* `input`: the last part of the problem's type */
	const char *plain; /* the problem's title */
	int status;	   /* HTTP */
	int exit_code;	   /* of a command */
};

const struct err_row *err_row(enum err err);

/* Pass a refusal up. The only macro that hides a return. */
#define TRY(call)                           \
	do {                                \
		enum err try_err_ = (call); \
		if (try_err_ != OK)         \
			return try_err_;    \
	} while (0)

/* A condition that only a bug of ours can break. Compiled into every mode. */
#define CHECK(condition)                                                        \
	do {                                                                    \
		if (!(condition))                                               \
			check_failed(__FILE__, __LINE__, __func__, #condition); \
	} while (0)

_Noreturn void check_failed(const char *file, int line, const char *function,
			    const char *condition);

/* What this thread was doing, printed by a failed CHECK; at most 200 bytes are kept. */
void check_story(const char *format, ...) PRINTF_LIKE(1, 2);

#endif
