/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Vectors of FIPS 180-4 and RFC 4231. */
#include "os/hash.h"
#include "tests/test.h"

static struct str hex(struct ctx *c, struct str bytes)
{
	return text_hex(c->mem, bytes.at, bytes.len);
}

PLAIN_TEST(hash, sha256_agrees_with_the_standard)
{
	WANT_STR(S("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
		 hex(c, hash_sha256(c->mem, S(""))));
	WANT_STR(S("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
		 hex(c, hash_sha256(c->mem, S("abc"))));
}

PLAIN_TEST(hash, pieces_give_the_hash_of_the_whole)
{
	struct hash *h = hash_start(c->mem);

	hash_add(h, "a", 1);
	hash_add(h, "bc", 2);
	WANT_STR(hash_sha256(c->mem, S("abc")), hash_end(h));
}

PLAIN_TEST(hash, the_border_between_two_texts_counts)
{
	struct hash *one = hash_start(c->mem), *two = hash_start(c->mem);

	hash_add_text(one, S("ab"));
	hash_add_text(one, S("c"));
	hash_add_text(two, S("a"));
	hash_add_text(two, S("bc"));
	WANT(!str_eq(hash_end(one), hash_end(two)));
}

PLAIN_TEST(hash, hmac_agrees_with_the_standard)
{
	WANT_STR(S("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
		 hex(c, hash_hmac(c->mem, S("Jefe"), S("what do ya want for nothing?"))));
}
