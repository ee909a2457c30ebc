/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "export/export_in.h"

struct export_form_in {
	project_id project;
	struct str format;
	int64_t answers, certificate;
	int64_t after;
};

static const struct web_field export_fields[] = {
	{ "project", WEB_PATH, WEB_ID, offsetof(struct export_form_in, project), true,
	  .about = "the project" },
	{ "format", WEB_QUERY, WEB_TEXT, offsetof(struct export_form_in, format), true, 1, 10,
	  .one_of = "csv|jsonl", .about = "csv or jsonl" },
	{ "answers", WEB_QUERY, WEB_BOOL, offsetof(struct export_form_in, answers), false,
	  .about = "with every answer behind each result" },
	{ "after", WEB_QUERY, WEB_INT, offsetof(struct export_form_in, after), false, 1, INT64_MAX,
	  .about = "go on behind this task, without the names of the columns: the task of the last "
		   "whole row of a file that broke off" },
	{ "certificate", WEB_QUERY, WEB_BOOL, offsetof(struct export_form_in, certificate), false,
	  .about = "jsonl: a last line that says how many results are right, with an interval" },
	{ .name = NULL },
};

static enum err export_get(struct ctx *c, void *in, struct web_reply *reply)
{
	const struct export_form_in *form = in;
	struct project project;
	struct export e;
	bool more = true;

	TRY(project_must_own(c, form->project, &project));
	TRY(export_start(c, form->project, form->format, form->answers == 1, form->after, &e));
	e.with_certificate = form->certificate == 1;
	web_stream_start(reply,
			 e.form == EXPORT_CSV ? "text/csv; charset=utf-8" : "application/jsonl",
			 str_format(c->mem, "results-%lld.%.*s", (long long)form->project.v,
				    STR_ARG(form->format)));
	while (more) {
		struct arena_mark mark = arena_mark(c->mem);
		struct str piece;

		TRY(export_piece(c, &e, &piece, &more));
		TRY(web_stream_write(reply, piece));
		arena_reset(c->mem, mark);
	}
	return OK;
}

const struct web_route export_routes[] = {
	{ WEB_GET, "/api/v1/projects/{project}/export", .who = USER_ANY_ROLE, .runs = WEB_STREAM,
	  .handler = export_get, .fields = export_fields,
	  .form_size = sizeof(struct export_form_in),
	  .about = "All results as one file, streamed: one row for each judged task" },
	{ .path = NULL },
};
