/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The runner behind tests/test.h. Every test is one test of one cmocka group; a failed
 * WANT leaves it by cmocka's own way out, and the next test goes on.
 *
 *   tests [--only ROOM | --only ROOM.NAME] [--without ROOM] [--engine nothing|sqlite|postgresql]
 *   SEED=N          one round of each property, with this seed
 *   TEST_ROUNDS=N   rounds of each property
 *   TESSERA_TEST_DATABASE=postgresql://…   an empty database: every test runs there as well
 *
 * The schema is applied once for each engine; a test's transaction is rolled back.
 */
#include <ftw.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>
#include "tests/test.h"
#include "app/house_in.h"

enum { SAVE_DEPTH = 7, JOBS_MAX = 10000 };

/* One engine and what a test's context is made of. */
struct bench {
	const char *name;
	const char *url; /* NULL: plain tests, no store */
	bool lite;
	bool is_open;
	struct arena *mem;   /* of the process */
	struct arena *round; /* of one round of one test */
	struct store *store;
	struct clock *clock;
	struct ctx ctx;
};

enum { BENCHES = 3 };

static struct bench benches[BENCHES] = {
	{ .name = "nothing" },
	{ .name = "sqlite", .url = "sqlite::memory:", .lite = true },
	{ .name = "postgresql" },
};

struct run {
	const struct test *test;
	struct bench *bench;
};

static struct test *first, **last = &first;
static struct bench *now_on;
static pthread_t main_thread;
static char data[] = "/tmp/tessera-test-XXXXXX";
static int64_t rounds = TEST_ROUNDS, seed_first = 1;
static bool in_test;

void test_register(struct test *t)
{
	*last = t;
	last = &t->next;
}

/* --- saying what is wrong --- */

_Noreturn static void leave(const char *file, int line)
{
	in_test = false;
	_fail(file, line);
	abort();
}

void test_want(bool holds, const char *text, const char *file, int line)
{
	if (holds)
		return;
	print_error("%s:%d: not so: %s\n", file, line, text);
	leave(file, line);
}

static const char *err_word(enum err err)
{
	return err == OK ? "OK" : err_row(err)->word;
}

void test_want_ok(struct ctx *c, enum err got, const char *text, const char *file, int line)
{
	if (got == OK)
		return;
	print_error("%s:%d: refused (%s, %.*s: %.*s): %s\n", file, line, err_word(got),
		    STR_ARG(c->refusal.field), STR_ARG(c->refusal.message), text);
	leave(file, line);
}

void test_want_i64(int64_t wanted, int64_t got, const char *text, const char *file, int line)
{
	if (wanted == got)
		return;
	print_error("%s:%d: wanted %lld, got %lld: %s\n", file, line, (long long)wanted,
		    (long long)got, text);
	leave(file, line);
}

void test_want_str(struct str wanted, struct str got, const char *text, const char *file, int line)
{
	if (str_eq(wanted, got))
		return;
	print_error("%s:%d: wanted \"%.*s\", got \"%.*s\": %s\n", file, line, STR_ARG(wanted),
		    STR_ARG(got), text);
	leave(file, line);
}

/* --- refusals inside a test's transaction --- */

void test_save(struct ctx *c)
{
	if (c->store != NULL && store_save(c, SAVE_DEPTH) != OK)
		test_want_ok(c, ERR_STORE, "savepoint", __FILE__, __LINE__);
}

void test_attempt(struct ctx *c, enum err got)
{
	if (c->store != NULL) {
		c->refusal = (struct refusal){ 0 };
		if (got != OK)
			store_back_to(c, SAVE_DEPTH);
		if (store_release(c, SAVE_DEPTH) != OK)
			test_want_ok(c, ERR_STORE, "release", __FILE__, __LINE__);
	}
	c->refusal = (struct refusal){ 0 };
}

void test_want_err(struct ctx *c, enum err wanted, enum err got, const char *text, const char *file,
		   int line)
{
	if (wanted != got) {
		print_error("%s:%d: wanted a refusal (%s), got %s (%.*s): %s\n", file, line,
			    err_word(wanted), err_word(got), STR_ARG(c->refusal.message), text);
		leave(file, line);
	}
	test_attempt(c, got);
}

/* --- the pretend world --- */

struct clock *test_clock(void)
{
	return now_on->clock;
}

void test_wait(struct ctx *c, int64_t us)
{
	clock_move(now_on->clock, us);
	c->now = clock_now(now_on->clock);
}

bool test_on_lite(void)
{
	return now_on->lite;
}

int test_run_jobs(struct ctx *c)
{
	int ran;

	test_want_ok(c, job_run_due(c, house_jobs(c->mem), JOBS_MAX, &ran), "job_run_due", __FILE__,
		     __LINE__);
	return ran;
}

static int remove_one(const char *path, const struct stat *s, int type, struct FTW *where)
{
	(void)s;
	(void)type;
	return where->level == 0 ? 0 : remove(path);
}

static void empty_data(void)
{
	if (nftw(data, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0)
		print_error("%s: cannot be emptied\n", data);
}

static void context(struct bench *b, uint64_t seed)
{
	static char *const nothing[] = { NULL };
	struct ctx *c = &b->ctx;

	arena_clear(b->round);
	b->clock = clock_pretend(b->round, (usec){ INT64_C(1780000000) * USEC_SECOND });
	*c = (struct ctx){
		.mem = b->round,
		.store = b->store,
		.dice = dice_pretend(b->round, seed),
		.now = clock_now(b->clock),
		.actor = { .via = S("test") },
		.request = S("test"),
		.data = data,
	};
	if (b->url == NULL)
		return;
	test_want_ok(c, house_settings(c, S(""), nothing, &c->settings), "settings", __FILE__,
		     __LINE__);
	test_want_ok(c, store_begin(c), "begin", __FILE__, __LINE__);
	test_want_ok(c, house_states(c, b->round, &c->rooms), "states of the rooms", __FILE__,
		     __LINE__);
}

/* Opens the engine's store at the first test that needs it. */
static void open_bench(struct bench *b)
{
	int applied;

	now_on = b;
	if (b->is_open)
		return;
	b->is_open = true;
	b->mem = arena_new(0);
	b->round = arena_new((size_t)256 << 20);
	if (b->url == NULL)
		return;
	b->ctx = (struct ctx){ .mem = b->mem, .data = data };
	b->ctx.dice = dice_real(b->mem);
	test_want_ok(&b->ctx, store_open(&b->ctx, b->mem, b->url, STORE_WRITE, &b->store), b->url,
		     __FILE__, __LINE__);
	b->ctx.store = b->store;
	test_want_ok(&b->ctx, store_migrate(&b->ctx, &applied), "schema", __FILE__, __LINE__);
}

static void check_house(struct ctx *c, const struct test *t)
{
	const struct room_invariant *broken;
	struct str row;

	if (c->refusal.err != OK) {
		print_error("%s.%s: a refusal is left standing: %.*s\n", t->room, t->name,
			    STR_ARG(c->refusal.message));
		leave(__FILE__, __LINE__);
	}
	if (now_on->store == NULL)
		return;
	test_want_ok(c, house_check(c, &broken, &row), "invariants", __FILE__, __LINE__);
	if (broken == NULL)
		return;
	print_error("%s.%s: the invariant %s does not hold (%s): %.*s\n", t->room, t->name,
		    broken->name, broken->about, STR_ARG(row));
	leave(__FILE__, __LINE__);
}

static void play_test(void **state)
{
	struct run *run = *state;
	struct bench *b = run->bench;
	int64_t count = run->test->property ? rounds : 1;

	open_bench(b);
	for (int64_t i = 0; i < count; i++) {
		if (run->test->property)
			check_story("%s.%s on %s, SEED=%lld", run->test->room, run->test->name,
				    b->name, (long long)(seed_first + i));
		else
			check_story("%s.%s on %s", run->test->room, run->test->name, b->name);
		b->ctx.request = (struct str){ 0 };
		context(b, (uint64_t)(seed_first + i));
		in_test = true;
		run->test->body(&b->ctx);
		check_house(&b->ctx, run->test);
		in_test = false;
		if (b->store != NULL)
			store_rollback(&b->ctx);
	}
}

static int after_test(void **state)
{
	struct run *run = *state;
	struct bench *b = run->bench;

	in_test = false;
	if (b->store != NULL && store_in_txn(b->store))
		store_rollback(&b->ctx);
	empty_data();
	return 0;
}

/* A failed CHECK in a test's own thread fails that test; anywhere else it ends the process. */
static void on_abort(int number)
{
	if (in_test && pthread_equal(pthread_self(), main_thread))
		leave("CHECK", 0);
	signal(number, SIG_DFL);
	raise(number);
}

/* --- choosing and running --- */

struct choice {
	const char *only;    /* ROOM or ROOM.NAME, or NULL */
	const char *engine;  /* or NULL */
	const char *without; /* ROOM, or NULL */
};

static bool chosen(const struct test *t, const struct bench *b, struct choice choice)
{
	const char *only = choice.only;
	size_t room = strlen(t->room);

	if (t->plain != (b == &benches[0]) || (!t->plain && b->url == NULL))
		return false;
	if (choice.engine != NULL && strcmp(choice.engine, b->name) != 0)
		return false;
	if (choice.without != NULL && strcmp(choice.without, t->room) == 0)
		return false;
	if (only == NULL)
		return true;
	if (strncmp(only, t->room, room) != 0)
		return false;
	return only[room] == '\0' || (only[room] == '.' && strcmp(only + room + 1, t->name) == 0);
}

static size_t gather(struct arena *mem, struct choice choice, struct CMUnitTest **out)
{
	size_t count = 0, room = 0;

	for (const struct test *t = first; t != NULL; t = t->next)
		room++;
	*out = NEW_MANY(mem, struct CMUnitTest, room * BENCHES + 1);
	for (int i = 0; i < BENCHES; i++) {
		for (const struct test *t = first; t != NULL; t = t->next) {
			if (!chosen(t, &benches[i], choice))
				continue;
			struct run *run = NEW(mem, struct run);
			struct str name =
				str_format(mem, "%s.%s%s%s", t->room, t->name,
					   t->plain ? "" : " on ", t->plain ? "" : benches[i].name);
			*run = (struct run){ t, &benches[i] };
			(*out)[count++] = (struct CMUnitTest){ str_c(mem, name), play_test, NULL,
							       after_test, run };
		}
	}
	return count;
}

static int64_t number_of(const char *name, int64_t fallback)
{
	const char *text = getenv(name);
	int64_t value;

	if (text == NULL || !num_i64(str_of(text), 0, INT64_MAX / 2, &value))
		return fallback;
	return value;
}

int main(int count, char **word)
{
	const char *only = NULL, *engine = NULL, *without = NULL;
	struct arena *mem = arena_new(0);
	struct CMUnitTest *tests;

	benches[2].url = getenv("TESSERA_TEST_DATABASE");
	for (int i = 1; i + 1 < count; i += 2) {
		if (strcmp(word[i], "--only") == 0)
			only = word[i + 1];
		else if (strcmp(word[i], "--engine") == 0)
			engine = word[i + 1];
		else if (strcmp(word[i], "--without") == 0)
			without = word[i + 1];
		else
			count = 0;
	}
	if (count % 2 == 0) {
		fprintf(stderr, "tests [--only ROOM | --only ROOM.NAME] [--without ROOM] "
				"[--engine NAME]\n");
		return 2;
	}
	if (mkdtemp(data) == NULL) {
		perror(data);
		return 1;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	main_thread = pthread_self();
	signal(SIGABRT, on_abort);
	rounds = number_of("TEST_ROUNDS", TEST_ROUNDS);
	if (getenv("SEED") != NULL) {
		seed_first = number_of("SEED", 1);
		rounds = 1;
	}

	size_t all = gather(mem, (struct choice){ only, engine, without }, &tests);
	int failed = all == 0 ? 0 : _cmocka_run_group_tests("tessera", tests, all, NULL, NULL);

	for (int i = 0; i < BENCHES; i++) {
		if (benches[i].store != NULL)
			store_close(&benches[i].store);
		if (benches[i].round != NULL)
			arena_free(benches[i].round);
		if (benches[i].mem != NULL)
			arena_free(benches[i].mem);
	}
	arena_free(mem);
	empty_data();
	rmdir(data);
	printf("%zu passed, %d failed\n", all - (size_t)failed, failed);
	return failed > 0 || all == 0 ? 1 : 0;
}
