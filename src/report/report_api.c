/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "job/job.h"
#include "report/report.sql.h"
#include "report/report_in.h"

struct project_form {
	project_id project;
};

static const struct web_field project_fields[] = {
	{ "project", WEB_PATH, WEB_ID, offsetof(struct project_form, project), true,
	  .about = "the project" },
	{ .name = NULL },
};

static void put_counts(const struct report_progress *p, struct json *out)
{
	json_text_of(out, "state", project_state_text(p->state.state));
	json_i64_of(out, "tasks", p->state.tasks);
	json_i64_of(out, "judged", p->judged);
	json_i64_of(out, "submitted", p->submitted);
	json_i64_of(out, "approved", p->approved);
	json_i64_of(out, "rejected", p->rejected);
	json_i64_of(out, "answers_needed", p->needed);
	json_i64_of(out, "rate_per_hour", p->rate_per_hour);
	if (p->finish.us > 0)
		json_time_of(out, "finish", p->finish);
	if (p->confidence >= 0)
		json_f64_of(out, "confidence_mean", p->confidence);
}

static void put_money(const struct report_progress *p, struct json *out)
{
	money spent = p->cost.rewards;

	CHECK(money_add(spent, p->cost.fees, &spent));
	json_money_of(out, "budget", p->cost.budget);
	json_money_of(out, "spent", spent);
	json_money_of(out, "rewards", p->cost.rewards);
	json_money_of(out, "fees", p->cost.fees);
	json_money_of(out, "reserved", p->cost.reserved);
	json_money_of(out, "refunded", p->cost.refunded);
	json_i64_of(out, "paid", p->cost.paid);
	if (p->judged > 0)
		json_i64_of(out, "per_result", spent.minor / p->judged);
}

static enum err progress_get(struct ctx *c, void *in, struct web_reply *reply)
{
	const struct project_form *form = in;
	struct json *out = web_json(reply);
	struct report_progress progress;
	struct report_point *point;
	struct project project;
	size_t count;

	TRY(project_must_own(c, form->project, &project));
	TRY(report_progress(c, form->project, &progress));
	TRY(report_chart(c, &progress.state, &point, &count));
	json_object(out);
	put_counts(&progress, out);
	put_money(&progress, out);
	json_key(out, "chart");
	json_list(out);
	for (size_t i = 0; i < count; i++) {
		json_object(out);
		json_time_of(out, "at", point[i].at);
		json_i64_of(out, "submitted", point[i].submitted);
		json_object_end(out);
	}
	json_list_end(out);
	json_object_end(out);
	return OK;
}

/* Where the count of answers has moved: confidence and cost as they were then. */
static void put_points(const struct report_progress *p, const struct report_point *point,
		       size_t count, struct json *out)
{
	money spent;

	json_key(out, "points");
	json_list(out);
	for (size_t i = 0; i < count; i++) {
		if (point[i].submitted == 0 ||
		    (i + 1 < count && point[i + 1].submitted == point[i].submitted))
			continue;
		json_object(out);
		json_i64_of(out, "answers", point[i].submitted);
		if (point[i].results > 0)
			json_f64_of(out, "confidence",
				    (double)point[i].confidence / 1e6 / (double)point[i].results);
		if (point[i].judged > 0 && point[i].paid > 0 &&
		    money_times(p->state.unit, point[i].paid, &spent))
			json_i64_of(out, "per_result", spent.minor / point[i].judged);
		json_object_end(out);
	}
	json_list_end(out);
}

static enum err charts_get(struct ctx *c, void *in, struct web_reply *reply)
{
	const struct project_form *form = in;
	struct json *out = web_json(reply);
	struct report_progress progress;
	struct report_point *kept, *point;
	struct report_look look;
	struct project project;
	size_t count;

	TRY(project_must_own(c, form->project, &project));
	TRY(report_progress(c, form->project, &progress));
	TRY(report_chart(c, &progress.state, &kept, &count));
	TRY(report_look(c, form->project, &look));
	point = NEW_MANY(c->mem, struct report_point, count + 1);
	if (count > 0)
		memcpy(point, kept, count * sizeof(*point));
	TRY(report_now(c, form->project, &point[count]));
	json_object(out);
	put_points(&progress, point, count + 1, out);
	if (look.body.len > 0) {
		json_time_of(out, "at", look.at);
		json_raw_of(out, "look", look.body);
	}
	json_object_end(out);
	return OK;
}

static enum err health_get(struct ctx *c, void *in, struct web_reply *reply)
{
	struct json *out = web_json(reply);
	struct report_states *row;
	struct report_users users;
	struct job_counts jobs;
	size_t count;

	(void)in;
	TRY(report_states(c, &row, &count));
	TRY(job_count(c, &jobs));
	TRY(report_users(c, &users));
	json_object(out);
	json_text_of(out, "engine", str_of(store_engine(c->store)));
	json_i64_of(out, "users", users.n);
	json_i64_of(out, "memory_mb", os_memory_bytes() / (1024 * 1024));
	json_bool_of(out, "landlock", os_landlock() > 0);
	json_key(out, "jobs");
	json_object(out);
	json_i64_of(out, "due", jobs.due);
	json_i64_of(out, "broken", jobs.broken);
	json_i64_of(out, "oldest_s", jobs.oldest_s);
	json_object_end(out);
	json_key(out, "projects");
	json_list(out);
	for (size_t i = 0; i < count; i++) {
		json_object(out);
		json_text_of(out, "state", project_state_text(row[i].state));
		json_i64_of(out, "count", row[i].n);
		json_object_end(out);
	}
	json_list_end(out);
	json_object_end(out);
	return OK;
}

/* --- background work --- */

enum { JOBS_SHOWN = 200 };

static enum err jobs_get(struct ctx *c, void *in, struct web_reply *reply)
{
	static const char *const states[] = { "waiting", "running", "broken" };
	struct json *out = web_json(reply);
	struct job_line *row;
	size_t count;

	(void)in;
	TRY(job_list(c, JOBS_SHOWN, &row, &count));
	json_object(out);
	json_key(out, "items");
	json_list(out);
	for (size_t i = 0; i < count; i++) {
		json_object(out);
		json_text_of(out, "kind", row[i].kind);
		json_id_of(out, "key", row[i].key);
		json_id_of(out, "part", row[i].part);
		json_text_of(out, "state", str_of(states[row[i].state]));
		json_time_of(out, "due", row[i].run_at);
		json_i64_of(out, "tries", row[i].tries);
		if (row[i].message.len > 0)
			json_text_of(out, "error", row[i].message);
		json_object_end(out);
	}
	json_list_end(out);
	json_object_end(out);
	return OK;
}

struct revive_form {
	struct str kind;
	int64_t key, part;
};

static const struct web_field revive_fields[] = {
	{ "kind", WEB_BODY, WEB_TEXT, offsetof(struct revive_form, kind), true, 1, 100,
	  .about = "the job's kind" },
	{ "key", WEB_BODY, WEB_ID, offsetof(struct revive_form, key), false,
	  .about = "what it is about; the whole site unless said" },
	{ "part", WEB_BODY, WEB_ID, offsetof(struct revive_form, part), false,
	  .about = "its second number" },
	{ .name = NULL },
};

static enum err revive_post(struct ctx *c, void *in, struct web_reply *reply)
{
	const struct revive_form *form = in;

	TRY(job_revive(c, form->kind, form->key, form->part));
	web_status(reply, 204);
	return OK;
}

#define PROGRESS_VIEW                                                                            \
	"{state:" PROJECT_STATE_VIEW                                                             \
	", tasks:int, judged:int, submitted:int, approved:int, rejected:int, "                   \
	"answers_needed:int, rate_per_hour:int, finish:time?, confidence_mean:real?, "           \
	"budget:money, spent:money, rewards:money, fees:money, reserved:money, refunded:money, " \
	"paid:int, per_result:money?, chart:[{at:time, submitted:int}]}"

const struct web_route report_routes[] = {
	{ WEB_GET, "/api/v1/projects/{project}/progress", .who = USER_ANY_ROLE, .runs = WEB_READ,
	  .handler = progress_get, .fields = project_fields,
	  .form_size = sizeof(struct project_form), .view = PROGRESS_VIEW,
	  .about = "How far a project is, how fast it goes and what it costs" },
	{ WEB_GET, "/api/v1/projects/{project}/events", .who = USER_ANY_ROLE, .runs = WEB_EVENTS,
	  .handler = progress_get, .fields = project_fields,
	  .form_size = sizeof(struct project_form), .view = PROGRESS_VIEW,
	  .about = "The progress as a stream of events, one for each change" },
	{ WEB_GET, "/api/v1/projects/{project}/charts", .who = USER_ANY_ROLE, .runs = WEB_READ,
	  .handler = charts_get, .fields = project_fields, .form_size = sizeof(struct project_form),
	  .view = "{points:[{answers:int, confidence:real?, per_result:money?}], at:time?, "
		  "look:" QUALITY_CHARTS_VIEW "?}",
	  .about = "Confidence and cost by answers bought; and as it was some seconds ago, how "
		   "answers agree, what is taken for what, and how often workers are right" },
	{ WEB_GET, "/api/v1/health/details", .who = USER_OPERATOR, .runs = WEB_READ,
	  .handler = health_get,
	  .view = "{engine:text, users:int, memory_mb:int, landlock:bool, "
		  "jobs:{due:int, broken:int, "
		  "oldest_s:int}, projects:[{state:" PROJECT_STATE_VIEW ", count:int}]}",
	  .about = "How the site is" },
	{ WEB_GET, "/api/v1/jobs", .who = USER_OPERATOR, .runs = WEB_READ, .handler = jobs_get,
	  .view = "{items:[{kind:text, key:id, part:id, state:(waiting|running|broken), due:time, "
		  "tries:int, error:text?}]}",
	  .about = "Background work that waits, runs or is broken; the broken first" },
	{ WEB_POST, "/api/v1/jobs/revive", .who = USER_OPERATOR, .runs = WEB_WRITE,
	  .handler = revive_post, .fields = revive_fields, .form_size = sizeof(struct revive_form),
	  .about = "Try a broken job again from now" },
	{ .path = NULL },
};
