/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Jobs in a test's transaction, and the runner on a file of its own. */
#include "job/job.h"
#include "job/job.sql.h"
#include "job/job_in.h"
#include "job/tally.h"
#include "tests/test.h"

#include <stdatomic.h>
#include <stdlib.h>

/* What the bodies below have seen: as state of a process, found through ctx->rooms. */
struct seen {
	atomic_int bodies, befores, later;
	atomic_bool refuse, again;
	enum err refusal;
};

static struct seen *seen_of(struct ctx *c)
{
	return c->rooms[0];
}

static enum err count_body(struct ctx *c, struct job *job)
{
	struct seen *seen = seen_of(c);

	atomic_fetch_add(&seen->bodies, 1);
	TRY(tally_add(c, job->key, "ran", 1));
	if (atomic_load(&seen->refuse))
		return refuse(c, seen->refusal, "not today");
	if (atomic_exchange(&seen->again, false))
		return job_again(c, job);
	return OK;
}

static enum err self_body(struct ctx *c, struct job *job)
{
	atomic_fetch_add(&seen_of(c)->bodies, 1);
	return job_at(c, job->kind, job->key, job->part, usec_after(c->now, USEC_HOUR));
}

static enum err prepare(struct ctx *c, struct job *job)
{
	int *found = NEW(c->mem, int);

	*found = atomic_fetch_add(&seen_of(c)->befores, 1) + 41;
	job->prepared = found;
	return OK;
}

static enum err prepared_body(struct ctx *c, struct job *job)
{
	atomic_fetch_add(&seen_of(c)->bodies, 1);
	return *(const int *)job->prepared > 40 ? OK : refuse(c, ERR_INPUT, "nothing was prepared");
}

static enum err later_body(struct ctx *c, struct job *job)
{
	(void)job;
	atomic_fetch_add(&seen_of(c)->later, 1);
	return OK;
}

/* One row twice: the store refuses it as often as it is tried. */
static enum err clash_body(struct ctx *c, struct job *job)
{
	static const struct store_stmt clash = {
		"clash",    "INSERT INTO tally(key, name, part, n) VALUES (1, 'clash', 0, 1)",
		"",	    "",
		STORE_NONE, "each",
		0,	    NULL,
		""
	};

	(void)job;
	TRY(store_run(c, &clash, NULL, NULL, NULL));
	return store_run(c, &clash, NULL, NULL, NULL);
}

static const struct job_kind kinds_here[] = {
	{ .name = "probe.clash", .body = clash_body, .about = "is refused by the data" },
	{ .name = "probe.count", .body = count_body, .about = "counts" },
	{ .name = "probe.self", .body = self_body, .about = "comes back in an hour by itself" },
	{ .name = "probe.slow", .before = prepare, .body = prepared_body, .about = "prepares" },
	{ .name = NULL },
};
static const struct job_kind kinds_again[] = {
	{ .name = "probe.hourly",
	  .body = later_body,
	  .every_us = USEC_HOUR,
	  .about = "every hour" },
	{ .name = NULL },
};
static const struct job_kind *const kinds[] = { kinds_here, NULL };
static const struct job_kind *const kinds_hourly[] = { kinds_again, NULL };

static struct seen *watch(struct ctx *c)
{
	struct seen *seen = NEW(c->mem, struct seen);
	void **rooms = NEW_MANY(c->mem, void *, 1);

	rooms[0] = seen;
	seen->refusal = ERR_CONFLICT;
	c->rooms = rooms;
	return seen;
}

static int run_due(struct ctx *c)
{
	int ran;

	WANT_OK(job_run_due(c, kinds, 100, &ran));
	return ran;
}

static struct job_counts counts(struct ctx *c)
{
	struct job_counts out;

	WANT_OK(job_count(c, &out));
	return out;
}

static int64_t tally(struct ctx *c, int64_t key, const char *name)
{
	int64_t n;

	WANT_OK(tally_get(c, key, name, &n));
	return n;
}

TEST(job, signals_of_one_kind_and_key_melt_into_one_run)
{
	struct seen *seen = watch(c);

	for (int i = 0; i < 5; i++)
		WANT_OK(job_signal(c, "probe.count", 7));
	WANT_OK(job_signal(c, "probe.count", 8));
	WANT_OK(job_signal_part(c, "probe.count", 8, 1));
	WANT_I64(3, run_due(c));
	WANT_I64(3, seen->bodies);
	WANT_I64(1, tally(c, 7, "ran"));
	WANT_I64(0, run_due(c));
}

TEST(job, a_job_waits_for_its_time_and_the_earlier_time_wins)
{
	struct seen *seen = watch(c);

	WANT_OK(job_at(c, "probe.count", 1, 0, usec_after(c->now, 10 * USEC_MINUTE)));
	WANT_OK(job_at(c, "probe.count", 1, 0, usec_after(c->now, 5 * USEC_MINUTE)));
	WANT_OK(job_at(c, "probe.count", 1, 0, usec_after(c->now, 20 * USEC_MINUTE)));
	WANT_I64(0, run_due(c));
	test_wait(c, 5 * USEC_MINUTE);
	WANT_I64(1, run_due(c));
	test_wait(c, USEC_HOUR);
	WANT_I64(0, run_due(c));
	WANT_I64(1, seen->bodies);
}

TEST(job, a_body_may_ask_for_more_at_once)
{
	struct seen *seen = watch(c);

	seen->again = true;
	WANT_OK(job_signal(c, "probe.count", 1));
	WANT_I64(2, run_due(c));
}

TEST(job, a_body_may_put_itself_off)
{
	watch(c);
	WANT_OK(job_signal(c, "probe.self", 1));
	WANT_I64(1, run_due(c));
	WANT_I64(0, run_due(c));
	test_wait(c, USEC_HOUR);
	WANT_I64(1, run_due(c));
}

TEST(job, what_is_prepared_reaches_the_body)
{
	struct seen *seen = watch(c);

	WANT_OK(job_signal(c, "probe.slow", 1));
	WANT_I64(1, run_due(c));
	WANT_I64(1, seen->befores);
	WANT_I64(0, counts(c).due);
}

TEST(job, a_refused_body_leaves_nothing_and_is_tried_later_ten_times)
{
	struct seen *seen = watch(c);
	struct job_line *line;
	size_t count;

	seen->refuse = true;
	WANT_OK(job_signal(c, "probe.count", 3));
	WANT_I64(1, run_due(c));
	WANT_I64(0, tally(c, 3, "ran"));
	WANT_I64(0, run_due(c));
	WANT_OK(job_signal(c, "probe.count", 3));
	WANT_I64(0, run_due(c));
	test_wait(c, USEC_SECOND);
	WANT_I64(1, run_due(c));
	test_wait(c, USEC_SECOND);
	WANT_I64(0, run_due(c));
	for (int i = 0; i < 30; i++) {
		test_wait(c, 300 * USEC_SECOND);
		run_due(c);
	}
	WANT_I64(10, seen->bodies);
	WANT_I64(1, counts(c).broken);
	WANT_OK(job_list(c, 10, &line, &count));
	WANT_I64(1, (int64_t)count);
	WANT_STR(S("probe.count"), line[0].kind);
	WANT_STR(S("not today"), line[0].message);
	WANT_I64(JOB_BROKEN, line[0].state);
	WANT_I64(10, line[0].tries);

	seen->refuse = false;
	WANT_OK(job_revive(c, S("probe.count"), 3, 0));
	WANT_I64(1, run_due(c));
	WANT_I64(1, tally(c, 3, "ran"));
	WANT_ERR(ERR_MISSING, job_revive(c, S("probe.count"), 3, 0));
}

TEST(job, the_stores_own_troubles_do_not_break_a_job)
{
	struct seen *seen = watch(c);

	seen->refuse = true;
	seen->refusal = ERR_STORE;
	WANT_OK(job_signal(c, "probe.count", 3));
	for (int i = 0; i < 30; i++) {
		WANT_I64(1, run_due(c));
		test_wait(c, USEC_SECOND);
	}
	WANT_I64(0, counts(c).broken);
}

TEST(job, what_the_data_does_not_allow_breaks_a_job)
{
	watch(c);
	WANT_OK(job_signal(c, "probe.clash", 3));
	for (int i = 0; i < 10; i++) {
		WANT_I64(1, run_due(c));
		test_wait(c, USEC_HOUR);
	}
	WANT_I64(0, run_due(c));
	WANT_I64(1, counts(c).broken);
}

TEST(job, a_kind_that_nobody_knows_is_kept)
{
	watch(c);
	WANT_OK(job_signal(c, "probe.unknown", 3));
	WANT_I64(1, run_due(c));
	test_wait(c, USEC_MINUTE);
	WANT_I64(1, counts(c).due);
	WANT_I64(59, counts(c).oldest_s);
}

TEST(job, a_job_of_the_house_exists_by_itself_and_comes_back)
{
	struct seen *seen = watch(c);
	int ran;

	for (int i = 0; i < 4; i++) {
		WANT_OK(job_run_due(c, kinds_hourly, 100, &ran));
		WANT_I64(i % 2 == 0, ran);
		test_wait(c, USEC_HOUR / 2);
	}
	WANT_I64(2, seen->later);
}

/* What is claimed by one is not claimed by another; what came meanwhile is not lost. */
TEST(job, a_lease_keeps_others_away_until_it_ends)
{
	struct job_row_claim *row;
	struct seen *seen = watch(c);
	size_t count;
	int64_t changed;

	WANT_OK(job_signal(c, "probe.count", 1));
	WANT_OK(job_row_claim(c, 99, usec_after(c->now, USEC_MINUTE), c->now, 10, &row, &count));
	WANT_I64(1, (int64_t)count);
	WANT_I64(0, run_due(c));
	WANT_OK(job_signal(c, "probe.count", 1));
	WANT_I64(0, run_due(c));
	WANT_OK(job_row_end(c, S("probe.count"), 1, 0, 98, &changed));
	WANT_I64(0, changed);
	WANT_OK(job_row_end(c, S("probe.count"), 1, 0, 99, &changed));
	WANT_I64(0, changed);
	WANT_OK(job_row_let(c, S("probe.count"), 1, 0, 99, (usec){ 0 }, &changed));
	WANT_I64(1, changed);
	WANT_I64(1, run_due(c));

	WANT_OK(job_signal(c, "probe.count", 1));
	WANT_OK(job_row_claim(c, 99, usec_after(c->now, USEC_MINUTE), c->now, 10, &row, &count));
	test_wait(c, USEC_MINUTE);
	WANT_I64(1, run_due(c));
	WANT_OK(job_row_end(c, S("probe.count"), 1, 0, 99, &changed));
	WANT_I64(0, changed);
	WANT_I64(2, seen->bodies);
}

TEST(job, a_claim_takes_no_more_than_was_asked_for)
{
	struct job_row_claim *row;
	size_t count;

	for (int i = 0; i < 20; i++)
		WANT_OK(job_signal(c, "probe.count", i));
	WANT_OK(job_row_claim(c, 99, usec_after(c->now, USEC_MINUTE), c->now, 7, &row, &count));
	WANT_I64(7, (int64_t)count);
}

TEST(job, a_tally_adds_up)
{
	WANT_I64(0, tally(c, 5, "submitted"));
	WANT_OK(tally_add(c, 5, "submitted", 2));
	WANT_OK(tally_add(c, 5, "submitted", 3));
	WANT_OK(tally_add(c, 5, "returned", 1));
	WANT_OK(tally_add(c, 6, "submitted", 1));
	WANT_I64(5, tally(c, 5, "submitted"));
}

/* --- with a writer and a runner --- */

struct house {
	const char *url;
	struct clock *clock;
	struct store_writer *writer;
	struct job_runner *_Atomic runner;
	struct os_lock *lock;
	struct store *home, *outside;
	int open;
};

static enum err flush(struct ctx *c, void *arg)
{
	(void)arg;
	return job_flush_signals(c);
}

static void nudge(void *arg)
{
	struct job_runner *runner = atomic_load(&((struct house *)arg)->runner);

	if (runner != NULL)
		job_runner_nudge(runner);
}

static const struct store_stmt schema_drop = { "schema_drop",
					       "DROP SCHEMA IF EXISTS job_test CASCADE",
					       "",
					       "",
					       STORE_NONE,
					       "local",
					       0,
					       NULL,
					       "" };
static const struct store_stmt schema_make = {
	"schema_make", "CREATE SCHEMA job_test", "", "", STORE_NONE, "local", 0, NULL, ""
};

static enum err drop_schema(struct ctx *c, void *arg)
{
	(void)arg;
	return store_run(c, &schema_drop, NULL, NULL, NULL);
}

static enum err make_schema(struct ctx *c, void *arg)
{
	(void)arg;
	TRY(store_run(c, &schema_drop, NULL, NULL, NULL));
	return store_run(c, &schema_make, NULL, NULL, NULL);
}

/* A database of its own: a file, or a schema, so that no other test meets these rows. */
static const char *own_url(struct ctx *c, struct house *h)
{
	const char *pg = getenv("TESSERA_TEST_DATABASE");

	if (test_on_lite())
		return str_c(c->mem, str_format(c->mem, "sqlite:%s/jobs.db", c->data));
	WANT_OK(store_open(c, c->mem, pg, STORE_WRITE, &h->outside));
	c->store = h->outside;
	WANT_OK(store_in_tx(c, make_schema, NULL));
	return str_c(c->mem, str_format(c->mem, "%s%soptions=-csearch_path%%3Djob_test", pg,
					strchr(pg, '?') != NULL ? "&" : "?"));
}

static void open_house(struct ctx *c, struct house *h)
{
	int applied;

	h->home = c->store;
	h->url = own_url(c, h);
	h->clock = clock_real(c->mem);
	h->lock = os_lock_new(c->mem);
	c->now = clock_now(h->clock);
	WANT_OK(store_open(c, c->mem, h->url, STORE_WRITE, &c->store));
	WANT_OK(store_migrate(c, &applied));
	WANT_OK(store_writer_start(c, c->mem,
				   (struct store_writer_options){ .url = h->url,
								  .clock = h->clock,
								  .dice = c->dice,
								  .before_commit = flush,
								  .after_commit = nudge,
								  .arg = h },
				   &h->writer));
}

static void close_house(struct ctx *c, struct house *h)
{
	store_writer_stop(h->writer);
	store_close(&c->store);
	c->store = h->outside;
	if (h->outside != NULL) {
		WANT_OK(store_in_tx(c, drop_schema, NULL));
		store_close(&h->outside);
	}
	c->store = h->home;
}

struct change {
	struct store_task task;
	struct ctx ctx;
	struct house *house;
	int64_t key;
	bool refused;
};

static enum err run_change(struct ctx *c, void *arg)
{
	const struct change *change = arg;

	TRY(job_signal(c, "probe.count", change->key));
	TRY(job_signal(c, "probe.slow", change->key));
	TRY(tally_add(c, change->key, "changed", 1));
	if (change->refused)
		return refuse(c, ERR_INPUT, "no");
	return OK;
}

static void change_done(struct store_task *task, enum err err)
{
	struct change *change = task->arg;

	(void)err;
	os_lock_take(change->house->lock);
	change->house->open--;
	os_lock_wake(change->house->lock);
	os_lock_give(change->house->lock);
	arena_free(change->ctx.mem);
}

/* Post `count` changes, every third of them refused, and wait for their end. */
static void change_many(struct ctx *c, struct house *h, int count)
{
	struct change *change = NEW_MANY(c->mem, struct change, (size_t)count);

	os_lock_take(h->lock);
	h->open += count;
	os_lock_give(h->lock);
	for (int i = 0; i < count; i++) {
		change[i].house = h;
		change[i].key = i % 2;
		change[i].refused = i % 3 == 0;
		change[i].ctx = (struct ctx){ .mem = arena_new(0), .dice = c->dice };
		change[i].task = (struct store_task){ .ctx = &change[i].ctx,
						      .run = run_change,
						      .done = change_done,
						      .arg = &change[i] };
		WANT_OK(store_writer_post(h->writer, &change[i].task));
	}
	os_lock_take(h->lock);
	while (h->open > 0)
		os_lock_wait(h->lock, -1);
	os_lock_give(h->lock);
}

TEST(job, a_batch_writes_what_its_tasks_gathered_and_forgets_the_refused)
{
	struct house h = { 0 };

	open_house(c, &h);
	change_many(c, &h, 300);
	WANT_I64(100, tally(c, 0, "changed"));
	WANT_I64(100, tally(c, 1, "changed"));
	c->now = clock_now(h.clock);
	WANT_I64(4, counts(c).due);
	close_house(c, &h);
}

/* A job of which another takes hold between its body and the end of the transaction. */
struct taking {
	struct store_task task;
	struct house *house;
	struct job_run run;
	int tries;
	bool for_good;
	enum err err;
};

static enum err run_taking(struct ctx *c, void *arg)
{
	struct taking *t = arg;
	int64_t changed;

	TRY(job_act(c, &t->run));
	if (t->tries++ > 0 || t->for_good)
		return OK;
	return job_row_fail(c, t->run.name, 5, 0, t->run.lease, c->now, 0, 0, S(""), &changed);
}

static void taking_done(struct store_task *task, enum err err)
{
	struct taking *t = task->arg;

	t->err = err;
	os_lock_take(t->house->lock);
	t->house->open--;
	os_lock_wake(t->house->lock);
	os_lock_give(t->house->lock);
}

static enum err put_claimed(struct ctx *c, void *arg)
{
	struct job_run *runs;
	size_t count;

	TRY(job_signal(c, "probe.count", 5));
	TRY(job_claim(c, kinds, 10, &runs, &count));
	WANT_I64(1, (int64_t)count);
	*(struct job_run *)arg = runs[0];
	return OK;
}

static enum err take(struct ctx *c, struct house *h, struct taking *t)
{
	struct ctx own = { .mem = c->mem, .dice = c->dice, .rooms = c->rooms };

	t->house = h;
	t->task = (struct store_task){
		.ctx = &own, .run = run_taking, .done = taking_done, .arg = t, .behind = true
	};
	h->open = 1;
	WANT_OK(store_writer_post(h->writer, &t->task));
	os_lock_take(h->lock);
	while (h->open > 0)
		os_lock_wait(h->lock, -1);
	os_lock_give(h->lock);
	return t->err;
}

TEST(job, a_lease_that_is_lost_at_the_last_moment_takes_all_of_the_job_back)
{
	struct house h = { 0 };
	struct seen *seen = watch(c);
	struct taking t = { .tries = 0 };

	open_house(c, &h);
	WANT_OK(store_in_tx(c, put_claimed, &t.run));
	/* The second time it was still ours: the theft went back as well. */
	WANT_OK(take(c, &h, &t));
	WANT_I64(2, atomic_load(&seen->bodies));
	WANT_I64(1, tally(c, 5, "ran"));
	c->now = clock_now(h.clock);
	WANT_I64(0, counts(c).due);

	t.for_good = true; /* its row is gone */
	WANT_I64(ERR_CONFLICT, take(c, &h, &t));
	WANT(t.run.lost);
	WANT_I64(2, atomic_load(&seen->bodies));
	WANT_I64(1, tally(c, 5, "ran"));
	close_house(c, &h);
}

struct gathering {
	struct store_task task;
	struct house *house;
	usec at;
};

static enum err run_gathering(struct ctx *c, void *arg)
{
	struct gathering *g = arg;

	g->at = c->now;
	TRY(job_gather(c, "probe.count", 5));
	return job_gather(c, "probe.count", 5);
}

static void gathering_done(struct store_task *task, enum err err)
{
	struct gathering *g = task->arg;

	(void)err;
	os_lock_take(g->house->lock);
	g->house->open--;
	os_lock_wake(g->house->lock);
	os_lock_give(g->house->lock);
}

TEST(job, what_is_gathered_waits_in_a_server_and_nowhere_else)
{
	struct house h = { 0 };
	struct gathering g = { .house = &h };
	struct ctx own = *c;
	struct job_line *line;
	size_t count;

	WANT_OK(job_gather(c, "probe.count", 5));
	WANT_I64(1, counts(c).due);
	open_house(c, &h);
	h.open = 1;
	g.task = (struct store_task){
		.ctx = &own, .run = run_gathering, .done = gathering_done, .arg = &g
	};
	WANT_OK(store_writer_post(h.writer, &g.task));
	os_lock_take(h.lock);
	while (h.open > 0)
		os_lock_wait(h.lock, -1);
	os_lock_give(h.lock);
	WANT_OK(job_list(c, 10, &line, &count));
	WANT_I64(1, count);
	WANT_I64(g.at.us + JOB_GATHER_US, line[0].run_at.us);
	close_house(c, &h);
}

static void count_line(struct str line)
{
	CHECK(line.len > 0 && line.at[0] == '{' && line.at[line.len - 1] == '}');
}

static void wait_for_jobs(struct ctx *c, struct house *h)
{
	os_lock_take(h->lock);
	while (counts(c).due > 0) {
		os_lock_wait(h->lock, 5000);
		c->now = clock_now(h->clock);
	}
	os_lock_give(h->lock);
}

static struct job_runner *start_runner(struct ctx *c, struct house *h)
{
	struct job_runner *runner;

	WANT_OK(job_runner_start(c, c->mem,
				 (struct job_runner_options){ .url = h->url,
							      .writer = h->writer,
							      .clock = h->clock,
							      .dice = c->dice,
							      .kinds = kinds,
							      .rooms = c->rooms,
							      .data = c->data,
							      .log = count_line },
				 &runner));
	return runner;
}

/* Two runners share the rows, as two servers do; only one of them is nudged. */
TEST(job, runners_do_everything_that_is_signalled_and_share_it)
{
	struct house h = { 0 };
	struct seen *seen = watch(c);

	open_house(c, &h);
	change_many(c, &h, 10); /* due before they start */
	struct job_runner *one = start_runner(c, &h), *other = start_runner(c, &h);
	atomic_store(&h.runner, one);
	for (int i = 0; i < 20; i++)
		change_many(c, &h, 30);
	wait_for_jobs(c, &h);
	atomic_store(&h.runner, NULL);
	job_runner_stop(one);
	job_runner_stop(other);
	WANT(seen->bodies >= 4);
	WANT(seen->befores >= 2);
	WANT_I64(0, counts(c).broken);
	WANT_I64(0, counts(c).due);
	/* Each body that acted has counted once, and there is one for each key at least. */
	WANT(tally(c, 0, "ran") >= 1 && tally(c, 1, "ran") >= 1);
	WANT(tally(c, 0, "ran") + tally(c, 1, "ran") <= seen->bodies);
	WANT_I64(203, tally(c, 0, "changed"));
	WANT_I64(203, tally(c, 1, "changed"));
	close_house(c, &h);
}
