/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the files of lib/store know of each other: the connection, and what a driver does. */
#ifndef STORE_STORE_IN_H
#define STORE_STORE_IN_H
#include "store/store.h"

struct sqlite3;
struct lite_log;

enum store_control {
	STORE_BEGIN,
	STORE_COMMIT,
	STORE_ROLLBACK,
	STORE_SAVE,
	STORE_RELEASE,
	STORE_BACK
};

/*
 * One engine. Whatever fails has called store_failed. `run` sets both outputs (they are never
 * NULL); `control` with STORE_ROLLBACK and STORE_BACK does not fail but marks the connection
 * broken.
 */
struct store_driver {
	const char *name;
	enum err (*run)(struct ctx *, struct store *, const struct store_stmt *,
			const struct store_value *args, int64_t *changed, struct store_rows *);
	/* `hit` comes cleared; nothing is NULL that the shape asks for. */
	enum err (*run_each)(struct ctx *, struct store *, const struct store_stmt *,
			     const struct store_value *shared, const struct store_value *each,
			     size_t count, bool *hit, struct store_value *found);
	enum err (*control)(struct ctx *, struct store *, enum store_control, int depth);
	/* Several statements in one text, in the driver's own words. */
	enum err (*script)(struct ctx *, struct store *, const char *sql);
	enum err (*prepare)(struct ctx *, struct store *, const struct store_stmt *);
	void (*close)(struct store *);
	/* Between two batches of the writer; NULL when there is nothing to do. */
	void (*tidy)(struct store *);
};

enum { STORE_SAID_MAX = 400 };

struct store {
	const struct store_driver *driver;
	struct arena *mem;
	void *engine; /* the driver's own */
	enum store_mode mode;
	bool lite;
	bool in_txn;
	bool gathers;
	bool by_keys;	     /* a writer of the server: its statements go by keys */
	bool again;	     /* the failure asks for the whole transaction once more */
	bool broken;	     /* the failure ended the transaction, not just its statement */
	unsigned touched;    /* enum store_side */
	int64_t patience_us; /* see store_patience */
	bool stirred;	     /* a statement changed a row, or failed */
	bool owed;	     /* what has failed is a statement that was not waited for */
	char said[STORE_SAID_MAX];
	struct store_note *note;
	size_t note_count, note_size;
	size_t note_mark[STORE_DEPTH_MAX];
};

/* What a failure means for the transaction around it. */
enum store_failure {
	STORE_REFUSED, /* this statement alone */
	STORE_AGAIN,   /* run the whole transaction again */
	STORE_BROKEN,  /* the transaction is over */
};

/* Keep what the engine said and refuse with ERR_STORE and `message`. */
MUST_USE enum err store_failed(struct ctx *, struct store *, enum store_failure, const char *what,
			       const char *said, const char *message);

/* The engine's text of a statement or step: its own words come out of their comments, the other
 * engine's go, other comments become blanks. `types` also turns a schema step's types. */
const char *store_text(struct arena *, const char *sql, bool lite, bool types);

/* The places of a table that is looked up by the statement's address. */
struct store_cache_row {
	const struct store_stmt *stmt;
	void *made;
};
struct store_cache {
	struct store_cache_row *row;
	size_t size, count; /* size is a power of two */
};
struct store_cache store_cache_make(struct arena *);
/* The row of `stmt`, new when `made` is NULL. */
struct store_cache_row *store_cache_at(struct store_cache *, const struct store_stmt *);

/* Has a statement changed a row, or failed, since the last call? */
bool store_was_stirred(struct store *);
/* Take off the notes made since there were `count`. */
void store_notes_cut(struct store *, size_t count);

/* Room for one more row behind `rows->count`, in the context's memory; false when it is spent. */
MUST_USE bool store_row_room(struct ctx *, struct store_rows *, size_t *size);

MUST_USE enum err lite_open(struct ctx *, struct store *, const char *path);
MUST_USE enum err pg_open(struct ctx *, struct store *, const char *url);
MUST_USE enum err pg_by_keys(struct ctx *, struct store *);

/* lite.c: from now on a thread of its own moves the log into the file. */
struct lite_checkpointer;
struct lite_checkpointer *lite_checkpointer_start(struct arena *, struct store *);
void lite_checkpointer_stop(struct lite_checkpointer *);

/* Hold a spread until the transaction ends, and wait for it: see store_task.hold. */
MUST_USE enum err store_hold(struct ctx *, uint64_t spread);

/* From now on the planner is told to go by keys, after each connecting as well. */
MUST_USE enum err store_by_keys(struct ctx *, struct store *);

/* lite_log.c: the writer's connection writes its log in few pieces. */
struct lite_log *lite_log_gather(struct arena *, struct sqlite3 *); /* NULL: it cannot */
void lite_log_drop(struct lite_log *); /* what a transaction left that was taken back */
void lite_gather(struct store *);      /* lite.c: the same, of a store on SQLite */

void store_pause(int64_t us); /* before another try */

#endif
