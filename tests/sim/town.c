/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The day: steps of the clock, the people, the site's turns and the faults.
 *
 * A step moves the clock by a time with a heavy tail, so that a day has some eight hundred steps
 * and still moments in which everything happens at once. A day of equal small steps was
 * turned down: it would be spent looking at a sleeping town.
 */
#include "tests/sim/town_in.h"

#include <stdarg.h>
#include <stdio.h>

enum { STEPS_MAX = 4000, REST_STEPS_MAX = 6000, ROUNDS_MAX = 12 };
/* So long after the faults have stopped everything must be done. */
#define REST_MAX_US (3 * USEC_DAY)

void town_say(const struct town *t, const char *format, ...)
{
	va_list list;

	if (!t->o.trace)
		return;
	printf("%d %lld ", t->step, (long long)now_us(t));
	va_start(list, format);
	vprintf(format, list);
	va_end(list);
	printf("\n");
}

void town_broken(struct town *t, const char *name, const char *format, ...)
{
	va_list list;

	if (t->result->broken != NULL)
		return;
	t->result->broken = name;
	va_start(list, format);
	vsnprintf(t->result->about, sizeof(t->result->about), format, list);
	va_end(list);
	town_say(t, "BROKEN %s: %s", name, t->result->about);
}

/* --- looking at the whole --- */

static void check_invariants(struct town *t)
{
	struct arena_mark mark = arena_mark(t->scratch);
	const char *broken = NULL;
	struct str row = { 0 };

	t->result->checks++;
	if (site_check(&t->site, t->scratch, &broken, &row) != OK)
		town_broken(t, "sim.check", "the invariants cannot be read");
	else if (broken != NULL)
		town_broken(t, broken, "%.*s", STR_ARG(row));
	arena_reset(t->scratch, mark);
}

static void check_history(struct town *t, bool rest)
{
	struct arena_mark mark = arena_mark(t->scratch);
	struct ctx c = town_look(t, (struct actor){ 0 });
	struct history_fault fault;

	if (history_check(&c, &t->history, rest, true, &fault) != OK)
		town_broken(t, "sim.history", "the history cannot be compared: %.*s",
			    STR_ARG(c.refusal.said));
	else if (fault.name != NULL)
		town_broken(t, fault.name, "%.*s", STR_ARG(fault.about));
	arena_reset(t->scratch, mark);
}

/* --- starting and crashing --- */

static void start(struct town *t)
{
	t->site.dice = dice_pretend(t->mem, dice_u64(t->dice));
	if (site_start(&t->site) != OK) {
		town_broken(t, "sim.start", "the site does not start");
		return;
	}
	t->up = true;
}

static void crash(struct town *t, bool power)
{
	town_say(t, "crash: %s", power ? "the power goes" : "kill -9");
	t->result->fault[power ? TOWN_POWER : TOWN_KILL]++;
	requests_reply(t, false);
	site_crash(&t->site, power ? t->dice : NULL);
	t->up = false;
}

/* After a crash: up again, and nothing that was promised is gone. */
static void restart(struct town *t)
{
	start(t);
	if (t->result->broken != NULL)
		return;
	check_invariants(t);
	check_history(t, false);
}

/* --- faults --- */

static void arm(struct town *t)
{
	int64_t kind = roll(t, 10);

	if (kind < 5) {
		enum faulty_trouble trouble = (enum faulty_trouble)(FAULTY_BUSY + roll(t, 5));
		bool commit = trouble >= FAULTY_COMMIT_FULL;

		faulty_trouble(t->site.faulty, trouble, 1 + roll(t, commit ? 2 : 40));
		t->armed = TOWN_BUSY + (trouble - FAULTY_BUSY);
	} else if (kind < 7) {
		bool full = chance(t, 500);

		t->armed = full ? TOWN_DISK_FULL : TOWN_DISK_ERROR;
		disk_trouble(t->o.disk, full ? DISK_FULL : DISK_ERROR, DISK_ON_WRITE | DISK_ON_SYNC,
			     1 + roll(t, 20), 1 + roll(t, 3));
	} else {
		disk_trouble(t->o.disk, DISK_DEAD, DISK_ON_WRITE | DISK_ON_SYNC, 1 + roll(t, 40),
			     1);
	}
}

static void disarm(struct town *t)
{
	if (faulty_met(t->site.faulty) || (disk_trouble_met(t->o.disk) && !disk_is_dead(t->o.disk)))
		t->result->fault[t->armed]++;
	faulty_trouble(t->site.faulty, FAULTY_NONE, 0);
	if (!disk_is_dead(t->o.disk))
		disk_trouble(t->o.disk, DISK_SOUND, 0, 0, 0);
}

/* --- one step --- */

static void move_clock(struct town *t)
{
	int64_t kind = roll(t, 1000), us;

	if (t->resting)
		us = kind < 800 ? roll(t, 3000000) : roll(t, 600000000);
	else if (kind < 500)
		us = roll(t, 300000);
	else if (kind < 800)
		us = roll(t, 10000000);
	else if (kind < 950)
		us = roll(t, 120000000);
	else
		us = roll(t, 3600000000);
	clock_move(t->site.clock, us);
	/* Somebody sets the machine's clock. */
	if (!t->resting && !t->o.calm && chance(t, 3)) {
		int64_t hours = roll(t, 26) - 1;

		town_say(t, "the clock jumps by %lld hours", (long long)hours);
		t->result->fault[TOWN_JUMP]++;
		clock_jump(t->site.clock, hours * USEC_HOUR);
	}
}

/* The site's turns at this moment: the runner, jobs, the writer. */
static void turns(struct town *t)
{
	requests_arrive(t);
	if (t->resting || chance(t, 600))
		site_look(&t->site, 1 + (int)roll(t, SITE_JOBS));
	for (int round = 0; round < ROUNDS_MAX; round++) {
		bool more = false;

		for (int64_t i = roll(t, 2 * SITE_JOBS); i > 0; i--)
			more = site_before(&t->site, t->dice) || more;
		while (site_write(&t->site))
			more = true;
		if (disk_is_dead(t->o.disk))
			return;
		if (!more && (t->resting || chance(t, 500)))
			return;
	}
}

static void step(struct town *t)
{
	bool fault = !t->resting && !t->o.calm && chance(t, t->faults);

	t->step++;
	move_clock(t);
	if (!t->up) {
		requests_arrive(t);
		requests_reply(t, false);
		if (t->resting || chance(t, 500))
			restart(t);
		return;
	}
	people_act(t);
	if (fault)
		arm(t);
	turns(t);
	disarm(t);
	if (disk_is_dead(t->o.disk)) {
		crash(t, chance(t, 700));
		return;
	}
	requests_reply(t, true);
	if (fault && chance(t, 100)) {
		crash(t, chance(t, 500));
		return;
	}
	if (t->step % t->o.every == 0)
		check_invariants(t);
}

/* --- the day --- */

static void plan(struct town *t)
{
	static const int64_t approve_after[] = { 0, 60, 3600, 86400 };

	for (int i = 0; i < WORKERS; i++)
		t->worker[i].habit = i < 4 ? HONEST : (enum habit)roll(t, HABITS);
	for (int i = 0; i < PROJECTS; i++) {
		struct project_plan *p = &t->project[i];

		*p = (struct project_plan){
			.used = i < 2 || chance(t, 600),
			.requester = (int)roll(t, REQUESTERS),
			.wake_us = i < 2 ? 0 : roll(t, 12 * USEC_HOUR),
			.rows = 2 + (int)roll(t, 14),
			.redundancy = 1 + (int)roll(t, REDUNDANCY_MAX),
			.share = chance(t, 500) ? 0 : 300,
			.reward = roll(t, 20),
			.approve_after_s = approve_after[roll(t, 4)],
			.time_allowed_s = 10 + roll(t, 1200),
			.picking = chance(t, 500),
			.copies = chance(t, 500) ? 0 : (int)roll(t, 500),
			.close_us = 6 * USEC_HOUR + roll(t, 20 * USEC_HOUR),
		};
		p->gold = p->share > 0 ? 1 + (int)roll(t, 3) : 0;
		p->gold = p->gold < p->rows ? p->gold : p->rows;
	}
	/* Some days are quiet, some are bad. */
	t->faults = (int)(roll(t, 4) * roll(t, 40));
}

/* Everybody signs up before anything goes wrong. */
static void sign_up(struct town *t)
{
	struct request *r = request_new(t, OP_PEOPLE, 0, -1, -1);

	t->resting = true;
	request_send(r);
	requests_arrive(t);
	(void)site_write(&t->site);
	requests_reply(t, true);
	t->resting = false;
	if (!t->people)
		town_broken(t, "sim.people", "nobody can sign up");
}

static void come_to_rest(struct town *t)
{
	int64_t until = now_us(t) + REST_MAX_US;
	char left[200] = "";

	t->resting = true;
	for (int i = 0; i < PROJECTS; i++)
		t->project[i].close_us = t->project[i].close_us > now_us(t) + 6 * USEC_HOUR ?
						 now_us(t) + roll(t, 6 * USEC_HOUR) :
						 t->project[i].close_us;
	for (int i = 0; i < REST_STEPS_MAX && t->result->broken == NULL; i++) {
		step(t);
		if (t->up && people_rest(t, left, sizeof(left)))
			return;
		if (now_us(t) > until)
			break;
	}
	town_broken(t, "sim.liveness", "not at rest after %lld hours: %s",
		    (long long)((now_us(t) - until + REST_MAX_US) / USEC_HOUR), left);
}

static void check_jobs(struct town *t)
{
	struct arena_mark mark = arena_mark(t->scratch);
	struct ctx c = town_look(t, (struct actor){ 0 });
	struct job_counts counts = { 0 };
	struct job_line *line;
	size_t count;

	if (job_count(&c, &counts) == OK && counts.broken > 0 &&
	    job_list(&c, 1, &line, &count) == OK && count > 0)
		town_broken(t, "sim.job", "a job is broken: %.*s %lld: %.*s", STR_ARG(line->kind),
			    (long long)line->key, STR_ARG(line->message));
	arena_reset(t->scratch, mark);
}

static uint64_t hash_of_disk(struct town *t)
{
	struct disk_image *image = disk_image_now(t->o.disk);
	uint64_t hash = str_hash(disk_image_bytes(image, ".db")) * 31 +
			str_hash(disk_image_bytes(image, "-wal"));

	disk_image_free(image);
	return hash;
}

static void keep_log(struct town *t)
{
	struct ctx c = { .mem = t->mem, .dice = t->dice };

	if (t->o.log != NULL &&
	    os_replace(&c, t->o.log, history_text(&t->history, t->mem, 64 << 20), 0600) != OK)
		fprintf(stderr, "sim: %s: %.*s\n", t->o.log, STR_ARG(c.refusal.message));
}

static void live(struct town *t)
{
	sign_up(t);
	while (now_us(t) < t->begin_us + USEC_DAY && t->step < STEPS_MAX &&
	       t->result->broken == NULL)
		step(t);
	if (t->result->broken == NULL)
		come_to_rest(t);
	if (t->result->broken == NULL) {
		check_invariants(t);
		check_history(t, true);
		check_jobs(t);
	}
}

void town_day(const struct town_options *o, struct town_result *result)
{
	struct arena *mem = arena_new(0);
	struct town *t = NEW(mem, struct town);

	*result = (struct town_result){ 0 };
	t->o = *o;
	t->result = result;
	t->mem = mem;
	t->scratch = arena_new((size_t)64 << 20);
	t->dice = dice_pretend(mem, o->seed);
	t->history = history_make(mem);
	t->site = (struct site){
		.day = mem,
		.disk = o->disk,
		.faulty = faulty_new(mem),
		.clock = clock_pretend(mem, (usec){ INT64_C(1780000000) * USEC_SECOND }),
		.data = o->data,
	};
	faulty_mutate(t->site.faulty, o->mutant);
	disk_image_put(o->disk, o->made);
	disk_seed(o->disk, o->seed);
	disk_record(o->disk);
	plan(t);
	start(t);
	if (result->broken == NULL)
		live(t);
	result->step = t->step;
	result->jobs = t->site.jobs_run;
	result->mutated = faulty_mutated(t->site.faulty);
	result->virtual_us = now_us(t);
	if (t->up)
		site_stop(&t->site);
	result->hash = hash_of_disk(t);
	keep_log(t);
	for (int i = 0; i < REQUESTS; i++)
		arena_free(t->request[i].mem);
	arena_free(t->scratch);
	arena_free(mem);
}
