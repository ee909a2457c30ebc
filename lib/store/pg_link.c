/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The connection to PostgreSQL: made, waited for, lost, late, made anew. A lost one is made anew at
 * the next begin, by the rules of the URL (several hosts, target_session_attrs).
 *
 * With a synchronous standby COMMIT waits for it, perhaps for ever, and so does who wants a row
 * that waits there. So no wait is longer than the connection's patience. What was asked is not
 * cancelled then, which would show a change that the standby does not have; the connection is
 * *late* and left alone until the server speaks again, the network says that it is gone, the
 * URL leads to another server by now, or LATE_MAX_US have passed. Until then it makes no other
 * beside itself, since each would come to wait as well, until the server takes no more.
 */
#include "store/pg_in.h"

#include <libpq-fe.h>
#include <poll.h>

#define LATE_MAX_US (5 * USEC_MINUTE)
#define LATE_LOOK_US (2 * USEC_SECOND) /* how often the URL is tried meanwhile */

enum err pg_lost(struct ctx *c, struct store *s, const char *what)
{
	struct pg *p = s->engine;

	pg_forget(p);
	return store_failed(c, s, STORE_AGAIN, what, PQerrorMessage(p->conn),
			    "the database cannot be reached");
}

enum err pg_late(struct ctx *c, struct store *s, const char *what)
{
	struct pg *p = s->engine;

	pg_forget(p);
	return store_failed(c, s, STORE_AGAIN, what, "no answer yet",
			    "the database cannot be reached");
}

/* --- waiting --- */

bool pg_await(const struct store *s)
{
	struct pg *p = s->engine;
	int left = PQflush(p->conn);
	int wait_ms = s->patience_us == 0 ? -1 : (int)(s->patience_us / 1000);

	while (left >= 0 && (left > 0 || PQisBusy(p->conn) == 1)) {
		struct pollfd at = { .fd = PQsocket(p->conn),
				     .events = (short)(left > 0 ? POLLIN | POLLOUT : POLLIN) };
		int ready = poll(&at, 1, wait_ms);

		if (ready == 0) {
			p->late_us = clock_steady_us(p->clock);
			p->looked_us = p->late_us;
			return false;
		}
		if (ready > 0 && (at.revents & ~POLLOUT) != 0 && PQconsumeInput(p->conn) != 1)
			return true;
		left = PQflush(p->conn);
	}
	return true;
}

/* --- connecting --- */

static void pg_notice(void *arg, const PGresult *result)
{
	struct pg *p = arg;
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	if (state != NULL && strcmp(state, "01000") == 0)
		p->unsure = true;
}

enum err pg_settle(struct ctx *c, struct store *s)
{
	struct pg *p = s->engine;
	static const char read[] = "SET default_transaction_read_only = on;"
				   "SET default_transaction_isolation = 'repeatable read';"
				   "SET enable_bitmapscan = off";
	static const char write[] = "SET default_transaction_read_only = off;"
				    "SET default_transaction_isolation = 'read committed';"
				    "SET enable_bitmapscan = off";
	static const char keys[] = PG_BY_KEYS;

	if (PQstatus(p->conn) != CONNECTION_OK)
		return pg_lost(c, s, "connect");
	PQsetNoticeReceiver(p->conn, pg_notice, p);
	PGresult *result = PQexec(p->conn, s->mode == STORE_READ ? read : write);
	bool good = PQresultStatus(result) == PGRES_COMMAND_OK;
	PQclear(result);
	if (good && s->by_keys) {
		result = PQexec(p->conn, keys);
		good = PQresultStatus(result) == PGRES_COMMAND_OK;
		PQclear(result);
	}
	if (!good || PQenterPipelineMode(p->conn) != 1 || PQsetnonblocking(p->conn, 1) != 0)
		return pg_lost(c, s, "connect");
	p->session++;
	pg_forget(p);
	p->stale = false;
	p->late_us = 0;
	return OK;
}

PGconn *pg_connect(const char *url)
{
	/* What the URL says of these wins, because it comes behind them. */
	static const char *const word[] = {
		"connect_timeout",     "tcp_user_timeout", "keepalives_idle",
		"keepalives_interval", "keepalives_count", "fallback_application_name",
		"client_encoding",     "dbname",	   NULL
	};
	const char *value[] = { "3", "10000", "5", "2", "3", "tessera", "UTF8", url, NULL };
	PGconn *conn = PQconnectdbParams(word, value, 1);

	CHECK(conn != NULL);
	return conn;
}

static bool pg_is_same(const PGconn *one, const PGconn *two)
{
	return strcmp(PQhost(one), PQhost(two)) == 0 && strcmp(PQport(one), PQport(two)) == 0;
}

/* The URL leads elsewhere by now: `p` is connected there. */
static bool pg_moved(struct pg *p)
{
	int64_t now_us = clock_steady_us(p->clock);

	if (now_us - p->looked_us < LATE_LOOK_US)
		return false;
	PGconn *other = pg_connect(p->url);
	p->looked_us = clock_steady_us(p->clock);
	if (PQstatus(other) != CONNECTION_OK || pg_is_same(p->conn, other)) {
		PQfinish(other);
		return false;
	}
	PQfinish(p->conn);
	p->conn = other;
	return true;
}

enum err pg_connected(struct ctx *c, struct store *s)
{
	struct pg *p = s->engine;

	if (p->late_us != 0) {
		bool owes = PQconsumeInput(p->conn) == 1 && PQisBusy(p->conn) == 1;

		if (owes && pg_moved(p))
			return pg_settle(c, s);
		if (owes && clock_steady_us(p->clock) - p->late_us < LATE_MAX_US)
			return pg_late(c, s, "connect");
	} else if (!p->stale && PQstatus(p->conn) == CONNECTION_OK &&
		   PQpipelineStatus(p->conn) == PQ_PIPELINE_ON) {
		return OK;
	}
	PQreset(p->conn);
	return pg_settle(c, s);
}
