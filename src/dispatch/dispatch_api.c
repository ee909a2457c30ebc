/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The worker's way: find a project, get a task, hand in the answer, get the next. */
#include "dispatch/dispatch.sql.h"
#include "dispatch/dispatch_in.h"
#include "intake/intake.h"
#include "job/tally.h"

#include <stdlib.h>

#define ASSIGNMENT_VIEW                                                                        \
	"{project:id, task:int, epoch:id, until:time, accepted:time, now:time, reward:money, " \
	"page:any, draft:any?}"

/* The pages of what a batch hands out, all of one project. */
struct pages {
	const struct dispatch_desk *desk;
	struct project_sheet *sheet;
	struct str *fields; /* of each ask's record */
};

static enum err pages_make(struct ctx *c, const struct dispatch_desk *desk,
			   const struct dispatch_ask *ask, size_t count, struct pages *out)
{
	task_id *task = NEW_MANY(c->mem, task_id, count);
	struct str *fields = NEW_MANY(c->mem, struct str, count);
	size_t *place = NEW_MANY(c->mem, size_t, count), n = 0;
	struct kind_media media;

	*out = (struct pages){ .desk = desk, .fields = NEW_MANY(c->mem, struct str, count) };
	for (size_t i = 0; i < count; i++) {
		if (ask[i].err != OK || !ask[i].got)
			continue;
		task[n] = ask[i].lease.key.task;
		place[n++] = i;
	}
	if (n == 0)
		return OK;
	TRY(intake_media(c, (struct intake_bound){ desk->project.id, 0, 0, 0 }, &media));
	TRY(project_sheet(c, &desk->project, &media, &out->sheet));
	TRY(task_cells(c, desk->project.id, task, n, fields));
	for (size_t i = 0; i < n; i++)
		out->fields[place[i]] = fields[i];
	return OK;
}

static enum err put_assignment(struct ctx *c, const struct pages *pages, const struct assignment *a,
			       struct str fields, struct json *out)
{
	struct intake_bound bound = { a->key.project, a->key.task.v, a->key.worker.v, a->epoch };
	uint64_t seed = kind_seed(a->key.project.v, a->key.task.v, a->key.worker.v);
	struct str draft = { 0 };
	struct kind_media media;
	bool found = false;

	/* Nobody can have a draft of what he is given just now. */
	if (a->accepted.us < c->now.us)
		TRY(assignment_draft_look(c, a->key, &draft, &found));
	TRY(intake_media(c, bound, &media));
	json_object(out);
	json_id_of(out, "project", a->key.project.v);
	json_i64_of(out, "task", a->key.task.v);
	json_id_of(out, "epoch", a->epoch);
	json_time_of(out, "until", a->until);
	json_time_of(out, "accepted", a->accepted);
	json_time_of(out, "now", c->now);
	json_money_of(out, "reward", pages->desk->project.reward);
	json_key(out, "page");
	TRY(project_sheet_page(c, pages->sheet, fields, &media, seed, out));
	if (found)
		json_raw_of(out, "draft", draft);
	json_object_end(out);
	return OK;
}

/* {assignment} or {none} as members of the open object. */
static enum err put_grant(const struct dispatch_ask *ask, const struct pages *pages, size_t i,
			  const char *key, struct json *out)
{
	if (!ask->got) {
		json_text_of(out, "none", S("There is no task for you here right now"));
		return OK;
	}
	CHECK(pages->fields != NULL); /* made for all who got a task */
	json_key(out, key);
	return put_assignment(ask->ctx, pages, &ask->lease, pages->fields[i], out);
}

/* --- a batch is served project by project --- */

/* Every form of a hot route begins with its project. */
static int64_t project_of(const struct web_item *item)
{
	const project_id *project = item->form;

	return project->v;
}

static int by_project(const void *left, const void *right)
{
	int64_t a = project_of(left), b = project_of(right);

	return (a > b) - (a < b);
}

typedef enum err serve_some(struct ctx *, const struct dispatch_desk *, struct web_item *,
			    size_t count);

static enum err serve_project(struct ctx *c, serve_some *serve, struct web_item *item, size_t count)
{
	struct dispatch_desk desk;

	if (dispatch_desk(c, (project_id){ project_of(item) }, &desk) == OK)
		return serve(c, &desk, item, count);
	if (c->refusal.err != ERR_MISSING)
		return c->refusal.err;
	for (size_t i = 0; i < count; i++)
		item[i].err = refuse(item[i].ctx, ERR_MISSING, "%.*s", STR_ARG(c->refusal.message));
	c->refusal = (struct refusal){ 0 };
	return OK;
}

static enum err serve_projects(struct ctx *c, serve_some *serve, struct web_item *item,
			       size_t count)
{
	qsort(item, count, sizeof(*item), by_project);
	for (size_t i = 0, next; i < count; i = next) {
		for (next = i; next < count && project_of(&item[next]) == project_of(&item[i]);
		     next++)
			;
		TRY(serve_project(c, serve, item + i, next - i));
	}
	return OK;
}

/* --- accept --- */

struct accept_form {
	project_id project;
	int64_t task;
};

static const struct web_field accept_fields[] = {
	{ "project", WEB_PATH, WEB_ID, offsetof(struct accept_form, project), true,
	  .about = "the project" },
	{ "task", WEB_BODY, WEB_INT, offsetof(struct accept_form, task), false, 1, INT64_MAX,
	  .about = "that very task, where the project lets workers pick" },
	{ .name = NULL },
};

static enum err serve_accepts(struct ctx *c, const struct dispatch_desk *desk,
			      struct web_item *item, size_t count)
{
	struct dispatch_ask *ask = NEW_MANY(c->mem, struct dispatch_ask, count);
	struct pages pages;

	for (size_t i = 0; i < count; i++) {
		const struct accept_form *form = item[i].form;

		ask[i] = (struct dispatch_ask){ .ctx = item[i].ctx,
						.worker = user_actor(item[i].ctx),
						.pick = { form->task } };
	}
	TRY(dispatch_next(c, desk, ask, count));
	TRY(pages_make(c, desk, ask, count, &pages));
	for (size_t i = 0; i < count; i++) {
		struct json *out = web_json(item[i].reply);

		item[i].err = ask[i].err;
		if (ask[i].err != OK)
			continue;
		if (!ask[i].got && ask[i].pick.v != 0) {
			item[i].err = refuse(item[i].ctx, ERR_CONFLICT,
					     "this task is taken, or you have had it before");
			continue;
		}
		json_object(out);
		TRY(put_grant(&ask[i], &pages, i, "assignment", out));
		json_object_end(out);
	}
	return OK;
}

static enum err accept_batch(struct ctx *c, struct web_item *item, size_t count)
{
	return serve_projects(c, serve_accepts, item, count);
}

/* --- accept of any project --- */

/* What streams of several projects have got, project by project; `place`: of each its item. */
static enum err put_streams(struct ctx *c, const struct dispatch_stream *one, size_t count,
			    const char *key, struct web_item *item, const size_t *place)
{
	struct dispatch_ask *ask = NEW_MANY(c->mem, struct dispatch_ask, count);
	size_t *who = NEW_MANY(c->mem, size_t, count);
	bool *put = NEW_MANY(c->mem, bool, count);

	for (size_t i = 0; i < count; i++) {
		struct pages pages = { 0 };
		size_t n = 0;

		for (size_t k = i; k < count; k++) {
			if (put[k] || one[k].desk != one[i].desk)
				continue;
			put[k] = true;
			ask[n] = one[k].ask;
			who[n++] = k;
		}
		if (n > 0 && one[i].desk != NULL)
			TRY(pages_make(c, one[i].desk, ask, n, &pages));
		for (size_t k = 0; k < n; k++)
			TRY(put_grant(&ask[k], &pages, k, key,
				      web_json(item[place[who[k]]].reply)));
	}
	return OK;
}

static enum err accept_any_batch(struct ctx *c, struct web_item *item, size_t count)
{
	struct dispatch_stream *one = NEW_MANY(c->mem, struct dispatch_stream, count);
	size_t *place = NEW_MANY(c->mem, size_t, count);

	for (size_t i = 0; i < count; i++) {
		one[i].ask.ctx = item[i].ctx;
		one[i].ask.worker = user_actor(item[i].ctx);
		place[i] = i;
		json_object(web_json(item[i].reply));
	}
	TRY(dispatch_any(c, one, count));
	TRY(put_streams(c, one, count, "assignment", item, place));
	for (size_t i = 0; i < count; i++)
		json_object_end(web_json(item[i].reply));
	return OK;
}

/* --- submit, and the next --- */

struct submit_form {
	project_id project;
	task_id task;
	int64_t epoch;
	const struct json_value *answer;
	int64_t active_ms;
	int64_t next, any;
};

static const struct web_field submit_fields[] = {
	{ "project", WEB_PATH, WEB_ID, offsetof(struct submit_form, project), true,
	  .about = "the project" },
	{ "task", WEB_PATH, WEB_ID, offsetof(struct submit_form, task), true,
	  .about = "the task's number" },
	{ "epoch", WEB_BODY, WEB_ID, offsetof(struct submit_form, epoch), true,
	  .about = "of the assignment, as accept gave it" },
	{ "answer", WEB_BODY, WEB_VALUE, offsetof(struct submit_form, answer), true, 0,
	  KIND_ANSWER_MAX, .about = "an object, field to value" },
	{ "active_ms", WEB_BODY, WEB_INT, offsetof(struct submit_form, active_ms), false, 0,
	  86400000, .about = "time at work, in milliseconds" },
	{ "next", WEB_BODY, WEB_BOOL, offsetof(struct submit_form, next), false,
	  .about = "also give me the next task" },
	{ "any", WEB_BODY, WEB_BOOL, offsetof(struct submit_form, any), false,
	  .about = "which may be of another project: any that I may work on" },
	{ .name = NULL },
};

/* Those whose answer was taken and who want the next: `place` of each among the items. */
static enum err give_next(struct ctx *c, const struct dispatch_desk *desk, struct web_item *item,
			  const size_t *place, size_t count)
{
	struct dispatch_ask *ask = NEW_MANY(c->mem, struct dispatch_ask, count);
	struct pages pages;

	for (size_t i = 0; i < count; i++)
		ask[i] = (struct dispatch_ask){ .ctx = item[place[i]].ctx,
						.worker = user_actor(item[place[i]].ctx) };
	TRY(dispatch_next(c, desk, ask, count));
	TRY(pages_make(c, desk, ask, count, &pages));
	for (size_t i = 0; i < count; i++) {
		/* The answer is taken in any case: whoever may have no other gets none. */
		ask[i].got = ask[i].got && ask[i].err == OK;
		ask[i].ctx->refusal = (struct refusal){ 0 };
		TRY(put_grant(&ask[i], &pages, i, "next", web_json(item[place[i]].reply)));
	}
	return OK;
}

static enum err serve_submits(struct ctx *c, const struct dispatch_desk *desk,
			      struct web_item *item, size_t count)
{
	struct dispatch_hand *hand = NEW_MANY(c->mem, struct dispatch_hand, count);
	size_t *place = NEW_MANY(c->mem, size_t, count), n = 0;

	for (size_t i = 0; i < count; i++) {
		const struct submit_form *form = item[i].form;

		hand[i] = (struct dispatch_hand){
			item[i].ctx,  user_actor(item[i].ctx), form->task, form->epoch,
			form->answer, form->active_ms,	       OK
		};
	}
	TRY(dispatch_submit(c, desk, hand, count));
	for (size_t i = 0; i < count; i++) {
		const struct submit_form *form = item[i].form;
		struct json *out = web_json(item[i].reply);

		item[i].err = hand[i].err;
		if (hand[i].err != OK)
			continue;
		json_object(out);
		json_text_of(out, "state", assignment_state_word(ASSIGNMENT_SUBMITTED));
		if (form->next && form->any)
			continue; /* after all projects: see give_any */
		if (form->next && desk->state == PROJECT_OPEN)
			place[n++] = i;
		else if (form->next)
			json_text_of(out, "none", S("The project gives out no tasks right now"));
	}
	if (n > 0)
		TRY(give_next(c, desk, item, place, n));
	for (size_t i = 0; i < count; i++) {
		const struct submit_form *form = item[i].form;

		if (item[i].err == OK && !(form->next && form->any))
			json_object_end(web_json(item[i].reply));
	}
	return OK;
}

/* Those whose next may be of any project. */
static enum err give_any(struct ctx *c, struct web_item *item, size_t count)
{
	struct dispatch_stream *one = NEW_MANY(c->mem, struct dispatch_stream, count);
	size_t *place = NEW_MANY(c->mem, size_t, count), n = 0;

	for (size_t i = 0; i < count; i++) {
		const struct submit_form *form = item[i].form;
		user_id worker = user_actor(item[i].ctx);
		struct assignment done;
		bool found;

		if (item[i].err != OK || !form->next || !form->any)
			continue;
		TRY(assignment_look(c, (struct assignment_key){ form->project, form->task, worker },
				    &done, &found));
		CHECK(found); /* it has just been handed in */
		one[n] = (struct dispatch_stream){ .ask = { .ctx = item[i].ctx, .worker = worker },
						   .at = form->project,
						   .since = done.accepted };
		place[n++] = i;
	}
	if (n == 0)
		return OK;
	TRY(dispatch_any(c, one, n));
	TRY(put_streams(c, one, n, "next", item, place));
	for (size_t i = 0; i < n; i++)
		json_object_end(web_json(item[place[i]].reply));
	return OK;
}

static enum err submit_batch(struct ctx *c, struct web_item *item, size_t count)
{
	TRY(serve_projects(c, serve_submits, item, count));
	return give_any(c, item, count);
}

/* --- quotas --- */

struct screen_form {
	struct assignment_key key; /* the worker is who asks */
	int64_t epoch;
	const struct json_value *answer;
};

static const struct web_field screen_fields[] = {
	{ "project", WEB_PATH, WEB_ID, offsetof(struct screen_form, key.project), true,
	  .about = "the project" },
	{ "task", WEB_PATH, WEB_ID, offsetof(struct screen_form, key.task), true,
	  .about = "the task's number" },
	{ "epoch", WEB_BODY, WEB_ID, offsetof(struct screen_form, epoch), true,
	  .about = "of the assignment, as accept gave it" },
	{ "answer", WEB_BODY, WEB_VALUE, offsetof(struct screen_form, answer), true, 0,
	  KIND_ANSWER_MAX, .about = "the fields of the page's blocks that have a quota" },
	{ .name = NULL },
};

static enum err screen_post(struct ctx *c, void *in, struct web_reply *reply)
{
	struct kind_faults faults = kind_faults_make(c->mem, (struct str){ NULL, 0 });
	struct assignment_quota quota[KIND_QUOTAS_MAX];
	struct json *out = web_json(reply);
	struct screen_form *form = in;
	struct kind_template template;
	struct project project;
	struct str canonical;
	bool taken;

	form->key.worker = user_actor(c);
	TRY(assignment_must_know(c, form->key));
	TRY(project_get(c, form->key.project, &project));
	kind_template_load(c->mem, project.template, &template);
	if (!kind_truth_object(&faults, &template, form->answer, &canonical))
		return refuse_field(c, ERR_INPUT,
				    str_format(c->mem, "answer.%.*s", STR_ARG(faults.list[0].path)),
				    "%.*s", STR_ARG(faults.list[0].message));
	TRY(assignment_screen(c, form->key, form->epoch, quota,
			      dispatch_quotas(&template, form->answer, quota), &taken));
	json_object(out);
	json_bool_of(out, "taken", taken);
	json_object_end(out);
	return OK;
}

/* --- find work --- */

struct work_form {
	struct str kind;
	int64_t min_hourly;
	int64_t after;
};

static const struct web_field work_fields[] = {
	{ "kind", WEB_QUERY, WEB_TEXT, offsetof(struct work_form, kind), false, 1, 40,
	  .about = "only this kind of work" },
	{ "min_hourly", WEB_QUERY, WEB_INT, offsetof(struct work_form, min_hourly), false, 0,
	  100000000, .about = "only what pays at least this much an hour, in minor units" },
	{ "after", WEB_QUERY, WEB_INT, offsetof(struct work_form, after), false, 0, INT64_MAX,
	  .about = "`next` of the page before" },
	{ .name = NULL },
};

enum { WORK_PAGE = 50, MEASURED_FROM = 5 };

/* Seconds for one answer: the measured median, else the requester's guess; 0 when neither. */
static int64_t pace_ms(const struct dispatch_project *row, bool *measured)
{
	*measured = row->pace_answers >= MEASURED_FROM && row->pace_ms > 0;
	return *measured ? row->pace_ms : row->estimate_s * 1000;
}

static int64_t hourly(const struct dispatch_project *row, bool *measured)
{
	int64_t ms = pace_ms(row, measured), all;

	if (ms <= 0 || __builtin_mul_overflow(row->reward.minor, INT64_C(3600000), &all))
		return 0;
	return all / ms;
}

/* The members that a list and a project's own page share, into the open object. */
static enum err put_offer(struct ctx *c, const struct dispatch_project *row, user_id worker,
			  struct json *out)
{
	struct assignment held = { 0 };
	bool measured, found;
	int64_t pay = hourly(row, &measured), submitted, left;
	struct str requester;

	TRY(org_name(c, row->org, &requester));
	TRY(tally_get(c, row->project.v, "submitted", &submitted));
	left = row->places - row->copies - submitted;
	json_id_of(out, "project", row->project.v);
	json_text_of(out, "title", row->title);
	json_text_of(out, "requester", requester);
	json_text_of(out, "kind", row->kind);
	json_text_of(out, "state", project_state_text(row->state));
	json_money_of(out, "reward", row->reward);
	if (pay > 0)
		json_i64_of(out, "hourly", pay);
	json_bool_of(out, "hourly_measured", measured);
	json_i64_of(out, "seconds", (pace_ms(row, &measured) + 500) / 1000);
	json_i64_of(out, "left", left > 0 ? left : 0);
	json_i64_of(out, "time_allowed_s",
		    assignment_allowed_s(row->learned != 0 ? 0 : row->time_allowed_s, row->timed,
					 row->p90_ms));
	json_i64_of(out, "approve_after_s", row->approve_after_s);
	json_bool_of(out, "picking", row->picking == 1);
	json_time_of(out, "deadline", row->deadline);
	TRY(assignment_held(c, row->project, &worker, 1, &held, &found));
	if (found) {
		json_key(out, "held");
		json_object(out);
		json_i64_of(out, "task", held.key.task.v);
		json_time_of(out, "until", held.until);
		json_object_end(out);
	}
	return OK;
}

#define OFFER_VIEW                                                                         \
	"project:id, title:text, requester:text, kind:text, state:text, reward:money, "    \
	"hourly:money?, hourly_measured:bool, seconds:int, left:int, time_allowed_s:int, " \
	"approve_after_s:int, picking:bool, deadline:time?, held:{task:int, until:time}?"

static enum err work_page(struct ctx *c, void *in, struct web_reply *reply)
{
	const struct work_form *form = in;
	struct json *out = web_json(reply);
	struct dispatch_project_page *id;
	user_id worker = user_actor(c);
	size_t count;

	TRY(dispatch_project_page(c, form->after == 0 ? INT64_MAX : form->after, WORK_PAGE, worker,
				  &id, &count));
	json_object(out);
	json_key(out, "items");
	json_list(out);
	for (size_t i = 0; i < count; i++) {
		struct dispatch_project row;
		bool found, measured;

		TRY(dispatch_project(c, id[i].project, &row, &found));
		if (!found || (form->kind.len > 0 && !str_eq(form->kind, row.kind)) ||
		    hourly(&row, &measured) < form->min_hourly)
			continue;
		json_object(out);
		TRY(put_offer(c, &row, worker, out));
		json_object_end(out);
	}
	json_list_end(out);
	if (count == WORK_PAGE)
		json_text_of(out, "next",
			     str_format(c->mem, "%lld", (long long)id[count - 1].project.v));
	json_object_end(out);
	return OK;
}

struct offer_form {
	project_id project;
	int64_t after;
};

static const struct web_field offer_fields[] = {
	{ "project", WEB_PATH, WEB_ID, offsetof(struct offer_form, project), true,
	  .about = "the project" },
	{ .name = NULL },
};

/* The project as a worker may see it before he accepts: ERR_MISSING when it is not for him. */
static enum err offered(struct ctx *c, project_id id, struct dispatch_project *row,
			struct project *project)
{
	bool found, may;

	TRY(project_get(c, id, project));
	TRY(project_may_work(c, project, user_actor(c), &may));
	TRY(dispatch_project(c, id, row, &found));
	if (!may || !found)
		return refuse(c, ERR_MISSING, "there is no such project");
	return OK;
}

/* What a task looks like: the page of the first record. */
static enum err put_sample(struct ctx *c, const struct project *project, struct json *out)
{
	struct intake_record *record;
	struct kind_media media;
	size_t count;

	TRY(intake_records(c, project->id, 0, 1, &record, &count));
	TRY(intake_media(c, (struct intake_bound){ project->id, 0, 0, 0 }, &media));
	return project_page(c, project, count > 0 ? record[0].fields : S("{}"), &media, out);
}

static enum err offer_page(struct ctx *c, void *in, struct web_reply *reply)
{
	const struct offer_form *form = in;
	struct json *out = web_json(reply);
	struct assignment_numbers numbers;
	struct dispatch_project row;
	struct project project;

	TRY(offered(c, form->project, &row, &project));
	TRY(assignment_numbers_open(c, form->project, &numbers));
	json_object(out);
	TRY(put_offer(c, &row, user_actor(c), out));
	json_id_of(out, "me", assignment_number(c->mem, &numbers, user_actor(c)));
	json_key(out, "page");
	TRY(put_sample(c, &project, out));
	json_object_end(out);
	return OK;
}

static const struct web_field open_fields[] = {
	{ "project", WEB_PATH, WEB_ID, offsetof(struct offer_form, project), true,
	  .about = "the project" },
	{ "after", WEB_QUERY, WEB_INT, offsetof(struct offer_form, after), false, 0, INT64_MAX,
	  .about = "`next` of the page before" },
	{ .name = NULL },
};

enum { OPEN_PAGE = 100 };

static enum err open_page(struct ctx *c, void *in, struct web_reply *reply)
{
	const struct offer_form *form = in;
	struct json *out = web_json(reply);
	struct dispatch_project row;
	struct dispatch_open_page *task;
	struct project project;
	size_t count;

	TRY(offered(c, form->project, &row, &project));
	if (!project.picking)
		return refuse(c, ERR_DENIED, "in this project tasks are handed out, not picked");
	TRY(dispatch_open_page(c, form->project, user_actor(c), (task_id){ form->after }, OPEN_PAGE,
			       &task, &count));
	json_object(out);
	json_key(out, "items");
	json_list(out);
	for (size_t i = 0; i < count; i++) {
		json_object(out);
		json_i64_of(out, "task", task[i].task.v);
		json_object_end(out);
	}
	json_list_end(out);
	if (count == OPEN_PAGE)
		json_text_of(out, "next",
			     str_format(c->mem, "%lld", (long long)task[count - 1].task.v));
	json_object_end(out);
	return OK;
}

const struct web_route dispatch_routes[] = {
	{ WEB_GET, "/api/v1/work", .who = USER_WORKER, .runs = WEB_READ, .handler = work_page,
	  .fields = work_fields, .form_size = sizeof(struct work_form),
	  .view = "{items:[{" OFFER_VIEW "}], next:text?}",
	  .about = "Projects with work for me, the newest first" },
	{ WEB_GET, "/api/v1/work/{project}", .who = USER_WORKER, .runs = WEB_READ,
	  .handler = offer_page, .fields = offer_fields, .form_size = sizeof(struct offer_form),
	  .view = "{" OFFER_VIEW ", me:id, page:any}",
	  .about = "One project before accepting: its terms, what a task looks like, and the "
		   "number by which its requester knows me" },
	{ WEB_GET, "/api/v1/work/{project}/tasks", .who = USER_WORKER, .runs = WEB_READ,
	  .handler = open_page, .fields = open_fields, .form_size = sizeof(struct offer_form),
	  .view = "{items:[{task:int}], next:text?}",
	  .about = "Open tasks that I have not had, where tasks are picked" },
	{ WEB_POST, "/api/v1/work/accept", .who = USER_WORKER, .runs = WEB_BATCH,
	  .batch = accept_any_batch, .view = "{assignment:" ASSIGNMENT_VIEW "?, none:text?}",
	  .about = "Get the next task of any project that I may work on: by priority, then "
		   "deadline, then lot, and for ten minutes of one project where it has work" },
	{ WEB_POST, "/api/v1/work/{project}/accept", .who = USER_WORKER, .runs = WEB_BATCH,
	  .batch = accept_batch, .fields = accept_fields, .form_size = sizeof(struct accept_form),
	  .view = "{assignment:" ASSIGNMENT_VIEW "?, none:text?}",
	  .about = "Get the next task, or a picked one; a task that is still held comes first",
	  .spread = "project" },
	{ WEB_POST, "/api/v1/work/{project}/tasks/{task}/submit", .who = USER_WORKER,
	  .runs = WEB_BATCH, .batch = submit_batch, .urgent = true, .fields = submit_fields,
	  .form_size = sizeof(struct submit_form),
	  .view = "{state:text, next:" ASSIGNMENT_VIEW "?, none:text?}",
	  .about = "Hand in the answer, and get the next task if asked for", .spread = "project",
	  .body_max = 128 * 1024 },
	{ WEB_POST, "/api/v1/work/{project}/tasks/{task}/screen", .who = USER_WORKER,
	  .runs = WEB_WRITE, .handler = screen_post, .fields = screen_fields,
	  .form_size = sizeof(struct screen_form), .view = "{taken:bool}",
	  .about = "Take a place of the quotas before the long part; where all are taken the task "
		   "is given back, at no cost",
	  .spread = "project", .body_max = 128 * 1024 },
	{ .path = NULL },
};
