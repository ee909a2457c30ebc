/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Pictures and sounds by their addresses. The address is signed for somebody (intake_bound), and
 * the session must be his: a worker's ends with his assignment, a member's with his membership.
 * That an address was once good is no secret that needs keeping, so no time stands in it.
 *
 * Whatever is wrong with it, there is nothing here.
 */
#include "assignment/assignment_in.h"

const struct web_field assignment_media_fields[] = {
	{ "name", WEB_PATH, WEB_TEXT, offsetof(struct assignment_address, name), true, 1, 80,
	  .about = "of the content" },
	{ "bound", WEB_PATH, WEB_TEXT, offsetof(struct assignment_address, bound), true, 1, 80,
	  .about = "for whom it is good" },
	{ "mac", WEB_PATH, WEB_TEXT, offsetof(struct assignment_address, mac), true, 1, 64,
	  .about = "the site's signature" },
	{ .name = NULL },
};

/* The worker holds it now. */
static enum err holds(struct ctx *c, const struct intake_bound *b, bool *out)
{
	struct assignment_key key = { b->project, { b->task }, { b->user } };
	struct assignment row;
	bool found;

	TRY(assignment_look(c, key, &row, &found));
	*out = found && row.state == ASSIGNMENT_ACCEPTED && row.epoch == b->epoch &&
	       row.until.us > c->now.us;
	return OK;
}

/* Shown to all who may work in the project. */
static enum err may_work(struct ctx *c, const struct intake_bound *b, bool *out)
{
	struct project project;

	TRY(project_get(c, b->project, &project));
	return project_may_work(c, &project, user_actor(c), out);
}

static enum err may_see(struct ctx *c, const struct intake_bound *b, bool *out)
{
	struct project project;

	*out = false;
	if (b->user != 0 && b->user != user_actor(c).v)
		return OK;
	if (b->task != 0)
		return holds(c, b, out);
	if (b->user == 0)
		return may_work(c, b, out);
	*out = true;
	return project_must_reach(c, b->project, ORG_REVIEWER, &project);
}

enum err assignment_media_page(struct ctx *c, void *in, struct web_reply *reply)
{
	const struct assignment_address *form = in;
	struct intake_bound bound;
	bool may;

	TRY(intake_media_open(c, form->name, form->bound, form->mac, &bound));
	TRY(may_see(c, &bound, &may));
	if (!may)
		return refuse(c, ERR_MISSING, "there is no such picture");
	intake_media_send(c, form->name, reply);
	return OK;
}
