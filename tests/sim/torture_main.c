/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * torture: one work's way through the house, with the n-th call to the outside failing, for each n.
 *
 *   torture [--most N] [--only WAY] [--step NAME]
 *
 * The way is a story of requests and the jobs between them (steps). For each step and each
 * kind of call the site is put into the state before the step, the n-th call of the step is made to
 * fail once, and what the step says is kept. Then the step is asked for again without a
 * fault, as a client does that has no word: it must end well, all invariants must hold, the
 * history must fit, and SQLite must have given all memory back. n grows until the step needs
 * no such call any more; where there are more than --most of them (400), every k-th is tried and
 * the line says so.
 *
 *   memory    SQLite's allocations
 *   write     writes and truncations of the database: the disk is full, in the middle of a write
 *   sync      its syncs fail
 *   read      its reads fail
 *   busy      a statement whose transaction the engine wants once more
 *   commit    a commit that happened, and of which no word comes
 *   file      write, fsync and rename of uploaded files
 *
 * The arena's own memory is not failed: it ends the process by design (base/arena.h).
 */
#include <errno.h>
#include <ftw.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "intake/intake_in.h"
#include "org/org.h"
#include "pay/pay_in.h"
#include "project/project_in.h"
#include "review/review.h"
#include "tests/sim/history.h"
#include "tests/sim/hot.h"
#include "tests/sim/site.h"

/* --- what fails --- */

static sqlite3_mem_methods memory;
static int64_t memory_wait, memory_live, file_wait;
static bool outside_met;

static bool fails(int64_t *wait)
{
	bool now = *wait > 0 && --*wait == 0;

	outside_met = outside_met || now;
	return now;
}

static void *memory_take(int bytes)
{
	void *at = fails(&memory_wait) ? NULL : memory.xMalloc(bytes);

	memory_live += at != NULL;
	return at;
}

static void *memory_again(void *at, int bytes)
{
	return fails(&memory_wait) ? NULL : memory.xRealloc(at, bytes);
}

static void memory_free(void *at)
{
	memory_live -= at != NULL;
	memory.xFree(at);
}

static void memory_hook(void)
{
	CHECK(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &memory) == SQLITE_OK);
	sqlite3_mem_methods hooked = memory;

	hooked.xMalloc = memory_take;
	hooked.xRealloc = memory_again;
	hooked.xFree = memory_free;
	CHECK(sqlite3_config(SQLITE_CONFIG_MALLOC, &hooked) == SQLITE_OK);
}

/* The linker sends the house's calls here (Makefile: -Wl,--wrap). */
ssize_t __real_write(int fd, const void *bytes, size_t len);
int __real_fsync(int fd);
int __real_rename(const char *from, const char *to);
ssize_t __wrap_write(int fd, const void *bytes, size_t len);
int __wrap_fsync(int fd);
int __wrap_rename(const char *from, const char *to);

ssize_t __wrap_write(int fd, const void *bytes, size_t len)
{
	if (!fails(&file_wait))
		return __real_write(fd, bytes, len);
	errno = ENOSPC;
	return -1;
}

int __wrap_fsync(int fd)
{
	if (!fails(&file_wait))
		return __real_fsync(fd);
	errno = EIO;
	return -1;
}

int __wrap_rename(const char *from, const char *to)
{
	if (!fails(&file_wait))
		return __real_rename(from, to);
	errno = EIO;
	return -1;
}

enum way { WAY_MEMORY, WAY_WRITE, WAY_SYNC, WAY_READ, WAY_BUSY, WAY_COMMIT, WAY_FILE, WAYS };
static const char *const way_word[] = {
	"memory", "write", "sync", "read", "busy", "commit", "file",
};

/* --- the story: what a client knows, and so what a step starts from --- */

enum { WORKERS = 3 };

struct story {
	user_id requester, worker[WORKERS];
	org_id org;
	project_id project;
	source_id source;
	struct assignment lease[WORKERS];
	struct pay_publish publish;
	char hash[80];
	int64_t bytes;
};

struct torture {
	struct arena *mem;   /* of the program */
	struct arena *trial; /* of one try */
	struct site site;
	struct history history;
	struct story story;
	char data[80];
	int64_t most, tries, met;
	const char *only, *only_step;
	int passed, failed;
	const struct step *step;
	enum err verdict;
};

struct step {
	const char *name;
	enum err (*before)(struct ctx *, struct torture *); /* on the reading connection; or NULL */
	enum err (*run)(struct ctx *, struct torture *);    /* NULL: the jobs that are due */
	int worker;					    /* who acts: -1 the requester */
	enum history_op op; /* what it promises; HISTORY_OP_COUNT: nothing that is compared */
};

static enum err add_user(struct ctx *c, const char *name, uint32_t roles, user_id *out)
{
	struct user_new new = { .name = str_of(name),
				.email = str_format(c->mem, "%s@torture.example", name),
				.roles = roles };
	struct user known;
	bool found;

	/* Asked for again after a lost reply: he is there. */
	TRY(user_by_email(c, new.email, &known, &found));
	if (found) {
		*out = known.id;
		return OK;
	}
	return user_add(c, &new, out);
}

static enum err people(struct ctx *c, struct torture *t)
{
	static const char *const name[] = { "wanda", "wim", "wera" };

	TRY(add_user(c, "rita", USER_REQUESTER, &t->story.requester));
	for (int i = 0; i < WORKERS; i++)
		TRY(add_user(c, name[i], USER_WORKER, &t->story.worker[i]));
	return org_add(c, S("Org"), t->story.requester, &t->story.org);
}

static enum err deposit(struct ctx *c, struct torture *t)
{
	bool fresh;

	return ledger_deposit(c, (account_id){ t->story.org.v }, (money){ 10000 }, S("slip"),
			      &fresh);
}

static enum err new_project(struct ctx *c, struct torture *t)
{
	return project_new(c, t->story.org, S("A project"), &t->story.project);
}

static enum err edit(struct ctx *c, struct torture *t)
{
	static const char *const template =
		"{\"blocks\":[{\"type\":\"choice\",\"name\":\"label\",\"label\":\"{{name}}?\","
		"\"options\":[\"cat\",\"dog\"]}]}";
	struct project_edit e = { .id = t->story.project,
				  .reward = { 7 },
				  .has_reward = true,
				  .redundancy = 2,
				  .has_redundancy = true,
				  .approve_after_s = 86400,
				  .has_approve_after_s = true,
				  .has_template = true };
	struct json_value *value;

	TRY(json_read_own(c, str_of(template), &value));
	e.template = value;
	return project_change(c, &e);
}

static enum err keep(struct ctx *c, struct torture *t)
{
	struct str bytes = S("name\none\ntwo\nthree\n"), hash;

	TRY(intake_keep_bytes(c, bytes, &hash));
	t->story.bytes = (int64_t)bytes.len;
	snprintf(t->story.hash, sizeof(t->story.hash), "%.*s", STR_ARG(hash));
	return OK;
}

static enum err upload(struct ctx *c, struct torture *t)
{
	return intake_add(c, t->story.project, S("rows.csv"), str_of(t->story.hash), t->story.bytes,
			  &t->story.source);
}

static enum err import(struct ctx *c, struct torture *t)
{
	struct project_state state;
	enum err err = intake_import(c, t->story.project, t->story.source, false, S(""));

	/* Asked for again: it runs already. */
	if (err == ERR_CONFLICT && project_state_get(c, t->story.project, &state) == OK) {
		c->refusal = (struct refusal){ 0 };
		return OK;
	}
	return err;
}

static enum err publish_ready(struct ctx *c, struct torture *t)
{
	struct pay_quote quote;

	TRY(pay_quote(c, t->story.project, &quote));
	return pay_publish_ready(c, t->story.project, quote.total, &t->story.publish);
}

static enum err publish(struct ctx *c, struct torture *t)
{
	return pay_publish_agreed(c, &t->story.publish);
}

static enum err accept(struct ctx *c, struct torture *t)
{
	int w = t->step->worker;
	bool got;

	TRY(hot_next(c, t->story.project, t->story.worker[w], &t->story.lease[w], &got));
	return got ? OK : refuse(c, ERR_MISSING, "there is no task for him");
}

static enum err submit(struct ctx *c, struct torture *t)
{
	const struct assignment *a = &t->story.lease[t->step->worker];

	return hot_submit(c, a->key, a->epoch, S("{\"label\":\"cat\"}"), 1000);
}

static enum err give_back(struct ctx *c, struct torture *t)
{
	const struct assignment *a = &t->story.lease[t->step->worker];

	return assignment_return(c, a->key, a->epoch);
}

static enum err approve(struct ctx *c, struct torture *t)
{
	return review_approve(c, t->story.lease[0].key);
}

static enum err reject(struct ctx *c, struct torture *t)
{
	return review_reject(c, t->story.lease[1].key, S("not what was asked"));
}

static enum err close_project(struct ctx *c, struct torture *t)
{
	money refund;

	return pay_close(c, t->story.project, &refund);
}

#define NOTHING HISTORY_OP_COUNT
static const struct step steps[] = {
	{ "sign up", NULL, people, -1, NOTHING },
	{ "deposit", NULL, deposit, -1, HISTORY_DEPOSIT },
	{ "new project", NULL, new_project, -1, NOTHING },
	{ "edit", NULL, edit, -1, NOTHING },
	{ "upload", keep, upload, -1, NOTHING },
	{ "jobs: check", NULL, NULL, -1, NOTHING },
	{ "import", NULL, import, -1, NOTHING },
	{ "jobs: import", NULL, NULL, -1, NOTHING },
	{ "publish", publish_ready, publish, -1, HISTORY_PUBLISH },
	{ "jobs: fund and cut", NULL, NULL, -1, NOTHING },
	{ "accept", NULL, accept, 0, HISTORY_ACCEPT },
	{ "submit", NULL, submit, 0, HISTORY_SUBMIT },
	{ "accept by another", NULL, accept, 1, HISTORY_ACCEPT },
	{ "submit by another", NULL, submit, 1, HISTORY_SUBMIT },
	{ "accept by a third", NULL, accept, 2, HISTORY_ACCEPT },
	{ "return", NULL, give_back, 2, HISTORY_RETURN },
	{ "approve", NULL, approve, -1, HISTORY_APPROVE },
	{ "reject", NULL, reject, -1, HISTORY_REJECT },
	{ "close", NULL, close_project, -1, NOTHING },
	{ "jobs: judge and pay", NULL, NULL, -1, NOTHING },
};
enum { STEPS = sizeof(steps) / sizeof(*steps) };

/* --- one step --- */

static enum err run_step(struct ctx *c, void *arg)
{
	struct torture *t = arg;

	return t->step->run(c, t);
}

static void step_done(struct store_task *task, enum err err)
{
	struct torture *t = task->arg;

	t->verdict = err;
}

static struct history_event event_of(const struct torture *t)
{
	const struct story *s = &t->story;
	int w = t->step->op == HISTORY_REJECT ? 1 : t->step->worker < 0 ? 0 : t->step->worker;
	struct history_event e = { .op = t->step->op };

	if (e.op == HISTORY_DEPOSIT) {
		e.account = s->org.v;
		e.amount = 10000;
		e.text = S("slip");
	} else if (e.op == HISTORY_PUBLISH) {
		e.account = s->org.v;
		e.amount = s->publish.done ? 0 : s->publish.total.minor;
		e.text = s->publish.transfer;
	} else {
		e.project = s->project.v;
		e.task = s->lease[w].key.task.v;
		e.worker = s->worker[w].v;
		e.epoch = s->lease[w].epoch;
		e.text = e.op == HISTORY_SUBMIT ? S("{\"label\":\"cat\"}") : S("");
	}
	return e;
}

static void run_jobs(struct torture *t)
{
	struct dice *dice = dice_pretend(t->trial, 1);

	/* A job that was refused comes back later. */
	for (int round = 0; round < 60; round++) {
		site_look(&t->site, SITE_JOBS);
		while (site_write(&t->site) || site_before(&t->site, dice))
			;
		clock_move(t->site.clock, round < 40 ? USEC_SECOND / 2 : USEC_MINUTE);
	}
}

static enum err ask(struct torture *t)
{
	const struct step *s = t->step;
	struct actor actor = { .via = S("command") };
	struct store_task task = { .run = run_step, .done = step_done, .arg = t };

	if (s->run == NULL) {
		run_jobs(t);
		return OK;
	}
	if (t->story.requester.v != 0)
		actor = (struct actor){ .id = s->worker >= 0 ? t->story.worker[s->worker].v :
							       t->story.requester.v,
					.roles = s->worker >= 0 ? USER_WORKER : USER_REQUESTER,
					.via = S("session") };
	struct ctx c = site_ctx(&t->site, t->trial, actor);

	c.store = t->site.read;
	if (s->before != NULL)
		TRY(s->before(&c, t));
	task.ctx = &c;
	site_post(&t->site, &task);
	while (site_write(&t->site))
		;
	if (t->verdict == OK && s->op != NOTHING) {
		struct history_event e = event_of(t);

		e.end = HISTORY_OK;
		(void)history_call(&t->history, e);
	}
	return t->verdict;
}

/* --- one try --- */

static void arm(struct torture *t, enum way way, int64_t n)
{
	static const enum disk_trouble trouble[] = { DISK_SOUND, DISK_FULL, DISK_ERROR,
						     DISK_ERROR };
	static const int on[] = { 0, DISK_ON_WRITE, DISK_ON_SYNC, DISK_ON_READ };

	outside_met = false;
	faulty_trouble(t->site.faulty, FAULTY_NONE, 0);
	if (way == WAY_MEMORY)
		memory_wait = n;
	else if (way == WAY_FILE)
		file_wait = n;
	else if (way == WAY_BUSY)
		faulty_trouble(t->site.faulty, FAULTY_BUSY, n);
	else if (way == WAY_COMMIT)
		faulty_trouble(t->site.faulty, FAULTY_COMMIT_DONE, n);
	else
		disk_trouble(t->site.disk, trouble[way], on[way], n, 1);
}

static bool disarm(struct torture *t)
{
	bool met = outside_met || faulty_met(t->site.faulty) || disk_trouble_met(t->site.disk);

	memory_wait = file_wait = 0;
	faulty_trouble(t->site.faulty, FAULTY_NONE, 0);
	disk_trouble(t->site.disk, DISK_SOUND, 0, 0, 0);
	return met;
}

static bool bad(struct torture *t, enum way way, int64_t n, const char *what, struct str detail)
{
	t->failed++;
	printf("not ok: %s, %s %lld: %s: %.*s\n", t->step->name, way_word[way], (long long)n, what,
	       STR_ARG(detail));
	return false;
}

static bool look_at_all(struct torture *t, enum way way, int64_t n)
{
	struct ctx c = site_ctx(&t->site, t->trial, (struct actor){ 0 });
	struct history_fault fault;
	const char *broken;
	struct str row = { 0 };

	if (site_check(&t->site, t->trial, &broken, &row) != OK)
		return bad(t, way, n, "the invariants cannot be read", S(""));
	if (broken != NULL)
		return bad(t, way, n, broken, row);
	c.store = t->site.read;
	if (history_check(&c, &t->history, false, false, &fault) != OK)
		return bad(t, way, n, "the history cannot be read", c.refusal.said);
	if (fault.name != NULL)
		return bad(t, way, n, fault.name, fault.about);
	return true;
}

static void start_at(struct torture *t, const struct disk_image *image)
{
	t->trial = arena_new(0);
	t->site.clock = clock_pretend(t->trial, (usec){ INT64_C(1780000000) * USEC_SECOND });
	t->site.dice = dice_pretend(t->trial, 7);
	t->site.faulty = faulty_new(t->trial);
	disk_image_put(t->site.disk, image);
	CHECK(site_start(&t->site) == OK);
}

/* Seconds go by with each step, so that later ones come later. */
static void set_time(struct torture *t, int step)
{
	clock_move(t->site.clock, (step + 1) * USEC_DAY / 24);
}

/* The n-th call fails. False: nothing was met any more, or something is wrong. */
static bool try_once(struct torture *t, const struct disk_image *from, int step, enum way way,
		     int64_t n)
{
	struct story story = t->story;
	size_t events = t->history.count;
	int64_t live;
	bool met, good = true;

	start_at(t, from);
	set_time(t, step);
	arm(t, way, n);
	enum err first = ask(t);
	met = disarm(t);

	/* Without a word, or with a refusal for the store's own reasons: once more, in peace. */
	if (first != OK || t->step->run == NULL) {
		enum err again = ask(t);

		if (first != OK && first != ERR_STORE && first != ERR_BUSY)
			good = bad(t, way, n, "it is refused for a reason that is not the store's",
				   str_of(err_row(first)->word));
		if (good && again != OK)
			good = bad(t, way, n, "it does not end well when it is asked for again",
				   str_of(err_row(again)->word));
	}
	good = good && look_at_all(t, way, n);
	site_stop(&t->site);
	live = memory_live;
	arena_free(t->trial);
	t->story = story;
	t->history.count = events;
	t->tries++;
	t->met += met;
	if (good && way == WAY_MEMORY && t->tries > 1 && live > 8)
		good = bad(t, way, n, "SQLite keeps memory", S(""));
	return met && good;
}

/* How many such calls the step makes when none fails. */
static int64_t count_calls(struct torture *t, const struct disk_image *from, int step, enum way way)
{
	int64_t low = 0, high = 1;

	while (try_once(t, from, step, way, high) && high < 1 << 20) {
		low = high;
		high *= 2;
	}
	while (low + 1 < high) {
		int64_t middle = low + (high - low) / 2;

		if (try_once(t, from, step, way, middle))
			low = middle;
		else
			high = middle;
	}
	return low;
}

static void torture_step(struct torture *t, const struct disk_image *from, int step)
{
	for (int way = 0; way < WAYS && t->failed == 0; way++) {
		if (t->only != NULL && strcmp(t->only, way_word[way]) != 0)
			continue;
		int64_t calls = count_calls(t, from, step, (enum way)way);
		int64_t stride = calls / t->most + 1, tried = 0;

		for (int64_t n = 1; n <= calls && t->failed == 0; n += stride) {
			(void)try_once(t, from, step, (enum way)way, n);
			tried++;
		}
		if (calls > 0)
			printf("%s: %s, %lld of %lld calls failed in turn\n", t->step->name,
			       way_word[way], (long long)tried, (long long)calls);
		t->passed += calls > 0 && t->failed == 0;
	}
}

static int remove_one(const char *path, const struct stat *s, int type, struct FTW *where)
{
	(void)s;
	(void)type;
	(void)where;
	return remove(path);
}

int main(int count, char **word)
{
	struct torture t = { .most = 400 };
	char root[] = "/tmp/tessera-torture-XXXXXX";
	bool read = true;

	for (int i = 1; i < count && read; i += 2) {
		read = i + 1 < count;
		if (read && strcmp(word[i], "--most") == 0)
			read = num_i64(str_of(word[i + 1]), 1, 1000000, &t.most);
		else if (read && strcmp(word[i], "--only") == 0)
			t.only = word[i + 1];
		else if (read && strcmp(word[i], "--step") == 0)
			t.only_step = word[i + 1];
		else
			read = false;
	}
	if (!read || mkdtemp(root) == NULL) {
		fprintf(stderr, "torture [--most N] [--only WAY] [--step NAME]\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	memory_hook();
	t.mem = arena_new(0);
	t.history = history_make(t.mem);
	t.site.data = root;
	t.site.disk = disk_new(t.mem);
	t.site.day = t.mem;
	t.site.clock = clock_pretend(t.mem, (usec){ 0 });
	t.site.dice = dice_pretend(t.mem, 1);
	CHECK(site_make(&t.site) == OK);
	struct disk_image *image = disk_image_now(t.site.disk);

	for (int i = 0; i < STEPS && t.failed == 0; i++) {
		t.step = &steps[i];
		if (t.only_step == NULL || strcmp(t.only_step, t.step->name) == 0)
			torture_step(&t, image, i);
		/* On to the next, without a fault. */
		start_at(&t, image);
		set_time(&t, i);
		disk_record(t.site.disk);
		CHECK(ask(&t) == OK);
		disk_image_free(image);
		site_stop(&t.site);
		image = disk_image_now(t.site.disk);
		t.story.publish.transfer = str_copy(t.mem, t.story.publish.transfer);
		arena_free(t.trial);
	}
	printf("%lld tries, of which %lld met a fault\n", (long long)t.tries, (long long)t.met);
	printf("%d passed, %d failed\n", t.passed, t.failed);
	disk_image_free(image);
	disk_free(t.site.disk);
	(void)nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return t.failed > 0;
}
