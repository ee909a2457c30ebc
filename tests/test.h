/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test: what every ROOM_test.c writes with.
 *
 * TEST(room, a_sentence) gets a context `c` with an open transaction on a store of its
 * own, a pretend clock and seeded dice. After each test all invariants of all
 * rooms are run, then everything is rolled back. Every room test runs on SQLite in
 * memory, and again on PostgreSQL when TESSERA_TEST_DATABASE names one.
 * PLAIN_TEST is for ground-floor modules that need no store (c->store is NULL).
 */
#ifndef TESTS_TEST_H
#define TESTS_TEST_H
#include "base/base.h"
#include "base/json.h"
#include "os/os.h"
#include "store/store.h"

struct test {
	const char *room;
	const char *name;
	void (*body)(struct ctx *c);
	bool plain;
	bool property; /* run TEST_ROUNDS times with seeds that are printed when it fails */
	struct test *next;
};

enum { TEST_ROUNDS = 50 };

void test_register(struct test *);

#define TEST_WITH(room_, name_, plain_, property_)                                       \
	static void test_##room_##_##name_(__attribute__((unused)) struct ctx *c);       \
	__attribute__((constructor)) static void test_##room_##_##name_##_register(void) \
	{                                                                                \
		static struct test t = { #room_, #name_,    test_##room_##_##name_,      \
					 plain_, property_, NULL };                      \
		test_register(&t);                                                       \
	}                                                                                \
	static void test_##room_##_##name_(__attribute__((unused)) struct ctx *c)

#define TEST(room, name) TEST_WITH(room, name, false, false)
#define PROPERTY(room, name) TEST_WITH(room, name, false, true)
#define PLAIN_TEST(room, name) TEST_WITH(room, name, true, false)
#define PLAIN_PROPERTY(room, name) TEST_WITH(room, name, true, true)

/* Each prints file, line and both values when it fails, and ends the test. */
#define WANT(condition) test_want((condition), #condition, __FILE__, __LINE__)
#define WANT_OK(call) test_want_ok(c, (call), #call, __FILE__, __LINE__)
#define WANT_ERR(err, call)                                                 \
	do {                                                                \
		test_save(c);                                               \
		test_want_err(c, (err), (call), #call, __FILE__, __LINE__); \
	} while (0)
#define WANT_I64(wanted, got) test_want_i64((wanted), (got), #got, __FILE__, __LINE__)
#define WANT_STR(wanted, got) test_want_str((wanted), (got), #got, __FILE__, __LINE__)

void test_want(bool, const char *text, const char *file, int line);
void test_want_ok(struct ctx *, enum err got, const char *text, const char *file, int line);
/* Also takes the refusal off the context and rolls back to before the call: the test can go on. */
void test_want_err(struct ctx *, enum err wanted, enum err got, const char *text, const char *file,
		   int line);
void test_want_i64(int64_t wanted, int64_t got, const char *text, const char *file, int line);
void test_want_str(struct str wanted, struct str got, const char *text, const char *file, int line);

/* Run what may be refused inside a savepoint; a refusal is taken back and forgotten. */
#define ATTEMPT(call)                    \
	do {                             \
		test_save(c);            \
		test_attempt(c, (call)); \
	} while (0)
void test_save(struct ctx *);
void test_attempt(struct ctx *, enum err);

struct clock *test_clock(void);		  /* the pretend clock behind c->now */
void test_wait(struct ctx *, int64_t us); /* move it, and c->now with it */
int test_run_jobs(struct ctx *);	  /* everything due, of all rooms; how many bodies ran */
bool test_on_lite(void);

#endif
