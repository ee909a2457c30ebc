/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Inside of project: the forms of its routes, declared in project_room.c. */
#ifndef PROJECT_API_IN_H
#define PROJECT_API_IN_H
#include "project/project_in.h"

struct project_form {
	project_id project;
};

struct project_new_form {
	org_id org;
	struct str title;
};

struct project_list_form {
	project_id project; /* of the invitations */
	org_id org;
	struct str state;
	project_id after;
	int64_t limit;
};

struct project_template_form {
	project_id project;
	const struct json_value *template;
};

struct project_try_form {
	const struct json_value *template, *fields;
	struct str title, instructions;
};

struct project_invite_form {
	project_id project;
	user_id user;
	struct str email;
};

web_handler project_kinds_page, project_view, project_post, project_new_post, project_list_page,
	project_template_post, project_try_page, project_invite_post, project_invite_delete,
	project_invite_page;

#endif
