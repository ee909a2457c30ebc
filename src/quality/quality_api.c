/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "intake/intake.h"
#include "quality/quality.sql.h"
#include "quality/quality_in.h"

struct page_form {
	project_id project;
	int64_t after;
	int64_t limit;
};

static const struct web_field page_fields[] = {
	{ "project", WEB_PATH, WEB_ID, offsetof(struct page_form, project), true,
	  .about = "the project" },
	{ "after", WEB_QUERY, WEB_INT, offsetof(struct page_form, after), false, 0, INT64_MAX,
	  .about = "`next` of the page before" },
	{ "limit", WEB_QUERY, WEB_INT, offsetof(struct page_form, limit), false, 1, 200,
	  .about = "rows of a page, 50 unless given" },
	{ .name = NULL },
};

static int page_limit(const struct page_form *form)
{
	return form->limit > 0 ? (int)form->limit : 50;
}

static enum err put_result(struct ctx *c, const struct kind_template *template, struct json *out,
			   const struct result_range *row)
{
	json_object(out);
	json_text_of(out, "field", row->field);
	json_raw_of(out, "value", row->value);
	json_f64_of(out, "confidence", row->confidence);
	json_i64_of(out, "answers", row->answers);
	json_bool_of(out, "tie", row->ties.len > 0);
	json_key(out, "posterior");
	TRY(quality_posterior_put(c, kind_field_find(template, row->field), row->posterior, out));
	json_object_end(out);
	return OK;
}

static enum err results_page(struct ctx *c, void *in, struct web_reply *reply)
{
	const struct page_form *form = in;
	struct json *out = web_json(reply);
	struct quality_judged_page *task;
	struct result_range *row = NULL;
	struct kind_template template;
	struct project project;
	size_t count, rows = 0, at = 0;

	TRY(project_must_reach(c, form->project, ORG_REVIEWER, &project));
	kind_template_load(c->mem, project.template, &template);
	TRY(quality_judged_page(c, form->project, (task_id){ form->after }, page_limit(form), &task,
				&count));
	if (count > 0)
		TRY(result_range(c, form->project, task[0].task, task[count - 1].task, &row,
				 &rows));
	json_object(out);
	json_key(out, "items");
	json_list(out);
	for (size_t i = 0; i < count; i++) {
		struct intake_record record;

		TRY(intake_record(c, form->project, task[i].task.v, &record));
		json_object(out);
		json_i64_of(out, "task", task[i].task.v);
		json_raw_of(out, "fields", kind_fields_told(c->mem, record.fields));
		json_bool_of(out, "gold", task[i].gold == 1);
		json_key(out, "results");
		json_list(out);
		for (; at < rows && row[at].task.v <= task[i].task.v; at++)
			TRY(put_result(c, &template, out, &row[at]));
		json_list_end(out);
		json_object_end(out);
	}
	json_list_end(out);
	if (count == (size_t)page_limit(form))
		json_text_of(out, "next",
			     str_format(c->mem, "%lld", (long long)task[count - 1].task.v));
	json_object_end(out);
	return OK;
}

/* --- one task: what was shown, who answered what, what was concluded --- */

struct task_form {
	project_id project;
	task_id task;
};

static const struct web_field task_fields[] = {
	{ "project", WEB_PATH, WEB_ID, offsetof(struct task_form, project), true,
	  .about = "the project" },
	{ "task", WEB_PATH, WEB_ID, offsetof(struct task_form, task), true,
	  .about = "the task's number" },
	{ .name = NULL },
};

/* What was concluded of a task, read for comparing. */
struct concluded {
	const struct kind_field *field; /* NULL: no field of the template any more */
	struct json_value *value;
	struct json_value *ties; /* a list, or NULL */
};

static enum err concluded_read(struct ctx *c, const struct kind_template *template,
			       const struct result_range *row, size_t count, struct concluded *out)
{
	for (size_t i = 0; i < count; i++) {
		out[i] = (struct concluded){
			.field = kind_field_find(template, row[i].field),
		};
		TRY(json_read_own(c, row[i].value, &out[i].value));
		if (row[i].ties.len > 0)
			TRY(json_read_own(c, row[i].ties, &out[i].ties));
	}
	return OK;
}

/* Does an answer mean what was concluded, or one of the values that are tied? */
static bool is_like(struct ctx *c, const struct concluded *r, const struct json_value *said)
{
	bool like = kind_same(c->mem, r->field, said, r->value);

	for (size_t i = 0; !like && r->ties != NULL && i < r->ties->count; i++)
		like = kind_same(c->mem, r->field, said, json_at(r->ties, i));
	return like;
}

static enum err put_unlike(struct ctx *c, struct str answer, const struct concluded *result,
			   size_t count, struct json *out)
{
	struct json_value *said;

	TRY(json_read_own(c, answer, &said));
	json_key(out, "unlike");
	json_list(out);
	for (size_t i = 0; i < count; i++) {
		const struct kind_field *field = result[i].field;

		if (field != NULL && !is_like(c, &result[i], json_get(said, field->name)))
			json_put_text(out, field->name);
	}
	json_list_end(out);
	return OK;
}

static enum err put_answers(struct ctx *c, const struct task_form *form,
			    const struct concluded *result, size_t results, struct json *out)
{
	struct assignment_numbers numbers;
	struct quality_task_answers *row;
	size_t count;

	TRY(assignment_numbers_open(c, form->project, &numbers));
	TRY(quality_task_answers(c, form->project, form->task, &row, &count));
	json_key(out, "answers");
	json_list(out);
	for (size_t i = 0; i < count; i++) {
		json_object(out);
		json_id_of(out, "worker", assignment_number(c->mem, &numbers, row[i].worker));
		json_raw_of(out, "answer", row[i].body);
		json_text_of(out, "state", assignment_state_word(row[i].state));
		json_time_of(out, "at", row[i].submitted);
		json_i64_of(out, "seconds", row[i].active_ms / 1000);
		json_bool_of(out, "spare", row[i].spare != 0);
		TRY(put_unlike(c, row[i].body, result, results, out));
		json_object_end(out);
	}
	json_list_end(out);
	return OK;
}

static enum err put_said(struct ctx *c, const struct task_form *form, const struct project *project,
			 struct json *out)
{
	struct kind_template template;
	struct concluded *result;
	struct result_range *row;
	size_t count;

	kind_template_load(c->mem, project->template, &template);
	TRY(result_range(c, form->project, form->task, form->task, &row, &count));
	result = NEW_MANY(c->mem, struct concluded, count + 1);
	TRY(concluded_read(c, &template, row, count, result));
	TRY(put_answers(c, form, result, count, out));
	json_key(out, "results");
	json_list(out);
	for (size_t i = 0; i < count; i++)
		TRY(put_result(c, &template, out, &row[i]));
	json_list_end(out);
	return OK;
}

static enum err task_get_page(struct ctx *c, void *in, struct web_reply *reply)
{
	static const char *const stages[] = { "open", "full", "judged" };
	const struct task_form *form = in;
	struct json *out = web_json(reply);
	struct intake_record record;
	struct project project;
	struct task task;

	TRY(project_must_reach(c, form->project, ORG_REVIEWER, &project));
	TRY(task_get(c, form->project, form->task, &task));
	TRY(intake_record(c, form->project, form->task.v, &record));
	json_object(out);
	json_id_of(out, "task", form->task.v);
	json_text_of(out, "state", str_of(stages[task.stage]));
	json_i64_of(out, "need", task.need);
	json_i64_of(out, "taken", task.taken);
	json_i64_of(out, "filled", task.filled);
	json_bool_of(out, "gold", task.gold);
	json_raw_of(out, "fields", kind_fields_told(c->mem, record.fields));
	json_key(out, "page");
	TRY(task_page(c, &project, form->task, out));
	TRY(put_said(c, form, &project, out));
	json_object_end(out);
	return OK;
}

/* In steps of five: a single answer does not show whether its task was one with a known answer. */
static int64_t in_fives(double share)
{
	return 5 * (int64_t)(share * 20 + 0.5);
}

static void put_skill(struct json *out, const struct quality_skill *skill)
{
	if (!skill->known)
		return;
	json_i64_of(out, "percent", in_fives(skill->share));
	json_i64_of(out, "at_least", in_fives(skill->at_least));
}

struct skills_form {
	project_id after;
	int64_t limit;
};

static const struct web_field skills_fields[] = {
	{ "after", WEB_QUERY, WEB_ID, offsetof(struct skills_form, after), false,
	  .about = "`next` of the page before" },
	{ "limit", WEB_QUERY, WEB_INT, offsetof(struct skills_form, limit), false, 1, 200,
	  .about = "projects of a page, 50 unless given" },
	{ .name = NULL },
};

static enum err skills_page(struct ctx *c, void *in, struct web_reply *reply)
{
	const struct skills_form *form = in;
	const int limit = form->limit > 0 ? (int)form->limit : 50;
	struct json *out = web_json(reply);
	struct quality_skill *row;
	size_t count;

	TRY(quality_skills(c, user_actor(c), form->after, limit, &row, &count));
	json_object(out);
	json_key(out, "items");
	json_list(out);
	for (size_t i = 0; i < count; i++) {
		json_object(out);
		json_id_of(out, "project", row[i].project.v);
		json_text_of(out, "title", row[i].title);
		json_i64_of(out, "answers", row[i].answers);
		json_i64_of(out, "rejected", row[i].rejected);
		put_skill(out, &row[i]);
		json_object_end(out);
	}
	json_list_end(out);
	if (count == (size_t)limit)
		json_id_of(out, "next", row[count - 1].project.v);
	json_object_end(out);
	return OK;
}

static enum err workers_page(struct ctx *c, void *in, struct web_reply *reply)
{
	const struct page_form *form = in;
	struct json *out = web_json(reply);
	struct assignment_numbers numbers;
	struct quality_worker_page *row;
	struct quality_skill *skill = NULL;
	struct project project;
	user_id after = { 0 }, *with = NULL;
	struct doubt_list *doubt = NULL;
	size_t count, skills = 0, at = 0, doubts = 0, d = 0;

	TRY(project_must_own(c, form->project, &project));
	TRY(assignment_numbers_open(c, form->project, &numbers));
	if (form->after > 0)
		after = assignment_number_worker(c->mem, &numbers, form->after);
	TRY(quality_worker_page(c, form->project, after, page_limit(form), &row, &count));
	if (count > 0)
		TRY(quality_skills_of(c, &project, row[0].worker, row[count - 1].worker, &skill,
				      &with, &skills));
	if (count > 0)
		TRY(doubt_list(c, form->project, row[0].worker, row[count - 1].worker, &doubt,
			       &doubts));
	json_object(out);
	json_key(out, "items");
	json_list(out);
	for (size_t i = 0; i < count; i++) {
		json_object(out);
		json_id_of(out, "worker", assignment_number(c->mem, &numbers, row[i].worker));
		json_i64_of(out, "submitted", row[i].submitted);
		json_i64_of(out, "approved", row[i].approved);
		json_i64_of(out, "rejected", row[i].rejected);
		json_i64_of(out, "gold_seen", row[i].seen);
		json_i64_of(out, "gold_right", row[i].correct);
		while (at < skills && with[at].v < row[i].worker.v)
			at++;
		if (at < skills && with[at].v == row[i].worker.v)
			put_skill(out, &skill[at]);
		json_key(out, "doubts");
		json_list(out);
		for (; d < doubts && doubt[d].worker.v <= row[i].worker.v; d++)
			quality_doubt_put(c, &numbers, &doubt[d], out);
		json_list_end(out);
		json_object_end(out);
	}
	json_list_end(out);
	if (count == (size_t)page_limit(form))
		json_id_of(out, "next", assignment_number(c->mem, &numbers, row[count - 1].worker));
	json_object_end(out);
	return OK;
}

struct gold_form {
	project_id project;
	task_id task;
	const struct json_value *truth;
};

static const struct web_field gold_fields[] = {
	{ "project", WEB_PATH, WEB_ID, offsetof(struct gold_form, project), true,
	  .about = "the project" },
	{ "task", WEB_BODY, WEB_INT, offsetof(struct gold_form, task), true, 1, INT64_MAX,
	  .about = "the task's number" },
	{ "truth", WEB_BODY, WEB_VALUE, offsetof(struct gold_form, truth), true, 0, KIND_ANSWER_MAX,
	  .about = "field to known answer; fields may be left out" },
	{ .name = NULL },
};

static enum err gold_post(struct ctx *c, void *in, struct web_reply *reply)
{
	const struct gold_form *form = in;
	struct project project;

	TRY(project_must_own(c, form->project, &project));
	TRY(quality_gold_set(c, form->project, form->task, form->truth));
	web_status(reply, 204);
	return OK;
}

static enum err accuracy_page(struct ctx *c, void *form, struct web_reply *reply)
{
	struct json *out = web_json(reply);
	int64_t hundredths;
	bool known;

	(void)form;
	TRY(quality_accuracy(c, user_actor(c), &hundredths, &known));
	json_object(out);
	if (known)
		json_i64_of(out, "percent", hundredths);
	json_object_end(out);
	return OK;
}

/* --- the certificate, and spot checks --- */

struct project_form {
	project_id project;
};

static const struct web_field project_fields[] = {
	{ "project", WEB_PATH, WEB_ID, offsetof(struct project_form, project), true,
	  .about = "the project" },
	{ .name = NULL },
};

static enum err certificate_page(struct ctx *c, void *in, struct web_reply *reply)
{
	const struct project_form *form = in;
	struct json *out = web_json(reply);
	struct quality_certified *list;
	struct project_state state;
	struct project project;
	int count;

	TRY(project_must_reach(c, form->project, ORG_REVIEWER, &project));
	TRY(project_state_get(c, form->project, &state));
	TRY(quality_certificate(c, &project, &list, &count));
	json_object(out);
	json_text_of(out, "state", project_state_text(state.state));
	json_key(out, "items");
	quality_certificate_put(list, count, out);
	json_object_end(out);
	return OK;
}

static enum err next_page(struct ctx *c, void *in, struct web_reply *reply)
{
	const struct project_form *form = in;
	struct json *out = web_json(reply);
	struct project project;
	task_id task;
	bool found;

	TRY(project_must_reach(c, form->project, ORG_REVIEWER, &project));
	TRY(quality_spot_next(c, form->project, &task, &found));
	json_object(out);
	if (found) {
		json_i64_of(out, "task", task.v);
		json_key(out, "page");
		TRY(task_page(c, &project, task, out));
	}
	json_object_end(out);
	return OK;
}

struct spot_form {
	project_id project;
	task_id task;
	const struct json_value *answer;
};

static const struct web_field spot_fields[] = {
	{ "project", WEB_PATH, WEB_ID, offsetof(struct spot_form, project), true,
	  .about = "the project" },
	{ "task", WEB_BODY, WEB_INT, offsetof(struct spot_form, task), true, 1, INT64_MAX,
	  .about = "the task's number" },
	{ "answer", WEB_BODY, WEB_VALUE, offsetof(struct spot_form, answer), true, 0,
	  KIND_ANSWER_MAX, .about = "field to value, as a worker would answer" },
	{ .name = NULL },
};

static enum err spot_post(struct ctx *c, void *in, struct web_reply *reply)
{
	const struct spot_form *form = in;
	struct json *out = web_json(reply);
	struct quality_result *result;
	struct kind_template template;
	struct project project;
	size_t count;

	TRY(project_must_reach(c, form->project, ORG_REVIEWER, &project));
	TRY(quality_spot_put(c, form->project, form->task, form->answer));
	TRY(quality_results(c, form->project, form->task, &result, &count));
	kind_template_load(c->mem, project.template, &template);
	json_object(out);
	json_key(out, "items");
	json_list(out);
	for (size_t i = 0; i < count; i++) {
		const struct kind_field *field = kind_field_find(&template, result[i].field);
		struct json_value *value;

		if (field == NULL)
			continue;
		TRY(json_read_own(c, result[i].value, &value));
		json_object(out);
		json_text_of(out, "field", result[i].field);
		json_raw_of(out, "value", result[i].value);
		json_bool_of(out, "right",
			     kind_same(c->mem, field, value, json_get(form->answer, field->name)));
		json_object_end(out);
	}
	json_list_end(out);
	json_object_end(out);
	return OK;
}

const struct web_route quality_routes[] = {
	{ WEB_GET, "/api/v1/projects/{project}/results", .who = USER_ANY_ROLE, .runs = WEB_READ,
	  .handler = results_page, .fields = page_fields, .form_size = sizeof(struct page_form),
	  .view = "{items:[{task:int, fields:any, gold:bool, results:[{field:text, value:any, "
		  "confidence:real, answers:int, tie:bool, "
		  "posterior:[{value:any, share:real}]}]}], next:text?}",
	  .about = "What was concluded of each task that has answers and was judged" },
	{ WEB_GET, "/api/v1/projects/{project}/tasks/{task}", .who = USER_ANY_ROLE,
	  .runs = WEB_READ, .handler = task_get_page, .fields = task_fields,
	  .form_size = sizeof(struct task_form),
	  .view = "{task:id, state:(open|full|judged), need:int, taken:int, filled:int, gold:bool, "
		  "fields:any, page:any, answers:[{worker:id, answer:any, state:text, at:time, "
		  "seconds:int, spare:bool, unlike:[text]}], results:[{field:text, value:any, "
		  "confidence:real, answers:int, tie:bool, posterior:[{value:any, share:real}]}]}",
	  .about = "One task: its page, every answer to it with the fields in which it is unlike "
		   "what was concluded, and what that is" },
	{ WEB_GET, "/api/v1/projects/{project}/workers", .who = USER_ANY_ROLE, .runs = WEB_READ,
	  .handler = workers_page, .fields = page_fields, .form_size = sizeof(struct page_form),
	  .view = "{items:[{worker:id, submitted:int, approved:int, rejected:int, gold_seen:int, "
		  "gold_right:int, percent:int?, at_least:int?, doubts:[" QUALITY_DOUBT_VIEW "]}], "
		  "next:text?}",
	  .about =
		  "Who worked on a project, how they did on gold, and which share of their answers "
		  "is thought to be right; and what in their answers is hard to explain by work" },
	{ WEB_POST, "/api/v1/projects/{project}/gold", .who = USER_ANY_ROLE, .runs = WEB_WRITE,
	  .handler = gold_post, .fields = gold_fields, .form_size = sizeof(struct gold_form),
	  .about = "Say the known answer of a task", .spread = "project" },
	{ WEB_GET, "/api/v1/me/skills", .who = USER_WORKER, .runs = WEB_READ,
	  .handler = skills_page, .fields = skills_fields, .form_size = sizeof(struct skills_form),
	  .view = "{items:[{project:id, title:text, answers:int, rejected:int, percent:int?, "
		  "at_least:int?}], next:id?}",
	  .about = "Which share of your answers is thought right in each project, in steps of "
		   "five; told after ten of them" },
	{ WEB_GET, "/api/v1/me/accuracy", .who = USER_WORKER, .runs = WEB_READ,
	  .handler = accuracy_page, .view = "{percent:int?}",
	  .about = "How many of your answers to tasks with known answers were right; told after "
		   "twenty of them" },
	{ WEB_GET, "/api/v1/projects/{project}/certificate", .who = USER_ANY_ROLE, .runs = WEB_READ,
	  .handler = certificate_page, .fields = project_fields,
	  .form_size = sizeof(struct project_form),
	  .view = "{state:" PROJECT_STATE_VIEW ", items:[" QUALITY_CERTIFIED_VIEW "]}",
	  .about = "How many results are right, by spot checks and known answers, with an interval "
		   "of 95 %" },
	{ WEB_GET, "/api/v1/projects/{project}/checks/next", .who = USER_ANY_ROLE, .runs = WEB_READ,
	  .handler = next_page, .fields = project_fields, .form_size = sizeof(struct project_form),
	  .view = "{task:int?, page:any?}",
	  .about = "A judged task drawn by chance for a spot check; its result is not shown" },
	{ WEB_POST, "/api/v1/projects/{project}/checks", .who = USER_ANY_ROLE, .runs = WEB_WRITE,
	  .handler = spot_post, .fields = spot_fields, .form_size = sizeof(struct spot_form),
	  .view = "{items:[{field:text, value:any, right:bool}]}",
	  .about = "Say what is right for a task that was drawn; tells what had been concluded",
	  .spread = "project" },
	{ .path = NULL },
};
