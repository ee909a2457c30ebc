/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * job: durable work behind the requests: signals, timers, repeats, progress.
 *
 * A job is a row (kind, key). Its body is one transaction of the store's writer that
 * also ends the row, so it acts once even if it is started twice. Work that needs
 * files or much reading goes into `before`, which runs on a job thread with a
 * read-only connection and hands its findings to the body.
 *
 * A signal says that something happened: `job_signal(c, &judge, project)`. Signals
 * with the same kind and key that are not yet running melt into one row. They are
 * gathered in memory and written once per transaction of the writer, so a hot
 * route pays for one row per batch. A command outside the server writes them at once.
 *
 * A body is bounded (some thousand rows or 20 ms); it calls `job_again` for the rest.
 * A body that refuses is tried again after 1, 2, 4 … 300 s; after ten tries the job is
 * kept as broken, shown by `tessera job list` and the operator's page, and can be revived. A
 * refusal for the store's own reasons (ERR_STORE, ERR_BUSY) is no try, and a job that
 * comes back by itself does not break. What is signalled while a body runs makes it run again.
 *
 * Names of kinds are literals: they live as long as the process.
 */
#ifndef JOB_JOB_H
#define JOB_JOB_H
#include "store/store.h"

struct job {
	int64_t key;	  /* what it is about: a project, an account, 0 for the site */
	int64_t part;	  /* a second number, 0 unless used (a source of a project) */
	void *prepared;	  /* from `before` */
	int tries;	  /* this one included */
	const char *kind; /* its name; the two below are set by the runner and by job_again */
	bool again;
};

struct job_kind {
	const char *name;				/* "quality.judge"; NULL ends a list */
	enum err (*before)(struct ctx *, struct job *); /* or NULL */
	enum err (*body)(struct ctx *, struct job *);
	int64_t every_us; /* > 0: it exists by itself with key 0 and comes back after this */
	const char *about;
};

/* In the caller's transaction: run soon. */
MUST_USE enum err job_signal(struct ctx *, const char *kind, int64_t key);
MUST_USE enum err job_signal_part(struct ctx *, const char *kind, int64_t key, int64_t part);
/*
 * The same for what costs less the more of it is done at once, as paying does: in a server it runs
 * JOB_GATHER_US later, with all that was signalled till then. Elsewhere nobody else signals.
 */
#define JOB_GATHER_US (USEC_SECOND / 4)
MUST_USE enum err job_gather(struct ctx *, const char *kind, int64_t key);
/* In the caller's transaction: run at or after `at`; an earlier row of the same key wins. */
MUST_USE enum err job_at(struct ctx *, const char *kind, int64_t key, int64_t part, usec at);
/* In a body: there is more of the same; run again at once. */
MUST_USE enum err job_again(struct ctx *, struct job *);

/* --- the runner, one in each server; several servers share the rows by leases --- */
struct job_runner;
struct job_runner_options {
	const char *url;
	struct store_writer *writer;
	struct clock *clock;
	struct dice *dice;
	const struct job_kind *const *kinds; /* lists, ended by NULL */
	const struct setting_values *settings;
	void *const *rooms;
	const char *data;
	int threads; /* for `before`; 0: 2 */
	void (*log)(struct str line);
};
MUST_USE enum err job_runner_start(struct ctx *, struct arena *, struct job_runner_options,
				   struct job_runner **out);
void job_runner_nudge(struct job_runner *); /* something was committed: look now; from any thread */
void job_runner_stop(struct job_runner *);  /* finishes bodies that have begun */

/* For the writer's options: writes the gathered signals of the batch, then forgets them. */
MUST_USE enum err job_flush_signals(struct ctx *);

/* For commands and tests: run everything that is due on ctx->store until nothing is, at most
 * `limit` bodies. Each runs in its own transaction, or savepoint when one is open. */
MUST_USE enum err job_run_due(struct ctx *, const struct job_kind *const *kinds, int limit,
			      int *ran);

/* --- looking at them --- */
enum job_state { JOB_WAITING, JOB_RUNNING, JOB_BROKEN };

struct job_line {
	struct str kind;
	int64_t key, part;
	usec run_at;
	int tries;
	enum job_state state;
	struct str message; /* of the last refusal, may be empty */
};

struct job_counts {
	int64_t due, broken;
	int64_t oldest_s; /* how long the oldest of those due has waited */
};

/* At most `limit`, the broken ones first, then by time. */
MUST_USE enum err job_list(struct ctx *, int limit, struct job_line **out, size_t *count);
MUST_USE enum err job_count(struct ctx *, struct job_counts *out);
/* In the caller's transaction: a broken job is tried again from now.
 * ERR_MISSING if it is not broken. */
MUST_USE enum err job_revive(struct ctx *, struct str kind, int64_t key, int64_t part);

#endif
