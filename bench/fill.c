/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * fill: answers and results for every task of a project, without a server.
 *
 *   fill --data FOLDER --project ID
 *
 * For measuring export on projects that simulated workers would need an hour for. Writes one answer
 * and one result for each task into FOLDER/tessera.db, by the house's own statements. Nobody is
 * paid, so the site is good for reading only.
 */
#include <stdio.h>
#include <stdlib.h>
#include "assignment/assignment.h"
#include "base/base.h"
#include "job/tally.h"
#include "quality/quality.h"
#include "quality/quality.sql.h"
#include "task/task.h"

enum { WORKERS = 100, AT_ONCE = 1000 };

struct fill {
	project_id project;
	task_id after;
	bool more;
};

static enum err fill_one(struct ctx *c, const struct fill *f, task_id task)
{
	struct assignment_key key = { f->project, task, { 1000 + task.v % WORKERS } };
	struct assignment a;
	int64_t changed;
	bool got, fresh;

	TRY(assignment_accept(c, key, USEC_HOUR, &a, &got));
	if (!got)
		return refuse(c, ERR_CONFLICT, "task %lld has no place", (long long)task.v);
	TRY(assignment_submit(c, key, a.epoch, S("{\"label\":\"cat\"}"), 900, &fresh));
	TRY(result_put(c, f->project, task, S("label"), S("\"cat\""), 1.0, 1, S(""), c->now,
		       &changed));
	return task_judged(c, f->project, task, &got);
}

static enum err fill_some(struct ctx *c, void *arg)
{
	struct fill *f = arg;
	struct arena_mark mark;

	for (int i = 0; i < AT_ONCE; i++) {
		task_id next;

		mark = arena_mark(c->mem);
		TRY(task_next_open(c, f->project, f->after, false, &next, &f->more));
		if (!f->more)
			return OK;
		TRY(fill_one(c, f, next));
		f->after = next;
		arena_reset(c->mem, mark);
	}
	return OK;
}

static enum err fill_all(struct ctx *c, const char *url, struct fill *f)
{
	TRY(store_open(c, c->mem, url, STORE_WRITE, &c->store));
	for (f->more = true; f->more;)
		TRY(store_in_tx(c, fill_some, f));
	store_close(&c->store);
	return OK;
}

int main(int count, char **word)
{
	struct arena *mem = arena_new(0);
	struct ctx c = { .mem = mem, .dice = dice_real(mem), .now = clock_now(clock_real(mem)) };
	struct fill f = { .more = true };
	const char *data = NULL;

	for (int i = 1; i + 1 < count; i += 2) {
		if (strcmp(word[i], "--data") == 0)
			data = word[i + 1];
		else if (!num_i64(str_of(word[i + 1]), 1, INT64_MAX, &f.project.v))
			data = NULL;
	}
	if (data == NULL || f.project.v == 0) {
		fprintf(stderr, "fill: --data FOLDER and --project ID are needed\n");
		return 2;
	}
	const char *url = str_c(mem, str_format(mem, "sqlite:%s/tessera.db", data));
	enum err err = fill_all(&c, url, &f);
	if (err != OK)
		fprintf(stderr, "fill: %.*s\n", STR_ARG(c.refusal.message));
	arena_free(mem);
	return err == OK ? 0 : 2;
}
