/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Inside of intake: the forms of its routes, declared in intake_room.c. */
#ifndef INTAKE_API_IN_H
#define INTAKE_API_IN_H
#include "intake/intake_in.h"

struct upload_form {
	project_id project;
	struct str name;
	struct web_upload file;
};

struct source_form {
	project_id project;
	source_id source;
	int64_t skip_bad, given;
	struct str key;
};

struct preview_form {
	project_id project;
	int64_t row;
	const struct json_value *template; /* NULL: the project's own */
	struct str instructions;
	bool has_instructions;
};

struct labelling_form {
	struct str xml;
};

web_handler intake_upload_before, intake_upload_post, intake_source_page, intake_source_list_page,
	intake_import_post, intake_source_delete, intake_project_delete, intake_preview_page,
	intake_labelling_post;

/* --- intake_cli.c --- */
enum err intake_import_command(struct ctx *, const struct room_call *);
enum err intake_labelling_command(struct ctx *, const struct room_call *);

#endif
