/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Gauges of queues; what they refuse is tested on a server, in tests/. */
#include "tests/test.h"
#include "web/admit_in.h"

static void leave(struct web_gauge *g, int64_t *now_us, int count, int64_t each_us)
{
	for (int i = 0; i < count; i++) {
		*now_us += each_us;
		web_gauge_out(g, *now_us);
	}
}

static void come(struct web_gauge *g, int64_t now_us, int count)
{
	for (int i = 0; i < count; i++)
		web_gauge_in(g, now_us);
}

PLAIN_TEST(web, a_queue_s_load_is_its_length_times_its_pace)
{
	struct web_gauge g = { 0 };
	int64_t now_us = 1;

	(void)c;
	come(&g, now_us, 3000);
	leave(&g, &now_us, 2000, 100);
	WANT(web_gauge_load_us(&g, 32) > 95000 && web_gauge_load_us(&g, 32) <= 100000);
	/* The same pace in bunches, as a writer's commits report them. */
	come(&g, now_us, 2000);
	for (int i = 0; i < 40; i++) {
		leave(&g, &now_us, 1, 5000);
		leave(&g, &now_us, 49, 0);
	}
	WANT(web_gauge_load_us(&g, 32) > 75000 && web_gauge_load_us(&g, 32) < 125000);
}

PLAIN_TEST(web, few_that_wait_are_no_load)
{
	struct web_gauge g = { 0 };
	int64_t now_us = 1;

	(void)c;
	come(&g, now_us, 1032);
	leave(&g, &now_us, 1000, 1000);
	WANT_I64(0, web_gauge_load_us(&g, 32));
	WANT(web_gauge_load_us(&g, 31) > 0);
}

PLAIN_TEST(web, a_time_in_which_nobody_waits_is_nobody_s_pace)
{
	struct web_gauge g = { 0 };
	int64_t now_us = 1;

	(void)c;
	for (int i = 0; i < 1000; i++) {
		now_us += USEC_SECOND;
		come(&g, now_us, 1);
		leave(&g, &now_us, 1, 100);
	}
	come(&g, now_us, 100);
	WANT(web_gauge_load_us(&g, 32) <= 10000);
}

PLAIN_TEST(web, a_queue_from_which_nothing_leaves_is_stuck)
{
	struct web_gauge g = { 0 };
	int64_t now_us = 10 * USEC_SECOND;

	(void)c;
	WANT(!web_gauge_is_stuck(&g, now_us));
	come(&g, now_us, 2);
	WANT(!web_gauge_is_stuck(&g, now_us + USEC_SECOND));
	WANT(web_gauge_is_stuck(&g, now_us + 3 * USEC_SECOND));
	now_us += 3 * USEC_SECOND;
	leave(&g, &now_us, 1, 0);
	WANT(!web_gauge_is_stuck(&g, now_us));
	leave(&g, &now_us, 1, 0);
	WANT(!web_gauge_is_stuck(&g, now_us + USEC_HOUR));
}
