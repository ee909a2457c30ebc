/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * hot: the hot path in one thread, for counting its instructions.
 *
 *   hot --data FOLDER --project ID --cycles N
 *
 * Simulated workers accept and submit by the rules that the routes call, 64 of each in a
 * transaction on SQLite, with the signals of a batch gathered and written as the server's writer
 * does. No sockets and no other thread, pretend clock and dice: the same build counts the
 * same, up to the numbers of the site's rows. tests/hot.sh counts what happens inside hot_cycles.
 */
#include "assignment/assignment.h"
#include "bench/site_in.h"
#include "dispatch/dispatch.h"
#include "store/store_in.h"

enum { WORKERS = 64, SEED = 7 };

/* --- the calls: all that is to be changed when the rules are called in another way --- */

static enum err accept_all(struct ctx *c, project_id project, const user_id *who, size_t count,
			   struct assignment *out)
{
	struct dispatch_ask *ask = NEW_MANY(c->mem, struct dispatch_ask, count);
	struct dispatch_desk desk;

	for (size_t i = 0; i < count; i++)
		ask[i] = (struct dispatch_ask){ .ctx = c, .worker = who[i] };
	TRY(dispatch_desk(c, project, &desk));
	TRY(dispatch_next(c, &desk, ask, count));
	for (size_t i = 0; i < count; i++) {
		if (ask[i].err != OK || !ask[i].got)
			return refuse(c, ERR_MISSING, "the tasks ran out");
		out[i] = ask[i].lease;
	}
	return OK;
}

static enum err submit_all(struct ctx *c, project_id project, const user_id *who, size_t count,
			   const struct assignment *held, const struct json_value *answer)
{
	struct dispatch_hand *hand = NEW_MANY(c->mem, struct dispatch_hand, count);
	struct dispatch_desk desk;

	for (size_t i = 0; i < count; i++)
		hand[i] = (struct dispatch_hand){ .ctx = c,
						  .worker = who[i],
						  .task = held[i].key.task,
						  .epoch = held[i].epoch,
						  .answer = answer,
						  .active_ms = 900 };
	TRY(dispatch_desk(c, project, &desk));
	TRY(dispatch_submit(c, &desk, hand, count));
	for (size_t i = 0; i < count; i++)
		if (hand[i].err != OK)
			return hand[i].err;
	return OK;
}

/* --- the rest --- */

struct hot {
	project_id project;
	user_id who[WORKERS];
	struct assignment held[WORKERS];
	struct json_value *answer;
	int64_t cycles;
};

static enum err accept(struct ctx *c, void *arg)
{
	struct hot *h = arg;

	TRY(accept_all(c, h->project, h->who, WORKERS, h->held));
	return job_flush_signals(c);
}

static enum err submit(struct ctx *c, void *arg)
{
	struct hot *h = arg;

	TRY(submit_all(c, h->project, h->who, WORKERS, h->held, h->answer));
	return job_flush_signals(c);
}

static enum err round_of(struct ctx *c, struct hot *h, struct clock *clock)
{
	struct arena_mark mark = arena_mark(c->mem);

	c->now = clock_now(clock);
	TRY(store_in_tx(c, accept, h));
	clock_move(clock, USEC_SECOND);
	c->now = clock_now(clock);
	TRY(store_in_tx(c, submit, h));
	arena_reset(c->mem, mark);
	return OK;
}

__attribute__((noinline)) static enum err hot_cycles(struct ctx *c, struct hot *h,
						     struct clock *clock)
{
	for (int64_t n = 0; n < h->cycles; n += WORKERS)
		TRY(round_of(c, h, clock));
	return OK;
}

int main(int count, char **word)
{
	struct hot h = { .cycles = 0 };
	struct json_fault fault;

	if (count != 7 || strcmp(word[1], "--data") != 0 || strcmp(word[3], "--project") != 0 ||
	    strcmp(word[5], "--cycles") != 0 ||
	    !num_i64(str_of(word[4]), 1, INT64_MAX, &h.project.v) ||
	    !num_i64(str_of(word[6]), WORKERS, 10000000, &h.cycles)) {
		fprintf(stderr, "hot: --data FOLDER --project ID --cycles N\n");
		return 2;
	}
	struct ctx c = site_open(word[2]);
	struct clock *clock = clock_pretend(c.mem, c.now);
	c.dice = dice_pretend(c.mem, SEED);
	c.store->gathers = true;
	if (house_states(&c, c.mem, &c.rooms) != OK ||
	    !json_read(c.mem, S("{\"label\":\"cat\"}"), &h.answer, &fault))
		site_stop(&c, "hot");
	for (int i = 0; i < WORKERS; i++)
		h.who[i].v = (INT64_C(1) << 58) + i;
	/* Once outside of the count: statements are prepared, pages are there. */
	if (round_of(&c, &h, clock) != OK || hot_cycles(&c, &h, clock) != OK)
		site_stop(&c, "hot");
	store_close(&c.store);
	arena_free(c.mem);
	return 0;
}
