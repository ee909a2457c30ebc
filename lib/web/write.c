/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A change's way through the store's writer and back to its loop. The requests of a hot route
 * are handed to the room together; everything else is run one by one.
 *
 * Who sends it is asked first, as a change of its own, because a session lies with people and what
 * is to be changed perhaps with projects, and no change touches both sides (design.md, 6); of a hot
 * route mostly nothing is asked, because the gate's word of this second stands. Between the two
 * a right may end: the change then counts as the last one under it.
 */
#include "web/web_in.h"

static enum err write_run(struct ctx *ctx, void *arg)
{
	struct web_request *req = arg;

	web_request_start_over(req);
	(void)store_touched(ctx->store);
	TRY(web_request_handle(req));
	store_one_side(ctx->store);
	return OK;
}

/* --- a batch --- */

/* From `from` on, the requests of one route; those that the gate or their form refuse are left. */
static size_t gather(struct store_task *const *task, size_t from, size_t count, enum err *verdict,
		     bool *taken, struct web_item *item)
{
	const struct web_request *first = task[from]->arg;
	size_t n = 0;

	for (size_t i = from; i < count; i++) {
		struct web_request *req = task[i]->arg;

		if (taken[i] || req->route != first->route)
			continue;
		taken[i] = true;
		web_request_start_over(req);
		verdict[i] = web_request_ready(req);
		if (verdict[i] != OK)
			continue;
		item[n++] = (struct web_item){ &req->ctx, req->form, &req->reply, OK, i };
	}
	return n;
}

static enum err write_many(struct ctx *w, struct store_task *const *task, size_t count,
			   enum err *verdict)
{
	struct web_item item[STORE_BATCH_MAX];
	bool taken[STORE_BATCH_MAX] = { false };

	CHECK(count <= STORE_BATCH_MAX);
	for (size_t from = 0; from < count; from++) {
		struct web_request *first = task[from]->arg;

		if (taken[from])
			continue;
		w->settings = first->ctx.settings;
		w->rooms = first->ctx.rooms;
		w->data = first->ctx.data;
		size_t n = gather(task, from, count, verdict, taken, item);
		(void)store_touched(w->store);
		if (n > 0)
			TRY(first->route->batch(w, item, n));
		store_one_side(w->store);
		for (size_t i = 0; i < n; i++) {
			size_t place = item[i].place;
			struct web_request *req = task[place]->arg;

			verdict[place] = item[i].err;
			/* What cannot be answered must not have happened: each is run alone. */
			if (item[i].err == OK)
				TRY(web_reply_finish(req));
		}
	}
	return OK;
}

/* --- to the writer and back --- */

static void write_done(struct store_task *task, enum err err)
{
	struct web_request *req = task->arg;
	struct web *web = req->web;

	web_gauge_out(&web->admit.writer, clock_steady_us(web->options.clock));
	req->err = err;
	web_loop_give(&req->job);
}

static void run_open(struct web_worker *worker, struct web_job *job)
{
	struct web_request *req = job->request;

	(void)worker;
	req->err = web_file_open(req);
}

static void back_written(struct web_job *job)
{
	struct web_request *req = job->request;

	/* Whether or not anybody waits for the answer. */
	if (req->route->renews)
		web_known_forget(req->web->known);
	if (web_request_lost(req))
		return;
	req->ctx.store = NULL;
	if (req->err == OK && req->reply.body == WEB_BODY_FILE)
		web_request_post_or_refuse(req, req->web->files, run_open, web_request_back);
	else
		web_request_answer(req);
}

static uint64_t spread_of(const struct web_request *req)
{
	const char *name = req->route->spread;
	int64_t number;

	for (int n = 0; name != NULL && n < req->match.param_count; n++) {
		struct str given = req->match.param[n];

		if (!str_eq(web_route_param(req->route, n), str_of(name)))
			continue;
		return num_i64(given, 0, INT64_MAX, &number) ? (uint64_t)number : str_hash(given);
	}
	return str_hash(req->shown.token);
}

static void post(struct web_request *req, struct store_task task, void (*back)(struct web_job *))
{
	struct web_gauge *gauge = &req->web->admit.writer;
	int64_t now_us = clock_steady_us(req->web->options.clock);

	CHECK(req->web->options.writer != NULL);
	task.ctx = &req->ctx;
	task.done = write_done;
	task.arg = req;
	req->task = task;
	req->job.back = back;
	req->out++;
	web_gauge_in(gauge, now_us);
	if (store_writer_post(req->web->options.writer, &req->task) == OK)
		return;
	web_gauge_out(gauge, now_us);
	req->out--;
	web_request_refuse(req, 503, "too many changes are waiting");
}

static void post_change(struct web_request *req)
{
	const bool many = req->route->runs == WEB_BATCH;

	post(req,
	     (struct store_task){ .run = many ? NULL : write_run,
				  .many = many ? write_many : NULL,
				  .spread = spread_of(req),
				  .hold = req->route->spread != NULL },
	     back_written);
}

/* --- who sends it --- */

static enum err gate_run(struct ctx *ctx, void *arg)
{
	struct web_request *req = arg;

	(void)ctx;
	web_request_start_over(req);
	return web_request_gate(req);
}

static void keep_actor(struct web_request *req)
{
	req->is_known = true;
	req->actor = req->ctx.actor;
	req->mark = arena_mark(req->mem); /* its words stay */
}

static void back_gated(struct web_job *job)
{
	struct web_request *req = job->request;

	if (web_request_lost(req))
		return;
	if (req->err != OK) {
		web_request_answer(req);
		return;
	}
	keep_actor(req);
	post_change(req);
}

void web_write_post(struct web_request *req)
{
	const struct web *web = req->web;
	struct str token = req->shown.token;
	int64_t now_us = clock_steady_us(web->options.clock);

	if (web->options.gate == NULL || token.len == 0) {
		post_change(req);
	} else if (req->route->runs == WEB_BATCH &&
		   web_known_find(web->known, &req->ctx, token, now_us)) {
		keep_actor(req);
		post_change(req);
	} else {
		post(req, (struct store_task){ .run = gate_run, .spread = str_hash(token) },
		     back_gated);
	}
}
