/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The pretend clock is one number; it is atomic because threads may look while a test moves it. */
#include "os/os.h"

#include <stdatomic.h>
#include <time.h>

struct clock {
	bool pretend;
	int64_t start_us;
	_Atomic int64_t moved_us;
	_Atomic int64_t jumped_us; /* of the wall alone */
};

static int64_t read_us(clockid_t which)
{
	struct timespec at;

	CHECK(clock_gettime(which, &at) == 0);
	return at.tv_sec * USEC_SECOND + at.tv_nsec / 1000;
}

struct clock *clock_real(struct arena *mem)
{
	return NEW(mem, struct clock);
}

struct clock *clock_pretend(struct arena *mem, usec start)
{
	struct clock *clock = NEW(mem, struct clock);

	clock->pretend = true;
	clock->start_us = start.us;
	return clock;
}

usec clock_now(struct clock *clock)
{
	if (!clock->pretend)
		return (usec){ read_us(CLOCK_REALTIME) };
	return (usec){ clock->start_us + atomic_load(&clock->moved_us) +
		       atomic_load(&clock->jumped_us) };
}

int64_t clock_steady_us(struct clock *clock)
{
	return clock->pretend ? atomic_load(&clock->moved_us) : read_us(CLOCK_MONOTONIC);
}

void clock_move(struct clock *clock, int64_t us)
{
	CHECK(clock->pretend && us >= 0);
	atomic_fetch_add(&clock->moved_us, us);
}

void clock_jump(struct clock *clock, int64_t us)
{
	CHECK(clock->pretend);
	atomic_fetch_add(&clock->jumped_us, us);
}
