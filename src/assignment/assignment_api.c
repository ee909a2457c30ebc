/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What an open task page sends and fetches meanwhile; accept and submit are routes of dispatch. */
#include "assignment/assignment_in.h"

struct lease_form {
	struct assignment_key key; /* the worker is who asks */
	int64_t epoch;
	const struct json_value *answer;
	int64_t every_s;
	int64_t acts;
};

#define LEASE_FIELDS                                                                 \
	{ "project", WEB_PATH,                                                       \
	  WEB_ID,    offsetof(struct lease_form, key.project),                       \
	  true,	     .about = "the project" },                                       \
		{ "task", WEB_PATH,                                                  \
		  WEB_ID, offsetof(struct lease_form, key.task),                     \
		  true,	  .about = "the task's number" },                            \
	{                                                                            \
		"epoch", WEB_BODY, WEB_ID, offsetof(struct lease_form, epoch), true, \
			.about = "of the assignment, as accept gave it"              \
	}

static const struct web_field lease_fields[] = {
	LEASE_FIELDS,
	{ .name = NULL },
};

static const struct web_field heartbeat_fields[] = {
	LEASE_FIELDS,
	{ "every_s", WEB_BODY, WEB_INT, offsetof(struct lease_form, every_s), false, 5, 600,
	  .about = "the page tells of itself so often, and its lease ends soon after it has "
		   "stopped; without it the lease runs for the whole time from now" },
	{ "acts", WEB_BODY, WEB_BOOL, offsetof(struct lease_form, acts), false,
	  .about = "the worker is at it: with `every_s`, the lease runs along" },
	{ .name = NULL },
};

static const struct web_field draft_fields[] = {
	LEASE_FIELDS,
	{ "answer", WEB_BODY, WEB_VALUE, offsetof(struct lease_form, answer), true, 0,
	  KIND_ANSWER_MAX, .about = "what is there so far; it need not be complete" },
	{ .name = NULL },
};

static enum err heartbeat_post(struct ctx *c, void *in, struct web_reply *reply)
{
	struct lease_form *form = in;
	struct assignment_sign sign = { form->every_s * USEC_SECOND, form->acts != 0, false };
	struct json *out = web_json(reply);
	struct project project;
	int64_t allowed_us;
	usec until;

	form->key.worker = user_actor(c);
	TRY(project_get(c, form->key.project, &project));
	TRY(assignment_allowed(c, &project, &allowed_us));
	sign.keeps = project.picking;
	if (form->every_s > 0)
		TRY(assignment_sign(c, form->key, form->epoch, allowed_us, &sign, &until));
	else
		TRY(assignment_heartbeat(c, form->key, form->epoch, allowed_us, &until));
	json_object(out);
	json_time_of(out, "until", until);
	json_object_end(out);
	return OK;
}

static enum err draft_post(struct ctx *c, void *in, struct web_reply *reply)
{
	struct lease_form *form = in;
	struct json body = json_make(c->mem, 2 * KIND_ANSWER_MAX);

	form->key.worker = user_actor(c);
	if (!json_is(form->answer, JSON_OBJECT))
		return refuse_field(c, ERR_INPUT, S("answer"),
				    "a draft is an object, field to value");
	json_put_value(&body, form->answer);
	TRY(assignment_draft(c, form->key, form->epoch, json_end(&body)));
	web_status(reply, 204);
	return OK;
}

static enum err return_post(struct ctx *c, void *in, struct web_reply *reply)
{
	struct lease_form *form = in;

	form->key.worker = user_actor(c);
	TRY(assignment_return(c, form->key, form->epoch));
	web_status(reply, 204);
	return OK;
}

#define LEASE_ROUTE(path_, handler_, fields_)                                                      \
	WEB_POST, "/api/v1/work/{project}/tasks/{task}/" path_,                                    \
		.who = USER_WORKER, .runs = WEB_WRITE, .handler = (handler_), .fields = (fields_), \
		.form_size = sizeof(struct lease_form), .spread = "project", .urgent = true

const struct web_route assignment_routes[] = {
	{ LEASE_ROUTE("heartbeat", heartbeat_post, heartbeat_fields), .view = "{until:time}",
	  .about = "The page is still open: the lease runs on" },
	{ LEASE_ROUTE("draft", draft_post, draft_fields), .body_max = 128 * 1024,
	  .about = "Keep what was done so far" },
	{ LEASE_ROUTE("return", return_post, lease_fields),
	  .about = "Give a task back undone; it costs nothing" },
	{ WEB_GET, "/media/{name}/{bound}/{mac}", .who = USER_ANY_ROLE, .runs = WEB_READ,
	  .handler = assignment_media_page, .fields = assignment_media_fields,
	  .form_size = sizeof(struct assignment_address),
	  .about = "A picture or a sound by its signed address" },
	{ .path = NULL },
};
