/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * An event stream: the handler is run again each second, and what it says is sent when it
 * is not what it said before. The connection ends with the stream. A run that is busy
 * or cannot reach the store is passed over; a refusal ends the stream, so that
 * someone whose right has ended hears no more.
 */
#include "web/web_in.h"

enum { RUN_MS = 1000, PING_MS = 15000 };

static void event_sent(struct web_conn *conn)
{
	struct web_request *req = conn->request;

	if (req->is_head)
		web_conn_next(conn);
}

static void send_text(struct web_request *req, struct str head, struct str text)
{
	uv_buf_t bufs[] = { { (char *)head.at, head.len }, { (char *)text.at, text.len } };

	req->events.ping_ms = (int64_t)uv_now(&req->loop->uv) + PING_MS;
	req->bytes += (int64_t)(head.len + text.len);
	web_conn_send(req->conn, bufs, 2, event_sent);
}

/* The text of the reply when it is news, else empty. */
static struct str news(struct web_request *req)
{
	struct web_events *events = &req->events;
	struct str text = req->reply.bytes;
	uint64_t hash = str_hash(text);

	if (events->started && hash == events->hash && text.len == events->len)
		return S("");
	events->hash = hash;
	events->len = text.len;
	return str_format(req->mem, "event: change\ndata: %.*s\n\n", STR_ARG(text));
}

static void start(struct web_request *req)
{
	struct str text = req->is_head ? S("") : news(req);

	req->events.started = true;
	req->ends_with_close = true;
	req->events.on = true;
	req->loop->events++;
	web_reply_add(&req->reply, "X-Accel-Buffering", S("no"));
	send_text(req, web_reply_head(req, 200, "text/event-stream", -1), text);
}

void web_events_back(struct web_job *job)
{
	struct web_request *req = job->request;
	struct web_events *events = &req->events;

	events->waits = false;
	if (web_request_lost(req))
		return;
	events->next_ms = (int64_t)uv_now(&req->loop->uv) + RUN_MS;
	if (!events->started && req->err != OK) {
		web_request_answer(req);
	} else if (!events->started) {
		start(req);
	} else if (req->err == OK) {
		struct str text = news(req);

		if (text.len > 0)
			send_text(req, S(""), text);
	} else if (req->err != ERR_BUSY && req->err != ERR_STORE) {
		web_conn_next(req->conn);
	}
}

void web_events_tick(struct web_request *req)
{
	struct web_events *events = &req->events;
	int64_t now = (int64_t)uv_now(&req->loop->uv);

	if (!events->on || events->waits || req->conn->writing)
		return;
	if (req->loop->is_stopping) {
		web_conn_next(req->conn);
		return;
	}
	if (now >= events->ping_ms) {
		send_text(req, S(""), S(": ping\n\n"));
	} else if (now >= events->next_ms) {
		req->ctx.now = clock_now(req->web->options.clock);
		events->waits =
			web_request_post(req, req->web->readers, web_request_read, web_events_back);
	}
}
