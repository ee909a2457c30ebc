/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Who is known: for a second, the gate's word on a token stands for the next requests of a hot
 * route with it, so that they do not ask the store each time. A change that may end somebody's
 * rights (`renews`) makes this process forget all of them at once; one that another process made
 * is seen after that second. Nobody is remembered as unknown.
 *
 * A table of fixed size, by the token's hash; where several fall on one place, the one that was
 * asked for longest ago goes. Tokens themselves are not kept.
 */
#include "web/web_in.h"

#include "os/hash.h"

enum { PLACES = 1024, EACH = 4 };

#define KNOWN_FOR_US USEC_SECOND

struct known {
	char token[HASH_BYTES]; /* its hash */
	int64_t until_us;	/* on the steady clock; 0: nobody */
	uint64_t generation;
	int64_t id;
	uint32_t roles;
	char via[16], hash[HASH_BYTES];
	uint8_t hash_len;
};

struct web_known {
	struct os_lock *lock;
	_Atomic uint64_t generation;
	struct known place[PLACES][EACH];
};

struct web_known *web_known_new(struct arena *mem)
{
	struct web_known *k = NEW(mem, struct web_known);

	k->lock = os_lock_new(mem);
	return k;
}

/* The one with this token; without it, the one that may go. */
static struct known *place_of(struct web_known *k, struct str hash)
{
	uint64_t n;
	struct known *oldest;

	memcpy(&n, hash.at, sizeof(n));
	oldest = k->place[n % PLACES];
	for (int i = 0; i < EACH; i++) {
		struct known *one = &k->place[n % PLACES][i];

		if (memcmp(one->token, hash.at, sizeof(one->token)) == 0)
			return one;
		if (one->until_us < oldest->until_us)
			oldest = one;
	}
	return oldest;
}

uint64_t web_known_generation(const struct web_known *k)
{
	return atomic_load(&k->generation);
}

void web_known_forget(struct web_known *k)
{
	atomic_fetch_add(&k->generation, 1);
}

bool web_known_find(struct web_known *k, struct ctx *c, struct str token, int64_t steady_us)
{
	struct str hash = hash_sha256(c->mem, token);
	struct known found;

	os_lock_take(k->lock);
	found = *place_of(k, hash);
	os_lock_give(k->lock);
	if (found.until_us < steady_us || found.generation != web_known_generation(k) ||
	    memcmp(found.token, hash.at, sizeof(found.token)) != 0)
		return false;
	c->actor.id = found.id;
	c->actor.roles = found.roles;
	c->actor.name = str_format(c->mem, "%lld", (long long)found.id);
	c->actor.via = str_copy(c->mem, str_of(found.via));
	c->actor.token = str_copy(c->mem, (struct str){ found.hash, found.hash_len });
	return true;
}

void web_known_keep(struct web_known *k, const struct ctx *c, struct str token, int64_t steady_us,
		    uint64_t generation)
{
	struct str hash = hash_sha256(c->mem, token);
	struct known one = {
		.until_us = steady_us + KNOWN_FOR_US,
		.generation = generation,
		.id = c->actor.id,
		.roles = c->actor.roles,
		.hash_len = (uint8_t)c->actor.token.len,
	};

	if (c->actor.id == 0 || c->actor.via.len >= sizeof(one.via) ||
	    c->actor.token.len > sizeof(one.hash))
		return;
	memcpy(one.token, hash.at, sizeof(one.token));
	memcpy(one.via, c->actor.via.at, c->actor.via.len);
	memcpy(one.hash, c->actor.token.at, c->actor.token.len);
	os_lock_take(k->lock);
	*place_of(k, hash) = one;
	os_lock_give(k->lock);
}
