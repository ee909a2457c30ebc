/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * hash: SHA-256 and its keyed form, the one door to OpenSSL for rooms.
 *
 * For names of content, hash chains, stored tokens and signed addresses; never for
 * passwords. Compare what is secret with `str_eq_secret`.
 */
#ifndef OS_HASH_H
#define OS_HASH_H
#include "base/base.h"

enum { HASH_BYTES = 32 };

/* The 32 bytes themselves; text_hex makes them readable. */
struct str hash_sha256(struct arena *, struct str bytes);
struct str hash_hmac(struct arena *, struct str key, struct str bytes);

/* Piece by piece, for content that is not in memory. The state ends with `hash_end`. */
struct hash;
struct hash *hash_start(struct arena *);
void hash_add(struct hash *, const void *bytes, size_t len);
/* A whole number, as eight bytes, the largest first. */
void hash_add_i64(struct hash *, int64_t);
/* Length and bytes, so that two texts in a row cannot be taken for two others. */
void hash_add_text(struct hash *, struct str);
struct str hash_end(struct hash *);

#endif
