/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "audit/audit.h"
#include "intake/intake.h"
#include "quality/quality.h"
#include "review/review.sql.h"
#include "review/review_in.h"

/* The cursor of the waiting list: microseconds, task and worker of the last row. */
struct waiting_form {
	project_id project;
	struct str after;
	int64_t limit;
};

static const struct web_field waiting_fields[] = {
	{ "project", WEB_PATH, WEB_ID, offsetof(struct waiting_form, project), true,
	  .about = "the project" },
	{ "after", WEB_QUERY, WEB_TEXT, offsetof(struct waiting_form, after), false, 1, 100,
	  .about = "`next` of the page before" },
	{ "limit", WEB_QUERY, WEB_INT, offsetof(struct waiting_form, limit), false, 1, 100,
	  .about = "rows of a page, 20 unless given" },
	{ .name = NULL },
};

/* Where a page of a list begins: behind the row that its cursor names. */
struct list_page {
	struct assignment_numbers numbers;
	usec at;
	task_id task;
	user_id worker;
	int limit;
};

static enum err open_page(struct ctx *c, const struct waiting_form *form, struct list_page *out)
{
	struct str one, two, three, rest;
	struct project project;

	*out = (struct list_page){ .limit = form->limit > 0 ? (int)form->limit : 20 };
	TRY(project_must_reach(c, form->project, ORG_REVIEWER, &project));
	TRY(assignment_numbers_open(c, form->project, &out->numbers));
	if (form->after.len == 0)
		return OK;
	if (!str_split(form->after, '.', &one, &rest) || !str_split(rest, '.', &two, &three) ||
	    !num_i64(one, 0, INT64_MAX, &out->at.us) || !num_i64(two, 0, INT64_MAX, &out->task.v) ||
	    !num_i64(three, 0, INT64_MAX, &out->worker.v))
		return refuse_field(c, ERR_INPUT, S("after"), "this is not a cursor of this list");
	out->worker = assignment_number_worker(c->mem, &out->numbers, out->worker.v);
	return OK;
}

/* The end of a list whose page is full: what the next one comes after. */
static void put_next(struct ctx *c, struct json *out, usec at, task_id task, int64_t number)
{
	json_text_of(out, "next",
		     str_format(c->mem, "%lld.%lld.%lld", (long long)at.us, (long long)task.v,
				(long long)number));
}

static enum err put_waiting(struct ctx *c, struct json *out, project_id project, int64_t number,
			    const struct review_waiting_page *row)
{
	struct intake_record record;

	TRY(intake_record(c, project, row->task.v, &record));
	json_object(out);
	json_i64_of(out, "task", row->task.v);
	json_id_of(out, "worker", number);
	json_raw_of(out, "answer", row->answer);
	json_raw_of(out, "fields", kind_fields_told(c->mem, record.fields));
	json_time_of(out, "at", row->submitted);
	json_i64_of(out, "seconds", row->active_ms / 1000);
	json_object_end(out);
	return OK;
}

static enum err waiting_page(struct ctx *c, void *in, struct web_reply *reply)
{
	const struct waiting_form *form = in;
	struct json *out = web_json(reply);
	struct list_page page;
	struct review_waiting_page *row;
	int64_t number = 0;
	size_t count;

	TRY(open_page(c, form, &page));
	TRY(review_waiting_page(c, form->project, page.at, page.task, page.worker, page.limit, &row,
				&count));
	json_object(out);
	json_key(out, "items");
	json_list(out);
	for (size_t i = 0; i < count; i++) {
		number = assignment_number(c->mem, &page.numbers, row[i].worker);
		TRY(put_waiting(c, out, form->project, number, &row[i]));
	}
	json_list_end(out);
	if (count == (size_t)page.limit)
		put_next(c, out, row[count - 1].submitted, row[count - 1].task, number);
	json_object_end(out);
	return OK;
}

struct decision_form {
	project_id project;
	task_id task;
	int64_t worker; /* as the list names him */
	struct str reason;
};

static const struct web_field approve_fields[] = {
	{ "project", WEB_PATH, WEB_ID, offsetof(struct decision_form, project), true,
	  .about = "the project" },
	{ "task", WEB_PATH, WEB_ID, offsetof(struct decision_form, task), true,
	  .about = "the task's number" },
	{ "worker", WEB_PATH, WEB_ID, offsetof(struct decision_form, worker), true,
	  .about = "the worker as the list names him" },
	{ .name = NULL },
};

static const struct web_field reject_fields[] = {
	{ "project", WEB_PATH, WEB_ID, offsetof(struct decision_form, project), true,
	  .about = "the project" },
	{ "task", WEB_PATH, WEB_ID, offsetof(struct decision_form, task), true,
	  .about = "the task's number" },
	{ "worker", WEB_PATH, WEB_ID, offsetof(struct decision_form, worker), true,
	  .about = "the worker as the list names him" },
	{ "reason", WEB_BODY, WEB_TEXT, offsetof(struct decision_form, reason), true, 1, 1000,
	  .about = "what is wrong, for the worker to read" },
	{ .name = NULL },
};

/* Who may judge the answer, and whose it is. */
static enum err must_judge(struct ctx *c, const struct decision_form *form,
			   struct assignment_key *key)
{
	struct assignment_numbers numbers;
	struct project project;

	TRY(project_must_reach(c, form->project, ORG_REVIEWER, &project));
	TRY(assignment_numbers_open(c, form->project, &numbers));
	*key = (struct assignment_key){ form->project, form->task,
					assignment_number_worker(c->mem, &numbers, form->worker) };
	return OK;
}

static enum err approve_post(struct ctx *c, void *in, struct web_reply *reply)
{
	const struct decision_form *form = in;
	struct assignment_key key;

	TRY(must_judge(c, form, &key));
	TRY(review_approve(c, key));
	web_status(reply, 204);
	return OK;
}

static enum err reject_post(struct ctx *c, void *in, struct web_reply *reply)
{
	const struct decision_form *form = in;
	struct assignment_key key;

	TRY(must_judge(c, form, &key));
	TRY(review_reject(c, key, form->reason));
	web_status(reply, 204);
	return OK;
}

struct all_form {
	project_id project;
	usec upto;
};

static const struct web_field all_fields[] = {
	{ "project", WEB_PATH, WEB_ID, offsetof(struct all_form, project), true,
	  .about = "the project" },
	{ "upto", WEB_BODY, WEB_TIME, offsetof(struct all_form, upto), true,
	  .about = "only answers submitted until then" },
	{ .name = NULL },
};

enum { ALL_AT_ONCE = 1000, DETAIL_MAX = 200 };

/* So many answers at once are money: who has done it stands in the project's chain. */
static enum err note_all(struct ctx *c, const struct all_form *form, int64_t approved)
{
	struct json detail = json_make(c->mem, DETAIL_MAX);

	json_object(&detail);
	json_time_of(&detail, "upto", form->upto);
	json_i64_of(&detail, "count", approved);
	json_object_end(&detail);
	return audit_add(c, form->project.v, S("review.approve_all"), form->project.v,
			 json_end(&detail));
}

static enum err approve_all_post(struct ctx *c, void *in, struct web_reply *reply)
{
	const struct all_form *form = in;
	struct json *out = web_json(reply);
	struct project project;
	int64_t approved;

	TRY(project_must_reach(c, form->project, ORG_REVIEWER, &project));
	TRY(assignment_approve_due(c, form->project, form->upto, ALL_AT_ONCE, &approved));
	if (approved > 0)
		TRY(note_all(c, form, approved));
	json_object(out);
	json_i64_of(out, "approved", approved);
	json_bool_of(out, "more", approved == ALL_AT_ONCE);
	json_object_end(out);
	return OK;
}

/* --- what is contested --- */

/* The cursor of a worker's own list: project and task of the last row. */
struct mine_form {
	struct str after;
	int64_t limit;
};

static const struct web_field mine_fields[] = {
	{ "after", WEB_QUERY, WEB_TEXT, offsetof(struct mine_form, after), false, 1, 60,
	  .about = "`next` of the page before" },
	{ "limit", WEB_QUERY, WEB_INT, offsetof(struct mine_form, limit), false, 1, 100,
	  .about = "rows of a page, 20 unless given" },
	{ .name = NULL },
};

static const char *const contest_words[] = { "waiting", "upheld", "dismissed" };

static enum err put_mine(struct ctx *c, const struct contest_mine *row, struct json *out)
{
	struct json_value *truth;

	json_object(out);
	json_id_of(out, "project", row->project.v);
	json_i64_of(out, "task", row->task.v);
	json_text_of(out, "title", row->title);
	json_text_of(out, "about", row->rejected == 1 ? S("rejection") : S("known"));
	json_raw_of(out, "answer", row->answer);
	if (row->reason.len > 0)
		json_text_of(out, "reason", row->reason);
	if (row->known == 1) {
		TRY(quality_truth(c, row->project, row->task, &truth));
		json_key(out, "truth");
		json_put_value(out, truth);
	}
	json_text_of(out, "state", row->state < 0 ? S("open") : str_of(contest_words[row->state]));
	if (row->state >= 0)
		json_text_of(out, "text", row->said);
	if (row->reply.len > 0)
		json_text_of(out, "reply", row->reply);
	json_object_end(out);
	return OK;
}

static enum err mine_page(struct ctx *c, void *in, struct web_reply *reply)
{
	const struct mine_form *form = in;
	struct json *out = web_json(reply);
	int limit = form->limit > 0 ? (int)form->limit : 20;
	struct contest_mine *row;
	project_id project = { 0 };
	task_id task = { 0 };
	struct str one, two;
	size_t count;

	if (form->after.len > 0 &&
	    (!str_split(form->after, '.', &one, &two) || !num_i64(one, 0, INT64_MAX, &project.v) ||
	     !num_i64(two, 0, INT64_MAX, &task.v)))
		return refuse_field(c, ERR_INPUT, S("after"), "this is not a cursor of this list");
	TRY(contest_mine(c, user_actor(c), project, task, limit, &row, &count));
	json_object(out);
	json_key(out, "items");
	json_list(out);
	for (size_t i = 0; i < count; i++)
		TRY(put_mine(c, &row[i], out));
	json_list_end(out);
	if (count == (size_t)limit)
		json_text_of(out, "next",
			     str_format(c->mem, "%lld.%lld", (long long)row[count - 1].project.v,
					(long long)row[count - 1].task.v));
	json_object_end(out);
	return OK;
}

struct contest_form {
	project_id project;
	task_id task;
	struct str text;
};

static const struct web_field contest_fields[] = {
	{ "project", WEB_PATH, WEB_ID, offsetof(struct contest_form, project), true,
	  .about = "the project" },
	{ "task", WEB_PATH, WEB_ID, offsetof(struct contest_form, task), true,
	  .about = "the task's number" },
	{ "text", WEB_BODY, WEB_TEXT, offsetof(struct contest_form, text), true, 1,
	  REVIEW_CONTEST_MAX, .about = "why the judgement is wrong, for a person to read" },
	{ .name = NULL },
};

static enum err contest_post(struct ctx *c, void *in, struct web_reply *reply)
{
	const struct contest_form *form = in;
	struct assignment_key key = { form->project, form->task, user_actor(c) };

	TRY(review_contest(c, key, form->text));
	web_status(reply, 204);
	return OK;
}

static enum err put_contest(struct ctx *c, project_id project, int64_t number,
			    const struct contest_page *row, struct json *out)
{
	struct intake_record record;
	struct json_value *truth;

	TRY(intake_record(c, project, row->task.v, &record));
	json_object(out);
	json_i64_of(out, "task", row->task.v);
	json_id_of(out, "worker", number);
	json_text_of(out, "about", row->about == 1 ? S("rejection") : S("known"));
	json_text_of(out, "text", row->text);
	json_time_of(out, "at", row->at);
	if (row->reason.len > 0)
		json_text_of(out, "reason", row->reason);
	json_raw_of(out, "answer", row->answer);
	json_raw_of(out, "fields", kind_fields_told(c->mem, record.fields));
	if (row->gold == 1) {
		TRY(quality_truth(c, project, row->task, &truth));
		json_key(out, "truth");
		json_put_value(out, truth);
	}
	json_object_end(out);
	return OK;
}

static enum err contests_page(struct ctx *c, void *in, struct web_reply *reply)
{
	const struct waiting_form *form = in;
	struct json *out = web_json(reply);
	struct list_page page;
	struct contest_page *row;
	int64_t number = 0;
	size_t count;

	TRY(open_page(c, form, &page));
	TRY(contest_page(c, form->project, page.at, page.task, page.worker, page.limit, &row,
			 &count));
	json_object(out);
	json_key(out, "items");
	json_list(out);
	for (size_t i = 0; i < count; i++) {
		number = assignment_number(c->mem, &page.numbers, row[i].worker);
		TRY(put_contest(c, form->project, number, &row[i], out));
	}
	json_list_end(out);
	if (count == (size_t)page.limit)
		put_next(c, out, row[count - 1].at, row[count - 1].task, number);
	json_object_end(out);
	return OK;
}

struct decide_form {
	struct decision_form answer;
	struct str decision;
	struct str reply;
};

static const struct web_field decide_fields[] = {
	{ "project", WEB_PATH, WEB_ID, offsetof(struct decide_form, answer.project), true,
	  .about = "the project" },
	{ "task", WEB_PATH, WEB_ID, offsetof(struct decide_form, answer.task), true,
	  .about = "the task's number" },
	{ "worker", WEB_PATH, WEB_ID, offsetof(struct decide_form, answer.worker), true,
	  .about = "the worker as the list names him" },
	{ "decision", WEB_BODY, WEB_TEXT, offsetof(struct decide_form, decision), true,
	  .one_of = "right|unclear|dismiss",
	  .about = "right: the answer counts, and a known answer becomes what it says; unclear: it "
		   "counts, and the item has no known answer now; dismiss: it stays as judged" },
	{ "reply", WEB_BODY, WEB_TEXT, offsetof(struct decide_form, reply), false, 0,
	  REVIEW_CONTEST_MAX, .about = "for the worker to read; needed to dismiss" },
	{ .name = NULL },
};

static enum err decide_post(struct ctx *c, void *in, struct web_reply *reply)
{
	const struct decide_form *form = in;
	struct assignment_key key;
	enum review_contested how = REVIEW_DISMISS;

#define CONTESTED_IS(name, word)             \
	if (str_eq(form->decision, S(word))) \
		how = REVIEW_##name;
	REVIEW_CONTESTED_TABLE(CONTESTED_IS)
#undef CONTESTED_IS
	TRY(must_judge(c, &form->answer, &key));
	TRY(review_contest_decide(c, key, how, form->reply));
	web_status(reply, 204);
	return OK;
}

/* --- what is made of doubts about a worker --- */

struct doubted_form {
	project_id project;
	int64_t worker;
	struct str decision;
	struct str reason;
};

static const struct web_field doubted_fields[] = {
	{ "project", WEB_PATH, WEB_ID, offsetof(struct doubted_form, project), true,
	  .about = "the project" },
	{ "worker", WEB_PATH, WEB_ID, offsetof(struct doubted_form, worker), true,
	  .about = "the worker as the list names him" },
	{ "decision", WEB_BODY, WEB_TEXT, offsetof(struct doubted_form, decision), true,
	  .one_of = "nothing|gold|pause",
	  .about = "gold: as many known questions as for a newcomer; pause: no more tasks of this "
		   "project; nothing or gold also end a pause" },
	{ "reason", WEB_BODY, WEB_TEXT, offsetof(struct doubted_form, reason), false, 0, 1000,
	  .about = "of a pause, for the worker to read" },
	{ .name = NULL },
};

static enum err doubted_post(struct ctx *c, void *in, struct web_reply *reply)
{
	const struct doubted_form *form = in;
	struct assignment_numbers numbers;
	enum review_doubted how = REVIEW_NOTHING;
	struct project project;

	TRY(project_must_own(c, form->project, &project));
	TRY(assignment_numbers_open(c, form->project, &numbers));
	if (str_eq(form->decision, S("gold")))
		how = REVIEW_WATCH;
	if (str_eq(form->decision, S("pause")))
		how = REVIEW_PAUSE;
	TRY(review_worker_decide(c, form->project,
				 assignment_number_worker(c->mem, &numbers, form->worker), how,
				 form->reason));
	web_status(reply, 204);
	return OK;
}

const struct web_route review_routes[] = {
	{ WEB_GET, "/api/v1/projects/{project}/reviews", .who = USER_ANY_ROLE, .runs = WEB_READ,
	  .handler = waiting_page, .fields = waiting_fields,
	  .form_size = sizeof(struct waiting_form),
	  .view = "{items:[{task:int, worker:id, answer:any, fields:any, at:time, seconds:int}], "
		  "next:text?}",
	  .about = "Answers that wait for a decision, the oldest first" },
	{ WEB_POST, "/api/v1/projects/{project}/reviews/{task}/{worker}/approve",
	  .who = USER_ANY_ROLE, .runs = WEB_WRITE, .handler = approve_post,
	  .fields = approve_fields, .form_size = sizeof(struct decision_form),
	  .about = "Approve an answer: it is paid", .spread = "project" },
	{ WEB_POST, "/api/v1/projects/{project}/reviews/{task}/{worker}/reject",
	  .who = USER_ANY_ROLE, .runs = WEB_WRITE, .handler = reject_post, .fields = reject_fields,
	  .form_size = sizeof(struct decision_form),
	  .about = "Reject an answer with a reason: its place opens again", .spread = "project" },
	{ WEB_POST, "/api/v1/projects/{project}/reviews/approve-all", .who = USER_ANY_ROLE,
	  .runs = WEB_WRITE, .handler = approve_all_post, .fields = all_fields,
	  .form_size = sizeof(struct all_form), .view = "{approved:int, more:bool}",
	  .about = "Approve everything submitted until a time, a thousand at once",
	  .spread = "project" },
	{ WEB_GET, "/api/v1/me/contests", .who = USER_WORKER, .runs = WEB_READ,
	  .handler = mine_page, .fields = mine_fields, .form_size = sizeof(struct mine_form),
	  .view = "{items:[{project:id, task:int, title:text, about:(rejection|known), answer:any, "
		  "reason:text?, truth:any?, state:(open|waiting|upheld|dismissed), text:text?, "
		  "reply:text?}], next:text?}",
	  .about = "Your answers that were rejected, or were unlike a known answer that is asked "
		   "for no more, and what became of what you have contested" },
	{ WEB_POST, "/api/v1/work/{project}/tasks/{task}/contest", .who = USER_WORKER,
	  .runs = WEB_WRITE, .handler = contest_post, .fields = contest_fields,
	  .form_size = sizeof(struct contest_form),
	  .about = "Contest a rejection or a known answer, once: a person looks again",
	  .spread = "project" },
	{ WEB_GET, "/api/v1/projects/{project}/contests", .who = USER_ANY_ROLE, .runs = WEB_READ,
	  .handler = contests_page, .fields = waiting_fields,
	  .form_size = sizeof(struct waiting_form),
	  .view = "{items:[{task:int, worker:id, about:(rejection|known), text:text, at:time, "
		  "reason:text?, answer:any, fields:any, truth:any?}], next:text?}",
	  .about = "What workers contest and waits for a decision, the oldest first" },
	{ WEB_POST, "/api/v1/projects/{project}/contests/{task}/{worker}", .who = USER_ANY_ROLE,
	  .runs = WEB_WRITE, .handler = decide_post, .fields = decide_fields,
	  .form_size = sizeof(struct decide_form),
	  .about = "Uphold or dismiss what a worker contests: results and scores follow",
	  .spread = "project" },
	{ WEB_POST, "/api/v1/projects/{project}/workers/{worker}", .who = USER_ANY_ROLE,
	  .runs = WEB_WRITE, .handler = doubted_post, .fields = doubted_fields,
	  .form_size = sizeof(struct doubted_form),
	  .about = "Decide what follows from doubts about a worker", .spread = "project" },
	{ .path = NULL },
};
