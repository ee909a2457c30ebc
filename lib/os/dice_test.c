/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <stdlib.h>
#include "tests/test.h"

static const usec noon = { INT64_C(1780000000) * USEC_SECOND };

PLAIN_TEST(dice, a_seed_repeats_and_another_does_not)
{
	struct dice *a = dice_pretend(c->mem, 1), *b = dice_pretend(c->mem, 1);
	struct dice *other = dice_pretend(c->mem, 2);
	char one[100], two[100], third[100];

	dice_bytes(a, one, sizeof(one));
	dice_bytes(b, two, sizeof(two));
	dice_bytes(other, third, sizeof(third));
	WANT(memcmp(one, two, sizeof(one)) == 0);
	WANT(memcmp(one, third, sizeof(one)) != 0);
	WANT(dice_u64(a) == dice_u64(b));
}

PLAIN_TEST(dice, the_real_dice_differ_each_time_and_fill_all_bytes)
{
	struct dice *dice = dice_real(c->mem);
	unsigned char seen[1000] = { 0 }, bytes[1000];

	WANT(dice_u64(dice) != dice_u64(dice));
	for (int i = 0; i < 10; i++) {
		dice_bytes(dice, bytes, sizeof(bytes));
		for (size_t k = 0; k < sizeof(bytes); k++)
			seen[k] |= bytes[k];
	}
	for (size_t k = 0; k < sizeof(seen); k++)
		WANT(seen[k] != 0);
}

PLAIN_TEST(dice, ids_rise_with_a_clock_that_stands_or_goes_back)
{
	struct dice *dice = dice_pretend(c->mem, 3);
	int64_t before = 0;

	for (int i = 0; i < 100000; i++) {
		int64_t id = dice_new_id(dice, usec_after(noon, i % 3 == 0 ? 0 : -i));

		WANT(id > before);
		before = id;
	}
}

PLAIN_TEST(dice, an_id_holds_its_millisecond_and_is_positive)
{
	struct dice *dice = dice_pretend(c->mem, 3);
	usec start;

	WANT(usec_parse(S("2020-01-01"), &start));
	WANT(dice_new_id(dice, (usec){ 0 }) > 0);
	WANT(dice_new_id(dice, start) > 0);
	for (int64_t ms = 1; ms < INT64_C(1) << 42; ms *= 7) {
		int64_t id = dice_new_id(dice, usec_after(start, ms * 1000 + 999));

		WANT_I64(ms, id >> 21);
	}
	WANT(dice_new_id(dice, (usec){ INT64_MAX }) > 0);
}

PLAIN_TEST(dice, a_context_gives_ids_and_chance)
{
	char bytes[3] = { 0 };
	int64_t first = ctx_new_id(c);

	WANT(ctx_new_id(c) > first);
	WANT(ctx_random(c) != ctx_random(c));
	ctx_random_bytes(c, bytes, 2);
	WANT(bytes[2] == 0);
}

enum { THREADS = 4, IDS = 5000 };

struct taker {
	struct dice *dice;
	int64_t id[IDS];
};

static void take_ids(void *arg)
{
	struct taker *taker = arg;

	for (int i = 0; i < IDS; i++)
		taker->id[i] = dice_new_id(taker->dice, noon);
}

static int by_number(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

	return (left > right) - (left < right);
}

PLAIN_TEST(dice, threads_never_get_the_same_id)
{
	struct dice *dice = dice_pretend(c->mem, 4);
	struct taker *taker = NEW_MANY(c->mem, struct taker, THREADS);
	struct os_thread *thread[THREADS];
	int64_t *all = NEW_MANY(c->mem, int64_t, THREADS * IDS);

	for (int i = 0; i < THREADS; i++) {
		taker[i].dice = dice;
		thread[i] = os_thread_start(c->mem, "taker", take_ids, &taker[i]);
	}
	for (int i = 0; i < THREADS; i++) {
		os_thread_join(thread[i]);
		for (int k = 0; k < IDS; k++) {
			WANT(k == 0 || taker[i].id[k] > taker[i].id[k - 1]);
			all[i * IDS + k] = taker[i].id[k];
		}
	}
	qsort(all, THREADS * IDS, sizeof(*all), by_number);
	for (int i = 1; i < THREADS * IDS; i++)
		WANT(all[i] > all[i - 1]);
}
