/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The driver for PostgreSQL (libpq, pipeline mode).
 *
 * Statements are prepared once for each connection, with the type of every parameter said and
 * values in binary. BEGIN and savepoints are not sent by themselves: they wait and travel
 * with the next statement. Nor does the writer wait for a statement that tells nothing: its
 * result is read with that of the next one that does, or with COMMIT's, so that a batch costs
 * as many round trips as it asks questions. Under a savepoint everything is waited for, because
 * there a failure belongs to one task. COMMIT's tag is read: a failed transaction's COMMIT
 * "succeeds" as ROLLBACK.
 * The connection itself, lost, late or elsewhere by now, is pg_link.c's.
 *
 * A transaction that changed nothing, which PostgreSQL ends without waiting for a synchronous
 * standby, writes a mark where there is one: what it has read may be a change of an earlier
 * try that only this server has yet.
 */
#include "store/pg_in.h"

#include <libpq-fe.h>
#include <stdio.h>

enum { PARAMS_MAX = 64 };
#define MARK                                                   \
	"SELECT pg_logical_emit_message(true, 'tessera', '') " \
	"WHERE current_setting('synchronous_standby_names') <> ''"

/* PostgreSQL's numbers of the types that may come and go. */
enum {
	OID_BYTEA = 17,
	OID_INT8 = 20,
	OID_INT2 = 21,
	OID_INT4 = 23,
	OID_TEXT = 25,
	OID_FLOAT8 = 701,
	OID_BYTEA_LIST = 1001,
	OID_TEXT_LIST = 1009,
	OID_INT8_LIST = 1016,
	OID_FLOAT8_LIST = 1022,
	OID_BPCHAR = 1042,
	OID_VARCHAR = 1043,
};

/* A text that is prepared; a statement for many rows has two. */
struct pg_text {
	char name[16];
	int64_t session; /* the connection on which it is prepared */
};

struct pg_stmt {
	struct pg_text plain, each;
};

/* --- failures --- */

static bool is_retryable(const char *state)
{
	static const char *const again[] = { "40001", "40P01", "55P03", "57P01",
					     "57P02", "57P03", "25006", "53300" };

	for (size_t i = 0; i < sizeof(again) / sizeof(*again); i++)
		if (strcmp(state, again[i]) == 0)
			return true;
	return strncmp(state, "08", 2) == 0 || strcmp(state, "XX000") == 0;
}

static enum err pg_failed(struct ctx *c, struct store *s, const char *what, const PGresult *result)
{
	struct pg *p = s->engine;
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	/* Without the detail, which may quote what people wrote. */
	const char *said = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

	if (PQstatus(p->conn) == CONNECTION_BAD || state == NULL)
		return pg_lost(c, s, what);
	/* It stands by for another now, or shuts down: the next try asks for the one to write. */
	if (strcmp(state, "25006") == 0 || strncmp(state, "57P", 3) == 0)
		p->stale = true;
	if (is_retryable(state))
		return store_failed(c, s, STORE_AGAIN, what, said, "the data is in use");
	if (strncmp(state, "53", 2) == 0)
		return store_failed(c, s, STORE_BROKEN, what, said,
				    strcmp(state, "53100") == 0 ?
					    "the disk is full" :
					    "the database has too little of something");
	if (strncmp(state, "22", 2) == 0 || strncmp(state, "23", 2) == 0)
		return store_failed(c, s, STORE_REFUSED, what, said,
				    "the data does not allow this");
	return store_failed(c, s, STORE_REFUSED, what, said,
			    "the data is not as this program knows it");
}

/* --- sending and receiving --- */

struct pg_call {
	const char *what;
	PGresult *result; /* of the last command; cleared by pg_call_done */
};

static void pg_call_done(struct pg_call *call)
{
	PQclear(call->result);
	call->result = NULL;
}

static bool pg_send_text(struct pg *p, const char *sql)
{
	return PQsendQueryParams(p->conn, sql, 0, NULL, NULL, NULL, NULL, 1) == 1;
}

static bool pg_send_waiting(struct pg *p, int *sent)
{
	for (int i = 0; i < p->waiting_count; i++)
		if (!pg_send_text(p, p->waiting[i]))
			return false;
	*sent += p->waiting_count;
	p->waiting_count = 0;
	return true;
}

static int64_t pg_changed(struct pg *p, PGresult *result);

/* A result came that is not the last one. Of those that are owed it is seen what they changed. */
static enum err pg_take(struct ctx *c, struct store *s, int done, struct pg_call *call,
			PGresult *result, enum err err)
{
	struct pg *p = s->engine;
	ExecStatusType status = PQresultStatus(result);
	bool owed = done < p->owed_count;

	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) {
		if (owed)
			(void)pg_changed(p, result);
		PQclear(call->result);
		call->result = result;
		return err;
	}
	if (err == OK && status != PGRES_PIPELINE_ABORTED) {
		s->owed = s->owed || owed;
		err = pg_failed(c, s, owed ? p->owed[done] : call->what, result);
	}
	PQclear(result);
	return err;
}

/*
 * Read the results of what is owed, of the `sent` commands and the mark behind them. The last
 * good result is kept in `call`; the first failure becomes the refusal. Everything is read in any
 * case.
 */
static enum err pg_receive(struct ctx *c, struct store *s, int sent, struct pg_call *call)
{
	struct pg *p = s->engine;
	const int all = p->owed_count + sent;
	enum err err = OK;

	if (PQpipelineSync(p->conn) != 1)
		return pg_lost(c, s, call->what);
	for (int done = 0; done <= all;) {
		if (!pg_await(s))
			return pg_late(c, s, call->what);
		PGresult *result = PQgetResult(p->conn);

		if (result == NULL) { /* the end of one command's results */
			if (PQstatus(p->conn) == CONNECTION_BAD)
				return err != OK ? err : pg_lost(c, s, call->what);
			done++;
		} else if (PQresultStatus(result) == PGRES_PIPELINE_SYNC) {
			PQclear(result);
			p->owed_count = 0;
			return err;
		} else {
			err = pg_take(c, s, done, call, result, err);
		}
	}
	return err != OK ? err : pg_lost(c, s, call->what);
}

/* --- statements --- */

static Oid oid_of(char type)
{
	return type == STORE_INT  ? OID_INT8 :
	       type == STORE_TEXT ? OID_TEXT :
	       type == STORE_REAL ? OID_FLOAT8 :
				    OID_BYTEA;
}

static Oid oid_of_list(char type)
{
	return type == STORE_INT  ? OID_INT8_LIST :
	       type == STORE_TEXT ? OID_TEXT_LIST :
	       type == STORE_REAL ? OID_FLOAT8_LIST :
				    OID_BYTEA_LIST;
}

static bool oid_fits(char type, Oid oid)
{
	switch (type) {
	case STORE_INT:
		return oid == OID_INT8 || oid == OID_INT4 || oid == OID_INT2;
	case STORE_TEXT:
		return oid == OID_TEXT || oid == OID_VARCHAR || oid == OID_BPCHAR;
	case STORE_REAL:
		return oid == OID_FLOAT8;
	default:
		return oid == OID_BYTEA;
	}
}

static struct pg_stmt *pg_stmt_at(struct store *s, const struct store_stmt *stmt)
{
	struct pg *p = s->engine;
	struct store_cache_row *row = store_cache_at(&p->cache, stmt);

	if (row->made == NULL) {
		struct pg_stmt *fresh = NEW(s->mem, struct pg_stmt);

		snprintf(fresh->plain.name, sizeof(fresh->plain.name), "s%zu", p->cache.count);
		snprintf(fresh->each.name, sizeof(fresh->each.name), "e%zu", p->cache.count);
		row->made = fresh;
	}
	return row->made;
}

/* Prepare on this connection; a round trip of its own, once. */
static enum err pg_prepare_text(struct ctx *c, struct store *s, const struct store_stmt *stmt,
				struct pg_text *text, bool each)
{
	struct pg *p = s->engine;
	DEFER(pg_call_done) struct pg_call call = { .what = stmt->name };
	Oid oid[PARAMS_MAX];
	int params = (int)strlen(stmt->params), sent = 1;

	if (text->session == p->session)
		return OK;
	CHECK(params <= PARAMS_MAX);
	for (int i = 0; i < params; i++)
		oid[i] = each && i >= stmt->shared ? oid_of_list(stmt->params[i]) :
						     oid_of(stmt->params[i]);
	struct arena_mark mark = arena_mark(c->mem);
	const char *sql = store_text(c->mem, each ? stmt->each : stmt->sql, false, false);
	bool good = pg_send_waiting(p, &sent) &&
		    PQsendPrepare(p->conn, text->name, sql, params, oid) == 1;
	arena_reset(c->mem, mark);
	if (!good)
		return pg_lost(c, s, stmt->name);
	TRY(pg_receive(c, s, sent, &call));
	text->session = p->session;
	return OK;
}

static enum err pg_prepare_at(struct ctx *c, struct store *s, const struct store_stmt *stmt)
{
	return pg_prepare_text(c, s, stmt, &pg_stmt_at(s, stmt)->plain, false);
}

static enum err pg_prepare_each(struct ctx *c, struct store *s, const struct store_stmt *stmt)
{
	return pg_prepare_text(c, s, stmt, &pg_stmt_at(s, stmt)->each, true);
}

static enum err pg_prepare(struct ctx *c, struct store *s, const struct store_stmt *stmt)
{
	struct pg *p = s->engine;
	DEFER(pg_call_done) struct pg_call call = { .what = stmt->name };
	size_t columns = strlen(stmt->columns);

	TRY(pg_connected(c, s));
	TRY(pg_prepare_at(c, s, stmt));
	if (stmt->each != NULL)
		TRY(pg_prepare_each(c, s, stmt));
	if (PQsendDescribePrepared(p->conn, pg_stmt_at(s, stmt)->plain.name) != 1)
		return pg_lost(c, s, stmt->name);
	TRY(pg_receive(c, s, 1, &call));
	bool fits = (size_t)PQnfields(call.result) == columns;
	for (int i = 0; fits && i < (int)columns; i++)
		fits = oid_fits(stmt->columns[i], PQftype(call.result, i));
	if (!fits)
		return store_failed(c, s, STORE_REFUSED, stmt->name,
				    "the columns are not of the types that its header says",
				    "the data is not as this program knows it");
	return OK;
}

static uint64_t big_endian(const char *at, int len)
{
	uint64_t v = 0;

	for (int i = 0; i < len; i++)
		v = v << 8 | (unsigned char)at[i];
	return v;
}

static void to_big_endian(uint64_t v, char out[8])
{
	for (int i = 7; i >= 0; i--, v >>= 8)
		out[i] = (char)(v & 0xFF);
}

/* The values of one call, as libpq wants them; numbers lie in `number`. */
struct pg_values {
	const char *at[PARAMS_MAX];
	int len[PARAMS_MAX], form[PARAMS_MAX], count;
	char number[PARAMS_MAX][8];
};

/* What a value is made of: its bytes, or eight of them written to `number`. */
static struct str pg_bytes(char type, const struct store_value *v, char number[8])
{
	uint64_t bits = (uint64_t)v->i;

	if (type == STORE_TEXT || type == STORE_BLOB) {
		CHECK(v->s.len <= INT32_MAX);
		return (struct str){ v->s.at != NULL ? v->s.at : "", v->s.len };
	}
	if (type == STORE_REAL)
		memcpy(&bits, &v->r, sizeof(bits));
	to_big_endian(bits, number);
	return (struct str){ number, 8 };
}

static void pg_add(struct pg_values *to, char type, const struct store_value *v)
{
	int n = to->count++;
	struct str bytes = pg_bytes(type, v, to->number[n]);

	to->form[n] = 1;
	to->at[n] = v->null ? NULL : bytes.at;
	to->len[n] = v->null ? 0 : (int)bytes.len;
}

static void put_int4(char **at, int64_t v)
{
	char bytes[8];

	to_big_endian((uint64_t)v, bytes);
	memcpy(*at, bytes + 4, 4);
	*at += 4;
}

/*
 * An array in PostgreSQL's binary form: dimensions, has NULLs, type of the elements, length,
 * lower bound; then each element behind its length, -1 for NULL.
 */
static void pg_add_list(struct arena *mem, struct pg_values *to, char type,
			const struct store_value *each, size_t step, size_t count)
{
	size_t size = 20;

	for (size_t i = 0; i < count; i++) {
		const struct store_value *v = &each[i * step];

		size += 4 + (type == STORE_TEXT || type == STORE_BLOB ? v->s.len : 8);
	}
	CHECK(size <= INT32_MAX);
	char *list = arena_take(mem, size), *at = list;

	put_int4(&at, 1);
	put_int4(&at, 1);
	put_int4(&at, oid_of(type));
	put_int4(&at, (int64_t)count);
	put_int4(&at, 1);
	for (size_t i = 0; i < count; i++) {
		const struct store_value *v = &each[i * step];
		char number[8];
		struct str bytes = pg_bytes(type, v, number);

		put_int4(&at, v->null ? -1 : (int64_t)bytes.len);
		if (!v->null && bytes.len > 0)
			memcpy(at, bytes.at, bytes.len);
		at += v->null ? 0 : bytes.len;
	}
	to->form[to->count] = 1;
	to->at[to->count] = list;
	to->len[to->count++] = (int)(at - list);
}

static bool pg_send(struct pg *p, const struct pg_text *text, const struct pg_values *v)
{
	return PQsendQueryPrepared(p->conn, text->name, v->count, v->at, v->len, v->form, 1) == 1;
}

static struct store_value pg_column(struct ctx *c, const PGresult *result, int row, int i,
				    char type)
{
	struct store_value v = { 0 };
	const char *at = PQgetvalue(result, row, i);
	int len = PQgetlength(result, row, i);

	if (PQgetisnull(result, row, i) == 1) {
		v.null = true;
	} else if (type == STORE_INT) {
		uint64_t bits = big_endian(at, len);

		v.i = len == 8 ? (int64_t)bits :
		      len == 4 ? (int32_t)(uint32_t)bits :
				 (int16_t)(uint16_t)bits;
	} else if (type == STORE_REAL) {
		uint64_t bits = big_endian(at, 8);

		memcpy(&v.r, &bits, sizeof(v.r));
	} else {
		v.s = str_copy(c->mem, (struct str){ at, (size_t)len });
	}
	return v;
}

static enum err pg_rows(struct ctx *c, const struct store_stmt *stmt, const PGresult *result,
			struct store_rows *rows)
{
	size_t size = 0;

	CHECK((size_t)PQnfields(result) == rows->columns);
	for (size_t i = 0; i < rows->columns; i++)
		CHECK(oid_fits(stmt->columns[i], PQftype(result, (int)i)));
	for (int row = 0; rows->columns > 0 && row < PQntuples(result); row++) {
		if (!store_row_room(c, rows, &size))
			return refuse(c, ERR_LIMIT, "this is too much at once");
		for (size_t i = 0; i < rows->columns; i++)
			rows->value[rows->count * rows->columns + i] =
				pg_column(c, result, row, (int)i, stmt->columns[i]);
		rows->count++;
	}
	return OK;
}

/* Rows that the command changed. */
static int64_t pg_changed(struct pg *p, PGresult *result)
{
	struct str count = str_of(PQcmdTuples(result));
	int64_t changed = 0;

	if (str_starts(str_of(PQcmdStatus(result)), S("SELECT")) || count.len == 0 ||
	    !num_i64(count, 0, INT64_MAX, &changed))
		return 0;
	p->wrote = p->wrote || changed > 0;
	return changed;
}

/* Is the result of `sent` commands, of a statement that tells nothing, left for later? */
static bool pg_owe(struct store *s, const struct store_stmt *stmt, int sent)
{
	struct pg *p = s->engine;

	if (!s->gathers || !s->in_txn || stmt->shape != STORE_NONE || p->saved > 0 ||
	    p->owed_count + sent > OWED_MAX)
		return false;
	for (int i = 0; i < sent; i++)
		p->owed[p->owed_count++] = stmt->name;
	return true;
}

static enum err pg_run(struct ctx *c, struct store *s, const struct store_stmt *stmt,
		       const struct store_value *args, int64_t *changed, struct store_rows *rows)
{
	struct pg *p = s->engine;
	DEFER(pg_call_done) struct pg_call call = { .what = stmt->name };
	struct pg_values values = { .count = 0 };
	int sent = 1;

	if (!s->in_txn)
		TRY(pg_connected(c, s));
	if (p->late_us != 0)
		return pg_late(c, s, stmt->name);
	TRY(pg_prepare_at(c, s, stmt));
	for (int i = 0; stmt->params[i] != 0; i++)
		pg_add(&values, stmt->params[i], &args[i]);
	if (!pg_send_waiting(p, &sent) || !pg_send(p, &pg_stmt_at(s, stmt)->plain, &values))
		return pg_lost(c, s, stmt->name);
	*changed = 1; /* for all that is known */
	if (pg_owe(s, stmt, sent))
		return OK;
	TRY(pg_receive(c, s, sent, &call));
	TRY(pg_rows(c, stmt, call.result, rows));
	*changed = pg_changed(p, call.result);
	return OK;
}

/* --- one statement for many rows --- */

/* Is the returned row `r` that of `own`, by the values that the INSERT returns? */
static bool is_row_of(const struct store_stmt *stmt, const PGresult *result, int r,
		      const struct store_value *own)
{
	for (int i = 0; stmt->match[i] != 0; i++) {
		int n = stmt->match[i] - 1;
		const struct store_value *v = &own[n - stmt->shared];
		char number[8];
		struct str want = pg_bytes(stmt->params[n], v, number);
		struct str is = { PQgetvalue(result, r, i), (size_t)PQgetlength(result, r, i) };
		bool null = PQgetisnull(result, r, i) == 1;

		if (null != v->null || (!null && !str_eq(want, is)))
			return false;
	}
	return true;
}

/* Which rows an INSERT took. It returns them in their order, but for a few that were left out. */
static void pg_told_rows(const struct store_stmt *stmt, const PGresult *result,
			 const struct store_value *each, size_t count, bool *hit)
{
	size_t own = strlen(stmt->params) - (size_t)stmt->shared, next = 0;

	CHECK(count > 0);
	for (int r = 0; r < PQntuples(result); r++) {
		size_t tries = 0;

		for (; tries < count; tries++, next = (next + 1) % count)
			if (!hit[next] && is_row_of(stmt, result, r, each + next * own))
				break;
		CHECK(tries < count);
		hit[next] = true;
		next = (next + 1) % count;
	}
}

/* The rows of a SELECT or a change: their number first, then what was asked for. */
static void pg_numbered_rows(struct ctx *c, const struct store_stmt *stmt, const PGresult *result,
			     size_t count, bool *hit, struct store_value *found)
{
	size_t columns = strlen(stmt->columns);

	CHECK((size_t)PQnfields(result) == columns + 1);
	for (int r = 0; r < PQntuples(result); r++) {
		size_t n = big_endian(PQgetvalue(result, r, 0), PQgetlength(result, r, 0)) - 1;

		CHECK(n < count && !hit[n]);
		hit[n] = true;
		for (size_t i = 0; i < columns; i++)
			found[n * columns + i] =
				pg_column(c, result, r, (int)i + 1, stmt->columns[i]);
	}
}

/* A single row goes by the plain text: nothing is gained by an array of one. */
static enum err pg_run_single(struct ctx *c, struct store *s, const struct store_stmt *stmt,
			      const struct store_value *shared, const struct store_value *each,
			      bool *hit, struct store_value *found)
{
	size_t params = strlen(stmt->params), columns = strlen(stmt->columns);
	struct store_value args[PARAMS_MAX];
	struct store_rows rows = { .columns = columns };
	int64_t changed = 0;

	for (size_t i = 0; i < params; i++)
		args[i] = i < (size_t)stmt->shared ? shared[i] : each[i - (size_t)stmt->shared];
	TRY(pg_run(c, s, stmt, args, &changed, &rows));
	*hit = columns > 0 ? rows.count > 0 : changed > 0;
	if (columns > 0 && *hit)
		memcpy(found, rows.value, columns * sizeof(*found));
	return OK;
}

static enum err pg_run_each(struct ctx *c, struct store *s, const struct store_stmt *stmt,
			    const struct store_value *shared, const struct store_value *each,
			    size_t count, bool *hit, struct store_value *found)
{
	struct pg *p = s->engine;
	DEFER(pg_call_done) struct pg_call call = { .what = stmt->name };
	struct pg_values values = { .count = 0 };
	int params = (int)strlen(stmt->params), own = params - stmt->shared, sent = 1;

	if (count == 1)
		return pg_run_single(c, s, stmt, shared, each, hit, found);
	if (!s->in_txn)
		TRY(pg_connected(c, s));
	if (p->late_us != 0)
		return pg_late(c, s, stmt->name);
	TRY(pg_prepare_each(c, s, stmt));
	for (int i = 0; i < stmt->shared; i++)
		pg_add(&values, stmt->params[i], &shared[i]);
	for (int i = 0; i < own; i++)
		pg_add_list(c->mem, &values, stmt->params[stmt->shared + i], each + i, (size_t)own,
			    count);
	if (!pg_send_waiting(p, &sent) || !pg_send(p, &pg_stmt_at(s, stmt)->each, &values))
		return pg_lost(c, s, stmt->name);
	if (pg_owe(s, stmt, sent))
		return OK;
	TRY(pg_receive(c, s, sent, &call));
	(void)pg_changed(p, call.result);
	if (stmt->match[0] != 0)
		pg_told_rows(stmt, call.result, each, count, hit);
	else if (stmt->shape != STORE_NONE)
		pg_numbered_rows(c, stmt, call.result, count, hit, found);
	return OK;
}

/* --- transactions --- */

static enum err pg_flush(struct ctx *c, struct store *s, const char *what, struct pg_call *call)
{
	struct pg *p = s->engine;
	int sent = 0;

	call->what = what;
	if (p->late_us != 0)
		return pg_late(c, s, what);
	if (!pg_send_waiting(p, &sent))
		return pg_lost(c, s, what);
	return pg_receive(c, s, sent, call);
}

static enum err pg_wait(struct ctx *c, struct store *s, const char *text, int depth)
{
	struct pg *p = s->engine;

	if (p->waiting_count == WAITING_MAX) {
		DEFER(pg_call_done) struct pg_call call = { 0 };

		TRY(pg_flush(c, s, "savepoint", &call));
	}
	char *at = p->waiting[p->waiting_count++];
	if (depth < 0)
		snprintf(at, sizeof(p->waiting[0]), "%s", text);
	else
		snprintf(at, sizeof(p->waiting[0]), "%s s%d", text, depth);
	return OK;
}

static enum err pg_commit(struct ctx *c, struct store *s)
{
	struct pg *p = s->engine;
	DEFER(pg_call_done) struct pg_call call = { 0 };

	p->unsure = false;
	if (!p->wrote && p->owed_count > 0)
		TRY(pg_flush(c, s, "commit", &call));
	if (!p->wrote && s->mode == STORE_WRITE)
		TRY(pg_wait(c, s, MARK, -1));
	TRY(pg_wait(c, s, "COMMIT", -1));
	TRY(pg_flush(c, s, "commit", &call));
	if (strcmp(PQcmdStatus(call.result), "COMMIT") != 0)
		return store_failed(c, s, STORE_BROKEN, "commit", PQcmdStatus(call.result),
				    "the data does not allow this");
	if (p->unsure)
		return store_failed(c, s, STORE_AGAIN, "commit", "may not have been replicated",
				    "the database cannot be reached");
	return OK;
}

/* What was not sent need not be taken back; what was sent is. A lost connection has done it. */
static enum err pg_rollback(struct ctx *c, struct store *s)
{
	struct pg *p = s->engine;
	struct ctx quiet = *c;
	DEFER(pg_call_done) struct pg_call call = { 0 };

	p->waiting_count = 0;
	if (p->owed_count > 0)
		(void)!pg_flush(&quiet, s, "rollback", &call);
	p->saved = 0;
	if (p->late_us != 0 || PQstatus(p->conn) != CONNECTION_OK ||
	    PQtransactionStatus(p->conn) == PQTRANS_IDLE)
		return OK;
	snprintf(p->waiting[p->waiting_count++], sizeof(p->waiting[0]), "ROLLBACK");
	return pg_flush(&quiet, s, "rollback", &call);
}

static enum err pg_control(struct ctx *c, struct store *s, enum store_control what, int depth)
{
	struct pg *p = s->engine;

	switch (what) {
	case STORE_BEGIN:
		TRY(pg_connected(c, s));
		p->wrote = false;
		p->saved = 0;
		return pg_wait(c, s, "BEGIN", -1);
	case STORE_COMMIT:
		return pg_commit(c, s);
	case STORE_ROLLBACK:
		return pg_rollback(c, s);
	case STORE_SAVE:
		p->saved++;
		return pg_wait(c, s, "SAVEPOINT", depth);
	case STORE_RELEASE:
		p->saved--;
		return pg_wait(c, s, "RELEASE", depth);
	default:
		return pg_wait(c, s, "ROLLBACK TO", depth);
	}
}

/* Several statements in one text need the simple protocol, which the pipeline does not speak. */
static enum err pg_script(struct ctx *c, struct store *s, const char *sql)
{
	struct pg *p = s->engine;
	DEFER(pg_call_done) struct pg_call call = { 0 };

	TRY(pg_flush(c, s, "script", &call));
	if (PQexitPipelineMode(p->conn) != 1)
		return pg_lost(c, s, "script");
	p->wrote = true;
	PGresult *result = PQexec(p->conn, sql);
	enum err err = OK;
	if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK)
		err = pg_failed(c, s, "script", result);
	PQclear(result);
	if (PQstatus(p->conn) == CONNECTION_OK)
		CHECK(PQenterPipelineMode(p->conn) == 1);
	return err;
}

enum err pg_by_keys(struct ctx *c, struct store *s)
{
	return pg_script(c, s, PG_BY_KEYS);
}

/* --- open and close --- */

static void pg_close(struct store *s)
{
	struct pg *p = s->engine;

	PQfinish(p->conn);
	p->conn = NULL;
}

static const struct store_driver pg_driver = {
	"postgresql", pg_run, pg_run_each, pg_control, pg_script, pg_prepare, pg_close, NULL,
};

enum err pg_open(struct ctx *c, struct store *s, const char *url)
{
	struct pg *p = NEW(s->mem, struct pg);

	s->driver = &pg_driver;
	s->engine = p;
	p->cache = store_cache_make(s->mem);
	p->clock = clock_real(s->mem);
	p->url = str_c(s->mem, str_of(url));
	p->conn = pg_connect(url);
	enum err err = pg_settle(c, s);
	if (err != OK)
		PQfinish(p->conn);
	return err;
}
