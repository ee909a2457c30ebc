/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * site: one server in one thread, for simulation: the real rooms, the real store and
 * writer, the real jobs, on a pretend disk with a pretend clock and dice.
 *
 * What threads do in a server is done here in turns that the owner takes in any order he
 * likes: requests wait for the writer, the runner looks for due jobs, a job's `before` is
 * run, its body waits for the writer, the writer takes all that waits as one batch. A crash
 * throws away what the process has in memory, at any point between two turns or, with
 * the disk's help, in the middle of one; what comes after goes on from the disk.
 */
#ifndef TESTS_SIM_SITE_H
#define TESTS_SIM_SITE_H
#include "job/job_in.h"
#include "tests/sim/disk.h"
#include "tests/sim/faulty.h"

enum { SITE_JOBS = 12 };

enum site_stage { SITE_FREE, SITE_CLAIMED, SITE_READY, SITE_POSTED, SITE_FAILING };

struct site_job {
	struct site *site;
	enum site_stage stage;
	struct job_run run;
	struct arena *mem;
	struct ctx ctx;
	struct store_task task;
	struct arena_mark mark;
	struct refusal refusal;
};

struct site {
	struct arena *day; /* outlives a crash */
	struct disk *disk;
	struct faulty *faulty;
	struct clock *clock;
	struct dice *dice;
	const char *data;	  /* the folder of uploaded files */
	char *const *environment; /* settings, as in a process's; NULL: none */
	struct arena *mem;	  /* of the process */
	struct store_writer *writer;
	struct store *read;
	const struct setting_values *settings;
	void *const *rooms;
	const struct job_kind *const *kinds;
	struct site_job job[SITE_JOBS];
	/* The runner's claim, one at a time. */
	struct ctx claim_ctx;
	struct arena *claim_mem;
	struct store_task claim;
	struct job_run *claimed;
	size_t claimed_count;
	bool claiming;
	int claim_most;
	int64_t jobs_run, jobs_refused;
};

/* The schema on an empty disk. */
MUST_USE enum err site_make(struct site *);
/* Start the process. */
MUST_USE enum err site_start(struct site *);
/* End it as a machine does that fails: `cut` NULL keeps all that was written, as kill -9 does. */
void site_crash(struct site *, struct dice *cut);
/* End it in peace. */
void site_stop(struct site *);

/* A context as a request has it. */
struct ctx site_ctx(struct site *, struct arena *, struct actor);
/* Queue something for the writer. */
void site_post(struct site *, struct store_task *);

/* --- turns --- */
void site_look(struct site *, int most);	/* the runner: claim at most so many due jobs */
bool site_before(struct site *, struct dice *); /* one job that was claimed gets on */
bool site_write(struct site *);			/* the writer: a batch of all that waits */

/* The invariants of all rooms. `*broken` is the first that does not hold, with a row; or NULL. */
MUST_USE enum err site_check(struct site *, struct arena *, const char **broken, struct str *row);

#endif
