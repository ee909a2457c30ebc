/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* `tessera project add`: a draft from files and options, as the pages would make it. */
#include <stdio.h>
#include "os/os.h"
#include "project/project_in.h"

const struct room_option project_add_options[] = {
	{ "user", true, false, NULL, "the requester's e-mail address" },
	{ "title", true, false, NULL, "what workers see in the list" },
	{ "template", true, false, NULL, "a file with the blocks as JSON" },
	{ "instructions", false, false, NULL, "a file with markdown for workers" },
	{ "reward", false, false, "0.05", "for one answer, such as 0.05" },
	{ "redundancy", false, false, "3", "answers for each task" },
	{ "gold-share", false, false, "0",
	  "thousandths of a worker's tasks that have a known answer" },
	{ "gold-redundancy", false, false, NULL, "answers for each task with a known answer" },
	{ "estimate", false, false, "0", "seconds that an answer takes, as you guess" },
	{ "time-allowed", false, false, "600",
	  "seconds that a worker may hold a task; 0: learned from the times that answers take" },
	{ "approve-after", false, false, "0",
	  "seconds after which answers are approved by themselves" },
	{ "picking", false, true, NULL, "workers may choose a task from the list" },
	{ 0 },
};

struct adding {
	struct str email, title;
	struct project_edit edit;
};

static enum err add_tx(struct ctx *c, void *arg)
{
	struct adding *a = arg;
	struct user user;
	org_id org;
	bool found;

	TRY(user_by_email(c, a->email, &user, &found));
	if (!found)
		return refuse_field(c, ERR_MISSING, S("user"), "nobody has this e-mail address");
	c->actor.id = user.id.v;
	c->actor.roles = user.roles;
	TRY(org_first(c, user.id, &org));
	TRY(project_new(c, org, a->title, &a->edit.id));
	return project_change(c, &a->edit);
}

static enum err number_of(struct ctx *c, const struct room_call *call, const char *name,
			  int64_t *out)
{
	if (!num_i64(room_option(call, name), 0, INT64_MAX, out))
		return refuse_field(c, ERR_INPUT, str_of(name), "this is not a whole number");
	return OK;
}

static enum err read_template(struct ctx *c, const struct room_call *call,
			      struct project_edit *edit)
{
	struct json_value *value;
	struct json_fault fault;
	struct str text;

	TRY(os_slurp(c, str_c(c->mem, room_option(call, "template")), KIND_TEMPLATE_MAX, &text));
	if (!json_read(c->mem, text, &value, &fault))
		return refuse_field(c, ERR_INPUT, S("template"), "line %d, column %d: %s",
				    fault.line, fault.column, fault.reason);
	edit->template = value;
	edit->has_template = true;
	if (room_option(call, "instructions").len > 0) {
		TRY(os_slurp(c, str_c(c->mem, room_option(call, "instructions")), KIND_TEXT_MAX,
			     &edit->instructions));
		edit->has_instructions = true;
	}
	return OK;
}

static enum err read_rules(struct ctx *c, const struct room_call *call, struct project_edit *edit)
{
	if (!money_parse(room_option(call, "reward"), &edit->reward))
		return refuse_field(c, ERR_INPUT, S("reward"),
				    "this is not an amount such as 0.05");
	TRY(number_of(c, call, "redundancy", &edit->redundancy));
	TRY(number_of(c, call, "gold-share", &edit->gold_share_permille));
	TRY(number_of(c, call, "estimate", &edit->estimate_s));
	TRY(number_of(c, call, "time-allowed", &edit->time_allowed_s));
	TRY(number_of(c, call, "approve-after", &edit->approve_after_s));
	edit->picking = room_flag(call, "picking");
	edit->has_reward = edit->has_redundancy = edit->has_gold_share_permille = true;
	edit->has_estimate_s = edit->has_time_allowed_s = edit->has_approve_after_s = true;
	edit->has_picking = true;
	edit->gold_redundancy = edit->redundancy;
	edit->has_gold_redundancy = true;
	if (room_option(call, "gold-redundancy").len > 0)
		TRY(number_of(c, call, "gold-redundancy", &edit->gold_redundancy));
	return OK;
}

enum err project_add_command(struct ctx *c, const struct room_call *call)
{
	struct adding a = { .email = room_option(call, "user"),
			    .title = room_option(call, "title") };

	TRY(read_template(c, call, &a.edit));
	TRY(read_rules(c, call, &a.edit));
	TRY(store_in_tx(c, add_tx, &a));
	if (call->as_json)
		printf("{\"id\":\"%lld\"}\n", (long long)a.edit.id.v);
	else
		printf("project %lld\n", (long long)a.edit.id.v);
	return OK;
}
