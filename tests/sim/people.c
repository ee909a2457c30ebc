/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The people. Each looks at what a page would show him, decides by the dice, and sends a request;
 * what he believes changes only with a reply. While the site rests, everybody does what is left.
 */
#include "tests/sim/town_in.h"

#include <stdio.h>

static const struct store_stmt waiting_stmt = {
	"town_waiting",
	"SELECT task_id, worker_id FROM assignment WHERE project_id = $1 AND state = 2"
	" ORDER BY task_id, worker_id LIMIT 4",
	"i",
	"ii",
	STORE_MANY,
	"local",
	0,
	NULL,
	"",
};

/* What is still to be done by somebody: projects, answers, payments, parcels, escrows. */
static const struct store_stmt undone_stmt = {
	"town_undone",
	"SELECT (SELECT COUNT(*) FROM project_state WHERE state IN (1, 2, 3, 4)),"
	" (SELECT COUNT(*) FROM assignment WHERE state IN (1, 2)),"
	" (SELECT COUNT(*) FROM assignment WHERE state = 3 AND paid = 0),"
	" (SELECT COUNT(*) FROM project_outbox WHERE state = 0)"
	" + (SELECT COUNT(*) FROM account_outbox WHERE state = 0),"
	" (SELECT COUNT(*) FROM (SELECT project_id FROM project_entry WHERE sub = 'reserved'"
	" GROUP BY project_id HAVING SUM(amount_minor) <> 0) AS r)",
	"",
	"iiiii",
	STORE_MANY,
	"local",
	0,
	NULL,
	"",
};

struct ctx town_look(struct town *t, struct actor actor)
{
	struct ctx c = site_ctx(&t->site, t->scratch, actor);

	c.store = t->site.read;
	return c;
}

/* --- workers --- */

static struct request *worker_asks(struct town *t, int number, enum op op)
{
	struct worker *w = &t->worker[number];
	struct request *r = request_new(t, op, -1, number, w->project);

	if (r == NULL)
		return NULL;
	r->key = w->lease.key;
	r->key.worker = w->user;
	r->epoch = w->lease.epoch;
	if (op == OP_SUBMIT || op == OP_DRAFT)
		memcpy(r->text, w->answer, sizeof(w->answer));
	r->amount = op == OP_SUBMIT ? 1000 + roll(t, 60000) : 0;
	return r;
}

static void send_as(struct request *r, struct worker *w)
{
	if (r == NULL)
		return;
	w->asked = true;
	request_send(r);
}

/* He shows an epoch that is not that of his lease: made up, or one of before. */
static void forge(struct town *t, int number)
{
	struct request *r = worker_asks(t, number, OP_SUBMIT);

	if (r == NULL)
		return;
	r->quiet = true;
	r->epoch += 1 + roll(t, 1000);
	if (r->text[0] == '\0')
		snprintf(r->text, sizeof(r->text), "{\"label\":\"dog\"}");
	request_send(r);
}

static void look_for_work(struct town *t, int number)
{
	struct worker *w = &t->worker[number];
	int open[PROJECTS], count = 0;

	for (int i = 0; i < PROJECTS; i++)
		if (t->project[i].published)
			open[count++] = i;
	w->wake_us = now_us(t) + roll(t, 120000000);
	if (count == 0)
		return;
	w->project = open[roll(t, count)];
	const struct project_plan *p = &t->project[w->project];
	bool pick = p->picking && chance(t, 800);
	struct request *r = request_new(t, pick ? OP_PICK : OP_ACCEPT, -1, number, w->project);

	if (r != NULL && pick)
		r->key.task.v = 1 + roll(t, p->rows);
	send_as(r, w);
}

/* With the task before him: how long it takes, and what he says. */
static void begin_work(struct town *t, struct worker *w)
{
	int64_t allowed = t->project[w->project].time_allowed_s * USEC_SECOND;
	bool right = w->habit == SPAMMING ? chance(t, 500) : chance(t, 900);

	snprintf(w->answer, sizeof(w->answer), "{\"label\":\"%s\"}", right ? "cat" : "dog");
	w->wake_us = now_us(t);
	if (w->habit == SLOW)
		w->wake_us += allowed / 2 + roll(t, allowed);
	else if (w->habit != SPAMMING)
		w->wake_us += USEC_SECOND + roll(t, 60 * USEC_SECOND);
}

static void end_work(struct town *t, int number)
{
	struct worker *w = &t->worker[number];
	enum op op = OP_SUBMIT;

	w->wake_us = now_us(t) + 1000000;
	if (!t->resting && w->habit == LEAVING && chance(t, 400)) {
		w->holds = false; /* the page is closed and never opened again */
		w->wake_us += roll(t, 3600000000);
		return;
	}
	if (!t->resting && w->habit == LEAVING && chance(t, 500))
		op = OP_RETURN;
	else if (!t->resting && chance(t, 150))
		op = chance(t, 500) ? OP_HEARTBEAT : OP_DRAFT;
	else if (w->tries > 8)
		op = OP_RETURN;
	send_as(worker_asks(t, number, op), w);
}

/* He looks at what he has earned: it never becomes less. */
static void look_at_balance(struct town *t, int number)
{
	struct arena_mark mark = arena_mark(t->scratch);
	struct ctx c = town_look(t, (struct actor){ 0 });
	struct history_event e = { .op = HISTORY_BALANCE,
				   .end = HISTORY_OK,
				   .worker = t->worker[number].user.v };
	money held;

	if (ledger_account_balance(&c, (account_id){ e.worker }, ACCOUNT_AVAILABLE, &held) == OK) {
		e.amount = held.minor;
		(void)history_call(&t->history, e);
	}
	arena_reset(t->scratch, mark);
}

static void worker_act(struct town *t, int number)
{
	struct worker *w = &t->worker[number];

	if (w->asked || w->wake_us > now_us(t))
		return;
	if (chance(t, 30))
		look_at_balance(t, number);
	if (w->lease.key.task.v != 0 && !t->resting && chance(t, w->habit == SPAMMING ? 120 : 15))
		forge(t, number);
	if (!w->holds)
		look_for_work(t, number);
	else if (w->answer[0] == '\0')
		begin_work(t, w);
	else
		end_work(t, number);
}

/* --- requesters --- */

static void owner_asks(struct town *t, int project, enum op op)
{
	struct project_plan *p = &t->project[project];
	struct request *r = request_new(t, op, p->requester, -1, project);

	if (r == NULL)
		return;
	p->asked = true;
	request_send(r);
}

static void decide(struct town *t, int project, struct assignment_key key)
{
	struct project_plan *p = &t->project[project];
	struct request *r;

	r = request_new(t, chance(t, 150) ? OP_REJECT : OP_APPROVE, p->requester, -1, project);
	if (r == NULL)
		return;
	r->quiet = true;
	r->key = key;
	request_send(r);
}

/* A reviewer at the list of answers that wait. */
static void review(struct town *t, int project)
{
	struct project_plan *p = &t->project[project];
	struct arena_mark mark = arena_mark(t->scratch);
	struct ctx c = town_look(t, town_requester(t, p->requester));
	struct store_value args[] = { { .i = p->id.v } };
	struct store_rows rows = { 0 };
	struct request *r;

	if (t->resting || chance(t, 100)) {
		r = request_new(t, OP_APPROVE_ALL, p->requester, -1, project);
		if (r != NULL) {
			r->quiet = true;
			request_send(r);
		}
	} else if (store_run(&c, &waiting_stmt, args, NULL, &rows) == OK) {
		for (size_t i = 0; i < rows.count; i++)
			if (chance(t, 500))
				decide(t, project,
				       (struct assignment_key){ p->id,
								{ rows.value[2 * i].i },
								{ rows.value[2 * i + 1].i } });
	}
	arena_reset(t->scratch, mark);
}

static void draft_act(struct town *t, int project, const struct project_state *state)
{
	struct project_plan *p = &t->project[project];

	if (!p->edited)
		owner_asks(t, project, OP_EDIT);
	else if (p->source == 0)
		owner_asks(t, project, OP_UPLOAD);
	else if (state->records == 0)
		owner_asks(t, project, OP_IMPORT);
	else if (!t->requester[p->requester].poor)
		owner_asks(t, project, OP_PUBLISH);
	/* Somebody of the org changes the price while it is being published. */
	if (state->records > 0 && !t->resting && chance(t, 250)) {
		struct request *r = request_new(t, OP_EDIT, p->requester, -1, project);

		p->reward = 2 + roll(t, 20);
		if (r != NULL) {
			r->quiet = true;
			request_send(r);
		}
	}
}

static void project_act(struct town *t, int project)
{
	struct project_plan *p = &t->project[project];
	struct arena_mark mark = arena_mark(t->scratch);
	struct ctx c = town_look(t, town_requester(t, p->requester));
	struct project_state state;

	if (!p->used || p->asked || p->wake_us > now_us(t))
		return;
	p->wake_us = now_us(t) + USEC_SECOND + roll(t, 60 * USEC_SECOND);
	if (p->id.v == 0) {
		owner_asks(t, project, OP_NEW);
		return;
	}
	enum err err = project_state_get(&c, p->id, &state);
	int64_t now = err == OK ? state.state : PROJECT_FUNDING;
	bool end = now_us(t) > p->close_us;

	/* The page tells what a lost reply did not. */
	p->published = p->published || (err == OK && now >= PROJECT_OPEN);

	if (err == OK && now == PROJECT_DRAFT)
		draft_act(t, project, &state);
	else if ((now == PROJECT_OPEN || now == PROJECT_PAUSED || now == PROJECT_DONE) && end)
		owner_asks(t, project, OP_CLOSE);
	else if (now == PROJECT_OPEN && !t->resting && chance(t, 30))
		owner_asks(t, project, OP_PAUSE);
	else if (now == PROJECT_PAUSED && (t->resting || chance(t, 300)))
		owner_asks(t, project, OP_RESUME);
	if (now >= PROJECT_OPEN && (t->resting || chance(t, 250)))
		review(t, project);
	arena_reset(t->scratch, mark);
}

/* --- the operator --- */

static void operator_act(struct town *t, int number)
{
	struct requester *q = &t->requester[number];
	struct request *r;

	if (q->asked || (q->deposits > 0 && !q->poor))
		return;
	r = request_new(t, OP_DEPOSIT, number, -1, -1);
	if (r == NULL)
		return;
	/* The same number until there is a reply, and so the same money. */
	snprintf(r->text, sizeof(r->text), "slip %d-%lld", number, (long long)q->deposits);
	r->amount = 500 + 137 * q->deposits;
	q->asked = true;
	request_send(r);
}

void people_act(struct town *t)
{
	if (!t->up)
		return;
	bool rush = chance(t, 50);

	for (int i = 0; i < REQUESTERS; i++)
		operator_act(t, i);
	for (int i = 0; i < PROJECTS; i++)
		project_act(t, i);
	/* Now and then everybody comes at once, and many requests are one batch. */
	for (int i = 0; i < WORKERS; i++) {
		if (rush && t->worker[i].wake_us > now_us(t))
			t->worker[i].wake_us = now_us(t);
		worker_act(t, i);
	}
}

bool people_rest(struct town *t, char *left, size_t size)
{
	struct arena_mark mark = arena_mark(t->scratch);
	struct ctx c = town_look(t, (struct actor){ 0 });
	struct store_rows rows = { 0 };
	int64_t out = 0;

	for (int i = 0; i < REQUESTS; i++)
		out += t->request[i].busy;
	for (int i = 0; i < PROJECTS; i++)
		out += t->project[i].used && t->project[i].id.v != 0 && !t->project[i].published;
	bool rest = store_run(&c, &undone_stmt, NULL, NULL, &rows) == OK && out == 0;
	const struct store_value *n = rows.value;

	for (int i = 0; rest && i < 5; i++)
		rest = n[i].i == 0;
	if (!rest && n != NULL)
		snprintf(left, size,
			 "open projects %lld, answers %lld, payments %lld, parcels %lld, "
			 "escrows %lld, requests and drafts %lld",
			 (long long)n[0].i, (long long)n[1].i, (long long)n[2].i, (long long)n[3].i,
			 (long long)n[4].i, (long long)out);
	arena_reset(t->scratch, mark);
	return rest;
}
