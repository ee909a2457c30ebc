/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The runner's turns follow lib/job/runner.c; the stages of a job are its, without the threads. */
#include "tests/sim/site.h"

#include <stdio.h>
#include "app/house_in.h"

static const char *const url = "sqlite:town.db";

enum { JOB_MEMORY = 64 << 20 };

struct ctx site_ctx(struct site *s, struct arena *mem, struct actor actor)
{
	return (struct ctx){
		.mem = mem,
		.dice = s->dice,
		.now = clock_now(s->clock),
		.actor = actor,
		.request = S("sim"),
		.settings = s->settings,
		.rooms = s->rooms,
		.data = s->data,
	};
}

/* --- start and end --- */

enum err site_make(struct site *s)
{
	struct arena *mem = arena_new(0);
	struct ctx c = site_ctx(s, mem, (struct actor){ 0 });
	int applied;
	enum err err = store_open(&c, mem, url, STORE_WRITE, &c.store);

	if (err == OK)
		err = store_migrate(&c, &applied);
	if (err != OK)
		fprintf(stderr, "sim: the site cannot be made: %.*s (%.*s)\n",
			STR_ARG(c.refusal.message), STR_ARG(c.refusal.said));
	store_close(&c.store);
	arena_free(mem);
	return err;
}

static enum err before_commit(struct ctx *c, void *arg)
{
	(void)arg;
	return job_flush_signals(c);
}

static enum err first_run(struct ctx *c, void *arg)
{
	struct site *s = arg;

	faulty_wrap(s->faulty, c->store);
	return job_found(c, s->kinds);
}

static void ignore_done(struct store_task *task, enum err err)
{
	(void)task;
	(void)err;
}

static enum err open_all(struct site *s, struct ctx *c)
{
	struct store_writer_options options = {
		.url = url,
		.threads = 1,
		.clock = s->clock,
		.dice = s->dice,
		.before_commit = before_commit,
		.by_hand = true,
	};

	TRY(house_settings(c, S(""), s->environment, &s->settings));
	TRY(store_writer_start(c, s->mem, options, &s->writer));
	TRY(store_open(c, s->mem, url, STORE_READ, &s->read));
	faulty_wrap(s->faulty, s->read);
	c->store = s->read;
	TRY(house_states(c, s->mem, &s->rooms));
	s->kinds = house_jobs(s->mem);
	return OK;
}

enum err site_start(struct site *s)
{
	s->mem = arena_new(0);
	s->claim_mem = arena_new(0);
	s->claiming = false;
	s->rooms = NULL;
	struct ctx c = site_ctx(s, s->mem, (struct actor){ 0 });
	enum err err = open_all(s, &c);

	if (err != OK) {
		fprintf(stderr, "sim: the site does not start: %.*s (%.*s)\n",
			STR_ARG(c.refusal.message), STR_ARG(c.refusal.said));
		return err;
	}
	for (int i = 0; i < SITE_JOBS; i++) {
		s->job[i] = (struct site_job){ .site = s, .mem = arena_new(JOB_MEMORY) };
	}
	/* The writer's first task: its connection goes through `faulty` from here. */
	s->claim_ctx = site_ctx(s, s->claim_mem, (struct actor){ 0 });
	s->claim = (struct store_task){
		.ctx = &s->claim_ctx, .run = first_run, .done = ignore_done, .arg = s
	};
	site_post(s, &s->claim);
	(void)store_writer_turn(s->writer);
	return s->claim_ctx.refusal.err;
}

void site_stop(struct site *s)
{
	store_close(&s->read);
	store_writer_stop(s->writer);
	for (int i = 0; i < SITE_JOBS; i++)
		arena_free(s->job[i].mem);
	arena_free(s->claim_mem);
	arena_free(s->mem);
	s->writer = NULL;
}

void site_crash(struct site *s, struct dice *cut)
{
	const struct disk_op *op;
	size_t ops = disk_ops(s->disk, &op);
	struct disk_image *image =
		cut == NULL ? disk_image_now(s->disk) : disk_image_cut(s->disk, ops, cut);

	/* Whatever closing writes is undone. */
	site_stop(s);
	disk_image_put(s->disk, image);
	disk_image_free(image);
	disk_record(s->disk);
}

/* --- the writer --- */

void site_post(struct site *s, struct store_task *task)
{
	CHECK(store_writer_post(s->writer, task) == OK);
}

bool site_write(struct site *s)
{
	return store_writer_turn(s->writer);
}

/* --- the runner --- */

static enum err run_claim(struct ctx *c, void *arg)
{
	struct site *s = arg;
	int most = 0;

	for (int i = 0; i < SITE_JOBS; i++)
		most += s->job[i].stage == SITE_FREE;
	return job_claim(c, s->kinds, most < s->claim_most ? most : s->claim_most, &s->claimed,
			 &s->claimed_count);
}

static void start_job(struct site *s, const struct job_run *run)
{
	struct site_job *j = s->job;

	while (j->stage != SITE_FREE)
		j++;
	j->run = *run;
	j->run.name = str_copy(j->mem, run->name);
	j->ctx = site_ctx(s, j->mem, (struct actor){ .name = j->run.name, .via = S("job") });
	j->stage = SITE_CLAIMED;
}

static void claim_done(struct store_task *task, enum err err)
{
	struct site *s = task->arg;

	s->claiming = false;
	for (size_t i = 0; err == OK && i < s->claimed_count; i++)
		start_job(s, &s->claimed[i]);
}

void site_look(struct site *s, int most)
{
	if (s->claiming)
		return;
	arena_clear(s->claim_mem);
	s->claiming = true;
	s->claim_most = most;
	s->claim_ctx = site_ctx(s, s->claim_mem, (struct actor){ .via = S("job") });
	s->claim = (struct store_task){
		.ctx = &s->claim_ctx, .run = run_claim, .done = claim_done, .arg = s
	};
	site_post(s, &s->claim);
}

static void free_job(struct site_job *j)
{
	arena_clear(j->mem);
	j->stage = SITE_FREE;
}

static enum err run_fail(struct ctx *c, void *arg)
{
	const struct site_job *j = arg;

	return job_fail(c, &j->run, &j->refusal);
}

static void fail_done(struct store_task *task, enum err err)
{
	(void)err;
	free_job(task->arg);
}

static void fail_job(struct site_job *j)
{
	j->site->jobs_refused++;
	j->refusal = j->ctx.refusal;
	if (j->run.lost) {
		free_job(j);
		return;
	}
	j->stage = SITE_FAILING;
	j->task =
		(struct store_task){ .ctx = &j->ctx, .run = run_fail, .done = fail_done, .arg = j };
	site_post(j->site, &j->task);
}

static enum err run_body(struct ctx *c, void *arg)
{
	struct site_job *j = arg;

	arena_reset(j->mem, j->mark);
	return job_act(c, &j->run);
}

static void body_done(struct store_task *task, enum err err)
{
	struct site_job *j = task->arg;

	if (err != OK) {
		fail_job(j);
		return;
	}
	j->site->jobs_run++;
	free_job(j);
}

bool site_before(struct site *s, struct dice *dice)
{
	struct site_job *waiting[SITE_JOBS];
	int count = 0;

	for (int i = 0; i < SITE_JOBS; i++)
		if (s->job[i].stage == SITE_CLAIMED || s->job[i].stage == SITE_READY)
			waiting[count++] = &s->job[i];
	if (count == 0)
		return false;
	struct site_job *j = waiting[dice_u64(dice) % (uint64_t)count];

	if (j->stage == SITE_CLAIMED && j->run.kind != NULL && j->run.kind->before != NULL) {
		j->ctx.store = s->read;
		j->ctx.now = clock_now(s->clock);
		enum err err = j->run.kind->before(&j->ctx, &j->run.job);
		j->ctx.store = NULL;
		j->stage = SITE_READY;
		if (err != OK || j->ctx.refusal.err != OK)
			fail_job(j);
		return true;
	}
	j->stage = SITE_POSTED;
	j->mark = arena_mark(j->mem);
	j->task =
		(struct store_task){ .ctx = &j->ctx, .run = run_body, .done = body_done, .arg = j };
	site_post(s, &j->task);
	return true;
}

/* --- looking --- */

enum err site_check(struct site *s, struct arena *mem, const char **broken, struct str *row)
{
	struct ctx c = site_ctx(s, mem, (struct actor){ 0 });
	const struct room_invariant *found;

	c.store = s->read;
	*broken = NULL;
	TRY(house_check(&c, &found, row));
	if (found != NULL)
		*broken = found->name;
	return OK;
}
