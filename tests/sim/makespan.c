/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Steps of one second: what people do in it is posted together, then the jobs that are due run. */
#include "tests/sim/makespan.h"

#include <math.h>
#include <stdio.h>
#include "dispatch/dispatch.h"
#include "intake/intake_in.h"
#include "pay/pay_in.h"
#include "project/project_in.h"
#include "tests/sim/hot.h"

enum { REDUNDANCY = 3, POLL_S = 5, SIGN_S = 20, LONGEST_S = 24 * 3600, CALL_MEMORY = 4 << 20 };

#define START_US (INT64_C(1700000000) * USEC_SECOND)

enum call { CALL_NONE, CALL_ASK, CALL_SUBMIT, CALL_SIGN };

struct person {
	struct world *world;
	user_id id;
	double speed;
	int64_t turns_us; /* when he comes or goes */
	bool there, walked;
	bool working, open, distracted; /* `open`: his page */
	bool told;			/* which tells of itself when it is opened */
	struct assignment lease;
	int64_t ends_us, poll_us, sign_us;
	/* What he asks of the site. */
	enum call call;
	struct arena *mem;
	struct ctx ctx;
	struct store_task task;
	enum err verdict;
	bool got;
};

struct world {
	const struct makespan_options *o;
	struct makespan_result *result;
	struct site site;
	struct arena *mem;
	struct dice *dice;
	struct person person[MAKESPAN_WORKERS];
	double *time_s; /* of each task */
	int *said;	/* answers to each */
	user_id requester;
	org_id org;
	project_id project;
	source_id source;
	struct str hash;
	int64_t answers, bytes;
	struct pay_publish publish;
};

/* --- chance --- */

static double unit(struct world *w)
{
	return ((double)(dice_u64(w->dice) >> 11) + 0.5) / 9007199254740992.0;
}

/* Box and Muller. */
static double normal(struct world *w)
{
	double radius = sqrt(-2 * log(unit(w)));

	return radius * cos(6.283185307179586 * unit(w));
}

static int64_t wait_us(struct world *w, double mean_s)
{
	return (int64_t)(-mean_s * log(unit(w)) * USEC_SECOND);
}

static int64_t now_us(const struct world *w)
{
	return clock_now(w->site.clock).us;
}

/* --- the site's turns --- */

static void broken(struct world *w, const char *what)
{
	if (w->result->broken == NULL)
		w->result->broken = what;
}

static void write_all(struct world *w)
{
	while (site_write(&w->site))
		;
}

static void run_jobs(struct world *w)
{
	do {
		site_look(&w->site, SITE_JOBS);
		write_all(w);
	} while (site_before(&w->site, w->dice) && (write_all(w), true));
	while (site_before(&w->site, w->dice))
		write_all(w);
}

struct step {
	struct world *world;
	enum err (*run)(struct ctx *, struct world *);
	enum err err;
};

static enum err run_step(struct ctx *c, void *arg)
{
	const struct step *s = arg;

	return s->run(c, s->world);
}

static void step_done(struct store_task *task, enum err err)
{
	struct step *s = task->arg;

	s->err = err;
}

static struct actor requester_of(const struct world *w)
{
	return (struct actor){ .id = w->requester.v,
			       .roles = w->requester.v == 0 ? USER_OPERATOR : USER_REQUESTER,
			       .via = w->requester.v == 0 ? S("command") : S("session") };
}

/* A transaction of the requester, and all that follows from it. */
static void act(struct world *w, const char *what, enum err (*run)(struct ctx *, struct world *))
{
	struct step s = { w, run, OK };
	struct ctx c = site_ctx(&w->site, w->mem, requester_of(w));
	struct store_task task = { .ctx = &c, .run = run_step, .done = step_done, .arg = &s };

	if (w->result->broken != NULL)
		return;
	site_post(&w->site, &task);
	write_all(w);
	if (s.err != OK) {
		fprintf(stderr, "makespan: %s: %.*s\n", what, STR_ARG(c.refusal.message));
		broken(w, what);
	}
	for (int i = 0; i < 20; i++) {
		clock_move(w->site.clock, USEC_SECOND);
		run_jobs(w);
	}
}

/* --- the project --- */

static enum err make_people(struct ctx *c, struct world *w)
{
	struct user_new new = { .name = S("requester"),
				.email = S("r@sim.example"),
				.roles = USER_REQUESTER };
	user_id requester;

	TRY(user_add(c, &new, &requester));
	TRY(org_add(c, S("Org"), requester, &w->org));
	for (int i = 0; i < MAKESPAN_WORKERS; i++) {
		new.name = str_format(c->mem, "worker %d", i);
		new.email = str_format(c->mem, "w%d@sim.example", i);
		new.roles = USER_WORKER;
		TRY(user_add(c, &new, &w->person[i].id));
	}
	w->requester = requester;
	return OK;
}

static enum err make_money(struct ctx *c, struct world *w)
{
	bool fresh;

	c->actor = (struct actor){ .roles = USER_OPERATOR, .via = S("command") };
	return ledger_deposit(c, (account_id){ w->org.v }, (money){ 10000000 }, S("bank"), &fresh);
}

static enum err make_project(struct ctx *c, struct world *w)
{
	static const char *const template =
		"{\"blocks\":[{\"type\":\"markdown\",\"text\":\"{{name}}\"},{\"type\":\"choice\","
		"\"name\":\"label\",\"label\":\"Which?\",\"options\":[\"cat\",\"dog\"]}]}";
	struct project_edit edit = {
		.redundancy = REDUNDANCY,
		.has_redundancy = true,
		.gold_share_permille = 0,
		.has_gold_share_permille = true,
		.time_allowed_s = w->o->time_allowed_s,
		.has_time_allowed_s = true,
		.approve_after_s = 0,
		.has_approve_after_s = true,
		.copy_permille = w->o->copy_permille,
		.has_copy_permille = true,
		.has_template = true,
	};
	struct json_value *value;

	TRY(project_new(c, w->org, S("Makespan"), &w->project));
	TRY(json_read_own(c, str_of(template), &value));
	edit.id = w->project;
	edit.template = value;
	return project_change(c, &edit);
}

static enum err make_source(struct ctx *c, struct world *w)
{
	return intake_add(c, w->project, S("rows.csv"), w->hash, w->bytes, &w->source);
}

static enum err make_import(struct ctx *c, struct world *w)
{
	return intake_import(c, w->project, w->source, false, S(""));
}

static enum err make_public(struct ctx *c, struct world *w)
{
	return pay_publish_agreed(c, &w->publish);
}

/* What a route does ahead of its transaction, on a connection for reading. */
static void ahead(struct world *w, bool publish)
{
	struct ctx c = site_ctx(&w->site, w->mem, requester_of(w));
	struct buf csv = buf_make(c.mem, 1 << 20);
	struct pay_quote quote;
	enum err err;

	c.store = w->site.read;
	if (publish) {
		err = pay_quote(&c, w->project, &quote);
		if (err == OK)
			err = pay_publish_ready(&c, w->project, quote.total, &w->publish);
	} else {
		buf_add(&csv, S("name\n"));
		for (int i = 1; i <= w->o->tasks; i++)
			buf_format(&csv, "item %d\n", i);
		w->bytes = (int64_t)buf_str(&csv).len;
		err = intake_keep_bytes(&c, buf_str(&csv), &w->hash);
	}
	if (err != OK)
		broken(w, publish ? "the quote" : "the file");
}

static void make_all(struct world *w)
{
	act(w, "people", make_people);
	act(w, "money", make_money);
	act(w, "project", make_project);
	ahead(w, false);
	act(w, "source", make_source);
	act(w, "import", make_import);
	ahead(w, true);
	act(w, "publish", make_public);
}

/* --- calls --- */

static enum err run_sign(struct ctx *c, void *arg)
{
	struct person *p = arg;
	const struct assignment_sign sign = { SIGN_S * USEC_SECOND, p->working && !p->distracted,
					      false };
	struct project project;
	int64_t allowed_us;
	usec until;

	TRY(project_get(c, p->world->project, &project));
	TRY(assignment_allowed(c, &project, &allowed_us));
	return assignment_sign(c, p->lease.key, p->lease.epoch, allowed_us, &sign, &until);
}

static enum err run_hot(struct ctx *c, struct store_task *const *task, size_t count, bool submit,
			enum err *verdict)
{
	struct hot_item *item = NEW_MANY(c->mem, struct hot_item, count);

	for (size_t i = 0; i < count; i++) {
		const struct person *p = task[i]->arg;

		item[i] = (struct hot_item){ .ctx = task[i]->ctx,
					     .key = { p->world->project, { 0 }, p->id } };
		if (!submit)
			continue;
		item[i].key = p->lease.key;
		item[i].epoch = p->lease.epoch;
		item[i].answer = S("{\"label\":\"cat\"}");
	}
	TRY(submit ? hot_submit_many(c, item, count) : hot_ask_many(c, item, count));
	for (size_t i = 0; i < count; i++) {
		struct person *p = task[i]->arg;

		p->got = item[i].got;
		if (p->got)
			p->lease = item[i].lease;
		verdict[i] = item[i].err;
	}
	return OK;
}

static enum err many_asks(struct ctx *c, struct store_task *const *task, size_t count,
			  enum err *verdict)
{
	return run_hot(c, task, count, false, verdict);
}

static enum err many_submits(struct ctx *c, struct store_task *const *task, size_t count,
			     enum err *verdict)
{
	return run_hot(c, task, count, true, verdict);
}

static void call_done(struct store_task *task, enum err err)
{
	struct person *p = task->arg;

	p->verdict = err;
}

static void call(struct person *p, enum call what)
{
	struct world *w = p->world;

	arena_clear(p->mem);
	p->call = what;
	p->got = false;
	p->ctx = site_ctx(
		&w->site, p->mem,
		(struct actor){ .id = p->id.v, .roles = USER_WORKER, .via = S("session") });
	p->task = (struct store_task){ .ctx = &p->ctx, .done = call_done, .arg = p };
	if (what == CALL_SIGN)
		p->task.run = run_sign;
	else
		p->task.many = what == CALL_ASK ? many_asks : many_submits;
	site_post(&w->site, &p->task);
}

/* --- people --- */

/* He has a task before him: how long, or does he walk away from it? */
static void begin(struct person *p)
{
	struct world *w = p->world;
	double s = w->time_s[p->lease.key.task.v] * p->speed;

	p->working = true;
	p->open = true;
	p->told = false;
	p->distracted = unit(w) < 0.03;
	if (p->distracted)
		s *= 5 + 15 * unit(w);
	p->ends_us = now_us(w) + (int64_t)(s * USEC_SECOND);
	p->sign_us = now_us(w);
	if (unit(w) >= 0.05)
		return;
	p->working = false;
	p->open = unit(w) >= 0.7;
	p->there = false;
	p->turns_us = now_us(w) + wait_us(w, 3000);
	/* He never does this task; the house would give him what he holds. */
	if (p->turns_us <= p->lease.until.us)
		p->turns_us = p->lease.until.us + USEC_SECOND;
}

/* What the site said. */
static void hear(struct person *p)
{
	struct world *w = p->world;
	enum call what = p->call;

	p->call = CALL_NONE;
	if (what == CALL_SUBMIT) {
		p->working = p->open = false;
		p->poll_us = now_us(w);
		if (p->verdict == OK && w->said[p->lease.key.task.v]++ < REDUNDANCY)
			w->answers++;
		w->result->refused += p->verdict != OK;
		if (w->answers == w->result->needed)
			w->result->us = now_us(w);
		if (p->verdict != OK && p->verdict != ERR_CONFLICT)
			broken(w, "an answer is refused otherwise than as late");
	}
	if (what == CALL_ASK && p->got) {
		/* What he held still is no new view. */
		w->result->views += p->lease.accepted.us == now_us(w);
		begin(p);
	}
}

static void move(struct person *p)
{
	struct world *w = p->world;
	int64_t now = now_us(w);

	if (p->turns_us <= now && !p->working) {
		p->there = !p->there;
		p->turns_us = now + wait_us(w, p->there ? 1500 : 3000);
		p->open = p->open && !p->there;
		p->poll_us = now;
	}
	if (p->working && p->ends_us <= now) {
		call(p, CALL_SUBMIT);
	} else if (w->o->signs && (p->open || !p->told) && p->sign_us <= now) {
		p->told = true;
		p->sign_us = now + SIGN_S * USEC_SECOND;
		call(p, CALL_SIGN);
	} else if (p->there && !p->working && p->poll_us <= now) {
		p->poll_us = now + POLL_S * USEC_SECOND;
		call(p, CALL_ASK);
	}
}

/* Two rounds: who has handed in asks for the next at once. */
static void second(struct world *w)
{
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < MAKESPAN_WORKERS; i++)
			move(&w->person[i]);
		write_all(w);
		for (int i = 0; i < MAKESPAN_WORKERS; i++)
			if (w->person[i].call != CALL_NONE)
				hear(&w->person[i]);
	}
	clock_move(w->site.clock, USEC_SECOND);
	run_jobs(w);
}

static void gather(struct world *w)
{
	w->time_s = NEW_MANY(w->mem, double, (size_t)w->o->tasks + 1);
	w->said = NEW_MANY(w->mem, int, (size_t)w->o->tasks + 1);
	for (int i = 1; i <= w->o->tasks; i++)
		w->time_s[i] = 30 * exp(0.6 * normal(w));
	for (int i = 0; i < MAKESPAN_WORKERS; i++) {
		struct person *p = &w->person[i];

		p->world = w;
		p->told = true;
		p->mem = arena_new(CALL_MEMORY);
		p->speed = exp(0.35 * normal(w));
		p->there = unit(w) < 1.0 / 3;
		p->turns_us = now_us(w) + wait_us(w, p->there ? 1500 : 3000);
		p->poll_us = now_us(w) + (int64_t)(unit(w) * POLL_S * USEC_SECOND);
	}
}

static void check_all(struct world *w)
{
	const char *name = NULL;
	struct str row;

	if (site_check(&w->site, w->mem, &name, &row) != OK)
		broken(w, "the invariants cannot be read");
	else if (name != NULL)
		broken(w, str_c(w->mem, str_copy(w->mem, str_of(name))));
	if (w->answers < w->result->needed)
		broken(w, "the project does not end");
}

void makespan_run(const struct makespan_options *o, struct makespan_result *result)
{
	struct arena *mem = arena_new(0);
	struct world *w = NEW(mem, struct world);

	*result = (struct makespan_result){ .needed = (int64_t)o->tasks * REDUNDANCY };
	*w = (struct world){ .o = o, .result = result, .mem = mem };
	w->dice = dice_pretend(mem, o->seed);
	w->site = (struct site){ .day = mem,
				 .disk = o->disk,
				 .faulty = faulty_new(mem),
				 .clock = clock_pretend(mem, (usec){ START_US }),
				 .dice = dice_pretend(mem, o->seed + 1),
				 .data = o->data,
				 .environment = o->environment };
	disk_image_put(o->disk, o->made);
	CHECK(site_start(&w->site) == OK);
	make_all(w);
	gather(w);
	int64_t begun = now_us(w);
	for (int s = 0; s < LONGEST_S && w->answers < result->needed && result->broken == NULL; s++)
		second(w);
	result->us -= begun;
	check_all(w);
	site_stop(&w->site);
	for (int i = 0; i < MAKESPAN_WORKERS; i++)
		arena_free(w->person[i].mem);
	arena_free(mem);
}
