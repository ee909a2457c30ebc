/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * faulty: a store whose engine misbehaves, for tests.
 *
 * It stands between lib/store and its driver, on any connection and either engine, so the house is
 * the same program with and without it. It does two things: *trouble*, which a database may
 * have at any time and which must do no harm; and *mutants*, each a mistake that the house
 * could have made and that the tests must notice (see faulty_mutants). A mutant is made here,
 * of the statements as they pass, instead of in the house behind a flag: so no room holds
 * code that is wrong on purpose, and no build is needed for each.
 */
#ifndef TESTS_SIM_FAULTY_H
#define TESTS_SIM_FAULTY_H
#include "store/store.h"

enum faulty_trouble {
	FAULTY_NONE,
	FAULTY_BUSY,	    /* a statement: the engine wants the transaction once more */
	FAULTY_FULL,	    /* a statement: the disk is full, the transaction is over */
	FAULTY_COMMIT_FULL, /* a commit that did not happen, and says so */
	FAULTY_COMMIT_LOST, /* a commit that did not happen; nobody knows */
	FAULTY_COMMIT_DONE, /* a commit that happened; nobody knows */
};

struct faulty;
struct faulty *faulty_new(struct arena *);
/* From now on what this connection does goes through here; a second time changes nothing. */
void faulty_wrap(struct faulty *, struct store *);
/* The n-th statement (or commit, of the last three) from now on meets it, once. */
void faulty_trouble(struct faulty *, enum faulty_trouble, int64_t nth);
bool faulty_met(const struct faulty *);

/* A mistake that is planted, and what must find it. */
struct faulty_mutant {
	const char *about;
	const char *found_by; /* invariants, or words of the history's */
};
enum { FAULTY_MUTANTS = 6 };
extern const struct faulty_mutant faulty_mutants[FAULTY_MUTANTS + 1]; /* the first is none */
void faulty_mutate(struct faulty *, int number);
/* How often it has made a difference. */
int64_t faulty_mutated(const struct faulty *);

#endif
