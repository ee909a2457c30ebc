/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "tests/test.h"

struct shared {
	struct os_lock *lock;
	int count, turn, asleep;
	bool open;
};

static void add_up(void *arg)
{
	struct shared *shared = arg;

	for (int i = 0; i < 10000; i++) {
		os_lock_take(shared->lock);
		shared->count++;
		os_lock_give(shared->lock);
	}
}

PLAIN_TEST(thread, a_lock_lets_one_through_at_a_time)
{
	struct shared shared = { .lock = os_lock_new(c->mem) };
	struct os_thread *thread[4];

	for (int i = 0; i < 4; i++)
		thread[i] = os_thread_start(c->mem, "a name longer than the kernel keeps", add_up,
					    &shared);
	for (int i = 0; i < 4; i++)
		os_thread_join(thread[i]);
	WANT_I64(40000, shared.count);
}

static void answer(void *arg)
{
	struct shared *shared = arg;

	os_lock_take(shared->lock);
	for (int i = 0; i < 100; i++) {
		while (shared->turn != 1)
			os_lock_wait(shared->lock, -1);
		shared->turn = 0;
		os_lock_wake(shared->lock);
	}
	os_lock_give(shared->lock);
}

PLAIN_TEST(thread, a_waiter_is_woken)
{
	struct shared shared = { .lock = os_lock_new(c->mem) };
	struct os_thread *thread = os_thread_start(c->mem, "answer", answer, &shared);

	os_lock_take(shared.lock);
	for (int i = 0; i < 100; i++) {
		shared.turn = 1;
		os_lock_wake(shared.lock);
		while (shared.turn != 0)
			os_lock_wait(shared.lock, 60 * USEC_SECOND);
	}
	os_lock_give(shared.lock);
	os_thread_join(thread);
	WANT_I64(0, shared.turn);
}

static void wait_for_the_door(void *arg)
{
	struct shared *shared = arg;

	os_lock_take(shared->lock);
	shared->asleep++;
	os_lock_wake_all(shared->lock);
	while (!shared->open)
		os_lock_wait(shared->lock, -1);
	shared->count++;
	os_lock_give(shared->lock);
}

PLAIN_TEST(thread, all_waiters_are_woken_together)
{
	struct shared shared = { .lock = os_lock_new(c->mem) };
	struct os_thread *thread[4];

	for (int i = 0; i < 4; i++)
		thread[i] = os_thread_start(c->mem, "door", wait_for_the_door, &shared);
	os_lock_take(shared.lock);
	while (shared.asleep < 4)
		os_lock_wait(shared.lock, -1);
	WANT_I64(0, shared.count);
	shared.open = true;
	os_lock_wake_all(shared.lock);
	os_lock_give(shared.lock);
	for (int i = 0; i < 4; i++)
		os_thread_join(thread[i]);
	WANT_I64(4, shared.count);
}

PLAIN_TEST(thread, a_wait_ends_by_itself_after_its_time)
{
	struct os_lock *lock = os_lock_new(c->mem);
	struct clock *clock = clock_real(c->mem);
	int64_t start = clock_steady_us(clock);

	os_lock_take(lock);
	os_lock_wait(lock, 0);
	while (clock_steady_us(clock) - start < 2000)
		os_lock_wait(lock, 2000);
	os_lock_give(lock);
	WANT(clock_steady_us(clock) - start < 30 * USEC_SECOND);
}
