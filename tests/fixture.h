/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * fixture: a project at work, made through the rooms' doors, for tests of the rooms
 * that work on one: users, an org with money, records, a paid and open project.
 */
#ifndef TESTS_FIXTURE_H
#define TESTS_FIXTURE_H
#include "assignment/assignment.h"
#include "tests/test.h"

enum { FIXTURE_WORKERS = 8 };

struct fixture_shape {
	int tasks;	/* 3 when 0 */
	int redundancy; /* 2 when 0 */
	int gold;	/* so many of the tasks, from the first, know the answer "cat" */
	int gold_share_permille;
	int64_t reward_minor; /* 10 when 0 */
	int64_t approve_after_s;
	int64_t time_allowed_s; /* 600 when 0 */
	bool learned;		/* that time is left to the house */
	bool picking;
	int confidence_permille; /* 2 answers at least */
	int gold_grown;
	int copy_permille;
	bool shrunk;	      /* results by skill; else by plurality */
	bool draft;	      /* not published yet */
	const char *template; /* a choice `label` of cat and dog when NULL */
	struct str file;      /* the records as a file of its own form; else a CSV of names */
};

struct fixture {
	user_id requester;
	org_id org;
	project_id project;
	user_id worker[FIXTURE_WORKERS];
};

/* Everything WANTs: a fixture that cannot be made is a failed test. Acts as the requester after. */
struct fixture fixture_open(struct ctx *c, struct fixture_shape);

/* Another project of the same org, for the same people. */
struct fixture fixture_more(struct ctx *c, const struct fixture *, struct fixture_shape);

/* From now on this person acts. */
void fixture_act(struct ctx *c, user_id, uint32_t roles);

/* The worker takes that task and answers {"label": label}. */
void fixture_answer(struct ctx *c, const struct fixture *, int worker, int64_t task,
		    const char *label);
/* The same with a whole answer, in canonical form. */
void fixture_submit(struct ctx *c, const struct fixture *, int worker, int64_t task,
		    struct str answer);

#endif
