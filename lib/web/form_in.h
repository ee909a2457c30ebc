/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* form: from path, query and body to the struct that a route's fields declare. */
#ifndef WEB_FORM_IN_H
#define WEB_FORM_IN_H
#include "web/route_in.h"

enum { WEB_QUERY_NAMES_MAX = 100, WEB_TEXT_MAX = 1000, WEB_BODY_MAX = 65536 };

struct web_form_source {
	const struct str *param;	 /* of the path, in its order */
	struct str query;		 /* as sent */
	struct str body;		 /* JSON, or empty */
	const struct web_upload *upload; /* of a WEB_FILE, or NULL */
};

/*
 * Fill `form` (form_size bytes, zeroed here).
 *
 * ERR_INPUT  a field is missing, not of its type, out of its limits or not declared;
 *            the refusal names it
 */
MUST_USE enum err web_form_read(struct ctx *, const struct web_route *, struct web_form_source,
				void *form);

/* The range of a field's number: what is not said is open, and never below zero unless said. */
int64_t web_field_max(const struct web_field *);

#endif
