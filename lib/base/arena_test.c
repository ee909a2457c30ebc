/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <stdalign.h>
#include "base/dies_in.h"
#include "tests/test.h"

static bool is_zero(const char *at, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (at[i] != 0)
			return false;
	return true;
}

PLAIN_TEST(arena, memory_comes_zeroed_and_aligned_also_after_a_clear)
{
	struct arena *a = arena_new(0);

	for (int round = 0; round < 3; round++) {
		for (size_t bytes = 0; bytes < 3000; bytes += 7) {
			char *at = arena_take(a, bytes);

			WANT((uintptr_t)at % alignof(max_align_t) == 0);
			WANT(is_zero(at, bytes));
			memset(at, 0xAA, bytes);
		}
		arena_clear(a);
		WANT_I64(0, (int64_t)arena_used(a));
	}
	arena_free(a);
}

PLAIN_TEST(arena, pieces_do_not_touch_each_other)
{
	struct arena *a = arena_new(0);
	char *piece[200];

	for (int i = 0; i < 200; i++) {
		piece[i] = arena_take(a, (size_t)(i * 37 % 5000));
		memset(piece[i], i, (size_t)(i * 37 % 5000));
	}
	for (int i = 0; i < 200; i++)
		for (int k = 0; k < i * 37 % 5000; k++)
			WANT((unsigned char)piece[i][k] == i);
	arena_free(a);
}

PLAIN_TEST(arena, a_reset_gives_back_what_came_after_the_mark)
{
	struct arena *a = arena_new(0);
	char *kept = arena_take(a, 100);

	memset(kept, 'k', 100);

	struct arena_mark mark = arena_mark(a);
	size_t used = arena_used(a);
	char *first = arena_take(a, 10);

	for (int i = 0; i < 50; i++)
		arena_take(a, 100000);
	arena_reset(a, mark);
	WANT_I64((int64_t)used, (int64_t)arena_used(a));
	WANT(arena_take(a, 10) == (void *)first);
	for (int i = 0; i < 100; i++)
		WANT(kept[i] == 'k');
	arena_free(a);
}

PLAIN_TEST(arena, past_its_cap_it_is_spent_and_serves_from_the_reserve)
{
	struct arena *a = arena_new(1000);

	arena_take(a, 900);
	WANT(!arena_is_spent(a));

	struct arena_mark mark = arena_mark(a);

	memset(arena_take(a, 2000), 1, 2000);
	WANT(arena_is_spent(a));
	arena_reset(a, mark);
	WANT(arena_is_spent(a));
	arena_clear(a);
	WANT(!arena_is_spent(a));
	arena_free(a);
}

PLAIN_TEST(arena, what_is_left_counts_down_to_the_end_of_the_reserve)
{
	struct arena *a = arena_new(1000);
	size_t before = arena_left(a);

	WANT_I64(4000, (int64_t)before);
	arena_take(a, 500);
	WANT(arena_left(a) <= before - 500);
	arena_free(a);

	struct arena *endless = arena_new(0);

	WANT(arena_left(endless) == SIZE_MAX);
	arena_free(endless);
}

static void take_past_the_reserve(void)
{
	struct arena *a = arena_new(1000);

	for (int i = 0; i < 5; i++)
		arena_take(a, 1000);
}

static void take_too_many(void)
{
	arena_take_many(arena_new(0), SIZE_MAX / 4, 8);
}

PLAIN_TEST(arena, past_the_reserve_and_past_all_numbers_is_a_bug)
{
	char said[1000];

	WANT(dies(take_past_the_reserve, said, sizeof(said)));
	WANT(dies(take_too_many, said, sizeof(said)));
}

PLAIN_TEST(arena, the_last_piece_grows_in_place_and_no_other)
{
	struct arena *a = arena_new(10000);
	char *first = arena_take(a, 10);

	memset(first, 'a', 10);
	WANT(arena_extend(a, first, 10, 200));
	WANT(first[9] == 'a' && is_zero(first + 10, 190));

	char *second = arena_take(a, 10);

	WANT(second >= first + 200);
	WANT(!arena_extend(a, first, 200, 300));
	WANT(!arena_extend(a, second, 10, (size_t)1 << 30));
	WANT(arena_extend(a, second, 10, 11));
	WANT(!arena_is_spent(a));
	WANT(arena_extend(a, second, 11, 12000));
	WANT(arena_is_spent(a));
	arena_free(a);
}

PLAIN_TEST(arena, a_child_ends_with_what_its_parent_resets)
{
	struct arena *a = arena_new(0);
	struct arena *early = arena_under(a, 0);
	struct arena_mark mark = arena_mark(a);
	struct arena *late = arena_under(a, 1000);

	memset(arena_take(early, 100000), 1, 100000);
	memset(arena_take(late, 900), 1, 900);
	arena_reset(a, mark);
	memset(arena_take(early, 100000), 1, 100000);
	WANT(arena_used(early) >= 200000);
	arena_clear(a);
	arena_free(a); /* the leak sanitizer looks for the children */
	arena_free(NULL);
}
