/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * material: a requester with a project and its data, for tests of the rooms behind it.
 * Everything goes through the rooms' doors; each step that fails ends the test.
 */
#ifndef TESTS_MATERIAL_H
#define TESTS_MATERIAL_H
#include "task/task.h"
#include "tests/test.h"

/* A new requester with an org of his own, who then acts (c->actor). */
user_id material_requester(struct ctx *, const char *email, org_id *org);
/* A draft of that org, made by who acts. */
project_id material_project(struct ctx *, org_id);
/* Its template; and any other header fields, as JSON of the API's names are not needed here. */
void material_template(struct ctx *, project_id, const char *json);
/* Keep these bytes and make a source of them, as an upload does; its check has run. */
source_id material_upload(struct ctx *, project_id, const char *name, struct str bytes);
/* The same, imported. */
source_id material_import(struct ctx *, project_id, const char *name, struct str bytes);
/* Paid for at 6 a place, frozen with this redundancy (gold tasks with 5), cut and open. */
void material_open(struct ctx *, project_id, int64_t redundancy);
/* A zip in memory of these files, stored or packed. */
struct material_file {
	const char *name;
	struct str bytes;
};
struct str material_zip(struct ctx *, const struct material_file *, int count, bool packed);
/* A PNG that a browser shows: width x height, grey; `salt` makes it another one. */
struct str material_png(struct ctx *, int width, int height, int salt);

#endif
