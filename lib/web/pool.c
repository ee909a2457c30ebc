/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Threads that wait for jobs at one queue. Each has a read-only connection of its own,
 * opened when a job first asks for it, so that a server starts without the store
 * and gets by when it comes back.
 */
#include "web/web_in.h"

enum { THREADS_MAX = 64 };

struct web_pool {
	struct web *web;
	struct arena *mem;
	struct os_lock *lock;
	struct web_job *first, **last;
	int64_t waiting, waiting_max;
	struct web_gauge gauge;
	bool stopping;
	int idle, thread_count;
	struct os_thread *thread[THREADS_MAX];
};

/* A worker's own name for its pool, so that a thread is given one thing. */
struct thread_arg {
	struct web_worker worker;
	struct web_pool *pool;
};

static struct web_job *take_job(struct web_pool *pool)
{
	struct web_job *job;

	os_lock_take(pool->lock);
	while (pool->first == NULL && !pool->stopping) {
		pool->idle++;
		os_lock_wait(pool->lock, -1);
		pool->idle--;
	}
	job = pool->first;
	if (job != NULL) {
		pool->first = job->next;
		if (pool->first == NULL)
			pool->last = &pool->first;
		pool->waiting--;
	}
	os_lock_give(pool->lock);
	return job;
}

static void work(void *arg)
{
	struct thread_arg *me = arg;
	struct web_job *job;

	while ((job = take_job(me->pool)) != NULL) {
		web_gauge_out(&me->pool->gauge, clock_steady_us(me->worker.web->options.clock));
		me->worker.posted_us = job->posted_us;
		job->run(&me->worker, job);
		web_loop_give(job);
	}
	store_close(&me->worker.store);
	arena_free(me->worker.mem);
}

struct web_pool *web_pool_start(struct web *web, const char *name, int threads, int64_t waiting_max)
{
	struct web_pool *pool = NEW(web->mem, struct web_pool);

	CHECK(threads > 0 && threads <= THREADS_MAX);
	pool->web = web;
	pool->lock = os_lock_new(web->mem);
	pool->last = &pool->first;
	pool->waiting_max = waiting_max;
	for (int i = 0; i < threads; i++) {
		struct thread_arg *arg = NEW(web->mem, struct thread_arg);

		arg->pool = pool;
		arg->worker = (struct web_worker){ .web = web, .mem = arena_new(0) };
		arg->worker.lock = os_lock_new(arg->worker.mem);
		pool->thread[pool->thread_count++] = os_thread_start(web->mem, name, work, arg);
	}
	return pool;
}

bool web_pool_post(struct web_pool *pool, struct web_job *job)
{
	bool taken = false;

	job->next = NULL;
	job->posted_us = clock_steady_us(pool->web->options.clock);
	os_lock_take(pool->lock);
	if (!pool->stopping && pool->waiting < pool->waiting_max) {
		*pool->last = job;
		pool->last = &job->next;
		pool->waiting++;
		taken = true;
		web_gauge_in(&pool->gauge, job->posted_us);
		if (pool->idle > 0)
			os_lock_wake(pool->lock);
	}
	os_lock_give(pool->lock);
	return taken;
}

struct web_gauge *web_pool_gauge(struct web_pool *pool)
{
	return &pool->gauge;
}

void web_pool_stop(struct web_pool *pool)
{
	os_lock_take(pool->lock);
	pool->stopping = true;
	os_lock_wake_all(pool->lock);
	os_lock_give(pool->lock);
	for (int i = 0; i < pool->thread_count; i++)
		os_thread_join(pool->thread[i]);
}

enum err web_worker_store(struct web_worker *worker, struct ctx *ctx)
{
	const char *url = worker->web->options.url;

	ctx->store = NULL;
	if (url == NULL)
		return OK;
	if (clock_steady_us(worker->web->options.clock) - worker->posted_us > STORE_DEADLINE_US)
		return refuse(ctx, ERR_BUSY, "this has waited for too long");
	if (worker->store == NULL) {
		TRY(store_open(ctx, worker->mem, url, STORE_READ, &worker->store));
		store_patience(worker->store, STORE_DEADLINE_US);
	}
	ctx->store = worker->store;
	return OK;
}

void web_loop_give(struct web_job *job)
{
	struct web_loop *loop = job->loop;

	atomic_fetch_add(&loop->giving, 1);
	struct web_job *old = atomic_load_explicit(&loop->inbox, memory_order_relaxed);

	do
		job->next = old;
	while (!atomic_compare_exchange_weak_explicit(&loop->inbox, &old, job, memory_order_release,
						      memory_order_relaxed));
	/* Who found the inbox empty wakes the loop; it empties the whole of it at once. */
	if (old == NULL)
		uv_async_send(&loop->wake);
	atomic_fetch_sub(&loop->giving, 1);
}
