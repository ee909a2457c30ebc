/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* audit_in: what the files of this room share. */
#ifndef AUDIT_IN_H
#define AUDIT_IN_H
#include "audit/audit.h"

/* Entries for people, newest first; where a page begins stands in its cursor. */
struct audit_page_form {
	struct str after;
	int64_t scope;
	bool has_scope;
	struct str act;
	int64_t limit;
};

MUST_USE enum err audit_page_get(struct ctx *, void *form, struct web_reply *);
MUST_USE enum err audit_export_get(struct ctx *, void *form, struct web_reply *);
MUST_USE enum err audit_check_cmd(struct ctx *, const struct room_call *);
MUST_USE enum err audit_forget_job(struct ctx *, struct job *);

#endif
