/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * num: numbers out of text, money and time as types of their own.
 *
 * Money is whole minor units of one currency (cents); it is added and
 * multiplied only through functions that say when the sum does not fit. Time is
 * microseconds since 1970 in UTC. Neither is ever a float.
 */
#ifndef BASE_NUM_H
#define BASE_NUM_H
#include "base/str.h"

/* The whole text is a decimal number in [min, max]: true, and `*out` is set. */
MUST_USE bool num_i64(struct str, int64_t min, int64_t max, int64_t *out);
/* A finite decimal such as -12.5e3, the whole text of at most 1,000 bytes; never for money. */
MUST_USE bool num_f64(struct str, double *out);
/* Shortest decimal text that reads back as the same double; empty when it is not finite. */
struct str num_f64_text(struct arena *, double);

typedef struct {
	int64_t minor;
} money;

MUST_USE bool money_add(money, money, money *out);
MUST_USE bool money_sub(money, money, money *out);
MUST_USE bool money_times(money, int64_t count, money *out);
/* `permille` thousandths of `m`, rounded half up: the one place where money is rounded. */
MUST_USE bool money_share(money m, int64_t permille, money *out);
/* "12.34" with at most two decimals and no sign; false when it is anything else. */
MUST_USE bool money_parse(struct str, money *out);
struct str money_text(struct arena *, money); /* "12.34" */

typedef struct {
	int64_t us;
} usec;

#define USEC_SECOND INT64_C(1000000)
#define USEC_MINUTE (60 * USEC_SECOND)
#define USEC_HOUR (60 * USEC_MINUTE)
#define USEC_DAY (24 * USEC_HOUR)

usec usec_after(usec, int64_t us); /* saturates */
/* RFC 3339 in UTC with milliseconds: 2026-11-21T09:30:00.000Z */
struct str usec_text(struct arena *, usec);
/* RFC 3339, any offset; or YYYY-MM-DD as midnight UTC. */
MUST_USE bool usec_parse(struct str, usec *out);
int64_t usec_day(usec); /* days since 1970 in UTC */

/*
 * base64url without padding, and hex in small letters, each with one spelling only.
 * Decoders take the whole text or nothing.
 */
struct str text_base64url(struct arena *, const void *bytes, size_t len);
MUST_USE bool text_base64url_read(struct arena *, struct str, struct str *out);
struct str text_hex(struct arena *, const void *bytes, size_t len);
MUST_USE bool text_hex_read(struct arena *, struct str, struct str *out);

#endif
