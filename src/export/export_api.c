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
	{ "format", WEB_QUERY, WEB_TEXT, offsetof(struct export_form_in, format), true, 1, 20,
	  .about = "one of the project's formats, by name" },
	{ "answers", WEB_QUERY, WEB_BOOL, offsetof(struct export_form_in, answers), false,
	  .about = "with every answer behind each result, where the format has them" },
	{ "after", WEB_QUERY, WEB_INT, offsetof(struct export_form_in, after), false, 1, INT64_MAX,
	  .about = "csv and jsonl: go on behind this task, without the names of the columns: the "
		   "task of the last whole row of a file that broke off" },
	{ "certificate", WEB_QUERY, WEB_BOOL, offsetof(struct export_form_in, certificate), false,
	  .about = "jsonl: a last line that says how many results are right, with an interval" },
	{ .name = NULL },
};

static enum err export_get(struct ctx *c, void *in, struct web_reply *reply)
{
	const struct export_form_in *form = in;
	const struct export_wish wish = {
		.project = form->project,
		.format = form->format,
		.answers = form->answers == 1,
		.certificate = form->certificate == 1,
		.after = form->after,
	};
	struct export e DEFER(export_done) = { .format = NULL };
	struct project project;
	struct str piece, left;
	bool more = true;

	TRY(project_must_own(c, form->project, &project));
	TRY(export_start(c, &wish, &e));
	left = export_left_out(c, &e);
	if (left.len > 0)
		web_header(reply, "X-Left-Out", left);
	bool plain = strcmp(e.format->name, e.format->ending) == 0;
	web_stream_start(reply, e.format->type,
			 str_format(c->mem, "results-%lld%s%s.%s", (long long)form->project.v,
				    plain ? "" : "-", plain ? "" : e.format->name,
				    e.format->ending));
	while (more) {
		TRY(export_piece(c, &e, &piece, &more));
		TRY(web_stream_write(reply, piece));
	}
	return OK;
}

/* --- what there is --- */

static const struct web_field formats_fields[] = {
	{ "project", WEB_PATH, WEB_ID, offsetof(struct export_form_in, project), true,
	  .about = "the project" },
	{ .name = NULL },
};

static void put_format(struct ctx *c, const struct export_format *format,
		       const struct kind_template *t, struct json *out)
{
	struct str why = S("");

	json_object(out);
	json_text_of(out, "name", str_of(format->name));
	json_text_of(out, "title", str_of(format->title));
	json_text_of(out, "ending", str_of(format->ending));
	json_text_of(out, "about", str_of(format->about));
	json_bool_of(out, "suits", export_can(c->mem, format, t, &why));
	json_text_of(out, "why", why);
	json_bool_of(out, "answers", format->has_answers);
	json_bool_of(out, "certificate", format->has_certificate);
	json_key(out, "leaves");
	json_list(out);
	for (int i = 0; format->leaves != NULL && format->leaves[i] != NULL; i++)
		json_put_text(out, str_of(format->leaves[i]));
	for (int f = 0; f < t->field_count; f++)
		if (!export_carries(format, t->field[f].kind))
			json_put_text(out, str_format(c->mem, "the field %.*s (%s)",
						      STR_ARG(t->field[f].name),
						      t->field[f].kind->name));
	json_list_end(out);
	json_object_end(out);
}

static enum err formats_page(struct ctx *c, void *in, struct web_reply *reply)
{
	const struct export_form_in *form = in;
	struct json *out = web_json(reply);
	struct kind_template template;
	struct project project;

	TRY(project_must_own(c, form->project, &project));
	TRY(project_template(c, &project, &template));
	json_object(out);
	json_key(out, "items");
	json_list(out);
	for (int i = 0; export_formats[i] != NULL; i++)
		put_format(c, export_formats[i], &template, out);
	json_list_end(out);
	json_object_end(out);
	return OK;
}

const struct web_route export_routes[] = {
	{ WEB_GET, "/api/v1/projects/{project}/export", .who = USER_ANY_ROLE, .runs = WEB_STREAM,
	  .handler = export_get, .fields = export_fields,
	  .form_size = sizeof(struct export_form_in),
	  .about = "All results as one file, streamed: one entry for each judged task" },
	{ WEB_GET, "/api/v1/projects/{project}/formats", .who = USER_ANY_ROLE, .runs = WEB_READ,
	  .handler = formats_page, .fields = formats_fields,
	  .form_size = sizeof(struct export_form_in),
	  .view = "{items:[{name:text,title:text,ending:text,about:text,suits:bool,why:text,"
		  "answers:bool,certificate:bool,leaves:[text]}]}",
	  .about = "The formats that results can be had in, and what each leaves out" },
	{ .path = NULL },
};
