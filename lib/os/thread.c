/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Threads and the one lock they wait on. A lock has its condition with it: nothing
 * here needs more than one, and a pair cannot be mixed up.
 */
#include "os/os.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>

enum { NAME_SIZE = 16 }; /* the kernel's limit */

struct os_thread {
	pthread_t id;
	void (*body)(void *);
	void *arg;
	char name[NAME_SIZE];
};

struct os_lock {
	pthread_mutex_t mutex;
	pthread_cond_t woken;
};

static void *run(void *arg)
{
	struct os_thread *thread = arg;

	pthread_setname_np(pthread_self(), thread->name);
	thread->body(thread->arg);
	return NULL;
}

struct os_thread *os_thread_start(struct arena *mem, const char *name, void (*body)(void *),
				  void *arg)
{
	struct os_thread *thread = NEW(mem, struct os_thread);
	sigset_t all, before;

	thread->body = body;
	thread->arg = arg;
	snprintf(thread->name, sizeof(thread->name), "%s", name);

	/* Signals are for the thread that main runs on. */
	sigfillset(&all);
	CHECK(pthread_sigmask(SIG_SETMASK, &all, &before) == 0);
	CHECK(pthread_create(&thread->id, NULL, run, thread) == 0);
	CHECK(pthread_sigmask(SIG_SETMASK, &before, NULL) == 0);
	return thread;
}

void os_thread_join(struct os_thread *thread)
{
	CHECK(pthread_join(thread->id, NULL) == 0);
}

struct os_lock *os_lock_new(struct arena *mem)
{
	struct os_lock *lock = NEW(mem, struct os_lock);
	pthread_condattr_t how;

	CHECK(pthread_mutex_init(&lock->mutex, NULL) == 0);
	CHECK(pthread_condattr_init(&how) == 0);
	CHECK(pthread_condattr_setclock(&how, CLOCK_MONOTONIC) == 0);
	CHECK(pthread_cond_init(&lock->woken, &how) == 0);
	pthread_condattr_destroy(&how);
	return lock;
}

void os_lock_take(struct os_lock *lock)
{
	CHECK(pthread_mutex_lock(&lock->mutex) == 0);
}

void os_lock_give(struct os_lock *lock)
{
	CHECK(pthread_mutex_unlock(&lock->mutex) == 0);
}

void os_lock_wait(struct os_lock *lock, int64_t us)
{
	if (us < 0) {
		CHECK(pthread_cond_wait(&lock->woken, &lock->mutex) == 0);
		return;
	}

	/* Nobody waits for longer than a day; it also keeps the sum small. */
	const int64_t longest = USEC_DAY;
	struct timespec until;

	us = us > longest ? longest : us;
	CHECK(clock_gettime(CLOCK_MONOTONIC, &until) == 0);
	until.tv_nsec += us % USEC_SECOND * 1000;
	until.tv_sec += us / USEC_SECOND + until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;

	int result = pthread_cond_timedwait(&lock->woken, &lock->mutex, &until);

	CHECK(result == 0 || result == ETIMEDOUT);
}

void os_lock_wake(struct os_lock *lock)
{
	CHECK(pthread_cond_signal(&lock->woken) == 0);
}

void os_lock_wake_all(struct os_lock *lock)
{
	CHECK(pthread_cond_broadcast(&lock->woken) == 0);
}
