/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A length and a pace rather than the age of the oldest: when that is too old, many more have
 * come behind it (three times as many at three times the load), and all of them wait for longer.
 */
#include "web/web_in.h"

enum { PACE_WEIGHT = 256, NS_OF_US = 1000, MANY_AT_ADDRESS = 4 };

void web_gauge_in(struct web_gauge *g, int64_t now_us)
{
	if (atomic_fetch_add(&g->waiting, 1) == 0)
		atomic_store(&g->moved_us, now_us);
}

void web_gauge_out(struct web_gauge *g, int64_t now_us)
{
	int64_t took = now_us - atomic_exchange(&g->moved_us, now_us);
	int64_t pace = atomic_load_explicit(&g->pace_ns, memory_order_relaxed);

	atomic_fetch_sub(&g->waiting, 1);
	pace += (took * NS_OF_US - pace) / PACE_WEIGHT;
	atomic_store_explicit(&g->pace_ns, pace, memory_order_relaxed);
}

int64_t web_gauge_load_us(const struct web_gauge *g, int64_t few)
{
	int64_t waiting = atomic_load_explicit(&g->waiting, memory_order_relaxed);

	if (waiting <= few)
		return 0;
	return waiting * atomic_load_explicit(&g->pace_ns, memory_order_relaxed) / NS_OF_US;
}

bool web_gauge_is_stuck(const struct web_gauge *g, int64_t now_us)
{
	return atomic_load_explicit(&g->waiting, memory_order_relaxed) > 0 &&
	       now_us - atomic_load_explicit(&g->moved_us, memory_order_relaxed) >
		       WEB_STUCK_MS * 1000;
}

/* --- who may wait for how long --- */

static bool writer_is_over(const struct web_request *req, int64_t target_us)
{
	return web_gauge_load_us(&req->web->admit.writer, STORE_BATCH_MAX) > target_us;
}

static bool pool_is_over(struct web_pool *pool, int64_t target_us)
{
	return web_gauge_load_us(web_pool_gauge(pool), WEB_QUEUE_FEW) > target_us;
}

static const char *why_busy(const struct web_request *req)
{
	const struct web_route *route = req->route;
	struct web *web = req->web;
	int64_t target_us = (route->urgent ? 2 : 1) * web->limits.queue_us;
	int64_t now_us = clock_steady_us(web->options.clock);
	bool is_over = route->before != NULL && pool_is_over(web->slow, target_us);
	bool is_stuck = false;

	switch (route->runs) {
	case WEB_WRITE:
	case WEB_BATCH:
		is_over = is_over || writer_is_over(req, target_us);
		is_stuck = web_gauge_is_stuck(&web->admit.writer, now_us);
		break;
	case WEB_READ:
	case WEB_EVENTS:
		is_over = is_over || writer_is_over(req, target_us / 2) ||
			  pool_is_over(web->readers, target_us / 2);
		is_stuck = web_gauge_is_stuck(web_pool_gauge(web->readers), now_us);
		break;
	case WEB_STREAM:
		is_over = is_over || writer_is_over(req, target_us / 4) ||
			  pool_is_over(web->readers, target_us / 4);
		break;
	}
	return is_stuck ? "the data cannot be reached" :
	       is_over	? "there is more to do than can be done" :
			  NULL;
}

/* --- callers --- */

static _Atomic int *caller_of(struct web_request *req)
{
	struct str name = req->shown.token.len > 0 ? req->shown.token : req->ctx.actor.address;
	uint64_t hash = (str_hash(name) ^ req->web->admit.salt) * UINT64_C(0x9E3779B97F4A7C15);

	return &req->web->admit.callers[(hash >> 32) % WEB_CALLERS];
}

/* False: he has too many under way already. An event stream lasts, and has a limit of its own. */
static bool caller_may(struct web_request *req)
{
	int64_t most = req->web->limits.caller_requests;

	if (req->route->runs == WEB_EVENTS)
		return true;
	req->caller = caller_of(req);
	return atomic_fetch_add(req->caller, 1) <
	       (req->shown.token.len > 0 ? most : MANY_AT_ADDRESS * most);
}

void web_admit_leave(struct web_request *req)
{
	if (req->caller != NULL)
		atomic_fetch_sub(req->caller, 1);
	req->caller = NULL;
}

int64_t web_admit_retry_s(const struct web_request *req)
{
	return 1 + (int64_t)(dice_u64(req->web->options.dice) % 3);
}

bool web_admit(struct web_request *req)
{
	const char *busy;

	if (req->is_admitted)
		return true;
	req->is_admitted = true;
	if (!caller_may(req)) {
		req->err = refuse(&req->ctx, ERR_LIMIT, "too many requests of yours are under way");
		req->ctx.refusal.retry_after_s = web_admit_retry_s(req);
	} else {
		busy = why_busy(req);
		if (busy == NULL)
			return true;
		req->err = refuse(&req->ctx, ERR_BUSY, "%s", busy);
	}
	req->is_shed = true;
	atomic_fetch_add_explicit(&req->web->admit.shed, 1, memory_order_relaxed);
	web_request_answer(req);
	return false;
}
