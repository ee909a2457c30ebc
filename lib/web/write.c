/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A change's way through the store's writer and back to its loop. The requests of a hot route
 * are handed to the room together; everything else is run one by one.
 */
#include "web/web_in.h"

static enum err write_run(struct ctx *ctx, void *arg)
{
	struct web_request *req = arg;

	(void)ctx;
	web_request_start_over(req);
	return web_request_handle(req);
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
		if (n > 0)
			TRY(first->route->batch(w, item, n));
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

void web_write_post(struct web_request *req)
{
	struct web_gauge *gauge = &req->web->admit.writer;
	int64_t now_us = clock_steady_us(req->web->options.clock);

	CHECK(req->web->options.writer != NULL);
	req->task = (struct store_task){ .ctx = &req->ctx,
					 .run = req->route->runs == WEB_WRITE ? write_run : NULL,
					 .many = req->route->runs == WEB_BATCH ? write_many : NULL,
					 .done = write_done,
					 .arg = req,
					 .spread = spread_of(req),
					 .hold = req->route->spread != NULL };
	req->job.back = back_written;
	req->out++;
	web_gauge_in(gauge, now_us);
	if (store_writer_post(req->web->options.writer, &req->task) == OK)
		return;
	web_gauge_out(gauge, now_us);
	req->out--;
	web_request_refuse(req, 503, "too many changes are waiting");
}
