/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * store: one SQL text on two engines.
 *
 * Statements are written in ROOM.sql and made into typed functions by
 * tools/mksql; nothing else writes SQL. A `struct store` is one connection; a
 * statement is prepared on it at its first use. The driver (lite.c on SQLite,
 * pg.c on PostgreSQL) is chosen by the URL.
 *
 * Writes of a server go through `struct store_writer`: one thread (three on
 * PostgreSQL, the last for what follows behind) that takes whatever is queued, at most 256 tasks,
 * runs them in one transaction, commits once, then reports each. A refused task is rolled back
 * alone, if need be by running the batch again in savepoints. Nothing is reported as
 * done before COMMIT has returned. When COMMIT's outcome is not known, or the engine asks
 * for another try, the batch is run again, until its oldest task was posted STORE_DEADLINE_US ago;
 * then every task in it gets ERR_STORE.
 *
 * ERR_STORE  the engine refuses for reasons of its own (disk full, gone); the message says which,
 *            `said` of the refusal holds the engine's words for the log
 * ERR_BUSY   the writer's queue is full
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H
#include "base/base.h"
#include "os/os.h"

enum store_type { STORE_INT = 'i', STORE_TEXT = 't', STORE_BLOB = 'b', STORE_REAL = 'r' };
enum store_shape { STORE_NONE, STORE_CHANGED, STORE_ONE, STORE_MAYBE, STORE_MANY };

/* One statement, made by mksql. `params` and `columns` are letters of enum store_type. */
struct store_stmt {
	const char *name; /* ledger_entry_add */
	const char *sql;  /* both engines' text with $1 … and engine-marked comments */
	const char *params;
	const char *columns;
	enum store_shape shape;
	const char *group; /* the room's shard group: "project", "account", "reference", "local" */
	/* For many rows at once, else NULL: PostgreSQL's text, whose parameters behind the first
	 * `shared` are arrays, and the numbers of those by which an INSERT tells its rows. */
	int shared;
	const char *each;
	const char *match;
};

struct store_value {
	bool null;
	int64_t i;
	double r;
	struct str s; /* text or blob */
};

struct store_rows {
	struct store_value *value; /* row by row, in the context's memory */
	size_t count;
	size_t columns;
};

/* What mksql's functions call. `args` has one value for each parameter. */
MUST_USE enum err store_run(struct ctx *, const struct store_stmt *, const struct store_value *args,
			    int64_t *changed, struct store_rows *rows);

/*
 * One statement for `count` rows: `shared` has the values that they have in common, `each` the
 * rows' own, one row after the other. `hit[i]` tells whether it changed or found something for row
 * i (NULL: nobody asks), `found` takes the columns that it found, row by row. On SQLite the rows
 * act one after the other, on PostgreSQL at once: so no row may depend on another, and two that
 * change the same place are one too many. Rows of one table are given in the order of its key, so
 * that two writers do not wait for each other in a circle.
 */
MUST_USE enum err store_run_each(struct ctx *, const struct store_stmt *,
				 const struct store_value *shared, const struct store_value *each,
				 size_t count, bool *hit, struct store_value *found);

enum store_mode {
	STORE_READ, /* refuses to write */
	STORE_WRITE,
};

/* url: sqlite:PATH, sqlite::memory:, postgresql://… . Makes the file (WRITE). */
MUST_USE enum err store_open(struct ctx *, struct arena *, const char *url, enum store_mode,
			     struct store **out);
void store_close(struct store **); /* for DEFER */
/* How long the engine may say nothing before a statement or a COMMIT is refused with ERR_STORE, its
 * outcome unknown; 0, as at first: for ever. Not asked by SQLite, which has no one to wait for. */
void store_patience(struct store *, int64_t us);
bool store_is_lite(const struct store *);
const char *store_engine(const struct store *); /* "sqlite" or "postgresql" */

/* A transaction on ctx->store. `begin` takes the write lock on SQLite (BEGIN IMMEDIATE). */
MUST_USE enum err store_begin(struct ctx *);
MUST_USE enum err store_commit(struct ctx *); /* CHECKs that no refusal stands in the context */
void store_rollback(struct ctx *);
bool store_in_txn(const struct store *);
/* Hold this spread too (see store_task.hold), but without waiting, as a transaction may hold others
 * already. On SQLite, which has one writer, it is always ours. */
MUST_USE enum err store_hold_try(struct ctx *, uint64_t spread, bool *ours);
/* Refuses: what was read is no longer so, and the whole transaction is to be run once more. */
MUST_USE enum err store_ask_again(struct ctx *, const char *why);
/*
 * The sides that statements on this connection have touched since the last call, as bits of
 * enum store_side. A transaction that touches both is not one where the sides lie on two servers.
 */
enum store_side { STORE_PROJECT_SIDE = 1, STORE_ACCOUNT_SIDE = 2 };
unsigned store_touched(struct store *);
void store_one_side(struct store *); /* CHECKs in a debug build that it was not both */

/* Savepoints, for the writer and the test harness; `depth` counts from 0. */
enum { STORE_DEPTH_MAX = 8 };
MUST_USE enum err store_save(struct ctx *, int depth);
MUST_USE enum err store_release(struct ctx *, int depth);
void store_back_to(struct ctx *, int depth);

/* Run `body` in a transaction of its own: begin, body, commit; rolled back when it refuses;
 * the whole repeated when the engine asks for it (deadlock, serialisation, lost connection). For
 * commands that run beside a server, and for tests. Inside an open transaction it is a
 * savepoint. */
MUST_USE enum err store_in_tx(struct ctx *, enum err (*body)(struct ctx *, void *), void *arg);

/*
 * Notes: what a writer's transaction gathers in memory, to be written once before
 * its COMMIT (see before_commit). Rolling back to a savepoint takes off the notes made
 * since; the end of the transaction takes off all. Connections other than a
 * writer's do not gather. `name` must live as long as the process.
 */
struct store_note {
	int form; /* the owner's; lib/job is the only one */
	const char *name;
	int64_t key, part, value, second;
};
bool store_gathers(const struct store *);
void store_note_add(struct store *, struct store_note); /* CHECKs that the connection gathers */
/* All of them, in the order in which they were made; the caller may sort them. */
struct store_note *store_notes(struct store *, size_t *count);
void store_notes_forget(struct store *);

/* --- schema.c --- */
struct store_step {
	const char *name; /* "0005_ledger" */
	const char *sql;
	const char *group;
};
extern const struct store_step
	store_steps[]; /* made at build time from every NNNN_*.sql; ends with name NULL */
extern const struct store_stmt *const store_statements[]; /* every statement, ends with NULL */

/* Apply the steps that are not yet in table `schema_step`, each in its own transaction.
 * ERR_CONFLICT when the database knows a step that this program does not. */
MUST_USE enum err store_migrate(struct ctx *, int *applied);
/* Prepare every statement on this connection; names the first that does not. */
MUST_USE enum err store_prepare_all(struct ctx *);

/* --- writer.c --- */
struct store_writer;

enum { STORE_BATCH_MAX = 256, STORE_QUEUE_MAX = 16384 };
#define STORE_DEADLINE_US (10 * USEC_SECOND)

/*
 * One piece of work for the writer. `run` may be called several times and must begin by
 * resetting what it makes; it runs with ctx->store, ctx->now and an empty
 * refusal set. `done` is called once, on the writer's thread, with what became
 * of it: OK only after COMMIT. The owner keeps the task until then.
 *
 * Tasks of one transaction that have the same `many` (then `run` is NULL) are given to it
 * together, at most STORE_BATCH_MAX of them, with a context of the writer's own whose memory ends
 * with the batch. It says for each what became of it. One that it refuses has changed nothing:
 * `many` has no savepoints to go back to. What it returns is about the whole: not OK, and nothing
 * of it is kept; then its tasks are given to it again one by one.
 */
struct store_task {
	struct ctx *ctx;
	enum err (*run)(struct ctx *, void *arg);
	enum err (*many)(struct ctx *, struct store_task *const *, size_t count, enum err *verdict);
	void (*done)(struct store_task *, enum err);
	void *arg;
	uint64_t spread; /* tasks of one spread go to the same writer */
	bool hold;	 /* one transaction at a time with this spread, of all servers */
	bool behind;	 /* to the last writer instead, or one a transaction: nobody waits for it */
	bool alone;	 /* where others write too: in a transaction of its own */
	struct store_task *next; /* the writer's own, and when it was posted */
	int64_t posted_us;
};

struct store_writer_options {
	const char *url;
	int threads; /* 1 on SQLite; 0: 1 there, 3 on PostgreSQL */
	struct clock *clock;
	struct dice *dice;
	/* Called on the writer's thread in each transaction, after its tasks, before COMMIT. */
	enum err (*before_commit)(struct ctx *, void *arg);
	/* Called after COMMIT, before the tasks are reported. */
	void (*after_commit)(void *arg);
	void *arg;
	bool by_hand; /* for simulation, on SQLite: no thread of its own, see store_writer_turn */
};

MUST_USE enum err store_writer_start(struct ctx *, struct arena *, struct store_writer_options,
				     struct store_writer **out);
/* ERR_BUSY when the queue is full (the task is not taken). Safe from any thread. */
MUST_USE enum err store_writer_post(struct store_writer *, struct store_task *);
/* Wait for what is queued, then stop. Later posts are refused with ERR_BUSY. */
void store_writer_stop(struct store_writer *);
/* Of a writer that goes by hand: one batch on the caller's thread; false when nothing waits. */
bool store_writer_turn(struct store_writer *);
int64_t store_writer_queue(const struct store_writer *); /* tasks waiting */
int64_t store_writer_commits(const struct store_writer *);

#endif
