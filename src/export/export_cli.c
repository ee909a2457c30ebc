/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <stdio.h>
#include "export/export_in.h"

static const struct room_option export_options[] = {
	{ "project", .required = true, .about = "the project's number" },
	{ "format", .value = "csv", .about = "the format's name; tessera formats lists them" },
	{ "answers", .is_flag = true,
	  .about = "with every answer behind each result, where the format has them" },
	{ "after", .value = "0",
	  .about = "csv and jsonl: go on behind this task, without the names of the columns" },
	{ "certificate", .is_flag = true,
	  .about = "jsonl: a last line that says how many results are right" },
	{ .name = NULL },
};

static enum err write_all(struct ctx *c, struct export *e, struct progress *progress)
{
	struct str piece;
	bool more = true;

	while (more) {
		TRY(export_piece(c, e, &piece, &more));
		if (fwrite(piece.at, 1, piece.len, stdout) != piece.len)
			return refuse(c, ERR_STORE, "the output cannot be written");
		progress_at(progress, e->rows);
	}
	return fflush(stdout) == 0 ? OK : refuse(c, ERR_STORE, "the output cannot be written");
}

static enum err export_cmd(struct ctx *c, const struct room_call *call)
{
	struct export_wish wish = {
		.format = room_option(call, "format"),
		.answers = room_flag(call, "answers"),
		.certificate = room_flag(call, "certificate"),
	};
	struct export e DEFER(export_done) = { .format = NULL };
	struct project_state state;
	struct progress *progress;
	struct str left;

	if (!num_i64(room_option(call, "project"), 1, INT64_MAX, &wish.project.v))
		return refuse_field(c, ERR_INPUT, S("project"), "this is not a project's number");
	if (!num_i64(room_option(call, "after"), 0, INT64_MAX, &wish.after))
		return refuse_field(c, ERR_INPUT, S("after"), "this is not a task's number");
	TRY(export_start(c, &wish, &e));
	TRY(project_state_get(c, wish.project, &state));
	progress = progress_start(c->mem, call->clock, "export", "tasks", state.tasks, false);
	TRY(write_all(c, &e, progress));
	progress_done(progress);
	left = export_left_out(c, &e);
	if (left.len > 0 && !call->as_json)
		fprintf(stderr, "left out: %.*s\n", STR_ARG(left));
	return OK;
}

static enum err formats_cmd(struct ctx *c, const struct room_call *call)
{
	struct json out = json_make(c->mem, 1 << 16);

	json_list(&out);
	for (int i = 0; export_formats[i] != NULL; i++) {
		const struct export_format *format = export_formats[i];

		if (!call->as_json)
			printf("%-12s .%-8s %s\n", format->name, format->ending, format->about);
		json_object(&out);
		json_text_of(&out, "name", str_of(format->name));
		json_text_of(&out, "ending", str_of(format->ending));
		json_text_of(&out, "about", str_of(format->about));
		json_object_end(&out);
	}
	json_list_end(&out);
	struct str text = json_end(&out);
	if (call->as_json)
		printf("%.*s\n", STR_ARG(text));
	return OK;
}

const struct room_command export_commands[] = {
	{ .name = "export",
	  .options = export_options,
	  .run = export_cmd,
	  .needs_site = true,
	  .about = "Write a project's results to the standard output" },
	{ .name = "formats",
	  .run = formats_cmd,
	  .about = "The formats that results can be had in" },
	{ .name = NULL },
};
