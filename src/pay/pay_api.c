/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The pages of pay: what a project costs, its publishing and end, and what a worker has earned. */
#include "assignment/assignment.h"
#include "pay/pay.sql.h"
#include "pay/pay_in.h"

enum { PAGE_DEFAULT = 50, PAGE_MAX = 200, CURSOR_MAX = 100 };

/* --- the requester: quote, publish, pause, close --- */

struct project_form {
	int64_t project;
	money total;
	struct pay_publish publish; /* made ahead */
};

#define PROJECT_FIELD                                                                            \
	{                                                                                        \
		"project", WEB_PATH, WEB_ID, offsetof(struct project_form, project), true, 0, 0, \
			NULL, "the project's number", 0                                          \
	}

static const struct web_field project_fields[] = { PROJECT_FIELD, { 0 } };

static const struct web_field publish_fields[] = {
	PROJECT_FIELD,
	{ "total", WEB_BODY, WEB_MONEY, offsetof(struct project_form, total), true, 0, INT64_MAX,
	  NULL, "the total of the quote that you agree to", 0 },
	{ 0 },
};

/* Members of the org spend its money, and the house may act for them; reviewers may not. */
static enum err must_manage(struct ctx *c, int64_t number)
{
	struct project project;

	TRY(project_must_own(c, (project_id){ number }, &project));
	if (c->actor.roles & USER_OPERATOR)
		return OK;
	return org_must_be_member(c, project.org, ORG_MEMBER);
}

static void put_faults(struct json *j, const struct pay_plan *plan)
{
	json_key(j, "faults");
	json_list(j);
	for (int i = 0; i < plan->faults.count; i++) {
		json_object(j);
		json_text_of(j, "field", plan->faults.list[i].path);
		json_text_of(j, "message", plan->faults.list[i].message);
		json_object_end(j);
	}
	json_list_end(j);
}

static enum err quote_page(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct project_form *f = form;
	struct pay_plan *plan = NEW(c->mem, struct pay_plan);
	const struct pay_quote *q = &plan->quote;
	struct project_looks looks;
	bool draft;

	TRY(must_manage(c, f->project));
	TRY(pay_plan(c, (project_id){ f->project }, plan));
	draft = plan->state.state == PROJECT_DRAFT;

	struct json *j = web_json(reply);
	json_object(j);
	json_text_of(j, "state", project_state_text(plan->state.state));
	json_i64_of(j, "tasks", q->tasks);
	json_i64_of(j, "known", q->known);
	json_i64_of(j, "answers_each", q->answers_each);
	json_i64_of(j, "known_answers_each", q->known_answers_each);
	json_i64_of(j, "answers", q->answers);
	json_i64_of(j, "copies", q->copies);
	json_money_of(j, "reward", q->reward);
	json_money_of(j, "fee", q->fee);
	json_money_of(j, "total", q->total);
	json_money_of(j, "available", q->available);
	json_money_of(j, "missing", draft ? q->missing : (money){ 0 });
	json_i64_of(j, "seconds_each", q->seconds_each);
	if (q->seconds_each > 0)
		json_money_of(j, "per_hour", q->per_hour);
	if (q->floor_per_hour.minor > 0) {
		json_money_of(j, "floor_per_hour", q->floor_per_hour);
		json_bool_of(j, "below_floor",
			     q->seconds_each > 0 && q->per_hour.minor < q->floor_per_hour.minor);
	}
	json_text_of(j, "currency", ledger_currency(c));
	project_look(c, &plan->project, &plan->state, &looks);
	json_bool_of(j, "alike", draft && looks.alike);
	json_bool_of(j, "untouched", draft && looks.untouched);
	json_bool_of(j, "ready", draft && plan->faults.count == 0 && q->missing.minor == 0);
	put_faults(j, plan);
	json_object_end(j);
	return OK;
}

static enum err publish_before(struct ctx *c, void *form, struct web_reply *reply)
{
	struct project_form *f = form;

	(void)reply;
	TRY(must_manage(c, f->project));
	return pay_publish_ready(c, (project_id){ f->project }, f->total, &f->publish);
}

static enum err put_state(struct ctx *c, struct web_reply *reply, int64_t state)
{
	struct json *j = web_json(reply);

	(void)c;
	json_object(j);
	json_text_of(j, "state", project_state_text(state));
	json_object_end(j);
	return OK;
}

static enum err publish_post(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct project_form *f = form;

	TRY(pay_publish_agreed(c, &f->publish));
	web_status(reply, 202);
	return put_state(c, reply, PROJECT_FUNDING);
}

static enum err pause_post(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct project_form *f = form;

	TRY(must_manage(c, f->project));
	TRY(pay_pause(c, (project_id){ f->project }, true));
	return put_state(c, reply, PROJECT_PAUSED);
}

static enum err resume_post(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct project_form *f = form;

	TRY(must_manage(c, f->project));
	TRY(pay_pause(c, (project_id){ f->project }, false));
	return put_state(c, reply, PROJECT_OPEN);
}

static enum err close_post(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct project_form *f = form;
	money refund;

	TRY(must_manage(c, f->project));
	TRY(pay_close(c, (project_id){ f->project }, &refund));
	struct json *j = web_json(reply);
	json_object(j);
	json_text_of(j, "state", project_state_text(PROJECT_CLOSED));
	json_money_of(j, "refund", refund);
	json_text_of(j, "currency", ledger_currency(c));
	json_object_end(j);
	return OK;
}

/* --- the worker: history and earnings --- */

struct history_form {
	struct str after;
	int64_t limit;
};

static const struct web_field history_fields[] = {
	{ "after", WEB_QUERY, WEB_TEXT, offsetof(struct history_form, after), false, 0, CURSOR_MAX,
	  NULL, "where the page before ended: its next", 0 },
	{ "limit", WEB_QUERY, WEB_INT, offsetof(struct history_form, limit), false, 1, PAGE_MAX,
	  NULL, "how many at most, 50 if not said", 0 },
	{ 0 },
};

/* TIME.PROJECT.TASK */
static bool cursor_read(struct str text, struct pay_history_page *out)
{
	struct str at, rest, project, task;

	*out = (struct pay_history_page){ .at = { INT64_MAX } };
	if (text.len == 0)
		return true;
	return str_split(text, '.', &at, &rest) && str_split(rest, '.', &project, &task) &&
	       num_i64(at, 0, INT64_MAX, &out->at.us) &&
	       num_i64(project, 0, INT64_MAX, &out->project.v) &&
	       num_i64(task, 0, INT64_MAX, &out->task.v);
}

static struct str cursor_text(struct ctx *c, const struct pay_history_page *row)
{
	return str_format(c->mem, "%lld.%lld.%lld", (long long)row->at.us,
			  (long long)row->project.v, (long long)row->task.v);
}

static enum err history_page(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct history_form *f = form;
	struct pay_history_page from, *rows;
	int64_t limit = f->limit > 0 ? f->limit : PAGE_DEFAULT;
	size_t count;

	if (!cursor_read(f->after, &from))
		return refuse_field(c, ERR_INPUT, S("after"), "this is no place in the list");
	TRY(pay_history_page(c, pay_account_of_user(user_actor(c)), from.at, from.project,
			     from.task, limit + 1, &rows, &count));
	size_t shown = count > (size_t)limit ? (size_t)limit : count;

	struct json *j = web_json(reply);
	json_object(j);
	json_key(j, "items");
	json_list(j);
	for (size_t i = 0; i < shown; i++) {
		json_object(j);
		json_id_of(j, "project", rows[i].project.v);
		json_text_of(j, "title", rows[i].title);
		json_i64_of(j, "task", rows[i].task.v);
		json_text_of(j, "state", assignment_state_word(rows[i].state));
		json_money_of(j, "reward", rows[i].reward);
		if (rows[i].reason.len > 0)
			json_text_of(j, "reason", rows[i].reason);
		json_time_of(j, "at", rows[i].at);
		json_object_end(j);
	}
	json_list_end(j);
	if (count > shown)
		json_text_of(j, "next", cursor_text(c, &rows[shown - 1]));
	json_text_of(j, "currency", ledger_currency(c));
	json_object_end(j);
	return OK;
}

/* One or two answers are no rate yet: the same as what dispatch calls measured. */
enum { PACE_FROM = 5 };

static enum err earnings_page(struct ctx *c, void *form, struct web_reply *reply)
{
	account_id account = pay_account_of_user(user_actor(c));
	usec midnight = { usec_day(c->now) * USEC_DAY };
	usec week_ago = usec_after(c->now, -7 * USEC_DAY);
	struct pay_history_waiting waiting;
	struct pay_history_pace pace;
	money available, recv, today, week, hourly;

	(void)form;
	TRY(ledger_account_balance(c, account, ACCOUNT_AVAILABLE, &available));
	TRY(ledger_account_balance(c, account, ACCOUNT_RECV, &recv));
	TRY(ledger_account_earned(c, account, midnight, &today));
	TRY(ledger_account_earned(c, account, week_ago, &week));
	TRY(pay_history_waiting(c, account, &waiting));
	TRY(pay_history_pace(c, account, week_ago, &pace));

	struct json *j = web_json(reply);
	json_object(j);
	json_money_of(j, "available", available);
	json_money_of(j, "pending", waiting.reward);
	json_money_of(j, "today", today);
	json_money_of(j, "week", week);
	json_money_of(j, "total", (money){ -recv.minor });
	if (pace.answers >= PACE_FROM && pace.active_ms > 0 &&
	    money_times(pace.reward, USEC_HOUR / 1000, &hourly))
		json_money_of(j, "hourly", (money){ hourly.minor / pace.active_ms });
	json_text_of(j, "currency", ledger_currency(c));
	json_object_end(j);
	return OK;
}

#define STATE_VIEW "{state:" PROJECT_STATE_VIEW "}"
#define RUNS_PROJECTS (USER_REQUESTER | USER_OPERATOR)

const struct web_route pay_routes[] = {
	{ WEB_GET, "/api/v1/projects/{project}/quote", .who = RUNS_PROJECTS, .runs = WEB_READ,
	  .handler = quote_page, .fields = project_fields, .form_size = sizeof(struct project_form),
	  .view = "{state:" PROJECT_STATE_VIEW
		  ",tasks:int,known:int,answers_each:int,known_answers_each:int,answers:int,"
		  "copies:int,"
		  "reward:money,fee:money,total:money,available:money,"
		  "missing:money,seconds_each:int,per_hour?:money,floor_per_hour?:money,"
		  "below_floor?:bool,currency:text,alike:bool,untouched:bool,ready:bool,"
		  "faults:[{field:text,message:text}]}",
	  .about = "Tells what publishing costs, whether the money is there and what is still in "
		   "the way." },
	{ WEB_POST, "/api/v1/projects/{project}/publish", .who = RUNS_PROJECTS, .runs = WEB_WRITE,
	  .handler = publish_post, .before = publish_before, .fields = publish_fields,
	  .form_size = sizeof(struct project_form), .view = STATE_VIEW,
	  .about = "Pays the quoted total into the project's escrow and opens it; refused when the "
		   "quote has changed." },
	{ WEB_POST, "/api/v1/projects/{project}/pause", .who = RUNS_PROJECTS, .runs = WEB_WRITE,
	  .handler = pause_post, .fields = project_fields, .form_size = sizeof(struct project_form),
	  .view = STATE_VIEW,
	  .about = "Gives out no more tasks until resumed; work that is under way goes on.",
	  .spread = "project" },
	{ WEB_POST, "/api/v1/projects/{project}/resume", .who = RUNS_PROJECTS, .runs = WEB_WRITE,
	  .handler = resume_post, .fields = project_fields,
	  .form_size = sizeof(struct project_form), .view = STATE_VIEW,
	  .about = "Gives out tasks again.", .spread = "project" },
	{ WEB_POST, "/api/v1/projects/{project}/close", .who = RUNS_PROJECTS, .runs = WEB_WRITE,
	  .handler = close_post, .fields = project_fields, .form_size = sizeof(struct project_form),
	  .view = "{state:" PROJECT_STATE_VIEW ",refund:money,currency:text}",
	  .about = "Ends the project for good and gives back the price of every free place.",
	  .spread = "project" },
	{ WEB_GET, "/api/v1/work/mine", .who = USER_WORKER, .runs = WEB_READ,
	  .handler = history_page, .fields = history_fields,
	  .form_size = sizeof(struct history_form),
	  .view = "{items:[{project:id,title:text,task:int,state:text,reward:money,reason?:text,"
		  "at:time}],next?:text,currency:text}",
	  .about = "Lists what became of your answers, the latest first." },
	{ WEB_GET, "/api/v1/me/earnings", .who = USER_WORKER, .runs = WEB_READ,
	  .handler = earnings_page,
	  .view = "{available:money,pending:money,today:money,week:money,total:money,hourly?:money,"
		  "currency:text}",
	  .about = "Tells what you have earned, and what waits for a decision." },
	{ .path = NULL },
};
