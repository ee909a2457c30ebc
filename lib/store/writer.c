/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The writer: group commit.
 *
 * Each thread has a queue, takes all that is there (at most STORE_BATCH_MAX), runs every task
 * in one transaction, commits, and only then reports. A task that is refused must leave nothing
 * behind. Most refusals come before anything was changed, so the tasks go without savepoints,
 * which cost as much as two or three of their statements; when one is refused after it changed
 * something, the batch is rolled back and run again with a savepoint around each task.
 * It never waits for more tasks to come: measured, half a millisecond of waiting halves the
 * throughput, because a batch gathers by itself while the one before it is synced.
 *
 * A try ends in one of four ways: committed; to be run apart, in savepoints; to be tried
 * again (the engine asks for it, or nobody knows whether COMMIT happened: then the guards
 * of the statements tell a repetition from a loss); or failed as a whole (disk full, deadline).
 */
#include "store/store_in.h"

#include <stdatomic.h>
#include <stdlib.h>

enum { WRITERS_MAX = 8, PAUSE_US = 2000, TRIES_MAX = 200 };

enum outcome { COMMITTED, APART, AGAIN, FAILED };

struct queue {
	struct store_task *first, *last;
};

struct thread {
	struct store_writer *writer;
	struct os_lock *lock;
	struct os_thread *os;
	struct queue asked;  /* under the lock, as are the two below */
	struct queue behind; /* where there is one thread: what goes behind */
	bool stopping;
	struct arena *mem;     /* of the connection */
	struct arena *scratch; /* of one batch */
	struct store *store;
	struct lite_checkpointer *checkpointer;
	struct store_task *task[STORE_BATCH_MAX];
	enum err verdict[STORE_BATCH_MAX];
	bool apart;  /* the tasks of this try have savepoints */
	bool untidy; /* one without a savepoint was refused after it changed something */
};

struct store_writer {
	struct store_writer_options o;
	struct thread thread[WRITERS_MAX];
	atomic_int_least64_t waiting, commits;
};

/* --- one batch --- */

static bool is_over(const struct thread *t)
{
	return t->store->again || t->store->broken;
}

/*
 * What a refused task leaves is taken back. False: it changed something and had no savepoint. One
 * that is alone needs none, because nothing of such a batch is committed.
 */
static bool take_back(struct thread *t, struct ctx *w, size_t notes, bool alone)
{
	if (t->apart) {
		store_back_to(w, 0);
		return true;
	}
	store_notes_cut(t->store, notes);
	t->untidy = !alone && (store_was_stirred(t->store) || t->store->owed);
	return !t->untidy;
}

static void set_out(struct thread *t, struct ctx *w, struct store_task *task)
{
	task->ctx->store = t->store;
	task->ctx->now = w->now;
	task->ctx->refusal = (struct refusal){ 0 };
}

static enum err run_alone(struct ctx *w, struct store_task *task)
{
	struct ctx *c = task->ctx;
	enum err err = OK, all;

	if (task->many == NULL) {
		err = task->run(c, task->arg);
		return err != OK ? err : c->refusal.err;
	}
	all = task->many(w, &task, 1, &err);
	if (all == OK)
		all = w->refusal.err;
	if (w->refusal.err != OK) {
		c->refusal = w->refusal;
		c->refusal.field = str_copy(c->mem, w->refusal.field);
		c->refusal.message = str_copy(c->mem, w->refusal.message);
		c->refusal.said = str_copy(c->mem, w->refusal.said);
	}
	if (all != OK)
		err = all;
	/* A refusal that the task did not pass up still dooms it. */
	return err != OK ? err : c->refusal.err;
}

/* One task. False: the transaction cannot go on. */
static bool run_task(struct thread *t, struct ctx *w, int i, bool alone)
{
	size_t notes;

	set_out(t, w, t->task[i]);
	(void)store_notes(t->store, &notes);
	(void)store_was_stirred(t->store);
	if (t->apart && store_save(w, 0) != OK)
		return false;
	t->verdict[i] = run_alone(w, t->task[i]);
	w->refusal = is_over(t) ? w->refusal : (struct refusal){ 0 };
	if (is_over(t) || (t->verdict[i] != OK && !take_back(t, w, notes, alone)))
		return false;
	return !t->apart || (store_release(w, 0) == OK && !is_over(t));
}

/* All tasks from number `first` on that go by its `many`. False as above. */
static bool run_many(struct thread *t, struct ctx *w, int first, int count)
{
	struct store_task *task[STORE_BATCH_MAX] = { NULL };
	enum err verdict[STORE_BATCH_MAX];
	int place[STORE_BATCH_MAX] = { 0 }, n = 0;

	for (int i = first; i < count; i++) {
		if (t->task[i]->many != t->task[first]->many)
			continue;
		set_out(t, w, t->task[i]);
		verdict[n] = OK;
		place[n] = i;
		task[n++] = t->task[i];
	}
	enum err err = t->task[first]->many(w, task, (size_t)n, verdict);
	if (err == OK)
		err = w->refusal.err;
	for (int i = 0; i < n; i++) {
		const struct ctx *c = t->task[place[i]]->ctx;

		t->verdict[place[i]] = verdict[i] != OK ? verdict[i] : c->refusal.err;
	}
	t->untidy = err != OK;
	return err == OK && !is_over(t);
}

static bool is_begun(const struct thread *t, int i)
{
	for (int k = 0; t->task[i]->many != NULL && k < i; k++)
		if (t->task[k]->many == t->task[i]->many)
			return true;
	return false;
}

static bool run_tasks(struct thread *t, struct ctx *w, int count, bool *any)
{
	*any = false;
	for (int i = 0; i < count; i++) {
		bool together = !t->apart && count > 1 && t->task[i]->many != NULL;

		if (together && is_begun(t, i))
			continue;
		if (!(together ? run_many(t, w, i, count) : run_task(t, w, i, count == 1)))
			return false;
	}
	for (int i = 0; i < count; i++)
		*any = *any || t->verdict[i] == OK;
	return true;
}

static int by_number(const void *left, const void *right)
{
	const uint64_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

/*
 * Two servers that took the rows of one project in the order in which they are asked for would wait
 * in a circle; so the second waits here, and its next batch gathers meanwhile. Nothing is told,
 * so nothing is waited for on this side. SQLite has one writer.
 */
static enum err hold_spreads(struct thread *t, struct ctx *w, int count)
{
	uint64_t spread[STORE_BATCH_MAX] = { 0 };
	size_t n = 0;

	for (int i = 0; i < count && !t->store->lite; i++)
		if (t->task[i]->hold)
			spread[n++] = t->task[i]->spread;
	qsort(spread, n, sizeof(*spread), by_number);
	for (size_t i = 0; i < n; i++) {
		if (i == 0 || spread[i] != spread[i - 1])
			TRY(store_hold(w, spread[i]));
	}
	return OK;
}

static enum err run_transaction(struct thread *t, struct ctx *w, int count)
{
	struct store_writer_options *o = &t->writer->o;
	bool any;

	TRY(store_begin(w));
	TRY(hold_spreads(t, w, count));
	if (!run_tasks(t, w, count, &any))
		return ERR_STORE;
	if (!any) {
		store_rollback(w);
		return is_over(t) ? ERR_STORE : OK;
	}
	if (o->before_commit != NULL)
		TRY(o->before_commit(w, o->arg));
	TRY(store_commit(w));
	atomic_fetch_add(&t->writer->commits, 1);
	if (o->after_commit != NULL)
		o->after_commit(o->arg);
	return OK;
}

static enum outcome try_batch(struct thread *t, struct ctx *w, int count)
{
	w->refusal = (struct refusal){ 0 };
	w->now = clock_now(t->writer->o.clock);
	t->untidy = t->store->owed = false;
	enum err err = run_transaction(t, w, count);
	if (err == OK)
		return COMMITTED;
	store_rollback(w);
	/* Whose statement it was that failed later is found out in savepoints. */
	if ((t->untidy || (t->store->owed && !t->apart)) && !is_over(t))
		return APART;
	return t->store->again ? AGAIN : FAILED;
}

/* Why the batch failed: said by the writer's own context, or by the task that met it. */
static struct str reason_of(struct thread *t, const struct ctx *w, int count)
{
	if (w->refusal.err == ERR_STORE)
		return str_copy(t->scratch, w->refusal.message);
	for (int i = 0; i < count; i++)
		if (t->task[i]->ctx->refusal.err == ERR_STORE)
			return str_copy(t->scratch, t->task[i]->ctx->refusal.message);
	return S("the data cannot be reached");
}

static void fail_all(struct thread *t, const struct ctx *w, int count)
{
	struct str reason = reason_of(t, w, count);

	for (int i = 0; i < count; i++) {
		t->task[i]->ctx->refusal = (struct refusal){ 0 };
		t->verdict[i] = refuse(t->task[i]->ctx, ERR_STORE, "%.*s", STR_ARG(reason));
		t->task[i]->ctx->refusal.said =
			str_copy(t->task[i]->ctx->mem, str_of(t->store->said));
	}
}

static void run_batch(struct thread *t, int count)
{
	struct store_writer_options *o = &t->writer->o;
	struct ctx w = { .mem = t->scratch, .store = t->store, .dice = o->dice };
	int64_t until = t->task[0]->posted_us + STORE_DEADLINE_US, pause_us = PAUSE_US;
	t->apart = false;
	enum outcome outcome = try_batch(t, &w, count);

	for (int tries = 1; (outcome == AGAIN || outcome == APART) && tries < TRIES_MAX &&
			    clock_steady_us(o->clock) < until;
	     tries++) {
		if (outcome == APART) {
			t->apart = true;
			outcome = try_batch(t, &w, count);
			continue;
		}
		store_pause(pause_us + (int64_t)(dice_u64(o->dice) % (uint64_t)pause_us));
		if (pause_us < 100000)
			pause_us *= 2;
		outcome = try_batch(t, &w, count);
	}
	if (outcome != COMMITTED)
		fail_all(t, &w, count);
	for (int i = 0; i < count; i++) {
		t->task[i]->ctx->store = NULL;
		t->task[i]->done(t->task[i], t->verdict[i]);
	}
	arena_clear(t->scratch);
	if (t->store->driver->tidy != NULL)
		t->store->driver->tidy(t->store);
}

/* --- the queues --- */

/* May the next one be in the batch too? */
static bool is_with(const struct thread *t, int count)
{
	const struct store_task *next = t->asked.first;
	const int most = STORE_BATCH_MAX - (t->behind.first != NULL);

	return next != NULL && count < most &&
	       (count == 0 || t->writer->o.threads == 1 || !(next->alone || t->task[0]->alone));
}

static bool is_idle(const struct thread *t)
{
	return t->asked.first == NULL && t->behind.first == NULL;
}

static struct store_task *take_first(struct queue *q)
{
	struct store_task *first = q->first;

	q->first = first->next;
	return first;
}

static int take_batch(struct thread *t)
{
	int count = 0;

	os_lock_take(t->lock);
	while (is_idle(t) && !t->stopping)
		os_lock_wait(t->lock, -1);
	while (is_with(t, count))
		t->task[count++] = take_first(&t->asked);
	if (t->behind.first != NULL)
		t->task[count++] = take_first(&t->behind);
	os_lock_give(t->lock);
	atomic_fetch_sub(&t->writer->waiting, count);
	return count;
}

bool store_writer_turn(struct store_writer *w)
{
	struct thread *t = &w->thread[0];

	CHECK(w->o.by_hand);
	if (is_idle(t))
		return false;
	run_batch(t, take_batch(t));
	return true;
}

static void thread_body(void *arg)
{
	struct thread *t = arg;

	for (int count = take_batch(t); count > 0; count = take_batch(t))
		run_batch(t, count);
}

/*
 * What goes behind waits for what is asked for now no more than that waits for it. A thread of its
 * own takes all of it that is there; where there is one thread, each transaction has one such
 * task at most, since they are long: five together kept all others waiting for 8 to 11 ms.
 */
static struct thread *thread_of(struct store_writer *w, const struct store_task *task)
{
	uint64_t before = (uint64_t)w->o.threads - (w->o.threads > 1);

	return &w->thread[task->behind && w->o.threads > 1 ? before : task->spread % before];
}

enum err store_writer_post(struct store_writer *w, struct store_task *task)
{
	struct thread *t = thread_of(w, task);
	struct queue *q = task->behind && w->o.threads == 1 ? &t->behind : &t->asked;
	bool taken = false;

	task->posted_us = clock_steady_us(w->o.clock);
	os_lock_take(t->lock);
	if (!t->stopping && atomic_load(&w->waiting) < STORE_QUEUE_MAX) {
		bool idle = is_idle(t);

		task->next = NULL;
		if (q->first == NULL)
			q->first = task;
		else
			q->last->next = task;
		q->last = task;
		atomic_fetch_add(&w->waiting, 1);
		taken = true;
		if (idle)
			os_lock_wake(t->lock);
	}
	os_lock_give(t->lock);
	return taken ? OK :
		       refuse(task->ctx, ERR_BUSY, "too much is waiting to be written, try again");
}

/* --- start and stop --- */

enum err store_writer_start(struct ctx *c, struct arena *mem, struct store_writer_options options,
			    struct store_writer **out)
{
	struct store_writer *w = NEW(mem, struct store_writer);

	w->o = options;
	CHECK(options.threads >= 0 && options.threads <= WRITERS_MAX);
	for (int i = 0; i == 0 || i < w->o.threads; i++) {
		struct thread *t = &w->thread[i];

		t->writer = w;
		t->mem = arena_new(0);
		t->scratch = arena_new(0);
		TRY(store_open(c, t->mem, options.url, STORE_WRITE, &t->store));
		t->store->gathers = true;
		TRY(store_by_keys(c, t->store));
		store_patience(t->store, STORE_DEADLINE_US);
		if (t->store->lite) {
			w->o.threads = 1;
			lite_gather(t->store);
			if (!w->o.by_hand)
				t->checkpointer = lite_checkpointer_start(t->mem, t->store);
		} else if (w->o.threads == 0) {
			w->o.threads = 3;
		}
		t->lock = os_lock_new(mem);
	}
	for (int i = 0; i < w->o.threads && !w->o.by_hand; i++)
		w->thread[i].os = os_thread_start(mem, "writer", thread_body, &w->thread[i]);
	*out = w;
	return OK;
}

void store_writer_stop(struct store_writer *w)
{
	for (int i = 0; i < w->o.threads; i++) {
		os_lock_take(w->thread[i].lock);
		w->thread[i].stopping = true;
		os_lock_wake_all(w->thread[i].lock);
		os_lock_give(w->thread[i].lock);
	}
	for (int i = 0; i < w->o.threads; i++) {
		struct thread *t = &w->thread[i];

		if (t->os != NULL)
			os_thread_join(t->os);
		store_close(&t->store);
		lite_checkpointer_stop(t->checkpointer);
		arena_free(t->mem);
		arena_free(t->scratch);
	}
}

int64_t store_writer_queue(const struct store_writer *w)
{
	return atomic_load(&w->waiting);
}

int64_t store_writer_commits(const struct store_writer *w)
{
	return atomic_load(&w->commits);
}
