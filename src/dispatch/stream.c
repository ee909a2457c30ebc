/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Streams: one worker, any project. All of a batch go in rounds: each names the next project of
 * his order, those of one project are served together, and who got nothing goes on. The order is
 * not kept and not sorted: the next project is the least one behind the last, so a worker costs
 * no memory. A run kept in memory was turned down: another server would not know of it.
 */
#include "dispatch/dispatch.sql.h"
#include "dispatch/dispatch_in.h"

#include <stdlib.h>

/* How long it is taken for granted which projects are open. */
#define OFFERS_US USEC_SECOND

/* Where a project stands in a worker's order: the least first. */
struct rank {
	int64_t priority; /* less than 0, the higher the less */
	int64_t deadline_us;
	uint64_t lot;
};

struct runner {
	struct dispatch_stream *one;
	bool stays, fair, tried, passed_by; /* the last: another server had a project in hand */
	uint64_t run;
	struct rank last; /* of the project that was tried last in the order */
	project_id try;	  /* 0: none is left */
};

struct streams {
	struct dispatch_memory *memory;
	struct dispatch_offer *offer;
	size_t offers;
	struct runner *runner;
	size_t count;
};

/* --- the order --- */

/* Source: Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014. */
static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15u;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

/* Workers' runs do not end all at once. */
static uint64_t run_of(user_id worker, usec now)
{
	uint64_t shift = mix((uint64_t)worker.v) % DISPATCH_RUN_US;

	return ((uint64_t)now.us + shift) / DISPATCH_RUN_US;
}

static struct rank rank_of(const struct runner *r, const struct dispatch_offer *offer)
{
	return (struct rank){
		.priority = -offer->priority,
		.deadline_us = r->fair || offer->deadline.us == 0 ? INT64_MAX : offer->deadline.us,
		.lot = mix(r->run ^ mix((uint64_t)offer->project.v)),
	};
}

static bool is_less(struct rank a, struct rank b)
{
	if (a.priority != b.priority)
		return a.priority < b.priority;
	return a.deadline_us != b.deadline_us ? a.deadline_us < b.deadline_us : a.lot < b.lot;
}

/* --- what had nothing --- */

static struct dispatch_none *none_of(struct dispatch_memory *m, user_id worker, project_id project)
{
	return &m->none[mix((uint64_t)worker.v ^ mix((uint64_t)project.v)) % DISPATCH_NONES];
}

static bool had_nothing(struct dispatch_memory *m, user_id worker, project_id project, usec now)
{
	const struct dispatch_none *none = none_of(m, worker, project);

	return none->worker == worker.v && none->project == project.v && none->at_us <= now.us &&
	       now.us - none->at_us < DISPATCH_NONE_US;
}

/* --- what is open --- */

static enum err read_offers(struct ctx *c, struct streams *s)
{
	struct dispatch_memory *m = s->memory;
	struct dispatch_offers *row;
	size_t count;

	TRY(dispatch_offers(c, DISPATCH_OFFERS, &row, &count));
	os_lock_take(m->lock);
	for (size_t i = 0; i < count; i++)
		m->offer[i] =
			(struct dispatch_offer){ row[i].project, row[i].priority, row[i].deadline };
	m->offer_count = count;
	m->offers_read = c->now;
	os_lock_give(m->lock);
	return OK;
}

static enum err open_offers(struct ctx *c, struct streams *s)
{
	struct dispatch_memory *m = s->memory;

	os_lock_take(m->lock);
	if (m->offer == NULL) {
		m->offer = NEW_MANY(m->mem, struct dispatch_offer, DISPATCH_OFFERS);
		m->none = NEW_MANY(m->mem, struct dispatch_none, DISPATCH_NONES);
	}
	bool known = m->offers_read.us > 0 && m->offers_read.us <= c->now.us &&
		     c->now.us - m->offers_read.us < OFFERS_US;
	os_lock_give(m->lock);
	if (!known)
		TRY(read_offers(c, s));
	os_lock_take(m->lock);
	s->offers = m->offer_count;
	s->offer = NEW_MANY(c->mem, struct dispatch_offer, s->offers);
	if (s->offers > 0)
		memcpy(s->offer, m->offer, s->offers * sizeof(*s->offer));
	os_lock_give(m->lock);
	return OK;
}

/* --- rounds --- */

/* Who begins goes on with what he holds; who is on the way stays until his run is over. */
static enum err begin(struct ctx *c, struct runner *r, struct dispatch_stream *one)
{
	uint64_t run = run_of(one->ask.worker, c->now);
	struct dispatch_held_any held;
	bool found = false;

	if (one->at.v == 0)
		TRY(dispatch_held_any(c, one->ask.worker, &held, &found));
	*r = (struct runner){
		.one = one,
		.stays = found || (one->at.v != 0 && run_of(one->ask.worker, one->since) == run),
		.run = mix(run ^ mix((uint64_t)one->ask.worker.v)),
		.last = { .priority = INT64_MIN },
	};
	if (found)
		one->at = held.project;
	r->fair = r->run % DISPATCH_FAIR == 0;
	one->ask.got = false;
	one->ask.err = OK;
	one->desk = NULL;
	return OK;
}

/* The lock is held. */
static void name_next(struct ctx *c, const struct streams *s, struct runner *r)
{
	const struct dispatch_offer *best = NULL;
	user_id worker = r->one->ask.worker;
	struct rank least = { 0 };

	r->try = (project_id){ 0 };
	if (r->stays && !r->tried) {
		r->tried = true;
		r->try = r->one->at;
		return;
	}
	for (size_t i = 0; i < s->offers; i++) {
		const struct dispatch_offer *offer = &s->offer[i];
		struct rank rank = rank_of(r, offer);

		if (!is_less(r->last, rank) || (best != NULL && !is_less(rank, least)) ||
		    (r->tried && offer->project.v == r->one->at.v) ||
		    had_nothing(s->memory, worker, offer->project, c->now))
			continue;
		best = offer;
		least = rank;
	}
	if (best == NULL)
		return;
	r->last = least;
	r->try = best->project;
}

static int by_try(const void *left, const void *right)
{
	const struct runner *a = *(struct runner *const *)left, *b = *(struct runner *const *)right;

	return (a->try.v > b->try.v) - (a->try.v < b->try.v);
}

/* Those who try the same project; who has got a task is done. */
static enum err serve_some(struct ctx *c, struct streams *s, struct runner *const *list,
			   size_t count)
{
	struct dispatch_ask *ask = NEW_MANY(c->mem, struct dispatch_ask, count);
	struct dispatch_desk *desk = NEW(c->mem, struct dispatch_desk);
	bool ours;

	TRY(store_hold_try(c, (uint64_t)list[0]->try.v, &ours));
	for (size_t i = 0; i < count && !ours; i++)
		list[i]->passed_by = true;
	if (!ours)
		return OK;
	TRY(dispatch_desk(c, list[0]->try, desk));
	for (size_t i = 0; i < count; i++)
		ask[i] = list[i]->one->ask;
	TRY(dispatch_offer_next(c, desk, ask, count));
	os_lock_take(s->memory->lock);
	for (size_t i = 0; i < count; i++) {
		struct dispatch_stream *one = list[i]->one;

		one->ask = ask[i];
		one->desk = ask[i].got ? desk : NULL;
		if (!ask[i].got)
			*none_of(s->memory, one->ask.worker, list[i]->try) =
				(struct dispatch_none){ one->ask.worker.v, list[i]->try.v,
							c->now.us };
	}
	os_lock_give(s->memory->lock);
	return OK;
}

static enum err serve_round(struct ctx *c, struct streams *s, size_t *left)
{
	struct runner **list = NEW_MANY(c->mem, struct runner *, s->count);
	size_t n = 0;

	os_lock_take(s->memory->lock);
	for (size_t i = 0; i < s->count; i++) {
		struct runner *r = &s->runner[i];

		if (r->one->ask.got)
			continue;
		name_next(c, s, r);
		if (r->try.v != 0)
			list[n++] = r;
	}
	os_lock_give(s->memory->lock);
	qsort(list, n, sizeof(struct runner *), by_try);
	for (size_t i = 0, next; i < n; i = next) {
		for (next = i; next < n && list[next]->try.v == list[i]->try.v; next++)
			;
		TRY(serve_some(c, s, list + i, next - i));
	}
	*left = n;
	return OK;
}

enum err dispatch_any(struct ctx *c, struct dispatch_stream *one, size_t count)
{
	struct streams s = { .memory = dispatch_memory(c),
			     .runner = NEW_MANY(c->mem, struct runner, count),
			     .count = count };
	size_t left = count;

	TRY(open_offers(c, &s));
	for (size_t i = 0; i < count; i++)
		TRY(begin(c, &s.runner[i], &one[i]));
	for (int tries = 0; left > 0 && tries < DISPATCH_TRIES; tries++)
		TRY(serve_round(c, &s, &left));
	/* Nothing, and another server was at work in a project: that is no answer. */
	for (size_t i = 0; i < count; i++)
		if (!one[i].ask.got && s.runner[i].passed_by)
			return store_ask_again(c, "another server has a project in hand");
	return OK;
}
