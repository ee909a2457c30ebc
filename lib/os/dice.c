/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Chance, and the ids made of time and chance.
 *
 * The real dice asks the kernel each time: a pool of our own would be faster and
 * would have to be thought of at each fork. The pretend dice is splitmix64.
 */
#include "os/os.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/random.h>

enum { ID_CHANCE_BITS = 21, ID_TIME_BITS = 42 };

/* 2020-01-01 in UTC. */
#define ID_EPOCH_MS INT64_C(1577836800000)

struct dice {
	bool pretend;
	_Atomic uint64_t state;
	_Atomic int64_t id; /* the last one given */
};

struct dice *dice_real(struct arena *mem)
{
	return NEW(mem, struct dice);
}

struct dice *dice_pretend(struct arena *mem, uint64_t seed)
{
	struct dice *dice = NEW(mem, struct dice);

	dice->pretend = true;
	atomic_store(&dice->state, seed);
	return dice;
}

static uint64_t pretend_u64(struct dice *dice)
{
	const uint64_t step = UINT64_C(0x9e3779b97f4a7c15);
	uint64_t mix = atomic_fetch_add(&dice->state, step) + step;

	mix = (mix ^ mix >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	mix = (mix ^ mix >> 27) * UINT64_C(0x94d049bb133111eb);
	return mix ^ mix >> 31;
}

void dice_bytes(struct dice *dice, void *out, size_t len)
{
	char *at = out;

	while (len > 0) {
		size_t got;

		if (dice->pretend) {
			uint64_t word = pretend_u64(dice);

			got = len < sizeof(word) ? len : sizeof(word);
			memcpy(at, &word, got);
		} else {
			ssize_t bytes = getrandom(at, len, 0);

			/* A signal may cut a long one short; nothing else goes wrong here. */
			CHECK(bytes >= 0 || errno == EINTR);
			got = bytes < 0 ? 0 : (size_t)bytes;
		}
		at += got;
		len -= got;
	}
}

uint64_t dice_u64(struct dice *dice)
{
	uint64_t word;

	dice_bytes(dice, &word, sizeof(word));
	return word;
}

int64_t dice_new_id(struct dice *dice, usec now)
{
	int64_t ms = now.us / 1000 - ID_EPOCH_MS;
	const int64_t last_ms = (INT64_C(1) << ID_TIME_BITS) - 1;

	ms = ms < 0 ? 0 : ms;
	ms = ms > last_ms ? last_ms : ms;

	int64_t chance = (int64_t)(dice_u64(dice) >> (64 - ID_CHANCE_BITS));
	int64_t fresh = ms << ID_CHANCE_BITS | chance;
	int64_t id = atomic_load(&dice->id);
	int64_t next;

	/* Within one millisecond, or with a clock that stands, the next number up. */
	do {
		bool newer = fresh >> ID_CHANCE_BITS > id >> ID_CHANCE_BITS;

		next = newer ? fresh : id + 1;
	} while (!atomic_compare_exchange_weak(&dice->id, &id, next));
	CHECK(next > 0);
	return next;
}

/* --- what base/ctx.h says of chance --- */

int64_t ctx_new_id(struct ctx *c)
{
	return dice_new_id(c->dice, c->now);
}

uint64_t ctx_random(struct ctx *c)
{
	return dice_u64(c->dice);
}

void ctx_random_bytes(struct ctx *c, void *out, size_t len)
{
	dice_bytes(c->dice, out, len);
}
