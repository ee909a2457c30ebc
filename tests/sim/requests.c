/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Requests: what each does at the site, the network on both ways, and what a reply means. */
#include "tests/sim/town_in.h"

#include <stdio.h>
#include "intake/intake_in.h"
#include "ledger/ledger.h"
#include "review/review.h"

enum { REQUEST_MEMORY = 32 << 20 };

static const char *const words[] = {
	"people",    "deposit", "new",	   "edit",   "upload",	    "import", "publish",
	"pause",     "resume",	"close",   "accept", "pick",	    "submit", "return",
	"heartbeat", "draft",	"approve", "reject", "approve-all",
};

struct actor town_requester(const struct town *t, int requester)
{
	return (struct actor){ .id = t->requester[requester].user.v,
			       .roles = USER_REQUESTER,
			       .name = S("requester"),
			       .via = S("session") };
}

static struct actor actor_of(const struct request *r)
{
	const struct town *t = r->town;

	if (r->worker >= 0)
		return (struct actor){ .id = t->worker[r->worker].user.v,
				       .roles = USER_WORKER,
				       .name = S("worker"),
				       .via = S("session") };
	if (r->op == OP_PEOPLE || r->op == OP_DEPOSIT)
		return (struct actor){ .roles = USER_OPERATOR, .via = S("command") };
	return town_requester(t, r->requester);
}

/* --- what a request does --- */

static enum err add_user(struct ctx *c, const char *role, int number, uint32_t roles, user_id *out)
{
	struct user_new new = {
		.name = str_format(c->mem, "%s %d", role, number),
		.email = str_format(c->mem, "%s%d@town.example", role, number),
		.roles = roles,
	};

	return user_add(c, &new, out);
}

static enum err run_people(struct ctx *c, struct town *t)
{
	for (int i = 0; i < REQUESTERS; i++) {
		struct requester *r = &t->requester[i];

		TRY(add_user(c, "requester", i, USER_REQUESTER, &r->user));
		TRY(org_add(c, str_format(c->mem, "Org %d", i), r->user, &r->org));
	}
	for (int i = 0; i < WORKERS; i++)
		TRY(add_user(c, "worker", i, USER_WORKER, &t->worker[i].user));
	return OK;
}

static enum err run_edit(struct ctx *c, const struct request *r)
{
	static const char *const template =
		"{\"blocks\":[{\"type\":\"markdown\",\"text\":\"{{name}}\"},{\"type\":\"choice\","
		"\"name\":\"label\",\"label\":\"Which?\",\"options\":[\"cat\",\"dog\"]}]}";
	const struct project_plan *p = &r->town->project[r->project];
	struct project_edit edit = {
		.id = p->id,
		.reward = { p->reward },
		.has_reward = true,
		.redundancy = p->redundancy,
		.has_redundancy = true,
		.gold_redundancy = REDUNDANCY_MAX,
		.has_gold_redundancy = true,
		.gold_share_permille = p->share,
		.has_gold_share_permille = true,
		.copy_permille = p->copies,
		.has_copy_permille = true,
		.time_allowed_s = p->time_allowed_s,
		.has_time_allowed_s = true,
		.approve_after_s = p->approve_after_s,
		.has_approve_after_s = true,
		.picking = p->picking,
		.has_picking = true,
		.has_template = true,
	};
	struct json_value *value;

	TRY(json_read_own(c, str_of(template), &value));
	edit.template = value;
	return project_change(c, &edit);
}

static struct str rows_of(struct ctx *c, const struct request *r)
{
	const struct project_plan *p = &r->town->project[r->project];
	struct buf csv = buf_make(c->mem, 1 << 16);

	buf_add(&csv, p->gold > 0 ? S("name,gold_label\n") : S("name\n"));
	for (int i = 1; i <= p->rows; i++) {
		buf_format(&csv, "item %d of %d", i, r->project);
		if (p->gold > 0)
			buf_add(&csv, i <= p->gold ? S(",cat") : S(","));
		buf_add_char(&csv, '\n');
	}
	return buf_str(&csv);
}

/* What a route does ahead of its transaction, on a connection for reading. */
static enum err run_before(struct ctx *c, struct request *r)
{
	struct project_plan *p = &r->town->project[r->project < 0 ? 0 : r->project];
	struct str bytes, hash;
	struct pay_quote quote;

	if (r->op == OP_UPLOAD) {
		bytes = rows_of(c, r);
		TRY(intake_keep_bytes(c, bytes, &hash));
		r->amount = (int64_t)bytes.len;
		snprintf(r->text, sizeof(r->text), "%.*s", STR_ARG(hash));
	}
	if (r->op == OP_PUBLISH) {
		TRY(pay_quote(c, p->id, &quote));
		TRY(pay_publish_ready(c, p->id, quote.total, &r->publish));
		r->amount = quote.total.minor;
		snprintf(r->text, sizeof(r->text), "%.*s", STR_ARG(r->publish.transfer));
	}
	return OK;
}

static enum err run_owner(struct ctx *c, struct request *r)
{
	struct project_plan *p = &r->town->project[r->project];
	source_id source = { 0 };
	project_id id = { 0 };
	money refund;
	enum err err;

	switch (r->op) {
	case OP_NEW:
		err = project_new(c, r->town->requester[r->requester].org, S("A project"), &id);
		r->made = id.v;
		return err;
	case OP_EDIT:
		return run_edit(c, r);
	case OP_UPLOAD:
		err = intake_add(c, p->id, S("rows.csv"), str_of(r->text), r->amount, &source);
		r->made = source.v;
		return err;
	case OP_IMPORT:
		return intake_import(c, p->id, (source_id){ p->source }, false, S(""));
	case OP_PUBLISH:
		return pay_publish_agreed(c, &r->publish);
	case OP_PAUSE:
	case OP_RESUME:
		return pay_pause(c, p->id, r->op == OP_PAUSE);
	default:
		return pay_close(c, p->id, &refund);
	}
}

static enum err run_worker(struct ctx *c, struct request *r)
{
	struct project_plan *p = &r->town->project[r->project];
	usec until;

	switch (r->op) {
	case OP_RETURN:
		return assignment_return(c, r->key, r->epoch);
	case OP_HEARTBEAT:
		return assignment_heartbeat(c, r->key, r->epoch, p->time_allowed_s * USEC_SECOND,
					    &until);
	default:
		return assignment_draft(c, r->key, r->epoch, str_of(r->text));
	}
}

static enum err run_request(struct ctx *c, void *arg)
{
	struct request *r = arg;
	int64_t approved;
	bool fresh;

	r->got = false;
	switch (r->op) {
	case OP_PEOPLE:
		return run_people(c, r->town);
	case OP_DEPOSIT:
		return ledger_deposit(c, (account_id){ r->town->requester[r->requester].org.v },
				      (money){ r->amount }, str_of(r->text), &fresh);
	case OP_APPROVE:
		return review_approve(c, r->key);
	case OP_REJECT:
		return review_reject(c, r->key, S("not what was asked"));
	case OP_APPROVE_ALL:
		return assignment_approve_due(c, r->town->project[r->project].id, c->now, 1000,
					      &approved);
	default:
		return r->worker >= 0 ? run_worker(c, r) : run_owner(c, r);
	}
}

/* --- the hot path: all that wait together --- */

static struct hot_item *items_of(struct ctx *c, struct store_task *const *task, size_t count)
{
	struct hot_item *item = NEW_MANY(c->mem, struct hot_item, count);

	for (size_t i = 0; i < count; i++) {
		const struct request *r = task[i]->arg;

		item[i] = (struct hot_item){ .ctx = task[i]->ctx,
					     .key = r->key,
					     .epoch = r->epoch,
					     .active_ms = r->amount,
					     .answer = str_of(r->text) };
		if (r->op == OP_ACCEPT)
			item[i].key.task = (task_id){ 0 };
	}
	return item;
}

static enum err many_asks(struct ctx *c, struct store_task *const *task, size_t count,
			  enum err *verdict)
{
	struct hot_item *item = items_of(c, task, count);

	TRY(hot_ask_many(c, item, count));
	for (size_t i = 0; i < count; i++) {
		struct request *r = task[i]->arg;

		r->got = item[i].got;
		r->assignment = item[i].lease;
		verdict[i] = item[i].err;
	}
	return OK;
}

static enum err many_submits(struct ctx *c, struct store_task *const *task, size_t count,
			     enum err *verdict)
{
	struct hot_item *item = items_of(c, task, count);

	TRY(hot_submit_many(c, item, count));
	for (size_t i = 0; i < count; i++)
		verdict[i] = item[i].err;
	return OK;
}

/* --- the history --- */

static void note_call(struct request *r)
{
	struct town *t = r->town;
	struct history_event e = { .project = r->key.project.v,
				   .task = r->key.task.v,
				   .worker = r->key.worker.v,
				   .epoch = r->epoch,
				   .amount = r->amount,
				   .text = str_of(r->text) };

	r->event = NO_EVENT;
	switch (r->op) {
	case OP_ACCEPT:
	case OP_PICK:
		e.op = HISTORY_ACCEPT;
		e.task = 0;
		break;
	case OP_SUBMIT:
		e.op = HISTORY_SUBMIT;
		break;
	case OP_RETURN:
		e.op = HISTORY_RETURN;
		break;
	case OP_APPROVE:
		e.op = HISTORY_APPROVE;
		break;
	case OP_REJECT:
		e.op = HISTORY_REJECT;
		break;
	case OP_DEPOSIT:
		e.op = HISTORY_DEPOSIT;
		e.account = t->requester[r->requester].org.v;
		break;
	case OP_PUBLISH:
		e.op = HISTORY_PUBLISH;
		e.account = t->requester[r->requester].org.v;
		break;
	default:
		return;
	}
	r->event = history_call(&t->history, e);
}

static void note_end(struct request *r, enum reply reply)
{
	if (r->event == NO_EVENT)
		return;
	struct history_event *e = &r->town->history.event[r->event];

	e->end = reply == REPLY_OK	? HISTORY_OK :
		 reply == REPLY_REFUSED ? HISTORY_REFUSED :
					  HISTORY_UNKNOWN;
	if (reply == REPLY_OK && e->op == HISTORY_ACCEPT && r->got) {
		e->task = r->assignment.key.task.v;
		e->epoch = r->assignment.epoch;
	}
	/* Agreed before, by a request whose reply was lost: nothing was posted under this name. */
	if (e->op == HISTORY_PUBLISH && r->publish.done)
		e->amount = 0;
}

/* --- the way there --- */

struct request *request_new(struct town *t, enum op op, int requester, int worker, int project)
{
	for (int i = 0; i < REQUESTS; i++) {
		struct request *r = &t->request[i];

		if (r->busy)
			continue;
		struct arena *mem = r->mem != NULL ? r->mem : arena_new(REQUEST_MEMORY);

		arena_clear(mem);
		*r = (struct request){ .town = t,
				       .busy = true,
				       .op = op,
				       .requester = requester,
				       .worker = worker,
				       .project = project,
				       .event = NO_EVENT,
				       .mem = mem };
		if (worker >= 0)
			r->key.worker = t->worker[worker].user;
		if (project >= 0)
			r->key.project = t->project[project].id;
		return r;
	}
	return NULL;
}

/* Delayed, so that requests overtake each other; sometimes sent twice. */
void request_send(struct request *r)
{
	struct town *t = r->town;
	struct request *twin;

	r->arrives_us = now_us(t) + (t->resting ? 0 : roll(t, chance(t, 100) ? 20000000 : 200000));
	r->lost = !t->resting && !t->o.calm && chance(t, 40);
	note_call(r);
	if (t->resting || t->o.calm || !chance(t, 40) || r->op == OP_PEOPLE)
		return;
	twin = request_new(t, r->op, r->requester, r->worker, r->project);
	if (twin == NULL)
		return;
	t->result->fault[TOWN_AGAIN]++;
	twin->quiet = true;
	twin->lost = true;
	twin->key = r->key;
	twin->epoch = r->epoch;
	twin->amount = r->amount;
	memcpy(twin->text, r->text, sizeof(r->text));
	twin->arrives_us = r->arrives_us + roll(t, 60000000);
	note_call(twin);
}

static void request_done(struct store_task *task, enum err err)
{
	struct request *r = task->arg;

	r->verdict = err;
	r->done = true;
}

/* Ahead of the transaction, then to the writer; a refusal there is the reply. */
static void arrive(struct request *r)
{
	struct town *t = r->town;

	r->posted = true;
	r->ctx = site_ctx(&t->site, r->mem, actor_of(r));
	r->ctx.store = t->site.read;
	r->verdict = run_before(&r->ctx, r);
	r->ctx.store = NULL;
	if (r->event != NO_EVENT && r->op == OP_PUBLISH) {
		struct history_event *e = &t->history.event[r->event];

		e->amount = r->amount;
		e->text = str_copy(t->mem, str_of(r->text));
	}
	if (r->verdict != OK) {
		r->done = true;
		return;
	}
	r->task = (struct store_task){
		.ctx = &r->ctx, .run = run_request, .done = request_done, .arg = r
	};
	if (r->op == OP_ACCEPT || r->op == OP_PICK || r->op == OP_SUBMIT) {
		r->task.run = NULL;
		r->task.many = r->op == OP_SUBMIT ? many_submits : many_asks;
	}
	site_post(&t->site, &r->task);
}

void requests_arrive(struct town *t)
{
	int from = (int)roll(t, REQUESTS);

	for (int i = 0; i < REQUESTS; i++) {
		struct request *r = &t->request[(from + i) % REQUESTS];

		if (!r->busy || r->posted || r->arrives_us > now_us(t))
			continue;
		/* Lost on the way there, or at a site that is down. */
		if (!t->up || (r->lost && chance(t, 400))) {
			r->posted = true;
			r->done = true;
			r->lost = true;
			continue;
		}
		arrive(r);
	}
}

/* --- the way back --- */

static void reply_worker(struct request *r, enum reply reply)
{
	struct town *t = r->town;
	struct worker *w = &t->worker[r->worker];

	w->asked = false;
	w->tries = reply == REPLY_UNKNOWN ? w->tries + 1 : 0;
	w->wake_us = now_us(t) + roll(t, 5000000);
	if ((r->op == OP_ACCEPT || r->op == OP_PICK) && reply == REPLY_OK) {
		w->holds = r->got;
		if (r->got) {
			w->lease = r->assignment;
			w->answer[0] = '\0';
		} else {
			w->wake_us += roll(t, 600000000);
		}
	}
	if (r->op == OP_SUBMIT && reply == REPLY_OK)
		t->result->answers++;
	/* A refused one is over, whatever the reason; without word he tries again. */
	if ((r->op == OP_SUBMIT || r->op == OP_RETURN) && reply != REPLY_UNKNOWN)
		w->holds = false;
}

static void reply_owner(struct request *r, enum reply reply)
{
	struct town *t = r->town;
	struct project_plan *p = &t->project[r->project < 0 ? 0 : r->project];

	if (r->op == OP_PEOPLE)
		t->people = reply == REPLY_OK;
	if (r->op == OP_DEPOSIT) {
		struct requester *q = &t->requester[r->requester];

		q->asked = false;
		q->deposits += reply == REPLY_OK;
		q->poor = q->poor && reply != REPLY_OK;
	}
	if (r->project < 0)
		return;
	if (r->op <= OP_CLOSE) {
		p->asked = false;
		p->wake_us = now_us(t) + roll(t, 30000000);
	}
	if (r->op == OP_PUBLISH && reply == REPLY_REFUSED && r->verdict == ERR_FUNDS)
		t->requester[r->requester].poor = true;
	if (reply != REPLY_OK)
		return;
	if (r->op == OP_NEW)
		p->id = (project_id){ r->made };
	else if (r->op == OP_EDIT)
		p->edited = true;
	else if (r->op == OP_UPLOAD)
		p->source = r->made;
	else if (r->op == OP_PUBLISH)
		p->published = true;
}

static void reply_one(struct request *r, bool alive)
{
	struct town *t = r->town;
	/* 503 says that nobody knows. */
	bool known = alive && !r->lost && r->verdict != ERR_STORE && r->verdict != ERR_BUSY;
	enum reply reply = !known ? REPLY_UNKNOWN : r->verdict == OK ? REPLY_OK : REPLY_REFUSED;

	t->result->requests++;
	t->result->fault[TOWN_UNKNOWN] += reply == REPLY_UNKNOWN;
	town_say(t, "%s%s project %d worker %d task %lld: %s%s%.*s", words[r->op],
		 r->quiet ? " (again)" : "", r->project, r->worker,
		 (long long)(r->got ? r->assignment.key.task.v : r->key.task.v),
		 reply == REPLY_OK	? "ok" :
		 reply == REPLY_REFUSED ? "refused: " :
					  "no word",
		 "", reply == REPLY_REFUSED ? (int)r->ctx.refusal.message.len : 0,
		 r->ctx.refusal.message.at);
	note_end(r, reply);
	if (!r->quiet && r->worker >= 0)
		reply_worker(r, reply);
	else if (!r->quiet)
		reply_owner(r, reply);
	r->busy = false;
}

void requests_reply(struct town *t, bool alive)
{
	for (int i = 0; i < REQUESTS; i++) {
		struct request *r = &t->request[i];

		if (r->busy && r->posted && (r->done || !alive))
			reply_one(r, alive);
	}
}
