/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * town: a day of simulated people at a site, with faults, from one seed.
 *
 * Requesters bring projects, pay for them and close them; workers of four habits (honest,
 * slow, spamming, leaving) take tasks and hand them in; reviewers decide; an operator
 * records deposits. Between them and the site lies a network that loses requests and replies,
 * repeats requests, delays them and changes their order. The store has trouble, the disk
 * fills, the process is killed, the power goes, the clock jumps. Whoever has no reply asks
 * again.
 *
 * The day has two parts. In the first all of that happens, for 24 hours of the pretend clock.
 * Then the faults stop, people do what is left, and within a bound of time and steps the site must
 * come to rest: every project closed, every answer paid for, every parcel arrived, no escrow with
 * money in it, no job broken.
 *
 * All invariants of all rooms are run as often as asked; the history is checked after each
 * crash and at the end. Nothing depends on the machine's clock, on addresses or on threads, so a
 * seed repeats to the byte.
 */
#ifndef TESTS_SIM_TOWN_H
#define TESTS_SIM_TOWN_H
#include "tests/sim/history.h"
#include "tests/sim/site.h"

struct town_options {
	uint64_t seed;
	int every;		       /* steps between two runs of the invariants */
	int mutant;		       /* of faulty_mutants */
	bool calm;		       /* no faults */
	bool trace;		       /* tell every step on stdout */
	const char *data;	       /* an empty folder for uploaded files */
	const struct disk_image *made; /* a disk with an empty site on it */
	struct disk *disk;
	const char *log; /* write the history there; or NULL */
};

/* What goes wrong on purpose, each counted when it has happened. */
#define TOWN_FAULTS(X)                                \
	X(BUSY, "statements that were busy")          \
	X(FULL, "statements on a full disk")          \
	X(COMMIT_FULL, "commits on a full disk")      \
	X(COMMIT_LOST, "commits lost without word")   \
	X(COMMIT_DONE, "commits done without word")   \
	X(DISK_FULL, "writes cut short")              \
	X(DISK_ERROR, "writes and syncs that failed") \
	X(KILL, "kills")                              \
	X(POWER, "losses of power")                   \
	X(JUMP, "jumps of the clock")                 \
	X(UNKNOWN, "requests without word")           \
	X(AGAIN, "requests sent twice")

enum town_fault {
#define TOWN_FAULT_ENUM(name, words) TOWN_##name,
	TOWN_FAULTS(TOWN_FAULT_ENUM)
#undef TOWN_FAULT_ENUM
		TOWN_FAULT_COUNT
};

struct town_result {
	const char *broken; /* NULL: all was well; else what did not hold */
	char about[400];
	int step; /* of the break, or the last one */
	int64_t requests, answers, jobs, checks, mutated;
	int64_t fault[TOWN_FAULT_COUNT];
	int64_t virtual_us;
	uint64_t hash; /* of the disk at the end */
};

/* One day. Everything it takes is given back. */
void town_day(const struct town_options *, struct town_result *);

#endif
