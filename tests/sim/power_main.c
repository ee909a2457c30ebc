/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * power: what is left of the work when the power goes, at any moment and in any disorder.
 *
 *   power [--states N] [--weak] [--seed N]
 *
 * Each run has the real writer commit deposits on a pretend disk (disk.h) that keeps a log of
 * every write, truncation and sync, and puts a mark into it with each deposit that is
 * reported as done. Then the power goes, many times: a moment of the log is chosen, what is not
 * synced yet is torn, and the house opens what is left. It must be readable and whole; no
 * deposit with a mark may be missing; no deposit may be there without those before it; all
 * invariants hold.
 *
 *   single    by hand, one deposit for each commit; moments by chance
 *   groups    by hand, 2 to 12 for each commit, a short run: every moment
 *   moved     the moments at which pages go from the log into the file
 *   threads   the writer's own thread and the checkpointer's; moments by chance
 *
 * --weak is the test of this test: synchronous=NORMAL instead of FULL, and things are to be found
 * missing. SQLite is made to ignore the house's own word by an authorizer, so lib/store is
 * the same program.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include "app/house_in.h"
#include "ledger/ledger.h"
#include "tests/sim/disk.h"
#include "tests/sim/faulty.h"

enum { TASKS = 16, ACCOUNT = 7 };

static const char *const url = "sqlite:power.db";

struct run {
	const char *name;
	int deposits, group; /* group: at most so many for one commit */
	bool threads, every, moved;
	int share; /* of all states, in percent */
};

static const struct run runs[] = {
	{ .name = "single", .deposits = 400, .group = 1, .share = 30 },
	{ .name = "groups", .deposits = 120, .group = 12, .every = true, .share = 30 },
	{ .name = "moved", .deposits = 400, .group = 3, .moved = true, .share = 20 },
	{ .name = "threads", .deposits = 1500, .group = 8, .threads = true, .share = 20 },
};

struct deposit {
	struct power *power;
	int64_t number;
	struct ctx ctx;
	struct arena *mem;
	struct store_task task;
};

struct power {
	struct arena *mem;
	struct disk *disk;
	struct dice *dice;
	struct clock *clock;
	const struct setting_values *settings;
	struct store_writer *writer;
	struct deposit deposit[TASKS];
	struct os_lock *lock; /* of `waiting` */
	int waiting;
	int64_t states, unreadable, lost, worst, wrong;
};

/* --- the work --- */

static enum err run_deposit(struct ctx *c, void *arg)
{
	const struct deposit *d = arg;
	bool fresh;

	return ledger_deposit(c, (account_id){ ACCOUNT }, (money){ d->number },
			      str_format(c->mem, "%06lld", (long long)d->number), &fresh);
}

/* From here on a client has been told. */
static void deposit_done(struct store_task *task, enum err err)
{
	struct deposit *d = task->arg;

	CHECK(err == OK);
	disk_mark(d->power->disk, d->number);
	os_lock_take(d->power->lock);
	d->power->waiting--;
	os_lock_wake_all(d->power->lock);
	os_lock_give(d->power->lock);
}

static void post(struct power *p, struct deposit *d, int64_t number)
{
	arena_clear(d->mem);
	d->power = p;
	d->number = number;
	d->ctx = (struct ctx){ .mem = d->mem,
			       .dice = p->dice,
			       .now = clock_now(p->clock),
			       .settings = p->settings,
			       .actor = { .via = S("command") } };
	d->task = (struct store_task){
		.ctx = &d->ctx, .run = run_deposit, .done = deposit_done, .arg = d
	};
	CHECK(store_writer_post(p->writer, &d->task) == OK);
}

static void wait_for_all(struct power *p, const struct run *run)
{
	while (!run->threads && store_writer_turn(p->writer))
		;
	os_lock_take(p->lock);
	while (p->waiting > 0)
		os_lock_wait(p->lock, -1);
	os_lock_give(p->lock);
}

static void work(struct power *p, const struct run *run)
{
	for (int64_t number = 1; number <= run->deposits;) {
		int64_t count = 1 + (int64_t)(dice_u64(p->dice) % (uint64_t)run->group);

		if (count > run->deposits - number + 1)
			count = run->deposits - number + 1;
		os_lock_take(p->lock);
		p->waiting = (int)count;
		os_lock_give(p->lock);
		for (int64_t i = 0; i < count; i++)
			post(p, &p->deposit[i], number++);
		wait_for_all(p, run);
	}
}

static void record(struct power *p, const struct run *run)
{
	struct arena *mem = arena_new(0);
	struct ctx c = { .mem = mem, .dice = p->dice, .now = clock_now(p->clock) };
	struct store_writer_options options = {
		.url = url,
		.threads = 1,
		.clock = p->clock,
		.dice = p->dice,
		.by_hand = !run->threads,
	};
	int applied;

	CHECK(store_open(&c, mem, url, STORE_WRITE, &c.store) == OK);
	CHECK(store_migrate(&c, &applied) == OK);
	store_close(&c.store);
	disk_record(p->disk);
	CHECK(store_writer_start(&c, mem, options, &p->writer) == OK);
	work(p, run);
	store_writer_stop(p->writer);
	arena_free(mem);
}

/* --- what is left --- */

static const struct store_stmt sound_stmt = {
	"power_sound", "PRAGMA integrity_check", "", "t", STORE_MANY, "local", 0, NULL, "",
};

/* How many deposits are there, and the highest. */
static const struct store_stmt deposits_stmt = {
	"power_deposits",
	"SELECT COUNT(*), COALESCE(MAX(CAST(substr(transfer, 16) AS BIGINT)), 0),"
	" COALESCE(SUM(amount_minor), 0) FROM account_entry WHERE sub = 'available'",
	"",
	"iii",
	STORE_MANY,
	"local",
	0,
	NULL,
	"",
};

enum state { STATE_SOUND, STATE_UNREADABLE, STATE_WRONG };

static enum state look(struct ctx *c, int64_t *there)
{
	const struct room_invariant *broken;
	struct store_rows rows;
	struct str row;

	*there = 0;
	if (store_run(c, &sound_stmt, NULL, NULL, &rows) != OK || rows.count != 1 ||
	    !str_eq(rows.value[0].s, S("ok")) ||
	    store_run(c, &deposits_stmt, NULL, NULL, &rows) != OK)
		return STATE_UNREADABLE;
	int64_t count = rows.value[0].i, highest = rows.value[1].i, sum = rows.value[2].i;

	*there = highest;
	if (count != highest || sum != highest * (highest + 1) / 2)
		return STATE_WRONG;
	if (house_check(c, &broken, &row) != OK || broken != NULL)
		return STATE_WRONG;
	return STATE_SOUND;
}

/* The highest deposit that somebody was told of before the power went. */
static int64_t told_before(struct power *p, size_t ops)
{
	const struct disk_op *op;
	int64_t told = 0;

	(void)disk_ops(p->disk, &op);
	for (size_t i = 0; i < ops; i++)
		if (op[i].type == DISK_MARK && op[i].at > told)
			told = op[i].at;
	return told;
}

static void try_moment(struct power *p, const struct run *run, size_t ops)
{
	struct arena *mem = arena_new((size_t)64 << 20);
	struct ctx c = {
		.mem = mem, .dice = p->dice, .now = clock_now(p->clock), .settings = p->settings
	};
	struct disk_image *image = disk_image_cut(p->disk, ops, p->dice);
	int64_t told = told_before(p, ops), there = 0;
	enum state state = STATE_UNREADABLE;

	disk_image_put(p->disk, image);
	if (store_open(&c, mem, url, STORE_WRITE, &c.store) == OK) {
		state = look(&c, &there);
		store_close(&c.store);
	}
	p->states++;
	p->unreadable += state == STATE_UNREADABLE;
	p->wrong += state == STATE_WRONG;
	if (state != STATE_UNREADABLE && there < told) {
		p->lost++;
		p->worst = told - there > p->worst ? told - there : p->worst;
	}
	if ((state != STATE_SOUND || there < told) && p->unreadable + p->wrong + p->lost < 4)
		printf("%s: the power goes after operation %zu: %s, %lld deposits were told, %lld "
		       "are there\n",
		       run->name, ops,
		       state == STATE_SOUND	 ? "readable" :
		       state == STATE_UNREADABLE ? "unreadable" :
						   "wrong",
		       (long long)told, (long long)there);
	disk_image_free(image);
	arena_free(mem);
}

/* From the first write into the file itself to the sync behind the last one, again and again. */
static size_t moving_moments(struct power *p, size_t **out)
{
	const struct disk_op *op;
	size_t ops = disk_ops(p->disk, &op), count = 0;

	*out = NEW_MANY(p->mem, size_t, ops + 1);
	for (size_t i = 0; i < ops; i++)
		if (op[i].file >= 0 &&
		    str_ends(str_of(disk_file_name(p->disk, op[i].file)), S(".db")))
			(*out)[count++] = i + (dice_u64(p->dice) & 1);
	return count;
}

static size_t moment(struct power *p, const struct run *run, size_t n, const size_t *moving,
		     size_t moving_count)
{
	const struct disk_op *op;
	size_t ops = disk_ops(p->disk, &op);

	if (run->every)
		return n % (ops + 1);
	if (run->moved)
		return moving[dice_u64(p->dice) % moving_count];
	return dice_u64(p->dice) % (ops + 1);
}

/* True when nothing was lost and all is whole. */
static bool play(struct power *p, const struct run *run, int64_t all)
{
	const struct disk_op *op;
	size_t states = (size_t)(all * run->share / 100), *moving, moving_count;

	p->states = p->unreadable = p->lost = p->worst = p->wrong = 0;
	record(p, run);
	size_t ops = disk_ops(p->disk, &op);
	if (run->every && states < ops + 1)
		states = ops + 1;
	moving_count = moving_moments(p, &moving);
	CHECK(!run->moved || moving_count > 0);
	for (size_t n = 0; n < states; n++)
		try_moment(p, run, moment(p, run, n, moving, moving_count));
	printf("%s: %lld states of %zu operations (%zu on the file itself): %lld unreadable, %lld "
	       "with something lost (at worst %lld), %lld wrong\n",
	       run->name, (long long)p->states, ops, moving_count, (long long)p->unreadable,
	       (long long)p->lost, (long long)p->worst, (long long)p->wrong);
	return p->unreadable + p->lost + p->wrong == 0;
}

/* --- the test of the test --- */

static int ignore_synchronous(void *arg, int what, const char *name, const char *value,
			      const char *database, const char *trigger)
{
	(void)arg;
	(void)value;
	(void)database;
	(void)trigger;
	return what == SQLITE_PRAGMA && strcmp(name, "synchronous") == 0 ? SQLITE_IGNORE :
									   SQLITE_OK;
}

static int weaken(sqlite3 *db, char **error, const void *api)
{
	(void)error;
	(void)api;
	sqlite3_exec(db, "PRAGMA synchronous=NORMAL", NULL, NULL, NULL);
	sqlite3_set_authorizer(db, ignore_synchronous, NULL);
	return SQLITE_OK;
}

static void empty(struct power *p)
{
	static const size_t none = 0;

	/* A new site for each run: the disk before anything was written. */
	struct disk_image *image = disk_image_cut(p->disk, none, NULL);

	disk_image_put(p->disk, image);
	disk_image_free(image);
}

int main(int count, char **word)
{
	static char *const nothing[] = { NULL };
	struct power p = { .mem = arena_new(0) };
	struct ctx c = { .mem = p.mem };
	int64_t states = 2400, seed = 1;
	bool weak = false, read = true;
	int passed = 0, failed = 0;

	for (int i = 1; i < count && read; i++) {
		if (strcmp(word[i], "--weak") == 0)
			weak = true;
		else if (strcmp(word[i], "--states") == 0 && i + 1 < count)
			read = num_i64(str_of(word[++i]), 1, 10000000, &states);
		else if (strcmp(word[i], "--seed") == 0 && i + 1 < count)
			read = num_i64(str_of(word[++i]), 0, INT64_MAX, &seed);
		else
			read = false;
	}
	if (!read) {
		fprintf(stderr, "power [--states N] [--weak] [--seed N]\n");
		return 2;
	}
	if (weak)
		sqlite3_auto_extension((void (*)(void))weaken);
	p.disk = disk_new(p.mem);
	p.dice = dice_pretend(p.mem, (uint64_t)seed);
	p.clock = clock_pretend(p.mem, (usec){ INT64_C(1780000000) * USEC_SECOND });
	p.lock = os_lock_new(p.mem);
	CHECK(house_settings(&c, S(""), nothing, &p.settings) == OK);
	for (int i = 0; i < TASKS; i++)
		p.deposit[i].mem = arena_new((size_t)16 << 20);
	disk_record(p.disk);
	for (size_t i = 0; i < sizeof(runs) / sizeof(*runs); i++) {
		disk_seed(p.disk, (uint64_t)seed);
		if (play(&p, &runs[i], states))
			passed++;
		else
			failed++;
		empty(&p);
	}
	printf("%d passed, %d failed\n", passed, failed);
	return failed > 0;
}
