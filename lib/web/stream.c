/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A reply written piece by piece by a handler that blocks: two halves of a quarter
 * megabyte, one being filled by the handler, one being sent by the loop. The handler
 * waits when both are full; when the peer goes away it is told by ERR_BUSY.
 * A reply that breaks off is ended without its last chunk, so that it looks cut.
 */
#include <stdio.h>
#include "web/web_in.h"

enum { HALF = WEB_PIECE / 2 };

static void note_back(struct web_job *job);

bool web_stream_is_on(const struct web_request *req)
{
	return req->route != NULL && req->route->runs == WEB_STREAM && req->out > 0;
}

/* --- on the handler's thread --- */

/* The name in quotes for old readers, and percent-encoded for those who know UTF-8. */
static struct str disposition(struct arena *mem, struct str name)
{
	struct buf out = buf_make(mem, 4096);

	buf_add(&out, S("attachment; filename=\""));
	for (size_t i = 0; i < name.len; i++) {
		unsigned char c = (unsigned char)name.at[i];

		buf_add_char(&out, c < 0x20 || c >= 0x7f || c == '"' || c == '\\' || c == '/' ?
					   '_' :
					   (char)c);
	}
	buf_add(&out, S("\"; filename*=UTF-8''"));
	for (size_t i = 0; i < name.len; i++) {
		unsigned char c = (unsigned char)name.at[i];
		bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
			     (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_';

		if (plain)
			buf_add_char(&out, (char)c);
		else
			buf_format(&out, "%%%02X", (unsigned int)c);
	}
	return buf_str(&out);
}

void web_stream_start(struct web_reply *reply, const char *type, struct str file_name)
{
	struct web_request *req = reply->request;
	struct web_stream *s = &req->stream;

	CHECK(req->route->runs == WEB_STREAM && !s->started && reply->body == WEB_BODY_NONE);
	reply->body = WEB_BODY_STREAM;
	if (file_name.len > 0)
		web_reply_add(reply, "Content-Disposition", disposition(req->mem, file_name));
	s->fill = arena_take(req->mem, HALF);
	s->out = arena_take(req->mem, HALF);
	s->head = web_reply_head(req, reply->status, type, -1);
	s->started = true;
}

/* Give the filled half to the loop, once it is done with the other. */
static enum err hand_over(struct web_request *req)
{
	struct web_stream *s = &req->stream;
	bool gone;

	os_lock_take(s->lock);
	while (s->busy && !s->gone)
		os_lock_wait(s->lock, -1);
	gone = s->gone;
	if (!gone) {
		char *empty = s->out;

		s->out = s->fill;
		s->out_len = s->fill_len;
		s->fill = empty;
		s->fill_len = 0;
		s->busy = true;
	}
	os_lock_give(s->lock);
	if (gone)
		return refuse(&req->ctx, ERR_BUSY, "the reader of the reply has gone");
	s->note.back = note_back;
	web_loop_give(&s->note);
	return OK;
}

enum err web_stream_write(struct web_reply *reply, struct str piece)
{
	struct web_request *req = reply->request;
	struct web_stream *s = &req->stream;

	CHECK(s->started);
	if (req->is_head)
		return refuse(&req->ctx, ERR_BUSY, "only the head is asked for");
	while (piece.len > 0) {
		size_t room = HALF - s->fill_len, more = piece.len < room ? piece.len : room;

		memcpy(s->fill + s->fill_len, piece.at, more);
		s->fill_len += more;
		piece = str_cut(piece, more, piece.len);
		if (s->fill_len == HALF)
			TRY(hand_over(req));
	}
	return OK;
}

void web_stream_run(struct web_worker *worker, struct web_job *job)
{
	struct web_request *req = job->request;
	struct web_stream *s = &req->stream;

	s->lock = worker->lock;
	web_request_read(worker, job);
	if (s->started && req->err == OK && s->fill_len > 0)
		req->err = hand_over(req);
}

/* --- on the loop --- */

void web_stream_gone(struct web_request *req)
{
	struct web_stream *s = &req->stream;

	if (!web_stream_is_on(req) || s->lock == NULL)
		return;
	os_lock_take(s->lock);
	s->gone = true;
	s->busy = false;
	os_lock_wake_all(s->lock);
	os_lock_give(s->lock);
}

static void end_sent(struct web_conn *conn)
{
	web_conn_next(conn);
}

static void finish(struct web_request *req)
{
	struct web_stream *s = &req->stream;
	bool chunked = !req->parse.head.is_old && !req->is_head;
	uv_buf_t bufs[2];
	unsigned int count = 0;

	if (req->err != OK && !req->is_head) {
		web_conn_close(req->conn);
		return;
	}
	if (s->head.len > 0)
		bufs[count++] = uv_buf_init((char *)s->head.at, (unsigned int)s->head.len);
	if (chunked)
		bufs[count++] = uv_buf_init((char *)"0\r\n\r\n", 5);
	if (count == 0) {
		web_conn_next(req->conn);
		return;
	}
	web_conn_send(req->conn, bufs, count, end_sent);
}

static void half_sent(struct web_conn *conn)
{
	struct web_request *req = conn->request;
	struct web_stream *s = &req->stream;

	os_lock_take(s->lock);
	s->busy = false;
	os_lock_wake_all(s->lock);
	os_lock_give(s->lock);
	s->head = S("");
	if (s->ended)
		finish(req);
}

static void note_back(struct web_job *job)
{
	struct web_request *req = job->request;
	struct web_stream *s = &req->stream;
	uv_buf_t bufs[4];
	unsigned int count = 0;

	if (req->conn->stage == WEB_CLOSED)
		return;
	bufs[count++] = uv_buf_init((char *)s->head.at, (unsigned int)s->head.len);
	if (!req->parse.head.is_old) {
		int n = snprintf(s->size, sizeof(s->size), "%zx\r\n", s->out_len);

		bufs[count++] = uv_buf_init(s->size, (unsigned int)n);
	}
	bufs[count++] = uv_buf_init(s->out, (unsigned int)s->out_len);
	if (!req->parse.head.is_old)
		bufs[count++] = uv_buf_init((char *)"\r\n", 2);
	for (unsigned int i = 0; i < count; i++)
		req->bytes += (int64_t)bufs[i].len;
	web_conn_send(req->conn, bufs, count, half_sent);
}

void web_stream_back(struct web_job *job)
{
	struct web_request *req = job->request;
	struct web_stream *s = &req->stream;

	if (web_request_lost(req))
		return;
	if (!s->started) {
		web_request_answer(req);
		return;
	}
	/* The whole body was read before the handler ran: what follows is the next request. */
	s->ended = true;
	if (!s->busy)
		finish(req);
}
