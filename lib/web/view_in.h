/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* view: a view's type expression as a tree; see web.h for how one is written. */
#ifndef WEB_VIEW_IN_H
#define WEB_VIEW_IN_H
#include "base/json.h"

enum web_view_kind {
	WEB_VIEW_TEXT,
	WEB_VIEW_INT,
	WEB_VIEW_REAL,
	WEB_VIEW_BOOL,
	WEB_VIEW_ID,
	WEB_VIEW_MONEY,
	WEB_VIEW_TIME,
	WEB_VIEW_ANY,
	WEB_VIEW_OBJECT,
	WEB_VIEW_LIST,
	WEB_VIEW_WORDS,
};

struct web_view {
	enum web_view_kind kind;
	bool optional;		/* may be null, or absent as a member */
	struct str name;	/* as a member; the word of a WORDS' child */
	struct web_view *first; /* members, the item of a list, the words */
	struct web_view *next;
};

/* CHECKs that the expression can be read: it is ours. */
struct web_view *web_view_read(struct arena *, const char *text);
/* The JSON Schema of a view, in the 2020-12 dialect that OpenAPI 3.1 speaks. */
void web_view_schema(struct json *, const struct web_view *);

#endif
