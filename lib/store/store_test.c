/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The store on a file of its own for each test, and on PostgreSQL where one is named. The
 * statements of these tests are written here, because they are no room's.
 */
#include "store/store.h"
#include "store/store_in.h"
#include "tests/test.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define STMT(name, sql, params, columns, shape)                                       \
	static const struct store_stmt name = { #name,	 sql, params, columns, shape, \
						"local", 0,   NULL,   "" }

STMT(probe_drop, "DROP TABLE IF EXISTS store_probe", "", "", STORE_NONE);
STMT(probe_make,
     "CREATE TABLE store_probe(id BIGINT NOT NULL PRIMARY KEY, word TEXT, bytes "
     "/*pg: BYTEA*/ /*lite: BLOB*/, share DOUBLE PRECISION, CHECK (id <> 13))",
     "", "", STORE_NONE);
STMT(probe_add, "INSERT INTO store_probe(word, id, bytes, share) VALUES ($2, $1, $3, $4)", "itbr",
     "", STORE_CHANGED);
STMT(probe_tell, "INSERT INTO store_probe(word, id) VALUES ('w', $1)", "i", "", STORE_NONE);
STMT(probe_get, "SELECT share, id, word, bytes FROM store_probe WHERE word = $2 OR id = $1", "it",
     "ritb", STORE_MAYBE);
STMT(probe_count, "SELECT count(*) FROM store_probe", "", "i", STORE_ONE);
STMT(probe_list, "SELECT id FROM store_probe ORDER BY id", "", "i", STORE_MANY);
STMT(probe_shift, "UPDATE store_probe SET id = id + 1000 WHERE id > $1", "i", "", STORE_CHANGED);
STMT(probe_wrong, "SELECT nothing FROM nowhere", "", "i", STORE_MANY);

/* A connection of the test's own beside the one of the harness, which has a transaction open. */
struct own {
	struct store *home, *store;
	const char *url;
};

static struct store *opened(struct ctx *c, const char *url, enum store_mode mode)
{
	struct store *s;

	WANT_OK(store_open(c, c->mem, url, mode, &s));
	c->store = s;
	return s;
}

static enum err make_probe(struct ctx *c, void *arg)
{
	(void)arg;
	TRY(store_run(c, &probe_drop, NULL, NULL, NULL));
	return store_run(c, &probe_make, NULL, NULL, NULL);
}

static enum err drop_probe(struct ctx *c, void *arg)
{
	(void)arg;
	return store_run(c, &probe_drop, NULL, NULL, NULL);
}

static const char *url_here(struct ctx *c)
{
	const char *pg = getenv("TESSERA_TEST_DATABASE");

	if (c->store == NULL || test_on_lite())
		return str_c(c->mem, str_format(c->mem, "sqlite:%s/own.db", c->data));
	return str_c(c->mem, str_format(c->mem, "%s%sapplication_name=store-test", pg,
					strchr(pg, '?') != NULL ? "&" : "?"));
}

/* Open for writing, with an empty probe table. */
static struct own open_own(struct ctx *c)
{
	struct own own = { .home = c->store, .url = url_here(c) };

	own.store = opened(c, own.url, STORE_WRITE);
	WANT_OK(store_in_tx(c, make_probe, NULL));
	return own;
}

static void close_own(struct ctx *c, struct own *own)
{
	c->store = own->store;
	WANT_OK(store_in_tx(c, drop_probe, NULL));
	store_close(&own->store);
	c->store = own->home;
}

static enum err add(struct ctx *c, int64_t id)
{
	const struct store_value args[] = {
		{ .i = id }, { .s = S("w") }, { .null = true }, { .null = true }
	};

	return store_run(c, &probe_add, args, NULL, NULL);
}

static int64_t count(struct ctx *c)
{
	struct store_rows rows;

	WANT_OK(store_run(c, &probe_count, NULL, NULL, &rows));
	return rows.value[0].i;
}

/* The refusal is as wanted; it is taken off. */
static void want_refused(struct ctx *c, enum err wanted, enum err got, const char *message)
{
	WANT_I64(wanted, got);
	WANT_STR(str_of(message), c->refusal.message);
	c->refusal = (struct refusal){ 0 };
}

/* --- statements --- */

static enum err write_kinds(struct ctx *c, void *arg)
{
	const struct store_value whole[] = {
		{ .i = INT64_MIN },
		{ .s = S("gr\xC3\xBC\xC3\x9F") },
		{ .s = { "\0\xFF\1", 3 } },
		{ .r = -0.1 },
	};
	const struct store_value empty[] = {
		{ .i = 2 }, { .null = true }, { .s = { 0 } }, { .null = true }
	};
	int64_t changed;

	(void)arg;
	WANT_OK(store_run(c, &probe_add, whole, &changed, NULL));
	WANT_I64(1, changed);
	return store_run(c, &probe_add, empty, &changed, NULL);
}

TEST(store, what_is_written_is_read_back_as_it_was)
{
	struct own own = open_own(c);
	const struct store_value by_word[] = { { .i = 0 }, { .s = S("gr\xC3\xBC\xC3\x9F") } };
	const struct store_value by_id[] = { { .i = 2 }, { .s = S("") } };
	struct store_rows rows;

	WANT_OK(store_in_tx(c, write_kinds, NULL));
	WANT_OK(store_run(c, &probe_get, by_word, NULL, &rows));
	WANT_I64(1, (int64_t)rows.count);
	WANT(rows.value[0].r < -0.09 && rows.value[0].r > -0.11);
	WANT_I64(INT64_MIN, rows.value[1].i);
	WANT_STR(S("gr\xC3\xBC\xC3\x9F"), rows.value[2].s);
	WANT(rows.value[3].s.len == 3 && memcmp(rows.value[3].s.at, "\0\xFF\1", 3) == 0);
	WANT_OK(store_run(c, &probe_get, by_id, NULL, &rows));
	WANT(rows.value[0].null && !rows.value[1].null && rows.value[2].null);
	WANT(!rows.value[3].null && rows.value[3].s.len == 0);
	close_own(c, &own);
}

PLAIN_TEST(store, a_url_of_no_engine_is_refused)
{
	struct store *s;

	want_refused(c, ERR_INPUT, store_open(c, c->mem, "mysql://x", STORE_WRITE, &s),
		     "the database is neither sqlite:PATH nor postgresql://…");
	want_refused(c, ERR_INPUT, store_open(c, c->mem, "sqlite:", STORE_WRITE, &s),
		     "sqlite: needs a path");
	want_refused(c, ERR_STORE,
		     store_open(c, c->mem, "sqlite:/nowhere/at/all.db", STORE_WRITE, &s),
		     "the data file cannot be read or written");
	want_refused(c, ERR_STORE,
		     store_open(c, c->mem, "postgresql://127.0.0.1:1/none", STORE_WRITE, &s),
		     "the database cannot be reached");
}

static enum err add_thirteen(struct ctx *c, void *arg)
{
	(void)arg;
	TRY(add(c, 12));
	return add(c, 13);
}

static enum err add_nul(struct ctx *c, void *arg)
{
	const struct store_value args[] = {
		{ .i = 1 }, { .s = { "a\0b", 3 } }, { .null = true }, { .null = true }
	};

	(void)arg;
	return store_run(c, &probe_add, args, NULL, NULL);
}

static enum err run_wrong(struct ctx *c, void *arg)
{
	struct store_rows rows;

	(void)arg;
	return store_run(c, &probe_wrong, NULL, NULL, &rows);
}

TEST(store, a_refused_statement_is_told_plainly_and_leaves_nothing)
{
	struct own own = open_own(c);

	enum err got = store_in_tx(c, add_thirteen, NULL);
	WANT(strstr(str_c(c->mem, c->refusal.said), "probe_add") != NULL);
	want_refused(c, ERR_STORE, got, "the data does not allow this");
	want_refused(c, ERR_INPUT, store_in_tx(c, add_nul, NULL),
		     "a text is not UTF-8 or has a NUL inside");
	want_refused(c, ERR_STORE, store_in_tx(c, run_wrong, NULL),
		     "the data is not as this program knows it");
	WANT_I64(0, count(c));
	WANT(!store_in_txn(own.store));
	close_own(c, &own);
}

TEST(store, a_reader_sees_what_is_committed_and_writes_nothing)
{
	struct own own = open_own(c);
	struct store *reader = opened(c, own.url, STORE_READ);

	c->store = own.store;
	WANT_OK(store_begin(c));
	WANT_OK(add(c, 1));
	c->store = reader;
	WANT_I64(0, count(c));
	c->store = own.store;
	WANT_OK(store_commit(c));
	c->store = reader;
	WANT_I64(1, count(c));
	want_refused(c, ERR_STORE, add(c, 2), "the data is only read here");
	store_close(&reader);
	close_own(c, &own);
}

TEST(store, a_savepoint_takes_back_what_came_after_it)
{
	struct own own = open_own(c);

	WANT_OK(store_begin(c));
	WANT_OK(store_save(c, 0));
	WANT_OK(add(c, 1));
	WANT_OK(store_save(c, 1));
	WANT_I64(ERR_STORE, add(c, 13));
	c->refusal = (struct refusal){ 0 };
	store_back_to(c, 1);
	WANT_OK(store_release(c, 1));
	WANT_OK(add(c, 2));
	WANT_OK(store_release(c, 0));
	WANT_OK(store_save(c, 0));
	WANT_OK(add(c, 3));
	store_back_to(c, 0);
	WANT_OK(store_release(c, 0));
	WANT_OK(store_commit(c));
	WANT_I64(2, count(c));
	close_own(c, &own);
}

static enum err add_many(struct ctx *c, void *arg)
{
	(void)arg;
	for (int64_t id = 0; id < 700; id++)
		TRY(add(c, id == 13 ? 5000 : id));
	return OK;
}

TEST(store, many_rows_come_in_order_and_changes_are_counted)
{
	struct own own = open_own(c);
	const struct store_value args[] = { { .i = 689 } };
	struct store_rows rows;
	int64_t changed;

	WANT_OK(store_in_tx(c, add_many, NULL));
	WANT_OK(store_begin(c));
	WANT_OK(store_run(c, &probe_list, NULL, NULL, &rows));
	WANT_I64(700, (int64_t)rows.count);
	for (size_t k = 1; k < rows.count; k++)
		WANT(rows.value[k].i > rows.value[k - 1].i);
	WANT_OK(store_run(c, &probe_shift, args, &changed, NULL));
	WANT_I64(11, changed);
	WANT_OK(store_run(c, &probe_shift, (struct store_value[]){ { .i = 99999 } }, &changed,
			  NULL));
	WANT_I64(0, changed);
	store_rollback(c);
	close_own(c, &own);
}

TEST(store, a_connection_outlives_a_reset_of_the_memory_it_was_opened_with)
{
	struct own own = open_own(c);
	struct arena_mark mark = arena_mark(c->mem);

	WANT_I64(0, count(c));
	arena_reset(c->mem, mark);
	memset(arena_take(c->mem, 4096), 0xEE, 4096);
	WANT_I64(0, count(c));
	close_own(c, &own);
}

TEST(store, every_statement_of_the_house_prepares_on_this_engine)
{
	WANT_OK(store_prepare_all(c));
}

/* --- one text, two engines --- */

static void want_text(struct ctx *c, const char *wanted, const char *sql, bool lite, bool types)
{
	WANT_STR(str_of(wanted), str_of(store_text(c->mem, sql, lite, types)));
}

PLAIN_TEST(store, one_text_becomes_each_engines_own)
{
	const char *table =
		"CREATE TABLE t(a BIGINT, b BYTEA, c DOUBLE PRECISION, d TEXT "
		"CHECK (d <> 'BIGINT; ''x')) /*lite: WITHOUT ROWID*/;CREATE INDEX i ON t(a);";

	want_text(c, "SELECT 1  OFFSET 0", "SELECT 1 /*pg: OFFSET 0 */", false, false);
	want_text(c, "SELECT 1  ", "SELECT 1 /*pg: OFFSET 0 */", true, false);
	want_text(c, "SELECT ' /*pg: x*/ -- ' BIGINT", "SELECT ' /*pg: x*/ -- ' BIGINT", true,
		  false);
	want_text(c,
		  "CREATE TABLE t(a INTEGER, b BLOB, c REAL , d TEXT CHECK (d <> 'BIGINT; ''x')) "
		  " WITHOUT ROWID, STRICT;CREATE INDEX i ON t(a);",
		  table, true, true);
	want_text(c,
		  "CREATE TABLE t(a BIGINT, b BYTEA, c DOUBLE PRECISION, d TEXT CHECK (d <> "
		  "'BIGINT; ''x'))  ;CREATE INDEX i ON t(a);",
		  table, false, true);
	want_text(c, "CREATE TABLE t(a INTEGER  \n) STRICT;",
		  "CREATE TABLE t(a BIGINT -- the key; BIGINT\n);", true, true);
}

PLAIN_TEST(store, the_schema_is_applied_once)
{
	int applied, steps = 0;

	while (store_steps[steps].name != NULL)
		steps++;
	struct store *s = opened(c, url_here(c), STORE_WRITE);
	WANT_OK(store_migrate(c, &applied));
	WANT_I64(steps, applied);
	WANT_OK(store_migrate(c, &applied));
	WANT_I64(0, applied);
	WANT_OK(store_prepare_all(c));
	store_close(&s);
	c->store = NULL;
}

TEST(store, data_of_this_program_needs_no_step)
{
	int applied;

	WANT_OK(store_migrate(c, &applied));
	WANT_I64(0, applied);
}

STMT(step_of_tomorrow, "INSERT INTO schema_step(name, at_us) VALUES ('9999_tomorrow', 1)", "", "",
     STORE_NONE);

static enum err add_tomorrow(struct ctx *c, void *arg)
{
	(void)arg;
	return store_run(c, &step_of_tomorrow, NULL, NULL, NULL);
}

PLAIN_TEST(store, data_of_a_newer_program_is_refused)
{
	int applied;

	struct store *s = opened(c, url_here(c), STORE_WRITE);
	WANT_OK(store_migrate(c, &applied));
	WANT_OK(store_in_tx(c, add_tomorrow, NULL));
	want_refused(c, ERR_CONFLICT, store_migrate(c, &applied),
		     "the data was made by a newer program: it has the step 9999_tomorrow");
	store_close(&s);
	c->store = NULL;
}

/* --- the writer --- */

struct piece {
	struct store_task task;
	struct ctx ctx;
	struct writing *writing;
	int64_t id;
	int runs;
	enum err err;
	bool seen; /* by another connection, when it was reported */
};

/* What the tests of the writer share. */
struct writing {
	struct store_writer *writer;
	struct store *store; /* a reader */
	struct os_lock *lock;
	int open;     /* pieces not reported yet */
	bool held;    /* the gate has the writer */
	size_t notes; /* at the last before_commit */
};

static enum err run_piece(struct ctx *c, void *arg)
{
	struct piece *p = arg;

	store_note_add(c->store, (struct store_note){ .name = "n", .value = 1 });
	TRY(add(c, p->id));
	if (p->id % 10 == 7)
		return refuse(c, ERR_CONFLICT, "sevens are not wanted");
	return OK;
}

static void piece_done(struct store_task *task, enum err err)
{
	struct piece *p = task->arg;
	struct writing *w = p->writing;

	p->err = err;
	os_lock_take(w->lock);
	if (w->store != NULL) {
		struct store_value key[] = { { .i = p->id }, { .s = S("") } };
		struct store_rows rows;

		p->ctx.store = w->store;
		p->seen = store_run(&p->ctx, &probe_get, key, NULL, &rows) == OK && rows.count == 1;
	}
	w->open--;
	os_lock_wake_all(w->lock);
	os_lock_give(w->lock);
}

static enum err count_notes(struct ctx *c, void *arg)
{
	struct writing *w = arg;

	store_notes(c->store, &w->notes);
	return OK;
}

static struct piece *piece_of(struct arena *mem, struct ctx *c, struct writing *w, int64_t id)
{
	struct piece *p = NEW(mem, struct piece);

	*p = (struct piece){ .writing = w, .id = id, .err = ERR_COUNT };
	p->ctx = (struct ctx){ .mem = mem, .dice = c->dice };
	p->task = (struct store_task){ .ctx = &p->ctx,
				       .run = run_piece,
				       .done = piece_done,
				       .arg = p,
				       .spread = (uint64_t)id };
	return p;
}

static void begin_writing(struct ctx *c, struct writing *w, const char *url, bool read)
{
	*w = (struct writing){ .lock = os_lock_new(c->mem) };
	if (read) {
		WANT_OK(store_open(c, c->mem, url, STORE_READ, &w->store));
	}
	WANT_OK(store_writer_start(c, c->mem,
				   (struct store_writer_options){
					   .url = url,
					   .threads = read ? 1 : 0,
					   .clock = clock_real(c->mem),
					   .dice = c->dice,
					   .before_commit = count_notes,
					   .arg = w,
				   },
				   &w->writer));
}

static void wait_for_all(struct writing *w)
{
	os_lock_take(w->lock);
	while (w->open > 0)
		os_lock_wait(w->lock, -1);
	os_lock_give(w->lock);
}

/* A first task that holds the writer until all others are queued, so that they are one batch. */
static enum err run_gate(struct ctx *c, void *arg)
{
	struct writing *w = ((struct piece *)arg)->writing;

	(void)c;
	os_lock_take(w->lock);
	w->held = true;
	os_lock_wake_all(w->lock);
	while (w->open < 100)
		os_lock_wait(w->lock, -1);
	os_lock_give(w->lock);
	return OK;
}

/* Pieces 1 to 99 in one batch. */
static void write_batch(struct ctx *c, struct writing *w, enum err (*run)(struct ctx *, void *),
			struct piece **piece)
{
	w->open = 1;
	piece[0] = piece_of(c->mem, c, w, 0);
	piece[0]->task.run = run_gate;
	WANT_OK(store_writer_post(w->writer, &piece[0]->task));
	os_lock_take(w->lock);
	while (!w->held)
		os_lock_wait(w->lock, -1);
	os_lock_give(w->lock);
	for (int k = 1; k < 100; k++) {
		piece[k] = piece_of(arena_new(0), c, w, k);
		piece[k]->task.run = run;
		WANT_OK(store_writer_post(w->writer, &piece[k]->task));
	}
	os_lock_take(w->lock);
	w->open = 100;
	os_lock_wake_all(w->lock);
	os_lock_give(w->lock);
	wait_for_all(w);
}

TEST(store, a_refused_task_is_rolled_back_alone_and_all_are_told_after_the_commit)
{
	struct own own = open_own(c);
	struct writing w;
	struct piece *piece[100];

	begin_writing(c, &w, own.url, true);
	write_batch(c, &w, run_piece, piece);
	WANT_I64(2, store_writer_commits(w.writer));
	for (int k = 1; k < 100; k++) {
		enum err wanted = k == 13 ? ERR_STORE : k % 10 == 7 ? ERR_CONFLICT : OK;

		WANT_I64(wanted, piece[k]->err);
		WANT(piece[k]->seen == (wanted == OK));
		arena_free(piece[k]->ctx.mem);
	}
	WANT_I64(88, (int64_t)w.notes);
	WANT_I64(88, count(c));
	store_writer_stop(w.writer);
	store_close(&w.store);
	close_own(c, &own);
}

/* Statements that tell nothing: an engine need not wait for them. */
static enum err run_quiet_piece(struct ctx *c, void *arg)
{
	struct piece *p = arg;
	const struct store_value id[] = { { .i = p->id == 99 ? 1 : p->id } };

	return store_run(c, &probe_tell, id, NULL, NULL);
}

TEST(store, a_statement_that_tells_nothing_and_fails_refuses_its_own_task_alone)
{
	struct own own = open_own(c);
	struct writing w;
	struct piece *piece[100];

	begin_writing(c, &w, own.url, true);
	write_batch(c, &w, run_quiet_piece, piece);
	for (int k = 1; k < 100; k++) {
		WANT_I64(k == 13 || k == 99 ? ERR_STORE : OK, piece[k]->err);
		WANT(piece[k]->seen == (k != 13 && k != 99));
		arena_free(piece[k]->ctx.mem);
	}
	WANT_I64(97, count(c));
	store_writer_stop(w.writer);
	store_close(&w.store);
	close_own(c, &own);
}

static enum err run_last_piece(struct ctx *c, void *arg)
{
	struct piece *p = arg;

	return p->id < 98 ? OK : run_quiet_piece(c, arg);
}

TEST(store, a_failure_that_only_the_commit_tells_of_refuses_its_own_task_alone)
{
	struct own own = open_own(c);
	struct writing w;
	struct piece *piece[100];

	WANT_OK(store_begin(c));
	WANT_OK(add(c, 1));
	WANT_OK(store_commit(c));
	begin_writing(c, &w, own.url, true);
	write_batch(c, &w, run_last_piece, piece);
	for (int k = 1; k < 100; k++) {
		WANT_I64(k == 99 ? ERR_STORE : OK, piece[k]->err);
		arena_free(piece[k]->ctx.mem);
	}
	WANT_I64(2, count(c));
	store_writer_stop(w.writer);
	store_close(&w.store);
	close_own(c, &own);
}

static enum err run_careful_piece(struct ctx *c, void *arg)
{
	struct piece *p = arg;

	p->runs++;
	store_note_add(c->store, (struct store_note){ .name = "n", .value = 1 });
	if (p->id % 10 == 7)
		return refuse(c, ERR_CONFLICT, "sevens are not wanted");
	return p->id == 13 ? OK : add(c, p->id);
}

TEST(store, a_task_refused_before_it_changed_anything_does_not_make_the_others_run_again)
{
	struct own own = open_own(c);
	struct writing w;
	struct piece *piece[100];

	begin_writing(c, &w, own.url, true);
	write_batch(c, &w, run_careful_piece, piece);
	for (int k = 1; k < 100; k++) {
		WANT_I64(k % 10 == 7 ? ERR_CONFLICT : OK, piece[k]->err);
		WANT_I64(1, piece[k]->runs);
		arena_free(piece[k]->ctx.mem);
	}
	WANT_I64(89, (int64_t)w.notes);
	WANT_I64(88, count(c));
	store_writer_stop(w.writer);
	store_close(&w.store);
	close_own(c, &own);
}

struct poster {
	struct writing *w;
	struct ctx *c;
	struct os_thread *thread;
	int64_t first;
	int count;
	_Atomic int good;
};

static void post_many(void *arg)
{
	struct poster *p = arg;
	struct arena *mem = arena_new(0);
	struct piece **piece = NEW_MANY(mem, struct piece *, (size_t)p->count);

	for (int i = 0; i < p->count; i++) {
		piece[i] = piece_of(arena_new(0), p->c, p->w, p->first + i * 10);
		CHECK(store_writer_post(p->w->writer, &piece[i]->task) == OK);
	}
	wait_for_all(p->w);
	for (int i = 0; i < p->count; i++) {
		p->good += piece[i]->err == OK;
		arena_free(piece[i]->ctx.mem);
	}
	arena_free(mem);
}

TEST(store, sixty_four_threads_write_everything_once)
{
	enum { THREADS = 64, EACH = 50 };
	struct own own = open_own(c);
	struct writing w;
	struct poster poster[THREADS];

	begin_writing(c, &w, own.url, false);
	w.open = THREADS * EACH;
	for (int k = 0; k < THREADS; k++) {
		poster[k].w = &w;
		poster[k].c = c;
		poster[k].first = 100000 + k * 100000;
		poster[k].count = EACH;
		poster[k].good = 0;
		poster[k].thread = os_thread_start(c->mem, "poster", post_many, &poster[k]);
	}
	int good = 0;
	for (int k = 0; k < THREADS; k++) {
		os_thread_join(poster[k].thread);
		good += poster[k].good;
	}
	WANT_I64(THREADS * EACH, good);
	WANT_I64(THREADS * EACH, count(c));
	WANT(store_writer_commits(w.writer) < THREADS * EACH / 2);
	WANT_I64(0, store_writer_queue(w.writer));
	store_writer_stop(w.writer);
	close_own(c, &own);
}

TEST(store, a_stopped_writer_has_written_what_was_queued_and_takes_no_more)
{
	struct writing w;
	struct arena *mem[50];

	struct own own = open_own(c);
	begin_writing(c, &w, own.url, false);
	w.open = 50;
	for (int k = 0; k < 50; k++) {
		mem[k] = arena_new(0);
		WANT_OK(store_writer_post(w.writer, &piece_of(mem[k], c, &w, 100 + k * 10)->task));
	}
	store_writer_stop(w.writer);
	for (int k = 0; k < 50; k++)
		arena_free(mem[k]);
	WANT_I64(0, w.open);
	WANT_I64(50, count(c));
	struct piece *late = piece_of(c->mem, c, &w, 1);
	WANT_I64(ERR_BUSY, store_writer_post(w.writer, &late->task));
	WANT_STR(S("too much is waiting to be written, try again"), late->ctx.refusal.message);
	close_own(c, &own);
}

/* --- a full disk, played by SQLite's own door to the system --- */

static atomic_bool disk_is_full;

static ssize_t write_or_full(int fd, const void *bytes, size_t len, off_t at)
{
	if (atomic_load(&disk_is_full)) {
		errno = ENOSPC;
		return -1;
	}
	return pwrite(fd, bytes, len, at);
}

static enum err write_one(struct ctx *c, struct writing *w, int64_t id)
{
	struct piece *p = piece_of(c->mem, c, w, id);

	w->open = 1;
	WANT_OK(store_writer_post(w->writer, &p->task));
	wait_for_all(w);
	c->refusal = p->ctx.refusal;
	return p->err;
}

PLAIN_TEST(store, a_full_disk_refuses_and_later_batches_work_again)
{
	static const char *const calls[] = { "pwrite", "pwrite64" };
	sqlite3_vfs *system = sqlite3_vfs_find(NULL);
	struct writing w;

	struct own own = open_own(c);
	for (size_t i = 0; i < 2; i++)
		system->xSetSystemCall(system, calls[i], (sqlite3_syscall_ptr)write_or_full);
	begin_writing(c, &w, own.url, false);
	WANT_I64(OK, write_one(c, &w, 1));
	atomic_store(&disk_is_full, true);
	want_refused(c, ERR_STORE, write_one(c, &w, 2), "the disk is full");
	want_refused(c, ERR_STORE, write_one(c, &w, 3), "the disk is full");
	atomic_store(&disk_is_full, false);
	WANT_I64(OK, write_one(c, &w, 4));
	WANT_I64(2, count(c));
	store_writer_stop(w.writer);
	close_own(c, &own);
	for (size_t i = 0; i < 2; i++)
		system->xSetSystemCall(system, calls[i], NULL);
}

/* --- a lost connection --- */

STMT(kill_others,
     "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> "
     "pg_backend_pid() AND datname = current_database() AND application_name = 'store-test'",
     "", "i", STORE_ONE);

struct losing {
	struct store *killer;
	int runs;
};

static enum err lose_connection(struct ctx *c, void *arg)
{
	struct losing *l = arg;
	struct store *mine = c->store;
	struct store_rows rows;

	TRY(add(c, ++l->runs));
	if (l->runs == 1) {
		c->store = l->killer;
		enum err err = store_run(c, &kill_others, NULL, NULL, &rows);
		c->store = mine;
		TRY(err);
	}
	return add(c, 100);
}

TEST(store, a_transaction_is_repeated_when_its_connection_is_lost)
{
	struct losing losing = { 0 };

	if (test_on_lite())
		return;
	struct own own = open_own(c);
	losing.killer = opened(c, own.url, STORE_READ);
	c->store = own.store;
	WANT_OK(store_in_tx(c, lose_connection, &losing));
	WANT_I64(2, losing.runs);
	WANT_I64(2, count(c));
	store_close(&losing.killer);
	close_own(c, &own);
}

TEST(store, a_reader_goes_on_when_its_connection_was_lost)
{
	if (test_on_lite())
		return;
	struct own own = open_own(c);
	struct store *reader = opened(c, own.url, STORE_READ);
	struct store_rows rows;

	WANT_I64(0, count(c));
	c->store = own.store;
	WANT_OK(store_run(c, &kill_others, NULL, NULL, &rows));
	c->store = reader;
	WANT_I64(0, count(c));
	store_close(&reader);
	close_own(c, &own);
}

TEST(store, a_writer_goes_on_when_its_connection_was_lost)
{
	struct writing w;
	struct store_rows rows;

	if (test_on_lite())
		return;
	struct own own = open_own(c);
	begin_writing(c, &w, own.url, false);
	WANT_I64(OK, write_one(c, &w, 2));
	WANT_I64(OK, write_one(c, &w, 4));
	WANT_OK(store_run(c, &kill_others, NULL, NULL, &rows));
	WANT(rows.value[0].i >= 2);
	WANT_I64(OK, write_one(c, &w, 6));
	WANT_I64(OK, write_one(c, &w, 8));
	WANT_I64(4, count(c));
	store_writer_stop(w.writer);
	close_own(c, &own);
}
