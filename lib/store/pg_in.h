/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the two files of the driver for PostgreSQL share: the connection, and waiting on it. */
#ifndef STORE_PG_IN_H
#define STORE_PG_IN_H
#include <libpq-fe.h>
#include "store/store_in.h"

/* Everything that the server's writers run goes by keys. The planner of a new database, which has
 * no statistics yet, thinks otherwise, and keeps to it; one plan will do for all values, then. */
#define PG_BY_KEYS                                                                          \
	"SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; " \
	"SET plan_cache_mode = force_generic_plan"

enum { WAITING_MAX = 16, OWED_MAX = 32 };

struct pg {
	PGconn *conn;
	struct store_cache cache;
	char waiting[WAITING_MAX][128]; /* controls that travel with the next statement */
	int waiting_count;
	const char *owed[OWED_MAX]; /* what was sent and not waited for: its statements */
	int owed_count;
	int saved; /* savepoints that are open */
	int64_t session;
	struct clock *clock;
	bool unsure;	 /* a warning came that the commit may not have been replicated */
	bool wrote;	 /* this transaction changed a row */
	bool stale;	 /* this server is the wrong one by now */
	int64_t late_us; /* since when an answer is awaited no more; 0: none */
	int64_t looked_us;
	const char *url;
};

/* Nothing waits and nothing is owed. */
static inline void pg_forget(struct pg *p)
{
	p->waiting_count = p->owed_count = p->saved = 0;
}
/* Refuse with ERR_STORE: the connection is gone, or owes an answer for too long. */
MUST_USE enum err pg_lost(struct ctx *, struct store *, const char *what);
MUST_USE enum err pg_late(struct ctx *, struct store *, const char *what);

/* Send what is to be sent and wait for a result. True: there is one, or the connection is bad.
 * False: the store's patience is at its end, and the connection is late. */
MUST_USE bool pg_await(const struct store *);

/* A new connection, good or bad. */
PGconn *pg_connect(const char *url);
/* What a fresh connection is told. */
MUST_USE enum err pg_settle(struct ctx *, struct store *);
/* Outside a transaction: the connection is good, or is made anew. */
MUST_USE enum err pg_connected(struct ctx *, struct store *);

#endif
