/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * admit: is new work taken, or refused while that is still cheap?
 *
 * More work than can be done makes everybody wait and nothing faster, so what would wait for too
 * long is refused when it comes: 503 with a Retry-After of one to three seconds by chance, so
 * that those who were sent away do not come back together. Each queue (the writer's, each
 * pool's) has a gauge: how many wait, and at what pace they leave. What comes now would wait
 *
 *   waiting × pace            pace: moving mean of the time between two that leave a queue that
 *                             is not empty, weight 1/256
 *
 * and is refused when that is more than its share of `web.queue_ms` (Little's law, applied to the
 * queue's length). Few that wait are no load whatever the pace says, because a writer
 * takes STORE_BATCH_MAX in one transaction: half a transaction costs half of the time at most,
 * but the pace of single ones is that of a whole commit. A queue from which nothing has left
 * for WEB_STUCK_MS takes no more: its engine is gone, or waits for somebody.
 *
 * The share says who goes last: changes 1, reading 1/2, streams 1/4, and twice as much where a
 * route is `urgent`. Reading and streams look at the writer's load too, since all share the
 * processors.
 *
 * A caller (who shows the same token) may have `web.caller_requests_max` requests under way; the
 * next is refused with 429. Those without a token are counted by address, and may have four times
 * as many, because a school or an office is one address. Callers
 * are counted in a table by a salted hash, without names: two of them may share a count, which at
 * WEB_CALLERS places matters only where thousands are under way.
 *
 * What is refused here is counted (web_counts) and has no line in the log: tens of thousands of
 * them a second would go to the disk that the writer waits for.
 *
 * Nothing here takes a lock. Counts of several threads may be a few off for a moment.
 */
#ifndef WEB_ADMIT_IN_H
#define WEB_ADMIT_IN_H
#include <stdatomic.h>
#include "base/base.h"

enum { WEB_CALLERS = 16384, WEB_STUCK_MS = 2000, WEB_QUEUE_FEW = 32 };

struct web_request;

struct web_gauge {
	_Atomic int64_t waiting, pace_ns, moved_us;
};

struct web_admit {
	struct web_gauge writer;
	uint64_t salt;
	_Atomic int64_t shed; /* requests refused here */
	_Atomic int callers[WEB_CALLERS];
};

void web_gauge_in(struct web_gauge *, int64_t now_us);
void web_gauge_out(struct web_gauge *, int64_t now_us);
/* How long what comes now would wait, as far as can be known; 0 while at most `few` wait. */
int64_t web_gauge_load_us(const struct web_gauge *, int64_t few);
MUST_USE bool web_gauge_is_stuck(const struct web_gauge *, int64_t now_us);

/* May it go on? False: it is refused, and answered. Called once for a request. */
MUST_USE bool web_admit(struct web_request *);
void web_admit_leave(struct web_request *); /* at its end; harmless when it was not admitted */
/* One to three seconds. */
int64_t web_admit_retry_s(const struct web_request *);

#endif
