/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A token carries its user's number in front of its random bytes, so that it is looked up by
 * shard key. The number is not secret; the bytes behind it are what proves.
 */
#include "os/hash.h"
#include "user/user_in.h"

enum { OWNER_BYTES = 8, TOKEN_BYTES_MAX = 64 };

struct str token_make(struct ctx *c, const char *prefix, user_id user, size_t random_bytes)
{
	unsigned char bytes[TOKEN_BYTES_MAX];

	CHECK(OWNER_BYTES + random_bytes <= sizeof(bytes));
	for (int i = 0; i < OWNER_BYTES; i++)
		bytes[i] = (unsigned char)((uint64_t)user.v >> (56 - 8 * i));
	ctx_random_bytes(c, bytes + OWNER_BYTES, random_bytes);
	struct str text = text_base64url(c->mem, bytes, OWNER_BYTES + random_bytes);

	return str_format(c->mem, "%s%.*s", prefix, STR_ARG(text));
}

bool token_owner(struct ctx *c, struct str token, const char *prefix, size_t random_bytes,
		 user_id *out)
{
	struct str start = str_of(prefix), bytes;
	uint64_t owner = 0;

	if (token.len > 2 * TOKEN_BYTES_MAX || !str_starts(token, start) ||
	    !text_base64url_read(c->mem, str_cut(token, start.len, token.len), &bytes) ||
	    bytes.len != OWNER_BYTES + random_bytes)
		return false;
	for (int i = 0; i < OWNER_BYTES; i++)
		owner = owner << 8 | (unsigned char)bytes.at[i];
	if (owner == 0 || owner > INT64_MAX)
		return false;
	*out = (user_id){ (int64_t)owner };
	return true;
}

struct str token_hash(struct ctx *c, struct str token)
{
	return hash_sha256(c->mem, token);
}

/* 18 signs of 5 bits: 63 of the user's number, 27 of chance. */
struct str token_access_key(struct ctx *c, user_id user)
{
	static const char sign[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	uint64_t high = (uint64_t)user.v, low = ctx_random(c) & ((1u << 27) - 1);
	char *text = NEW_MANY(c->mem, char, 20);

	text[0] = 'T';
	text[1] = 'K';
	for (int i = 19; i >= 2; i--) {
		text[i] = sign[low & 31];
		low = low >> 5 | (high & 31) << 22;
		high >>= 5;
	}
	return (struct str){ text, 20 };
}
