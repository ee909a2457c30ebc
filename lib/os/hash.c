/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* OpenSSL fails here only when it is out of memory or broken, so every failure is a CHECK. */
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include "os/hash.h"

struct hash {
	struct arena *mem;
	EVP_MD_CTX *state;
};

struct hash *hash_start(struct arena *mem)
{
	struct hash *h = NEW(mem, struct hash);

	h->mem = mem;
	h->state = EVP_MD_CTX_new();
	CHECK(h->state != NULL);
	CHECK(EVP_DigestInit_ex(h->state, EVP_sha256(), NULL) == 1);
	return h;
}

void hash_add(struct hash *h, const void *bytes, size_t len)
{
	CHECK(EVP_DigestUpdate(h->state, bytes, len) == 1);
}

void hash_add_i64(struct hash *h, int64_t value)
{
	unsigned char bytes[8];

	for (int i = 0; i < 8; i++)
		bytes[i] = (unsigned char)((uint64_t)value >> (56 - 8 * i));
	hash_add(h, bytes, sizeof(bytes));
}

void hash_add_text(struct hash *h, struct str text)
{
	hash_add_i64(h, (int64_t)text.len);
	if (text.len > 0)
		hash_add(h, text.at, text.len);
}

struct str hash_end(struct hash *h)
{
	unsigned char *out = NEW_MANY(h->mem, unsigned char, HASH_BYTES);
	unsigned len = 0;

	CHECK(EVP_DigestFinal_ex(h->state, out, &len) == 1 && len == HASH_BYTES);
	EVP_MD_CTX_free(h->state);
	h->state = NULL;
	return (struct str){ (const char *)out, HASH_BYTES };
}

struct str hash_sha256(struct arena *mem, struct str bytes)
{
	struct hash *h = hash_start(mem);

	if (bytes.len > 0)
		hash_add(h, bytes.at, bytes.len);
	return hash_end(h);
}

struct str hash_hmac(struct arena *mem, struct str key, struct str bytes)
{
	unsigned char *out = NEW_MANY(mem, unsigned char, HASH_BYTES);
	unsigned len = 0;

	CHECK(key.len > 0 && key.len <= INT32_MAX);
	CHECK(HMAC(EVP_sha256(), key.at, (int)key.len, (const unsigned char *)bytes.at, bytes.len,
		   out, &len) != NULL &&
	      len == HASH_BYTES);
	return (struct str){ (const char *)out, HASH_BYTES };
}
