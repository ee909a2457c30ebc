/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The driver for SQLite.
 *
 * Write-ahead log with synchronous=FULL: NORMAL is six times faster without group commit and loses
 * acknowledged work when the power goes. Parameters are bound by name, because SQLite
 * numbers `$n` by first appearance. The log is moved into the file by a thread of its
 * own (passive, so nobody waits); only when the log has grown far does the writer restart
 * it between two batches. Other connections keep SQLite's own habit.
 */
#include "store/store_in.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>

enum {
	PAGE_BYTES = 2048, /* a small commit writes less than with 4096; 1024 gains nothing more */
	PARAMS_MAX = 64,
	LOOKASIDE_BYTES = 1200, /* small pieces of a connection, taken without malloc */
	LOOKASIDE_PIECES = 200,
	BUSY_MS = 5000,
	RESTART_BUSY_MS = 50,
	PASSIVE_PAGES = 2000,	/* the checkpointer is woken when the log has grown by so much */
	RESTART_PAGES = 100000, /* the writer restarts the log beyond this: 200 MB */
	OPEN_TRIES = 100,
};

struct lite_stmt {
	sqlite3_stmt *made;
	int place[PARAMS_MAX]; /* where parameter n is bound */
};

struct lite {
	sqlite3 *db;
	struct store_cache cache;
	const char *path;
	struct lite_checkpointer *checkpointer;
	struct lite_log *log; /* of the writer, or NULL */
	int log_pages, restart_pages;
};

static void lite_log_grew(struct lite *l, int pages);

/* --- failures --- */

static enum err lite_failed(struct ctx *c, struct store *s, const char *what)
{
	struct lite *l = s->engine;
	int code = sqlite3_errcode(l->db), outside = sqlite3_system_errno(l->db);
	const char *said = sqlite3_errmsg(l->db);

	/* Some failures end the transaction, not only the statement. */
	bool over = s->in_txn && sqlite3_get_autocommit(l->db) != 0;

	if (code == SQLITE_FULL ||
	    (code == SQLITE_IOERR && (outside == ENOSPC || outside == EDQUOT)))
		return store_failed(c, s, STORE_BROKEN, what, said, "the disk is full");
	if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
		return store_failed(c, s, STORE_AGAIN, what, said, "the data is in use");
	if (code == SQLITE_CONSTRAINT || code == SQLITE_MISMATCH)
		return store_failed(c, s, over ? STORE_BROKEN : STORE_REFUSED, what, said,
				    "the data does not allow this");
	if (code == SQLITE_IOERR || code == SQLITE_CORRUPT || code == SQLITE_NOTADB ||
	    code == SQLITE_CANTOPEN)
		return store_failed(c, s, STORE_BROKEN, what, said,
				    "the data file cannot be read or written");
	if (code == SQLITE_READONLY || code == SQLITE_PERM || code == SQLITE_AUTH)
		return store_failed(c, s, STORE_BROKEN, what, said, "the data may not be written");
	if (code == SQLITE_ERROR)
		return store_failed(c, s, over ? STORE_BROKEN : STORE_REFUSED, what, said,
				    "the data is not as this program knows it");
	return store_failed(c, s, STORE_BROKEN, what, said, "the data cannot be reached");
}

/* --- statements --- */

static enum err lite_prepare_at(struct ctx *c, struct store *s, const struct store_stmt *stmt,
				struct lite_stmt **out)
{
	struct lite *l = s->engine;
	struct store_cache_row *row = store_cache_at(&l->cache, stmt);

	*out = row->made;
	if (row->made != NULL)
		return OK;
	struct arena_mark mark = arena_mark(c->mem);
	const char *sql = store_text(c->mem, stmt->sql, true, false);
	sqlite3_stmt *made = NULL;
	int code = sqlite3_prepare_v3(l->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &made, NULL);
	arena_reset(c->mem, mark);
	if (code != SQLITE_OK)
		return lite_failed(c, s, stmt->name);

	struct lite_stmt *fresh = NEW(s->mem, struct lite_stmt);
	size_t params = strlen(stmt->params);
	CHECK(params <= PARAMS_MAX);
	fresh->made = made;
	for (size_t i = 0; i < params; i++) {
		char name[16];

		snprintf(name, sizeof(name), "$%zu", i + 1);
		fresh->place[i] = sqlite3_bind_parameter_index(made, name);
	}
	row->made = fresh;
	*out = fresh;
	return OK;
}

static enum err lite_prepare(struct ctx *c, struct store *s, const struct store_stmt *stmt)
{
	struct lite_stmt *made;

	TRY(lite_prepare_at(c, s, stmt, &made));
	size_t columns = (size_t)sqlite3_column_count(made->made);
	if (columns != strlen(stmt->columns))
		return store_failed(c, s, STORE_REFUSED, stmt->name,
				    "the count of columns is not what its header says",
				    "the data is not as this program knows it");
	return OK;
}

/* Bind the parameters from number `from` on, up to `end`. */
static int lite_bind(const struct lite_stmt *made, const char *params, int from, int end,
		     const struct store_value *args)
{
	for (int i = from; i < end; i++) {
		const struct store_value *v = &args[i - from];
		const char *at = v->s.at != NULL ? v->s.at : "";
		int place = made->place[i], code;

		if (place == 0) /* stands only in the other engine's words */
			continue;
		if (v->null)
			code = sqlite3_bind_null(made->made, place);
		else if (params[i] == STORE_INT)
			code = sqlite3_bind_int64(made->made, place, v->i);
		else if (params[i] == STORE_REAL)
			code = sqlite3_bind_double(made->made, place, v->r);
		else if (params[i] == STORE_TEXT)
			code = sqlite3_bind_text64(made->made, place, at, v->s.len, SQLITE_STATIC,
						   SQLITE_UTF8);
		else
			code = sqlite3_bind_blob64(made->made, place, at, v->s.len, SQLITE_STATIC);
		if (code != SQLITE_OK)
			return code;
	}
	return SQLITE_OK;
}

static struct store_value lite_column(struct ctx *c, sqlite3_stmt *made, int i, char type)
{
	struct store_value v = { 0 };

	if (sqlite3_column_type(made, i) == SQLITE_NULL) {
		v.null = true;
		return v;
	}
	if (type == STORE_INT) {
		v.i = sqlite3_column_int64(made, i);
	} else if (type == STORE_REAL) {
		v.r = sqlite3_column_double(made, i);
	} else {
		const char *at = type == STORE_TEXT ? (const char *)sqlite3_column_text(made, i) :
						      sqlite3_column_blob(made, i);
		v.s = str_copy(c->mem, (struct str){ at, (size_t)sqlite3_column_bytes(made, i) });
	}
	return v;
}

static enum err lite_run(struct ctx *c, struct store *s, const struct store_stmt *stmt,
			 const struct store_value *args, int64_t *changed, struct store_rows *rows)
{
	struct lite *l = s->engine;
	struct lite_stmt *made;
	size_t size = 0;
	bool room = true;

	TRY(lite_prepare_at(c, s, stmt, &made));
	CHECK((size_t)sqlite3_column_count(made->made) == rows->columns);
	int code = lite_bind(made, stmt->params, 0, (int)strlen(stmt->params), args);
	if (code == SQLITE_OK)
		code = sqlite3_step(made->made);
	for (; code == SQLITE_ROW && room; code = sqlite3_step(made->made)) {
		room = store_row_room(c, rows, &size);
		for (size_t i = 0; room && i < rows->columns; i++)
			rows->value[rows->count * rows->columns + i] =
				lite_column(c, made->made, (int)i, stmt->columns[i]);
		rows->count += room;
	}
	enum err err = OK;
	if (!room)
		err = refuse(c, ERR_LIMIT, "this is too much at once");
	else if (code != SQLITE_DONE)
		err = lite_failed(c, s, stmt->name);
	*changed = sqlite3_stmt_readonly(made->made) != 0 ? 0 : sqlite3_changes64(l->db);
	sqlite3_reset(made->made);
	return err;
}

/* One row of many. What is bound stays bound, so the shared values are there already. */
static enum err lite_run_row(struct ctx *c, struct store *s, const struct store_stmt *stmt,
			     struct lite_stmt *made, bool *hit, struct store_value *found)
{
	struct lite *l = s->engine;
	int code = sqlite3_step(made->made);
	bool changes = sqlite3_stmt_readonly(made->made) == 0;

	*hit = code == SQLITE_ROW;
	CHECK(found != NULL || stmt->columns[0] == 0);
	for (int i = 0; code == SQLITE_ROW && stmt->columns[i] != 0; i++)
		found[i] = lite_column(c, made->made, i, stmt->columns[i]);
	if (code == SQLITE_ROW)
		code = sqlite3_step(made->made);
	CHECK(code != SQLITE_ROW);
	enum err err = code == SQLITE_DONE ? OK : lite_failed(c, s, stmt->name);
	if (changes && err == OK)
		*hit = sqlite3_changes64(l->db) > 0;
	sqlite3_reset(made->made);
	return err;
}

static enum err lite_run_each(struct ctx *c, struct store *s, const struct store_stmt *stmt,
			      const struct store_value *shared, const struct store_value *each,
			      size_t count, bool *hit, struct store_value *found)
{
	int params = (int)strlen(stmt->params), own = params - stmt->shared;
	size_t columns = strlen(stmt->columns);
	struct lite_stmt *made;

	TRY(lite_prepare_at(c, s, stmt, &made));
	CHECK((size_t)sqlite3_column_count(made->made) == columns);
	int code = lite_bind(made, stmt->params, 0, stmt->shared, shared);
	for (size_t i = 0; i < count; i++) {
		if (code == SQLITE_OK)
			code = lite_bind(made, stmt->params, stmt->shared, params,
					 each + i * (size_t)own);
		if (code != SQLITE_OK)
			return lite_failed(c, s, stmt->name);
		TRY(lite_run_row(c, s, stmt, made, &hit[i],
				 columns > 0 ? &found[i * columns] : NULL));
	}
	return OK;
}

/* --- transactions --- */

#define CONTROL(word, text)                                          \
	{                                                            \
		word, text, "", "", STORE_NONE, "local", 0, NULL, "" \
	}
#define DEPTHS(word, text)                                                                         \
	{                                                                                          \
		CONTROL(word, text "0"), CONTROL(word, text "1"), CONTROL(word, text "2"),         \
			CONTROL(word, text "3"), CONTROL(word, text "4"), CONTROL(word, text "5"), \
			CONTROL(word, text "6"), CONTROL(word, text "7")                           \
	}

static const struct store_stmt lite_plain[] = {
	[STORE_BEGIN] = CONTROL("begin", "BEGIN IMMEDIATE"),
	[STORE_COMMIT] = CONTROL("commit", "COMMIT"),
	[STORE_ROLLBACK] = CONTROL("rollback", "ROLLBACK"),
};
static const struct store_stmt lite_begin_read = CONTROL("begin", "BEGIN");
static const struct store_stmt lite_save[] = DEPTHS("save", "SAVEPOINT s");
static const struct store_stmt lite_release[] = DEPTHS("release", "RELEASE s");
static const struct store_stmt lite_back[] = DEPTHS("back", "ROLLBACK TO s");

static enum err lite_control(struct ctx *c, struct store *s, enum store_control what, int depth)
{
	struct lite *l = s->engine;
	const struct store_stmt *stmt = what == STORE_SAVE    ? &lite_save[depth] :
					what == STORE_RELEASE ? &lite_release[depth] :
					what == STORE_BACK    ? &lite_back[depth] :
								&lite_plain[what];
	struct lite_stmt *made;

	if (what == STORE_BEGIN && s->mode == STORE_READ)
		stmt = &lite_begin_read;
	/* After a failure that ended the transaction there is nothing to roll back. */
	if ((what == STORE_ROLLBACK || what == STORE_BACK) && sqlite3_get_autocommit(l->db) != 0)
		return OK;
	TRY(lite_prepare_at(c, s, stmt, &made));
	int code = sqlite3_step(made->made);
	sqlite3_reset(made->made);
	if (code == SQLITE_DONE && what == STORE_BEGIN && l->log != NULL)
		lite_log_drop(l->log);
	if (code == SQLITE_DONE)
		return OK;
	if (what == STORE_ROLLBACK || what == STORE_BACK) {
		s->broken = true;
		return ERR_STORE;
	}
	return lite_failed(c, s, stmt->name);
}

static enum err lite_script(struct ctx *c, struct store *s, const char *sql)
{
	struct lite *l = s->engine;

	if (sqlite3_exec(l->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return lite_failed(c, s, "script");
	return OK;
}

/* --- open and close --- */

static void lite_close(struct store *s)
{
	struct lite *l = s->engine;

	for (size_t i = 0; i < l->cache.size; i++)
		if (l->cache.row[i].made != NULL)
			sqlite3_finalize(((struct lite_stmt *)l->cache.row[i].made)->made);
	CHECK(sqlite3_close(l->db) == SQLITE_OK);
}

/* Several programs may open a fresh file at the same moment: WAL mode is taken alone. */
static enum err lite_settle(struct ctx *c, struct store *s, bool in_memory)
{
	struct lite *l = s->engine;
	char page[64];
	int code = SQLITE_OK;

	snprintf(page, sizeof(page), "PRAGMA page_size=%d", PAGE_BYTES);
	sqlite3_db_config(l->db, SQLITE_DBCONFIG_LOOKASIDE, NULL, LOOKASIDE_BYTES,
			  LOOKASIDE_PIECES);
	sqlite3_busy_timeout(l->db, BUSY_MS);
	sqlite3_db_config(l->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	sqlite3_db_config(l->db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	sqlite3_db_config(l->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	for (int i = 0; i < OPEN_TRIES; i++) {
		code = sqlite3_exec(l->db, page, NULL, NULL, NULL);
		if (code == SQLITE_OK && !in_memory)
			code = sqlite3_exec(l->db, "PRAGMA journal_mode=WAL", NULL, NULL, NULL);
		if (code != SQLITE_BUSY && code != SQLITE_LOCKED)
			break;
		store_pause(20000);
	}
	if (code == SQLITE_OK)
		code = sqlite3_exec(l->db,
				    "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
				    "PRAGMA trusted_schema=OFF; PRAGMA temp_store=MEMORY; "
				    "PRAGMA cache_size=-16000",
				    NULL, NULL, NULL);
	if (code == SQLITE_OK && s->mode == STORE_READ)
		code = sqlite3_exec(l->db, "PRAGMA query_only=ON", NULL, NULL, NULL);
	return code == SQLITE_OK ? OK : lite_failed(c, s, "open");
}

static void lite_tidy(struct store *s);

static const struct store_driver lite_driver = {
	"sqlite",    lite_run,	   lite_run_each, lite_control,
	lite_script, lite_prepare, lite_close,	  lite_tidy,
};

enum err lite_open(struct ctx *c, struct store *s, const char *path)
{
	bool in_memory = strcmp(path, ":memory:") == 0;
	struct lite *l = NEW(s->mem, struct lite);
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;

	if (*path == 0)
		return refuse(c, ERR_INPUT, "sqlite: needs a path");
	if (s->mode == STORE_WRITE)
		flags |= SQLITE_OPEN_CREATE;
	s->driver = &lite_driver;
	s->engine = l;
	l->path = str_c(s->mem, str_of(path));
	l->cache = store_cache_make(s->mem);
	/* Nobody asks SQLite how much memory it uses; counting takes a lock with each piece. Said
	 * before its first use by the process, and ignored afterwards. */
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	int code = sqlite3_open_v2(path, &l->db, flags, NULL);
	CHECK(l->db != NULL);
	enum err err = code == SQLITE_OK ? lite_settle(c, s, in_memory) : lite_failed(c, s, "open");
	if (err != OK)
		sqlite3_close(l->db);
	return err;
}

/* --- the checkpointer --- */

struct lite_checkpointer {
	struct os_lock *lock;
	struct os_thread *thread;
	sqlite3 *db;
	bool wanted, stopping;
};

static int lite_hook(void *arg, sqlite3 *db, const char *name, int pages)
{
	(void)db;
	(void)name;
	lite_log_grew(arg, pages);
	return SQLITE_OK;
}

static void lite_log_grew(struct lite *l, int pages)
{
	bool wake = pages / PASSIVE_PAGES != l->log_pages / PASSIVE_PAGES;

	l->log_pages = pages;
	if (!wake)
		return;
	os_lock_take(l->checkpointer->lock);
	l->checkpointer->wanted = true;
	os_lock_wake(l->checkpointer->lock);
	os_lock_give(l->checkpointer->lock);
}

static void lite_checkpoint_body(void *arg)
{
	struct lite_checkpointer *k = arg;

	os_lock_take(k->lock);
	while (!k->stopping) {
		if (!k->wanted) {
			os_lock_wait(k->lock, -1);
			continue;
		}
		k->wanted = false;
		os_lock_give(k->lock);
		/* A failure (a full disk) is met again by the writer, who tells of it. */
		sqlite3_wal_checkpoint_v2(k->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
		os_lock_take(k->lock);
	}
	os_lock_give(k->lock);
}

void lite_gather(struct store *s)
{
	struct lite *l = s->engine;

	l->log = lite_log_gather(s->mem, l->db);
}

struct lite_checkpointer *lite_checkpointer_start(struct arena *mem, struct store *s)
{
	struct lite *l = s->engine;
	struct lite_checkpointer *k = NEW(mem, struct lite_checkpointer);

	if (sqlite3_open_v2(l->path, &k->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
	    SQLITE_OK) {
		sqlite3_close(k->db);
		return NULL; /* SQLite then moves the log itself */
	}
	sqlite3_exec(k->db, "PRAGMA synchronous=FULL", NULL, NULL, NULL);
	/* A large log left by an earlier run makes every read dearer. */
	sqlite3_wal_checkpoint_v2(l->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	k->lock = os_lock_new(mem);
	l->checkpointer = k;
	l->restart_pages = RESTART_PAGES;
	sqlite3_wal_hook(l->db, lite_hook, l);
	sqlite3_exec(l->db, "PRAGMA cache_size=-65536", NULL, NULL, NULL);
	k->thread = os_thread_start(mem, "checkpoint", lite_checkpoint_body, k);
	return k;
}

void lite_checkpointer_stop(struct lite_checkpointer *k)
{
	if (k == NULL)
		return;
	os_lock_take(k->lock);
	k->stopping = true;
	os_lock_wake(k->lock);
	os_lock_give(k->lock);
	os_thread_join(k->thread);
	sqlite3_close(k->db);
}

/* Between two batches: start the log anew when it has grown far. */
static void lite_tidy(struct store *s)
{
	struct lite *l = s->engine;
	int all = 0, moved = 0;

	if (l->log_pages < l->restart_pages)
		return;
	sqlite3_busy_timeout(l->db, RESTART_BUSY_MS);
	sqlite3_wal_checkpoint_v2(l->db, NULL, SQLITE_CHECKPOINT_RESTART, &all, &moved);
	sqlite3_busy_timeout(l->db, BUSY_MS);
	/* If readers held it back, look again after as many pages more as started this. */
	l->restart_pages = moved < all ? l->log_pages + RESTART_PAGES : RESTART_PAGES;
	l->log_pages = 0;
}
