/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The runner: looks for due jobs, claims them, has `before` run on threads of its own and
 * the bodies on the store's writer.
 *
 * One scheduling thread looks when it is nudged and four times a second. What it claims
 * goes into slots; a slot has its memory and context and passes through stages: BEFORE
 * (waiting for or on a job thread), WRITING (body queued or running), FAILING (its refusal is
 * being written), and is free again. All stages change under one lock.
 */
#include "job/job.h"

#include "base/crash.h"
#include "base/json.h"
#include "job/job.sql.h"
#include "job/job_in.h"

#include <stdlib.h>

enum {
	SLOTS = 64,
	THREADS_MAX = 16,
	LOOK_US = 250000,
	REST_US = 2000, /* between two looks, so that a busy site is not searched without end */
	MEMORY_MAX = 256 << 20,
	LOG_LINE_MAX = 2000,
};

enum stage { FREE, BEFORE, BEGUN, WRITING, FAILING };

struct slot {
	struct job_runner *runner;
	enum stage stage;
	struct job_run run;
	struct arena *mem;
	struct ctx ctx;
	struct store_task task;
	struct arena_mark mark; /* what `before` made lies below */
	struct refusal refusal;
	int64_t began_us;
};

/* Work of the scheduler itself that goes through the writer, one at a time. */
struct errand {
	struct job_runner *runner;
	struct store_task task;
	struct ctx ctx;
	struct arena *mem;
	struct job_run *runs;	    /* claimed */
	struct job_run busy[SLOTS]; /* to be renewed */
	size_t count;
	int most;
	enum err err;
	bool is_done;
};

struct worker {
	struct job_runner *runner;
	struct os_thread *thread;
	struct arena *mem;
	struct store *store; /* for reading */
};

struct job_runner {
	struct job_runner_options o;
	struct os_lock *lock; /* of everything but `nudged` */
	struct os_lock *bell; /* of `nudged`: the scheduler alone waits here */
	struct os_lock *rest; /* nobody rings it */
	bool nudged, stopping;
	struct slot slot[SLOTS];
	struct errand errand;
	struct worker scheduler, worker[THREADS_MAX];
	int64_t renewed_us;
};

/* --- the end of a job --- */

static void put_line(const struct slot *s, const struct refusal *refusal)
{
	const struct job_runner *r = s->runner;
	struct json line = json_make(s->mem, LOG_LINE_MAX);

	if (r->o.log == NULL)
		return;
	json_object(&line);
	json_time_of(&line, "at", clock_now(r->o.clock));
	json_text_of(&line, "job", s->run.name);
	json_id_of(&line, "key", s->run.job.key);
	if (s->run.job.part != 0)
		json_i64_of(&line, "part", s->run.job.part);
	json_i64_of(&line, "us", clock_steady_us(r->o.clock) - s->began_us);
	if (s->run.job.tries > 1)
		json_i64_of(&line, "try", s->run.job.tries);
	json_text_of(&line, "result",
		     refusal == NULL ? S("ok") : str_of(err_row(refusal->err)->word));
	if (refusal != NULL)
		json_text_of(&line, "message", refusal->message);
	if (refusal != NULL && refusal->said.len > 0)
		json_text_of(&line, "engine", refusal->said);
	json_object_end(&line);
	r->o.log(json_end(&line));
}

static void free_slot(struct slot *s)
{
	struct job_runner *r = s->runner;

	os_lock_take(r->lock);
	arena_clear(s->mem);
	s->stage = FREE;
	if (r->stopping)
		os_lock_wake_all(r->lock);
	else
		job_runner_nudge(r);
	os_lock_give(r->lock);
}

static void set_stage(struct slot *s, enum stage stage)
{
	os_lock_take(s->runner->lock);
	s->stage = stage;
	os_lock_give(s->runner->lock);
}

static enum err run_fail(struct ctx *c, void *arg)
{
	const struct slot *s = arg;

	return job_fail(c, &s->run, &s->refusal);
}

static void fail_done(struct store_task *task, enum err err)
{
	(void)err; /* not written: the lease ends and the job is tried again */
	free_slot(task->arg);
}

/* The job was refused: `ctx.refusal` says why. */
static void fail_slot(struct slot *s)
{
	s->refusal = s->ctx.refusal;
	put_line(s, &s->refusal);
	if (s->run.lost) {
		free_slot(s);
		return;
	}
	set_stage(s, FAILING);
	s->task = (struct store_task){ .ctx = &s->ctx,
				       .run = run_fail,
				       .done = fail_done,
				       .arg = s,
				       .behind = true,
				       .alone = true };
	if (store_writer_post(s->runner->o.writer, &s->task) != OK)
		free_slot(s);
}

/* --- the body --- */

static enum err run_body(struct ctx *c, void *arg)
{
	struct slot *s = arg;

	/* The writer may run it again: not on top of what the last time left. */
	arena_reset(s->mem, s->mark);
	return job_act(c, &s->run);
}

static void body_done(struct store_task *task, enum err err)
{
	struct slot *s = task->arg;

	if (err != OK) {
		fail_slot(s);
		return;
	}
	CRASH_HERE("after-body");
	put_line(s, NULL);
	free_slot(s);
}

static void post_body(struct slot *s)
{
	set_stage(s, WRITING);
	s->mark = arena_mark(s->mem);
	CRASH_HERE("before-body");
	s->task = (struct store_task){
		.ctx = &s->ctx, .run = run_body, .done = body_done, .arg = s, .behind = true
	};
	if (store_writer_post(s->runner->o.writer, &s->task) != OK)
		free_slot(s); /* the lease ends, then it is tried again */
}

/* --- `before`, on the job threads --- */

static struct slot *next_before(struct job_runner *r)
{
	for (int i = 0; i < SLOTS; i++)
		if (r->slot[i].stage == BEFORE)
			return &r->slot[i];
	return NULL;
}

static void worker_body(void *arg)
{
	struct worker *w = arg;
	struct job_runner *r = w->runner;

	os_lock_take(r->lock);
	while (!r->stopping) {
		struct slot *s = next_before(r);

		if (s == NULL) {
			os_lock_wait(r->lock, -1);
			continue;
		}
		s->stage = BEGUN;
		os_lock_give(r->lock);
		s->ctx.store = w->store;
		s->ctx.now = clock_now(r->o.clock);
		enum err err = s->run.kind->before(&s->ctx, &s->run.job);
		s->ctx.store = NULL;
		if (err == OK && s->ctx.refusal.err == OK)
			post_body(s);
		else
			fail_slot(s);
		os_lock_take(r->lock);
	}
	os_lock_give(r->lock);
}

/* --- the scheduler --- */

static void errand_done(struct store_task *task, enum err err)
{
	struct errand *e = task->arg;

	os_lock_take(e->runner->lock);
	e->err = err;
	e->is_done = true;
	os_lock_wake_all(e->runner->lock);
	os_lock_give(e->runner->lock);
}

/* Have the writer run it, and wait. */
static enum err send_errand(struct job_runner *r, enum err (*run)(struct ctx *, void *))
{
	struct errand *e = &r->errand;

	arena_clear(e->mem);
	e->is_done = false;
	e->ctx = (struct ctx){ .mem = e->mem, .dice = r->o.dice, .now = clock_now(r->o.clock) };
	/* Alone, as it holds rows out of the order of the signals. */
	e->task = (struct store_task){ .ctx = &e->ctx,
				       .run = run,
				       .done = errand_done,
				       .arg = e,
				       .behind = true,
				       .alone = true };
	TRY(store_writer_post(r->o.writer, &e->task));
	os_lock_take(r->lock);
	while (!e->is_done)
		os_lock_wait(r->lock, -1);
	os_lock_give(r->lock);
	return e->err;
}

static enum err run_found(struct ctx *c, void *arg)
{
	const struct errand *e = arg;

	return job_found(c, e->runner->o.kinds);
}

static enum err run_claim(struct ctx *c, void *arg)
{
	struct errand *e = arg;

	return job_claim(c, e->runner->o.kinds, e->most, &e->runs, &e->count);
}

static int by_row(const void *left, const void *right)
{
	const struct job *a = &((const struct job_run *)left)->job;
	const struct job *b = &((const struct job_run *)right)->job;
	int kinds = strcmp(a->kind, b->kind);

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return kinds != 0 ? kinds : (a->part > b->part) - (a->part < b->part);
}

/* The slots that were busy when this began; one that ends meanwhile has no lease to be renewed. */
static enum err run_renew(struct ctx *c, void *arg)
{
	const struct errand *e = arg;
	int64_t changed;

	for (size_t i = 0; i < e->count; i++) {
		const struct job_run *run = &e->busy[i];

		TRY(job_row_renew(c, run->name, run->job.key, run->job.part, run->lease,
				  usec_after(c->now, JOB_LEASE_US), &changed));
	}
	return OK;
}

static void renew_leases(struct job_runner *r)
{
	struct errand *e = &r->errand;
	int64_t now_us = clock_steady_us(r->o.clock);

	if (now_us - r->renewed_us < JOB_LEASE_US / 3)
		return;
	r->renewed_us = now_us;
	e->count = 0;
	os_lock_take(r->lock);
	for (int i = 0; i < SLOTS; i++)
		if (r->slot[i].stage == BEFORE || r->slot[i].stage == BEGUN) {
			const struct job_run *run = &r->slot[i].run;

			/* Not all of it: `before` is at work on the rest. */
			e->busy[e->count++] = (struct job_run){
				.job = { .key = run->job.key,
					 .part = run->job.part,
					 .kind = run->job.kind },
				.name = str_of(run->job.kind),
				.lease = run->lease,
			};
		}
	os_lock_give(r->lock);
	qsort(e->busy, e->count, sizeof(*e->busy), by_row);
	if (e->count > 0)
		(void)!send_errand(r, run_renew); /* not renewed: another may take over, safely */
}

static int free_slots(struct job_runner *r)
{
	int count = 0;

	os_lock_take(r->lock);
	for (int i = 0; i < SLOTS; i++)
		count += r->slot[i].stage == FREE;
	os_lock_give(r->lock);
	return count;
}

static void start_slot(struct job_runner *r, const struct job_run *run)
{
	struct slot *s = r->slot;
	bool slow = run->kind != NULL && run->kind->before != NULL;

	/* Only this thread takes free slots, and it claimed no more than there were. */
	os_lock_take(r->lock);
	while (s->stage != FREE)
		s++;
	s->runner = r;
	s->run = *run;
	s->run.name = str_copy(s->mem, run->name);
	s->began_us = clock_steady_us(r->o.clock);
	s->ctx = (struct ctx){
		.mem = s->mem,
		.dice = r->o.dice,
		.now = clock_now(r->o.clock),
		.actor = { .name = s->run.name, .via = S("job") },
		.request = str_format(s->mem, "job:%.*s:%lld", STR_ARG(run->name),
				      (long long)run->job.key),
		.settings = r->o.settings,
		.rooms = r->o.rooms,
		.data = r->o.data,
	};
	s->stage = slow ? BEFORE : BEGUN;
	if (slow)
		os_lock_wake_all(r->lock);
	os_lock_give(r->lock);
	if (!slow)
		post_body(s);
}

static void look(struct job_runner *r)
{
	struct worker *w = &r->scheduler;
	struct errand *e = &r->errand;
	struct job_row_due row;
	bool found = false;
	struct ctx c = {
		.mem = w->mem, .store = w->store, .dice = r->o.dice, .now = clock_now(r->o.clock)
	};
	int most = free_slots(r);
	struct arena_mark mark = arena_mark(w->mem);
	enum err err = job_row_due(&c, c.now, &row, &found);

	arena_reset(w->mem, mark);
	if (err != OK || !found || most == 0)
		return;
	e->most = most < JOB_CLAIM_MAX ? most : JOB_CLAIM_MAX;
	if (send_errand(r, run_claim) != OK)
		return;
	CRASH_HERE("after-claim");
	for (size_t i = 0; i < e->count; i++)
		start_slot(r, &e->runs[i]);
}

static void wait_us(struct os_lock *lock, int64_t us)
{
	os_lock_take(lock);
	os_lock_wait(lock, us);
	os_lock_give(lock);
}

static bool is_stopping(struct job_runner *r)
{
	os_lock_take(r->lock);
	bool stopping = r->stopping;
	os_lock_give(r->lock);
	return stopping;
}

static void scheduler_body(void *arg)
{
	struct job_runner *r = ((struct worker *)arg)->runner;
	bool founded = false;

	while (!is_stopping(r)) {
		if (!founded)
			founded = send_errand(r, run_found) == OK;
		renew_leases(r);
		look(r);
		wait_us(r->rest, REST_US);
		os_lock_take(r->bell);
		if (!r->nudged)
			os_lock_wait(r->bell, LOOK_US);
		r->nudged = false;
		os_lock_give(r->bell);
	}
}

/* --- start and stop --- */

void job_runner_nudge(struct job_runner *r)
{
	os_lock_take(r->bell);
	r->nudged = true;
	os_lock_wake(r->bell);
	os_lock_give(r->bell);
}

static enum err open_worker(struct ctx *c, struct job_runner *r, struct worker *w)
{
	w->runner = r;
	w->mem = arena_new(0);
	return store_open(c, w->mem, r->o.url, STORE_READ, &w->store);
}

enum err job_runner_start(struct ctx *c, struct arena *mem, struct job_runner_options options,
			  struct job_runner **out)
{
	struct job_runner *r = NEW(mem, struct job_runner);

	r->o = options;
	if (r->o.threads == 0)
		r->o.threads = 2;
	CHECK(r->o.threads > 0 && r->o.threads <= THREADS_MAX);
	r->lock = os_lock_new(mem);
	r->bell = os_lock_new(mem);
	r->rest = os_lock_new(mem);
	r->errand.runner = r;
	r->errand.mem = arena_new(0);
	for (int i = 0; i < SLOTS; i++)
		r->slot[i].mem = arena_new(MEMORY_MAX);
	TRY(open_worker(c, r, &r->scheduler));
	for (int i = 0; i < r->o.threads; i++)
		TRY(open_worker(c, r, &r->worker[i]));
	r->scheduler.thread = os_thread_start(mem, "jobs", scheduler_body, &r->scheduler);
	for (int i = 0; i < r->o.threads; i++)
		r->worker[i].thread = os_thread_start(mem, "job", worker_body, &r->worker[i]);
	*out = r;
	return OK;
}

static bool is_busy(const struct job_runner *r)
{
	for (int i = 0; i < SLOTS; i++)
		if (r->slot[i].stage != FREE && r->slot[i].stage != BEFORE)
			return true;
	return false;
}

static void close_worker(struct worker *w)
{
	store_close(&w->store);
	arena_free(w->mem);
}

void job_runner_stop(struct job_runner *r)
{
	os_lock_take(r->lock);
	r->stopping = true;
	os_lock_wake_all(r->lock);
	os_lock_give(r->lock);
	job_runner_nudge(r);
	os_thread_join(r->scheduler.thread);
	for (int i = 0; i < r->o.threads; i++)
		os_thread_join(r->worker[i].thread);
	os_lock_take(r->lock);
	while (is_busy(r))
		os_lock_wait(r->lock, -1);
	os_lock_give(r->lock);
	close_worker(&r->scheduler);
	for (int i = 0; i < r->o.threads; i++)
		close_worker(&r->worker[i]);
	for (int i = 0; i < SLOTS; i++)
		arena_free(r->slot[i].mem);
	arena_free(r->errand.mem);
}
