/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/dies_in.h"
#include "tests/test.h"

PLAIN_TEST(clock, the_pretend_clock_moves_only_when_told)
{
	struct clock *clock = clock_pretend(c->mem, (usec){ 5 * USEC_DAY });
	int64_t steady = clock_steady_us(clock);

	WANT_I64(5 * USEC_DAY, clock_now(clock).us);
	WANT_I64(5 * USEC_DAY, clock_now(clock).us);
	clock_move(clock, 7);
	WANT_I64(5 * USEC_DAY + 7, clock_now(clock).us);
	WANT_I64(steady + 7, clock_steady_us(clock));
}

PLAIN_TEST(clock, the_wall_clock_can_be_set_and_the_steady_one_does_not_notice)
{
	struct clock *clock = clock_pretend(c->mem, (usec){ 5 * USEC_DAY });
	int64_t steady = clock_steady_us(clock);

	clock_jump(clock, -USEC_HOUR);
	WANT_I64(5 * USEC_DAY - USEC_HOUR, clock_now(clock).us);
	clock_jump(clock, 2 * USEC_HOUR);
	clock_move(clock, 3);
	WANT_I64(5 * USEC_DAY + USEC_HOUR + 3, clock_now(clock).us);
	WANT_I64(steady + 3, clock_steady_us(clock));
}

PLAIN_TEST(clock, the_real_clock_is_of_this_century_and_steady)
{
	struct clock *clock = clock_real(c->mem);
	usec spring;

	WANT(usec_parse(S("2025-01-01"), &spring));
	WANT(clock_now(clock).us > spring.us);

	int64_t before = clock_steady_us(clock);

	for (int i = 0; i < 1000; i++) {
		int64_t now = clock_steady_us(clock);

		WANT(now >= before);
		before = now;
	}
}

static void move_the_real_one(void)
{
	clock_move(clock_real(arena_new(0)), 1);
}

PLAIN_TEST(clock, to_move_the_real_clock_is_a_bug)
{
	char said[1000];

	WANT(dies(move_the_real_one, said, sizeof(said)));
}
