/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The writer, and what it does when the disk is full or a connection is gone. */
#include "store/store_test_in.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

STMT(probe_tell, "INSERT INTO store_probe(word, id) VALUES ('w', $1)", "i", "", STORE_NONE);

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
	TRY(own_add(c, p->id));
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
		p->ctx.store = w->store;
		p->seen = own_has(&p->ctx, p->id);
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
	struct own own = own_open(c);
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
	WANT_I64(88, own_count(c));
	store_writer_stop(w.writer);
	store_close(&w.store);
	own_close(c, &own);
}

/* All behind: three, one that is to be alone, and two. One writer alone takes them one by one. */
TEST(store, what_is_to_be_alone_is_alone_and_one_writer_takes_what_goes_behind_one_by_one)
{
	struct own own = own_open(c);
	struct writing w;
	struct piece *piece[7];

	begin_writing(c, &w, own.url, false);
	w.open = 1;
	for (int k = 0; k < 7; k++) {
		piece[k] = piece_of(arena_new(0), c, &w, 20 + k);
		piece[k]->task.behind = true;
		piece[k]->task.alone = k == 4;
	}
	piece[0]->task.run = run_gate;
	WANT_OK(store_writer_post(w.writer, &piece[0]->task));
	os_lock_take(w.lock);
	while (!w.held)
		os_lock_wait(w.lock, -1);
	os_lock_give(w.lock);
	for (int k = 1; k < 7; k++)
		WANT_OK(store_writer_post(w.writer, &piece[k]->task));
	os_lock_take(w.lock);
	w.open = 100; /* opens the gate */
	os_lock_wake_all(w.lock);
	while (w.open > 100 - 7)
		os_lock_wait(w.lock, -1);
	os_lock_give(w.lock);
	WANT_I64(test_on_lite() ? 7 : 4, store_writer_commits(w.writer));
	WANT_I64(6, own_count(c));
	store_writer_stop(w.writer);
	for (int k = 0; k < 7; k++)
		arena_free(piece[k]->ctx.mem);
	own_close(c, &own);
}

STMT(probe_word, "UPDATE store_probe SET word = 'x' WHERE id = $1", "i", "", STORE_CHANGED);

/* Two rows, the even pieces in one order and the odd ones in the other. */
static enum err run_two_rows(struct ctx *c, void *arg)
{
	struct piece *p = arg;
	const struct store_value id[2] = { { .i = 1 + p->id % 2 }, { .i = 2 - p->id % 2 } };
	int64_t changed;

	p->runs++;
	TRY(store_run(c, &probe_word, &id[0], &changed, NULL));
	store_pause(1000);
	return store_run(c, &probe_word, &id[1], &changed, NULL);
}

static enum err add_two_rows(struct ctx *c, void *arg)
{
	(void)arg;
	TRY(own_add(c, 1));
	return own_add(c, 2);
}

TEST(store, two_servers_that_change_the_rows_of_one_spread_wait_in_no_circle)
{
	struct own own = own_open(c);
	struct writing w[2];
	struct piece *piece[40];

	WANT_OK(store_in_tx(c, add_two_rows, NULL));
	begin_writing(c, &w[0], own.url, false);
	begin_writing(c, &w[1], own.url, false);
	w[0].open = w[1].open = 20;
	for (int k = 0; k < 40; k++) {
		piece[k] = piece_of(arena_new(0), c, &w[k % 2], k);
		piece[k]->task.run = run_two_rows;
		piece[k]->task.spread = 77;
		piece[k]->task.hold = true;
		WANT_OK(store_writer_post(w[k % 2].writer, &piece[k]->task));
	}
	for (int k = 0; k < 2; k++) {
		wait_for_all(&w[k]);
		store_writer_stop(w[k].writer);
	}
	for (int k = 0; k < 40; k++) {
		WANT_I64(OK, piece[k]->err);
		WANT_I64(1, piece[k]->runs);
		arena_free(piece[k]->ctx.mem);
	}
	own_close(c, &own);
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
	struct own own = own_open(c);
	struct writing w;
	struct piece *piece[100];

	begin_writing(c, &w, own.url, true);
	write_batch(c, &w, run_quiet_piece, piece);
	for (int k = 1; k < 100; k++) {
		WANT_I64(k == 13 || k == 99 ? ERR_STORE : OK, piece[k]->err);
		WANT(piece[k]->seen == (k != 13 && k != 99));
		arena_free(piece[k]->ctx.mem);
	}
	WANT_I64(97, own_count(c));
	store_writer_stop(w.writer);
	store_close(&w.store);
	own_close(c, &own);
}

static enum err run_last_piece(struct ctx *c, void *arg)
{
	struct piece *p = arg;

	return p->id < 98 ? OK : run_quiet_piece(c, arg);
}

TEST(store, a_failure_that_only_the_commit_tells_of_refuses_its_own_task_alone)
{
	struct own own = own_open(c);
	struct writing w;
	struct piece *piece[100];

	WANT_OK(store_begin(c));
	WANT_OK(own_add(c, 1));
	WANT_OK(store_commit(c));
	begin_writing(c, &w, own.url, true);
	write_batch(c, &w, run_last_piece, piece);
	for (int k = 1; k < 100; k++) {
		WANT_I64(k == 99 ? ERR_STORE : OK, piece[k]->err);
		arena_free(piece[k]->ctx.mem);
	}
	WANT_I64(2, own_count(c));
	store_writer_stop(w.writer);
	store_close(&w.store);
	own_close(c, &own);
}

static enum err run_careful_piece(struct ctx *c, void *arg)
{
	struct piece *p = arg;

	p->runs++;
	store_note_add(c->store, (struct store_note){ .name = "n", .value = 1 });
	if (p->id % 10 == 7)
		return refuse(c, ERR_CONFLICT, "sevens are not wanted");
	return p->id == 13 ? OK : own_add(c, p->id);
}

TEST(store, a_task_refused_before_it_changed_anything_does_not_make_the_others_run_again)
{
	struct own own = own_open(c);
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
	WANT_I64(88, own_count(c));
	store_writer_stop(w.writer);
	store_close(&w.store);
	own_close(c, &own);
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
	struct own own = own_open(c);
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
	WANT_I64(THREADS * EACH, own_count(c));
	WANT(store_writer_commits(w.writer) < THREADS * EACH / 2);
	WANT_I64(0, store_writer_queue(w.writer));
	store_writer_stop(w.writer);
	own_close(c, &own);
}

TEST(store, a_stopped_writer_has_written_what_was_queued_and_takes_no_more)
{
	struct writing w;
	struct arena *mem[50];

	struct own own = own_open(c);
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
	WANT_I64(50, own_count(c));
	struct piece *late = piece_of(c->mem, c, &w, 1);
	WANT_I64(ERR_BUSY, store_writer_post(w.writer, &late->task));
	WANT_STR(S("too much is waiting to be written, try again"), late->ctx.refusal.message);
	own_close(c, &own);
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

	struct own own = own_open(c);
	for (size_t i = 0; i < 2; i++)
		system->xSetSystemCall(system, calls[i], (sqlite3_syscall_ptr)write_or_full);
	begin_writing(c, &w, own.url, false);
	WANT_I64(OK, write_one(c, &w, 1));
	atomic_store(&disk_is_full, true);
	own_refused(c, ERR_STORE, write_one(c, &w, 2), "the disk is full");
	own_refused(c, ERR_STORE, write_one(c, &w, 3), "the disk is full");
	atomic_store(&disk_is_full, false);
	WANT_I64(OK, write_one(c, &w, 4));
	WANT_I64(2, own_count(c));
	store_writer_stop(w.writer);
	own_close(c, &own);
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

	TRY(own_add(c, ++l->runs));
	if (l->runs == 1) {
		c->store = l->killer;
		enum err err = store_run(c, &kill_others, NULL, NULL, &rows);
		c->store = mine;
		TRY(err);
	}
	return own_add(c, 100);
}

TEST(store, a_transaction_is_repeated_when_its_connection_is_lost)
{
	struct losing losing = { 0 };

	if (test_on_lite())
		return;
	struct own own = own_open(c);
	losing.killer = own_opened(c, own.url, STORE_READ);
	c->store = own.store;
	WANT_OK(store_in_tx(c, lose_connection, &losing));
	WANT_I64(2, losing.runs);
	WANT_I64(2, own_count(c));
	store_close(&losing.killer);
	own_close(c, &own);
}

TEST(store, a_reader_goes_on_when_its_connection_was_lost)
{
	if (test_on_lite())
		return;
	struct own own = own_open(c);
	struct store *reader = own_opened(c, own.url, STORE_READ);
	struct store_rows rows;

	WANT_I64(0, own_count(c));
	c->store = own.store;
	WANT_OK(store_run(c, &kill_others, NULL, NULL, &rows));
	c->store = reader;
	WANT_I64(0, own_count(c));
	store_close(&reader);
	own_close(c, &own);
}

TEST(store, a_writer_goes_on_when_its_connection_was_lost)
{
	struct writing w;
	struct store_rows rows;

	if (test_on_lite())
		return;
	struct own own = own_open(c);
	begin_writing(c, &w, own.url, false);
	WANT_I64(OK, write_one(c, &w, 2));
	WANT_I64(OK, write_one(c, &w, 4));
	WANT_OK(store_run(c, &kill_others, NULL, NULL, &rows));
	WANT(rows.value[0].i >= 2);
	WANT_I64(OK, write_one(c, &w, 6));
	WANT_I64(OK, write_one(c, &w, 8));
	WANT_I64(4, own_count(c));
	store_writer_stop(w.writer);
	own_close(c, &own);
}
