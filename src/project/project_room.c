/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What project offers. Publishing moves money and is a route of pay; deleting looks at files:
 * intake. */
#include "project/api_in.h"
#include "project/project.sql.h"

#define PROJECT_VIEW                                                                         \
	"{id:id,org:id,title:text,brief:text,instructions:text,template:any,kind:text,"      \
	"reward:money,fee_permille:int,redundancy:int,gold_share_permille:int,"              \
	"gold_redundancy:int,gold_grown:int,time_allowed_s:int,approve_after_s:int,"         \
	"deadline:time?,audience:(everyone|invited),picking:bool,estimate_s:int,"            \
	"method:(shrunk|plurality),confidence_permille:int,redundancy_least:int,"            \
	"priority:(low|normal|high),copy_permille:int,"                                      \
	"sure:[text],revision:int,created:time,state:" PROJECT_STATE_VIEW ",columns:[text]," \
	"records:int,gold:int,gold_bad:int,gold_left:bool,tasks:int,places:int,"             \
	"published:time?,done:time?}"

#define IN(form, member) .offset = offsetof(struct form, member)
#define PROJECT_ID(form, member)                                                        \
	{                                                                               \
		.name = "project", .place = WEB_PATH, .type = WEB_ID, IN(form, member), \
		.required = true, .about = "the project"                                \
	}
#define AFTER(form)                                                                              \
	{ .name = "after",                                                                       \
	  .place = WEB_QUERY,                                                                    \
	  .type = WEB_ID,                                                                        \
	  IN(form, after),                                                                       \
	  .about = "go on behind this one: `next` of the page before" },                         \
	{                                                                                        \
		.name = "limit", .place = WEB_QUERY, .type = WEB_INT, IN(form, limit), .min = 1, \
		.max = 200, .about = "how many, 50 unless said"                                  \
	}

static const struct web_field project_fields[] = { PROJECT_ID(project_form, project), { 0 } };

static const struct web_field new_fields[] = {
	{ .name = "org",
	  .place = WEB_BODY,
	  .type = WEB_ID,
	  IN(project_new_form, org),
	  .about = "for whom; your first organisation unless said" },
	{ .name = "title",
	  .place = WEB_BODY,
	  .type = WEB_TEXT,
	  IN(project_new_form, title),
	  .required = true,
	  .min = 1,
	  .max = PROJECT_TITLE_MAX,
	  .about = "what workers see in the list" },
	{ 0 },
};

static const struct web_field list_fields[] = {
	{ .name = "org",
	  .place = WEB_QUERY,
	  .type = WEB_ID,
	  IN(project_list_form, org),
	  .about = "only those of this organisation" },
	{ .name = "state",
	  .place = WEB_QUERY,
	  .type = WEB_TEXT,
	  IN(project_list_form, state),
	  .max = 10,
	  .one_of = "draft|funding|open|paused|done|closed",
	  .about = "only those in this state" },
	AFTER(project_list_form),
	{ 0 },
};

#define EDIT(name_, type_, member_, min_, max_, about_)                                         \
	{                                                                                       \
		.name = (name_), .place = WEB_BODY, .type = (type_), IN(project_edit, member_), \
		.min = (min_), .max = (max_), .about = (about_),                                \
		.has = offsetof(struct project_edit, has_##member_)                             \
	}

static const struct web_field edit_fields[] = {
	PROJECT_ID(project_edit, id),
	EDIT("revision", WEB_INT, revision, 1, INT64_MAX,
	     "refuse when somebody has changed it since"),
	EDIT("title", WEB_TEXT, title, 1, PROJECT_TITLE_MAX, "what workers see in the list"),
	EDIT("brief", WEB_TEXT, brief, 0, PROJECT_BRIEF_MAX, "notes for your organisation alone"),
	EDIT("instructions", WEB_TEXT, instructions, 0, KIND_TEXT_MAX, "markdown for workers"),
	EDIT("template", WEB_VALUE, template, 0, KIND_TEMPLATE_MAX,
	     "the blocks, or their JSON as a text"),
	EDIT("reward", WEB_MONEY, reward, 0, PROJECT_REWARD_MAX, "for one answer"),
	EDIT("redundancy", WEB_INT, redundancy, 1, PROJECT_REDUNDANCY_MAX, "answers for each task"),
	EDIT("confidence_permille", WEB_INT, confidence_permille, 0, PROJECT_CONFIDENCE_MAX,
	     "ask for no more answers than make this sure, `redundancy` at most; 0: always all"),
	EDIT("redundancy_least", WEB_INT, redundancy_least, 1, PROJECT_REDUNDANCY_MAX,
	     "answers for each task at least, where it stops when sure"),
	EDIT("gold_share_permille", WEB_INT, gold_share_permille, 0, 1000,
	     "how many of a worker's tasks have a known answer"),
	EDIT("gold_redundancy", WEB_INT, gold_redundancy, 1, PROJECT_GOLD_REDUNDANCY_MAX,
	     "answers for each task with a known answer: as many workers can meet it; it goes "
	     "along with redundancy while it is the same"),
	EDIT("gold_grown", WEB_INT, gold_grown, 0, PROJECT_GOLD_GROWN_MAX,
	     "tasks whose very sure result may become a known answer for later workers, in places "
	     "that a target of confidence has left; 0: none"),
	EDIT("copy_permille", WEB_INT, copy_permille, 0, PROJECT_COPY_MAX,
	     "near the end a slow task goes to a second worker, the first answer counts and both "
	     "are paid: so many places more are paid for, in thousandths of those asked for"),
	EDIT("time_allowed_s", WEB_INT, time_allowed_s, 0, PROJECT_TIME_MAX_S,
	     "how long a worker may hold a task, 10 at least; 0: learned from the times that "
	     "answers take"),
	EDIT("approve_after_s", WEB_INT, approve_after_s, 0, PROJECT_APPROVE_MAX_S,
	     "answers not judged by then are approved"),
	EDIT("estimate_s", WEB_INT, estimate_s, 0, PROJECT_TIME_MAX_S,
	     "how long an answer takes, as you guess; 0: no guess"),
	EDIT("deadline", WEB_TEXT, deadline, 0, 40, "a time or a date; empty: none"),
	{ .name = "audience",
	  .place = WEB_BODY,
	  .type = WEB_TEXT,
	  IN(project_edit, audience),
	  .max = 10,
	  .one_of = "everyone|invited",
	  .about = "who may work on it",
	  .has = offsetof(struct project_edit, has_audience) },
	{ .name = "method",
	  .place = WEB_BODY,
	  .type = WEB_TEXT,
	  IN(project_edit, method),
	  .max = 10,
	  .one_of = "shrunk|plurality",
	  .about = "how results are made: weighed by skill, or by plurality",
	  .has = offsetof(struct project_edit, has_method) },
	{ .name = "priority",
	  .place = WEB_BODY,
	  .type = WEB_TEXT,
	  IN(project_edit, priority),
	  .max = 10,
	  .one_of = "low|normal|high",
	  .about = "before which others its tasks go to workers who take any work; high is an "
		   "operator's to give",
	  .has = offsetof(struct project_edit, has_priority) },
	EDIT("picking", WEB_BOOL, picking, 0, 1, "workers may choose a task from the list"),
	{ 0 },
};

static const struct web_field template_fields[] = {
	PROJECT_ID(project_template_form, project),
	{ .name = "template",
	  .place = WEB_BODY,
	  .type = WEB_VALUE,
	  IN(project_template_form, template),
	  .required = true,
	  .max = KIND_TEMPLATE_MAX,
	  .about = "the blocks, or their JSON as a text" },
	{ 0 },
};

static const struct web_field try_fields[] = {
	{ .name = "template",
	  .place = WEB_BODY,
	  .type = WEB_VALUE,
	  IN(project_try_form, template),
	  .required = true,
	  .max = KIND_TEMPLATE_MAX,
	  .about = "the blocks, or their JSON as a text" },
	{ .name = "fields",
	  .place = WEB_BODY,
	  .type = WEB_VALUE,
	  IN(project_try_form, fields),
	  .required = true,
	  .max = KIND_TEMPLATE_MAX,
	  .about = "a row: an object of texts by column" },
	{ .name = "title",
	  .place = WEB_BODY,
	  .type = WEB_TEXT,
	  IN(project_try_form, title),
	  .max = PROJECT_TITLE_MAX,
	  .about = "what workers see in the list" },
	{ .name = "instructions",
	  .place = WEB_BODY,
	  .type = WEB_TEXT,
	  IN(project_try_form, instructions),
	  .max = KIND_TEXT_MAX,
	  .about = "markdown for workers" },
	{ 0 },
};

static const struct web_field invite_fields[] = {
	PROJECT_ID(project_invite_form, project),
	{ .name = "email",
	  .place = WEB_BODY,
	  .type = WEB_TEXT,
	  IN(project_invite_form, email),
	  .required = true,
	  .min = 3,
	  .max = USER_EMAIL_MAX,
	  .about = "of a user of this site" },
	{ 0 },
};

static const struct web_field uninvite_fields[] = {
	PROJECT_ID(project_invite_form, project),
	{ .name = "user",
	  .place = WEB_PATH,
	  .type = WEB_ID,
	  IN(project_invite_form, user),
	  .required = true,
	  .about = "who is not to work on it any more" },
	{ 0 },
};

static const struct web_field invite_list_fields[] = {
	PROJECT_ID(project_list_form, project),
	AFTER(project_list_form),
	{ 0 },
};

enum { MAKERS = USER_REQUESTER | USER_REVIEWER | USER_MANAGER | USER_OPERATOR };

static const struct web_route routes[] = {
	{ WEB_GET, "/api/v1/kinds", WEB_ANYONE, WEB_READ, project_kinds_page,
	  .view = "{items:[{name:text,about:text,example:any}]}",
	  .about = "Kinds of work that a template may ask for, each with an example." },
	{ WEB_GET, "/api/v1/projects", MAKERS, WEB_READ, project_list_page, .fields = list_fields,
	  .form_size = sizeof(struct project_list_form),
	  .view = "{items:[{id:id,title:text,state:" PROJECT_STATE_VIEW
		  ",tasks:int,judged:int,submitted:int,"
		  "spent:money,budget:money,created:time}],next:id?}",
	  .about = "The projects of your organisations, the newest first." },
	{ WEB_POST, "/api/v1/projects", MAKERS, WEB_WRITE, project_new_post, .fields = new_fields,
	  .form_size = sizeof(struct project_new_form), .view = "{id:id}",
	  .about = "A new draft, with a template to start from." },
	{ WEB_GET, "/api/v1/projects/{project}", MAKERS, WEB_READ, project_view,
	  .fields = project_fields, .form_size = sizeof(struct project_form), .view = PROJECT_VIEW,
	  .about = "Everything about one project." },
	{ WEB_POST, "/api/v1/projects/{project}", MAKERS, WEB_WRITE, project_post,
	  .fields = edit_fields, .form_size = sizeof(struct project_edit), .view = PROJECT_VIEW,
	  .about = "Change what is given; once published only words, deadline and priority.",
	  .spread = "project", .body_max = 256 * 1024 },
	{ WEB_POST, "/api/v1/projects/{project}/template/check", MAKERS, WEB_READ,
	  project_template_post, .fields = template_fields,
	  .form_size = sizeof(struct project_template_form),
	  .view = "{ok:bool,faults:[{path:text,message:text,line:int?}],fields:[{name:text,"
		  "kind:text}]}",
	  .about = "What is wrong with a template, with paths and lines; changes nothing.",
	  .body_max = 256 * 1024 },
	{ WEB_POST, "/api/v1/templates/preview", MAKERS, WEB_READ, project_try_page,
	  .fields = try_fields, .form_size = sizeof(struct project_try_form),
	  .view = "{page:{title:text,instructions:[any],blocks:[any]}}",
	  .about = "The task that a template makes of a row; changes nothing, and pictures have no "
		   "address.",
	  .body_max = 256 * 1024 },
	{ WEB_GET, "/api/v1/projects/{project}/invites", MAKERS, WEB_READ, project_invite_page,
	  .fields = invite_list_fields, .form_size = sizeof(struct project_list_form),
	  .view = "{items:[{user:id,name:text,email:text}],next:id?}",
	  .about = "Who may work on a project that is for invited workers." },
	{ WEB_POST, "/api/v1/projects/{project}/invites", MAKERS, WEB_WRITE, project_invite_post,
	  .fields = invite_fields, .form_size = sizeof(struct project_invite_form),
	  .about = "Invite a worker by e-mail address.", .spread = "project" },
	{ WEB_DELETE, "/api/v1/projects/{project}/invites/{user}", MAKERS, WEB_WRITE,
	  project_invite_delete, .fields = uninvite_fields,
	  .form_size = sizeof(struct project_invite_form), .about = "Take an invitation back.",
	  .spread = "project" },
	{ .path = NULL },
};

static const struct setting settings[] = {
	{ "project.fee_permille", "200", 0, 1000,
	  "The house's fee in thousandths of the reward, for new projects." },
	{ 0 },
};

static const struct room_invariant invariants[] = {
	{ "project.state", &inv_project_state_stmt,
	  "A project has no state, or one of another organisation." },
	{ "project.grown", &inv_project_grown_stmt,
	  "more known answers have grown out of results than the requester wants" },
	{ "project.barred", &inv_project_barred_stmt,
	  "the count of workers who get no more tasks is wrong" },
	{ "project.frozen", &inv_project_frozen_stmt, "What was paid for is not what was frozen." },
	{ 0 },
};

static const struct room_command commands[] = {
	{ .name = "project add",
	  .options = project_add_options,
	  .run = project_add_command,
	  .needs_site = true,
	  .about = "Make a draft from a template file" },
	{ 0 },
};

const struct room project_room = {
	.name = "project",
	.routes = routes,
	.commands = commands,
	.settings = settings,
	.invariants = invariants,
	.about = "What a requester wants done, for how much and by when: drafts, templates, "
		 "invitations.",
};
