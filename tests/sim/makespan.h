/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * makespan: how long a project takes from the first to the last answer, with simulated workers
 * at the real rooms, jobs and store under the pretend clock.
 *
 * The crowd is that of the reference (decompose-stitch, 5.1): a task takes a lognormal time
 * (median 30 s, sigma .6), times the worker's own speed, lognormal (sigma .35); 3 of 100 are
 * distracted and take 5 to 20 times as long; 5 of 100 walk away from the task, of whom 70 of 100
 * close the page, and the others leave it open. A worker is there for 25 minutes in the mean and
 * away for 50; both are memoryless. Who has no task asks each 5 s. Three answers are asked for
 * each task; of more, the first count. What the reference leaves open is chosen here: the time is
 * drawn for a task and is the same for all who do it; who walks away never does that task, and
 * is away as after any stay, until its lease is over at least; who works on when his lease is over
 * hands in late.
 */
#ifndef TESTS_SIM_MAKESPAN_H
#define TESTS_SIM_MAKESPAN_H
#include "tests/sim/site.h"

enum { MAKESPAN_WORKERS = 120 };

struct makespan_options {
	uint64_t seed;
	int tasks;
	int64_t time_allowed_s;	  /* as project_edit has it: 0 is learned */
	bool signs;		  /* pages tell of themselves each 20 s */
	int64_t copy_permille;	  /* as project_edit has it: for second copies */
	char *const *environment; /* settings: how many copies and when */
	const char *data;	  /* an empty folder for uploaded files */
	const struct disk_image *made;
	struct disk *disk;
};

struct makespan_result {
	const char *broken; /* NULL, or what went wrong */
	int64_t us;	    /* until the last answer that was asked for */
	int64_t views;	    /* leases that were given */
	int64_t needed;	    /* answers that were asked for */
	int64_t refused;    /* answers that came too late */
};

/* One project. All invariants are run at its end. */
void makespan_run(const struct makespan_options *, struct makespan_result *);

#endif
