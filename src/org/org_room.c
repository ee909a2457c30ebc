/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "org/org.sql.h"
#include "org/org_in.h"

#define NEW_USER(member) offsetof(struct new_user_form, member)
#define MEMBER(member) offsetof(struct member_form, member)

#define NAME_AND_EMAIL                                                                 \
	{ "name", WEB_BODY, WEB_TEXT,	   NEW_USER(name),                             \
	  true,	  1,	    USER_NAME_MAX, .about = "How the person is called" },      \
	{                                                                              \
		"email", WEB_BODY, WEB_TEXT, NEW_USER(email), true, 3, USER_EMAIL_MAX, \
			.about = "The e-mail address to sign in with"                  \
	}

static const struct web_field sign_up_fields[] = {
	NAME_AND_EMAIL,
	{ "password", WEB_BODY, WEB_TEXT, NEW_USER(password), true, 1, 1000,
	  .about = "8 to 200 characters" },
	{ "role", WEB_BODY, WEB_TEXT, NEW_USER(role), true, 1, 20, .one_of = "worker|requester",
	  .about = "To do work, or to bring it" },
	{ 0 },
};

static const struct web_field user_fields[] = {
	NAME_AND_EMAIL,
	{ "password", WEB_BODY, WEB_TEXT, NEW_USER(password), .max = 1000,
	  .about = "8 to 200 characters; without one the person asks for a reset mail" },
	{ "role", WEB_BODY, WEB_TEXT, NEW_USER(role), true, 1, 20,
	  .one_of = "worker|requester|reviewer|manager|operator",
	  .about = "What the person may do" },
	{ 0 },
};

static const struct web_field roles_fields[] = {
	{ "user", WEB_PATH, WEB_ID, offsetof(struct roles_form, user), true, 1, INT64_MAX,
	  .about = "The user's number" },
	{ "roles", WEB_BODY, WEB_VALUE, offsetof(struct roles_form, roles), true, .max = 200,
	  .about = "The list of roles: worker, requester, reviewer, manager, operator" },
	{ 0 },
};

static const struct web_field org_new_fields[] = {
	{ "name", WEB_BODY, WEB_TEXT, offsetof(struct org_new_form, name), true, 1, USER_NAME_MAX,
	  .about = "How the organisation is called" },
	{ 0 },
};

static const struct web_field org_all_fields[] = {
	{ "q", WEB_QUERY, WEB_TEXT, offsetof(struct org_all_form, q), .max = 100,
	  .about = "A part of the organisation's name or of its owner's address" },
	{ "after", WEB_QUERY, WEB_ID, offsetof(struct org_all_form, after),
	  .about = "Cursor of the page before" },
	{ "limit", WEB_QUERY, WEB_INT, offsetof(struct org_all_form, limit), .min = 1, .max = 200,
	  .about = "At most so many; 50 unless said" },
	{ 0 },
};

static const struct web_field org_fields[] = {
	{ "org", WEB_PATH, WEB_ID, offsetof(struct org_form, org), true, 1, INT64_MAX,
	  .about = "The organisation's number" },
	{ 0 },
};

static const struct web_field member_fields[] = {
	{ "org", WEB_PATH, WEB_ID, MEMBER(org), true, 1, INT64_MAX,
	  .about = "The organisation's number" },
	{ "email", WEB_BODY, WEB_TEXT, MEMBER(email), true, 3, USER_EMAIL_MAX,
	  .about = "The e-mail address of a person who has an account" },
	{ "role", WEB_BODY, WEB_TEXT, MEMBER(role), true, 1, 20, .one_of = "owner|member|reviewer",
	  .about = "What the person may do in this organisation" },
	{ 0 },
};

static const struct web_field member_end_fields[] = {
	{ "org", WEB_PATH, WEB_ID, offsetof(struct member_end_form, org), true, 1, INT64_MAX,
	  .about = "The organisation's number" },
	{ "user", WEB_PATH, WEB_ID, offsetof(struct member_end_form, user), true, 1, INT64_MAX,
	  .about = "The user's number" },
	{ 0 },
};

static const struct web_route routes[] = {
	{ WEB_POST, "/api/v1/sign-up", .who = WEB_ANYONE, .runs = WEB_WRITE,
	  .handler = org_user_post, .before = org_sign_up_before, .fields = sign_up_fields,
	  .form_size = sizeof(struct new_user_form), .view = "{id:id}",
	  .about = "Makes an account; a requester gets an organisation with it." },
	{ WEB_POST, "/api/v1/users", .who = USER_OPERATOR, .runs = WEB_WRITE,
	  .handler = org_user_post, .before = org_user_before, .fields = user_fields,
	  .form_size = sizeof(struct new_user_form), .view = "{id:id}",
	  .about = "Makes an account for somebody." },
	{ WEB_POST, "/api/v1/users/{user}/roles", .who = USER_OPERATOR, .runs = WEB_WRITE,
	  .renews = true, .handler = org_roles_post, .fields = roles_fields,
	  .form_size = sizeof(struct roles_form),
	  .about = "Sets what a user may do, and ends his sessions." },
	{ WEB_GET, "/api/v1/orgs", .who = USER_ANY_ROLE, .runs = WEB_READ, .handler = org_mine_get,
	  .view = "{items:[{id:id,name:text,role:(owner|member|reviewer)}]}",
	  .about = "Lists the organisations that you belong to." },
	{ WEB_GET, "/api/v1/all-orgs", .who = USER_OPERATOR, .runs = WEB_READ,
	  .handler = org_all_get, .fields = org_all_fields,
	  .form_size = sizeof(struct org_all_form),
	  .view = "{items:[{id:id,name:text,owner:text}],next:id?}",
	  .about = "Lists every organisation of the site." },
	{ WEB_POST, "/api/v1/orgs", .who = USER_REQUESTER, .runs = WEB_WRITE, .handler = org_post,
	  .fields = org_new_fields, .form_size = sizeof(struct org_new_form), .view = "{id:id}",
	  .about = "Makes an organisation, which you own." },
	{ WEB_GET, "/api/v1/orgs/{org}", .who = USER_ANY_ROLE, .runs = WEB_READ, .handler = org_get,
	  .fields = org_fields, .form_size = sizeof(struct org_form),
	  .view = "{id:id,name:text,"
		  "members:[{user:id,name:text,email:text,role:(owner|member|reviewer)}]}",
	  .about = "Shows an organisation of yours and its members." },
	{ WEB_POST, "/api/v1/orgs/{org}/members", .who = USER_ANY_ROLE, .runs = WEB_WRITE,
	  .handler = org_member_post, .fields = member_fields,
	  .form_size = sizeof(struct member_form),
	  .about = "Takes a person into an organisation that you own, or changes what he may do." },
	{ WEB_DELETE, "/api/v1/orgs/{org}/members/{user}", .who = USER_ANY_ROLE, .runs = WEB_WRITE,
	  .handler = org_member_delete, .fields = member_end_fields,
	  .form_size = sizeof(struct member_end_form),
	  .about = "Removes a member from an organisation that you own, or yourself from any." },
	{ .path = NULL },
};

static const struct room_option user_options[] = {
	{ "name", .required = true, .about = "How the person is called" },
	{ "email", .required = true, .about = "The e-mail address to sign in with" },
	{ "role", .required = true,
	  .about = "worker, requester, reviewer, manager or operator; several with commas" },
	{ "password-stdin", .is_flag = true, .about = "Read the password from standard input" },
	{ 0 },
};

static const struct room_command commands[] = {
	{ "user add", user_options, org_user_add_cmd, true, NULL,
	  "Makes an account; a requester gets an organisation with it" },
	{ 0 },
};

static const struct setting settings[] = {
	{ "org.sign_up", "1", 0, 1,
	  "1: people make accounts for themselves; 0: operators make them" },
	{ .name = NULL },
};

static const struct room_invariant invariants[] = {
	{ "org.owned", &org_unowned_stmt, "This organisation has no owner" },
	{ "org.member_stray", &org_member_stray_stmt,
	  "A member of nothing, or nobody as a member" },
	{ 0 },
};

const struct room org_room = {
	.name = "org",
	.routes = routes,
	.commands = commands,
	.settings = settings,
	.invariants = invariants,
	.about = "Organisations that bring work, and who may act for them.",
};
