/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Looking at a site's background work from the command line, and trying again what broke. */
#include <stdio.h>
#include "app/app_in.h"

enum { ROWS_MAX = 1000, TEXT_MAX = 1 << 20 };

static const char *state_word(enum job_state state)
{
	static const char *const words[] = { "waiting", "running", "broken" };

	return words[state];
}

static void put_line(struct ctx *c, struct json *out, const struct job_line *line, bool as_json)
{
	if (!as_json)
		printf("%s\t%.*s\t%lld\t%lld\t%.*s\t%d\t%.*s\n", state_word(line->state),
		       STR_ARG(line->kind), (long long)line->key, (long long)line->part,
		       STR_ARG(usec_text(c->mem, line->run_at)), line->tries,
		       STR_ARG(line->message));
	json_object(out);
	json_text_of(out, "kind", line->kind);
	json_id_of(out, "key", line->key);
	json_id_of(out, "part", line->part);
	json_text_of(out, "state", str_of(state_word(line->state)));
	json_time_of(out, "due", line->run_at);
	json_i64_of(out, "tries", line->tries);
	json_text_of(out, "message", line->message);
	json_object_end(out);
}

enum err app_job_list(struct ctx *c, const struct room_call *call)
{
	struct json out = json_make(c->mem, TEXT_MAX);
	struct job_line *line;
	size_t count;

	TRY(job_list(c, ROWS_MAX, &line, &count));
	json_list(&out);
	for (size_t i = 0; i < count; i++)
		put_line(c, &out, &line[i], call->as_json);
	json_list_end(&out);
	struct str text = json_end(&out);
	if (call->as_json)
		printf("%.*s\n", STR_ARG(text));
	return OK;
}

struct revival {
	struct str kind;
	int64_t key, part;
};

static enum err revive(struct ctx *c, void *arg)
{
	const struct revival *r = arg;

	return job_revive(c, r->kind, r->key, r->part);
}

static enum err number_of(struct ctx *c, const struct room_call *call, const char *name,
			  int64_t *out)
{
	if (!num_i64(room_option(call, name), 0, INT64_MAX, out))
		return refuse_field(c, ERR_INPUT, str_of(name), "this is not a number");
	return OK;
}

enum err app_job_revive(struct ctx *c, const struct room_call *call)
{
	struct revival r = { .kind = room_option(call, "kind") };

	TRY(number_of(c, call, "key", &r.key));
	TRY(number_of(c, call, "part", &r.part));
	return store_in_tx(c, revive, &r);
}
