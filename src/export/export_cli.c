/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <stdio.h>
#include "export/export_in.h"

static const struct room_option export_options[] = {
	{ "project", .required = true, .about = "the project's number" },
	{ "format", .value = "csv", .about = "csv or jsonl" },
	{ "answers", .is_flag = true, .about = "with every answer behind each result" },
	{ "after", .value = "0",
	  .about = "go on behind this task, without the names of the columns" },
	{ "certificate", .is_flag = true,
	  .about = "jsonl: a last line that says how many results are right" },
	{ .name = NULL },
};

static enum err export_cmd(struct ctx *c, const struct room_call *call)
{
	struct project_state state;
	struct progress *progress;
	struct export e;
	project_id id;
	int64_t after;
	bool more = true;

	if (!num_i64(room_option(call, "project"), 1, INT64_MAX, &id.v))
		return refuse_field(c, ERR_INPUT, S("project"), "this is not a project's number");
	if (!num_i64(room_option(call, "after"), 0, INT64_MAX, &after))
		return refuse_field(c, ERR_INPUT, S("after"), "this is not a task's number");
	TRY(export_start(c, id, room_option(call, "format"), room_flag(call, "answers"), after,
			 &e));
	e.with_certificate = room_flag(call, "certificate");
	TRY(project_state_get(c, id, &state));
	progress = progress_start(c->mem, call->clock, "export", "tasks", state.tasks, false);
	while (more) {
		struct arena_mark mark = arena_mark(c->mem);
		struct str piece;

		TRY(export_piece(c, &e, &piece, &more));
		if (fwrite(piece.at, 1, piece.len, stdout) != piece.len)
			return refuse(c, ERR_STORE, "the output cannot be written");
		progress_at(progress, e.rows);
		arena_reset(c->mem, mark);
	}
	progress_done(progress);
	return fflush(stdout) == 0 ? OK : refuse(c, ERR_STORE, "the output cannot be written");
}

const struct room_command export_commands[] = {
	{ .name = "export",
	  .options = export_options,
	  .run = export_cmd,
	  .needs_site = true,
	  .about = "Write a project's results to the standard output" },
	{ .name = NULL },
};
