/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * str and buf: text with its length.
 *
 * `struct str` is a view: it owns nothing and ends with the memory it looks at.
 * `struct buf` grows in an arena up to the maximum given when it is made;
 * writers never fail in the middle, and `buf_is_full` tells at the end that
 * something was cut. Text is UTF-8; offsets for people are code points.
 */
#ifndef BASE_STR_H
#define BASE_STR_H
#include <stdarg.h>
#include <string.h>
#include "base/arena.h"

struct str {
	const char *at;
	size_t len;
};

#define S(literal) ((struct str){ "" literal, sizeof(literal) - 1 })
#define STR_ARG(s) (int)(s).len, (s).at /* for "%.*s" */

struct str str_of(const char *c_text); /* a view of a C string; NULL is empty */
struct str str_cut(struct str, size_t from, size_t to);
struct str str_trim(struct str); /* without ASCII blanks at both ends */
struct str str_copy(struct arena *, struct str);
struct str str_lower(struct arena *, struct str); /* ASCII letters only */
struct str str_join(struct arena *, const struct str *parts, size_t count, struct str between);
struct str str_format(struct arena *, const char *format, ...) PRINTF_LIKE(2, 3);
const char *str_c(struct arena *, struct str); /* with a NUL; CHECKs that none is inside */
bool str_eq(struct str, struct str);
bool str_eq_nocase(struct str, struct str); /* ASCII letters only */
int str_compare(struct str, struct str);    /* by bytes */
bool str_starts(struct str, struct str start);
bool str_ends(struct str, struct str end);
bool str_find(struct str, struct str needle, size_t *at);
bool str_split(struct str text, char at, struct str *head, struct str *tail); /* false: not there */
bool str_is_utf8(struct str); /* well formed, no surrogates, no NUL */
/* Bytes of the well-formed code point (not NUL) at the start; 0 when there is none. */
size_t str_utf8_step(struct str);
size_t str_points(struct str); /* count of code points; CHECKs nothing, counts bad bytes as one */
bool str_eq_secret(struct str, struct str); /* in time that depends on lengths only */
uint64_t str_hash(struct str); /* SipHash-free FNV-1a 64; for tables in memory of trusted size */

struct buf {
	struct arena *mem;
	char *at;
	size_t len;
	size_t size;
	size_t max;
	bool full;
};

struct buf buf_make(struct arena *, size_t max);
void buf_add(struct buf *, struct str);
void buf_add_char(struct buf *, char);
void buf_add_i64(struct buf *, int64_t);
void buf_format(struct buf *, const char *format, ...) PRINTF_LIKE(2, 3);
struct str buf_str(const struct buf *);
bool buf_is_full(const struct buf *);

#endif
